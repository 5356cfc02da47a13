"""Letters about a consent: to the managers of the stall, and to whoever may help."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import MemberRole
from shop.accounts.models import User
from shop.messages.services import write_letter

from .models import HelpConsent


class Step(models.TextChoices):
    """What has become of the consent."""

    ALLOWED = "allowed"
    ENDING = "ending"
    ENDED = "ended"
    REVOKED = "revoked"


def write(consent: HelpConsent, step: Step) -> None:
    """One letter to each who is concerned and has an address. Writes: letters. Idempotent."""
    stall = consent.cooperative
    managers = Q(
        memberships__cooperative=stall, memberships__is_active=True, memberships__role=MemberRole.MANAGER
    )
    helpers = Q(pk=consent.helper_id) if consent.helper_id else Q(helper_teams=consent.team_id)
    people = User.objects.filter(managers | helpers, is_active=True).exclude(email=None).exclude(email="")
    for person in people.distinct().order_by("pk"):
        write_letter(
            key=f"help-{step}:{consent.pk}:{person.pk}",
            recipient=str(person.email),
            template="help_told",
            context={"consent": consent, "stall": stall, "step": str(step), "name": person.get_full_name()},
            language=settings.LANGUAGE_CODE,
        )
