"""Helpers of a commune: what a stall's consent opens, for how long, and what the log says of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.clock import today
from catalog.models import Cooperative, Membership
from catalog.tenancy import cooperatives_of
from shop.accounts.doors import narrow
from shop.accounts.models import User
from shop.accounts.roles import Acting, Role, act_for
from shop.accounts.services import add_user
from shop.audit.models import Entry
from shop.helping import services
from shop.helping.models import HelpConsent, HelperTeam, HelpScope, OpenTask, Visit
from shop.helping.services import BadDays, NotAHelper
from tests.factories import PASSWORD, make_commune, make_cooperative
from tests.support.market import SECRETS_OF_B, Market

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]
HOME, KIEN, MON = "/quan-tri/", "/quan-tri/kien-hang/", "/quan-tri/panel_products/"
BEGIN, STOP = "/quan-tri/lam-thay/", "/quan-tri/lam-thay/thoi/"
GIVE, GIVEN = "/quan-tri/nguoi-giup/cho/", "/quan-tri/nguoi-giup/"
DAY = dt.timedelta(days=1)


def person(market: Market, role: str) -> User:
    found = market.people[role]
    assert found is not None
    return found


@pytest.fixture
def team(market: Market) -> HelperTeam:
    return services.save_team(
        team=None,
        name="Tổ xã mẫu",
        communes=[market.a.commune],
        members=[person(market, "helper")],
        is_active=True,
        by=person(market, "operator"),
    )


def allowed(team: HelperTeam, stall: Cooperative, *scopes: HelpScope, **more: Any) -> HelpConsent:
    """A consent; without ``scopes`` the widest."""
    days: dict[str, Any] = {"valid_from": today(), "valid_to": today() + 30 * DAY}
    return services.allow(
        cooperative=stall, team=team, scopes=scopes or tuple(HelpScope), by=None, **days | more
    )


@pytest.fixture
def at_work(market: Market, team: HelperTeam, as_role: AsRole) -> Client:
    """The helper at work for stall A, with the widest consent."""
    allowed(team, market.a)
    client = as_role("helper")
    assert client.post(BEGIN, {"gian": market.a.pk}).status_code == 302
    return client


# --- What a consent opens ---


def test_without_a_consent_nothing_of_a_stall_is_there(
    market: Market, team: HelperTeam, as_role: AsRole
) -> None:
    client = as_role("helper")
    assert "Chưa có gian hàng nào" in client.get(HOME).content.decode()
    assert client.post(BEGIN, {"gian": market.a.pk}).status_code == 404
    session = client.session
    session["acting_for"] = market.a.pk
    session.save()
    assert client.get(KIEN).status_code == 404
    assert "acting_for" not in client.session


def test_the_buttons_of_the_start_screen_work_with_forms_that_are_checked(
    market: Market, team: HelperTeam, as_role: AsRole
) -> None:
    allowed(team, market.a)
    client = as_role("helper")
    client.handler.enforce_csrf_checks = True
    page = client.get(HOME).content.decode()
    form = page[page.index(f'action="{BEGIN}"') :]
    token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert client.post(BEGIN, {"gian": market.a.pk, "csrfmiddlewaretoken": token}).status_code == 302


def test_with_a_consent_the_helper_sees_that_stall_and_says_so_on_every_page(
    market: Market, at_work: Client
) -> None:
    for path in (
        HOME,
        KIEN,
        "/quan-tri/lo-hang/",
        "/quan-tri/hai-buoc/dat/",
        "/quan-tri/khong-co/",
        "/quan-tri/tien-ve/",
    ):
        assert f"Đang làm thay cho {market.a.name}" in at_work.get(path).content.decode(), path
    listed = at_work.get(KIEN).content.decode()
    assert market.own.code in listed
    assert not any(secret in listed for secret in SECRETS_OF_B)
    assert at_work.get(f"{KIEN}{market.foreign.pk}/").status_code == 404
    assert at_work.post(STOP).status_code == 302
    assert at_work.get(KIEN).status_code == 404
    assert "Đang làm thay" not in at_work.get(HOME).content.decode()


def test_a_scope_opens_its_screens_without_what_is_kept_from_helpers(
    market: Market, team: HelperTeam, as_role: AsRole
) -> None:
    allowed(team, market.a, HelpScope.ORDERS)
    client = as_role("helper")
    client.post(BEGIN, {"gian": market.a.pk})
    goods = f"/quan-tri/san-pham/{market.goods_a.pk}/"
    kept = [
        "/quan-tri/tai-khoan-nhan-tien/", "/quan-tri/nguoi-lam/", "/quan-tri/nhat-ky/", "/quan-tri/du-lieu/", GIVEN,
        "/quan-tri/khuyen-mai/", "/quan-tri/bao-tin/", "/quan-tri/nhap-hang/", "/quan-tri/xuat-hang/",
        f"/quan-tri/kien-hang/{market.own.pk}/quet-the/",
    ]  # fmt: skip
    assert [path for path in kept if client.get(path).status_code != 404] == []
    assert client.post(kept[-1]).status_code == 404
    assert client.get(goods).status_code == 404
    allowed(team, market.a, HelpScope.GOODS)  # both count, from the next request on
    assert client.get(goods).status_code == 200
    assert [path for path in kept if client.get(path).status_code != 404] == []


@pytest.mark.parametrize(
    "change", ["revoked", "over", "not yet", "left the team", "team closed", "role gone"]
)
def test_what_ends_a_consent_ends_the_work_at_the_next_request(
    market: Market, team: HelperTeam, at_work: Client, as_role: AsRole, change: str
) -> None:
    assert at_work.get(KIEN).status_code == 200
    helper, consent = person(market, "helper"), HelpConsent.objects.get()
    if change == "revoked":
        assert as_role("cooperative").post(f"{GIVEN}{consent.pk}/thoi/").status_code == 302
    elif change == "over":
        HelpConsent.objects.update(valid_from=today() - 9 * DAY, valid_to=today() - DAY)
    elif change == "not yet":
        HelpConsent.objects.update(valid_from=today() + DAY)
    elif change == "left the team":
        team.members.remove(helper)
    elif change == "team closed":
        HelperTeam.objects.update(is_active=False)
    else:
        helper.groups.clear()
    for path in (KIEN, f"{KIEN}{market.own.pk}/", "/quan-tri/lo-hang/"):
        assert at_work.get(path).status_code in (403, 404)
    assert at_work.post(f"{KIEN}{market.own.pk}/dong-goi/").status_code in (403, 404)


def test_a_helper_who_is_also_staff_or_a_member_has_only_the_one_stall_at_work(
    market: Market, team: HelperTeam, at_work: Client
) -> None:
    helper = person(market, "helper")
    add_user(
        email=str(helper.email),
        password=PASSWORD,
        first_name="h",
        roles=[Role.HELPER, Role.OPERATOR],
        cooperative=market.b,
    )
    client = Client()
    client.force_login(helper, backend="shop.accounts.backends.EmailOrPhoneBackend")
    assert client.get(f"{KIEN}{market.foreign.pk}/").status_code == 200
    client.post(BEGIN, {"gian": market.a.pk})
    assert client.get(f"{KIEN}{market.own.pk}/").status_code == 200
    assert client.get(f"{KIEN}{market.foreign.pk}/").status_code == 404
    assert client.get("/quan-tri/khieu-nai/").status_code == 404
    client.post(STOP)
    assert client.get("/quan-tri/khieu-nai/").status_code == 200


def test_one_person_of_a_team_may_be_allowed_alone(market: Market, team: HelperTeam, as_role: AsRole) -> None:
    other = add_user(email="h2@demo.example", password=PASSWORD, first_name="h2", roles=[Role.HELPER])
    team.members.add(other)
    services.allow(
        cooperative=market.a,
        helper=other,
        scopes=[HelpScope.ORDERS],
        valid_from=today(),
        valid_to=today(),
        by=None,
    )
    assert as_role("helper").post(BEGIN, {"gian": market.a.pk}).status_code == 404
    client = Client()
    client.force_login(other, backend="shop.accounts.backends.EmailOrPhoneBackend")
    assert client.post(BEGIN, {"gian": market.a.pk}).status_code == 302
    assert client.get(KIEN).status_code == 200


def test_a_list_is_empty_where_the_door_is_not_open_to_the_role(market: Market, team: HelperTeam) -> None:
    """A screen that somebody opens in another quality finds no stall either."""
    helper = person(market, "helper")
    act_for(helper, Acting(market.a.pk, market.a.name, frozenset({"orders"}), today()))
    found = {}
    for view in ("panel:pack", "panel:product", "panel:team", "panel:visits"):
        narrow(helper, view)
        found[view] = list(cooperatives_of(helper))
    assert found == {"panel:pack": [market.a], "panel:product": [], "panel:team": [], "panel:visits": []}


# --- The log ---


def test_the_log_names_the_helper_and_for_whom(market: Market, at_work: Client, as_role: AsRole) -> None:
    helper = person(market, "helper")
    begun = Entry.objects.get(verb="help-begun")
    assert (begun.actor, begun.acting_for, begun.cooperative) == (helper, market.a.name, market.a)
    # An act with a line of its own …
    at_work.post(f"/quan-tri/san-pham/{market.goods_a.pk}/viec/", {"act": "withdraw"})
    told = Entry.objects.get(verb="product-withdrawn", cooperative=market.a)
    assert (told.actor, told.acting_for) == (helper, market.a.name)
    assert not Entry.objects.filter(verb="helped-stall").exists()
    # … and one without: a helper's has one all the same.
    at_work.post(f"{KIEN}{market.own.pk}/tra-ve/")
    line = Entry.objects.get(verb="helped-stall")
    assert (line.actor, line.acting_for, line.cooperative, line.about) == (
        helper, market.a.name, market.a, "Ghi kiện hàng trả về",
    )  # fmt: skip
    # What was refused was not done, and the own acts of others are not for anybody.
    at_work.post(f"/quan-tri/san-pham/{market.goods_a.pk}/", {})
    assert Entry.objects.filter(verb="helped-stall").count() == 1
    as_role("cooperative").post(f"{KIEN}{market.own.pk}/tra-ve/")
    assert Entry.objects.filter(verb="helped-stall").count() == 1
    page = as_role("cooperative").get("/quan-tri/nhat-ky/").content.decode()
    assert str(helper) in page, "the stall reads who worked in its place"
    at_work.post(STOP)
    at_work.post("/quan-tri/di-giup/them/")
    assert Entry.objects.filter(acting_for=market.a.name).count() == 3


# --- Giving and taking back ---


def given(market: Market, whom: str, **changes: str) -> dict[str, str]:
    day = today()
    return {
        "cooperative": str(market.a.pk),
        "whom": whom,
        "scopes": "orders",
        "valid_from": day.isoformat(),
        "valid_to": (day + DAY).isoformat(),
    } | changes


def test_a_manager_allows_and_revokes_for_the_own_stall_only(
    market: Market, team: HelperTeam, as_role: AsRole
) -> None:
    manager = as_role("cooperative")
    assert "Tổ xã mẫu" in manager.get(GIVE).content.decode()
    assert manager.post(GIVE, given(market, f"to-{team.pk}")).status_code == 302
    consent = HelpConsent.objects.get()
    assert (consent.cooperative, consent.team, consent.given_by) == (
        market.a,
        team,
        person(market, "cooperative"),
    )
    assert Entry.objects.get(verb="help-allowed").cooperative == market.a
    foreign = allowed(HelperTeam.objects.get(), market.b) if market.b.commune == market.a.commune else None
    for wrong in (
        given(market, f"to-{team.pk}", cooperative=str(market.b.pk)),
        given(market, "to-999"),
        given(market, f"nguoi-{person(market, 'operator').pk}"),
        given(market, f"to-{team.pk}", scopes="manager"),
        given(market, f"to-{team.pk}", valid_to=(today() - DAY).isoformat()),
        given(market, f"to-{team.pk}", valid_to=(today() + 400 * DAY).isoformat()),
        given(market, f"to-{team.pk}", valid_from="", given_by="1"),
    ):
        assert manager.post(GIVE, wrong).status_code == 422, wrong
    if foreign:
        assert manager.post(f"{GIVEN}{foreign.pk}/thoi/").status_code == 404
        assert HelpConsent.objects.get(pk=foreign.pk).revoked_at is None
    for role in ("seller", "packer", "helper", "operator"):
        assert as_role(role).post(f"{GIVEN}{consent.pk}/thoi/").status_code == 404
    assert manager.post(f"{GIVEN}{consent.pk}/thoi/").status_code == 302
    assert manager.post(f"{GIVEN}{consent.pk}/thoi/").status_code == 302
    consent.refresh_from_db()
    assert consent.revoked_by == person(market, "cooperative")
    assert Entry.objects.filter(verb="help-revoked").count() == 1


def test_what_is_sent_beside_the_form_changes_nothing(
    market: Market, team: HelperTeam, as_role: AsRole
) -> None:
    sent = given(
        market, f"to-{team.pk}", given_by="1", helper=str(person(market, "operator").pk), revoked_at=""
    )
    as_role("cooperative").post(GIVE, sent)
    row = HelpConsent.objects.get()
    assert (row.helper, row.given_by) == (None, person(market, "cooperative"))
    as_role("helper").post(
        "/quan-tri/di-giup/them/",
        {
            "team": team.pk, "on": today().isoformat(), "commune": market.a.commune_id, "whom": "Chị Mẫu",
            "done": "Chụp ảnh", "left": "Chụp lại", "helper": person(market, "operator").pk,
        },
    )  # fmt: skip
    assert Visit.objects.get().helper == person(market, "helper")


def test_only_a_team_of_the_stalls_commune_with_its_days_can_be_allowed(
    market: Market, team: HelperTeam
) -> None:
    far = make_cooperative("gian-xa", tax_code="5699999313")
    Cooperative.objects.filter(pk=far.pk).update(commune=make_commune("97002", "Xã Xa Nữa", province="97"))
    far.refresh_from_db()
    with pytest.raises(NotAHelper):
        allowed(team, far)
    with pytest.raises(NotAHelper):
        services.allow(
            cooperative=market.a, helper=person(market, "editor"), scopes=[HelpScope.ORDERS], valid_from=today(),
            valid_to=today(), by=None,
        )  # fmt: skip
    for first, last in ((0, -1), (5, 4), (-9, -1), (0, 366)):
        with pytest.raises(BadDays):
            allowed(team, market.a, valid_from=today() + first * DAY, valid_to=today() + last * DAY)
    allowed(team, market.a, valid_to=today() + 365 * DAY)
    for wrong in (
        {"for_orders": False, "for_goods": False, "for_story": False},
        {"helper": person(market, "helper")},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row = HelpConsent.objects.get()
            HelpConsent.objects.filter(pk=row.pk).update(**wrong)


# --- Teams, visits, tasks ---


def test_the_operator_makes_a_team_of_helpers_only(market: Market, as_role: AsRole) -> None:
    operator, path = as_role("operator"), "/quan-tri/to-ho-tro/them/"
    commune = market.a.commune
    fields = {
        "name": "Tổ A", "communes": f"{commune.name}, {commune.province.name}", "members": "helper@demo.example",
        "is_active": "on",
    }  # fmt: skip
    for wrong in (
        {"members": "shopper@demo.example"},
        {"members": "ai-do"},
        {"communes": "Xã Không Có"},
        {"name": ""},
    ):
        assert operator.post(path, fields | wrong).status_code == 422, wrong
    assert operator.post(path, fields).status_code == 302
    team = HelperTeam.objects.get()
    assert [list(team.communes.all()), list(team.members.all())] == [[commune], [person(market, "helper")]]
    assert operator.post(path, fields).status_code == 422, "the name is taken"
    page = f"/quan-tri/to-ho-tro/{team.pk}/"
    assert "0 lần đi trong 30 ngày" in operator.get(page).content.decode()
    assert operator.post(page, fields | {"members": ""}).status_code == 302
    assert not team.members.exists()
    told = Entry.objects.filter(verb="helper-team-saved").first()
    assert told is not None
    assert told.changes["members"] == ["helper@demo.example", ""]
    with pytest.raises(NotAHelper):
        services.save_team(
            team=team, name="x", communes=[], members=[person(market, "shopper")], is_active=True, by=None
        )


def test_visits_and_tasks_are_the_teams_and_the_operators(
    market: Market, team: HelperTeam, as_role: AsRole
) -> None:
    client, visits = as_role("helper"), "/quan-tri/di-giup/"
    sent = {
        "team": team.pk, "on": today().isoformat(), "commune": market.a.commune_id, "whom": "Chị Mẫu bí mật",
        "done": "Chụp ảnh khoai", "left": "Chụp lại", "due_on": (today() + DAY).isoformat(),
    }  # fmt: skip
    far = make_commune("97002", "Xã Xa Nữa", province="97")
    for wrong in ({"on": (today() + DAY).isoformat()}, {"commune": far.pk}, {"whom": ""}, {"left": ""}):
        assert client.post(f"{visits}them/", sent | wrong).status_code == 422, wrong
    assert client.post(f"{visits}them/", sent).status_code == 302
    task = OpenTask.objects.get()
    assert "Chụp lại" in client.get(HOME).content.decode()
    stranger = add_user(email="h2@demo.example", password=PASSWORD, first_name="h2", roles=[Role.HELPER])
    other = Client()
    other.force_login(stranger, backend="shop.accounts.backends.EmailOrPhoneBackend")
    assert "Chị Mẫu bí mật" not in other.get(visits).content.decode()
    assert other.post(f"{visits}viec/{task.pk}/", {"xong": "1"}).status_code == 404
    assert other.post(f"{visits}them/", sent).status_code == 422
    assert "Chị Mẫu bí mật" in as_role("operator").get(visits).content.decode()
    assert as_role("operator").post(f"{visits}viec/{task.pk}/", {"xong": "1"}).status_code == 404
    client.post(f"{visits}viec/{task.pk}/", {"xong": "1"})
    task.refresh_from_db()
    assert task.done_by == person(market, "helper")
    assert "Chụp lại" not in client.get(f"{visits}?viec=con-lai").content.decode()
    client.post(f"{visits}viec/{task.pk}/", {"xong": "0"})
    task.refresh_from_db()
    assert (task.done_at, task.done_by) == (None, None)
    with pytest.raises(NotAHelper):
        services.note_visit(Visit(team=team, helper=stranger, on=today(), commune=market.a.commune))


def test_the_start_screen_shows_work_and_consents_that_end_soon(
    market: Market, team: HelperTeam, as_role: AsRole
) -> None:
    allowed(team, market.a, valid_to=today() + 3 * DAY)
    page = as_role("helper").get(HOME).content.decode()
    assert market.a.name in page
    assert "2 kiện cần gói" in page
    assert "hết hạn" in page
    HelpConsent.objects.update(valid_to=today() + 30 * DAY)
    assert "hết hạn" not in as_role("helper").get(HOME).content.decode()


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("helper", HOME),
        ("operator", "/quan-tri/to-ho-tro/"),
        ("helper", "/quan-tri/di-giup/"),
        ("cooperative", GIVEN),
    ],
)
def test_lists_ask_as_often_for_many_as_for_one(
    market: Market, team: HelperTeam, as_role: AsRole, role: str, path: str
) -> None:
    helper = person(market, "helper")

    def more(number: int) -> None:
        stall = make_cooperative(f"gian-{number}", tax_code=f"569999{number:04d}")
        Cooperative.objects.filter(pk=stall.pk).update(commune=market.a.commune)
        stall.refresh_from_db()
        Membership.objects.create(cooperative=stall, user=person(market, "cooperative"))
        another = services.save_team(
            team=None,
            name=f"Tổ {number}",
            communes=[stall.commune],
            members=[helper],
            is_active=True,
            by=None,
        )
        allowed(another, stall)
        visit = Visit(
            team=another,
            helper=helper,
            on=today(),
            commune=stall.commune,
            cooperative=stall,
            whom="C",
            done="D",
        )
        services.note_visit(visit, left="L")

    def asked() -> int:
        with CaptureQueriesContext(connection) as questions:
            assert client.get(path).status_code == 200
        return len(questions)

    client = as_role(role)
    more(1)
    asked()  # whatever is asked once a session
    few = asked()
    for number in range(2, 6):
        more(number)
    assert asked() == few


def test_the_demo_helper_may_work_for_the_taro_stall(demo_market: Any) -> None:
    helper = User.objects.get(email="hotro@demo.example")
    consent = HelpConsent.objects.in_force().for_helper(helper).get()
    assert (consent.cooperative.slug, consent.scopes) == ("ta-xua-khoai-so", frozenset(HelpScope))
    assert OpenTask.objects.filter(visit__helper=helper, done_at=None).exists()
