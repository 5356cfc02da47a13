"""What a buyer adds to a parcel that is not packed: it goes with it, or nothing of it is charged."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.invoices.models import Invoice
from shop.messages.models import Letter
from shop.orders import additions, services
from shop.orders.invariants import violations
from shop.orders.models import Consignment, OrderSheet
from shop.orders.requests import InvoiceRequest, Placed, StallQuote
from shop.orders.slips import _content
from shop.partner.models import StockRecord
from shop.payments.models import Refund
from shop.shipping.models import DeliveryService
from shop.shipping.rates import Reach, Tariff
from shop.shipping.services import save_service
from tests.factories import make_cooperative, make_product
from tests.support.orders import bring, fill_basket, place_order, transfer
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db

BANDS = ((5_000, 20_000), (10_000, 32_000))


class Parcel:
    """A paid consignment of one pack (3.100 g, 100.000 ₫) in the first band of its stall's own service."""

    def __init__(self, **changes: Any) -> None:
        self.stall = make_cooperative()
        service = DeliveryService(cooperative=self.stall, courier="own", name="Xe của gian")
        reaches = (Reach.SAME_COMMUNE, Reach.SAME_PROVINCE)
        self.service = save_service(service=service, tariffs=dict.fromkeys(reaches, Tariff(BANDS)))
        self.taro = make_product(cooperative=self.stall, price=100_000, stock=9)
        self.tea = make_product(cooperative=self.stall, price=40_000, stock=9, weight_grams=500)
        quote = StallQuote("Xe của gian", 20_000, courier="own", key=f"s{self.service.pk}")
        quotes = {"stall_quotes": {self.stall.pk: quote}, "expected_total": 120_000}
        self.placed = place_order((self.taro, 1), **(quotes | changes))

    @property
    def first(self) -> Consignment:
        return Consignment.objects.get(order=self.placed.order)

    def pay(self, placed: Placed | None = None) -> None:
        placed = placed or self.placed
        bring(transfer(placed.attempt.amount, placed.order.number))

    def add(self, *goods: Any, delivery: int = 0, **changes: Any) -> Placed:
        """By default one pack of tea, which the first band still holds."""
        goods = goods or ((self.tea, 1),)
        wish = {
            "basket": fill_basket(*goods),
            "consignment": self.first,
            "addition_token": additions.token_for(self.first),
            "payment_method": "vietqr",
            "terms_version": "2026-11",
            "language": "vi",
            "expected_total": sum(sheet.price_amount * quantity for sheet, quantity in goods) + delivery,
        }
        return services.add(**(wish | changes))


def paid_parcel() -> Parcel:
    found = Parcel()
    found.pay()
    return found


@pytest.fixture(scope="module")
def standing_parcel(standing: Standing) -> Callable[[], Parcel]:
    return standing.keep(paid_parcel)


@pytest.fixture
def parcel(standing_parcel: Callable[[], Parcel]) -> Parcel:
    return standing_parcel()


def added(placed: Placed) -> Consignment:
    return Consignment.objects.get(order=placed.order)


def statuses() -> list[str]:
    return list(Consignment.objects.order_by("pk").values_list("status", flat=True))


def assert_nothing_was_added() -> None:
    assert (Order.objects.count(), Consignment.objects.count()) == (1, 1)
    assert StockRecord.objects.exclude(num_allocated=None).get().num_allocated == 1


def test_an_addition_in_the_band_that_was_paid_costs_no_delivery_and_is_an_order_of_its_own(
    parcel: Parcel,
) -> None:
    before = Consignment.objects.values().get()
    placed = parcel.add()
    one, sheet = added(placed), placed.order.sheet
    assert (one.ships_with, one.shipping_amount, one.total_amount) == (parcel.first, 0, 40_000)
    assert (placed.order.status, one.status) == ("pending-payment", "awaiting-payment")
    first = parcel.placed.order.sheet
    same = ("buyer_name", "buyer_phone", "buyer_email", "province_code", "commune_code", "address_text")
    assert [getattr(sheet, name) for name in same] == [getattr(first, name) for name in same]
    assert (one.courier, one.shipping_name, one.delivery_key) == (
        "own",
        "Xe của gian",
        parcel.first.delivery_key,
    )
    assert Consignment.objects.values().get(pk=before["id"]) == before
    parcel.pay(placed)
    assert statuses() == ["to-pack", "to-pack"]
    assert (placed.attempt.amount, violations()) == (40_000, [])
    letter = Letter.objects.get(key=f"to-pack:{one.code}").body
    assert f"Hàng thêm, đi cùng kiện {parcel.first.code}: bà con gói chung một kiện." in letter


def test_beyond_the_band_only_the_difference_is_asked_and_what_was_added_before_counts(
    parcel: Parcel,
) -> None:
    parcel.pay(placed := parcel.add((parcel.taro, 1), delivery=12_000))
    assert added(placed).shipping_amount == 12_000
    parcel.pay(placed := parcel.add((parcel.taro, 1)))  # 9.300 g: the second band is paid for
    assert (added(placed).shipping_amount, violations()) == (0, [])
    with pytest.raises(services.TooHeavy):
        parcel.add((parcel.taro, 1))
    assert Order.objects.count() == 3


