"""What the panel itself keeps: which forms of a phone have arrived, and what was typed into others and not saved."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SentForm(models.Model):
    """A form that was carried out, under the number its page gave it. ``path``: where its answer led."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    path = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "key"), name="one_form_per_key")]


class KeptEdit(models.Model):
    """What one person typed into a form and has not saved (``kept_edits``). ``answers``: [[name, value], …]."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=60)
    answers = models.JSONField()
    kept_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "form"), name="one_kept_edit_per_form")]
