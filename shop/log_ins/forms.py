"""What the two lists of log-ins send: ``may`` is the key of one of them, or ``khac`` for all others."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from shop.accounts.models import User

from .models import LogIn
from .services import end, end_others, here_of

OTHERS = "khac"


def ended_by(request: HttpRequest, user: User) -> str:
    """What was done, in words. Raises: Http404 for what is not a log-in of this person elsewhere."""
    wanted = request.POST.get("may", "")
    if wanted == OTHERS:
        end_others(user, reason="Tự cho đăng xuất", by=user)
        return _("Các máy khác đã bị đăng xuất.")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 18):
        raise Http404
    row = get_object_or_404(LogIn.objects.filter(user=user).exclude(pk=here_of(request)), pk=int(wanted))
    end(row, by=user)
    return _("Máy ấy đã bị đăng xuất.")
