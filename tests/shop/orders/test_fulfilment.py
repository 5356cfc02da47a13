"""Deadlines and the way of a consignment from payment to its carrier."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.accounts.roles import Role
from shop.messages.models import Letter
from shop.orders.models import Consignment, OrderEvent
from shop.orders.requests import IllegalStep, Placed
from shop.orders.services import expire, hand_over, pack
from shop.orders.sweep import sweep
from shop.partner.models import StockRecord
from shop.payments.models import InboundEvent, PaymentEvent
from shop.payments.services import take_delivery
from tests.factories import make_product, make_user
from tests.support.orders import bring, place_order, signed, transfer

pytestmark = pytest.mark.django_db


def paid_order(*goods: tuple[Any, int]) -> Placed:
    placed = place_order(*goods)
    bring(transfer(placed.attempt.amount, placed.order.number))
    return placed


def test_an_unpaid_order_expires_at_its_deadline_and_frees_its_stock() -> None:
    sheet = make_product(stock=3)
    placed = place_order((sheet, 2))
    deadline = placed.order.sheet.pay_by
    assert expire(deadline - dt.timedelta(seconds=1)) == 0
    assert expire(deadline) == 1
    assert expire(deadline) == 0
    placed.order.refresh_from_db()
    placed.attempt.refresh_from_db()
    assert (placed.order.status, placed.attempt.status) == ("expired", "expired")
    assert placed.order.consignments.get().status == "cancelled"
    assert StockRecord.objects.get().num_allocated == 0
    assert OrderEvent.objects.last().kind == "expired"


def test_expiry_releases_only_what_the_order_held() -> None:
    sheet = make_product(stock=5)
    first, second = place_order((sheet, 1)), place_order((sheet, 3))
    second.order.sheet.pay_by += dt.timedelta(days=1)
    second.order.sheet.save()
    expire(first.order.sheet.pay_by)
    assert StockRecord.objects.get().num_allocated == 3


def test_a_paid_order_never_expires() -> None:
    paid_order((make_product(), 1))
    assert expire(timezone.now() + dt.timedelta(days=900)) == 0
    assert Order.objects.get().status == "paid"


def test_packed_then_handed_over_takes_the_goods_out_of_stock() -> None:
    sheet = make_product(stock=7, title="Khoai sọ Tà Xùa")
    user = make_user(Role.COOPERATIVE, cooperative=sheet.cooperative)
    placed = paid_order((sheet, 2))
    consignment = Consignment.objects.get()

    consignment = pack(consignment=consignment, by=user)
    assert (consignment.status, consignment.packed_at is not None) == ("packed", True)
    assert (StockRecord.objects.get().num_in_stock, StockRecord.objects.get().num_allocated) == (7, 2)

    consignment = hand_over(
        consignment=consignment, by=user, carrier="VNPost", tracking_number="EB123456789VN"
    )
    consignment.refresh_from_db()
    assert (consignment.status, consignment.carrier, consignment.tracking_number) == (
        "handed-over", "VNPost", "EB123456789VN",
    )  # fmt: skip
    assert (StockRecord.objects.get().num_in_stock, StockRecord.objects.get().num_allocated) == (5, 0)
    events = OrderEvent.objects.filter(consignment=consignment).values_list("kind", "actor", "note")
    assert list(events) == [("packed", user.pk, ""), ("handed-over", user.pk, "VNPost EB123456789VN")]
    letter = Letter.objects.get(key=f"handed-over:{consignment.code}")
    assert letter.recipient == placed.order.sheet.buyer_email
    assert "VNPost" in letter.body and "EB123456789VN" in letter.body and "2 × Khoai sọ Tà Xùa" in letter.body


def test_handing_over_one_stall_leaves_the_other_alone() -> None:
    taro, tea = make_product(stock=4), make_product(stock=4)
    paid_order((taro, 1), (tea, 1))
    consignment = Consignment.objects.get(cooperative=taro.cooperative)
    hand_over(consignment=pack(consignment=consignment, by=None), by=None, carrier="", tracking_number="")
    left = {
        record.product_id: (record.num_in_stock, record.num_allocated) for record in StockRecord.objects.all()
    }
    assert left == {taro.product_id: (3, 0), tea.product_id: (4, 1)}
    assert Consignment.objects.get(cooperative=tea.cooperative).status == "to-pack"


def test_steps_out_of_order_are_refused_and_write_nothing() -> None:
    place_order((make_product(stock=4), 1))
    consignment = Consignment.objects.get()
    for step in (lambda: pack(consignment=consignment, by=None), lambda: give(consignment)):
        with pytest.raises(IllegalStep):
            step()
    bring(transfer(consignment.order.sheet.total_amount, consignment.order.number))
    with pytest.raises(IllegalStep) as refusal:
        give(consignment)
    assert (refusal.value.status, refusal.value.step) == ("to-pack", "handed-over")
    pack(consignment=consignment, by=None)
    with pytest.raises(IllegalStep):
        pack(consignment=consignment, by=None)
    give(consignment)
    with pytest.raises(IllegalStep):
        give(consignment)
    assert (StockRecord.objects.get().num_in_stock, StockRecord.objects.get().num_allocated) == (3, 0)
    assert [event.kind for event in OrderEvent.objects.all()] == ["placed", "paid", "packed", "handed-over"]


def give(consignment: Consignment) -> Consignment:
    return hand_over(consignment=consignment, by=None, carrier="VNPost", tracking_number="1")


def test_the_sweep_applies_deliveries_before_it_expires_orders() -> None:
    placed = place_order((make_product(), 1))
    body = transfer(placed.attempt.amount, placed.order.number)
    take_delivery("sepay", signed(body), body)  # and then the process died
    assert InboundEvent.objects.get().outcome == "received"
    done = sweep(timezone.now() + dt.timedelta(days=2))
    assert (done["deliveries"], done["expired orders"]) == (1, 0)
    assert Order.objects.get().status == "paid"
    again = sweep()
    assert (again["deliveries"], again["expired orders"], again["letters"]) == (0, 0, 0)


@pytest.mark.parametrize("model", [PaymentEvent, OrderEvent])
def test_the_database_refuses_to_rewrite_history(model: Any) -> None:
    paid_order((make_product(), 1))
    before = list(model.objects.values())
    for change in (lambda: model.objects.all().delete(), lambda: model.objects.update(kind="other")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.first().save()
    assert list(model.objects.values()) == before


def test_history_stays_when_the_person_behind_it_leaves() -> None:
    sheet = make_product()
    user = make_user()
    paid_order((sheet, 1))
    pack(consignment=Consignment.objects.get(), by=user)
    user.delete()
    assert OrderEvent.objects.get(kind="packed").actor is None
