"""Many products of one cooperative written together: what ``services.save_product`` does for one.

Both obey the same rules, and a test holds their results equal; here the queries do not grow with the rows.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog import index, shelves
from catalog.acts import tell
from catalog.folding import slug_of
from catalog.models import ApprovalState, Cooperative, Pack, PriceTier, ProductSheet
from catalog.models.product_sheet import REVIEWED
from catalog.services import GOODS_CLASS, check_ready
from catalog.telling import price_acts, state_acts
from catalog.tiers import refuse_below_tiers

PRODUCT_FIELDS = frozenset({"title", "category"})
STOCK_FIELDS = frozenset({"price_amount", "stock"})
AT_ONCE = 200
# Checked by what they point to, which the caller has read: clean_fields would ask the database row by row.
_REFERENCES = ("product", "cooperative", "commune", "picture", "label_picture", "workshop_picture")
_SIZE = {"pack": "name", "pack_en": "name_en", "net_quantity": "net_quantity", "weight_grams": "weight_grams"}
_QUANTITIES = frozenset({"min_quantity", "quantity_step", "max_quantity"})
ON_THE_WAY = (ApprovalState.SUBMITTED, ApprovalState.APPROVED)


@dataclass(frozen=True)
class Draft:
    """The fields of one product that are to be written, by the names that ``save_product`` gives them.

    ``category``, ``commune`` and ``picture`` hold objects. What is left out stays as it is; a product that
    is not there yet needs all that ``save_product`` asks for.
    """

    sku: str
    fields: Mapping[str, Any]


class BelowReserved(ValidationError):
    """The new stock is smaller than what orders have already reserved."""

    def __init__(self, reserved: int) -> None:
        super().__init__({"stock": _("Đơn hàng đã giữ %(count)s gói.") % {"count": reserved}})
        self.reserved = reserved


class DraftsRefused(ValueError):
    """Some drafts can't be written, so none was. ``errors``: by code."""

    def __init__(self, errors: dict[str, ValidationError]) -> None:
        super().__init__(f"refused: {', '.join(errors)}")
        self.errors = errors


@dataclass
class _Work:
    """One draft with the rows it changes."""

    draft: Draft
    product: Any
    stock_record: Any
    sheet: ProductSheet
    dearest: int = 0  # of its prices for many
    price_before: int = 0
    category_before: int | None = None
    state_before: str = ""

    @property
    def is_new(self) -> bool:
        return self.product.pk is None


@transaction.atomic
def save_products(*, cooperative: Cooperative, drafts: Sequence[Draft]) -> list[ProductSheet]:
    """The cooperative's products with those codes, made as drafts or brought up to date, in the order given.

    Goods on sale of which something changes that was looked at (``services.REVIEWED``) wait to be looked at again.
    Unit: as ``save_product``. Locks/Writes: StockRecord by id, Product, ProductSheet, search index.
    Raises: DraftsRefused, with every draft that is not well formed; then nothing was written.
    Idempotent by (cooperative, sku).
    """
    works = _works(cooperative, drafts)
    errors: dict[str, ValidationError] = {}
    for work in works:
        try:
            _fill(work)
        except ValidationError as error:
            errors[work.draft.sku] = error
    if errors:
        raise DraftsRefused(errors)
    new, known = [work for work in works if work.is_new], [work for work in works if not work.is_new]
    _create(new)
    _update(known)
    _join_categories(works)
    worded = {
        work.sheet.product_id
        for work in works
        if work.is_new or not STOCK_FIELDS.issuperset(work.draft.fields)
    }
    index.index_products(sorted(worded))
    shelves.refresh({work.sheet.product_id for work in known} - worded)
    tell(
        *price_acts(
            (work.sheet, work.draft.sku, work.price_before, int(work.stock_record.price)) for work in known
        ),
        *(act for work in known for act in state_acts(work.sheet, work.state_before)),
    )
    return [work.sheet for work in works]


