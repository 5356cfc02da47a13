"""Oscar's shipping method for an order of several stalls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from oscar.apps.shipping.methods import (
    Base,
    Free,
    NoShippingRequired,
    TaxExclusiveOfferDiscount,
    TaxInclusiveOfferDiscount,
)
from oscar.core.prices import Price

from catalog.clock import today
from shop.money import net_of
from shop.vat import percent_of, rate_code

__all__ = [
    "Free",
    "NoShippingRequired",
    "StallDelivery",
    "TaxExclusiveOfferDiscount",
    "TaxInclusiveOfferDiscount",
]


class StallDelivery(Base):
    """Every stall sends its own parcel; ``amount`` is the gross sum over the stalls. Unit: whole đồng."""

    code = "stall-delivery"
    name = _("Từng gian hàng giao")

    def __init__(self, amount: int) -> None:
        self.amount = amount

    def calculate(self, basket: Any) -> Price:
        """The charge with VAT inside; delivery is taxed as a service."""
        code = rate_code("service", on=today(), business_buyer=False)
        return Price(
            currency=basket.currency,
            excl_tax=Decimal(net_of(self.amount, percent_of(code))),
            incl_tax=Decimal(self.amount),
            tax_code=code,
        )
