"""Two managers remove each other at once: the stall keeps one; with the control."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from catalog.models import Membership
from catalog.services import add_member
from shop.sellers import team
from tests.factories import make_cooperative, make_user
from tests.support.together import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.locks_rows]


@pytest.fixture
def removals(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """Each looks whether another manager is left, and waits a moment for the other to look as well."""
    stall = make_cooperative()
    managers = [add_member(cooperative=stall, user=make_user()) for _ in range(2)]
    meeting, look = threading.Barrier(2), team._keep_a_manager

    def look_together(membership: Membership, role: object) -> None:
        look(membership, role)  # type: ignore[arg-type]
        with suppress(threading.BrokenBarrierError):
            meeting.wait(1)

    monkeypatch.setattr(team, "_keep_a_manager", look_together)
    return [lambda one=one: team.remove(membership=one, by=None) for one in managers]


def test_of_two_managers_who_remove_each_other_one_stays(removals: list[Callable[[], None]]) -> None:
    outcomes = at_once(removals)
    assert [type(outcome) for outcome in outcomes].count(team.LastManager) == 1
    assert Membership.objects.filter(is_active=True).count() == 1


def test_control_without_the_stalls_lock_nobody_stays(
    removals: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Membership.objects.select_related("cooperative", "user")
    monkeypatch.setattr(team, "_locked", lambda membership: rows.get(pk=membership.pk))
    assert at_once(removals) == [None, None]
    assert not Membership.objects.filter(is_active=True).exists()
