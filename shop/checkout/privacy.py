"""Pages that belong to one buyer: never kept by a cache, never found by a search engine."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], R]


def personal(view: View[P, R]) -> View[P, R]:
    """``view`` with the headers of a page that is nobody else's business."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        # The address holds a key: no other site learns it, while CSRF checks still see the origin.
        response["Referrer-Policy"] = "same-origin"
        return response

    return wrapped
