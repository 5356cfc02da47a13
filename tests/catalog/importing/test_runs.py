"""Whole imports: trial, writing, again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from catalog import index
from catalog.importing.archives import Photographs
from catalog.importing.planning import RowKind
from catalog.importing.problems import Trouble
from catalog.importing.runs import run, trial
from catalog.importing.wording import heading as heading_of
from catalog.models import ApprovalState, ProductSheet
from catalog.packs import save_pack
from catalog.search import search
from shop.images.models import Picture
from tests.factories import make_category, make_commune, make_cooperative, make_product
from tests.support.spreadsheets import csv_of, good, photograph, xlsx_of, zip_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def stall():
    make_category()
    return make_cooperative("ta-xua", commune=make_commune())


def try_out(stall, content: bytes, photographs: Photographs | None = None):
    return trial(cooperative=stall, content=content, photographs=photographs or Photographs.none())


def bring(stall, content: bytes, photographs: Photographs | None = None, *, is_per_row: bool = False):
    photographs = photographs or Photographs.none()
    plan = try_out(stall, content, photographs)
    return run(cooperative=stall, plan=plan, photographs=photographs, is_per_row=is_per_row)


def kinds(plan) -> list[RowKind]:
    return [row.kind for row in plan.rows]


def troubles(plan) -> list[tuple[int, Trouble, str]]:
    return [(row.number, problem.trouble, problem.field) for row, problem in plan.problems]


def test_a_new_product_arrives_as_a_draft_and_can_be_found_once_approved(stall):
    plan = try_out(stall, xlsx_of([good()]))
    assert (kinds(plan), plan.problems) == ([RowKind.NEW], [])
    assert ProductSheet.objects.count() == 0
    assert run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=False).written == 1
    sheet = ProductSheet.objects.get()
    record = sheet.product.stockrecords.get()
    assert (sheet.state, sheet.product.is_public) == (ApprovalState.DRAFT, False)
    assert (record.partner_sku, record.price, record.num_in_stock) == ("KS-01", 105_000, 40)
    assert (sheet.net_quantity, sheet.net_unit, sheet.weight_grams) == (3000, "g", 3100)
    assert (sheet.cooperative, sheet.commune_id, sheet.season_months) == (stall, "03868", 4095)
    assert [category.slug for category in sheet.product.categories.all()] == ["rau-cu-qua-tuoi"]
    ProductSheet.objects.update(state=ApprovalState.APPROVED)
    get_model("catalogue", "Product").objects.update(is_public=True)
    index.index_products([sheet.product_id])
    assert search("khoai so nuong") == [sheet.product_id]


def test_bringing_the_same_file_twice_changes_nothing(stall):
    content = csv_of([good(), good(Mã_hàng="KS-02", Tháng_có_hàng="T9–T1", Mô_tả="Củ tròn.\nBở.")])
    assert bring(stall, content).written == 2
    before = list(ProductSheet.objects.order_by("pk").values())
    plan = try_out(stall, content)
    assert kinds(plan) == [RowKind.SAME, RowKind.SAME]
    assert run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=True).written == 0
    assert list(ProductSheet.objects.order_by("pk").values()) == before


def test_only_what_the_file_speaks_of_is_changed(stall):
    sheet = make_product(
        cooperative=stall, sku="KS-01", price=90_000, stock=7, storage="Nơi khô", title="Khoai"
    )
    plan = try_out(stall, csv_of([{"Mã hàng": "KS-01", "Giá": "95.000", "Tên": "Khoai"}]))
    (row,) = plan.rows
    assert [(each.field, each.old, each.new) for each in row.changes] == [("price_amount", 90_000, 95_000)]
    assert bring(stall, csv_of([{"Mã hàng": "KS-01", "Giá": "95.000"}])).written == 1
    sheet.refresh_from_db()
    record = sheet.product.stockrecords.get()
    assert (record.price, record.num_in_stock, sheet.storage) == (95_000, 7, "Nơi khô")
    assert sheet.state == ApprovalState.APPROVED


def test_one_wrong_row_keeps_the_whole_file_out(stall):
    content = csv_of([good(), good(Mã_hàng="KS-02", Giá_bán="rẻ")])
    assert troubles(try_out(stall, content)) == [(3, Trouble.NOT_A_PRICE, "price_amount")]
    result = bring(stall, content)
    assert (result.written, list(result.problems)) == (0, [3])
    assert ProductSheet.objects.count() == 0


def test_row_by_row_the_good_ones_are_written(stall):
    content = csv_of([good(), good(Mã_hàng="KS-02", Giá_bán="rẻ"), good(Mã_hàng="KS-03")])
    result = bring(stall, content, is_per_row=True)
    assert (result.written, list(result.problems)) == (2, [3])
    records = get_model("partner", "StockRecord").objects.order_by("partner_sku")
    assert list(records.values_list("partner_sku", flat=True)) == ["KS-01", "KS-03"]


def test_stock_below_what_orders_hold_is_refused_in_the_trial_and_in_the_writing(stall):
    sheet = make_product(cooperative=stall, sku="KS-01", stock=10)
    record = sheet.product.stockrecords.get()
    content = csv_of([{"Mã hàng": "KS-01", "Tồn kho": 3}])
    plan = try_out(stall, content)
    record.allocate(5)
    assert troubles(try_out(stall, content)) == [(2, Trouble.BELOW_RESERVED, "stock")]
    for is_per_row in (True, False):
        result = run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=is_per_row)
        assert [problem.trouble for problem in result.problems[2]] == [Trouble.BELOW_RESERVED]
    record.refresh_from_db()
    assert (record.num_in_stock, record.num_allocated) == (10, 5)


def test_what_someone_changed_after_the_trial_is_not_written_over(stall):
    make_product(cooperative=stall, sku="KS-01", price=90_000)
    plan = try_out(stall, csv_of([{"Mã hàng": "KS-01", "Giá": 95_000}]))
    records = get_model("partner", "StockRecord").objects
    records.update(price=92_000)
    result = run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=False)
    (problem,) = result.problems[2]
    assert (problem.trouble, problem.values) == (Trouble.MOVED_ON, {"old": 90_000, "now": 92_000})
    assert records.get().price == 92_000


def test_stock_that_the_file_leaves_alone_stays_as_sales_have_made_it(stall):
    make_product(cooperative=stall, sku="KS-01", stock=10, price=90_000)
    plan = try_out(stall, csv_of([{"Mã hàng": "KS-01", "Giá": 95_000, "Tồn kho": 10}]))
    records = get_model("partner", "StockRecord").objects
    records.update(num_in_stock=8)
    assert run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=False).written == 1
    assert (records.get().price, records.get().num_in_stock) == (95_000, 8)


def test_the_code_of_another_cooperative_is_simply_a_new_product_here(stall):
    foreign = make_product(sku="KS-01", price=70_000)
    assert bring(stall, csv_of([good()])).written == 1
    foreign.product.stockrecords.get().refresh_from_db()
    assert foreign.product.stockrecords.get().price == 70_000
    assert ProductSheet.objects.filter(cooperative=stall).count() == 1


def test_the_code_of_a_pack_is_refused_in_the_trial_and_in_the_writing(stall):
    sheet = make_product(cooperative=stall, sku="KS-1", title="Khoai sọ")
    content = csv_of([good(Mã_hàng="KS-2", Tên_sản_phẩm="Khác")])
    plan = try_out(stall, content)
    save_pack(
        sheet=sheet,
        sku="KS-2",
        name="túi 1 kg",
        net_quantity=1000,
        weight_grams=1050,
        price_amount=40_000,
        stock=5,
    )
    assert [each[1:] for each in troubles(try_out(stall, content))] == [(Trouble.CODE_OF_A_PACK, "sku")]
    for is_per_row in (True, False):
        result = run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=is_per_row)
        assert [problem.trouble for problem in result.problems[2]] == [Trouble.CODE_OF_A_PACK]
    sheet.product.refresh_from_db()
    assert sheet.product.title == "Khoai sọ"


def test_groups_and_communes_are_found_as_people_write_them(stall):
    make_commune("00004", "Phường Ba Đình", province="01")
    make_commune("11111", "Xã Tà Xùa", province="01")
    rows = [
        good(Nhóm_hàng="rau cu qua tuoi") | {"Xã, phường": "phuong ba dinh, ha noi"},
        good(Mã_hàng="2") | {"Xã, phường": "ta xua, son la"},
        good(Mã_hàng="3") | {"Xã, phường": 4},
        good(Mã_hàng="4") | {"Xã, phường": "Tà Xùa"},
        good(Mã_hàng="5") | {"Xã, phường": "Không Có"},
        good(Mã_hàng="6", Nhóm_hàng="Rau củ") | {"Xã, phường": "03868"},
    ]
    plan = try_out(stall, xlsx_of(rows))
    places = [{each.field: each.new for each in row.changes}.get("commune") for row in plan.rows]
    assert places == ["00004", "03868", "00004", None, None, None]
    assert troubles(plan) == [
        (5, Trouble.SEVERAL_PLACES, "commune"),
        (6, Trouble.UNKNOWN_PLACE, "commune"),
        (7, Trouble.UNKNOWN_GROUP, "category"),
    ]


def test_pictures_come_from_the_archive_by_name_and_only_once(stall):
    archive = zip_of({"anh/Khoai sọ.jpg": photograph(), "thua.jpg": photograph(colour="#000000")})
    photographs = Photographs.read(archive)
    content = csv_of([good(Tệp_ảnh="khoai so.JPG"), good(Mã_hàng="KS-02", Tệp_ảnh="Khoai sọ.jpg")])
    plan = try_out(stall, content, photographs)
    assert (plan.problems, plan.unused_pictures) == ([], ("thua.jpg",))
    assert Picture.objects.count() == 0
    assert run(cooperative=stall, plan=plan, photographs=photographs, is_per_row=False).written == 2
    assert Picture.objects.get().title == "ta-xua: khoai-so"
    assert kinds(try_out(stall, content, photographs)) == [RowKind.SAME, RowKind.SAME]
    assert kinds(try_out(stall, content)) == [RowKind.SAME, RowKind.SAME]
    other = Photographs.read(zip_of({"khoai-so.png": photograph(format="PNG", colour="#ffffff")}))
    assert kinds(try_out(stall, content, other)) == [RowKind.CHANGED, RowKind.CHANGED]


def test_a_picture_that_is_not_in_the_archive_is_a_fault_of_its_row(stall):
    plan = try_out(
        stall, csv_of([good(Tệp_ảnh="mat-ong.jpg")]), Photographs.read(zip_of({"a.jpg": photograph()}))
    )
    assert troubles(plan) == [(2, Trouble.NO_SUCH_PICTURE, "picture")]


def test_a_spoilt_picture_keeps_its_row_out_and_leaves_no_picture_behind(stall):
    spoilt = photograph((400, 300))[:-2000]
    photographs = Photographs.read(zip_of({"a.jpg": photograph(), "b.jpg": spoilt}))
    content = csv_of([good(Tệp_ảnh="a.jpg"), good(Mã_hàng="KS-02", Tệp_ảnh="b.jpg")])
    plan = try_out(stall, content, photographs)
    result = run(cooperative=stall, plan=plan, photographs=photographs, is_per_row=False)
    assert (result.written, [each.trouble for each in result.problems[3]]) == (0, [Trouble.PICTURE_BROKEN])
    assert (Picture.objects.count(), ProductSheet.objects.count()) == (0, 0)
    assert run(cooperative=stall, plan=plan, photographs=photographs, is_per_row=True).written == 1
    assert Picture.objects.count() == 1


def test_five_hundred_seeded_errors_are_reported_and_nothing_else(stall):
    rows = [good(Mã_hàng=f"M{number:05d}", Tên_sản_phẩm=f"Khoai sọ {number}") for number in range(10_000)]
    faults = {
        "Giá bán": "rẻ lắm", "Lượng tịnh": "1.500 kg", "Tên sản phẩm": "", "Nhóm thuế": "không rõ", "Tồn kho": "1,5",
    }  # fmt: skip
    seeded = set()
    for place in range(500):
        heading = list(faults)[place % 5]
        rows[place * 20] |= {heading: faults[heading]}
        seeded.add((place * 20 + 2, heading))
    plan = try_out(stall, csv_of(rows))
    assert {(row.number, heading_of(problem.field)) for row, problem in plan.problems} == seeded
    assert len(plan.problems) == 500
    assert plan.counts == {RowKind.NEW: 9_500, RowKind.WRONG: 500}


def test_a_trial_costs_the_same_with_two_and_with_two_hundred_rows(stall):
    def cost(count: int) -> int:
        content = csv_of([good(Mã_hàng=str(number)) for number in range(count)])
        with CaptureQueriesContext(connection) as queries:
            try_out(stall, content)
        return len(queries)

    assert cost(2) == cost(200) <= 8
