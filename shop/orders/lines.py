"""The lines of a basket as placing and every page of the basket read them."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch

from catalog.models import Harvest, HarvestState


def lines_of(basket: Any) -> Any:
    """The basket's lines with all that price, availability and promise ask of them, in a constant number of queries.

    Oscar's own ``all_lines`` loads product class, sheet, cooperative and partner again for every line.
    """
    open_ones = Harvest.objects.filter(state=HarvestState.EXPECTED)
    return (
        basket.lines.select_related(
            "product__product_class",
            "product__parent__product_class",
            *(
                f"product__{way}sheet__{what}"
                for way in ("", "pack__")
                for what in ("product", "cooperative")
            ),
            "stockrecord__partner",
        )
        .prefetch_related(
            "attributes",
            "product__price_tiers",
            Prefetch("product__harvests", open_ones, to_attr="open_harvests"),
        )
        .order_by("pk")
    )
