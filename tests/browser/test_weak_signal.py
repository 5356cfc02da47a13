"""What each type of page weighs, how often it asks and how much it jumps, in the browser: the budgets of product.md §5.

First visits come over the weak line, on which Chromium fetches lazy pictures from twice as far ahead as on a good
one. Times are measured by ``benchmarks/weak_signal.py`` and asserted nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from shop.low_data import COOKIE
from tests.browser.conftest import open_page
from tests.support.pages import fill_market
from tests.support.weak_signal import BUDGETS, KIB, LOW_DATA, MOST_SHIFT, Budget, Meter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def over(name: str, meter: Meter, budget: Budget) -> list[str]:
    """What is over its budget, in words."""
    visit, weights = meter.visit, meter.visit.weights
    measured = {
        "html": (weights["document"], budget.html),
        "style": (weights["style"], budget.style),
        "script": (weights["script"], budget.script),
        "pictures": (meter.above_the_fold(), budget.pictures),
        "total": (visit.total, budget.total),
    }
    found = [
        f"{name}: {what} {weight / KIB:.1f} KiB, {most} allowed"
        for what, (weight, most) in measured.items()
        if weight > most * KIB
    ]
    if len(visit.addresses) > budget.requests:
        found.append(f"{name}: {len(visit.addresses)} requests, {budget.requests} allowed: {visit.addresses}")
    return found


def scroll_through(page: Page) -> None:
    """Down to the end, waiting at each step for the pictures that are to be seen there.

    Only for those: a lazy picture that was never in sight may never be fetched, and is waited for without end.
    """
    page.evaluate("""async () => {
        const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const inSight = (image) => {
            const {top, bottom, width} = image.getBoundingClientRect();
            return width > 0 && bottom > 0 && top < innerHeight;
        };
        for (let y = 0; y < document.documentElement.scrollHeight; y += 500) {
            scrollTo(0, y);
            await drawn();
            await Promise.all([...document.images].filter(inSight).map((image) => image.decode().catch(() => null)));
        }
        await drawn();
    }""")


class Phone:
    """A telephone with two pixels to the point and an empty cache."""

    def __init__(self, page: Page) -> None:
        self.page, self.meter, self.found = page, Meter(page, is_served_compressed=False), list[str]()

    def go(self, name: str, path: str, budget: Budget) -> None:
        """What is over its budget, comes from elsewhere, or jumps, stands in ``found`` then."""
        visit = self.meter.go(path)
        assert visit.weights["document"] > KIB, name  # something was weighed
        self.found += over(name, self.meter, budget)
        if strangers := visit.hosts() - {urlsplit(self.page.url).netloc}:
            self.found.append(f"{name}: asks {strangers}")
        scroll_through(self.page)
        if (shift := self.meter.seen()["cls"]) > MOST_SHIFT:
            self.found.append(f"{name}: shifts by {shift:.3f}")


@pytest.fixture
def new_phone(
    chromium: Browser, live_server: Any, complaints: list[str], demo_market: None
) -> Iterator[Callable[[], Phone]]:
    pages: list[Page] = []

    def make() -> Phone:
        options = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
        pages.append(open_page(chromium, live_server, complaints, **options))
        return Phone(pages[-1])

    yield make
    for page in pages:
        page.context.close()


def test_first_visits_keep_their_budgets_and_nothing_jumps(new_phone: Callable[[], Phone]) -> None:
    pages = fill_market()
    found = []
    for name in ("trace", "product", "catalogue", "home"):
        phone = new_phone()
        phone.meter.weaken_line()
        phone.go(name, pages[name], BUDGETS[name])
        found += phone.found
    assert not found, "\n".join(found)


def test_from_the_shelf_to_paying_each_page_adds_little(new_phone: Callable[[], Phone]) -> None:
    pages = fill_market()
    phone = new_phone()
    phone.go("catalogue", pages["catalogue"], BUDGETS["catalogue"])
    phone.page.locator(".product-card").get_by_role("button").first.click()
    expect(phone.page.locator(".product-card [role=status]").first).to_be_visible()
    for name, path in (("basket", "/gio-hang/"), ("checkout", "/thanh-toan/"), ("pay", pages["pay"])):
        phone.go(name, path, BUDGETS[name])
    assert not phone.found, "\n".join(phone.found)


def test_low_data_pages_keep_their_budget(new_phone: Callable[[], Phone], live_server: Any) -> None:
    pages = fill_market()
    found = []
    for name in ("product", "catalogue", "home", "story", "recipe", "questions", "stall", "empty basket"):
        phone = new_phone()
        phone.page.context.add_cookies([{"name": COOKIE, "value": "1", "url": live_server.url}])
        phone.go(f"{name} with few data", pages[name], LOW_DATA)
        found += phone.found
    assert not found, "\n".join(found)
