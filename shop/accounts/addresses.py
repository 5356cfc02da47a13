"""Writes of a person's address book."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Commune

from .models import SavedAddress, User

MOST_ADDRESSES = 20


class TooManyAddresses(Exception):
    """The address book is full; the text says so, for the person."""


@transaction.atomic
def save_address(
    *,
    user: User,
    name: str,
    phone: str,
    commune: Commune,
    street: str,
    is_default: bool = False,
    address: SavedAddress | None = None,
) -> SavedAddress:
    """A new entry, or ``address`` with these values. The first one a person has is the default.

    Locks: the person. Raises: TooManyAddresses. Idempotent: what is in the book already is not added again.
    """
    _lock(user)
    own = SavedAddress.objects.filter(user=user)
    values = {"name": name, "phone": phone, "commune": commune, "street": street}
    if address is None:
        address = own.filter(**values).first()
    if address is None:
        if own.count() >= MOST_ADDRESSES:
            raise TooManyAddresses(
                _("Sổ đã có %(most)d địa chỉ. Bạn xóa bớt rồi thêm nhé.") % {"most": MOST_ADDRESSES}
            )
        address = SavedAddress(user=user)
    for field, value in values.items():
        setattr(address, field, value)
    others = own.exclude(pk=address.pk)
    if is_default or not others.exists():
        others.update(is_default=False)
        address.is_default = True
    address.save()
    return address


@transaction.atomic
def make_default(address: SavedAddress) -> None:
    """From now on the checkout begins with this address. Locks: the person. Idempotent: yes."""
    _lock(address.user)
    SavedAddress.objects.filter(user=address.user, is_default=True).update(is_default=False)
    SavedAddress.objects.filter(pk=address.pk).update(is_default=True)


@transaction.atomic
def remove_address(address: SavedAddress) -> None:
    """Take it out of the book; if it was the default, the newest of the others becomes it. Locks: the person."""
    _lock(address.user)
    address.delete()
    own = SavedAddress.objects.filter(user=address.user)
    if not own.filter(is_default=True).exists() and (newest := own.order_by("-pk").first()):
        SavedAddress.objects.filter(pk=newest.pk).update(is_default=True)


def _lock(user: User) -> None:
    User.objects.select_for_update().get(pk=user.pk)
