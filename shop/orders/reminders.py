"""Reminders that the calendar causes, not an order: certificates on their way to their end."""

from __future__ import annotations

import datetime as dt

from catalog.certificates import ending_on
from catalog.clock import VIETNAM
from catalog.models import Certificate
from catalog.ocop import reminder_mark, renewal_window
from shop.messages.models import Letter
from shop.messages.services import write_letter

from .letters import COOPERATIVE_LANGUAGE
from .links import certificate_url, panel_url


def remind_of_ends(now: dt.datetime) -> int:
    """How many cooperatives' letters were written now: one per certificate at 180, 150 and 120 days.

    A round that was missed is made up by the next one. Idempotent by certificate, end and mark.
    """
    on = now.astimezone(VIETNAM).date()
    due = {_key(certificate, on): certificate for certificate in ending_on(on)}
    known = set(Letter.objects.filter(key__in=due).values_list("key", flat=True))
    letters = [_remind(key, due[key], on) for key in due if key not in known]
    return sum(letter is not None for letter in letters)


def _key(certificate: Certificate, on: dt.date) -> str:
    mark = reminder_mark(on=on, valid_to=certificate.valid_to)
    return f"certificate-ending:{certificate.pk}:{certificate.valid_to:%Y-%m-%d}:{mark}"


def _remind(key: str, certificate: Certificate, on: dt.date) -> Letter | None:
    last_day_to_apply = renewal_window(certificate.valid_to)[1]
    return write_letter(
        key=key,
        recipient=certificate.sheet.cooperative.email,
        template="certificate_ending",
        context={
            "certificate": certificate,
            "cooperative": certificate.sheet.cooperative,
            "title": certificate.sheet.product.title,
            "days_left": (certificate.valid_to - on).days,
            "apply_by": last_day_to_apply,
            "is_late": on > last_day_to_apply,
            "certificate_url": certificate_url(certificate, language=COOPERATIVE_LANGUAGE)
            if certificate.sheet.is_public
            else "",
            "panel_url": panel_url(),
        },
        language=COOPERATIVE_LANGUAGE,
    )
