"""Correcting an issued invoice: which ways the law leaves open, and the draft of the correcting invoice.

Source: Circular 91/2026/TT-BTC art. 10. There is no cancelling. A wrong buyer's name or address is only told to the
authority (``shop.invoices.notices``); anything else is adjusted or replaced, and later in the same way as first.
Goods that come back make an adjustment. The correcting invoice is then issued and sent like any other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.invoices import correcting, formats
from shop.invoices.draft import Correction
from shop.invoices.models import (
    CorrectionCause,
    CorrectionList,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    ListedInvoice,
    OfficialNumber,
)
from shop.invoices.roads import Road
from shop.invoices.sales import SaleRecord
from shop.invoices.services import new_lookup_code, signed_xml


class Obstacle(models.TextChoices):
    """Why a way of correcting is closed, in words for the staff."""

    NOT_ACCEPTED = "not-accepted", _("Hóa đơn chưa được cấp mã nên chưa sửa được.")
    UNFINISHED = "unfinished", _("Hóa đơn này đang có một bản sửa chưa xong. Làm xong bản đó trước.")
    REPLACED = "replaced", _("Hóa đơn này đã được thay thế. Sửa trên hóa đơn thay thế.")
    IS_ADJUSTMENT = "is-adjustment", _("Đây là hóa đơn điều chỉnh. Sửa tiếp trên hóa đơn được điều chỉnh.")
    ADJUSTED_BEFORE = "adjusted-before", _("Lần đầu đã điều chỉnh thì các lần sau cũng phải điều chỉnh.")
    REPLACED_BEFORE = "replaced-before", _("Lần đầu đã thay thế thì các lần sau cũng phải thay thế.")
    FROM_TILL = "from-till", _("Hóa đơn từ máy tính tiền lập sai chỉ được thay thế.")
    TOO_FEW = "too-few", _("Bảng kê cần từ 2 đến 50 hóa đơn, mỗi hóa đơn có phần thay đổi.")
    NOT_TOGETHER = "not-together", _("Các hóa đơn phải cùng người mua, cùng tháng và có mã của cơ quan thuế.")
    SAME_AS_BEFORE = "same", _("Nội dung không khác hóa đơn cũ.")
    DOES_NOT_FIT = "does-not-fit", _("Số tiền hoặc số lượng không hợp lý so với hóa đơn cũ.")


class NotCorrectable(Exception):
    """The law or the state of the invoice leaves this way closed; nothing was written."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.value)
        self.obstacle = obstacle


@dataclasses.dataclass(frozen=True)
class Ways:
    """Each way of correcting with what closes it; None where it is open."""

    notice: Obstacle | None
    adjust: Obstacle | None
    replace: Obstacle | None
    take_back: Obstacle | None

    @property
    def any_open(self) -> bool:
        return None in dataclasses.astuple(self)


def ways_to_correct(invoice: Invoice) -> Ways:
    """What may be done about this invoice now."""
    closed = _closed(invoice)
    if closed:
        return Ways(closed, closed, closed, closed)
    is_adjusted = corrections_of(invoice).filter(kind=InvoiceKind.ADJUSTMENT).exists()
    notice = adjust = replace = None
    if invoice.road is Road.TILL:
        notice = adjust = Obstacle.FROM_TILL
    elif invoice.kind == InvoiceKind.REPLACEMENT and not is_adjusted:
        adjust = Obstacle.REPLACED_BEFORE
    if is_adjusted:
        replace = Obstacle.ADJUSTED_BEFORE
    return Ways(notice, adjust, replace, None)


def corrections_of(invoice: Invoice) -> QuerySet[Invoice]:
    """The invoices that correct this one, alone or together with others on a list."""
    together = ListedInvoice.objects.filter(invoice=invoice).values("list__correction")
    return Invoice.objects.filter(Q(corrects=invoice) | Q(pk__in=together))


def standing_sale(invoice: Invoice) -> SaleRecord:
    """The sale as the invoice states it together with its adjustments so far; every rate settled."""
    adjusted = corrections_of(invoice).filter(kind=InvoiceKind.ADJUSTMENT, status=InvoiceStatus.ACCEPTED)
    last = adjusted.order_by("-pk").first()
    listed = ListedInvoice.objects.filter(list__correction=last, invoice=invoice).first() if last else None
    if listed:
        return SaleRecord.from_json(listed.sale_after)
    if last and last.outcome:
        return SaleRecord.from_json(last.outcome)
    record = SaleRecord.from_json(invoice.sale).with_rates_of(formats.read(signed_xml(invoice)))
    return dataclasses.replace(record, related=None)


