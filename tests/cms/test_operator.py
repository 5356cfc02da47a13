"""Who runs the market: the environment first, then editions that two people agree on, each from its day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from catalog.clock import today
from cms.operator import NotAnEdition, OperatorEdition, decide, operator, operator_with_history
from shop.accounts.roles import Role
from tests.factories import make_operator_edition, make_user

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def accepted(legal_name: str, from_today: int = 0) -> OperatorEdition:
    edition = make_operator_edition(legal_name=legal_name, valid_from=today() + from_today * DAY)
    return decide(edition.pk, accept=True, by=make_user(Role.OPERATOR))[0]


def test_the_environment_is_told_until_an_edition_is_accepted_and_its_day_has_come() -> None:
    first = operator().legal_name
    make_operator_edition(legal_name="Chưa duyệt")
    refused = make_operator_edition(legal_name="Không duyệt")
    decide(refused.pk, accept=False, by=make_user(Role.OPERATOR))
    accepted("Liên hiệp mai", 1)
    assert (operator().legal_name, operator().since) == (first, None)
    assert operator(today() + DAY).legal_name == "Liên hiệp mai"
    accepted("Liên hiệp nay")
    told = operator_with_history()
    assert (told.legal_name, told.since) == ("Liên hiệp nay", today())
    assert [each.legal_name for each in told.coming] == ["Liên hiệp mai"]
    accepted("Liên hiệp nay, sửa")
    told = operator_with_history()
    assert (told.legal_name, [each.legal_name for each in told.earlier]) == (
        "Liên hiệp nay, sửa",
        ["Liên hiệp nay"],
    )


def test_nobody_decides_the_own_proposal_and_what_is_decided_stays() -> None:
    edition = make_operator_edition()
    with pytest.raises(NotAnEdition, match="same-person"):
        decide(edition.pk, accept=True, by=edition.proposed_by)
    other = make_user(Role.OPERATOR)
    assert decide(edition.pk, accept=True, by=other)[1]
    decided, again = decide(edition.pk, accept=False, by=other)
    assert (decided.status, again) == ("accepted", False)


def test_what_waited_past_its_day_begins_on_the_day_it_is_decided() -> None:
    edition = make_operator_edition()
    OperatorEdition.objects.filter(pk=edition.pk).update(valid_from=today() - DAY)
    assert decide(edition.pk, accept=True, by=make_user(Role.OPERATOR))[0].valid_from == today()


def test_a_day_that_is_over_or_data_that_are_told_already_are_no_edition() -> None:
    with pytest.raises(NotAnEdition, match="begins-too-early"):
        make_operator_edition(valid_from=today() - DAY)
    accepted("Liên hiệp A")
    with pytest.raises(NotAnEdition, match="nothing-new"):
        make_operator_edition(legal_name="Liên hiệp A", valid_from=today() + DAY)


@pytest.mark.parametrize("change", [{"legal_name": "Khác"}, {"reason": "Khác"}, None])
def test_the_database_keeps_what_an_edition_says(change: dict[str, str] | None) -> None:
    rows = OperatorEdition.objects.filter(pk=accepted("Liên hiệp A").pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(**change) if change else rows.delete()
