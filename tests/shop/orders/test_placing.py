"""An order is placed whole or not at all: stock, consignments, attempt and letter."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from catalog.models import ApprovalState
from catalog.services import set_state
from shop.messages.models import Letter
from shop.orders.models import Consignment, ConsignmentLine, OrderEvent, OrderSheet
from shop.orders.requests import Buyer, EmptyBasket, InvoiceRequest, OutOfStock, PriceChanged, StallQuote
from shop.orders.services import place
from shop.partner.models import StockRecord
from shop.payments.codes import find_codes
from shop.payments.models import PaymentAttempt
from shop.payments.provider import Instructions, ShowQr
from shop.payments.services import start
from shop.payments.vietqr import Transfer, read_payload
from tests.factories import make_cooperative, make_product
from tests.support.orders import ADDRESS, BUYER, fill_basket, place_order, wish, with_strategy

pytestmark = pytest.mark.django_db


def stock_of(sheet: Any) -> tuple[int, int]:
    record = StockRecord.objects.get(product=sheet.product)
    return record.num_in_stock, record.num_allocated or 0


def assert_nothing_was_written() -> None:
    for model in (Order, OrderSheet, Consignment, ConsignmentLine, OrderEvent, PaymentAttempt, Letter):
        assert not model.objects.exists(), model
    assert not StockRecord.objects.exclude(num_allocated=None).exclude(num_allocated=0).exists()


def test_an_order_of_two_stalls_is_one_order_with_two_consignments() -> None:
    taro = make_product(price=105_000, stock=10)
    honey = make_product(
        price=250_000, stock=4, cooperative=taro.cooperative, sku="MAT", title="Mật ong", pack="chai 500 ml"
    )
    tea = make_product(price=99_000, stock=3)
    placed = place_order((taro, 2), (tea, 1), (honey, 1), note="Gọi trước khi giao")

    order, sheet = placed.order, placed.order.sheet
    assert not placed.is_repeat
    assert find_codes(order.number) == [order.number]
    assert (order.status, order.currency) == ("pending-payment", "VND")
    assert (order.total_incl_tax, order.shipping_incl_tax) == (619_000, 60_000)
    assert order.guest_email == "khach@demo.example"
    assert (sheet.total_amount, sheet.note) == (619_000, "Gọi trước khi giao")
    assert (sheet.buyer_name, sheet.buyer_phone) == ("Nguyễn Thị Mẫu", "0912345678")
    assert (sheet.province_code, sheet.commune_code) == ("14", "03868")
    assert sheet.address_text == "Bản Chung Chinh, Xã Tà Xùa, Tỉnh Sơn La"
    assert len(sheet.token) == 43

    first, second = order.consignments.order_by("code")
    assert (first.code, second.code) == (f"{order.number}-1", f"{order.number}-2")
    assert (first.cooperative, second.cooperative) == (taro.cooperative, tea.cooperative)
    assert (first.goods_amount, first.shipping_amount, first.total_amount) == (460_000, 30_000, 490_000)
    assert (second.goods_amount, second.shipping_amount, second.total_amount) == (99_000, 30_000, 129_000)
    assert {first.status, second.status} == {"awaiting-payment"}
    lines = [(line.sku, line.quantity, line.unit_amount, line.goods_amount) for line in first.lines.all()]
    assert lines == [
        (taro.product.stockrecords.get().partner_sku, 2, 105_000, 210_000),
        ("MAT", 1, 250_000, 250_000),
    ]
    assert first.lines.last().pack == "chai 500 ml"
    assert (stock_of(taro), stock_of(honey), stock_of(tea)) == ((10, 2), (4, 1), (3, 1))


def test_the_attempt_asks_for_the_whole_amount_until_the_deadline(settings: Any) -> None:
    before = timezone.now()
    placed = place_order((make_product(price=100_000), 1))
    attempt, sheet = placed.attempt, placed.order.sheet
    assert (attempt.provider, attempt.amount, attempt.reference) == ("vietqr", 130_000, placed.order.number)
    assert attempt.expires_at == sheet.pay_by
    assert dt.timedelta() <= sheet.pay_by - before - dt.timedelta(minutes=60) < dt.timedelta(seconds=30)
    step = start(attempt.pk)
    assert isinstance(step, ShowQr)
    asked = read_payload(step.payload)
    assert asked == Transfer(settings.VIETQR_BANK_BIN, settings.VIETQR_ACCOUNT, 130_000, placed.order.number)


def test_the_basket_is_submitted_and_the_buyer_gets_a_letter_with_the_pay_link() -> None:
    placed = place_order((make_product(title="Khoai sọ Tà Xùa"), 1))
    assert placed.order.basket.status == Basket.SUBMITTED
    letter = Letter.objects.get()
    assert letter.recipient == "khach@demo.example"
    assert letter.subject == f"Đơn hàng {placed.order.number}: mời bạn chuyển khoản"
    assert f"http://testserver/thanh-toan/{placed.attempt.public_id}/" in letter.body
    assert f"http://testserver/don-hang/{placed.order.number}/{placed.order.sheet.token}/" in letter.body
    assert "1 × Khoai sọ Tà Xùa (túi lưới 3 kg): 105.000\xa0₫" in letter.body
    assert "135.000\xa0₫" in letter.body


def test_the_letter_lists_the_stalls_as_the_buyer_saw_them() -> None:
    first, second = make_product(title="Khoai sọ"), make_product(title="Chè shan")
    place_order((first, 1), (second, 1))
    body = Letter.objects.get().body
    assert body.index("Khoai sọ") < body.index("Chè shan")


def test_a_buyer_who_reads_english_gets_english_links() -> None:
    placed = place_order((make_product(), 1), language="en")
    assert f"http://testserver/en/thanh-toan/{placed.attempt.public_id}/" in Letter.objects.get().body


def test_without_an_address_no_letter_is_written() -> None:
    place_order((make_product(), 1), buyer=Buyer("Nguyễn Thị Mẫu", "0912345678"))
    assert not Letter.objects.exists()


def test_the_invoice_request_is_kept() -> None:
    request = InvoiceRequest("Công ty Mẫu", "0100109106", "1 Phố Mẫu, Hà Nội", "ketoan@mau.example")
    sheet = place_order((make_product(), 1), invoice=request).order.sheet
    kept = (sheet.invoice_name, sheet.invoice_tax_code, sheet.invoice_address, sheet.invoice_email)
    assert kept == ("Công ty Mẫu", "0100109106", "1 Phố Mẫu, Hà Nội", "ketoan@mau.example")


def test_the_same_form_twice_is_one_order() -> None:
    sheet = make_product(stock=5)
    request = wish(fill_basket((sheet, 2)))
    first, second = place(**request), place(**request)
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert (first.order, first.attempt) == (second.order, second.attempt)
    assert (Order.objects.count(), Letter.objects.count(), stock_of(sheet)) == (1, 1, (5, 2))


def test_the_same_basket_from_two_tabs_is_one_order() -> None:
    request = wish(fill_basket((make_product(), 1)))
    first, second = place(**request), place(**request | {"checkout_token": uuid.uuid4()})
    assert (second.is_repeat, second.order) == (True, first.order)
    assert Order.objects.count() == 1


def test_a_token_used_before_returns_its_order_even_with_another_basket() -> None:
    first = place(**wish(fill_basket((make_product(), 1)), checkout_token=(token := uuid.uuid4())))
    second = place(**wish(fill_basket((make_product(), 1)), checkout_token=token))
    assert (second.is_repeat, second.order, Order.objects.count()) == (True, first.order, 1)


def test_an_empty_basket_is_refused() -> None:
    with pytest.raises(EmptyBasket):
        place(**wish(fill_basket()))
    assert_nothing_was_written()


def test_a_basket_that_is_gone_is_refused() -> None:
    request = wish(basket := fill_basket((make_product(), 1)))
    Basket.objects.filter(pk=basket.pk).delete()
    with pytest.raises(EmptyBasket):
        place(**request)
    assert_nothing_was_written()


def test_lines_out_of_stock_are_named_and_nothing_is_written() -> None:
    plenty, scarce, gone = (
        make_product(stock=9),
        make_product(stock=5, title="Chè shan"),
        make_product(stock=1),
    )
    request = wish(fill_basket((plenty, 1), (scarce, 4), (gone, 1)))
    StockRecord.objects.filter(product=scarce.product).update(num_in_stock=3)
    StockRecord.objects.filter(product=gone.product).update(num_in_stock=0)
    with pytest.raises(OutOfStock) as refusal:
        place(**request)
    assert [(line.title, line.wanted, line.left, line.message) for line in refusal.value.lines] == [
        ("Chè shan", 4, 3, "Chỉ còn 3"),
        (gone.product.title, 1, 0, "Hết hàng"),
    ]
    assert_nothing_was_written()


def test_a_rival_between_look_and_reservation_wins_and_we_write_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, last = make_product(stock=5), make_product(stock=1, title="Cái cuối cùng")
    request = wish(fill_basket((last, 1), (first, 1)))
    real = StockRecord.allocate

    def slow(record: StockRecord, quantity: int, *, from_harvest: bool = False) -> None:
        StockRecord.objects.filter(product=last.product).update(num_in_stock=0)
        real(record, quantity, from_harvest=from_harvest)

    monkeypatch.setattr(StockRecord, "allocate", slow)
    with pytest.raises(OutOfStock) as refusal:
        place(**request)
    assert [line.title for line in refusal.value.lines] == ["Cái cuối cùng"]
    assert refusal.value.lines[0].message
    assert_nothing_was_written()


def test_a_changed_price_is_told_and_not_charged() -> None:
    sheet = make_product(price=100_000)
    request = wish(fill_basket((sheet, 2)))
    StockRecord.objects.filter(product=sheet.product).update(price=110_000)
    with pytest.raises(PriceChanged) as refusal:
        place(**request | {"basket": with_strategy(Basket.objects.get())})
    assert refusal.value.total == 250_000
    assert_nothing_was_written()


def test_a_line_added_in_another_tab_is_told_and_not_charged() -> None:
    sheet = make_product(price=100_000)
    request = wish(basket := fill_basket((sheet, 1)))
    list(request["basket"].all_lines())  # what the request had read before
    basket.add_product(sheet.product, 1)
    with pytest.raises(PriceChanged) as refusal:
        place(**request)
    assert refusal.value.total == 230_000
    assert_nothing_was_written()


def test_a_stall_without_a_quote_is_refused() -> None:
    request = wish(fill_basket((make_product(price=50_000), 1), (make_product(price=60_000), 1)))
    first = min(request["stall_quotes"])
    with pytest.raises(PriceChanged):
        place(**request | {"stall_quotes": {first: StallQuote("Giao", 30_000)}, "expected_total": 140_000})
    assert_nothing_was_written()


def test_a_withdrawn_product_and_a_closed_stall_are_refused() -> None:
    withdrawn, closed = make_product(), make_product(cooperative=make_cooperative())
    request = wish(fill_basket((withdrawn, 1), (closed, 1)))
    set_state(sheet=withdrawn, state=ApprovalState.WITHDRAWN)
    type(closed.cooperative).objects.filter(pk=closed.cooperative_id).update(is_open=False)
    with pytest.raises(OutOfStock) as refusal:
        place(**request)
    assert [line.message for line in refusal.value.lines] == ["Ngừng bán", "Gian hàng đang nghỉ"]
    assert_nothing_was_written()


def test_a_very_large_order_is_paid_without_a_qr_code() -> None:
    placed = place_order((make_product(price=60_000_000, stock=20, max_quantity=20), 9))
    assert placed.attempt.amount == 540_030_000
    step = start(placed.attempt.pk)
    assert isinstance(step, Instructions)
    assert not isinstance(step, ShowQr)
    assert step.memo == placed.order.number


def test_a_taken_number_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(["HT2345678X", "HT2345678X", "HTAWEFMHS4"])
    monkeypatch.setattr("shop.orders.placing.new_code", lambda: next(numbers))
    assert place_order((make_product(), 1)).order.number == "HT2345678X"
    assert place_order((make_product(), 1)).order.number == "HTAWEFMHS4"


def test_address_and_buyer_are_what_the_form_said() -> None:
    assert (str(ADDRESS), BUYER.email) == ("Bản Chung Chinh, Xã Tà Xùa, Tỉnh Sơn La", "khach@demo.example")
