"""The register of series: what a seller registered with the authority (form 01/ĐKTĐ-HĐĐT) and may issue under.

A row is written when the authority, or the provider in its place, has accepted the registration. The sandbox is asked
from here (``shop.invoices.declaring``); at a provider staff register on its site and write down what was accepted.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from catalog.models import Cooperative
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.invoices.models import SalesChannel, SeriesRegistration

_LETTERS = re.compile(r"[A-Z]{2}", re.ASCII)
_TILL_CODE = re.compile(r"[0-9A-Z]{5}", re.ASCII)


class NotRegistrable(ValueError):
    """The registration cannot be written down. ``field`` and ``code`` say where and why."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


@transaction.atomic
def register_series(
    *,
    seller: Cooperative,
    form: int,
    channel: str,
    letters: str,
    accepted_on: dt.date,
    is_coded: bool = True,
    till_code: str = "",
    by: Any = None,
) -> SeriesRegistration:
    """The series in the register, from ``accepted_on`` on. Audited.

    Locks: the seller. Writes: SeriesRegistration. Raises: NotRegistrable.
    """
    Cooperative.objects.select_for_update().get(pk=seller.pk)
    at_till = channel == SalesChannel.TILL
    rows = SeriesRegistration.objects.filter(seller=seller, form=form)
    if not _LETTERS.fullmatch(letters):
        raise NotRegistrable("letters", "two-capitals")
    if rows.filter(letters=letters).exists():
        raise NotRegistrable("letters", "used-before")
    if rows.filter(channel=channel, stopped_on=None).exists():
        raise NotRegistrable("channel", "in-use")
    if at_till and not _TILL_CODE.fullmatch(till_code):
        raise NotRegistrable("till_code", "five-characters")
    if not at_till and till_code:
        raise NotRegistrable("till_code", "only-at-till")
    if at_till and not is_coded:
        raise NotRegistrable("is_coded", "till-is-coded")
    if accepted_on > timezone.localdate():
        raise NotRegistrable("accepted_on", "in-future")
    made = SeriesRegistration.objects.create(
        seller=seller,
        form=form,
        channel=channel,
        letters=letters,
        is_coded=is_coded,
        till_code=till_code,
        accepted_on=accepted_on,
    )
    _tell(Verb.SERIES_REGISTERED, made, by)
    return made


@transaction.atomic
def stop_series(*, registration: SeriesRegistration, by: Any = None) -> SeriesRegistration:
    """The series is used no more from today on; what was issued under it stays. Audited. Idempotent.

    Locks/Writes: SeriesRegistration.
    """
    locked = SeriesRegistration.objects.select_for_update().get(pk=registration.pk)
    if locked.stopped_on is None:
        locked.stopped_on = timezone.localdate()
        locked.save(update_fields=["stopped_on"])
        _tell(Verb.SERIES_STOPPED, locked, by)
    return locked


def in_use(seller: Cooperative) -> list[SeriesRegistration]:
    """The seller's series that are in use today."""
    today = timezone.localdate()
    rows = SeriesRegistration.objects.filter(seller=seller, accepted_on__lte=today)
    return list(rows.filter(Q(stopped_on=None) | Q(stopped_on__gt=today)))


def _tell(verb: Verb, registration: SeriesRegistration, by: Any) -> None:
    symbol = registration.symbol_of(timezone.localdate().year)
    record(
        verb,
        about=f"{registration.form}{symbol}",
        cooperative_id=registration.seller_id,
        reference=f"series:{registration.pk}",
        by=by,
    )
