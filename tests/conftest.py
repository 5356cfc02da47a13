"""What every test has: a database copied from a template, and sockets on loopback only."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.template.base import Template
from django.template.context import Context
from django.test import TransactionTestCase
from django.test.signals import template_rendered
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from shop.translations import compile_translations
from tests.support.databases import Databases, databases_for, locked
from tests.support.extent import WHOLE
from tests.support.rsa_keys import deal_keys
from tests.support.standing import Standing, fewest_rows_first, rows_that_stand
from tests.support.widths import count_widths

if TYPE_CHECKING:
    from tests.support.market import Market

WANTS_MARKET = pytest.StashKey[bool]()
IN_USE = pytest.StashKey[Databases]()

AGAIN = (
    "tests/catalog/importing/test_uploads.py",
    "tests/catalog/test_lot_making.py",
    "tests/catalog/test_lots.py",
    "tests/catalog/test_paging.py",
    "tests/catalog/test_queries.py",
    "tests/catalog/test_search",
    "tests/catalog/test_season.py",
    "tests/catalog/test_services.py",
    "tests/catalog/test_synonyms.py",
    "tests/races/",
    "tests/shop/accounts/",
    "tests/shop/invoices/",
    "tests/shop/ledger/",
    "tests/shop/management/test_migrating.py",
    "tests/shop/orders/test_invariants.py",
    "tests/shop/orders/test_lots.py",
    "tests/shop/orders/test_money_states.py",
    "tests/shop/orders/test_paying.py",
    "tests/shop/orders/test_placing.py",
    "tests/shop/orders/test_preorders.py",
    "tests/shop/orders/test_receiving.py",
    "tests/shop/orders/test_settling.py",
    "tests/shop/orders/test_reference_model.py",
    "tests/shop/orders/test_storm.py",
    "tests/shop/payments/test_re",
    "tests/shop/promotions/",
    "tests/shop/reports/test_sums.py",
    "tests/shop/shipping/",
    "tests/shop/test_health.py",
    "tests/test_doors.py::test_every_url",
    "tests/test_standing.py",
    "tests/browser/test_journey.py::test_from_a_story_to_a_signed_invoice[360]",
    "tests/browser/test_purchase.py::test_a_basket_of_two_stalls_becomes_a_paid_order",
    "tests/browser/test_purchase.py::test_a_second_press_of_the_button_makes_no_second_order",
)
"""Asked on PostgreSQL too: what a database may answer differently (locks, guards, search, sorting, sums, money), and
every page once, through the doors. The rest is asked there by ``make test-whole``, which sets ``WHOLE``."""

LONGEST = (
    "tests/browser/test_accessibility.py",
    "tests/browser/test_panel_accessibility.py",
    "tests/browser/test_journey.py",
    "tests/test_doors.py::test_every_url",
)
"""Begun first, so that no core waits for one of them at the end; before them whatever needs the browser."""

# In a fresh clone the first text drawn builds Hypothesis's table of characters, which takes a second by itself.
hypothesis.settings.register_profile("house", suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

# Playwright's synchronous driver runs an event loop in the test's thread; Django would refuse the ORM there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--door", default="", help="tests/test_doors.py: ask only the URLs whose label matches this regex"
    )


def pytest_configure() -> None:
    gc.set_threshold(50_000, 20, 50)
    count_widths()
    deal_keys()
    with locked("translations"):
        compile_translations(settings.LOCALE_PATHS)


def _touches_the_database(item: pytest.Item) -> bool:
    touching = {"db", "transactional_db", "django_db_setup", "live_server", "demo_market"}
    return bool(item.get_closest_marker("django_db") or touching & set(getattr(item, "fixturenames", ())))


def _again(config: pytest.Config) -> tuple[str, ...]:
    """How the names of the tests begin that PostgreSQL is asked; files named on the command line always are."""
    return ("tests/",) if WHOLE or config.option.file_or_dir else AGAIN


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file from which no test would run isn't read: each worker would spend seconds on reading them all."""
    if collection_path.is_dir():
        return None
    name = collection_path.relative_to(config.rootpath).as_posix()
    if config.option.markexpr == "browser" and not name.startswith("tests/browser/"):
        return True
    files = tuple(begin.partition("::")[0] for begin in _again(config))
    if os.environ.get("TEST_DATABASE_URL") and not name.startswith(files):
        return True
    return None


def pytest_collection_finish() -> None:
    gc.freeze()  # what has been loaded stays to the end: nobody needs to walk it again


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL what a database may answer differently runs again; what needs locks of rows runs there alone.

    Files that are named on the command line always run.
    """
    again = _again(config)

    def is_asked(item: pytest.Item) -> bool:
        if item.get_closest_marker("locks_rows"):
            return bool(os.environ.get("TEST_DATABASE_URL"))
        if os.environ.get("TEST_DATABASE_URL"):
            return _touches_the_database(item) and item.nodeid.startswith(again)
        return True

    config.hook.pytest_deselected(items=[item for item in items if not is_asked(item)])
    items[:] = fewest_rows_first([item for item in items if is_asked(item)])
    items.sort(
        key=lambda item: (item.get_closest_marker("browser") is None, not item.nodeid.startswith(LONGEST))
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before pytest-django opens the test's transaction: that can't be moved to another database."""
    if _touches_the_database(item):
        item.config.stash[WANTS_MARKET] = "market_database" in getattr(item, "fixturenames", ())
        if databases := item.config.stash.get(IN_USE, None):
            with item.config.stash[blocking_manager_key].unblock():
                databases.select(market=item.config.stash[WANTS_MARKET])


def _render_telling_once(template: Template, context: Context) -> str:
    """As Django's own under test, but a page tells its context once, not again for each of a hundred pieces."""
    if context.template is template:
        template_rendered.send(sender=template, template=template, context=context)
    return template.nodelist.render(context)


@pytest.fixture(scope="session", autouse=True)
def telling_once(django_test_environment: None) -> None:
    """What a test reads as ``response.context`` is that of the page; copying it for each piece took a tenth of it."""
    Template._render = _render_telling_once


@pytest.fixture(scope="session")
def databases(worker_id: str) -> Iterator[Databases]:
    databases = databases_for(worker_id)
    yield databases
    databases.drop()


@pytest.fixture(scope="session")
def django_db_setup(
    databases: Databases, django_db_blocker: DjangoDbBlocker, pytestconfig: pytest.Config
) -> Iterator[None]:
    """Replaces pytest-django's: no migrations here, a copy of the template instead.

    A transactional test would end in a flush of all tables, which also empties what migrations
    wrote (Wagtail's root page, the locales); the template is copied again instead.
    """
    with django_db_blocker.unblock():
        databases.use()
        databases.select(market=pytestconfig.stash.get(WANTS_MARKET, False))
    pytestconfig.stash[IN_USE] = databases
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: databases.restore())
    yield
    patch.undo()


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Standing]:
    """Keeps rows for all tests of the module (``tests/support/standing.py``)."""
    with rows_that_stand(django_db_blocker) as standing:
        yield standing


@pytest.fixture
def market_database() -> None:
    """Whoever asks for it finds the small market in the database (``pytest_runtest_setup``)."""


@pytest.fixture
def market(market_database: None, databases: Databases, db: None) -> Market:
    """Two stalls with goods, orders, invoices, and a person of every role."""
    return databases.market()


@pytest.fixture
def demo_market(databases: Databases, transactional_db: None) -> None:
    """The whole demo market in the test's database (goods, stalls, stories, log-ins)."""
    databases.restore(demo=True)


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    """A request of an earlier test leaves its language behind in the thread."""
    translation.activate(settings.LANGUAGE_CODE)
