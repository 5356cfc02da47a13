"""The export and the import are each other's mirror."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from catalog.exporting import FORMATS, export, template
from catalog.importing.archives import Photographs
from catalog.importing.planning import RowKind
from catalog.importing.runs import trial
from catalog.models import NetUnit, Processing, TaxClass
from catalog.spreadsheets import FORMULA_STARTS
from tests.factories import make_category, make_cooperative, make_product

TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"), exclude_characters="\u034f"),
    max_size=20,
) | st.sampled_from(
    ["=1+1", "+84 900", "-5", "@a", "'=x", "''-y", "Khoai  sọ", "a;b,c\td", '"', "'", "007", "1E5", "T9-T1"]
)
LINES = TEXT | st.just("Một dòng\nHai dòng")


def kinds(stall, content: bytes) -> list[RowKind]:
    plan = trial(cooperative=stall, content=content, photographs=Photographs.none())
    assert plan.problems == []
    return [row.kind for row in plan.rows]


class RoundTrip(TestCase):
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        goods=st.lists(
            st.fixed_dictionaries(
                {
                    "title": LINES.map(lambda text: text.strip() or "Khoai"),
                    "price": st.integers(1_000, 99_999_999),
                    "stock": st.integers(0, 99_999),
                    "net_quantity": st.integers(1, 2_000_000),
                    "net_unit": st.sampled_from(NetUnit.values),
                    "weight_grams": st.integers(1, 99_999),
                    "season_months": st.integers(1, 4095),
                    "tax_class": st.sampled_from(TaxClass.values),
                    "processing": st.sampled_from(Processing.values),
                    "is_own_produced": st.booleans(),
                    "pack": TEXT.map(lambda text: text.strip() or "túi"),
                    "storage": TEXT,
                    "ingredients": TEXT,
                    "summary": LINES,
                    "max_quantity": st.integers(1, 9_999),
                }
            ),
            min_size=1,
            max_size=3,
        )
    )
    def test_out_and_in_again_changes_nothing(self, goods: list[dict[str, Any]]) -> None:
        stall, group = make_cooperative(), make_category()
        for number, fields in enumerate(goods):
            make_product(cooperative=stall, category=group, sku=f"=A{number}", state="draft", **fields)
        for name in FORMATS:
            assert kinds(stall, export(cooperative=stall, format_name=name)) == [RowKind.SAME] * len(goods)


@pytest.mark.django_db
@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_exported_cell_runs_as_a_formula(start):
    stall = make_cooperative()
    make_product(cooperative=stall, sku=f"x{start}", storage=f"{start}cmd|' /C calc'!A0", title=f"{start}1")
    cells = [
        cell
        for line in csv.reader(io.StringIO(export(cooperative=stall, format_name="csv").decode("utf-8-sig")))
        for cell in line
    ]
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]
    book = load_workbook(io.BytesIO(export(cooperative=stall, format_name="xlsx")))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


@pytest.mark.django_db
def test_an_export_holds_the_goods_of_that_cooperative_only():
    stall, other = make_cooperative(), make_cooperative()
    make_product(cooperative=stall, title="Của nhà")
    make_product(cooperative=other, title="Của người")
    for name in FORMATS:
        content = export(cooperative=stall, format_name=name)
        assert kinds(stall, content) == [RowKind.SAME]
    assert "Của người" not in export(cooperative=stall, format_name="csv").decode()


@pytest.mark.django_db
def test_the_template_is_itself_a_file_that_can_be_brought():
    stall = make_cooperative()
    make_category()
    content = template(cooperative=stall)
    plan = trial(cooperative=stall, content=content, photographs=Photographs.none())
    assert [(row.kind, [problem.field for problem in row.problems]) for row in plan.rows] == [
        (RowKind.WRONG, ["picture"])
    ]
    book = load_workbook(io.BytesIO(content))
    assert len(list(book.worksheets[1].iter_rows())) == len(list(book.active.iter_cols())) + 1
