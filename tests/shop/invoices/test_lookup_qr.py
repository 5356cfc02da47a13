"""The QR code that leads to an invoice."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.invoices.lookup_qr import (
    Lookup,
    crc,
    enumerate_ids,
    fields,
    lookup_text,
    read_fields,
    read_lookup,
    with_crc,
)

OFFICIAL = (
    "00020101021202142657895426548904141568265489515426280010A0000007750110010700172952045499530370454061200005802VN"
    "5905DNXYZ6005HANOI62400115S757CK5HTIE918E0307SHOPXYZ0706XYZ00199740010A0000007750113010700172900102011030"
    "6C21TYY04026805082021112106061200006304383C"
)
OURS = "00020101021299720010A00000077501105699999011020110306C26TAA040242050820261123060739840006304D258"


def test_the_official_example_recomputes() -> None:
    assert crc(OFFICIAL[:-4]) == OFFICIAL[-4:] == "383C"
    assert read_lookup(OFFICIAL) == Lookup("0107001729001", "1", "C21TYY", "68", "20211121", "120000")


def test_the_official_example_is_written_again_from_its_values() -> None:
    outer = read_fields(OFFICIAL)
    inner = read_fields(outer["99"])
    again = [
        (key, fields(list(inner.items())) if key == "99" else value)
        for key, value in outer.items()
        if key != "63"
    ]
    assert with_crc(fields(again)) == OFFICIAL


def test_the_code_of_an_invoice_is_as_the_format_says() -> None:
    text = lookup_text(
        seller_tax_code="5699999011",
        form="1",
        series="C26TAA",
        number=42,
        issued_on=dt.date(2026, 11, 23),
        total=3_984_000,
    )
    assert text == OURS
    assert read_lookup(OURS) == Lookup("5699999011", "1", "C26TAA", "42", "20261123", "3984000")


def test_a_branch_code_is_written_without_its_dash() -> None:
    text = lookup_text(
        seller_tax_code="0100233488-001",
        form="2",
        series="C26TBB",
        number=1,
        issued_on=dt.date(2026, 1, 2),
        total=1,
    )
    assert "01130100233488001" in text


def test_empty_fields_are_left_out() -> None:
    assert fields([("00", "01"), ("54", ""), ("58", "VN")]) == "0002015802VN"


def test_codes_of_the_portal_without_crc_and_with_empty_fields_are_read() -> None:
    inner = fields(enumerate_ids(["A000000775", "5699999011", "1"])) + "0300"
    assert read_lookup("0200" + fields([("00", "01")]) + f"99{len(inner)}{inner}") == Lookup(
        "5699999011", "1", "", "", "", ""
    )


ID_OF_CHECK_FIELD = (len(OURS) - 8, len(OURS) - 7)


@pytest.mark.parametrize("at", [at for at in range(len(OURS)) if at not in ID_OF_CHECK_FIELD])
def test_any_changed_character_is_noticed(at: int) -> None:
    with pytest.raises(ValueError, match=r"add up|CRC"):
        read_lookup(OURS[:at] + ("1" if OURS[at] != "1" else "2") + OURS[at + 1 :])


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_lookup(text)
    except ValueError:
        return


def test_a_code_that_is_no_invoice_says_nothing() -> None:
    assert read_lookup(with_crc("000201")) is None


@pytest.mark.parametrize("value", ["Hà Nội", "x" * 100])
def test_values_that_do_not_fit_a_field_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        fields([("59", value)])
