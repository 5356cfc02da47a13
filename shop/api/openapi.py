"""The API in OpenAPI 3.1, as data. Tests hold every answer to it."""

from __future__ import annotations

from typing import Any

from shop.checkout.baskets import MOST_LINES
from shop.checkout.forms import LARGEST_ID
from shop.checkout.views.basket import HIGHEST

from . import examples
from .bodies import MOST_CODES

Schema = dict[str, Any]


def _object(required: list[str], **properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


def _asked(required: list[str], **properties: Schema) -> Schema:
    """What a client sends: more than we know does no harm."""
    return {"type": "object", "required": required, "properties": properties}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: Schema, **examples: Any) -> Schema:
    return {"description": description, "content": {"application/json": _content(schema, examples)}}


def _content(schema: Schema, examples: dict[str, Any]) -> Schema:
    if not examples:
        return {"schema": schema}
    return {"schema": schema, "examples": {name: {"value": value} for name, value in examples.items()}}


TEXT: Schema = {"type": "string"}
OPTIONAL: Schema = {"type": ["string", "null"], "maxLength": 1000}
AMOUNT: Schema = {"type": "integer", "minimum": 0, "description": "whole đồng, VAT included"}
ID: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
LINES: Schema = {"type": "array", "items": _ref("Line"), "minItems": 1, "maxItems": MOST_LINES}
CODES: Schema = {"type": "array", "items": TEXT, "maxItems": MOST_CODES}
DELIVERY: Schema = {
    "type": "object",
    "additionalProperties": TEXT,
    "description": "key of a delivery option by stall id; the first option where none is named",
}
DAYS: Schema = {
    "type": "object",
    "additionalProperties": {"type": "string", "format": "date"},
    "description": "first day on which goods can leave that can't leave at once, by product id",
}

SCHEMAS: dict[str, Schema] = {
    "Line": _asked(
        ["product", "quantity"], product=ID, quantity={"type": "integer", "minimum": 1, "maximum": HIGHEST}
    ),
    "QuoteRequest": _asked(
        ["lines"],
        lines=LINES,
        commune={
            "type": ["string", "null"],
            "maxLength": 5,
            "description": "code of five digits; without it no delivery is told",
        },
        delivery=DELIVERY,
        codes=CODES,
        is_adult={"type": "boolean", "description": "needed for alcohol"},
    ),
    "QuotedLine": _object(
        ["product", "title", "quantity", "unit_amount", "amount", "discount_amount", "is_preorder"],
        product=ID,
        title=TEXT,
        quantity={"type": "integer", "minimum": 1},
        unit_amount=AMOUNT,
        amount=AMOUNT,
        discount_amount=AMOUNT,
        is_preorder={"type": "boolean"},
    ),
    "DeliveryOption": _object(
        ["key", "name", "amount", "arrives", "place"],
        key=TEXT,
        name=TEXT,
        amount=AMOUNT,
        arrives={"type": ["array", "null"], "items": {"type": "string", "format": "date"}},
        place={"type": "string", "description": "of a collection point"},
    ),
    "Stall": _object(
        ["id", "name", "lines", "delivery", "chosen"],
        id=ID,
        name=TEXT,
        lines=_list(_ref("QuotedLine")),
        delivery=_list(_ref("DeliveryOption")),
        chosen={"type": ["string", "null"]},
    ),
    "Problem": {
        "type": "object",
        "required": ["text"],
        "properties": {"product": ID, "stall": ID, "code": TEXT, "text": TEXT},
        "additionalProperties": False,
    },
    "Quote": _object(
        [
            "stalls", "discounts", "goods_amount", "discount_amount", "shipping_amount", "total_amount",
            "promised_days", "problems",
        ],
        stalls=_list(_ref("Stall")),
        discounts=_list(_object(["name", "code", "amount"], name=TEXT, code=TEXT, amount=AMOUNT)),
        goods_amount=AMOUNT,
        discount_amount=AMOUNT,
        shipping_amount={"type": ["integer", "null"], "description": "null without a commune that all reach"},
        total_amount=AMOUNT,
        promised_days=DAYS,
        problems=_list(_ref("Problem")),
    ),
    "Invoice": _asked(
        ["name", "tax_code", "address"], name=TEXT, tax_code=TEXT, address=TEXT, email=OPTIONAL
    ),
    "OrderRequest": _asked(
        [
            "client_order_id", "lines", "commune", "street", "name", "phone", "payment_method", "terms_version",
            "accepts_terms", "expected_total",
        ],
        client_order_id={"type": "string", "format": "uuid", "description": "UUIDv4, made once per order"},
        lines=LINES,
        commune={"type": "string", "maxLength": 5},
        street=TEXT,
        name=TEXT,
        phone=TEXT,
        email=OPTIONAL,
        note=OPTIONAL,
        delivery=DELIVERY,
        codes=CODES,
        payment_method=TEXT,
        invoice={"anyOf": [_ref("Invoice"), {"type": "object", "maxProperties": 0}, {"type": "null"}]},
        terms_version=TEXT,
        accepts_terms={"const": True},
        is_adult={"type": "boolean", "description": "needed for alcohol"},
        expected_total=AMOUNT,
        seen_days=DAYS,
    ),
    "Order": _object(
        ["client_order_id", "number", "total_amount", "pay_by", "order_url", "pay_url"],
        client_order_id={"type": "string", "format": "uuid"},
        number=TEXT,
        total_amount=AMOUNT,
        pay_by={
            "type": "string",
            "format": "date-time",
            "description": "until when the goods are kept; later if a part of the money has come",
        },
        order_url={"type": "string", "format": "uri", "description": "opens the order without a log-in"},
        pay_url={"type": "string", "format": "uri"},
    ),
    "Error": _object(["error"], error=_object(["code", "message"], code=TEXT, message=TEXT)),
    "Invalid": _object(
        ["error", "errors"],
        error=_object(["code", "message"], code={"const": "invalid"}, message=TEXT),
        errors={"type": "object", "additionalProperties": _list(TEXT)},
    ),
    "ConfirmAgain": _object(
        ["error", "changes", "quote"],
        error=_object(["code", "message"], code={"const": "confirm_again"}, message=TEXT),
        changes=_list(TEXT, minItems=1, description="what is different, in sentences for the person"),
        quote=_ref("Quote"),
    ),
    "KeyReused": _object(
        ["error"], error=_object(["code", "message"], code={"const": "key_reused"}, message=TEXT)
    ),
}  # fmt: skip


