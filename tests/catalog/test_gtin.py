"""GTINs: the check digit decides, and the address of GS1 is the library's own."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from catalog.gtin import NotAGtin, digital_link, read_gtin, shown_gtin
from catalog.models import ProductGtin
from catalog.numbers import set_gtin
from tests.factories import make_product


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("9520123456788", "09520123456788"),
        (" 952-0123456788 ", "09520123456788"),
        ("19520123456785", "19520123456785"),
        ("95200002", "00000095200002"),
    ],
)
def test_a_number_is_kept_with_fourteen_digits(typed: str, number: str) -> None:
    assert read_gtin(typed) == number


@pytest.mark.parametrize(
    "typed", ["9520123456787", "952012345678", "", "0", "0000000000000", "95201234567８8", "abc", "9" * 20]
)
def test_what_is_no_gtin_is_refused(typed: str) -> None:
    with pytest.raises(NotAGtin):
        read_gtin(typed)


def test_each_single_wrong_digit_is_noticed() -> None:
    right = "9520123456788"
    for place, digit in enumerate(right):
        for wrong in set("0123456789") - {digit}:
            with pytest.raises(NotAGtin):
                read_gtin(right[:place] + wrong + right[place + 1 :])


def test_the_digital_link_is_canonical_and_may_stand_on_our_own_domain() -> None:
    assert digital_link("09520123456788") == "https://id.gs1.org/01/09520123456788"
    own = digital_link("09520123456788", lot_code="7Q2MK0T9XAH", base="https://cho.example")
    assert own == "https://cho.example/01/09520123456788/10/7Q2MK0T9XAH"
    assert shown_gtin("09520123456788") == "9520123456788"


@pytest.mark.django_db
def test_a_product_has_one_number_and_a_number_one_product() -> None:
    sheet, other = make_product(), make_product()
    set_gtin(sheet=sheet, number="9520123456788")
    set_gtin(sheet=sheet, number="9520123456788")
    with pytest.raises(ValidationError, match="Món khác"):
        set_gtin(sheet=other, number="09520123456788")
    with pytest.raises(ValidationError, match="không phải"):
        set_gtin(sheet=other, number="9520123456787")
    assert list(ProductGtin.objects.values_list("sheet", "number")) == [(sheet.pk, "09520123456788")]
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductGtin.objects.create(sheet=other, number="9520")
    assert set_gtin(sheet=sheet, number=" ") is None
    assert not ProductGtin.objects.exists()
