"""The demo market's team of helpers: what a stall lets it do, and a visit."""

from __future__ import annotations

import datetime as dt

from catalog.clock import today
from catalog.models import Cooperative
from shop.accounts.models import User
from shop.demo.people import HELPER, MANAGER, TEAM
from shop.helping.models import HelpConsent, HelperTeam, HelpScope, Visit
from shop.helping.services import allow, note_visit, save_team

ALLOWED_FOR = dt.timedelta(days=90)


def load_helpers(stall: Cooperative) -> None:
    """A team of the stall's commune with the demo helper in it, whom the stall lets work for it.

    Idempotent: a consent that still stands stays, and is given anew when it has ended.
    """
    helper, manager = User.objects.get(email=HELPER), User.objects.get(email=MANAGER)
    team = HelperTeam.objects.filter(name=TEAM).first()
    if team is None:
        team = save_team(
            team=None, name=TEAM, communes=[stall.commune], members=[helper], is_active=True, by=None
        )
    day = today()
    if not HelpConsent.objects.standing(day).filter(cooperative=stall, team=team).exists():
        allow(
            cooperative=stall,
            team=team,
            scopes=tuple(HelpScope),
            valid_from=day,
            valid_to=day + ALLOWED_FOR,
            by=manager,
        )
    if not team.visits.exists():
        visit = Visit(team=team, helper=helper, on=day, commune=stall.commune, cooperative=stall)
        visit.whom, visit.done = "Chị Mẫu, bản Mẫu", "Chỉ cách chụp ảnh củ khoai ngoài nắng và gửi duyệt món."
        note_visit(visit, left="Chụp lại ảnh túi 2 kg", due_on=day + dt.timedelta(days=7))
