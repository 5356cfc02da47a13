"""The checkout: one page, one form, one order."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from catalog.models import Commune
from shop.accounts.addresses import TooManyAddresses, save_address
from shop.accounts.models import SavedAddress, User
from shop.accounts.roles import Role, roles_of
from shop.checkout.confirming import TERMS_VERSION, confirm, no_cash_text, terms_path, used_up_text
from shop.checkout.destinations import commune_of, communes_called, remembered
from shop.checkout.forms import CheckoutForm, sorted_choices
from shop.checkout.privacy import personal
from shop.checkout.stalls import Stalls, has_age_restricted, load_lines, read_stalls
from shop.crash_points import crash_point
from shop.money import format_amount
from shop.orders.models import OrderSheet
from shop.orders.requests import EmptyBasket, ForAdultsOnly, MethodNotOffered, OutOfStock, PriceChanged
from shop.promotions import services as promotions
from shop.promotions.services import UsedUp
from shop.shipping.rates import Place

from .payment import begin


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """The form; on POST the order, or the form again with what is wrong or has changed."""
    if request.method == "POST" and (repeat := _placed_before(request.POST.get("checkout_token", ""))):
        return repeat
    basket: Any = request.basket  # type: ignore[attr-defined]
    if basket.is_empty:
        messages.info(request, _("Giỏ hàng đang trống. Bạn chọn món trước rồi hãy đặt hàng."))
        return redirect("checkout:basket")
    return _confirm(request, basket) if request.method == "POST" else _show(request, basket)


@personal
@require_GET
def communes(request: HttpRequest) -> JsonResponse:
    """For the page's script: ``tinh`` gives the communes of a province, ``xa`` the delivery of this basket there."""
    province, code = request.GET.get("tinh", ""), request.GET.get("xa", "")
    if code:
        commune = Commune.objects.filter(pk=code).first() if code.isalnum() else None
        if commune is None:
            return JsonResponse({"error": _("Không có xã, phường này.")}, status=404)
        return JsonResponse(_quotes(request, Place(commune.province_id, commune.pk)))
    field = CheckoutForm(initial={"province": province}, is_age_restricted=False).fields["commune"]
    return JsonResponse({"communes": sorted_choices(field)[1:]})  # type: ignore[arg-type]


def _show(request: HttpRequest, basket: Any) -> HttpResponse:
    book = _book(request)
    form = _form(request, basket, initial=_first_values(request, book))
    stalls = read_stalls(basket, form.destination)
    if stalls.problems:
        messages.warning(request, _("Có món không mua được nữa. Bạn sửa giỏ rồi đặt hàng tiếp nhé."))
        return redirect("checkout:basket")
    return _render(request, form, stalls, book=book)


def _confirm(request: HttpRequest, basket: Any) -> HttpResponse:
    """Check everything again; only what the buyer has seen, or less, is charged."""
    if request.POST.keys() & {"step", "pick"}:  # buttons that fetch something: nothing is judged yet
        return _fetch(request, basket)
    form = _form(request, basket, data=request.POST)
    stalls = read_stalls(basket, form.destination, request.POST)
    if stalls.out_of_reach:
        form.add_error("commune", _out_of_reach(stalls))
    if not form.is_valid() or stalls.problems:
        return _render(request, form, stalls, status=422)
    if stalls.total_amount > _seen_total(request):
        return _ask_again(request, form, stalls)
    if stalls.days_text != request.POST.get("seen_days", ""):
        return _ask_again(
            request,
            form,
            stalls,
            notice=_("Ngày giao của món đặt trước vừa đổi. Bạn xem lại rồi bấm “Đặt hàng” lần nữa."),
        )
    if not form.allows(stalls.purchase_at(form.destination)):
        return _render(request, form, stalls, status=422)
    return _place(request, form, stalls)


def _fetch(request: HttpRequest, basket: Any) -> HttpResponse:
    """The form as it was filled in, with the communes or the delivery that a button asked for."""
    values = request.POST.dict()
    found: list[Commune] = []
    if request.POST.get("step") == "find":
        found = communes_called(request.POST.get("noi", ""))
    picked = found[0] if len(found) == 1 else commune_of(request.POST.get("pick", ""))
    if picked:
        values |= {"province": picked.province_id, "commune": picked.pk, "noi": ""}
        found = []
    form = _form(request, basket, initial=values)
    stalls = read_stalls(basket, form.destination, request.POST)
    return _render(request, form, stalls, communes=found, place_name=values.get("noi", "")[:80])


def _place(request: HttpRequest, form: CheckoutForm, stalls: Stalls) -> HttpResponse:
    basket: Any = request.basket  # type: ignore[attr-defined]
    helps = form.cleaned_data.get("helps", False)
    try:
        placed = confirm(
            basket=basket,
            form=form,
            stalls=stalls,
            user=request.user if request.user.is_authenticated and not helps else None,
            helper=request.user if helps else None,
        )
    except EmptyBasket:
        return redirect("checkout:basket")
    except ForAdultsOnly:
        form.add_error("payment_method", no_cash_text())
        return _render(request, form, stalls, status=422)
    except MethodNotOffered:  # the operator has changed the rules since the form was read
        form.add_error("payment_method", form.fields["payment_method"].error_messages["invalid_choice"])
        return _render(request, form, stalls, status=422)
    except UsedUp as refusal:
        if refusal.promotion.code:
            promotions.take_code_out(basket=basket, text=refusal.promotion.code)
        return _ask_again(request, form, _read_anew(request, basket, form), reason=used_up_text(refusal))
    except (OutOfStock, PriceChanged):
        return _ask_again(request, form, _read_anew(request, basket, form))
    crash_point("checkout.placed")
    basket.status = basket.SUBMITTED
    if form.cleaned_data.get("save_address") and not helps:
        _save_address(request, form)
    begin(request, placed.attempt)
    return redirect("checkout:pay", placed.attempt.public_id)