def _refusal(description: str, code: str) -> Schema:
    return _answer(description, _ref("Error"), **{code: examples.REFUSALS[code]})


_NOT_FOUND = _refusal("no such address, such as this one without its last slash", "not_found")
_REFUSALS = {
    "400": _refusal("the body is no JSON object", "malformed"),
    "404": _NOT_FOUND,
    "405": _refusal("another method; Allow names the one", "method"),
    "413": _refusal("more than 64 KB", "too_large"),
    "415": _refusal("not application/json", "not_json"),
    "429": _refusal("too many requests of this network; see Retry-After", "too_many"),
    "500": _refusal("unknown whether anything was done: send the same again", "failed"),
}
_LANGUAGE = {
    "name": "ngon-ngu",
    "in": "query",
    "description": "language of texts; Accept-Language without it",
    "schema": {"enum": ["vi", "en", "ja"]},
}


def _operation(summary: str, name: str, body: str, example: Any, answers: dict[str, Schema]) -> Schema:
    return {
        "summary": summary,
        "operationId": name,
        "parameters": [_LANGUAGE],
        "requestBody": {
            "required": True,
            "content": {"application/json": _content(_ref(body), {"example": example})},
        },
        "responses": answers | _REFUSALS,
    }


DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Chợ Phiên",
        "version": "1",
        "description": (
            "Quotes and orders for programs. Cookies are neither read nor set. An order is sent under a number of the "
            "client's own, a UUIDv4; the same request sent again gives the same order."
        ),
    },
    "paths": {
        "/api/v1/bao-gia/": {
            "post": _operation(
                "What goods cost, with their delivery",
                "quote",
                "QuoteRequest",
                examples.QUOTE_REQUEST,
                {
                    "200": _answer("the quote; nothing is kept", _ref("Quote"), example=examples.QUOTE),
                    "422": _answer(
                        "fields that can't be, by name", _ref("Invalid"), example=examples.NO_SUCH_COMMUNE
                    ),
                },
            )
        },
        "/api/v1/don-hang/": {
            "post": _operation(
                "Order goods once, however often it is sent",
                "order",
                "OrderRequest",
                examples.ORDER_REQUEST,
                {
                    "200": _answer(
                        "this very request had made this order before", _ref("Order"), example=examples.ORDER
                    ),
                    "201": _answer("the order, awaiting payment", _ref("Order"), example=examples.ORDER),
                    "409": _answer(
                        "confirm_again: it would cost more, come later or not at all, see changes and quote; "
                        "key_reused: another order was sent under this number",
                        {"oneOf": [_ref("ConfirmAgain"), _ref("KeyReused")]},
                        confirm_again=examples.CONFIRM_AGAIN,
                        key_reused=examples.KEY_REUSED,
                    ),
                    "422": _answer(
                        "fields that can't be, by name", _ref("Invalid"), example=examples.WRONG_NUMBER
                    ),
                },
            )
        },
        "/api/v1/openapi.json": {
            "get": {
                "summary": "This description",
                "operationId": "openapi",
                "parameters": [_LANGUAGE],
                "responses": {
                    "200": _answer("OpenAPI 3.1", {"type": "object", "required": ["openapi", "paths"]}),
                    "404": _NOT_FOUND,
                    "405": _answer("another method; Allow names the one", _ref("Error")),
                },
            }
        },
    },
    "components": {"schemas": SCHEMAS},
}
