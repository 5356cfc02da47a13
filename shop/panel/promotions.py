"""Money off goods: the market's promotions for the operator, its own for a stall; with a code or for everybody."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from catalog.clock import today
from catalog.models import Cooperative
from catalog.tenancy import cooperatives_of
from shop.accounts.roles import Role, roles_of
from shop.promotions import services
from shop.promotions.models import Bearer
from shop.promotions.rules import MOST_PERCENT

from .screens import Screen, page_of, query_without_page
from .selectors import promotions_for, promotions_to_stop

MOST_DONG = 100_000_000
PER_PAGE = 30


def _number(label: Any, hint: Any = "", *, least: int = 1, most: int = MOST_DONG) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=hint, required=False, min_value=least, max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class PromotionForm(forms.Form):
    """One new promotion. ``stalls``: those the person may choose from, None for the operator, who may take all."""

    name = forms.CharField(
        label=gettext_lazy("Tên, khách đọc trong giỏ"),
        help_text=gettext_lazy("Ví dụ: Mừng mùa khoai mới."),
        max_length=80,
    )
    name_en = forms.CharField(label=gettext_lazy("Tên tiếng Anh (nếu có)"), max_length=80, required=False)
    cooperative = forms.ModelChoiceField(
        label=gettext_lazy("Cho hàng của gian"),
        queryset=Cooperative.objects.none(),
        required=False,
        empty_label=gettext_lazy("Mọi gian hàng"),
    )
    bearer = forms.ChoiceField(
        label=gettext_lazy("Ai chịu phần giảm"),
        choices=Bearer,
        widget=forms.RadioSelect,
        initial=Bearer.MARKET,
    )
    percent = _number(
        gettext_lazy("Giảm phần trăm"),
        gettext_lazy("Điền phần trăm hoặc số tiền, một trong hai. Giảm nhiều nhất 90% tiền hàng."),
        most=MOST_PERCENT,
    )
    amount = _number(gettext_lazy("Giảm số tiền (đồng)"))
    most_amount = _number(
        gettext_lazy("Giảm nhiều nhất (đồng)"),
        gettext_lazy("Khi giảm theo phần trăm. Để trống là không giới hạn."),
    )
    least_amount = _number(
        gettext_lazy("Cho đơn từ (đồng tiền hàng)"), gettext_lazy("Để trống là đơn nào cũng được.")
    )
    starts_on = forms.DateField(label=gettext_lazy("Từ ngày"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=gettext_lazy("Đến hết ngày"),
        help_text=gettext_lazy("Để trống là đến khi bạn dừng."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    code = forms.CharField(
        label=gettext_lazy("Mã giảm giá"),
        help_text=gettext_lazy("Có mã thì chỉ ai gõ mã mới được giảm. Để trống là ai mua cũng được giảm."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    most_uses = _number(gettext_lazy("Số lượt dùng"), gettext_lazy("Để trống là không giới hạn."), most=10**6)
    is_once_per_buyer = forms.BooleanField(
        label=gettext_lazy("Mỗi số điện thoại dùng một lần"), required=False
    )

    def __init__(self, *args: Any, stalls: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = today()
        choice: Any = self.fields["cooperative"]
        choice.queryset = stalls if stalls is not None else Cooperative.objects.order_by("name")
        if stalls is not None:
            del self.fields["bearer"]  # a stall gives away its own money only
            choice.required, choice.empty_label = True, None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("bearer") == Bearer.COOPERATIVE and not cleaned.get("cooperative"):
            self.add_error("cooperative", _("Gian hàng chịu thì chọn gian hàng nào."))
        return cleaned

    def terms(self) -> services.Terms:
        given = self.cleaned_data
        return services.Terms(
            name=given["name"],
            name_en=given["name_en"],
            code=given["code"],
            percent=given["percent"] or 0,
            amount=given["amount"] or 0,
            most_amount=given["most_amount"],
            least_amount=given["least_amount"] or 0,
            most_uses=given["most_uses"],
            is_once_per_buyer=given["is_once_per_buyer"],
            starts_at=_midnight(given["starts_on"]),
            ends_at=_midnight(given["ends_on"] + dt.timedelta(days=1)) if given["ends_on"] else None,
        )


def _midnight(day: dt.date) -> dt.datetime:
    """The first moment of the day in Vietnam."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


class PromotionList(Screen):
    template_name = "panel/promotions.html"
    page_title = gettext_lazy("Khuyến mãi")
    header_icon = "tag"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = promotions_for(self.request.user).select_related("offer", "voucher", "cooperative")
        page = page_of(rows, self.request, PER_PAGE)
        shown = [promotion.pk for promotion in page]
        running = rows.running(timezone.now()).filter(pk__in=shown)
        to_stop = promotions_to_stop(self.request.user).filter(pk__in=shown)
        return context | {
            "page": page,
            "page_link": query_without_page(self.request),
            "running": set(running.values_list("pk", flat=True)),
            "to_stop": set(to_stop.values_list("pk", flat=True)),
            "now": timezone.now(),
        }


class AddPromotion(Screen):
    template_name = "panel/delivery_form.html"
    page_title = gettext_lazy("Thêm khuyến mãi")
    header_icon = "tag"
    form: Any = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        is_operator = Role.OPERATOR in roles_of(request.user)
        self.stalls = None if is_operator else cooperatives_of(request.user).order_by("name")
        if self.stalls is not None and not self.stalls.exists():
            raise Http404

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:promotions"), "label": _("Khuyến mãi")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"form": self.form or PromotionForm(stalls=self.stalls)}

    def post(self, request: HttpRequest) -> HttpResponse:
        self.form = form = PromotionForm(request.POST, stalls=self.stalls)
        if form.is_valid():
            given = form.cleaned_data
            try:
                promotion = services.add_promotion(
                    terms=form.terms(),
                    cooperative=given["cooperative"],
                    bearer=Bearer(given.get("bearer", Bearer.COOPERATIVE)),
                )
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                messages.success(request, _("Đã mở khuyến mãi “%(name)s”.") % {"name": promotion.name})
                return redirect("panel:promotions")
        return self.render_to_response(self.get_context_data(), status=422)


class StopPromotion(View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        promotion = get_object_or_404(promotions_to_stop(request.user), pk=pk)
        services.stop(promotion)
        messages.success(
            request, _("Đã dừng “%(name)s”. Đơn đã đặt vẫn được giảm.") % {"name": promotion.name}
        )
        return redirect("panel:promotions")
