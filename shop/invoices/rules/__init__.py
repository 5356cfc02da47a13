"""Business rules that a single invoice must keep, over its XML.

Written from the decisions and decrees, not from the generator, which they are there to find out. Sums are compared
exactly, VAT per rate within one đồng. Sources: Decision 1271/QĐ-CT part II and annexes; Decree 254/2026/NĐ-CP
art. 10; Circular 91/2026/TT-BTC art. 10 and appendix I.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from shop.invoices.findings import Finding
from shop.invoices.rules.codes import check_codes
from shop.invoices.rules.general import check_general
from shop.invoices.rules.lines import LAST_DAYS, check_lines
from shop.invoices.rules.parties import check_parties
from shop.invoices.rules.related import check_related
from shop.invoices.rules.totals import check_totals
from shop.invoices.rules.values import Parts, day, parts_of, percent_of_rate

__all__ = ["LAST_DAYS", "Parts", "check_rules", "day", "parts_of", "percent_of_rate"]


def check_rules(
    parts: Parts, *, today: dt.date, last_days: Mapping[str, dt.date] = LAST_DAYS
) -> Iterator[Finding]:
    """Every rule of a single invoice that one with these parts breaks."""
    yield from check_general(parts, today=today)
    yield from check_parties(parts)
    yield from check_related(parts)
    yield from check_lines(parts, last_days=last_days)
    yield from check_totals(parts)
    yield from check_codes(parts)