def chain_of(invoice: Invoice) -> list[Invoice]:
    """Every invoice of the same sale, the original first, each correction after what it corrects.

    Of one that corrects many, and of what corrects that one, all of those too.
    """
    of_seller = ListedInvoice.objects.filter(list__seller=invoice.seller_id)
    mine = of_seller.filter(invoice__source_reference=invoice.source_reference)
    theirs = of_seller.filter(list__number=invoice.source_reference)
    rows = Invoice.objects.filter(seller_id=invoice.seller_id).filter(
        Q(source_reference=invoice.source_reference)
        | Q(source_reference__in=mine.values("list__number"))
        | Q(pk__in=theirs.values("invoice"))
    )
    return list(rows.select_related("series", "corrects__series").order_by("pk"))


def correction_sentence(invoice: Invoice) -> str:
    """What the invoice says about the one it corrects, in the law's words; empty for an original."""
    related = SaleRecord.from_json(invoice.sale).related
    return related.note if related else ""


def later_corrections(invoice: Invoice) -> list[Invoice]:
    """The issued invoices that adjust or replace this one, oldest first."""
    issued = corrections_of(invoice).exclude(status=InvoiceStatus.TO_ISSUE)
    return list(issued.select_related("series").order_by("pk"))


@transaction.atomic
def open_adjustment(*, invoice: Invoice, after: SaleRecord, reason: str, by: Any) -> Invoice:
    """A draft that states the difference between what was invoiced and ``after``.

    ``after`` has the lines of :func:`standing_sale` in their order. Locks: the invoice. Writes: Invoice.
    Raises: NotCorrectable.
    """
    locked = _locked(invoice)
    _demand(ways_to_correct(locked).adjust)
    before = standing_sale(locked)
    if correcting.same_sale(before, after):
        raise NotCorrectable(Obstacle.SAME_AS_BEFORE)
    try:
        content = correcting.adjustment(before, after, _naming(locked, Correction.ADJUSTS))
    except ValueError as misfit:
        raise NotCorrectable(Obstacle.DOES_NOT_FIT) from misfit
    return _open(locked, InvoiceKind.ADJUSTMENT, CorrectionCause.ERROR, content, after, reason, by)


@transaction.atomic
def open_replacement(*, invoice: Invoice, after: SaleRecord, reason: str, by: Any) -> Invoice:
    """A draft that states the whole sale anew as ``after``.

    Locks: the invoice. Writes: Invoice. Raises: NotCorrectable.
    """
    locked = _locked(invoice)
    _demand(ways_to_correct(locked).replace)
    if correcting.same_sale(standing_sale(locked), after):
        raise NotCorrectable(Obstacle.SAME_AS_BEFORE)
    content = correcting.replacement(after, _naming(locked, Correction.REPLACES))
    if not content.lines or content.total_amount < 0:
        raise NotCorrectable(Obstacle.DOES_NOT_FIT)
    return _open(locked, InvoiceKind.REPLACEMENT, CorrectionCause.ERROR, content, content, reason, by)


@transaction.atomic
def open_return(
    *,
    invoice: Invoice,
    counts: Sequence[int],
    reason: str,
    by: Any,
    paid_back: Sequence[tuple[int, int]] | None = None,
) -> Invoice:
    """A draft adjustment that takes off what came back: ``counts`` of each line of :func:`standing_sale`.

    ``paid_back``: see :func:`correcting.taken_back`.
    Locks: the invoice. Writes: Invoice. Raises: NotCorrectable.
    """
    locked = _locked(invoice)
    _demand(ways_to_correct(locked).take_back)
    if not any(counts):
        raise NotCorrectable(Obstacle.SAME_AS_BEFORE)
    try:
        content, after = correcting.taken_back(
            standing_sale(locked), counts, _naming(locked, Correction.ADJUSTS), paid_back=paid_back
        )
    except ValueError as misfit:
        raise NotCorrectable(Obstacle.DOES_NOT_FIT) from misfit
    return _open(locked, InvoiceKind.ADJUSTMENT, CorrectionCause.RETURN, content, after, reason, by)


