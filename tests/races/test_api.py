"""The same request twenty times at once, and many requests for the last unit; with the control."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from oscar.apps.order.models import Order

from shop.api import ordering
from shop.orders.invariants import violations
from shop.partner.models import StockRecord
from tests.factories import make_commune, make_product
from tests.support.api import ORDER, send, wish
from tests.support.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 20


def posts(bodies: list[dict[str, Any]]) -> list[Any]:
    def post(body: dict[str, Any]) -> tuple[int, Any]:
        answer = send(ORDER, body)
        return answer.status_code, answer.json()

    return [lambda body=body: post(body) for body in bodies]


def test_one_request_sent_twenty_times_at_once_makes_one_order() -> None:
    make_commune("00004", "Phường Ba Đình", province="01")
    asked = wish((make_product(stock=1), 1))  # the second would find nothing left
    outcomes = at_once(posts([asked] * TIMES))
    assert Counter(status for status, _body in outcomes) == {201: 1, 200: TIMES - 1}
    assert len({json.dumps(body, sort_keys=True) for _status, body in outcomes}) == 1
    assert Order.objects.count() == 1
    assert violations() == []


def test_two_requests_under_one_number_at_once_make_one_order() -> None:
    make_commune("00004", "Phường Ba Đình", province="01")
    one = wish((make_product(), 1))
    other = one | {"street": "Số 6 phố Kim Mã"}
    outcomes = at_once(posts([one, other] * (TIMES // 2)))
    answered = {False: outcomes[::2], True: outcomes[1::2]}
    is_others = all(status == 409 for status, _body in answered[False])
    assert Counter(status for status, _body in answered[is_others]) == {201: 1, 200: TIMES // 2 - 1}
    refused = answered[not is_others]
    assert {(status, body["error"]["code"]) for status, body in refused} == {(409, "key_reused")}
    assert Order.objects.count() == 1
    assert violations() == []


def test_control_without_a_second_look_twins_are_told_that_it_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_commune("00004", "Phường Ba Đình", province="01")
    monkeypatch.setattr(ordering, "_answer_before", lambda key, digest: None)
    outcomes = at_once(posts([wish((make_product(stock=1), 1))] * TIMES))
    assert Counter(outcome[0] for outcome in outcomes)[409] > 0
    assert Order.objects.count() == 1


def test_of_many_buyers_of_the_last_unit_one_gets_it() -> None:
    make_commune("00004", "Phường Ba Đình", province="01")
    sheet = make_product(stock=1)
    outcomes = at_once(posts([wish((sheet, 1)) for _ in range(10)]))
    assert Counter(status for status, _body in outcomes) == {201: 1, 409: 9}
    assert StockRecord.objects.get().num_allocated == 1
    assert violations() == []
