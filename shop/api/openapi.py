"""The API in OpenAPI 3.1, as data. Tests hold every answer to it."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _object(required: list[str], **properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


TEXT: Schema = {"type": "string"}
AMOUNT: Schema = {"type": "integer", "minimum": 0, "description": "whole đồng, VAT included"}
ID: Schema = {"type": "integer", "minimum": 1}
DAYS: Schema = {
    "type": "object",
    "additionalProperties": {"type": "string", "format": "date"},
    "description": "first day on which goods can leave that can't leave at once, by product id",
}

SCHEMAS: dict[str, Schema] = {
    "Line": _object(["product", "quantity"], product=ID, quantity={"type": "integer", "minimum": 1}),
    "QuoteRequest": _object(
        ["lines"],
        lines=_list(_ref("Line"), minItems=1, maxItems=60),
        commune={"type": "string", "description": "code of five digits; without it no delivery is told"},
        delivery={
            "type": "object",
            "additionalProperties": TEXT,
            "description": "key of a delivery option by stall id; the first option where none is named",
        },
        codes=_list(TEXT, maxItems=10),
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
    "Invoice": _object(
        ["name", "tax_code", "address"], name=TEXT, tax_code=TEXT, address=TEXT, email=TEXT
    ),
    "OrderRequest": {
        "type": "object",
        "required": [
            "client_order_id", "lines", "commune", "street", "name", "phone", "payment_method", "terms_version",
            "accepts_terms", "expected_total",
        ],
        "properties": {
            "client_order_id": {"type": "string", "format": "uuid", "description": "UUIDv4, made once per order"},
            "lines": _list(_ref("Line"), minItems=1, maxItems=60),
            "commune": TEXT,
            "street": TEXT,
            "name": TEXT,
            "phone": TEXT,
            "email": TEXT,
            "note": TEXT,
            "delivery": {"type": "object", "additionalProperties": TEXT},
            "codes": _list(TEXT, maxItems=10),
            "payment_method": TEXT,
            "invoice": {"anyOf": [_ref("Invoice"), {"type": "null"}]},
            "terms_version": TEXT,
            "accepts_terms": {"type": "boolean"},
            "is_adult": {"type": "boolean"},
            "expected_total": AMOUNT,
            "seen_days": DAYS,
        },
    },
    "Order": _object(
        ["client_order_id", "number", "total_amount", "order_url", "pay_url"],
        client_order_id={"type": "string", "format": "uuid"},
        number=TEXT,
        total_amount=AMOUNT,
        order_url={"type": "string", "format": "uri", "description": "opens the order without a log-in"},
        pay_url={"type": "string", "format": "uri"},
    ),
    "Error": _object(["error"], error=_object(["code", "message"], code=TEXT, message=TEXT)),
    "Invalid": _object(
        ["error", "errors"],
        error=_object(["code", "message"], code={"const": "invalid"}, message=TEXT),
        errors={"type": "object", "additionalProperties": _list(TEXT)},
    ),
    "Conflict": _object(
        ["error"],
        error=_object(["code", "message"], code={"enum": ["confirm_again", "key_reused"]}, message=TEXT),
        quote=_ref("Quote"),
    ),
}  # fmt: skip

_REFUSALS = {
    "400": _answer("the body is no JSON object", _ref("Error")),
    "405": _answer("only POST", _ref("Error")),
    "413": _answer("more than 64 KB", _ref("Error")),
    "415": _answer("not application/json", _ref("Error")),
    "422": _answer("fields that can't be, by name", _ref("Invalid")),
    "429": _answer("too many requests of this network; see Retry-After", _ref("Error")),
}
_LANGUAGE = {
    "name": "ngon-ngu",
    "in": "query",
    "description": "language of texts; Accept-Language without it",
    "schema": {"enum": ["vi", "en"]},
}


def _operation(summary: str, name: str, body: str, answers: dict[str, Schema]) -> Schema:
    return {
        "summary": summary,
        "operationId": name,
        "parameters": [_LANGUAGE],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(body)}}},
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
                {"200": _answer("the quote; nothing is kept", _ref("Quote"))},
            )
        },
        "/api/v1/don-hang/": {
            "post": _operation(
                "Order goods once, however often it is sent",
                "order",
                "OrderRequest",
                {
                    "200": _answer("this very request had made this order before", _ref("Order")),
                    "201": _answer("the order, awaiting payment", _ref("Order")),
                    "409": _answer(
                        "confirm_again: it would cost more, come later or not at all, see the quote; "
                        "key_reused: another order was sent under this number",
                        _ref("Conflict"),
                    ),
                },
            )
        },
    },
    "components": {"schemas": SCHEMAS},
}
