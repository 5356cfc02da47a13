"""The stall sees and answers what its buyers report; the operator sees what is overdue, and decides after a no."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shop.complaints.appeals import decide, take_to_market
from shop.complaints.models import Complaint
from shop.invoices import services
from shop.invoices.models import Invoice
from shop.orders import invoicing
from shop.orders.adjusting import unadjusted
from shop.orders.invariants import violations
from shop.orders.models import Consignment, GoodsReport, ReportAnswer
from shop.orders.services import IllegalStep, Reply, answer_report, hand_over, pack, place, report_goods
from shop.orders.statuses import Fault, Verdict, Wish
from shop.partner.models import StockRecord
from shop.payments.models import Refund
from shop.sandbox.server import SandboxServer
from tests.factories import make_lot, make_product, make_promotion
from tests.support.authority import hear_answer
from tests.support.databases import Databases
from tests.support.market import Market
from tests.support.orders import bring, fill_basket, place_order, transfer, wish
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]


def report_of(parcel: Consignment, quantity: int = 2, **changes: Any) -> GoodsReport:
    packed = pack(consignment=parcel, by=None)
    sent = hand_over(consignment=packed, by=None, carrier="Tự giao", tracking_number="")
    fields = {"fault": Fault.SPOILED, "wish": Wish.MONEY, "text": "Củ bị thối", "photos": [b"jpeg"]}
    return report_goods(
        consignment=sent,
        sent_key=uuid.uuid4(),
        pieces={sent.lines.get().pk: quantity},
        **fields | changes,
    )


def report_two_of_three(market: Market) -> GoodsReport:
    """Two of three jars of A's honey at 100.000 ₫ are bad."""
    placed = place_order((make_product(cooperative=market.a, price=100_000, title="Mật ong"), 3))
    bring(transfer(placed.attempt.amount, placed.order.number))
    return report_of(placed.order.consignments.get())


@pytest.fixture(scope="module")
def standing_report(standing: Standing, databases: Databases) -> Callable[[], GoodsReport]:
    return standing.keep(lambda: report_two_of_three(databases.market()))


@pytest.fixture
def report(market: Market, standing_report: Callable[[], GoodsReport]) -> GoodsReport:
    return standing_report()


def address(report: GoodsReport, step: str = "") -> str:
    return f"/quan-tri/khach-bao/{report.pk}/{step}"


def answer(report: GoodsReport, verdict: str, quantity: object = 2, **more: Any) -> dict[str, Any]:
    line = report.lines.get().line_id
    return {"verdict": verdict, f"so-{line}": quantity, **more}


