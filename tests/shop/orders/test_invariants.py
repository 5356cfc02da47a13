"""Every rule of the books notices when it is broken behind the services' back."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from oscar.apps.order.models import Line, Order

from shop.orders.invariants import violations
from shop.orders.models import Consignment, ConsignmentLine, OrderSheet
from shop.orders.requests import Placed
from shop.partner.models import StockRecord
from shop.payments.models import InboundEvent, PaymentAttempt, Refund
from tests.factories import make_cooperative, make_product
from tests.support.orders import bring, place_order, transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def placed() -> Placed:
    """A paid order with a surplus, and an unpaid one beside it."""
    sheet = make_product(price=100_000, stock=9)
    placed = place_order((sheet, 2))
    bring(transfer(240_000, placed.order.number))
    place_order((sheet, 1))
    return placed


def test_books_kept_by_the_services_have_nothing_to_report(placed: Placed, capsys: Any) -> None:
    assert violations() == []
    call_command("check_invariants")
    assert capsys.readouterr().out == "Everything holds.\n"


def break_line(placed: Placed) -> None:
    ConsignmentLine.objects.update(quantity=7)


BREAKS = {
    "reserved stock that no line holds": lambda placed: StockRecord.objects.update(num_allocated=8),
    "a line that holds what is not reserved": lambda placed: Line.objects.filter(order=placed.order).update(
        num_allocated=5
    ),
    "a sheet that disagrees with Oscar": lambda placed: Order.objects.filter(pk=placed.order.pk).update(
        total_incl_tax=1
    ),
    "a consignment that is not the order's sum": lambda placed: Consignment.objects.filter(
        order=placed.order
    ).update(shipping_amount=0, total_amount=200_000),
    "lines that are not the consignment's sum": lambda placed: ConsignmentLine.objects.filter(
        consignment__order=placed.order
    ).update(goods_amount=1),
    "a line whose price times quantity is another sum": break_line,
    "a paid order without its money": lambda placed: Refund.objects.update(amount=10_001),
    "a refund above what came in": lambda placed: Refund.objects.update(amount=240_001),
    "an unpaid order marked as paid": lambda placed: Order.objects.update(status="paid"),
    "a paid order whose goods still wait for money": lambda placed: Consignment.objects.update(
        status="awaiting-payment"
    ),
    "an attempt that succeeded for nothing": lambda placed: PaymentAttempt.objects.update(status="succeeded"),
    "a matched delivery of another amount": lambda placed: InboundEvent.objects.update(amount=1),
    "booked money of an unmatched delivery": lambda placed: InboundEvent.objects.update(outcome="unmatched"),
    "an attempt that asks for another order": lambda placed: PaymentAttempt.objects.update(
        reference="HT2345678X"
    ),
    "goods of one stall in the parcel of another": lambda placed: Consignment.objects.update(
        cooperative=make_cooperative()
    ),
    "an order without a sheet": lambda placed: Order.objects.create(
        number="1", total_incl_tax=0, total_excl_tax=0, currency="VND"
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_is_named(placed: Placed, name: str) -> None:
    BREAKS[name](placed)
    assert violations()
    with pytest.raises(CommandError):
        call_command("check_invariants")


def test_the_check_takes_the_same_few_queries_for_any_number_of_orders(
    placed: Placed, django_assert_num_queries: Any
) -> None:
    place_order((make_product(), 1), (make_product(), 1))
    with django_assert_num_queries(24):
        violations()
    assert OrderSheet.objects.count() == 3
