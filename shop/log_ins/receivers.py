"""Log-ins and log-outs, wherever they are made."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from .services import begin, end_of


@receiver(user_logged_in)
def note_log_in(sender: Any, request: HttpRequest | None, user: Any, **_more: Any) -> None:
    if request is not None and hasattr(request, "session"):
        begin(request, user)


@receiver(user_logged_out)
def note_log_out(sender: Any, request: HttpRequest | None, user: Any, **_more: Any) -> None:
    if request is not None and hasattr(request, "session"):
        end_of(request)
