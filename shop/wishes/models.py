"""Goods that people put aside, and who wants to hear when goods are to be had again."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from catalog.models import ProductSheet


class Wish(models.Model):
    """Goods that a person put aside. Met at ``/de-danh/``; guests' lists stay on their device."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wishes")
    sheet = models.ForeignKey(ProductSheet, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [models.UniqueConstraint(fields=("user", "sheet"), name="goods_are_put_aside_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.sheet}"


class SeasonWatch(models.Model):
    """An address that wants one letter a season when these goods are to be had.

    Nothing is sent before ``confirmed_at``: the address has opened the link that went there. ``told_for`` is the first
    day of the season it was told of. The row goes when the person says so, and then nothing is left of it.
    """

    sheet = models.ForeignKey(ProductSheet, on_delete=models.CASCADE, related_name="watches")
    email = models.EmailField(max_length=254)  # in small letters
    language = models.CharField(max_length=5)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    told_for = models.DateField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("sheet", "email"), name="goods_are_watched_once_by_an_address")
        ]

    def __str__(self) -> str:
        return f"{self.sheet}: {self.email}"
