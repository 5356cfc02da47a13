"""A month of invoices for the book-keeper: a table (XLSX) and the signed XML files, in one ZIP."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.db.models import QuerySet
from openpyxl import Workbook

from shop.invoices import formats
from shop.invoices.models import Invoice, InvoiceStatus
from shop.invoices.services import filename_of, signed_xml

COLUMNS = (
    ("Ký hiệu", 10), ("Số", 8), ("Ngày lập", 12), ("Loại", 22), ("Tình trạng", 18), ("Người bán", 36),
    ("MST người bán", 16), ("Người mua", 36), ("MST người mua", 16), ("Tiền chưa thuế", 16), ("Tiền thuế", 14),
    ("Tổng tiền", 16), ("Mã của cơ quan thuế", 38), ("Mã tra cứu", 16), ("Kiện hàng", 16), ("Hóa đơn liên quan", 24),
)  # fmt: skip


def of_month(rows: QuerySet[Invoice], month: dt.date) -> QuerySet[Invoice]:
    """The issued invoices whose date lies in the month of that day, in the order of their numbers."""
    last = (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    issued = rows.exclude(status=InvoiceStatus.TO_ISSUE)
    dated = issued.filter(issued_on__gte=month.replace(day=1), issued_on__lt=last)
    return dated.select_related("seller", "series", "corrects__series").order_by("seller", "series", "number")


def write_month(rows: Iterable[Invoice], target: IO[bytes]) -> int:
    """How many invoices were written: ``hoa-don.xlsx`` and one XML each, into a ZIP at ``target``."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Hóa đơn")
    for place, (_name, width) in enumerate(COLUMNS):
        sheet.column_dimensions["ABCDEFGHIJKLMNOP"[place]].width = width
    sheet.freeze_panes = "A2"
    sheet.append([name for name, _width in COLUMNS])
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for invoice in rows:
            xml = signed_xml(invoice)
            archive.writestr(f"xml/{invoice.seller.tax_code}-{filename_of(invoice, 'xml')}", xml)
            sheet.append(list(_cells(invoice, xml)))
            count += 1
        table = io.BytesIO()
        book.save(table)
        archive.writestr("hoa-don.xlsx", table.getvalue())
    return count


def _cells(invoice: Invoice, xml: bytes) -> Iterator[Any]:
    draft = formats.read(xml)
    vat = draft.vat_amount if draft.net_amount is not None else None
    texts = (
        str(invoice.series), invoice.number, invoice.issued_on, str(invoice.get_kind_display()),
        str(invoice.get_status_display()), draft.seller.name, draft.seller.tax_code, invoice.buyer_name,
        draft.buyer.tax_code, draft.net_amount, vat, draft.total, invoice.authority_code, invoice.lookup_code,
        invoice.source_reference, str(invoice.corrects) if invoice.corrects else "",
    )  # fmt: skip
    for value in texts:
        # A name that begins like a formula stays text in every spreadsheet program.
        yield f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t" and value else value
