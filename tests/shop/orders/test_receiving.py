"""The reconciliation table: whatever comes in, the money ends where it belongs."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.messages.models import Letter
from shop.orders.invariants import violations
from shop.orders.models import OrderEvent
from shop.orders.requests import Placed
from shop.orders.services import cancel_order, expire, receive
from shop.partner.models import StockRecord
from shop.payments.models import InboundEvent, PaymentEvent, Refund
from shop.payments.services import next_step, open_amount, paid_amount, usable_amount
from tests.factories import make_product
from tests.support.orders import bring, place_order, transfer
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(days=30)


def order_one_of_five() -> Placed:
    """An order of 130.000 ₫, one of five packs."""
    return place_order((make_product(price=100_000, stock=5), 1))


@pytest.fixture(scope="module")
def standing_placed(standing: Standing) -> Callable[[], Placed]:
    return standing.keep(order_one_of_five)


@pytest.fixture
def placed(standing_placed: Callable[[], Placed]) -> Placed:
    return standing_placed()


def pay(placed: Placed, amount: int, **changes: Any) -> InboundEvent:
    return bring(transfer(amount, f"MBVCB.1.{placed.order.number}.CT tu 0011", **changes))


def state(placed: Placed) -> tuple[str, str, int, list[tuple[int, str]]]:
    """Order, attempt, money held, refunds asked for; the books hold whatever happened."""
    assert violations() == []
    placed.order.refresh_from_db()
    placed.attempt.refresh_from_db()
    refunds = list(Refund.objects.order_by("pk").values_list("amount", "reason"))
    return placed.order.status, placed.attempt.status, paid_amount(placed.order), refunds


def kinds(placed: Placed) -> list[str]:
    return list(OrderEvent.objects.filter(order=placed.order).values_list("kind", flat=True))


def allocated() -> int:
    return StockRecord.objects.get().num_allocated or 0


def test_the_exact_amount_pays_the_order(placed: Placed) -> None:
    inbound = pay(placed, 130_000)
    assert (inbound.outcome, inbound.reason) == ("matched", "")
    assert state(placed) == ("paid", "succeeded", 130_000, [])
    assert Order.objects.get().sheet.paid_at is not None
    assert Order.objects.get().consignments.get().status == "to-pack"
    assert (kinds(placed), allocated()) == (["placed", "paid"], 1)
    charge = PaymentEvent.objects.get()
    assert (charge.kind, charge.amount, charge.inbound, charge.external_reference) == (
        "charge", 130_000, inbound, inbound.external_id,
    )  # fmt: skip


def test_payment_writes_to_the_buyer_and_to_each_cooperative_about_its_own_goods() -> None:
    taro, tea = make_product(title="Khoai sọ Tà Xùa"), make_product(title="Chè shan tuyết")
    placed = place_order((taro, 2), (tea, 1), note="Xin gói kỹ")
    pay(placed, placed.attempt.amount)
    assert Letter.objects.get(key=f"money-received:{placed.order.number}").recipient == "khach@demo.example"
    letters = {letter.recipient: letter for letter in Letter.objects.filter(key__startswith="to-pack:")}
    assert set(letters) == {taro.cooperative.email, tea.cooperative.email}
    own, other = letters[taro.cooperative.email], letters[tea.cooperative.email]
    assert "2 × Khoai sọ Tà Xùa (túi lưới 3 kg)" in own.body
    assert "Chè shan" not in own.body and tea.cooperative.name not in own.body
    assert "Khoai sọ" not in other.body and taro.cooperative.name not in other.body
    for letter in letters.values():
        assert "Nguyễn Thị Mẫu, 0912345678" in letter.body
        assert "Bản Chung Chinh, Xã Tà Xùa, Tỉnh Sơn La" in letter.body
        assert "Xin gói kỹ" in letter.body
        assert "http://testserver/quan-tri/" in letter.body
        assert placed.order.sheet.token not in letter.body
        assert "khach@demo.example" not in letter.body


def test_a_part_keeps_the_rest_payable_and_gives_one_more_day_once(placed: Placed) -> None:
    deadline = placed.order.sheet.pay_by
    pay(placed, 50_000)
    assert state(placed) == ("pending-payment", "partially-paid", 50_000, [])
    placed.order.sheet.refresh_from_db()
    assert placed.order.sheet.pay_by == placed.attempt.expires_at == deadline + dt.timedelta(hours=24)
    assert open_amount(placed.attempt) == 80_000
    step = next_step(placed.attempt)
    assert step is not None and (step.amount, step.memo) == (80_000, placed.order.number)
    letter = Letter.objects.get(key=f"part-received:{placed.order.number}:50000")
    assert "50.000\xa0₫" in letter.body and "80.000\xa0₫" in letter.body

    pay(placed, 30_000)
    placed.order.sheet.refresh_from_db()
    assert placed.order.sheet.pay_by == deadline + dt.timedelta(hours=24)
    pay(placed, 50_000)
    assert state(placed) == ("paid", "succeeded", 130_000, [])
    assert kinds(placed) == ["placed", "partly-paid", "partly-paid", "paid"]
    assert next_step(placed.attempt) is None


def test_too_much_pays_the_order_and_the_surplus_goes_back(placed: Placed) -> None:
    pay(placed, 150_000)
    assert state(placed) == ("paid", "succeeded", 150_000, [(20_000, "surplus")])
    assert usable_amount(placed.order) == 130_000
    assert "20.000\xa0₫" in Letter.objects.get(key__startswith="refund-due:").body


def test_a_second_transfer_goes_back_whole(placed: Placed) -> None:
    pay(placed, 130_000)
    pay(placed, 130_000)
    assert state(placed) == ("paid", "succeeded", 260_000, [(130_000, "double")])
    assert Letter.objects.filter(key__startswith="to-pack:").count() == 1


def test_the_same_delivery_again_changes_nothing(placed: Placed) -> None:
    body = transfer(130_000, placed.order.number)
    first, again = bring(body), bring(body)
    receive(first.pk)
    assert first.pk == again.pk
    assert state(placed) == ("paid", "succeeded", 130_000, [])
    assert (InboundEvent.objects.count(), PaymentEvent.objects.count()) == (1, 1)
    assert Letter.objects.count() == 3  # order, money, to pack


def test_late_money_buys_the_goods_if_they_are_still_there(placed: Placed) -> None:
    expire(timezone.now() + LATER)
    assert (state(placed)[0], allocated()) == ("expired", 0)
    pay(placed, 130_000)
    assert state(placed) == ("paid", "succeeded", 130_000, [])
    assert allocated() == 1
    assert placed.order.consignments.get().status == "to-pack"
    assert kinds(placed) == ["placed", "expired", "paid-late"]


def test_late_money_goes_back_if_the_goods_are_gone() -> None:
    # The plentiful one has the lower id: it is reserved first and has to be given back.
    plenty, scarce = make_product(price=30_000, stock=9), make_product(price=70_000, stock=1)
    placed = place_order((plenty, 1), (scarce, 1))
    expire(timezone.now() + LATER)
    place_order((scarce, 1))
    pay(placed, placed.attempt.amount)
    assert state(placed) == ("expired", "expired", 160_000, [(160_000, "out-of-stock")])
    records = {record.product_id: record.num_allocated for record in StockRecord.objects.all()}
    assert records == {scarce.product_id: 1, plenty.product_id: 0}
    assert {c.status for c in placed.order.consignments.all()} == {"cancelled"}
    assert "đã có người mua" in Letter.objects.get(key__startswith="refund-due:").body


def test_late_money_that_is_not_enough_goes_back(placed: Placed) -> None:
    expire(timezone.now() + LATER)
    pay(placed, 129_999)
    assert state(placed) == ("expired", "expired", 129_999, [(129_999, "too-late")])
    assert allocated() == 0


def test_too_much_too_late_pays_and_returns_the_surplus(placed: Placed) -> None:
    expire(timezone.now() + LATER)
    pay(placed, 131_000)
    assert state(placed) == ("paid", "succeeded", 131_000, [(1_000, "surplus")])


def test_money_for_a_cancelled_order_goes_back(placed: Placed) -> None:
    cancel_order(order_id=placed.order.pk)
    pay(placed, 130_000)
    assert state(placed)[0] == "cancelled"
    assert state(placed)[3] == [(130_000, "cancelled")]


def test_a_part_that_was_never_completed_goes_back_at_the_deadline(placed: Placed) -> None:
    pay(placed, 50_000)
    pay(placed, 10_000)
    assert expire(timezone.now() + dt.timedelta(hours=2)) == 0
    assert expire(timezone.now() + LATER) == 1
    assert state(placed) == ("expired", "expired", 60_000, [(50_000, "incomplete"), (10_000, "incomplete")])
    assert usable_amount(placed.order) == 0
    pay(placed, 70_000)  # what was set aside does not count again
    assert state(placed)[3][-1] == (70_000, "too-late")


def test_money_after_the_deadline_but_before_the_sweep_is_in_time(placed: Placed) -> None:
    placed.order.sheet.pay_by = timezone.now() - dt.timedelta(minutes=1)
    placed.order.sheet.save()
    pay(placed, 130_000)
    assert state(placed) == ("paid", "succeeded", 130_000, [])


@pytest.mark.parametrize("memo", ["cam on", "", "HT2345678Y", "HT2345678X", "130000"])
def test_money_without_a_known_code_waits_for_staff(placed: Placed, memo: str) -> None:
    inbound = bring(transfer(130_000, memo))
    assert (inbound.outcome, inbound.reason, inbound.amount, inbound.memo) == (
        "unmatched",
        "no-order-code",
        130_000,
        memo,
    )
    assert state(placed) == ("pending-payment", "pending", 0, [])


def test_the_code_is_also_found_in_the_other_fields(placed: Placed) -> None:
    bring(transfer(130_000, "chuyen tien", code=placed.order.number))
    assert state(placed)[0] == "paid"


@pytest.mark.parametrize("changes", [{"transferType": "out"}, {"accountNumber": "9704000000"}])
def test_what_is_not_money_to_us_is_kept_and_ignored(placed: Placed, changes: dict[str, Any]) -> None:
    inbound = pay(placed, 130_000, **changes)
    assert inbound.outcome == "ignored"
    assert state(placed) == ("pending-payment", "pending", 0, [])


def test_one_transfer_for_two_orders_pays_both_if_it_fits_exactly(placed: Placed) -> None:
    other = place_order((make_product(price=50_000), 1))
    memo = f"{placed.order.number} {other.order.number}"
    inbound = bring(transfer(210_000, memo))
    assert (inbound.outcome, Order.objects.filter(status="paid").count()) == ("matched", 2)
    assert (paid_amount(placed.order), paid_amount(other.order)) == (130_000, 80_000)


def test_one_transfer_for_two_orders_that_does_not_fit_waits_for_staff(placed: Placed) -> None:
    other = place_order((make_product(price=50_000), 1))
    inbound = bring(transfer(200_000, f"{placed.order.number} {other.order.number}"))
    assert (inbound.outcome, inbound.reason) == ("unmatched", "several-orders")
    assert not PaymentEvent.objects.exists()


def test_a_second_code_that_nobody_knows_does_not_disturb(placed: Placed) -> None:
    bring(transfer(130_000, f"{placed.order.number} HT2345678X"))
    assert state(placed)[0] == "paid"


def test_a_transfer_far_above_any_order_is_booked_and_returned(placed: Placed) -> None:
    pay(placed, 999_999_999_999)
    assert state(placed)[3] == [(999_999_869_999, "surplus")]
