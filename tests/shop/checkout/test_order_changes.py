"""What the order page still lets a buyer do: cancel, choose, buy again; each asked first, none of it twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oscar.apps.order.models import Order
from pytest_django import DjangoAssertNumQueries

from catalog.models import ApprovalState
from catalog.services import set_state
from shop.checkout.parcels import steps_of
from shop.orders.models import Consignment, OrderEvent, OrderSheet, Shortfall
from shop.orders.services import (
    answer_shortfall,
    cancel_consignment,
    expire,
    pack,
    report_shortfall,
    withdraw_shortfall,
)
from shop.orders.statuses import ShortfallChoice
from shop.partner.models import StockRecord
from shop.payments import refunds
from shop.payments.models import Refund
from tests.factories import make_cooperative, make_product, make_user
from tests.support.orders import bring, place_order, transfer

pytestmark = pytest.mark.django_db


def home(placed: Any) -> str:
    return f"/don-hang/{placed.order.number}/{placed.order.sheet.token}/"


def pay(placed: Any) -> Any:
    bring(transfer(placed.attempt.amount, placed.order.number))
    return placed


def parcel_of(placed: Any) -> Consignment:
    parcel: Consignment = placed.order.consignments.get()
    return parcel


def text(client: Client, path: str, data: dict[str, Any] | None = None) -> str:
    """The page at the end of the way there."""
    answer = client.get(path) if data is None else client.post(path, data, follow=True)
    return answer.content.decode()


def ask(parcel: Consignment, quantity: int, restock_on: dt.date | None = None) -> Shortfall:
    shortfall = report_shortfall(
        consignment=parcel, missing={parcel.lines.get().pk: quantity}, restock_on=restock_on
    )
    assert shortfall is not None
    return shortfall


def test_one_parcel_is_cancelled_after_a_question(client: Client) -> None:
    stall = make_cooperative(name="HTX Một")
    placed = pay(
        place_order((make_product(cooperative=stall, price=100_000), 1), (make_product(price=50_000), 1))
    )
    parcel = Consignment.objects.get(cooperative=stall)
    link = f"{home(placed)}huy/{parcel.code}/"
    assert text(client, home(placed)).count("/huy/HT") == 2
    question = text(client, link)
    assert "Hủy kiện của HTX Một?" in question
    assert "Chợ hoàn lại cho bạn 130.000\xa0₫, gồm cả phí giao" in question
    parcel.refresh_from_db()
    assert parcel.status == "to-pack"  # looking is not cancelling
    page = text(client, link, {"reason": "Mua nhầm"})
    assert "Đã hủy kiện của HTX Một. Chợ hoàn tiền kiện này cho bạn." in page
    assert "Bạn đã hủy kiện này" in page
    assert "Đang hoàn 130.000\xa0₫" in page
    assert page.count("/huy/HT") == 1
    assert OrderEvent.objects.get(kind="cancelled").note == "Mua nhầm"
    assert "Kiện này đã hủy rồi." in text(client, link, {})
    assert Refund.objects.count() == 1


def test_the_pay_page_of_an_order_cancelled_after_paying_asks_for_nothing(client: Client) -> None:
    placed = pay(place_order((make_product(), 1)))
    cancel_consignment(consignment=parcel_of(placed))
    page = text(client, f"/thanh-toan/{placed.attempt.public_id}/")
    assert "Đơn này không cần trả tiền nữa." in page
    assert "Bà con đã được báo" not in page


def test_a_packed_parcel_says_so_and_whom_to_call(client: Client) -> None:
    placed = pay(place_order((make_product(cooperative=make_cooperative(phone="0900 111 222")), 1)))
    parcel = parcel_of(placed)
    pack(consignment=parcel, by=None)
    assert "/huy/" not in text(client, home(placed))
    for data in (None, {"reason": ""}):
        answer = client.generic("GET" if data is None else "POST", f"{home(placed)}huy/{parcel.code}/")
        assert (answer.status_code, answer["Location"]) == (302, home(placed))
        assert "Bà con đã đóng gói rồi, không hủy được nữa." in text(client, home(placed))
    assert Refund.objects.count() == 0


def test_an_unpaid_order_is_cancelled_whole(client: Client) -> None:
    placed = place_order((make_product(), 1))
    link = f"{home(placed)}huy/"
    assert link in text(client, home(placed))
    assert "mua-lai" not in text(client, home(placed))
    assert f"Hủy đơn {placed.order.number}?" in text(client, link)
    assert Order.objects.get().status == "pending-payment"
    page = text(client, link, {"reason": ""})
    assert "Đã hủy đơn. Bạn không phải trả gì nữa." in page
    assert "Bạn đã hủy đơn khi chưa trả tiền" in page
    assert "/thanh-toan/" not in page
    assert "Đơn này đã hủy rồi." in text(client, link, {})
    assert (Order.objects.get().status, StockRecord.objects.get().num_allocated) == ("cancelled", 0)


def test_an_unpaid_parcel_and_a_paid_or_late_order_send_to_what_can_be_done(client: Client) -> None:
    placed = place_order((make_product(), 1))
    parcel = f"{home(placed)}huy/{parcel_of(placed).code}/"
    assert "Đơn chưa trả tiền. Bạn hủy cả đơn nhé." in text(client, parcel, {})
    pay(placed)
    assert "Bạn hủy từng kiện chưa đóng gói" in text(client, f"{home(placed)}huy/", {})
    late = place_order((make_product(), 1))
    expire(timezone.now() + dt.timedelta(days=9))
    assert "Đơn đã hết hạn trả tiền, bạn không cần hủy nữa." in text(client, f"{home(late)}huy/", {})
    assert set(Order.objects.values_list("status", flat=True)) == {"paid", "expired"}


@pytest.mark.parametrize("paid", [True, False])
def test_a_reason_that_is_too_long_comes_back_with_its_text(client: Client, paid: bool) -> None:
    placed = place_order((make_product(), 1))
    if paid:
        pay(placed)
    path = f"{home(placed)}huy/" + (f"{parcel_of(placed).code}/" if paid else "")
    answer = client.post(path, {"reason": "x" * 201})
    assert answer.status_code == 422
    assert "x" * 201 in answer.content.decode()
    assert OrderEvent.objects.filter(kind="cancelled").count() == 0


def test_what_is_missing_is_asked_and_the_answer_carried_out(client: Client) -> None:
    placed = pay(place_order((make_product(price=100_000, title="Khoai sọ"), 3)))
    shortfall = ask(parcel_of(placed), 1)
    link = f"{home(placed)}thieu-hang/{shortfall.pk}/"
    page = text(client, home(placed))
    assert link in page
    assert "Gian hàng thiếu hàng, chờ bạn chọn" in page
    question = text(client, link)
    assert "1 × Khoai sọ" in question
    assert "hoàn tiền phần thiếu: bạn nhận lại 100.000\xa0₫" in question
    assert "hoàn hết tiền kiện: bạn nhận lại 330.000\xa0₫" in question
    for wrong in ({}, {"choice": "wait"}, {"choice": "x"}):
        assert client.post(link, wrong).status_code == 422
    assert Refund.objects.count() == 0
    page = text(client, link, {"choice": "ship-rest"})
    assert "Đã ghi: Giao phần còn lại, hoàn tiền phần thiếu." in page
    assert "Gian hàng thiếu hàng: Giao phần còn lại, hoàn tiền phần thiếu" in page
    assert "Thiếu 1, bớt 100.000\xa0₫" in page
    assert "Đang hoàn 100.000\xa0₫" in page
    assert page.count("230.000\xa0₫") == 2  # what is left of the parcel, and of the order
    assert "Đã ghi: Giao phần còn lại" in text(client, link, {"choice": "cancel"})
    assert Refund.objects.count() == 1


def test_waiting_is_offered_with_its_day(client: Client) -> None:
    placed = pay(place_order((make_product(), 2)))
    day = timezone.localdate() + dt.timedelta(days=3)
    shortfall = ask(parcel_of(placed), 2, day)
    question = text(client, f"{home(placed)}thieu-hang/{shortfall.pk}/")
    assert f"Bà con hẹn có hàng lại ngày {day:%d/%m/%Y}." in question
    assert "Giao phần còn lại" not in question
    assert "chợ làm theo cách: Hủy cả kiện, hoàn hết tiền kiện." in question
    page = text(client, f"{home(placed)}thieu-hang/{shortfall.pk}/", {"choice": "wait"})
    assert f"Gian hàng thiếu hàng, bạn chờ đến {day:%d/%m/%Y}" in page
    assert Refund.objects.count() == 0


def test_a_question_that_was_taken_back_needs_no_answer(client: Client) -> None:
    placed = pay(place_order((make_product(), 2)))
    shortfall = ask(parcel_of(placed), 1)
    withdraw_shortfall(shortfall_pk=shortfall.pk)
    page = text(client, f"{home(placed)}thieu-hang/{shortfall.pk}/", {"choice": "cancel"})
    assert "Đã ghi: Gian hàng đã có đủ hàng." in page
    assert "Xem và chọn" not in page
    assert parcel_of(placed).status == "to-pack"


def test_money_that_is_back_is_said_to_be_back(client: Client) -> None:
    placed = pay(place_order((make_product(price=100_000), 1)))
    cancel_consignment(consignment=parcel_of(placed))
    bring(transfer(5_000, placed.order.number))
    for refund in Refund.objects.all():
        refunds.prepare(refund.pk, by=make_user(), payee=refunds.Payee("970436", "1", "A"))
        refunds.approve(refund.pk, by=make_user())
        refunds.mark_sent(refund.pk, by=make_user(), bank_reference="FT")
        refunds.mark_done(refund.pk, by=make_user())
    page = text(client, home(placed))
    assert "Đã hoàn 130.000\xa0₫" in page
    assert "Đã hoàn 5.000\xa0₫: Đơn đã hủy" in page
    assert "Đang hoàn" not in page


def test_a_lighter_parcel_says_by_how_much(client: Client) -> None:
    placed = pay(place_order((make_product(price=100_000), 1)))
    parcel = parcel_of(placed)
    pack(consignment=parcel, by=None, weights={parcel.lines.get().pk: 2_850})
    page = text(client, home(placed))
    assert "Cân thực nhẹ hơn 150 g, bớt 5.000\xa0₫" in page
    assert "Đang hoàn 5.000\xa0₫" in page


def test_the_end_of_a_parcel_says_who_ended_it() -> None:
    placed = pay(place_order((make_product(), 2)))
    parcel = parcel_of(placed)
    shortfall = ask(parcel, 1)
    answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.CANCEL)
    sheet = OrderSheet.objects.select_related("order").get()
    steps = [step.text for step in steps_of(sheet, Consignment.objects.get())]
    assert steps == [
        "Bạn đã đặt hàng",
        "Đã nhận đủ tiền",
        "Gian hàng thiếu hàng: Hủy cả kiện, hoàn hết tiền kiện",
        "Kiện không giao nữa vì thiếu hàng",
    ]


def test_nobody_reaches_anothers_parcel_or_question_through_their_own_order(client: Client) -> None:
    mine, theirs = (pay(place_order((make_product(), 2))) for _ in range(2))
    shortfall = ask(parcel_of(theirs), 1)
    for path in (f"huy/{parcel_of(theirs).code}/", f"thieu-hang/{shortfall.pk}/"):
        assert client.get(home(mine) + path).status_code == 404
        assert client.post(home(mine) + path, {"choice": "cancel"}).status_code == 404
    for path in ("huy/", f"huy/{parcel_of(mine).code}/", f"thieu-hang/{shortfall.pk}/", "mua-lai/"):
        wrong = f"/don-hang/{mine.order.number}/{theirs.order.sheet.token}/{path}"
        assert client.post(wrong, {"choice": "cancel"}).status_code == 404
    assert Refund.objects.count() == 0
    assert set(Consignment.objects.values_list("status", flat=True)) == {"to-pack"}


@pytest.mark.parametrize("path", ["huy/", "huy/{code}/", "thieu-hang/{asked}/", "mua-lai/"])
def test_a_form_of_another_site_changes_nothing(path: str) -> None:
    placed = pay(place_order((make_product(), 2)))
    shortfall = ask(parcel_of(placed), 1)
    where = home(placed) + path.format(code=parcel_of(placed).code, asked=shortfall.pk)
    assert Client(enforce_csrf_checks=True).post(where, {"choice": "cancel"}).status_code == 403
    assert Refund.objects.count() == 0


def test_the_same_goods_go_into_the_basket_once_more(client: Client) -> None:
    placed = pay(place_order((make_product(title="Khoai sọ"), 2), (make_product(title="Chè"), 1)))
    for _ in range(2):  # a double click buys nothing twice
        page = text(client, f"{home(placed)}mua-lai/", {})
        assert "Đã bỏ vào giỏ: Khoai sọ, Chè" in page
    assert [line.quantity for line in basket_lines(client)] == [2, 1]


def test_more_in_the_basket_than_last_time_stays(client: Client) -> None:
    sheet = make_product()
    placed = place_order((sheet, 2))
    client.post("/gio-hang/them/", {"product": sheet.product_id, "quantity": 3})
    text(client, f"{home(placed)}mua-lai/", {})
    assert [line.quantity for line in basket_lines(client)] == [3]


def test_what_cannot_be_had_again_is_named(client: Client) -> None:
    gone = make_product(title="Măng khô")
    fewer = make_product(title="Mật ong", stock=6)
    sold_out = make_product(title="Chè", stock=1)
    wine = make_product(
        title="Rượu ngô", is_age_restricted=True, alcohol_strength="30 %", alcohol_licence="1"
    )
    placed = place_order((gone, 1), (fewer, 4), (sold_out, 1), (wine, 1), is_adult=True)
    set_state(sheet=gone, state=ApprovalState.WITHDRAWN)
    page = text(client, f"{home(placed)}mua-lai/", {})
    assert "Đã bỏ vào giỏ: Mật ong" in page
    for reason in (
        "Măng khô: Ngừng bán",
        "Mật ong: chỉ lấy được 2, lần trước 4",
        "Chè: Hết hàng",
        "Rượu ngô: Món này chỉ bán cho người từ 18 tuổi.",
    ):
        assert reason in page, reason
    assert [line.quantity for line in basket_lines(client)] == [2]


def test_steps_of_a_quantity_are_kept_when_fewer_are_left(client: Client) -> None:
    sheet = make_product(stock=9, min_quantity=2, quantity_step=2)
    placed = place_order((sheet, 6))
    page = text(client, f"{home(placed)}mua-lai/", {})
    assert "chỉ lấy được 2, lần trước 6" in page  # three are left; they are sold two by two


def basket_lines(client: Client) -> list[Any]:
    from oscar.apps.basket.models import Basket

    return list(Basket.objects.filter(status="Open").latest("pk").lines.order_by("pk"))


@pytest.mark.parametrize("stalls", [1, 5])
def test_pages_cost_the_same_queries_for_one_parcel_as_for_many(
    client: Client, stalls: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    placed = pay(place_order(*[(make_product(), 2) for _ in range(stalls)]))
    for parcel in placed.order.consignments.all():
        answer_shortfall(shortfall_pk=ask(parcel, 1).pk, choice=ShortfallChoice.SHIP_REST)
    with django_assert_num_queries(13):
        client.get(home(placed))
    first = placed.order.consignments.order_by("pk")[0]
    with django_assert_num_queries(5):
        client.get(f"{home(placed)}huy/{first.code}/")
    asked = ask(first, 1, timezone.localdate() + dt.timedelta(days=2))
    with django_assert_num_queries(9):
        client.get(f"{home(placed)}thieu-hang/{asked.pk}/")
