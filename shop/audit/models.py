"""The record of who did what on the market, and for whom: rows that are only ever added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative

from .verbs import verb_label


class Entry(models.Model):
    """One act of one person. Met in the panel's log: all by the operator, a stall's own by its managers.

    Shape: ``actor`` None stands for the market's own work (timers, commands); ``actor_name`` the log-in of that day;
    ``acting_for`` whoever the person acted for, in words that name no shopper; ``about`` the object as people call
    it, ``reference`` as programs do; ``changes`` field → [before, after]; ``network`` the address cut to its network;
    ``words`` what is searched, without marks.
    Never changed and never deleted (database triggers); a person who stands here keeps the account.
    """

    at = models.DateTimeField(_("lúc"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(_("người làm"), max_length=254, blank=True)
    cooperative = models.ForeignKey(
        Cooperative, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acting_for = models.CharField(_("làm thay cho"), max_length=200, blank=True)
    verb = models.CharField(_("việc"), max_length=30)
    about = models.CharField(_("về"), max_length=300, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    changes = models.JSONField(_("thay đổi"), default=dict, blank=True)
    reason = models.CharField(_("lý do"), max_length=500, blank=True)
    network = models.CharField(_("mạng"), max_length=50, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("việc đã ghi")
        verbose_name_plural = _("nhật ký")
        indexes = [
            models.Index(fields=("cooperative", "-id"), name="audit_by_stall"),
            models.Index(fields=("verb", "-id"), name="audit_by_verb"),
            models.Index(fields=("at",), name="audit_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name}: {self.verb} {self.about}"

    @property
    def verb_label(self) -> str:
        return verb_label(self.verb)
