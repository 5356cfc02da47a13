"""The table of VAT rates: what is in force, what waits, and how two people change it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from catalog.clock import today
from shop.accounts.doors import may_open
from shop.invoices.models import RateRule, RateRuleStatus
from shop.invoices.rates import NotARule, decide_rule, propose_rule

from .screens import Screen
from .selectors import rate_rules_for

_ANY = [("", gettext_lazy("bất kỳ")), ("yes", gettext_lazy("có")), ("no", gettext_lazy("không"))]
_CHOSEN = {"": None, "yes": True, "no": False}
_REASONS = {
    "unknown-code": gettext_lazy("Thuế suất là 0%, 5%, 8%, 10%, KCT, KKKNT hoặc KHAC:07.50%."),
    "ends-before-it-begins": gettext_lazy("Ngày cuối phải từ ngày đầu trở đi."),
    "begins-too-early": gettext_lazy(
        "Sớm nhất là ngày mai và sau ngày lập của mọi hóa đơn: hóa đơn đã lập giữ thuế suất cũ."
    ),
    "same-person": gettext_lazy("Người đề nghị không tự duyệt được. Nhờ một người khác xem lại."),
}


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **options)


class RuleForm(forms.Form):
    tax_class = forms.ChoiceField(
        label=gettext_lazy("Nhóm thuế"), choices=RateRule._meta.get_field("tax_class").choices or ()
    )
    processing = forms.ChoiceField(
        label=gettext_lazy("Mức chế biến"),
        required=False,
        choices=[("", _ANY[0][1]), *(RateRule._meta.get_field("processing").choices or ())],
    )
    own_produced = forms.ChoiceField(
        label=gettext_lazy("Người bán tự sản xuất"), required=False, choices=_ANY
    )
    business_buyer = forms.ChoiceField(
        label=gettext_lazy("Người mua là doanh nghiệp, hợp tác xã"), required=False, choices=_ANY
    )
    code = forms.CharField(
        label=gettext_lazy("Thuế suất"),
        max_length=11,
        help_text=gettext_lazy(
            "0%, 5%, 8%, 10%, KCT (không chịu thuế), KKKNT (không kê khai) hoặc KHAC:07.50%."
        ),
    )
    valid_from = _day(gettext_lazy("Từ ngày"))
    valid_to = _day(
        gettext_lazy("Đến hết ngày"), required=False, help_text=gettext_lazy("Để trống nếu không có hạn.")
    )
    basis = forms.CharField(
        label=gettext_lazy("Căn cứ"),
        max_length=255,
        help_text=gettext_lazy("Tên và số văn bản, ví dụ: Nghị quyết 204/2025/QH15."),
    )

    def rule_values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        for name in ("own_produced", "business_buyer"):
            values[name] = _CHOSEN[values[name]]
        return values


class TaxRules(Screen):
    """What applies now and later, what waits for a second person, and the form that proposes a row."""

    template_name = "panel/tax_rules.html"
    page_title = gettext_lazy("Thuế suất")
    header_icon = "list-ol"
    form: RuleForm | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rules = rate_rules_for(self.request.user).select_related("proposed_by", "decided_by")
        on = today()
        in_force = [rule for rule in rules if rule.status == RateRuleStatus.IN_FORCE]
        return {
            **super().get_context_data(**kwargs),
            "current": [rule for rule in in_force if not rule.valid_to or rule.valid_to >= on],
            "past": [rule for rule in in_force if rule.valid_to and rule.valid_to < on],
            "waiting": [rule for rule in rules if rule.status == RateRuleStatus.PROPOSED],
            "refused": [rule for rule in rules if rule.status == RateRuleStatus.REFUSED],
            "form": self.form or RuleForm(),
            "can_decide": may_open(self.request.user, "panel:decide_rate"),
            "today": on,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form = RuleForm(request.POST)
        if form.is_valid():
            try:
                propose_rule(by=request.user, **form.rule_values())
            except NotARule as reason:
                form.add_error(reason.field, str(_REASONS[reason.code]))
            else:
                messages.success(request, _("Đã ghi đề nghị. Một người khác cần duyệt thì mới áp dụng."))
                return redirect("panel:tax_rules")
        return self.render_to_response(self.get_context_data(**kwargs), status=422)


class DecideRate(View):
    """A second person accepts or refuses a proposed row."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rule = get_object_or_404(rate_rules_for(request.user), pk=pk)
        accept = request.POST.get("duyet") == "co"
        try:
            decided = decide_rule(rule=rule, accept=accept, by=request.user)
        except NotARule as reason:
            messages.error(request, str(_REASONS[reason.code]))
        else:
            messages.success(request, str(decided.get_status_display()))
        return redirect("panel:tax_rules")
