"""More goods into a parcel that is not packed yet: chosen, counted and confirmed on one page, without a basket.

Opened by the order's number and token, like the order page that leads here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.folding import fold
from catalog.models import Cooperative, Offer, ProductSheet
from catalog.selectors import cards, public_sheets
from shop.checkout.baskets import MOST_LINES, Basket, fill
from shop.checkout.confirming import TERMS_VERSION, used_up_text
from shop.checkout.privacy import personal
from shop.checkout.stalls import StallLine, Stalls, load_lines, read_stalls
from shop.money import format_amount
from shop.orders import additions, services
from shop.orders.models import Consignment, OrderSheet
from shop.orders.requests import Placed, StallQuote
from shop.partner.strategy import StallStrategy
from shop.payments.providers import offered
from shop.promotions import services as promotions
from shop.promotions.services import UsedUp

from .order import sheet_or_404
from .payment import begin

QUANTITY = "mon-"
LOOK, FIND, ORDER = "xem", "tim", "dat"
"""What the buttons do (``buoc``): count, look for goods by name, order."""
HIGHEST = 10**6
MOST_SHOWN = 40


class ChoiceForm(forms.Form):
    """How many of each offer of the stall; ``tu`` looks for goods by name."""

    tu = forms.CharField(label=gettext_lazy("Tìm món của gian này"), max_length=80, required=False)

    def __init__(self, *args: Any, offers: Mapping[int, ProductSheet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers = offers
        for product_id in offers:
            self.fields[f"{QUANTITY}{product_id}"] = forms.IntegerField(
                label=_("Số lượng"),
                min_value=0,
                max_value=HIGHEST,
                required=False,
                widget=forms.NumberInput({"inputmode": "numeric", "autocomplete": "off", "min": 0}),
                error_messages={
                    "invalid": _("Ghi một số chẵn gói, ví dụ 1."),
                    "min_value": _("Số này không thể nhỏ hơn 0."),
                    "max_value": _("Số này lớn quá."),
                },
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        known = {f"{QUANTITY}{product_id}" for product_id in self.offers}
        if any(name.startswith(QUANTITY) and name not in known for name in self.data):
            self.add_error(None, _("Có món không còn bán ở gian này. Bạn xem lại nhé."))
        if not self.errors and len(self.goods) > MOST_LINES:
            self.add_error(None, _("Mỗi lần thêm nhiều nhất %(most)d món.") % {"most": MOST_LINES})
        return cleaned

    @property
    def goods(self) -> dict[int, int]:
        """Packs by product, of those that some are wanted of."""
        wanted = {pk: self.cleaned_data.get(f"{QUANTITY}{pk}") or 0 for pk in self.offers}
        return {pk: quantity for pk, quantity in wanted.items() if quantity}


class ConfirmForm(forms.Form):
    """What is agreed to beside the goods."""

    cach_tra = forms.ChoiceField(
        label=gettext_lazy("Cách trả tiền"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Bạn chọn cách trả tiền nhé."),
            "invalid_choice": gettext_lazy("Cách trả này không dùng được ở đây. Bạn chọn cách khác nhé."),
        },
    )
    du_tuoi = forms.BooleanField(
        label=gettext_lazy("Tôi đã đủ 18 tuổi"),
        error_messages={
            "required": gettext_lazy("Có món chỉ bán cho người từ 18 tuổi. Bạn xác nhận giúp nhé.")
        },
    )
    dong_y = forms.BooleanField(
        label=gettext_lazy("Tôi đồng ý với điều kiện mua bán như đơn trước"),
        error_messages={"required": gettext_lazy("Bạn đánh dấu đồng ý thì chợ mới nhận được.")},
    )

    def __init__(self, *args: Any, counted: Counted, consignment: Consignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_for_adults = counted.stalls.is_age_restricted
        ways = offered(additions.purchase_of(consignment, counted.total, is_for_adults=is_for_adults))
        methods: Any = self.fields["cach_tra"]
        methods.choices = [(way.code, way.label) for way in ways]
        methods.initial = ways[0].code if ways else None
        if not is_for_adults:
            del self.fields["du_tuoi"]


@dataclass(frozen=True)
class Counted:
    """What the chosen goods cost and what stands in the way. Unit: whole đồng."""

    basket: Any
    stalls: Stalls
    delivery: StallQuote | None
    problems: dict[int, str] = field(default_factory=dict)  # by product

    @property
    def lines(self) -> list[StallLine]:
        return self.stalls.lines

    @property
    def total(self) -> int:
        return self.stalls.reduced_amount + (self.delivery.amount if self.delivery else 0)

    @property
    def is_buyable(self) -> bool:
        return bool(self.lines) and not self.problems and self.delivery is not None


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def add_to_parcel(request: HttpRequest, number: str, token: str, parcel: str) -> HttpResponse:
    """The stall's goods with a number field each; sent, what they cost with their delivery; sent again, the order."""
    sheet = sheet_or_404(number, token)
    rows = Consignment.objects.select_related("cooperative", "order__sheet")
    rows = rows.prefetch_related("companions__order", "shortfalls__answer", "lines")
    consignment = get_object_or_404(rows, order=sheet.order_id, code=parcel)
    key = _key(request.POST.get("khoa", ""))
    if key and (known := _placed_before(consignment, key)):
        return _is_there(request, known)
    if not additions.is_open(consignment):
        return _too_late(request, sheet, consignment)
    offers = _offers(consignment.cooperative)
    if request.method != "POST":
        return _render(request, sheet, consignment, ChoiceForm(offers=offers))
    form = ChoiceForm(request.POST, offers=offers)
    if not form.is_valid():
        return _render(request, sheet, consignment, form, status=422)
    if request.POST.get("buoc") == FIND or not form.goods:
        return _render(request, sheet, consignment, form)
    return _count_or_order(request, sheet, consignment, form, key)


