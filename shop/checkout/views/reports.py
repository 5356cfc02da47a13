"""After hand-over: the buyer says what is wrong with a parcel, and reads what became of it.

Opened by the order's number and token, like the order page that leads here.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from shop.checkout.privacy import personal
from shop.images.serving import photo_response
from shop.images.uploads import PhotosField
from shop.orders import return_rules, services
from shop.orders.models import (
    AnsweredLine,
    Consignment,
    ConsignmentLine,
    GoodsReport,
    OrderSheet,
    ReportAnswer,
    ReportedLine,
    ReportPhoto,
)
from shop.orders.return_rules import Obstacle
from shop.orders.returns import is_perishable, may_be_decided, report_by, reportable
from shop.orders.statuses import ConsignmentStatus, Fault, Wish
from shop.templatetags.market import moment

from .order import sheet_or_404

MOST_PHOTOS = 5
OBSTACLES = {
    Obstacle.TOO_LATE: gettext_lazy("Đã quá hạn báo món này."),
    Obstacle.DOES_NOT_KEEP: gettext_lazy("Món này là hàng tươi, không nhận trả vì đổi ý."),
}


class ReportForm(forms.Form):
    """What is wrong with how many pieces of which line, and what the buyer would like."""

    khoa = forms.UUIDField(widget=forms.HiddenInput, required=False)
    van_de = forms.ChoiceField(
        label=gettext_lazy("Hàng bị làm sao?"),
        choices=Fault.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Bạn chọn một ý nhé."),
            "invalid_choice": gettext_lazy("Bạn chọn một ý trong danh sách nhé."),
        },
    )
    ke = forms.CharField(
        label=gettext_lazy("Bạn kể rõ hơn"),
        max_length=2000,
        min_length=5,
        help_text=gettext_lazy("Thấy gì khi mở kiện, hỏng nhiều hay ít."),
        widget=forms.Textarea({"rows": 4}),
        error_messages={
            "required": gettext_lazy("Bạn kể giúp hàng bị làm sao nhé."),
            "min_length": gettext_lazy("Bạn kể rõ thêm một chút nhé."),
            "max_length": gettext_lazy("Dài quá: nhiều nhất 2000 chữ cái."),
        },
    )
    anh = PhotosField(
        label=gettext_lazy("Ảnh chụp (nếu có)"),
        most=MOST_PHOTOS,
        required=False,
        help_text=gettext_lazy("Nhiều nhất 5 ảnh. Chỉ gian hàng và người điều hành chợ xem được."),
    )
    mong = forms.ChoiceField(
        label=gettext_lazy("Bạn muốn thế nào?"),
        choices=Wish.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Bạn chọn một cách giúp nhé."),
            "invalid_choice": gettext_lazy("Bạn chọn một cách trong danh sách nhé."),
        },
    )

    def __init__(self, *args: Any, lines: list[ConsignmentLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            most = reportable(line)
            self.fields[name_of(line)] = forms.IntegerField(
                label=_("%(title)s (%(pack)s): bị mấy?") % {"title": line.title, "pack": line.pack},
                help_text=_help(line, most),
                min_value=0,
                max_value=most,
                required=False,
                widget=forms.NumberInput({"inputmode": "numeric"}),
                error_messages={
                    "invalid": _("Ghi một số, ví dụ 1."),
                    "min_value": _("Số này không thể nhỏ hơn 0."),
                    "max_value": _("Kiện này chỉ có %(most)d để báo.") % {"most": most},
                },
            )
        self.order_fields(["khoa", *(name_of(line) for line in lines)])

    def clean_ke(self) -> str:
        return unicodedata.normalize("NFC", self.cleaned_data["ke"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(self.has_error(name_of(line)) for line in self.lines) and not self.pieces:
            self.add_error(name_of(self.lines[0]), _("Bạn ghi số của ít nhất một món."))
        return cleaned

    @property
    def pieces(self) -> dict[int, int]:
        """How many by line, of lines that have some."""
        found = {line.pk: self.cleaned_data.get(name_of(line)) or 0 for line in self.lines}
        return {line: quantity for line, quantity in found.items() if quantity}


def name_of(line: ConsignmentLine) -> str:
    return f"mon-{line.pk}"


def _help(line: ConsignmentLine, most: int) -> str:
    words: Mapping[str, Any] = {"most": most, "until": moment(report_by(line))}
    if is_perishable(line):
        return _("Bạn nhận %(most)d. Hàng tươi, báo trước %(until)s.") % words
    return _("Bạn nhận %(most)d. Báo hoặc trả trước %(until)s.") % words


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def report_parcel(request: HttpRequest, number: str, token: str, parcel: str) -> HttpResponse:
    """What may be reported of this parcel and until when; sent, it is a report that the stall answers."""
    sheet = sheet_or_404(number, token)
    rows = Consignment.objects.select_related("cooperative").prefetch_related(_LINES)
    consignment = get_object_or_404(rows, order=sheet.order_id, code=parcel)
    if consignment.status != ConsignmentStatus.HANDED_OVER:
        messages.error(request, _("Kiện này chưa giao đi nên chưa báo được."))
        return redirect("checkout:order", number, token)
    key = _sent_key(request)
    known = consignment.goods_reports.filter(sent_key=key).first() if key else None
    waiting = known or consignment.goods_reports.waiting().first()
    if waiting is not None:
        return _is_there(request, sheet, waiting, is_repeat=known is not None)
    lines = [line for line in consignment.lines.all() if reportable(line) and not _is_late(line)]
    context = {
        "sheet": sheet,
        "order": sheet.order,
        "consignment": consignment,
        "rules": return_rules,
        "late": [line for line in consignment.lines.all() if reportable(line) and _is_late(line)],
    }
    if not lines:
        return render(
            request, "checkout/report.html", context, status=422 if request.method == "POST" else 200
        )
    is_sent = request.method == "POST"
    form = ReportForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        initial={"khoa": uuid.uuid4()},
        lines=lines,
    )
    if form.is_valid() and (made := _send(request, form, consignment)):
        return _is_there(request, sheet, made, is_repeat=True)
    context["form"] = form
    return render(request, "checkout/report.html", context, status=422 if is_sent else 200)


def _send(request: HttpRequest, form: ReportForm, consignment: Consignment) -> GoodsReport | None:
    """The report; None if the form says why not."""
    fields = form.cleaned_data
    try:
        return services.report_goods(
            consignment=consignment,
            sent_key=fields["khoa"] or uuid.uuid4(),
            pieces=form.pieces,
            fault=Fault(fields["van_de"]),
            wish=Wish(fields["mong"]),
            text=fields["ke"],
            photos=fields["anh"],
            by=request.user if request.user.is_authenticated else None,
        )
    except services.NotReturnable as refusal:
        form.add_error(name_of(refusal.line), OBSTACLES[refusal.obstacle])
    except services.TooManyReported:
        form.add_error(None, _("Kiện vừa thay đổi. Bạn xem lại các số nhé."))
    except services.ReportWaits:
        form.add_error(None, _("Kiện này đang có một phiếu chờ trả lời. Bạn xem phiếu ở trang đơn hàng nhé."))
    return None


@personal
@require_safe
def report(request: HttpRequest, number: str, token: str, report: int) -> HttpResponse:
    """What was reported, and what the stall and the market say to it."""
    sheet = sheet_or_404(number, token)
    answers = ReportAnswer.objects.prefetch_related(
        Prefetch("lines", AnsweredLine.objects.select_related("line", "reduction"))
    )
    rows = GoodsReport.objects.select_related("consignment__cooperative").prefetch_related(
        "photos", Prefetch("lines", ReportedLine.objects.select_related("line")), Prefetch("answers", answers)
    )
    found = get_object_or_404(rows, pk=report, consignment__order=sheet.order_id)
    given = list(found.answers.all())
    context = {
        "sheet": sheet,
        "order": sheet.order,
        "report": found,
        "consignment": found.consignment,
        "answers": [
            (one, sum(row.reduction.amount for row in one.lines.all() if row.reduction)) for one in given
        ],
        "complaint": getattr(found, "complaint", None),
        "may_appeal": may_be_decided(found) and not hasattr(found, "complaint"),
    }
    return render(request, "checkout/report_page.html", context)


@personal
@require_safe
def photo(request: HttpRequest, number: str, token: str, report: int, photo: int) -> FileResponse:
    """A photograph that the buyer sent; our own code wrote it, so it is a JPEG."""
    sheet = sheet_or_404(number, token)
    found = get_object_or_404(ReportPhoto, pk=photo, report=report, report__consignment__order=sheet.order_id)
    return photo_response(found.photo)


_LINES = Prefetch(
    "lines",
    ConsignmentLine.objects.select_related(
        "consignment", "order_line__product__sheet", "order_line__product__pack__sheet"
    ).prefetch_related("reductions", "reported__report__answers__lines", "reported__report__lines"),
)


def _is_late(line: ConsignmentLine) -> bool:
    until: dt.datetime | None = report_by(line)
    return until is not None and until < timezone.now()


def _sent_key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("khoa", ""))
    except ValueError:
        return None


def _is_there(
    request: HttpRequest, sheet: OrderSheet, found: GoodsReport, *, is_repeat: bool
) -> HttpResponse:
    """To the report's page; also when the form was sent before, or another waits."""
    if is_repeat:
        words = _("Đã gửi cho %(stall)s. Bà con trả lời trước %(until)s.")
        stall = found.consignment.cooperative.name
        messages.success(request, words % {"stall": stall, "until": moment(found.answer_by)})
    else:
        messages.info(request, _("Kiện này đang có một phiếu chờ trả lời."))
    return redirect("checkout:report", sheet.order.number, sheet.token, found.pk)
