"""The account a stall is paid to: its manager asks for another, the operator looks up whose it is."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Cooperative
from catalog.tenancy import cooperatives_of
from shop.accounts.models import User
from shop.checkout.banks import NAMES
from shop.checkout.forms import PlainField
from shop.second_factor import services as second_factor
from shop.sellers import bank_accounts
from shop.sellers.application_forms import account_number
from shop.sellers.models import AccountStatus, BankAccount
from shop.shopper.limits import count_miss, may_try

from .screens import Screen
from .selectors import accounts_to_check_for

SHOWN = 10


class AccountForm(forms.Form):
    """The account, and once more who asks: by a code where the second step is on, else by the password."""

    cooperative = forms.ModelChoiceField(label=gettext_lazy("Gian hàng"), queryset=Cooperative.objects.none())
    bank_name = PlainField(
        label=gettext_lazy("Ngân hàng"),
        max_length=120,
        widget=forms.TextInput({"list": "ngan-hang", "autocomplete": "off"}),
    )
    number = PlainField(
        label=gettext_lazy("Số tài khoản"),
        max_length=30,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    holder = PlainField(label=gettext_lazy("Tên chủ tài khoản, đúng như ngân hàng ghi"), max_length=120)

    def __init__(self, *args: Any, stalls: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, cast("User", request.user)
        own: Any = self.fields["cooperative"]
        own.queryset = stalls
        only = list(stalls[:2])
        if len(only) == 1:
            own.initial, own.widget = only[0].pk, forms.HiddenInput()
        if second_factor.has_second_factor(self.user):
            self.fields["code"] = forms.CharField(
                label=gettext_lazy("Mã trong điện thoại"),
                max_length=20,
                widget=forms.TextInput({"autocomplete": "one-time-code"}),
            )
        else:
            self.fields["password"] = forms.CharField(
                label=gettext_lazy("Mật khẩu của bạn"),
                max_length=128,
                strip=False,
                widget=forms.PasswordInput({"autocomplete": "current-password"}),
            )

    def clean_number(self) -> str:
        return account_number(self.cleaned_data["number"])

    def clean(self) -> dict[str, Any]:
        """Who it is stands last: a code counts once, and must not be used up by a mistyped number."""
        given = super().clean() or {}
        if not self.errors:
            self._ask_once_more()
        return given

    def _ask_once_more(self) -> None:
        if "code" in self.fields:
            try:
                second_factor.take(user=self.user, code=self.cleaned_data["code"])
            except second_factor.WrongCode:
                self.add_error("code", _("Mã không đúng hoặc đã dùng. Chờ mã mới rồi gõ lại."))
            except second_factor.TooManyTries:
                self.add_error("code", _("Sai nhiều lần quá. Chờ một giờ rồi thử lại."))
        elif not may_try(self.request, str(self.user)):
            self.add_error("password", _("Sai nhiều lần quá. Chờ một giờ rồi thử lại."))
        elif not self.user.check_password(self.cleaned_data["password"]):
            count_miss(self.request, str(self.user))
            self.add_error("password", _("Mật khẩu không đúng."))


class CheckForm(forms.Form):
    seen_name = PlainField(label=gettext_lazy("Tên chủ tài khoản mà ngân hàng báo"), max_length=300)


class RefusalForm(forms.Form):
    reason = PlainField(label=gettext_lazy("Vì sao không nhận"), max_length=500)


class BankAccounts(Screen):
    """What each of the manager's stalls is paid to, and asking for another account."""

    template_name = "panel/bank_accounts.html"
    page_title = gettext_lazy("Tài khoản nhận tiền")
    header_icon = "key"
    form: AccountForm | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        stalls = cooperatives_of(self.request.user).order_by("name")
        accounts = BankAccount.objects.filter(cooperative__in=stalls).select_related("cooperative")
        shown = accounts.exclude(status=AccountStatus.REPLACED)
        known = set(shown.filter(status=AccountStatus.IN_FORCE).values_list("cooperative_id", flat=True))
        return super().get_context_data(**kwargs) | {
            "accounts": shown.order_by("cooperative__name", "-pk")[:SHOWN],
            "unchecked": [stall for stall in stalls if stall.bank_account and stall.pk not in known],
            "form": self.form or AccountForm(stalls=stalls, request=self.request),
            "banks": sorted(NAMES.values()),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form = AccountForm(
            request.POST, stalls=cooperatives_of(request.user).order_by("name"), request=request
        )
        if form.is_valid():
            names = ("cooperative", "bank_name", "number", "holder")
            given: Any = {name: form.cleaned_data[name] for name in names}
            try:
                bank_accounts.ask_to_change(**given, by=request.user)
            except bank_accounts.SameAccount:
                form.add_error("number", _("Đây là tài khoản đang dùng."))
            else:
                messages.success(
                    request, _("Đã gửi. Chợ kiểm tên chủ tài khoản, trong lúc đó tiền vẫn về tài khoản cũ.")
                )
                return redirect("panel:bank_accounts")
        return self.render_to_response(self.get_context_data(), status=422)


class BankChecks(Screen):
    """Accounts that wait for somebody to look up their holder; a POST confirms or refuses one."""

    template_name = "panel/bank_checks.html"
    page_title = gettext_lazy("Tài khoản chờ kiểm tên")
    header_icon = "key"
    sent: forms.Form | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = accounts_to_check_for(self.request.user).select_related("cooperative", "entered_by")
        rows = []
        for account in waiting:
            check, refusal = (
                self.sent
                if isinstance(self.sent, kind) and self.sent.auto_id == f"{account.pk}-%s"
                else kind(auto_id=f"{account.pk}-%s")
                for kind in (CheckForm, RefusalForm)
            )
            rows.append((account, check, refusal))
        return super().get_context_data(**kwargs) | {"rows": rows}

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted, act = request.POST.get("account", ""), request.POST.get("act")
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 18) or act not in (
            "confirm",
            "refuse",
        ):
            raise Http404
        account = get_object_or_404(BankAccount.objects.select_related("cooperative"), pk=int(wanted))
        kind = CheckForm if act == "confirm" else RefusalForm
        form = self.sent = kind(request.POST, auto_id=f"{account.pk}-%s")
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            if act == "confirm":
                seen = form.cleaned_data["seen_name"]
                bank_accounts.confirm(account=account, seen_name=seen, by=request.user)
                messages.success(request, _("Từ nay tiền của gian hàng về tài khoản này."))
            else:
                reason = form.cleaned_data["reason"]
                bank_accounts.refuse(account=account, reason=reason, by=request.user)
                messages.success(request, _("Đã ghi: không nhận tài khoản này."))
        except bank_accounts.OwnAccount:
            messages.error(request, _("Người ghi tài khoản không tự xác nhận được. Nhờ người khác."))
        except bank_accounts.NotWaiting:
            messages.error(
                request, _("Tài khoản này đã có người xử lý, hoặc gian hàng đã ghi tài khoản khác.")
            )
        return redirect("panel:bank_checks")
