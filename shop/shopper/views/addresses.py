"""The address book. Every page reads the person's own addresses only; another's is 404."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.addresses import TooManyAddresses, make_default, remove_address, save_address
from shop.accounts.models import SavedAddress
from shop.shopper.door import own, person
from shop.shopper.forms import AddressForm


@own
@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    book = person(request).saved_addresses.select_related("commune__province")
    return render(request, "shopper/addresses.html", {"addresses": book})


@own
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    user = person(request)
    return _form_page(request, None, {"name": user.get_full_name(), "phone": user.phone or ""})


@own
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    address = _own_address(request, pk)
    first = {
        "name": address.name,
        "phone": address.phone,
        "province": address.commune.province_id,
        "commune": address.commune_id,
        "street": address.street,
        "is_default": address.is_default,
    }
    return _form_page(request, address, first)


@own
@require_POST
def default(request: HttpRequest, pk: int) -> HttpResponse:
    make_default(_own_address(request, pk))
    return redirect("shopper:addresses")


@own
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    remove_address(_own_address(request, pk))
    messages.success(request, _("Đã xóa địa chỉ."))
    return redirect("shopper:addresses")


def _form_page(request: HttpRequest, address: SavedAddress | None, first: dict[str, object]) -> HttpResponse:
    """The form; with ``step`` (a browser without script) again with the communes of the chosen province."""
    if request.method != "POST":
        return _show(request, AddressForm(initial=first), address)
    if "step" in request.POST:
        return _show(request, AddressForm(initial=request.POST.dict()), address)
    form = AddressForm(request.POST)
    if form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ("name", "phone", "commune", "street")}
        try:
            save_address(
                user=person(request), address=address, is_default=form.cleaned_data["is_default"], **fields
            )
        except TooManyAddresses as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã lưu địa chỉ."))
            return redirect("shopper:addresses")
    return _show(request, form, address, status=422)


def _show(
    request: HttpRequest, form: AddressForm, address: SavedAddress | None, *, status: int = 200
) -> HttpResponse:
    return render(request, "shopper/address.html", {"form": form, "address": address}, status=status)


def _own_address(request: HttpRequest, pk: int) -> SavedAddress:
    own_ones = person(request).saved_addresses.select_related("user", "commune")
    return get_object_or_404(own_ones, pk=pk)