def _works(cooperative: Cooperative, drafts: Sequence[Draft]) -> list[_Work]:
    stock_records: Any = get_model("partner", "StockRecord")
    found = (
        stock_records.objects.select_for_update(of=("self",))
        .select_related("product")
        .filter(partner_id=cooperative.partner_id, partner_sku__in=[draft.sku for draft in drafts])
    )
    known = {record.partner_sku: record for record in found.order_by("pk")}
    # A pack's code leads to the product it is a pack of: name and facts are told once for all sizes.
    told_by = {sku: record.product.parent_id or record.product_id for sku, record in known.items()}
    pks = list(told_by.values())
    products: Any = get_model("catalogue", "Product").objects.in_bulk(pks)
    sheets = {
        sheet.product_id: sheet
        for sheet in ProductSheet.objects.filter(product__in=pks).select_related("commune")
    }
    tiers = PriceTier.objects.filter(product__in=[record.product_id for record in known.values()])
    dearest = dict(tiers.order_by().values_list("product").annotate(Max("unit_amount")))
    goods, groups = (
        _goods_class(),
        _categories(pks) if any("category" in one.fields for one in drafts) else {},
    )
    works = []
    for draft in drafts:
        record = known.get(draft.sku)
        if record is None:
            product = get_model("catalogue", "Product")(structure="standalone", product_class=goods)
            record = stock_records(partner_id=cooperative.partner_id, partner_sku=draft.sku)
            sheet = ProductSheet(code=draft.sku)
        else:
            product, sheet = products[told_by[draft.sku]], sheets[told_by[draft.sku]]
        product.sheet = sheet
        sheet.product, sheet.cooperative = product, cooperative
        dearest_now = dearest.get(record.product_id, 0)
        price, group = int(record.price or 0), groups.get(product.pk)
        works.append(_Work(draft, product, record, sheet, dearest_now, price, group, sheet.state))
    return works


def _categories(products: Sequence[int]) -> dict[int, int]:
    joins: Any = get_model("catalogue", "ProductCategory")
    return dict(joins.objects.filter(product__in=products).values_list("product", "category"))


def _looked_at_again(work: _Work, fields: Mapping[str, Any]) -> bool:
    """Whether something changes that was looked at, of goods on sale. Asked before the fields are set."""
    if work.sheet.state != ApprovalState.APPROVED:
        return False
    before = {name: getattr(work.sheet, name) for name in REVIEWED if name not in PRODUCT_FIELDS}
    before |= {"title": work.product.title, "category": work.category_before}
    after = {name: fields[name] for name in REVIEWED if name in fields}
    if "category" in after:
        after["category"] = after["category"].pk
    return any(before[name] != value for name, value in after.items())


def _goods_class() -> Any:
    goods, _created = get_model("catalogue", "ProductClass").objects.get_or_create(
        slug=GOODS_CLASS, defaults={"name": "Hàng hóa", "requires_shipping": True, "track_stock": True}
    )
    return goods


def _fill(work: _Work) -> None:
    """Set the fields of the draft and check them. Raises: ValidationError."""
    fields: dict[str, Any] = {
        name: unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value
        for name, value in work.draft.fields.items()
    }
    if work.is_new:
        _require(fields)
    elif _looked_at_again(work, fields):
        work.sheet.state = ApprovalState.SUBMITTED
    if "title" in fields:
        work.product.title, work.product.slug = fields["title"], slug_of(fields["title"])
    if not work.product.title:  # Oscar allows none, for the children of a parent product
        raise ValidationError({"title": _("Cần có tên sản phẩm.")})
    _fill_stock(work.stock_record, fields, work.dearest)
    for name in fields.keys() - PRODUCT_FIELDS - STOCK_FIELDS:
        setattr(work.sheet, name, fields[name])
    work.product.is_public = work.sheet.state == ApprovalState.APPROVED
    work.product.clean_fields(exclude=["slug", "product_class"])
    work.sheet.clean_fields(exclude=_REFERENCES)
    if _QUANTITIES & fields.keys():
        work.sheet.validate_constraints(exclude={"code"})
    if not STOCK_FIELDS.issuperset(fields):
        check_ready(work.sheet)


