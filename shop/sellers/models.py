"""Who comes to sell: invitations into a stall."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative, MemberRole


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def standing(self, now: dt.datetime | None = None) -> InvitationQuerySet:
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now or timezone.now())


class Invitation(models.Model):
    """A link that lets one person into one stall, once. Met on the panel's page of the team, and behind the link.

    Shape: exactly one of ``email`` and ``phone``, as log-ins are written; of the link's token only the SHA-256 is kept,
    so that nobody who reads the database gets in.
    """

    cooperative = models.ForeignKey(Cooperative, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(_("vai trò"), max_length=10, choices=MemberRole)
    email = models.EmailField(_("thư điện tử"), max_length=254, blank=True)
    phone = models.CharField(_("số điện thoại"), max_length=20, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("dùng được đến"))
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("lời mời")
        verbose_name_plural = _("lời mời")
        constraints = [
            models.CheckConstraint(
                condition=(Q(email="") & ~Q(phone="")) | (~Q(email="") & Q(phone="")),
                name="invited_by_one_way",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact} · {self.cooperative}"

    @property
    def contact(self) -> str:
        """Where the link was sent."""
        return self.email or self.phone

    @property
    def is_standing(self) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at > timezone.now()
