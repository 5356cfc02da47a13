"""VAT rates of farm and craft goods as dated data.

Source: Law 48/2024/QH15 art. 5, Law 149/2025/QH15, Resolution 204/2025/QH15 with Decree 174/2025/NĐ-CP
(8 % instead of 10 % until 31 December 2026).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

EXEMPT = "KCT"  # không chịu thuế
NOT_DECLARED = "KKKNT"  # không kê khai, tính nộp thuế


@dataclass(frozen=True)
class VatRule:
    """One row of the rate table. ``code`` is what the invoice prints (TSuat)."""

    tax_class: str
    code: str
    valid_from: dt.date
    valid_to: dt.date = dt.date.max
    business_buyer: bool | None = None  # None: any buyer


RULES = (
    VatRule("own_produce", EXEMPT, dt.date(2025, 7, 1)),
    VatRule("traded_produce", "5%", dt.date(2025, 7, 1), dt.date(2025, 12, 31)),
    VatRule("traded_produce", NOT_DECLARED, dt.date(2026, 1, 1), business_buyer=True),
    VatRule("traded_produce", "5%", dt.date(2026, 1, 1), business_buyer=False),
    VatRule("processed", "8%", dt.date(2025, 7, 1), dt.date(2026, 12, 31)),
    VatRule("processed", "10%", dt.date(2027, 1, 1)),
    VatRule("service", "8%", dt.date(2025, 7, 1), dt.date(2026, 12, 31)),
    VatRule("service", "10%", dt.date(2027, 1, 1)),
    VatRule("excise", "10%", dt.date(2025, 7, 1)),
)


def rate_code(tax_class: str, *, on: dt.date, business_buyer: bool) -> str:
    """The rate code on an invoice of that issue date.

    Raises: LookupError if no rule covers the case.

    >>> rate_code("processed", on=dt.date(2026, 12, 31), business_buyer=False)
    '8%'
    >>> rate_code("processed", on=dt.date(2027, 1, 1), business_buyer=False)
    '10%'
    """
    for rule in RULES:
        if (
            rule.tax_class == tax_class
            and rule.valid_from <= on <= rule.valid_to
            and rule.business_buyer in (None, business_buyer)
        ):
            return rule.code
    raise LookupError(f"no VAT rule for {tax_class!r} on {on}")


def percent_of(code: str) -> int | Decimal:
    """The percentage behind a rate code; 0 for exempt and not-declared goods.

    >>> percent_of("8%"), percent_of("KCT"), percent_of("KHAC:07.50%")
    (8, 0, Decimal('7.50'))
    """
    if code.startswith("KHAC:"):
        return Decimal(code.removeprefix("KHAC:").removesuffix("%"))
    return int(code.removesuffix("%")) if code.endswith("%") else 0
