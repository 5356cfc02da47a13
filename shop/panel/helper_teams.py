"""The operator's view of the helpers: teams, who is in them, and what is done in each commune."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.clock import today
from catalog.importing.names import Places
from catalog.importing.problems import CellRefused
from catalog.models import Commune
from shop.accounts.backends import find_person
from shop.accounts.models import User
from shop.checkout.forms import PlainField
from shop.helping import services
from shop.helping.models import HelpConsent, HelperTeam, OpenTask, Visit

from .screens import Screen, page_of, query_without_page

PER_PAGE = 30
LATELY = dt.timedelta(days=30)


@dataclass(frozen=True)
class Figures:
    """What helpers do in one commune: visits of the last 30 days, open tasks, stalls that let them work."""

    commune: Commune
    visits: int
    tasks: int
    stalls: int


def figures_of(communes: Sequence[Commune]) -> list[Figures]:
    """Three queries, however many communes."""
    visits = Visit.objects.filter(commune__in=communes, on__gt=today() - LATELY)
    tasks = OpenTask.objects.filter(visit__commune__in=communes, done_at=None)
    stalls = HelpConsent.objects.in_force().filter(cooperative__commune__in=communes)
    counted: Any = (
        dict(visits.order_by().values_list("commune").annotate(Count("pk"))),
        dict(tasks.order_by().values_list("visit__commune").annotate(Count("pk"))),
        dict(
            stalls.order_by()
            .values_list("cooperative__commune")
            .annotate(Count("cooperative", distinct=True))
        ),
    )
    return [Figures(one, *(numbers.get(one.pk, 0) for numbers in counted)) for one in communes]


class HelperTeams(Screen):
    template_name = "panel/helper_teams.html"
    page_title = gettext_lazy("Tổ hỗ trợ")
    header_icon = "group"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        teams = (
            HelperTeam.objects.order_by("name", "pk")
            .prefetch_related("communes__province")
            .annotate(
                people=Count("members", distinct=True),
                standing=Count(
                    "consents",
                    filter=Q(consents__revoked_at=None, consents__valid_to__gte=today()),
                    distinct=True,
                ),
            )
        )
        page = page_of(teams, self.request, PER_PAGE)
        communes = {one.pk: one for team in page for one in team.communes.all()}
        return super().get_context_data(**kwargs) | {
            "page": page,
            "query": query_without_page(self.request),
            "figures": figures_of(sorted(communes.values(), key=lambda one: one.folded_name)),
        }


class _Lines(forms.CharField):
    """One thing a line; empty lines are left out."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[str]:
        text = str(super().clean(value) or "")
        return [line.strip() for line in text.splitlines() if line.strip()]


class TeamForm(forms.Form):
    name = PlainField(label=gettext_lazy("Tên tổ"), max_length=100)
    communes = _Lines(
        label=gettext_lazy("Các xã, phường"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Mỗi dòng một xã, ví dụ: Xã Tà Xùa, Tỉnh Sơn La."),
    )
    members = _Lines(
        label=gettext_lazy("Người của tổ"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy(
            "Mỗi dòng một thư điện tử hoặc số điện thoại. Người ấy phải có vai trò Tổ hỗ trợ."
        ),
    )
    is_active = forms.BooleanField(label=gettext_lazy("Đang hoạt động"), required=False, initial=True)

    def __init__(self, *args: Any, team: HelperTeam | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = HelperTeam.objects.exclude(pk=self.team.pk) if self.team else HelperTeam.objects.all()
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("Đã có tổ tên này."))
        return name

    def clean_communes(self) -> list[Commune]:
        places, codes, unknown = Places.read(), [], []
        for line in self.cleaned_data["communes"]:
            try:
                codes.append(places.code_of(line))
            except CellRefused:
                unknown.append(line)
        if unknown:
            raise forms.ValidationError(
                _("Chợ không tìm ra: %(names)s. Ghi cả tên tỉnh.") % {"names": "; ".join(unknown)}
            )
        return list(Commune.objects.filter(pk__in=codes))

    def clean_members(self) -> list[User]:
        found = {line: find_person(line) for line in self.cleaned_data["members"]}
        may = set(services.helpers().values_list("pk", flat=True))
        strange = [line for line, person in found.items() if person is None or person.pk not in may]
        if strange:
            raise forms.ValidationError(
                _("Không phải người của tổ hỗ trợ: %(names)s.") % {"names": "; ".join(strange)}
            )
        return [person for person in found.values() if person is not None]


class TeamPage(Screen):
    """A team, new or known."""

    template_name = "panel/helper_team.html"
    page_title = gettext_lazy("Tổ mới")
    header_icon = "group"
    team: HelperTeam | None = None
    form: TeamForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if "pk" in kwargs:
            self.team = get_object_or_404(HelperTeam, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return self.team.name if self.team else str(self.page_title)

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:helper_teams"), "label": _("Tổ hỗ trợ")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        team = self.team
        communes = list(team.communes.select_related("province")) if team else []
        return super().get_context_data(**kwargs) | {
            "form": self.form or TeamForm(team=team, initial=self._initial(communes)),
            "team": team,
            "figures": figures_of(communes),
        }

    def _initial(self, communes: Sequence[Commune]) -> dict[str, Any]:
        if self.team is None:
            return {}
        return {
            "name": self.team.name,
            "communes": "\n".join(f"{one.name}, {one.province.name}" for one in communes),
            "members": "\n".join(str(one) for one in self.team.members.order_by("pk")),
            "is_active": self.team.is_active,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form = TeamForm(request.POST, team=self.team)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        team = services.save_team(team=self.team, by=request.user, **form.cleaned_data)
        messages.success(request, _("Đã lưu tổ %(name)s.") % {"name": team.name})
        return redirect("panel:helper_teams")
