"""Two people book the same list, enter the same slip, and take the same payment back, at once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.utils import timezone

from shop.accounts.models import User
from shop.orders import remittances
from shop.orders.invariants import violations
from shop.orders.models import Consignment
from shop.orders.remittances import book
from shop.orders.requests import IllegalStep, StallQuote
from shop.orders.services import hand_over, pack, place
from shop.orders.terminals import KnownReference, MoreThanOwed, reverse
from shop.orders.terminals import enter as swipe
from shop.payments.models import PaymentEvent, RemittanceLine
from shop.payments.remittances import Collected, enter
from shop.payments.services import paid_amount
from tests.factories import make_product
from tests.support.children import run_until_crash
from tests.support.orders import fill_basket, wish
from tests.support.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TOTAL = 130_000
POINTS = {"remittance-line-booked"}


@pytest.fixture
def parcel(settings: Any) -> Consignment:
    settings.PAYMENT_METHODS = ["vietqr", "cod"]
    return on_its_way()


def on_its_way() -> Consignment:
    sheet = make_product(price=100_000)
    asked = wish(fill_basket((sheet, 1)), payment_method="cod")
    asked["stall_quotes"] = {sheet.cooperative_id: StallQuote("Tự giao", 30_000, courier="own")}
    found = place(**asked).order.consignments.get()
    pack(consignment=found, by=None)
    return hand_over(consignment=found, by=None, carrier="", tracking_number="")


def listed(parcel: Consignment, number: str) -> int:
    lines = [Collected(parcel.code, TOTAL, 0)]
    return enter(courier="own", number=number, paid_on=timezone.localdate(), lines=lines, by=None).pk


def test_a_list_booked_by_five_people_at_once_is_booked_once(parcel: Consignment) -> None:
    pk = listed(parcel, "BK-1")
    outcomes = at_once([lambda: book(pk, by=None).pk] * 5)
    assert outcomes == [pk] * 5
    assert (PaymentEvent.objects.count(), paid_amount(parcel.order)) == (1, TOTAL)
    assert violations() == []


def test_two_lists_with_the_same_parcel_at_once_pay_for_it_once(parcel: Consignment) -> None:
    first, second = listed(parcel, "BK-1"), listed(parcel, "BK-2")
    at_once([lambda: book(first, by=None), lambda: book(second, by=None)])
    assert Counter(RemittanceLine.objects.values_list("finding", flat=True)) == {"right": 1, "settled": 1}
    assert paid_amount(parcel.order) == TOTAL
    assert violations() == []


def test_control_judged_before_the_locks_the_parcel_is_paid_for_twice(
    parcel: Consignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = listed(parcel, "BK-1"), listed(parcel, "BK-2")
    looked = {line.pk: remittances.judge(line, "own") for line in RemittanceLine.objects.all()}
    monkeypatch.setattr(remittances, "judge", lambda line, courier: looked[line.pk])
    at_once([lambda: book(first, by=None), lambda: book(second, by=None)])
    assert paid_amount(parcel.order) == 2 * TOTAL


def test_one_slip_entered_at_once_counts_once_and_goes_back_once(parcel: Consignment) -> None:
    one, two = (User.objects.create_user(email=f"{who}@demo.example", password=None) for who in "ab")
    slip: dict[str, Any] = {"terminal": "T1", "reference": "R1", "paid_at": timezone.now(), "by": one}
    outcomes = at_once([lambda: swipe(consignment=parcel, amount=60_000, **slip)] * 5)
    refused = [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
    assert refused == [KnownReference] * 4
    (payment,) = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    undone = at_once([lambda: reverse(payment.pk, by=two, reason="nhầm")] * 5)
    assert Counter(isinstance(outcome, IllegalStep) for outcome in undone) == {True: 4, False: 1}
    assert (paid_amount(parcel.order), violations()) == (0, [])


def test_two_slips_at_once_never_take_more_than_is_owed(parcel: Consignment) -> None:
    one = User.objects.create_user(email="a@demo.example", password=None)
    slips = [{"terminal": "T1", "reference": f"R{number}", "paid_at": timezone.now()} for number in range(3)]
    outcomes = at_once(
        [lambda slip=slip: swipe(consignment=parcel, amount=TOTAL, by=one, **slip) for slip in slips]
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, MoreThanOwed | IllegalStep)]
    assert (len(refused), paid_amount(parcel.order), violations()) == (2, TOTAL, [])


def test_a_list_that_died_between_two_lines_is_booked_to_its_end(parcel: Consignment) -> None:
    other = on_its_way()
    lines = [Collected(each.code, TOTAL, 0) for each in (parcel, other)]
    pk = enter(courier="own", number="BK-1", paid_on=timezone.localdate(), lines=lines, by=None).pk
    (point,) = POINTS
    run_until_crash(f"from shop.orders.remittances import book; book({pk}, by=None)", at=point)
    assert [paid_amount(each.order) for each in (parcel, other)] == [TOTAL, 0]
    assert book(pk, by=None).booked_at is not None
    assert [paid_amount(each.order) for each in (parcel, other)] == [TOTAL, TOTAL]
    assert violations() == []
