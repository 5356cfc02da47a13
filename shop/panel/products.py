"""A cooperative's goods: what is on its stall, at which price, how many are left."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.generic import IndexView
from wagtail.permissions import register_permission_policy

from catalog.models import ApprovalState, ProductSheet
from catalog.selectors import cards
from shop.accounts.doors import may_open
from shop.accounts.roles import Role, roles_of

from .screens import PAGE_KEY, Screen, Tab, query_without_page, rows_with
from .selectors import sheets_for
from .tenancy import RowsPolicy, TenantViewSet

LOW_STOCK = 5
STATE_KEY = "tinh-trang"

# Wagtail asks for the policy while the viewset is built, so it is registered first.
register_permission_policy(ProductSheet, RowsPolicy(ProductSheet, sheets_for, frozenset({"view"})))


class ProductList(IndexView):
    page_title = _("Sản phẩm")
    page_kwarg = PAGE_KEY
    breadcrumbs_items = Screen.breadcrumbs_items

    def get_base_queryset(self) -> QuerySet[ProductSheet]:
        rows = cards(super().get_base_queryset())
        return rows.filter(state=self._state) if self._state else rows

    def paginate_queryset(self, queryset: QuerySet[ProductSheet], page_size: int) -> tuple[Any, ...]:
        """As Wagtail's; the database sorts keys only, see ``page_of``."""
        keys = queryset.values_list("pk", flat=True)
        paginator, page, _keys, has_others = super().paginate_queryset(keys, page_size)
        page.object_list = rows_with(list(page.object_list), queryset)
        return paginator, page, page.object_list, has_others

    @property
    def _state(self) -> str:
        """The tab that is open; empty for all goods."""
        asked = self.request.GET.get(STATE_KEY, "")
        return asked if asked in ApprovalState.values else ""

    def _tabs(self) -> list[Tab]:
        counts = dict(sheets_for(self.request.user).order_by().values_list("state").annotate(Count("pk")))
        here = reverse("panel_products:index")
        tabs = [Tab(gettext("Tất cả"), here, not self._state, sum(counts.values()))]
        return tabs + [
            Tab(str(state.label), f"{here}?{STATE_KEY}={state}", self._state == state, counts.get(state, 0))
            for state in ApprovalState
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["low_stock"] = LOW_STOCK
        context["tabs"], context["state"] = self._tabs(), self._state
        context["page_link"] = query_without_page(self.request)
        context["may_import"] = may_open(self.request.user, "panel:imports")
        context["can_add"] = may_open(self.request.user, "panel:product_add")
        context["shows_cooperative"] = Role.OPERATOR in roles_of(self.request.user)
        return context


class ProductViewSet(TenantViewSet):
    """The list: goods on sale first. One product is ``product_pages``."""

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
    index_template_name = "panel/products.html"
    list_per_page = 50
    ordering = ("state", "product__title", "pk")
    exclude_form_fields = ("product",)

    def get_url_name(self, view_name: str) -> str | None:
        """None for the views that are not there: Wagtail then leaves their links out."""
        return super().get_url_name(view_name) if view_name == "index" else None

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", self.index_view, name="index")]

    def register_admin_url_finder(self) -> None:
        """Products are edited on our own page; Wagtail links to none."""
