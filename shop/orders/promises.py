"""The day a buyer is told for goods that can't leave at once: harvested later, or made to order."""

from __future__ import annotations

import datetime as dt
from typing import Any

from catalog.clock import today
from catalog.harvests import open_harvests, promised_day
from catalog.sold import sold_sheet


def promised_on(line: Any) -> dt.date | None:
    """The day from which the basket line can leave; None where that is at once, or never.

    Reads ``open_harvests`` of the product when the line was loaded with them.
    """
    record, availability = line.stockrecord, line.purchase_info.availability
    ready = None
    if availability.is_preorder:
        known = getattr(line.product, "open_harvests", None)
        harvests = open_harvests([line.product_id]).get(line.product_id, []) if known is None else known
        ready = promised_day(
            harvests,
            num_in_stock=record.num_in_stock or 0,
            num_allocated=record.num_allocated or 0,
            quantity=line.quantity,
        )
    lead_days = sold_sheet(line.product).lead_days
    if not lead_days:
        return ready
    return (ready or today()) + dt.timedelta(days=lead_days)
