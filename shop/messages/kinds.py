"""Which messages may go to a telephone, and with what a Zalo template is filled; everything else is mail only.

A kind is the name of its letter's template. Only what a person has to know at once stands here, and nothing that
sells: each has its SMS in ``templates/short/``.
"""

from __future__ import annotations

SHORT_KINDS = frozenset(
    {
        "order_received",
        "money_received",
        "handed_over",
        "part_received",
        "order_expired",
        "addition_missed",
        "lot_recalled",
        "own_lot_recalled",
        "ingredient_recalled",
        "shortfall_asked",
        "parcel_cancelled",
        "parcel_reduced",
        "refund_due",
        "to_pack",
        "packing_digest",
        "parcel_off",
        "goods_reported",
        "report_answered",
        "member_invited",
    }
)

_BUYER = {
    "customer_name": "{{ sheet.buyer_name }}",
    "order_code": "{{ order.number }}",
    "link": "{{ short_url }}",
}
_STALL = {"stall_name": "{{ consignment.cooperative.name }}"}

ZNS_PARAMETERS: dict[str, dict[str, str]] = {
    "order_received": {
        **_BUYER,
        "amount": "{{ sheet.total_amount|dong }}",
        "deadline": "{% if is_at_door %}khi nhận hàng{% else %}{{ sheet.pay_by|moment }}{% endif %}",
        "link": "{{ pay_url }}",
    },
    "money_received": {**_BUYER, "amount": "{{ sheet.total_amount|dong }}"},
    "part_received": {
        **_BUYER,
        "amount": "{{ open_amount|dong }}",
        "deadline": "{{ sheet.pay_by|moment }}",
        "link": "{{ pay_url }}",
    },
    "order_expired": _BUYER,
    "addition_missed": {**_BUYER, **_STALL},
    "lot_recalled": {
        **_BUYER,
        **_STALL,
        "lot": "{{ lot.grouped_code }}",
        "product": "{{ title }}",
        "phone": "{{ consignment.cooperative.phone }}",
    },
    "handed_over": {
        **_BUYER,
        **_STALL,
        "carrier": "{{ consignment.carrier }}",
        "tracking_number": "{{ consignment.tracking_number|default:'-' }}",
    },
    "shortfall_asked": {**_BUYER, **_STALL, "deadline": "{{ shortfall.answer_by|moment }}"},
    "parcel_cancelled": {**_BUYER, **_STALL, "amount": "{{ back_amount|dong }}"},
    "parcel_reduced": {**_BUYER, **_STALL, "amount": "{{ back_amount|dong }}"},
    "refund_due": {**_BUYER, "amount": "{{ refund.amount|dong }}"},
    "report_answered": {**_BUYER, **_STALL, "answer": "{{ answer.get_verdict_display }}"},
}
"""The parameters of each kind: register the templates with Zalo under these names (docs/operations.md)."""

LONGEST = {"customer_name": 30, "order_code": 30, "amount": 20, "deadline": 20, "link": 200}
LONGEST_OTHER = 30
"""Zalo's limits by sort of parameter; longer values are cut."""
