"""Which cooperatives a person may act for; every list of tenant data in the panel starts here."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from catalog.models import Cooperative


def cooperatives_of(user: Any) -> QuerySet[Cooperative]:
    """Cooperatives that this person acts for today; none for anonymous, inactive and other people.

    Staff of the market are not members: what they may see is decided by their role, not here. Where the panel's door
    has narrowed the person to roles (``member_roles_here``), only stalls in which they have one of them. Who works for
    a stall with its consent (``acting``) has that one and no other, where the consent opens the screen
    (``acting_here``).
    """
    if not (user.is_authenticated and user.is_active):
        return Cooperative.objects.none()
    if (acting := getattr(user, "acting", None)) is not None:
        is_open = getattr(user, "acting_here", True)
        return Cooperative.objects.filter(pk=acting.cooperative_id) if is_open else Cooperative.objects.none()
    bound: dict[str, Any] = {"memberships__user": user, "memberships__is_active": True}
    if (roles := getattr(user, "member_roles_here", None)) is not None:
        bound["memberships__role__in"] = roles
    return Cooperative.objects.filter(**bound)
