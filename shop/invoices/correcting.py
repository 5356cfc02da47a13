"""What a correcting invoice says: the difference to the first one, goods taken back, or all of it anew (pure).

Source: Circular 91/2026/TT-BTC art. 10: an increase is written positive, a decrease negative (k.6c); the invoice
names the one it corrects in the law's words. Every function gives the content of the new invoice and the sale
as it stands with it, and the totals agree to the đồng: before + adjustment = after.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from shop.invoices.amounts import Sale, share_discount
from shop.invoices.draft import SALES_INVOICE, VAT_INVOICE, Buyer, Correction, Related
from shop.invoices.sales import SaleRecord, SoldLine
from shop.money import round_dong, share_out

_SENTENCE = (
    "{what} cho hóa đơn Mẫu số {form} ký hiệu {series} số {number} ngày {day:%d} tháng {day:%m} năm {day:%Y}"
)
_WHAT = {Correction.ADJUSTS: "Điều chỉnh", Correction.REPLACES: "Thay thế"}
_UP, _DOWN, _BACK = "Điều chỉnh tăng", "Điều chỉnh giảm", "Hàng trả lại"


def names_earlier(
    correction: Correction, *, form: str, series: str, number: int, issued_on: dt.date
) -> Related:
    """How the new invoice names the one it corrects."""
    note = _SENTENCE.format(what=_WHAT[correction], form=form, series=series, number=number, day=issued_on)
    return Related(
        correction=correction, form=form, series=series, number=str(number), issued_on=issued_on, note=note
    )


def replacement(outcome: SaleRecord, related: Related) -> SaleRecord:
    """The invoice that says everything anew."""
    return dataclasses.replace(outcome, lines=standing_lines(outcome.lines), related=related)


def adjustment(before: SaleRecord, after: SaleRecord, related: Related) -> SaleRecord:
    """The invoice of what differs; without a difference in money it only carries notes.

    Both records have the same lines in the same order; a line that should not be there has amount and quantity 0.
    """
    lines: list[SoldLine] = []
    for old, new in zip(before.lines, after.lines, strict=True):
        lines += _line_difference(old, new)
    lines += _discount_difference(before, after)
    return dataclasses.replace(
        after,
        lines=tuple(lines),
        discount_amount=0,
        note=_buyer_difference(before.buyer, after.buyer) or after.note,
        related=related,
    )


def taken_back(
    record: SaleRecord,
    counts: Sequence[int],
    related: Related,
    *,
    paid_back: Sequence[tuple[int, int]] | None = None,
) -> tuple[SaleRecord, SaleRecord]:
    """The adjusting invoice for ``counts`` of each line that came back, and the sale as it then stands.

    A part of a line gives back its part of the price and of the discount; or ``paid_back``, by line, if that is
    settled already: whole đồng of price and of discount. Raises: ValueError for more than stands.
    """
    lines, left, discount = [], [], record.discount_amount
    settled: Sequence[tuple[int, int] | None] = paid_back or [None] * len(counts)
    for line, off, count, paid in zip(record.lines, line_discounts(record), counts, settled, strict=True):
        most = line.quantity or 0
        if not 0 <= count <= most:
            raise ValueError(f"{count} of {most} cannot come back")
        if not count:
            left.append(line)
            continue
        back, back_off = paid or (_part(line.gross_amount, count, most), _part(off, count, most))
        lines.append(
            dataclasses.replace(
                line, name=f"{_BACK}: {line.name}", quantity=-count, gross_amount=back_off - back
            )
        )
        left.append(dataclasses.replace(line, quantity=most - count, gross_amount=line.gross_amount - back))
        discount -= back_off
    document = dataclasses.replace(record, lines=tuple(lines), discount_amount=0, note="", related=related)
    return document, dataclasses.replace(record, lines=tuple(left), discount_amount=discount)


def standing_lines(lines: Sequence[SoldLine]) -> tuple[SoldLine, ...]:
    """Those that still state something."""
    return tuple(line for line in lines if line.gross_amount or line.quantity)


def line_discounts(record: SaleRecord) -> list[int]:
    """What of the discount falls on each line, as the invoice's discount lines per rate share it."""
    shares = [0] * len(record.lines)
    for rate, off in _discount_by_rate(record).items():
        members = [i for i, line in enumerate(record.lines) if line.rate == rate]
        for i, share in zip(
            members, share_out(off, [record.lines[i].gross_amount for i in members]), strict=True
        ):
            shares[i] = share
    return shares


def same_sale(one: SaleRecord, other: SaleRecord) -> bool:
    """Whether nothing that an invoice states differs."""
    return (one.buyer, one.lines, one.discount_amount, one.business_buyer) == (
        other.buyer,
        other.lines,
        other.discount_amount,
        other.business_buyer,
    )


def form_of(record: SaleRecord) -> str:
    """The form that the seller's VAT method asks for."""
    return VAT_INVOICE if record.on_deduction else SALES_INVOICE


def _line_difference(old: SoldLine, new: SoldLine) -> list[SoldLine]:
    """One line where quantity and amount go the same way; else the old is taken off and the new put on."""
    if old == new:
        return []
    amount = new.gross_amount - old.gross_amount
    count = (new.quantity or 0) - (old.quantity or 0)
    if old.rate == new.rate and old.name == new.name and amount and count * amount >= 0:
        what = _UP if amount > 0 else _DOWN
        changed = dataclasses.replace(
            new, name=f"{what}: {new.name}", gross_amount=amount, quantity=count or None
        )
        return [changed]
    off = dataclasses.replace(
        old,
        name=f"{_DOWN}: {old.name}",
        gross_amount=-old.gross_amount,
        quantity=-old.quantity if old.quantity else None,
    )
    on = dataclasses.replace(new, name=f"{_UP}: {new.name}")
    return list(standing_lines((off, on)))


def _discount_difference(before: SaleRecord, after: SaleRecord) -> list[SoldLine]:
    old, new = _discount_by_rate(before), _discount_by_rate(after)
    classes = {line.rate: line.tax_class for line in (*before.lines, *after.lines)}
    differences = {rate: old.get(rate, 0) - new.get(rate, 0) for rate in {**old, **new}}
    return [
        SoldLine(
            name=f"{_UP if amount > 0 else _DOWN}: chiết khấu thương mại",
            tax_class=classes[rate],
            gross_amount=amount,
            quantity=None,
            rate=rate,
        )
        for rate, amount in differences.items()
        if amount
    ]


def _discount_by_rate(record: SaleRecord) -> dict[str, int]:
    goods = [Sale(name=line.name, gross_amount=line.gross_amount, rate=line.rate) for line in record.lines]
    return {sale.rate: sale.gross_amount for sale in share_discount(goods, record.discount_amount, "")}


_BUYER_FIELDS = (
    ("name", "tên đơn vị"),
    ("tax_code", "mã số thuế"),
    ("address", "địa chỉ"),
    ("person", "người mua"),
)


def _buyer_difference(old: Buyer, new: Buyer) -> str:
    changes = [
        f"{label} “{getattr(old, field) or 'để trống'}” thành “{getattr(new, field) or 'để trống'}”"
        for field, label in _BUYER_FIELDS
        if getattr(old, field) != getattr(new, field)
    ]
    return f"Điều chỉnh thông tin người mua: {'; '.join(changes)}"[:500] if changes else ""


def _part(amount: int, count: int, of: int) -> int:
    return round_dong(Decimal(amount) * count / of)
