"""Whose key signs the invoices and until when, contracts about to end, and the series with their last numbers."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.clock import today

from .delegations import state_of
from .screens import Screen
from .selectors import (
    certificates_of_signers_for,
    ending_delegations_for,
    ending_signatures_for,
    series_for,
)


class Signing(Screen):
    """Certificates, those in trouble first, contracts about to end, and registered series with their last number."""

    template_name = "panel/signing.html"
    page_title = gettext_lazy("Chứng thư số và ký hiệu")
    header_icon = "key"

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:invoices"), "label": _("Hóa đơn")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now, on = self.request.user, timezone.now(), today()
        return {
            **super().get_context_data(**kwargs),
            "certificates": certificates_of_signers_for(user),
            "ending": {one.pk for one in ending_signatures_for(user)},
            "now": now,
            "contracts": [
                (row, *state_of(row, on)) for row in ending_delegations_for(user).select_related("seller")
            ],
            "series": series_for(user).select_related("seller").order_by("seller__name", "-pk"),
        }