def _count_or_order(
    request: HttpRequest, sheet: OrderSheet, consignment: Consignment, form: ChoiceForm, key: uuid.UUID | None
) -> HttpResponse:
    is_order = request.POST.get("buoc") == ORDER
    with _counted(consignment, form.goods) as counted:
        confirm = ConfirmForm(request.POST if is_order else None, counted=counted, consignment=consignment)
        notice, status = "", 200
        if is_order:
            notice, status = _unseen(request, counted), 422
            if counted.is_buyable and confirm.is_valid() and not notice:
                outcome = _order(request, consignment, counted, confirm, key)
                if isinstance(outcome, Placed):
                    return _is_there(request, outcome, is_new=not outcome.is_repeat)
                notice = outcome
        status = status if counted.is_buyable else 422
        page = _render(
            request, sheet, consignment, form, counted=counted, confirm=confirm, notice=notice, status=status
        )
        transaction.set_rollback(True)
        return page


def _order(
    request: HttpRequest,
    consignment: Consignment,
    counted: Counted,
    confirm: ConfirmForm,
    key: uuid.UUID | None,
) -> Placed | str:
    """The addition, or why there is none."""
    try:
        return services.add(
            basket=counted.basket,
            consignment=consignment,
            addition_token=key or uuid.uuid4(),
            payment_method=confirm.cleaned_data["cach_tra"],
            terms_version=TERMS_VERSION,
            language=get_language() or "vi",
            expected_total=counted.total,
            is_adult=confirm.cleaned_data.get("du_tuoi", False),
            by=request.user if request.user.is_authenticated else None,
        )
    except services.OutOfStock as refusal:
        return " ".join(f"{line.title}: {line.message}" for line in refusal.lines)
    except UsedUp as refusal:
        return used_up_text(refusal)
    except tuple(_REFUSALS) as refusal:
        return str(_REFUSALS[type(refusal)])


_CHANGED = gettext_lazy("Giá, phí giao hoặc hàng vừa đổi. Bạn xem lại rồi bấm “Đặt thêm” lần nữa.")
_REFUSALS: dict[type[Exception], Any] = {
    services.NotOpen: gettext_lazy(
        "Bà con vừa đóng gói hoặc kiện vừa thay đổi, không thêm vào được nữa. Chưa có gì được đặt."
    ),
    services.StaleAddition: gettext_lazy(
        "Kiện vừa thay đổi từ khi bạn mở trang này. Bạn xem lại rồi bấm “Đặt thêm” lần nữa."
    ),
    services.MethodNotOffered: gettext_lazy("Cách trả này không dùng được ở đây. Bạn chọn cách khác nhé."),
    services.PriceChanged: _CHANGED,
    services.OtherStall: _CHANGED,
    services.TooHeavy: _CHANGED,
    services.EmptyBasket: _CHANGED,
    services.ForAdultsOnly: gettext_lazy("Rượu không bán bằng tiền mặt. Bạn chọn cách trả khác nhé."),
}


