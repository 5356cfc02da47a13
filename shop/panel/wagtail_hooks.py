"""What the panel adds to Wagtail's admin, and what it takes out of sight."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import Resolver404, URLPattern, URLResolver, include, path, resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem, SubmenuMenuItem
from wagtail.admin.widgets import Button
from wagtail.models import Page

from cms.models import StoryPage
from shop.accounts.doors import may_open
from shop.accounts.roles import Role, roles_of

from . import urls
from .picture_rights import only_with_rights
from .products import ProductViewSet
from .synonyms import SynonymViewSet
from .takedowns import not_taken_down
from .today import Today, Told


@hooks.register("register_admin_urls")
def panel_urls() -> list[URLPattern | URLResolver]:
    return [path("", include(urls))]


hooks.register("before_publish_page", only_with_rights)
hooks.register("before_publish_page", not_taken_down)


@hooks.register("register_admin_viewset")
def product_viewset() -> ProductViewSet:
    return ProductViewSet()


@hooks.register("register_admin_viewset")
def synonym_viewset() -> SynonymViewSet:
    return SynonymViewSet()


@hooks.register("insert_global_admin_css")
def panel_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("panel/panel.css"))


@hooks.register("insert_global_admin_js")
def panel_js() -> SafeString:
    return format_html('<script type="module" src="{}"></script>', static("panel/panel.js"))


@hooks.register("register_admin_menu_item")
def today_item() -> MenuItem:
    return MenuItem(_("Việc hôm nay"), reverse("wagtailadmin_home"), "today", icon_name="home", order=10)


@hooks.register("register_admin_menu_item")
def consignments_item() -> MenuItem:
    return MenuItem(
        _("Kiện hàng"), reverse("panel:consignments"), "consignments", icon_name="list-ul", order=110
    )


@hooks.register("register_admin_menu_item")
def goods_reports_item() -> MenuItem:
    return MenuItem(
        _("Khách báo hàng"), reverse("panel:goods_reports"), "goods-reports", icon_name="warning", order=115
    )


@hooks.register("register_admin_menu_item")
def reviews_item() -> MenuItem:
    return MenuItem(_("Nhận xét"), reverse("panel:reviews"), "reviews", icon_name="comment", order=117)


@hooks.register("register_admin_menu_item")
def lots_item() -> MenuItem:
    return MenuItem(_("Lô hàng"), reverse("panel:lots"), "lots", icon_name="clipboard-list", order=122)


@hooks.register("register_admin_menu_item")
def stories_item() -> MenuItem:
    return MenuItem(_("Chuyện"), reverse("panel:stories"), "stories", icon_name="doc-full-inverse", order=123)


@hooks.register("register_admin_menu_item")
def delivery_item() -> MenuItem:
    return MenuItem(_("Giao hàng"), reverse("panel:delivery"), "delivery", icon_name="site", order=125)


@hooks.register("register_admin_menu_item")
def notices_item() -> MenuItem:
    return MenuItem(_("Báo tin"), reverse("panel:notices"), "notices", icon_name="mail", order=126)


@hooks.register("register_admin_menu_item")
def promotions_item() -> MenuItem:
    return MenuItem(_("Khuyến mãi"), reverse("panel:promotions"), "promotions", icon_name="tag", order=127)


@hooks.register("register_admin_menu_item")
def invoices_item() -> MenuItem:
    return MenuItem(_("Hóa đơn"), reverse("panel:invoices"), "invoices", icon_name="doc-full", order=130)


@hooks.register("register_admin_menu_item")
def tax_rules_item() -> MenuItem:
    return MenuItem(_("Thuế suất"), reverse("panel:tax_rules"), "tax-rules", icon_name="list-ol", order=135)


@hooks.register("register_admin_menu_item")
def signing_item() -> MenuItem:
    return MenuItem(_("Chứng thư số"), reverse("panel:signing"), "signing", icon_name="key", order=136)


@hooks.register("register_admin_menu_item")
def transfers_item() -> MenuItem:
    return MenuItem(_("Tiền về"), reverse("panel:transfers"), "transfers", icon_name="download", order=140)


@hooks.register("register_admin_menu_item")
def remittances_item() -> MenuItem:
    return MenuItem(
        _("Tiền thu hộ"), reverse("panel:remittances"), "remittances", icon_name="table", order=145
    )


@hooks.register("register_admin_menu_item")
def refunds_item() -> MenuItem:
    return MenuItem(_("Hoàn tiền"), reverse("panel:refunds"), "refunds", icon_name="rotate", order=150)


@hooks.register("register_admin_menu_item")
def own_money_item() -> MenuItem:
    return MenuItem(_("Tiền của tôi"), reverse("panel:own_money"), "own-money", icon_name="tag", order=128)


@hooks.register("register_admin_menu_item")
def stalls_money_item() -> MenuItem:
    return MenuItem(
        _("Tiền của gian hàng"), reverse("panel:stalls_money"), "stalls-money", icon_name="table", order=151
    )


@hooks.register("register_admin_menu_item")
def payouts_item() -> MenuItem:
    return MenuItem(
        _("Chi tiền cho gian hàng"), reverse("panel:payouts"), "payouts", icon_name="upload", order=152
    )


@hooks.register("register_admin_menu_item")
def reports_item() -> MenuItem:
    return MenuItem(
        _("Báo cáo bán hàng"), reverse("panel:reports"), "sales-reports", icon_name="history", order=168
    )


@hooks.register("register_admin_menu_item")
def levies_item() -> MenuItem:
    return MenuItem(
        _("Phí và thuế của gian hàng"), reverse("panel:levies"), "levies", icon_name="list-ol", order=153
    )


@hooks.register("register_admin_menu_item")
def complaints_item() -> MenuItem:
    return MenuItem(_("Khiếu nại"), reverse("panel:complaints"), "complaints", icon_name="mail", order=160)


@hooks.register("register_admin_menu_item")
def proofs_item() -> MenuItem:
    return MenuItem(_("Giấy tờ"), reverse("panel:proofs"), "proofs", icon_name="clipboard-list", order=125)


@hooks.register("register_admin_menu_item")
def reconciliation_item() -> MenuItem:
    return MenuItem(
        _("Đối soát"), reverse("panel:reconciliation"), "reconciliation", icon_name="table", order=155
    )


@hooks.register("register_admin_menu_item")
def applications_item() -> MenuItem:
    return MenuItem(
        _("Đơn xin bán hàng"), reverse("panel:applications"), "applications", icon_name="form", order=162
    )


@hooks.register("register_admin_menu_item")
def stalls_item() -> MenuItem:
    return MenuItem(_("Các gian hàng"), reverse("panel:stalls"), "stalls", icon_name="group", order=163)


@hooks.register("register_admin_menu_item")
def bank_accounts_item() -> MenuItem:
    return MenuItem(
        _("Tài khoản nhận tiền"), reverse("panel:bank_accounts"), "bank-accounts", icon_name="key", order=164
    )


@hooks.register("register_admin_menu_item")
def stall_data_item() -> MenuItem:
    return MenuItem(
        _("Dữ liệu gian hàng"), reverse("panel:stall_data"), "stall-data", icon_name="download", order=166
    )


@hooks.register("register_admin_menu_item")
def team_item() -> MenuItem:
    return MenuItem(_("Người của gian hàng"), reverse("panel:team"), "team", icon_name="group", order=165)


@hooks.register("register_admin_menu_item")
def help_consents_item() -> MenuItem:
    return MenuItem(
        _("Người giúp gian hàng"),
        reverse("panel:help_consents"),
        "help-consents",
        icon_name="help",
        order=166,
    )


@hooks.register("register_admin_menu_item")
def visits_item() -> MenuItem:
    return MenuItem(_("Các lần đi giúp"), reverse("panel:visits"), "visits", icon_name="calendar", order=167)


@hooks.register("register_admin_menu_item")
def helper_teams_item() -> MenuItem:
    return MenuItem(
        _("Tổ hỗ trợ"), reverse("panel:helper_teams"), "helper-teams", icon_name="group", order=168
    )


@hooks.register("register_admin_menu_item")
def takedowns_item() -> MenuItem:
    return MenuItem(_("Sổ gỡ"), reverse("panel:takedowns"), "takedowns", icon_name="view", order=169)


@hooks.register("register_page_header_buttons")
@hooks.register("register_page_listing_more_buttons")
def take_down_button(page: Page, user: Any, *_place: Any, **_more: Any) -> Iterator[Button]:
    """The operator's way from a story to taking it down."""
    if isinstance(page.specific_deferred, StoryPage) and may_open(user, "panel:story_takedown"):
        url = reverse("panel:story_takedown", args=[page.pk])
        yield Button(_("Gỡ khỏi chợ"), url, icon_name="view", priority=65)


