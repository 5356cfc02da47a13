"""Which of the panel's views each role may open: everything not named here is closed.

The names are those of the URL resolver. ``tests/doors.csv`` holds the reviewed answer of every URL, so a
view that a new Wagtail release or one of our rooms adds stays closed until someone decides.
"""

from __future__ import annotations

from typing import Any

from catalog.models import MemberRole

from .helper_doors import HELPER, VISITS, opens
from .roles import Role, acting_of, member_roles_of, roles_of
from .stall_doors import (
    EVERY_ROLE,
    MANAGER,
    PACKER,
    PROMOTIONS,
    READ_PROOFS,
    READ_REPORTS,
    READ_REVIEWS,
    READ_STORIES,
    SALES,
    SELLER,
    STALL_MONEY,
)

OPEN = frozenset(
    {
        "wagtailadmin_login",
        "wagtailadmin_password_reset",
        "wagtailadmin_password_reset_done",
        "wagtailadmin_password_reset_confirm",
        "wagtailadmin_password_reset_complete",
        "wagtailadmin_sprite",
        "wagtailadmin_javascript_catalog",
    }
)
"""Open to everyone, logged in or not."""

_READ_INVOICES = frozenset(
    {
        "panel:invoices",
        "panel:invoice",
        "panel:invoice_pdf",
        "panel:invoice_xml",
        "panel:notice_xml",
        "panel:inquiries",
        "panel:signing",
        "panel:unadjusted",
        "panel:batch",
        "panel:export_month",
        "panel:series",
        "panel:delegations",
        "panel:packages",
        "panel:package_xml",
        "panel:list_xml",
    }
)

# Money takes two people: whoever prepares a refund, or makes a batch of payouts, may not approve it, so both roles get
# every step.
_MONEY = frozenset(
    {
        "panel:transfers",
        "panel:transfer",
        "panel:attach",
        "panel:return_transfer",
        "panel:refunds",
        "panel:refund",
        "panel:prepare_refund",
        "panel:refund_step",
        "panel:order_money",
        "panel:agree_refund",
        "panel:decide_won",
        "panel:propose_loss",
        "panel:decide_loss",
        "panel:sources",
        "panel:reconciliation",
        "panel:reconciliation_csv",
        "panel:stalls_money",
        *STALL_MONEY,
        *SALES,
        "panel:payouts",
        "panel:payout_batch",
        "panel:approve_payouts",
        "panel:drop_payouts",
        "panel:settle_payout",
        "panel:payout_file",
    }
)

_MESSAGES = frozenset({"panel:failed_messages", "panel:message_again"})

_INVOICE_STAFF = (
    _READ_INVOICES
    | _MONEY
    | _MESSAGES
    | {
        "panel:issue",
        "panel:issue_selected",
        "panel:issue_all",
        "panel:retry",
        "panel:correct",
        "panel:notice",
        "panel:settle_inquiry",
        "panel:settle_notice",
        "panel:training",
        "panel:adjust",
        "panel:replace",
        "panel:take_back",
        "panel:adjust_returned",
        "panel:drop_draft",
        "panel:stop_series",
        "panel:invoice_channel",
        "panel:correct_many",
        "panel:tax_rules",
        "panel:market_data",
    }
)

_SYNONYMS = frozenset(
    {
        "panel_synonyms:index",
        "panel_synonyms:index_results",
        "panel_synonyms:add",
        "panel_synonyms:edit",
        "panel_synonyms:delete",
    }
)

# Pages, their pictures, and what Wagtail's page editor calls while a page is written.
_WRITER = frozenset(
    {
        *READ_STORIES,
        "panel:story_decide",
        "panel:ending_pictures",
        "wagtailadmin_explore_root",
        "wagtailadmin_explore",
        "wagtailadmin_explore_results",
        "wagtailadmin_pages:add",
        "wagtailadmin_pages:add_subpage",
        "wagtailadmin_pages:choose_parent",
        "wagtailadmin_pages:edit",
        "wagtailadmin_pages:preview_on_add",
        "wagtailadmin_pages:preview_on_edit",
        "wagtailadmin_pages:view_draft",
        "wagtailadmin_pages:usage",
        "wagtailadmin_pages:delete",
        "wagtailadmin_pages:unpublish",
        "wagtailadmin_pages:search",
        "wagtailadmin_pages:search_results",
        "wagtailadmin_pages:move",
        "wagtailadmin_pages:move_confirm",
        "wagtailadmin_pages:set_page_position",
        "wagtailadmin_pages:copy",
        "wagtailadmin_pages:workflow_action",
        "wagtailadmin_pages:collect_workflow_action_data",
        "wagtailadmin_pages:confirm_workflow_cancellation",
        "wagtailadmin_pages:workflow_preview",
        "wagtailadmin_pages:workflow_history",
        "wagtailadmin_pages:workflow_history_detail",
        "wagtailadmin_pages:lock",
        "wagtailadmin_pages:unlock",
        "wagtailadmin_pages:revisions_index",
        "wagtailadmin_pages:revisions_view",
        "wagtailadmin_pages:revisions_revert",
        "wagtailadmin_pages:revisions_unschedule",
        "wagtailadmin_pages:revisions_compare",
        "wagtailadmin_pages:history",
        "wagtailadmin_pages:history_results",
        "wagtailadmin_api:pages:listing",
        "wagtailadmin_api:pages:detail",
        "wagtailadmin_choose_page",
        "wagtailadmin_choose_page_child",
        "wagtailadmin_choose_page_search",
        "wagtailadmin_choose_page_chosen_multiple",
        "wagtailadmin_choose_page_external_link",
        "wagtailadmin_choose_page_email_link",
        "wagtailadmin_choose_page_phone_link",
        "wagtailadmin_choose_page_anchor_link",
        "wagtailadmin_tag_autocomplete",
        "wagtailadmin_tag_model_autocomplete",
        "wagtailadmin_editing_sessions:ping",
        "wagtailadmin_editing_sessions:release",
        "wagtailadmin_block_preview",
        "simple_translation:submit_page_translation",
        "wagtailimages:index",
        "wagtailimages:index_results",
        "wagtailimages:edit",
        "wagtailimages:delete",
        "wagtailimages:preview",
        "wagtailimages:add",
        "wagtailimages:image_usage",
        "wagtailimages:add_multiple",
        "wagtailimages:edit_multiple",
        "wagtailimages:create_multiple_from_uploaded_image",
        "wagtailimages:delete_multiple",
        "wagtailimages:delete_upload_multiple",
        "wagtailimages_chooser:choose",
        "wagtailimages_chooser:choose_results",
        "wagtailimages_chooser:chosen",
        "wagtailimages_chooser:chosen_multiple",
        "wagtailimages_chooser:create",
        "wagtailimages_chooser:select_format",
    }
)