@contextmanager
def _counted(consignment: Consignment, goods: Mapping[int, int]) -> Iterator[Counted]:
    """The goods in a basket of their own, which is gone afterwards unless an order keeps it."""
    with transaction.atomic():
        basket = Basket.objects.create()
        basket.strategy = StallStrategy()
        problems = fill(basket=basket, goods=goods.items(), is_adult=True)  # asked when it is confirmed
        load_lines(basket)
        basket.given = promotions.apply(basket)
        lines = basket.all_lines()
        stalls = read_stalls(basket)
        problems |= {line.product.pk: line.problem for line in stalls.problems}
        problems |= {late.product_id: late.message for late in additions.too_late(consignment, lines)}
        try:
            delivery = additions.delivery_of(consignment, lines)
        except services.TooHeavy:
            delivery = None
        yield Counted(basket, stalls, delivery, problems)


def _offers(stall: Cooperative) -> dict[int, ProductSheet]:
    """What the stall sells now, by product, in the order of the alphabet."""
    found = [sheet for sheet in cards(public_sheets().filter(cooperative=stall)) if sheet.can_be_bought]
    found.sort(key=lambda sheet: fold(sheet.product.title))
    return {offer.product_id: sheet for sheet in found for offer in sheet.offers if offer.can_be_bought}


def _shown(form: ChoiceForm) -> list[tuple[ProductSheet, Offer, Any]]:
    """Offers with their fields: those that were chosen, and the first of those that were looked for."""
    sought = fold(str(form["tu"].value() or ""))
    shown, others = [], 0
    for product_id, sheet in form.offers.items():
        number = form[f"{QUANTITY}{product_id}"]
        is_chosen = str(number.value() or "0") != "0"
        if not is_chosen and (sought not in fold(sheet.product.title) or others >= MOST_SHOWN):
            continue
        others += not is_chosen
        offer = next(one for one in sheet.offers if one.product_id == product_id)
        shown.append((sheet, offer, number))
    return shown


def _render(
    request: HttpRequest,
    sheet: OrderSheet,
    consignment: Consignment,
    form: ChoiceForm,
    *,
    counted: Counted | None = None,
    confirm: ConfirmForm | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    shown = _shown(form)
    context = {
        "sheet": sheet,
        "order": sheet.order,
        "consignment": consignment,
        "form": form,
        "shown": shown,
        "has_more": len(form.offers) > MOST_SHOWN,
        "counted": counted if counted and counted.lines else None,
        "problems": counted.problems if counted else {},
        "is_too_heavy": counted is not None and bool(counted.lines) and counted.delivery is None,
        "confirm": confirm,
        "notice": notice,
        "addition_token": additions.token_for(consignment),
        "terms_version": TERMS_VERSION,
    }
    return render(request, "checkout/add_to_parcel.html", context, status=status)


def _unseen(request: HttpRequest, counted: Counted) -> str:
    """What to say where it costs more than the buyer has seen; what is charged never comes from the page."""
    text = request.POST.get("da_thay", "")
    seen = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
    if counted.total <= seen:
        return ""
    now = format_amount(counted.total)
    return _("Tổng tiền là %(now)s. Bạn xem lại rồi bấm “Đặt thêm” lần nữa.") % {"now": now}


def _placed_before(consignment: Consignment, key: uuid.UUID) -> Placed | None:
    """What this very form has added before."""
    rows = OrderSheet.objects.select_related("order").filter(checkout_token=key)
    sheet = rows.filter(order__consignments__ships_with=consignment).first()
    return Placed(sheet.order, sheet.order.payment_attempts.latest("pk"), is_repeat=True) if sheet else None


def _is_there(request: HttpRequest, placed: Placed, *, is_new: bool = False) -> HttpResponse:
    if not is_new:
        messages.info(request, _("Lần thêm này đã được ghi rồi, không ghi hai lần."))
    begin(request, placed.attempt)
    return redirect("checkout:pay", placed.attempt.public_id)


def _too_late(request: HttpRequest, sheet: OrderSheet, consignment: Consignment) -> HttpResponse:
    if unpaid := additions.unpaid_addition(consignment):
        text = _("Bạn đang có phần thêm chưa trả tiền (đơn %(number)s). Bạn trả hoặc hủy phần đó trước nhé.")
        messages.warning(request, text % {"number": unpaid.order.number})
    else:
        messages.error(request, _("Không thêm vào kiện này được nữa. Bạn đặt đơn mới nhé."))
    return redirect("checkout:order", sheet.order.number, sheet.token)


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
