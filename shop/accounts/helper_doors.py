"""Which views are a helper's own, and which open while a helper works in the place of a stall's people."""

from __future__ import annotations

from collections.abc import Iterable

from .stall_doors import EVERY_ROLE, PACKER, SELLER, STORY

VISITS = frozenset({"panel:visits"})

HELPER = VISITS | {
    "panel:visit_add",
    "panel:task_settle",
    "panel:help_begin",
    "panel:help_stop",
}

# Money taken or given away, a recall, where the stall's news go, and files with all goods: those are written after the
# request, when the consent may have ended.
KEPT_FROM_HELPERS = frozenset(
    {
        "panel:enter_card",
        "panel:lot_recall",
        "panel:notices",
        "panel:promotions",
        "panel:promotion_add",
        "panel:promotion_stop",
        "panel:imports",
        "panel:import",
        "panel:import_confirm",
        "panel:import_template",
        "panel:export",
    }
)
"""What a member who does the same work may do."""

OF_SCOPE: dict[str, frozenset[str]] = {
    "orders": PACKER - KEPT_FROM_HELPERS,
    "goods": SELLER - PACKER - STORY - KEPT_FROM_HELPERS,
    "story": STORY,
}
"""What each scope of a consent opens (``shop.helping.models.HelpScope``)."""


def opens(scopes: Iterable[str], view_name: str) -> bool:
    """Whether a helper to whom this much was allowed works for the stall on that screen."""
    return view_name in EVERY_ROLE or any(view_name in OF_SCOPE[scope] for scope in scopes)
