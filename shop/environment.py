"""Typed reading of environment variables, with clear refusals."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PAYMENT_METHODS: dict[str, tuple[str, ...]] = {
    "vietqr": (),
    "own-account": ("SEPAY_API_TOKEN", "SEPAY_ACCOUNT_ID"),
    "cod": (),
    "payos": ("PAYOS_CLIENT_ID", "PAYOS_API_KEY", "PAYOS_CHECKSUM_KEY"),
    "vnpay": ("VNPAY_TMN_CODE", "VNPAY_HASH_SECRET"),
    "momo": ("MOMO_PARTNER_CODE", "MOMO_ACCESS_KEY", "MOMO_SECRET_KEY"),
    "zalopay": ("ZALOPAY_APP_ID", "ZALOPAY_KEY1", "ZALOPAY_KEY2"),
    "stripe": ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
    "practice": (),
}
BANK_EVENTS: dict[str, tuple[str, ...]] = {
    "sepay": (),
    "payos": ("PAYOS_CHECKSUM_KEY",),
    "casso": ("CASSO_WEBHOOK_KEY",),
    "none": (),
}
"""What each way of paying, and each watcher of the bank account, cannot work without."""
WATCHED_BY = {
    "payos": (("payos", "none"), "another watcher would report the same transfers again"),
    "own-account": (("sepay",), "only SePay tells which account was paid"),
}
"""The ways of paying that not every watcher of the bank account goes with."""
CHANNELS: dict[str, tuple[str, ...]] = {
    "SMS": ("SMS_URL", "SMS_TOKEN", "SMS_SENDER"),
    "Zalo ZNS": ("ZALO_ZNS_URL", "ZALO_ZNS_TOKEN", "ZALO_ZNS_TEMPLATES"),
}
"""What each channel to a telephone needs: all of it or nothing."""


class Environment:
    """The process environment, read by type.

    Raises: ImproperlyConfigured naming the variable when a value is missing or cannot be read.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, default: str) -> str:
        return self._variables.get(name, "").strip() or default

    def required(self, name: str, default: str = "") -> str:
        value = self.text(name, default)
        if not value:
            raise ImproperlyConfigured(f"{name} is not set.")
        return value

    def words(self, name: str, default: list[str]) -> list[str]:
        value = self.text(name, "")
        return [word.strip() for word in value.split(",") if word.strip()] if value else default

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, "").lower()
        if value in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
            return default if not value else value in ("1", "true", "yes", "on")
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal():
            raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
        return int(value)

    def existing_path(self, name: str) -> Path | None:
        """The file or folder that must be there if it is named at all."""
        value = self.text(name, "")
        if value and not Path(value).exists():
            raise ImproperlyConfigured(f"{name}: {value} does not exist.")
        return Path(value) if value else None

    def secret_key(self, name: str, path: Path) -> str:
        """The secret from the environment, else one made at first start and kept in ``path`` (mode 0600)."""
        if value := self.text(name, ""):
            return value
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            with open(draft, "x", encoding="ascii", opener=_open_private) as file:
                file.write(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)  # whole or not at all, and the first process wins
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text(encoding="ascii")

    def check_payments(self, methods: list[str], bank_events: str, *, is_sandbox: bool = True) -> None:
        """Refuse to start with a way of paying that does not exist, lacks a secret, or is for practice only."""
        if not methods:
            raise ImproperlyConfigured("PAYMENT_METHODS: name at least one.")
        for setting, chosen, known in (
            ("PAYMENT_METHODS", methods, PAYMENT_METHODS),
            ("BANK_EVENTS", [bank_events], BANK_EVENTS),
        ):
            for name in chosen:
                if name not in known:
                    raise ImproperlyConfigured(f"{setting}: {name!r} is none of {', '.join(known)}.")
                for needed in known[name]:
                    if not self.text(needed, ""):
                        raise ImproperlyConfigured(f"{needed} is not set, but {setting} names {name}.")
        for method in methods:
            _check_watcher(method, bank_events)
        if "practice" in methods and not is_sandbox:
            raise ImproperlyConfigured("PAYMENT_METHODS names practice, but SANDBOX is off.")
        if "zalopay" in methods and not self.text("ZALOPAY_APP_ID", "").isdecimal():
            raise ImproperlyConfigured("ZALOPAY_APP_ID must be a number.")

    def check_channels(self) -> None:
        """Refuse to start with a channel that is switched on by half."""
        for channel, names in CHANNELS.items():
            given = [name for name in names if self.text(name, "")]
            for name in names:
                if given and name not in given:
                    raise ImproperlyConfigured(f"{name} is not set, but {channel} has {given[0]}.")
            if given and not self.text(names[0], "").startswith(("https://", "http://")):
                raise ImproperlyConfigured(f"{names[0]} must be an http address.")

    def pairs(self, name: str, known: Collection[str]) -> dict[str, str]:
        """``a:1,b:2`` as a mapping whose keys are all ``known``."""
        found = {}
        for word in self.words(name, []):
            key, colon, value = (part.strip() for part in word.partition(":"))
            if not colon or not value or key not in known:
                raise ImproperlyConfigured(
                    f"{name}: {word!r} is not NAME:VALUE with one of {', '.join(sorted(known))}."
                )
            found[key] = value
        return found

    def email(self, name: str) -> dict[str, Any]:
        """Django's EMAIL_* settings from a URL such as ``smtps://user:password@host:465``."""
        url = urlsplit(self.required(name))
        if url.scheme not in ("smtp", "smtps", "smtp+tls") or not url.hostname:
            raise ImproperlyConfigured(f"{name} must look like smtp+tls://user:password@host:587.")
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": url.hostname,
            "EMAIL_PORT": url.port or (465 if url.scheme == "smtps" else 587),
            "EMAIL_HOST_USER": unquote(url.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
            "EMAIL_USE_SSL": url.scheme == "smtps",
            "EMAIL_USE_TLS": url.scheme == "smtp+tls",
            "EMAIL_TIMEOUT": 10,
        }


def _check_watcher(method: str, bank_events: str) -> None:
    watchers, reason = WATCHED_BY.get(method, ((bank_events,), ""))
    if bank_events not in watchers:
        raise ImproperlyConfigured(
            f"PAYMENT_METHODS names {method}, so BANK_EVENTS must be {' or '.join(watchers)}: {reason}."
        )


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
