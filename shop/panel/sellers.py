"""The operator's queue of those who want to sell, and the stalls that are stopped and let sell again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog.models import Cooperative, MemberRole
from shop.images.serving import photo_response
from shop.sellers import applications, suspensions, team
from shop.sellers.models import (
    Application,
    ApplicationPhoto,
    ApplicationStatus,
    CheckItem,
    Ground,
    Suspension,
)
from shop.shopper.forms import LogInNameField

from .screens import Screen, Tab, page_of, query_without_page
from .selectors import applications_for, stalls_for
from .team import REFUSED

PER_PAGE = 30


def _words(label: Any, required: Any = None, most: int = 500) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": required} if required else None,
    )


class QuestionForm(forms.Form):
    question = _words(gettext_lazy("Hỏi người gửi đơn"), gettext_lazy("Bạn ghi câu hỏi nhé."), 2000)


class RefusalForm(forms.Form):
    reason = _words(gettext_lazy("Vì sao không nhận"), gettext_lazy("Bạn ghi rõ lý do."), 2000)


class CheckForm(forms.Form):
    item = forms.ChoiceField(choices=CheckItem.choices, widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("Đã thấy gì, ở đâu"),
        max_length=300,
        error_messages={"required": gettext_lazy("Bạn ghi đã thấy gì nhé.")},
    )


class OrderForm(forms.Form):
    """On what ground something is stopped or taken down."""

    ground = forms.ChoiceField(label=gettext_lazy("Căn cứ"), choices=Ground.choices, widget=forms.RadioSelect)
    order_number = forms.CharField(
        label=gettext_lazy("Số văn bản của cơ quan (nếu có)"), max_length=120, required=False
    )
    order_date = forms.DateField(
        label=gettext_lazy("Ngày của văn bản (nếu có)"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    reason = _words(gettext_lazy("Lý do"), gettext_lazy("Bạn ghi rõ lý do."))


class LiftForm(forms.Form):
    reason = _words(gettext_lazy("Vì sao cho bán lại"), gettext_lazy("Bạn ghi rõ lý do."))


class ManagerForm(forms.Form):
    contact = LogInNameField()


class ApplicationList(Screen):
    template_name = "panel/applications.html"
    page_title = gettext_lazy("Đơn xin bán hàng")
    header_icon = "form"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = applications_for(self.request.user)
        wanted = self.request.GET.get("tinh-trang", ApplicationStatus.SUBMITTED)
        if wanted not in ApplicationStatus.values:
            raise Http404
        page = page_of(rows.filter(status=wanted).select_related("commune"), self.request, PER_PAGE)
        tabs = [
            Tab(str(status.label), f"?tinh-trang={status.value}", status.value == wanted)
            for status in ApplicationStatus
        ]
        return super().get_context_data(**kwargs) | {
            "page": page,
            "tabs": tabs,
            "page_link": query_without_page(self.request),
        }


class ApplicationPage(Screen):
    """One application; a POST takes one step (``act``) and shows the page again when something is wrong."""

    template_name = "panel/application.html"
    header_icon = "form"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = applications_for(request.user).select_related("commune__province", "cooperative")
        self.application: Application = get_object_or_404(rows, pk=kwargs["pk"])
        self.forms: dict[str, forms.Form] = {}

    def get_page_title(self) -> str:
        return self.application.name

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:applications"), "label": _("Đơn xin bán hàng")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        application = self.application
        done = {check.item: check for check in application.checks.select_related("actor")}
        sent = self.forms.get("check")
        checks = []
        for item in CheckItem:
            is_sent = sent is not None and sent["item"].value() == item.value
            form = sent if is_sent else CheckForm(initial={"item": item.value}, auto_id=f"{item.value}-%s")
            checks.append((item, done.get(item.value), form))
        return super().get_context_data(**kwargs) | {
            "application": application,
            "checks": checks,
            "may_approve": application.is_open and len(done) == len(CheckItem),
            "photos": application.photos.all(),
            "notes": application.notes.select_related("actor"),
            "question_form": self.forms.get("ask") or QuestionForm(),
            "refusal_form": self.forms.get("refuse") or RefusalForm(),
        }

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        act = request.POST.get("act", "")
        kinds: dict[str, type[forms.Form]] = {
            "ask": QuestionForm,
            "refuse": RefusalForm,
            "check": CheckForm,
            "approve": forms.Form,
        }
        if act not in kinds:
            raise Http404
        form = self.forms[act] = kinds[act](request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            messages.success(request, self._step(act, form.cleaned_data))
        except applications.NotOpen:
            messages.error(request, _("Đơn này đã xong từ trước."))
        except applications.ChecksMissing:
            messages.error(request, _("Còn mục chưa kiểm. Kiểm đủ rồi mới nhận được."))
        except applications.KnownTaxCode:
            messages.error(request, _("Mã số thuế này đã có gian hàng."))
        return redirect("panel:application", pk=pk)

    def _step(self, act: str, given: dict[str, Any]) -> str:
        application, by = self.application, self.request.user
        if act == "ask":
            applications.ask(application=application, text=given["question"], by=by)
            return _("Đã gửi câu hỏi.")
        if act == "refuse":
            applications.refuse(application=application, reason=given["reason"], by=by)
            return _("Đã ghi: không nhận, và gửi lý do cho người gửi.")
        if act == "check":
            item = CheckItem(given["item"])
            applications.check(application=application, item=item, note=given["note"], by=by)
            return _("Đã ghi mục đã kiểm.")
        stall = applications.approve(application=application, by=by)
        return _("Gian hàng %(stall)s đã mở. Lời mời quản lý đã gửi.") % {"stall": stall.name}


@require_safe
@cache_control(private=True, no_store=True)
def application_photo(request: HttpRequest, pk: int, scan: int) -> FileResponse:
    """A photograph of a paper, which our own code wrote; or a PDF, which a stranger did: only to be kept as a file."""
    rows = ApplicationPhoto.objects.filter(application__in=applications_for(request.user), application=pk)
    found = get_object_or_404(rows, pk=scan)
    response = photo_response(found.photo)
    if found.is_pdf:
        response["Content-Type"] = "application/pdf"
        response["Content-Disposition"] = f'attachment; filename="giay-to-{found.pk}.pdf"'
        response["X-Content-Type-Options"] = "nosniff"
    return response


class StallList(Screen):
    template_name = "panel/stalls.html"
    page_title = gettext_lazy("Các gian hàng")
    header_icon = "group"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = page_of(stalls_for(self.request.user).order_by("name", "pk"), self.request, PER_PAGE)
        stopped = Suspension.objects.filter(lifted_at=None, cooperative__in=[stall.pk for stall in page])
        return super().get_context_data(**kwargs) | {
            "page": page,
            "stopped": set(stopped.values_list("cooperative_id", flat=True)),
            "page_link": query_without_page(self.request),
        }


class StallPage(Screen):
    """One stall for the operator: what it is, and stopping it or letting it sell again."""

    template_name = "panel/stall.html"
    header_icon = "group"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.stall: Cooperative = get_object_or_404(stalls_for(request.user), pk=kwargs["pk"])
        self.form: forms.Form | None = None
        self.manager_form: ManagerForm | None = None

    def get_page_title(self) -> str:
        return self.stall.name

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:stalls"), "label": _("Các gian hàng")},
            {"url": "", "label": self.get_page_title()},
        ]

    def _standing(self) -> Suspension | None:
        return self.stall.suspensions.filter(lifted_at=None).first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        standing = self._standing()
        return super().get_context_data(**kwargs) | {
            "stall": self.stall,
            "standing": standing,
            "past": self.stall.suspensions.exclude(lifted_at=None).select_related("decided_by", "lifted_by"),
            "form": self.form or (LiftForm() if standing else OrderForm()),
            "manager_form": None if team.has_manager(self.stall) else (self.manager_form or ManagerForm()),
            "invited": self.stall.invitations.standing().filter(role=MemberRole.MANAGER),
        }

    def _invite(self, request: HttpRequest) -> HttpResponse:
        form = self.manager_form = ManagerForm(request.POST)
        if form.is_valid():
            try:
                team.invite_manager(
                    cooperative=self.stall, contact=form.cleaned_data["contact"], by=request.user
                )
            except team.HasManager:
                messages.error(request, _("Gian hàng có người quản lý rồi. Người ấy mời được."))
                return redirect("panel:stall", pk=self.stall.pk)
            except tuple(REFUSED) as refusal:
                form.add_error("contact", str(REFUSED[type(refusal)]))
            else:
                messages.success(request, _("Đã gửi lời mời quản lý. Dùng được bảy ngày."))
                return redirect("panel:stall", pk=self.stall.pk)
        return self.render_to_response(self.get_context_data(), status=422)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.POST.get("act") == "invite":
            return self._invite(request)
        standing = self._standing()
        form = self.form = LiftForm(request.POST) if standing else OrderForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        given = form.cleaned_data
        if standing:
            suspensions.lift(suspension=standing, reason=given["reason"], by=request.user)
            self.stall.refresh_from_db()
            is_open = self.stall.is_open
            messages.success(
                request,
                _("Gian hàng được bán lại.") if is_open else _("Đã bỏ lệnh ngừng. Gian hàng vẫn tạm nghỉ."),
            )
            return redirect("panel:stall", pk=pk)
        try:
            suspensions.suspend(
                cooperative=self.stall,
                ground=Ground(given["ground"]),
                reason=given["reason"],
                order_number=given["order_number"],
                order_date=given["order_date"],
                by=request.user,
            )
        except suspensions.AlreadySuspended:
            messages.error(request, _("Gian hàng này vừa có người cho ngừng."))
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return self.render_to_response(self.get_context_data(), status=422)
        else:
            messages.success(request, _("Đã ghi. Gian hàng được báo qua thư."))
        return redirect("panel:stall", pk=pk)
