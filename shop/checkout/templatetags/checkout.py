"""What the basket, checkout and order templates need beside money and dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import get_language

from catalog.models import ProductSheet
from catalog.sold import shown_pack

register = template.Library()


@register.filter
def of(mapping: Mapping[int, Any], key: int) -> Any:
    """The entry of ``mapping`` for ``key``, empty if there is none."""
    return mapping.get(key, "")


@register.filter
def title_of(sheet: ProductSheet) -> str:
    """The product's name in the reader's language, in Vietnamese where there is no translation."""
    title: str = sheet.product.title
    return sheet.title_en or title if _reads_english() else title


@register.filter
def pack_of(product: Any) -> str:
    """The size that was chosen, in the reader's language."""
    return shown_pack(product)


@register.filter
def telephone(number: str) -> str:
    """``0912345678`` as people read it out: ``0912 345 678``."""
    if len(number) == 10 and number.isdecimal():
        return f"{number[:4]} {number[4:7]} {number[7:]}"
    return number


@register.filter
def dial(number: str) -> str:
    """The digits of ``number`` for a link that calls it."""
    return "".join(sign for sign in number if sign.isdecimal() or sign == "+")


def _reads_english() -> bool:
    return (get_language() or "").startswith("en")
