"""Lots in the panel: a cooperative keeps its own books, meets no other's, and recalls; the operator recalls any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from catalog.clock import today
from catalog.lot_book import balance_now, chain_faults
from catalog.lots import record_step
from catalog.models import Lot, LotEvent, LotStatus, ProductGtin
from catalog.recalls import recall
from shop.messages.models import Letter
from shop.orders.models import PickedLot
from shop.panel.lot_forms import AmountField
from tests.factories import make_lot, make_product
from tests.support.market import SECRETS_OF_B, Market

AsRole = Callable[[str], Client]
DAY = f"{today():%Y-%m-%d}"


@pytest.fixture
def own(market: Market) -> Lot:
    return make_lot(market.goods_a, kilograms=100)


@pytest.fixture
def foreign(market: Market) -> Lot:
    return make_lot(market.draft_b, plot="Nương của gian B")


def at(lot: Lot, step: str = "") -> str:
    return f"/quan-tri/lo-hang/{lot.pk}/{step}"


def book(lot: Lot) -> list[tuple[str, int | None]]:
    return list(lot.events.order_by("number").values_list("kind", "quantity"))


# --- Walls


def test_the_list_holds_own_lots_only(own: Lot, foreign: Lot, as_role: AsRole) -> None:
    page = as_role("cooperative").get("/quan-tri/lo-hang/").content.decode()
    assert own.grouped_code in page
    assert foreign.grouped_code not in page
    assert not [secret for secret in SECRETS_OF_B if secret in page]
    everything = as_role("operator").get("/quan-tri/lo-hang/?tinh-trang=on_sale").content.decode()
    assert own.grouped_code in everything
    assert foreign.grouped_code in everything


@pytest.mark.parametrize(
    ("step", "answers"),
    [
        ("", None),
        ("tem/", None),
        ("thu-hoi/", None),
        ("thu-hoi/", {"reason": "Phá"}),
        ("ghi/", {"kind": "loss", "day": DAY, "quantity": "1"}),
        ("sua/", {"number": "1", "quantity": "1", "note": "Phá"}),
        ("gtin/", {"gtin": "9520123456788"}),
    ],
)
def test_foreign_lots_do_not_exist(
    step: str, answers: dict[str, str] | None, foreign: Lot, as_role: AsRole
) -> None:
    client = as_role("cooperative")
    response = client.get(at(foreign, step)) if answers is None else client.post(at(foreign, step), answers)
    assert response.status_code == 404
    foreign.refresh_from_db()
    assert (book(foreign), foreign.status) == ([("harvest", 100_000)], "on_sale")
    assert not ProductGtin.objects.exists()


def test_no_lot_is_opened_for_foreign_goods(market: Market, as_role: AsRole) -> None:
    client = as_role("cooperative")
    for path in ("mo/", "lam-ra/"):
        assert client.post(f"/quan-tri/lo-hang/{path}?mon={market.draft_b.pk}", {}).status_code == 404
    assert not Lot.objects.exists()


def test_the_operator_looks_on_and_writes_nothing(own: Lot, as_role: AsRole) -> None:
    client = as_role("operator")
    page = client.get(at(own)).content.decode()
    assert "Ghi việc mới vào sổ" not in page
    assert "Thu hồi lô này" in page
    answers = {"kind": "loss", "day": DAY, "quantity": "1"}
    assert client.post(at(own, "ghi/"), answers).status_code == 404
    assert book(own) == [("harvest", 100_000)]


# --- Opening


def test_a_harvest_is_opened_with_its_five_facts(market: Market, as_role: AsRole) -> None:
    client = as_role("cooperative")
    path = f"/quan-tri/lo-hang/mo/?mon={market.goods_a.pk}"
    assert "Số lượng (kg)" in client.get(path).content.decode()
    answers = {"quantity": "240,5", "day": DAY, "plot": "Nương Bẹ", "member_initials": "g.a.s."}
    page = client.post(path, answers, follow=True).content.decode()
    lot = Lot.objects.get()
    assert (lot.quantity, lot.unit, lot.harvested_on, lot.plot) == (240_500, "g", today(), "Nương Bẹ")
    assert (lot.sheet, lot.member_initials, lot.events.get().actor) == (
        market.goods_a,
        "G.A.S.",
        market.people["cooperative"],
    )
    assert f"Đã mở lô {lot.grouped_code}: 240,5 kg." in page


@pytest.mark.parametrize(
    ("answers", "field", "message"),
    [
        ({"quantity": "hai tạ"}, "quantity", "Viết số"),
        ({"quantity": "0"}, "quantity", "lớn hơn 0"),
        ({"quantity": "1,2345"}, "quantity", "nhiều nhất 3 số lẻ"),
        ({"day": "2999-01-01"}, "day", "còn ở tương lai"),
        ({"plot": ""}, "plot", "bắt buộc"),
        ({"member_initials": "Giàng A Súa"}, "member_initials", "chữ cái đầu"),
        ({"best_before": "2020-01-01"}, "", "Hạn dùng phải sau ngày thu hoạch"),
    ],
)
def test_a_wrong_first_page_comes_back_with_its_reason(
    answers: dict[str, str], field: str, message: str, market: Market, as_role: AsRole
) -> None:
    good = {"quantity": "240", "day": DAY, "plot": "Nương Bẹ", "member_initials": "G.A.S."}
    response = as_role("cooperative").post(f"/quan-tri/lo-hang/mo/?mon={market.goods_a.pk}", good | answers)
    assert response.status_code == 422
    errors = response.context["form"].errors[field or "__all__"]
    assert message in " ".join(errors)
    assert not Lot.objects.exists()


def test_crisps_are_made_of_own_and_of_bought_lots(
    market: Market, own: Lot, foreign: Lot, as_role: AsRole
) -> None:
    record_step(lot=foreign, kind="dispatch", at=foreign.opened_at, quantity=20_000)
    crisps = make_product(cooperative=market.a, title="Khoai sọ sấy")
    client = as_role("cooperative")
    path = f"/quan-tri/lo-hang/lam-ra/?mon={crisps.pk}"
    choices = client.get(path).content.decode()
    assert own.grouped_code in choices
    assert foreign.grouped_code not in choices
    answers = {
        "lot_1": str(own.pk),
        "amount_1": "30",
        "code_2": foreign.grouped_code.lower(),
        "amount_2": "10",
        "other_name": "Dầu",
        "other_amount": "1,5",
        "quantity": "12",
        "day": DAY,
        "plot": "Xưởng",
        "member_initials": "L.M.",
    }
    refused = client.post(path, answers | {"amount_2": "20,001"})
    assert refused.status_code == 422
    assert "chưa xuất đi nhiều như vậy" in refused.content.decode()
    assert Lot.objects.count() == 2
    assert client.post(path, answers).status_code == 302
    made = Lot.objects.get(sheet=crisps)
    assert book(made) == [("source", 30_000), ("source", 10_000), ("source", 1_500), ("made", 12_000)]
    assert (balance_now(own).used, balance_now(foreign).used) == (30_000, 0)
    page = client.get(at(made)).content.decode()
    assert own.grouped_code in page
    assert made.grouped_code in client.get(at(own)).content.decode()


# --- The book


def test_steps_and_corrections_are_new_lines(own: Lot, as_role: AsRole) -> None:
    client = as_role("cooperative")
    for kind, quantity in (("process", "95"), ("pack", "90"), ("dispatch", "40"), ("loss", "2,5")):
        answers = {"kind": kind, "day": DAY, "quantity": quantity, "note": "Ghi chú"}
        assert client.post(at(own, "ghi/"), answers).status_code == 302
    wrong = {"number": "4", "quantity": "30", "note": "Cân lại"}
    page = client.post(at(own, "sua/"), wrong, follow=True).content.decode()
    assert book(own)[1:] == [
        ("process", 95_000),
        ("pack", 90_000),
        ("dispatch", 40_000),
        ("loss", 2_500),
        ("correction", 30_000),
    ]
    assert "<s>40 kg</s> 30 kg" in page
    own.refresh_from_db()
    assert chain_faults(own) == []


@pytest.mark.parametrize(
    ("step", "answers", "message"),
    [
        ("ghi/", {"kind": "dispatch", "day": DAY, "quantity": "101"}, "Ra khỏi lô không thể nhiều hơn"),
        ("ghi/", {"kind": "dispatch", "day": DAY}, "Cần ghi số lượng"),
        ("ghi/", {"kind": "dispatch", "day": "2020-01-01", "quantity": "1"}, "trước ngày thu hoạch"),
        ("ghi/", {"kind": "sale", "day": DAY, "quantity": "1"}, "sale"),
        ("sua/", {"number": "1", "quantity": "90", "note": " "}, "bắt buộc"),
        ("sua/", {"number": "9", "quantity": "90", "note": "Sửa"}, "không có số lượng để sửa"),
        ("sua/", {"number": "x", "quantity": "90", "note": "Sửa"}, "panel-field__error"),
        ("gtin/", {"gtin": "9520123456787"}, "không phải mã GTIN"),
    ],
)
def test_a_line_that_cannot_be_comes_back_with_its_reason(
    step: str, answers: dict[str, str], message: str, own: Lot, as_role: AsRole
) -> None:
    response = as_role("cooperative").post(at(own, step), answers)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert book(own) == [("harvest", 100_000)]


@pytest.mark.parametrize(
    ("typed", "unit", "expected"),
    [
        ("12", "g", 12_000),
        ("12,5", "g", 12_500),
        ("12.5", "g", 12_500),
        ("1.200", "g", 1_200_000),
        ("1.200,5", "g", 1_200_500),
        ("0.500", "g", 500),
        (" 3 000 ", "ml", 3_000_000),
        ("7", "piece", 7),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, unit: str, expected: int) -> None:
    assert AmountField(unit=unit).clean(typed) == expected


@pytest.mark.parametrize("typed", ["", "-1", "NaN", "Infinity", "1e3x", "7,5 kg", "9" * 14])
def test_amounts_that_are_none_are_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        AmountField(unit="g").clean(typed)


def test_a_number_of_gs1_is_kept_for_the_product(own: Lot, as_role: AsRole) -> None:
    client = as_role("cooperative")
    client.post(at(own, "gtin/"), {"gtin": "952 0123 45678 8"})
    assert ProductGtin.objects.get().number == "09520123456788"
    client.post(at(own, "gtin/"), {"gtin": ""})
    assert not ProductGtin.objects.exists()


# --- Parcels


def test_packing_offers_the_lot_and_takes_no_more_taps(market: Market, own: Lot, as_role: AsRole) -> None:
    client = as_role("cooperative")
    path = f"/quan-tri/kien-hang/{market.own.pk}/"
    line = market.own.lines.get()
    page = client.get(path).content.decode()
    assert f'<option value="{own.pk}" selected>{own.grouped_code}' in page
    client.post(path + "dong-goi/", {f"lo-{line.pk}": own.pk})
    assert PickedLot.objects.get().lot == own
    recall(lot=own, reason="Có lẫn củ hỏng")
    assert "đã thu hồi" in client.get(path).content.decode()
    response = client.post(path + "giao-di/", {"carrier": "Xe khách"})
    assert response.status_code == 422
    assert f"lô {own.grouped_code} không dùng được nữa" in response.content.decode()
    other = make_lot(market.goods_a)
    assert client.post(path + "doi-lo/", {f"lo-{line.pk}": other.pk}).status_code == 302
    assert client.post(path + "giao-di/", {"carrier": "Xe khách"}).status_code == 302
    assert book(other)[-1] == ("sale", 3_000)
    assert book(own)[-1] == ("recall", None)


def test_a_parcel_takes_no_foreign_lot(market: Market, own: Lot, foreign: Lot, as_role: AsRole) -> None:
    client = as_role("cooperative")
    line = market.own.lines.get()
    for step in ("dong-goi/", "doi-lo/"):
        response = client.post(f"/quan-tri/kien-hang/{market.foreign.pk}/{step}", {f"lo-{line.pk}": own.pk})
        assert response.status_code == 404
    response = client.post(f"/quan-tri/kien-hang/{market.own.pk}/dong-goi/", {f"lo-{line.pk}": foreign.pk})
    assert response.status_code == 422
    market.own.refresh_from_db()
    assert (market.own.status, PickedLot.objects.count()) == ("to-pack", 0)


# --- Recall


def sold(market: Market, lot: Lot, client: Client) -> None:
    path = f"/quan-tri/kien-hang/{market.own.pk}/"
    client.post(path + "dong-goi/", {f"lo-{market.own.lines.get().pk}": lot.pk})
    client.post(path + "giao-di/", {"carrier": "Xe khách"})


def test_a_recall_names_the_buyers_to_those_who_may_know(market: Market, own: Lot, as_role: AsRole) -> None:
    client = as_role("cooperative")
    sold(market, own, client)
    assert "Nguyễn Thị Mẫu" in client.get(at(own, "thu-hoi/")).content.decode()
    page = client.post(at(own, "thu-hoi/"), {"reason": "Có lẫn củ hỏng"}, follow=True).content.decode()
    own.refresh_from_db()
    assert own.status == LotStatus.RECALLED
    assert "Đã thu hồi 1 lô, ngừng bán và viết thư cho 1 người mua." in page
    assert Letter.objects.filter(key=f"lot-recalled:{own.code}:{market.own.code}").count() == 1
    assert as_role("cooperative_b").get(at(own, "thu-hoi/")).status_code == 404


def test_the_operator_recalls_any_lot(foreign: Lot, market: Market, as_role: AsRole) -> None:
    as_role("operator").post(at(foreign, "thu-hoi/"), {"reason": "Cơ quan yêu cầu"})
    line = LotEvent.objects.get(kind="recall")
    assert (line.lot, line.note, line.actor) == (foreign, "Cơ quan yêu cầu", market.people["operator"])


def test_a_recall_without_a_reason_comes_back(own: Lot, as_role: AsRole) -> None:
    response = as_role("cooperative").post(at(own, "thu-hoi/"), {"reason": ""})
    assert response.status_code == 422
    assert book(own) == [("harvest", 100_000)]


# --- Labels


def test_labels_come_as_pdf_on_the_chosen_paper(own: Lot, as_role: AsRole) -> None:
    client = as_role("cooperative")
    assert "Khổ giấy" in client.get(at(own, "tem/")).content.decode()
    response = client.get(at(own, "tem/"), {"layout": "cuon-58", "count": "2"})
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "answers",
    [
        {"layout": "a4-9x9", "count": "1"},
        {"layout": "a4-3x8", "count": "0"},
        {"layout": "a4-3x8", "count": "401"},
    ],
)
def test_labels_that_cannot_be_are_refused(answers: dict[str, Any], own: Lot, as_role: AsRole) -> None:
    assert as_role("cooperative").get(at(own, "tem/"), answers).status_code == 422


def test_a_recalled_lot_gets_no_more_labels(own: Lot, as_role: AsRole) -> None:
    recall(lot=own, reason="Có lẫn củ hỏng")
    response = as_role("cooperative").get(at(own, "tem/"), {"layout": "cuon-58", "count": "2"})
    assert "không in tem nữa" in response.content.decode()


def test_a_post_without_its_token_is_refused(own: Lot, market: Market) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(market.people["cooperative"], backend="shop.accounts.backends.EmailOrPhoneBackend")
    assert client.post(at(own, "thu-hoi/"), {"reason": "Phá"}).status_code == 403
    assert book(own) == [("harvest", 100_000)]


def test_a_lot_or_a_line_of_its_book_that_is_sent_twice_is_written_once(
    market: Market, as_role: AsRole
) -> None:
    client, key = as_role("cooperative"), "5f1c2a52-8f7a-4d3e-9a57-3d1a7d2f4a11"
    opened = {"day": DAY, "quantity": "12,5", "plot": "Nương A", "member_initials": "v.t.", "sent_key": key}
    first, second = (client.post(f"/quan-tri/lo-hang/mo/?mon={market.goods_a.pk}", opened) for _ in range(2))
    lot = Lot.objects.get()
    assert first["Location"] == second["Location"] == f"/quan-tri/lo-hang/{lot.pk}/"
    before = lot.events.count()
    step = {"kind": "loss", "quantity": "1", "day": DAY, "note": "dập", "sent_key": key[:-1] + "2"}
    for _ in range(2):
        client.post(f"/quan-tri/lo-hang/{lot.pk}/ghi/", step)
    assert lot.events.count() == before + 1
