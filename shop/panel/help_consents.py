"""A stall's managers let helpers work on the stall's screens, and end it at once when they want."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from catalog.clock import today
from catalog.models import Cooperative
from catalog.tenancy import cooperatives_of
from shop.accounts.models import User
from shop.helping import services
from shop.helping.models import HelperTeam, HelpScope

from .screens import Screen, page_of, query_without_page
from .selectors import help_consents_for

PER_PAGE = 25
AT_FIRST = dt.timedelta(days=90)
_DATE = {"type": "date"}


class AllowForm(forms.Form):
    """``whom`` is a team or one of its people: of teams that work in a commune of the manager's stalls."""

    cooperative = forms.ModelChoiceField(label=gettext_lazy("Gian hàng"), queryset=Cooperative.objects.none())
    whom = forms.ChoiceField(label=gettext_lazy("Cho ai giúp"))
    scopes = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Được làm gì"),
        choices=HelpScope.choices,
        coerce=HelpScope,
        initial=[HelpScope.ORDERS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Bạn đánh dấu ít nhất một việc.")},
        help_text=gettext_lazy(
            "Người giúp không bao giờ thấy tài khoản nhận tiền, người của gian hàng và giấy tờ."
        ),
    )
    valid_from = forms.DateField(
        label=gettext_lazy("Từ ngày"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=gettext_lazy("Đến hết ngày"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, stalls: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: Any = self.fields["cooperative"]
        own.queryset = stalls
        only = list(stalls[:2])
        if len(only) == 1:
            own.initial, own.widget = only[0].pk, forms.HiddenInput()
        teams = HelperTeam.objects.filter(is_active=True, communes__in=stalls.values("commune"))
        self.choices: dict[str, tuple[HelperTeam | None, User | None]] = {}
        labels = []
        for team in teams.distinct().prefetch_related("members"):
            self.choices[f"to-{team.pk}"] = (team, None)
            group = [(f"to-{team.pk}", _("%(name)s (cả tổ)") % {"name": team.name})]
            for one in team.members.all():
                self.choices[f"nguoi-{one.pk}"] = (None, one)
                group.append((f"nguoi-{one.pk}", one.get_full_name() or str(one)))
            labels.append((team.name, group))
        whom: Any = self.fields["whom"]
        whom.choices = labels
        self.fields["valid_from"].initial, self.fields["valid_to"].initial = today(), today() + AT_FIRST


class HelpConsents(Screen):
    template_name = "panel/help_consents.html"
    page_title = gettext_lazy("Người giúp gian hàng")
    header_icon = "help"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = help_consents_for(self.request.user).select_related("cooperative", "team", "helper")
        return super().get_context_data(**kwargs) | {
            "page": page_of(rows, self.request, PER_PAGE),
            "query": query_without_page(self.request),
            "today": today(),
            "shows_stall": cooperatives_of(self.request.user).count() > 1,
        }


class AllowHelp(Screen):
    template_name = "panel/help_allow.html"
    page_title = gettext_lazy("Cho người giúp làm thay")
    header_icon = "help"
    form: AllowForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.stalls = cooperatives_of(request.user).order_by("name")
        if not self.stalls.exists():
            raise Http404

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:help_consents"), "label": _("Người giúp gian hàng")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"form": self.form or AllowForm(stalls=self.stalls)}

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form = AllowForm(request.POST, stalls=self.stalls)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        given = form.cleaned_data
        team, helper = form.choices[given["whom"]]
        try:
            consent = services.allow(
                cooperative=given["cooperative"],
                team=team,
                helper=helper,
                scopes=given["scopes"],
                valid_from=given["valid_from"],
                valid_to=given["valid_to"],
                by=request.user,
            )
        except services.NotAHelper:
            form.add_error("whom", _("Tổ này không làm ở xã của gian hàng."))
        except services.BadDays:
            form.add_error(
                "valid_to", _("Ngày cuối phải từ hôm nay trở đi, sau ngày đầu và trong vòng một năm.")
            )
        else:
            messages.success(
                request,
                _("Đã cho %(whom)s làm thay. Bạn thôi lúc nào cũng được.") % {"whom": consent.whom},
            )
            return redirect("panel:help_consents")
        return self.render_to_response(self.get_context_data(), status=422)


class RevokeHelp(View):
    """Over from the helper's next request on."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = help_consents_for(request.user).select_related("cooperative", "team", "helper")
        consent = get_object_or_404(rows, pk=pk)
        services.revoke(consent=consent, by=request.user)
        messages.success(request, _("%(whom)s không làm thay được nữa.") % {"whom": consent.whom})
        return redirect("panel:help_consents")
