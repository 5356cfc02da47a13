"""A lost card dispute on the page of an order's money: one person says who bears it, another one decides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from shop.checkout.forms import PlainField
from shop.money import format_amount
from shop.orders import disputes
from shop.orders.models import DisputeLoss

from .selectors import money_orders_for


class LossForm(forms.Form):
    """What each stall bears for its parcel, in whole đồng; the market bears the rest of what is open."""

    reason = PlainField(label=gettext_lazy("Vì sao chia như vậy"), max_length=255)

    def __init__(self, *args: Any, order: Any, standing: disputes.Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_bear = disputes.parcels_that_may_bear(order, standing)
        self.names = {f"parcel_{parcel.pk}": parcel.pk for parcel in may_bear}
        for parcel, most in may_bear.items():
            self.fields[f"parcel_{parcel.pk}"] = forms.RegexField(
                r"^[0-9]{1,12}$",
                label=_("%(stall)s chịu, kiện %(code)s (đồng)")
                % {"stall": parcel.cooperative.name, "code": parcel.code},
                help_text=_("Nhiều nhất %(most)s. Phần còn lại chợ chịu.")
                % {"most": format_amount(min(most, standing.open))},
                initial="0",
                error_messages={"invalid": _("Ghi số tiền bằng chữ số, không có dấu chấm.")},
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )
        self.order_fields([*self.names, "reason"])

    def amounts(self) -> dict[int, int]:
        """Parcel → what its stall bears."""
        return {pk: int(self.cleaned_data[name]) for name, pk in self.names.items()}

    def refuse(self, refused: disputes.NotToShare) -> None:
        """Says at the field what is too much."""
        name = next((name for name, pk in self.names.items() if pk == refused.parcel_id), None)
        self.add_error(name, _("Nhiều nhất %(most)s.") % {"most": format_amount(refused.most)})


def losses_of(order: Any, user: Any, form: LossForm | None) -> dict[str, Any]:
    """What the page of the order's money shows of lost disputes."""
    rows = list(
        DisputeLoss.objects.filter(order=order)
        .select_related("proposed_by", "decided_by")
        .prefetch_related("shares__consignment__cooperative")
    )
    standing = disputes.standing_now(order)
    waiting = next((row for row in rows if row.decided_at is None), None)
    return {
        "standing": standing,
        "loss_waiting": waiting,
        "loss_is_own": waiting is not None and waiting.proposed_by_id == user.pk,
        "losses_decided": [row for row in rows if row.decided_at],
        "loss_form": form or LossForm(order=order, standing=standing)
        if standing.open and not waiting
        else None,
    }


def take_proposal(form: LossForm, request: HttpRequest, order: Any) -> HttpResponse | None:
    """The way on after the form was sent; None where it has errors."""
    if not form.is_valid():
        return None
    try:
        disputes.propose(order.pk, stalls=form.amounts(), reason=form.cleaned_data["reason"], by=request.user)
    except disputes.NotToShare as refused:
        form.refuse(refused)
        return None
    except disputes.NothingToDecide:
        messages.error(request, _("Khoản này đã có người xử lý rồi."))
    else:
        messages.success(request, _("Đã ghi đề nghị. Một người khác cần duyệt thì mới áp dụng."))
    return redirect("panel:order_money", number=order.number)


class DecideLoss(View):
    """A second person accepts or refuses who is to bear it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, number: str, pk: int) -> HttpResponse:
        order = get_object_or_404(money_orders_for(request.user), number=number)
        loss = get_object_or_404(DisputeLoss, pk=pk, order=order)
        try:
            decided = disputes.decide(loss.pk, accept=request.POST.get("duyet") == "co", by=request.user)
        except disputes.SamePerson:
            messages.error(request, _("Người đề nghị không tự duyệt được. Nhờ một người khác xem lại."))
        except disputes.NothingToDecide:
            messages.error(request, _("Số tiền đã khác, hoặc có người quyết định rồi. Bạn xem lại nhé."))
        else:
            messages.success(request, str(decided.get_status_display()))
        return redirect("panel:order_money", number=number)
