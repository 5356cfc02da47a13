"""Many forms at once: one account per address, one owner per order; with the controls."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from oscar.apps.order.models import Order

from shop.accounts.models import Consent, User
from shop.orders.models import OrderSheet
from shop.shopper import services
from shop.shopper.links import SignUp
from shop.shopper.services import claim_order, open_account
from tests.factories import PASSWORD, make_product, make_user
from tests.support.orders import place_order
from tests.support.together import at_once, drop_constraint, drop_uniqueness

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 8


@pytest.fixture
def every_look_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sees the others: only the database can tell."""
    monkeypatch.setattr(services, "find_person", lambda name: None)


def sign_ups() -> list[Callable[[], User]]:
    wish = SignUp(email="an@vidu.vn", phone=None)
    return [lambda: open_account(wish=wish, name="An", password=PASSWORD, wants_news=False)] * MANY


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def test_one_form_sent_many_times_opens_one_account(every_look_is_stale: None) -> None:
    assert kinds(at_once(sign_ups())) == {"User": 1, "AlreadyThere": MANY - 1}
    assert (User.objects.count(), Consent.objects.count()) == (1, 1)


def test_control_without_the_databases_rules_it_opens_many(every_look_is_stale: None) -> None:
    drop_uniqueness(User, "email", models.EmailField(max_length=254, null=True))
    drop_constraint(User, "one_account_per_address")  # after it: SQLite rebuilds the table with its indexes
    assert kinds(at_once(sign_ups())) == {"User": MANY}
    assert User.objects.filter(email="an@vidu.vn").count() == MANY


def claims(claim: Callable[[OrderSheet, User], bool]) -> list[Callable[[], bool]]:
    sheet = place_order((make_product(), 1)).order.sheet
    people = [make_user() for _ in range(MANY)]
    return [lambda person=person: claim(sheet, person) for person in people]


def test_one_order_comes_into_one_account() -> None:
    outcomes = at_once(claims(claim_order))
    assert Counter(outcomes) == {True: 1, False: MANY - 1}
    assert Order.objects.get().user is not None


def test_control_a_claim_that_looks_before_it_writes_promises_it_to_all() -> None:
    everybody_has_looked = threading.Barrier(MANY)

    def claim(sheet: OrderSheet, user: User) -> bool:
        is_free = Order.objects.filter(pk=sheet.order_id, user=None).exists()
        everybody_has_looked.wait(30)
        Order.objects.filter(pk=sheet.order_id).update(user=user)
        return is_free

    assert Counter(at_once(claims(claim))) == {True: MANY}
