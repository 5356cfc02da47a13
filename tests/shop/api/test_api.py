"""The API: what goods cost, one order however often it is sent, and every answer as described."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order
from pytest_django import DjangoAssertNumQueries

from catalog.models import Commune
from shop.api import views
from shop.api.models import ClientOrder
from shop.orders.invariants import violations
from shop.orders.models import OrderSheet
from shop.partner.models import StockRecord
from tests.factories import make_commune, make_cooperative, make_product, make_promotion
from tests.shop.checkout.test_checkout import filled
from tests.support.api import ORDER, QUOTE, check, send, wish
from tests.support.orders import place_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hanoi() -> Commune:
    return make_commune("00004", "Phường Ba Đình", province="01")


def nothing_written() -> bool:
    return not (Order.objects.exists() or Basket.objects.exists() or ClientOrder.objects.exists())


def test_a_quote_tells_everything_and_keeps_nothing() -> None:
    a, b = make_product(price=100_000), make_product(price=50_000)
    make_promotion(code="MUAMOI", percent=10)
    body = {"lines": [{"product": a.product_id, "quantity": 2}, {"product": b.product_id, "quantity": 1}]}
    bare = send(QUOTE, body).json()
    assert (bare["goods_amount"], bare["shipping_amount"], bare["total_amount"]) == (250_000, None, 250_000)
    full = send(QUOTE, body | {"commune": "00004", "codes": ["mua moi", "KHONGCO"]}).json()
    assert full["discount_amount"] == 25_000
    assert full["discounts"][0]["code"] == "MUAMOI"
    assert full["total_amount"] == 225_000 + full["shipping_amount"]
    assert [stall["id"] for stall in full["stalls"]] == [a.cooperative_id, b.cooperative_id]
    assert [problem["code"] for problem in full["problems"]] == ["KHONGCO"]
    dearest = max(full["stalls"][0]["delivery"], key=lambda option: option["amount"])
    chosen = send(
        QUOTE, body | {"commune": "00004", "delivery": {str(a.cooperative_id): dearest["key"]}}
    ).json()
    assert chosen["stalls"][0]["chosen"] == dearest["key"]
    assert nothing_written()
    assert [record.num_allocated or 0 for record in StockRecord.objects.all()] == [0, 0]


def test_a_quote_says_what_stands_in_the_way() -> None:
    few = make_product(stock=1)
    answer = send(
        QUOTE, {"lines": [{"product": few.product_id, "quantity": 5}, {"product": 999_999, "quantity": 1}]}
    )
    assert [problem["text"] for problem in answer.json()["problems"]] == [
        "Chỉ còn 1",
        "Món này không còn bán ở chợ.",
    ]


def test_an_order_is_made_once_and_a_repeat_reads_the_same() -> None:
    sheet = make_product(price=100_000, stock=2)
    asked = wish((sheet, 2))
    first = send(ORDER, asked)
    assert first.status_code == 201
    again = send(ORDER, dict(reversed(asked.items())))  # the same values in another order
    assert (again.status_code, again.json()) == (200, first.json())
    order = OrderSheet.objects.get()
    assert first.json()["order_url"] == f"http://testserver/don-hang/{order.order.number}/{order.token}/"
    assert first.json()["total_amount"] == order.total_amount
    assert Client().get(first.json()["pay_url"].removeprefix("http://testserver")).status_code == 200
    assert Basket.objects.get().status == "Submitted"
    assert violations() == []


def test_another_order_under_the_same_number_is_refused() -> None:
    asked = wish((make_product(), 1))
    send(ORDER, asked)
    answer = send(ORDER, asked | {"street": "Số 6"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_reused")
    assert "quote" not in answer.json()
    assert Order.objects.count() == 1


@pytest.mark.parametrize("change", ["price", "stock", "code", "days"])
def test_what_changed_for_the_worse_is_asked_not_charged(change: str) -> None:
    sheet = make_product(price=100_000, stock=5)
    body = wish((sheet, 2))
    body["expected_total"] = send(QUOTE, {"lines": body["lines"], "commune": "00004"}).json()["total_amount"]
    if change == "price":
        StockRecord.objects.update(price=100_001)
    elif change == "stock":
        StockRecord.objects.update(num_in_stock=1)
    elif change == "code":
        body["codes"] = ["DAHET"]
    else:
        body["seen_days"] = {str(sheet.product_id): "2026-12-01"}
    answer = send(ORDER, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "confirm_again")
    assert answer.json()["quote"]["stalls"] or answer.json()["quote"]["problems"]
    assert nothing_written()


def test_what_became_cheaper_is_charged_at_its_price() -> None:
    sheet = make_product(price=100_000)
    make_promotion(percent=50)
    answer = send(ORDER, wish((sheet, 1), total=500_000))
    assert answer.status_code == 201
    assert answer.json()["total_amount"] == OrderSheet.objects.get().total_amount < 500_000
    assert OrderSheet.objects.get().order.consignments.get().discount_amount == 50_000


def test_a_number_that_had_its_use_of_a_code_is_told_which() -> None:
    sheet = make_product(price=100_000)
    make_promotion(code="MOTLAN", is_once_per_buyer=True)
    assert send(ORDER, wish((sheet, 1), codes=["MOTLAN"])).status_code == 201
    answer = send(ORDER, wish((sheet, 1), codes=["MOTLAN"]))
    assert answer.json()["quote"]["discount_amount"] == 0
    assert answer.json()["quote"]["problems"][-1]["code"] == "MOTLAN"
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client_order_id": "1"}, "client_order_id"),
        ({"client_order_id": str(uuid.UUID(int=5))}, "client_order_id"),
        ({"lines": []}, "lines"),
        ({"lines": [{"product": 1, "quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [{"product": True, "quantity": 1}]}, "lines.0.product"),
        ({"lines": [{"product": 1, "quantity": 1}] * 2}, "lines.1.product"),
        ({"lines": [{"product": number, "quantity": 1} for number in range(1, 62)]}, "lines"),
        ({"commune": "99999"}, "commune"),
        ({"commune": ""}, "commune"),
        ({"commune": 4}, "commune"),
        ({"phone": "12345"}, "phone"),
        ({"name": ""}, "name"),
        ({"name": ["x"]}, "name"),
        ({"street": None}, "street"),
        ({"email": "x"}, "email"),
        ({"payment_method": "vang"}, "payment_method"),
        ({"accepts_terms": False}, "accepts_terms"),
        ({"accepts_terms": "yes"}, "accepts_terms"),
        ({"terms_version": "2020-01"}, "terms_version"),
        ({"expected_total": 1.5}, "expected_total"),
        ({"expected_total": -1}, "expected_total"),
        ({"seen_days": []}, "seen_days"),
        ({"codes": "MUAMOI"}, "codes"),
        ({"delivery": {"1": 2}}, "delivery"),
        ({"codes": ["A\0B"]}, "codes"),
        ({"invoice": "có"}, "invoice"),
        (
            {"invoice": {"name": "A", "address": "B", "tax_code": "123", "email": "a@vidu.vn"}},
            "invoice.tax_code",
        ),
    ],
)
def test_a_field_that_cannot_be_is_named_and_nothing_is_written(changes: dict[str, Any], field: str) -> None:
    answer = send(ORDER, wish((make_product(), 1), **changes))
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert nothing_written()


def test_alcohol_needs_the_word_of_an_adult() -> None:
    sheet = make_product(is_age_restricted=True)
    assert send(ORDER, wish((sheet, 1))).status_code == 409  # not even in the basket
    assert send(ORDER, wish((sheet, 1), is_adult=True)).status_code == 201


@pytest.mark.parametrize("text", ["[]", "{", "1", '{"a": NaN}', "\ud800", "[" * 5000])
def test_what_is_no_object_is_refused(text: str) -> None:
    for path in (QUOTE, ORDER):
        assert send(path, None, text=text.encode("utf-8", "surrogatepass")).status_code == 400


def test_size_kind_method_and_address_are_judged_in_json() -> None:
    assert send(QUOTE, None, text=json.dumps({"lines": "x" * 70_000})).status_code == 413
    form = Client().post(ORDER, filled(1))
    check(ORDER, form)
    assert form.status_code == 415
    got = Client().get(ORDER)
    check(ORDER, got)
    assert (got.status_code, got["Allow"]) == (405, "POST")
    for path in (QUOTE, ORDER):
        lost = Client().post(path.removesuffix("/"), "{}", content_type="application/json")
        check(path, lost)
        assert (lost.status_code, lost.json()["error"]["code"]) == (404, "not_found")


def test_who_asks_too_often_is_told_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "counted", lambda key: 10_000)
    answer = send(ORDER, {})
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")


def test_a_fault_of_ours_is_said_in_json_without_its_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(body: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(views, "submit", fail)
    answer = send(ORDER, {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "failed")
    assert b"secret" not in answer.content


def test_texts_come_in_the_language_asked_for() -> None:
    english = send(ORDER + "?ngon-ngu=en", {}).json()["errors"]
    assert english["client_order_id"] == ["The client's order number has to be a UUID, version 4."]
    assert send(ORDER, {}, accept_language="en").json()["errors"] == english


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.dictionaries(
        st.sampled_from([*wish(), "invoice", "codes", "delivery", "seen_days", "is_adult"]), values
    )
)
def test_no_values_break_it(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]) -> None:
    monkeypatch.setattr(views, "counted", lambda key: 1)
    for path, body in ((QUOTE, changes), (ORDER, wish() | changes)):
        assert send(path, body).status_code in (200, 400, 409, 422)
    assert nothing_written()


def test_an_order_made_elsewhere_under_that_number_is_not_shown() -> None:
    other = place_order((make_product(), 1))
    token = str(OrderSheet.objects.get(order=other.order).checkout_token)
    answer = send(ORDER, wish((make_product(), 1), client_order_id=token))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_reused")
    assert "don-hang" not in answer.content.decode()
    assert (Order.objects.count(), Basket.objects.filter(status="Open").count()) == (1, 0)


def test_who_guesses_codes_is_stopped_here_as_in_the_basket() -> None:
    body = {"lines": [{"product": make_product().product_id, "quantity": 1}]}
    make_promotion(code="MUAMOI")
    for _ in range(3):
        assert send(QUOTE, body | {"codes": [f"SAI{number}" for number in range(10)]}).status_code == 200
    assert send(QUOTE, body | {"codes": ["MUAMOI"]}).status_code == 429
    assert send(ORDER, wish((make_product(), 1), codes=["MUAMOI"])).status_code == 429
    assert send(QUOTE, body).status_code == 200


def test_a_way_of_delivery_that_is_gone_is_asked_not_replaced() -> None:
    sheet = make_product()
    answer = send(ORDER, wish((sheet, 1), delivery={str(sheet.cooperative_id): "khong-co"}))
    assert answer.json()["error"]["code"] == "confirm_again"
    assert answer.json()["quote"]["problems"] == [
        {"stall": sheet.cooperative_id, "text": "Cách giao này không còn, bạn chọn cách khác nhé."}
    ]
    assert nothing_written()


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(wish() | {"name": "\ud800"}),
        json.dumps(wish() | {"codes": ["\udc00"]}),
    ],
)
def test_halves_of_letters_are_no_text(text: str) -> None:
    assert send(ORDER, None, text=text).status_code == 400


def test_a_quote_costs_the_same_statements_for_any_number_of_lines(
    django_assert_max_num_queries: Any,
) -> None:
    stall = make_cooperative()
    goods = [make_product(cooperative=stall).product_id for _ in range(30)]
    for count in (2, 30):
        with django_assert_max_num_queries(26):
            send(
                QUOTE, {"lines": [{"product": pk, "quantity": 1} for pk in goods[:count]], "commune": "00004"}
            )


@pytest.mark.parametrize("lines", [2, 7])
def test_what_a_line_costs_in_statements_is_bounded(
    lines: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    stall = make_cooperative()
    goods = [(make_product(cooperative=stall), 1) for _ in range(lines)]
    with django_assert_max_num_queries(66 + 4 * lines):
        assert send(ORDER, wish(*goods)).status_code == 201
