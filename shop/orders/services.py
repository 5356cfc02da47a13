"""The conductor's verbs: the only ways in which an order's money, stock and state change."""

from __future__ import annotations

from .fulfilment import expire, hand_over, pack
from .placing import place
from .receiving import receive
from .requests import (
    Address,
    Buyer,
    EmptyBasket,
    ForAdultsOnly,
    IllegalStep,
    InvoiceRequest,
    NotHarvestedYet,
    OutOfStock,
    Placed,
    PriceChanged,
    Shortage,
    StallQuote,
)

__all__ = [
    "Address",
    "Buyer",
    "EmptyBasket",
    "ForAdultsOnly",
    "IllegalStep",
    "InvoiceRequest",
    "NotHarvestedYet",
    "OutOfStock",
    "Placed",
    "PriceChanged",
    "Shortage",
    "StallQuote",
    "expire",
    "hand_over",
    "pack",
    "place",
    "receive",
]
