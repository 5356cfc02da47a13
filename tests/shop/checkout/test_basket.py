"""The basket: adding, changing, taking out, and what is refused."""

from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from oscar.apps.basket.models import Basket, Line
from pytest_django import DjangoAssertNumQueries
from wagtail.images import get_image_model
from wagtail.images.models import Filter

from catalog.models import ApprovalState
from catalog.pictures import FORMATS, spec
from shop.checkout.baskets import put_in
from shop.checkout.views import basket as view
from shop.orders.services import place
from tests.factories import make_cooperative, make_product, make_user
from tests.support.orders import wish

pytestmark = pytest.mark.django_db
ADD, BASKET, UPDATE = "/gio-hang/them/", "/gio-hang/", "/gio-hang/sua/"


def make_picture() -> Any:
    """A picture with the renditions that a basket line shows, without their files."""
    model: Any = get_image_model()
    picture = model(title="Củ khoai", file="original_images/khoai.jpg", width=320, height=320)
    model.objects.bulk_create([picture])
    renditions = model.get_rendition_model()
    renditions.objects.bulk_create(
        renditions(
            image=picture,
            filter_spec=spec("square", width, name),
            focal_point_key=Filter(spec("square", width, name)).get_cache_key(picture),
            file=f"images/khoai.{name}",
            width=320,
            height=320,
        )
        for name in FORMATS
        for width in (240, 320)
    )
    return picture


def held() -> list[tuple[int, int]]:
    return list(Line.objects.order_by("pk").values_list("product_id", "quantity"))


def test_the_paths_are_vietnamese() -> None:
    assert [reverse(f"checkout:{name}") for name in ("basket", "add", "update", "checkout", "communes")] == [
        "/gio-hang/",
        "/gio-hang/them/",
        "/gio-hang/sua/",
        "/thanh-toan/",
        "/thanh-toan/xa/",
    ]


@pytest.mark.parametrize("is_logged_in", [False, True])
def test_goods_added_in_the_instant_of_ordering_are_in_a_new_basket(
    client: Client, monkeypatch: pytest.MonkeyPatch, is_logged_in: bool
) -> None:
    if is_logged_in:
        client.force_login(make_user())
    first, late = make_product(), make_product()
    client.post(ADD, {"product": first.product_id})
    ordered: list[Any] = []

    def after_the_other_tab(**asked: Any) -> Any:
        if not ordered and asked["basket"].pk:  # this tab has looked at it
            ordered.append(place(**wish(Basket.objects.get())))
        return put_in(**asked)

    monkeypatch.setattr(view, "put_in", after_the_other_tab)
    answer = client.post(ADD, {"product": late.product_id, "quantity": "2"})
    assert answer.status_code == 302
    assert list(Line.objects.filter(basket__status="Open").values_list("product_id", "quantity")) == [
        (late.product_id, 2)
    ]
    page = client.get(BASKET).content.decode()
    assert f"Số lượng: {late.product.title}" in page
    assert client.cookies["gio"].value == "2"
    assert ordered[0].order.lines.get().product == first.product


def test_adding_puts_packs_in_the_basket_and_tells_the_header(client: Client) -> None:
    sheet = make_product()
    answer = client.post(ADD, {"product": sheet.product_id, "quantity": "2"})
    assert (answer.status_code, answer["Location"]) == (302, BASKET)
    assert held() == [(sheet.product_id, 2)]
    assert answer.cookies["gio"].value == "2"
    assert not answer.cookies["gio"]["httponly"]


def test_adding_again_adds_up(client: Client) -> None:
    sheet = make_product()
    client.post(ADD, {"product": sheet.product_id, "quantity": "2"})
    client.post(ADD, {"product": sheet.product_id, "quantity": "3"})
    assert held() == [(sheet.product_id, 5)]
    assert client.cookies["gio"].value == "5"


def test_adding_without_a_quantity_adds_one(client: Client) -> None:
    sheet = make_product()
    client.post(ADD, {"product": sheet.product_id})
    assert held() == [(sheet.product_id, 1)]


