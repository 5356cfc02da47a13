"""What the product's page says of reviews."""

from __future__ import annotations

from typing import Any

from django import template

from catalog.models import ProductSheet
from shop.reviews.selectors import page_of, rating_of

register = template.Library()


@register.simple_tag
def reviews_of(sheet: ProductSheet) -> dict[str, Any]:
    """``rating``, the newest ``reviews`` and ``older``, the place behind them; nothing is read of goods without any."""
    rating = rating_of(sheet)
    reviews, older = page_of(sheet) if rating else ([], 0)
    return {"rating": rating, "reviews": reviews, "older": older}
