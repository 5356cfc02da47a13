"""Whatever arrives in whatever order and however often, the money of an order ends in the same state."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from oscar.apps.order.models import Order

from shop.orders.additions import delivery_of, token_for
from shop.orders.invariants import violations
from shop.orders.models import Consignment, ConsignmentLine, MissingLine, Shortfall
from shop.orders.requests import (
    IllegalStep,
    NotOffered,
    NotOpen,
    OutOfStock,
    Placed,
    StallQuote,
    TooManyMissing,
    WeightUnfit,
)
from shop.orders.services import (
    add,
    agree_refund,
    answer_shortfall,
    cancel_consignment,
    cancel_order,
    expire,
    hand_over,
    pack,
    report_shortfall,
)
from shop.orders.statuses import (
    CONSIGNMENT_STEPS,
    ORDER_STEPS,
    ConsignmentStatus,
    OrderStatus,
    ShortfallChoice,
)
from shop.orders.sweep import sweep
from shop.partner.models import StockRecord
from shop.payments import charges, refunds
from shop.payments.models import (
    EventKind,
    InboundEvent,
    PaymentEvent,
    Refund,
    RefundReason,
    RefundState,
)
from shop.payments.refunds import Payee, TooMuch
from shop.payments.services import paid_amount, take_delivery
from shop.shipping.models import DeliveryService
from shop.shipping.rates import Reach, Tariff
from shop.shipping.services import save_service
from tests.factories import make_product, make_user
from tests.support.extent import times
from tests.support.orders import DELIVERY, bring, fill_basket, place_order, signed, transfer

pytestmark = pytest.mark.django_db
QUICK = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=15,
)
LATER = dt.timedelta(days=30)


@contextmanager
def undone() -> Iterator[None]:
    """A world of its own for one example."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def returned() -> int:
    return sum(Refund.objects.values_list("amount", flat=True))


@QUICK
@given(
    amounts=st.lists(st.sampled_from([1, 30_000, 65_000, 100_000, 130_000, 131_000]), min_size=1, max_size=5),
    data=st.data(),
)
def test_before_the_deadline_only_the_sum_decides(amounts: list[int], data: st.DataObject) -> None:
    with undone():
        placed = place_order((make_product(price=100_000), 1))
        bodies = [transfer(amount, placed.order.number) for amount in amounts]
        for body in data.draw(
            st.permutations(bodies + data.draw(st.lists(st.sampled_from(bodies), max_size=4)))
        ):
            bring(body)
        placed.order.refresh_from_db()
        is_paid = sum(amounts) >= 130_000
        assert placed.order.status == ("paid" if is_paid else "pending-payment")
        assert paid_amount(placed.order) == sum(amounts)
        assert returned() == (sum(amounts) - 130_000 if is_paid else 0)
        assert violations() == []


@QUICK
@given(
    before=st.lists(st.sampled_from([1, 60_000, 129_999]), max_size=1),
    after=st.lists(st.sampled_from([1, 70_000, 130_000, 131_000, 200_000]), min_size=1, max_size=4),
    is_gone=st.booleans(),
)
def test_after_the_deadline_nothing_is_kept_without_goods(
    before: list[int], after: list[int], is_gone: bool
) -> None:
    with undone():
        sheet = make_product(price=100_000, stock=1)
        placed = place_order((sheet, 1))
        for amount in before:
            bring(transfer(amount, placed.order.number))
        expire(timezone.now() + LATER)
        if is_gone:
            StockRecord.objects.update(num_in_stock=0)
        for amount in after:
            bring(transfer(amount, placed.order.number))
        placed.order.refresh_from_db()
        is_paid = not is_gone and max(after) >= 130_000
        assert placed.order.status == ("paid" if is_paid else "expired")
        assert sum(before + after) - returned() == (130_000 if is_paid else 0)
        assert violations() == []


def reachable(steps: dict[str, tuple[str, ...]]) -> dict[str, set[str]]:
    """The states that may follow each, over any number of steps."""
    found: dict[str, set[str]] = {}
    for start in steps:
        seen, waiting = {start}, [start]
        while waiting:
            waiting += (fresh := set(steps[waiting.pop()]) - seen)
            seen |= fresh
        found[str(start)] = {str(state) for state in seen}
    return found


