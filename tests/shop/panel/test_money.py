"""The money screens: what nobody could match, what goes back, and whether a day is even."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client
from oscar.apps.order.models import Order

from shop.orders.invariants import violations
from shop.orders.services import cancel_consignment, change_method, expire, receive
from shop.panel.money import sums_of
from shop.payments import refunds
from shop.payments.models import InboundEvent, PaymentEvent, Refund, RefundReason
from shop.payments.provider import EventKind, ProviderEvent
from shop.payments.services import keep
from tests.factories import make_product
from tests.support.market import Market
from tests.support.orders import bring, place_order, transfer

AsRole = Callable[[str], Client]


@pytest.fixture
def stray(market: Market) -> InboundEvent:
    """77.000 ₫ of no known order."""
    return InboundEvent.objects.get(outcome="unmatched")


def payee(**changes: str) -> dict[str, str]:
    filled = {"way": "transfer", "bank_bin": "970436", "account": "0011223344", "name": "NGUYEN THI MAU"}
    return filled | changes


def test_a_transfer_is_given_to_the_order_it_belongs_to(
    market: Market, as_role: AsRole, stray: InboundEvent
) -> None:
    placed = place_order((market.goods_a, 1))
    client = as_role("invoice_staff")
    page = f"/quan-tri/tien-ve/{stray.pk}/"
    assert "77.000\xa0₫" in client.get(page).content.decode()
    number = placed.order.number
    answer = client.post(f"{page}gan/", {"order_number": f" {number.lower()} ", "note": "ảnh chụp lệnh"})
    assert (answer.status_code, answer["Location"]) == (302, page)
    stray.refresh_from_db()
    assert (stray.outcome, stray.note, stray.settled_by) == (
        "matched", "ảnh chụp lệnh", market.people["invoice_staff"],
    )  # fmt: skip
    assert PaymentEvent.objects.get(inbound=stray).attempt.order == placed.order
    events = placed.order.events.values_list("kind", "actor__first_name", "note")
    assert ("attached", "invoice_staff", "ảnh chụp lệnh") in list(events)


@pytest.mark.parametrize(
    ("number", "note", "words"),
    [
        ("HT2345678X", "vì sao", "Không có đơn nào mang số này."),
        ("", "vì sao", "id_order_number_error"),
        ("HT2345678X", "", "id_note_error"),
    ],
)
def test_what_cannot_be_attached_is_said_at_the_field(
    as_role: AsRole, stray: InboundEvent, number: str, note: str, words: str
) -> None:
    answer = as_role("operator").post(
        f"/quan-tri/tien-ve/{stray.pk}/gan/", {"order_number": number, "note": note}
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    stray.refresh_from_db()
    assert (stray.outcome, PaymentEvent.objects.filter(inbound=stray).exists()) == ("unmatched", False)


def test_a_transfer_is_settled_once(market: Market, as_role: AsRole, stray: InboundEvent) -> None:
    client = as_role("operator")
    page = f"/quan-tri/tien-ve/{stray.pk}/"
    client.post(f"{page}tra-lai/")
    refund = Refund.objects.get()
    answer = client.post(f"{page}gan/", {"order_number": market.order.number, "note": "x"}, follow=True)
    assert "đã có người xử lý" in answer.content.decode()
    assert "đã có người xử lý" in client.post(f"{page}tra-lai/", follow=True).content.decode()
    assert (Refund.objects.get(), PaymentEvent.objects.filter(inbound=stray).count()) == (refund, 0)


@pytest.mark.parametrize("wanted", ["77.000", "77000", "không rõ"])
def test_a_transfer_is_found_by_amount_or_memo(as_role: AsRole, stray: InboundEvent, wanted: str) -> None:
    text = as_role("operator").get("/quan-tri/tien-ve/", {"tim": wanted}).content.decode()
    assert f"/quan-tri/tien-ve/{stray.pk}/" in text
    assert text.count('<a class="panel-row"') == 1


def test_unpaid_orders_of_the_same_amount_are_offered(market: Market, as_role: AsRole) -> None:
    placed = place_order((market.goods_a, 1))
    row = bring(transfer(130_000, "quen ghi ma"))
    text = as_role("operator").get(f"/quan-tri/tien-ve/{row.pk}/").content.decode()
    assert placed.order.number in text
    assert market.order.number not in text  # paid already
    found = as_role("operator").get(f"/quan-tri/tien-ve/{row.pk}/", {"tim": market.order.number})
    assert market.order.number in found.content.decode()


def test_a_refund_takes_two_people_and_four_steps(
    market: Market, as_role: AsRole, stray: InboundEvent
) -> None:
    one, two = as_role("invoice_staff"), as_role("operator")
    one.post(f"/quan-tri/tien-ve/{stray.pk}/tra-lai/")
    page = f"/quan-tri/hoan-tien/{Refund.objects.get().pk}/"
    one.post(f"{page}chuan-bi/", payee())
    assert "một người khác phải duyệt" in one.get(page).content.decode()
    refused = one.post(f"{page}buoc/", {"step": "approve"}, follow=True).content.decode()
    assert "không tự duyệt được" in refused
    assert Refund.objects.get().state == "prepared"
    two.post(f"{page}buoc/", {"step": "approve"})
    assert str(Refund.objects.get().code) in one.get(page).content.decode()
    one.post(f"{page}buoc/", {"step": "sent", "note": "FT77"})
    one.post(f"{page}buoc/", {"step": "done", "note": "sao kê"})
    refund = Refund.objects.get()
    assert (refund.state, refund.provider_reference) == ("done", "FT77")
    assert [step.actor.first_name for step in refund.steps.all() if step.actor] == [
        "invoice_staff", "invoice_staff", "operator", "invoice_staff", "invoice_staff",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changes", [{"bank_bin": "97043"}, {"account": "số 1"}, {"name": ""}, {"way": "provider"}, {"way": ""}]
)
def test_a_payee_that_no_bank_knows_is_refused(
    as_role: AsRole, stray: InboundEvent, changes: dict[str, str]
) -> None:
    client = as_role("operator")
    client.post(f"/quan-tri/tien-ve/{stray.pk}/tra-lai/")
    answer = client.post(f"/quan-tri/hoan-tien/{Refund.objects.get().pk}/chuan-bi/", payee(**changes))
    assert answer.status_code == 422
    assert "panel-field__error" in answer.content.decode()
    assert Refund.objects.get().state == "requested"


def test_a_part_of_a_paid_order_is_given_back_from_its_money_page(market: Market, as_role: AsRole) -> None:
    client = as_role("operator")
    page = f"/quan-tri/tien-cua-don/{market.order.number}/"
    text = client.get(page).content.decode()
    assert "SePay" in text and "sepay" not in text
    assert "Tiền vào" in text and "Đã nhận đủ tiền" in text and "130.000\xa0₫" in text
    answer = client.post(f"{page}hoan/", {"amount": "130001", "note": "hỏng"})
    assert (answer.status_code, Refund.objects.count()) == (422, 0)
    assert "Nhiều nhất còn hoàn được 130.000\xa0₫" in answer.content.decode()
    for bad in ("0", "-5", "1.000", "abc", ""):
        assert client.post(f"{page}hoan/", {"amount": bad, "note": "hỏng"}).status_code == 422
    client.post(f"{page}hoan/", {"amount": "30000", "note": "dập hai túi"})
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.state) == (30_000, "agreed", "requested")
    assert "dập hai túi" in client.get(f"/quan-tri/hoan-tien/{refund.pk}/").content.decode()


def test_a_day_is_even_and_its_file_says_the_same(market: Market, as_role: AsRole) -> None:
    client = as_role("invoice_staff")
    address = "/quan-tri/doi-soat/?ngay=2026-11-23"  # the day of the test's transfers
    page = client.get(address).content.decode()
    assert "Khớp: mỗi đồng" in page and "<h3>SePay</h3>" in page
    answer = client.get("/quan-tri/doi-soat/ngay.csv?ngay=2026-11-23")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[1:4] == ["Nơi báo", "Báo về", "Đã ghi cho đơn"]
    reported, booked, unmatched, difference = int(row[2]), int(row[3]), int(row[4]), int(row[7])
    assert (reported - booked, unmatched, difference) == (77_000, 77_000, 0)
    assert client.get("/quan-tri/doi-soat/?ngay=hom-qua").status_code == 404
    assert "không có khoản nào" in client.get("/quan-tri/doi-soat/?ngay=2020-01-01").content.decode()


def test_what_went_back_of_a_days_money_counts_whole_charges_and_parts(market: Market) -> None:
    placed = place_order((make_product(price=100_000), 1), (make_product(price=50_000), 1))
    bring(transfer(placed.attempt.amount + 7_000, placed.order.number))  # a surplus, and then a part
    cancel_consignment(consignment=placed.order.consignments.order_by("code")[0])
    for refund in Refund.objects.filter(attempt=placed.attempt):
        refunds.prepare(refund.pk, by=market.people["operator"], payee=refunds.Payee("970436", "1", "A"))
        refunds.approve(refund.pk, by=market.people["invoice_staff"])
        refunds.mark_sent(refund.pk, by=None, bank_reference="FT")
        refunds.mark_done(refund.pk, by=None)
    (row,) = sums_of(dt.date(2026, 11, 23))
    assert (row.source, row.refunded, row.difference) == ("sepay", 137_000, 0)


def test_the_command_says_whether_a_day_is_even(market: Market) -> None:
    out = io.StringIO()
    call_command("payments", "reconcile", "--on", "2026-11-23", stdout=out)
    assert "unmatched 77000" in out.getvalue() and "difference 0" in out.getvalue()
    assert "the books agree" in out.getvalue()
    InboundEvent.objects.filter(outcome="unmatched").update(outcome="matched")
    with pytest.raises(SystemExit):
        call_command("payments", "reconcile", "--on", "2026-11-23", stdout=out)
    assert "difference 77000" in out.getvalue()


def test_each_source_shows_when_it_last_spoke(market: Market, as_role: AsRole) -> None:
    text = as_role("operator").get("/quan-tri/noi-bao-tien/").content.decode()
    assert "SePay" in text and "Tin cuối" in text and "1 chưa khớp, 0 giả" in text
    assert "Casso" not in text  # not listened to


def test_the_time_line_speaks_in_words_not_in_our_own_values(market: Market, as_role: AsRole) -> None:
    order = place_order((make_product(), 1), payment_method="momo").order
    change_method(order_id=order.pk, provider="vietqr")
    bring(transfer(order.sheet.total_amount, order.number))
    cancel_consignment(consignment=order.consignments.get())
    text = as_role("operator").get(f"/quan-tri/tien-cua-don/{order.number}/").content.decode()
    assert "MoMo → VietQR" in text
    assert str(RefundReason.PARCEL_CANCELLED.label) in text
    for value in ("parcel-cancelled", "momo →", "→ vietqr"):
        assert value not in text


@pytest.mark.parametrize("answer", ["hoan", "giu"])
def test_a_dispute_won_after_the_end_is_decided_by_a_person_once(
    answer: str, market: Market, as_role: AsRole
) -> None:
    order = place_order((market.goods_a, 1)).order
    bring(transfer(50_000, order.number))
    hear(order, EventKind.CHARGEBACK, "du_1")
    expire(order.sheet.pay_by + dt.timedelta(days=30))
    client, task = as_role("operator"), "Tiền khiếu nại thẻ đã thắng"
    assert task not in client.get("/quan-tri/hoan-tien/").content.decode()
    hear(order, EventKind.REVERSAL, "du_1")
    page = f"/quan-tri/tien-cua-don/{order.number}/"
    for screen in ("/quan-tri/hoan-tien/", page):
        text = client.get(screen).content.decode()
        assert task in text and "50.000" in text
    assert client.post(f"{page}khieu-nai/", {answer: ""}).status_code == 422  # a reason is wanted
    assert not Refund.objects.filter(attempt__order=order).exists()
    for _press in range(2):
        client.post(f"{page}khieu-nai/", {"note": "đã gọi người mua", answer: ""})
    for screen in ("/quan-tri/hoan-tien/", page):
        assert task not in client.get(screen).content.decode()
    row = InboundEvent.objects.get(kind="reversal")
    assert (row.settled_by, row.note) == (market.people["operator"], "đã gọi người mua")
    amounts = list(Refund.objects.filter(attempt__order=order).values_list("amount", "reason"))
    assert amounts == ([(50_000, "agreed")] if answer == "hoan" else [])
    assert violations() == []


def hear(order: Order, kind: EventKind, number: str) -> None:
    """What a card scheme does with 50.000 ₫ of the order."""
    event = ProviderEvent(f"{kind}:{number}", kind, amount=50_000, reference=order.number)
    (row,) = keep("sepay", [event], b"")
    receive(row.pk)


def test_who_bears_a_lost_dispute_is_asked_of_one_person_and_decided_by_another(
    market: Market, as_role: AsRole
) -> None:
    order = place_order((market.goods_a, 1)).order
    bring(transfer(order.sheet.total_amount, order.number))
    hear(order, EventKind.CHARGEBACK, "du_1")
    parcel = order.consignments.get()
    one, two, page = as_role("invoice_staff"), as_role("operator"), f"/quan-tri/tien-cua-don/{order.number}/"
    assert order.number in one.get("/quan-tri/hoan-tien/").content.decode()
    card = "Khiếu nại thẻ chưa rõ ai chịu"
    assert card in one.get("/quan-tri/").content.decode()
    assert "Nhiều nhất 50.000" in one.get(page).content.decode()  # not what the parcel costs
    field = f"parcel_{parcel.pk}"
    for amount, told in (("60.000", "không có dấu chấm"), ("60000", "Nhiều nhất 50.000"), ("", field)):
        answer = one.post(f"{page}ai-chiu/", {field: amount, "reason": "mất kiện"})
        text = answer.content.decode()
        assert (answer.status_code, told in text) == (422, True)
        assert f'id="id_{field}_error"' in text or "panel-field__error" in text
    assert not order.losses.exists()
    one.post(f"{page}ai-chiu/", {field: "20000", "reason": "mất kiện"})
    loss = order.losses.get()
    one.post(f"{page}ai-chiu/{loss.pk}/", {"duyet": "co"})
    text = two.get(page).content.decode()
    assert "mất kiện" in text and "20.000" in text and "30.000" in text and "Duyệt" in text
    two.post(f"{page}ai-chiu/{loss.pk}/", {"duyet": "co"})
    loss.refresh_from_db()
    assert (loss.status, loss.decided_by) == ("accepted", market.people["operator"])
    assert order.number not in one.get("/quan-tri/hoan-tien/").content.decode()
    assert card not in one.get("/quan-tri/").content.decode()
    assert two.post(f"/quan-tri/tien-cua-don/{market.order.number}/ai-chiu/{loss.pk}/").status_code == 404
