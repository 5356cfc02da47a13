"""The conductor's verbs: the only ways in which an order's money, stock and state change."""

from __future__ import annotations

from .fulfilment import change_lots, expire, hand_over, pack
from .picking import LotUnfit
from .placing import place
from .recalls import recall_lot
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
    "LotUnfit",
    "NotHarvestedYet",
    "OutOfStock",
    "Placed",
    "PriceChanged",
    "Shortage",
    "StallQuote",
    "change_lots",
    "expire",
    "hand_over",
    "pack",
    "place",
    "recall_lot",
    "receive",
]
