"""The invoice desk against the real sandbox authority: number, sign, send, answer, download."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from shop.invoices import services
from shop.invoices.models import Invoice, InvoiceSeries
from shop.panel import invoices as desk
from shop.sandbox.authority import Mood
from shop.sandbox.server import SandboxServer
from tests.support.authority import hear_answer
from tests.support.many import copies
from tests.support.market import Market, draft_invoice

AsRole = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def fresh(invoice: Invoice) -> Invoice:
    return Invoice.objects.select_related("series").get(pk=invoice.pk)


def test_the_queue_counts_by_state_and_narrows_by_stall_and_day(market: Market, as_role: AsRole) -> None:
    client = as_role("invoice_staff")
    page = client.get("/quan-tri/hoa-don/").content.decode()
    assert market.invoice_a.source_reference in page
    assert market.invoice_b.source_reference in page
    narrowed = client.get(f"/quan-tri/hoa-don/?htx={market.a.slug}&tinh-trang=to-issue").content.decode()
    assert market.invoice_a.source_reference in narrowed
    assert market.invoice_b.source_reference not in narrowed
    empty = client.get("/quan-tri/hoa-don/?ngay=2020-01-01").content.decode()
    assert "Không có hóa đơn nào" in empty
    for nonsense in ("ngay=hom-qua", "tinh-trang=la", "htx=khong-co", "chon=abc&chon=-1", "trang=99999"):
        assert client.get(f"/quan-tri/hoa-don/?{nonsense}").status_code == 200


def test_the_preview_shows_the_printed_form_and_numbers_nothing(market: Market, as_role: AsRole) -> None:
    client = as_role("invoice_staff")
    page = client.get(f"/quan-tri/hoa-don/{market.invoice_a.pk}/").content.decode()
    for text in (
        "Bản xem trước, chưa có giá trị",
        "Khoai sọ của A",
        "130.000\xa0₫",
        "Một trăm ba mươi nghìn đồng",
    ):
        assert text in page, text
    pdf = client.get(f"/quan-tri/hoa-don/{market.invoice_a.pk}/pdf/")
    assert pdf.content.startswith(b"%PDF-")
    assert client.get(f"/quan-tri/hoa-don/{market.invoice_a.pk}/xml/").status_code == 404
    assert fresh(market.invoice_a).number is None
    assert not InvoiceSeries.objects.exists()


def test_one_click_numbers_signs_and_sends(market: Market, as_role: AsRole, authority: SandboxServer) -> None:
    client = as_role("invoice_staff")
    response = client.post(f"/quan-tri/hoa-don/{market.invoice_a.pk}/lap/", follow=True)
    assert (fresh(market.invoice_a).number, fresh(market.invoice_a).status) == (1, "sent")
    assert "Đã lập và ký 1 hóa đơn." in response.content.decode()
    assert response["Refresh"] == f"3; url=/quan-tri/hoa-don/{market.invoice_a.pk}/?lan=1"
    invoice = hear_answer(market.invoice_a)
    assert invoice.status == "accepted"
    assert invoice.authority_code in client.get(f"/quan-tri/hoa-don/{invoice.pk}/").content.decode()
    xml = client.get(f"/quan-tri/hoa-don/{invoice.pk}/xml/")
    assert xml.content == services.signed_xml(invoice)
    assert xml["Content-Disposition"] == f'attachment; filename="{services.filename_of(invoice, "xml")}"'
    assert client.get(f"/quan-tri/hoa-don/{invoice.pk}/pdf/").content.startswith(b"%PDF-")


def test_selected_rows_are_issued_and_each_result_is_shown(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    third = draft_invoice(market.shared)
    client = as_role("invoice_staff")
    chosen = [market.invoice_a.pk, market.invoice_b.pk, third.pk, 999_999]
    response = client.post("/quan-tri/hoa-don/lap/", {"chon": chosen}, follow=True)
    assert {fresh(row).status for row in (market.invoice_a, market.invoice_b, third)} == {"sent"}
    assert sorted(fresh(row).number for row in (market.invoice_b, third)) == [1, 2]  # one seller, one series
    page = response.content.decode()
    assert "Đã lập và ký 3 hóa đơn." in page
    assert page.count('panel-state" data-state="sent"') == 3
    again = client.post("/quan-tri/hoa-don/lap/", {"chon": chosen}, follow=True)
    assert again.status_code == 200
    assert InvoiceSeries.objects.get(seller=market.b).last_number == 2


def test_one_that_cannot_be_issued_is_named_and_holds_up_nobody(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    symbol = f"C{tomorrow:%y}TAA"
    InvoiceSeries.objects.create(seller=market.a, form=1, symbol=symbol, last_issued_on=tomorrow)
    response = as_role("invoice_staff").post(
        "/quan-tri/hoa-don/lap/", {"chon": [market.invoice_a.pk, market.invoice_b.pk]}, follow=True
    )
    page = response.content.decode()
    reason = "Ngày lập sớm hơn hóa đơn trước trong cùng ký hiệu."
    assert f"{market.invoice_a.source_reference}: {reason}" in page
    assert "Đã lập và ký 1 hóa đơn." in page
    assert (fresh(market.invoice_a).status, fresh(market.invoice_a).number) == ("to-issue", None)
    assert fresh(market.invoice_b).status == "sent"


def test_a_row_that_breaks_down_holds_up_nobody_either(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    """The seller named on the invoice is not the one the key belongs to."""
    wrong = dict(market.invoice_a.sale, seller=market.invoice_a.sale["seller"] | {"tax_code": "5699999212"})
    Invoice.objects.filter(pk=market.invoice_a.pk).update(sale=wrong)
    response = as_role("invoice_staff").post(
        "/quan-tri/hoa-don/lap/", {"chon": [market.invoice_a.pk, market.invoice_b.pk]}, follow=True
    )
    assert f"{market.invoice_a.source_reference}: chưa ký được" in response.content.decode()
    assert (fresh(market.invoice_a).status, fresh(market.invoice_a).number) == ("to-issue", None)
    assert fresh(market.invoice_b).status == "sent"


def test_nothing_chosen_issues_nothing(market: Market, as_role: AsRole) -> None:
    page = as_role("invoice_staff").post("/quan-tri/hoa-don/lap/", follow=True).content.decode()
    assert "Chưa chọn hóa đơn nào." in page
    assert not Invoice.objects.exclude(status="to-issue").exists()


def test_while_the_authority_is_away_the_page_says_so_and_looks_again(
    market: Market, as_role: AsRole, settings: object
) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    client = as_role("invoice_staff")
    response = client.post(f"/quan-tri/hoa-don/{market.invoice_a.pk}/lap/", follow=True)
    invoice = fresh(market.invoice_a)
    assert (invoice.status, invoice.number) == ("signed", 1)
    assert "Cơ quan thuế chưa trả lời" in response.content.decode()
    assert response["Refresh"] == f"3; url=/quan-tri/hoa-don/{invoice.pk}/?lan=1"
    assert "Refresh" not in client.get(f"/quan-tri/hoa-don/{invoice.pk}/?lan=10")
    assert "Refresh" not in client.get(f"/quan-tri/hoa-don/{invoice.pk}/")


def test_a_rejected_invoice_shows_why_and_goes_out_again_under_its_number(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    authority.mounts["tax"].authority.set_mood(Mood.REJECT)
    client = as_role("invoice_staff")
    client.post(f"/quan-tri/hoa-don/{market.invoice_a.pk}/lap/")
    rejected = hear_answer(market.invoice_a)
    assert rejected.status == "rejected"
    page = client.get(f"/quan-tri/hoa-don/{rejected.pk}/").content.decode()
    assert rejected.rejection.split("\n")[0] in page
    authority.mounts["tax"].authority.set_mood(Mood.NORMAL)
    client.post(f"/quan-tri/hoa-don/{rejected.pk}/gui-lai/", follow=True)
    again = hear_answer(market.invoice_a)
    assert (again.status, again.number, again.rejection) == ("accepted", rejected.number, "")


@pytest.mark.parametrize("role", ["cooperative", "editor", "helper", "operator"])
def test_only_invoice_staff_issue(role: str, market: Market, as_role: AsRole) -> None:
    client = as_role(role)
    for path in (f"/quan-tri/hoa-don/{market.invoice_a.pk}/lap/", "/quan-tri/hoa-don/lap/"):
        assert client.post(path, {"chon": market.invoice_a.pk}).status_code == 404
    assert fresh(market.invoice_a).status == "to-issue"


@pytest.mark.parametrize("path", ["hoa-don/{pk}/lap/", "hoa-don/lap/", "hoa-don/{pk}/gui-lai/"])
def test_a_post_without_its_token_is_refused(path: str, market: Market) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(market.people["invoice_staff"], backend="shop.accounts.backends.EmailOrPhoneBackend")
    pk = market.invoice_a.pk
    assert client.post("/quan-tri/" + path.format(pk=pk), {"chon": pk}).status_code == 403
    assert fresh(market.invoice_a).status == "to-issue"


def test_where_a_search_finds_more_than_anybody_reads_no_number_is_told_and_pages_end(
    market: Market, as_role: AsRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST_FOUND", 2)
    monkeypatch.setattr(desk, "PER_PAGE", 1)
    copies(market.invoice_a, 3, buyer_name=lambda _place: "Lò Thị Mẫu")
    staff = as_role("invoice_staff")

    def looked(sought: str, **more: str) -> tuple[list[int | None], int]:
        context = staff.get("/quan-tri/hoa-don/", {"tim": sought, **more}).context
        return [tab.count for tab in context["tabs"]][:2], context["page"].paginator.count

    assert looked("Lò Thị Mẫu") == ([None, None], 2)
    assert looked("Lò Thị Mẫu", **{"tinh-trang": "to-issue"}) == ([None, None], 2)
    Invoice.objects.filter(buyer_name="Lò Thị Mẫu").order_by("pk")[0].delete()
    assert looked("Lò Thị Mẫu") == ([2, 2], 2)
    assert looked("không có") == ([0, 0], 0)


@pytest.mark.parametrize("moment", ["00:00:00", "23:59:59.999999"])
def test_a_day_is_one_in_vietnam(market: Market, as_role: AsRole, moment: str) -> None:
    at = dt.datetime.fromisoformat(f"2026-11-23T{moment}").replace(tzinfo=timezone.get_current_timezone())
    Invoice.objects.filter(pk=market.invoice_a.pk).update(created_at=at)
    for day, found in (("2026-11-22", False), ("2026-11-23", True), ("2026-11-24", False)):
        page = as_role("invoice_staff").get("/quan-tri/hoa-don/", {"ngay": day}).context["page"]
        assert (market.invoice_a in page.object_list) is found, day
