"""A helper works on a stall's screens: begun with a button, true only while the stall's yes is in force.

The session says for which stall; whether that is still allowed is read from the database at every request of the
panel, in one query. From there on the person works for that one stall and does what was allowed, for the
doors (``accounts.doors``), for every list (``catalog.tenancy``) and for the log (``audit``); own other rights rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from catalog.models import Cooperative
from shop.accounts.middleware import PANEL_PATH
from shop.accounts.roles import Acting, Role, act_for, roles_of
from shop.audit.services import record
from shop.audit.sources import is_told
from shop.audit.verbs import Verb

from .models import HelpConsent, HelpScope, in_words
from .words import work_named

STALL = "acting_for"
"""Key of the session: the stall's."""
_SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Allowed:
    """What one stall lets a person do today. ``valid_to`` is the last day of all of it: then some of it ends."""

    cooperative: Cooperative
    scopes: frozenset[HelpScope]
    valid_to: dt.date

    @property
    def work(self) -> str:
        return in_words(self.scopes)


class ActingMiddleware:
    """Stands before the panel's door, which then asks what the helper may do for the stall."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        acting: Acting | None = getattr(request, "acting", None)
        if acting is not None and request.method not in _SAFE and response.status_code < 400:
            _tell_the_rest(request, acting)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.path_info.startswith(PANEL_PATH) and STALL in request.session:
            take_up(request)
        return None


def take_up(request: HttpRequest) -> None:
    """The request is answered to the person as helper of the stall in the session, if that is allowed now."""
    wanted = request.session[STALL]
    stalls = allowed_to(request.user)
    chosen = next((one for one in stalls if one.cooperative.pk == wanted), None)
    if chosen is None:
        del request.session[STALL]
        messages.warning(request, _("Bạn không còn được làm thay cho gian hàng ấy nữa."))
        return
    others = tuple((one.cooperative.pk, one.cooperative.name) for one in stalls if one is not chosen)
    acting = Acting(
        cooperative_id=chosen.cooperative.pk,
        name=chosen.cooperative.name,
        scopes=frozenset(chosen.scopes),
        until=chosen.valid_to,
        work=" · ".join(scope.short for scope in HelpScope if scope in chosen.scopes),
        others=others,
    )
    act_for(request.user, acting)
    request.acting = acting  # type: ignore[attr-defined]


def allowed_to(user: Any) -> Sequence[Allowed]:
    """The stalls that the person may work for today, by name, with all that any of their consents allows. One query."""
    if not user.is_authenticated or user.is_superuser or Role.HELPER not in roles_of(user):
        return ()
    rows = HelpConsent.objects.in_force().for_helper(user).select_related("cooperative")
    found: dict[int, Allowed] = {}
    for one in rows.order_by("cooperative__name", "cooperative_id", "valid_to"):
        known = found.get(one.cooperative_id)
        if known is None:
            found[one.cooperative_id] = Allowed(one.cooperative, one.scopes, one.valid_to)
        elif not one.scopes <= known.scopes:
            found[one.cooperative_id] = Allowed(one.cooperative, known.scopes | one.scopes, known.valid_to)
        elif one.scopes == known.scopes:  # the same once more, for longer
            found[one.cooperative_id] = Allowed(one.cooperative, known.scopes, one.valid_to)
    return list(found.values())


def begin(request: HttpRequest, allowed: Allowed) -> None:
    """From the next request on the person works for that stall. Writes: the session, the log."""
    request.session[STALL] = allowed.cooperative.pk
    record(
        Verb.HELP_BEGUN,
        about=allowed.cooperative.name,
        cooperative_id=allowed.cooperative.pk,
        changes={"scope": (None, allowed.work)},
        acting_for=allowed.cooperative.name,
        by=request.user,
    )


def stop(request: HttpRequest) -> None:
    """The person works for no stall any more. Writes: the session."""
    request.session.pop(STALL, None)


def _tell_the_rest(request: HttpRequest, acting: Acting) -> None:
    """An act that has no line of its own in the log (packing, a lot's book): a helper's has one all the same."""
    match = request.resolver_match
    if match is None or is_told(request):
        return
    work = work_named(match.view_name)
    if work:
        record(
            Verb.HELPED_STALL,
            about=work,
            cooperative_id=acting.cooperative_id,
            reference=request.path_info[:60],
            by=request.user,
        )
