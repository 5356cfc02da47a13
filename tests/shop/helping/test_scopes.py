"""What a consent allows opens, and nothing beside it; who gave it and who may help are told; notes of visits end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.clock import today
from cms.models import StoryPage
from cms.parts import Kind, new_part
from cms.services import publish_home
from shop.accounts.helper_doors import OF_SCOPE
from shop.audit.models import Entry
from shop.helping import services
from shop.helping.models import VISITS_KEPT, HelpConsent, HelperTeam, HelpScope, OpenTask, Visit
from shop.messages.models import Letter
from shop.stories.services import Written, save_draft
from tests.support.market import Market

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]
DAY = dt.timedelta(days=1)
MANAGER, HELPER = "a@demo.example", "helper@demo.example"


@pytest.fixture
def team(market: Market) -> HelperTeam:
    return services.save_team(
        team=None,
        name="Tổ xã mẫu",
        communes=[market.a.commune],
        members=[market.people["helper"]],  # type: ignore[list-item]
        is_active=True,
        by=None,
    )


def allow(
    market: Market, team: HelperTeam, *scopes: HelpScope, days: int = 30, after: int = 0
) -> HelpConsent:
    first = today() + after * DAY
    return services.allow(
        cooperative=market.a, team=team, scopes=scopes, valid_from=first, valid_to=first + days * DAY, by=None
    )


def at_work(market: Market, as_role: AsRole) -> Client:
    client = as_role("helper")
    assert client.post("/quan-tri/lam-thay/", {"gian": market.a.pk}).status_code == 302
    return client


@pytest.fixture
def pages(market: Market) -> dict[HelpScope, str]:
    """One screen of each scope, with something of stall A on it."""
    publish_home(language="vi", title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
    story = save_draft(
        story=None,
        cooperative=market.a,
        written=Written(title="Chuyện A", intro="", picture_id=None, parts=(new_part(Kind.TEXT),)),
        seen="",
        by=market.people["cooperative"],
    )
    return {
        HelpScope.ORDERS: f"/quan-tri/kien-hang/{market.own.pk}/",
        HelpScope.GOODS: f"/quan-tri/san-pham/{market.goods_a.pk}/",
        HelpScope.STORY: f"/quan-tri/chuyen/{story.pk}/viet/",
    }


@pytest.mark.parametrize("scope", list(HelpScope))
def test_each_scope_opens_its_own_screens_only(
    scope: HelpScope, market: Market, team: HelperTeam, as_role: AsRole, pages: dict[HelpScope, str]
) -> None:
    allow(market, team, scope)
    client = at_work(market, as_role)
    assert {one: client.get(path).status_code for one, path in pages.items()} == {
        one: 200 if one == scope else 404 for one in HelpScope
    }
    start = client.get("/quan-tri/").content.decode()
    bar = start.split("panel-acting")[1].split("</small>")[0]
    assert [one.short in bar for one in HelpScope] == [one == scope for one in HelpScope]
    assert "Cần đóng gói" in start or scope != HelpScope.ORDERS
    assert "Cần đóng gói" not in start or scope == HelpScope.ORDERS
    assert Entry.objects.get(verb="help-begun").changes == {"scope": [None, str(scope.label)]}
    HelpConsent.objects.update(for_orders=True, for_goods=False, for_story=False)  # read anew at each request
    assert client.get(pages[HelpScope.ORDERS]).status_code == 200
    assert client.get(pages[HelpScope.GOODS]).status_code == 404


def test_scopes_share_no_screen_and_hold_nothing_of_a_managers() -> None:
    orders, goods, story = (OF_SCOPE[scope] for scope in HelpScope)
    assert not (orders & goods or orders & story or goods & story)
    assert not {"panel:team", "panel:bank_accounts", "panel:notices", "panel:export"} & (
        orders | goods | story
    )
    assert set(OF_SCOPE) == set(HelpScope.values)


def test_a_helper_writes_the_story_in_the_stalls_place(
    market: Market, team: HelperTeam, as_role: AsRole, pages: dict[HelpScope, str]
) -> None:
    allow(market, team, HelpScope.STORY)
    client, path = at_work(market, as_role), pages[HelpScope.STORY]
    page = client.get(path).context
    data = {"seen": page["seen"], "dau-title": "Chuyện A", "dau-intro": "Lời dẫn"}
    text = page["paper"].shown[0].form["text"].html_name
    assert client.post(path, data | {text: "Chữ.", "act": "submit"}).status_code == 302
    told = Entry.objects.get(verb="story-submitted")
    assert (told.actor, told.acting_for, told.cooperative) == (
        market.people["helper"],
        market.a.name,
        market.a,
    )
    assert StoryPage.objects.get().workflow_in_progress


def test_the_form_asks_what_may_be_done(market: Market, team: HelperTeam, as_role: AsRole) -> None:
    manager, path = as_role("cooperative"), "/quan-tri/nguoi-giup/cho/"
    sent: dict[str, Any] = {
        "cooperative": market.a.pk,
        "whom": f"to-{team.pk}",
        "valid_from": today().isoformat(),
        "valid_to": today().isoformat(),
    }
    refused = manager.post(path, sent)
    assert refused.status_code == 422
    assert "Bạn đánh dấu ít nhất một việc." in refused.content.decode()
    assert manager.post(path, sent | {"scopes": ["orders", "story"]}).status_code == 302
    assert HelpConsent.objects.get().scopes == {HelpScope.ORDERS, HelpScope.STORY}
    with pytest.raises(services.NothingAllowed):
        allow(market, team)
    assert (
        "Đơn hàng, đóng gói, sổ lô · Chuyện của gian hàng"
        in manager.get("/quan-tri/nguoi-giup/").content.decode()
    )


def letters() -> list[tuple[str, str]]:
    """(to whom, subject), as they were written."""
    found = list(Letter.objects.filter(kind="help_told").order_by("pk").values_list("recipient", "subject"))
    Letter.objects.all().delete()
    return found


def both(subject: str) -> list[tuple[str, str]]:
    return [(MANAGER, subject), (HELPER, subject)]


def test_managers_and_helpers_are_told_when_it_begins_ends_soon_and_is_over(
    market: Market, team: HelperTeam
) -> None:
    name, now = market.a.name, timezone.now()
    allow(market, team, HelpScope.STORY)
    assert letters() == both(f"{name} cho Tổ xã mẫu làm thay")
    for days, told in (
        (15, []),
        (16, both(f"{name}: Tổ xã mẫu sắp hết hạn làm thay")),
        (17, []),
        (30, []),
        (31, both(f"{name}: Tổ xã mẫu không còn làm thay")),
        (32, []),
    ):
        services.sweep_helping(now + days * DAY)
        assert letters() == told, days


def test_what_goes_on_or_was_short_is_not_told_to_end_soon(market: Market, team: HelperTeam) -> None:
    allow(market, team, HelpScope.STORY, days=20)
    allow(market, team, HelpScope.STORY, HelpScope.ORDERS, days=40)
    allow(market, team, HelpScope.GOODS, days=3)
    letters()
    services.sweep_helping()
    assert letters() == []
    services.sweep_helping(timezone.now() + 8 * DAY)
    assert [subject for _whom, subject in letters()] == [f"{market.a.name}: Tổ xã mẫu không còn làm thay"] * 2


def test_taking_a_consent_back_is_told_once(market: Market, team: HelperTeam) -> None:
    consent = allow(market, team, HelpScope.STORY)
    letters()
    for _time in range(2):
        services.revoke(consent=consent, by=market.people["cooperative"])
    services.sweep_helping(timezone.now() + 40 * DAY)
    assert letters() == both(f"{market.a.name}: Tổ xã mẫu không còn làm thay")


def test_notes_of_visits_are_kept_for_a_year_and_say_so(
    market: Market, team: HelperTeam, as_role: AsRole
) -> None:
    helper: Any = market.people["helper"]
    visit = Visit(
        team=team, helper=helper, on=today(), commune=market.a.commune, whom="Chị Mẫu", done="Chụp ảnh"
    )
    services.note_visit(visit, left="Chụp lại")
    shown = as_role("helper").get("/quan-tri/di-giup/").content.decode()
    assert f"chợ xóa ghi chép này sau {today() + VISITS_KEPT:%d/%m/%Y}" in shown
    assert services.sweep_helping(timezone.now() + VISITS_KEPT) == 0
    assert services.sweep_helping(timezone.now() + VISITS_KEPT + DAY) == 1
    assert not Visit.objects.exists()
    assert not OpenTask.objects.exists()
