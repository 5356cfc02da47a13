"""Who runs the market, as its pages tell it: the one place that pages ask, and how two people change it.

The environment (``settings.OPERATOR``) is told until the panel holds something else; from then on editions follow each
other, each from a day on, and none is rewritten (docs/decisions/0045).
Source: Decree 248/2026/NĐ-CP art. 4.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.clock import today

NAMES = ("legal_name", "tax_code", "registration", "representative", "address", "phone", "email")


@dataclass(frozen=True)
class Operator:
    """What the law wants told; empty where nobody has said it yet.

    ``since`` is the first day of these data, None while they are the environment's. ``coming`` follows them, and
    ``earlier`` came before, the newest first; both only where pages show them (``operator_with_history``).
    """

    legal_name: str = ""
    tax_code: str = ""
    registration: str = ""
    """Number, day and place of the registration, as one line."""
    representative: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    since: dt.date | None = None
    coming: tuple[OperatorEdition, ...] = ()
    earlier: tuple[OperatorEdition, ...] = ()


class EditionStatus(models.TextChoices):
    """proposed → accepted | refused; decided by somebody else than who proposed it."""

    PROPOSED = "proposed", _("Chờ người thứ hai duyệt")
    ACCEPTED = "accepted", _("Đã duyệt")
    REFUSED = "refused", _("Không duyệt")


class OperatorEdition(models.Model):
    """Who runs the market from a day on. Met at ``/chinh-sach/`` and on the operator's screen.

    Of those accepted the one with the latest day that has come counts, of one day the one decided last. What it says
    is never changed and no row is deleted (database trigger): another edition follows.
    """

    legal_name = models.CharField(max_length=255)
    tax_code = models.CharField(max_length=14, blank=True)
    registration = models.CharField(max_length=255, blank=True)
    representative = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=255, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    valid_from = models.DateField()
    reason = models.CharField(max_length=255)
    status = models.CharField(max_length=8, choices=EditionStatus, default=EditionStatus.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cms"
        ordering = ("-valid_from", "-decided_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="operator_edition_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(~Q(status="proposed"), decided_by__isnull=False, decided_at__isnull=False),
                name="operator_edition_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.legal_name} {self.valid_from:%d/%m/%Y}"


class NotAnEdition(ValueError):
    """Nothing to propose, or not by this person. ``field`` (empty: none) and ``code`` say where and why."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


def operator(day: dt.date | None = None) -> Operator:
    """The operator of this market on that day, by default today."""
    row = OperatorEdition.objects.filter(
        status=EditionStatus.ACCEPTED, valid_from__lte=day or today()
    ).first()
    return _told(row) if row else _installed()


def operator_with_history() -> Operator:
    """The operator of today, what is to follow and what came before. One query."""
    rows = list(OperatorEdition.objects.filter(status=EditionStatus.ACCEPTED))
    begun = [row for row in rows if row.valid_from <= today()]
    coming = tuple(row for row in reversed(rows) if row.valid_from > today())
    if not begun:
        return _installed(coming=coming)
    return _told(begun[0], coming=coming, earlier=tuple(begun[1:]))


def waiting_editions() -> models.QuerySet[OperatorEdition]:
    """Those about which a second person has to decide."""
    return OperatorEdition.objects.filter(status=EditionStatus.PROPOSED)


def _installed(**more: Any) -> Operator:
    given: dict[str, Any] = settings.OPERATOR
    return Operator(**given, **more)


def _told(row: OperatorEdition, **more: Any) -> Operator:
    return Operator(**{name: getattr(row, name) for name in NAMES}, since=row.valid_from, **more)


def changes_of(edition: OperatorEdition) -> dict[str, tuple[Any, Any]]:
    """Field → (what would be told on its first day without it, what it says), where they differ.

    For one that is not accepted yet.
    """
    before = operator(max(edition.valid_from, today()))
    pairs = {name: (getattr(before, name), getattr(edition, name)) for name in NAMES}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@transaction.atomic
def propose(*, by: Any, valid_from: dt.date, reason: str, **values: str) -> OperatorEdition:
    """An edition that waits for a second person. Writes: OperatorEdition.

    ``values``: all of ``NAMES``. Raises: NotAnEdition for a day that is over, or when nothing would change.
    """
    if valid_from < today():
        raise NotAnEdition("valid_from", "begins-too-early")
    edition = OperatorEdition(valid_from=valid_from, reason=reason, proposed_by=by, **values)
    told = operator(valid_from)
    if all(getattr(told, name) == getattr(edition, name) for name in NAMES):
        raise NotAnEdition("", "nothing-new")
    edition.save()
    return edition


@transaction.atomic
def decide(pk: int, *, accept: bool, by: Any) -> tuple[OperatorEdition, bool]:
    """The edition decided by somebody else than who proposed it, and whether this call did it.

    One whose day has passed while it waited begins today: nothing is in force before it is decided.
    Locks/Writes: OperatorEdition. Raises: NotAnEdition for the proposer. Idempotent: one that is decided stays.
    """
    edition = OperatorEdition.objects.select_for_update().get(pk=pk)
    if edition.status != EditionStatus.PROPOSED:
        return edition, False
    if edition.proposed_by_id == by.pk:
        raise NotAnEdition("decided_by", "same-person")
    edition.status = EditionStatus.ACCEPTED if accept else EditionStatus.REFUSED
    edition.decided_by, edition.decided_at = by, timezone.now()
    edition.valid_from = max(edition.valid_from, today())
    edition.save(update_fields=["status", "decided_by", "decided_at", "valid_from"])
    return edition, True
