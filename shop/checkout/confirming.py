"""From a filled form and a basket that was looked at to the order: for the page and for the API alike."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.orders.requests import Placed, StallQuote
from shop.orders.services import place
from shop.promotions.services import UsedUp

from .forms import CheckoutForm
from .stalls import Stall, Stalls

TERMS_VERSION = "2026-11"
"""Of the terms that the checkout page sums up (an edition in ``cms/rules/``); kept with every order."""


def terms_path() -> str:
    """Where the buyer reads those terms whole."""
    return reverse("wagtail_serve", args=[f"chinh-sach/dieu-kien-mua-ban/{TERMS_VERSION}/"])


def confirm(
    *, basket: Any, form: CheckoutForm, stalls: Stalls, user: Any = None, helper: Any = None
) -> Placed:
    """The order of what ``stalls`` shows, with the chosen delivery of each, for the buyer in the valid form.

    Locks/Writes, Raises, Idempotent: as ``shop.orders.services.place``.
    """
    return place(
        basket=basket,
        buyer=form.buyer,
        address=form.address,
        stall_quotes={stall.cooperative.pk: quote for stall in stalls.stalls if (quote := _quote_of(stall))},
        payment_method=form.cleaned_data["payment_method"],
        invoice=form.invoice_request,
        note=form.cleaned_data["note"],
        terms_version=TERMS_VERSION,
        checkout_token=form.cleaned_data["checkout_token"],
        language=get_language() or "vi",
        expected_total=stalls.total_amount,
        promises=stalls.promises,
        is_adult=form.cleaned_data.get("age_confirmed", False),
        user=user,
        helper=helper,
    )


def _quote_of(stall: Stall) -> StallQuote | None:
    option = stall.option
    if option is None:
        return None
    return StallQuote(
        name=option.name,
        amount=option.amount,
        name_en=option.name_en,
        courier=option.courier,
        arrives=option.arrives,
        place=option.place,
        key=option.key,
    )


def used_up_text(refusal: UsedUp) -> str:
    """Why the promotion is not to be had, for the buyer."""
    if refusal.is_buyers:
        text = _("Mã %(code)s mỗi người dùng một lần, số điện thoại này đã dùng rồi.")
    else:
        text = _("Khuyến mãi “%(name)s” vừa hết lượt.")
    return text % {"code": refusal.promotion.code, "name": refusal.promotion.shown_name}


def no_cash_text() -> str:
    """Why alcohol is not sold that way, for the buyer."""
    return _("Rượu không bán bằng tiền mặt. Bạn chọn cách trả khác nhé.")
