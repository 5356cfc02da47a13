"""Writes of the sizes in which a product is sold."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog import shelves
from catalog.acts import tell
from catalog.models import Harvest, Pack, PriceTier, ProductSheet
from catalog.services import StockBelowReserved
from catalog.telling import price_acts
from catalog.tiers import refuse_below_tiers

MOST_PACKS = 12


@dataclass(frozen=True)
class PackDraft:
    """One size as it is to be.

    Unit: whole đồng with VAT; ``net_quantity`` in the sheet's unit; ``stock`` packs at the stall, reserved ones
    included.
    """

    sheet: ProductSheet
    sku: str
    name: str
    net_quantity: int
    weight_grams: int
    price_amount: int
    stock: int
    name_en: str = ""
    is_offered: bool = True


class PacksRefused(ValueError):
    """Some packs can't be written, so none was. ``errors`` by SKU: ValidationError or StockBelowReserved."""

    def __init__(self, errors: dict[str, Exception]) -> None:
        super().__init__(f"refused: {', '.join(errors)}")
        self.errors = errors


def save_pack(*, sheet: ProductSheet, sku: str, **size: Any) -> Pack:
    """The product's pack with that SKU, made or brought up to date; ``size`` as in ``PackDraft``.

    Locks/Writes: as ``save_packs``. Raises: ValidationError; StockBelowReserved. Idempotent by (cooperative, sku).
    """
    try:
        (pack,) = save_packs([PackDraft(sheet=sheet, sku=sku, **size)])
    except PacksRefused as refused:
        raise refused.errors[sku] from None
    return Pack.objects.get(pk=pack.pk)


@transaction.atomic
def save_packs(drafts: Sequence[PackDraft]) -> list[Pack]:
    """The packs with those SKUs, made or brought up to date, in the order given; queries do not grow with them.

    The first pack turns a product into one with packs: its own size becomes the first of them and keeps its
    SKU, stock, harvests and prices, and baskets that hold it keep holding it.
    Locks/Writes: StockRecord by id, Product, Pack, baskets, shelf. Raises: PacksRefused.
    Idempotent by (cooperative, sku).
    """
    sheets = {draft.sheet.product_id: draft.sheet for draft in drafts}
    records = _locked_records(drafts, sheets)
    packs = {pack.product_id: pack for pack in Pack.objects.filter(sheet__product__in=sheets)}
    in_packs = {pack.sheet_id for pack in packs.values()}
    packs |= _take_apart([sheet for sheet in sheets.values() if sheet.pk not in in_packs], records)
    works, errors = _fill(drafts, records, packs)
    if errors:
        raise PacksRefused(errors)
    _write(works)
    shelves.refresh(sheets.keys())
    tell(
        *price_acts(
            (work.draft.sheet, work.draft.sku, work.price_before, work.draft.price_amount) for work in works
        )
    )
    return [work.pack for work in works]


@dataclass
class _Work:
    draft: PackDraft
    pack: Pack
    record: Any
    price_before: int


def _locked_records(drafts: Sequence[PackDraft], sheets: Mapping[int, ProductSheet]) -> list[Any]:
    """Of the products and all their packs, that nobody buys meanwhile, and whatever has one of the codes."""
    partners = {sheet.cooperative.partner_id for sheet in sheets.values()}
    rows: Any = get_model("partner", "StockRecord").objects.select_for_update(of=("self",))
    wanted = rows.select_related("product").filter(
        Q(product__in=sheets)
        | Q(product__parent__in=sheets)
        | Q(partner__in=partners, partner_sku__in=[draft.sku for draft in drafts])
    )
    return list(wanted.order_by("pk"))


def _fill(
    drafts: Sequence[PackDraft], records: Sequence[Any], packs: Mapping[int, Pack]
) -> tuple[list[_Work], dict[str, Exception]]:
    """The rows with what the drafts say; by SKU what was wrong with a draft."""
    by_sku = {(record.partner_id, record.partner_sku): record for record in records}
    number_of = Counter(pack.sheet_id for pack in packs.values())
    names = {(pack.sheet_id, pack.name): pack for pack in packs.values()}
    tiers = PriceTier.objects.filter(product__in=packs).order_by()
    dearest = dict(tiers.values_list("product").annotate(Max("unit_amount")))
    works: list[_Work] = []
    errors: dict[str, Exception] = {}
    for draft in drafts:
        partner_id = draft.sheet.cooperative.partner_id
        record = by_sku.get((partner_id, draft.sku))
        pack = packs.get(record.product_id) if record else Pack(sheet=draft.sheet)
        try:
            if pack is None or pack.sheet_id != draft.sheet.pk:
                raise ValidationError({"sku": _("Mã này đang dùng cho món khác của hợp tác xã.")})
            if record is None:
                number_of[draft.sheet.pk] += 1
                if number_of[draft.sheet.pk] > MOST_PACKS:
                    raise ValidationError(
                        {"sku": _("Một món có nhiều nhất %(most)d quy cách.") % {"most": MOST_PACKS}}
                    )
                record = get_model("partner", "StockRecord")(partner_id=partner_id, partner_sku=draft.sku)
            price_before = int(record.price or 0) if record.pk else draft.price_amount
            _set(draft, pack, record, dearest.get(pack.product_id, 0))
            if names.setdefault((pack.sheet_id, pack.name), pack) is not pack:
                raise ValidationError({"name": _("Món này đã có quy cách mang tên ấy.")})
        except (ValidationError, StockBelowReserved) as error:
            errors[draft.sku] = error
        else:
            works.append(_Work(draft, pack, record, price_before))
    return works, errors


