"""Invoices that state more than is due, because money went back after hand-over: which, and what takes it off.

Source: Circular 91/2026/TT-BTC art. 10 (goods that come back make an adjustment of the invoice that states them).
"""

from __future__ import annotations

from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from shop.invoices import corrections
from shop.invoices.correcting import standing_lines
from shop.invoices.corrections import NotCorrectable, Obstacle
from shop.invoices.models import Invoice, InvoiceKind, ListedInvoice
from shop.invoices.sales import SaleRecord

from .models import Consignment, LineReduction
from .statuses import ReductionKind


def unadjusted() -> QuerySet[Consignment]:
    """Consignments of which money went back after hand-over, and whose invoices still state more than is due.

    ``overbilled`` is how much more, whole đồng. A draft counts: it stands in the staff's queue. Consignments that one
    invoice states together are compared together.
    """
    reductions = LineReduction.objects.filter(line__consignment=OuterRef("pk")).order_by()
    came_back = Exists(reductions.filter(kind=ReductionKind.RETURNED))
    own = _in_force().filter(source_reference=OuterRef("code"))
    rows: Any = Consignment.objects.annotate(
        reduced=_total(reductions, "line__consignment", "amount"),
        billed=_total(own, "source_reference", "total_amount")
        + _total(_adjusted_together(), "invoice__source_reference", "stated_amount"),
    )
    alone = F("billed") - F("total_amount") + F("reduced")
    if not _replaced_together().exists():  # few markets ever write one: the rest is half of the work
        rows = rows.annotate(list_number=Value(None, CharField(null=True)), overbilled=alone)
        return rows.filter(came_back, overbilled__gt=0)
    listed = _replaced_together().filter(invoice__source_reference=OuterRef("code")).values("list__number")
    of_list = _in_force().filter(source_reference=OuterRef("list_number"), seller=OuterRef("cooperative"))
    rows = rows.annotate(
        list_number=Subquery(listed[:1]),
        billed_together=_total(of_list, "source_reference", "total_amount"),
        due_together=_total(_due_of_listed(), "list", "due"),
    )
    overbilled = Case(When(list_number=None, then=alone), default=F("billed_together") - F("due_together"))
    return rows.annotate(overbilled=overbilled).filter(came_back, overbilled__gt=0)


def in_force(consignment: Consignment) -> Invoice:
    """The invoice that states what was delivered: its own or the last replacement, perhaps one of many together."""
    row = _listed(consignment)
    name = row.list.number if row else consignment.code
    chain = Invoice.objects.filter(seller=consignment.cooperative, source_reference=name)
    return chain.exclude(kind=InvoiceKind.ADJUSTMENT).latest("pk")


def _listed(consignment: Consignment) -> ListedInvoice | None:
    rows = _replaced_together().filter(invoice__source_reference=consignment.code)
    return rows.select_related("list").first()


def _lines_before(consignment: Consignment, invoice: Invoice) -> int:
    """How many lines of other consignments stand before those of this one.

    Raises: NotCorrectable where the lines of several were written anew since: nobody can tell which are whose.
    """
    row = _listed(consignment)
    if row is None:
        return 0
    if row.list.correction_id != invoice.pk:
        raise NotCorrectable(Obstacle.DOES_NOT_FIT)
    before = row.list.rows.filter(pk__lt=row.pk).values_list("sale_after", flat=True)
    return sum(len(standing_lines(SaleRecord.from_json(sale).lines)) for sale in before)


def open_adjustment(*, consignment: Consignment, reason: str, by: Any) -> Invoice:
    """A draft that takes off its invoice what was paid back after hand-over, to the đồng.

    Locks: the invoice. Writes: Invoice. Raises: NotCorrectable where the invoice's state leaves it closed, or where its
    lines are no longer those that were delivered: then a person says what came back.
    """
    invoice = in_force(consignment)
    if obstacle := corrections.ways_to_correct(invoice).take_back:
        raise NotCorrectable(obstacle)
    skipped = _lines_before(consignment, invoice)
    own = consignment.lines.prefetch_related("reductions")
    delivered = [line for line in own if line.left_quantity]
    lines = corrections.standing_sale(invoice).lines
    goods = lines[skipped : skipped + len(delivered)]
    others = lines[skipped + len(delivered) :]
    if len(goods) < len(delivered) or (not hasattr(invoice, "list") and not _is_delivery(others)):
        raise NotCorrectable(Obstacle.DOES_NOT_FIT)
    counts, paid_back = [], []
    for sold, line in zip(goods, delivered, strict=True):
        rows = [row for row in line.reductions.all() if row.kind == ReductionKind.RETURNED]
        count = int(sold.quantity or 0) - line.kept_quantity
        if sold.code != line.sku or count < 0 or sold.gross_amount < line.due.goods:
            raise NotCorrectable(Obstacle.DOES_NOT_FIT)
        # Those on earlier adjustments are off the invoice: the last ones make up the count.
        while count < sum(row.quantity for row in rows):
            rows.pop(0)
        counts.append(count)
        paid_back.append((sum(row.goods_amount for row in rows), sum(row.discount_amount for row in rows)))
        if sum(row.quantity for row in rows) != count:
            raise NotCorrectable(Obstacle.DOES_NOT_FIT)
    nothing = (0, 0)
    return corrections.open_return(
        invoice=invoice,
        counts=[*[0] * skipped, *counts, *[0] * len(others)],
        paid_back=[*[nothing] * skipped, *paid_back, *[nothing] * len(others)],
        reason=reason,
        by=by,
    )


def _is_delivery(lines: Any) -> bool:
    """Whether the lines behind the goods are the delivery of one consignment, or none."""
    return len(lines) <= 1 and not any(line.code for line in lines)


def _in_force() -> QuerySet[Invoice]:
    """Invoices that no other replaces, alone or together with others."""
    replaced = Invoice.objects.filter(corrects=OuterRef("pk"), kind=InvoiceKind.REPLACEMENT)
    together = _replaced_together().filter(invoice=OuterRef("pk"))
    return Invoice.objects.filter(~Exists(replaced), ~Exists(together)).order_by()


def _replaced_together() -> QuerySet[ListedInvoice]:
    return ListedInvoice.objects.filter(list__correction__kind=InvoiceKind.REPLACEMENT)


def _adjusted_together() -> QuerySet[ListedInvoice]:
    rows = ListedInvoice.objects.filter(list__correction__kind=InvoiceKind.ADJUSTMENT)
    return rows.filter(invoice__source_reference=OuterRef("code")).order_by()


def _due_of_listed() -> QuerySet[ListedInvoice]:
    """The rows of the consignment's list, each with what is due for its own consignment."""
    taken_off = LineReduction.objects.filter(line__consignment=OuterRef("pk")).order_by()
    due = F("total_amount") - _total(taken_off, "line__consignment", "amount")
    of_row = Consignment.objects.filter(code=OuterRef("invoice__source_reference")).annotate(due=due)
    rows = ListedInvoice.objects.filter(
        list__number=OuterRef("list_number"), list__seller=OuterRef("cooperative")
    )
    return rows.annotate(due=Subquery(of_row.values("due")[:1])).order_by()


def _total(rows: QuerySet[Any], key: str, field: str) -> Coalesce:
    sums = rows.values(key).annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(sums), 0, output_field=BigIntegerField())
