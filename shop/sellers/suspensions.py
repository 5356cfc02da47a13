"""Stopping a stall and letting it sell again.

Source: E-commerce Law 122/2025/QH15 art. 12, 14, 15, 17 and Decree 248/2026/NĐ-CP art. 17, 18: within 24 hours where an
authority orders it; otherwise the seller is told the reasons at least five days before.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.clock import today
from catalog.models import Cooperative
from catalog.stalls import set_open
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.messages.services import write_letter

from .models import Ground, Suspension

NOTICE = dt.timedelta(days=5)


class AlreadySuspended(Exception):
    """The stall is stopped, or about to be."""


def check_ground(ground: Ground, reason: str, order_number: str, order_date: dt.date | None) -> None:
    """Raises: ValidationError without a reason, or without number and day of the authority's document, by field."""
    missing = {}
    if not reason.strip():
        missing["reason"] = _("Bạn ghi rõ lý do.")
    if ground == Ground.AUTHORITY and not order_number.strip():
        missing["order_number"] = _("Bạn ghi số văn bản của cơ quan yêu cầu.")
    if ground == Ground.AUTHORITY and order_date is None:
        missing["order_date"] = _("Bạn ghi ngày của văn bản.")
    if order_date and order_date > today():
        missing["order_date"] = _("Ngày của văn bản không thể ở sau hôm nay.")
    if missing:
        raise ValidationError(missing)


@transaction.atomic
def suspend(
    *,
    cooperative: Cooperative,
    ground: Ground,
    reason: str,
    by: Any,
    order_number: str = "",
    order_date: dt.date | None = None,
) -> Suspension:
    """Stop the stall: at once where an authority orders it, in five days by the market's own rules.

    Orders stay to be packed. Writes: Suspension, a letter, the log; the stall and its goods if it takes effect now.
    Raises: AlreadySuspended; ValidationError as ``check_ground``.
    """
    check_ground(ground, reason, order_number, order_date)
    now = timezone.now()
    try:
        with transaction.atomic():
            suspension = Suspension.objects.create(
                cooperative=cooperative,
                ground=ground,
                order_number=order_number.strip(),
                order_date=order_date,
                reason=reason.strip(),
                decided_by=by,
                decided_at=now,
                effective_at=now if ground == Ground.AUTHORITY else now + NOTICE,
            )
    except IntegrityError:
        raise AlreadySuspended from None
    _tell(Verb.STALL_SUSPENDED, suspension, reason, by)
    _write(suspension, "stall_suspended")
    _apply(suspension, now)
    return suspension


@transaction.atomic
def lift(*, suspension: Suspension, reason: str, by: Any) -> None:
    """The stall is what it was before: it sells again, or stays closed; if the time had not come, nothing had changed.

    Locks: the suspension. Writes: it, a letter, the log, the stall and its goods. Idempotent.
    """
    fresh = _locked(suspension.pk)
    if fresh.lifted_at is not None:
        return
    fresh.lifted_at, fresh.lifted_by, fresh.lift_reason = timezone.now(), by, reason.strip()
    fresh.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    if fresh.applied_at is not None:
        set_open(cooperative=fresh.cooperative, is_open=fresh.was_open)
    _tell(Verb.STALL_REOPENED, fresh, reason, by)
    _write(fresh, "stall_reopened")


def apply_due(now: dt.datetime | None = None) -> int:
    """How many stalls were stopped now because their time has come. Idempotent."""
    now = now or timezone.now()
    due = Suspension.objects.filter(lifted_at=None, applied_at=None, effective_at__lte=now)
    return sum(_apply_one(pk, now) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _apply_one(pk: int, now: dt.datetime) -> bool:
    fresh = _locked(pk)
    return fresh.lifted_at is None and fresh.applied_at is None and _apply(fresh, now)


def _apply(suspension: Suspension, now: dt.datetime) -> bool:
    if suspension.effective_at > now:
        return False
    stall = Cooperative.objects.select_for_update(no_key=True).get(pk=suspension.cooperative_id)
    suspension.was_open, suspension.applied_at = stall.is_open, now
    set_open(cooperative=suspension.cooperative, is_open=False)
    suspension.save(update_fields=["was_open", "applied_at"])
    return True


def _locked(pk: int) -> Suspension:
    return Suspension.objects.select_for_update(of=("self",)).select_related("cooperative").get(pk=pk)


def _write(suspension: Suspension, template: str) -> None:
    write_letter(
        key=f"{template}:{suspension.pk}",
        recipient=suspension.cooperative.email,
        template=template,
        context={"suspension": suspension, "stall": suspension.cooperative},
        language=settings.LANGUAGE_CODE,
    )


def _tell(verb: Verb, suspension: Suspension, reason: str, by: Any) -> None:
    stall = suspension.cooperative
    about = f"{stall.name} {suspension.order_number}".strip()
    record(verb, about=about, cooperative_id=stall.pk, reference=f"stall:{stall.pk}", reason=reason, by=by)
