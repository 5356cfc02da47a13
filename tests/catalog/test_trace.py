"""The trace page: state first, the ten facts, nothing about the reader, light enough for one bar of signal."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.images import ImageFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from catalog import services
from catalog.lot_codes import check_character
from catalog.lots import correct_step, record_step
from catalog.models import ApprovalState, Certificate, Lot, ProductSheet
from catalog.pictures import make_renditions
from catalog.recalls import recall
from catalog.selectors import today
from catalog.trace_views import amount_text
from shop.images.models import Picture
from tests.factories import make_certificate, make_cooperative, make_lot, make_product
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db

PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36 Zalo/24.1"


def read(path: str, *, agent: str = PHONE, method: str = "get", **headers: str) -> Any:
    return getattr(Client(), method)(path, headers={"User-Agent": agent, **headers})


def text_of(response: Any) -> str:
    """Words of the page, tags left out, spaces single."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


def product_path(sheet: ProductSheet) -> str:
    return f"/san-pham/{sheet.product.slug}_{sheet.product_id}/"


def walk() -> Lot:
    stall = make_cooperative(
        "ta-xua",
        name="HTX Tà Xùa",
        legal_name="Hợp tác xã Tà Xùa",
        address="Bản Mẫu, xã Tà Xùa",
        phone="0900 000 001",
    )
    sheet = make_product(cooperative=stall, title="Khoai sọ Tà Xùa", declaration_number="TCB-01/2026")
    make_certificate(sheet, number="OCOP-0001", valid_to=today() + dt.timedelta(days=100))
    lot = make_lot(
        sheet, code="7Q2MK0T9XAH", kilograms=240, place_code="VN-TEST-0001", standards="TCVN 0000:2026"
    )
    at = timezone.now() - dt.timedelta(days=5)
    record_step(lot=lot, kind="process", at=at, quantity=220_000, place="Xưởng Tà Xùa", note="Chọn củ")
    record_step(lot=lot, kind="pack", at=at, quantity=200_500)
    record_step(lot=lot, kind="dispatch", at=at, quantity=30_000, note="Xe khách Bắc Yên – Hà Nội")
    correct_step(lot=lot, number=3, quantity=198_000, note="Cân lại")
    return lot


@pytest.fixture(scope="module")
def standing_lot(standing: Standing) -> Callable[[], Lot]:
    return standing.keep(walk)


@pytest.fixture
def lot(standing_lot: Callable[[], Lot]) -> Lot:
    return standing_lot()


