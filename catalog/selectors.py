"""Reads used by more than one page: product cards, public goods, stalls."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from oscar.core.loading import get_model

from catalog.clock import today
from catalog.models import ApprovalState, Certificate, Cooperative, ProductSheet, TaxClass
from catalog.pictures import renditions

__all__ = [
    "cards",
    "certificates_of",
    "goods_for_all_ages",
    "has_stock",
    "public_sheets",
    "season_bit",
    "stalls",
    "stars_on",
    "today",
]


def public_sheets() -> QuerySet[ProductSheet]:
    """Goods that lists and search may show: approved, and of a stall that is open."""
    return ProductSheet.objects.filter(
        state=ApprovalState.APPROVED, product__is_public=True, cooperative__is_open=True
    )


def goods_for_all_ages() -> QuerySet[ProductSheet]:
    """Public goods without those for adults: what leaves the market where nobody can be asked for their age."""
    return public_sheets().exclude(Q(is_age_restricted=True) | Q(tax_class=TaxClass.EXCISE))


def cards(queryset: QuerySet[ProductSheet] | None = None) -> QuerySet[ProductSheet]:
    """``queryset`` (all public goods by default) with everything a product card reads, in five queries.

    Shape: ``sheet.showing`` is the list of certificates that may be shown today.
    """
    sheets = public_sheets() if queryset is None else queryset
    return sheets.select_related("product", "cooperative", "commune", "picture").prefetch_related(
        *card_reads()
    )


def card_reads(prefix: str = "") -> list[Any]:
    """The prefetches behind a card, for a query that reaches the sheet through ``prefix`` (``"sheet__"``)."""
    stock_record: Any = get_model("partner", "StockRecord")
    return [
        Prefetch(
            f"{prefix}product__stockrecords",
            stock_record.objects.only("product_id", "price", "num_in_stock", "num_allocated", "num_expected"),
        ),
        f"{prefix}packs",
        Prefetch(f"{prefix}certificates", Certificate.objects.showing_on(today()), to_attr="showing"),
        Prefetch(f"{prefix}picture__renditions", renditions()),
    ]


def stars_on(on: dt.date, *, of: str = "sheet", key: str = "pk") -> Subquery:
    """SQL for the stars that a sheet may show on that day; NULL for none.

    ``of`` leads from the certificate to what the row's column ``key`` names.
    """
    showing = Certificate.objects.showing_on(on).filter(**{of: OuterRef(key)}).order_by("-stars")
    return Subquery(showing.values("stars")[:1], output_field=IntegerField())


def certificates_of(cooperative: Cooperative) -> QuerySet[Certificate]:
    """Certificates of a stall's public goods whose star may be shown today, most stars first."""
    return (
        Certificate.objects.showing_on(today())
        .filter(
            sheet__cooperative=cooperative,
            sheet__state=ApprovalState.APPROVED,
            sheet__product__is_public=True,
        )
        .select_related("sheet__product")
        .order_by("-stars", "sheet__product__title")
    )


def has_stock() -> Q:
    """Sheets of which a pack is left that nobody has reserved."""
    left = Coalesce(F("num_allocated"), 0)
    stock: Any = get_model("partner", "StockRecord").objects.filter(num_in_stock__gt=left)
    packs = stock.filter(product__pack__is_offered=True).values("product__pack__sheet")
    return Q(product__in=stock.values("product")) | Q(pk__in=packs)


def season_bit(on: dt.date) -> int:
    """The bit of that day's month in ``season_months``."""
    return 1 << (on.month - 1)


def stalls() -> QuerySet[Cooperative]:
    """Open cooperatives with their place, picture and number of goods (``goods_count``)."""
    return (
        Cooperative.objects.filter(is_open=True)
        .select_related("commune__province", "picture")
        .prefetch_related(Prefetch("picture__renditions", renditions()))
        .annotate(
            goods_count=Count(
                "sheets", filter=Q(sheets__state=ApprovalState.APPROVED, sheets__product__is_public=True)
            )
        )
        .order_by("name")
    )
