"""What everybody in the panel may open, and what the people of a stall may (staff: ``doors``)."""

from __future__ import annotations

EVERY_ROLE = frozenset(
    {
        "wagtailadmin_home",
        "wagtailadmin_account",
        "wagtailadmin_logout",
        "wagtailadmin_dismissibles",
        "second_factor:ask",
        "second_factor:set_up",
        "panel_passkeys:keys",
        "panel_passkeys:options",
        "panel_passkeys:remove",
        "panel_passkeys:step_options",
        "panel_passkeys:step",
        "panel:log_ins",
    }
)

READ_PROOFS = frozenset(
    {"panel:proofs", "panel:paper", "panel:paper_photo", "panel:certificate", "panel:certificate_photo"}
)

PROMOTIONS = frozenset({"panel:promotions", "panel:promotion_add", "panel:promotion_stop"})

READ_REPORTS = frozenset({"panel:goods_reports", "panel:goods_report", "panel:report_photo"})

READ_REVIEWS = frozenset({"panel:reviews", "panel:review", "panel:review_photo"})

STALL_MONEY = frozenset({"panel:stall_money", "panel:statement"})

SALES = frozenset({"panel:reports", "panel:report", "panel:report_file"})

READ_STORIES = frozenset({"panel:stories", "panel:story", "panel:story_preview"})

STORY = READ_STORIES | {"panel:story_add", "panel:story_edit", "panel:story_act"}

# A stall's people, each role with what the one before it may: packing first, then selling, then money and papers.
PACKER = frozenset(
    {
        *READ_REPORTS,
        "panel:goods_back",
        "panel:consignments",
        "panel:consignment",
        "panel:pack",
        "panel:report_shortfall",
        "panel:withdraw_shortfall",
        "panel:hand_over",
        "panel:slip",
        "panel:register_parcel",
        "panel:courier_label",
        "panel:take_back_parcel",
        "panel:enter_card",
        "panel:change_lots",
        "panel:lots",
        "panel:lot",
        "panel:lot_open",
        "panel:lot_make",
        "panel:lot_step",
        "panel:lot_correct",
        "panel:lot_labels",
    }
)

SELLER = PACKER | {
    *STORY,
    *READ_REVIEWS,
    "panel:answer_review",
    "panel:notices",
    "panel:delivery",
    "panel:delivery_service_add",
    "panel:delivery_service",
    *PROMOTIONS,
    "panel:collection_point_add",
    "panel:collection_point",
    "panel:unserved_area_add",
    "panel:unserved_area_remove",
    "panel:imports",
    "panel:import",
    "panel:import_confirm",
    "panel:import_template",
    "panel:export",
    "panel:product_add",
    "panel:product",
    "panel:product_act",
    "panel:lot_recall",
    "panel:lot_gtin",
    "panel_products:index",
}

MANAGER = (
    SELLER
    | READ_PROOFS
    | {
        "panel:answer_report",
        "panel:reverse_card",
        "panel:add_paper",
        "panel:add_certificate",
        "panel:edit_paper",
        "panel:edit_certificate",
        "panel:plots",
        "panel:plot",
        "panel:audit_log",
        "panel:audit_csv",
        "panel:dossiers",
        "panel:dossier",
        "panel:help_consents",
        "panel:help_allow",
        "panel:help_revoke",
        "panel:team",
        "panel:invite",
        "panel:invitation_withdraw",
        "panel:member_role",
        "panel:member_remove",
        "panel:stall_data",
        "panel:bank_accounts",
        "panel:own_money",
        *STALL_MONEY,
        *SALES,
    }
)
