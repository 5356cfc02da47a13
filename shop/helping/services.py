"""Writes about helpers: teams, what a stall allows, visits and what they left to be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from catalog.clock import today
from catalog.models import Commune, Cooperative
from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.audit.services import record
from shop.audit.verbs import Verb

from .models import HelpConsent, HelperTeam, HelpScope, OpenTask, Visit

LONGEST_DAYS = 366
"""A yes is asked for again after a year."""
SOON_DAYS = 14


class NotAHelper(Exception):
    """Whoever is to help has not the role, or the team does not work in the stall's commune."""


class BadDays(Exception):
    """It would end before it begins, has ended already, or is longer than a year."""


def helpers() -> QuerySet[User]:
    """Everybody with the role."""
    role = Group.objects.filter(name=Role.HELPER.value)
    return User.objects.filter(is_active=True, groups__in=role)


def teams_for(cooperative: Cooperative) -> QuerySet[HelperTeam]:
    """The working teams of the stall's commune."""
    return HelperTeam.objects.filter(is_active=True, communes=cooperative.commune_id)


@transaction.atomic
def save_team(
    *,
    team: HelperTeam | None,
    name: str,
    communes: Iterable[Commune],
    members: Iterable[User],
    is_active: bool,
    by: Any,
) -> HelperTeam:
    """A team, new or known, with exactly these communes and members.

    Writes: HelperTeam, the log. Raises: NotAHelper.
    """
    wanted = list(members)
    if len({one.pk for one in wanted}) != helpers().filter(pk__in=[one.pk for one in wanted]).count():
        raise NotAHelper
    before = _told(team) if team is not None else {}
    row = team or HelperTeam()
    row.name, row.is_active = name, is_active
    row.save()
    row.communes.set(communes)
    row.members.set(wanted)
    after = _told(row)
    changes = {field: (before.get(field), value) for field, value in after.items()}
    record(Verb.HELPER_TEAM_SAVED, about=row.name, reference=f"helper-team:{row.pk}", changes=changes, by=by)
    return row


@transaction.atomic
def allow(
    *,
    cooperative: Cooperative,
    team: HelperTeam | None = None,
    helper: User | None = None,
    scope: HelpScope,
    valid_from: dt.date,
    valid_to: dt.date,
    by: Any,
) -> HelpConsent:
    """The stall lets a team of its commune, or one person of such a team, work on its screens.

    Writes: HelpConsent, the log. Raises: NotAHelper, BadDays.
    """
    teams = teams_for(cooperative)
    is_known = teams.filter(pk=team.pk).exists() if team else teams.filter(members=helper).exists()
    if not is_known or (team is None) == (helper is None):
        raise NotAHelper
    if not today() <= valid_to or not dt.timedelta() <= valid_to - valid_from < dt.timedelta(
        days=LONGEST_DAYS
    ):
        raise BadDays
    consent = HelpConsent.objects.create(
        cooperative=cooperative,
        team=team,
        helper=helper,
        scope=scope,
        valid_from=valid_from,
        valid_to=valid_to,
        given_by=by,
    )
    told = {"scope": (None, scope), "valid_from": (None, valid_from), "valid_to": (None, valid_to)}
    _tell(Verb.HELP_ALLOWED, consent, by, changes=told)
    return consent


@transaction.atomic
def revoke(*, consent: HelpConsent, by: Any) -> None:
    """Over from the next request on. Writes: HelpConsent, the log. Idempotent."""
    rows = HelpConsent.objects.filter(pk=consent.pk, revoked_at=None)
    if rows.update(revoked_at=timezone.now(), revoked_by=by):
        _tell(Verb.HELP_REVOKED, consent, by)


@transaction.atomic
def note_visit(visit: Visit, *, left: str = "", due_on: dt.date | None = None) -> Visit:
    """A visit, with what it left to be done. Writes: Visit, OpenTask.

    Raises: NotAHelper where the helper is not in the team, or the team does not work in that commune.
    """
    teams = HelperTeam.objects.filter(pk=visit.team_id, members=visit.helper_id, communes=visit.commune_id)
    if not teams.exists():
        raise NotAHelper
    visit.save()
    if left:
        OpenTask.objects.create(visit=visit, text=left, due_on=due_on)
    return visit


def settle(*, task: OpenTask, is_done: bool, by: User) -> None:
    """Done, or open again. Writes: OpenTask. Idempotent."""
    rows = OpenTask.objects.filter(pk=task.pk, done_at__isnull=is_done)
    rows.update(done_at=timezone.now() if is_done else None, done_by=by if is_done else None)


def _told(team: HelperTeam) -> dict[str, Any]:
    return {
        "name": team.name,
        "communes": ", ".join(team.communes.order_by("name").values_list("name", flat=True)),
        "members": ", ".join(str(one) for one in team.members.order_by("pk")),
        "is_active": team.is_active,
    }


def _tell(verb: Verb, consent: HelpConsent, by: Any, **more: Any) -> None:
    stall = consent.cooperative
    record(
        verb,
        about=consent.whom,
        cooperative_id=stall.pk,
        reference=f"help-consent:{consent.pk}",
        by=by,
        **more,
    )
