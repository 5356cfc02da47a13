"""Only what SePay signed now is believed, and whatever it says is read without a complaint."""

import datetime as dt
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.payments.provider import BadSignature, EventKind
from shop.payments.providers.sepay import read, sign, verify

SECRET, NOW = "khoá-bí-mật", 1_795_000_000
BODY = '{"id":1,"content":"đơn HT2345678X"}'.encode()
ACCOUNT = "0123456789"


def headers(body: bytes = BODY, *, secret: str = SECRET, at: int = NOW) -> dict[str, str]:
    return {"X-SePay-Timestamp": str(at), "X-SePay-Signature": sign(secret, at, body)}


def check(given: dict[str, str], body: bytes = BODY, secrets: tuple[str, ...] = (SECRET, "")) -> None:
    verify(given, body, secrets=secrets, now=NOW)


def message(**changes: object) -> bytes:
    fields = {
        "id": 92704,
        "transactionDate": "2026-11-23 14:05:09",
        "accountNumber": ACCOUNT,
        "content": "MBVCB.HT2345678X",
        "transferType": "in",
        "transferAmount": 2_277_000,
    }
    return json.dumps(fields | changes).encode()


def test_the_signature_is_the_hmac_of_stamp_dot_body() -> None:
    expected = hmac.new(SECRET.encode(), b"1795000000." + BODY, hashlib.sha256).hexdigest()
    assert sign(SECRET, NOW, BODY) == f"sha256={expected}"


def test_a_genuine_message_is_accepted_up_to_five_minutes_away() -> None:
    for at in (NOW - 300, NOW, NOW + 300):
        check(headers(at=at))


@pytest.mark.parametrize("at", [NOW - 301, NOW + 301])
def test_an_old_or_early_message_is_refused(at: int) -> None:
    with pytest.raises(BadSignature, match="timestamp"):
        check(headers(at=at))


def test_during_rotation_both_secrets_are_good() -> None:
    check(headers(secret="cũ"), secrets=(SECRET, "cũ"))
    check(headers(secret=SECRET), secrets=(SECRET, "cũ"))


def test_an_empty_secret_never_matches() -> None:
    with pytest.raises(BadSignature):
        check(headers(secret=""), secrets=("", ""))


@pytest.mark.parametrize(
    "changes",
    [
        {"X-SePay-Signature": ""},
        {"X-SePay-Signature": sign(SECRET, NOW, BODY).removeprefix("sha256=")},
        {"X-SePay-Signature": sign("another", NOW, BODY)},
        {"X-SePay-Signature": "sha256=đ"},
        {"X-SePay-Timestamp": ""},
        {"X-SePay-Timestamp": "nan"},
        {"X-SePay-Timestamp": "١٧٩٥٠٠٠٠٠٠"},
        {"X-SePay-Timestamp": str(NOW + 1)},
        {"X-SePay-Timestamp": "9" * 5000},
    ],
)
def test_wrong_headers_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        check(headers() | changes)


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused(position: int, change: int) -> None:
    altered = bytearray(BODY)
    altered[position] ^= change
    with pytest.raises(BadSignature, match="signature"):
        check(headers(), bytes(altered))


def test_header_names_come_in_any_case() -> None:
    check({name.lower(): value for name, value in headers().items()})


def test_an_incoming_transfer_is_read() -> None:
    event = read(message(), account=ACCOUNT)
    assert (event.external_id, event.amount, event.memo) == ("92704", 2_277_000, "MBVCB.HT2345678X")
    assert event.occurred_at == dt.datetime(2026, 11, 23, 7, 5, 9, tzinfo=dt.UTC)
    assert (event.ignored, event.unreadable) == ("", False)


def test_a_virtual_account_counts_as_ours() -> None:
    assert read(message(accountNumber="999", subAccount=ACCOUNT), account=ACCOUNT).ignored == ""


def test_an_amount_written_with_a_point_is_exact() -> None:
    body = message().replace(b"2277000", b"2277000.0")
    assert read(body, account=ACCOUNT).amount == 2_277_000


@pytest.mark.parametrize(
    ("changes", "marked"),
    [
        ({"transferType": "out"}, (EventKind.OUTGOING, "")),
        ({"transferType": None}, (EventKind.OUTGOING, "")),
        ({"accountNumber": "1"}, (EventKind.CHARGE, "other-account")),
    ],
)
def test_what_is_not_money_to_us_is_marked(changes: dict[str, object], marked: tuple[str, str]) -> None:
    event = read(message(**changes), account=ACCOUNT)
    assert (event.kind, event.ignored) == marked


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b"[" * 200_000,
        b'{"id": ' + b"9" * 5000 + b"}",
        message(id=None),
        message(id=True),
        message(id={}),
        message(id=" "),
        message(id="7" * 61),
        message(transferAmount=0),
        message(transferAmount=-5),
        message(transferAmount=True),
        message(transferAmount="5000"),
        message(transferAmount=None),
        message(transferAmount=10**15),
        message().replace(b"2277000", b"2277000.5"),
        message().replace(b"2277000", b"NaN"),
        message().replace(b"2277000", b"1e999"),
        message().replace(b"2277000", b"1e999999999999"),
    ],
)
def test_what_cannot_be_understood_is_marked_unreadable(body: bytes) -> None:
    event = read(body, account=ACCOUNT)
    assert event.unreadable
    assert (event.amount, event.external_id) == (0, f"sha256:{hashlib.sha256(body).hexdigest()}")


def test_text_the_database_cannot_hold_is_cleaned() -> None:
    event = read(message(content="a\x00b\ud800c" + "d" * 900), account=ACCOUNT)
    assert event.memo.startswith("a b c") and len(event.memo) <= 500
    assert read(message(content=["HT2345678X"]), account=ACCOUNT).memo == ""


@given(st.binary(max_size=200) | st.text(max_size=80).map(str.encode))
def test_any_bytes_are_read_without_a_complaint(body: bytes) -> None:
    read(body, account=ACCOUNT)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["id", "transferAmount", "content", "accountNumber", "transferType", "transactionDate"]
        ),
        json_values,
    )
)
def test_any_fields_are_read_without_a_complaint(changes: dict[str, object]) -> None:
    read(message(**changes), account=ACCOUNT)
