"""The roles of the market's staff, as names of Django groups.

Members of cooperatives have no group here: their rights come from ``catalog.models.Membership``.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is in the panel; ``COOPERATIVE`` is derived from an active membership."""

    COOPERATIVE = "cooperative", _("Hợp tác xã")
    INVOICE_STAFF = "invoice_staff", _("Kế toán hóa đơn")
    EDITOR = "editor", _("Biên tập")
    HELPER = "helper", _("Tổ hỗ trợ")
    OPERATOR = "operator", _("Điều hành")


STAFF_ROLES = (Role.INVOICE_STAFF, Role.EDITOR, Role.HELPER, Role.OPERATOR)


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
            if user.memberships.filter(is_active=True).exists():
                found.add(Role.COOPERATIVE)
        cached = user._roles = frozenset(found)
    return cached
