"""``{% share_card %}``: the picture that goes with a shared link of a product."""

from __future__ import annotations

from django import template

from catalog.models import ProductSheet
from catalog.pictures import SharePicture
from shop import share_cards

register = template.Library()


@register.simple_tag
def share_card(sheet: ProductSheet) -> SharePicture:
    """``{% share_card sheet as share_picture %}``: what ``catalog/_share.html`` takes."""
    return share_cards.share_card(sheet)
