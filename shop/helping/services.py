"""Writes about helpers: teams, what a stall allows, visits and what they left to be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
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

from . import letters
from .models import VISITS_KEPT, HelpConsent, HelperTeam, HelpScope, OpenTask, Visit

LONGEST_DAYS = 366
"""A yes is asked for again after a year."""
SOON_DAYS = 14
SOON = dt.timedelta(days=SOON_DAYS)


class NotAHelper(Exception):
    """Whoever is to help has not the role, or the team does not work in the stall's commune."""


class NothingAllowed(Exception):
    """A consent that lets nobody do anything."""


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
    scopes: Collection[HelpScope],
    valid_from: dt.date,
    valid_to: dt.date,
    by: Any,
) -> HelpConsent:
    """The stall lets a team of its commune, or one person of such a team, work on its screens.

    Writes: HelpConsent, letters, the log. Raises: NotAHelper, NothingAllowed, BadDays.
    """
    if not scopes:
        raise NothingAllowed
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
        for_orders=HelpScope.ORDERS in scopes,
        for_goods=HelpScope.GOODS in scopes,
        for_story=HelpScope.STORY in scopes,
        valid_from=valid_from,
        valid_to=valid_to,
        given_by=by,
    )
    told = {"scope": (None, consent.work), "valid_from": (None, valid_from), "valid_to": (None, valid_to)}
    _tell(Verb.HELP_ALLOWED, consent, by, changes=told)
    letters.write(consent, letters.Step.ALLOWED)
    return consent


@transaction.atomic
def revoke(*, consent: HelpConsent, by: Any) -> None:
    """Over from the next request on. Writes: HelpConsent, letters, the log. Idempotent."""
    rows = HelpConsent.objects.filter(pk=consent.pk, revoked_at=None)
    if rows.update(revoked_at=timezone.now(), revoked_by=by):
        _tell(Verb.HELP_REVOKED, consent, by)
        letters.write(consent, letters.Step.REVOKED)


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


def sweep_helping(now: dt.datetime | None = None) -> int:
    """Letters about consents that end soon or have ended; notes of visits that are kept no longer. Returns how many.

    Idempotent. Writes: HelpConsent, letters; deletes Visit with its OpenTask.
    """
    now = now or timezone.now()
    day = timezone.localdate(now)
    told = 0
    standing = HelpConsent.objects.in_force(day).filter(ending_told_at=None, valid_to__lte=day + SOON)
    for consent in standing.select_related("cooperative", "team", "helper"):
        told += _tell_once(consent, "ending_told_at", letters.Step.ENDING, now)
    ended = HelpConsent.objects.filter(revoked_at=None, end_told_at=None, valid_to__lt=day)
    for consent in ended.select_related("cooperative", "team", "helper"):
        told += _tell_once(consent, "end_told_at", letters.Step.ENDED, now)
    gone = Visit.objects.filter(on__lt=day - VISITS_KEPT)
    count = gone.count()
    gone.delete()
    return told + count


@transaction.atomic
def _tell_once(consent: HelpConsent, mark: str, step: letters.Step, now: dt.datetime) -> int:
    """Whether letters were written. Nothing is said of what was short from the start, or goes on by another consent."""
    if not HelpConsent.objects.filter(pk=consent.pk, **{mark: None}).update(**{mark: now}):
        return 0
    is_short = step == letters.Step.ENDING and timezone.localdate(consent.given_at) > consent.valid_to - SOON
    if is_short or _goes_on(consent):
        return 0
    letters.write(consent, step)
    return 1


def _goes_on(consent: HelpConsent) -> bool:
    """Whether the stall lets the same do the same for longer."""
    later = HelpConsent.objects.filter(
        cooperative=consent.cooperative_id,
        team=consent.team_id,
        helper=consent.helper_id,
        revoked_at=None,
        valid_to__gt=consent.valid_to,
    )
    return any(consent.scopes <= one.scopes for one in later)


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
