"""What the cards of the start screen count, and the line below a number."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.certificates import ending_for
from catalog.clock import today
from catalog.models import Certificate, CheckState
from catalog.ocop import renewal_window
from catalog.papers import papers_ending_for
from catalog.tenancy import cooperatives_of
from shop.money import format_amount
from shop.orders.models import Consignment, OrderEvent, Shortfall
from shop.orders.statuses import ConsignmentStatus, OrderEventKind
from shop.payments.models import RefundState
from shop.stories.services import keys_with
from shop.templatetags.market import day, moment

from .selectors import (
    certificates_for,
    complaints_for,
    consignments_for,
    papers_for,
    refunds_for,
    reports_for,
    stall_stories_for,
)

JUST_NOW = dt.timedelta(days=3)


def refund_sum(user: Any) -> str:
    due = refunds_for(user).filter(state=RefundState.REQUESTED).order_by()
    amount = due.aggregate(total=Sum("amount"))["total"]
    return format_amount(amount) if amount else ""


def nearest_deadline(user: Any) -> str:
    """The complaint that is due first."""
    first = complaints_for(user).still_open().by_deadline().first()
    if first is None or first.next_due_at is None:
        return ""
    text = _("Quá hạn từ %(due)s") if first.is_overdue else _("Hạn gần nhất %(due)s")
    return text % {"due": moment(first.next_due_at)}


def nearest_answer(user: Any) -> str:
    """The report of goods whose answer is due first."""
    first = reports_for(user).waiting().order_by("answer_by").first()
    if first is None:
        return ""
    text = _("Quá hạn từ %(due)s") if first.is_overdue else _("Hạn gần nhất %(due)s")
    return text % {"due": moment(first.answer_by)}


def ending_certificates(user: Any) -> QuerySet[Certificate]:
    return ending_for(cooperatives_of(user), today())


def nearest_end(user: Any) -> str:
    """The certificate that ends first and what is to be done about it."""
    first = ending_certificates(user).first()
    if first is None:
        return ""
    apply_by = renewal_window(first.valid_to)[1]
    if apply_by < today():
        text = _("%(title)s: hết hạn %(day)s")
        return text % {"title": first.sheet.product.title, "day": f"{first.valid_to:%d/%m/%Y}"}
    text = _("%(title)s: nộp hồ sơ trước hết ngày %(day)s")
    return text % {"title": first.sheet.product.title, "day": f"{apply_by:%d/%m/%Y}"}


def nearest_paper_end(user: Any) -> str:
    first = papers_ending_for(cooperatives_of(user), today()).first()
    if first is None:
        return ""
    return f"{first.get_kind_display()}, {first.about}: {day(first.valid_to)}"


def in_check(user: Any, state: CheckState) -> int:
    return certificates_for(user).in_check(state).count() + papers_for(user).in_check(state).count()


def ready_to_pack(user: Any) -> QuerySet[Consignment]:
    """Without those whose buyer is asked something first."""
    asked = Shortfall.objects.waiting().values("consignment")
    return consignments_for(user).filter(status=ConsignmentStatus.TO_PACK).exclude(pk__in=asked)


def just_cancelled(user: Any) -> QuerySet[Consignment]:
    """Parcels that were called off in these days, by the buyer or for want of goods."""
    called_off = OrderEvent.objects.filter(
        kind__in=(OrderEventKind.CANCELLED, OrderEventKind.STALL_CANCELLED),
        created_at__gte=timezone.now() - JUST_NOW,
    )
    return consignments_for(user).filter(
        status=ConsignmentStatus.CANCELLED, pk__in=called_off.values("consignment")
    )


def stories_with(user: Any, status: str) -> int:
    """Stories of stalls that wait for an editor, or were sent back by one."""
    return stall_stories_for(user).filter(pk__in=keys_with(status)).count()