def test_the_basket_survives_closing_the_browser(client: Client) -> None:
    sheet = make_product(title="Khoai sọ bền bỉ")
    answer = client.post(ADD, {"product": sheet.product_id, "quantity": "2"})
    kept = SimpleCookie()
    for name, morsel in answer.cookies.items():
        if morsel["max-age"]:
            kept[name] = morsel.value
    assert int(answer.cookies["oscar_open_basket"]["max-age"]) == 30 * 24 * 3600
    assert answer.cookies["oscar_open_basket"]["samesite"] == "Lax"
    later = Client()
    later.cookies = kept
    assert "Khoai sọ bền bỉ" in later.get(BASKET).content.decode()


@pytest.mark.parametrize("product", ["999999", "0", "-1", "abc", "", "9" * 30, "1e3", "\x00"])
def test_an_unknown_product_is_not_found(client: Client, product: str) -> None:
    answer = client.post(ADD, {"product": product, "quantity": "1"})
    assert answer.status_code == 404
    assert "không còn bán" in answer.content.decode()
    assert not Basket.objects.exists()


@pytest.mark.parametrize(
    ("quantity", "status", "message"),
    [
        ("0", 400, "Số lượng phải từ 1 trở lên."),
        ("-1", 400, "Số lượng phải từ 1 trở lên."),
        ("hai", 400, "Số lượng phải là số"),
        ("1.5", 400, "Số lượng phải là số"),
        ("", 400, "Bạn ghi số lượng giúp nhé."),
        ("1000000000", 422, "Chỉ còn 10"),
        ("9" * 40, 422, "Chỉ còn 10"),
        ("9" * 5000, 400, "Số lượng phải là số"),
    ],
)
def test_a_wrong_quantity_is_refused_in_words(
    client: Client, quantity: str, status: int, message: str
) -> None:
    sheet = make_product(stock=10)
    answer = client.post(ADD, {"product": sheet.product_id, "quantity": quantity})
    assert answer.status_code == status
    assert message in answer.content.decode()
    assert not Basket.objects.exists()
    assert "gio" not in answer.cookies


def test_a_closed_stall_takes_nothing(client: Client) -> None:
    sheet = make_product(cooperative=make_cooperative(is_open=False))
    answer = client.post(ADD, {"product": sheet.product_id, "quantity": "1"})
    assert (answer.status_code, "Gian hàng đang nghỉ" in answer.content.decode()) == (422, True)
    assert not Basket.objects.exists()


@pytest.mark.parametrize("state", [ApprovalState.DRAFT, ApprovalState.SUBMITTED, ApprovalState.WITHDRAWN])
def test_goods_that_are_not_approved_are_refused_without_naming_them(
    client: Client, state: ApprovalState
) -> None:
    sheet = make_product(state=state, title="Hàng chưa công bố")
    answer = client.post(ADD, {"product": sheet.product_id, "quantity": "1"})
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "không còn bán" in page
    assert "Hàng chưa công bố" not in page
    assert not Basket.objects.exists()


def test_more_than_one_order_may_hold_is_refused_counting_what_is_there(client: Client) -> None:
    sheet = make_product(stock=50, max_quantity=5)
    client.post(ADD, {"product": sheet.product_id, "quantity": "4"})
    answer = client.post(ADD, {"product": sheet.product_id, "quantity": "2"})
    assert answer.status_code == 422
    assert "Mỗi đơn mua nhiều nhất 5 (trong giỏ đã có 4)" in answer.content.decode()
    assert held() == [(sheet.product_id, 4)]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://example.org"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_put_goods_in_the_basket(client: Client, headers: dict[str, str]) -> None:
    sheet = make_product()
    answer = client.post(ADD, {"product": sheet.product_id, "quantity": "1"}, headers=headers)
    assert answer.status_code == 403
    assert not Basket.objects.exists()


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {}])
def test_our_own_pages_need_no_token_to_add(headers: dict[str, str]) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(ADD, {"product": make_product().product_id, "quantity": "1"}, headers=headers)
    assert answer.status_code == 302


