"""What the tax authority asks about invoices: each question with its last day, and the two ways to answer it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from catalog.clock import today
from shop.accounts.doors import may_open
from shop.invoices.inquiries import open_rows, settle

from .screens import Screen, page_of, query_without_page
from .selectors import inquiries_for

PER_PAGE = 50


class SettleForm(forms.Form):
    how = forms.CharField(
        label=gettext_lazy("Đã trả lời thế nào"),
        max_length=255,
        help_text=gettext_lazy("Ví dụ: công văn số 12 ngày 3/12, nộp tại thuế cơ sở."),
    )


class Inquiries(Screen):
    """The open questions, the most urgent first; below them those that are answered."""

    template_name = "panel/inquiries.html"
    page_title = gettext_lazy("Cơ quan thuế hỏi về hóa đơn")
    header_icon = "help"
    refused_form: SettleForm | None = None
    refused_row: int | None = None

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:invoices"), "label": _("Hóa đơn")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = inquiries_for(self.request.user).select_related("request__seller", "invoice__series")
        waiting = open_rows(rows)
        done = rows.exclude(pk__in=waiting.order_by().values("pk")).order_by("-request__received_at", "-pk")
        page = page_of(done, self.request, PER_PAGE)
        return {
            **super().get_context_data(**kwargs),
            "waiting": [(row, self._form_of(row.pk)) for row in waiting],
            "page": page,
            "page_link": query_without_page(self.request),
            "today": today(),
            "can_answer": may_open(self.request.user, "panel:settle_inquiry"),
        }

    def _form_of(self, pk: int) -> SettleForm:
        if self.refused_form is not None and pk == self.refused_row:
            return self.refused_form
        return SettleForm(auto_id=f"id_{pk}_%s")


class SettleInquiry(View):
    """Notes that a question was answered by other means than a notice."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(inquiries_for(request.user), pk=pk)
        form = SettleForm(request.POST, auto_id=f"id_{pk}_%s")
        if not form.is_valid():
            again = Inquiries(refused_form=form, refused_row=pk)
            again.setup(request)
            return again.render_to_response(again.get_context_data(), status=422)
        try:
            settle(row=row, how=form.cleaned_data["how"], by=request.user)
        except ValueError:
            messages.error(request, _("Câu hỏi này đã được trả lời rồi."))
        else:
            messages.success(request, _("Đã ghi câu trả lời."))
        return redirect("panel:inquiries")
