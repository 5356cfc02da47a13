"""The vectors that providers and others have published, to the letter."""

import json
import time
from typing import Any

import pytest

from shop.payments.provider import BadSignature, EventKind
from shop.payments.providers import casso, payos, vnpay
from shop.payments.providers.casso import Casso
from shop.payments.providers.payos import PayOs

ACCOUNT = "0123456789"

PAYOS_KEY = "1a54716c8f0efb2744fb28b6e38b25da7f67a925d98bc1c18bd8faaecadd7675"
PAYOS_SIGNATURE = "412e915d2871504ed31be63c8f62a149a4410d34c4c42affc9006ef9917eaa03"
PAYOS_DATA = {
    "orderCode": 123, "amount": 3000, "description": "VQRIO123", "accountNumber": "12345678",
    "reference": "TF230204212323", "transactionDateTime": "2023-02-04 18:25:00", "currency": "VND",
    "paymentLinkId": "124c33293c43417ab7879e14c8d9eb18", "code": "00", "desc": "Thành công",
    "counterAccountBankId": "", "counterAccountBankName": "", "counterAccountName": "",
    "counterAccountNumber": "", "virtualAccountName": "", "virtualAccountNumber": "",
}  # fmt: skip

CASSO_KEY = "mgExMrjj4i7a1p8Cs6LmFbpCd8lbw4sSX4LZXPag7TKazeIogtR90tvWYTkwQbvs"
CASSO_STAMP = 1_727_948_258_788
CASSO_SIGNATURE = (
    "ed0a4bd2e826d5cb69988cdb141e6c1a080e21f3b57eb72cd78192220042b9e7"
    "dde0868fc667faea8e224900fa7904e7c88dfa098032fb2d6b6996856e8b7ff3"
)
CASSO_MESSAGE = {
    "error": 0,
    "data": {
        "id": 0, "reference": "MA_GIAO_DICH_THU_NGHIEM", "description": "giao dich thu nghiem",
        "amount": 599000, "runningBalance": 25000000, "transactionDateTime": "2024-10-03 15:06:37",
        "accountNumber": "88888888", "bankName": "VPBank", "bankAbbreviation": "VPB",
        "virtualAccountNumber": "", "virtualAccountName": "", "counterAccountName": "NGUYEN VAN A",
        "counterAccountNumber": "8888888888", "counterAccountBankId": "970415",
        "counterAccountBankName": "VietinBank",
    },
}  # fmt: skip

VNPAY_FIELDS = {
    "vnp_Amount": "1000000", "vnp_BankCode": "NCB", "vnp_BankTranNo": "VNP14422574", "vnp_CardType": "ATM",
    "vnp_OrderInfo": "Thanh toan don hang 2024-05-21T02:17:31.249Z", "vnp_PayDate": "20240521091806",
    "vnp_ResponseCode": "00", "vnp_TmnCode": "TEST_TMN_CODE", "vnp_TransactionNo": "14422574",
    "vnp_TransactionStatus": "00", "vnp_TxnRef": "1716257871703",
}  # fmt: skip
VNPAY_PAID = (
    "649982421beb422556a1374713c74e58e716ecbd05007c0c0e1f7effdfaf361d"
    "bf146889ca446139afe11b9954c4d5c486e99e3b86fcfab6957f29eb0be72895"
)
VNPAY_FAILED = (
    "503194f6d93b57b357b2d1d09742565e67e86d771352c5dca4fc8d39df3d392c"
    "6b3809add9405f97cfb9631f445e36c80656cfbf47eac67d97fa165865c13e1b"
)


@pytest.fixture
def bank_settings(settings: Any) -> Any:
    settings.VIETQR_ACCOUNT, settings.BANK_EVENTS = ACCOUNT, "payos"
    settings.PAYOS_CHECKSUM_KEY, settings.CASSO_WEBHOOK_KEY = PAYOS_KEY, CASSO_KEY
    return settings


def payos_body(**changes: Any) -> bytes:
    data = PAYOS_DATA | changes
    return json.dumps({"code": "00", "data": data, "signature": payos.sign(PAYOS_KEY, data)}).encode()


def casso_delivery(**changes: Any) -> tuple[dict[str, str], bytes]:
    message = {"error": 0, "data": CASSO_MESSAGE["data"] | changes}  # type: ignore[operator]
    stamp = int(time.time() * 1000)
    proof = casso.sign(CASSO_KEY, stamp, message)
    # Keys travel in any order: what is signed is sorted.
    return {"X-Casso-Signature": f"t={stamp},v1={proof}"}, json.dumps(message, ensure_ascii=False).encode()