# The operator looks everywhere and runs the site's pages, but does not pack, issue or make accounts:
# who may set another person's password could take over any account, so that stays with superusers.
_OPERATOR = (
    _WRITER
    | _SYNONYMS
    | _READ_INVOICES
    | READ_PROOFS
    | READ_REPORTS
    | READ_REVIEWS
    | _MONEY
    | _MESSAGES
    | VISITS
    | {
        "panel:helper_teams",
        "panel:helper_team_add",
        "panel:helper_team",
        "panel:training",
        "panel:stop_series",
        "panel:audit_log",
        "panel:audit_csv",
        "panel:applications",
        "panel:application",
        "panel:application_photo",
        "panel:stalls",
        "panel:bank_checks",
        "second_factor:people",
        "second_factor:take_away",
        "panel:stall",
        "panel:takedowns",
        "panel:takedowns_csv",
        "panel:product_takedown",
        "panel:story_takedown",
        "panel:decide_report",
        "panel:decide_review",
        "panel:judge_paper",
        "panel:judge_certificate",
        "panel:consignments",
        "panel:consignment",
        "panel:slip",
        "panel:reverse_card",
        "panel:remittances",
        "panel:remittance",
        "panel:book_remittance",
        "panel:discard_remittance",
        "panel:set_aside_line",
        "panel:remit_transfer",
        "panel:door_rules",
        "panel:levies",
        "panel:complaints",
        "panel:complaint",
        "panel:answer_complaint",
        "panel:note_complaint",
        "panel:close_complaint",
        "panel:delivery",
        "panel:delivery_service_add",
        "panel:delivery_service",
        *PROMOTIONS,
        "panel:tax_rules",
        "panel:decide_rate",
        "panel:market_data",
        "panel:decide_market_data",
        "panel:lots",
        "panel:lot",
        "panel:lot_labels",
        "panel:lot_recall",
        "panel:product",
        "panel:product_act",
        "panel_products:index",
        "wagtailadmin_pages:type_use",
        "wagtailadmin_pages:type_use_results",
        "wagtailadmin_reports:locked_pages",
        "wagtailadmin_reports:locked_pages_results",
        "wagtailadmin_reports:workflow",
        "wagtailadmin_reports:workflow_results",
        "wagtailadmin_reports:workflow_tasks",
        "wagtailadmin_reports:workflow_tasks_results",
        "wagtailadmin_reports:site_history",
        "wagtailadmin_reports:site_history_results",
        "wagtailadmin_reports:aging_pages",
        "wagtailadmin_reports:aging_pages_results",
        "wagtailadmin_reports:page_types_usage",
        "wagtailadmin_reports:page_types_usage_results",
    }
)

DOORS: dict[Role, frozenset[str]] = {
    Role.INVOICE_STAFF: EVERY_ROLE | _INVOICE_STAFF,
    Role.EDITOR: EVERY_ROLE | _WRITER | _SYNONYMS,
    Role.HELPER: EVERY_ROLE | HELPER,
    Role.OPERATOR: EVERY_ROLE | _OPERATOR,
}


MEMBER_DOORS: dict[MemberRole, frozenset[str]] = {
    MemberRole.PACKER: EVERY_ROLE | PACKER,
    MemberRole.SELLER: EVERY_ROLE | SELLER,
    MemberRole.MANAGER: EVERY_ROLE | MANAGER,
}
"""What a member of a stall may open for that stall; ``narrow`` keeps the other stalls of the same person out."""


def may_open(user: Any, view_name: str) -> bool:
    """Whether the panel's door lets this person through to that view."""
    if view_name in OPEN or (user.is_active and user.is_superuser):
        return True
    if any(view_name in DOORS[role] for role in roles_of(user) if role in DOORS):
        return True
    if (acting := acting_of(user)) is not None:
        return opens(acting.scopes, view_name)
    return bool(member_roles_of(user) & roles_for(view_name))


def roles_for(view_name: str) -> frozenset[MemberRole]:
    """The roles in a stall that open this view."""
    return frozenset(role for role, doors in MEMBER_DOORS.items() if view_name in doors)


def narrow(user: Any, view_name: str) -> None:
    """From here on ``catalog.tenancy.cooperatives_of`` holds the stalls for which the person may open this view.

    Somebody who packs for one stall and manages another sees the money of the second only.
    """
    user.member_roles_here = roles_for(view_name)
    if (acting := acting_of(user)) is not None:
        user.acting_here = opens(acting.scopes, view_name)
