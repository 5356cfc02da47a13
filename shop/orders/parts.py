"""What a line still costs when less of it is delivered than was sold (pure).

The price of a piece stays what it was agreed to be, also where fewer pieces would not have earned it. Every
fraction of a đồng goes to the buyer.
"""

from __future__ import annotations

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