def test_changing_the_basket_needs_a_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    sheet = make_product()
    strict.post(ADD, {"product": sheet.product_id, "quantity": "2"})
    assert strict.post(UPDATE, {"remove": Line.objects.get().pk}).status_code == 403
    assert held() == [(sheet.product_id, 2)]


def test_adding_is_a_post(client: Client) -> None:
    assert client.get(ADD).status_code == 405


def test_goods_stand_under_their_stall_with_its_subtotal_and_delivery(client: Client) -> None:
    first, second = make_cooperative(name="HTX Một"), make_cooperative(name="HTX Hai")
    taro = make_product(cooperative=first, title="Khoai sọ", price=105_000, weight_grams=3100)
    tea = make_product(cooperative=second, title="Chè shan", price=180_000, weight_grams=150)
    honey = make_product(cooperative=first, title="Mật ong", price=95_000, weight_grams=600)
    for sheet, quantity in ((taro, 2), (tea, 1), (honey, 1)):
        client.post(ADD, {"product": sheet.product_id, "quantity": quantity})
    page = client.get(BASKET).content.decode()
    one, two = page.index("HTX Một"), page.index("HTX Hai")
    assert one < page.index("Khoai sọ", one) < page.index("Mật ong", one) < two < page.index("Chè shan", two)
    assert "305.000\xa0₫" in page[one:two]
    assert "nặng 6,8 kg. Phí giao từ 30.000\xa0₫ đến 95.000\xa0₫" in page[one:two]
    assert "180.000\xa0₫" in page[two:]
    assert "485.000\xa0₫" in page[two:]


def test_an_empty_basket_says_so(client: Client) -> None:
    answer = client.get(BASKET)
    assert (answer.status_code, "Giỏ đang trống" in answer.content.decode()) == (200, True)
    assert not Basket.objects.exists()


def test_the_basket_page_is_personal(client: Client) -> None:
    answer = client.get(BASKET)
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_the_number_typed_becomes_the_quantity(client: Client) -> None:
    sheet = make_product()
    client.post(ADD, {"product": sheet.product_id, "quantity": "2"})
    line = Line.objects.get()
    answer = client.post(UPDATE, {f"quantity-{line.pk}": "7"})
    assert (answer.status_code, answer.cookies["gio"].value) == (302, "7")
    assert held() == [(sheet.product_id, 7)]


@pytest.mark.parametrize(("button", "left"), [("more", 3), ("less", 1)])
def test_the_step_buttons_work_without_script(client: Client, button: str, left: int) -> None:
    sheet = make_product()
    client.post(ADD, {"product": sheet.product_id, "quantity": "2"})
    line = Line.objects.get()
    client.post(UPDATE, {f"quantity-{line.pk}": "2", button: line.pk})
    assert held() == [(sheet.product_id, left)]


def test_stepping_down_stops_at_one(client: Client) -> None:
    sheet = make_product()
    client.post(ADD, {"product": sheet.product_id, "quantity": "1"})
    line = Line.objects.get()
    client.post(UPDATE, {f"quantity-{line.pk}": "1", "less": line.pk})
    assert held() == [(sheet.product_id, 1)]


def test_taking_the_last_line_out_empties_the_header(client: Client) -> None:
    client.post(ADD, {"product": make_product().product_id, "quantity": "2"})
    answer = client.post(UPDATE, {"remove": Line.objects.get().pk})
    assert answer.cookies["gio"].value == ""
    assert held() == []
    assert client.post(UPDATE, {"remove": "77"}).status_code == 302


