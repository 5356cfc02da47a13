"""Accounts, groups and roles; the rights that Wagtail itself checks."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import GroupApprovalTask, GroupCollectionPermission, GroupPagePermission, Page

from catalog.models import MemberRole, Membership
from catalog.tenancy import cooperatives_of
from shop.accounts.doors import DOORS, MEMBER_DOORS, OPEN, may_open, narrow
from shop.accounts.models import User
from shop.accounts.roles import Role, roles_of
from shop.accounts.services import add_user, ensure_groups
from tests.factories import PASSWORD, make_cooperative

pytestmark = pytest.mark.django_db


def person(name: str, **fields: object) -> User:
    return add_user(email=f"{name}@demo.example", password=PASSWORD, first_name="Người thử", **fields)


def test_groups_are_made_once() -> None:
    ensure_groups()
    counts = [model.objects.count() for model in (Group, GroupPagePermission, GroupCollectionPermission)]
    ensure_groups()
    assert counts == [
        model.objects.count() for model in (Group, GroupPagePermission, GroupCollectionPermission)
    ]
    assert set(Role.values) <= set(Group.objects.values_list("name", flat=True))


def test_a_shopper_has_no_role_and_no_admin_right() -> None:
    user = person("khach")
    assert roles_of(user) == frozenset()
    assert not user.has_perm("wagtailadmin.access_admin")
    assert user.check_password(PASSWORD)


def test_a_member_acts_for_one_cooperative() -> None:
    cooperative = make_cooperative()
    user = person("htx", cooperative=cooperative, member_role=MemberRole.PACKER)
    assert roles_of(user) == {Role.COOPERATIVE}
    assert user.has_perm("wagtailadmin.access_admin")
    assert list(Membership.objects.values_list("cooperative", "user", "role")) == [
        (cooperative.pk, user.pk, "packer")
    ]


def test_adding_a_person_again_brings_them_up_to_date() -> None:
    first = person("ketoan", roles=[Role.INVOICE_STAFF])
    second = add_user(
        email="KeToan@demo.example", password="mật khẩu khác", first_name="Tên mới", roles=[Role.EDITOR]
    )
    assert (second.pk, User.objects.count()) == (first.pk, User.objects.exclude(pk=first.pk).count() + 1)
    assert (second.first_name, roles_of(second)) == ("Tên mới", {Role.EDITOR})
    assert second.check_password("mật khẩu khác")


def test_whoever_packs_here_and_manages_there_has_each_right_in_its_own_stall() -> None:
    here, there = make_cooperative(), make_cooperative()
    user = person("hai-noi", cooperative=here, member_role=MemberRole.PACKER)
    person("hai-noi", cooperative=there, member_role=MemberRole.MANAGER)
    user = User.objects.get(pk=user.pk)
    assert may_open(user, "panel:promotions")
    for view, stalls in (
        ("panel:consignments", {here, there}),
        ("panel:promotions", {there}),
        ("panel:team", {there}),
        ("panel:refunds", set()),
    ):
        narrow(user, view)
        assert set(cooperatives_of(user)) == stalls, view
    client = Client()
    client.force_login(user, backend="shop.accounts.backends.EmailOrPhoneBackend")
    form = client.get("/quan-tri/khuyen-mai/them/").content.decode()
    assert there.name in form or f'value="{there.pk}"' in form
    assert here.name not in form


def test_each_role_of_a_stall_may_what_the_one_before_it_may() -> None:
    packer, seller, manager = (
        MEMBER_DOORS[role] for role in (MemberRole.PACKER, MemberRole.SELLER, MemberRole.MANAGER)
    )
    assert packer < seller < manager
    assert "panel:pack" in packer
    assert {"panel:product", "panel:promotion_add"} <= seller - packer
    assert {"panel:answer_report", "panel:add_paper", "panel:team", "panel:audit_log"} <= manager - seller


def test_an_ended_membership_closes_the_panel() -> None:
    user = person("htx", cooperative=make_cooperative())
    Membership.objects.update(is_active=False)
    client = Client()
    client.force_login(user, backend="shop.accounts.backends.EmailOrPhoneBackend")
    assert client.get("/quan-tri/").status_code == 403


def test_writers_may_publish_pages_and_approve_what_others_submit() -> None:
    root = Page.get_first_root_node()
    for role in (Role.EDITOR, Role.OPERATOR):
        rights = root.permissions_for_user(person(role.value, roles=[role]))
        assert rights.can_publish_subpage()
        assert rights.can_add_subpage()
    for role in (Role.INVOICE_STAFF, Role.HELPER):
        rights = root.permissions_for_user(person(role.value, roles=[role]))
        assert not rights.can_add_subpage()
    approvers = GroupApprovalTask.objects.get().groups.values_list("name", flat=True)
    assert {"editor", "operator"} <= set(approvers)


def test_no_role_but_a_superuser_may_make_accounts_or_groups() -> None:
    for role, doors in DOORS.items():
        assert not any(
            name.startswith(("wagtailusers", "wagtailsites", "wagtailsettings")) for name in doors
        ), role
    superuser = User.objects.create_superuser("chu@demo.example", PASSWORD)
    assert may_open(superuser, "wagtailusers_users:index")
    superuser.is_active = False
    assert not may_open(superuser, "wagtailusers_users:index")


def test_every_door_named_for_a_role_exists() -> None:
    """A misspelt name would only close a door, silently."""
    from tests.support.doors import walk

    known = {door.name for door in walk()}
    assert {name for doors in (*DOORS.values(), *MEMBER_DOORS.values()) for name in doors} <= known
    assert known >= OPEN


def test_a_visitor_is_sent_to_log_in_and_back() -> None:
    response = Client().get("/quan-tri/kien-hang/?tinh-trang=to-pack")
    assert response.status_code == 302
    assert response["Location"] == "/quan-tri/login/?next=/quan-tri/kien-hang/%3Ftinh-trang%3Dto-pack"


def test_a_script_without_log_in_gets_403_and_no_form() -> None:
    response = Client().get("/quan-tri/kien-hang/", headers={"x-requested-with": "XMLHttpRequest"})
    assert (response.status_code, response.content) == (403, b"")


def test_a_shopper_is_told_so_instead_of_going_round_in_circles() -> None:
    person("khach")
    client = Client()
    assert client.login(username="khach@demo.example", password=PASSWORD)
    response = client.get("/quan-tri/")
    assert response.status_code == 403
    assert "chưa có việc trong khu quản trị" in response.content.decode()
    assert client.get("/quan-tri/login/").status_code == 200


def test_the_log_in_page_is_vietnamese_and_names_the_market() -> None:
    page = Client().get("/quan-tri/login/").content.decode()
    for text in (
        "Đăng nhập khu quản trị",
        "Thư điện tử",
        "Mật khẩu",
        "Quên mật khẩu?",
        "Ghi nhớ",
        "Chợ Phiên",
    ):
        assert text in page, text
    for text in ("Sign in", "Password", "Remember", "Wagtail<"):
        assert text not in page, text


def test_people_log_in_to_the_panel_by_telephone_and_are_told_in_one_sentence_what_is_wrong() -> None:
    somebody = person("hoa", roles=[Role.EDITOR])
    User.objects.filter(pk=somebody.pk).update(phone="0912345678")
    sent = {"username": "091 234 5678", "password": "sai"}
    wrong = Client().post("/quan-tri/login/", sent).content.decode()
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng." in wrong
    assert "Thư điện tử hoặc số điện thoại" in wrong
    assert Client().post("/quan-tri/login/", sent | {"password": PASSWORD}).status_code == 302
