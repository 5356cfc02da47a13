"""Issue all, follow the batch, search by anything, and take a month's files home."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from shop.invoices import services
from shop.invoices.models import Invoice, IssueBatch
from shop.orders import invoicing
from shop.orders.batches import work_off
from shop.sandbox.server import SandboxServer
from tests.support.authority import hear_answer
from tests.support.market import Market

AsRole = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def test_all_that_waits_is_issued_while_nobody_looks(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    clerk = as_role("invoice_staff")
    response = clerk.post("/quan-tri/hoa-don/lap-het/")
    batch = IssueBatch.objects.get()
    assert response["Location"] == f"/quan-tri/hoa-don/dot/{batch.pk}/"
    waiting = clerk.get(response["Location"])
    assert waiting["Refresh"] == f"3; url=/quan-tri/hoa-don/dot/{batch.pk}/"
    assert "<progress" in waiting.content.decode()
    assert Invoice.objects.exclude(status="to-issue").count() == 0
    work_off(batch.pk)
    done = clerk.get(response["Location"])
    assert "Refresh" not in done
    assert "Đợt này đã xong" in done.content.decode()
    assert Invoice.objects.filter(status="sent").count() == 2
    page = clerk.post("/quan-tri/hoa-don/lap-het/", follow=True).content.decode()
    assert "Không có hóa đơn nào đang chờ lập." in page


def test_one_stall_can_be_issued_alone(market: Market, as_role: AsRole) -> None:
    as_role("invoice_staff").post("/quan-tri/hoa-don/lap-het/", {"htx": market.a.slug})
    assert [row.invoice_id for row in IssueBatch.objects.get().rows.all()] == [market.invoice_a.pk]


def test_the_desk_finds_an_invoice_by_whatever_is_known_of_it(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    invoicing.transmit(services.issue(invoice=market.invoice_a).pk)
    found = hear_answer(market.invoice_a)
    clerk = as_role("invoice_staff")
    for sought in (
        found.source_reference.lower(),
        found.buyer_name[:6],
        found.lookup_code.lower(),
        found.authority_code[:12],
        "130.000",
    ):
        page = clerk.get("/quan-tri/hoa-don/", {"tim": sought}).content.decode()
        assert f"/quan-tri/hoa-don/{found.pk}/" in page, sought
    for nothing in ("khong-co-ai", "%", "9" * 30):
        page = clerk.get("/quan-tri/hoa-don/", {"tim": nothing}).content.decode()
        assert f"/quan-tri/hoa-don/{found.pk}/" not in page, nothing


def test_the_months_files_hold_a_table_and_every_signed_xml(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    clerk = as_role("invoice_staff")
    page = clerk.get("/quan-tri/hoa-don/xuat/", follow=True).content.decode()
    assert "Tháng này chưa có hóa đơn nào." in page
    invoice = services.issue(invoice=market.invoice_a)
    month = f"{timezone.localdate():%Y-%m}"
    response = clerk.get("/quan-tri/hoa-don/xuat/", {"thang": month})
    assert response["Content-Disposition"] == f'attachment; filename="hoa-don-{month}.zip"'
    body = b"".join(response.streaming_content)  # the test client closes the file behind its last byte
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        xml_name = f"xml/5699999011-{services.filename_of(invoice, 'xml')}"
        assert sorted(archive.namelist()) == ["hoa-don.xlsx", xml_name]
        assert archive.read(xml_name) == services.signed_xml(invoice)
        sheet = openpyxl.load_workbook(io.BytesIO(archive.read("hoa-don.xlsx"))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("Ký hiệu", "Số", "Ngày lập")
    assert (rows[1][0], rows[1][1], rows[1][6], rows[1][11]) == (
        str(invoice.series),
        1,
        "5699999011",
        130_000,
    )
    assert clerk.get("/quan-tri/hoa-don/xuat/?thang=2020-01").status_code == 302
    nonsense = clerk.get("/quan-tri/hoa-don/xuat/?thang=khong")
    assert nonsense.status_code == 200  # the month that runs
    assert b"".join(nonsense.streaming_content)[:2] == b"PK"


@pytest.mark.parametrize("role", ["cooperative", "editor", "helper", "operator"])
def test_only_invoice_staff_issue_all(role: str, market: Market, as_role: AsRole) -> None:
    assert as_role(role).post("/quan-tri/hoa-don/lap-het/").status_code == 404
    assert not IssueBatch.objects.exists()
