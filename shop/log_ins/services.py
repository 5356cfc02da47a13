"""Noting log-ins and ending them.

A session belongs to Django; the row beside it says whose it is and on what device. Pages ask the database nothing for
it: what the start screen tells of the log-in before stands in the session, and "seen" is written once an hour.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from shop.accounts.models import User
from shop.accounts.roles import roles_of
from shop.accounts.sealing import seal, unseal
from shop.audit.services import record
from shop.audit.sources import cut, request_here
from shop.audit.verbs import Verb
from shop.limits import address_of
from shop.shopper.letters import logged_in_elsewhere

from .devices import Device, DeviceKind, device_of
from .models import LogIn

ROW, BEFORE = "log_in", "log_in_before"
"""Keys of the session: the row's key, and what to tell of the log-in before."""
DEVICE_COOKIE = "may"
PURPOSE = "log-in"
SEEN_EVERY = dt.timedelta(hours=1)
KEPT = dt.timedelta(days=180)
"""How long an ended log-in is remembered: so long a device counts as known."""


@transaction.atomic
def begin(request: HttpRequest, user: User) -> LogIn:
    """Note a log-in that has just been made. Of a device not seen before its owner is told by letter, except the first.

    Writes: LogIn, a letter, the session; ``request.new_device`` holds a cookie to be set. The row of an earlier log-in
    in the same session ends.
    """
    _end_row_of(request)
    token = request.COOKIES.get(DEVICE_COOKIE, "")
    known = LogIn.objects.filter(user=user).order_by("-started_at", "-pk")
    before = known.first()
    is_known = bool(token) and known.filter(device_hash=hashed(token)).exists()
    if not token:
        token = request.new_device = secrets.token_urlsafe(24)  # type: ignore[attr-defined]
    row = _add(request, user, device_hash=hashed(token))
    if before is not None:
        request.session[BEFORE] = [before.started_at.isoformat(), before.kind, before.system, before.browser]
    is_by_a_browser = request.method is not None  # a log-in by code answers no request
    if before is not None and not is_known and is_by_a_browser:
        logged_in_elsewhere(user, row)
    return row


def notice(request: HttpRequest) -> None:
    """Of a request by somebody logged in: the session has been used. Writes LogIn at most once an hour, and when the
    session's key was changed; a session from before these rows were kept gets one."""
    key = request.session.session_key
    if not key or not cache.add(_seen_key(key), 1, SEEN_EVERY.total_seconds()):
        return
    now = timezone.now()
    if ROW not in request.session:
        _add(request, request.user)
        return
    rows = LogIn.objects.filter(pk=request.session[ROW], ended_at=None)
    stale = Q(seen_at__lte=now - SEEN_EVERY) | ~Q(key_hash=hashed(key))
    rows.filter(stale).update(
        key_hash=hashed(key), sealed_key=seal(key, PURPOSE), seen_at=now, network=cut(address_of(request))
    )


def live_log_ins(user: User) -> list[LogIn]:
    """Where the person is logged in now, the latest first. Two queries."""
    rows = {unseal(row.sealed_key, PURPOSE): row for row in LogIn.objects.filter(user=user, ended_at=None)}
    standing = _sessions().filter(session_key__in=[*rows], expire_date__gt=timezone.now())
    keys = set(standing.values_list("session_key", flat=True))
    return [row for key, row in rows.items() if key in keys]


def is_here(request: HttpRequest, row: LogIn) -> bool:
    """Whether it is the log-in of this very browser."""
    return here_of(request) == row.pk


def here_of(request: HttpRequest) -> int:
    """The key of this browser's own row; 0 where it has none."""
    return int(request.session.get(ROW) or 0)


def before_this(request: HttpRequest) -> tuple[dt.datetime, Device] | None:
    """When and on what the person logged in before this time; None for the first time."""
    told = request.session.get(BEFORE)
    if not told:
        return None
    at, kind, system, browser = told
    return dt.datetime.fromisoformat(at), Device(DeviceKind(kind), system, browser)


@transaction.atomic
def end(row: LogIn, *, by: Any) -> None:
    """That browser has to log in again. Writes: LogIn, the session goes, the log. Idempotent."""
    _end([row], about=str(row.user), reason=str(row.device), user=row.user, by=by)


@transaction.atomic
def end_others(user: User, *, reason: str, by: Any = None) -> int:
    """All the person's log-ins end but the one at whose keyboard this is done; how many.

    Writes: LogIn, the sessions go, the log for those who work here, with the ``reason`` in Vietnamese as all of it.
    """
    request = request_here()
    here = here_of(request) if request is not None and hasattr(request, "session") else 0
    rows = list(LogIn.objects.filter(user=user, ended_at=None).exclude(pk=here))
    _end(rows, about=str(user), reason=reason, user=user, by=by)
    return len(rows)


def end_of(request: HttpRequest) -> None:
    """Somebody logs out. Writes: LogIn."""
    _end_row_of(request)


def sweep_log_ins(now: dt.datetime | None = None) -> int:
    """How many rows were ended with their session's time, or forgotten. Idempotent."""
    now = now or timezone.now()
    age = dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    # A session is written at the latest when it was last seen: by then its time is over.
    ended = LogIn.objects.filter(ended_at=None, seen_at__lt=now - age - SEEN_EVERY).update(ended_at=now)
    gone, _each = LogIn.objects.filter(ended_at__lt=now - KEPT).delete()
    return ended + gone


def hashed(text: str) -> str:
    """As it is kept: the SHA-256 of a long random text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _add(request: HttpRequest, user: Any, **more: str) -> LogIn:
    if request.session.session_key is None:  # another person logs in: the session was emptied
        request.session.create()
    key = str(request.session.session_key)
    device = device_of(request.headers.get("User-Agent", ""))
    row = LogIn.objects.create(
        user=user,
        key_hash=hashed(key),
        sealed_key=seal(key, PURPOSE),
        kind=device.kind,
        system=device.system,
        browser=device.browser,
        network=cut(address_of(request)),
        **more,
    )
    request.session[ROW] = row.pk
    request.session.pop(BEFORE, None)
    cache.set(_seen_key(key), 1, SEEN_EVERY.total_seconds())
    return row


def _end(rows: list[LogIn], *, about: str, reason: str, user: User, by: Any) -> None:
    if not rows:
        return
    _sessions().filter(session_key__in=[unseal(row.sealed_key, PURPOSE) for row in rows]).delete()
    LogIn.objects.filter(pk__in=[row.pk for row in rows], ended_at=None).update(ended_at=timezone.now())
    # Whoever stands in the log keeps the account; shoppers may delete theirs.
    if roles_of(user) or user.is_superuser:
        record(Verb.LOG_INS_ENDED, about=about, reference=f"user:{user.pk}", reason=reason, by=by or user)


def _end_row_of(request: HttpRequest) -> None:
    if ROW in request.session:
        rows = LogIn.objects.filter(pk=request.session.pop(ROW), ended_at=None)
        rows.update(ended_at=timezone.now())


def _sessions() -> Any:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    return store.get_model_class().objects


def _seen_key(key: str) -> str:
    return f"log-in-seen:{hashed(key)}"
