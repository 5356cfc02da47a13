"""Whole đồng: rounding, sharing out, VAT inside a gross price, and how amounts are written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal


def to_dong(value: Decimal) -> int:
    """``value`` as whole đồng.

    Raises: ValueError if it has a fraction of a đồng.

    >>> to_dong(Decimal("125000.00"))
    125000
    """
    whole = int(value)
    if whole != value:
        raise ValueError(f"{value} is not a whole number of đồng")
    return whole


def round_dong(value: Decimal) -> int:
    """``value`` rounded half up to whole đồng (the rule for invoices).

    >>> round_dong(Decimal("0.5")), round_dong(Decimal("-0.5"))
    (1, -1)
    """
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` đồng in proportion to ``weights``; the parts sum to ``total``.

    Unit: whole đồng. Shape: ``len(result) == len(weights)``.
    Rounding: largest remainder; ties go to the earlier part, so equal calls agree.
    Raises: ValueError if a weight is negative or all are zero.

    >>> share_out(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = sum(weights)
    if whole == 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must be non-negative and not all zero")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def net_of(gross: int, percent: int | Decimal) -> int:
    """The net part of a gross price; VAT is ``gross - net_of(gross, percent)``.

    >>> net_of(108_000, 8)
    100000
    """
    return round_dong(Decimal(gross) * 100 / (100 + percent))


def format_amount(amount: int) -> str:
    """As written in Vietnam, with a no-break space.

    >>> format_amount(1250000)
    '1.250.000\\xa0₫'
    """
    return f"{amount:,}".replace(",", ".") + "\xa0₫"
