"""Drafts as values: normalised text, snapshots as JSON."""

import datetime as dt
import json
import unicodedata
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.invoices.draft import Buyer, Correction, Draft, Extra, Fee, Line, LineKind, Related, Trait
from tests.shop.invoices.examples import BUYER, ISSUED_ON, SALES_EXAMPLE, SELLER, VAT_EXAMPLE

RICH = replace(
    VAT_EXAMPLE,
    related=Related(
        correction=Correction.ADJUSTS,
        form="1",
        series="C26TAA",
        number="7",
        issued_on=dt.date(2026, 11, 2),
        note="Điều chỉnh",
    ),
    fees=(Fee(name="Phí môi trường", amount=1_000),),
    extras=(Extra(name="Mã đơn", value="100237"),),
    exchange_rate=Decimal("1.5"),
    lines=(
        *VAT_EXAMPLE.lines,
        Line(
            kind=LineKind.SPECIAL_GOODS,
            name="Xe",
            traits=(Trait(kind=1, name="SKhung", value="X1"),),
            amount=0,
        ),
    ),
)


@pytest.mark.parametrize("draft", [VAT_EXAMPLE, SALES_EXAMPLE, RICH])
def test_a_draft_comes_back_from_json_as_it_was(draft: Draft) -> None:
    stored = json.dumps(draft.as_json())
    assert Draft.from_json(json.loads(stored)) == draft
    assert all(type(value) in (str, int, dict, list) for value in _values(json.loads(stored)))


def test_kinds_come_back_as_kinds() -> None:
    draft = Draft.from_json(RICH.as_json())
    assert draft.related.correction is Correction.ADJUSTS
    assert draft.lines[2].kind is LineKind.DISCOUNT
    assert type(draft.lines[0].quantity) is Decimal


def test_json_with_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        Draft.from_json(VAT_EXAMPLE.as_json() | {"colour": "red"})
    with pytest.raises(TypeError):
        Draft.from_json({"form": "1"})


def test_decomposed_text_is_composed_and_spaces_are_single() -> None:
    buyer = Buyer(person="  " + unicodedata.normalize("NFD", "Nguyễn  Thị\nMẫu") + " ")
    assert buyer.person == "Nguyễn Thị Mẫu"


@pytest.mark.parametrize("text", ["a\x00b", "a\x08", "\ud800", "x\ufffe"])
def test_characters_that_xml_cannot_carry_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="person"):
        Buyer(person=text)


@given(st.text(max_size=20))
def test_any_text_is_refused_or_kept_composed(text: str) -> None:
    try:
        name = replace(BUYER, name=text).name
    except ValueError:
        return
    assert unicodedata.is_normalized("NFC", name)
    assert name == name.strip()


def test_a_numbered_draft_gets_an_identity_of_its_own() -> None:
    unnumbered = replace(VAT_EXAMPLE, series="", number=None, issued_on=None, identity="")
    one = unnumbered.numbered(series="C26TAA", number=43, issued_on=ISSUED_ON)
    other = unnumbered.numbered(series="C26TAA", number=43, issued_on=ISSUED_ON)
    assert (one.series, one.number, one.issued_on) == ("C26TAA", 43, ISSUED_ON)
    assert one.identity.startswith("HD1C26TAA43-")
    assert one.identity != other.identity
    assert unnumbered.number is None
    assert one.seller == SELLER


def _values(value: object) -> list[object]:
    if isinstance(value, dict):
        return [value, *(part for item in value.values() for part in _values(item))]
    if isinstance(value, list):
        return [value, *(part for item in value for part in _values(item))]
    return [value]
