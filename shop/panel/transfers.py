"""Money that came in, and money that must go back."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.payments.models import InboundOutcome, RefundState

from .screens import Screen, Tab, page_of, query_without_page
from .selectors import refunds_for, transfers_for

OUTCOME_KEY = "ket-qua"
STATE_KEY = "tinh-trang"
PER_PAGE = 50


class TransferList(Screen):
    template_name = "panel/transfers.html"
    page_title = gettext_lazy("Tiền về")
    header_icon = "download"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = transfers_for(self.request.user)
        outcome = self.request.GET.get(OUTCOME_KEY, "")
        counts = dict(rows.order_by().values_list("outcome").annotate(Count("pk")))
        here = reverse("panel:transfers")
        tabs = [Tab(_("Tất cả"), here, outcome not in InboundOutcome.values, sum(counts.values()))]
        for choice in (InboundOutcome.UNMATCHED, InboundOutcome.RECEIVED, InboundOutcome.MATCHED):
            url = f"{here}?{OUTCOME_KEY}={choice}"
            tabs.append(Tab(str(choice.label), url, outcome == choice, counts.get(choice, 0)))
        if outcome in InboundOutcome.values:
            rows = rows.filter(outcome=outcome)
        context.update(
            page=page_of(rows, self.request, PER_PAGE),
            page_link=query_without_page(self.request),
            tabs=tabs,
        )
        return context


class RefundList(Screen):
    template_name = "panel/refunds.html"
    page_title = gettext_lazy("Hoàn tiền")
    header_icon = "rotate"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = refunds_for(self.request.user)
        state = self.request.GET.get(STATE_KEY, RefundState.REQUESTED)
        if state not in RefundState.values:
            state = RefundState.REQUESTED
        counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
        here = reverse("panel:refunds")
        rows = rows.filter(state=state)
        context.update(
            page=page_of(rows, self.request, PER_PAGE),
            page_link=query_without_page(self.request),
            total=rows.order_by().aggregate(total=Sum("amount"))["total"] or 0,
            tabs=[
                Tab(str(choice.label), f"{here}?{STATE_KEY}={choice}", state == choice, counts.get(choice, 0))
                for choice in RefundState
            ],
        )
        return context
