"""Writing the shelf entries, the flat copies that lists sort and count by, and reading their stars.

A copy may lag only where a page would not lie: stock that sales change is copied after their commit
(``restock``) and once more by the sweep (``settle``). The lock on the entry makes the last writer of two packs
of one product see both.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce
from oscar.core.loading import get_model

from catalog.clock import today
from catalog.models import ApprovalState, Certificate, ProductSheet, ShelfEntry
from catalog.selectors import stars_on

BATCH = 500
_COPIED = (
    "is_shown", "category", "cooperative", "commune", "season_months", "price_amount", "is_there",
    "stars", "stars_from", "stars_until", "revision",
)  # fmt: skip


def stars_today(on: dt.date) -> Case:
    """SQL for the stars of a shelf entry on that day: the copy on its days, else what the certificates say."""
    asked = Coalesce(stars_on(on, of="sheet__product", key="product_id"), 0)
    copied = When(stars_from__lte=on, stars_until__gte=on, then=F("stars"))
    return Case(copied, default=asked, output_field=IntegerField())


@transaction.atomic
def refresh(product_ids: Collection[int]) -> None:
    """Write the shelf entries of these products (parents or single ones) anew from what they copy.

    Locks/Writes: ShelfEntry, by product. Idempotent.
    """
    locked = ShelfEntry.objects.select_for_update().filter(product_id__in=product_ids).order_by("product_id")
    list(locked.values_list("product_id", flat=True))
    categories = dict(
        _through_categories().filter(product_id__in=product_ids).values_list("product_id", "category_id")
    )
    prices, available = _stock_of(product_ids)
    spans = _star_spans(product_ids, today())
    revision = time.time_ns()
    sheets: Any = ProductSheet.objects.filter(product_id__in=product_ids).values_list(
        "product_id",
        "state",
        "product__is_public",
        "cooperative__is_open",
        "cooperative_id",
        "commune_id",
        "season_months",
    )
    ShelfEntry.objects.bulk_create(
        [
            ShelfEntry(
                product_id=product_id,
                is_shown=state == ApprovalState.APPROVED and is_public and is_open,
                category_id=categories.get(product_id),
                cooperative_id=cooperative_id,
                commune_id=commune_id,
                season_months=season_months,
                price_amount=prices.get(product_id, 0),
                is_there=product_id in available,
                stars=spans[product_id][0],
                stars_from=today(),
                stars_until=spans[product_id][1],
                revision=revision,
            )
            for product_id, state, is_public, is_open, cooperative_id, commune_id, season_months in sheets
        ],
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=_COPIED,
    )


def restock(product: Any) -> None:
    """Copy the stock of a product (or of its parent) once the current transaction is through.

    Not inside it: the entry's lock would come between those of stock records, against their order.
    """
    product_id = product.parent_id or product.pk
    transaction.on_commit(partial(refresh, [product_id]), robust=True)


def settle() -> int:
    """Bring entries in line that a crash, a new day or another program left behind; return how many.

    Writes: ShelfEntry. Idempotent.
    """
    missing = ProductSheet.objects.filter(product__shelf_entry__isnull=True)
    behind = _behind(today()).values_list("product_id", flat=True)
    product_ids = [*missing.values_list("product_id", flat=True), *behind]
    for start in range(0, len(product_ids), BATCH):
        refresh(product_ids[start : start + BATCH])
    return len(product_ids)


def _behind(on: dt.date) -> QuerySet[ShelfEntry]:
    """Entries whose stars are not those of a span that holds today, or whose stock is another."""
    left = Q(num_in_stock__gt=Coalesce(F("num_allocated"), 0))
    stock: Any = get_model("partner", "StockRecord").objects
    own = Exists(stock.filter(left, product_id=OuterRef("product_id")))
    packs = Exists(
        stock.filter(
            left, product__pack__is_offered=True, product__pack__sheet__product_id=OuterRef("product_id")
        )
    )
    return ShelfEntry.objects.filter(
        Q(stars_until__isnull=True)
        | Q(stars_until__lt=on)
        | Q(own | packs, is_there=False)
        | Q(~own, ~packs, is_there=True)
    )


def _through_categories() -> Any:
    return get_model("catalogue", "Product").categories.through.objects.order_by("-category_id")


def _stock_of(product_ids: Collection[int]) -> tuple[dict[int, int], set[int]]:
    """The lowest price and whether anything is left, packs of a product counted with it."""
    records = get_model("partner", "StockRecord").objects.filter(
        Q(product_id__in=product_ids)
        | Q(product__pack__sheet__product_id__in=product_ids, product__pack__is_offered=True)
    )
    prices: dict[int, int] = {}
    available: set[int] = set()
    for product_id, parent_id, price, stock, allocated in records.values_list(
        "product_id", "product__pack__sheet__product_id", "price", "num_in_stock", "num_allocated"
    ):
        key = parent_id or product_id
        if price and (key not in prices or price < prices[key]):
            prices[key] = int(price)
        if (stock or 0) > (allocated or 0):
            available.add(key)
    return prices, available


def _star_spans(product_ids: Iterable[int], on: dt.date) -> dict[int, tuple[int, dt.date]]:
    """For each product the stars of that day and the last day on which they stay as they are."""
    papers: dict[int, list[tuple[dt.date, dt.date, int]]] = {product_id: [] for product_id in product_ids}
    proven = Certificate.objects.proven().filter(sheet__product_id__in=papers, withdrawn_on__isnull=True)
    for product_id, first, last, extended, stars in proven.values_list(
        "sheet__product_id", "valid_from", "valid_to", "extended_to", "stars"
    ):
        papers[product_id].append((first, max(last, extended or last), stars))
    return {product_id: _star_span(spans, on) for product_id, spans in papers.items()}


def _star_span(papers: Iterable[tuple[dt.date, dt.date, int]], on: dt.date) -> tuple[int, dt.date]:
    stars, until = 0, dt.date.max
    for first, last, each in papers:
        if first <= on <= last:
            stars, until = max(stars, each), min(until, last)
        elif first > on:
            until = min(until, first - dt.timedelta(days=1))
    return stars, until
