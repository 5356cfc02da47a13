"""A helper's screens: working for a stall, noting visits, and what visits left to be done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from catalog.clock import today
from catalog.models import Commune, Cooperative
from shop.accounts.models import User
from shop.checkout.forms import PlainField
from shop.helping import acting, services
from shop.helping.models import HelperTeam, HelpScope, Visit
from shop.orders.models import Consignment, GoodsReport
from shop.orders.statuses import ConsignmentStatus

from .screens import Screen, Tab, page_of, query_without_page
from .selectors import helper_tasks_for, helper_teams_for, visits_for

PER_PAGE = 25
MOST_TASKS = 10
STATE_KEY = "viec"


class Begin(View):
    """A helper changes to a stall that allows it; which ones do is asked anew."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = request.POST.get("gian", "")
        for allowed in acting.allowed_to(request.user):
            if str(allowed.cooperative.pk) == wanted:
                acting.begin(request, allowed)
                break
        else:
            raise Http404
        return redirect("wagtailadmin_home")


class Stop(View):
    """Back to the helper's own start screen."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        acting.stop(request)
        return redirect("wagtailadmin_home")


@dataclass(frozen=True)
class Help:
    """One stall on a helper's start screen."""

    allowed: acting.Allowed
    to_pack: int
    reports: int
    ends_soon: bool

    @property
    def has_orders(self) -> bool:
        """Numbers of orders are told to those who may work on them."""
        return HelpScope.ORDERS in self.allowed.scopes


def start_of(user: Any) -> dict[str, Any]:
    """What a helper's start screen shows. Five queries, however many stalls."""
    allowed = acting.allowed_to(user)
    stalls = [one.cooperative.pk for one in allowed]
    to_pack = Consignment.objects.agreed().filter(cooperative__in=stalls, status=ConsignmentStatus.TO_PACK)
    packing = dict(to_pack.order_by().values_list("cooperative").annotate(Count("pk")))
    waiting = GoodsReport.objects.waiting().filter(consignment__cooperative__in=stalls)
    reports = dict(waiting.order_by().values_list("consignment__cooperative").annotate(Count("pk")))
    soon = today() + dt.timedelta(days=services.SOON_DAYS)
    tasks = helper_tasks_for(user).filter(done_at=None).select_related("visit")
    return {
        "helps": [
            Help(
                one,
                packing.get(one.cooperative.pk, 0),
                reports.get(one.cooperative.pk, 0),
                one.valid_to <= soon,
            )
            for one in allowed
        ],
        "tasks": tasks[:MOST_TASKS],
        "has_team": helper_teams_for(user).exists(),
    }


class Visits(Screen):
    """Visits and open tasks of the helper's teams; all of them for the operator."""

    template_name = "panel/visits.html"
    page_title = gettext_lazy("Các lần đi giúp")
    header_icon = "calendar"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, asks_tasks = self.request.user, self.request.GET.get(STATE_KEY) == "con-lai"
        left = helper_tasks_for(user).filter(done_at=None)
        visits = visits_for(user)
        here = reverse("panel:visits")
        rows = (
            left.select_related("visit__team", "visit__commune", "visit__cooperative")
            if asks_tasks
            else visits.select_related("team", "helper", "commune", "cooperative").prefetch_related("tasks")
        )
        return super().get_context_data(**kwargs) | {
            "tabs": [
                Tab(_("Các lần đi giúp"), here, not asks_tasks, visits.count()),
                Tab(_("Việc còn lại"), f"{here}?{STATE_KEY}=con-lai", asks_tasks, left.count()),
            ],
            "page": page_of(rows, self.request, PER_PAGE),
            "query": query_without_page(self.request),
            "asks_tasks": asks_tasks,
            "is_helper": helper_teams_for(user).exists(),
        }


class VisitForm(forms.Form):
    team = forms.ModelChoiceField(label=gettext_lazy("Tổ"), queryset=HelperTeam.objects.none())
    on = forms.DateField(
        label=gettext_lazy("Ngày"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    commune = forms.ModelChoiceField(label=gettext_lazy("Xã, phường"), queryset=Commune.objects.none())
    cooperative = forms.ModelChoiceField(
        label=gettext_lazy("Gian hàng (nếu có)"),
        queryset=Cooperative.objects.none(),
        required=False,
        empty_label=gettext_lazy("Giúp bà con, không phải gian hàng"),
    )
    whom = PlainField(
        label=gettext_lazy("Giúp ai"), max_length=120, help_text=gettext_lazy("Ví dụ: chị Mai, bản Mẫu.")
    )
    done = forms.CharField(
        label=gettext_lazy("Đã làm gì"), max_length=500, widget=forms.Textarea({"rows": 3})
    )
    left = PlainField(label=gettext_lazy("Còn việc gì (nếu có)"), max_length=300, required=False)
    due_on = forms.DateField(
        label=gettext_lazy("Hẹn ngày làm tiếp"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        communes = Commune.objects.filter(helper_teams__in=teams).distinct()
        for name, rows in (
            ("team", teams),
            ("commune", communes),
            ("cooperative", Cooperative.objects.filter(commune__in=communes).order_by("name")),
        ):
            field: Any = self.fields[name]
            field.queryset = rows
            only = list(rows[:2])
            if name != "cooperative" and len(only) == 1:
                field.initial, field.widget = only[0].pk, forms.HiddenInput()
        self.fields["on"].initial = today()

    def clean_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["on"]
        if day > today():
            raise forms.ValidationError(_("Ngày này chưa tới."))
        return day

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        team, commune = given.get("team"), given.get("commune")
        if team and commune and not team.communes.filter(pk=commune.pk).exists():
            self.add_error("commune", _("Tổ này không làm ở xã ấy."))
        if given.get("due_on") and not given.get("left"):
            self.add_error("left", _("Bạn ghi còn việc gì nhé."))
        return given


class AddVisit(Screen):
    template_name = "panel/visit.html"
    page_title = gettext_lazy("Ghi lần đi giúp")
    header_icon = "calendar"
    form: VisitForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.teams = helper_teams_for(request.user)

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:visits"), "label": _("Các lần đi giúp")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        has_team = self.teams.exists()
        form = self.form or (VisitForm(teams=self.teams) if has_team else None)
        return super().get_context_data(**kwargs) | {"form": form}

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form = VisitForm(request.POST, teams=self.teams)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        given = form.cleaned_data
        left, due_on = given.pop("left"), given.pop("due_on")
        services.note_visit(Visit(helper=cast("User", request.user), **given), left=left, due_on=due_on)
        messages.success(request, _("Đã ghi lần đi giúp."))
        return redirect("panel:visits")


class SettleTask(View):
    """Done, or open again."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        task = get_object_or_404(helper_tasks_for(request.user), pk=pk)
        is_done = request.POST.get("xong") == "1"
        services.settle(task=task, is_done=is_done, by=cast("User", request.user))
        messages.success(request, _("Đã xong một việc.") if is_done else _("Việc này lại còn phải làm."))
        return redirect("panel:visits")