MAY_BECOME = {"order": reachable(ORDER_STEPS), "parcel": reachable(CONSIGNMENT_STEPS)}
STOCK = 3
EXAMPLES = times("MARKETS", 6, 200)
PICK = st.integers(0, 5)
"""Which of the orders, parcels or messages there are."""


class Market(RuleBasedStateMachine):
    """Two stalls with three packs each, buyers who pay and change their mind as they like, stalls that fall short,
    staff who agree refunds, a bank that repeats itself, a sweep that comes when it comes.
    """

    @initialize()
    def open(self) -> None:
        self.world = transaction.atomic()
        self.world.__enter__()
        self.sheets = [make_product(price=price, stock=STOCK) for price in (100_000, 40_000)]
        self.quotes = {sheet.cooperative_id: self.own_car(sheet.cooperative) for sheet in self.sheets}
        self.staff = [make_user(), make_user()]
        self.orders: list[Placed] = []
        self.bodies: list[bytes] = []
        self.received: dict[bytes, int] = {}
        self.states: dict[tuple[str, int], str] = {}
        self.missing_at_once: Counter[int] = Counter()

    def own_car(self, stall: Any) -> StallQuote:
        """The stall brings parcels of up to 50 kg itself, which more goods may be put into."""
        service = DeliveryService(cooperative=stall, courier="own", name="Xe của gian")
        tariff = Tariff(((10_000, DELIVERY), (50_000, DELIVERY + 15_000)))
        save_service(
            service=service, tariffs=dict.fromkeys((Reach.SAME_COMMUNE, Reach.SAME_PROVINCE), tariff)
        )
        return StallQuote(service.name, DELIVERY, courier="own", key=f"s{service.pk}")

    @rule(
        quantities=st.sampled_from([(1, 0), (2, 0), (1, 1), (2, 2), (0, 1)]),
        is_paid=st.booleans(),
        more=st.sampled_from([None, False, True]),
    )
    def order(self, quantities: tuple[int, int], is_paid: bool, more: bool | None = None) -> None:
        """``more`` is whether a pack that is added at once is paid for; None adds none."""
        goods = [each for each in zip(self.sheets, quantities, strict=True) if each[1]]
        try:
            quotes = {sheet.cooperative_id: self.quotes[sheet.cooperative_id] for sheet, _count in goods}
            self.orders.append(place_order(*goods, stall_quotes=quotes))
        except OutOfStock:
            held = {row.product_id: row for row in StockRecord.objects.all()}
            assert any(held[sheet.product_id].net_stock_level < quantity for sheet, quantity in goods)
        else:
            if is_paid:
                self.pay(pick=len(self.orders) - 1, percent=100, is_crash=False)
            if more is not None:
                self.add_to_parcel(pick=Consignment.objects.count() - 1, quantity=1, is_paid=more)

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, quantity=st.integers(1, 2), is_paid=st.booleans())
    def add_to_parcel(self, pick: int, quantity: int, is_paid: bool) -> None:
        """More of the stall's goods, for a parcel that may be packed, paid for or gone."""
        host = self.parcel(pick)
        (sheet,) = (each for each in self.sheets if each.cooperative_id == host.cooperative_id)
        basket = fill_basket((sheet, quantity))
        delivery = delivery_of(host, basket.all_lines()).amount
        try:
            placed = add(
                basket=basket,
                consignment=host,
                addition_token=token_for(host),
                payment_method="vietqr",
                terms_version="2026-11",
                language="vi",
                expected_total=sheet.price_amount * quantity + delivery,
            )
        except NotOpen:
            assert not (host.status == ConsignmentStatus.TO_PACK and self.is_plain(host)), "addition: refused"
        except OutOfStock:
            assert StockRecord.objects.get(product=sheet.product).net_stock_level < quantity
        else:
            self.orders.append(placed)
            if is_paid:
                self.pay(pick=len(self.orders) - 1, percent=100, is_crash=False)

    def is_plain(self, parcel: Consignment) -> bool:
        """Nobody added to it, and nobody asked about it."""
        return not (parcel.ships_with_id or parcel.companions.exists() or parcel.shortfalls.exists())

    def picked(self, pick: int) -> Placed:
        return self.orders[pick % len(self.orders)]

    def parcel(self, pick: int) -> Consignment:
        parcels = Consignment.objects.order_by("pk")
        return parcels[pick % len(parcels)]

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, percent=st.sampled_from([50, 100, 150]), is_crash=st.booleans())
    def pay(self, pick: int, percent: int, is_crash: bool) -> None:
        placed = self.picked(pick)
        amount = placed.attempt.amount * percent // 100
        body = transfer(amount, placed.order.number)
        self.bodies.append(body)
        self.received[body] = amount
        if is_crash:
            take_delivery("sepay", signed(body), body)
        else:
            bring(body)

    @precondition(lambda self: self.bodies)
    @rule(pick=PICK)
    def repeat(self, pick: int) -> None:
        bring(self.bodies[pick % len(self.bodies)])

    @precondition(lambda self: self.orders)
    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        with suppress(IllegalStep):
            cancel_order(order_id=self.picked(pick).order.pk)

    @precondition(lambda self: self.orders)
    @rule(pick=PICK)
    def cancel_parcel(self, pick: int) -> None:
        with suppress(IllegalStep):
            cancel_consignment(consignment=self.parcel(pick))

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, missing=st.integers(1, 2), day=st.sampled_from([None, 3]))
    def fall_short(self, pick: int, missing: int, day: int | None) -> None:
        parcel = self.parcel(pick)
        wanted = timezone.localdate() + dt.timedelta(days=day) if day else None
        with suppress(IllegalStep, TooManyMissing):
            line = parcel.lines.get()
            if report_shortfall(consignment=parcel, missing={line.pk: missing}, restock_on=wanted) is None:
                self.missing_at_once[line.pk] += missing

    @rule(choice=st.sampled_from([*ShortfallChoice, None]))
    def answer(self, choice: ShortfallChoice | None) -> None:
        for shortfall in Shortfall.objects.waiting():
            with suppress(NotOffered):
                answer_shortfall(shortfall_pk=shortfall.pk, choice=choice)

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, grams=st.integers(1, 7000), goes_on=st.booleans())
    def pack(self, pick: int, grams: int, goes_on: bool) -> None:
        parcel = self.parcel(pick)
        with suppress(IllegalStep, WeightUnfit):
            pack(consignment=parcel, by=None, weights={parcel.lines.get().pk: grams})
        with suppress(IllegalStep):
            if goes_on:
                hand_over(consignment=parcel, by=None, carrier="", tracking_number="")

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, amount=st.sampled_from([1, 30_000, 100_000]))
    def agree(self, pick: int, amount: int) -> None:
        with suppress(IllegalStep, TooMuch):
            agree_refund(self.picked(pick).attempt.pk, amount=amount, by=self.staff[0], note="hỏng")

    @rule()
    def transfer_back(self) -> None:
        """What waits in the queue is prepared, approved by another, sent and seen to have left."""
        clerk, second = self.staff
        for refund in Refund.objects.filter(state=RefundState.REQUESTED):
            refunds.prepare(refund.pk, by=clerk, payee=Payee("970436", "0011001234567", "NGUYEN THI MAU"))
            refunds.approve(refund.pk, by=second)
            refunds.mark_sent(refund.pk, by=clerk, bank_reference="FT1")
            refunds.mark_done(refund.pk, by=clerk)

    @rule(amount=st.integers(1, 10**9))
    def stray(self, amount: int) -> None:
        bring(transfer(amount, "khong co ma"))

    @rule(hours=st.sampled_from([0, 2, 30]))
    def sweep(self, hours: int) -> None:
        sweep(timezone.now() + dt.timedelta(hours=hours))

    @invariant()
    def nothing_is_lost(self) -> None:
        """Counted here once more, and not by the rules that the product checks itself by."""
        if not hasattr(self, "world"):
            return
        self.holds = False  # until everything is counted
        orders = Order.objects.select_related("sheet").prefetch_related(
            "consignments__lines__reductions", "consignments__lines__order_line"
        )
        reserved, gone = Counter[int](), Counter[int]()
        for order in orders:
            self.changed("order", order.pk, order.status)
            parcels = list(order.consignments.all())
            assert sum(parcel.total_amount for parcel in parcels) == order.sheet.total_amount
            self.count_money(order, parcels)
            for parcel in parcels:
                self.changed("parcel", parcel.pk, parcel.status)
                for line in parcel.lines.all():
                    if parcel.status == ConsignmentStatus.HANDED_OVER:
                        gone[line.order_line.product_id] += line.left_quantity
                    elif parcel.status != ConsignmentStatus.CANCELLED:
                        reserved[line.order_line.product_id] += line.left_quantity
                    gone[line.order_line.product_id] += self.not_there(line)
        for record in StockRecord.objects.all():
            allocated, free = record.num_allocated or 0, record.net_stock_level
            assert allocated == reserved[record.product_id], "stock: others are reserved than are sold"
            assert allocated + gone[record.product_id] + free == STOCK, "stock: some came or went by itself"
            assert free >= 0, "stock: sold too often"
        self.holds = True

    def not_there(self, line: ConsignmentLine) -> int:
        """Pieces that the stall has said are missing, and that nobody waits for."""
        called_off = MissingLine.objects.filter(line=line, shortfall__answer__choice=ShortfallChoice.CANCEL)
        left_out = line.quantity - line.left_quantity
        return left_out + self.missing_at_once[line.pk] + sum(called_off.values_list("quantity", flat=True))

    def changed(self, kind: str, pk: int, state: str) -> None:
        """No step but those that are drawn in ``shop.orders.statuses``."""
        before = self.states.get((kind, pk), state)
        assert state in MAY_BECOME[kind][before], "state: no such step"
        self.states[kind, pk] = state

    def count_money(self, order: Any, parcels: list[Consignment]) -> None:
        """What came in and does not go back is what the buyer owes; nothing, where the goods are not sold."""
        came = sum(
            PaymentEvent.objects.filter(attempt__order=order, kind=EventKind.CHARGE).values_list(
                "amount", flat=True
            )
        )
        back = Refund.objects.filter(attempt__order=order)
        kept = came - sum(refund.amount for refund in back)
        agreed = sum(refund.amount for refund in back if refund.reason == RefundReason.AGREED)
        if order.status == OrderStatus.PENDING_PAYMENT:
            assert kept == came < order.sheet.total_amount, "money: of an order not paid for"
        elif order.status == OrderStatus.PAID:
            due = sum(parcel.due_amount for parcel in parcels)
            assert kept == max(due - agreed, 0), "money: of a paid order"
        else:
            assert kept == 0, "money: of an order that came to nothing"

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            if not self.holds:  # told already
                return
            sweep()
            assert violations() == []
            assert sum(self.received.values()) == sum(came_in(self.orders))
            assert not InboundEvent.objects.filter(outcome="received").exists()
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)


