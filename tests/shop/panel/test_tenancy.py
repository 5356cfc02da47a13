"""The wall in front of Wagtail's model screens, tried on a viewset with all of its views switched on."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import Http404
from django.test import RequestFactory

from catalog.models import ProductSheet
from shop.panel.products import ProductViewSet
from shop.panel.selectors import sheets_for
from shop.panel.tenancy import RowsPolicy, TenantViewSet
from tests.support.market import Market

VIEWS = ("edit_view", "delete_view", "history_view", "history_results_view", "usage_view", "inspect_view")


class Everything(TenantViewSet):
    model = ProductSheet
    rows_for = staticmethod(sheets_for)
    name = "moi-man-hinh"
    inspect_view_enabled = True
    add_to_reference_index = False
    exclude_form_fields = ("product",)


def request_of(user: Any, method: str = "get") -> Any:
    request = getattr(RequestFactory(), method)("/")
    request.user = user
    return request


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_a_foreign_row_is_404(view: str, method: str, market: Market) -> None:
    open_view = getattr(Everything(), view)
    with pytest.raises(Http404):
        open_view(request_of(market.people["cooperative"], method), pk=market.draft_b.pk)
    assert ProductSheet.objects.filter(pk=market.draft_b.pk).exists()


def test_the_list_holds_own_rows_only(market: Market) -> None:
    index = Everything().index_view
    view = index.view_class(**index.view_initkwargs)
    view.setup(request_of(market.people["cooperative"]))
    assert list(view.get_base_queryset()) == [market.goods_a]
    view.setup(request_of(market.people["cooperative_b"]))
    assert market.goods_a not in view.get_base_queryset()


def test_the_policy_decides_per_row(market: Market) -> None:
    policy = RowsPolicy(ProductSheet, sheets_for, frozenset({"view"}))
    a = market.people["cooperative"]
    assert policy.user_has_permission_for_instance(a, "view", market.goods_a)
    assert not policy.user_has_permission_for_instance(a, "view", market.draft_b)
    assert not policy.user_has_permission_for_instance(a, "change", market.goods_a)
    assert list(policy.instances_user_has_any_permission_for(a, ["view"])) == [market.goods_a]
    assert not policy.instances_user_has_any_permission_for(a, ["change"]).exists()
    assert market.people["shopper"] not in policy.users_with_any_permission(["view"])
    assert market.people["cooperative"] in policy.users_with_any_permission(["view"])


def test_the_products_screen_mounts_no_view_that_writes() -> None:
    assert [pattern.name for pattern in ProductViewSet().get_urlpatterns()] == ["index"]
