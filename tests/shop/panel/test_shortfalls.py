"""A cooperative says what is missing or lighter; the panel shows what waits for the buyer and what was called off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shop.orders.models import Consignment, LineReduction, Shortfall
from shop.orders.services import answer_shortfall, cancel_consignment, report_shortfall
from shop.orders.statuses import ShortfallChoice
from shop.payments.models import Refund
from tests.factories import make_product
from tests.support.databases import Databases
from tests.support.market import Market
from tests.support.orders import BUYER, bring, place_order, transfer
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]


def order_of_three(market: Market) -> Consignment:
    """A paid parcel of A: 3 × 100.000 ₫ and 30.000 ₫ for delivery."""
    placed = place_order((make_product(cooperative=market.a, price=100_000, title="Mật ong"), 3))
    bring(transfer(placed.attempt.amount, placed.order.number))
    found: Consignment = placed.order.consignments.get()
    return found


@pytest.fixture(scope="module")
def standing_parcel(standing: Standing, databases: Databases) -> Callable[[], Consignment]:
    return standing.keep(lambda: order_of_three(databases.market()))


@pytest.fixture
def parcel(market: Market, standing_parcel: Callable[[], Consignment]) -> Consignment:
    return standing_parcel()


def address(parcel: Consignment, step: str = "") -> str:
    return f"/quan-tri/kien-hang/{parcel.pk}/{step}"


def missing(parcel: Consignment, quantity: object) -> dict[str, Any]:
    return {f"thieu-{parcel.lines.get().pk}": quantity}


def status(parcel: Consignment) -> str:
    return Consignment.objects.values_list("status", flat=True).get(pk=parcel.pk)


def test_what_is_missing_is_put_before_the_buyer_and_packing_waits(
    parcel: Consignment, as_role: AsRole
) -> None:
    client = as_role("cooperative")
    assert "thieu-hang/" in client.get(address(parcel)).content.decode()
    assert (
        "Mật ong (túi lưới 3 kg): thiếu mấy?" in client.get(address(parcel, "thieu-hang/")).content.decode()
    )
    page = client.post(address(parcel, "thieu-hang/"), missing(parcel, 1), follow=True).content.decode()
    assert "Đã hỏi khách. Khách có 24 giờ để chọn; chưa gói kiện này." in page
    assert "Thiếu 1 × Mật ong" in page
    assert "Đã đóng gói</button>" not in page
    page = client.post(address(parcel, "dong-goi/"), follow=True).content.decode()
    assert "Đang chờ khách chọn cách làm với phần thiếu, chưa đóng gói được." in page
    again = client.post(address(parcel, "thieu-hang/"), missing(parcel, 2), follow=True).content.decode()
    assert "Đã hỏi khách rồi, chờ khách chọn nhé." in again
    assert client.get(address(parcel, "thieu-hang/")).status_code == 302
    assert (Shortfall.objects.count(), status(parcel)) == (1, "to-pack")

    answer_shortfall(shortfall_pk=Shortfall.objects.get().pk, choice=ShortfallChoice.SHIP_REST)
    page = client.get(address(parcel)).content.decode()
    assert "Thiếu 1, bớt 100.000\xa0₫" in page
    assert "230.000\xa0₫" in page
    client.post(address(parcel, "dong-goi/"))
    assert status(parcel) == "packed"


def test_a_buyer_without_mail_is_to_be_called(market: Market, as_role: AsRole) -> None:
    sheet = make_product(cooperative=market.a)
    buyer = type(BUYER)(BUYER.name, BUYER.phone, "")
    placed = place_order((sheet, 2), buyer=buyer)
    bring(transfer(placed.attempt.amount, placed.order.number))
    parcel = placed.order.consignments.get()
    page = as_role("cooperative").post(address(parcel, "thieu-hang/"), missing(parcel, 1), follow=True)
    assert "Khách không để lại thư điện tử: bà con gọi" in page.content.decode()


def test_a_buyer_who_waits_is_shown_with_the_day(parcel: Consignment, as_role: AsRole) -> None:
    day = timezone.localdate() + dt.timedelta(days=4)
    sent = missing(parcel, 3) | {"restock_on": day.isoformat()}
    client = as_role("cooperative")
    client.post(address(parcel, "thieu-hang/"), sent)
    answer_shortfall(shortfall_pk=Shortfall.objects.get().pk, choice=ShortfallChoice.WAIT)
    page = client.get(address(parcel)).content.decode()
    assert f"Khách chờ cho đủ hàng, bà con hẹn ngày {day:%d/%m/%Y}." in page
    assert "Chờ thêm cho đủ hàng" in page.split("Diễn biến")[1]
    client.post(address(parcel, "dong-goi/"))
    assert status(parcel) == "packed"
    assert "Khách chờ cho đủ hàng" not in client.get(address(parcel)).content.decode()


def test_found_goods_are_packed_as_ordered(parcel: Consignment, as_role: AsRole) -> None:
    client = as_role("cooperative")
    client.post(address(parcel, "thieu-hang/"), missing(parcel, 1))
    assert "Đã có đủ hàng, không cần hỏi nữa" in client.get(address(parcel)).content.decode()
    page = client.post(address(parcel, "du-hang/"), follow=True).content.decode()
    assert f"Đã ghi: kiện {parcel.code} đủ hàng, bà con gói như thường." in page
    assert "Đã đóng gói</button>" in page
    client.post(address(parcel, "dong-goi/"))
    assert (status(parcel), Refund.objects.filter(reason="short").count()) == ("packed", 0)


def test_a_question_that_was_answered_or_never_asked_is_not_taken_back(
    parcel: Consignment, as_role: AsRole
) -> None:
    client = as_role("cooperative")
    for asked in (False, True):
        if asked:
            client.post(address(parcel, "thieu-hang/"), missing(parcel, 1))
            answer_shortfall(shortfall_pk=Shortfall.objects.get().pk, choice=ShortfallChoice.SHIP_REST)
        page = client.post(address(parcel, "du-hang/"), follow=True).content.decode()
        assert "Câu hỏi này đã có trả lời. Bà con xem lại kiện nhé." in page
    assert parcel.shortfalls.get().answer.choice == "ship-rest"


def test_everything_missing_cancels_at_once(parcel: Consignment, as_role: AsRole) -> None:
    page = as_role("cooperative").post(address(parcel, "thieu-hang/"), missing(parcel, 3), follow=True)
    assert "Không còn gì để giao nên kiện đã hủy. Chợ hoàn tiền cho khách." in page.content.decode()
    assert (status(parcel), Refund.objects.get(reason="parcel-cancelled").amount) == ("cancelled", 330_000)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "Ghi số thiếu của ít nhất một món."),
        ({"thieu": "0"}, "Ghi số thiếu của ít nhất một món."),
        ({"thieu": "4"}, "Kiện này chỉ có 3."),
        ({"thieu": "-1"}, "Số thiếu không thể nhỏ hơn 0."),
        ({"thieu": "hai"}, "Ghi một số, ví dụ 1."),
        ({"thieu": "1", "restock_on": "2020-01-01"}, "Chọn một ngày sau hôm nay"),
        ({"thieu": "1", "restock_on": "9999-01-01"}, "Chọn một ngày sau hôm nay"),
        ({"thieu": "1", "restock_on": "mai"}, "Ngày chưa đúng"),
    ],
)
def test_a_wrong_form_comes_back_with_its_reason(
    form: dict[str, str], message: str, parcel: Consignment, as_role: AsRole
) -> None:
    line = parcel.lines.get().pk
    sent = {f"thieu-{line}" if name == "thieu" else name: value for name, value in form.items()}
    response = as_role("cooperative").post(address(parcel, "thieu-hang/"), sent)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert (Shortfall.objects.count(), status(parcel)) == (0, "to-pack")


def test_a_lower_weight_is_typed_when_packing(parcel: Consignment, as_role: AsRole) -> None:
    client, line = as_role("cooperative"), parcel.lines.get()
    assert "Cân thực của Mật ong (gam)?" in client.get(address(parcel)).content.decode()
    page = client.post(address(parcel, "dong-goi/"), {f"can-{line.pk}": "8700"}, follow=True)
    assert "Cân thực nhẹ hơn 300 g, bớt 10.000\xa0₫" in page.content.decode()
    assert (status(parcel), LineReduction.objects.get().amount) == ("packed", 10_000)
    assert Refund.objects.get(reason="lighter").amount == 10_000


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("9001", "Chỉ ghi khi nhẹ hơn lúc bán (9 kg)"),
        ("0", "Chỉ ghi khi nhẹ hơn lúc bán (9 kg)"),
        ("2.850", "Ghi số gam bằng chữ số"),
        ("-5", "Ghi số gam bằng chữ số"),
        ("٣", "Ghi số gam bằng chữ số"),
        ("12345678", "Ghi số gam bằng chữ số"),
    ],
)
def test_a_wrong_weight_comes_back_with_its_reason(
    typed: str, message: str, parcel: Consignment, as_role: AsRole
) -> None:
    sent = {f"can-{parcel.lines.get().pk}": typed}
    response = as_role("cooperative").post(address(parcel, "dong-goi/"), sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert f'value="{typed}"' in page
    assert (status(parcel), LineReduction.objects.count()) == ("to-pack", 0)


def test_a_parcel_cancelled_meanwhile_is_neither_packed_nor_asked_about(
    parcel: Consignment, as_role: AsRole
) -> None:
    client = as_role("cooperative")
    cancel_consignment(consignment=parcel)
    for step in ("dong-goi/", "thieu-hang/"):
        page = client.post(address(parcel, step), missing(parcel, 1), follow=True).content.decode()
        assert f"Không ghi được: kiện {parcel.code} đang ở bước “Đã hủy”." in page
    page = client.get(address(parcel)).content.decode()
    assert "Kiện đã hủy, không giao nữa." in page
    assert "Nguyễn Thị Mẫu" not in page


def test_the_list_and_the_start_screen_show_what_waits_and_what_was_called_off(
    parcel: Consignment, market: Market, as_role: AsRole
) -> None:
    client = as_role("cooperative")
    start = client.get("/quan-tri/").content.decode()
    assert "Chờ khách chọn" not in start
    assert "Kiện vừa hủy" not in start
    report_shortfall(consignment=parcel, missing={parcel.lines.get().pk: 1})
    cancel_consignment(consignment=market.own)
    cancel_consignment(consignment=market.foreign)  # another stall's
    start = client.get("/quan-tri/").content.decode()
    # Of three parcels of A one is called off and one waits: only the third is work.
    cards = (("Cần đóng gói", "to-pack"), ("Chờ khách chọn", "cho-khach"), ("Kiện vừa hủy", "cancelled"))
    for label, where in cards:
        card = start.split(f"?tinh-trang={where}")[1].split("</a>")[0]
        assert label in card
        assert '<span class="panel-card__count">1</span>' in card
    waiting = client.get("/quan-tri/kien-hang/?tinh-trang=cho-khach").content.decode()
    assert parcel.code in waiting
    assert waiting.count('class="panel-row"') == 1
    called_off = client.get("/quan-tri/kien-hang/?tinh-trang=cancelled").content.decode()
    assert market.own.code in called_off
    assert called_off.count('class="panel-row"') == 1


def test_only_the_own_cooperative_says_what_is_missing(
    parcel: Consignment, market: Market, as_role: AsRole
) -> None:
    line = market.foreign.lines.get()
    for role, target in (("cooperative", market.foreign), ("operator", parcel), ("helper", parcel)):
        response = as_role(role).post(address(target, "thieu-hang/"), {f"thieu-{line.pk}": 1})
        assert response.status_code == 404, role
    assert Shortfall.objects.count() == 0


def test_old_cancellations_leave_the_start_screen(parcel: Consignment, as_role: AsRole) -> None:
    from shop.panel.today_counts import JUST_NOW, just_cancelled

    cancel_consignment(consignment=parcel)
    owner = parcel.cooperative.memberships.get(role="manager").user
    assert just_cancelled(owner).count() == 1
    later = timezone.now() + JUST_NOW + dt.timedelta(minutes=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        assert just_cancelled(owner).count() == 0


@pytest.mark.parametrize("lines", [1, 4])
def test_the_form_costs_the_same_queries_for_any_number_of_lines(
    lines: int, market: Market, as_role: AsRole, django_assert_num_queries: Callable[..., Any]
) -> None:
    placed = place_order(*[(make_product(cooperative=market.a), 1) for _ in range(lines)])
    bring(transfer(placed.attempt.amount, placed.order.number))
    where = address(placed.order.consignments.get(), "thieu-hang/")
    client = as_role("cooperative")
    client.get(where)
    with django_assert_num_queries(17):
        assert client.get(where).content.decode().count(": thiếu mấy?") == lines