def came_in(orders: list[Placed]) -> list[int]:
    """What the books say came in for each order."""
    return [
        sum(
            charge.amount
            for charge in PaymentEvent.objects.filter(attempt__order=placed.order, kind=EventKind.CHARGE)
        )
        for placed in orders
    ]


def test_a_market_of_any_order_of_events_keeps_its_books(db: Any) -> None:
    run_state_machine_as_test(
        Market,
        settings=settings(
            deadline=None,
            max_examples=EXAMPLES,
            stateful_step_count=14,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_control_goods_that_are_never_given_back_are_noticed(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StockRecord, "cancel_allocation", lambda record, quantity: None)
    market = Market()
    market.open()
    market.order(quantities=(2, 2), is_paid=False)
    market.nothing_is_lost()
    market.cancel(pick=0)
    with pytest.raises(AssertionError, match="stock: "):
        market.nothing_is_lost()
    market.teardown()


def test_control_a_reduction_that_is_not_given_back_is_noticed(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charges, "give_back", lambda **asked: [])
    market = Market()
    market.open()
    market.order(quantities=(1, 2), is_paid=True)
    market.nothing_is_lost()
    market.pack(pick=1, grams=5_900, goes_on=True)
    with pytest.raises(AssertionError, match="money: "):
        market.nothing_is_lost()
    market.teardown()


def test_control_a_step_that_is_not_drawn_is_noticed(db: Any) -> None:
    market = Market()
    market.open()
    market.order(quantities=(1, 0), is_paid=True)
    market.nothing_is_lost()
    Consignment.objects.update(status=ConsignmentStatus.AWAITING_PAYMENT)
    with pytest.raises(AssertionError, match="state: "):
        market.nothing_is_lost()
    market.teardown()
