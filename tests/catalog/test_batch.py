"""Many products written together are what one by one would have made of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from oscar.core.loading import get_model

from catalog import services
from catalog.batch import BelowReserved, Draft, DraftsRefused, save_products
from catalog.models import ApprovalState, IndexEntry, ProductSheet
from catalog.selectors import public_sheets
from tests.factories import make_category, make_commune, make_cooperative, make_product

pytestmark = pytest.mark.django_db

StockRecord = get_model("partner", "StockRecord")


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Khoai sọ  =nương",
        "price_amount": 105_000,
        "stock": 10,
        "category": make_category(),
        "ocop_set": 1,
        "commune": make_commune(),
        "net_quantity": 3000,
        "net_unit": "g",
        "pack": "túi lưới 3 kg",
        "weight_grams": 3100,
        "tax_class": "own_produce",
        "processing": "raw",
        "summary": "Củ tròn",
    } | changes


def rows_of(sheet: ProductSheet) -> list[dict[str, Any]]:
    """Everything written for a product, but for keys and times."""
    product = sheet.product
    joins = get_model("catalogue", "ProductCategory").objects.filter(product=product)
    tables = (
        type(product).objects.filter(pk=product.pk),
        ProductSheet.objects.filter(pk=sheet.pk),
        StockRecord.objects.filter(product=product),
        IndexEntry.objects.filter(product=product),
        joins,
    )
    passing = {
        "id",
        "product_id",
        "partner_id",
        "cooperative_id",
        "date_created",
        "date_updated",
        "updated_at",
    }
    return [
        {name: value for name, value in row.items() if name not in passing}
        for table in tables
        for row in table.values()
    ]


@pytest.mark.parametrize(
    "changes", [{"title": "Đậu đỏ", "summary": "Mới"}, {"price_amount": 99_000}, {"stock": 3}]
)
def test_new_or_changed_it_makes_the_same_rows_as_the_service_for_one(changes):
    one, many = make_cooperative(name="HTX Nương"), make_cooperative(name="HTX Nương")
    for wanted in (fields(), fields(**changes)):
        single = services.save_product(cooperative=one, sku="A", state=ApprovalState.DRAFT, **wanted)
        (batched,) = save_products(cooperative=many, drafts=[Draft("A", wanted)])
        assert rows_of(batched) == rows_of(single)


def test_what_a_draft_leaves_out_stays(db):
    sheet = make_product(sku="A", price=105_000, stock=10, storage="Nơi khô", season_months=0b1001)
    before = rows_of(sheet)
    save_products(cooperative=sheet.cooperative, drafts=[Draft("A", {"storage": "Tủ lạnh"})])
    sheet.refresh_from_db()
    after = rows_of(sheet)
    assert [row.pop("storage", None) for row in after] == [None, "Tủ lạnh", None, None, None]
    assert [row.pop("storage", None) for row in before] == [None, "Nơi khô", None, None, None]
    assert after == before
    assert sheet.state == ApprovalState.APPROVED


@pytest.mark.parametrize(
    "changes", [{"title": "Khoai thần dược"}, {"category": None}, {"processing": "primary"}, {"ocop_set": 2}]
)
def test_goods_on_sale_that_become_something_else_are_looked_at_again(changes):
    if "category" in changes:
        changes = {"category": make_category("khac", "Nhóm khác")}
    sheet = make_product(sku="A", price=105_000, summary="Củ tròn")
    same = {
        "title": sheet.product.title,
        "ocop_set": sheet.ocop_set,
        "category": sheet.product.categories.get(),
    }
    (kept,) = save_products(cooperative=sheet.cooperative, drafts=[Draft("A", same | {"summary": "Mới"})])
    assert kept.state == ApprovalState.APPROVED
    (again,) = save_products(cooperative=sheet.cooperative, drafts=[Draft("A", changes)])
    again.refresh_from_db()
    assert (again.state, again.product.is_public) == (ApprovalState.SUBMITTED, False)
    assert not public_sheets().filter(pk=sheet.pk).exists()


def test_one_bad_draft_keeps_all_of_them_out_and_every_fault_is_told():
    stall = make_cooperative()
    drafts = [
        Draft("A", fields()),
        Draft("B", fields(ocop_set=27)),
        Draft("C", fields(title=" ")),
        Draft("D", {"price_amount": 5}),
        Draft("E", fields(price_amount=0)),
    ]
    with pytest.raises(DraftsRefused) as caught:
        save_products(cooperative=stall, drafts=drafts)
    assert {sku: sorted(error.message_dict) for sku, error in caught.value.errors.items()} == {
        "B": ["ocop_set"],
        "C": ["title"],
        "D": ["category", "commune", "stock", "title"],
        "E": ["price_amount"],
    }
    assert ProductSheet.objects.count() == StockRecord.objects.count() == 0


def test_stock_never_falls_below_what_is_reserved():
    sheet = make_product(sku="A", stock=10)
    sheet.product.stockrecords.get().allocate(4)
    with pytest.raises(DraftsRefused) as caught:
        save_products(cooperative=sheet.cooperative, drafts=[Draft("A", {"stock": 3})])
    (error,) = caught.value.errors.values()
    assert isinstance(error, BelowReserved)
    assert isinstance(error, ValidationError)
    assert StockRecord.objects.get().num_in_stock == 10
    save_products(cooperative=sheet.cooperative, drafts=[Draft("A", {"stock": 4})])
    record = StockRecord.objects.get()
    assert (record.num_in_stock, record.num_allocated) == (4, 4)
