"""The roles of the market's staff, as names of Django groups.

Members of cooperatives have no group here: their rights come from ``catalog.models.Membership``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import MemberRole


class Role(models.TextChoices):
    """What a person is in the panel; ``COOPERATIVE`` is derived from an active membership, whose own role
    (``catalog.models.MemberRole``) says what it opens."""

    COOPERATIVE = "cooperative", _("Hợp tác xã")
    INVOICE_STAFF = "invoice_staff", _("Kế toán hóa đơn")
    EDITOR = "editor", _("Biên tập")
    HELPER = "helper", _("Tổ hỗ trợ")
    OPERATOR = "operator", _("Điều hành")


STAFF_ROLES = (Role.INVOICE_STAFF, Role.EDITOR, Role.HELPER, Role.OPERATOR)


@dataclass(frozen=True)
class Acting:
    """For which stall a helper works while a request is answered, what was allowed, and until when all of it is.

    Shape: ``scopes`` are keys of ``helper_doors.OF_SCOPE``, ``work`` the same in words; ``others`` are further stalls
    that the person may change to: (key, name).
    """

    cooperative_id: int
    name: str
    scopes: frozenset[str]
    until: dt.date
    work: str = ""
    others: tuple[tuple[int, str], ...] = ()


def act_for(user: Any, acting: Acting) -> None:
    """From here on the person is a helper who works in that one stall, and nothing else: own other roles rest."""
    user.acting = acting
    user._roles = frozenset({Role.HELPER, Role.COOPERATIVE})
    user._member_roles = frozenset()


def acting_of(user: Any) -> Acting | None:
    """The stall a helper works for; None for everybody else, and outside of such a request."""
    return getattr(user, "acting", None)


def roles_of(user: Any) -> frozenset[Role]:
    """All roles of a logged-in person; empty for shoppers and anonymous visitors. Cached on the user object."""
    cached: frozenset[Role] | None = getattr(user, "_roles", None)
    if cached is None:
        found: set[Role] = set()
        if user.is_authenticated and user.is_active:
            names = set(user.groups.values_list("name", flat=True))
            found = {role for role in STAFF_ROLES if role.value in names}
            if user.is_superuser:
                found.add(Role.OPERATOR)
            if member_roles_of(user):
                found.add(Role.COOPERATIVE)
        cached = user._roles = frozenset(found)
    return cached


def member_roles_of(user: Any) -> frozenset[MemberRole]:
    """What a person is in any stall; empty for others. Cached on the user object."""
    cached: frozenset[MemberRole] | None = getattr(user, "_member_roles", None)
    if cached is None:
        found: set[MemberRole] = set()
        if user.is_authenticated and user.is_active:
            roles = user.memberships.filter(is_active=True).order_by().values_list("role", flat=True)
            found = {MemberRole(role) for role in roles.distinct()}
        cached = user._member_roles = frozenset(found)
    return cached
