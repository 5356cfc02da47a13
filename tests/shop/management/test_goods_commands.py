"""``import_products`` and ``export_products`` as a person at a terminal, or a script, meets them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError
from oscar.core.loading import get_model

from catalog.importing.archives import MOST_BYTES as MOST_PICTURE_BYTES
from catalog.importing.cells import MOST_BYTES
from catalog.models import ProductSheet
from tests.factories import make_category, make_commune, make_cooperative, make_product
from tests.support.spreadsheets import csv_of, good, photograph, xlsx_of, zip_of

pytestmark = pytest.mark.django_db
StockRecord = get_model("partner", "StockRecord")


@pytest.fixture
def stall(settings: Any, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path / "media"
    make_category()
    return make_cooperative("ta-xua", commune=make_commune())


@pytest.fixture
def bring(stall, tmp_path: Path):
    """Run the import over that content: (exit code, what it said)."""

    def _bring(content: bytes, *options: str) -> tuple[int, str]:
        path = tmp_path / "hang.tep"
        path.write_bytes(content)
        return told("import_products", str(path), "--cooperative", stall.slug, *options)

    return _bring


def told(*arguments: str) -> tuple[int, str]:
    """The exit code and what was said, to whichever stream."""
    said = io.StringIO()
    try:
        call_command(*arguments, stdout=said)
    except SystemExit as ended:
        return int(ended.code or 0), said.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, said.getvalue()


def codes() -> list[str]:
    return list(StockRecord.objects.order_by("partner_sku").values_list("partner_sku", flat=True))


TWO_RIGHT_ONE_WRONG = [good(), good(Mã_hàng="KS-02", Giá_bán="rẻ"), good(Mã_hàng="KS-03")]


@pytest.mark.parametrize("table", [csv_of, xlsx_of])
def test_a_right_file_is_written_and_the_end_is_told_as_zero(bring, table):
    code, said = bring(table([good(), good(Mã_hàng="KS-02")]))
    assert code == 0
    assert said.splitlines() == [
        "2: KS-01 · mới: Khoai sọ nương",
        "3: KS-02 · mới: Khoai sọ nương",
        "Mới 2 · đổi 0 · giữ nguyên 0 · lỗi 0 dòng · đã ghi 2 dòng",
    ]
    assert codes() == ["KS-01", "KS-02"]
    code, said = bring(table([good(), good(Mã_hàng="KS-02")]))
    assert (code, said.strip()) == (0, "Mới 0 · đổi 0 · giữ nguyên 2 · lỗi 0 dòng · đã ghi 0 dòng")


def test_a_dry_run_tells_what_would_change_and_writes_nothing(bring, stall):
    make_product(cooperative=stall, sku="KS-01", price=90_000, title="Khoai")
    content = csv_of([{"Mã hàng": "KS-01", "Giá bán": "95.000", "Màu": "tím"}])
    code, said = bring(content, "--dry-run")
    assert code == 0
    assert said.splitlines() == [
        "2: KS-01 · Giá bán: 90.000 → 95.000",
        "Cột không đọc: Màu",
        "Mới 0 · đổi 1 · giữ nguyên 0 · lỗi 0 dòng · đã ghi 0 dòng",
    ]
    assert StockRecord.objects.get().price == 90_000
    code, _said = bring(csv_of(TWO_RIGHT_ONE_WRONG), "--dry-run")
    assert (code, codes()) == (1, ["KS-01"])


def test_one_wrong_row_keeps_the_whole_file_out_and_is_told_by_row_and_column(bring):
    code, said = bring(csv_of(TWO_RIGHT_ONE_WRONG))
    assert code == 1
    assert "3: Giá bán: “rẻ” không phải giá tiền. Viết như 55000 hoặc 55.000 ₫." in said.splitlines()
    assert said.splitlines()[-1] == "Mới 2 · đổi 0 · giữ nguyên 0 · lỗi 1 dòng · đã ghi 0 dòng"
    assert codes() == []


def test_per_row_the_right_rows_are_written_and_the_wrong_one_still_ends_with_one(bring):
    code, said = bring(csv_of(TWO_RIGHT_ONE_WRONG), "--per-row")
    assert code == 1
    assert said.splitlines()[-1] == "Mới 2 · đổi 0 · giữ nguyên 0 · lỗi 1 dòng · đã ghi 2 dòng"
    assert codes() == ["KS-01", "KS-03"]


def test_what_only_the_writing_finds_wrong_undoes_the_file_but_not_the_other_rows(bring, monkeypatch):
    """The database refuses a row that the trial took."""
    clean = ProductSheet.clean_fields

    def refuse(sheet: ProductSheet, **options: Any) -> None:
        if sheet.code == "KS-03":
            raise DataError("refused")
        clean(sheet, **options)

    monkeypatch.setattr(ProductSheet, "clean_fields", refuse)
    rows = [good(), good(Mã_hàng="KS-02"), good(Mã_hàng="KS-03")]
    code, said = bring(csv_of(rows))
    assert (code, codes()) == (1, [])
    assert "đã ghi 0 dòng" in said
    code, said = bring(csv_of(rows), "--per-row")
    assert (code, codes()) == (1, ["KS-01", "KS-02"])
    assert "4: Không ghi được: DataError" in said.splitlines()


def test_as_json_it_says_the_same_to_a_program(bring):
    code, said = bring(csv_of(TWO_RIGHT_ONE_WRONG), "--per-row", "--json")
    report = json.loads(said)
    assert code == 1
    assert (report["counts"], report["written"]) == ({"new": 2, "changed": 0, "same": 0, "wrong": 1}, 2)
    assert [(each["row"], each["code"], each["column"], each["kind"]) for each in report["errors"]] == [
        (3, "KS-02", "Giá bán", "not_a_price")
    ]
    assert [each["row"] for each in report["changes"]] == [2, 4]
    assert report["changes"][0]["fields"]["price_amount"] == [None, 105_000]


def test_photographs_come_from_the_archive_and_unused_ones_are_named(bring, tmp_path):
    archive = tmp_path / "anh.zip"
    archive.write_bytes(zip_of({"khoai.jpg": photograph(), "thua.jpg": photograph(colour="#000000")}))
    code, said = bring(csv_of([good(Tệp_ảnh="khoai.jpg")]), "--images", str(archive))
    assert code == 0
    assert "Ảnh không dùng: thua.jpg" in said
    assert ProductSheet.objects.get().picture is not None
    code, said = bring(csv_of([good(Mã_hàng="KS-02", Tệp_ảnh="mat.jpg")]), "--images", str(archive))
    assert code == 1
    assert "2: Tệp ảnh: Không có ảnh “mat.jpg” trong tệp ZIP." in said.splitlines()


def test_what_can_not_be_used_at_all_ends_with_two_and_a_reason(bring, stall, tmp_path):
    assert bring(zip_of({"a.txt": b"x"})) == (2, "Đây không phải bảng tính. Hãy dùng tệp .xlsx hoặc .csv.")
    assert bring(b"a,b\n1,2\n")[0] == 2
    assert bring(b"x" * (MOST_BYTES + 1)) == (2, "Tệp lớn quá: nhiều nhất 5 MB.")
    spoilt, large = tmp_path / "hong.zip", tmp_path / "lon.zip"
    spoilt.write_bytes(b"PK")
    large.write_bytes(b"x" * (MOST_PICTURE_BYTES + 1))
    assert bring(csv_of([good()]), "--images", str(spoilt))[0] == 2
    assert bring(csv_of([good()]), "--images", str(large)) == (2, "Tệp ZIP ảnh lớn quá: nhiều nhất 40 MB.")
    missing = str(tmp_path / "khong-co.csv")
    code, said = told("import_products", missing, "--cooperative", stall.slug)
    assert (code, missing in said) == (2, True)
    assert told("import_products", missing, "--cooperative", "la")[0] == 2
    assert codes() == []


def test_goods_of_another_cooperative_are_not_touched(bring):
    foreign = make_product(sku="KS-01", price=70_000)
    assert bring(csv_of([good()]))[0] == 0
    assert foreign.product.stockrecords.get().price == 70_000


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_what_is_exported_to_a_file_comes_in_again_unchanged(bring, stall, tmp_path, name):
    make_product(cooperative=stall, sku="KS-01")
    out = tmp_path / f"hang.{name}"
    assert told("export_products", "--cooperative", stall.slug, "--format", name, "--out", str(out)) == (
        0,
        "",
    )
    code, said = bring(out.read_bytes(), "--dry-run")
    assert (code, said.strip()) == (0, "Mới 0 · đổi 0 · giữ nguyên 1 · lỗi 0 dòng · đã ghi 0 dòng")


def test_without_a_file_the_table_goes_to_standard_output(stall, capsysbinary):
    make_product(cooperative=stall, sku="KS-01")
    make_product(sku="CUA-NGUOI")
    assert told("export_products", "--cooperative", stall.slug, "--format", "csv")[0] == 0
    rows = list(csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode("utf-8-sig"))))
    assert [row["Mã hàng"] for row in rows] == ["KS-01"]


def test_an_export_that_can_not_be_made_says_why(stall, tmp_path):
    assert told("export_products", "--cooperative", "la") == (1, "There is no cooperative 'la'.")
    nowhere = tmp_path / "khong-co" / "hang.xlsx"
    code, said = told("export_products", "--cooperative", stall.slug, "--out", str(nowhere))
    assert (code, str(nowhere) in said) == (1, True)
