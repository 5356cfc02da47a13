"""Orders that are paid when the goods are received: agreed, sent, collected, remitted, refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from oscar.apps.order.models import Order

from catalog.lot_book import balance_now, chain_faults
from catalog.models import Lot
from shop.invoices.models import Invoice
from shop.messages.models import Letter
from shop.orders import door
from shop.orders.invariants import violations
from shop.orders.models import Consignment
from shop.orders.remittances import arrive, book, discard, judged_lines, sums_of
from shop.orders.requests import ForAdultsOnly, IllegalStep, MethodNotOffered, StallQuote
from shop.orders.services import (
    answer_shortfall,
    attach,
    cancel_consignment,
    change_method,
    expire,
    hand_over,
    pack,
    place,
    report_shortfall,
    take_back,
)
from shop.orders.statuses import ShortfallChoice
from shop.partner.models import StockRecord
from shop.payments.models import DoorRules, InboundEvent, PaymentEvent, Refund, Remittance, RemittanceLine
from shop.payments.remittances import Collected, KnownList, enter
from shop.payments.services import open_amount, paid_amount
from tests.factories import make_lot, make_product
from tests.support.orders import bring, fill_basket, place_order, transfer, wish

pytestmark = pytest.mark.django_db
TOTAL = 130_000
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def at_door(settings: Any) -> Iterator[None]:
    settings.PAYMENT_METHODS = ["vietqr", "cod"]
    yield
    assert violations() == []


def placed(*goods: Any, courier: str = "ghn", **changes: Any) -> Any:
    """An order to be paid at the door; one parcel for each stall."""
    goods = goods or ((make_product(price=100_000, stock=5), 1),)
    asked = wish(fill_basket(*goods), payment_method="cod", **changes)
    asked["stall_quotes"] = {
        pk: StallQuote(quote.name, quote.amount, courier=courier)
        for pk, quote in asked["stall_quotes"].items()
    }
    return place(**asked)


def sent(order: Any) -> list[Consignment]:
    """Its parcels, on their way."""
    for parcel in order.consignments.order_by("pk"):
        pack(consignment=parcel, by=None)
        hand_over(consignment=parcel, by=None, carrier="GHN", tracking_number="G1")
    return list(order.consignments.order_by("pk"))


def listed(*lines: tuple[str, int], number: str = "BK-1", courier: str = "ghn") -> Remittance:
    rows = [Collected(code, amount, 5_000) for code, amount in lines]
    return enter(courier=courier, number=number, paid_on=MONDAY, lines=rows, by=None)


def findings(remittance: Remittance) -> list[str]:
    return [one.finding.value for one in judged_lines(remittance)]


def state(order: Any) -> tuple[str, list[str], int]:
    order = Order.objects.get(pk=order.pk)
    return (
        order.status,
        list(order.consignments.order_by("pk").values_list("status", flat=True)),
        paid_amount(order),
    )


class TestTheOrder:
    def test_it_goes_to_the_stall_without_money(self) -> None:
        order = placed().order
        assert state(order) == ("at-door", ["to-pack"], 0)
        assert order.payment_attempts.get().provider == "cod"
        assert Letter.objects.get(key__startswith="to-pack:").body.count("trả tiền khi nhận hàng")
        received = Letter.objects.get(key__startswith="order-received:")
        assert "trả tiền khi nhận hàng" in received.subject and "Nội dung chuyển khoản" not in received.body

    def test_it_does_not_expire(self) -> None:
        order = placed().order
        assert expire(timezone.now() + dt.timedelta(days=9)) == 0
        assert state(order)[0] == "at-door"

    def test_packed_and_handed_over_it_waits_for_money_only(self) -> None:
        order = placed().order
        sent(order)
        assert state(order) == ("at-door", ["handed-over"], 0)
        assert "Khi nhận hàng bạn trả 130.000" in Letter.objects.get(key__startswith="handed-over:").body
        assert Invoice.objects.get().sale["payment_method"] == "TM/CK"

    def test_an_unpaid_order_may_be_turned_into_one(self) -> None:
        order = place_order((make_product(price=100_000), 1)).order
        bring(transfer(30_000, order.number))
        change_method(order_id=order.pk, provider="cod")
        assert state(order) == ("at-door", ["to-pack"], 30_000)
        assert open_amount(order.payment_attempts.latest("pk")) == 100_000


class TestWhenItIsOffered:
    def test_goods_for_adults_are_never_sold_so(self) -> None:
        wine = make_product(price=100_000, is_age_restricted=True)
        with pytest.raises(ForAdultsOnly):
            placed((wine, 1), is_adult=True)
        order = place_order((wine, 1), is_adult=True).order
        with pytest.raises(MethodNotOffered):
            change_method(order_id=order.pk, provider="cod")

    @pytest.mark.parametrize(
        "rules",
        [
            {"is_open": False},
            {"most_amount": TOTAL - 1},
            {"provinces": ["01"]},
            {"couriers": ["own"]},
        ],
    )
    def test_the_operators_rules_hold_whatever_the_page_showed(self, rules: dict[str, Any]) -> None:
        DoorRules.objects.create(
            pk=1, **({"couriers": ["ghn"], "most_amount": TOTAL, "provinces": ["14"]} | rules)
        )
        with pytest.raises(MethodNotOffered):
            placed()
        assert not Order.objects.exists()

    def test_within_the_rules_it_is_open(self) -> None:
        DoorRules.objects.create(pk=1, couriers=["ghn"], most_amount=TOTAL, provinces=["14"])
        assert state(placed().order)[0] == "at-door"


class TestPayingAtTheDoor:
    def test_the_code_on_the_slip_finds_its_parcel(self) -> None:
        order = placed((make_product(price=100_000), 1), (make_product(price=50_000), 1)).order
        first, second = sent(order)
        bring(transfer(80_000, f"MBVCB.77.{door.memo_of(second)} 0123 CT tu"))
        assert door.owed_by_parcel(order) == {first.pk: TOTAL, second.pk: 0}
        assert state(order)[0] == "at-door"
        bring(transfer(TOTAL, door.memo_of(first).lower()))
        assert state(order) == ("paid", ["handed-over"] * 2, 210_000)
        assert not Refund.objects.exists()

    def test_paying_all_beforehand_leaves_the_parcels_where_they_are(self) -> None:
        order = placed().order
        pack(consignment=order.consignments.get(), by=None)
        bring(transfer(TOTAL, order.number))
        assert state(order) == ("paid", ["packed"], TOTAL)

    def test_what_is_too_much_goes_back(self) -> None:
        order = placed().order
        bring(transfer(TOTAL + 20_000, order.number))
        bring(transfer(TOTAL, order.number))
        assert [(refund.amount, refund.reason) for refund in Refund.objects.order_by("pk")] == [
            (20_000, "surplus"), (TOTAL, "double"),
        ]  # fmt: skip

    def test_money_without_a_code_is_attached_by_a_person(self) -> None:
        order = placed().order
        row = bring(transfer(TOTAL, "tien hang"))
        attach(row.pk, order_number=order.number, by=None, note="gọi hỏi")
        assert state(order)[0] == "paid"


class TestLessIsDelivered:
    def test_less_is_asked_for_and_nothing_given_back(self) -> None:
        order = placed((make_product(price=100_000, stock=5), 2)).order
        parcel = order.consignments.get()
        asked = report_shortfall(consignment=parcel, missing={parcel.lines.get().pk: 1})
        assert asked is not None
        answer_shortfall(shortfall_pk=asked.pk, choice=ShortfallChoice.SHIP_REST)
        assert open_amount(order.payment_attempts.get()) == TOTAL
        assert not Refund.objects.exists()
        bring(transfer(TOTAL, order.number))
        assert state(order)[0] == "paid"

    def test_cancelling_a_parcel_gives_back_only_what_is_too_much(self) -> None:
        order = placed((make_product(price=100_000), 1), (make_product(price=50_000), 1)).order
        first, _second = order.consignments.order_by("pk")
        bring(transfer(100_000, order.number))
        cancel_consignment(consignment=first)
        assert state(order) == ("paid", ["cancelled", "to-pack"], 100_000)
        assert Refund.objects.get().amount == 20_000  # the other parcel costs 80.000

    def test_the_last_parcel_cancelled_ends_the_order(self) -> None:
        order = placed().order
        cancel_consignment(consignment=order.consignments.get())
        assert state(order) == ("cancelled", ["cancelled"], 0)
        assert StockRecord.objects.get().num_allocated == 0
        bring(transfer(TOTAL, order.number))
        assert Refund.objects.get().reason == "cancelled"


class TestRefusedAtTheDoor:
    @pytest.mark.parametrize(("is_sellable", "left"), [(True, 5), (False, 3)])
    def test_the_goods_come_back_and_nothing_is_charged(self, is_sellable: bool, left: int) -> None:
        order = placed((make_product(price=100_000, stock=5), 2)).order
        (parcel,) = sent(order)
        take_back(consignment=parcel, by=None, is_sellable=is_sellable, reason="Khách đi vắng")
        assert state(order) == ("cancelled", ["returned"], 0)
        record = StockRecord.objects.get()
        assert (record.num_in_stock, record.num_allocated) == (left, 0)
        assert not Invoice.objects.exists() and not Refund.objects.exists()

    @pytest.mark.parametrize(("is_sellable", "ready"), [(True, 10_000), (False, 7_000)])
    def test_the_book_of_the_lot_says_so_too(self, is_sellable: bool, ready: int) -> None:
        sheet = make_product(price=100_000, stock=5)
        lot = make_lot(sheet, quantity=10_000)
        order = placed((sheet, 1)).order
        parcel = order.consignments.get()
        pack(consignment=parcel, by=None, lots={parcel.lines.get().pk: lot.pk})
        hand_over(consignment=parcel, by=None, carrier="", tracking_number="")
        take_back(consignment=parcel, by=None, is_sellable=is_sellable, reason="")
        lot = Lot.objects.get(pk=lot.pk)
        assert (balance_now(lot).ready, chain_faults(lot)) == (ready, [])

    def test_what_was_paid_for_it_goes_back_and_the_rest_is_still_owed(self) -> None:
        order = placed((make_product(price=100_000), 1), (make_product(price=50_000), 1)).order
        first, _second = sent(order)
        bring(transfer(TOTAL, door.memo_of(first)))
        take_back(consignment=first, by=None, is_sellable=True, reason="")
        assert state(order) == ("paid", ["returned", "handed-over"], TOTAL)
        assert Refund.objects.get().amount == 50_000  # the rest pays for the parcel that was taken

    def test_only_goods_that_were_sent_to_be_paid_at_the_door_come_back(self) -> None:
        order = placed().order
        with pytest.raises(IllegalStep):
            take_back(consignment=order.consignments.get(), by=None, is_sellable=True, reason="")
        bought = place_order((make_product(price=100_000), 1)).order
        bring(transfer(TOTAL, bought.number))
        (parcel,) = sent(bought)
        with pytest.raises(IllegalStep):
            take_back(consignment=parcel, by=None, is_sellable=True, reason="")


class TestRemittances:
    def test_each_line_pays_for_its_parcel_once(self) -> None:
        order = placed().order
        (parcel,) = sent(order)
        remittance = listed((parcel.code, TOTAL))
        assert findings(remittance) == ["right"] and state(order)[2] == 0  # a trial books nothing
        for _press in range(2):
            book(remittance.pk, by=None)
        assert state(order) == ("paid", ["handed-over"], TOTAL)
        event = PaymentEvent.objects.get()
        assert (event.provider, event.kind, event.inbound.outcome) == ("cod", "charge", "matched")
        sums = sums_of(judged_lines(remittance))
        assert (sums.collected, sums.fees, sums.to_transfer, sums.left_over) == (TOTAL, 5_000, 125_000, 0)

    def test_a_list_comes_once(self) -> None:
        listed(("HT2345678X-1", 1))
        with pytest.raises(KnownList):
            listed(("HT2345678X-1", 1))
        listed(("HT2345678X-1", 1), courier="ghtk")

    def test_a_parcel_in_a_second_list_is_not_paid_again(self) -> None:
        order = placed().order
        (parcel,) = sent(order)
        book(listed((parcel.code, TOTAL)).pk, by=None)
        again = book(listed((parcel.code, TOTAL), number="BK-2").pk, by=None)
        assert findings(again) == ["settled"]
        assert state(order)[2] == TOTAL and not Refund.objects.exists()
        assert sums_of(judged_lines(again)).left_over == TOTAL

    def test_what_was_short_may_come_later(self) -> None:
        order = placed().order
        (parcel,) = sent(order)
        first = book(listed((parcel.code, 100_000)).pk, by=None)
        assert [(one.finding, one.difference) for one in judged_lines(first)] == [("short", -30_000)]
        assert state(order) == ("at-door", ["handed-over"], 100_000)
        book(listed((parcel.code, 30_000), number="BK-2").pk, by=None)
        assert state(order) == ("paid", ["handed-over"], TOTAL)

    def test_what_is_over_is_the_buyers(self) -> None:
        order = placed().order
        (parcel,) = sent(order)
        found = book(listed((parcel.code, TOTAL + 10_000)).pk, by=None)
        assert [(one.finding, one.difference) for one in judged_lines(found)] == [("over", 10_000)]
        assert Refund.objects.get().amount == 10_000

    def test_every_other_line_books_nothing_and_stays_visible(self) -> None:
        prepaid = place_order((make_product(price=100_000), 1)).order
        bring(transfer(TOTAL, prepaid.number))
        waiting, back, qr, other = (
            placed().order,
            placed().order,
            placed().order,
            placed(courier="ghtk").order,
        )
        (came_back,) = sent(back)
        take_back(consignment=came_back, by=None, is_sellable=True, reason="")
        (by_qr,), (foreign,) = sent(qr), sent(other)
        bring(transfer(TOTAL, door.memo_of(by_qr)))
        before = PaymentEvent.objects.count()
        remittance = listed(
            ("HT2222222222-1", 5), (prepaid.consignments.get().code, 5), (waiting.consignments.get().code, 5),
            (came_back.code, 5), (by_qr.code, 0), (foreign.code, 5),
        )  # fmt: skip
        wanted = ["unknown", "not-at-door", "not-sent", "taken-back", "nothing", "other-courier"]
        assert findings(remittance) == wanted
        assert findings(book(remittance.pk, by=None)) == wanted
        assert PaymentEvent.objects.count() == before

    def test_the_transfer_of_a_list_is_no_money_of_a_buyer(self) -> None:
        order = placed().order
        (parcel,) = sent(order)
        remittance = listed((parcel.code, TOTAL))
        row = bring(transfer(125_000, "GHN doi soat BK-1"))
        with pytest.raises(IllegalStep):
            arrive(row.pk, remittance_pk=remittance.pk, by=None)  # not booked yet
        book(remittance.pk, by=None)
        assert arrive(row.pk, remittance_pk=remittance.pk, by=None).outcome == "remitted"
        assert state(order)[2] == TOTAL
        another = bring(transfer(125_000, "GHN doi soat lan nua"))
        with pytest.raises(IllegalStep):
            arrive(another.pk, remittance_pk=remittance.pk, by=None)

    def test_a_trial_is_thrown_away_and_a_booked_list_is_not(self) -> None:
        order = placed().order
        (parcel,) = sent(order)
        discard(listed((parcel.code, TOTAL)).pk)
        assert not Remittance.objects.exists()
        booked = book(listed((parcel.code, TOTAL)).pk, by=None)
        with pytest.raises(IllegalStep):
            discard(booked.pk)
        assert InboundEvent.objects.count() == 1


BREAKS: dict[str, Any] = {
    "an order at the door that holds its money": lambda order: (
        bring(transfer(TOTAL, order.number)) and Order.objects.update(status="at-door")
    ),
    "a paid one that holds none": lambda order: Order.objects.update(status="paid"),
    "one of which nothing comes": lambda order: order.consignments.update(status="returned"),
    "a parcel that came back although it was paid before": lambda order: (
        bring(transfer(TOTAL, order.number)),
        order.consignments.update(status="returned"),
        type(order.sheet).objects.update(payment_method="vietqr"),
    ),
    "a line booked with another amount": lambda order: (
        book(listed((sent(order)[0].code, TOTAL)).pk, by=None),
        RemittanceLine.objects.update(collected=1),
    ),
}


SENTENCES = {
    "an order at the door that holds its money": f"(at-door): {TOTAL} of {TOTAL} đồng due at the door",
    "a paid one that holds none": f"(paid): 0 of {TOTAL} đồng due at the door",
    "one of which nothing comes": "is at-door although nothing of it comes",
    "a parcel that came back although it was paid before": "came back although it was paid before",
    "a line booked with another amount": "1 collected, another amount booked",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_what_must_hold_at_the_door_is_checked(name: str) -> None:
    with transaction.atomic():
        order = placed().order
        assert violations() == []
        BREAKS[name](order)
        assert [sentence for sentence in violations() if SENTENCES[name] in sentence]
        transaction.set_rollback(True)