@pytest.mark.parametrize("quantity", ["0", "-1", "hai", "", "1000000000", "9" * 40])
def test_a_wrong_number_changes_no_line_and_stands_at_its_field(client: Client, quantity: str) -> None:
    first, second = make_product(), make_product()
    for sheet in (first, second):
        client.post(ADD, {"product": sheet.product_id, "quantity": "2"})
    good, bad = Line.objects.order_by("pk")
    answer = client.post(UPDATE, {f"quantity-{good.pk}": "3", f"quantity-{bad.pk}": quantity})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="loi-{bad.pk}"' in page
    assert f'id="loi-{good.pk}"' not in page
    assert held() == [(first.product_id, 2), (second.product_id, 2)]


def test_more_than_is_left_is_refused_at_the_field(client: Client) -> None:
    sheet = make_product(stock=3)
    client.post(ADD, {"product": sheet.product_id, "quantity": "2"})
    answer = client.post(UPDATE, {f"quantity-{Line.objects.get().pk}": "4"})
    assert (answer.status_code, "Chỉ còn 3" in answer.content.decode()) == (422, True)
    assert held() == [(sheet.product_id, 2)]


def test_nobody_changes_somebody_elses_basket(client: Client) -> None:
    stranger = Client()
    stranger.post(ADD, {"product": make_product().product_id, "quantity": "2"})
    line = Line.objects.get()
    client.post(ADD, {"product": make_product().product_id, "quantity": "1"})
    client.post(UPDATE, {f"quantity-{line.pk}": "9"})
    client.post(UPDATE, {"remove": line.pk})
    line.refresh_from_db()
    assert line.quantity == 2


def test_goods_that_sold_out_meanwhile_are_marked_and_stop_the_checkout(client: Client) -> None:
    sheet = make_product(stock=3)
    client.post(ADD, {"product": sheet.product_id, "quantity": "3"})
    sheet.product.stockrecords.get().allocate(2)
    page = client.get(BASKET).content.decode()
    assert "Chỉ còn 1" in page
    assert "/thanh-toan/" not in page


def test_a_dearer_price_is_shown_with_the_one_before(client: Client) -> None:
    sheet = make_product(price=100_000)
    client.post(ADD, {"product": sheet.product_id, "quantity": "1"})
    sheet.product.stockrecords.update(price=120_000)
    assert "Giá đã đổi từ 100.000\xa0₫ thành 120.000\xa0₫" in client.get(BASKET).content.decode()


@pytest.mark.parametrize("lines", [2, 12])
def test_the_basket_costs_the_same_queries_with_any_number_of_lines(
    client: Client, lines: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(lines):
        sheet = make_product(cooperative=make_cooperative(), picture=make_picture())
        client.post(ADD, {"product": sheet.product_id, "quantity": "1"})
    client.get(BASKET)  # reads the messages away
    with django_assert_num_queries(12):
        client.get(BASKET)


def test_the_page_of_an_empty_browser_sets_no_cookie_for_the_basket(client: Client) -> None:
    answer = client.get(BASKET)
    assert "oscar_open_basket" not in answer.cookies
    assert "gio" not in answer.cookies


def test_goods_sold_in_steps_are_added_and_stepped_in_steps(client: Client) -> None:
    sheet = make_product(stock=40, min_quantity=10, quantity_step=5)
    refused = client.post(ADD, {"product": sheet.product_id, "quantity": "1"})
    assert refused.status_code == 422
    assert "Mỗi đơn mua ít nhất 10" in refused.content.decode()
    odd = client.post(ADD, {"product": sheet.product_id, "quantity": "12"})
    assert "Món này bán 10 rồi thêm từng 5 một" in odd.content.decode()
    assert held() == []
    client.post(ADD, {"product": sheet.product_id, "quantity": "10"})
    line = Line.objects.get()
    client.post(UPDATE, {f"quantity-{line.pk}": "10", "more": str(line.pk)})
    assert held() == [(sheet.product_id, 15)]
    for _ in range(3):
        client.post(UPDATE, {f"quantity-{line.pk}": str(Line.objects.get().quantity), "less": str(line.pk)})
    assert held() == [(sheet.product_id, 10)]
