"""Reminders that the calendar causes, not an order: certificates, papers and signatures on their way to their end."""

from __future__ import annotations

import datetime as dt

from catalog import validity
from catalog.certificates import ending_on
from catalog.clock import VIETNAM
from catalog.models import Certificate, Cooperative, Paper
from catalog.ocop import reminder_mark, renewal_window
from catalog.papers import papers_ending_on
from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.invoices import certificates as signing
from shop.invoices.models import SigningCertificate
from shop.messages.models import Letter
from shop.messages.services import write_letter

from .letters import COOPERATIVE_LANGUAGE
from .links import certificate_url, panel_url


def remind_of_ends(now: dt.datetime) -> int:
    """How many cooperatives' letters were written now: one per certificate at 180, 150 and 120 days, one per
    other paper at 90, 60 and 30.

    A round that was missed is made up by the next one. Idempotent by certificate, end and mark.
    """
    on = now.astimezone(VIETNAM).date()
    due: dict[str, Certificate | Paper] = {
        _key(certificate, on): certificate for certificate in ending_on(on)
    }
    due |= {_paper_key(paper, end, on): paper for paper in papers_ending_on(on) if (end := paper.valid_to)}
    known = set(Letter.objects.filter(key__in=due).values_list("key", flat=True))
    letters = [_remind(key, due[key], on) for key in due if key not in known]
    return sum(letter is not None for letter in letters)


def _key(certificate: Certificate, on: dt.date) -> str:
    mark = reminder_mark(on=on, valid_to=certificate.valid_to)
    return f"certificate-ending:{certificate.pk}:{certificate.valid_to:%Y-%m-%d}:{mark}"


def _paper_key(paper: Paper, end: dt.date, on: dt.date) -> str:
    mark = validity.reminder_mark(on=on, last_day=end, marks=validity.PAPER_REMINDER_DAYS)
    return f"paper-ending:{paper.pk}:{end:%Y-%m-%d}:{mark}"


def _remind(key: str, proof: Certificate | Paper, on: dt.date) -> Letter | None:
    return _remind_of_paper(key, proof, on) if isinstance(proof, Paper) else _remind_of_star(key, proof, on)


def _remind_of_paper(key: str, paper: Paper, on: dt.date) -> Letter | None:
    return write_letter(
        key=key,
        recipient=paper.owner.email,
        template="paper_ending",
        context={
            "paper": paper,
            "cooperative": paper.owner,
            "days_left": (paper.valid_to - on).days if paper.valid_to else None,
            "panel_url": panel_url(),
        },
        language=COOPERATIVE_LANGUAGE,
    )


def _remind_of_star(key: str, certificate: Certificate, on: dt.date) -> Letter | None:
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


def remind_of_signing(now: dt.datetime) -> int:
    """How many letters were written now about certificates that invoices are signed with.

    To the invoice staff, and to the cooperative where the key is its own, at 30, 14 and 3 days and after the end.
    Idempotent by certificate, mark and address.
    """
    due = {
        f"signing-ending:{one.serial[:32]}:{mark}:{address}": (one, mark, address)
        for one in signing.ending(now)
        if (mark := signing.mark_of(one, now)) is not None
        for address in _told_of(one)
    }
    known = set(Letter.objects.filter(key__in=due).values_list("key", flat=True))
    letters = [_remind_of_signing(key, *due[key], now) for key in due if key not in known]
    return sum(letter is not None for letter in letters)


def _told_of(certificate: SigningCertificate) -> list[str]:
    staff = User.objects.filter(is_active=True, groups__name=Role.INVOICE_STAFF, email__isnull=False)
    holders = Cooperative.objects.filter(tax_code=certificate.tax_code).exclude(email="")
    return sorted({*staff.values_list("email", flat=True), *holders.values_list("email", flat=True)})


def _remind_of_signing(
    key: str, certificate: SigningCertificate, mark: int, address: str, now: dt.datetime
) -> Letter | None:
    return write_letter(
        key=key,
        recipient=address,
        template="signing_ending",
        context={
            "certificate": certificate,
            "is_over": mark == 0,
            "days_left": signing.days_left(certificate, now),
            "panel_url": panel_url(),
        },
        language=COOPERATIVE_LANGUAGE,
    )
