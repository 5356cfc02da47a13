"""What is taken off a sale before its stall is paid: dated rates as rows, and the amounts that follow.

Source of the taxes: Decree 117/2025/NĐ-CP, in force since 2025-07-01 (a platform that takes orders and money withholds
VAT and PIT of households and individuals; cooperatives declare by themselves). The market's commission is 0 until the
operator enters another rate; it is taken with its VAT inside, and the market's own invoice for it is not made here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from catalog.clock import today
from catalog.models import Cooperative
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.money import round_dong

from .models import Levy, LevyKind


@dataclass(frozen=True)
class Rates:
    """Unit: hundredths of a percent."""

    commission: int = 0
    vat: int = 0
    pit: int = 0


class TooEarly(ValueError):
    """A rate from a day that is over: parcels of that day are settled by another one already."""


def part_of(amount: int, basis_points: int) -> int:
    """So many hundredths of a percent of ``amount``, half up.

    >>> part_of(99_990, 500), part_of(125_000, 0)
    (5000, 0)
    """
    return round_dong(Decimal(amount) * basis_points / 10_000)


def rates_on(day: dt.date, cooperative: Cooperative) -> Rates:
    """What is taken off the stall's sales of that day: its own rate, else that of its legal form, else everybody's."""
    fits = Q(cooperative=cooperative) | Q(cooperative=None, legal_form__in=("", cooperative.legal_form))
    rows = list(Levy.objects.filter(fits, valid_from__lte=day))

    def last(kind: LevyKind) -> int:
        def weight(row: Levy) -> tuple[bool, bool, dt.date, int]:
            return (row.cooperative_id is not None, bool(row.legal_form), row.valid_from, row.pk)

        of_kind = [row for row in rows if row.kind == kind]
        return max(of_kind, key=weight).basis_points if of_kind else 0

    return Rates(last(LevyKind.COMMISSION), last(LevyKind.VAT), last(LevyKind.PIT))


@transaction.atomic
def enter(
    *,
    kind: LevyKind,
    basis_points: int,
    valid_from: dt.date,
    note: str,
    by: Any,
    cooperative: Cooperative | None = None,
    legal_form: str = "",
) -> Levy:
    """A rate from a day to come, or today. Writes: Levy, the log. Raises: TooEarly."""
    if valid_from < today():
        raise TooEarly(valid_from)
    levy = Levy.objects.create(
        kind=kind,
        basis_points=basis_points,
        valid_from=valid_from,
        note=note,
        entered_by=by,
        cooperative=cooperative,
        legal_form=legal_form,
    )
    whom = cooperative.name if cooperative else levy.get_legal_form_display()
    record(
        Verb.LEVY_ENTERED,
        about=f"{levy.get_kind_display()} {basis_points / 100:g}% {whom}".strip(),
        cooperative_id=cooperative.pk if cooperative else None,
        reference=f"levy:{levy.pk}",
        changes={"valid_from": (None, valid_from)},
        reason=note,
        by=by,
    )
    return levy
