"""The conductor's verbs: the only ways in which an order's money, stock and state change."""

from __future__ import annotations

from .fulfilment import change_lots, expire, hand_over, pack
from .paying import ask, ask_due, change_method
from .picking import LotUnfit
from .placing import place
from .recalls import recall_lot
from .receiving import agree_refund, attach, receive
from .requests import (
    Address,
    Buyer,
    EmptyBasket,
    ForAdultsOnly,
    IllegalStep,
    InvoiceRequest,
    MethodNotOffered,
    NoSuchOrder,
    NotHarvestedYet,
    NotPayable,
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
    "MethodNotOffered",
    "NoSuchOrder",
    "NotHarvestedYet",
    "NotPayable",
    "OutOfStock",
    "Placed",
    "PriceChanged",
    "Shortage",
    "StallQuote",
    "agree_refund",
    "ask",
    "ask_due",
    "attach",
    "change_lots",
    "change_method",
    "expire",
    "hand_over",
    "pack",
    "place",
    "recall_lot",
    "receive",
]
