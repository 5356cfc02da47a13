"""What couriers collected at doors: lists in, line by line beside the parcels, booked; and when it may be so paid."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from catalog.clock import today
from catalog.models import Province
from shop.orders import remittances
from shop.orders.requests import IllegalStep
from shop.payments.models import DoorRules, Remittance, door_rules
from shop.payments.remittances import Collected, KnownList, UnreadableList, enter, read_sheet, read_typed
from shop.shipping.couriers import Courier

from .screens import Screen, page_of, query_without_page
from .selectors import remittances_for, transfers_for

PER_PAGE = 25
MOST_BYTES = 5 * 1024 * 1024
MOST_SHOWN = 5  # wrong lines named at once


class ListForm(forms.Form):
    """A courier's list, as a file or typed."""

    courier = forms.ChoiceField(label=gettext_lazy("Đơn vị thu hộ"), choices=Courier)
    number = forms.CharField(
        label=gettext_lazy("Số bảng kê"),
        max_length=40,
        help_text=gettext_lazy("Như đơn vị vận chuyển ghi. Mỗi số chỉ nhập một lần."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    paid_on = forms.DateField(
        label=gettext_lazy("Ngày nộp tiền"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    sheet = forms.FileField(
        label=gettext_lazy("Tệp bảng kê"),
        required=False,
        help_text=gettext_lazy("Tệp .xlsx hoặc .csv có cột “Mã kiện” và “Tiền thu hộ”; cột “Phí” nếu có."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    typed = forms.CharField(
        label=gettext_lazy("Hoặc gõ từng dòng"),
        required=False,
        max_length=60_000,
        help_text=gettext_lazy("Mã kiện; tiền đã thu; phí. Ví dụ: HT2345678X-1; 150000; 12000"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def clean_number(self) -> str:
        return " ".join(self.cleaned_data["number"].upper().split())

    def clean_paid_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["paid_on"]
        if day > today():
            raise forms.ValidationError(_("Ngày này chưa tới."))
        return day

    def clean_sheet(self) -> UploadedFile[Any] | None:
        file: UploadedFile[Any] | None = self.cleaned_data["sheet"]
        if file and (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("Tệp lớn quá: nhiều nhất %(most)s MB.") % {"most": 5})
        return file

    def lines(self) -> list[Collected]:
        """What the list says; empty, with an error at the right field, if it can't be read."""
        file, typed = self.cleaned_data.get("sheet"), self.cleaned_data.get("typed", "")
        field = "sheet" if file else "typed"
        if not file and not typed:
            self.add_error("typed", _("Bạn chọn tệp hoặc gõ các dòng."))
            return []
        try:
            return read_sheet(file.read()) if file else read_typed(typed)
        except UnreadableList as refusal:
            for number, text in refusal.lines[:MOST_SHOWN]:
                wrong = _("Dòng %(number)d không đọc được: %(text)s") % {"number": number, "text": text}
                self.add_error(field, wrong)
            if not refusal.lines:
                self.add_error(field, _("Không thấy dòng nào có mã kiện và tiền đã thu."))
            return []


class RemittanceList(Screen):
    """Enter a list; the lists of before."""

    template_name = "panel/remittances.html"
    page_title = gettext_lazy("Tiền thu hộ")
    header_icon = "table"
    form: ListForm | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = remittances_for(self.request.user).annotate(
            parcels=Count("lines"), collected=Sum("lines__collected", default=0)
        )
        context.update(
            form=self.form or ListForm(initial={"paid_on": today()}),
            page=page_of(rows.order_by("-created_at", "-pk"), self.request, PER_PAGE),
            page_link=query_without_page(self.request),
            couriers=dict(Courier.choices),
        )
        return context

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form = ListForm(request.POST, request.FILES)
        lines = form.lines() if form.is_valid() else []
        if form.errors:
            return self.render_to_response(self.get_context_data(), status=422)
        about = {name: form.cleaned_data[name] for name in ("courier", "number", "paid_on")}
        try:
            remittance = enter(**about, lines=lines, by=request.user)
        except KnownList as known:
            messages.warning(request, _("Bảng kê này đã nhập rồi, đây là bảng trước."))
            return redirect("panel:remittance", pk=known.remittance.pk)
        return redirect("panel:remittance", pk=remittance.pk)


class RemittancePage(Screen):
    """The lines beside their parcels: a trial until it is booked."""

    template_name = "panel/remittance.html"
    header_icon = "table"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = remittances_for(request.user).select_related("entered_by", "booked_by", "transfer")
        self.remittance = get_object_or_404(rows, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Bảng kê %(number)s") % {"number": self.remittance.number}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:remittances"), "label": _("Tiền thu hộ")},
            {"url": "", "label": self.remittance.number},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        judged = remittances.judged_lines(self.remittance)
        transfer, sums = self.remittance.transfer, remittances.sums_of(judged)
        context.update(
            remittance=self.remittance,
            courier=dict(Courier.choices).get(self.remittance.courier, self.remittance.courier),
            judged=sorted(judged, key=lambda one: one.finding == "right"),
            sums=sums,
            is_trial=self.remittance.booked_at is None,
            transfer=transfer,
            transfer_difference=transfer.amount - sums.to_transfer if transfer else 0,
        )
        return context


class BookRemittance(View):
    """Books every line that names a parcel which owes; the others stay visible."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(remittances_for(request.user), pk=pk)
        remittances.book(pk, by=request.user)
        messages.success(request, _("Đã ghi các dòng khớp vào đơn. Dòng nào chưa ghi thì xem lý do ở dưới."))
        return redirect("panel:remittance", pk=pk)


class SetAsideLine(View):
    """Takes money that no parcel owed to where a person gives it to an order or returns it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        remittance = get_object_or_404(remittances_for(request.user), pk=pk)
        get_object_or_404(remittance.lines, pk=line)
        try:
            row = remittances.set_aside(line)
        except IllegalStep:
            messages.error(request, _("Dòng này không còn tiền nào phải xử lý."))
            return redirect("panel:remittance", pk=pk)
        messages.success(request, _("Bạn gắn khoản này vào đơn, hoặc trả lại người gửi."))
        return redirect("panel:transfer", pk=row.pk)


class DiscardRemittance(View):
    """Throws a trial away, such as one with a mistake in it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(remittances_for(request.user), pk=pk)
        try:
            remittances.discard(pk)
        except IllegalStep:
            messages.error(request, _("Bảng kê này đã ghi rồi, không bỏ được nữa."))
            return redirect("panel:remittance", pk=pk)
        messages.success(request, _("Đã bỏ bảng kê. Bạn nhập lại khi cần."))
        return redirect("panel:remittances")


def open_lists(user: Any) -> list[tuple[Remittance, remittances.Sums]]:
    """Booked lists whose money has not been seen at the bank."""
    rows = remittances_for(user).filter(booked_at__isnull=False, transfer=None)
    return [(row, remittances.sums_of(remittances.judged_lines(row))) for row in rows[:20]]


class RemitTransfer(View):
    """A transfer that is a courier's money for a list."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(transfers_for(request.user), pk=pk)
        named = request.POST.get("remittance", "")
        key = int(named) if named.isascii() and named.isdigit() and len(named) < 10 else 0
        remittance = remittances_for(request.user).filter(pk=key).first()
        if remittance is None:
            messages.error(request, _("Bạn chọn bảng kê của khoản này nhé."))
            return redirect("panel:transfer", pk=pk)
        try:
            remittances.arrive(pk, remittance_pk=remittance.pk, by=request.user)
        except IllegalStep:
            messages.error(request, _("Khoản này hoặc bảng kê này đã có người xử lý rồi."))
            return redirect("panel:transfer", pk=pk)
        messages.success(request, _("Đã nối khoản tiền với bảng kê."))
        return redirect("panel:remittance", pk=remittance.pk)


class RulesForm(forms.Form):
    """When buyers may pay on receipt."""

    is_open = forms.BooleanField(label=gettext_lazy("Cho trả tiền khi nhận hàng"), required=False)
    most_amount = forms.RegexField(
        r"^[0-9]{1,9}$",
        label=gettext_lazy("Đơn lớn nhất (đồng)"),
        error_messages={"invalid": gettext_lazy("Ghi số tiền bằng chữ số, không có dấu chấm.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    couriers = forms.MultipleChoiceField(
        label=gettext_lazy("Ai được thu tiền hộ"),
        choices=Courier,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Chọn ít nhất một, hoặc tắt cách trả này.")},
    )
    provinces = forms.MultipleChoiceField(
        label=gettext_lazy("Chỉ ở các tỉnh, thành phố"),
        required=False,
        help_text=gettext_lazy("Không chọn tỉnh nào thì dùng cho cả nước. Giữ Ctrl để chọn nhiều."),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Province.objects.order_by("name").values_list("code", "name")
        self.fields["provinces"].choices = list(places)  # type: ignore[attr-defined]

    def clean_most_amount(self) -> int:
        amount = int(self.cleaned_data["most_amount"])
        if not amount:
            raise forms.ValidationError(_("Số tiền phải lớn hơn 0."), code="min_value")
        return amount


class DoorRulesPage(Screen):
    """Up to which amount, with whom and where goods may go before their money."""

    template_name = "panel/door_rules.html"
    page_title = gettext_lazy("Trả tiền khi nhận hàng")
    header_icon = "cog"
    form: RulesForm | None = None

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:remittances"), "label": _("Tiền thu hộ")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rules = door_rules()
        now = {name: getattr(rules, name) for name in ("is_open", "most_amount", "couriers", "provinces")}
        context.update(form=self.form or RulesForm(initial=now))
        return context

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form = RulesForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        DoorRules.objects.update_or_create(pk=1, defaults=form.cleaned_data | {"changed_by": request.user})
        messages.success(request, _("Đã ghi."))
        return redirect("panel:door_rules")
