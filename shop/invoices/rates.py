"""Which VAT rate a line has on a day: the table in the database, and how it is changed by two people.

Source: Law 48/2024/QH15 art. 5, Law 149/2025/QH15, Resolution 204/2025/QH15 with Decree 174/2025/NĐ-CP. A rate
that ends (8 % on 31 December 2026) or is prolonged is a row, never a line of code.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation

from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.invoices.models import Invoice, RateRule, RateRuleStatus
from shop.invoices.sales import SaleRecord, SoldLine

RATE_CODE = re.compile(r"0%|5%|8%|10%|KCT|KKKNT|KHAC:\d\d\.\d\d%", re.ASCII)
_LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


class NotARule(ValueError):
    """The proposal cannot become a rule. ``field`` and ``code`` say where and why."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


def rules_in_force() -> list[RateRule]:
    """The table as two people agreed on it, of all days, the one decided last first."""
    rules = RateRule.objects.filter(status=RateRuleStatus.IN_FORCE)
    return sorted(rules, key=lambda rule: (rule.decided_at or _LONG_AGO, rule.pk), reverse=True)


def rule_for(line: SoldLine, rules: Sequence[RateRule], *, business_buyer: bool) -> RateRule:
    """The first rule that fits the line. Raises: LookupError if none does."""
    for rule in rules:
        if (
            rule.tax_class == line.tax_class
            and rule.processing in ("", line.processing)
            and rule.own_produced in (None, line.own_produced)
            and rule.business_buyer in (None, business_buyer)
        ):
            return rule
    raise LookupError(f"no VAT rule for {line.tax_class!r}")


def settled(
    record: SaleRecord, day: dt.date, rules: Sequence[RateRule]
) -> tuple[SaleRecord, list[dict[str, Any]]]:
    """The record with the rate of every line, and for each line the row of ``rules`` that gave it.

    A line whose rate is settled already (a correction) keeps it and names no row. A seller on the direct method
    writes no rates. Raises: LookupError if no rule covers a line on that day.
    """
    if not record.on_deduction:
        return record, []
    valid = [rule for rule in rules if rule.is_valid_on(day)]
    lines, used = [], []
    for position, line in enumerate(record.lines, start=1):
        if line.rate:
            lines.append(line)
            used.append({"line": position, "code": line.rate, "rule": None})
            continue
        rule = rule_for(line, valid, business_buyer=record.business_buyer)
        lines.append(dataclasses.replace(line, rate=rule.code))
        used.append({"line": position, "code": rule.code, "rule": rule.pk, "basis": rule.basis})
    return dataclasses.replace(record, lines=tuple(lines)), used


def last_days(rules: Iterable[RateRule]) -> dict[str, dt.date]:
    """Until when each rate is in use; the far future while a rule has no end."""
    found: dict[str, dt.date] = {}
    for rule in rules:
        found[rule.code] = max(found.get(rule.code, dt.date.min), rule.valid_to or dt.date.max)
    return found


@transaction.atomic
def propose_rule(*, by: Any, now: dt.datetime | None = None, **values: Any) -> RateRule:
    """A rule that waits for a second person. Writes: RateRule. Raises: NotARule."""
    rule = RateRule(proposed_by=by, status=RateRuleStatus.PROPOSED, **values)
    if not RATE_CODE.fullmatch(rule.code):
        raise NotARule("code", "unknown-code")
    if rule.valid_to and rule.valid_to < rule.valid_from:
        raise NotARule("valid_to", "ends-before-it-begins")
    _demand_future(rule, now or timezone.now())
    rule.save()
    _tell(Verb.TAX_RULE_PROPOSED, rule, by)
    return rule


@transaction.atomic
def decide_rule(*, rule: RateRule, accept: bool, by: Any, now: dt.datetime | None = None) -> RateRule:
    """The rule in force, or refused, by somebody else than who proposed it.

    Locks/Writes: RateRule. Raises: NotARule for the proposer, or when its first day has been reached meanwhile.
    Idempotent: a decided rule is returned as it is.
    """
    now = now or timezone.now()
    locked = RateRule.objects.select_for_update().get(pk=rule.pk)
    if locked.status != RateRuleStatus.PROPOSED:
        return locked
    if locked.proposed_by_id == by.pk:
        raise NotARule("decided_by", "same-person")
    if accept:
        _demand_future(locked, now)
    locked.status = RateRuleStatus.IN_FORCE if accept else RateRuleStatus.REFUSED
    locked.decided_by, locked.decided_at = by, now
    locked.save(update_fields=["status", "decided_by", "decided_at"])
    _tell(Verb.TAX_RULE_ACCEPTED if accept else Verb.TAX_RULE_REFUSED, locked, by)
    return locked


def _tell(verb: Verb, rule: RateRule, by: Any) -> None:
    with translation.override(settings.LANGUAGE_CODE):  # its name in the record
        about = f"{rule.get_tax_class_display()} {rule.get_processing_display()}".strip()
    changes = {
        "code": (None, rule.code),
        "valid_from": (None, rule.valid_from),
        "valid_to": (None, rule.valid_to),
    }
    record(verb, about=about, reference=f"rate:{rule.pk}", changes=changes, reason=rule.basis, by=by)


def _demand_future(rule: RateRule, now: dt.datetime) -> None:
    """A rule begins tomorrow at the earliest and after the last invoice: what is issued keeps its rates."""
    last_issued: dt.date | None = Invoice.objects.aggregate(last=Max("issued_on"))["last"]
    if rule.valid_from <= max(timezone.localdate(now), last_issued or dt.date.min):
        raise NotARule("valid_from", "begins-too-early")
