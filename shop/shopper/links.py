"""Signed links: what they say cannot be changed, and they end after ``PASSWORD_RESET_TIMEOUT``. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from shop.accounts.models import User

SIGN_UP, ADDRESS = "shop.shopper.sign_up", "shop.shopper.address"


class DeadLink(ValueError):
    """The link was changed on the way, is too old, or is of another kind."""


@dataclass(frozen=True)
class SignUp:
    """A wish to open an account; exactly one of ``email`` (proven by whoever has the link) and ``phone``."""

    email: str | None
    phone: str | None


def sign_up_link(wish: SignUp) -> str:
    return reverse("shopper:finish", args=[_signed([wish.email, wish.phone], SIGN_UP)])


def read_sign_up(text: str) -> SignUp:
    """Raises: DeadLink."""
    return SignUp(*_read(text, SIGN_UP))


def address_link(user: User, email: str) -> str:
    """For moving the account to ``email``; dead once the account has another address than now."""
    return reverse("shopper:confirm_address", args=[_signed([user.pk, user.email, email], ADDRESS)])


def read_address(text: str, user: User) -> str:
    """The address that this person wanted. Raises: DeadLink, also for another person's link."""
    pk, old, new = _read(text, ADDRESS)
    if pk != user.pk or old != user.email:
        raise DeadLink(text)
    return str(new)


def _signed(values: list[object], purpose: str) -> str:
    return signing.dumps(values, salt=purpose, compress=True)


def _read(text: str, purpose: str) -> list[Any]:
    try:
        values: list[Any] = signing.loads(text, salt=purpose, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except signing.BadSignature as error:
        raise DeadLink(text) from error
    return values