@hooks.register("register_admin_menu_item")
def market_data_item() -> MenuItem:
    return MenuItem(
        _("Thông tin của chợ"), reverse("panel:market_data"), "market-data", icon_name="home", order=169
    )


@hooks.register("register_admin_menu_item")
def audit_log_item() -> MenuItem:
    return MenuItem(_("Nhật ký"), reverse("panel:audit_log"), "audit-log", icon_name="history", order=170)


def _leads_somewhere(item: MenuItem, request: HttpRequest) -> bool:
    if isinstance(item, SubmenuMenuItem):
        return bool(item.menu.menu_items_for_request(request))
    view_name = _view_behind(item.url)
    return view_name is not None and may_open(request.user, view_name)


@functools.lru_cache(maxsize=256)
def _view_behind(url: str) -> str | None:
    """The name of the view; None for Wagtail's own help, on other hosts. Every page asks about every entry."""
    try:
        name: str = resolve(url).view_name
    except Resolver404:
        return None
    return name


@hooks.register("construct_main_menu")
@hooks.register("construct_settings_menu")
@hooks.register("construct_reports_menu")
@hooks.register("construct_help_menu")
def only_open_doors(request: HttpRequest, items: list[MenuItem]) -> None:
    """Takes out every item whose door is closed to the person."""
    items[:] = [item for item in items if _leads_somewhere(item, request)]


@hooks.register("construct_homepage_panels")
def start_screen(request: HttpRequest, panels: list[Any]) -> None:
    """Today's work first; Wagtail's page panels only for those who write pages, while they have anything to say."""
    if not roles_of(request.user) & {Role.EDITOR, Role.OPERATOR}:
        panels.clear()
    panels[:] = [Today(), *(told for panel in panels if (told := Told(panel, request)).html.strip())]


@hooks.register("construct_homepage_summary_items")
def no_summary(request: HttpRequest, items: list[Any]) -> None:
    """Counts of pages and pictures are nobody's work."""
    items.clear()
