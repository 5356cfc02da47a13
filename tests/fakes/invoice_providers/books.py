"""The books that all of them keep (number, sign, send for a code), and the server that lets them be spoken to."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from shop.invoices import formats
from shop.invoices.draft import TITLES, Buyer, Draft, Line, LineKind, RateSummary, Seller
from shop.invoices.exchange import with_code
from shop.invoices.signer import FileSigner
from shop.invoices.signing import sign
from shop.invoices.words import amount_in_words
from shop.invoices.xmldsig import VIETNAM
from tests.support.loopback import serving

USER, PASSWORD, ACCOUNT, APPID = "nguoi-dung", "mat-khau-cua-nguoi-dung", "tai-khoan", "ung-dung"
ACCOUNT_PASSWORD = "mat-khau-cua-tai-khoan"
FIRST_NUMBER = 1001

Answer = tuple[int, str, bytes]
"""Status, content type, body."""


class Speech(Protocol):
    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> Answer: ...


Front = Callable[["Books"], Speech]
"""How one provider is spoken to, over its books."""


@dataclass
class Made:
    """One invoice in the provider's books."""

    number: int
    form: str
    series: str
    unsigned: bytes
    xml: bytes = b""
    is_refused: bool = False
    looks: int = 0

    @property
    def lookup_code(self) -> str:
        return f"TC{self.number}"


@dataclass
class Books:
    """``mood``: normal, down, lost_reply, slow, reject, lying, garbage."""

    seller: FileSigner
    authority: FileSigner
    seller_facts: Seller
    mood: str = "normal"
    made: dict[str, Made] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    logins: int = 0
    tokens: set[str] = field(default_factory=set)
    refuses_login: bool = False

    def log_in(self, user: object, password: object) -> str:
        self.logins += 1
        if self.refuses_login or (user, password) != (USER, PASSWORD):
            return ""
        token = f"token-{self.logins}-{uuid.uuid4().hex}"
        self.tokens.add(token)
        return token

    def put(self, key: str, draft: Draft) -> Made:
        number = FIRST_NUMBER + len(self.made)
        total = draft.total + (1 if self.mood == "lying" else 0)
        numbered = draft.numbered(
            series=draft.series, number=number, issued_on=draft.issued_on or dt.date.min
        )
        made = Made(number, draft.form, draft.series, formats.build(with_total(numbered, total)))
        self.made[key] = made
        made.is_refused = self.mood == "reject"
        return made

    def look(self, key: str) -> Made | None:
        """The invoice as it stands; its code comes at the first look, or the third when slow."""
        made = self.made.get(key)
        if made is None:
            return None
        made.looks += 1
        if not made.xml:
            made.xml = sign(made.unsigned, self.seller, place="NBan", at=noon(made.unsigned))
        if b"<MCCQT" not in made.xml and not made.is_refused and (self.mood != "slow" or made.looks > 2):
            coded = with_code(made.xml, "00" + uuid.uuid4().hex.upper())
            made.xml = sign(coded, self.authority, place="CQT", at=noon(made.unsigned))
        return made


class ProviderServer(ThreadingHTTPServer):
    """One provider; ``speak`` is how it is spoken to."""

    daemon_threads = True

    def __init__(self, books: Books, front: Front) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.books = books
        self.speak = front(books)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Requests(BaseHTTPRequestHandler):
    server: ProviderServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        books = self.server.books
        if books.mood == "down":
            status, kind, payload = 503, "text/plain", b"down"
        else:
            status, kind, payload = self.server.speak(self.path, dict(self.headers), body)
        if books.mood == "lost_reply":
            self.close_connection = True
            self.connection.close()
            return
        if books.mood == "garbage":
            payload = b"<html>gateway error"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (OSError, ValueError):  # the connection was cut on purpose
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def running_provider(
    front: Front,
    *,
    seller: FileSigner,
    authority: FileSigner,
    facts: Seller,
) -> Iterator[ProviderServer]:
    with serving(ProviderServer(Books(seller, authority, facts), front)) as server:
        yield server


def as_json(status: int, said: object) -> Answer:
    return status, "application/json", json.dumps(said, ensure_ascii=False).encode()


def noon(xml: bytes) -> dt.datetime:
    """Midday of the invoice's own day."""
    found = re.search(rb"<NLap>([\d-]+)<", xml)
    assert found
    return dt.datetime.combine(dt.date.fromisoformat(found[1].decode()), dt.time(12), VIETNAM)


def with_total(draft: Draft, total: int) -> Draft:
    return replace(draft, total=total, total_in_words=amount_in_words(total))


def drafted(
    seller: Seller,
    buyer: Buyer,
    *,
    form: str,
    series: str,
    day: dt.date,
    payment: str,
    rows: list[tuple[LineKind, str, str | None, int | None, str]],
    rates: list[tuple[str, int]],
) -> Draft:
    """What the provider writes: its own sums over the rows it was given."""
    lines, sums = [], dict.fromkeys((rate for rate, _ in rates), 0)
    for place, (kind, name, quantity, amount, rate) in enumerate(rows, start=1):
        if kind == LineKind.NOTE:
            lines.append(Line(kind=kind, position=place, name=name))
            continue
        count = Decimal(quantity) if quantity else None
        lines.append(Line(kind=kind, position=place, name=name, quantity=count, amount=amount, rate=rate))
        if kind != LineKind.GIFT and rate in sums:
            sums[rate] += -(amount or 0) if kind == LineKind.DISCOUNT else amount or 0
    effects = [
        -(line.amount or 0) if line.kind == LineKind.DISCOUNT else line.amount or 0
        for line in lines
        if line.kind != LineKind.GIFT
    ]
    vat = sum(amount for _, amount in rates)
    total = sum(effects) + vat
    with_vat: dict[str, Any] = {"non_tariff_zone": 0}
    if form == "1":
        with_vat = {
            "financial_lease": 0,
            "net_amount": sum(effects),
            "vat_amount": vat,
            "rates": tuple(
                RateSummary(rate=rate, net_amount=sums[rate], vat_amount=amount) for rate, amount in rates
            ),
        }
    return Draft(
        form=form,
        title=TITLES[form],
        series=series,
        issued_on=day,
        payment_method=payment,
        solution_tax_code="0100109106",
        seller=seller,
        buyer=buyer,
        lines=tuple(lines),
        total=total,
        total_in_words=amount_in_words(total),
        **with_vat,
    )
