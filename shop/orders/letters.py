"""The letters an order causes. A cooperative's letter is made from its consignment alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from catalog.models import Cooperative, Lot
from shop.invoices.models import Invoice
from shop.messages.models import ChannelName
from shop.messages.services import Enclosure, write_message
from shop.messages.wording import Way, ways_to
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.services import open_amount, paid_amount

from .links import (
    lookup_url,
    lot_url,
    order_url,
    panel_url,
    pay_url,
    report_url,
    short_url,
    shortfall_url,
)
from .models import (
    Consignment,
    ConsignmentLine,
    GoodsReport,
    LineReduction,
    NoticeRhythm,
    ReportAnswer,
    Shortfall,
    ShortfallAnswer,
    StallNotices,
)
from .requests import CASH_METHODS
from .statuses import ShortfallChoice

COOPERATIVE_LANGUAGE = "vi"
MOST_CODES = 4
"""Parcels named in the SMS of a digest; it counts the others."""


def order_received(order: Any, attempt: PaymentAttempt) -> None:
    context = {
        "is_at_door": order.sheet.payment_method in CASH_METHODS,
        "consignments": order.consignments.order_by("pk")
        .select_related("cooperative", "ships_with")
        .prefetch_related("lines"),
        "pay_url": pay_url(attempt, language=order.sheet.language),
    }
    _to_buyer(order, "order_received", f"order-received:{order.number}", context)


def part_received(order: Any, attempt: PaymentAttempt) -> None:
    paid = paid_amount(order)
    context = {
        "paid_amount": paid,
        "open_amount": open_amount(attempt),
        "pay_url": pay_url(attempt, language=order.sheet.language),
    }
    _to_buyer(order, "part_received", f"part-received:{order.number}:{paid}", context)


def money_received(order: Any, consignments: Sequence[Consignment]) -> None:
    context = {"consignments": consignments}
    _to_buyer(order, "money_received", f"money-received:{order.number}", context)


def refund_due(order: Any, refund: Refund) -> None:
    _to_buyer(order, "refund_due", f"refund-due:{refund.pk}", {"refund": refund})


def order_expired(order: Any) -> None:
    """To the buyer of an order whose money did not come in time."""
    _to_buyer(order, "order_expired", f"order-expired:{order.number}", {})


def order_cancelled(order: Any) -> None:
    """To the buyer of an order that nobody has paid."""
    _to_buyer(order, "order_cancelled", f"order-cancelled:{order.number}", {})


def addition_missed(consignment: Consignment) -> None:
    """To the buyer whose addition was not paid when its parcel was packed, or called off."""
    key = f"addition-missed:{consignment.code}"
    _to_buyer(consignment.order, "addition_missed", key, {"consignment": consignment})


def parcel_cancelled(consignment: Consignment, back_amount: int, *, is_by_stall: bool) -> None:
    """To the buyer, with what goes back; to the cooperative, so that nobody packs it any more."""
    context = {
        "consignment": consignment,
        "lines": _left_of(consignment),
        "back_amount": back_amount,
        "is_by_stall": is_by_stall,
    }
    key = f"parcel-cancelled:{consignment.code}"
    _to_buyer(consignment.order, "parcel_cancelled", key, context)
    _to_stall(consignment, "parcel_off", f"parcel-off:{consignment.code}", context)


def shortfall_asked(
    shortfall: Shortfall, choices: Sequence[ShortfallChoice], silence: ShortfallChoice
) -> None:
    """To the buyer: what is missing, what to choose from and where, and what ``silence`` means."""
    order = shortfall.consignment.order
    context = {
        "consignment": shortfall.consignment,
        "shortfall": shortfall,
        "missing": list(shortfall.missing.select_related("line")),
        "choices": choices,
        "silence": silence,
        "answer_url": shortfall_url(shortfall),
    }
    _to_buyer(order, "shortfall_asked", f"shortfall-asked:{shortfall.pk}", context)


def shortfall_answered(answer: ShortfallAnswer, consignment: Consignment) -> None:
    """To the cooperative, which waits with packing for it."""
    context = {"answer": answer, "shortfall": answer.shortfall}
    _to_stall(consignment, "shortfall_answered", f"shortfall-answered:{answer.shortfall_id}", context)


def shortfall_withdrawn(shortfall: Shortfall, consignment: Consignment) -> None:
    """To the buyer, who need not choose any more."""
    key = f"shortfall-withdrawn:{shortfall.pk}"
    _to_buyer(consignment.order, "shortfall_withdrawn", key, {"consignment": consignment})


def parcel_reduced(consignment: Consignment, rows: Sequence[LineReduction], back_amount: int) -> None:
    """To the buyer: less comes, and so much goes back."""
    key = f"parcel-reduced:{consignment.code}:{rows[0].pk}"
    context = {"consignment": consignment, "rows": rows, "back_amount": back_amount}
    _to_buyer(consignment.order, "parcel_reduced", key, context)


def goods_reported(report: GoodsReport, consignment: Consignment) -> None:
    """To the cooperative: what its buyer says, and until when to answer."""
    context = {"report": report, "lines": list(report.lines.select_related("line"))}
    _to_stall(consignment, "goods_reported", f"goods-reported:{report.pk}", context)


def report_answered(answer: ReportAnswer, consignment: Consignment, back_amount: int) -> None:
    """To the buyer: what becomes of the report, and where to go on after a no. To the stall what the market said."""
    context = {
        "answer": answer,
        "consignment": consignment,
        "lines": list(answer.lines.select_related("line")),
        "back_amount": back_amount,
        "may_appeal": not answer.is_by_market and answer.report.is_partly_refused,
        "report_url": report_url(answer.report),
    }
    _to_buyer(consignment.order, "report_answered", f"report-answered:{answer.pk}", context)
    if answer.is_by_market:
        _to_stall(consignment, "report_decided", f"report-decided:{answer.pk}", context)


def to_pack(consignment: Consignment) -> None:
    """To the cooperative: its own lines, where they go, and nothing of other stalls.

    A cooperative that wants a digest hears of it there (``digests``). Writes: when the stall was told.
    """
    notices = _notices_of(consignment.cooperative)
    if notices and notices.rhythm == NoticeRhythm.DIGEST:
        return
    sheet = consignment.order.sheet
    context = {
        "lines": list(consignment.lines.all()),
        "buyer_name": sheet.buyer_name,
        "buyer_phone": sheet.buyer_phone,
        "address_text": sheet.address_text,
        "note": sheet.note,
        "is_at_door": sheet.payment_method in CASH_METHODS,
    }
    _to_stall(
        consignment,
        "to_pack",
        f"to-pack:{consignment.code}",
        context,
        ways=_stall_ways(consignment.cooperative, notices, "to_pack"),
    )
    Consignment.objects.filter(pk=consignment.pk).update(stall_told_at=timezone.now())


def packing_digest(notices: StallNotices, parcels: Sequence[Consignment], slot: dt.datetime) -> None:
    """To the cooperative: the parcels it has not been told of yet, one letter for ``slot``."""
    cooperative = notices.cooperative
    context = {
        "cooperative": cooperative,
        "parcels": parcels,
        "first_codes": [parcel.code for parcel in parcels[:MOST_CODES]],
        "more_count": max(len(parcels) - MOST_CODES, 0),
        "panel_url": panel_url(),
    }
    write_message(
        key=f"packing-digest:{cooperative.pk}:{slot:%Y-%m-%dT%H}",
        ways=stall_ways(cooperative, "packing_digest"),
        template="packing_digest",
        context=context,
        language=COOPERATIVE_LANGUAGE,
    )


def stall_ways(cooperative: Cooperative, template: str) -> list[Way]:
    """By mail, or by SMS first if the cooperative chose it; then mail is what is left."""
    return _stall_ways(cooperative, _notices_of(cooperative), template)


def _notices_of(cooperative: Cooperative) -> StallNotices | None:
    return StallNotices.objects.filter(cooperative=cooperative).first()


def _stall_ways(cooperative: Cooperative, notices: StallNotices | None, template: str) -> list[Way]:
    if notices is None or notices.channel != ChannelName.SMS:
        return [Way(ChannelName.MAIL, cooperative.email)]
    ways = ways_to(email=cooperative.email, phone=cooperative.phone, kind=template, phone_first=True)
    return [way for way in ways if way.channel != ChannelName.ZNS]


def handed_over(consignment: Consignment, door_amount: int = 0) -> None:
    """To the buyer; ``door_amount`` is what is to be paid for it at the door."""
    context = {"consignment": consignment, "lines": _left_of(consignment), "door_amount": door_amount}
    _to_buyer(consignment.order, "handed_over", f"handed-over:{consignment.code}", context)


def lot_recalled(consignment: Consignment, lot: Lot, title: str, reason: str) -> None:
    """To a buyer who has goods of the lot."""
    order = consignment.order
    context = {
        "lot": lot,
        "title": title,
        "reason": reason,
        "consignment": consignment,
        "lot_url": lot_url(lot, language=order.sheet.language),
    }
    _to_buyer(order, "lot_recalled", f"lot-recalled:{lot.code}:{consignment.code}", context)


def own_lot_recalled(lot: Lot, reason: str) -> None:
    """To the cooperative whose lot it is; the names of buyers stay in the panel."""
    _about_lot("own_lot_recalled", f"own-lot-recalled:{lot.code}", lot, {"reason": reason})


def ingredient_recalled(lot: Lot, source: Lot, reason: str) -> None:
    """To the cooperative whose ``lot`` has some of the recalled ``source`` in it."""
    key = f"ingredient-recalled:{lot.code}:{source.code}"
    _about_lot("ingredient_recalled", key, lot, {"source": source, "reason": reason})


def _about_lot(template: str, key: str, lot: Lot, context: dict[str, Any]) -> None:
    cooperative = lot.sheet.cooperative
    write_message(
        key=key,
        ways=stall_ways(cooperative, template),
        template=template,
        context={
            **context,
            "lot": lot,
            "title": lot.sheet.product.title,
            "cooperative": cooperative,
            "lot_url": lot_url(lot, language=COOPERATIVE_LANGUAGE),
            "panel_url": panel_url(),
        },
        language=COOPERATIVE_LANGUAGE,
    )


def invoice_sent(consignment: Consignment, invoice: Invoice, files: Sequence[Enclosure]) -> None:
    """The accepted invoice, as PDF and XML, to whoever was named for invoices."""
    context = {"consignment": consignment, "invoice": invoice, "lookup_url": lookup_url(invoice.language)}
    _to_buyer(
        consignment.order,
        "invoice",
        f"invoice:{_key_of(invoice)}",
        context,
        recipient=invoice.deliver_to,
        files=files,
    )


def _left_of(consignment: Consignment) -> list[ConsignmentLine]:
    """The lines of which anything was left to deliver."""
    return [line for line in consignment.lines.all() if line.left_quantity]


def _to_stall(
    consignment: Consignment,
    template: str,
    key: str,
    context: dict[str, Any],
    *,
    ways: Sequence[Way] | None = None,
) -> None:
    """To the consignment's cooperative; ``ways`` are those it chose, where they are known already."""
    write_message(
        key=key,
        ways=stall_ways(consignment.cooperative, template) if ways is None else ways,
        template=template,
        context={**context, "consignment": consignment, "panel_url": panel_url()},
        language=COOPERATIVE_LANGUAGE,
        reference=consignment.order.number,
    )


def _key_of(invoice: Invoice) -> str:
    """The consignment for its first invoice; each correction of it has a letter of its own."""
    return f"{invoice.source_reference}:{invoice.pk}" if invoice.corrects_id else invoice.source_reference


def _to_buyer(
    order: Any,
    template: str,
    key: str,
    context: dict[str, Any],
    *,
    recipient: str = "",
    files: Sequence[Enclosure] = (),
) -> None:
    """By mail, else by telephone; ``recipient`` is an address of its own, for papers."""
    sheet = order.sheet
    ways = [Way(ChannelName.MAIL, recipient)] if recipient else None
    write_message(
        key=key,
        ways=ways or ways_to(email=sheet.buyer_email, phone=sheet.buyer_phone, kind=template),
        template=template,
        context={
            **context,
            "order": order,
            "sheet": sheet,
            "order_url": order_url(sheet),
            "short_url": short_url(sheet),
        },
        language=sheet.language,
        attachments=files,
        reference=order.number,
    )
