"""Teams of a commune that help their neighbours, what a stall lets them do, and what they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.clock import today
from catalog.models import Commune, Cooperative

VISITS_KEPT = dt.timedelta(days=365)


class HelperTeam(models.Model):
    """A community digital team. Made by the operator; a stall of one of its communes may let it help."""

    name = models.CharField(_("tên tổ"), max_length=100, unique=True)
    communes = models.ManyToManyField(Commune, related_name="helper_teams", verbose_name=_("xã, phường"))
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="helper_teams", verbose_name=_("người của tổ"), blank=True
    )
    is_active = models.BooleanField(_("đang hoạt động"), default=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("tổ hỗ trợ")
        verbose_name_plural = _("tổ hỗ trợ")

    def __str__(self) -> str:
        return self.name


class HelpScope(models.TextChoices):
    """What a helper may be let do, each by itself; never what only a manager may.

    The screens of each are ``accounts.helper_doors.OF_SCOPE``.
    """

    ORDERS = "orders", _("Đơn hàng, đóng gói, sổ lô")
    GOODS = "goods", _("Sản phẩm: bài giới thiệu, ảnh, giá, cách giao")
    STORY = "story", _("Chuyện của gian hàng")

    @property
    def short(self) -> str:
        """One word, for where there is no room."""
        return str({self.ORDERS: _("Đơn hàng"), self.GOODS: _("Sản phẩm"), self.STORY: _("Chuyện")}[self])


def in_words(scopes: Collection[HelpScope]) -> str:
    """The scopes as people read them, in the order of the form."""
    return " · ".join(str(scope.label) for scope in HelpScope if scope in scopes)


class HelpConsentQuerySet(models.QuerySet["HelpConsent"]):
    def standing(self, day: dt.date | None = None) -> HelpConsentQuerySet:
        """Those that count on ``day``, today by default, or will count later."""
        return self.filter(revoked_at=None, valid_to__gte=day or today())

    def in_force(self, day: dt.date | None = None) -> HelpConsentQuerySet:
        """Those that count on ``day``, today by default."""
        day = day or today()
        return self.standing(day).filter(valid_from__lte=day)

    def for_helper(self, user: Any) -> HelpConsentQuerySet:
        """Those given to the person, or to a working team that the person is in today."""
        teams = HelperTeam.objects.filter(members=user, is_active=True)
        return self.filter(Q(helper=user) | Q(team__in=teams))


class HelpConsent(models.Model):
    """A stall lets one helper, or whoever is in a team, work on its screens from one day to another.

    Shape: exactly one of ``team`` and ``helper``; at least one of the ``for_…`` (``HelpScope``); days in Vietnam, both
    included. Read anew at every request, so that what is revoked is over at once. Never deleted: it says who was
    allowed in when. ``…_told_at``: when the sweep wrote, or saw that there was nothing to say.
    """

    cooperative = models.ForeignKey(Cooperative, on_delete=models.CASCADE, related_name="help_consents")
    team = models.ForeignKey(
        HelperTeam, on_delete=models.PROTECT, null=True, blank=True, related_name="consents"
    )
    helper = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    for_orders = models.BooleanField(default=False)
    for_goods = models.BooleanField(default=False)
    for_story = models.BooleanField(default=False)
    valid_from = models.DateField(_("từ ngày"))
    valid_to = models.DateField(_("đến hết ngày"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    given_at = models.DateTimeField(auto_now_add=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    ending_told_at = models.DateTimeField(null=True, blank=True)
    end_told_at = models.DateTimeField(null=True, blank=True)

    objects = HelpConsentQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("sự đồng ý cho giúp")
        verbose_name_plural = _("sự đồng ý cho giúp")
        constraints = [
            models.CheckConstraint(
                condition=Q(team__isnull=True, helper__isnull=False)
                | Q(team__isnull=False, helper__isnull=True),
                name="help_by_a_team_or_a_person",
            ),
            models.CheckConstraint(
                condition=Q(for_orders=True) | Q(for_goods=True) | Q(for_story=True),
                name="help_allows_something",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lte=F("valid_to")), name="help_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.whom} · {self.cooperative}"

    @property
    def scopes(self) -> frozenset[HelpScope]:
        return frozenset(scope for scope in HelpScope if getattr(self, f"for_{scope}"))

    @property
    def work(self) -> str:
        """What may be done, in words."""
        return in_words(self.scopes)

    @property
    def whom(self) -> str:
        """Who may help, as people call them."""
        if self.team is not None:
            return self.team.name
        return (self.helper.get_full_name() or str(self.helper)) if self.helper is not None else ""


class Visit(models.Model):
    """What a helper did at somebody's on one day. Read by the team and the operator, and deleted a year later."""

    team = models.ForeignKey(HelperTeam, on_delete=models.PROTECT, related_name="visits")
    helper = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("ngày"))
    commune = models.ForeignKey(
        Commune, on_delete=models.PROTECT, related_name="+", verbose_name=_("xã, phường")
    )
    cooperative = models.ForeignKey(
        Cooperative,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("gian hàng"),
    )
    whom = models.CharField(_("giúp ai"), max_length=120)
    done = models.CharField(_("đã làm gì"), max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-on", "-pk")
        verbose_name = _("lần đi giúp")
        verbose_name_plural = _("các lần đi giúp")

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.whom}"

    @property
    def kept_to(self) -> dt.date:
        """The last day on which the note is kept: it names a neighbour who never had an account."""
        return self.on + VISITS_KEPT


class OpenTask(models.Model):
    """What a visit left to be done; anybody of the team may do it."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="tasks")
    text = models.CharField(_("việc còn lại"), max_length=300)
    due_on = models.DateField(_("hẹn ngày"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = (F("due_on").asc(nulls_last=True), "pk")
        verbose_name = _("việc còn lại")
        verbose_name_plural = _("việc còn lại")

    def __str__(self) -> str:
        return self.text
