"""The sandbox tax authority and the gateway that talks to it, over real HTTP on loopback."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from shop.invoices import formats
from shop.invoices.checking import check, check_answer
from shop.invoices.exchange import Envelope, ask_for_code, new_message_id, read_acknowledgement, unwrap, wrap
from shop.invoices.gateway import Receipt, State, TryAgainLater, WillNotSucceed
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.sandbox_keys import sandbox_signer, sandbox_trust
from shop.invoices.signer import FileSigner, Trust
from shop.invoices.signing import sign
from shop.invoices.verifying import verify
from shop.invoices.xmldsig import VIETNAM
from shop.sandbox.authority import Authority, Mood, Unavailable, UnknownMessage
from shop.sandbox.mounts import Reply
from shop.sandbox.server import SandboxServer, build_server
from shop.sandbox.tax_http import TaxFront
from tests.shop.invoices.examples import BUYER, ISSUED_ON, SELLER, SIGNED_AT, VAT_EXAMPLE
from tests.support.authority import keys_in
from tests.support.loopback import serving

SENDER = "V0109999044"
Signing = Callable[..., bytes]
ODD = Envelope(sender="TCT", receiver=SENDER, kind="999", message_id="TCT" + "A" * 32, tax_code="", count=2)


class Clock:
    """A clock that tests put forward."""

    def __init__(self) -> None:
        self.now = SIGNED_AT

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keys_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def authority(keys: Path, tmp_path: Path, clock: Clock) -> Authority:
    kept = Authority.in_folder(keys, clock=clock)
    return Authority(
        tmp_path / "state" / "a.sqlite3", signer=kept._signer, trust=sandbox_trust(keys), clock=clock
    )


@pytest.fixture
def server(authority: Authority) -> Iterator[SandboxServer]:
    with serving(SandboxServer(("127.0.0.1", 0), {"tax": TaxFront(authority)})) as server:
        yield server


@pytest.fixture
def gateway(server: SandboxServer) -> SandboxGateway:
    return SandboxGateway(f"{server.url}/tax")


@pytest.fixture(scope="module")
def trust(keys: Path) -> Trust:
    return sandbox_trust(keys)


@pytest.fixture(scope="module")
def seller(keys: Path) -> FileSigner:
    return sandbox_signer(keys, tax_code=SELLER.tax_code, name=SELLER.name)


@pytest.fixture(scope="module")
def signed(seller: FileSigner) -> Signing:
    def make(number: int = 42, day: int = 23, series: str = "C26TAA", **changes: object) -> bytes:
        on = dt.date(2026, 11, day)
        draft = replace(VAT_EXAMPLE, **changes).numbered(series=series, number=number, issued_on=on)
        at = dt.datetime.combine(on, dt.time(9), VIETNAM)
        return sign(formats.build(draft), seller, place="NBan", at=at)

    return make


def sent(gateway: SandboxGateway, invoice: bytes) -> Receipt:
    """What became of an invoice sent under a new id."""
    message_id = new_message_id(SENDER)
    gateway.submit(message_id, invoice)
    return gateway.fetch(message_id)


def reasons(authority: Authority, message: bytes) -> list[str]:
    """Codes with which a message is not taken."""
    return [
        reason.code for reason in read_acknowledgement(unwrap(authority.receive(message)).items[0]).reasons
    ]


def test_an_invoice_comes_back_with_a_code_and_a_signature(
    gateway: SandboxGateway, signed: Signing, trust: Trust
) -> None:
    message_id, invoice = new_message_id(SENDER), signed()
    taken = gateway.submit(message_id, invoice)
    assert (taken.state, taken.document, taken.reasons) == (State.ACKNOWLEDGED, b"", ())
    assert [kind for kind, _ in taken.exchanged] == ["200", "999"]
    answer = gateway.fetch(message_id)
    assert answer.state == State.ACCEPTED
    assert re.fullmatch("[0-9A-F]{34}", answer.authority_code)
    assert check_answer(invoice, answer.document, today=ISSUED_ON, trust=trust) == []
    assert [(found.place, found.faults) for found in verify(answer.document, trust=trust)] == [
        ("NBan", ()),
        ("CQT", ()),
    ]
    assert answer.exchanged[0][0] == "202"


def test_the_same_message_gets_the_same_answers(authority: Authority, signed: Signing) -> None:
    message_id = new_message_id(SENDER)
    message = ask_for_code(signed(), message_id=message_id)
    first = authority.receive(message), authority.answer(message_id)
    assert (authority.receive(message), authority.answer(message_id)) == first
    assert len(authority.codes()) == 1


def test_another_body_under_a_used_id_is_refused_and_changes_nothing(
    authority: Authority, signed: Signing
) -> None:
    message_id = new_message_id(SENDER)
    authority.receive(ask_for_code(signed(42), message_id=message_id))
    before = authority.answer(message_id), authority.codes()
    assert reasons(authority, ask_for_code(signed(43), message_id=message_id)) == ["9002"]
    assert (authority.answer(message_id), authority.codes()) == before


def test_the_same_invoice_under_a_new_id_keeps_its_code(gateway: SandboxGateway, signed: Signing) -> None:
    invoice = signed()
    assert sent(gateway, invoice).authority_code == sent(gateway, invoice).authority_code


def test_a_number_serves_one_invoice_only(
    gateway: SandboxGateway, authority: Authority, signed: Signing
) -> None:
    first = sent(gateway, signed(42))
    other = sent(gateway, signed(42, buyer=replace(BUYER, person="Người khác")))
    assert first.state == State.ACCEPTED
    assert (other.state, other.document, [reason.code for reason in other.reasons]) == (
        State.REJECTED,
        b"",
        ["9101"],
    )
    assert list(authority.codes().values()) == [first.authority_code]


def test_numbers_may_arrive_in_any_order_but_dates_follow_numbers(
    gateway: SandboxGateway, signed: Signing
) -> None:
    assert sent(gateway, signed(44)).state == State.ACCEPTED
    assert sent(gateway, signed(42, day=22)).state == State.ACCEPTED
    assert sent(gateway, signed(43)).state == State.ACCEPTED
    late, early = sent(gateway, signed(41)), sent(gateway, signed(45, day=22))
    assert [reason.code for receipt in (late, early) for reason in receipt.reasons] == ["9102", "9102"]
    assert sent(gateway, signed(41, series="C26TBB")).state == State.ACCEPTED


def test_a_faulty_invoice_is_refused_in_plain_words_and_its_number_stays_free(
    gateway: SandboxGateway, authority: Authority, signed: Signing, trust: Trust
) -> None:
    refused = sent(gateway, signed(42, total=1))
    assert refused.state == State.REJECTED
    assert any("Tổng tiền thanh toán sai" in reason.text for reason in refused.reasons)
    assert all(reason.advice for reason in refused.reasons)
    notice = unwrap(refused.exchanged[0][1]).items[0]
    assert [(found.place, found.faults) for found in verify(notice, trust=trust)] == [("CQT", ())]
    assert authority.codes() == {}
    assert sent(gateway, signed(42)).state == State.ACCEPTED


def test_a_changed_or_unsigned_invoice_is_refused(
    gateway: SandboxGateway, authority: Authority, signed: Signing
) -> None:
    tampered = signed().replace("Gạo".encode(), "Bạo".encode())
    for invoice in (tampered, formats.build(VAT_EXAMPLE)):
        assert sent(gateway, invoice).state == State.REJECTED
    assert authority.codes() == {}


def test_a_certificate_of_another_authority_is_refused(gateway: SandboxGateway, tmp_path: Path) -> None:
    stranger = sandbox_signer(tmp_path / "other", tax_code=SELLER.tax_code, name=SELLER.name)
    refused = sent(gateway, sign(formats.build(VAT_EXAMPLE), stranger, place="NBan", at=SIGNED_AT))
    assert [(reason.code, reason.text) for reason in refused.reasons] == [
        ("9287", "Chứng thư số không do nơi tin cậy cấp (DSCKS/NBan)")
    ]


def test_tomorrows_invoice_is_refused_today_and_taken_tomorrow(
    gateway: SandboxGateway, clock: Clock, signed: Signing
) -> None:
    assert sent(gateway, signed(day=24)).state == State.REJECTED
    clock.now += dt.timedelta(days=1)
    assert sent(gateway, signed(day=24)).state == State.ACCEPTED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"message_id": SENDER + "a" * 32}, "9003"),
        ({"sender": "V0109999037"}, "9003"),
        ({"kind": "201"}, "9004"),
        ({"kind": "203", "tax_code": "0109999037"}, "9006"),
        ({"receiver": "V0109999044"}, "9004"),
        ({"tax_code": "0109999037"}, "9006"),
    ],
)
def test_an_envelope_that_is_wrong_is_not_taken(
    change: dict[str, str], code: str, authority: Authority, signed: Signing
) -> None:
    right = Envelope(
        sender=SENDER, receiver="TCT", kind="200", message_id=new_message_id(SENDER), tax_code=SELLER.tax_code
    )
    envelope = replace(right, **change)
    assert reasons(authority, wrap(envelope, [signed()])) == [code]
    with pytest.raises(UnknownMessage):
        authority.answer(envelope.message_id)


def test_an_envelope_carries_one_uncoded_invoice_of_a_coded_series(
    authority: Authority, signed: Signing
) -> None:
    def wrapped(*documents: bytes) -> bytes:
        envelope = Envelope(
            sender=SENDER,
            receiver="TCT",
            kind="200",
            message_id=new_message_id(SENDER),
            tax_code=SELLER.tax_code,
            count=len(documents),
        )
        return wrap(envelope, documents)

    assert reasons(authority, wrapped(signed(), signed())) == ["9004"]
    assert reasons(authority, wrapped(b"<TBao/>")) == ["9005"]
    assert reasons(authority, wrapped(signed(series="K26TAA"))) == ["9007"]
    assert reasons(authority, wrapped(signed(series="C26MAA"))) == ["9007"]
    assert reasons(authority, b"not a message") == ["9001"]
    assert reasons(authority, wrapped(signed())) == []


def test_an_unknown_message_is_told_apart_from_a_pending_one(gateway: SandboxGateway) -> None:
    assert gateway.fetch(new_message_id(SENDER)).state == State.UNKNOWN


def test_a_slow_authority_answers_after_some_fetches(
    gateway: SandboxGateway, authority: Authority, signed: Signing
) -> None:
    authority.set_mood(Mood.SLOW, fetches=2)
    message_id = new_message_id(SENDER)
    gateway.submit(message_id, signed())
    states = [gateway.fetch(message_id).state for _ in range(4)]
    assert states == [State.ACKNOWLEDGED, State.ACKNOWLEDGED, State.ACCEPTED, State.ACCEPTED]


def test_a_slow_authority_answers_after_some_seconds(
    authority: Authority, clock: Clock, signed: Signing
) -> None:
    authority.set_mood(Mood.SLOW, fetches=0, seconds=60)
    message_id = new_message_id(SENDER)
    authority.receive(ask_for_code(signed(), message_id=message_id))
    clock.now += dt.timedelta(seconds=59)
    assert authority.answer(message_id) is None
    clock.now += dt.timedelta(seconds=1)
    assert authority.answer(message_id) is not None


def test_an_authority_that_is_down_takes_and_says_nothing(
    gateway: SandboxGateway, authority: Authority, signed: Signing
) -> None:
    message_id = new_message_id(SENDER)
    authority.set_mood(Mood.DOWN)
    with pytest.raises(TryAgainLater, match="503"):
        gateway.submit(message_id, signed())
    with pytest.raises(TryAgainLater, match="503"):
        gateway.fetch(message_id)
    authority.set_mood(Mood.NORMAL)
    assert gateway.fetch(message_id).state == State.UNKNOWN


def test_a_lost_reply_leaves_a_message_that_can_be_asked_for(
    gateway: SandboxGateway, authority: Authority, signed: Signing
) -> None:
    authority.set_mood(Mood.LOST_REPLY)
    message_id, invoice = new_message_id(SENDER), signed()
    with pytest.raises(TryAgainLater):
        gateway.submit(message_id, invoice)
    assert gateway.fetch(message_id).state == State.ACCEPTED
    authority.set_mood(Mood.NORMAL)
    assert gateway.submit(message_id, invoice).state == State.ACKNOWLEDGED
    assert len(authority.codes()) == 1


def test_a_rejecting_authority_says_so(
    gateway: SandboxGateway, authority: Authority, signed: Signing
) -> None:
    authority.set_mood(Mood.REJECT)
    refused = sent(gateway, signed())
    assert (refused.state, [reason.code for reason in refused.reasons]) == (State.REJECTED, ["9199"])
    assert authority.codes() == {}


def test_a_lying_authority_is_found_out(
    gateway: SandboxGateway, authority: Authority, signed: Signing, trust: Trust
) -> None:
    authority.set_mood(Mood.LYING)
    invoice = signed()
    answer = sent(gateway, invoice)
    codes = {item.code for item in check_answer(invoice, answer.document, today=ISSUED_ON, trust=trust)}
    assert {"answer_differs", "signature_broken", "total_sum"} <= codes


def test_the_authority_remembers_after_a_restart(
    keys: Path, tmp_path: Path, clock: Clock, signed: Signing
) -> None:
    message_id = new_message_id(SENDER)
    message = ask_for_code(signed(), message_id=message_id)
    first = Authority.in_folder(tmp_path / "f", clock=clock)
    first.set_mood(Mood.SLOW, fetches=0, seconds=1)
    acknowledged = first.receive(message)
    again = Authority.in_folder(tmp_path / "f", clock=clock)
    assert again.mood == Mood.SLOW
    assert again.receive(message) == acknowledged
    assert again.answer(message_id) is None


def test_one_number_sent_from_many_threads_gets_one_code(authority: Authority, signed: Signing) -> None:
    invoices = [signed(42, buyer=replace(BUYER, person=f"Người {n}")) for n in range(6)]
    ids = [new_message_id(SENDER) for _ in invoices]
    messages = [
        ask_for_code(invoice, message_id=identity) for invoice, identity in zip(invoices, ids, strict=True)
    ]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(authority.receive, messages))
    kinds = sorted(unwrap(authority.answer(identity) or b"").envelope.kind for identity in ids)
    assert kinds == ["202", "204", "204", "204", "204", "204"]
    assert len(authority.codes()) == 1


def test_the_trainer_changes_the_mood_over_http(server: SandboxServer, authority: Authority) -> None:
    url = f"{server.url}/tax/mood"
    assert requests.post(url, data=json.dumps({"mood": "slow", "fetches": 1}), timeout=5).json() == {
        "mood": "slow"
    }
    assert authority.mood == Mood.SLOW
    for wrong in ("{}", "[]", "1", "not json", '{"mood": "merry"}', '{"mood": "slow", "fetches": "x"}'):
        assert requests.post(url, data=wrong, timeout=5).status_code == 400
    assert requests.get(url, timeout=5).json() == {"mood": "slow"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/tax/elsewhere", 404),
        ("POST", "/tax/messages/x", 404),
        ("GET", "/bank/x", 404),
    ],
)
def test_other_places_are_not_served(method: str, path: str, status: int, server: SandboxServer) -> None:
    assert requests.request(method, server.url + path, timeout=5).status_code == status


def test_a_body_has_to_say_its_length_and_keep_to_it(server: SandboxServer) -> None:
    url = f"{server.url}/tax/messages"
    assert requests.post(url, data=iter([b"a"]), timeout=5).status_code == 411
    assert requests.post(url, data=b"a" * (4 * 1024 * 1024 + 1), timeout=5).status_code == 413


def test_a_bank_is_mounted_beside_the_tax_authority(tmp_path: Path) -> None:
    seen = []

    def bank(method: str, path: str, body: bytes) -> Reply:
        seen.append((method, path, body))
        return Reply(202, "application/json", b"{}")

    with serving(build_server("127.0.0.1", 0, folder=tmp_path, bank=bank)) as server:
        response = requests.post(f"{server.url}/bank/transfers?a=b", data=b"x", timeout=5)
    assert (response.status_code, response.text) == (202, "{}")
    assert seen == [("POST", "transfers", b"x")]


def test_nobody_listening_is_a_reason_to_try_again(signed: Signing) -> None:
    gateway = SandboxGateway("http://127.0.0.1:9", timeout=(0.5, 0.5))
    with pytest.raises(TryAgainLater, match="does not answer"):
        gateway.submit(new_message_id(SENDER), signed())


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(400, "text/plain", b""), WillNotSucceed),
        (Reply(302, "text/plain", b""), WillNotSucceed),
        (Reply(500, "text/plain", b""), TryAgainLater),
        (Reply(200, "text/html", b"<html>busy</html>"), TryAgainLater),
        (Reply(200, "text/html", b"<TDiep>"), TryAgainLater),
        (Reply(200, "text/html", wrap(ODD, [b"<TBao/>", b"<TBao/>"])), TryAgainLater),
        (Reply(200, "text/html", b" " * (4 * 1024 * 1024 + 1)), TryAgainLater),
    ],
)
def test_strange_replies_are_sorted_into_two_kinds(
    reply: Reply, error: type[Exception], server: SandboxServer, gateway: SandboxGateway, signed: Signing
) -> None:
    server.mounts["tax"] = lambda method, path, body: reply
    message_id = new_message_id(SENDER)
    with pytest.raises(error):
        gateway.submit(message_id, signed())
    with pytest.raises(error):
        gateway.fetch(message_id)


def test_an_answer_to_another_message_is_not_taken_for_ours(
    server: SandboxServer, gateway: SandboxGateway, authority: Authority, signed: Signing
) -> None:
    mine, other = new_message_id(SENDER), new_message_id(SENDER)
    message = ask_for_code(signed(), message_id=other)
    acknowledged = authority.receive(message)
    server.mounts["tax"] = lambda method, path, body: Reply(
        200, "application/xml", acknowledged if method == "POST" else authority.answer(other) or b""
    )
    with pytest.raises(TryAgainLater, match="another message"):
        gateway.submit(mine, signed())
    with pytest.raises(TryAgainLater, match="another message"):
        gateway.fetch(mine)


def test_a_down_authority_keeps_no_trace(authority: Authority, signed: Signing) -> None:
    authority.set_mood(Mood.DOWN)
    message_id = new_message_id(SENDER)
    with pytest.raises(Unavailable):
        authority.receive(ask_for_code(signed(), message_id=message_id))
    authority.set_mood(Mood.NORMAL)
    with pytest.raises(UnknownMessage):
        authority.answer(message_id)


def test_the_authoritys_own_invoice_passes_the_shops_check(
    authority: Authority, signed: Signing, trust: Trust
) -> None:
    message_id = new_message_id(SENDER)
    authority.receive(ask_for_code(signed(), message_id=message_id))
    (invoice,) = unwrap(authority.answer(message_id) or b"").items
    assert check(invoice, today=ISSUED_ON, trust=trust) == []
