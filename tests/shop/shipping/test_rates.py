"""Delivery charges by distance and weight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.shipping.rates import BANDS, TARIFFS, Place, Quote, quote, span

PLACES = st.builds(Place, st.sampled_from(["01", "14"]), st.sampled_from(["00004", "03868", "03856"]))
TA_XUA = Place("14", "03868")


def test_a_parcel_within_the_commune_costs_least() -> None:
    assert quote(weight_grams=1000, origin=TA_XUA, destination=TA_XUA) == Quote("same_commune", 12_000)


def test_a_parcel_within_the_province_costs_more() -> None:
    assert quote(weight_grams=1000, origin=TA_XUA, destination=Place("14", "03856")) == Quote(
        "same_province", 22_000
    )


def test_a_parcel_to_another_province_costs_most() -> None:
    assert quote(weight_grams=1000, origin=TA_XUA, destination=Place("01", "00004")) == Quote(
        "other_province", 30_000
    )


def test_the_same_commune_code_in_another_province_is_far() -> None:
    assert quote(weight_grams=1, origin=TA_XUA, destination=Place("01", "03868")).name_key == "other_province"


def test_a_band_ends_with_its_last_gram() -> None:
    far = Place("01", "00004")
    assert [
        quote(weight_grams=grams, origin=TA_XUA, destination=far).amount for grams in (500, 501, 20_000)
    ] == [
        25_000,
        30_000,
        165_000,
    ]


def test_each_kilogram_begun_above_the_bands_counts() -> None:
    far = Place("01", "00004")
    assert [
        quote(weight_grams=grams, origin=TA_XUA, destination=far).amount for grams in (20_001, 21_000, 21_001)
    ] == [
        172_000,
        172_000,
        179_000,
    ]


def test_nothing_to_carry_costs_nothing() -> None:
    assert quote(weight_grams=0, origin=TA_XUA, destination=Place("01", "00004")) == Quote(
        "nothing_to_carry", 0
    )


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        quote(weight_grams=-1, origin=TA_XUA, destination=TA_XUA)


def test_every_tariff_has_an_amount_for_each_band() -> None:
    assert {len(tariff.bands) for tariff in TARIFFS.values()} == {len(BANDS)}


@given(PLACES, PLACES, st.integers(0, 200_000), st.integers(0, 50_000))
def test_more_weight_never_costs_less(origin: Place, destination: Place, grams: int, more: int) -> None:
    light = quote(weight_grams=grams, origin=origin, destination=destination).amount
    heavy = quote(weight_grams=grams + more, origin=origin, destination=destination).amount
    assert isinstance(light, int)
    assert 0 <= light <= heavy


@given(PLACES, PLACES, st.integers(0, 200_000))
def test_every_charge_lies_within_the_span_shown_in_the_basket(
    origin: Place, destination: Place, grams: int
) -> None:
    least, most = span(grams)
    assert least <= quote(weight_grams=grams, origin=origin, destination=destination).amount <= most
