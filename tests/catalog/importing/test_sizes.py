"""Packs, prices for many and harvests in a table: out, in again, edited, refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from catalog.clock import today
from catalog.exporting import FORMATS, export
from catalog.harvests import change_harvest, plan_harvest, record_arrival
from catalog.importing import lists
from catalog.importing.archives import Photographs
from catalog.importing.planning import RowKind
from catalog.importing.problems import CellRefused, Trouble
from catalog.importing.runs import run, trial
from catalog.importing.wording import heading, sentence, shown
from catalog.models import Confidence, Harvest, HarvestState, Pack, PriceTier, ProductSheet
from catalog.packs import save_pack
from catalog.tiers import set_tiers
from tests.factories import make_category, make_commune, make_cooperative, make_product
from tests.support.spreadsheets import csv_of, good, xlsx_of

pytestmark = pytest.mark.django_db
MAIN = "Mã sản phẩm chính"
StockRecord = get_model("partner", "StockRecord")


@pytest.fixture
def stall():
    make_category()
    return make_cooperative("ta-xua", commune=make_commune())


def day(days: int) -> dt.date:
    return today() + dt.timedelta(days=days)


def written(days: int) -> str:
    return f"{day(days):%d/%m/%Y}"


def try_out(stall, content: bytes):
    return trial(cooperative=stall, content=content, photographs=Photographs.none())


def bring(stall, content: bytes, *, is_per_row: bool = False):
    plan = try_out(stall, content)
    return run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=is_per_row)


def troubles(plan) -> list[tuple[int, Trouble, str]]:
    return [(row.number, problem.trouble, problem.field) for row, problem in plan.problems]


def pack(**changes: Any) -> dict[str, Any]:
    return {
        "Mã hàng": "KS-5",
        MAIN: "KS-01",
        "Quy cách": "túi 5 kg",
        "Lượng tịnh": "5 kg",
        "Cân nặng khi gửi (g)": 5100,
        "Giá bán": 170_000,
        "Tồn kho": 9,
    } | {name.replace("_", " "): value for name, value in changes.items()}


def rich(stall) -> ProductSheet:
    """A product in two packs, with everything that is told of a size."""
    sheet = make_product(cooperative=stall, sku="KS-01", title="Khoai sọ", price=105_000, stock=10)
    set_tiers(product_id=sheet.product_id, tiers=[(10, 95_000), (50, 90_000)])
    plan_harvest(product=sheet.product, expected_quantity=40, expected_on=day(20), confidence=Confidence.SURE)
    came = plan_harvest(product=sheet.product, expected_quantity=30, expected_on=day(40))
    record_arrival(harvest=came, quantity=5, arrived_before=0)
    five = save_pack(
        sheet=sheet, sku="KS-5", name="túi 5 kg", name_en="5 kg bag", net_quantity=5000, weight_grams=5100,
        price_amount=170_000, stock=9, is_offered=False,
    )  # fmt: skip
    set_tiers(product_id=five.product_id, tiers=[(5, 160_000)])
    return sheet


def lines(stall) -> list[dict[str, str]]:
    content = export(cooperative=stall, format_name="csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_the_row_of_a_pack_names_its_product_and_says_only_what_is_its_own(stall):
    rich(stall)
    main, five = lines(stall)
    size = ("Mã hàng", MAIN, "Quy cách", "Lượng tịnh", "Đơn vị", "Giá bán", "Tồn kho", "Quy cách đang bán")
    assert [main[name] for name in size] == ["KS-01", "", "túi lưới 3 kg", "3000", "g", "105000", "15", "có"]
    assert [five[name] for name in size] == ["KS-5", "KS-01", "túi 5 kg", "5000", "g", "170000", "9", "không"]
    assert (main["Giá mua nhiều"], five["Giá mua nhiều"]) == ("10:95000; 50:90000", "5:160000")
    assert main["Sắp có (gói)"] == "40; 25"
    assert main["Ngày có hàng"] == f"{written(20)}; {written(40)}"
    assert main["Mức chắc chắn"] == "Chắc chắn; Có thể xê dịch vài ngày"
    assert (five["Tên sản phẩm"], five["Nhóm hàng"], five["Sắp có (gói)"]) == ("", "", "")


@pytest.mark.parametrize("name", FORMATS)
def test_out_and_in_again_changes_nothing_and_fills_an_empty_stall_alike(stall, name):
    rich(stall)
    content = export(cooperative=stall, format_name=name)
    assert [row.kind for row in try_out(stall, content).rows] == [RowKind.SAME, RowKind.SAME]
    other = make_cooperative("khac", commune=make_commune())
    made = try_out(other, content)
    assert [row.kind for row in made.rows] == [RowKind.NEW, RowKind.NEW]
    assert run(cooperative=other, plan=made, photographs=Photographs.none(), is_per_row=False).written == 2
    assert lines(other) == lines(stall)
    sheet = ProductSheet.objects.get(cooperative=other)
    assert [each.sku for each in sheet.packs.all()] == ["KS-01", "KS-5"]
    assert sheet.packs.get(name="túi 5 kg").is_offered is False


def test_an_edited_row_changes_just_that_pack(stall):
    sheet = rich(stall)
    rows = lines(stall)
    rows[0] |= {"Quy cách": "túi lưới 3kg", "Giá mua nhiều": "không", "Giá bán": "89000"}
    rows[1] |= {
        "Giá bán": "150.000",
        "Giá mua nhiều": "10:140.000",
        "Quy cách đang bán": "có",
        "Tồn kho": "3",
    }
    plan = try_out(stall, csv_of(rows))
    assert plan.problems == []
    first = {
        each.field: (shown(each.field, each.old), shown(each.field, each.new))
        for each in plan.rows[0].changes
    }
    assert first["tiers"] == ("10:95000; 50:90000", "không")
    assert run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=False).written == 2
    sheet.refresh_from_db()
    three, five = sheet.packs.all()
    assert (three.name, sheet.pack, three.price) == ("túi lưới 3kg", "túi lưới 3kg", 89_000)
    assert (five.price, five.num_in_stock, five.is_offered, five.name_en) == (150_000, 3, True, "5 kg bag")
    tiers = PriceTier.objects.values_list("product_id", "min_quantity", "unit_amount")
    assert list(tiers) == [(five.product_id, 10, 140_000)]
    assert [row.kind for row in try_out(stall, csv_of(rows)).rows] == [RowKind.SAME, RowKind.SAME]


def test_a_product_in_one_size_becomes_one_in_packs_row_by_row_too(stall):
    content = xlsx_of([good(), pack(), pack(Mã_hàng="KS-1", Quy_cách="túi 1 kg", Lượng_tịnh="1 kg")])
    assert bring(stall, content, is_per_row=True).written == 3
    sheet = ProductSheet.objects.get()
    assert [(each.sku, each.net_quantity) for each in sheet.packs.all()] == [
        ("KS-1", 1000), ("KS-01", 3000), ("KS-5", 5000),
    ]  # fmt: skip
    assert [row.kind for row in try_out(stall, content).rows] == [RowKind.SAME] * 3


def test_harvests_are_moved_added_and_closed_and_the_expectation_follows(stall):
    sheet = rich(stall)
    rows = lines(stall)[:1]
    new = {"Sắp có (gói)": "60; 25; 7", "Ngày có hàng": f"{written(21)}; {written(90)}; {written(40)}"}
    rows[0] |= new | {"Mức chắc chắn": "Chắc chắn; Chắc chắn; Có thể xê dịch"}
    assert bring(stall, csv_of(rows)).written == 1
    open_ones = Harvest.objects.filter(state=HarvestState.EXPECTED)
    told = [(each.outstanding, each.expected_on, each.confidence) for each in open_ones]
    assert told == [(60, day(21), "sure"), (7, day(40), "likely"), (25, day(90), "sure")]
    assert StockRecord.objects.get(partner_sku="KS-01").num_expected == 92
    assert bring(stall, csv_of(rows)).written == 0
    rows[0] |= {"Sắp có (gói)": "không", "Ngày có hàng": "", "Mức chắc chắn": ""}
    assert bring(stall, csv_of(rows)).written == 1
    assert not open_ones.all().exists()
    assert StockRecord.objects.get(partner_sku="KS-01").num_expected == 0
    assert sheet.packs.count() == 2


def test_a_real_date_of_a_spreadsheet_is_read_where_a_day_belongs(stall):
    row = good() | {"Sắp có (gói)": 12, "Ngày có hàng": dt.datetime.combine(day(9), dt.time())}
    assert bring(stall, xlsx_of([row])).written == 1
    assert Harvest.objects.get().expected_on == day(9)


def test_blank_cells_leave_prices_for_many_and_harvests_alone(stall):
    rich(stall)
    rows = lines(stall)
    blank = dict.fromkeys(
        ("Giá mua nhiều", "Sắp có (gói)", "Ngày có hàng", "Mức chắc chắn", "Quy cách đang bán"), ""
    )
    content = csv_of([row | blank for row in rows])
    assert [row.kind for row in try_out(stall, content).rows] == [RowKind.SAME, RowKind.SAME]


def test_every_fault_is_told_by_row_and_column_and_nothing_is_written(stall):
    make_product(cooperative=stall, sku="RIENG")
    rows = [
        good(),
        pack(Mã_hàng="A") | {MAIN: "CHUA-CO"},
        pack(Mã_hàng="B", Tên_sản_phẩm="Khoai"),
        pack(Mã_hàng="C", Lượng_tịnh="2 lít"),
        pack(Mã_hàng="D", Quy_cách="túi lưới 3 kg"),
        pack(Mã_hàng="RIENG"),
        pack(Mã_hàng="E", Giá_bán=""),
        pack(Mã_hàng="F", Quy_cách="f") | {"Giá mua nhiều": "10-95000"},
        pack(Mã_hàng="G", Quy_cách="g") | {"Giá mua nhiều": "10:95000; 50:96000"},
        pack(Mã_hàng="H", Quy_cách="h") | {"Giá mua nhiều": "10:170000"},
        pack(Mã_hàng="I", Quy_cách="i") | {"Sắp có (gói)": "5", "Ngày có hàng": "31/02/2026"},
        pack(Mã_hàng="J", Quy_cách="j") | {"Sắp có (gói)": "5; 6", "Ngày có hàng": written(3)},
        pack(Mã_hàng="K", Quy_cách="k") | {"Sắp có (gói)": "5", "Ngày có hàng": written(-1)},
        good(Mã_hàng="L", Giá_bán="rẻ"),
        pack(Mã_hàng="M") | {MAIN: "L"},
        good(Mã_hàng="N") | {"Quy cách đang bán": "không"},
    ]  # fmt: skip
    plan = try_out(stall, csv_of(rows))
    assert troubles(plan) == [
        (3, Trouble.NO_MAIN, "parent_sku"),
        (4, Trouble.NOT_FOR_A_PACK, "title"),
        (5, Trouble.PACK_UNIT, "net_quantity"),
        (6, Trouble.SAME_PACK, "pack"),
        (7, Trouble.NOT_A_PACK, "parent_sku"),
        (8, Trouble.REQUIRED, "price_amount"),
        (9, Trouble.NOT_TIERS, "tiers"),
        (10, Trouble.TIERS_NOT_FALLING, "tiers"),
        (11, Trouble.TIER_TOO_DEAR, "tiers"),
        (12, Trouble.NOT_A_DAY, "harvest_on"),
        (13, Trouble.HARVESTS_DIFFER, "harvest_on"),
        (14, Trouble.DAY_OUT_OF_REACH, "harvest_on"),
        (15, Trouble.NOT_A_PRICE, "price_amount"),
        (16, Trouble.MAIN_WRONG, "parent_sku"),
        (17, Trouble.ONLY_FOR_PACKS, "is_offered"),
    ]
    said = {row.number: f"{heading(problem.field)}: {sentence(problem)}" for row, problem in plan.problems}
    assert said[10] == "Giá mua nhiều: Mua càng nhiều thì giá mỗi gói phải càng thấp."
    assert said[11] == "Giá mua nhiều: Giá mua nhiều phải thấp hơn giá bán 170.000 ₫."
    assert said[13] == "Ngày có hàng: Có 2 đợt hàng sắp có mà ô này có 1 mục."
    assert said[16] == "Mã sản phẩm chính: Món chính ở dòng 15 còn lỗi. Hãy sửa dòng ấy trước."
    assert not any("%(" in each for each in said.values())
    assert bring(stall, csv_of(rows)).written == 0
    assert (Pack.objects.count(), PriceTier.objects.count(), Harvest.objects.count()) == (0, 0, 0)
    result = bring(stall, csv_of(rows), is_per_row=True)
    assert (result.written, len(result.problems)) == (1, 15)


def test_the_first_pack_is_put_aside_and_offered_again_by_the_row_of_its_product(stall):
    sheet = rich(stall)
    for written_word, is_offered in (("không", False), ("có", True)):
        bring(stall, csv_of([{"Mã hàng": "KS-01", "Quy cách đang bán": written_word}]))
        assert Pack.objects.get(name=sheet.pack).is_offered is is_offered


def test_a_harvest_of_which_nothing_more_comes_has_no_cell(stall):
    sheet = make_product(cooperative=stall, sku="KS-01")
    harvest = plan_harvest(product=sheet.product, expected_quantity=40, expected_on=day(20))
    record_arrival(harvest=harvest, quantity=15, arrived_before=0)
    change_harvest(harvest=harvest, expected_quantity=15, expected_on=day(20), confidence=Confidence.SURE)
    assert lines(stall)[0]["Sắp có (gói)"] == ""


def test_a_pack_of_another_product_stays_there(stall):
    rich(stall)
    make_product(cooperative=stall, sku="KHAC")
    plan = try_out(stall, csv_of([pack() | {MAIN: "KHAC"}]))
    assert troubles(plan) == [(2, Trouble.PACK_OF_ANOTHER, "parent_sku")]


def test_a_price_below_the_prices_for_many_is_refused_in_the_trial_and_in_the_writing(stall):
    sheet = make_product(cooperative=stall, sku="KS-01", price=105_000)
    content = csv_of([{"Mã hàng": "KS-01", "Giá bán": 90_000}])
    plan = try_out(stall, content)
    set_tiers(product_id=sheet.product_id, tiers=[(10, 95_000)])
    assert troubles(try_out(stall, content)) == [(2, Trouble.TIER_TOO_DEAR, "price_amount")]
    result = run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=False)
    assert [(each.trouble, each.field) for each in result.problems[2]] == [(Trouble.REFUSED, "price_amount")]
    assert StockRecord.objects.get().price == 105_000


def test_what_buyers_have_reserved_of_a_harvest_is_not_taken_away(stall):
    sheet = make_product(cooperative=stall, sku="KS-01", stock=0)
    plan_harvest(product=sheet.product, expected_quantity=40, expected_on=day(20))
    record = StockRecord.objects.get()
    content = csv_of([{"Mã hàng": "KS-01", "Sắp có (gói)": 10}])
    plan = try_out(stall, content)
    record.allocate(30, from_harvest=True)
    assert troubles(try_out(stall, content)) == [(2, Trouble.BELOW_RESERVED, "harvest_quantity")]
    for is_per_row in (True, False):
        result = run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=is_per_row)
        assert [each.trouble for each in result.problems[2]] == [Trouble.BELOW_RESERVED]
    assert Harvest.objects.get().expected_quantity == 40


def test_the_product_is_gone_when_its_pack_is_written(stall):
    make_product(cooperative=stall, sku="KS-01")
    plan = try_out(stall, csv_of([pack()]))
    ProductSheet.objects.update(code="DOI-MA")
    result = run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=True)
    assert [(each.trouble, each.field) for each in result.problems[2]] == [(Trouble.REFUSED, "parent_sku")]
    assert Pack.objects.count() == 0


def test_a_thirteenth_pack_is_refused(stall):
    rows = [good(), *(pack(Mã_hàng=f"P{number}", Quy_cách=f"túi {number}") for number in range(12))]
    assert troubles(try_out(stall, csv_of(rows))) == [(14, Trouble.TOO_MANY_PACKS, "parent_sku")]


@pytest.mark.parametrize(
    ("read", "cell", "trouble"),
    [
        (lists.tiers_of, "10", Trouble.NOT_TIERS),
        (lists.tiers_of, "1:95000", Trouble.TOO_SMALL),
        (lists.tiers_of, "10:95", Trouble.PRICE_TOO_LOW),
        (lists.tiers_of, "10:95000; 10:90000", Trouble.TIERS_NOT_FALLING),
        (lists.tiers_of, dt.date(2026, 1, 1), Trouble.DATE),
        (lists.quantities_of, "0", Trouble.TOO_SMALL),
        (lists.quantities_of, "; ".join(["5"] * 13), Trouble.TOO_MANY_PARTS),
        (lists.days_of, "15/10/26", Trouble.NOT_A_DAY),
        (lists.days_of, "10.2026", Trouble.NOT_A_DAY),
        (lists.confidences_of, "có lẽ", Trouble.NOT_A_CHOICE),
    ],
)
def test_a_list_that_says_less_than_it_should_is_refused(read, cell, trouble):
    with pytest.raises(CellRefused) as caught:
        read(cell)
    assert caught.value.trouble is trouble


def test_the_words_for_how_sure_a_harvest_is_are_those_of_the_model():
    assert {key: names[0] for key, names in lists.CONFIDENCES.items()} == dict(Confidence.choices)


def test_writing_packs_costs_the_same_for_few_and_for_many(stall):
    def cost(name: str, goods: int) -> int:
        rows = []
        for number in range(goods):
            code = f"{name}{number}"
            rows += [
                good(Mã_hàng=code, Tên_sản_phẩm=f"Khoai {code}"),
                pack(
                    Mã_hàng=f"{code}-5",
                    Mã_sản_phẩm_chính=code,
                    Giá_mua_nhiều="10: 90.000",
                    Quy_cách_đang_bán="không",
                ),
            ]
        plan = try_out(stall, csv_of(rows))
        assert not plan.problems
        with CaptureQueriesContext(connection) as queries:
            result = run(cooperative=stall, plan=plan, photographs=Photographs.none(), is_per_row=False)
        assert (result.written, Pack.objects.filter(sheet__code__startswith=name).count()) == (
            2 * goods,
            2 * goods,
        )
        return len(queries)

    cost("A", 1)  # the first also looks up what later ones know
    assert cost("B", 2) == cost("C", 20)  # SQLite splits what has more than 999 values
    assert PriceTier.objects.count() == Pack.objects.filter(is_offered=False).count() == 23
