"""The public side of an application: the form at ``/ban-hang/``, and the page that tells how far it is."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.checkout.privacy import personal

from . import applications
from .application_forms import AnswerForm, ApplicationForm
from .limits import is_flood
from .models import Application, ApplicationStatus


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The form; sent, it leads to the application's own page. 429 in a flood."""
    if request.method != "POST":
        return _form_page(request, ApplicationForm())
    if "step" in request.POST:  # a browser without script asks for the communes of the chosen province
        return _form_page(request, ApplicationForm(initial=request.POST.dict()))
    form = ApplicationForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if is_flood(request):
        form.add_error(None, _flood())
        return _form_page(request, form, status=429)
    try:
        application = applications.submit(**form.told())
    except applications.KnownTaxCode:
        form.add_error(
            "tax_code", _("Mã số thuế này đã có gian hàng, hoặc đã có đơn đang chờ. Bạn gọi cho chợ nhé.")
        )
        return _form_page(request, form, status=422)
    return redirect(applications.link_of(application))


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest, application: str) -> HttpResponse:
    """How far the application is, for whoever has its link; where the market has asked, the answer goes here."""
    found = applications.find_application(application)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _status_page(request, found, AnswerForm())
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _status_page(request, found, form, status=422)
    if is_flood(request):
        form.add_error(None, _flood())
        return _status_page(request, found, form, status=429)
    try:
        applications.answer(
            application=found, text=form.cleaned_data["text"], photos=form.cleaned_data["photos"]
        )
    except applications.NotOpen:
        messages.error(request, _("Đơn này không chờ trả lời nữa."))
    except applications.TooManyPhotos:
        form.add_error("photos", _("Đơn đã có nhiều ảnh rồi. Bạn gửi ít ảnh hơn nhé."))
        return _status_page(request, found, form, status=422)
    else:
        messages.success(request, _("Chợ đã nhận câu trả lời."))
    return redirect(request.path)


def _form_page(request: HttpRequest, form: ApplicationForm, *, status: int = 200) -> HttpResponse:
    return render(request, "sellers/apply.html", {"form": form}, status=status)


def _status_page(
    request: HttpRequest, application: Application, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    context = {
        "application": application,
        "notes": application.notes.all(),
        "form": form if application.status == ApplicationStatus.ASKED else None,
    }
    return render(request, "sellers/application.html", context, status=status)


def _flood() -> str:
    return _("Chợ đang nhận quá nhiều đơn từ mạng của bạn. Bạn đợi một giờ rồi gửi lại nhé.")
