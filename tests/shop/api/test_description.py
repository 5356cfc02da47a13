"""The description of the API: well formed, complete, and its examples are what the market answers."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from jsonschema import Draft202012Validator

from catalog.clock import today
from catalog.harvests import plan_harvest
from shop.api import examples, views
from shop.orders.models import OrderSheet
from tests.factories import make_commune, make_cooperative, make_product, make_promotion
from tests.support.api import ORDER, QUOTE, description, hold, send

pytestmark = pytest.mark.django_db
OPENAPI = "/api/v1/openapi.json"
CHANGING = {
    r"\d{4}-\d\d-\d\d(T[\d:]{8}\+07:00)?": "day",
    r"HT[0-9A-Z]{8}\b": "number",
    r"(?<=/)[\w-]{43}(?=/)": "token",
    r"(?<=toan/)[0-9a-f-]{36}(?=/)": "attempt",
    r"http://testserver|https://cho-phien\.example": "host",
}


def settled(value: Any) -> Any:
    """Without what is another every day and for every order."""
    text = json.dumps(value, ensure_ascii=False)
    for pattern, word in CHANGING.items():
        text = re.sub(pattern, word, text)
    return json.loads(text)


class Shop:
    """The goods of the examples, under whatever numbers the database gives."""

    def __init__(self) -> None:
        make_commune("00004", "Phường Ba Đình", province="01")
        self.stall = make_cooperative(name="HTX Khoai")
        self.sheet = make_product(
            title="Khoai sọ nương", price=105_000, weight_grams=3100, cooperative=self.stall
        )
        make_promotion(name="Quà đầu mùa", code="MUAMOI", percent=10)

    def ask(self, path: str, asked: dict[str, Any]) -> tuple[int, Any]:
        ours = {"lines": [line | {"product": self.sheet.product_id} for line in asked["lines"]]}
        answer = send(path, asked | ours)
        return answer.status_code, settled(self.numbered(answer.json()))

    def numbered(self, answer: Any) -> Any:
        """As if stall and product were the first ones."""
        if isinstance(answer, list):
            return [self.numbered(each) for each in answer]
        if not isinstance(answer, dict):
            return answer
        first = {"id": self.stall.pk, "product": self.sheet.product_id}
        return {
            key: 1 if key in first and value == first[key] else self.numbered(value)
            for key, value in answer.items()
        }


def test_the_examples_are_what_the_market_answers() -> None:
    shop = Shop()
    order = examples.ORDER_REQUEST
    anew = order | {"client_order_id": "71f7a5cf-3f0b-4a53-8f0e-6f2f1f0f7c55"}
    dialogue = [
        (QUOTE, examples.QUOTE_REQUEST, 200, examples.QUOTE),
        (QUOTE, examples.QUOTE_REQUEST | {"commune": "99999"}, 422, examples.NO_SUCH_COMMUNE),
        (ORDER, order | {"expected_total": 279_000}, 409, examples.CONFIRM_AGAIN),
        (ORDER, order, 201, examples.ORDER),
        (ORDER, order, 200, examples.ORDER),
        (ORDER, order | {"street": "Số 6"}, 409, examples.KEY_REUSED),
        (ORDER, anew | {"phone": "12345"}, 422, examples.WRONG_NUMBER),
    ]
    for path, asked, status, example in dialogue:
        assert shop.ask(path, asked) == (status, settled(example))


def test_the_examples_of_refusals_are_what_the_market_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(asked: Any) -> None:
        raise RuntimeError

    refusals = {
        "malformed": send(QUOTE, None, text="["),
        "too_large": send(QUOTE, None, text=json.dumps({"lines": "x" * 70_000})),
        "not_json": Client().post(QUOTE, {}),
        "method": Client().get(QUOTE),
        "not_found": Client().post(QUOTE.removesuffix("/"), {}, content_type="application/json"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(views, "counted", lambda key: 10_000)
        refusals["too_many"] = send(QUOTE, {})
    monkeypatch.setattr(views, "quote_of", fail)
    refusals["failed"] = send(QUOTE, {"lines": [{"product": 1, "quantity": 1}]})
    assert {code: answer.json() for code, answer in refusals.items()} == examples.REFUSALS


def operations() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_tells_its_refusals_and_shows_examples_that_keep_to_their_schema() -> None:
    assert [name for name, _operation in operations()] == [f"post {QUOTE}", f"post {ORDER}", f"get {OPENAPI}"]
    for name, operation in operations():
        assert {"200", "404", "405"} <= operation["responses"].keys(), name
        if name.startswith("get"):
            continue
        assert {"400", "413", "415", "422", "429", "500"} <= operation["responses"].keys(), name
        for content in (operation["requestBody"], *operation["responses"].values()):
            shown = content["content"]["application/json"]["examples"]
            assert shown, name
            for example in shown.values():
                hold(example["value"], content["content"])


def test_the_description_is_published_and_well_formed() -> None:
    published = Client().get(OPENAPI).json()
    assert published == description()
    Draft202012Validator(FRAME).validate(published)
    assert published["servers"] == [{"url": settings.BASE_URL}]
    for schema in published["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    text = json.dumps(published)
    for name in published["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text, name
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert name in published["components"]["schemas"]
    numbers = [operation["operationId"] for _name, operation in operations()]
    assert len(set(numbers)) == len(numbers)


def closed(needed: list[str], /, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": needed,
        "properties": properties,
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
SCHEMA = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
CONTENT = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": closed(
        ["schema"],
        schema=SCHEMA,
        examples={"type": "object", "additionalProperties": closed(["value"], summary=TEXT, value={})},
    ),
}
PARAMETER = closed(
    ["name", "in", "schema"],
    name=TEXT,
    **{"in": {"enum": ["query", "header", "path", "cookie"]}},
    description=TEXT,
    required={"type": "boolean"},
    schema=SCHEMA,
)
OPERATION = closed(
    ["operationId", "responses"],
    summary=TEXT,
    description=TEXT,
    operationId=TEXT,
    parameters={"type": "array", "items": PARAMETER},
    requestBody=closed(["content"], description=TEXT, required={"type": "boolean"}, content=CONTENT),
    responses={
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": "^([1-5]\\d\\d|[1-5]XX|default)$"},
        "additionalProperties": closed(["description"], description=TEXT, content=CONTENT),
    },
)
FRAME = closed(
    ["openapi", "info", "paths"],
    openapi={"pattern": r"^3\.1\.\d+$"},
    info=closed(["title", "version"], title=TEXT, version=TEXT, summary=TEXT, description=TEXT),
    servers={"type": "array", "items": closed(["url"], url={"type": "string", "format": "uri-reference"})},
    paths={
        "type": "object",
        "propertyNames": {"pattern": "^/"},
        "additionalProperties": closed([], get=OPERATION, post=OPERATION),
    },
    components=closed(
        [],
        schemas={
            "type": "object",
            "propertyNames": {"pattern": r"^[a-zA-Z0-9._-]+$"},
            "additionalProperties": SCHEMA,
        },
    ),
)
"""What OpenAPI 3.1.0 (https://spec.openapis.org/oas/v3.1.0) says of the parts that our description uses; no others."""


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_changed_is_said_in_words(language: str) -> None:
    shop = Shop()
    asked = examples.ORDER_REQUEST | {
        "lines": [{"product": shop.sheet.product_id, "quantity": 2}],
        "expected_total": 279_000,
        "seen_days": {str(shop.sheet.product_id): "2026-12-01"},
        "delivery": {str(shop.stall.pk): "khong-co"},
    }
    answer = send(ORDER, asked, accept_language=language)
    assert (
        answer.json()["changes"]
        == {
            "vi": [
                "HTX Khoai: Cách giao này không còn, bạn chọn cách khác nhé.",
                "Tổng tiền vừa đổi từ 279.000\xa0₫ thành 284.000\xa0₫.",
                "Khoai sọ nương: nay giao được ngay.",
            ],
            "en": [
                "HTX Khoai: This way of delivery is not there any more; please choose another.",
                "The total has just changed from 279.000\xa0₫ to 284.000\xa0₫.",
                "Khoai sọ nương: can be sent at once now.",
            ],
        }[language]
    )


def test_goods_that_are_short_are_named_and_a_later_day_is_said() -> None:
    shop = Shop()
    few = make_product(title="Chè shan", stock=1)
    later = make_product(title="Mận hậu", stock=0)
    plan_harvest(product=later.product, expected_quantity=9, expected_on=today() + dt.timedelta(days=40))
    lines = [{"product": each.product_id, "quantity": 2} for each in (shop.sheet, few, later)]
    day = today() + dt.timedelta(days=40)
    answer = send(ORDER, examples.ORDER_REQUEST | {"lines": lines, "expected_total": 10**9})
    assert answer.json()["changes"] == [
        "Chè shan: Chỉ còn 1",
        f"Mận hậu: nay giao được từ {day:%d/%m/%Y}.",
    ]


def test_the_answer_tells_until_when_the_goods_are_kept() -> None:
    shop = Shop()
    asked = examples.ORDER_REQUEST | {"lines": [{"product": shop.sheet.product_id, "quantity": 2}]}
    told = dt.datetime.fromisoformat(send(ORDER, asked).json()["pay_by"])
    assert told == OrderSheet.objects.get().pay_by.replace(microsecond=0)
