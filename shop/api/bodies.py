"""Reading what a client sent: JSON of the right kind and size, every value checked before anything is looked up."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from django.http import HttpRequest
from django.utils.translation import gettext as _

from shop.checkout.baskets import MOST_LINES
from shop.checkout.forms import LARGEST_ID
from shop.checkout.views.basket import HIGHEST

LARGEST_BODY = 64 * 1024
MOST_CODES = 10


class Unread(Exception):
    """The request can't be read at all. ``status``: 400, 413 or 415."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Invalid(Exception):
    """Fields that can't be. ``errors``: messages by field."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(str(sorted(errors)))
        self.errors = dict(errors)


@dataclass(frozen=True)
class Goods:
    """What is to be bought.

    Shape: ``lines`` are (id of product or pack, quantity); ``delivery`` is the key of an option by stall id.
    """

    lines: tuple[tuple[int, int], ...]
    commune: str
    codes: tuple[str, ...]
    delivery: Mapping[str, str]
    is_adult: bool


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The object in the request's body. Raises: Unread."""
    if request.content_type != "application/json":
        raise Unread(415, "not_json", _("Gửi dữ liệu dạng application/json."))
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > LARGEST_BODY or len(request.body) > LARGEST_BODY:
        raise Unread(413, "too_large", _("Yêu cầu dài quá 64 KB."))
    try:
        body = json.loads(request.body, parse_constant=_no_constant)
        json.dumps(body, ensure_ascii=False).encode()  # halves of letters are no text
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Unread(400, "malformed", _("Không đọc được dữ liệu gửi lên."))
    return body


def _no_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are no JSON


def digest_of(body: Mapping[str, Any]) -> str:
    """The same for the same values, whatever their order and spacing."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read_goods(body: Mapping[str, Any]) -> Goods:
    """Raises: Invalid."""
    errors: dict[str, list[str]] = {}
    lines = _lines(body.get("lines"), errors)
    commune = text_of(body, "commune", errors, most=5)
    codes = body.get("codes", [])
    if (
        not isinstance(codes, list)
        or len(codes) > MOST_CODES
        or not all(isinstance(each, str) and "\0" not in each for each in codes)
    ):
        errors["codes"] = [_("Danh sách mã giảm giá không đúng.")]
        codes = []
    delivery = body.get("delivery", {})
    if not isinstance(delivery, dict) or not all(isinstance(each, str) for each in delivery.values()):
        errors["delivery"] = [_("Cách giao của từng gian không đúng.")]
        delivery = {}
    is_adult = flag_of(body, "is_adult", errors)
    if errors:
        raise Invalid(errors)
    return Goods(lines, commune, tuple(each[:60] for each in codes), delivery, is_adult)


def _lines(value: Any, errors: dict[str, list[str]]) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list) or not value:
        errors["lines"] = [_("Cần ít nhất một món.")]
        return ()
    if len(value) > MOST_LINES:
        errors["lines"] = [_("Mỗi đơn nhiều nhất %(most)d món.") % {"most": MOST_LINES}]
        return ()
    found: dict[int, int] = {}
    for place, line in enumerate(value):
        product = line.get("product") if isinstance(line, dict) else None
        quantity = line.get("quantity") if isinstance(line, dict) else None
        if not _is_number(product, LARGEST_ID):
            errors[f"lines.{place}.product"] = [_("Không có món này.")]
        elif product in found:
            errors[f"lines.{place}.product"] = [_("Món này đã có ở dòng khác.")]
        elif not _is_number(quantity, HIGHEST):
            errors[f"lines.{place}.quantity"] = [_("Số lượng phải từ 1 trở lên.")]
        else:
            found[product] = quantity
    return tuple(found.items())


def _is_number(value: Any, most: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def text_of(body: Mapping[str, Any], name: str, errors: dict[str, list[str]], *, most: int = 1000) -> str:
    """The text of that name, empty if there is none. What is no text is noted in ``errors``."""
    value = body.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        errors[name] = [_("Giá trị này không đúng.")]
        return ""
    return value


def flag_of(body: Mapping[str, Any], name: str, errors: dict[str, list[str]]) -> bool:
    """True or false of that name, false if there is none. Anything else is noted in ``errors``."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        errors[name] = [_("Giá trị này không đúng.")]
        return False
    return value


def amount_of(body: Mapping[str, Any], name: str, errors: dict[str, list[str]]) -> int:
    """Whole đồng of that name. Anything else is noted in ``errors``."""
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**15:
        errors[name] = [_("Số tiền phải là số nguyên đồng.")]
        return 0
    return value


def key_of(body: Mapping[str, Any], errors: dict[str, list[str]]) -> uuid.UUID:
    """The client's number of the order, a random UUID as usually written. Anything else is noted in ``errors``."""
    text = text_of(body, "client_order_id", {}, most=36).lower()
    try:
        key = uuid.UUID(text)
    except ValueError:
        key = uuid.UUID(int=0)
    if key.version != 4 or str(key) != text:
        errors["client_order_id"] = [_("Mã đơn của máy khách phải là UUID phiên bản 4.")]
    return key
