"""What public pages tell search engines (schema.org JSON-LD): types that exist, each with what it needs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from catalog.models import Certificate, ProductSheet
from cms.models import RecipePage, StoryPage
from tests.support.pages import detail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_market")]

NEEDS: dict[str, set[str]] = {
    "AggregateRating": {"ratingValue", "reviewCount", "bestRating", "worstRating"},
    "Answer": {"text"},
    "Article": {"headline", "datePublished", "publisher", "mainEntityOfPage"},
    "Brand": {"name"},
    "BreadcrumbList": {"itemListElement"},
    "Certification": {"name", "certificationIdentification", "issuedBy", "expires"},
    "FAQPage": {"mainEntity"},
    "HowToStep": {"text"},
    "ListItem": {"position", "name", "item"},
    "Offer": {"price", "priceCurrency", "availability", "url", "seller"},
    "Organization": {"name"},
    "PostalAddress": {"addressLocality", "addressCountry"},
    "Product": {"name", "image", "offers", "url"},
    "QuantitativeValue": {"value", "unitCode"},
    "Question": {"name", "acceptedAnswer"},
    "Rating": {"ratingValue", "bestRating", "worstRating"},
    "Recipe": {"name", "recipeIngredient", "recipeInstructions", "recipeYield", "totalTime"},
    "Review": {"author", "reviewRating", "datePublished"},
    "Person": {"name"},
    "UnitPriceSpecification": {"price", "priceCurrency", "referenceQuantity"},
}
ADDRESSES = {"url", "item", "image", "mainEntityOfPage"}
STATES = {"InStock", "LimitedAvailability", "OutOfStock", "PreOrder"}


def pages() -> dict[str, tuple[str, set[str]]]:
    """Name → address, and what the page is about."""
    sheets = [one for one in ProductSheet.objects.order_by("pk") if one.is_public]
    certificate = Certificate.objects.order_by("pk")[0]
    story, recipe = (
        model.objects.live().filter(locale__language_code="vi").order_by("pk")[0]
        for model in (StoryPage, RecipePage)
    )
    goods = {f"goods {sheet.pk}": (detail(sheet), {"Product", "BreadcrumbList"}) for sheet in sheets}
    assert any(sheet.has_choice for sheet in sheets) and not all(sheet.can_be_bought for sheet in sheets)
    return goods | {
        "home": ("/", {"Organization"}),
        "catalogue": ("/san-pham/", {"BreadcrumbList"}),
        "stall": (f"/hop-tac-xa/{sheets[0].cooperative.slug}/", {"Organization", "BreadcrumbList"}),
        "certificate": (f"/chung-nhan/{certificate.pk}/", {"BreadcrumbList"}),
        "seasons": ("/mua-vu/", {"BreadcrumbList"}),
        "ranking": ("/xep-hang/", {"BreadcrumbList"}),
        "story": (str(story.get_url()), {"Article"}),
        "recipe": (str(recipe.get_url()), {"Recipe"}),
        "questions": ("/hoi-dap/", {"FAQPage"}),
    }


def nodes_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every node, those inside others too."""
    if isinstance(value, dict):
        if "@graph" not in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from nodes_in(part)


def faults_of(node: dict[str, Any]) -> list[str]:
    kind = node.get("@type")
    found = [f"unknown type {kind}"] if kind not in NEEDS else []
    found += [f"{kind} lacks {name}" for name in sorted(NEEDS.get(str(kind), set()) - node.keys())]
    found += [f"{kind}.{name} is empty" for name, value in node.items() if value in ("", None, [], {})]
    found += [
        f"{kind}.{name} is no address: {node[name]}"
        for name in sorted(ADDRESSES & node.keys())
        if not str(node[name]).startswith((settings.BASE_URL, "http://testserver/"))
    ]
    if kind == "BreadcrumbList":
        places = [step["position"] for step in node["itemListElement"]]
        if places != list(range(1, len(places) + 1)):
            found.append(f"steps are counted {places}")
    if kind == "Offer" and node.get("availability") not in {f"https://schema.org/{one}" for one in STATES}:
        found.append(f"no state of goods: {node.get('availability')}")
    if kind == "Offer" and not re.fullmatch(r"[1-9]\d*", str(node.get("price"))):
        found.append(f"no price: {node.get('price')}")
    return found


def test_every_page_tells_what_it_is_about_and_nothing_is_missing_in_it(client: Client) -> None:
    found: list[str] = []
    for name, (path, subjects) in pages().items():
        html = client.get(path).content.decode()
        (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
        facts = json.loads(text)
        assert facts["@context"] == "https://schema.org", name
        tops = facts.get("@graph", [facts])
        if {top["@type"] for top in tops} != subjects:
            found.append(f"{name}: is about {[top['@type'] for top in tops]}")
        for top in tops:
            if top["@type"] == "Organization" and "url" not in top:
                found.append(f"{name}: its Organization has no address")
        found += [f"{name}: {fault}" for node in nodes_in(tops) for fault in faults_of(node)]
    assert not found, "\n".join(found)
