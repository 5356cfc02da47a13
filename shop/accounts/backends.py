"""Logging in by e-mail address or telephone number."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from .models import User
from .phones import national_number


class EmailOrPhoneBackend(ModelBackend):
    """One look-up and one password check whoever is named, so that time does not tell who has an account."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        name = username or credentials.get("email")
        if not name or password is None:
            return None
        user = find_person(name)
        if user is None:
            User().set_password(password)  # costs what checking a password costs
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None


def find_person(name: str) -> User | None:
    """Whose e-mail address or telephone number this is, however it was typed."""
    name = name.strip()
    if "@" in name:
        return User.objects.filter(email__iexact=name).first()
    number = national_number(name)
    return User.objects.filter(phone=number).first() if number else None
