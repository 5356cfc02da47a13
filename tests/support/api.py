"""The API as a program uses it: every request and every answer is held to the published description."""

from __future__ import annotations

import functools
import json
import uuid
from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator

QUOTE, ORDER = "/api/v1/bao-gia/", "/api/v1/don-hang/"
ACCEPTED = (200, 201)


@functools.cache
def description() -> Any:
    """As it is published."""
    return Client().get("/api/v1/openapi.json").json()


def send(path: str, body: Any, *, text: str | bytes | None = None, **headers: Any) -> Any:
    """The answer to a POST of ``body``, or of ``text`` as it is."""
    content = json.dumps(body) if text is None else text
    client = Client(raise_request_exception=False)
    response = client.post(path, content, content_type="application/json", headers=headers)
    assert not response.cookies
    assert response["Cache-Control"] == "private, no-store"
    check(path, response, asked=body if text is None else None)
    return response


def check(path: str, response: Any, *, asked: Any = None) -> None:
    """Raises: ValidationError for an answer that is not described, or a request that should not have been accepted."""
    operation = description()["paths"][path.partition("?")[0]]["post"]
    hold(response.json(), operation["responses"][str(response.status_code)]["content"])
    if asked is not None and response.status_code in ACCEPTED:
        hold(asked, operation["requestBody"]["content"])


def hold(value: Any, content: Any) -> None:
    """Raises: ValidationError when ``value`` is not what ``content`` says of ``application/json``."""
    root = {**content["application/json"]["schema"], "components": description()["components"]}
    Draft202012Validator(root, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


def wish(*goods: tuple[Any, int], total: int = 10**9, **changes: Any) -> dict[str, Any]:
    """An order of somebody in Hanoi."""
    return {
        "client_order_id": str(uuid.uuid4()),
        "lines": [{"product": sheet.product_id, "quantity": quantity} for sheet, quantity in goods],
        "commune": "00004",
        "street": "Số 5 phố Kim Mã",
        "name": "Nguyễn Thị Mẫu",
        "phone": "0912 345 678",
        "payment_method": "vietqr",
        "terms_version": "2026-11",
        "accepts_terms": True,
        "expected_total": total,
    } | changes
