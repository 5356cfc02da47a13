"""Many hands write in the book of one lot: each guard with the control that shows what it stops."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from catalog import lots
from catalog.lot_book import balance_of, chain_faults
from catalog.models import Lot, LotEvent, LotStatus
from tests.factories import make_lot, make_product
from tests.support.together import at_once, drop_constraint

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 8


def dispatches(lot: Lot, kilograms: int) -> list[Callable[[], Any]]:
    """One call per hand, each with its own copy of the lot as it stood before any of them."""

    def call(mine: Lot) -> LotEvent:
        return lots.record_step(lot=mine, kind="dispatch", at=timezone.now(), quantity=kilograms * 1000)

    return [partial(call, copy.copy(lot)) for _ in range(HANDS)]


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


@pytest.fixture
def every_look_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the lot's row, nor reads it again."""
    monkeypatch.setattr(lots, "_locked", lambda lot: lot)


def test_eight_hands_take_no_more_than_the_lot_holds() -> None:
    lot = make_lot(make_product(), kilograms=100)
    outcomes = at_once(dispatches(lot, 20))
    assert kinds(outcomes) == {"LotEvent": 5, "ValidationError": 3}
    lot.refresh_from_db()
    assert (lot.status, balance_of(lot.events.all()).left) == (LotStatus.SOLD_OUT, 0)
    assert chain_faults(lot) == []


def test_a_stale_look_writes_no_second_line_of_the_same_number(every_look_is_stale: None) -> None:
    lot = make_lot(make_product(), kilograms=100)
    outcomes = at_once(dispatches(lot, 1))
    assert kinds(outcomes) == {"LotEvent": 1, "IntegrityError": 7}
    assert chain_faults(Lot.objects.get()) == []


def test_control_without_the_number_the_book_forks(every_look_is_stale: None) -> None:
    lot = make_lot(make_product(), kilograms=100)
    drop_constraint(LotEvent, "one_line_per_number")
    outcomes = at_once(dispatches(lot, 1))
    assert kinds(outcomes) == {"LotEvent": HANDS}
    assert chain_faults(Lot.objects.get()) != []
