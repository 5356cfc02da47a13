"""What less of a line costs: never a đồng to the buyer's loss, and nothing lost between the parts."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.orders import parts
from shop.orders.parts import Part, kept
from shop.payments import charges
from shop.payments.charges import taken_from

AMOUNTS = st.integers(0, 10**9)


@st.composite
def lines(draw: st.DrawFn) -> tuple[Part, int, int]:
    """A line, how much of it was sold and how much of that comes."""
    goods = draw(AMOUNTS)
    sold = draw(st.integers(1, 10**5))
    return Part(goods, draw(st.integers(0, goods))), sold, draw(st.integers(0, sold))


@given(lines())
def test_the_buyer_gets_the_fraction_and_never_more_than_one_dong(line: tuple[Part, int, int]) -> None:
    whole, sold, delivered = line
    part = kept(whole, delivered=delivered, sold=sold)
    exact = whole.amount * delivered
    assert exact - sold < part.amount * sold <= exact
    assert 0 <= part.discount <= whole.discount
    assert 0 <= part.goods <= whole.goods


@given(lines())
def test_all_of_it_costs_all_and_nothing_costs_nothing(line: tuple[Part, int, int]) -> None:
    whole, sold, _ = line
    assert kept(whole, delivered=sold, sold=sold) == whole
    assert kept(whole, delivered=0, sold=sold) == Part(0, 0)


@given(lines(), st.data())
def test_less_never_costs_more(line: tuple[Part, int, int], data: st.DataObject) -> None:
    whole, sold, delivered = line
    fewer = data.draw(st.integers(0, delivered))
    part, less = (kept(whole, delivered=some, sold=sold) for some in (delivered, fewer))
    assert less.amount <= part.amount


@given(st.integers(1, 10**6), st.integers(1, 500), st.data())
def test_a_piece_keeps_its_price_whatever_is_missing(unit: int, sold: int, data: st.DataObject) -> None:
    delivered = data.draw(st.integers(0, sold))
    assert kept(Part(unit * sold), delivered=delivered, sold=sold) == Part(unit * delivered)


@pytest.mark.parametrize(("delivered", "sold"), [(-1, 3), (4, 3), (0, 0)])
def test_what_is_no_part_is_refused(delivered: int, sold: int) -> None:
    with pytest.raises(ValueError, match="is no part"):
        kept(Part(1), delivered=delivered, sold=sold)


@given(st.lists(st.integers(0, 10**9), max_size=8), st.integers(0, 10**10))
def test_charges_give_what_is_asked_and_never_more_than_they_have(left: list[int], amount: int) -> None:
    taken = taken_from(left, amount)
    assert sum(part for _, part in taken) == min(amount, sum(left))
    assert all(0 < part <= left[position] for position, part in taken)
    assert len({position for position, _ in taken}) == len(taken)
    if max(left, default=0) >= amount > 0:
        assert len(taken) == 1


@pytest.mark.parametrize("module", [parts, charges])
def test_the_examples_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
