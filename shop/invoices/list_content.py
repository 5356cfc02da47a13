"""What the list 01/BK-ĐCTT of a correcting invoice says, out of its rows."""

from __future__ import annotations

from decimal import Decimal

from shop.invoices import correcting
from shop.invoices.draft import Correction
from shop.invoices.list_exchange import Goods, ListOfCorrections, ListRow, build_list
from shop.invoices.models import Invoice, InvoiceKind
from shop.invoices.sales import SaleRecord
from shop.money import net_of
from shop.vat import percent_of


def list_xml(correction: Invoice) -> bytes:
    """The unsigned list of a correcting invoice."""
    made = correction.list
    rows = made.rows.select_related("invoice__series").order_by("pk")
    sale = SaleRecord.from_json(correction.sale)
    kind = Correction.ADJUSTS if correction.kind == InvoiceKind.ADJUSTMENT else Correction.REPLACES
    listed: list[ListRow] = []
    for row in rows:
        series = row.invoice.series
        if series is None or row.invoice.number is None:
            raise ValueError(f"{row.invoice} is not issued")
        before, after = (_goods(SaleRecord.from_json(value)) for value in (row.sale_before, row.sale_after))
        listed += [
            ListRow(
                form=str(series.form),
                series=series.symbol,
                number=row.invoice.number,
                before=was,
                after=now,
            )
            for was, now in zip(before, after, strict=True)
        ]
    buyer = sale.buyer
    return build_list(
        ListOfCorrections(
            number=made.number,
            dated=made.dated,
            correction=kind,
            seller=(sale.seller.name, sale.seller.tax_code, sale.seller.address),
            buyer=(buyer.name or buyer.person, buyer.tax_code, buyer.address),
            reason=correction.reason,
            rows=tuple(listed),
        )
    )


def _goods(sale: SaleRecord) -> list[Goods]:
    """The lines with their part of the discount taken off, net and VAT apart."""
    found = []
    for line, off in zip(sale.lines, correcting.line_discounts(sale), strict=True):
        gross = line.gross_amount - off
        rate = line.rate if sale.on_deduction else ""
        net = net_of(gross, percent_of(rate)) if rate else gross
        quantity = None if line.quantity is None else Decimal(line.quantity)
        found.append(
            Goods(name=line.name, quantity=quantity, net_amount=net, rate=rate, vat_amount=gross - net)
        )
    return found
