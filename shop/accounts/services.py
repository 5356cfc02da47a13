"""Writes about people: the market's groups with their rights, and accounts with their roles."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupApprovalTask, GroupCollectionPermission, GroupPagePermission, Page

from catalog.models import Cooperative, MemberRole, Membership
from shop.audit.services import record
from shop.audit.verbs import Verb

from .models import User
from .roles import Role

PAGE_RIGHTS = ("add", "change", "publish", "lock", "unlock")
PICTURE_RIGHTS = ("add_image", "change_image", "choose_image")
WRITERS = (Role.EDITOR, Role.OPERATOR)


@transaction.atomic
def ensure_groups() -> dict[Role, Group]:
    """The group of every role, with the Wagtail rights it needs.

    Writers may edit and publish all pages and upload pictures, and approve what others submit for
    moderation. Everything else in the panel is decided by ``doors`` and by each screen's own queryset.

    Idempotent: yes.
    """
    enter = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    groups: dict[Role, Group] = {}
    for role in Role:
        groups[role], _created = Group.objects.get_or_create(name=role.value)
        groups[role].permissions.add(enter)
    translate = Permission.objects.get(
        content_type__app_label="simple_translation", codename="submit_translation"
    )
    for role in WRITERS:
        groups[role].permissions.add(translate)
        _let_write(groups[role])
    for task in GroupApprovalTask.objects.filter(active=True):
        task.groups.add(*(groups[role] for role in WRITERS))
    return groups


def _let_write(group: Group) -> None:
    root = Page.get_first_root_node()
    for codename in PAGE_RIGHTS:
        permission = Permission.objects.get(
            content_type__app_label="wagtailcore", codename=f"{codename}_page"
        )
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    # Wagtail asks for the rights of its own Image model also when pictures are kept in ours.
    collection = Collection.get_first_root_node()
    for codename in PICTURE_RIGHTS:
        permission = Permission.objects.get(content_type__app_label="wagtailimages", codename=codename)
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=collection, permission=permission
        )


@transaction.atomic
def add_user(
    *,
    email: str,
    password: str,
    first_name: str,
    roles: Iterable[Role] = (),
    cooperative: Cooperative | None = None,
    member_role: MemberRole = MemberRole.MANAGER,
) -> User:
    """The account with that e-mail address, with exactly these staff roles and this membership added.

    Without a role and a cooperative it is a shopper's. Idempotent: a second call brings name, password
    and roles up to date.
    """
    groups = ensure_groups()
    user = User.objects.filter(email__iexact=email).first() or User(email=email.lower())
    user.first_name = first_name
    user.is_active = True
    if user.pk is None or not user.check_password(password):
        user.set_password(password)
    user.save()
    wanted = {Role(role) for role in roles}
    if cooperative is not None:
        wanted.add(Role.COOPERATIVE)
        Membership.objects.update_or_create(
            cooperative=cooperative, user=user, defaults={"role": member_role, "is_active": True}
        )
    before = set(user.groups.values_list("name", flat=True))
    user.groups.set([groups[role] for role in wanted])
    after = {str(role.value) for role in wanted}
    if before != after:
        told = {"roles": (", ".join(sorted(before)), ", ".join(sorted(after)))}
        record(Verb.ROLES_CHANGED, about=str(user), reference=f"user:{user.pk}", changes=told)
    return user
