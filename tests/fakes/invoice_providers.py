"""Viettel, VNPT and MISA as their documents describe them, over real HTTP, each with books and keys of its own.

They share the books (number, sign, send for a code); what differs is how each is spoken to.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape, unescape

from shop.invoices import formats
from shop.invoices.draft import TITLES, Buyer, Draft, Line, LineKind, RateSummary, Seller
from shop.invoices.exchange import with_code
from shop.invoices.reading import DECLARATION
from shop.invoices.signer import FileSigner
from shop.invoices.signing import sign
from shop.invoices.words import amount_in_words
from shop.invoices.xmldsig import VIETNAM
from tests.support.loopback import serving

USER, PASSWORD, ACCOUNT, APPID = "nguoi-dung", "mat-khau-cua-nguoi-dung", "tai-khoan", "ung-dung"
ACCOUNT_PASSWORD = "mat-khau-cua-tai-khoan"
FIRST_NUMBER = 1001


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
        made = Made(number, draft.form, draft.series, formats.build(_with_total(numbered, total)))
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
            made.xml = sign(made.unsigned, self.seller, place="NBan", at=_noon(made.unsigned))
        if b"<MCCQT" not in made.xml and not made.is_refused and (self.mood != "slow" or made.looks > 2):
            coded = with_code(made.xml, "00" + uuid.uuid4().hex.upper())
            made.xml = sign(coded, self.authority, place="CQT", at=_noon(made.unsigned))
        return made


class ProviderServer(ThreadingHTTPServer):
    """One provider; ``speak`` is how it is spoken to."""

    daemon_threads = True

    def __init__(self, books: Books, front: type[Viettel] | type[Vnpt] | type[Misa]) -> None:
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
    front: type[Viettel] | type[Vnpt] | type[Misa],
    *,
    seller: FileSigner,
    authority: FileSigner,
    facts: Seller,
) -> Iterator[ProviderServer]:
    with serving(ProviderServer(Books(seller, authority, facts), front)) as server:
        yield server


Answer = tuple[int, str, bytes]


def as_json(status: int, said: object) -> Answer:
    return status, "application/json", json.dumps(said, ensure_ascii=False).encode()


class Viettel:
    """REST with the token in a cookie."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path == "/auth/login":
            said = json.loads(body)
            token = self.books.log_in(said.get("username"), said.get("password"))
            if not token:
                return as_json(401, {"code": 401, "message": "UNAUTHORIZED"})
            return as_json(200, {"access_token": token, "expires_in": 5, "token_type": "bearer"})
        if headers.get("Cookie", "").removeprefix("access_token=") not in self.books.tokens:
            return as_json(401, {"code": 401, "message": "UNAUTHORIZED"})
        method = path.removeprefix("/services/einvoiceapplication/api/InvoiceAPI/")
        tax_code = self.books.seller_facts.tax_code
        if method == f"InvoiceWS/createInvoice/{tax_code}":
            return self._create(json.loads(body))
        if method == "InvoiceWS/searchInvoiceByTransactionUuid":
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            made = self.books.look(form["transactionUuid"]) if form["supplierTaxCode"] == tax_code else None
            if made is None:
                return as_json(400, {"code": 400, "message": "NOT_FOUND_DATA", "data": "Không tìm thấy"})
            row = {
                "invoiceNo": f"{made.series}{made.number}",
                "templateCode": f"{made.form}/001",
                "reservationCode": made.lookup_code,
            }
            return as_json(200, {"errorCode": None, "description": None, "result": [row]})
        if method == "InvoiceUtilsWS/getInvoiceRepresentationFile":
            return self._file(json.loads(body))
        return as_json(404, {"code": 404, "message": "NOT_FOUND"})

    def _create(self, said: dict[str, Any]) -> Answer:
        general = said["generalInvoiceInfo"]
        if self.books.mood == "reject":
            return as_json(
                400, {"code": 400, "message": "BAD_REQUEST_TAX_CODE", "data": "Mã số thuế người mua sai"}
            )
        key = general["transactionUuid"]
        made = self.books.made.get(key) or self.books.put(key, self._draft(said))
        result = {
            "supplierTaxCode": self.books.seller_facts.tax_code,
            "invoiceNo": f"{made.series}{made.number}",
            "transactionID": key,
            "reservationCode": made.lookup_code,
        }
        return as_json(200, {"errorCode": None, "description": None, "result": result})

    def _draft(self, said: dict[str, Any]) -> Draft:
        general, buyer = said["generalInvoiceInfo"], said["buyerInfo"]
        assert general["templateCode"] == f"{general['invoiceType']}/001"
        names = {-2: "KCT", -1: "KKKNT", 0: "0%", 5: "5%", 8: "8%", 10: "10%"}
        kinds = {1: LineKind.GOODS, 2: LineKind.NOTE, 3: LineKind.DISCOUNT}
        rows = [
            (
                kinds[item["selection"]],
                item["itemName"],
                item.get("quantity"),
                item.get("itemTotalAmountWithoutTax"),
                names.get(item.get("taxPercentage"), ""),
            )
            for item in said["itemInfo"]
        ]
        rates = [(names[one["taxPercentage"]], one["taxAmount"]) for one in said["taxBreakdowns"]]
        return _draft(
            self.books.seller_facts,
            Buyer(
                person=buyer["buyerName"],
                name=buyer["buyerLegalName"],
                tax_code=buyer["buyerTaxCode"],
                address=buyer["buyerAddressLine"],
            ),
            form=general["invoiceType"],
            series=general["invoiceSeries"],
            day=dt.datetime.fromtimestamp(general["invoiceIssuedDate"] / 1000, VIETNAM).date(),
            payment=said["payments"][0]["paymentMethodName"],
            rows=rows,
            rates=rates,
        )

    def _file(self, said: dict[str, Any]) -> Answer:
        made = next(
            (made for made in self.books.made.values() if f"{made.series}{made.number}" == said["invoiceNo"]),
            None,
        )
        if made is None or said["fileType"] != "ZIP":
            return as_json(400, {"code": 400, "message": "NOT_FOUND_DATA"})
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
            files.writestr("readme.txt", "x")
            files.writestr(f"{said['invoiceNo']}.xml", made.xml)
        return as_json(
            200,
            {"errorCode": None, "fileToBytes": base64.b64encode(packed.getvalue()).decode(), "fileName": "x"},
        )


