"""The team of a stall: invited by link, joined once, given roles, removed; never without a manager."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import MemberRole, Membership
from catalog.services import add_member
from shop.accounts.models import Consent, User
from shop.audit.models import Entry
from shop.messages.models import ChannelName, Letter
from shop.messages.short import segments
from shop.sellers import team
from shop.sellers.models import Invitation
from tests.factories import make_user
from tests.support.market import Market

TEAM, INVITE = "/quan-tri/nguoi-lam/", "/quan-tri/nguoi-lam/moi/"
QUERIES = 12
As = Callable[[str], Client]


def invited(market: Market, contact: str = "moi@demo.example", role: MemberRole = MemberRole.PACKER) -> str:
    """The path that the letter's link opens."""
    invitation = team.invite(
        cooperative=market.a, contact=contact, role=role, by=market.people["cooperative"]
    )
    return path_in(Letter.objects.get(key=f"invitation:{invitation.pk}"))


def path_in(letter: Letter) -> str:
    found = re.search(r"/loi-moi/[^/]+/", letter.body)
    assert found
    return found.group()


def member(market: Market, role: str) -> Membership:
    return Membership.objects.get(cooperative=market.a, user=market.people[role])


def new_account(**changes: Any) -> dict[str, Any]:
    return {"ho_ten": "Lò Thị Mới", "mat_khau": "hoa-ban-trang-27", "dong_y": "1"} | changes


def test_a_manager_invites_and_a_new_person_opens_an_account_and_joins(market: Market, as_role: As) -> None:
    response = as_role("cooperative").post(
        INVITE, {"cooperative": market.a.pk, "contact": "Moi@demo.example", "role": "seller"}
    )
    assert (response.status_code, response["Location"]) == (302, TEAM)
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("moi@demo.example", "seller")
    assert invitation.expires_at - invitation.created_at == pytest.approx(
        dt.timedelta(days=7), abs=dt.timedelta(seconds=5)
    )
    letter = Letter.objects.get(key=f"invitation:{invitation.pk}")
    path, visitor = path_in(letter), Client()
    assert path.split("/")[2] not in str(invitation.__dict__)  # only its hash is kept
    assert market.a.name in visitor.get(path).content.decode()
    response = visitor.post(path, new_account())
    assert (response.status_code, response["Location"]) == (302, "/quan-tri/")
    assert visitor.get("/quan-tri/san-pham/moi/").status_code == 200
    assert visitor.get(TEAM).status_code == 404
    user = User.objects.get(email="moi@demo.example")
    assert (user.first_name, user.memberships.get().role) == ("Lò Thị Mới", "seller")
    assert Consent.objects.filter(user=user, kind="account", is_given=True).exists()
    told = Entry.objects.order_by("-pk")[:2]
    assert [(entry.verb, entry.cooperative, entry.actor) for entry in told] == [
        ("member-added", market.a, user),
        ("member-invited", market.a, market.people["cooperative"]),
    ]
    assert told[1].changes == {"role": [None, "seller"]}


def test_a_link_lets_one_person_in_once(market: Market) -> None:
    path = invited(market)
    assert Client().post(path, new_account()).status_code == 302
    for again in (Client().get(path), Client().post(path, new_account())):
        assert again.status_code == 410
        assert "Lời mời không dùng được nữa" in again.content.decode()
    assert Membership.objects.filter(cooperative=market.a).count() == 4


@pytest.mark.parametrize("end", ["expired", "withdrawn", "replaced", "unknown"])
def test_a_link_that_has_ended_lets_nobody_in(market: Market, end: str) -> None:
    path = invited(market)
    if end == "expired":
        Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif end == "withdrawn":
        team.withdraw(invitation=Invitation.objects.get(), by=market.people["cooperative"])
    elif end == "replaced":
        invited(market)
    else:
        path = "/loi-moi/khong-co-that-00000000/"
    assert Client().get(path).status_code == 410
    assert Client().post(path, new_account()).status_code == 410
    assert not User.objects.filter(email="moi@demo.example").exists()


def test_who_has_an_account_logs_in_and_joins_with_it(market: Market) -> None:
    user = make_user(email="moi@demo.example")
    path, client = invited(market, role=MemberRole.MANAGER), Client()
    page = client.get(path).content.decode()
    assert f"/tai-khoan/dang-nhap/?next={path}" in page
    assert "mat_khau" not in page
    assert client.post(path, new_account()).status_code == 422  # nobody takes an account over by a link
    assert not user.memberships.exists()
    client.force_login(user, backend="shop.accounts.backends.EmailOrPhoneBackend")
    assert user.email in client.get(path).content.decode()
    assert client.post(path).status_code == 302
    assert user.memberships.get().role == "manager"
    assert client.get(TEAM).status_code == 200


def test_a_members_role_is_never_lowered_by_a_link(market: Market) -> None:
    path, client = invited(market, "khac@demo.example"), Client()
    client.force_login(market.people["cooperative"], backend="shop.accounts.backends.EmailOrPhoneBackend")
    assert client.post(path).status_code == 302
    assert member(market, "cooperative").role == "manager"


def test_a_password_that_is_easily_guessed_opens_nothing(market: Market) -> None:
    path, client = invited(market), Client()
    for wrong in (new_account(mat_khau="12345"), new_account(dong_y=""), new_account(ho_ten="")):
        assert client.post(path, wrong).status_code == 422
    assert Invitation.objects.get().is_standing


