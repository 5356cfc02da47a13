"""The checkout: one page, one form, one order; nothing charged that was not shown."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from oscar.apps.basket.models import Basket, Line
from oscar.apps.order.models import Order
from pytest_django import DjangoAssertNumQueries

from catalog.clock import today
from catalog.harvests import plan_harvest
from catalog.models import Commune
from shop.messages.models import Letter
from shop.orders.models import Consignment, OrderSheet
from shop.payments.models import PaymentAttempt
from shop.shipping.models import CollectionPoint, DeliveryService, UnservedArea
from shop.shipping.rates import Reach, Tariff
from shop.shipping.services import save_service
from tests.factories import make_commune, make_cooperative, make_product

pytestmark = pytest.mark.django_db
CHECKOUT, COMMUNES = "/thanh-toan/", "/thanh-toan/xa/"


@pytest.fixture(autouse=True)
def hanoi() -> Commune:
    return make_commune("00004", "Phường Ba Đình", province="01")


def add(client: Client, sheet: Any, quantity: int = 1) -> None:
    assert (
        client.post("/gio-hang/them/", {"product": sheet.product_id, "quantity": quantity}).status_code == 302
    )


def filled(shown: int, /, **changes: object) -> dict[str, object]:
    """The form of a buyer in Hanoi who saw ``shown``."""
    return {
        "name": "Nguyễn Thị Mẫu",
        "phone": "0912 345 678",
        "email": "",
        "province": "01",
        "commune": "00004",
        "street": "Số 5 phố Kim Mã",
        "note": "",
        "payment_method": "vietqr",
        "terms": "on",
        "checkout_token": str(uuid.uuid4()),
        "seen_total": str(shown),
    } | changes


def assert_nothing_ordered() -> None:
    assert not Order.objects.exists()
    assert not OrderSheet.objects.exists()
    assert not Consignment.objects.exists()
    assert not PaymentAttempt.objects.exists()
    assert not Letter.objects.exists()
    assert not Line.objects.exclude(basket__status="Open").exists()


def test_an_order_of_two_stalls_leads_to_the_pay_page(client: Client) -> None:
    taro = make_product(price=105_000, weight_grams=3100, cooperative=make_cooperative(name="HTX Khoai"))
    tea = make_product(price=180_000, weight_grams=150, cooperative=make_cooperative(name="HTX Chè"))
    add(client, taro, 2)
    add(client, tea)
    token = str(uuid.uuid4())
    total = 210_000 + 95_000 + 180_000 + 25_000
    answer = client.post(
        CHECKOUT, filled(total, checkout_token=token, email="mau@vidu.vn", note="Gọi  trước")
    )
    attempt = PaymentAttempt.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/thanh-toan/{attempt.public_id}/")
    assert attempt.amount == 510_000
    sheet = OrderSheet.objects.get()
    assert (sheet.buyer_name, sheet.buyer_phone, sheet.buyer_email) == (
        "Nguyễn Thị Mẫu",
        "0912345678",
        "mau@vidu.vn",
    )
    assert sheet.address_text == "Số 5 phố Kim Mã, Phường Ba Đình, Thành phố Hà Nội"
    assert (sheet.note, sheet.terms_version, str(sheet.checkout_token)) == ("Gọi trước", "2026-11", token)
    assert list(
        Consignment.objects.order_by("pk").values_list(
            "cooperative__name", "shipping_name", "shipping_amount"
        )
    ) == [("HTX Khoai", "Bưu điện, giao thường", 95_000), ("HTX Chè", "Bưu điện, giao thường", 25_000)]
    assert answer.cookies["gio"].value == ""


def test_the_form_asks_for_no_account_and_ticks_nothing(client: Client) -> None:
    add(client, make_product())
    answer = client.get(CHECKOUT)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert "checked" not in re.search(r'<input[^>]*name="terms"[^>]*>', page)[0]  # type: ignore[index]
    assert 'name="age_confirmed"' not in page
    assert "chọn xã, phường" in page


def test_an_empty_basket_goes_back_to_the_basket_with_a_word(client: Client) -> None:
    for answer in (client.get(CHECKOUT, follow=True), client.post(CHECKOUT, filled(0), follow=True)):
        assert answer.redirect_chain == [("/gio-hang/", 302)]
        assert "Giỏ hàng đang trống" in answer.content.decode()
    assert_nothing_ordered()


def test_goods_that_cannot_be_bought_go_back_to_the_basket(client: Client) -> None:
    sheet = make_product(stock=2)
    add(client, sheet, 2)
    sheet.product.stockrecords.get().allocate(1)
    answer = client.get(CHECKOUT, follow=True)
    assert answer.redirect_chain == [("/gio-hang/", 302)]
    assert "Chỉ còn 1" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Bạn ghi họ tên"),
        ("name", "x" * 101, "100"),
        ("phone", "", "Bạn ghi số điện thoại"),
        ("phone", "12345", "Số điện thoại chưa đúng"),
        ("phone", "1900 1234", "Số điện thoại chưa đúng"),
        ("phone", "+1 202 555 0100", "Số điện thoại chưa đúng"),
        ("email", "không phải thư", "Địa chỉ thư chưa đúng"),
        ("province", "", "Bạn chọn tỉnh"),
        ("province", "99", "Không có tỉnh, thành phố này"),
        ("commune", "", "Bạn chọn xã, phường nhé"),
        ("commune", "03868", "không thuộc tỉnh, thành phố đã chọn"),
        ("commune", "xxxxx", "không thuộc tỉnh, thành phố đã chọn"),
        ("street", "   ", "Bạn ghi số nhà"),
        ("note", "x" * 501, "500"),
        ("payment_method", "tien-ao", "Cách trả này không dùng được"),
        ("payment_method", "", "Bạn chọn cách trả tiền"),
        ("terms", "", "đánh dấu đồng ý"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_in_the_summary(
    client: Client, field: str, value: str, message: str
) -> None:
    make_commune()
    add(client, make_product(price=100_000, weight_grams=100))
    sent = filled(125_000, **{field: value})
    answer = client.post(CHECKOUT, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(message) >= 2
    assert f'id="id_{field}_error"' in page
    kept = {"name": "Nguyễn Thị Mẫu", "phone": "0912 345 678", "street": "Số 5 phố Kim Mã"}
    for other in kept.keys() - {field}:
        assert kept[other] in page
    assert str(sent["checkout_token"]) in page
    assert_nothing_ordered()


@pytest.mark.parametrize(
    "field", ["name", "phone", "province", "commune", "street", "note", "checkout_token"]
)
def test_signs_that_no_person_types_are_refused(client: Client, field: str) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    assert client.post(CHECKOUT, filled(125_000, **{field: "a\x00b"})).status_code == 422
    assert_nothing_ordered()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("5699999011", "5699999011"),
        ("0100 233 488", "0100233488"),
        ("0100233488001", "0100233488-001"),
        ("012345678901", "012345678901"),
    ],
)
def test_an_invoice_names_the_organisation(client: Client, typed: str, kept: str) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    company = {
        "wants_invoice": "on",
        "invoice_name": "Công ty Mẫu",
        "invoice_tax_code": typed,
        "invoice_address": "Số 1 phố Mẫu",
        "invoice_email": "ketoan@vidu.vn",
    }
    assert client.post(CHECKOUT, filled(125_000, **company)).status_code == 302
    sheet = OrderSheet.objects.get()
    assert (sheet.invoice_name, sheet.invoice_tax_code, sheet.invoice_address, sheet.invoice_email) == (
        "Công ty Mẫu",
        kept,
        "Số 1 phố Mẫu",
        "ketoan@vidu.vn",
    )


@pytest.mark.parametrize(
    "typed", ["5699999012", "12345", "569999901", "abcdefghij", "0100233488-1", "٥٦٩٩٩٩٩٠١١"]
)
def test_a_wrong_tax_code_is_refused_at_its_field(client: Client, typed: str) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    answer = client.post(CHECKOUT, filled(125_000, invoice_tax_code=typed, invoice_name="Công ty Mẫu"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Mã số thuế này không đúng") == 2
    assert "Công ty Mẫu" in page
    assert_nothing_ordered()


def test_an_invoice_needs_all_its_fields(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    page = client.post(CHECKOUT, filled(125_000, wants_invoice="on")).content.decode()
    for message in (
        "Bạn ghi tên đơn vị",
        "Bạn ghi mã số thuế",
        "Bạn ghi địa chỉ của đơn vị",
        "để nhận hóa đơn nhé",
    ):
        assert page.count(message) == 2
    assert_nothing_ordered()


def test_an_invoice_goes_to_the_buyers_address_unless_another_is_given(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    company = {"invoice_name": "Công ty Mẫu", "invoice_tax_code": "5699999011", "invoice_address": "Số 1"}
    assert client.post(CHECKOUT, filled(125_000, email="mau@vidu.vn", **company)).status_code == 302
    assert OrderSheet.objects.get().invoice_email == "mau@vidu.vn"


def test_an_invoice_address_longer_than_the_law_allows_is_refused(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    long = "k" * 45 + "@vidu.vn"
    company = {"invoice_name": "Công ty", "invoice_tax_code": "5699999011", "invoice_address": "Số 1"}
    for changes in ({"invoice_email": long}, {"email": long}):
        answer = client.post(CHECKOUT, filled(125_000, **company, **changes))
        assert (answer.status_code, 'id="id_invoice_email_error"' in answer.content.decode()) == (422, True)
    assert_nothing_ordered()


def test_wine_asks_for_the_age(client: Client) -> None:
    wine = make_product(price=100_000, weight_grams=100, is_age_restricted=True)
    client.post("/gio-hang/them/", {"product": wine.product_id, "quantity": 1, "is_adult": "on"})
    answer = client.post(CHECKOUT, filled(125_000))
    assert (answer.status_code, 'id="id_age_confirmed_error"' in answer.content.decode()) == (422, True)
    assert_nothing_ordered()
    assert client.post(CHECKOUT, filled(125_000, age_confirmed="on")).status_code == 302


def test_delivery_that_was_not_shown_is_shown_first(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    answer = client.post(CHECKOUT, filled(100_000))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Tổng tiền vừa đổi từ 100.000\xa0₫ thành 125.000\xa0₫" in page
    assert 'name="seen_total" value="125000"' in page
    assert_nothing_ordered()
    assert client.post(CHECKOUT, filled(125_000)).status_code == 302


@pytest.mark.parametrize("seen", ["", "abc", "-5", "9" * 30])
def test_a_total_that_cannot_be_read_is_asked_again(client: Client, seen: str) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    answer = client.post(CHECKOUT, filled(0, seen_total=seen))
    assert (answer.status_code, "Tổng tiền là 125.000\xa0₫" in answer.content.decode()) == (422, True)
    assert_nothing_ordered()


def test_a_price_that_rose_is_shown_and_asked_again(client: Client) -> None:
    sheet = make_product(price=100_000, weight_grams=100)
    add(client, sheet)
    sheet.product.stockrecords.update(price=120_000)
    page = client.post(CHECKOUT, filled(125_000)).content.decode()
    assert "từ 125.000\xa0₫ thành 145.000\xa0₫" in page
    assert_nothing_ordered()


def test_a_price_that_fell_is_charged_as_it_is_now(client: Client) -> None:
    sheet = make_product(price=100_000, weight_grams=100)
    add(client, sheet)
    sheet.product.stockrecords.update(price=90_000)
    assert client.post(CHECKOUT, filled(125_000)).status_code == 302
    assert PaymentAttempt.objects.get().amount == 115_000


def test_a_price_typed_by_the_buyer_is_never_charged(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    client.post(CHECKOUT, filled(99_999_999, price="1", total="1", expected_total="1"))
    assert PaymentAttempt.objects.get().amount == 125_000


def test_stock_lost_before_the_confirmation_is_said_and_nothing_ordered(client: Client) -> None:
    sheet = make_product(price=100_000, weight_grams=100, stock=2, title="Khoai cuối mùa")
    add(client, sheet, 2)
    sheet.product.stockrecords.get().allocate(1)
    page = client.post(CHECKOUT, filled(225_000)).content.decode()
    assert "Khoai cuối mùa: Chỉ còn 1" in page
    assert "Nguyễn Thị Mẫu" in page
    assert_nothing_ordered()


def test_a_rise_at_the_last_moment_is_caught_by_the_conductor(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shop.checkout import confirming

    sheet = make_product(price=100_000, weight_grams=100)
    add(client, sheet)
    true_place = confirming.place

    def rise_then_place(**wish: Any) -> Any:
        sheet.product.stockrecords.update(price=130_000)
        return true_place(**wish)

    monkeypatch.setattr(confirming, "place", rise_then_place)
    page = client.post(CHECKOUT, filled(125_000)).content.decode()
    assert "từ 125.000\xa0₫ thành 155.000\xa0₫" in page
    assert 'name="seen_total" value="155000"' in page
    assert_nothing_ordered()


def test_the_last_pack_lost_at_the_last_moment_is_caught_by_the_conductor(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shop.checkout import confirming

    sheet = make_product(price=100_000, weight_grams=100, stock=1, title="Gói cuối")
    add(client, sheet)
    true_place = confirming.place

    def sell_then_place(**wish: Any) -> Any:
        sheet.product.stockrecords.get().allocate(1)
        return true_place(**wish)

    monkeypatch.setattr(confirming, "place", sell_then_place)
    answer = client.post(CHECKOUT, filled(125_000))
    assert answer.status_code == 422
    assert "Gói cuối: Hết hàng" in answer.content.decode()
    assert_nothing_ordered()


def test_a_second_identical_form_leads_to_the_same_pay_page(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    form = filled(125_000)
    first = client.post(CHECKOUT, form)
    second = client.post(CHECKOUT, form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert (Order.objects.count(), PaymentAttempt.objects.count()) == (1, 1)


def test_the_same_form_from_a_second_browser_makes_no_second_order(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    form = filled(125_000)
    first = client.post(CHECKOUT, form)
    assert Client().post(CHECKOUT, form)["Location"] == first["Location"]
    assert Order.objects.count() == 1


def test_a_form_without_its_token_is_asked_again_with_a_new_one(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    answer = client.post(CHECKOUT, filled(125_000, checkout_token="xyz"))
    assert answer.status_code == 422
    new = re.search(r'name="checkout_token" value="([^"]+)"', answer.content.decode())
    assert new is not None and uuid.UUID(new[1])
    assert_nothing_ordered()


def test_the_form_needs_a_csrf_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    add(strict, make_product(price=100_000, weight_grams=100))
    assert strict.post(CHECKOUT, filled(125_000)).status_code == 403
    assert_nothing_ordered()


def test_without_script_a_button_offers_the_communes_and_keeps_what_was_typed(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    sent = filled(100_000, commune="", phone="12345", terms="", wants_invoice="on", step="communes")
    answer = client.post(CHECKOUT, sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<option value="00004">Ba Đình (phường)</option>' in page
    assert "Nguyễn Thị Mẫu" in page
    assert 'value="12345"' in page
    assert "chưa đúng" not in page
    assert_nothing_ordered()


def test_without_script_a_button_shows_the_delivery_of_each_stall(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100))
    page = client.post(CHECKOUT, filled(100_000, step="quote")).content.decode()
    assert "Bưu điện, giao thường" in page
    assert page.count("125.000\xa0₫") >= 2
    assert 'name="seen_total" value="125000"' in page


def test_the_buyer_chooses_how_each_stall_sends(client: Client) -> None:
    stall, other = make_cooperative(), make_cooperative()
    add(client, make_product(price=100_000, weight_grams=100, cooperative=stall))
    add(client, make_product(price=100_000, weight_grams=100, cooperative=other))
    express = DeliveryService.objects.get(courier="ems")
    sent = filled(200_000 + 42_000 + 25_000) | {f"giao-{stall.pk}": f"s{express.pk}"}
    assert client.post(CHECKOUT, sent).status_code == 302
    own, others = Consignment.objects.order_by("pk")
    assert (own.courier, own.shipping_amount, own.shipping_name_en) == ("ems", 42_000, "EMS, express")
    assert (others.courier, others.shipping_amount) == ("vnpost", 25_000)
    assert own.promised_from is not None
    assert own.promised_from <= own.promised_to < others.promised_to  # type: ignore[operator]


def test_a_stall_arrives_after_the_last_of_its_goods_can_leave(client: Client) -> None:
    stall, other = make_cooperative(), make_cooperative()
    add(client, make_product(cooperative=stall))
    sheet = make_product(cooperative=stall, stock=0)
    leaves = today() + dt.timedelta(days=40)
    plan_harvest(product=sheet.product, expected_quantity=5, expected_on=leaves)
    add(client, sheet)
    add(client, make_product(cooperative=other))
    page = client.post(CHECKOUT, filled(0, step="quote"))
    shown = int(page.context["stalls"].total_amount)
    client.post(CHECKOUT, filled(shown, seen_days=page.context["stalls"].days_text))
    late, soon = (Consignment.objects.get(cooperative=each) for each in (stall, other))
    assert late.promised_from is not None and late.promised_from >= leaves
    assert soon.promised_from is not None and soon.promised_from < leaves


def test_a_service_of_another_stall_cannot_be_chosen(client: Client) -> None:
    stall, other = make_cooperative(), make_cooperative()
    foreign = save_service(
        service=DeliveryService(cooperative=other, courier="own", name="Xe nhà"),
        tariffs={Reach.NATION: Tariff(((50_000, 0),))},
    )
    add(client, make_product(price=100_000, weight_grams=100, cooperative=stall))
    answer = client.post(CHECKOUT, filled(100_000) | {f"giao-{stall.pk}": f"s{foreign.pk}"})
    assert (answer.status_code, "125.000\xa0₫" in answer.content.decode()) == (422, True)
    assert_nothing_ordered()


def test_goods_that_are_fetched_cost_no_delivery(client: Client) -> None:
    stall = make_cooperative()
    point = CollectionPoint.objects.create(
        cooperative=stall, name="Kho Tà Xùa", commune=stall.commune, address="Bản Mẫu", hours="7–11 giờ"
    )
    add(client, make_product(price=100_000, weight_grams=100, cooperative=stall))
    sent = filled(100_000) | {f"giao-{stall.pk}": f"p{point.pk}"}
    assert client.post(CHECKOUT, sent).status_code == 302
    consignment = Consignment.objects.get()
    assert (consignment.courier, consignment.total_amount) == ("collection", 100_000)
    assert consignment.collection_place == "Bản Mẫu, Xã Tà Xùa. 7–11 giờ"


def test_a_stall_that_does_not_send_there_says_so_at_the_commune(client: Client, hanoi: Commune) -> None:
    stall = make_cooperative(name="HTX Gần")
    UnservedArea.objects.create(cooperative=stall, province_id="01", commune=hanoi)
    add(client, make_product(price=100_000, weight_grams=100, cooperative=stall))
    answer = client.post(CHECKOUT, filled(125_000))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "HTX Gần chưa giao tới nơi này" in page
    assert "Gian này chưa giao tới xã, phường bạn chọn" in page
    assert_nothing_ordered()
    assert "HTX Gần" in client.get(COMMUNES, {"xa": "00004"}).json()["problem"]


def test_the_script_gets_the_communes_of_a_province(client: Client) -> None:
    make_commune("97002", "Phường Ngọc Mẫu", province="97")
    make_commune("97003", "Xã Ý Mẫu", province="97")
    make_commune("97001", "Xã Đá Mẫu", province="97")
    assert client.get(COMMUNES, {"tinh": "97"}).json() == {
        "communes": [["97001", "Đá Mẫu (xã)"], ["97002", "Ngọc Mẫu (phường)"], ["97003", "Ý Mẫu (xã)"]]
    }
    for unknown in ("", "99", "xx", "0" * 50):
        assert client.get(COMMUNES, {"tinh": unknown}).json() == {"communes": []}


def test_the_script_gets_the_delivery_of_this_basket(client: Client) -> None:
    stall = make_cooperative()
    add(client, make_product(price=100_000, weight_grams=100, cooperative=stall))
    found = client.get(COMMUNES, {"xa": "00004"}).json()
    delivery = found.pop("stalls")[str(stall.pk)]
    assert "Bưu điện, giao thường" in delivery
    assert "25.000\xa0₫" in delivery
    assert found == {
        "shipping": "25.000\xa0₫",
        "total": "125.000\xa0₫",
        "total_amount": 125_000,
        "problem": "",
    }
    assert client.get(COMMUNES, {"xa": "99999"}).status_code == 404
    assert client.get(COMMUNES, {"xa": "\x00" * 9}).status_code == 404


def test_the_page_speaks_english_at_its_english_address(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100, title_en="Hill taro"))
    assert "Hill taro" in client.get("/en/thanh-toan/").content.decode()
    assert client.post("/en/thanh-toan/", filled(125_000)).status_code == 302
    assert OrderSheet.objects.get().language == "en"
    assert Consignment.objects.get().shipping_name == "Bưu điện, giao thường"


@pytest.mark.parametrize("lines", [2, 12])
def test_the_checkout_costs_the_same_queries_with_any_number_of_lines(
    client: Client, lines: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(lines):
        add(client, make_product(cooperative=make_cooperative()))
    client.get("/gio-hang/")  # reads the messages away
    with django_assert_num_queries(11):
        client.get(CHECKOUT)
    with django_assert_num_queries(17):
        client.post(CHECKOUT, filled(0, name=""))


def test_the_basket_is_free_again_after_the_order(client: Client) -> None:
    add(client, make_product(price=100_000, weight_grams=100, title="Khoai đã đặt"))
    assert "Khoai đã đặt" in client.get("/gio-hang/").content.decode()
    client.post(CHECKOUT, filled(125_000))
    assert "Khoai đã đặt" not in client.get("/gio-hang/").content.decode()
    assert Basket.objects.get().status == "Submitted"
