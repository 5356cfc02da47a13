"""What somebody has typed into the form of goods on sale and not saved: kept on the market, beside what is sold.

A draft saves itself into the product; goods in any other state change only by a tap (docs/decisions/0040). Their form
is kept here instead, for the person who types, so that neither a lost line nor a lost telephone loses it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone

from .models import KeptEdit

KEPT = dt.timedelta(days=30)
MOST_BYTES = 50_000
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "sent_key", "autosave", "act"})


def keep(request: HttpRequest, form: str) -> HttpResponse:
    """The answers of the person's form, in the place of those from before. Writes: KeptEdit.

    Shape: ``form`` as for ``sending.draft_of``. Answers 413 to what no product's form holds; it stays on the device.
    """
    answers = [
        (name, str(value).replace("\0", ""))  # PostgreSQL's JSON takes no NUL
        for name, values in request.POST.lists()
        for value in values
        if name not in _NOT_TYPED
    ]
    if sum(len(name) + len(value) for name, value in answers) > MOST_BYTES:
        return HttpResponse(status=413)
    KeptEdit.objects.update_or_create(
        user_id=int(request.user.pk or 0), form=form, defaults={"answers": answers}
    )
    return JsonResponse({"aside": True})


def kept(user: Any, form: str) -> KeptEdit | None:
    """What the person has typed into that form and not saved."""
    return KeptEdit.objects.filter(user_id=user.pk, form=form).first()


def forget(user: Any, form: str) -> None:
    """Saved, or thrown away. Writes: KeptEdit. Idempotent."""
    KeptEdit.objects.filter(user_id=user.pk, form=form).delete()


def as_post(edit: KeptEdit) -> QueryDict:
    """The answers as a form reads them."""
    data = QueryDict(mutable=True)
    for name, value in edit.answers:
        data.appendlist(name, value)
    return data


def sweep_kept_edits(now: dt.datetime | None = None) -> int:
    """Forget what nobody came back to for a month. Returns how many."""
    gone, _each = KeptEdit.objects.filter(kept_at__lt=(now or timezone.now()) - KEPT).delete()
    return gone
