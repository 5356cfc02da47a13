"""A helper works on a stall's screens: begun with a button, true only while the stall's yes is in force.

The session says for which stall; whether that is still allowed is read from the database at every request of the
panel, in one query. From there on the person *is* a member of that one stall with the role that was allowed, for the
doors (``accounts.doors``), for every list (``catalog.tenancy``) and for the log (``audit``); own other rights rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from catalog.models import MemberRole
from shop.accounts.middleware import PANEL_PATH
from shop.accounts.roles import Acting, Role, act_for, roles_of
from shop.audit.services import record
from shop.audit.sources import is_told
from shop.audit.verbs import Verb

from .models import HelpConsent, HelpScope
from .words import work_named

STALL = "acting_for"
"""Key of the session: the stall's."""
_SAFE = ("GET", "HEAD", "OPTIONS")


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
    consents = allowed_to(request.user)
    chosen = next((one for one in consents if one.cooperative_id == wanted), None)
    if chosen is None:
        del request.session[STALL]
        messages.warning(request, _("Bạn không còn được làm thay cho gian hàng ấy nữa."))
        return
    others = tuple((one.cooperative_id, one.cooperative.name) for one in consents if one is not chosen)
    acting = Acting(
        cooperative_id=chosen.cooperative_id,
        name=chosen.cooperative.name,
        role=MemberRole(chosen.scope),
        until=chosen.valid_to,
        others=others,
    )
    act_for(request.user, acting)
    request.acting = acting  # type: ignore[attr-defined]


def allowed_to(user: Any) -> Sequence[HelpConsent]:
    """One yes for each stall that the person may work for today, the widest, by the stall's name. One query."""
    if not user.is_authenticated or user.is_superuser or Role.HELPER not in roles_of(user):
        return ()
    rows = HelpConsent.objects.in_force().for_helper(user).select_related("cooperative")
    widest: dict[int, HelpConsent] = {}
    for one in rows.order_by("cooperative__name", "cooperative_id", "valid_to"):
        known = widest.get(one.cooperative_id)
        if known is None or (one.scope == HelpScope.SELLER or known.scope == HelpScope.PACKER):
            widest[one.cooperative_id] = one
    return list(widest.values())


def begin(request: HttpRequest, consent: HelpConsent) -> None:
    """From the next request on the person works for that stall. Writes: the session, the log."""
    request.session[STALL] = consent.cooperative_id
    record(
        Verb.HELP_BEGUN,
        about=consent.cooperative.name,
        cooperative_id=consent.cooperative_id,
        acting_for=consent.cooperative.name,
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
