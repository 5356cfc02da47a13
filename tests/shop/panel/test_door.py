"""Couriers' lists, the rules of paying at the door, and a parcel's card payments, as people meet them in the panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from shop.orders import remittances
from shop.orders.invariants import violations
from shop.orders.models import Consignment
from shop.orders.requests import StallQuote
from shop.orders.services import hand_over, pack, place
from shop.orders.slips import door_step, slip_pdf
from shop.payments.cards import holds_card_number
from shop.payments.models import DoorRules, InboundEvent, PaymentEvent, Remittance, TerminalPayment
from shop.payments.services import paid_amount
from shop.payments.vietqr import read_payload
from tests.support.market import Market
from tests.support.orders import bring, fill_basket, transfer, wish

AsRole = Callable[[str], Client]
pytestmark = pytest.mark.django_db
TOTAL = 130_000
PAN = "4111 1111 1111 1111"


@pytest.fixture
def parcel(market: Market, settings: Any) -> Consignment:
    """A parcel of stall A that its own people bring; 130.000 ₫ are to be paid for it."""
    settings.PAYMENT_METHODS = ["vietqr", "cod"]
    asked = wish(fill_basket((market.goods_a, 1)), payment_method="cod")
    asked["stall_quotes"] = {market.a.pk: StallQuote("Gian tự giao", 30_000, courier="own")}
    return place(**asked).order.consignments.get()


def on_its_way(parcel: Consignment) -> Consignment:
    pack(consignment=parcel, by=None)
    return hand_over(consignment=parcel, by=None, carrier="Tự giao", tracking_number="")


def page_of(parcel: Consignment) -> str:
    return f"/quan-tri/kien-hang/{parcel.pk}/"


def swiped(**changes: str) -> dict[str, str]:
    at = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    return {
        "amount": str(TOTAL),
        "terminal": "t1234567",
        "reference": "631809 123456",
        "paid_at": at,
    } | changes


class TestTheStall:
    def test_sees_its_parcel_and_what_is_to_be_collected(self, parcel: Consignment, as_role: AsRole) -> None:
        text = as_role("cooperative").get(page_of(parcel)).content.decode()
        assert "Thu 130.000" in text and "Đã đóng gói" in text
        assert as_role("cooperative_b").get(page_of(parcel)).status_code == 404

    def test_prints_a_slip_with_the_code_of_this_parcel(self, parcel: Consignment, as_role: AsRole) -> None:
        answer = as_role("cooperative").get(page_of(parcel) + "phieu/")
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
        step = door_step(Consignment.objects.select_related("order__sheet").get(pk=parcel.pk))
        found = read_payload(step.payload)  # type: ignore[union-attr]
        assert (found.amount, found.memo) == (TOTAL, parcel.order.number + "K1")
        bring(transfer(TOTAL, found.memo))
        assert (
            slip_pdf(Consignment.objects.select_related("order__sheet").get(pk=parcel.pk)) != answer.content
        )

    def test_takes_back_what_was_refused(self, parcel: Consignment, as_role: AsRole) -> None:
        stall, button = as_role("cooperative"), page_of(parcel) + "tra-ve/"
        assert button not in stall.get(page_of(parcel)).content.decode()  # it has not left yet
        on_its_way(parcel)
        assert button in stall.get(page_of(parcel)).content.decode()
        stall.post(button, {"is_sellable": "1", "reason": "đi vắng"})
        parcel.refresh_from_db()
        assert (parcel.status, parcel.order.status) == ("returned", "cancelled")
        assert violations() == []


class TestTheTerminal:
    def test_a_payment_pays_its_parcel(self, parcel: Consignment, as_role: AsRole) -> None:
        as_role("cooperative").post(page_of(parcel) + "quet-the/", swiped())
        payment = TerminalPayment.objects.get()
        assert (payment.terminal, payment.reference, payment.amount) == ("T1234567", "631809123456", TOTAL)
        parcel.order.refresh_from_db()
        assert (parcel.order.status, PaymentEvent.objects.get(inbound=payment.inbound).provider) == (
            "paid",
            "pos",
        )
        assert violations() == []

    @pytest.mark.parametrize(
        ("field", "number"),
        [("reference", PAN), ("terminal", "4111111111111111"), ("amount", "5555-5555-5555-4444")],
    )
    def test_a_number_of_a_card_is_refused_and_not_shown_again(
        self, field: str, number: str, parcel: Consignment, as_role: AsRole
    ) -> None:
        answer = as_role("cooperative").post(page_of(parcel) + "quet-the/", swiped(**{field: number}))
        text = answer.content.decode()
        assert answer.status_code == 422 and "Đây giống số thẻ" in text
        assert number not in text and number.replace(" ", "") not in text
        assert not TerminalPayment.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"amount": "130001"}, "chỉ còn nợ 130.000"),
            ({"amount": "1.000"}, "không có dấu chấm"),
            ({"amount": "0"}, "lớn hơn 0"),
            ({"paid_at": "2099-01-01T00:00"}, "chưa tới"),
            ({"reference": ""}, "bắt buộc"),
        ],
    )
    def test_what_cannot_be_is_said_at_its_field(
        self, changes: dict[str, str], words: str, parcel: Consignment, as_role: AsRole
    ) -> None:
        answer = as_role("cooperative").post(page_of(parcel) + "quet-the/", swiped(**changes))
        assert answer.status_code == 422 and words in answer.content.decode()
        assert not TerminalPayment.objects.exists()

    def test_a_reference_counts_once(self, parcel: Consignment, as_role: AsRole) -> None:
        client = as_role("cooperative")
        client.post(page_of(parcel) + "quet-the/", swiped(amount="30000"))
        again = client.post(page_of(parcel) + "quet-the/", swiped(amount="100000"))
        assert again.status_code == 422 and "đã ghi rồi" in again.content.decode()
        assert paid_amount(parcel.order) == 30_000

    def test_only_a_second_person_takes_it_back(self, parcel: Consignment, as_role: AsRole) -> None:
        as_role("cooperative").post(page_of(parcel) + "quet-the/", swiped())
        undo = f"{page_of(parcel)}quet-the/{TerminalPayment.objects.get().pk}/huy/"
        as_role("cooperative").post(undo, {"reason": "ghi nhầm"})
        assert paid_amount(parcel.order) == TOTAL
        as_role("operator").post(undo, {"reason": f"thẻ {PAN}"})
        assert paid_amount(parcel.order) == TOTAL
        for _press in range(2):
            as_role("operator").post(undo, {"reason": "ghi nhầm"})
        parcel.order.refresh_from_db()
        assert (parcel.order.status, paid_amount(parcel.order)) == ("at-door", 0)
        assert violations() == []
        as_role("cooperative").post(page_of(parcel) + "quet-the/", swiped())  # now rightly
        parcel.order.refresh_from_db()
        assert (parcel.order.status, paid_amount(parcel.order)) == ("paid", TOTAL)
        assert violations() == []

    def test_goods_that_a_courier_brings_are_not_paid_at_the_stall(
        self, parcel: Consignment, as_role: AsRole
    ) -> None:
        Consignment.objects.filter(pk=parcel.pk).update(courier="ghn")
        client = as_role("cooperative")
        assert "Khách quẹt thẻ" not in client.get(page_of(parcel)).content.decode()
        client.post(page_of(parcel) + "quet-the/", swiped())
        assert not TerminalPayment.objects.exists()

    @pytest.mark.parametrize("text", ["631809123456", "4111111111111112", "0912345678", "HT2345678X", ""])
    def test_other_numbers_are_no_cards(self, text: str) -> None:
        assert not holds_card_number(text)


class TestLists:
    def test_a_list_is_looked_at_before_it_is_booked(self, parcel: Consignment, as_role: AsRole) -> None:
        on_its_way(parcel)
        client, before = as_role("operator"), InboundEvent.objects.count()
        typed = f"{parcel.code}; 120.000; 5.000\nHT2222222222-1; 7000"
        form = {"courier": "own", "number": " bk 7 ", "paid_on": "2026-11-23", "typed": typed}
        shown = client.post("/quan-tri/thu-ho/", form, follow=True).content.decode()
        assert "Thu thiếu" in shown and "chênh" in shown and "Không có kiện này" in shown
        assert InboundEvent.objects.count() == before
        remittance = Remittance.objects.get(number="BK 7")
        again = client.post("/quan-tri/thu-ho/", form, follow=True).content.decode()
        assert "đã nhập rồi" in again and Remittance.objects.count() == 1
        booked = client.post(f"/quan-tri/thu-ho/{remittance.pk}/ghi/", follow=True).content.decode()
        assert "7.000" in booked and paid_amount(parcel.order) == 120_000
        row = bring(transfer(122_000, "doi soat"))
        offered = client.get(f"/quan-tri/tien-ve/{row.pk}/").content.decode()
        assert "BK 7" in offered
        done = client.post(f"/quan-tri/tien-ve/{row.pk}/thu-ho/", {"remittance": remittance.pk}, follow=True)
        assert "Tiền đã về" in done.content.decode()
        assert violations() == []

    def test_money_that_no_parcel_owes_is_given_to_an_order_or_returned(
        self, parcel: Consignment, as_role: AsRole
    ) -> None:
        on_its_way(parcel)
        client = as_role("operator")
        typed = f"{parcel.code}; 130000\nHT2222222222-1; 7000\nHT2222222222-2; 9000"
        form = {"courier": "own", "number": "BK8", "paid_on": "2026-11-23", "typed": typed}
        client.post("/quan-tri/thu-ho/", form)
        remittance = Remittance.objects.get(number="BK8")
        page = f"/quan-tri/thu-ho/{remittance.pk}/"
        right, one, two = remittance.lines.all()
        count = InboundEvent.objects.count()
        client.post(f"{page}dong/{one.pk}/")  # a trial
        client.post(f"{page}ghi/")
        client.post(f"{page}dong/{right.pk}/")  # its parcel has it
        assert InboundEvent.objects.count() == count + 1
        assert client.get(page).content.decode().count("Xử lý khoản này") == 2
        for _press in range(2):
            answer = client.post(f"{page}dong/{one.pk}/")
        row = InboundEvent.objects.get(remittance_line=one)
        assert answer["Location"] == f"/quan-tri/tien-ve/{row.pk}/"
        assert (row.outcome, row.reason, row.amount) == ("unmatched", "nothing-owed", 7_000)
        shown = client.get(answer["Location"]).content.decode()
        assert "Gắn vào đơn hàng" in shown and "Của bảng kê" not in shown
        given = {"order_number": parcel.order.number, "note": "người giao ghi nhầm mã"}
        client.post(f"{answer['Location']}gan/", given)
        row.refresh_from_db()
        assert (row.outcome, paid_amount(parcel.order)) == ("matched", TOTAL + 7_000)
        assert parcel.order.payment_attempts.get().refunds.get().amount == 7_000
        client.post(f"{page}dong/{two.pk}/")
        other = InboundEvent.objects.get(remittance_line=two)
        client.post(f"/quan-tri/tien-ve/{other.pk}/tra-lai/")
        text = client.get(page).content.decode()
        assert "Xử lý khoản này" not in text and "Chuyển trả người gửi" in text
        sums = remittances.sums_of(remittances.judged_lines(remittance))
        assert (sums.booked, sums.returned, sums.left_over) == (TOTAL + 7_000, 9_000, 0)
        assert violations() == []

    def test_a_file_with_a_wrong_line_names_it(self, parcel: Consignment, as_role: AsRole) -> None:
        table = SimpleUploadedFile("bk.csv", f"Mã kiện,Tiền thu hộ\n{parcel.code},một trăm\n".encode())
        form = {"courier": "own", "number": "1", "paid_on": "2026-11-23", "sheet": table}
        answer = as_role("operator").post("/quan-tri/thu-ho/", form)
        assert answer.status_code == 422 and "Dòng 2 không đọc được" in answer.content.decode()
        assert not Remittance.objects.exists()

    def test_the_rules_are_the_operators(self, parcel: Consignment, as_role: AsRole) -> None:
        client, page = as_role("operator"), "/quan-tri/thu-ho/quy-dinh/"
        assert "2000000" in client.get(page).content.decode()
        wrong = client.post(page, {"is_open": "on", "most_amount": "1.000", "couriers": ["ghn"]})
        assert wrong.status_code == 422 and not DoorRules.objects.exists()
        client.post(page, {"is_open": "on", "most_amount": "500000", "couriers": ["ghn"]})
        rules = DoorRules.objects.get()
        assert (rules.is_open, rules.most_amount, rules.couriers, rules.provinces) == (
            True,
            500_000,
            ["ghn"],
            [],
        )
