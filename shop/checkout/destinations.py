"""Where the goods are to go, said before the checkout: by the name of a commune, also one that is no more."""

from __future__ import annotations

from django.http import HttpRequest

from catalog.models import Commune
from catalog.places import find_communes

SESSION_KEY = "giao-ve"
SHORTEST, LONGEST, MOST_SHOWN = 2, 80, 8


def communes_called(text: str, province: str = "") -> list[Commune]:
    """Communes that people call so, by their old or new names, best first.

    ``province`` is a code.
    """
    text = " ".join(text.split())
    if not SHORTEST <= len(text) <= LONGEST:
        return []
    return list(find_communes(text, province=province or None)[:MOST_SHOWN])


def commune_of(code: str) -> Commune | None:
    if not (code.isascii() and code.isalnum()):
        return None
    return Commune.objects.select_related("province").filter(pk=code).first()


def remembered(request: HttpRequest) -> Commune | None:
    """The commune that this visitor named last."""
    code = request.session.get(SESSION_KEY)
    return commune_of(code) if isinstance(code, str) else None


def remember(request: HttpRequest, commune: Commune) -> None:
    if request.session.get(SESSION_KEY) != commune.pk:
        request.session[SESSION_KEY] = commune.pk