def test_the_vector_of_payos() -> None:
    assert payos.sign(PAYOS_KEY, PAYOS_DATA) == PAYOS_SIGNATURE


def test_the_vector_of_casso() -> None:
    assert casso.sign(CASSO_KEY, CASSO_STAMP, CASSO_MESSAGE) == CASSO_SIGNATURE


def test_the_vectors_of_vnpay() -> None:
    assert vnpay.sign("test_secret", VNPAY_FIELDS) == VNPAY_PAID
    assert vnpay.sign("test_secret", VNPAY_FIELDS | {"vnp_ResponseCode": "99"}) == VNPAY_FAILED
    ignored = VNPAY_FIELDS | {"vnp_SecureHash": "x", "vnp_SecureHashType": "y", "vnp_Empty": "", "utm": "z"}
    assert vnpay.sign("test_secret", ignored) == VNPAY_PAID


def test_the_message_that_registers_payos_is_taken_and_pays_for_nothing(bank_settings: Any) -> None:
    (event,) = PayOs().read_event({}, payos_body())
    assert (event.ignored, event.amount, event.memo) == ("other-account", 3000, "VQRIO123")


def test_payos_reads_money_to_our_account(bank_settings: Any) -> None:
    (event,) = PayOs().read_event({}, payos_body(accountNumber=ACCOUNT, description="CK HT2345678X"))
    assert (event.kind, event.ignored, event.amount) == (EventKind.CHARGE, "", 3000)
    assert event.texts == ("CK HT2345678X",)
    assert event.external_id == "124c33293c43417ab7879e14c8d9eb18:TF230204212323"
    assert event.occurred_at is not None and event.occurred_at.isoformat() == "2023-02-04T18:25:00+07:00"


def test_payos_may_send_fields_that_nobody_has_seen(bank_settings: Any) -> None:
    (event,) = PayOs().read_event({}, payos_body(new=None, other="undefined", flag=True, list=[{"b": 1}]))
    assert not event.unreadable


def test_casso_reads_money_to_our_account(bank_settings: Any) -> None:
    headers, body = casso_delivery(id=7, accountNumber=ACCOUNT, description="Trả đơn HT2345678X")
    (event,) = Casso().read_event(headers, body)
    assert (event.kind, event.external_id, event.amount, event.ignored) == (
        EventKind.CHARGE,
        "7",
        599_000,
        "",
    )
    assert event.bank_reference == "MA_GIAO_DICH_THU_NGHIEM"


def test_money_that_left_is_told_from_money_that_came(bank_settings: Any) -> None:
    headers, body = casso_delivery(id=8, accountNumber=ACCOUNT, amount=-20_000)
    (event,) = Casso().read_event(headers, body)
    assert (event.kind, event.amount) == (EventKind.OUTGOING, 20_000)


def test_the_trial_message_of_casso_pays_for_nothing(bank_settings: Any) -> None:
    headers, body = casso_delivery(accountNumber=ACCOUNT)
    assert Casso().read_event(headers, body)[0].ignored


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_or_early_message_of_casso_is_refused(bank_settings: Any, seconds: int) -> None:
    stamp = int((time.time() + seconds) * 1000)
    headers = {"X-Casso-Signature": f"t={stamp},v1={casso.sign(CASSO_KEY, stamp, CASSO_MESSAGE)}"}
    with pytest.raises(BadSignature):
        Casso().read_event(headers, json.dumps(CASSO_MESSAGE).encode())


def test_one_changed_byte_is_refused(bank_settings: Any) -> None:
    headers, body = casso_delivery(id=9, accountNumber=ACCOUNT)
    # Spaces between the parts are not signed; every other byte is.
    positions = [place for place in range(len(body)) if body[place : place + 1] not in b" "]
    for place in positions:
        forged = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(BadSignature):
            Casso().read_event(headers, forged)
    data = payos_body(accountNumber=ACCOUNT)
    with pytest.raises(BadSignature):
        PayOs().read_event({}, data.replace(b'"amount": 3000', b'"amount": 3001'))


@pytest.mark.parametrize("amount", [0, 1.5, "1e3", None, True, 10**16, [1]])
def test_an_amount_that_is_none_waits_for_a_person(bank_settings: Any, amount: Any) -> None:
    headers, body = casso_delivery(id=10, accountNumber=ACCOUNT, amount=amount)
    assert Casso().read_event(headers, body)[0].unreadable
    assert PayOs().read_event({}, payos_body(accountNumber=ACCOUNT, amount=amount))[0].unreadable
