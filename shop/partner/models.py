"""Oscar's partner app with a stock record that cannot be oversold."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce
from oscar.apps.order.exceptions import UnableToPlaceOrder
from oscar.apps.partner.abstract_models import AbstractStockRecord


class StockRecord(AbstractStockRecord):
    """Price and stock of one product at one stall. ``price`` is gross (VAT included), whole đồng."""

    class Meta(AbstractStockRecord.Meta):
        constraints = [
            # The last line of defence, should any code path forget allocate().
            models.CheckConstraint(
                condition=models.Q(num_allocated__isnull=True)
                | models.Q(num_in_stock__isnull=True)
                | models.Q(num_allocated__lte=F("num_in_stock")),
                name="never_oversold",
            )
        ]

    def allocate(self, quantity: int) -> None:
        """Reserve ``quantity`` in one conditional update; Oscar's own update has no condition and oversells.

        Locks/Writes: the stock record's row. Raises: UnableToPlaceOrder when fewer are left.
        """
        if not self.can_track_allocations:
            return
        self.pre_save_signal()
        reserved = (
            type(self)
            .objects.filter(pk=self.pk, num_in_stock__gte=Coalesce(F("num_allocated"), 0) + quantity)
            .update(num_allocated=Coalesce(F("num_allocated"), 0) + quantity)
        )
        if not reserved:
            raise UnableToPlaceOrder(self.pk)
        self.refresh_from_db(fields=["num_allocated"])
        self.post_save_signal()

    allocate.alters_data = True  # type: ignore[attr-defined]


from oscar.apps.partner.models import *  # noqa: E402, F403  Oscar's remaining models, after ours
