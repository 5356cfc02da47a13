"""Forms sent from a phone on a bad line: one that is sent again leads to what it made (docs/decisions/0040).

A page gives its form a number (``sent_key``). The script of the page (``static/panel/sending.js``) keeps what is
typed and sends again under the same number; without script the number only makes a second tap harmless.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.tenancy import cooperatives_of

from .models import SentForm

FIELD = "sent_key"
KEPT = dt.timedelta(days=30)


def draft_of(request: HttpRequest, name: str) -> dict[str, Any]:
    """What a template needs to keep and send a form: ``name`` tells one form of the stall from another.

    A form that comes back with errors keeps its number: it has made nothing yet.
    """
    stalls = cooperatives_of(request.user).order_by("pk").values_list("pk", flat=True)
    return {
        "draft": f"{request.user.pk}/{'-'.join(map(str, stalls))}/{name}",
        FIELD: str(_key_of(request) or uuid4()),
    }


def by_script(request: HttpRequest) -> bool:
    return request.headers.get("x-requested-with") == "XMLHttpRequest"


def path_made(request: HttpRequest) -> str:
    """Where this very form led when it came before; empty if it has not."""
    key = _key_of(request)
    return _found(request, key) if key else ""


def once(
    request: HttpRequest,
    work: Callable[[], HttpResponse],
    *,
    again: bool = False,
    more: Callable[[], dict[str, Any]] = dict,
) -> HttpResponse:
    """The answer of ``work``, which is carried out once however often its form is sent.

    Only an answer that leads on counts as done. With ``again`` a known form is carried out once more: what it
    changes is its own draft. ``more`` is told to the page's script afterwards.
    Writes: SentForm, in the transaction of the work; a second copy waits for the first.
    """
    key = _key_of(request)
    if key is None:
        return told(request, work(), more)
    with transaction.atomic():
        row, is_new = SentForm.objects.get_or_create(user_id=_person(request), key=key)
        if not is_new and not again:
            messages.info(request, _("Chợ đã nhận phiếu này rồi, không ghi thêm lần nữa."))
            return told(request, redirect(row.path))
        response = work()
        if response.status_code == 302:
            SentForm.objects.filter(pk=row.pk).update(path=response["Location"])
        elif is_new:
            row.delete()
    return told(request, response, more)


def told(
    request: HttpRequest, response: HttpResponse, more: Callable[[], dict[str, Any]] = dict
) -> HttpResponse:
    """The answer as the page's script reads it: where to go, and the number of the next form."""
    if response.status_code == 302 and by_script(request):
        return JsonResponse({"to": response["Location"], FIELD: str(uuid4()), **more()})
    return response


def sweep_sent_forms(now: dt.datetime | None = None) -> int:
    """Forget numbers that no phone sends again; a kept draft lives a week. Returns how many."""
    gone, _each = SentForm.objects.filter(created_at__lt=(now or timezone.now()) - KEPT).delete()
    return gone


def _found(request: HttpRequest, key: UUID) -> str:
    found = SentForm.objects.filter(user_id=_person(request), key=key).values_list("path", flat=True).first()
    return found or ""


def _person(request: HttpRequest) -> int:
    """Who sends; the panel's door has let nobody in without a name."""
    return int(request.user.pk or 0)


def _key_of(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None
