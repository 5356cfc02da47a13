"""VAT rates as dated rows: each case of the law, the end of the 8 %, two people, and nothing issued changes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from shop.invoices import formats, rates, services
from shop.invoices.models import RateRule, RateRuleStatus
from shop.invoices.rates import NotARule, decide_rule, propose_rule, rules_in_force, settled
from shop.invoices.sales import SoldLine
from tests.factories import make_cooperative, make_user
from tests.shop.invoices.test_services import record, waiting
from tests.support.authority import keys_in

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 23, 5, tzinfo=dt.UTC)
NEXT_YEAR = dt.date(2027, 1, 1)


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings: Any) -> None:
    settings.INVOICE_KEYS_DIR = keys_in(tmp_path / "keys")


def people() -> tuple[Any, Any]:
    return make_user(), make_user()


def rate(tax_class: str, day: dt.date, *, business: bool = False, **line: Any) -> str:
    sold = SoldLine(name="Món", tax_class=tax_class, gross_amount=1000, **line)
    return rates.rule_for(
        sold, [rule for rule in rules_in_force() if rule.is_valid_on(day)], business_buyer=business
    ).code


def extension(by: Any, **changes: Any) -> RateRule:
    values = {
        "tax_class": "processed",
        "code": "8%",
        "valid_from": NEXT_YEAR,
        "valid_to": dt.date(2027, 6, 30),
        "basis": "Nghị quyết mẫu",
    }
    return propose_rule(by=by, now=NOON, **(values | changes))


@pytest.mark.parametrize(
    ("tax_class", "day", "business", "code"),
    [
        ("own_produce", dt.date(2026, 11, 23), False, "KCT"),
        ("own_produce", dt.date(2026, 11, 23), True, "KCT"),
        ("traded_produce", dt.date(2025, 12, 31), True, "5%"),
        ("traded_produce", dt.date(2026, 1, 1), True, "KKKNT"),
        ("traded_produce", dt.date(2026, 1, 1), False, "5%"),
        ("processed", dt.date(2026, 12, 31), False, "8%"),
        ("processed", dt.date(2027, 1, 1), False, "10%"),
        ("service", dt.date(2026, 12, 31), True, "8%"),
        ("service", dt.date(2027, 1, 1), True, "10%"),
        ("excise", dt.date(2026, 12, 31), False, "10%"),
    ],
)
def test_the_shipped_rows_say_what_the_law_says(
    tax_class: str, day: dt.date, business: bool, code: str
) -> None:
    assert rate(tax_class, day, business=business) == code


def test_a_day_that_no_row_covers_has_no_rate() -> None:
    with pytest.raises(LookupError):
        rate("processed", dt.date(2025, 6, 30))


def test_an_extension_of_the_eight_percent_is_a_row_that_two_people_put_in_force() -> None:
    proposer, second = people()
    rule = extension(proposer)
    assert rate("processed", NEXT_YEAR) == "10%"
    with pytest.raises(NotARule) as refusal:
        decide_rule(rule=rule, accept=True, by=proposer, now=NOON)
    assert refusal.value.code == "same-person"
    decided = decide_rule(rule=rule, accept=True, by=second, now=NOON)
    assert (decided.status, decided.decided_by) == (RateRuleStatus.IN_FORCE, second)
    assert rate("processed", NEXT_YEAR) == "8%"
    assert rate("processed", dt.date(2027, 7, 1)) == "10%"
    assert rate("service", NEXT_YEAR) == "10%"
    assert decide_rule(rule=rule, accept=False, by=second, now=NOON).status == RateRuleStatus.IN_FORCE


def test_invoices_of_the_new_year_use_the_new_row_and_name_it() -> None:
    proposer, second = people()
    rule = decide_rule(rule=extension(proposer), accept=True, by=second, now=NOON)
    seller = make_cooperative(tax_code="5699999011")
    december = services.issue(
        invoice=waiting(seller, "HTAAAAAAAA-1"), now=dt.datetime(2026, 12, 31, 16, 59, tzinfo=dt.UTC)
    )
    january = services.issue(
        invoice=waiting(seller, "HTAAAAAAAB-1"), now=dt.datetime(2026, 12, 31, 17, 0, tzinfo=dt.UTC)
    )
    shipped = RateRule.objects.get(tax_class="processed", code="8%", proposed_by=None)
    assert [used["rule"] for used in december.rates_used if used["line"] == 2] == [shipped.pk]
    assert [(used["rule"], used["code"]) for used in january.rates_used if used["line"] == 2] == [
        (rule.pk, "8%")
    ]
    assert [one.rate for one in formats.read(services.signed_xml(january)).rates] == ["KCT", "8%", "10%"]


def test_a_refused_row_never_applies() -> None:
    proposer, second = people()
    refused = decide_rule(rule=extension(proposer), accept=False, by=second, now=NOON)
    assert refused.status == RateRuleStatus.REFUSED
    assert rate("processed", NEXT_YEAR) == "10%"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"code": "7%"}, "code", "unknown-code"),
        ({"code": "KHAC"}, "code", "unknown-code"),
        ({"valid_to": dt.date(2026, 12, 31)}, "valid_to", "ends-before-it-begins"),
        ({"valid_from": dt.date(2026, 11, 23)}, "valid_from", "begins-too-early"),
        ({"valid_from": dt.date(2020, 1, 1)}, "valid_from", "begins-too-early"),
    ],
)
def test_a_proposal_that_cannot_be_a_rule_is_refused(change: dict[str, Any], field: str, code: str) -> None:
    before = RateRule.objects.count()
    with pytest.raises(NotARule) as refusal:
        extension(people()[0], **change)
    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert RateRule.objects.count() == before


def test_a_proposal_that_waited_past_its_first_day_cannot_be_put_in_force() -> None:
    proposer, second = people()
    rule = extension(proposer, valid_from=dt.date(2026, 11, 25))
    with pytest.raises(NotARule):
        decide_rule(rule=rule, accept=True, by=second, now=NOON + dt.timedelta(days=2))
    rule.refresh_from_db()
    assert rule.status == RateRuleStatus.PROPOSED


def test_no_row_begins_on_a_day_that_has_invoices_already() -> None:
    seller = make_cooperative(tax_code="5699999011")
    services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"), now=NOON + dt.timedelta(days=3))
    with pytest.raises(NotARule):
        extension(people()[0], valid_from=dt.date(2026, 11, 26))


def test_processing_and_origin_narrow_a_row() -> None:
    proposer, second = people()
    narrow = extension(proposer, code="5%", processing="primary", own_produced=True, valid_to=None)
    decide_rule(rule=narrow, accept=True, by=second, now=NOON)
    assert rate("processed", NEXT_YEAR, processing="primary", own_produced=True) == "5%"
    assert rate("processed", NEXT_YEAR, processing="primary", own_produced=False) == "10%"
    assert rate("processed", NEXT_YEAR, processing="deep", own_produced=True) == "10%"


def test_another_rate_is_split_and_written_with_its_percentage() -> None:
    proposer, second = people()
    other = extension(proposer, code="KHAC:07.50%", valid_to=None)
    decide_rule(rule=other, accept=True, by=second, now=NOON)
    seller = make_cooperative(tax_code="5699999011")
    invoice = services.issue(
        invoice=waiting(seller, "HTAAAAAAAA-1"), now=dt.datetime(2027, 1, 4, 5, tzinfo=dt.UTC)
    )
    (tea,) = [one for one in formats.read(services.signed_xml(invoice)).rates if one.rate == "KHAC:07.50%"]
    assert (tea.net_amount, tea.vat_amount) == (167_442, 12_558)


def test_a_seller_on_the_direct_method_needs_no_rate() -> None:
    direct = dataclasses.replace(record(make_cooperative(tax_code="5699999011")), on_deduction=False)
    assert settled(direct, dt.date(2020, 1, 1), []) == (direct, [])


@pytest.mark.parametrize("change", [{"code": "0%"}, {"valid_to": None}, {"status": "proposed"}])
def test_the_database_keeps_decided_rows_as_they_are(change: dict[str, Any]) -> None:
    shipped = RateRule.objects.filter(tax_class="processed", code="8%")
    with pytest.raises(IntegrityError), transaction.atomic():
        shipped.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM invoices_raterule")


def test_the_database_knows_the_four_eyes_too() -> None:
    proposer, _second = people()
    rule = extension(proposer)
    with pytest.raises(IntegrityError), transaction.atomic():
        RateRule.objects.filter(pk=rule.pk).update(decided_by=proposer, decided_at=NOON, status="in-force")
    with pytest.raises(IntegrityError), transaction.atomic():
        RateRule.objects.filter(pk=rule.pk).update(status="in-force")