def test_what_is_missing_makes_room_in_the_band(parcel: Parcel) -> None:
    parcel.pay(parcel.add((parcel.taro, 1), delivery=12_000))
    second = Consignment.objects.get(ships_with__isnull=False)
    services.cancel_consignment(consignment=second)
    assert added(parcel.add((parcel.taro, 1), delivery=12_000)).shipping_amount == 12_000


@pytest.mark.parametrize("which", ["first", "second"])
def test_both_are_packed_and_handed_over_as_one_parcel(parcel: Parcel, which: str) -> None:
    placed = parcel.add()
    parcel.pay(placed)
    chosen = parcel.first if which == "first" else added(placed)
    services.pack(consignment=chosen, by=None)
    assert statuses() == ["packed", "packed"]
    content = _content(added(placed))
    assert content["code"] == f"{parcel.first.code} + {added(placed).code}"
    assert len(content["goods"]) == 2
    services.hand_over(consignment=chosen, by=None, carrier="Xe khách", tracking_number="X1")
    assert statuses() == ["handed-over", "handed-over"]
    assert set(Consignment.objects.values_list("tracking_number", flat=True)) == {"X1"}
    assert set(Invoice.objects.values_list("total_amount", flat=True)) == {120_000, 40_000}
    assert set(StockRecord.objects.values_list("num_in_stock", "num_allocated")) == {(8, 0)}
    assert violations() == []


def test_an_addition_that_is_not_paid_when_the_parcel_is_packed_is_let_go_and_the_buyer_told(
    parcel: Parcel,
) -> None:
    placed = parcel.add()
    services.pack(consignment=parcel.first, by=None)
    assert statuses() == ["packed", "cancelled"]
    assert Order.objects.get(pk=placed.order.pk).status == "cancelled"
    assert StockRecord.objects.get(product=parcel.tea.product).num_allocated == 0
    letter = Letter.objects.get(key=f"addition-missed:{added(placed).code}").body
    assert "Phần hàng thêm đã hủy, bạn không phải trả gì." in letter
    parcel.pay(placed)  # the transfer was on its way
    assert (statuses(), Refund.objects.get().amount, violations()) == (["packed", "cancelled"], 40_000, [])


def test_money_that_came_in_part_goes_back_when_the_parcel_is_packed(parcel: Parcel) -> None:
    placed = parcel.add()
    bring(transfer(10_000, placed.order.number))
    services.pack(consignment=parcel.first, by=None)
    assert (Refund.objects.get().amount, violations()) == (10_000, [])


def test_late_money_for_an_addition_counts_only_while_the_parcel_is_open(parcel: Parcel) -> None:
    for is_packed in (False, True):
        placed = parcel.add()
        services.expire(timezone.now() + dt.timedelta(days=1))
        assert Order.objects.get(pk=placed.order.pk).status == "expired"
        if is_packed:
            services.pack(consignment=parcel.first, by=None)
        parcel.pay(placed)
        assert violations() == []
    assert statuses() == ["packed", "packed", "cancelled"]
    assert Refund.objects.get().amount == 40_000


def test_a_packer_who_has_not_seen_the_addition_packs_nothing(parcel: Parcel) -> None:
    placed = parcel.add()
    parcel.pay(placed)
    with pytest.raises(services.ParcelGrew) as grown:
        services.pack(consignment=parcel.first, by=None, seen={parcel.first.pk})
    assert [one.code for one in grown.value.added] == [added(placed).code]
    assert statuses() == ["to-pack", "to-pack"]


def test_a_question_about_one_of_them_holds_up_both(parcel: Parcel) -> None:
    placed = parcel.add((parcel.tea, 2))
    parcel.pay(placed)
    services.report_shortfall(consignment=added(placed), missing={added(placed).lines.get().pk: 1})
    with pytest.raises(services.BuyerIsAsked):
        services.pack(consignment=parcel.first, by=None)
    assert statuses() == ["to-pack", "to-pack"]


def test_cancelling_the_parcel_cancels_what_was_added_and_gives_all_of_it_back(parcel: Parcel) -> None:
    parcel.pay(parcel.add())
    unpaid = parcel.add()
    services.cancel_consignment(consignment=parcel.first)
    assert statuses() == ["cancelled"] * 3
    assert Counter(Refund.objects.values_list("amount", flat=True)) == Counter([120_000, 40_000])
    assert not StockRecord.objects.filter(num_allocated__gt=0).exists()
    assert Letter.objects.filter(key=f"addition-missed:{added(unpaid).code}").exists()
    assert violations() == []


def test_cancelling_the_addition_leaves_the_parcel_alone(parcel: Parcel) -> None:
    parcel.pay(placed := parcel.add())
    services.cancel_consignment(consignment=added(placed))
    assert (statuses(), Refund.objects.get().amount, violations()) == (["to-pack", "cancelled"], 40_000, [])


