"""A form sent twice, two moderators at once: one review, one decision.

Each guard comes with its control: when everybody looks before anybody writes, the books break.
"""

from __future__ import annotations

import copy
import itertools
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from shop.accounts.models import User
from shop.messages.models import Letter
from shop.orders.models import ConsignmentLine
from shop.orders.services import hand_over, pack
from shop.reviews.models import RefusalReason, Review, ReviewDecision, ReviewState
from shop.reviews.services import decide, write_review
from tests.factories import make_product
from tests.support.orders import bring, place_order, transfer
from tests.support.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def delivered() -> ConsignmentLine:
    placed = place_order((make_product(price=100_000, stock=9), 1))
    bring(transfer(placed.attempt.amount, placed.order.number))
    packed = pack(consignment=placed.order.consignments.get(), by=None)
    return hand_over(consignment=packed, by=None, carrier="", tracking_number="").lines.get()


def write(line: ConsignmentLine, points: int = 5) -> Review:
    return write_review(line=line, points=points, text="Khoai dẻo", language="vi")


def refuse(review: Review) -> Review:
    return decide(review=review, state=ReviewState.REFUSED, reason=RefusalReason.ADVERT, by=None)


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def nobody_looks(monkeypatch: pytest.MonkeyPatch, review: Review | None = None) -> None:
    """From now on everybody acts on what was there before: no review, or ``review`` as it was."""
    monkeypatch.setattr(Review.objects, "filter", lambda **_wanted: Review.objects.none())
    before = SimpleNamespace(get=lambda **_wanted: copy.copy(review))
    monkeypatch.setattr(Review.objects, "select_for_update", lambda: before)


def test_a_form_sent_many_times_is_one_review() -> None:
    line = delivered()
    outcomes = at_once([lambda points=points: write(line, points) for points in (1, 3, 5, 5)])
    assert kinds(outcomes) == {"Review": 1, "AlreadyReviewed": 3}
    (written,) = [each for each in outcomes if isinstance(each, Review)]
    assert Review.objects.get().points == written.points


def test_control_without_a_look_only_the_constraint_stops_the_second_review(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = delivered()
    nobody_looks(monkeypatch)
    outcomes = at_once([lambda: write(line)] * 4)
    assert kinds(outcomes) == {"Review": 1, "IntegrityError": 3}
    assert Review.objects.count() == 1


def test_two_moderators_who_say_the_same_decide_once_and_the_buyer_hears_it_once() -> None:
    review = write(delivered())
    outcomes = at_once([lambda: refuse(review)] * 4)
    assert kinds(outcomes) == {"Review": 1, "AlreadyDecided": 3}
    assert ReviewDecision.objects.count() == 1
    assert Letter.objects.filter(key__startswith="review").count() == 1


def test_two_moderators_who_differ_stand_both_in_the_book_and_the_last_one_counts() -> None:
    review = write(delivered())
    by = User.objects.create_user("duyet@demo.example", password="x")
    show = [lambda: decide(review=review, state=ReviewState.SHOWN, reason=None, by=by)] * 3
    outcomes = at_once([*show, *[lambda: refuse(review)] * 3])
    done = kinds(outcomes)["Review"]
    states = list(ReviewDecision.objects.order_by("pk").values_list("state", flat=True))
    assert len(states) == done >= 2
    assert all(one != following for one, following in itertools.pairwise(states))  # never twice the same
    assert Review.objects.get().state == states[-1]


def test_control_without_a_look_each_moderator_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    review = write(delivered())
    nobody_looks(monkeypatch, review)
    outcomes = at_once([lambda: decide(review=review, state=ReviewState.SHOWN, reason=None, by=None)] * 4)
    assert kinds(outcomes) == {"Review": 4}
    assert ReviewDecision.objects.count() == 4