def _set(draft: PackDraft, pack: Pack, record: Any, dearest: int) -> None:
    """Raises: ValidationError, StockBelowReserved."""
    if draft.price_amount <= 0:
        raise ValidationError({"price_amount": _("Giá phải lớn hơn 0.")})
    if draft.net_quantity <= 0:
        raise ValidationError({"net_quantity": _("Lượng tịnh phải lớn hơn 0.")})
    if draft.stock + record.num_expected < (record.num_allocated or 0):
        raise StockBelowReserved(f"{record.num_allocated} packs of {draft.sku} are reserved")
    refuse_below_tiers(draft.price_amount, dearest)
    pack.name, pack.name_en = _nfc(draft.name), _nfc(draft.name_en)
    pack.net_quantity, pack.weight_grams = draft.net_quantity, draft.weight_grams
    pack.is_offered = draft.is_offered
    pack.clean_fields(exclude=["product", "sheet"])
    record.price, record.num_in_stock = draft.price_amount, draft.stock
    record.clean_fields(exclude=["product", "partner"])


def _write(works: Sequence[_Work]) -> None:
    now = timezone.now()
    for work in works:
        work.record.date_updated = now
    new, known = [work for work in works if work.pack.pk is None], [work for work in works if work.pack.pk]
    stock_records = get_model("partner", "StockRecord").objects
    for work, child in zip(new, _children([work.draft.sheet for work in new]), strict=True):
        work.pack.product = work.record.product = child
    Pack.objects.bulk_create([work.pack for work in new])
    stock_records.bulk_create([work.record for work in new])
    Pack.objects.bulk_update(
        [work.pack for work in known], ["name", "name_en", "net_quantity", "weight_grams", "is_offered"]
    )
    stock_records.bulk_update([work.record for work in known], ["price", "num_in_stock", "date_updated"])
    told = []
    for work in works:
        sheet, pack = work.draft.sheet, work.pack
        if work.draft.sku == sheet.code:  # the size told on the sheet is its first pack
            sheet.pack, sheet.pack_en = pack.name, pack.name_en
            sheet.net_quantity, sheet.weight_grams = pack.net_quantity, pack.weight_grams
            told.append(sheet)
    ProductSheet.objects.bulk_update(told, ["pack", "pack_en", "net_quantity", "weight_grams"])


def _take_apart(sheets: Sequence[ProductSheet], records: Sequence[Any]) -> dict[int, Pack]:
    """Make the products parents; what each was becomes its first pack, returned by its product."""
    product = get_model("catalogue", "Product")
    product.objects.filter(pk__in=[sheet.product_id for sheet in sheets]).update(structure=product.PARENT)
    of_whole = {record.product_id: record for record in records}
    moved = []
    packs = []
    for sheet, child in zip(sheets, _children(sheets), strict=True):
        sheet.product.structure = product.PARENT
        record = of_whole[sheet.product_id]
        record.product = child
        moved.append(record)
        packs.append(
            Pack(
                sheet=sheet,
                product=child,
                name=sheet.pack,
                name_en=sheet.pack_en,
                net_quantity=sheet.net_quantity,
                weight_grams=sheet.weight_grams,
            )
        )
    Pack.objects.bulk_create(packs)
    get_model("partner", "StockRecord").objects.bulk_update(moved, ["product"])
    child_of = {pack.sheet.product_id: pack.product for pack in packs}
    for rows in (Harvest.objects, PriceTier.objects):
        for row in rows.filter(product__in=child_of):
            row.product = child_of[row.product_id]
            row.save(update_fields=["product"])
    for line in (
        get_model("basket", "Line").objects.filter(stockrecord__in=moved).select_related("stockrecord")
    ):
        line.product_id = line.stockrecord.product_id
        line.line_reference = f"{line.product_id}_{line.stockrecord_id}"
        line.save(update_fields=["product", "line_reference"])
    return {pack.product_id: pack for pack in packs}


def _children(sheets: Sequence[ProductSheet]) -> list[Any]:
    """A child product for each sheet's product."""
    product = get_model("catalogue", "Product")
    children = [
        product(structure=product.CHILD, parent=sheet.product, slug=sheet.product.slug, is_public=True)
        for sheet in sheets
    ]
    created: list[Any] = product.objects.bulk_create(children)
    return created


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