def test_when_the_stall_calls_the_parcel_off_what_was_added_comes_all_the_same_for_the_price_agreed(
    parcel: Parcel,
) -> None:
    placed = parcel.add()
    parcel.pay(placed)
    first = parcel.first
    services.report_shortfall(consignment=first, missing={first.lines.get().pk: 1})
    assert (statuses(), violations()) == (["cancelled", "to-pack"], [])
    services.pack(consignment=added(placed), by=None)
    services.hand_over(consignment=added(placed), by=None, carrier="Xe", tracking_number="")
    assert (statuses(), violations()) == (["cancelled", "handed-over"], [])


def test_one_form_is_one_addition_and_a_second_tab_knows_it(parcel: Parcel) -> None:
    key = additions.token_for(parcel.first)
    one = parcel.add(addition_token=key)
    again = parcel.add((parcel.tea, 3), addition_token=key)
    assert (again.order, again.is_repeat) == (one.order, True)
    assert (Order.objects.count(), additions.token_for(parcel.first) == key) == (2, False)
    parcel.pay(one)
    assert parcel.add(addition_token=key).is_repeat


def test_while_one_addition_waits_for_its_money_no_other_is_made(parcel: Parcel) -> None:
    parcel.add()
    with pytest.raises(services.NotOpen):
        parcel.add()
    assert Order.objects.count() == 2


def test_a_token_of_another_parcel_or_of_nobody_is_refused(parcel: Parcel) -> None:
    for key in (uuid.uuid4(), parcel.placed.order.sheet.checkout_token):
        with pytest.raises(services.StaleAddition):
            parcel.add(addition_token=key)
    assert_nothing_was_added()


@pytest.mark.parametrize("state", ["unpaid", "packed", "cancelled", "expired", "asked"])
def test_nothing_is_added_to_a_parcel_that_is_not_open(state: str) -> None:
    parcel = Parcel()
    if state == "expired":
        services.expire(timezone.now() + dt.timedelta(days=1))
    elif state != "unpaid":
        parcel.pay()
    if state == "packed":
        services.pack(consignment=parcel.first, by=None)
    if state == "cancelled":
        services.cancel_consignment(consignment=parcel.first)
    if state == "asked":
        line = parcel.first.lines.get()
        tomorrow = timezone.localdate() + dt.timedelta(days=1)
        services.report_shortfall(consignment=parcel.first, missing={line.pk: 1}, restock_on=tomorrow)
    with pytest.raises(services.NotOpen):
        parcel.add()
    assert Order.objects.count() == 1


def test_what_was_sold_out_or_belongs_to_another_stall_is_refused_whole(parcel: Parcel) -> None:
    other = make_product(price=40_000)
    with pytest.raises(services.OtherStall):
        parcel.add((parcel.tea, 1), (other, 1))
    basket = fill_basket((parcel.tea, 2))
    StockRecord.objects.filter(product=parcel.tea.product).update(num_in_stock=1)
    with pytest.raises(services.OutOfStock):
        parcel.add((parcel.tea, 2), basket=basket)
    assert_nothing_was_added()


def test_another_total_than_the_buyer_saw_is_refused(parcel: Parcel) -> None:
    with pytest.raises(services.PriceChanged):
        parcel.add(expected_total=39_000)
    assert_nothing_was_added()


def test_goods_that_come_later_than_the_parcel_are_refused(parcel: Parcel) -> None:
    slow = make_product(cooperative=parcel.stall, price=40_000, lead_days=5)
    with pytest.raises(services.OutOfStock) as refusal:
        parcel.add((slow, 1))
    assert "muộn hơn kiện" in refusal.value.lines[0].message
    assert_nothing_was_added()


def test_an_addition_is_paid_before_even_where_the_parcel_is_paid_at_the_door(settings: Any) -> None:
    settings.PAYMENT_METHODS = ["vietqr", "cod"]
    parcel = Parcel(payment_method="cod")
    assert parcel.first.status == "to-pack"
    with pytest.raises(services.MethodNotOffered):
        parcel.add(payment_method="cod")
    placed = parcel.add()
    with pytest.raises(services.MethodNotOffered):
        services.change_method(order_id=placed.order.pk, provider="cod")
    parcel.pay(placed)
    services.pack(consignment=parcel.first, by=None)
    assert (_content(parcel.first)["amount"], violations()) == ("120.000\xa0₫", [])


def test_the_invoice_request_and_the_account_of_the_order_hold_for_what_is_added() -> None:
    parcel = Parcel(invoice=InvoiceRequest("Công ty Mẫu", "0100233488", "Hà Nội", "ke@demo.example"))
    parcel.pay()
    sheet = OrderSheet.objects.get(order=parcel.add().order)
    assert (sheet.invoice_name, sheet.invoice_tax_code) == ("Công ty Mẫu", "0100233488")
    assert sheet.order.user == parcel.placed.order.user


def test_the_books_show_an_addition_that_goes_with_what_it_cannot_go_with(parcel: Parcel) -> None:
    one = added(parcel.add())
    Consignment.objects.filter(pk=parcel.first.pk).update(status="packed")
    assert any("but what it goes with is not" in fault for fault in violations())
    Consignment.objects.filter(pk=parcel.first.pk).update(status="to-pack", courier="x")
    assert any(f"{one.code} cannot go with" in fault for fault in violations())
