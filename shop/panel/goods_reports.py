"""What buyers say of goods that came: the list, one report, the stall's answer, the market's, goods that come back."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from shop.accounts.doors import may_open
from shop.accounts.roles import Role, roles_of
from shop.complaints.appeals import decide, may_decide
from shop.images.serving import photo_response
from shop.money import format_amount
from shop.orders import services
from shop.orders.models import (
    AnsweredLine,
    GoodsReport,
    ReportAnswer,
    ReportedLine,
    ReportPhoto,
    RestockedLine,
)
from shop.orders.picking import choices_for
from shop.orders.reductions import worth
from shop.orders.returns import verdicts_for
from shop.orders.statuses import Verdict, Wish

from .consignments import lot_option
from .screens import Screen, Tab, page_of, query_without_page
from .selectors import reports_for

STATE_KEY = "tinh-trang"
WAITING, OVERDUE, ANSWERED = "cho", "qua-han", "xong"
PER_PAGE = 50
_WISHED = {Wish.MONEY: Verdict.MONEY, Wish.REPLACEMENT: Verdict.REPLACED, Wish.TELL: Verdict.NOTED}


class ReportList(Screen):
    template_name = "panel/goods_reports.html"
    page_title = gettext_lazy("Khách báo hàng")
    header_icon = "warning"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows, now = reports_for(self.request.user), timezone.now()
        states: dict[str, tuple[str, QuerySet[GoodsReport]]] = {
            WAITING: (_("Chờ trả lời"), rows.waiting()),
            OVERDUE: (_("Quá hạn"), rows.overdue(now)),
            ANSWERED: (_("Đã trả lời"), rows.exclude(answers=None).distinct()),
        }
        state = self.request.GET.get(STATE_KEY, WAITING)
        if state not in states:
            state = WAITING
        here = reverse("panel:goods_reports")
        shown = states[state][1].order_by("-pk" if state == ANSWERED else "answer_by")
        shown = shown.select_related("consignment__cooperative").prefetch_related(
            "answers", Prefetch("lines", ReportedLine.objects.select_related("line"))
        )
        context.update(
            page=page_of(shown, self.request, PER_PAGE),
            page_link=query_without_page(self.request),
            tabs=[
                Tab(label, f"{here}?{STATE_KEY}={key}", state == key, found.count())
                for key, (label, found) in states.items()
            ],
            shows_cooperative=Role.OPERATOR in roles_of(self.request.user),
        )
        return context


class AnswerForm(forms.Form):
    """What becomes of a report, and of how many pieces of each line."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Trả lời thế nào"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Chọn một cách."),
            "invalid_choice": gettext_lazy("Cách này không dùng được cho phiếu này."),
        },
    )
    goods_come_back = forms.BooleanField(
        label=gettext_lazy("Nhờ khách gửi trả hàng"),
        required=False,
        help_text=gettext_lazy("Hàng về thì ghi ở phiếu này, lúc ấy mới cộng vào kho."),
    )
    carrier = forms.CharField(
        label=gettext_lazy("Hàng thay gửi qua"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Mã vận đơn hàng thay"),
        max_length=60,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Nhắn khách"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Không nhận thì phải ghi lý do, khách đọc được."),
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, report: GoodsReport, is_by_market: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = verdicts_for(report, is_by_market=is_by_market)
        self.fields["verdict"].choices = [(one.value, one.label) for one in offered]  # type: ignore[attr-defined]
        self.initial.setdefault("verdict", _WISHED[Wish(report.wish)])
        self.rows = list(report.lines.all())
        if is_by_market:
            del self.fields["carrier"], self.fields["tracking_number"]
        names = []
        for row in self.rows:
            most = min(report.left_of(row), row.line.kept_quantity)
            names.append(f"so-{row.line_id}")
            self.fields[names[-1]] = forms.IntegerField(
                label=_("%(title)s: nhận mấy?") % {"title": row.line.title},
                help_text=_("Khách báo %(quantity)d; hoàn cả là %(amount)s.")
                % {
                    "quantity": most if is_by_market else row.quantity,
                    "amount": format_amount(worth(row.line, most).amount if most else 0),
                },
                min_value=0,
                max_value=most,
                required=False,
                initial=most,
                widget=forms.NumberInput({"inputmode": "numeric"}),
                error_messages={
                    "invalid": _("Ghi một số, ví dụ 1."),
                    "min_value": _("Số này không thể nhỏ hơn 0."),
                    "max_value": _("Nhiều nhất %(most)d.") % {"most": most},
                },
            )
            lots = [] if is_by_market else choices_for(row.line, most)
            if lots:
                names.append(f"lo-{row.line_id}")
                self.fields[names[-1]] = forms.TypedChoiceField(
                    label=_("%(title)s: hàng thay lấy từ lô nào?") % {"title": row.line.title},
                    choices=[("", _("Không rõ lô")), *((one.lot.pk, lot_option(one)) for one in lots)],
                    coerce=int,
                    empty_value=None,
                    required=False,
                )
        self.order_fields(["verdict", *names])

    def clean_text(self) -> str:
        return unicodedata.normalize("NFC", self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        verdict = cleaned.get("verdict")
        if verdict == Verdict.REFUSED and not cleaned.get("text") and not self.has_error("text"):
            self.add_error("text", _("Không nhận thì ghi lý do giúp khách nhé."))
        names = [f"so-{row.line_id}" for row in self.rows]
        is_clean = not any(self.has_error(name) for name in names)
        if verdict in (Verdict.MONEY, Verdict.REPLACED) and is_clean and not any(self.pieces.values()):
            self.add_error(names[0], _("Ghi số của ít nhất một món."))
        return cleaned

    @property
    def reply(self) -> services.Reply:
        cleaned = self.cleaned_data
        return services.Reply(
            verdict=Verdict(cleaned["verdict"]),
            pieces=self.pieces,
            text=cleaned["text"],
            goods_come_back=cleaned["goods_come_back"],
            carrier=cleaned.get("carrier", ""),
            tracking_number=cleaned.get("tracking_number", ""),
            lots=self.lots,
        )

    @property
    def pieces(self) -> dict[int, int]:
        return {row.line_id: self.cleaned_data.get(f"so-{row.line_id}") or 0 for row in self.rows}

    @property
    def lots(self) -> dict[int, int]:
        found = {row.line_id: self.cleaned_data.get(f"lo-{row.line_id}") for row in self.rows}
        return {line: lot for line, lot in found.items() if lot}


class BackForm(forms.Form):
    """How many of the pieces that came back can be sold again."""

    def __init__(self, *args: Any, answer: ReportAnswer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(answer.lines.all())
        for row in self.rows:
            self.fields[f"ve-{row.line_id}"] = forms.IntegerField(
                label=_("%(title)s: nhập lại kho mấy?") % {"title": row.line.title},
                help_text=_("Khách trả %(quantity)d. Còn bán được mới nhập lại.")
                % {"quantity": row.quantity},
                min_value=0,
                max_value=row.quantity,
                required=False,
                widget=forms.NumberInput({"inputmode": "numeric"}),
                error_messages={
                    "invalid": _("Ghi một số, ví dụ 1."),
                    "min_value": _("Số này không thể nhỏ hơn 0."),
                    "max_value": _("Nhiều nhất %(most)d.") % {"most": row.quantity},
                },
            )

    @property
    def restocked(self) -> dict[int, int]:
        return {row.line_id: self.cleaned_data.get(f"ve-{row.line_id}") or 0 for row in self.rows}


class ReportPage(Screen):
    template_name = "panel/goods_report.html"
    header_icon = "warning"
    form: AnswerForm | None = None
    back_form: BackForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        answers = ReportAnswer.objects.select_related("actor", "back__actor").prefetch_related(
            Prefetch("lines", AnsweredLine.objects.select_related("line", "reduction", "lot_event__lot")),
            Prefetch("back__lines", RestockedLine.objects.select_related("line")),
        )
        rows = reports_for(request.user).select_related(
            "consignment__cooperative", "consignment__order__sheet"
        )
        lines = ReportedLine.objects.select_related("line__order_line__product")
        rows = rows.prefetch_related(
            "photos",
            Prefetch("lines", lines.prefetch_related("line__reductions")),
            Prefetch("answers", answers),
        )
        self.report: GoodsReport = get_object_or_404(rows, pk=kwargs["pk"])
        self.is_market = may_open(request.user, "panel:decide_report") and may_decide(self.report)
        self.is_stall = may_open(request.user, "panel:answer_report") and self.report.answer is None

    def get_page_title(self) -> str:
        return _("Khách báo hàng, kiện %(code)s") % {"code": self.report.consignment.code}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:goods_reports"), "label": _("Khách báo hàng")},
            {"url": "", "label": self.report.consignment.code},
        ]

    @property
    def awaited(self) -> ReportAnswer | None:
        """The answer whose goods are to come back and have not."""
        return next(
            (one for one in self.report.answers.all() if one.goods_come_back and not hasattr(one, "back")),
            None,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        awaited = self.awaited
        can_take = awaited is not None and may_open(self.request.user, "panel:goods_back")
        context.update(
            report=self.report,
            consignment=self.report.consignment,
            sheet=self.report.consignment.order.sheet,
            answers=[
                (one, sum(row.reduction.amount for row in one.lines.all() if row.reduction))
                for one in self.report.answers.all()
            ],
            is_stall=self.is_stall,
            is_market=self.is_market,
            form=self.form or self.make_form(None) if self.is_stall or self.is_market else None,
            back_form=(self.back_form or BackForm(answer=awaited)) if awaited and can_take else None,
            complaint=getattr(self.report, "complaint", None),
            can_open_complaint=may_open(self.request.user, "panel:complaint"),
        )
        return context

    def make_form(self, data: Any) -> AnswerForm:
        return AnswerForm(data, report=self.report, is_by_market=not self.is_stall)

    def again(self) -> HttpResponse:
        """The page with the errors of the form that was sent."""
        return self.render_to_response(self.get_context_data(), status=422)

    def is_over(self, request: HttpRequest) -> HttpResponse:
        messages.error(request, _("Phiếu này đã có trả lời rồi. Bạn xem lại nhé."))
        return redirect("panel:goods_report", pk=self.report.pk)


class AnswerReport(ReportPage):
    """The stall's answer."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.is_stall:
            return self.is_over(request)
        form = self.form = self.make_form(request.POST)
        if not form.is_valid():
            return self.again()
        try:
            services.answer_report(report_pk=pk, reply=form.reply, by=request.user)
        except services.IllegalStep:
            return self.is_over(request)
        except services.NotInStock as error:
            name = f"so-{error.line.consignment_line.pk}"
            form.add_error(name, _("Trong kho không còn đủ để gửi thay. Chọn hoàn tiền, hoặc ghi ít hơn."))
        except services.LotUnfit as error:
            form.add_error(f"lo-{error.line.pk}", _("Lô này không dùng được nữa. Chọn lô khác."))
        except services.TooManyReported:
            form.add_error(None, _("Kiện vừa thay đổi. Bạn xem lại các số nhé."))
        else:
            messages.success(request, _("Đã trả lời khách."))
            return redirect("panel:goods_report", pk=pk)
        return self.again()


class DecideReport(ReportPage):
    """The market's answer, where the stall said no or nothing; closes the complaint about it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.is_market:
            return self.is_over(request)
        self.is_stall = False
        form = self.form = self.make_form(request.POST)
        if not form.is_valid():
            return self.again()
        try:
            decide(report=self.report, reply=form.reply, by=request.user)
        except services.IllegalStep:
            return self.is_over(request)
        except services.TooManyReported:
            form.add_error(None, _("Kiện vừa thay đổi. Bạn xem lại các số nhé."))
            return self.again()
        messages.success(request, _("Đã ghi quyết định, khách và gian hàng được báo."))
        return redirect("panel:goods_report", pk=pk)


class TakeGoodsBack(ReportPage):
    """Goods that the buyer sent back have come."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        awaited = self.awaited
        if awaited is None:
            messages.error(request, _("Phiếu này không chờ hàng trả về."))
            return redirect("panel:goods_report", pk=pk)
        form = self.back_form = BackForm(request.POST, answer=awaited)
        if not form.is_valid():
            return self.again()
        try:
            services.take_goods_back(answer_pk=awaited.pk, restocked=form.restocked, by=request.user)
        except services.IllegalStep:
            messages.error(request, _("Hàng trả đã được ghi từ trước."))
        else:
            messages.success(request, _("Đã ghi hàng trả về."))
        return redirect("panel:goods_report", pk=pk)


@require_safe
@cache_control(private=True, no_store=True)
def report_photo(request: HttpRequest, pk: int, photo: int) -> FileResponse:
    """A buyer's photograph, for the stall and the operator; our own code wrote it, so it is a JPEG."""
    found = get_object_or_404(ReportPhoto, pk=photo, report=pk, report__in=reports_for(request.user))
    return photo_response(found.photo)
