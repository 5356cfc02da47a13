"""A cooperative's goods: what is on its stall, at which price, how many are left."""

from __future__ import annotations

from typing import Any

from catalog.models import ApprovalState, ProductSheet
from catalog.selectors import cards
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.permissions import register_permission_policy

from shop.money import format_amount

from .selectors import sheets_for
from .tenancy import RowsPolicy, TenantViewSet

LOW_STOCK = 5

# Wagtail asks for the policy while the viewset is built, so it is registered first.
register_permission_policy(ProductSheet, RowsPolicy(ProductSheet, sheets_for, frozenset({"view"})))


def _price(sheet: ProductSheet) -> str:
    records = sheet.product.stockrecords.all()
    return format_amount(int(records[0].price)) if records else "—"


def _stock(sheet: ProductSheet) -> str:
    records = sheet.product.stockrecords.all()
    left = records[0].net_stock_level if records else 0
    if left <= 0:
        return str(_("Hết"))
    return str(_("Còn %(count)d, sắp hết") % {"count": left}) if left <= LOW_STOCK else str(left)


def _shop_page(sheet: ProductSheet) -> str | None:
    if sheet.state != ApprovalState.APPROVED:
        return None
    return reverse("catalogue:detail", args=[sheet.product.slug, sheet.product_id])


class ProductList(IndexView):
    columns = [
        TitleColumn("product", label=_("Sản phẩm"), get_url=_shop_page),
        Column("pack", label=_("Quy cách")),
        Column("price", label=_("Giá"), accessor=_price),
        Column("stock", label=_("Còn lại"), accessor=_stock),
        Column("get_state_display", label=_("Tình trạng")),
    ]
    page_title = _("Sản phẩm")

    def get_base_queryset(self) -> QuerySet[ProductSheet]:
        return cards(super().get_base_queryset())


class ProductViewSet(TenantViewSet):
    """Read-only: price and stock are changed elsewhere."""

    model = ProductSheet
    rows_for = staticmethod(sheets_for)
    name = "panel_products"
    url_prefix = "san-pham"
    icon = "tag"
    menu_label = _("Sản phẩm")
    menu_name = "products"
    menu_order = 120
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = ProductList
    list_filter = ("state",)
    list_per_page = 50
    ordering = ("product__title", "pk")
    exclude_form_fields = ("product",)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
        ]

    def register_admin_url_finder(self) -> None:
        """There is no page to edit a product on, so nothing may link to one."""