def make_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks now looks three days later."""
    later = timezone.now() + dt.timedelta(days=3)
    monkeypatch.setattr(timezone, "now", lambda: later)


def test_the_stall_reads_and_pays_back(report: GoodsReport, as_role: AsRole) -> None:
    client = as_role("cooperative")
    assert "Khách báo hàng" in client.get("/quan-tri/").content.decode()
    assert "2 × Mật ong" in client.get("/quan-tri/khach-bao/").content.decode()
    page = client.get(address(report)).content.decode()
    assert "Củ bị thối" in page
    assert "Khách báo 2; hoàn cả là 200.000\xa0₫." in page
    photo = client.get(address(report, f"anh/{report.photos.get().pk}/"))
    assert b"".join(photo.streaming_content) == b"jpeg"
    assert {"private", "no-store"} <= set(photo["Cache-Control"].split(", "))
    page = client.post(address(report, "tra-loi/"), answer(report, "money", 1), follow=True).content.decode()
    assert "Đã trả lời khách." in page
    assert "100.000\xa0₫" in page
    page = client.post(address(report, "tra-loi/"), answer(report, "money", 1), follow=True).content.decode()
    assert "Phiếu này đã có trả lời rồi." in page
    assert Refund.objects.filter(reason="returned").count() == 1
    parcel = client.get(f"/quan-tri/kien-hang/{report.consignment_id}/").content.decode()
    assert "Đã hoàn tiền sau khi giao: kế toán lập hóa đơn điều chỉnh." in parcel
    assert "Hỏng, dập, ôi" in parcel


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"verdict": "refused"}, "Không nhận thì ghi lý do giúp khách nhé."),
        ({"verdict": "money", "so": 3}, "Nhiều nhất 2."),
        ({"verdict": "money", "so": "x"}, "Ghi một số, ví dụ 1."),
        ({"verdict": "replaced", "so": 0}, "Ghi số của ít nhất một món."),
        ({"verdict": "noted"}, "Cách này không dùng được cho phiếu này."),
        ({}, "Chọn một cách."),
    ],
)
def test_an_answer_that_does_not_fit_says_so_at_its_field(
    sent: dict[str, Any], words: str, report: GoodsReport, as_role: AsRole
) -> None:
    data = {
        (f"so-{report.lines.get().line_id}" if key == "so" else key): value for key, value in sent.items()
    }
    page = as_role("cooperative").post(address(report, "tra-loi/"), data)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not ReportAnswer.objects.exists()


def test_a_replacement_is_taken_from_a_lot_or_refused_at_the_field(
    report: GoodsReport, as_role: AsRole
) -> None:
    client, line = as_role("cooperative"), report.lines.get().line
    lot = make_lot(line.order_line.product.sheet)
    StockRecord.objects.filter(pk=line.order_line.stockrecord_id).update(num_in_stock=1)
    data = answer(report, "replaced", 2, **{f"lo-{line.pk}": lot.pk, "carrier": "Xe khách"})
    page = client.post(address(report, "tra-loi/"), data)
    assert page.status_code == 422
    assert "Trong kho không còn đủ để gửi thay." in page.content.decode()
    client.post(address(report, "tra-loi/"), data | {f"so-{line.pk}": 1})
    given = ReportAnswer.objects.get()
    assert given.lines.get().lot_event.lot == lot
    assert lot.grouped_code in client.get(address(report)).content.decode()
    assert StockRecord.objects.get(pk=line.order_line.stockrecord_id).num_in_stock == 0


def test_goods_that_came_back_are_written_once(report: GoodsReport, as_role: AsRole) -> None:
    client, line = as_role("cooperative"), report.lines.get().line
    client.post(address(report, "tra-loi/"), answer(report, "money", 2, goods_come_back="on"))
    assert "Chờ khách gửi trả hàng." in client.get(address(report)).content.decode()
    page = client.post(address(report, "hang-ve/"), {f"ve-{line.pk}": 3})
    assert (page.status_code, "Nhiều nhất 2." in page.content.decode()) == (422, True)
    before = StockRecord.objects.get(pk=line.order_line.stockrecord_id).num_in_stock
    for _twice in range(2):
        client.post(address(report, "hang-ve/"), {f"ve-{line.pk}": 1})
    assert StockRecord.objects.get(pk=line.order_line.stockrecord_id).num_in_stock == before + 1
    assert "1 × Mật ong" in client.get(address(report)).content.decode()
    assert violations() == []


def test_other_stalls_and_staff_see_nothing_of_it(report: GoodsReport, as_role: AsRole) -> None:
    photo = report.photos.get().pk
    for role in ("cooperative_b", "invoice_staff", "editor", "helper"):
        client = as_role(role)
        for step in ("", f"anh/{photo}/"):
            assert client.get(address(report, step)).status_code == 404
        assert client.post(address(report, "tra-loi/"), answer(report, "money")).status_code == 404
    assert "Mật ong" not in as_role("cooperative_b").get("/quan-tri/khach-bao/").content.decode()


def test_the_operator_only_reads_while_the_stall_has_time(report: GoodsReport, as_role: AsRole) -> None:
    client = as_role("operator")
    page = client.get(address(report)).content.decode()
    assert "Gửi trả lời" not in page
    page = client.post(address(report, "quyet-dinh/"), answer(report, "money"), follow=True).content.decode()
    assert "Phiếu này đã có trả lời rồi." in page
    assert client.post(address(report, "tra-loi/"), answer(report, "money")).status_code == 404
    assert "Gian hàng quá hạn trả lời" not in client.get("/quan-tri/").content.decode()


def test_an_overdue_report_is_red_and_the_operator_decides(
    report: GoodsReport, as_role: AsRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_role("operator")
    make_late(monkeypatch)
    page = client.get("/quan-tri/khach-bao/").content.decode()
    assert 'data-state="rejected"' in page
    assert "Quá hạn từ" in page
    assert "Gian hàng quá hạn trả lời" in client.get("/quan-tri/").content.decode()
    client.post(address(report, "quyet-dinh/"), answer(report, "money", 2))
    assert Refund.objects.get(reason="returned").amount == 200_000
    page = as_role("cooperative").post(address(report, "tra-loi/"), answer(report, "refused", text="Không"))
    assert page.status_code == 302
    assert ReportAnswer.objects.count() == 1


@pytest.mark.parametrize(("pieces", "outcome"), [(1, "partly"), (2, "upheld")])
def test_what_the_operator_decides_closes_the_complaint(
    pieces: int, outcome: str, report: GoodsReport, as_role: AsRole
) -> None:
    answer_report(report_pk=report.pk, reply=Reply(Verdict.REFUSED, {}, text="Không phải hàng của HTX"))
    found = GoodsReport.objects.get()
    complaint = take_to_market(found, text="Đúng là hàng của HTX")
    assert take_to_market(found, text="Lần nữa") == complaint
    client = as_role("operator")
    assert (
        f"/quan-tri/khach-bao/{report.pk}/"
        in client.get(f"/quan-tri/khieu-nai/{complaint.pk}/").content.decode()
    )
    client.post(address(report, "quyet-dinh/"), answer(report, "money", pieces, text="Ảnh rõ là hàng hỏng"))
    complaint.refresh_from_db()
    assert (complaint.outcome, complaint.closed_at is not None) == (outcome, True)
    assert [note.text for note in complaint.notes.all()] == ["Ảnh rõ là hàng hỏng"]
    assert Refund.objects.get(reason="returned").amount == pieces * 100_000
    assert violations() == []


def test_a_complaint_that_is_closed_is_not_decided_any_more(report: GoodsReport, as_role: AsRole) -> None:
    answer_report(report_pk=report.pk, reply=Reply(Verdict.REFUSED, {}, text="Không"))
    complaint = take_to_market(GoodsReport.objects.get(), text="")
    assert (complaint.text, complaint.about) == (
        "Củ bị thối",
        f"Kiện {report.consignment.code} của {report.consignment.cooperative.name}: Hỏng, dập, ôi",
    )
    Complaint.objects.update(answered_at=timezone.now(), closed_at=timezone.now(), outcome="refused")
    as_role("operator").post(address(report, "quyet-dinh/"), answer(report, "money", 1))
    with pytest.raises(IllegalStep):  # closed in the moment of deciding
        decide(
            report=GoodsReport.objects.get(),
            reply=Reply(Verdict.MONEY, {report.lines.get().line_id: 1}),
            by=None,
        )
    assert (ReportAnswer.objects.count(), Refund.objects.filter(reason="returned").count()) == (1, 0)


def test_the_invoice_is_adjusted_by_what_was_paid_back(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    make_promotion(amount=20_001)
    basket = fill_basket(
        (make_product(cooperative=market.a, price=99_999, title="Chè"), 3),
    )
    asked = wish(basket)
    placed = place(**asked | {"expected_total": asked["expected_total"] - 20_001})
    bring(transfer(placed.attempt.amount, placed.order.number))
    report = report_of(placed.order.consignments.get())
    answer_report(report_pk=report.pk, reply=Reply(Verdict.MONEY, {report.lines.get().line_id: 2}))
    parcel = Consignment.objects.get(pk=report.consignment_id)
    staff = as_role("invoice_staff")
    page = staff.get("/quan-tri/hoa-don/can-dieu-chinh/").content.decode()
    assert parcel.code in page
    assert "Hóa đơn chưa được cấp mã nên chưa sửa được." in page
    assert "Cần điều chỉnh" in staff.get("/quan-tri/hoa-don/").content.decode()
    first = Invoice.objects.get(source_reference=parcel.code)
    assert hear_answer(invoicing.transmit(services.issue(invoice=first).pk)).status == "accepted"
    staff.post(f"/quan-tri/hoa-don/{first.pk}/dieu-chinh-hoan/")
    draft = Invoice.objects.get(corrects=first)
    assert (draft.kind, draft.cause, draft.status) == ("adjustment", "return", "to-issue")
    assert first.total_amount + draft.total_amount == parcel.due_amount
    assert not unadjusted().exists()
    assert hear_answer(invoicing.transmit(services.issue(invoice=draft).pk)).status == "accepted"
    # What is paid back later is adjusted by itself.
    second = report_goods(
        consignment=parcel, sent_key=uuid.uuid4(), pieces={report.lines.get().line_id: 1}, fault=Fault.SPOILED,
        wish=Wish.MONEY, text="Còn một gói cũng hỏng",
    )  # fmt: skip
    answer_report(report_pk=second.pk, reply=Reply(Verdict.MONEY, {report.lines.get().line_id: 1}))
    assert list(unadjusted()) == [parcel]
    staff.post(f"/quan-tri/hoa-don/{first.pk}/dieu-chinh-hoan/")
    parts = Invoice.objects.filter(source_reference=parcel.code).values_list("total_amount", flat=True)
    assert sum(parts) == Consignment.objects.get(pk=parcel.pk).due_amount == 30_000
    assert violations() == []
