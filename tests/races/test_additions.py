"""The stall packs in the moment in which the buyer adds goods or pays for them: one parcel, or none of it is charged.

With its control: when the packer looks before the addition and writes after it, goods are paid for that nobody packs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from oscar.apps.order.models import Order

from shop.orders import fulfilment, locks, services
from shop.orders.additions import token_for
from shop.orders.invariants import violations
from shop.orders.locks import lock_parcel
from shop.orders.models import Consignment
from shop.orders.receiving import receive
from shop.partner.models import StockRecord
from shop.payments.models import Refund
from shop.payments.services import take_delivery
from tests.shop.orders.test_additions import Parcel
from tests.support.orders import signed, transfer
from tests.support.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def parcel() -> Parcel:
    found = Parcel()
    found.pay()
    return found


def paying(parcel: Parcel, placed: Any) -> Callable[[], Any]:
    """The bank's message is stored; the call applies it."""
    body = transfer(placed.attempt.amount, placed.order.number)
    (row,) = take_delivery("sepay", signed(body), body)
    return lambda: receive(row.pk)


def packing(parcel: Parcel) -> Callable[[], Any]:
    first = parcel.first
    return lambda: services.pack(consignment=first, by=None)


def statuses() -> list[str]:
    return list(Consignment.objects.order_by("pk").values_list("status", flat=True))


def test_adding_racing_packing_is_in_the_parcel_or_is_not_made() -> None:
    parcel = Parcel()
    parcel.pay()
    outcomes = at_once([packing(parcel), parcel.add])
    assert not isinstance(outcomes[0], Exception), outcomes
    if isinstance(outcomes[1], Exception):
        assert (type(outcomes[1]), statuses()) == (services.NotOpen, ["packed"])
    else:  # it was added first, and not paid when the parcel was packed
        assert statuses() == ["packed", "cancelled"]
    assert StockRecord.objects.filter(product=parcel.tea.product, num_allocated__gt=0).count() == 0
    assert violations() == []


def test_paying_racing_packing_is_packed_or_paid_back(parcel: Parcel) -> None:
    placed = parcel.add()
    outcomes = at_once([paying(parcel, placed), packing(parcel)])
    assert not any(isinstance(one, Exception) for one in outcomes), outcomes
    back = list(Refund.objects.values_list("amount", flat=True))
    assert (statuses(), back) in ((["packed", "packed"], []), (["packed", "cancelled"], [40_000]))
    assert violations() == []


def test_the_same_addition_sent_ten_times_at_once_is_one(parcel: Parcel) -> None:

    key = token_for(parcel.first)
    outcomes = at_once([lambda: parcel.add(addition_token=key)] * 10)
    assert {one.order.pk for one in outcomes} == {Consignment.objects.latest("pk").order_id}
    assert sum(not one.is_repeat for one in outcomes) == 1
    assert (Order.objects.count(), violations()) == (2, [])


def test_buyer_cancelling_racing_adding_leaves_nothing_behind(parcel: Parcel) -> None:
    first = parcel.first
    at_once([lambda: services.cancel_consignment(consignment=first), parcel.add])
    assert set(statuses()) == {"cancelled"}
    assert not StockRecord.objects.filter(num_allocated__gt=0).exists()
    assert violations() == []


def test_control_a_packer_who_looked_before_leaves_an_addition_that_is_paid_for_and_goes_nowhere(
    parcel: Parcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = parcel.add()
    seen = {one.pk: one.status for one in Consignment.objects.all()}

    def looked_before(consignment: Consignment) -> list[Consignment]:
        rows = lock_parcel(consignment)
        for row in rows:
            row.status = seen[row.pk]
        return rows

    paying(parcel, placed)()
    monkeypatch.setattr(fulfilment, "lock_parcel", looked_before)
    packing(parcel)()
    assert statuses() == ["packed", "to-pack"]
    assert any("but what it goes with is not" in fault for fault in violations())


@pytest.mark.locks_rows
def test_a_consignment_that_came_before_the_locks_were_had_is_packed_knowingly(
    parcel: Parcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look for the orders of a parcel and their locks there is a moment; the second look ends it."""

    real, added = locks.lock_orders, []

    def slow(orders: Any, **rest: Any) -> Any:
        if not added:
            added.append(True)
            (placed,) = at_once([parcel.add])
            added.append(placed)
        return real(orders, **rest)

    monkeypatch.setattr(locks, "lock_orders", slow)
    packing(parcel)()
    assert (statuses(), violations()) == (["packed", "cancelled"], [])
