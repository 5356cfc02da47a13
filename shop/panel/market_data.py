"""Who runs the market: what its pages tell, what is to follow, and how two people change it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from catalog.clock import today
from cms.operator import (
    NAMES,
    EditionStatus,
    NotAnEdition,
    Operator,
    OperatorEdition,
    changes_of,
    decide,
    operator_with_history,
    propose,
)
from shop.accounts.doors import may_open
from shop.accounts.phones import is_telephone
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.checkout.forms import PlainField
from shop.invoices.tax_codes import is_tax_code

from .screens import Screen

_REASONS = {
    "begins-too-early": gettext_lazy("Sớm nhất là hôm nay."),
    "nothing-new": gettext_lazy("Thông tin này giống hệt thông tin của ngày đó. Bạn sửa mục cần đổi nhé."),
    "same-person": gettext_lazy("Người đề nghị không tự duyệt được. Nhờ một người khác xem lại."),
}


class MarketDataForm(forms.Form):
    """All that the market tells about who runs it, from a day on."""

    legal_name = PlainField(label=gettext_lazy("Tên đầy đủ"), max_length=255)
    tax_code = PlainField(label=gettext_lazy("Mã số thuế"), max_length=14)
    registration = PlainField(
        label=gettext_lazy("Giấy đăng ký"),
        max_length=255,
        help_text=gettext_lazy("Số, ngày cấp, nơi cấp."),
    )
    representative = PlainField(label=gettext_lazy("Người đại diện"), max_length=120)
    address = PlainField(label=gettext_lazy("Trụ sở"), max_length=255)
    phone = PlainField(
        label=gettext_lazy("Điện thoại"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.EmailField(label=gettext_lazy("Thư điện tử"), max_length=254)
    valid_from = forms.DateField(
        label=gettext_lazy("Từ ngày"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("Trang quy định báo trước thông tin mới và tự đổi vào ngày này."),
    )
    reason = PlainField(label=gettext_lazy("Vì sao đổi"), max_length=255)

    def clean_tax_code(self) -> str:
        code: str = self.cleaned_data["tax_code"]
        if not is_tax_code(code):
            raise forms.ValidationError(
                _("Mã số thuế chưa đúng. Bạn xem lại từng số trên giấy đăng ký nhé."), code="invalid"
            )
        return code

    def clean_phone(self) -> str:
        number: str = self.cleaned_data["phone"]
        if not is_telephone(number):
            raise forms.ValidationError(
                _("Số điện thoại này không gọi được. Bạn xem lại nhé."), code="invalid"
            )
        return number


_LABELS = {name: MarketDataForm.base_fields[name].label for name in NAMES}


class MarketData(Screen):
    """What is told today, what waits for a second person, and the form that proposes other data."""

    template_name = "panel/market_data.html"
    page_title = gettext_lazy("Thông tin của chợ")
    header_icon = "home"
    form: MarketDataForm | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        operator = operator_with_history()
        editions = list(OperatorEdition.objects.select_related("proposed_by", "decided_by").order_by("-pk"))
        waiting = [row for row in editions if row.status == EditionStatus.PROPOSED]
        return super().get_context_data(**kwargs) | {
            "told": [(_LABELS[name], getattr(operator, name)) for name in NAMES],
            "since": operator.since,
            "waiting": [(row, _worded(changes_of(row))) for row in waiting],
            "decided": [row for row in editions if row.status != EditionStatus.PROPOSED],
            "form": self.form or MarketDataForm(initial=_initial(operator)),
            "can_decide": may_open(self.request.user, "panel:decide_market_data"),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form = MarketDataForm(request.POST)
        if form.is_valid():
            try:
                _propose(form.cleaned_data, by=request.user)
            except NotAnEdition as reason:
                form.add_error(reason.field or None, str(_REASONS[reason.code]))
            else:
                messages.success(request, _("Đã ghi đề nghị. Một người khác cần duyệt thì mới áp dụng."))
                return redirect("panel:market_data")
        return self.render_to_response(self.get_context_data(), status=422)


class DecideMarketData(View):
    """A second person accepts or refuses proposed data."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(OperatorEdition, pk=pk)
        try:
            edition = _decide(pk, accept=request.POST.get("duyet") == "co", by=request.user)
        except NotAnEdition as reason:
            messages.error(request, str(_REASONS[reason.code]))
        else:
            messages.success(request, str(edition.get_status_display()))
        return redirect("panel:market_data")


def _initial(operator: Operator) -> dict[str, Any]:
    return {name: getattr(operator, name) for name in NAMES} | {"valid_from": today()}


def _worded(changes: dict[str, tuple[Any, Any]]) -> list[tuple[Any, Any, Any]]:
    return [(_LABELS[name], before, after) for name, (before, after) in changes.items()]


@transaction.atomic
def _propose(values: dict[str, Any], *, by: Any) -> None:
    _tell(Verb.OPERATOR_PROPOSED, propose(by=by, **values), by)


@transaction.atomic
def _decide(pk: int, *, accept: bool, by: Any) -> OperatorEdition:
    before = changes_of(OperatorEdition.objects.get(pk=pk))
    edition, is_new = decide(pk, accept=accept, by=by)
    if is_new:
        verb = Verb.OPERATOR_ACCEPTED if accept else Verb.OPERATOR_REFUSED
        _tell(verb, edition, by, before)
    return edition


def _tell(verb: Verb, edition: OperatorEdition, by: Any, changes: dict[str, Any] | None = None) -> None:
    changes = changes_of(edition) if changes is None else changes
    record(
        verb,
        about=edition.legal_name,
        reference=f"operator:{edition.pk}",
        changes={**changes, "valid_from": (None, edition.valid_from)},
        reason=edition.reason,
        by=by,
    )
