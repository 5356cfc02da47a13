"""What is different from what the client's user has agreed to, in words for that person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog.models import ApprovalState
from catalog.sold import sheet_of
from shop.money import format_amount
from shop.templatetags.market import day as as_day


def differences(quote: Mapping[str, Any], agreed_amount: int, agreed_days: Mapping[str, Any]) -> list[str]:
    """One sentence for each; never none, since somebody may have bought the goods just now and given them back.

    Shape: ``quote`` as it is answered; ``agreed_days`` the days that were seen, by product id.
    """
    quoted = {line["product"]: line["title"] for stall in quote["stalls"] for line in stall["lines"]}
    titles = _titles({each["product"] for each in quote["problems"] if "product" in each}) | quoted
    stalls = {stall["id"]: stall["name"] for stall in quote["stalls"]}
    found = []
    for problem in quote["problems"]:
        about = titles.get(problem.get("product")) or stalls.get(problem.get("stall")) or problem.get("code")
        found.append(f"{about}: {problem['text']}" if about else problem["text"])
    if quote["total_amount"] > agreed_amount:
        text = _("Tổng tiền vừa đổi từ %(before)s thành %(now)s.")
        found.append(
            text % {"before": format_amount(agreed_amount), "now": format_amount(quote["total_amount"])}
        )
    days = quote["promised_days"]
    for product, title in ((str(pk), title) for pk, title in quoted.items()):
        if days.get(product) == agreed_days.get(product):
            continue
        if product in days:
            day = as_day(dt.date.fromisoformat(days[product]))
            found.append(_("%(title)s: nay giao được từ %(day)s.") % {"title": title, "day": day})
        else:
            found.append(_("%(title)s: nay giao được ngay.") % {"title": title})
    return found or [_("Vừa có người mua trước, bạn thử lại nhé")]


def _titles(product_ids: Collection[int]) -> dict[int, str]:
    """What goods that can't be had are called, if they were ever shown to anybody."""
    rows = get_model("catalogue", "Product").objects.filter(pk__in=product_ids)
    products = rows.select_related("parent", "sheet", "pack__sheet")
    sheets = ((product, sheet_of(product)) for product in products)
    return {
        product.pk: product.get_title()
        for product, sheet in sheets
        if sheet and sheet.state == ApprovalState.APPROVED
    }
