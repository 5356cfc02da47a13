"""One contract for every road to the tax authority, and what each provider has of its own.

The counterparts are real HTTP servers written from the providers' documents (``tests/fakes``).
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from shop.invoices import formats
from shop.invoices.draft import Correction, Draft, Related
from shop.invoices.exchange import new_message_id
from shop.invoices.gateway import InvoiceGateway, State, TryAgainLater
from shop.invoices.gateways.accounts import BadAccount, read_accounts
from shop.invoices.gateways.answers import check_provider_answer
from shop.invoices.gateways.calls import xml_in_zip
from shop.invoices.gateways.misa import MisaAccount, MisaGateway
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.gateways.viettel import ViettelAccount, ViettelGateway, invoice_content
from shop.invoices.gateways.vnpt import VnptAccount, VnptGateway
from shop.invoices.sandbox_keys import sandbox_authority
from shop.invoices.signer import FileSigner, Trust
from shop.invoices.signing import sign
from shop.invoices.xmldsig import VIETNAM
from shop.sandbox.authority import Mood
from shop.sandbox.server import build_server
from tests.fakes import invoice_providers as fakes
from tests.shop.invoices.examples import SALES_EXAMPLE, SELLER, SIGNED_AT, VAT_EXAMPLE
from tests.support.loopback import serving

TODAY = dt.date(2026, 11, 27)
QUICK = (1.0, 5.0)
PROVIDERS = ("viettel", "vnpt", "misa")


@dataclass
class Road:
    """A gateway and the other side of it."""

    gateway: InvoiceGateway
    set_mood: Callable[[str], None]
    count: Callable[[], int]
    books: fakes.Books | None = None


def provider_gateway(name: str, url: str, password: str = fakes.PASSWORD) -> InvoiceGateway:
    who = {"tax_code": SELLER.tax_code, "user": fakes.USER, "password": password}
    if name == "viettel":
        return ViettelGateway(ViettelAccount(**who), url=url, timeout=QUICK)
    if name == "misa":
        return MisaGateway(MisaAccount(**who, appid=fakes.APPID), url=url, timeout=QUICK)
    company = {"account": fakes.ACCOUNT, "account_password": fakes.ACCOUNT_PASSWORD}
    return VnptGateway(VnptAccount(**who, **company), url=url, timeout=QUICK)


@pytest.fixture(params=["sandbox", *PROVIDERS])
def road(
    request: pytest.FixtureRequest, keys: Path, seller_signer: FileSigner, tmp_path: Path
) -> Iterator[Road]:
    name = request.param
    if name == "sandbox":
        for path in keys.iterdir():
            (tmp_path / path.name).write_bytes(path.read_bytes())
        with serving(build_server("127.0.0.1", 0, folder=tmp_path)) as server:
            authority = server.mounts["tax"].authority
            yield Road(
                SandboxGateway(f"{server.url}/tax", timeout=QUICK),
                lambda mood: authority.set_mood(Mood(mood), fetches=2),
                lambda: len(authority.codes()),
            )
        return
    front = {"viettel": fakes.Viettel, "vnpt": fakes.Vnpt, "misa": fakes.Misa}[name]
    with fakes.running_provider(
        front, seller=seller_signer, authority=sandbox_authority(keys), facts=SELLER
    ) as provider:

        def set_mood(mood: str) -> None:
            provider.books.mood = mood

        yield Road(
            provider_gateway(name, provider.url), set_mood, lambda: len(provider.books.made), provider.books
        )


provider_only = pytest.mark.parametrize("road", PROVIDERS, indirect=True)


@pytest.fixture
def signed_today(seller_signer: FileSigner) -> bytes:
    return document(VAT_EXAMPLE, seller_signer)


def document(draft: Draft, signer: FileSigner) -> bytes:
    return sign(formats.build(draft), signer, place="NBan", at=SIGNED_AT)


def message_id() -> str:
    return new_message_id("0109999037")


class TestContract:
    """Holds for every gateway."""

    @pytest.mark.parametrize("draft", [VAT_EXAMPLE, SALES_EXAMPLE], ids=["vat", "sales"])
    def test_an_invoice_comes_back_with_a_code_and_says_the_same(
        self, road: Road, seller_signer: FileSigner, trust: Trust, draft: Draft
    ) -> None:
        sent, key = document(draft, seller_signer), message_id()
        assert road.gateway.submit(key, sent).state == State.ACKNOWLEDGED
        receipt = road.gateway.fetch(key)
        assert (receipt.state, receipt.message_id) == (State.ACCEPTED, key)
        assert receipt.authority_code.encode() in receipt.document
        assert road.gateway.compare(sent, receipt.document, today=TODAY, trust=trust) == []

    def test_a_message_nobody_has_seen_is_unknown(self, road: Road) -> None:
        assert road.gateway.fetch(message_id()).state == State.UNKNOWN

    def test_the_same_message_twice_is_one_invoice(self, road: Road, signed_today: bytes) -> None:
        key = message_id()
        for _ in range(2):
            assert road.gateway.submit(key, signed_today).state == State.ACKNOWLEDGED
        road.gateway.fetch(key)
        assert road.count() == 1

    def test_after_a_lost_reply_the_search_finds_the_invoice(self, road: Road, signed_today: bytes) -> None:
        key = message_id()
        if road.books is not None:  # so that the log-in is not what gets lost
            road.gateway.fetch(message_id())
        road.set_mood("lost_reply")
        with pytest.raises(TryAgainLater):
            road.gateway.submit(key, signed_today)
        road.set_mood("normal")
        assert road.gateway.fetch(key).state == State.ACCEPTED
        assert road.count() == 1

    def test_who_is_down_is_asked_again_later(self, road: Road, signed_today: bytes) -> None:
        road.set_mood("down")
        with pytest.raises(TryAgainLater):
            road.gateway.submit(message_id(), signed_today)
        with pytest.raises(TryAgainLater):
            road.gateway.fetch(message_id())
        assert road.count() == 0

    def test_a_refusal_says_why(self, road: Road, signed_today: bytes) -> None:
        key = message_id()
        road.set_mood("reject")
        receipt = road.gateway.submit(key, signed_today)
        if receipt.state == State.ACKNOWLEDGED:
            receipt = road.gateway.fetch(key)
        assert receipt.state == State.REJECTED
        assert all(reason.text for reason in receipt.reasons)
        assert len(receipt.reasons) == 1

    def test_a_code_may_take_its_time(self, road: Road, signed_today: bytes) -> None:
        key = message_id()
        road.set_mood("slow")
        road.gateway.submit(key, signed_today)
        states = [road.gateway.fetch(key).state for _ in range(3)]
        assert states == [State.ACKNOWLEDGED, State.ACKNOWLEDGED, State.ACCEPTED]

    def test_an_invoice_that_says_something_else_is_found_out(
        self, road: Road, signed_today: bytes, trust: Trust
    ) -> None:
        key = message_id()
        road.set_mood("lying")
        road.gateway.submit(key, signed_today)
        receipt = road.gateway.fetch(key)
        found = road.gateway.compare(signed_today, receipt.document, today=TODAY, trust=trust)
        assert "answer_differs" in {fault.code for fault in found}

    def test_what_is_archived_holds_no_secret(self, road: Road, signed_today: bytes) -> None:
        key = message_id()
        sent = road.gateway.submit(key, signed_today)
        got = road.gateway.fetch(key)
        assert [kind for kind, _ in (*sent.exchanged, *got.exchanged)] == ["200", "999", "202"]
        raw = b"".join(body for _, body in (*sent.exchanged, *got.exchanged))
        for secret in (fakes.PASSWORD, fakes.ACCOUNT_PASSWORD, *(road.books.tokens if road.books else ())):
            assert secret.encode() not in raw


@provider_only
def test_a_provider_gives_its_own_number(road: Road, signed_today: bytes) -> None:
    key = message_id()
    road.gateway.submit(key, signed_today)
    official = road.gateway.fetch(key).official
    assert official is not None
    assert (official.form, official.series, official.number) == ("1", "C26TAA", fakes.FIRST_NUMBER)


@provider_only
def test_a_wrong_password_is_not_tried_again(
    road: Road, signed_today: bytes, request: pytest.FixtureRequest
) -> None:
    assert road.books is not None
    road.books.refuses_login = True
    for _ in range(2):
        with pytest.raises(TryAgainLater, match="log-in"):
            road.gateway.submit(message_id(), signed_today)
    assert road.books.logins == 1
    assert road.count() == 0


@provider_only
def test_garbage_means_nobody_knows(road: Road, signed_today: bytes) -> None:
    road.gateway.fetch(message_id())
    road.set_mood("garbage")
    with pytest.raises(TryAgainLater):
        road.gateway.submit(message_id(), signed_today)
    with pytest.raises(TryAgainLater):
        road.gateway.fetch(message_id())


@pytest.mark.parametrize("road", ["viettel", "misa"], indirect=True)
def test_a_log_in_that_ended_is_renewed_once(road: Road, signed_today: bytes) -> None:
    assert road.books is not None
    road.gateway.fetch(message_id())
    road.books.tokens.clear()
    assert road.gateway.submit(message_id(), signed_today).state == State.ACKNOWLEDGED
    assert road.books.logins == 2


def test_a_correction_names_the_invoice_it_corrects() -> None:
    related = Related(
        correction=Correction.ADJUSTS,
        form="1",
        series="C26TAA",
        number="41",
        issued_on=dt.date(2026, 11, 20),
        note="Điều chỉnh cho hóa đơn Mẫu số 1 ký hiệu C26TAA số 41 ngày 20 tháng 11 năm 2026",
    )
    general = invoice_content(replace(VAT_EXAMPLE, related=related), "x", "001")["generalInvoiceInfo"]
    assert (general["adjustmentType"], general["originalInvoiceId"]) == ("5", "C26TAA41")
    midnight = dt.datetime(2026, 11, 20, tzinfo=VIETNAM)
    assert general["originalInvoiceIssueDate"] == int(midnight.timestamp()) * 1000


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("<MST>0199999021", "<MST>0199999039", "NDHDon/NMua/MST"),
        ("<NLap>2026-11-23", "<NLap>2026-11-24", "TTChung/NLap"),
        ("<SLuong>20<", "<SLuong>21<", "NDHDon/DSHHDVu"),
        ("<TThue>184000<", "<TThue>184001<", "NDHDon/TToan/THTTLTSuat"),
        ("<TgTTTBSo>3984000<", "<TgTTTBSo>3984001<", "NDHDon/TToan/TgTTTBSo"),
        ("gói 250 g", "gói 500 g", "NDHDon/DSHHDVu"),
    ],
)
def test_every_value_that_a_provider_changes_is_named(
    signed_today: bytes, old: str, new: str, path: str
) -> None:
    assert old.encode() in signed_today
    changed = signed_today.replace(old.encode(), new.encode())
    found = check_provider_answer(signed_today, changed, today=TODAY, trust=None)
    assert [fault.path for fault in found if fault.code == "answer_differs"] == [f"HDon/DLHDon/{path}"]


@pytest.mark.parametrize(
    "answer", [b"", b"<HDon/>", b"<!DOCTYPE x><HDon/>", b"<HDon><DLHDon/></HDon>", b"\xff"]
)
def test_an_answer_that_is_no_invoice_is_never_taken(signed_today: bytes, answer: bytes) -> None:
    assert check_provider_answer(signed_today, answer, today=TODAY, trust=None) != []


def test_an_archive_that_swells_is_not_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("a.xml", b" " * (64 * 1024 * 1024))
    with pytest.raises(TryAgainLater, match="too big"):
        xml_in_zip(packed.getvalue())
    for broken in (b"", b"PK", packed.getvalue()[:200]):
        with pytest.raises(TryAgainLater):
            xml_in_zip(broken)


def test_accounts_are_read_with_their_secrets_from_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(
        '{"5699999011": {"user": "u", "password_env": "P", "account": "a", "account_password_env": "Q"}}'
    )
    secrets = {"P": "x", "Q": "y"}
    found = read_accounts(path, provider="vnpt", url="https://htx.example", environment=secrets)
    assert list(found) == ["5699999011"]
    for provider, environment, says in (
        ("vnpt", {"P": "x"}, "Q is not set"),
        ("viettel", secrets, "exactly password_env, user"),
        ("misa", secrets, "exactly appid_env"),
    ):
        with pytest.raises(BadAccount, match=says):
            read_accounts(path, provider=provider, url="https://htx.example", environment=environment)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"1": 2}', '{"1": {"user": 1}}'])
def test_a_file_of_accounts_with_a_mistake_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(text)
    with pytest.raises(BadAccount):
        read_accounts(path, provider="viettel", url="", environment={})
