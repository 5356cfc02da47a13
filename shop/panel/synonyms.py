"""Words of other regions: the groups that search understands, kept by editors."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from catalog.models import SynonymGroup

from .screens import PAGE_KEY
from .tenancy import RowsPolicy


def groups_for(_user: Any) -> QuerySet[SynonymGroup]:
    """All of them: they belong to the market. The panel's door decides who comes here."""
    return SynonymGroup.objects.all()


# Wagtail asks for the policy while the viewset is built, so it is registered first.
register_permission_policy(
    SynonymGroup, RowsPolicy(SynonymGroup, groups_for, frozenset({"view", "add", "change", "delete"}))
)


class SynonymList(IndexView):
    page_title = _("Từ cùng nghĩa")
    page_kwarg = PAGE_KEY


class SynonymViewSet(ModelViewSet):
    """Five views; history and usage of a group say nothing that the list does not."""

    VIEWS = frozenset({"index", "index_results", "add", "edit", "delete"})

    model = SynonymGroup
    index_view_class = SynonymList
    name = "panel_synonyms"
    url_prefix = "tu-cung-nghia"
    icon = "search"
    menu_label = _("Từ cùng nghĩa")
    menu_name = "synonyms"
    menu_order = 160
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    list_per_page = 50
    list_display = ("words", BooleanColumn("is_one_way", label=_("Chỉ một chiều")))
    search_fields = ("words",)
    panels = (
        FieldPanel(
            "words",
            help_text=_(
                "Các từ cách nhau bằng dấu phẩy, ví dụ: khoai sọ, khoai môn. Lưu xong là chợ tìm theo ngay."
            ),
        ),
        FieldPanel(
            "is_one_way",
            help_text=_("Đánh dấu thì ai gõ từ đầu sẽ thấy cả các từ sau, nhưng không ngược lại."),
        ),
    )

    def get_url_name(self, view_name: str) -> str | None:
        """None for the views that are not there: Wagtail then leaves their links out."""
        return super().get_url_name(view_name) if view_name in self.VIEWS else None

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("them/", self.add_view, name="add"),
            path("<int:pk>/", self.edit_view, name="edit"),
            path("<int:pk>/xoa/", self.delete_view, name="delete"),
        ]
