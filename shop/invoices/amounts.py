"""From the gross amounts a shop charged to the net lines and VAT of an invoice, without losing a đồng.

The shop sells at prices that include VAT; an invoice states net amounts and VAT on top. Per rate, the net sum
is ``gross / (1 + rate)`` rounded half up and VAT is the rest: so net + VAT is exactly what was charged, and VAT
stays within one đồng of ``round(net × rate)``, which the authority allows. Working line by line instead would
add up one rounding error per line. Lines then share the net sum of their rate by largest remainder.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shop.invoices.draft import (
    SALES_INVOICE,
    TITLES,
    VAT_INVOICE,
    Buyer,
    Draft,
    Line,
    LineKind,
    RateSummary,
    Seller,
)
from shop.invoices.words import amount_in_words
from shop.money import net_of, share_out
from shop.vat import percent_of

_MOST_QUANTITY = 10**6


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sale:
    """One thing charged, delivered or taken off, at the gross amount the buyer saw.

    Unit: whole đồng including VAT, after any discount shown in the price itself; a ``DISCOUNT`` is positive
    and taken off its rate. A decrease (returned goods) has negative quantity and amount.
    """

    name: str
    gross_amount: int = 0
    rate: str = ""
    kind: LineKind = LineKind.GOODS
    code: str = ""
    unit: str = ""
    quantity: Decimal | None = None

    @property
    def effect(self) -> int:
        """What the sale adds to the total."""
        if self.kind in (LineKind.GIFT, LineKind.NOTE):
            return 0
        return -self.gross_amount if self.kind == LineKind.DISCOUNT else self.gross_amount


def share_discount(goods: Sequence[Sale], gross_amount: int, name: str) -> list[Sale]:
    """Discount lines, one per rate of ``goods``, that together take ``gross_amount`` off.

    Raises: ValueError if the discount is larger than the goods.
    """
    totals: dict[str, int] = {}
    for sale in goods:
        totals[sale.rate] = totals.get(sale.rate, 0) + sale.effect
    if gross_amount == 0:
        return []
    if not 0 < gross_amount <= sum(totals.values()):
        raise ValueError(f"a discount of {gross_amount} đồng does not fit the goods")
    shares = share_out(gross_amount, list(totals.values()))
    return [
        Sale(kind=LineKind.DISCOUNT, name=name, gross_amount=share, rate=rate)
        for rate, share in zip(totals, shares, strict=True)
        if share
    ]


def draft_sales(sales: Sequence[Sale], *, form: str, seller: Seller, buyer: Buyer, **rest: Any) -> Draft:
    """A draft whose total is exactly the sum of what was charged.

    ``form`` follows the seller's VAT method: :data:`VAT_INVOICE` on deduction, :data:`SALES_INVOICE` on the
    direct method, where lines stay gross and no rate is written. ``rest`` are further fields of ``Draft``.
    Raises: ValueError where discounts exceed the goods of a rate, or a quantity is zero or a million or more.
    """
    if form == VAT_INVOICE:
        net_amounts, rates = _net_amounts(sales)
        sums: dict[str, Any] = {
            "rates": rates,
            "net_amount": sum(rate.net_amount for rate in rates),
            "vat_amount": sum(rate.vat_amount or 0 for rate in rates),
            "financial_lease": 0,
        }
    elif form == SALES_INVOICE:
        net_amounts, sums = [sale.gross_amount for sale in sales], {"non_tariff_zone": 0}
    else:
        raise ValueError(f"form {form!r} is not one a shop issues")
    lines = tuple(
        _line(sale, amount, position, with_rate=form == VAT_INVOICE)
        for position, (sale, amount) in enumerate(zip(sales, net_amounts, strict=True), start=1)
    )
    total = sum(sale.effect for sale in sales)
    discounts = [line.amount or 0 for line in lines if line.kind == LineKind.DISCOUNT]
    content = {
        "title": TITLES[form],
        "discount_amount": sum(discounts) if discounts else None,
        "total": total,
        "total_in_words": amount_in_words(total),
    }
    return Draft(form=form, seller=seller, buyer=buyer, lines=lines, **(content | sums | rest))


def share_signed(total: int, effects: Sequence[int], *, alone: Callable[[int], int]) -> list[int]:
    """``total`` shared over ``effects`` of either sign; the parts sum to it.

    What goes against the sum (a discount, a return among sales) is rounded by itself with ``alone``; the others
    share the rest by largest remainder.
    """
    sign = -1 if sum(effects) < 0 else 1
    along = [max(sign * effect, 0) for effect in effects]
    parts = [alone(min(sign * effect, 0)) for effect in effects]
    if any(along):
        shares = share_out(sign * total - sum(parts), along)
        parts = [share or part for share, part in zip(shares, parts, strict=True)]
    return [sign * part for part in parts]


def _net_amounts(sales: Sequence[Sale]) -> tuple[list[int], tuple[RateSummary, ...]]:
    """Net amount per sale, in the sign its line is written in, and the sums per rate."""
    nets = [0] * len(sales)
    rates = []
    for rate in dict.fromkeys(sale.rate for sale in sales if sale.kind != LineKind.NOTE):
        members = [i for i, sale in enumerate(sales) if sale.rate == rate and sale.kind != LineKind.NOTE]
        effects = [sales[i].effect for i in members]
        gross = sum(effects)
        goods = sum(sales[i].effect for i in members if sales[i].kind != LineKind.DISCOUNT)
        if goods * gross < 0:
            raise ValueError(f"discounts exceed the goods at {rate}")
        net = net_of(gross, percent_of(rate))
        shares = share_signed(net, effects, alone=functools.partial(net_of, percent=percent_of(rate)))
        for i, effect in zip(members, shares, strict=True):
            nets[i] = -effect if sales[i].kind == LineKind.DISCOUNT else effect
        if any(sales[i].kind != LineKind.GIFT for i in members):
            rates.append(RateSummary(rate=rate, net_amount=net, vat_amount=gross - net))
    return nets, tuple(rates)


def _line(sale: Sale, amount: int, position: int, *, with_rate: bool) -> Line:
    if sale.kind == LineKind.NOTE:
        return Line(kind=sale.kind, position=position, name=sale.name)
    price = None
    if sale.quantity is not None:
        if not 0 < abs(sale.quantity) < _MOST_QUANTITY:
            # From a million on, six decimals of price no longer give the amount back to the đồng.
            raise ValueError(f"{sale.quantity} of {sale.name!r} is not a quantity an invoice line can carry")
        price = (Decimal(amount) / sale.quantity).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
    return Line(
        kind=sale.kind,
        position=position,
        code=sale.code,
        name=sale.name,
        unit=sale.unit,
        quantity=sale.quantity,
        unit_price=price,
        amount=amount,
        rate=sale.rate if with_rate else "",
    )
