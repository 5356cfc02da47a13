"""Which views are a helper's own, and which stay closed while a helper works in the place of a stall's people."""

from __future__ import annotations

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
"""What a member with the same role may do."""
