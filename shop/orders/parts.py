"""What a line still costs when less of it is delivered than was sold, and what parcels still owe (pure).

The price of a piece stays what it was agreed to be, also where fewer pieces would not have earned it. Every
fraction of a đồng goes to the buyer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """Money of a line or a part of it. Unit: whole đồng; ``goods`` before the line's discount."""

    goods: int
    discount: int = 0

    @property
    def amount(self) -> int:
        """What the buyer pays for it."""
        return self.goods - self.discount

    def __sub__(self, other: Part) -> Part:
        return Part(self.goods - other.goods, self.discount - other.discount)


def kept(whole: Part, *, delivered: int, sold: int) -> Part:
    """What stays to be paid of ``whole`` when ``delivered`` of ``sold`` comes, in pieces or grams.

    Rounding: the amount down, so that the refund is never short. Raises: ValueError unless 0 ≤ delivered ≤ sold.

    >>> kept(Part(210_000, 10_001), delivered=1, sold=2)
    Part(goods=105000, discount=5001)
    >>> kept(Part(100_000), delivered=2_850, sold=3_000)
    Part(goods=95000, discount=0)
    """
    if not 0 <= delivered <= sold or not sold:
        raise ValueError(f"{delivered} of {sold} is no part")
    goods = whole.goods * delivered // sold
    return Part(goods, goods - whole.amount * delivered // sold)


def left_to_pay(due: Mapping[int, int], named: Mapping[int, int], held: int) -> dict[int, int]:
    """What of each parcel (key) is not paid yet, of ``held`` đồng in all. Unit: whole đồng.

    Shape: ``due`` is what parcels cost, ``named`` the money that came for one of them; what is left of the money goes
    to the parcels in their order. Parcels never owe less than nothing, nor together more than is missing.

    >>> left_to_pay({1: 100, 2: 50}, {2: 50}, 50)
    {1: 100, 2: 0}
    >>> left_to_pay({1: 100, 2: 50}, {}, 120), left_to_pay({1: 100, 2: 50}, {2: 80}, 80)
    ({1: 0, 2: 30}, {1: 70, 2: 0})
    """
    left, free = dict(due), held
    for wanted in (named, due):
        for parcel in due:
            paid = max(min(left[parcel], wanted.get(parcel, 0), free), 0)
            left[parcel] -= paid
            free -= paid
    return left
