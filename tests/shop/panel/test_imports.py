"""The screens of the import: send, look, confirm; export; and no way to another's files."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from catalog.importing import uploads
from catalog.models import ImportStatus, ProductImport, ProductSheet
from shop.audit.models import Entry
from shop.panel import imports
from tests.factories import make_category
from tests.support.market import SECRETS_OF_B
from tests.support.spreadsheets import csv_of, good

pytestmark = pytest.mark.django_db

HERE = "/quan-tri/nhap-hang/"


def file(content: bytes, name: str = "hàng tuần này.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(client, market, content: bytes, **more):
    return client.post(HERE, {"cooperative": market.a.pk, "table": file(content), **more})


def test_a_file_is_tried_shown_and_written_when_confirmed(market, as_role):
    make_category()
    client = as_role("cooperative")
    response = send(client, market, csv_of([good(Mã_hàng="MOI-1")]))
    sent = ProductImport.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"{HERE}{sent.pk}/")
    page = client.get(f"{HERE}{sent.pk}/")
    text = page.content.decode()
    assert "hàng tuần này.csv" in text
    assert "Ghi cả 1 dòng" in text
    assert "MOI-1" in text
    assert "Refresh" not in page
    assert not ProductSheet.objects.filter(product__stockrecords__partner_sku="MOI-1").exists()
    assert client.post(f"{HERE}{sent.pk}/ghi/", {"cach": "ca-tep"}).status_code == 302
    waiting = client.get(f"{HERE}{sent.pk}/")
    assert waiting["Refresh"] == f"3; url={HERE}{sent.pk}/"
    assert "xong 0 trên 1 dòng" in waiting.content.decode()
    uploads.write(sent.pk)
    assert "Đã ghi 1 dòng." in client.get(f"{HERE}{sent.pk}/").content.decode()
    sheet = ProductSheet.objects.get(product__stockrecords__partner_sku="MOI-1")
    assert sheet.cooperative == market.a


def test_faults_stand_at_row_and_column_and_can_be_filtered(market, as_role):
    make_category()
    client = as_role("cooperative")
    send(client, market, csv_of([good(Mã_hàng="MOI-1"), good(Mã_hàng="MOI-2", Giá_bán="rẻ")]))
    sent = ProductImport.objects.get()
    text = client.get(f"{HERE}{sent.pk}/?loai=wrong").content.decode()
    assert "Giá bán: “rẻ” không phải giá tiền." in text
    assert "MOI-1" not in text
    assert "Ghi 1 dòng đúng" in text
    assert client.post(f"{HERE}{sent.pk}/ghi/", {"cach": "ca-tep"}).status_code == 302
    sent.refresh_from_db()
    assert sent.status == ImportStatus.CHECKED


def test_a_bad_file_is_refused_in_words_and_a_large_one_at_its_field(market, as_role, monkeypatch):
    client = as_role("cooperative")
    response = send(client, market, b"a,b\n1,2\n")
    assert "Không thấy hàng tiêu đề" in client.get(response["Location"]).content.decode()
    monkeypatch.setattr(imports, "MOST_BYTES", 10)
    response = send(client, market, b"x" * 11)
    assert response.status_code == 422
    assert "Tệp lớn quá" in response.content.decode()
    assert client.post(HERE, {"cooperative": market.a.pk}).status_code == 422
    assert ProductImport.objects.count() == 1


def test_a_large_file_is_left_to_the_worker(market, as_role, monkeypatch):
    make_category()
    monkeypatch.setattr(imports, "AT_ONCE_BYTES", 10)
    client = as_role("cooperative")
    response = send(client, market, csv_of([good()]))
    page = client.get(response["Location"])
    assert "Đang xem thử" in page.content.decode()
    assert "Refresh" in page
    uploads.check(ProductImport.objects.get().pk)
    assert "Ghi cả 1 dòng" in client.get(response["Location"]).content.decode()


def test_no_file_can_be_sent_for_another_cooperative(market, as_role):
    client = as_role("cooperative")
    response = client.post(HERE, {"cooperative": market.b.pk, "table": file(csv_of([good()]))})
    assert response.status_code == 422
    assert ProductImport.objects.count() == 0


def test_nobody_reads_or_confirms_the_file_of_another_cooperative(market, as_role):
    make_category()
    send(as_role("cooperative"), market, csv_of([good()]))
    sent = ProductImport.objects.get()
    stranger = as_role("cooperative_b")
    assert stranger.get(f"{HERE}{sent.pk}/").status_code == 404
    assert stranger.post(f"{HERE}{sent.pk}/ghi/", {"cach": "ca-tep"}).status_code == 404
    assert "hàng tuần này" not in stranger.get(HERE).content.decode()
    sent.refresh_from_db()
    assert sent.status == ImportStatus.CHECKED


def test_the_export_holds_own_goods_only_and_another_one_can_not_be_asked_for(market, as_role):
    client = as_role("cooperative")
    response = client.get("/quan-tri/xuat-hang/?dang=csv")
    assert response["Content-Type"].startswith("text/csv")
    assert "no-store" in response["Cache-Control"]
    text = response.content.decode("utf-8-sig")
    assert market.goods_a.product.title in text
    assert not [secret for secret in SECRETS_OF_B if secret in text]
    assert client.get(f"/quan-tri/xuat-hang/?htx={market.b.slug}").status_code == 404
    book = load_workbook(io.BytesIO(client.get("/quan-tri/xuat-hang/").content))
    assert book.active.max_row == 1 + ProductSheet.objects.filter(cooperative=market.a).count()


def test_the_template_opens_in_a_spreadsheet(market, as_role):
    response = as_role("cooperative").get("/quan-tri/nhap-hang/bang-mau/")
    assert len(load_workbook(io.BytesIO(response.content)).worksheets) == 2


def test_the_law_asks_as_much_of_a_table_as_of_one_product(market, as_role):
    """A name that was looked at is looked at again, and what the law wants on the label stays there."""
    client, sheet = as_role("cooperative"), market.goods_a
    ProductSheet.objects.filter(pk=sheet.pk).update(
        declaration_number="", test_report=""
    )  # fresh goods need none
    code = sheet.product.stockrecords.get().partner_sku

    def told(**cells: str) -> str:
        send(client, market, csv_of([{"Mã hàng": code, **cells}]))
        sent = ProductImport.objects.order_by("-pk")[0]
        page = client.get(f"{HERE}{sent.pk}/?loai=wrong").content.decode()
        client.post(f"{HERE}{sent.pk}/ghi/", {"cach": "tung-dong"})
        if sent.status == ImportStatus.CHECKED:
            uploads.write(sent.pk)
        sheet.refresh_from_db()
        return page

    assert "Hàng đang bán cần có (Nghị định 15/2018/NĐ-CP)" in told(**{"Mức chế biến": "Chế biến"})
    assert (sheet.state, sheet.processing) == ("approved", "raw")
    assert "chờ điều hành xem lại" in told(**{"Tên sản phẩm": "Khoai thần dược"})
    assert (sheet.state, ProductSheet.objects.get(pk=sheet.pk).product.is_public) == ("submitted", False)
    assert Entry.objects.get(verb="product-submitted").cooperative == market.a