def test_the_page_shows_the_ten_facts_of_circular_02_2024(lot: Lot) -> None:
    page = text_of(read("/t/7Q2MK0T9XAH"))
    day = f"{lot.harvested_on:%d/%m/%Y}"
    for fact in (
        "Khoai sọ Tà Xùa",
        "Hợp tác xã Tà Xùa",
        "Bản Mẫu, xã Tà Xùa",
        "7Q2MK-0T9XA-H",
        f"{day} · 240 kg",
        "VN-TEST-0001",
        "03868 · Xã Tà Xùa, Tỉnh Sơn La",
        "HTX Tà Xùa · 14-03868-",
        f"trước ngày {lot.best_before:%d/%m/%Y}",
        "TCVN 0000:2026",
        "TCB-01/2026",
        f"OCOP 3 sao, có giá trị đến hết ngày {today() + dt.timedelta(days=100):%d/%m/%Y}",
        "OCOP-0001",
        "G.A.S.",
    ):
        assert fact in page, fact
    steps = re.findall(
        r"Thu hoạch 240 kg|Chế biến 220 kg|Đóng gói 200,5 kg 198 kg|Xuất đi 30 kg|dòng 3, đúng ra là 198 kg",
        page,
    )
    assert steps == [
        "Thu hoạch 240 kg",
        "Chế biến 220 kg",
        "Đóng gói 200,5 kg 198 kg",
        "Xuất đi 30 kg",
        "dòng 3, đúng ra là 198 kg",
    ]
    assert "khớp. Khóa cuối " + lot.last_hash[:12] in page


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("1 name of the product", r"<h1>Khoai sọ Tà Xùa</h1>"),
        ("2 picture of the product", r'<img src="[^"]+"[^>]* alt="Khoai sọ Tà Xùa"'),
        (
            "3 maker with address",
            r"<dd>Hợp tác xã Tà Xùa</dd>\s*<dt>Địa chỉ</dt><dd>Bản Mẫu, xã Tà Xùa</dd>",
        ),
        (
            "4 steps of making and trading with their times",
            r"(?s)<h2>Từng bước</h2>.*Thu hoạch.*{moment}.*Chế biến.*{moment}.*Đóng gói.*{moment}.*Xuất đi.*{moment}",
        ),
        (
            "5 trace code of the product, here of its lot",
            r"<dt>Mã truy vết lô</dt><dd><code>7Q2MK-0T9XA-H</code>",
        ),
        ("6 time of making", r"<dt>Ngày thu hoạch</dt><dd>{harvested} · 240 kg</dd>"),
        ("7 trace code of the place", r"<dt>Mã truy vết địa điểm</dt><dd>VN-TEST-0001<br>03868 · Xã Tà Xùa"),
        ("8 brand and number of the kind", r"<dt>Thương hiệu, mã sản phẩm</dt><dd>HTX Tà Xùa · 14-03868-"),
        ("9 use by", r"<dt>Hạn dùng</dt><dd>trước ngày {best_before}"),
        ("10 standards", r"<dt>Tiêu chuẩn áp dụng</dt><dd>TCVN 0000:2026</dd>"),
    ],
)
def test_each_of_the_ten_fields_of_circular_02_2024_stands_under_its_name(
    lot: Lot, field: str, shown: str, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = io.BytesIO()
    Image.new("RGB", (640, 640), "#26356f").save(file, "PNG")
    picture = Picture.objects.create(title="Ảnh", file=ImageFile(file, name="anh.png"))
    make_renditions(picture)
    ProductSheet.objects.update(picture=picture)
    shown = (
        shown.replace("{moment}", r"\d\d:\d\d[^<]*\d\d/\d\d/\d{4}")
        .replace("{harvested}", f"{lot.harvested_on:%d/%m/%Y}")
        .replace("{best_before}", f"{lot.best_before:%d/%m/%Y}")
    )
    page = read("/t/7Q2MK0T9XAH").content.decode().replace("\xa0", " ")
    assert re.search(shown, page), field
    assert "Mười thông tin theo Thông tư 02/2024/TT-BKHCN." in page


def test_the_state_comes_before_everything_else(lot: Lot) -> None:
    main = read("/t/7Q2MK0T9XAH").content.decode().split("<main>")[1]
    assert " ".join(re.sub(r"<[^>]+>", " ", main).split()).startswith("● Đang bán Khoai sọ Tà Xùa")


@pytest.mark.parametrize(
    "typed", ["7Q2MK0T9XAH", "7Q2MK0T9XAH/", "7q2mk-0t9xa-h", "7Q2MKOT9XAH/", "7Q2MK 0T9XA H"]
)
def test_a_code_works_with_and_without_slash_and_as_people_type_it(lot: Lot, typed: str) -> None:
    response = read(f"/t/{typed}")
    assert response.status_code == 200
    assert f'<link rel="canonical" href="{settings.BASE_URL}/t/7Q2MK0T9XAH">' in response.content.decode()


def test_a_mistyped_code_is_told_apart_from_a_lot_that_never_was(lot: Lot) -> None:
    body = "7Q2MK0T9XB"
    mistyped, unknown = read("/t/7Q2MK0T9XA7"), read(f"/t/{body}{check_character(body)}")
    assert (mistyped.status_code, unknown.status_code) == (404, 404)
    assert "Mã này có chỗ gõ nhầm" in text_of(mistyped)
    assert "chưa phát cho lô nào" in text_of(unknown)


def test_a_code_that_cannot_be_one_asks_no_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert read("/t/%3Cscript%3E%00").status_code == 404
    assert "<script" not in read("/t/%3Cscript%3E").content.decode()


def test_the_page_reads_in_english(lot: Lot) -> None:
    page = text_of(read("/en/t/7Q2MK0T9XAH"))
    assert "● On sale" in page
    assert "Harvest 240 kg" in page
    assert "Thu hoạch" not in page


# --- Counting


def test_people_are_counted_and_machines_are_not(lot: Lot) -> None:
    read("/t/7Q2MK0T9XAH", agent="Googlebot/2.1")
    read("/t/7Q2MK0T9XAH", agent="")
    read("/t/7Q2MK0T9XAH", agent="facebookexternalhit/1.1")
    read("/t/7Q2MK0T9XAH", method="head")
    read("/t/7Q2MK0T9XAH", **{"Sec-Purpose": "prefetch"})
    lot.refresh_from_db()
    assert (lot.scan_count, lot.first_scanned_at) == (0, None)
    assert "Trang này đã được mở" not in text_of(read("/t/7Q2MK0T9XAH", agent="curl/8"))
    first, second = read("/t/7Q2MK0T9XAH"), read("/t/7Q2MK0T9XAH/")
    assert "đã được mở 1 lần" in text_of(first)
    assert "đã được mở 2 lần" in text_of(second)
    lot.refresh_from_db()
    assert lot.scan_count == 2


def test_a_browser_that_opens_the_page_again_gets_it_whole_and_is_not_counted(lot: Lot) -> None:
    first = read("/t/7Q2MK0T9XAH")
    with CaptureQueriesContext(connection) as captured:
        again = read("/t/7Q2MK0T9XAH", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, "● Đang bán" in text_of(again)) == (200, True)
    assert "đã được mở 1 lần" in text_of(again)
    assert not [query for query in captured if not query["sql"].startswith("SELECT")]
    assert "private" in first["Cache-Control"]  # no cache between counts its many readers as one
    other = make_lot(lot.sheet)
    assert read(f"/t/{other.code}")["ETag"] == first["ETag"]  # tells nobody apart
    strange = read("/t/7Q2MK0T9XAH", **{"If-None-Match": '"of-another-page"'})
    assert "đã được mở 2 lần" in text_of(strange)


@pytest.mark.django_db(transaction=True)
def test_a_busy_database_costs_the_count_and_not_the_page() -> None:
    lot = make_lot(make_product())
    other = connection.copy()
    other.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with other.cursor() as cursor:
        cursor.execute("UPDATE catalog_lot SET scan_count = 0")
    began = time.monotonic()
    page = read(f"/t/{lot.code}")
    waited = time.monotonic() - began
    other.rollback()
    other.close()
    assert "● Đang bán" in text_of(page)
    assert waited < 10  # the usual patience is 20 s
    assert "đã được mở 1 lần" in text_of(read(f"/t/{lot.code}"))  # the other reading was not counted


def test_reading_sets_no_cookie_and_leaves_nothing_of_the_reader(lot: Lot) -> None:
    with CaptureQueriesContext(connection) as captured:
        response = read("/t/7Q2MK0T9XAH", **{"X-Forwarded-For": "203.0.113.9"})
    assert not response.cookies
    assert "no-cache" in response["Cache-Control"]
    writes = [query["sql"] for query in captured if not query["sql"].startswith("SELECT")]
    assert len(writes) == 1
    assert writes[0].startswith('UPDATE "catalog_lot" SET "scan_count"')
    assert "203.0.113.9" not in str(captured.captured_queries)


def test_queries_do_not_grow_with_the_book(lot: Lot) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            read("/t/7Q2MK0T9XAH")
        return len(captured)

    before = queries()
    for _ in range(20):
        record_step(lot=lot, kind="dispatch", at=timezone.now(), quantity=1_000)
        make_lot(lot.sheet)
    assert queries() == before <= 8  # the budget of the trace page


# --- Bytes


def test_the_page_is_light_and_runs_no_script(lot: Lot) -> None:
    for _ in range(20):
        record_step(
            lot=lot, kind="dispatch", at=timezone.now(), quantity=1_000, note="Xe khách Bắc Yên – Hà Nội"
        )
    page = read("/t/7Q2MK0T9XAH").content
    html = page.decode()
    style = Path(str(finders.find("catalog/trace.css"))).read_bytes()
    assert len(gzip.compress(page)) <= 12 * 1024
    assert len(gzip.compress(style)) <= 2 * 1024
    assert "<script" not in html
    assert "style=" not in html
    fetched = re.findall(r'<(?:link rel="(?:icon|stylesheet)" href|img src)="(?!data:)([^"]+)', html)
    assert len(fetched) <= 2  # with the page itself three requests at most


# --- Recall and the product page


def test_a_recall_stands_on_both_pages_from_the_next_request_on(lot: Lot) -> None:
    product = product_path(lot.sheet)
    before = text_of(read(product))
    assert "Lô đang bán" in before
    assert "Thu hồi lô" not in before
    assert 'href="/t/7Q2MK0T9XAH"' in read(product).content.decode()

    recall(lot=lot, reason="Có lẫn củ hỏng.")
    trace, after = text_of(read("/t/7Q2MK0T9XAH")), text_of(read(product))
    assert "▲ Thu hồi" in trace
    assert "Có lẫn củ hỏng." in trace
    assert "hãy gọi 0900 000 001" in trace
    assert "● Đang bán" not in trace
    assert f"Thu hồi lô 7Q2MK-0T9XA-H, thu hoạch {lot.harvested_on:%d/%m/%Y}. Có lẫn củ hỏng." in after
    assert "Lô đang bán" not in after
    assert "Thêm vào giỏ" not in after.split("Cùng gian hàng")[0]


def test_a_sold_out_lot_says_so_and_leaves_the_product_page(lot: Lot) -> None:
    record_step(lot=lot, kind="pack", at=timezone.now(), quantity=22_000)
    record_step(lot=lot, kind="dispatch", at=timezone.now(), quantity=190_000)
    assert "○ Đã bán hết" in text_of(read("/t/7Q2MK0T9XAH"))
    assert "Lô đang bán" not in text_of(read(product_path(lot.sheet)))


def test_a_lot_keeps_its_page_when_the_product_leaves_the_shop(lot: Lot) -> None:
    services.set_state(sheet=lot.sheet, state=ApprovalState.WITHDRAWN)
    page = read("/t/7Q2MK0T9XAH")
    assert page.status_code == 200
    assert "Xem món này trong chợ" not in text_of(page)


def test_a_star_that_has_ended_is_gone_from_the_trace_page(lot: Lot) -> None:
    Certificate.objects.update(valid_to=today() - dt.timedelta(days=1))
    assert "OCOP 3 sao" not in text_of(read("/t/7Q2MK0T9XAH"))


def test_an_extended_star_shows_its_later_last_day_and_leads_to_its_certificate(lot: Lot) -> None:
    later = today() + dt.timedelta(days=250)
    certificate = Certificate.objects.get()
    Certificate.objects.update(extended_to=later)
    response = read("/t/7Q2MK0T9XAH")
    assert f"có giá trị đến hết ngày {later:%d/%m/%Y}" in text_of(response)
    assert f'href="/chung-nhan/{certificate.pk}/"' in response.content.decode()


def test_a_book_that_was_rewritten_warns_the_reader(lot: Lot) -> None:
    Lot.objects.filter(pk=lot.pk).update(last_hash="0" * 64)
    page = text_of(read("/t/7Q2MK0T9XAH"))
    assert "không còn khớp như lúc ghi" in page
    assert "Vừa kiểm tra lại" not in page


def test_a_lot_past_its_date_says_so(lot: Lot) -> None:
    old = make_lot(lot.sheet, days_ago=40, best_before=today() - dt.timedelta(days=1))
    assert "đã quá hạn" in text_of(read(f"/t/{old.code}"))
    assert "đã quá hạn" not in text_of(read("/t/7Q2MK0T9XAH"))


# --- QR


def test_the_qr_is_a_drawing_of_the_short_address(lot: Lot) -> None:
    import segno

    response = read("/t/7q2mk0t9xah/qr.svg")
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml")
    assert "public" in response["Cache-Control"]
    expected = segno.make(f"{settings.BASE_URL}/t/7Q2MK0T9XAH", error="m", micro=False, boost_error=False)
    assert expected.error == "M"
    path = re.search(r'<path[^>]*stroke="#000"[^>]* d="([^"]+)"', response.content.decode())
    wanted = re.search(r' d="([^"]+)"', expected.svg_inline(border=4))
    assert path and wanted
    assert path[1] == wanted[1]
    assert read("/en/t/7Q2MK0T9XAH/qr.svg").content == response.content


@pytest.mark.parametrize("code", ["7Q2MK0T9XA7", "00000000000"])
def test_there_is_no_qr_of_a_lot_that_is_not(lot: Lot, code: str) -> None:
    assert read(f"/t/{code}/qr.svg").status_code == 404


@pytest.mark.parametrize(
    ("quantity", "unit", "expected"),
    [
        (240_000, "g", "240 kg"),
        (1_500, "g", "1,5 kg"),
        (10_050, "g", "10,05 kg"),
        (999, "g", "999 gam"),
        (2_500, "ml", "2,5 lít"),
        (12, "piece", "12 cái"),
        (2_000, "piece", "2000 cái"),
        (None, "g", ""),
    ],
)
def test_amounts_read_as_people_write_them(quantity: int | None, unit: str, expected: str) -> None:
    assert amount_text(quantity, unit) == expected
