"""The conductor's verbs: the only ways in which an order's money, stock and state change."""

from __future__ import annotations

from .additions import add
from .changes import cancel_consignment, cancel_order
from .fulfilment import change_lots, expire, hand_over, pack, take_back
from .paying import ask, ask_due, change_method
from .picking import LotUnfit
from .placing import place
from .recalls import recall_lot
from .receiving import agree_refund, attach, decide_won, receive
from .requests import (
    Address,
    Buyer,
    BuyerIsAsked,
    EmptyBasket,
    ForAdultsOnly,
    IllegalStep,
    InvoiceRequest,
    MethodNotOffered,
    NoSuchOrder,
    NotHarvestedYet,
    NotOffered,
    NotOpen,
    NotPayable,
    NotReturnable,
    OtherStall,
    OutOfStock,
    ParcelGrew,
    Placed,
    PriceChanged,
    Reply,
    ReportWaits,
    Shortage,
    StaleAddition,
    StallQuote,
    TooHeavy,
    TooManyMissing,
    TooManyReported,
    WeightUnfit,
)
from .returns import answer_report, report_goods, take_goods_back
from .shortfalls import answer_overdue, answer_shortfall, report_shortfall, withdraw_shortfall
from .stock import NotInStock

__all__ = [
    "Address",
    "Buyer",
    "BuyerIsAsked",
    "EmptyBasket",
    "ForAdultsOnly",
    "IllegalStep",
    "InvoiceRequest",
    "LotUnfit",
    "MethodNotOffered",
    "NoSuchOrder",
    "NotHarvestedYet",
    "NotInStock",
    "NotOffered",
    "NotOpen",
    "NotPayable",
    "NotReturnable",
    "OtherStall",
    "OutOfStock",
    "ParcelGrew",
    "Placed",
    "PriceChanged",
    "Reply",
    "ReportWaits",
    "Shortage",
    "StaleAddition",
    "StallQuote",
    "TooHeavy",
    "TooManyMissing",
    "TooManyReported",
    "WeightUnfit",
    "add",
    "agree_refund",
    "answer_overdue",
    "answer_report",
    "answer_shortfall",
    "ask",
    "ask_due",
    "attach",
    "cancel_consignment",
    "cancel_order",
    "change_lots",
    "change_method",
    "decide_won",
    "expire",
    "hand_over",
    "pack",
    "place",
    "recall_lot",
    "receive",
    "report_goods",
    "report_shortfall",
    "take_back",
    "take_goods_back",
    "withdraw_shortfall",
]
