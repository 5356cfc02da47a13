"""The people of a stall: invited by link, given a role, removed. A stall always keeps somebody who manages it."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative, MemberRole, Membership
from catalog.services import add_member
from shop.accounts.backends import find_person
from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.accounts.services import ensure_groups
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.messages.services import write_message
from shop.messages.wording import ways_to

from .models import Invitation

GOOD_FOR = dt.timedelta(days=7)
MOST_STANDING = 20
"""Invitations of one stall at a time."""
KIND = "member_invited"


ROLE_MAY: Mapping[MemberRole, Any] = {
    MemberRole.PACKER: _("Xem đơn, đóng gói, giao hàng, ghi sổ lô."),
    MemberRole.SELLER: _("Mọi việc của người đóng gói, thêm: đăng bán, đổi giá, khuyến mãi, thu hồi lô."),
    MemberRole.MANAGER: _("Mọi việc của gian hàng, cả tiền, giấy tờ và người làm."),
}
"""What each role does in the panel, in words; ``accounts.doors.MEMBER_DOORS`` keeps it."""


class AlreadyMember(Exception):
    """The person works for this stall already."""


class TooManyInvitations(Exception):
    """So many are waiting for an answer that another would look like a flood."""


class NoWay(Exception):
    """The market cannot send to a telephone: no channel for it is switched on."""


class DeadInvitation(Exception):
    """The link is unknown, used, withdrawn or too old."""


class HasManager(Exception):
    """Somebody manages the stall: whom to invite is theirs to say."""


class LastManager(Exception):
    """Without this person nobody would manage the stall."""


@transaction.atomic
def invite(*, cooperative: Cooperative, contact: str, role: MemberRole, by: Any) -> Invitation:
    """A link sent to ``contact``, an e-mail address or telephone number as log-ins are written.

    An earlier link to the same contact dies with it. Locks: the stall. Writes: Invitation, a message, the log.
    Raises: AlreadyMember, TooManyInvitations, NoWay.
    """
    Cooperative.objects.select_for_update(no_key=True).get(pk=cooperative.pk)
    email, phone = (contact, "") if "@" in contact else ("", contact)
    person = find_person(contact)
    if person and cooperative.memberships.filter(user=person, is_active=True).exists():
        raise AlreadyMember
    now = timezone.now()
    Invitation.objects.standing(now).filter(cooperative=cooperative, email=email, phone=phone).update(
        withdrawn_at=now
    )
    if Invitation.objects.standing(now).filter(cooperative=cooperative).count() >= MOST_STANDING:
        raise TooManyInvitations
    ways = ways_to(email=email, phone=phone, kind=KIND)
    if not ways:
        raise NoWay
    token = secrets.token_urlsafe(16)
    invitation = Invitation.objects.create(
        cooperative=cooperative,
        role=role,
        email=email,
        phone=phone,
        token_hash=_hashed(token),
        invited_by=by,
        expires_at=now + GOOD_FOR,
    )
    with translation.override(settings.LANGUAGE_CODE):
        link = settings.BASE_URL + reverse("sellers:invitation", args=[token])
    write_message(
        key=f"invitation:{invitation.pk}",
        ways=ways,
        template=KIND,
        context={"invitation": invitation, "link": link},
        language=settings.LANGUAGE_CODE,
    )
    _tell(Verb.MEMBER_INVITED, cooperative, contact, by, changes={"role": (None, role)})
    return invitation


@transaction.atomic
def invite_manager(*, cooperative: Cooperative, contact: str, by: Any) -> Invitation:
    """The market lets somebody manage a stall that nobody manages any more, or yet.

    Locks: the stall. As ``invite``. Raises: HasManager, and what ``invite`` does.
    """
    Cooperative.objects.select_for_update(no_key=True).get(pk=cooperative.pk)
    if has_manager(cooperative):
        raise HasManager
    return invite(cooperative=cooperative, contact=contact, role=MemberRole.MANAGER, by=by)


def has_manager(cooperative: Cooperative) -> bool:
    """Whether somebody can log in and manage the stall."""
    return _managers(cooperative).exists()


def find_invitation(token: str) -> Invitation:
    """The invitation of a link that can still be used. Raises: DeadInvitation."""
    rows = Invitation.objects.standing().select_related("cooperative", "invited_by")
    found = rows.filter(token_hash=_hashed(token)).first()
    if found is None:
        raise DeadInvitation
    return found


@transaction.atomic
def accept(*, token: str, user: User) -> Membership:
    """``user`` works for the stall from now on; the link is used up.

    Whoever is a member already keeps the higher of the two roles. Locks: the stall, the invitation. Writes:
    Membership, the person's group, the log. Raises: DeadInvitation.
    """
    stall = find_invitation(token).cooperative
    Cooperative.objects.select_for_update(no_key=True).get(pk=stall.pk)
    invitation = Invitation.objects.select_for_update().standing().filter(token_hash=_hashed(token)).first()
    if invitation is None:
        raise DeadInvitation
    known = stall.memberships.filter(user=user, is_active=True).first()
    role = MemberRole(invitation.role)
    if known is not None and _RANK[MemberRole(known.role)] >= _RANK[role]:
        role = MemberRole(known.role)
    membership = add_member(cooperative=stall, user=user, role=role)
    user.groups.add(ensure_groups()[Role.COOPERATIVE])
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    _tell(Verb.MEMBER_ADDED, stall, str(user), user, changes={"role": (known.role if known else None, role)})
    return membership


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Any) -> None:
    """The link is dead from now on. Writes: Invitation, the log. Idempotent."""
    rows = Invitation.objects.standing().filter(pk=invitation.pk)
    if rows.update(withdrawn_at=timezone.now()):
        _tell(Verb.INVITATION_WITHDRAWN, invitation.cooperative, invitation.contact, by)


@transaction.atomic
def change_role(*, membership: Membership, role: MemberRole, by: Any) -> None:
    """Another role from the person's next request on.

    Locks: the stall. Writes: Membership, the log. Raises: LastManager. Idempotent.
    """
    fresh = _locked(membership)
    if not fresh.is_active or fresh.role == role:
        return
    _keep_a_manager(fresh, role)
    before, fresh.role = fresh.role, role
    fresh.save(update_fields=["role"])
    _tell(Verb.MEMBER_ROLE_CHANGED, fresh.cooperative, str(fresh.user), by, changes={"role": (before, role)})


@transaction.atomic
def remove(*, membership: Membership, by: Any) -> None:
    """The person's rights in the stall end with the next request; the account stays.

    Locks: the stall. Writes: Membership, the person's group, the log. Raises: LastManager. Idempotent.
    """
    fresh = _locked(membership)
    if not fresh.is_active:
        return
    _keep_a_manager(fresh, None)
    fresh.is_active = False
    fresh.save(update_fields=["is_active"])
    if not Membership.objects.filter(user=fresh.user_id, is_active=True).exists():
        fresh.user.groups.remove(*Group.objects.filter(name=Role.COOPERATIVE.value))
    _tell(Verb.MEMBER_REMOVED, fresh.cooperative, str(fresh.user), by, changes={"role": (fresh.role, None)})


_RANK = {MemberRole.PACKER: 0, MemberRole.SELLER: 1, MemberRole.MANAGER: 2}


def _locked(membership: Membership) -> Membership:
    """As it is now; the stall's lock keeps two managers from removing each other at once."""
    Cooperative.objects.select_for_update(no_key=True).get(pk=membership.cooperative_id)
    return Membership.objects.select_related("cooperative", "user").get(pk=membership.pk)


def _keep_a_manager(membership: Membership, role: MemberRole | None) -> None:
    if membership.role != MemberRole.MANAGER or role == MemberRole.MANAGER:
        return
    if not _managers(membership.cooperative).exclude(pk=membership.pk).exists():
        raise LastManager


def _managers(cooperative: Cooperative) -> QuerySet[Membership]:
    return cooperative.memberships.filter(role=MemberRole.MANAGER, is_active=True, user__is_active=True)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _tell(verb: Verb, stall: Cooperative, about: str, by: Any, **more: Any) -> None:
    record(verb, about=about, cooperative_id=stall.pk, reference=f"stall:{stall.pk}", by=by, **more)
