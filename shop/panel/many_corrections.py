"""Correcting several invoices of one buyer and month at once, with the list 01/BK-ĐCTT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.invoices import services
from shop.invoices.corrections import NotCorrectable, Obstacle
from shop.invoices.draft import Buyer
from shop.invoices.listing import companions, open_adjustment_of_many, open_replacement_of_many
from shop.invoices.models import DocumentKind, Invoice, InvoiceDocument
from shop.invoices.sales import SaleRecord
from shop.invoices.tax_codes import is_tax_code

from .correction_forms import DongField, ReasonForm
from .corrections import OnInvoice
from .invoices import as_file
from .selectors import invoices_for

OFF, ON, BUYER = "giam", "tang", "nguoi-mua"


class ManyForm(ReasonForm):
    """What is wrong with all of them, and for each the money that goes off or on."""

    field_order = ("what", "reason")
    what = forms.ChoiceField(
        label=gettext_lazy("Sửa gì"),
        choices=[
            (OFF, gettext_lazy("Giảm tiền (ví dụ chiết khấu tính cuối tháng)")),
            (ON, gettext_lazy("Tăng tiền")),
            (BUYER, gettext_lazy("Sai người mua: thay thế tất cả bằng một hóa đơn")),
        ],
        widget=forms.RadioSelect,
        initial=OFF,
    )
    buyer_name = forms.CharField(label=gettext_lazy("Tên đơn vị mua"), max_length=400, required=False)
    buyer_tax_code = forms.CharField(
        label=gettext_lazy("Mã số thuế người mua"), max_length=14, required=False
    )
    buyer_address = forms.CharField(label=gettext_lazy("Địa chỉ người mua"), max_length=400, required=False)

    def __init__(self, invoices: list[Invoice], data: Any = None) -> None:
        buyer = SaleRecord.from_json(invoices[0].sale).buyer
        initial = {
            "buyer_name": buyer.name,
            "buyer_tax_code": buyer.tax_code,
            "buyer_address": buyer.address,
        }
        super().__init__(data, initial=initial)
        self.invoices = invoices
        for invoice in invoices:
            self.fields[f"chosen_{invoice.pk}"] = forms.BooleanField(
                label=str(invoice), required=False, initial=True
            )
            self.fields[f"amount_{invoice.pk}"] = DongField(
                label=gettext_lazy("Số tiền tăng hoặc giảm (đã có thuế)"), required=False
            )

    def rows(self) -> Iterator[tuple[Invoice, forms.BoundField, forms.BoundField]]:
        """Each invoice with its tick and its amount."""
        for invoice in self.invoices:
            yield invoice, self[f"chosen_{invoice.pk}"], self[f"amount_{invoice.pk}"]

    def common(self) -> list[forms.BoundField]:
        return [self["what"], self["reason"]]

    def of_buyer(self) -> list[forms.BoundField]:
        return [self["buyer_name"], self["buyer_tax_code"], self["buyer_address"]]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("what") == BUYER:
            code = values.get("buyer_tax_code", "").strip()
            if code and not is_tax_code(code):
                self.add_error("buyer_tax_code", _("Mã số thuế này sai, bạn xem lại từng số."))
            for name in ("buyer_name", "buyer_address"):
                if not values.get(name):
                    self.add_error(name, _("Người mua có mã số thuế thì cần tên và địa chỉ."))
            return values
        for pk in self.chosen():
            if not values.get(f"amount_{pk}"):
                self.add_error(f"amount_{pk}", _("Ghi số tiền, hoặc bỏ chọn hóa đơn này."))
        return values

    def chosen(self) -> list[int]:
        return [invoice.pk for invoice in self.invoices if self.cleaned_data.get(f"chosen_{invoice.pk}")]

    def open_draft(self, by: Any) -> Invoice:
        """The draft that the form asks for. Raises: NotCorrectable."""
        values, chosen = self.cleaned_data, self.chosen()
        if values["what"] == BUYER:
            buyer = Buyer(
                name=values["buyer_name"],
                tax_code=values["buyer_tax_code"].strip(),
                address=values["buyer_address"],
            )
            return open_replacement_of_many(invoices=chosen, buyer=buyer, reason=values["reason"], by=by)
        sign = -1 if values["what"] == OFF else 1
        changes = {pk: sign * int(values[f"amount_{pk}"]) for pk in chosen}
        return open_adjustment_of_many(changes=changes, reason=values["reason"], by=by)


class CorrectMany(OnInvoice):
    """The invoices that may stand on one list with this one, and what is wrong with them."""

    template_name = "panel/correct_many.html"
    page_title = gettext_lazy("Sửa nhiều hóa đơn")
    form: ManyForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.together = companions(self.invoice)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "form": self.form or ManyForm(self.together)}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if len(self.together) < 2:
            return self._refuse(request)
        return self.render_to_response(self.get_context_data(**kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if len(self.together) < 2:
            return self._refuse(request)
        form = self.form = ManyForm(self.together, request.POST)
        if form.is_valid():
            try:
                draft = form.open_draft(request.user)
            except NotCorrectable as refusal:
                form.add_error(None, str(refusal.obstacle.label))
            else:
                messages.success(request, _("Đã có bản nháp. Xem lại rồi bấm “Lập và gửi hóa đơn”."))
                return redirect("panel:invoice", pk=draft.pk)
        return self.render_to_response(self.get_context_data(**kwargs), status=422)

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        messages.error(request, str(Obstacle.NOT_TOGETHER.label))
        return redirect("panel:invoice", pk=self.invoice.pk)


def list_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed list of an issued correction."""
    lists = InvoiceDocument.objects.filter(invoice__in=invoices_for(request.user), kind=DocumentKind.LIST)
    found = get_object_or_404(lists.select_related("invoice__series"), invoice=pk)
    return as_file(bytes(found.body), services.filename_of(found.invoice, "bang-ke.xml"))
