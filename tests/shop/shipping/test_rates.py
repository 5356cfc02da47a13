"""Delivery charges by reach, weight, volume and value."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.shipping.rates import REGION_OF, Parcel, Place, Quote, Reach, Service, Tariff, quote, reach_of, span

TA_XUA, BAC_YEN = Place("14", "03868"), Place("14", "03856")
DIEN_BIEN, HANOI = Place("11", "03241"), Place("01", "00004")
NEAR = Tariff(((1000, 12_000), (5000, 22_000)), further_kilogram=2_000, cold_surcharge=5_000, days=(1, 1))
FAR = Tariff(((1000, 30_000), (5000, 60_000)), free_from=500_000, days=(2, 5))
SERVICE = Service({Reach.SAME_PROVINCE: NEAR, Reach.NATION: FAR}, cubic_cm_per_kilogram=6000)

amounts = st.integers(0, 10**6)


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    grams = sorted(draw(st.sets(st.integers(1, 50_000), min_size=1, max_size=6)))
    prices = sorted(draw(st.lists(amounts, min_size=len(grams), max_size=len(grams))))
    return Tariff(
        bands=tuple(zip(grams, prices, strict=True)),
        further_kilogram=draw(st.none() | amounts),
        free_from=draw(st.none() | amounts),
        cold_surcharge=draw(st.none() | amounts),
    )


def asked(parcel: Parcel, destination: Place, service: Service = SERVICE) -> Quote | None:
    return quote(service, parcel, origin=TA_XUA, destination=destination)


@pytest.mark.parametrize(
    ("destination", "reach"),
    [
        (TA_XUA, Reach.SAME_COMMUNE),
        (BAC_YEN, Reach.SAME_PROVINCE),
        (DIEN_BIEN, Reach.SAME_REGION),
        (HANOI, Reach.NATION),
        (Place("01", "03868"), Reach.NATION),  # the same commune code elsewhere means nothing
        (Place("99", "1"), Reach.NATION),
    ],
)
def test_the_reach_is_how_far_the_parcel_goes(destination: Place, reach: Reach) -> None:
    assert reach_of(TA_XUA, destination) == reach


def test_every_province_lies_in_one_region() -> None:
    assert len(REGION_OF) == 34
    assert len(set(REGION_OF.values())) == 6


def test_the_nearest_zone_that_holds_the_place_counts() -> None:
    assert asked(Parcel(1000), TA_XUA) == Quote(Reach.SAME_COMMUNE, 12_000, (1, 1))
    assert asked(Parcel(1000), BAC_YEN) == Quote(Reach.SAME_PROVINCE, 12_000, (1, 1))
    assert asked(Parcel(1000), DIEN_BIEN) == Quote(Reach.SAME_REGION, 30_000, (2, 5))


@pytest.mark.parametrize(
    ("grams", "amount"),
    [(1, 12_000), (1000, 12_000), (1001, 22_000), (5000, 22_000), (5001, 24_000), (6001, 26_000)],
)
def test_a_band_ends_with_its_last_gram(grams: int, amount: int) -> None:
    found = asked(Parcel(grams), BAC_YEN)
    assert found is not None
    assert found.amount == amount


def test_a_parcel_above_the_last_band_is_refused_where_no_further_kilogram_is_sold() -> None:
    assert asked(Parcel(5000), HANOI) is not None
    assert asked(Parcel(5001), HANOI) is None


def test_a_bulky_parcel_is_charged_by_its_volume() -> None:
    found = asked(Parcel(500, cubic_cm=9000), BAC_YEN)
    assert found is not None
    assert found.amount == 22_000


def test_goods_of_enough_value_travel_free() -> None:
    assert [asked(Parcel(1, goods_amount=amount), HANOI).amount for amount in (499_999, 500_000)] == [
        30_000,
        0,
    ]  # type: ignore[union-attr]


def test_chilled_goods_cost_more_or_are_not_taken() -> None:
    found = asked(Parcel(1, is_chilled=True), BAC_YEN)
    assert found is not None
    assert found.amount == 17_000
    assert asked(Parcel(1, is_chilled=True), HANOI) is None


def test_a_service_goes_only_where_it_has_a_zone() -> None:
    assert asked(Parcel(1), HANOI, Service({Reach.SAME_PROVINCE: NEAR})) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"bands": ()},
        {"bands": ((0, 1),)},
        {"bands": ((2, 1), (1, 2))},
        {"bands": ((1, 2), (1, 3))},
        {"bands": ((1, 2), (2, 1))},
        {"bands": ((1, -1),)},
        {"further_kilogram": -1},
        {"free_from": -1},
        {"cold_surcharge": -1},
        {"days": (2, 1)},
        {"days": (-1, 1)},
    ],
)
def test_a_table_that_charges_less_for_more_is_no_table(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        replace(NEAR, **changes)


@pytest.mark.parametrize("changes", [{"grams": -1}, {"goods_amount": -1}, {"cubic_cm": -1}])
def test_a_parcel_of_less_than_nothing_is_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        Parcel(**({"grams": 1} | changes))


@given(tariffs(), st.integers(0, 80_000), st.integers(0, 80_000))
def test_more_weight_never_costs_less(tariff: Tariff, one: int, other: int) -> None:
    light, heavy = sorted((one, other))
    less, more = tariff.charge(light), tariff.charge(heavy)
    assert more is None or (less is not None and 0 <= less <= more)


@given(tariffs(), st.integers(1, 80_000), st.integers(0, 10**7), st.integers(0, 10**6), st.booleans())
def test_no_charge_is_below_zero_and_volume_never_makes_it_cheaper(
    tariff: Tariff, grams: int, goods_amount: int, cubic_cm: int, is_chilled: bool
) -> None:
    service = Service({Reach.NATION: tariff}, 6000)
    slim = asked(Parcel(grams, goods_amount, 0, is_chilled), HANOI, service)
    bulky = asked(Parcel(grams, goods_amount, cubic_cm, is_chilled), HANOI, service)
    assert slim is None or slim.amount >= 0
    assert bulky is None or (slim is not None and bulky.amount >= slim.amount)


def test_without_an_address_the_basket_knows_the_least_and_the_most() -> None:
    assert span([SERVICE], Parcel(3000)) == (22_000, 60_000)
    assert span([SERVICE, Service({Reach.NATION: NEAR})], Parcel(3000)) == (22_000, 22_000)
    assert span([], Parcel(3000)) is None
