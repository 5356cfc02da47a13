"""The letters an account causes. Their links are good for ``PASSWORD_RESET_TIMEOUT``."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db.models import Q
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import get_language

from shop.accounts.models import User
from shop.messages.models import Letter
from shop.messages.services import write_letter


def finish_sign_up(email: str, link: str) -> None:
    """To an address that has no account yet."""
    _write(_address_key(email), email, "account_finish", {"link": settings.BASE_URL + link})


def sign_up_tried(user: User) -> None:
    """To the owner of an account whose address or number somebody has tried to open another with."""
    context = {"log_in_url": _url("shopper:log_in"), "reset_url": _url("shopper:reset")}
    _write(_account_key(user), user.email, "account_exists", context)


def reset_password(user: User) -> None:
    parts = (urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user))
    _write(_account_key(user), user.email, "account_reset", {"link": _url("shopper:new_password", *parts)})


def confirm_address(user: User, email: str, link: str) -> None:
    """To the new address of an account: only who reads it there can make it the log-in."""
    _write(_account_key(user), email, "account_address", {"link": settings.BASE_URL + link})


def password_changed(user: User) -> None:
    _write(_account_key(user), user.email, "account_password", {"reset_url": _url("shopper:reset")})


def logged_in_elsewhere(user: User, log_in: Any) -> None:
    """Somebody has logged in on a device that the person never used before."""
    context = {"log_in": log_in, "list_url": _url("shopper:log_ins"), "reset_url": _url("shopper:reset")}
    _write(_account_key(user), user.email, "account_log_in", context)


def passkey_told(user: User, template: str, key: Any) -> None:
    """A key was added, removed, or has counted backwards."""
    context = {"key": key, "list_url": _url("passkeys:keys"), "reset_url": _url("shopper:reset")}
    _write(_account_key(user), user.email, template, context)


def address_changed(user: User, old: str | None) -> None:
    """To the address that was the log-in until now."""
    _write(_account_key(user), old, "account_moved", {"email": user.email})


def account_deleted(email: str | None) -> None:
    """The last letter; its key names nobody."""
    _write(f"account-deleted:{secrets.token_hex(8)}", email, "account_deleted", {})


def letters_about(user: User) -> Q:
    """The letters this account has caused, by their keys; letters about orders belong to the orders."""
    own = Q(key__startswith=f"account:{user.pk}:")
    return own | Q(key__startswith=_prefix(user.email)) if user.email else own


def _write(key: str, recipient: str | None, template: str, context: dict[str, Any]) -> Letter | None:
    language = get_language() or settings.LANGUAGE_CODE
    return write_letter(
        key=key, recipient=recipient or "", template=template, context=context, language=language
    )


def _account_key(user: User) -> str:
    return f"account:{user.pk}:{secrets.token_hex(8)}"


def _address_key(email: str) -> str:
    return _prefix(email) + secrets.token_hex(8)


def _prefix(email: str) -> str:
    return f"sign-up:{hashlib.sha256(email.lower().encode()).hexdigest()[:32]}:"


def _url(name: str, *parts: object) -> str:
    return settings.BASE_URL + reverse(name, args=parts)
