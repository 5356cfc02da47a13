"""The start screen: today's work as cards with numbers, each opening the list that does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms import Media
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.safestring import SafeString
from wagtail.admin.ui.components import Component

from shop.accounts.doors import may_open, narrow
from shop.accounts.roles import Role, acting_of, roles_of
from shop.log_ins.services import before_this

from .cards import CARDS, Card
from .helping import start_of


def _count(card: Card, user: Any) -> int:
    """Of the stalls for which the person may do this work."""
    narrow(user, card.work_of or card.view)
    return card.count(user)


class Told(Component):
    """A panel of Wagtail's, written beforehand: one that says nothing does not bring Wagtail's frame along."""

    def __init__(self, panel: Component, request: HttpRequest) -> None:
        self.order: int = panel.order
        self.html = panel.render_html({"request": request, "csrf_token": get_token(request)})
        self._media = panel.media

    @property
    def media(self) -> Media:
        return self._media

    def render_html(self, parent_context: Mapping[str, Any] | None = None) -> SafeString:
        return self.html


class Today(Component):
    """The cards a person's role may open."""

    name = "today"
    template_name = "panel/today.html"
    order = 10

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = parent_context["request"] if parent_context else None
        user = request.user if request is not None else None
        shown = [
            {
                "label": card.label,
                "hint": card.hint,
                "icon": card.icon,
                "url": reverse(card.view) + card.query,
                "count": count,
                "note": card.note(user) if card.note else "",
                "is_due": card.is_work and count > 0,
            }
            for card in CARDS
            if may_open(user, card.work_of or card.view)
            for count in [_count(card, user)]
            if count or not card.is_rare
        ]
        roles = roles_of(user)
        if user is not None:
            narrow(user, "wagtailadmin_home")
        return {
            "cards": shown,
            "before": before_this(request) if request is not None else None,
            "is_done": bool(shown) and not any(card["is_due"] for card in shown),
            "may_reset": Role.OPERATOR in roles,
            "is_writer": bool(roles & {Role.EDITOR, Role.OPERATOR}),
            "csrf_token": get_token(request)
            if request is not None
            else "",  # a component has no request of its own
            "help": start_of(user) if Role.HELPER in roles and acting_of(user) is None else None,
        }