def _fill_stock(stock_record: Any, fields: Mapping[str, Any], dearest: int) -> None:
    if "price_amount" in fields:
        if fields["price_amount"] <= 0:
            raise ValidationError({"price_amount": _("Giá là một số tiền lớn hơn 0.")})
        refuse_below_tiers(fields["price_amount"], dearest)
        stock_record.price = fields["price_amount"]
    if "stock" in fields:
        reserved = stock_record.num_allocated or 0
        if fields["stock"] + stock_record.num_expected < reserved:
            raise BelowReserved(reserved)
        stock_record.num_in_stock = fields["stock"]


def _require(fields: Mapping[str, Any]) -> None:
    needed = ("title", "category", "price_amount", "stock", "commune")
    missing = [name for name in needed if fields.get(name) in (None, "")]
    if missing:
        raise ValidationError(dict.fromkeys(missing, _("Cần có.")))


def _create(works: Sequence[_Work]) -> None:
    get_model("catalogue", "Product").objects.bulk_create([work.product for work in works])
    for work in works:
        work.stock_record.product = work.product
        work.sheet.product = work.product
    get_model("partner", "StockRecord").objects.bulk_create([work.stock_record for work in works])
    ProductSheet.objects.bulk_create([work.sheet for work in works])


def _update(works: Sequence[_Work]) -> None:
    """Write what the drafts name, one statement for rows that change the same fields."""
    now = timezone.now()
    for work in works:
        work.product.date_updated = work.stock_record.date_updated = work.sheet.updated_at = now
    products, stock_records = get_model("catalogue", "Product"), get_model("partner", "StockRecord")
    titled = [work.product for work in works if "title" in work.draft.fields]
    products.objects.bulk_update(titled, ["title", "slug", "date_updated"], batch_size=AT_ONCE)
    again = [work for work in works if work.sheet.state != work.state_before]
    products.objects.bulk_update([work.product for work in again], ["is_public"], batch_size=AT_ONCE)
    sheets = [work.sheet for work in again]
    ProductSheet.objects.bulk_update(sheets, ["state", "updated_at"], batch_size=AT_ONCE)
    sold = [work.stock_record for work in works if STOCK_FIELDS & work.draft.fields.keys()]
    stock_records.objects.bulk_update(sold, ["price", "num_in_stock", "date_updated"], batch_size=AT_ONCE)
    for names, alike in _by_sheet_fields(works).items():
        ProductSheet.objects.bulk_update(alike, [*names, "updated_at"], batch_size=AT_ONCE)
    for work in works:  # the size told on the sheet is the first pack of goods in packs
        if work.stock_record.product_id != work.sheet.product_id and _SIZE.keys() & work.draft.fields.keys():
            Pack.objects.filter(product=work.stock_record.product_id).update(
                **{theirs: getattr(work.sheet, ours) for ours, theirs in _SIZE.items()}
            )


def _by_sheet_fields(works: Iterable[_Work]) -> dict[tuple[str, ...], list[ProductSheet]]:
    groups: dict[tuple[str, ...], list[ProductSheet]] = defaultdict(list)
    for work in works:
        groups[tuple(sorted(work.draft.fields.keys() - PRODUCT_FIELDS - STOCK_FIELDS))].append(work.sheet)
    return groups


def _join_categories(works: Sequence[_Work]) -> None:
    joins: Any = get_model("catalogue", "ProductCategory")
    moved = [work for work in works if "category" in work.draft.fields]
    joins.objects.filter(product__in=[work.product.pk for work in moved if not work.is_new]).delete()
    joins.objects.bulk_create(
        [joins(product=work.product, category=work.draft.fields["category"]) for work in moved]
    )