def _read_anew(request: HttpRequest, basket: Any, form: CheckoutForm) -> Stalls:
    """The basket as it is after somebody or something else has changed what it costs."""
    load_lines(basket)
    basket.given = promotions.apply(basket)
    return read_stalls(basket, form.destination, request.POST)


def _form(request: HttpRequest, basket: Any, **values: Any) -> CheckoutForm:
    return CheckoutForm(
        is_age_restricted=has_age_restricted(basket),
        is_logged_in=request.user.is_authenticated,
        is_helper=_is_helper(request),
        **values,
    )


def _is_helper(request: HttpRequest) -> bool:
    return request.user.is_authenticated and Role.HELPER in roles_of(request.user)


def _save_address(request: HttpRequest, form: CheckoutForm) -> None:
    """Into the buyer's book; a full book does not undo the order."""
    fields = {name: form.cleaned_data[name] for name in ("name", "phone", "commune", "street")}
    try:
        save_address(user=request.user, **fields)  # type: ignore[arg-type]
    except TooManyAddresses as refusal:
        messages.warning(request, str(refusal))


def _out_of_reach(stalls: Stalls) -> str:
    names = ", ".join(stall.cooperative.name for stall in stalls.out_of_reach)
    return _("%(stalls)s chưa giao tới nơi này. Bạn chọn nơi khác hoặc bỏ hàng của gian đó ra.") % {
        "stalls": names
    }


def _ask_again(
    request: HttpRequest, form: CheckoutForm, stalls: Stalls, *, notice: str = "", reason: str = ""
) -> HttpResponse:
    """The form with the new total or days; the buyer agrees by sending it once more."""
    seen = _seen_total(request)
    if not stalls.problems and not notice:
        notice = (
            _("Tổng tiền vừa đổi từ %(before)s thành %(now)s. Bạn xem lại rồi bấm “Đặt hàng” lần nữa.")
            % {"before": format_amount(seen), "now": format_amount(stalls.total_amount)}
            if seen
            else _("Tổng tiền là %(now)s. Bạn xem lại rồi bấm “Đặt hàng” lần nữa.")
            % {"now": format_amount(stalls.total_amount)}
        )
    return _render(request, form, stalls, notice=f"{reason} {notice}".strip(), status=422)


def _render(
    request: HttpRequest,
    form: CheckoutForm,
    stalls: Stalls,
    *,
    book: Sequence[SavedAddress] = (),
    notice: str = "",
    communes: Sequence[Commune] = (),
    place_name: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "communes": communes,
        "place_name": place_name,
        "stalls": stalls,
        "notice": notice,
        "saved_addresses": book,
        "checkout_token": _token(request.POST.get("checkout_token", "")) or uuid.uuid4(),
        "terms_version": TERMS_VERSION,
        "terms_path": terms_path(),
    }
    return render(request, "checkout/checkout.html", context, status=status)


def _quotes(request: HttpRequest, destination: Place) -> dict[str, object]:
    stalls = read_stalls(request.basket, destination, request.GET)  # type: ignore[attr-defined]
    return {
        "stalls": {
            stall.cooperative.pk: render_to_string("checkout/_delivery.html", {"stall": stall}, request)
            for stall in stalls.stalls
        },
        "shipping": "" if stalls.shipping_amount is None else format_amount(stalls.shipping_amount),
        "total": format_amount(stalls.total_amount),
        "total_amount": stalls.total_amount,
        "problem": _out_of_reach(stalls) if stalls.out_of_reach else "",
    }


def _book(request: HttpRequest) -> list[SavedAddress]:
    """The person's addresses, the default first; none for guests."""
    if not isinstance(request.user, User):
        return []
    return list(request.user.saved_addresses.select_related("commune__province"))


def _first_values(request: HttpRequest, book: Sequence[SavedAddress]) -> dict[str, str]:
    """What the market knows: the commune named in the basket; of a person who is logged in also the rest.

    Of their addresses the one they chose, else the first that fits what was named.
    """
    user, named = request.user, remembered(request)
    known = {"province": named.province_id, "commune": named.pk} if named else {}
    if not isinstance(user, User) or _is_helper(request):  # a helper's own name is seldom the receiver's
        return known
    known |= {"name": user.get_full_name(), "phone": user.phone or "", "email": user.email or ""}
    chosen = [address for address in book if str(address.pk) == request.GET.get("dia-chi")]
    fitting = [address for address in book if named is None or address.commune_id == named.pk]
    for address in (chosen or fitting)[:1]:
        known |= {
            "name": address.name,
            "phone": address.phone,
            "province": address.commune.province_id,
            "commune": address.commune_id,
            "street": address.street,
        }
    return known


def _placed_before(token: str) -> HttpResponse | None:
    """The pay page of the order this very form made, if it was sent before."""
    checkout_token = _token(token)
    if checkout_token is None:
        return None
    sheet = OrderSheet.objects.select_related("order").filter(checkout_token=checkout_token).first()
    if sheet is None:
        return None
    return redirect("checkout:pay", sheet.order.payment_attempts.latest("pk").public_id)


def _token(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _seen_total(request: HttpRequest) -> int:
    """What the buyer saw on the page as the total; what is charged never comes from here."""
    text = request.POST.get("seen_total", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