class Vnpt:
    """SOAP with both credential pairs in the body."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        action = headers["SOAPAction"].strip('"').removeprefix("http://tempuri.org/")
        text = body.decode()
        fields = {name: unescape(value) for name, value in re.findall(r"<(\w+)>([^<]*)</\1>", text)}
        if path != "/PublishService.asmx" or f"<{action} xmlns=" not in text:
            return 404, "text/plain", b""
        said = getattr(self, f"_{action}")(fields)
        result = f"<{action}Result>{escape(said)}</{action}Result>"
        envelope = (
            '<?xml version="1.0" encoding="utf-8"?>'
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<{action}Response xmlns="http://tempuri.org/">{result}</{action}Response></soap:Body></soap:Envelope>'
        )
        return 200, "text/xml; charset=utf-8", envelope.encode()

    def _ImportAndPublishInv(self, fields: dict[str, str]) -> str:
        company = (fields["Account"], fields["ACpass"]) == (ACCOUNT, ACCOUNT_PASSWORD)
        if not company or not self.books.log_in(fields["username"], fields["password"]):
            return "ERR:1"
        found = re.fullmatch(
            r"<DSHDon><HDon><key>(\w+)</key><DLHDon>(.*)</DLHDon></HDon></DSHDon>", fields["xmlInvData"], re.S
        )
        if found is None:
            return "ERR:3"
        key, inner = found[1], found[2]
        if self.books.mood == "reject":
            return "ERR:30"
        if key in self.books.made:
            return "ERR:13"
        number = FIRST_NUMBER + len(self.books.made)
        inner = re.sub(r"(</KHHDon>)", rf"\g<1><SHDon>{number}</SHDon>", inner, count=1)
        if self.books.mood == "lying":
            inner = inner.replace("</TgTTTBSo>", "0</TgTTTBSo>")
        xml = DECLARATION + f'<HDon><DLHDon Id="HD{uuid.uuid4().hex}">{inner}</DLHDon></HDon>'.encode()
        form, _, _ = fields["pattern"].partition("/")
        self.books.made[key] = Made(number, form, fields["serial"], xml)
        return f"OK:{fields['pattern']};{fields['serial']}-{key}_{number}"

    def _SendInvNoticeErrors(self, fields: dict[str, str]) -> str:
        company = (fields["Account"], fields["ACpass"]) == (ACCOUNT, ACCOUNT_PASSWORD)
        if not company or not self.books.log_in(fields["username"], fields["password"]):
            return "ERR:1"
        listed = r"<DSHDon>(<HDon><STT>\d+</STT>(?:<\w+>[^<]+</\w+>)+</HDon>)+</DSHDon>"
        head = r"<TNNT>[^<]+</TNNT>(?:<\w+>[^<]+</\w+>)*<NTBao>\d{4}-\d\d-\d\d</NTBao>(?:<\w+>[^<]+</\w+>)*"
        if not re.fullmatch(rf"<DLTBao>{head}{listed}</DLTBao>", fields["xml"].strip()):
            return "ERR:3"
        if self.books.mood == "reject":
            return "ERR:22"
        self.books.notices.append(fields["xml"])
        return f"OK:V{len(self.books.notices):05d}"

    def _GetInvDataByFkey(self, fields: dict[str, str]) -> str:
        if not self.books.log_in(fields["userName"], fields["userPass"]):
            return "ERR:1"
        made = self.books.look(fields["fkey"])
        return made.xml.decode() if made else "ERR:6"

    def _GetMCCQThueByInvTokensNoXMLSign(self, fields: dict[str, str]) -> str:
        _, _, number = fields["invTokens"].split(";")
        made = next(made for made in self.books.made.values() if made.number == int(number))
        state = "3" if made.is_refused else "1"
        return f"<DSHDon><HDon><TThai>{state}</TThai><MTLoi>Sai mã số thuế</MTLoi></HDon></DSHDon>"


class Misa:
    """REST with a bearer token; rows come as a list written in a text."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        said = json.loads(body)
        if path == "/auth/token":
            asked = (said.get("appid"), said.get("taxcode")) == (APPID, self.books.seller_facts.tax_code)
            token = self.books.log_in(said.get("username"), said.get("password")) if asked else ""
            return as_json(200, {"success": bool(token), "data": token or None})
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.books.tokens:
            return as_json(401, {"success": False})
        assert headers["CompanyTaxCode"] == self.books.seller_facts.tax_code
        if path == "/invoice":
            return self._publish(said)
        if path.startswith("/invoice/status?inputType=2"):
            rows = [self._row(key, made) for key in said if (made := self.books.look(key))]
            return as_json(200, {"success": True, "data": json.dumps(rows)})
        if path.startswith("/invoice/Download?downloadDataType=xml"):
            files = [
                {"TransactionID": made.lookup_code, "Data": base64.b64encode(made.xml).decode()}
                for made in self.books.made.values()
                if made.lookup_code in said
            ]
            return as_json(200, {"success": True, "data": json.dumps(files)})
        return as_json(404, {"success": False})

    def _publish(self, said: dict[str, Any]) -> Answer:
        assert said["SignType"] == 2
        (content,) = said["InvoiceData"]
        key = content["RefID"]
        if key in self.books.made:
            row = self._row(key, self.books.made[key]) | {"ErrorCode": "DuplicateInvoiceRefID"}
        else:
            row = self._row(key, self.books.put(key, self._draft(content)))
        return as_json(200, {"success": True, "publishInvoiceResult": json.dumps([row])})

    def _row(self, key: str, made: Made) -> dict[str, Any]:
        code = re.search(rb"<MCCQT[^>]*>(\w+)<", made.xml)
        return {
            "RefID": key,
            "TransactionID": made.lookup_code,
            "InvNo": f"{made.number:08d}",
            "InvSeries": made.form + made.series,
            "InvCode": code[1].decode() if code else None,
            "SendTaxStatus": 3 if made.is_refused else 1,
            "MessageReject": "Sai mã số thuế người mua" if made.is_refused else "",
            "ErrorCode": "",
        }

    def _draft(self, content: dict[str, Any]) -> Draft:
        kinds = {1: LineKind.GOODS, 2: LineKind.GIFT, 3: LineKind.DISCOUNT, 4: LineKind.NOTE}
        rows = [
            (kinds[one["ItemType"]], one["ItemName"], one["Quantity"], one["AmountOC"], one["VATRateName"])
            for one in content["OriginalInvoiceDetail"]
        ]
        return _draft(
            self.books.seller_facts,
            Buyer(
                person=content["BuyerFullName"],
                name=content["BuyerLegalName"],
                tax_code=content["BuyerTaxCode"],
                address=content["BuyerAddress"],
            ),
            form=content["InvSeries"][0],
            series=content["InvSeries"][1:],
            day=dt.date.fromisoformat(content["InvDate"]),
            payment=content["PaymentMethodName"],
            rows=rows,
            rates=[(one["VATRateName"], one["VATAmountOC"]) for one in content["TaxRateInfo"]],
        )


def _noon(xml: bytes) -> dt.datetime:
    found = re.search(rb"<NLap>([\d-]+)<", xml)
    assert found
    return dt.datetime.combine(dt.date.fromisoformat(found[1].decode()), dt.time(12), VIETNAM)


def _with_total(draft: Draft, total: int) -> Draft:
    return replace(draft, total=total, total_in_words=amount_in_words(total))


def _draft(
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
