"""Where the person is logged in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from shop.log_ins.forms import ended_by
from shop.log_ins.services import is_here, live_log_ins
from shop.second_factor.middleware import code_first
from shop.shopper.door import own, person


@own
@require_http_methods(["GET", "HEAD", "POST"])
def log_ins(request: HttpRequest) -> HttpResponse:
    """The list; on POST one of them or all others end. Whoever has the second step on gives the code first."""
    if (first := code_first(request)) is not None:
        return first
    if request.method == "POST":
        messages.success(request, ended_by(request, person(request)))
        return redirect("shopper:log_ins")
    rows = [(row, is_here(request, row)) for row in live_log_ins(person(request))]
    return render(request, "shopper/log_ins.html", {"rows": rows})
