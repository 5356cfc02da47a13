"""Places in series: which series an invoice goes into, and when numbers may be given at all.

Source: Circular 91/2026/TT-BTC appendix I: the year is part of the symbol, so a series begins anew at midnight on
1 January; numbers are continuous and their order agrees with the dates.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Count, F, Max, Min
from django.db.models.functions import Coalesce

from catalog.models import Cooperative
from shop.invoices.findings import Finding, finding
from shop.invoices.models import InvoiceSeries, SalesChannel, SeriesRegistration, TillCounter

DEFAULT_LETTERS = "AA"  # on the web, of a seller without any row in SeriesRegistration for it
_LAST_NUMBER = 99_999_999
_LAST_RUNNING = 99_999_999_999
_NUMBER = "HDon/DLHDon/TTChung/SHDon"


class NotIssued(Exception):
    """The invoice would break a rule; nothing was numbered. ``findings`` say what and where."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(f"{found.code} {found.path}" for found in findings))
        self.findings = findings


class NumbersMissing(Exception):
    """The authority knows higher numbers than this database: documents were lost with the restored data."""

    def __init__(self, series: InvoiceSeries, highest: int) -> None:
        super().__init__(f"{series}: {series.last_number + 1}–{highest} are not in this database")
        self.series = series
        self.highest = highest


def locked_series(
    seller: Cooperative, form: str, day: dt.date, *, channel: str = SalesChannel.WEB
) -> InvoiceSeries:
    """The series of that day for the seller's channel, locked until the transaction ends.

    Locks: the series. Raises: NotIssued when the series is not registered, must be compared first, or would go
    back in time.
    """
    symbol = registered_for(seller, form, day, channel).symbol_of(day.year)
    mine = InvoiceSeries.objects.select_for_update().filter(seller=seller, form=int(form), symbol=symbol)
    series = mine.first()
    if series is None:
        InvoiceSeries.objects.get_or_create(seller=seller, form=int(form), symbol=symbol)
        series = mine.get()
    if series.is_unchecked:
        raise NotIssued([finding("numbers_unchecked", _NUMBER, series)])
    if series.last_issued_on and series.last_issued_on > day:
        raise NotIssued([finding("date_before_last", "HDon/DLHDon/TTChung/NLap")])
    if series.last_number >= _LAST_NUMBER:
        raise NotIssued([finding("series_full", _NUMBER, series)])
    return series


def till_code(registration: SeriesRegistration, day: dt.date, running: int) -> str:
    """The code of an invoice from a cash register; ``running`` is unique in the seller's year.

    Raises: ValueError for a registration without the authority's five characters.
    """
    if not registration.till_code:
        raise ValueError(f"{registration} is not registered for a cash register")
    return f"M{registration.form}-{day:%y}-{registration.till_code}-{running:011d}"


def next_till_code(seller: Cooperative, form: str, day: dt.date) -> str:
    """The code (MCCQT) of the seller's next invoice from a cash register; the running number is used up with it.

    Locks/Writes: TillCounter, which comes after the series. Raises: NotIssued without a registered cash register, or
    when the year has no numbers left.
    """
    registration = registered_for(seller, form, day, SalesChannel.TILL)
    mine = TillCounter.objects.select_for_update().filter(seller=seller, year=day.year)
    counter = mine.first()
    if counter is None:
        TillCounter.objects.get_or_create(seller=seller, year=day.year)
        counter = mine.get()
    if counter.last >= _LAST_RUNNING:
        raise NotIssued([finding("series_full", "HDon/MCCQT", registration.till_code)])
    counter.last += 1
    counter.save(update_fields=["last"])
    return till_code(registration, day, counter.last)


@transaction.atomic
def stop_numbering() -> int:
    """How many series wait to be compared. To be called on restored data, before anything is issued.

    Locks/Writes: InvoiceSeries. Idempotent.
    """
    return InvoiceSeries.objects.filter(is_unchecked=False).update(is_unchecked=True)


@transaction.atomic
def release_series(*, series: InvoiceSeries, highest: int) -> InvoiceSeries:
    """The series, open again: ``highest`` is the highest number that the authority or provider knows of it.

    Locks/Writes: InvoiceSeries. Raises: NumbersMissing when numbers were given that this database does not hold.
    Idempotent.
    """
    locked = InvoiceSeries.objects.select_for_update().get(pk=series.pk)
    if highest > locked.last_number:
        raise NumbersMissing(locked, highest)
    locked.is_unchecked = False
    locked.save(update_fields=["is_unchecked"])
    return locked


def gaps() -> list[str]:
    """Series whose rows are not 1 … last; a sound database has none."""
    # No number stands twice in a series (a constraint), so that count, first and last tell all.
    rows = InvoiceSeries.objects.order_by("pk").annotate(
        rows=Count("invoices"),
        first=Coalesce(Min("invoices__number"), 1),
        last=Coalesce(Max("invoices__number"), 0),
    )
    broken = rows.exclude(rows=F("last_number"), first=1, last=F("last_number"))
    return [str(series) for series in broken]


def registered_for(seller: Cooperative, form: str, day: dt.date, channel: str) -> SeriesRegistration:
    """The registration in use that day. A seller with none at all on the web sells there under the usual letters.

    Raises: NotIssued where another is registered and this is not; a cash register always has to be.
    """
    rows = SeriesRegistration.objects.filter(seller=seller, channel=channel).order_by("-accepted_on", "-pk")
    registered = list(rows)
    for each in registered:
        is_in_use = each.accepted_on <= day and (each.stopped_on is None or each.stopped_on > day)
        if is_in_use and each.form == int(form):
            return each
    if registered or channel != SalesChannel.WEB:
        raise NotIssued([finding("not_registered", "HDon/DLHDon/TTChung/KHHDon")])
    return SeriesRegistration(
        seller=seller, form=int(form), channel=channel, letters=DEFAULT_LETTERS, accepted_on=day
    )


def has_till(seller: Cooperative, form: str, day: dt.date) -> bool:
    """Whether the seller has a cash register for invoices of that form that day."""
    try:
        registered_for(seller, form, day, SalesChannel.TILL)
    except NotIssued:
        return False
    return True
