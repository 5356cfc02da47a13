"""What people were told about an order, what reached nobody, and sending it again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from shop.messages.models import Letter, LetterState
from shop.orders.told import messages_of, send_again

from .screens import Screen, page_of, query_without_page
from .selectors import failed_messages_for, money_orders_for

PER_PAGE = 30
_LOOKS = {
    LetterState.SENT: "accepted",
    LetterState.QUEUED: "waiting",
    LetterState.FAILED: "rejected",
    LetterState.REPLACED: "cancelled",
}


@dataclass(frozen=True)
class Shown:
    """One message on a screen; ``look`` is a state the style sheet knows."""

    letter: Letter
    to: str
    at: dt.datetime
    look: str
    can_send_again: bool


def shown_messages(letters: Iterable[Letter]) -> list[Shown]:
    """Addresses are shown in part: enough to recognise a person, not to write to them."""
    return [
        Shown(
            letter,
            masked(letter.recipient),
            letter.sent_at or letter.created_at,
            _LOOKS[LetterState(letter.state)],
            letter.state == LetterState.FAILED,
        )
        for letter in letters
    ]


def masked(recipient: str) -> str:
    """``k…@demo.example``, ``0912…678``."""
    name, at, host = recipient.partition("@")
    return f"{name[:1]}…@{host}" if at else f"{name[:4]}…{name[-3:]}"


class FailedMessages(Screen):
    template_name = "panel/failed_messages.html"
    page_title = gettext_lazy("Tin không gửi được")
    header_icon = "mail"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        page = page_of(failed_messages_for(self.request.user), self.request, PER_PAGE)
        return context | {
            "page": page,
            "page_link": query_without_page(self.request),
            "messages_shown": shown_messages(page),
        }


class SendAgain(View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, number: str, pk: int) -> HttpResponse:
        order = get_object_or_404(money_orders_for(request.user), number=number)
        letter = get_object_or_404(messages_of(order), pk=pk)
        if send_again(order=order, letter=letter, by=request.user):
            messages.success(request, _("Tin được gửi lại ngay bây giờ."))
        else:
            messages.error(
                request, _("Tin này không cần gửi lại: đang chờ gửi, hoặc người nhận đã biết rồi.")
            )
        return redirect("panel:order_money", number=number)
