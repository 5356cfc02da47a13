"""Structured data (schema.org JSON-LD) of public pages, as text that is safe inside a script element."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalog.gtin import digital_link
from catalog.models import Cooperative, ProductSheet, StockLevel

_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
_AVAILABILITY = {
    StockLevel.IN_STOCK: "InStock",
    StockLevel.FEW_LEFT: "LimitedAvailability",
    StockLevel.SOLD_OUT: "OutOfStock",
    StockLevel.PRE_ORDER: "PreOrder",
    StockLevel.OUT_OF_SEASON: "OutOfStock",
}
PRODUCT_FACTS: list[Callable[[ProductSheet], dict[str, Any]]] = []
"""What rooms above know of a product besides; each gives properties of its node, or none."""
UNIT_CODES = {"g": "KGM", "ml": "LTR"}  # UN/CEFACT


def as_script_text(graph: dict[str, Any]) -> SafeString:
    """``graph`` as JSON that can't close the script element it stands in."""
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308  nothing in it can end the element


def absolute(path: str) -> str:
    """``path`` with the market's public address in front; full addresses stay."""
    return path if path.startswith(("http://", "https://")) else f"{settings.BASE_URL}{path}"


def breadcrumb(steps: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A ``BreadcrumbList`` of (name, path) from the front page down."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute(path)}
            for place, (name, path) in enumerate(steps, start=1)
        ],
    }


def organization(cooperative: Cooperative, path: str) -> dict[str, Any]:
    """The stall as an ``Organization``."""
    return {
        "@type": "Organization",
        "name": cooperative.name,
        "legalName": cooperative.legal_name,
        "taxID": cooperative.tax_code,
        "url": absolute(path),
        "address": {
            "@type": "PostalAddress",
            "addressLocality": cooperative.commune.name,
            "addressRegion": cooperative.commune.province.name,
            "addressCountry": "VN",
        },
    }


def product(sheet: ProductSheet, *, path: str, picture: str, seller: dict[str, Any]) -> dict[str, Any]:
    """The product with its offer; a price only while there is one."""
    availability = _AVAILABILITY[sheet.stock_level] if sheet.cooperative.is_open else "OutOfStock"
    node: dict[str, Any] = {
        "@type": "Product",
        "name": sheet.title,
        "description": sheet.shown_summary,
        "sku": str(sheet.product_id),
        "url": absolute(path),
        "brand": {"@type": "Brand", "name": sheet.cooperative.name},
        "countryOfOrigin": "VN",
        "offers": _offers(sheet, path, seller, availability),
    }
    if gtin := getattr(sheet, "gtin", None):
        node["gtin"] = gtin.number
        node["hasGS1DigitalLink"] = digital_link(gtin.number, base=settings.BASE_URL)
    if picture:
        node["image"] = absolute(picture)
    if star := sheet.star:
        node["hasCertification"] = {
            "@type": "Certification",
            "name": _("OCOP %(stars)s sao") % {"stars": star.stars},
            "certificationIdentification": star.number,
            "issuedBy": {"@type": "Organization", "name": star.issuer},
            "validFrom": star.valid_from.isoformat(),
            "expires": star.last_day.isoformat(),
        }
    for more in PRODUCT_FACTS:
        node |= more(sheet)
    return node


def _offers(
    sheet: ProductSheet, path: str, seller: dict[str, Any], availability: str
) -> dict[str, Any] | list[dict[str, Any]]:
    """One ``Offer``, or one per pack; goods without a price keep an offer that is not to be had."""
    base = {"@type": "Offer", "url": absolute(path), "priceCurrency": "VND", "seller": seller}
    nodes = []
    for offer in sheet.offers:
        if not sheet.cooperative.is_open or offer.can_be_bought or len(sheet.offers) == 1:
            state = availability
        else:
            state = "OutOfStock"
        node = base | {
            "price": str(offer.price_amount),
            "availability": f"https://schema.org/{state}",
        }
        if sheet.has_choice:
            node |= {"name": offer.shown_name, "sku": str(offer.product_id)}
        if sheet.net_unit in UNIT_CODES and offer.unit_price:
            node["priceSpecification"] = {
                "@type": "UnitPriceSpecification",
                "price": str(offer.unit_price.amount),
                "priceCurrency": "VND",
                "valueAddedTaxIncluded": True,
                "referenceQuantity": {
                    "@type": "QuantitativeValue",
                    "value": "1",
                    "unitCode": UNIT_CODES[sheet.net_unit],
                },
            }
        nodes.append(node)
    if not nodes:
        return base | {"price": "0", "availability": f"https://schema.org/{availability}"}
    return nodes[0] if len(nodes) == 1 else nodes


def graph(*nodes: dict[str, Any]) -> SafeString:
    """Script text of several nodes."""
    return as_script_text({"@context": "https://schema.org", "@graph": list(nodes)})