def test_an_invitation_by_telephone_goes_by_sms_where_there_is_one(market: Market, settings: Any) -> None:
    settings.SMS_URL = ""
    with pytest.raises(team.NoWay):
        invited(market, "0912000777")
    assert not Invitation.objects.exists()
    settings.SMS_URL = "http://127.0.0.1:9/sms"
    path = invited(market, "0912000777")
    letter = Letter.objects.latest("pk")
    assert (letter.channel, letter.recipient) == (ChannelName.SMS, "0912000777")
    assert segments(letter.body) <= 2
    assert Client().post(path, new_account()).status_code == 302
    assert User.objects.get(phone="0912000777").memberships.get().role == "packer"


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        ("khong phai", "Bạn ghi địa chỉ thư"),
        ("seller@demo.example", "Người này đang làm ở gian hàng rồi."),
    ],
)
def test_an_invitation_that_makes_no_sense_is_told_at_its_field(
    market: Market, as_role: As, contact: str, words: str
) -> None:
    response = as_role("cooperative").post(
        INVITE, {"cooperative": market.a.pk, "contact": contact, "role": "packer"}
    )
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Invitation.objects.exists()


def test_a_stall_has_so_many_invitations_at_a_time(market: Market) -> None:
    for number in range(team.MOST_STANDING):
        invited(market, f"nguoi{number}@moi.example")
    invited(market, "nguoi0@moi.example")  # the same person again: the old link goes
    with pytest.raises(team.TooManyInvitations):
        invited(market, "them@moi.example")


def test_one_person_invites_so_often_in_an_hour(
    market: Market, as_role: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.panel.team.MOST_INVITED", 1)
    client = as_role("cooperative")
    form = {"cooperative": market.a.pk, "contact": "mot@moi.example", "role": "packer"}
    assert client.post(INVITE, form).status_code == 302
    assert client.post(INVITE, form | {"contact": "hai@moi.example"}).status_code == 429
    assert Invitation.objects.count() == 1


def test_a_manager_reaches_neither_people_nor_links_of_another_stall(market: Market, as_role: As) -> None:
    other = market.b.memberships.get()
    foreign = team.invite(cooperative=market.b, contact="cua-b@demo.example", role=MemberRole.PACKER, by=None)
    client = as_role("cooperative")
    page = client.get(TEAM).content.decode()
    assert "cooperative_b" not in page
    assert "b@demo.example" not in page
    assert "cua-b@demo.example" not in page
    for path in (f"{other.pk}/vai-tro/", f"{other.pk}/thoi/", f"moi/{foreign.pk}/bo/"):
        assert client.post(TEAM + path, {"role": "packer"}).status_code == 404
    form = {"cooperative": market.b.pk, "contact": "moi@demo.example", "role": "manager"}
    assert client.post(INVITE, form).status_code == 422
    other.refresh_from_db()
    assert (other.role, other.is_active) == ("manager", True)
    assert foreign.is_standing


def test_a_role_changes_with_the_persons_next_request(market: Market, as_role: As) -> None:
    packer = as_role("packer")
    assert packer.get("/quan-tri/khuyen-mai/").status_code == 404
    pk = member(market, "packer").pk
    assert as_role("cooperative").post(f"{TEAM}{pk}/vai-tro/", {"role": "seller"}).status_code == 302
    assert packer.get("/quan-tri/khuyen-mai/").status_code == 200
    assert as_role("cooperative").post(f"{TEAM}{pk}/vai-tro/", {"role": "chu-tich"}).status_code == 404
    told = Entry.objects.latest("pk")
    assert (told.verb, told.about, told.changes) == (
        "member-role-changed", "packer@demo.example", {"role": ["packer", "seller"]},
    )  # fmt: skip


def test_who_is_removed_is_out_with_the_next_request_and_keeps_the_account(
    market: Market, as_role: As
) -> None:
    packer = as_role("packer")
    assert packer.get("/quan-tri/").status_code == 200
    pk = member(market, "packer").pk
    assert as_role("cooperative").post(f"{TEAM}{pk}/thoi/").status_code == 302
    assert packer.get("/quan-tri/").status_code == 403
    person = market.people["packer"]
    assert person is not None
    assert User.objects.get(pk=person.pk).is_active
    assert not person.groups.exists()
    assert Entry.objects.latest("pk").verb == "member-removed"
    assert as_role("cooperative").post(f"{TEAM}{pk}/thoi/").status_code == 404


def test_the_last_manager_stays(market: Market, as_role: As) -> None:
    client, own = as_role("cooperative"), member(market, "cooperative")
    for path, form in ((f"{own.pk}/thoi/", {}), (f"{own.pk}/vai-tro/", {"role": "packer"})):
        page = client.post(TEAM + path, form, follow=True).content.decode()
        assert "Gian hàng cần ít nhất một người quản lý." in page
    own.refresh_from_db()
    assert (own.role, own.is_active) == ("manager", True)
    asleep = make_user()
    User.objects.filter(pk=asleep.pk).update(is_active=False)
    add_member(cooperative=market.a, user=asleep)
    with pytest.raises(team.LastManager):  # an account that is switched off manages nothing
        team.remove(membership=own, by=None)
    add_member(cooperative=market.a, user=market.people["seller"])
    response = client.post(f"{TEAM}{own.pk}/vai-tro/", {"role": "packer"})
    assert response["Location"] == "/quan-tri/"  # the list is no longer theirs
    assert client.get("/quan-tri/").status_code == 200


def test_an_invitation_has_one_way(market: Market) -> None:
    invited(market)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.update(phone="0912000777")


def test_the_list_costs_the_same_however_many_people_there_are(
    market: Market, as_role: As, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_role("cooperative")
    invited(market)
    client.get(TEAM)
    with django_assert_num_queries(QUERIES):
        client.get(TEAM)
    for number in range(6):
        add_member(cooperative=market.a, user=make_user(), role=MemberRole.PACKER)
        invited(market, f"nguoi{number}@moi.example")
    with django_assert_num_queries(QUERIES):
        client.get(TEAM)
