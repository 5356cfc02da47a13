"""Who issues in whose name (*ủy nhiệm lập hóa đơn*): the contracts, and the form for another.

The form declares it to the sandbox authority first; what was declared on a provider's site it writes down.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.clock import today
from catalog.models import Cooperative
from shop.checkout.forms import PlainField, as_tax_code
from shop.invoices.declaring import NotAccepted, declare_delegation, declares_here
from shop.invoices.delegation import NOTICE, note_delegation
from shop.invoices.gateway import TryAgainLater, WillNotSucceed
from shop.invoices.models import Delegation
from shop.invoices.registering import NotRegistrable
from shop.invoices.signer import SigningFailed

from .screens import Screen, page_of, query_without_page
from .selectors import delegations_for
from .sending import draft_of, once, path_made

PER_PAGE = 100
_BESIDE = ("seller", "contract_number", "valid_from", "valid_to")
_REASONS = {
    "no-tax-code": gettext_lazy("Mã số thuế này không đúng. Xem lại từng chữ số."),
    "is-seller": gettext_lazy("Đây là mã số thuế của chính người bán. Ghi mã của bên lập hóa đơn thay."),
    "before-first-day": gettext_lazy("Ngày cuối đứng trước ngày đầu."),
    "of-another": gettext_lazy("Số này là của hợp đồng với bên khác, có trong danh sách ở trên."),
}


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class DelegationForm(forms.Form):
    """A contract as it is signed; where the authority is asked from here, also whether it was declared before."""

    seller = forms.ModelChoiceField(label=gettext_lazy("Hợp tác xã"), queryset=Cooperative.objects.none())
    contract_number = PlainField(
        label=gettext_lazy("Số hợp đồng"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    valid_from = _day(gettext_lazy("Từ ngày"))
    valid_to = _day(gettext_lazy("Đến hết ngày"))
    issuer_name = PlainField(label=gettext_lazy("Bên nhận ủy nhiệm"), max_length=400)
    issuer_tax_code = forms.CharField(
        label=gettext_lazy("Mã số thuế bên nhận ủy nhiệm"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    issuer_address = PlainField(label=gettext_lazy("Địa chỉ bên nhận ủy nhiệm"), max_length=400)
    is_change = forms.BooleanField(
        label=gettext_lazy("Khai thay đổi"),
        required=False,
        help_text=gettext_lazy("Chọn khi đã khai ủy nhiệm cho bên này, nay đổi ngày hoặc đổi hợp đồng."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seller"].queryset = Cooperative.objects.order_by("name")  # type: ignore[attr-defined]
        if not declares_here():
            del self.fields["is_change"]

    def contract_fields(self) -> list[forms.BoundField]:
        """The short ones, which stand beside each other."""
        return [field for field in self if field.name in _BESIDE]

    def other_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in _BESIDE]

    def clean_issuer_tax_code(self) -> str:
        return as_tax_code(self.cleaned_data["issuer_tax_code"])


class Delegations(Screen):
    """Every contract, those that count first, and the form for another."""

    template_name = "panel/delegations.html"
    page_title = gettext_lazy("Ủy nhiệm lập hóa đơn")
    header_icon = "group"
    form: DelegationForm | None = None
    refusals: tuple[str, ...] = ()

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:invoices"), "label": _("Hóa đơn")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        on = today()
        is_over = Case(When(valid_to__lt=on, then=Value(1)), default=Value(0))
        rows = delegations_for(self.request.user).select_related("seller")
        page = page_of(rows.order_by(is_over, "seller__name", "-valid_from"), self.request, PER_PAGE)
        return {
            **super().get_context_data(**kwargs),
            **draft_of(self.request, "delegation"),
            "page": page,
            "page_link": query_without_page(self.request),
            "rows": [(row, *state_of(row, on)) for row in page],
            "form": self.form or DelegationForm(),
            "refusals": self.refusals,
            "declares_here": declares_here(),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form = DelegationForm(request.POST)
        # Of two taps the authority refuses the later one: by then the first has led somewhere.
        if form.is_valid() and (path_made(request) or self._may_be_noted(form) or path_made(request)):
            return once(request, lambda: self._note(form))
        return self._refused()

    def _may_be_noted(self, form: DelegationForm) -> bool:
        """Whether the authority accepts the contract; asked before any transaction. A provider's site has its yes."""
        if not declares_here():
            return True
        try:
            declare_delegation(**form.cleaned_data)
        except NotRegistrable as reason:
            form.add_error(reason.field, str(_REASONS[reason.code]))
        except NotAccepted as refusal:
            self.refusals = (
                _("Cơ quan thuế không chấp nhận tờ khai, nên chưa ghi gì."),
                *(f"{reason.text} ({reason.code})" for reason in refusal.reasons),
            )
        except WillNotSucceed as reason:
            self.refusals = (_("Cơ quan thuế không nhận tờ khai, nên chưa ghi gì."), str(reason))
        except SigningFailed:
            self.refusals = (
                _("Chưa ký được tờ khai: xem chứng thư số của người bán và của bên nhận ủy nhiệm."),
            )
        except TryAgainLater:
            self.refusals = (
                _("Cơ quan thuế chưa trả lời, nên chưa ghi gì. Lát nữa gửi lại."),
                _("Nếu khi đó báo đã khai rồi thì chọn “Khai thay đổi”."),
            )
        except ValueError:
            self.refusals = (_("Không lập được tờ khai từ những gì đã ghi. Xem lại từng ô."),)
        else:
            return True
        return False

    def _note(self, form: DelegationForm) -> HttpResponse:
        said = {name: value for name, value in form.cleaned_data.items() if name != "is_change"}
        try:
            note_delegation(by=self.request.user, **said)
        except NotRegistrable as reason:
            form.add_error(reason.field, str(_REASONS[reason.code]))
            return self._refused()
        messages.success(
            self.request,
            _("Cơ quan thuế đã chấp nhận. Đã ghi hợp đồng.") if declares_here() else _("Đã ghi hợp đồng."),
        )
        return redirect("panel:delegations")

    def _refused(self) -> HttpResponse:
        return self.render_to_response(self.get_context_data(), status=422)


def state_of(row: Delegation, on: dt.date) -> tuple[str, str]:
    """How a state looks, and what it is called, that day."""
    left = (row.valid_to - on).days
    if left < 0:
        return "cancelled", _("Hết hạn")
    if row.valid_from > on:
        return "", _("Chưa tới ngày")
    if left == 0:
        return "sent", _("Hôm nay là ngày cuối")
    if left <= NOTICE.days:
        return "sent", ngettext("Còn %(days)s ngày", "Còn %(days)s ngày", left) % {"days": left}
    return "done", _("Đang hiệu lực")
