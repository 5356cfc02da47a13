"""What one consignment sold, as kept until its invoice is issued (pure).

The VAT rate of an invoice is that of its issue date, not of the order (Law 48/2024/QH15): so the snapshot
holds gross amounts and tax classes, and becomes a draft with rates only on the day of issue.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from shop.invoices.amounts import Sale, draft_sales, share_discount
from shop.invoices.draft import CONSUMER, SALES_INVOICE, VAT_INVOICE, Buyer, Draft, LineKind, Seller
from shop.vat import rate_code


@dataclasses.dataclass(frozen=True, kw_only=True)
class SoldLine:
    """One thing sold or delivered. Unit: whole đồng including VAT, for the whole line before discounts."""

    name: str
    tax_class: str
    gross_amount: int
    code: str = ""
    unit: str = ""
    quantity: int = 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class SaleRecord:
    """Everything an invoice needs but its number, date and rates.

    ``business_buyer`` decides between KKKNT and 5 % for produce bought in. ``on_deduction`` decides the form.
    """

    seller: Seller
    buyer: Buyer
    business_buyer: bool
    on_deduction: bool
    lines: tuple[SoldLine, ...]
    discount_amount: int = 0
    payment_method: str
    solution_tax_code: str
    note: str = ""

    @property
    def total_amount(self) -> int:
        return sum(line.gross_amount for line in self.lines) - self.discount_amount

    def draft_on(self, day: dt.date) -> Draft:
        """The draft with the rates of ``day``. Raises: LookupError if no VAT rule covers a line on that day."""
        sales = [self._sale(line, day) for line in self.lines]
        sales += share_discount(sales, self.discount_amount, "Chiết khấu thương mại")
        if self.note:
            sales.append(Sale(kind=LineKind.NOTE, name=self.note))
        return draft_sales(
            sales,
            form=VAT_INVOICE if self.on_deduction else SALES_INVOICE,
            seller=self.seller,
            buyer=self.buyer,
            payment_method=self.payment_method,
            solution_tax_code=self.solution_tax_code,
        )

    def _sale(self, line: SoldLine, day: dt.date) -> Sale:
        rate = (
            rate_code(line.tax_class, on=day, business_buyer=self.business_buyer) if self.on_deduction else ""
        )
        return Sale(
            name=line.name,
            gross_amount=line.gross_amount,
            rate=rate,
            code=line.code,
            unit=line.unit,
            quantity=Decimal(line.quantity),
        )

    def as_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SaleRecord:
        """The record that :meth:`as_json` wrote. Raises: KeyError or TypeError on anything else."""
        rest = {name: value for name, value in values.items() if name not in ("seller", "buyer", "lines")}
        return cls(
            seller=Seller(**_without_extras(values["seller"])),
            buyer=Buyer(**_without_extras(values["buyer"])),
            lines=tuple(SoldLine(**line) for line in values["lines"]),
            **rest,
        )


def _without_extras(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "extras"}


def consumer(*, person: str = "", address: str = "", phone: str = "", email: str = "") -> Buyer:
    """A buyer who asked for no company invoice. Without a name the invoice says so in the law's words."""
    return Buyer(person=person or CONSUMER, address=address, phone=phone, email=_fitting(email))


def business(*, name: str, tax_code: str, address: str, email: str = "", person: str = "") -> Buyer:
    """A buyer with a tax code who asked for a VAT invoice."""
    return Buyer(name=name, tax_code=tax_code, address=address, email=_fitting(email), person=person)


def _fitting(email: str) -> str:
    """Left out when longer than the format's 50 characters: cut short it would be somebody else's."""
    return email if len(email) <= 50 else ""
