"""Buyers at their browsers: fifty want the same ten things, and one changes the basket while it is being ordered.

``RACE_BUYERS=50`` and ``RACE_CARTS=1000`` ask for the full size; each race has its control.
"""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.signing import Signer
from django.db import OperationalError, transaction
from django.db.models import F, Sum
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oscar.apps.basket.models import Line
from oscar.apps.order import utils as oscar_orders
from oscar.apps.order.models import Order
from oscar.apps.partner.abstract_models import AbstractStockRecord

from catalog.models import ProductSheet
from shop.checkout.views import checkout as view
from shop.orders import placing
from shop.orders.invariants import violations
from shop.orders.models import Consignment, OrderSheet
from shop.orders.requests import PriceChanged
from shop.partner.models import StockRecord
from shop.payments.models import PaymentAttempt
from tests.factories import make_commune, make_cooperative, make_product, make_promotion
from tests.shop.checkout.test_checkout import CHECKOUT, filled
from tests.support.extent import times
from tests.support.orders import fill_basket
from tests.support.together import at_once, drop_constraint

BUYERS = times("RACE_BUYERS", 10, 50)
UNITS = BUYERS // 5
CARTS = times("RACE_CARTS", 10, 1_000)
ANY_TOTAL = 10**9


def browser_with(basket: Any) -> Client:
    client = Client()
    client.cookies["oscar_open_basket"] = Signer().sign(basket.pk)
    return client


def browser(*goods: tuple[ProductSheet, int]) -> Client:
    """One with these goods in its basket."""
    return browser_with(fill_basket(*goods))


# --- Fifty buyers, ten of each -------------------------------------------------------------------------


def buyers(sheets: list[ProductSheet]) -> list[Callable[[], Any]]:
    """Each orders one of every product, put into the basket in an order of their own."""
    make_commune("00004", "Phường Ba Đình", province="01")
    chance = random.Random(50)
    browsers = [browser(*((sheet, 1) for sheet in chance.sample(sheets, 3))) for _ in range(BUYERS)]
    return [lambda client=client: client.post(CHECKOUT, filled(ANY_TOTAL)) for client in browsers]


@pytest.fixture
def every_look_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """All buyers have looked at the stock before any of them has bought."""
    monkeypatch.setattr(placing, "_shortages", lambda basket, **rest: ())


@pytest.mark.django_db(transaction=True)
def test_of_three_products_wanted_by_all_exactly_the_stock_is_sold() -> None:
    sheets = [make_product(stock=UNITS) for _ in range(3)]
    answers = at_once(buyers(sheets), seconds=600)
    assert Counter(answer.status_code for answer in answers) == {302: UNITS, 422: BUYERS - UNITS}
    for page in (answer.content.decode() for answer in answers if answer.status_code == 422):
        assert "Có món vừa hết hoặc không đủ. Chưa có đơn nào được đặt." in page
        assert 'href="/gio-hang/"' in page
    assert set(StockRecord.objects.values_list("num_allocated", flat=True)) == {UNITS}
    assert (Order.objects.count(), PaymentAttempt.objects.count(), violations()) == (UNITS, UNITS, [])


@pytest.mark.django_db(transaction=True)
def test_control_with_the_guard_off_everybody_is_sold_what_is_not_there(
    monkeypatch: pytest.MonkeyPatch, every_look_is_stale: None
) -> None:
    def allocate(record: StockRecord, quantity: int, *, from_harvest: bool = False) -> None:
        AbstractStockRecord.allocate(record, quantity)

    sheets = [make_product(stock=UNITS) for _ in range(3)]
    calls = buyers(sheets)
    monkeypatch.setattr(StockRecord, "allocate", allocate)
    drop_constraint(StockRecord, "never_oversold")
    together = threading.Barrier(BUYERS, timeout=60)
    real = view.confirm
    monkeypatch.setattr(view, "confirm", lambda **asked: (together.wait() and None) or real(**asked))
    answers = at_once(calls)
    assert Counter(answer.status_code for answer in answers) == {302: BUYERS}
    assert {record.net_stock_level for record in StockRecord.objects.all()} == {UNITS - BUYERS}


@pytest.mark.locks_rows
@pytest.mark.django_db(transaction=True)
def test_control_rows_taken_in_the_order_of_the_basket_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = (make_product(), make_product())
    make_commune("00004", "Phường Ba Đình", province="01")
    monkeypatch.setattr(oscar_orders, "sorted", lambda lines, key: list(lines), raising=False)
    has_one, taken = threading.Barrier(2, timeout=60), threading.local()
    real = StockRecord.allocate

    def allocate(record: StockRecord, quantity: int, **rest: Any) -> None:
        real(record, quantity, **rest)
        if not getattr(taken, "one", False):
            taken.one = True
            has_one.wait()

    monkeypatch.setattr(StockRecord, "allocate", allocate)
    clients = [browser((a, 1), (b, 1)), browser((b, 1), (a, 1))]
    answers = at_once([lambda client=client: client.post(CHECKOUT, filled(ANY_TOTAL)) for client in clients])
    refused = [answer for answer in answers if isinstance(answer, OperationalError)]
    assert {str(error).splitlines()[0] for error in refused} == {"deadlock detected"}


# --- One buyer with two tabs ---------------------------------------------------------------------------


