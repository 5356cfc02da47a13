"""Wagtail's model screens with the wall between cooperatives built into every view.

Wagtail 8.0's generic views ask only whether a person may do a thing to *some* row of a model, never to *this*
row (wagtail/wagtail issue 13314): list, edit, delete, history and usage of foreign rows would open by address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies.base import BasePermissionPolicy

from shop.accounts.roles import Role


class RowsPolicy(BasePermissionPolicy):
    """Lets a person do ``actions`` to the rows that ``rows_for`` returns for them, and nothing else."""

    def __init__(
        self, model: type[Model], rows_for: Callable[[Any], QuerySet[Any]], actions: frozenset[str]
    ) -> None:
        super().__init__(model)
        self.rows_for = rows_for
        self.actions = actions

    def user_has_permission(self, user: Any, action: str) -> bool:
        return bool(user.is_active and action in self.actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Model) -> bool:
        return self.user_has_permission(user, action) and self.rows_for(user).filter(pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Any]:
        rows = self.rows_for(user)
        return rows if self.actions & set(actions) else rows.none()

    def users_with_any_permission(self, actions: Any) -> QuerySet[Any]:
        people = get_user_model()._default_manager.filter(is_active=True, groups__name__in=Role.values)
        return people.distinct() if self.actions & set(actions) else people.none()


class _OwnRowsOnly:
    """Put in front of each of Wagtail's view classes: foreign rows are 404, lists hold own rows only."""

    kwargs: dict[str, Any]
    request: HttpRequest
    rows_for: Callable[[Any], QuerySet[Any]]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        if "pk" in kwargs and not type(self).rows_for(request.user).filter(pk=kwargs["pk"]).exists():
            raise Http404
        super().setup(request, *args, **kwargs)  # type: ignore[misc]

    def get_base_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_base_queryset()  # type: ignore[misc]
        return rows.filter(pk__in=type(self).rows_for(self.request.user).values("pk"))


class TenantViewSet(ModelViewSet):
    """A ``ModelViewSet`` whose every view shows only what ``rows_for`` returns for the person."""

    rows_for: Callable[[Any], QuerySet[Any]]

    def construct_view(self, view_class: Any, **kwargs: Any) -> Callable[..., HttpResponseBase]:
        walled = type(
            view_class.__name__, (_OwnRowsOnly, view_class), {"rows_for": staticmethod(type(self).rows_for)}
        )
        return super().construct_view(walled, **kwargs)
