"""The operator's queue of complaints: nearest deadline first; answer, note, close."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.complaints import services
from shop.complaints.models import ComplaintNote, ComplaintState, Outcome

from .screens import Screen, Tab, page_of, query_without_page
from .selectors import complaints_for

STATE_KEY = "tinh-trang"
PER_PAGE = 50


class TextForm(forms.Form):
    """One text, composed (NFC)."""

    text = forms.CharField(
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": gettext_lazy("Bạn viết nội dung giúp nhé.")},
    )

    def clean_text(self) -> str:
        return unicodedata.normalize("NFC", self.cleaned_data["text"])


class AnswerForm(TextForm):
    prefix = "tra-loi"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Trả lời người báo")
        self.fields["text"].help_text = _("Người báo đọc được trên phiếu, và qua thư nếu đã để lại địa chỉ.")


class NoteForm(TextForm):
    prefix = "ghi-chu"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Ghi chú nội bộ")
        self.fields["text"].help_text = _("Chỉ người điều hành đọc. Ghi rồi không sửa, không xóa được.")


class CloseForm(TextForm):
    prefix = "ket-qua"
    outcome = forms.ChoiceField(
        label=gettext_lazy("Kết quả"),
        choices=[("", gettext_lazy("Chọn kết quả")), *Outcome.choices],
        error_messages={"required": gettext_lazy("Bạn chọn kết quả nhé.")},
    )
    field_order = ("outcome", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Nói với người báo")
        self.fields["text"].help_text = _("Đã xem gì, đã làm gì, vì sao.")


class ComplaintList(Screen):
    template_name = "panel/complaints.html"
    page_title = gettext_lazy("Khiếu nại")
    header_icon = "mail"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = complaints_for(self.request.user)
        state = self.request.GET.get(STATE_KEY, "")
        here = reverse("panel:complaints")
        tabs = [Tab(_("Chưa xong"), here, state not in ComplaintState.values, rows.still_open().count())]
        for choice in ComplaintState:
            tabs.append(
                Tab(
                    str(choice.label),
                    f"{here}?{STATE_KEY}={choice}",
                    state == choice,
                    rows.in_state(choice).count(),
                )
            )
        shown = rows.in_state(state) if state in ComplaintState.values else rows.still_open()
        context.update(
            page=page_of(shown.by_deadline(), self.request, PER_PAGE),
            page_link=query_without_page(self.request),
            tabs=tabs,
        )
        return context


class ComplaintPage(Screen):
    template_name = "panel/complaint.html"
    header_icon = "mail"
    answer_form: AnswerForm | None = None
    note_form: NoteForm | None = None
    close_form: CloseForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = complaints_for(request.user).select_related("certificate", "lot", "sheet__product")
        rows = rows.prefetch_related(Prefetch("notes", ComplaintNote.objects.select_related("actor")))
        self.complaint = get_object_or_404(rows, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Phiếu %(code)s") % {"code": self.complaint.grouped_code}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:complaints"), "label": _("Khiếu nại")},
            {"url": "", "label": self.complaint.grouped_code},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context.update(
            complaint=self.complaint,
            is_open=self.complaint.closed_at is None,
            answer_form=self.answer_form or AnswerForm(),
            note_form=self.note_form or NoteForm(),
            close_form=self.close_form or CloseForm(),
        )
        return context

    def again(self) -> HttpResponse:
        """The page with the errors of the form that was sent."""
        return self.render_to_response(self.get_context_data(), status=422)


class AnswerComplaint(ComplaintPage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.answer_form = AnswerForm(request.POST)
        if not form.is_valid():
            return self.again()
        try:
            services.answer_complaint(
                complaint=self.complaint, text=form.cleaned_data["text"], by=request.user
            )
        except services.ComplaintClosed:
            messages.error(request, _("Phiếu này đã giải quyết xong, không trả lời thêm được."))
        else:
            messages.success(request, _("Đã trả lời."))
        return redirect("panel:complaint", pk=pk)


class NoteComplaint(ComplaintPage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.note_form = NoteForm(request.POST)
        if not form.is_valid():
            return self.again()
        services.note_complaint(complaint=self.complaint, text=form.cleaned_data["text"], by=request.user)
        messages.success(request, _("Đã ghi chú."))
        return redirect("panel:complaint", pk=pk)


class CloseComplaint(ComplaintPage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.close_form = CloseForm(request.POST)
        if not form.is_valid():
            return self.again()
        try:
            services.close_complaint(
                complaint=self.complaint,
                outcome=Outcome(form.cleaned_data["outcome"]),
                text=form.cleaned_data["text"],
                by=request.user,
            )
        except services.ComplaintClosed:
            messages.error(request, _("Phiếu này đã giải quyết xong từ trước."))
        else:
            messages.success(request, _("Đã ghi kết quả, phiếu xong."))
        return redirect("panel:complaint", pk=pk)