class Visit:
    """A basket in two tabs, and what the second one and the stalls do to it while the first orders."""

    def __init__(self) -> None:
        stall = make_cooperative()
        self.taro = make_product(price=50_000, stock=40, cooperative=stall)
        self.other = make_product(price=50_000, stock=40, cooperative=stall)
        self.tea = make_product(price=70_000, stock=40)
        make_promotion(percent=10, code="MUAMOI", least_amount=100_000)
        make_commune("00004", "Phường Ba Đình", province="01")
        self.basket = fill_basket((self.taro, 2), (self.tea, 1))
        # Not agreed to yet: the page with its total.
        self.seen = total_on(browser_with(self.basket).post(CHECKOUT, filled(ANY_TOTAL, terms="")))

    @contextmanager
    def once(self) -> Iterator[None]:
        """Two tabs of their own; whatever they did is undone."""
        self.tab, self.second_tab = browser_with(self.basket), browser_with(self.basket)
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def strike(self, name: str) -> None:
        getattr(self, f"_{name}")()

    def _line(self) -> Any:
        return Line.objects.filter(basket__status="Open").earliest("pk")

    def _more(self) -> None:
        self.second_tab.post("/gio-hang/sua/", {f"quantity-{self._line().pk}": self._line().quantity + 1})

    def _less(self) -> None:
        self.second_tab.post("/gio-hang/sua/", {f"quantity-{self._line().pk}": 1})

    def _swap(self) -> None:
        """For goods that cost the same."""
        self.second_tab.post("/gio-hang/sua/", {"remove": self._line().pk})
        self.second_tab.post("/gio-hang/them/", {"product": self.other.product_id, "quantity": 2})

    def _code(self) -> None:
        self.second_tab.post("/gio-hang/ma/", {"ma": "MUAMOI"})

    def _code_out(self) -> None:
        self.second_tab.post("/gio-hang/ma/", {"bo": "MUAMOI"})

    def _dearer(self) -> None:
        StockRecord.objects.filter(product=self.taro.product_id).update(price=F("price") + 1000)

    def _cheaper(self) -> None:
        StockRecord.objects.filter(product=self.tea.product_id).update(price=F("price") - 1000)

    def _sold_out(self) -> None:
        StockRecord.objects.filter(product=self.tea.product_id).update(num_in_stock=0)


ATTACKS = ("more", "less", "swap", "code", "code_out", "dearer", "cheaper", "sold_out")
MOMENTS = ("_form", "read_stalls", "confirm")
"""Of a request: the basket is there, its total is about to be read, it is about to be ordered."""


def attacked(visit: Visit, plan: dict[str, list[str]], form: dict[str, Any]) -> Any:
    """The answer to the form, with the attacks of ``plan`` just before each of its moments, once."""
    waiting = dict(plan)

    def hook(moment: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def hooked(*args: Any, **rest: Any) -> Any:
            for attack in waiting.pop(moment, []):
                visit.strike(attack)
            return real(*args, **rest)

        return hooked

    with pytest.MonkeyPatch.context() as patch:
        for moment in MOMENTS:
            patch.setattr(view, moment, hook(moment, getattr(view, moment)))
        return visit.tab.post(CHECKOUT, form)


def total_on(page: Any) -> int:
    found = re.search(r'name="seen_total" value="(\d+)"', page.content.decode())
    assert found
    return int(found[1])


@pytest.fixture
def visit(db: None) -> Visit:
    return Visit()


def order_under(visit: Visit, plan: dict[str, list[str]]) -> None:
    """The buyer orders while ``plan`` happens, and agrees to what is asked again."""
    seen, form = visit.seen, filled(visit.seen)
    answer = attacked(visit, plan, form)
    for _again in range(2):
        if answer.status_code == 422:
            assert not Order.objects.exists()
            seen = total_on(answer)
            answer = visit.tab.post(CHECKOUT, form | {"seen_total": str(seen)})
    is_ordered = answer.status_code == 302
    assert is_ordered or "sold_out" in {attack for attacks in plan.values() for attack in attacks}
    assert Order.objects.count() == int(is_ordered)
    for sheet in OrderSheet.objects.select_related("order"):
        sums = Consignment.objects.aggregate(total=Sum("total_amount"), delivery=Sum("shipping_amount"))
        goods = sum(int(line.line_price_incl_tax) for line in sheet.order.lines.all())
        asked = sheet.order.payment_attempts.get().amount
        assert asked == sheet.total_amount == sums["total"] == goods + sums["delivery"] <= seen


PLANS = st.fixed_dictionaries({moment: st.lists(st.sampled_from(ATTACKS), max_size=2) for moment in MOMENTS})


@pytest.mark.django_db
@settings(deadline=None, max_examples=CARTS, suppress_health_check=list(HealthCheck))
@given(plan=PLANS)
def test_whatever_happens_to_the_basket_the_amount_asked_is_the_amount_of_the_order(
    visit: Visit, plan: dict[str, list[str]]
) -> None:
    with visit.once():
        order_under(visit, plan)


@pytest.mark.django_db
def test_control_without_the_second_look_at_the_total_another_amount_is_asked(
    monkeypatch: pytest.MonkeyPatch, visit: Visit
) -> None:
    real = placing._agreed_stalls

    def agreed(basket: Any, quotes: Any, expected: int, promises: Any) -> Any:
        try:
            return real(basket, quotes, expected, promises)
        except PriceChanged as change:
            return real(basket, quotes, change.total, promises)

    monkeypatch.setattr(placing, "_agreed_stalls", agreed)
    with visit.once(), pytest.raises(AssertionError):
        order_under(visit, {"confirm": ["more"]})
