"""Who sits at the keyboard while a request is answered, and in which network."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

from catalog.acts import doer
from shop.limits import address_of

_request: ContextVar[HttpRequest | None] = ContextVar("audit_request", default=None)


class AuditMiddleware:
    """Lets services know whose request they answer. Outside of a request nobody is at the keyboard."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(token)


def person_here() -> Any:
    """Whoever a job works for, else whoever is logged in; None for visitors and for the market's own work."""
    if (person := doer()) is not None:
        return person
    request = _request.get()
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def request_here() -> HttpRequest | None:
    """The request that is being answered; None outside of one."""
    return _request.get()


def acting_here(person: Any) -> str:
    """For which stall that person works as a helper in the request that is being answered; empty for others."""
    user: Any = getattr(_request.get(), "user", None)
    acting = getattr(user, "acting", None)
    return acting.name if acting is not None and person is not None and user.pk == person.pk else ""


def note_told() -> None:
    """The request that is being answered has a line in the log."""
    if (request := _request.get()) is not None:
        request.audit_told = True  # type: ignore[attr-defined]


def is_told(request: HttpRequest) -> bool:
    """Whether a line about this request was written."""
    return bool(getattr(request, "audit_told", False))


def network_here() -> str:
    """The network of the request, empty outside of one."""
    request = _request.get()
    return cut(address_of(request)) if request is not None else ""


def cut(address: str) -> str:
    """An address cut to its network, so that it tells where from but not which device.

    >>> cut("203.0.113.77"), cut("2001:db8:1234:5678::1"), cut("::ffff:203.0.113.77"), cut("unix")
    ('203.0.113.0/24', '2001:db8:1234::/48', '203.0.113.0/24', '')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    bits = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network(f"{found}/{bits}", strict=False))
