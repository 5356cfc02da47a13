"""The QR code says exactly what is to be paid, and reads back."""

import io
import random
import re
import string
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from vietnam_qr_pay import QRPay

from shop.payments.vietqr import Transfer, UnreadablePayload, crc16, payload_of, qr_png, qr_svg, read_payload

KNOWN = (
    "00020101021238540010A00000072701240006970436011001234567890208QRIBFTTA"
    "530370454061250005802VN62120808DH10000163041E58"
)
FOREIGN = "00020001021238570010A00000072701270006970436011308810004580860208QRIBFTTA53037045802VN6304CD60"

transfers = st.builds(
    Transfer,
    bank_bin=st.from_regex(r"[0-9]{6}", fullmatch=True),
    account=st.text(string.ascii_letters + string.digits, min_size=1, max_size=19),
    amount=st.none() | st.integers(1, 499_999_999),
    memo=st.text(string.ascii_uppercase + string.digits + " ", min_size=1, max_size=25),
)


def test_the_known_payload_is_made_to_the_letter() -> None:
    assert payload_of(Transfer("970436", "0123456789", 125_000, "DH100001")) == KNOWN


def test_a_payload_of_another_maker_is_read() -> None:
    assert read_payload(FOREIGN) == Transfer("970436", "0881000458086", None, "")


def test_the_checksum_keeps_its_leading_zeros() -> None:
    assert crc16(b"123456789") == "29B1"
    sums = [crc16(str(number).encode()) for number in range(3000)]
    assert any(found.startswith("0") for found in sums)
    assert all(re.fullmatch("[0-9A-F]{4}", found) for found in sums)


@given(transfers)
def test_every_payload_reads_back(transfer: Transfer) -> None:
    assert read_payload(payload_of(transfer)) == transfer


@given(transfers, st.data())
def test_one_changed_character_is_refused(transfer: Transfer, data: st.DataObject) -> None:
    payload = payload_of(transfer)
    position = data.draw(st.integers(0, len(payload) - 1))
    other = data.draw(
        st.sampled_from(string.ascii_uppercase + string.digits).filter(lambda c: c != payload[position])
    )
    with pytest.raises(UnreadablePayload):
        read_payload(payload[:position] + other + payload[position + 1 :])


@given(st.text())
def test_any_other_text_is_refused_as_such(text: str) -> None:
    with pytest.raises(UnreadablePayload):
        read_payload(text)


@given(st.from_regex(r"[0-9]{0,60}", fullmatch=True))
def test_a_right_checksum_over_nonsense_is_refused(text: str) -> None:
    with pytest.raises(UnreadablePayload):
        read_payload(text + crc16(text.encode()))


@pytest.mark.parametrize("amount", [0, -1, 500_000_000, 10**12])
def test_an_amount_no_bank_carries_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="đồng cannot be asked"):
        payload_of(Transfer("970436", "0123456789", amount, "HT2345678X"))


def test_the_largest_amount_is_accepted() -> None:
    assert "5409499999999" in payload_of(Transfer("970436", "0123456789", 499_999_999, "HT2345678X"))


@pytest.mark.parametrize("memo", ["", "ht2345678x", "đơn hàng", "HT-1", "H" * 26, "HT1\n"])
def test_a_memo_that_banks_would_garble_is_refused(memo: str) -> None:
    with pytest.raises(ValueError, match="memo"):
        payload_of(Transfer("970436", "0123456789", 1000, memo))


@pytest.mark.parametrize(
    ("bank_bin", "account"), [("97043", "1"), ("97043a", "1"), ("970436", ""), ("970436", "1" * 20)]
)
def test_a_malformed_account_is_refused(bank_bin: str, account: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in a QR code"):
        payload_of(Transfer(bank_bin, account, 1000, "HT2345678X"))


def test_the_svg_passes_a_strict_content_policy() -> None:
    picture = qr_svg(KNOWN)
    root = ElementTree.fromstring(picture)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox") == "0 0 45 45"  # version 5 with the quiet zone of 4
    assert b"style" not in picture and b"script" not in picture


def test_the_png_has_the_quiet_zone_and_is_large_enough_to_scan() -> None:
    picture = Image.open(io.BytesIO(qr_png(KNOWN))).convert("L")
    assert picture.size == (450, 450)
    assert picture.crop((0, 0, 450, 40)).getextrema() == (255, 255)
    assert picture.getpixel((45, 45)) == 0


def test_five_thousand_payloads_equal_those_of_another_maker() -> None:
    """The oracle is a library that we do not ship; it writes what it is given, so it gets only what we accept."""
    chance = random.Random(5_000)
    letters, words = string.ascii_letters + string.digits, string.ascii_uppercase + string.digits
    for _ in range(5_000):
        transfer = Transfer(
            bank_bin="".join(chance.choices(string.digits, k=6)),
            account="".join(chance.choices(letters, k=chance.randint(1, 19))),
            amount=chance.choice([None, chance.randint(1, 499_999_999)]),
            memo="".join(chance.choices(words, k=chance.randint(1, 25))),
        )
        amount = None if transfer.amount is None else str(transfer.amount)
        theirs = QRPay.init_viet_qr(transfer.bank_bin, transfer.account, amount, transfer.memo)
        assert payload_of(transfer) == theirs.build()


@pytest.mark.parametrize("amount", [None, 1, 135_000, 499_999_999])
def test_a_drawn_code_is_read_by_a_scanner(tmp_path: Path, amount: int | None) -> None:
    payload = payload_of(Transfer("970436", "0123456789", amount, "HT2345678X"))
    picture = tmp_path / "qr.png"
    picture.write_bytes(qr_png(payload))
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", picture], capture_output=True, text=True, check=True
    )
    assert read.stdout.strip() == payload
