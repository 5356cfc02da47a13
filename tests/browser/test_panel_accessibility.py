"""axe-core finds nothing serious on any page of the panel that we wrote, for the role that uses it, 360 pixels wide.

What Wagtail wrote (its page editor) is Wagtail's. On PostgreSQL the pages are the same, so it is not asked again.
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from catalog.clock import today
from cms.models import StoryPage
from cms.operator import decide
from cms.parts import Kind, new_part
from cms.services import publish_story
from shop.invoices.delegation import note_delegation
from shop.orders.services import receive
from shop.payments.models import EventKind
from shop.payments.provider import ProviderEvent
from shop.payments.services import keep
from shop.sellers import bank_accounts
from tests.browser.conftest import go_as, open_page
from tests.factories import make_operator_edition
from tests.shop.stories.test_stories import as_role as as_role
from tests.shop.stories.test_stories import sent
from tests.support.axe import in_both_schemes
from tests.support.doors import Door, reviewed
from tests.support.market import Market
from tests.test_doors import DOORS, key_of, log_in
from tests.test_doors import values as values

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="the pages are the same"),
]

OURS = re.compile(r"panel(_\w+)?:|second_factor:|wagtailadmin_(home|login)$")
USERS = ("cooperative", "operator", "invoice_staff", "editor", "helper")
# Wagtail's buttons fade from one theme to the other whatever the reader prefers.
SETTLED = """() => {
    document.body.offsetHeight;
    for (const one of document.getAnimations()) {
        if (one.effect.getComputedTiming().endTime === Infinity) one.cancel();
        else one.finish();
    }
}"""
GRAVE = ("serious", "critical")


def role_of(door: Door) -> str | None:
    """The first of ``USERS`` whom the door's GET answers with a page."""
    row = reviewed()[door.label]
    return next((role for role in USERS if row[role].startswith("200/")), None)


@pytest.fixture
def page(chromium: Browser, live_server: Any, complaints: list[str], market: Market) -> Any:
    # Colours that fade from light to dark would be judged on their way.
    page = open_page(chromium, live_server, complaints, reduced_motion="reduce")
    yield page
    page.context.close()


def judge(page: Page, name: str) -> list[str]:
    """What is grave about the page as it stands."""
    return [
        f"{name} ({scheme}): {fault['id']}: " + "; ".join(node["html"][:160] for node in fault["nodes"][:3])
        for scheme, fault in in_both_schemes(page, settle=lambda: page.evaluate(SETTLED))
        if fault["impact"] in GRAVE
    ]


@pytest.mark.parametrize("role", ["anonymous", *USERS])
def test_no_page_of_the_panel_has_a_grave_fault(
    role: str, page: Page, market: Market, values: dict[str, Any]
) -> None:
    bank_accounts.ask_to_change(
        cooperative=market.a,
        bank_name="ACB",
        number="123456789",
        holder="HTX",
        by=market.people["cooperative"],
    )
    key = log_in(market.people[role])
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    page.goto("/robots.txt")
    if key:
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": page.url}])
    found, looked_at = [], 0
    for door in DOORS:
        if not OURS.match(door.label):
            continue
        if door.label == "wagtailadmin_login":
            if role != "anonymous":
                continue
        elif role_of(door) != role:
            continue
        path = door.path(values | {"pk": key_of(door, market, role, values["image_id"]), "parent_pk": 1})
        answer = client.get(path)
        is_page = not answer.streaming and b"<title>" in answer.content  # neither a file nor a part of a page
        answer.close()
        if answer.status_code != 200 or not is_page:
            continue
        page.goto(path)
        looked_at += 1
        found += judge(page, f"{door.label} of {role}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 360:
            found.append(f"{door.label} of {role}: {wide} pixels wide")
    assert (
        looked_at
        >= {"anonymous": 1, "cooperative": 20, "operator": 10, "invoice_staff": 1, "editor": 0, "helper": 1}[
            role
        ]
    )
    assert not found, "\n".join(found)


@pytest.fixture
def waiting(market: Market, values: dict[str, Any], as_role: Any) -> dict[str, list[str]]:
    """Role → addresses of screens on which something waits, which the doors do not have."""
    order = market.order
    event = ProviderEvent("du_1", EventKind.CHARGEBACK, amount=50_000, reference=order.number)
    receive(keep("sepay", [event], b"")[0].pk)
    accepted, _proposed = (make_operator_edition(legal_name=f"Liên hiệp {name}") for name in ("cũ", "mới"))
    decide(accepted.pk, accept=True, by=market.people["operator"])
    story, waits = (
        publish_story(
            slug=slug, language="vi", title=slug, intro="…", body_markdown="Chữ.", cooperative=market.a
        )
        for slug in ("co-moi-phan", "cho-bien-tap")
    )
    parts = [{"type": kind, "value": new_part(kind).raw["value"]} for kind in Kind if kind != Kind.KEPT]
    story.body = [*parts, {"type": "map", "value": {}}]
    story.save_revision(clean=False)
    form = as_role("cooperative")
    path = reverse("panel:story_edit", args=[waits.pk])
    form.post(path, sent(form, path, intro="Lời dẫn mới") | {"act": "submit"})
    assert StoryPage.objects.get(pk=waits.pk).workflow_in_progress
    note_delegation(
        seller=market.a,
        contract_number="01/UN",
        issuer_tax_code="0109999037",
        issuer_name="Công ty Mẫu",
        issuer_address="Số 1 phố Ví Dụ",
        valid_from=today(),
        valid_to=today(),
    )
    return {
        "operator": [
            reverse("panel:market_data"),
            reverse("panel:order_money", args=[order.number]),
        ],
        "invoice_staff": [reverse("panel:delegations"), reverse("panel:signing")],
        "editor": [reverse("panel:stories"), reverse("panel:story", args=[waits.pk])],
        "cooperative": [
            reverse("panel:story_edit", args=[story.pk]),
            reverse("panel:story", args=[waits.pk]),
            reverse("panel:help_consents"),
            reverse("panel:help_allow"),
        ],
    }


def test_a_screen_on_which_something_waits_and_a_form_sent_back_have_no_grave_fault(
    page: Page, market: Market, waiting: dict[str, list[str]]
) -> None:
    found = []
    for role, paths in waiting.items():
        go_as(page, market.people[role])
        for path in paths:
            page.goto(path)
            found += judge(page, f"{path} of {role}")
            main = page.locator("main")
            forms = {
                "/thong-tin-cho/": ("#id_legal_name", "Gửi đề nghị"),
                "/tien-cua-don/": ("[name^=parcel_]", "Gửi đề nghị"),
                "/nguoi-giup/cho/": ("#id_valid_to", "Cho làm thay"),
                "/uy-nhiem/": ("#id_contract_number", "Khai với cơ quan thuế"),
            }
            for part, (field, button) in forms.items():
                if part in path:
                    folded = main.locator("details:not([open])", has=page.locator(field))
                    if folded.count():
                        folded.locator("summary").first.click()
                    main.locator(field).first.fill("")
                    main.get_by_role("button", name=button).last.click()
                    wrong = main.locator("[aria-invalid=true]").first
                    expect(wrong).to_be_focused()
                    expect(wrong).to_be_in_viewport()
                    found += judge(page, f"{path} of {role}, sent back")
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > 360:
                found.append(f"{path} of {role}: {wide} pixels wide")
    assert not found, "\n".join(found)


def test_a_grave_fault_would_be_found(page: Page) -> None:
    page.goto("/quan-tri/login/")
    page.evaluate("document.querySelector('main').append(document.createElement('select'))")
    assert any("select-name" in fault for fault in judge(page, "broken on purpose"))
