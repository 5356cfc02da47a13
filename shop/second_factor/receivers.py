"""A log-in by password is half a log-in for whoever set up the second step."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from .middleware import DUE, PASSED
from .services import is_asked_for_a_step


@receiver(user_logged_in)
def note_that_a_code_is_due(sender: Any, request: HttpRequest | None, user: Any, **_more: Any) -> None:
    if request is not None and hasattr(request, "session"):
        request.session[DUE] = is_asked_for_a_step(user)
        request.session.pop(PASSED, None)  # the same person once more keeps the session