@transaction.atomic
def drop_draft(*, correction: Invoice) -> None:
    """Forget a correction that was never issued. An issued invoice is never dropped.

    Locks/Writes: Invoice and its list. Raises: ValueError if it is issued, or no correction. Idempotent.
    """
    locked = Invoice.objects.select_for_update().filter(pk=correction.pk).first()
    if locked is None:
        return
    if locked.status != InvoiceStatus.TO_ISSUE or locked.kind == InvoiceKind.ORIGINAL:
        raise ValueError(f"{locked} is not a draft of a correction")
    _tell(Verb.CORRECTION_DROPPED, locked, locked.reason, None)
    ListedInvoice.objects.filter(list__correction=locked).delete()
    CorrectionList.objects.filter(correction=locked).delete()
    locked.delete()


def _closed(invoice: Invoice) -> Obstacle | None:
    """What closes every way at once."""
    corrections = corrections_of(invoice)
    if invoice.kind == InvoiceKind.ADJUSTMENT:
        return Obstacle.IS_ADJUSTMENT
    if invoice.status != InvoiceStatus.ACCEPTED:
        return Obstacle.NOT_ACCEPTED
    if corrections.exclude(status=InvoiceStatus.ACCEPTED).exists():
        return Obstacle.UNFINISHED
    if corrections.filter(kind=InvoiceKind.REPLACEMENT).exists():
        return Obstacle.REPLACED
    return None


def _demand(obstacle: Obstacle | None) -> None:
    if obstacle:
        raise NotCorrectable(obstacle)


def _locked(invoice: Invoice) -> Invoice:
    return (
        Invoice.objects.select_for_update(of=("self",)).select_related("seller", "series").get(pk=invoice.pk)
    )


def _naming(invoice: Invoice, correction: Correction) -> Any:
    if invoice.series is None or invoice.number is None or invoice.issued_on is None:
        raise ValueError(f"{invoice} is not issued")
    place = {"form": str(invoice.series.form), "series": invoice.series.symbol, "number": invoice.number}
    # A provider numbers by itself: what the lawful document prints is what a correction has to name.
    official = OfficialNumber.objects.filter(invoice=invoice).values("form", "series", "number").first()
    return correcting.names_earlier(correction, issued_on=invoice.issued_on, **(official or place))


def _open(
    invoice: Invoice,
    kind: InvoiceKind,
    cause: CorrectionCause,
    content: SaleRecord,
    after: SaleRecord,
    reason: str,
    by: Any,
) -> Invoice:
    opened = make_draft(invoice, kind, cause, content, after, reason, by)
    _tell(Verb.INVOICE_CORRECTED, opened, reason, by)
    return opened


def make_draft(
    invoice: Invoice,
    kind: InvoiceKind,
    cause: CorrectionCause,
    content: SaleRecord,
    after: SaleRecord,
    reason: str,
    by: Any,
    source_reference: str = "",
) -> Invoice:
    """The draft that corrects ``invoice``, which the caller has locked and tells of. Writes: Invoice.

    ``after``: what the sale is once it is issued. ``source_reference``: by default that of ``invoice``.
    Raises: NotCorrectable where no invoice can be drawn from ``content``.
    """
    _draftable(content)
    return Invoice.objects.create(
        seller=invoice.seller,
        source_reference=source_reference or invoice.source_reference,
        kind=kind,
        corrects=invoice,
        cause=cause,
        reason=reason,
        channel=invoice.channel,
        opened_by=by,
        sale=content.as_json(),
        outcome=dataclasses.replace(after, related=None).as_json(),
        total_amount=content.total_amount,
        buyer_name=content.buyer.name or content.buyer.person,
        deliver_to=invoice.deliver_to,
        language=invoice.language,
        lookup_code=new_lookup_code(),
    )


def _tell(verb: Verb, correction: Invoice, reason: str, by: Any) -> None:
    corrected = correction.corrects
    record(
        verb,
        about=str(corrected),
        cooperative_id=correction.seller_id,
        reference=f"invoice:{corrected.pk if corrected else correction.pk}",
        reason=reason,
        by=by,
    )


def _draftable(content: SaleRecord) -> None:
    """Raises: NotCorrectable where no invoice can be drawn from it."""
    try:
        content.draft_on(timezone.localdate())  # every rate is settled
    except (ValueError, LookupError) as misfit:
        raise NotCorrectable(Obstacle.DOES_NOT_FIT) from misfit
