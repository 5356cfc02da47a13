"""Oscar's partner app with a stock record that cannot be oversold."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce
from oscar.apps.order.exceptions import UnableToPlaceOrder
from oscar.apps.partner.abstract_models import AbstractStockRecord

from catalog import shelves


class StockRecord(AbstractStockRecord):
    """Price and stock of one product at one stall. ``price`` is gross (VAT included), whole đồng.

    ``num_expected``: packs that open harvests are still to bring (``catalog.harvests``); orders reserve stock and
    expectation in the one counter ``num_allocated``, so nothing is counted twice when a harvest arrives.
    """

    num_expected = models.PositiveIntegerField(default=0)

    class Meta(AbstractStockRecord.Meta):
        constraints = [
            # The last line of defence, should any code path forget allocate().
            models.CheckConstraint(
                condition=models.Q(num_allocated__isnull=True)
                | models.Q(num_in_stock__isnull=True)
                | models.Q(num_allocated__lte=F("num_in_stock") + F("num_expected")),
                name="never_oversold",
            )
        ]

    def allocate(self, quantity: int, *, from_harvest: bool = False) -> None:
        """Reserve ``quantity`` in one conditional update; Oscar's own update has no condition and oversells.

        ``from_harvest``: a pre-order, which may also reserve what is expected. Oscar would also look for alerts that
        nobody sets here, with four queries.
        Locks/Writes: the stock record's row. Raises: UnableToPlaceOrder when fewer are left.
        """
        if not self.can_track_allocations:
            return
        wanted = Coalesce(F("num_allocated"), 0) + quantity
        there = F("num_in_stock") + F("num_expected") if from_harvest else F("num_in_stock")
        reserved = (
            type(self)
            .objects.annotate(there=there)
            .filter(pk=self.pk, there__gte=wanted)
            .update(num_allocated=wanted)
        )
        if not reserved:
            raise UnableToPlaceOrder(self.pk)
        self.refresh_from_db(fields=["num_in_stock", "num_allocated"])
        if self.net_stock_level <= 0:
            shelves.restock(self.product)

    allocate.alters_data = True  # type: ignore[attr-defined]

    def cancel_allocation(self, quantity: int) -> None:
        """As Oscar's; goods that were sold out go back among those that are there. Locks/Writes: the row."""
        super().cancel_allocation(quantity)
        if self.net_stock_level <= quantity:
            shelves.restock(self.product)

    cancel_allocation.alters_data = True  # type: ignore[attr-defined]


from oscar.apps.partner.models import *  # noqa: E402, F403  Oscar's remaining models, after ours
