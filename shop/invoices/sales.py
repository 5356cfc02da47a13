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
from shop.invoices.draft import (
    CONSUMER,
    SALES_INVOICE,
    VAT_INVOICE,
    Buyer,
    Correction,
    Draft,
    LineKind,
    Related,
    Seller,
)
from shop.vat import rate_code


@dataclasses.dataclass(frozen=True, kw_only=True)
class SoldLine:
    """One thing sold or delivered. Unit: whole đồng including VAT, for the whole line before discounts.

    ``rate`` is empty until it is settled: a correction keeps the rate of the invoice that it corrects, whatever
    applies on its own day. A decrease has negative quantity and amount; ``quantity`` is None where only the
    price changes.
    """

    name: str
    tax_class: str
    gross_amount: int
    code: str = ""
    unit: str = ""
    quantity: int | None = 1
    rate: str = ""
    processing: str = ""
    own_produced: bool | None = None


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
    related: Related | None = None

    @property
    def total_amount(self) -> int:
        return sum(line.gross_amount for line in self.lines) - self.discount_amount

    def draft_on(self, day: dt.date) -> Draft:
        """The draft; a rate that is not settled yet is that of ``day`` in ``shop.vat``.

        Raises: LookupError if no VAT rule covers a line on that day.
        """
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
            related=self.related,
        )

    def with_rates_of(self, draft: Draft) -> SaleRecord:
        """This record with the rates under which ``draft``, made from it, was issued."""
        issued = draft.lines[: len(self.lines)]
        lines = (
            dataclasses.replace(line, rate=written.rate)
            for line, written in zip(self.lines, issued, strict=True)
        )
        return dataclasses.replace(self, lines=tuple(lines))

    def _sale(self, line: SoldLine, day: dt.date) -> Sale:
        rate = ""
        if self.on_deduction:
            rate = line.rate or rate_code(line.tax_class, on=day, business_buyer=self.business_buyer)
        return Sale(
            name=line.name,
            gross_amount=line.gross_amount,
            rate=rate,
            code=line.code,
            unit=line.unit,
            quantity=None if line.quantity is None else Decimal(line.quantity),
        )

    def as_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        values = dataclasses.asdict(self)
        if self.related:
            values["related"] |= {
                "correction": int(self.related.correction),
                "issued_on": self.related.issued_on and self.related.issued_on.isoformat(),
                "list_date": self.related.list_date and self.related.list_date.isoformat(),
            }
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SaleRecord:
        """The record that :meth:`as_json` wrote. Raises: KeyError or TypeError on anything else."""
        parts = ("seller", "buyer", "lines", "related")
        rest = {name: value for name, value in values.items() if name not in parts}
        return cls(
            seller=Seller(**_without_extras(values["seller"])),
            buyer=Buyer(**_without_extras(values["buyer"])),
            lines=tuple(SoldLine(**line) for line in values["lines"]),
            related=_related(values.get("related")),
            **rest,
        )


def _related(values: dict[str, Any] | None) -> Related | None:
    if values is None:
        return None
    days = {
        name: dt.date.fromisoformat(values[name]) if values[name] else None
        for name in ("issued_on", "list_date")
    }
    return Related(**(values | days | {"correction": Correction(values["correction"])}))


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
