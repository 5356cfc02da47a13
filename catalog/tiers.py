"""The price of one stands above every price for many: who buys more pays less for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog.acts import Act, Verb, tell
from catalog.models import Pack, PriceTier, ProductSheet

MOST_TIERS = 6


class TiersRefused(ValueError):
    """Some prices for many make no sense, so none was written. ``errors`` by product."""

    def __init__(self, errors: dict[int, ValidationError]) -> None:
        super().__init__(f"refused: {errors.keys()}")
        self.errors = errors


def set_tiers(*, product_id: int, tiers: Iterable[tuple[int, int]]) -> None:
    """The product's (or pack's) prices for many: exactly these (from quantity, đồng each).

    Locks/Writes: as ``save_tiers``. Raises: ValidationError. Idempotent.
    """
    try:
        save_tiers({product_id: tiers})
    except TiersRefused as refused:
        raise refused.errors[product_id] from None


@transaction.atomic
def save_tiers(wanted: Mapping[int, Iterable[tuple[int, int]]]) -> None:
    """The prices for many of each product (or pack): exactly these (from quantity, đồng each).

    Locks/Writes: StockRecord by id, PriceTier. Idempotent.
    Raises: TiersRefused unless quantities rise from 2 and prices fall from below the price of one.
    """
    records: Any = get_model("partner", "StockRecord").objects.select_for_update().filter(product__in=wanted)
    prices = dict(records.order_by("pk").values_list("product_id", "price"))
    steps = {product_id: sorted(tiers) for product_id, tiers in wanted.items()}
    errors = {}
    for product_id, tiers in steps.items():
        try:
            _check(int(prices[product_id] or 0), tiers)
        except ValidationError as error:
            errors[product_id] = error
    if errors:
        raise TiersRefused(errors)
    old = _told(PriceTier.objects.filter(product__in=wanted).order_by("product", "min_quantity"))
    PriceTier.objects.filter(product__in=wanted).delete()
    PriceTier.objects.bulk_create(
        PriceTier(product_id=product_id, min_quantity=quantity, unit_amount=amount)
        for product_id, tiers in steps.items()
        for quantity, amount in tiers
    )
    new = {product_id: _words(tiers) for product_id, tiers in steps.items()}
    if changed := [product_id for product_id in wanted if old.get(product_id, "") != new[product_id]]:
        tell(*_acts_on(changed, old, new))


def _told(rows: Iterable[PriceTier]) -> dict[int, str]:
    found: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row.product_id, []).append((row.min_quantity, row.unit_amount))
    return {product_id: _words(tiers) for product_id, tiers in found.items()}


def _words(tiers: Sequence[tuple[int, int]]) -> str:
    """Prices for many as the record of acts keeps them: ``5+: 90000; 10+: 80000``."""
    return "; ".join(f"{quantity}+: {amount}" for quantity, amount in tiers)


def _acts_on(changed: Sequence[int], old: Mapping[int, str], new: Mapping[int, str]) -> list[Act]:
    sheets = ProductSheet.objects.select_related("product")
    found = sheets.filter(Q(product__in=changed) | Q(packs__product__in=changed)).distinct()
    packs = Pack.objects.filter(product__in=changed).values_list("product_id", "sheet_id")
    by_pack, by_pk = dict(packs), {sheet.pk: sheet for sheet in found}
    by_product = {sheet.product_id: sheet for sheet in found}
    acts = []
    for product_id in changed:
        sheet = by_pk[by_pack[product_id]] if product_id in by_pack else by_product[product_id]
        acts.append(
            Act(
                Verb.PRICE_CHANGED,
                about=sheet.product.title,
                cooperative_id=sheet.cooperative_id,
                reference=f"product:{sheet.pk}",
                changes={"tiers": (old.get(product_id, ""), new[product_id])},
            )
        )
    return acts


def _check(price_amount: int, tiers: Sequence[tuple[int, int]]) -> None:
    if len(tiers) > MOST_TIERS:
        raise ValidationError(_("Một món có nhiều nhất %(most)d mức giá mua nhiều.") % {"most": MOST_TIERS})
    for (fewer, dearer), (more, cheaper) in pairwise([(1, price_amount), *tiers]):
        if more <= fewer:
            raise ValidationError(_("Số lượng của mỗi mức phải lớn hơn mức trước, bắt đầu từ 2."))
        if not 0 < cheaper < dearer:
            raise ValidationError(_("Mua nhiều thì giá mỗi gói phải thấp hơn mức trước."))


def check_tiers(*, product_id: int, price_amount: int) -> None:
    """Refuse a price that is not above what many cost. Raises: ValidationError."""
    tiers = PriceTier.objects.filter(product=product_id)
    refuse_below_tiers(price_amount, max(tiers.values_list("unit_amount", flat=True), default=0))


def refuse_below_tiers(price_amount: int, dearest: int) -> None:
    """Refuse a price of one that is not above ``dearest``, the highest of those for many. Raises: ValidationError."""
    if dearest >= price_amount:
        raise ValidationError(
            {"price_amount": _("Giá phải cao hơn giá mua nhiều. Bạn sửa giá mua nhiều trước.")}
        )
