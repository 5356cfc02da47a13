"""Correcting several invoices of one buyer and month at once: one correcting invoice and the list 01/BK-ĐCTT.

Source: Circular 91/2026/TT-BTC art. 10. Either money is taken off or put on each of them (one adjusting invoice), or
their buyer was named wrongly and all is stated anew (one replacing invoice). Only for invoices with the authority's
code: how the others carry a list is not known well enough (``shop.invoices.list_exchange``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import Cooperative
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.invoices import correcting
from shop.invoices.corrections import NotCorrectable, Obstacle, make_draft, standing_sale, ways_to_correct
from shop.invoices.draft import Buyer, Correction, Related
from shop.invoices.models import (
    CorrectionCause,
    CorrectionList,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    ListedInvoice,
)
from shop.invoices.roads import Road, goes
from shop.invoices.sales import SaleRecord
from shop.money import share_out

MOST = 50
_SENTENCE = "{what} cho các hóa đơn trên bảng kê số {number} ngày {day:%d} tháng {day:%m} năm {day:%Y}"
_WHAT = {Correction.ADJUSTS: "Điều chỉnh", Correction.REPLACES: "Thay thế"}


def companions(invoice: Invoice) -> list[Invoice]:
    """Invoices that may stand on one list with this one, itself the first: same seller, buyer, month and form."""
    if not _is_open(invoice):
        return []
    others = _beside(invoice).select_related("series", "seller").order_by("number")[:MOST]
    return [invoice, *(one for one in others if _is_open(one))]


def has_companions(invoice: Invoice) -> bool:
    """Whether it is worth while to offer a list: there is another invoice of that buyer in that month."""
    return _beside(invoice).exists()


def _beside(invoice: Invoice) -> QuerySet[Invoice]:
    """Others of the same seller, buyer, month and form. A buyer without tax code is not known to be the same."""
    buyer, day, series = SaleRecord.from_json(invoice.sale).buyer, invoice.issued_on, invoice.series
    if not buyer.tax_code or day is None or series is None or series.road is not Road.CODED:
        return Invoice.objects.none()
    rows = Invoice.objects.filter(
        goes(Road.CODED),
        seller_id=invoice.seller_id,
        status=InvoiceStatus.ACCEPTED,
        series__form=series.form,
        issued_on__year=day.year,
        issued_on__month=day.month,
        sale__buyer__tax_code=buyer.tax_code,
        official=None,
    )
    return rows.exclude(kind=InvoiceKind.ADJUSTMENT).exclude(pk=invoice.pk)


def _is_open(invoice: Invoice) -> bool:
    ways = ways_to_correct(invoice)
    return ways.adjust is None or ways.replace is None


@transaction.atomic
def open_adjustment_of_many(*, changes: Mapping[int, int], reason: str, by: Any) -> Invoice:
    """A draft that takes money off (negative) or puts it on each invoice: ``changes`` by id, whole đồng with VAT.

    It is shared over an invoice's lines by their amounts. Locks: the invoices, by id. Writes: Invoice,
    CorrectionList, ListedInvoice. Raises: NotCorrectable.
    """
    wanted = {pk: amount for pk, amount in changes.items() if amount}
    invoices = _locked(wanted, adjusts=True)
    pairs = []
    for invoice in invoices:
        before = standing_sale(invoice)
        pairs.append((before, _changed(before, wanted[invoice.pk])))
    return _open(invoices, pairs, Correction.ADJUSTS, reason, by)


@transaction.atomic
def open_replacement_of_many(*, invoices: Sequence[int], buyer: Buyer, reason: str, by: Any) -> Invoice:
    """A draft that states all of the invoices (ids) anew, for the right buyer.

    Locks: the invoices, by id. Writes: Invoice, CorrectionList, ListedInvoice. Raises: NotCorrectable.
    """
    locked = _locked(dict.fromkeys(invoices, 0), adjusts=False)
    pairs = []
    for invoice in locked:
        before = standing_sale(invoice)
        after = dataclasses.replace(before, buyer=buyer, business_buyer=bool(buyer.tax_code))
        if after.buyer == before.buyer:
            raise NotCorrectable(Obstacle.SAME_AS_BEFORE)
        pairs.append((before, after))
    return _open(locked, pairs, Correction.REPLACES, reason, by)


def _locked(wanted: Mapping[int, int], *, adjusts: bool) -> list[Invoice]:
    """The invoices, locked by id. Raises: NotCorrectable unless all may go on one list, at least two of them."""
    if not 2 <= len(wanted) <= MOST:
        raise NotCorrectable(Obstacle.TOO_FEW)
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("seller", "series")
    invoices = list(rows.filter(pk__in=wanted).order_by("pk"))
    allowed = {one.pk for one in companions(invoices[0])} if invoices else set()
    if len(invoices) != len(wanted) or {one.pk for one in invoices} - allowed:
        raise NotCorrectable(Obstacle.NOT_TOGETHER)
    for invoice in invoices:
        ways = ways_to_correct(invoice)
        if obstacle := ways.adjust if adjusts else ways.replace:
            raise NotCorrectable(obstacle)
    return invoices


def _changed(sale: SaleRecord, amount: int) -> SaleRecord:
    """The sale with ``amount`` spread over its lines. Raises: NotCorrectable where it would fall below nothing."""
    weights = [max(line.gross_amount, 0) for line in sale.lines]
    if not any(weights) or sale.total_amount + amount < 0:
        raise NotCorrectable(Obstacle.DOES_NOT_FIT)
    shares = share_out(abs(amount), weights)
    lines = [
        dataclasses.replace(line, gross_amount=line.gross_amount + (share if amount > 0 else -share))
        for line, share in zip(sale.lines, shares, strict=True)
    ]
    return dataclasses.replace(sale, lines=tuple(lines))


def _open(
    invoices: Sequence[Invoice],
    pairs: Sequence[tuple[SaleRecord, SaleRecord]],
    correction: Correction,
    reason: str,
    by: Any,
) -> Invoice:
    first, today = invoices[0], timezone.localdate()
    number = _next_number(first.seller, today.year)
    sentence = _SENTENCE.format(what=_WHAT[correction], number=number, day=today)
    related = Related(correction=correction, kind=None, list_number=number, list_date=today, note=sentence)
    lines, stated = [], []
    for invoice, (before, after) in zip(invoices, pairs, strict=True):
        if correction is Correction.ADJUSTS:
            part = correcting.adjustment(before, after, related)
            named = f" (hóa đơn {invoice.series} số {invoice.number})"
            lines += [
                dataclasses.replace(line, name=line.name[: 500 - len(named)] + named) for line in part.lines
            ]
        else:
            part = correcting.replacement(after, related)
            lines += part.lines
        stated.append(part.total_amount)
    last = pairs[0][1]
    discount = 0 if correction is Correction.ADJUSTS else sum(after.discount_amount for _, after in pairs)
    content = dataclasses.replace(
        last, lines=tuple(lines), discount_amount=discount, note="", related=related
    )
    kind = InvoiceKind.ADJUSTMENT if correction is Correction.ADJUSTS else InvoiceKind.REPLACEMENT
    opened = make_draft(first, kind, CorrectionCause.ERROR, content, last, reason, by, number)
    made = CorrectionList.objects.create(seller=first.seller, number=number, dated=today, correction=opened)
    ListedInvoice.objects.bulk_create(
        [
            ListedInvoice(
                list=made,
                invoice=invoice,
                sale_before=before.as_json(),
                sale_after=dataclasses.replace(after, related=None).as_json(),
                stated_amount=amount,
            )
            for invoice, (before, after), amount in zip(invoices, pairs, stated, strict=True)
        ]
    )
    record(
        Verb.INVOICE_CORRECTED,
        about=", ".join(str(invoice) for invoice in invoices)[:200],
        cooperative_id=first.seller_id,
        reference=f"invoice:{opened.pk}",
        reason=reason,
        by=by,
    )
    return opened


def _next_number(seller: Cooperative, year: int) -> str:
    """The seller's next number of a list, such as ``BK2026-0001``. Locks: the seller."""
    Cooperative.objects.select_for_update().get(pk=seller.pk)
    begun = CorrectionList.objects.filter(seller=seller, number__startswith=f"BK{year}-")
    last = begun.order_by("-number").values_list("number", flat=True).first()
    return f"BK{year}-{int(last.split('-')[1]) + 1 if last else 1:04d}"
