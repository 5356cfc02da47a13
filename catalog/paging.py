"""The order of a list, and where one of its pages begins.

A page begins behind the goods that ended the one before (keyset paging, docs/decisions/0019): goods that are added
meanwhile shift nothing, and the thousandth page costs what the second does. Bare page numbers are understood for
the first ``LAST_NUMBERED`` pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

PER_PAGE = 24
LAST_NUMBERED = 50
LARGEST = 2**63 - 1  # the databases refuse a larger number with an error
ORDERS = {
    "": _("Gợi ý"),
    "moi": _("Mới nhất"),
    "gia-tang": _("Giá thấp đến cao"),
    "gia-giam": _("Giá cao đến thấp"),
    "sao": _("Nhiều sao nhất"),
}
# The order called "Gợi ý": column → what it puts first. /xep-hang/ prints this very table.
SUGGESTED = {
    "-is_left": _("món còn hàng, mua được ngay"),
    "-is_seasonal": _("món đang vào mùa trong tháng này"),
    "-stars_today": _("món có nhiều sao OCOP hơn, chỉ tính giấy chứng nhận còn hạn hôm nay"),
    "-product_id": _("món mới lên chợ"),
}
# Every order ends in the product's key, so that no two goods stand at the same place.
COLUMNS: dict[str, tuple[str, ...]] = {
    "": tuple(SUGGESTED),
    "moi": ("-product_id",),
    "gia-tang": ("price_amount", "-product_id"),
    "gia-giam": ("-price_amount", "-product_id"),
    "sao": ("-stars_today", "-product_id"),
}

Key = tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """Where a page stands: behind ``after``, else before ``before``, else where its number says."""

    page: int = 1
    after: Key = ()
    before: Key = ()


@dataclass(frozen=True)
class Window:
    """The keys of one page's goods in order; the product's id comes last in each."""

    keys: list[Key]
    has_more: bool = False
    is_first: bool = False


def read_key(text: str) -> Key:
    """A key as addresses carry it, ``1.0.3.58``; empty when it makes no sense.

    >>> read_key("1.0.3.58"), read_key("1.x"), read_key("")
    ((1, 0, 3, 58), (), ())
    """
    parts = text[:100].split(".")
    if not all(part.isascii() and part.isdigit() and int(part) <= LARGEST for part in parts):
        return ()
    return tuple(map(int, parts))


def write_key(key: Key) -> str:
    """
    >>> write_key((1, 0, 3, 58))
    '1.0.3.58'
    """
    return ".".join(map(str, key))


def window_of(goods: QuerySet[Any], order: str, place: Place) -> Window:
    """One page of ``goods``, read by the database."""
    columns = COLUMNS[order]
    names = [_name(column) for column in columns]

    def read(where: Q, by: Sequence[str], start: int, most: int) -> list[Key]:
        rows = goods.filter(where).order_by(*by).values_list(*names)
        return [tuple(map(int, row)) for row in rows[start : start + most]]

    def behind(key: Key, most: int) -> list[Key]:
        return read(_beyond(columns, key), columns, 0, most)

    def ahead(key: Key, most: int) -> list[Key]:
        turned = [_turned(column) for column in columns]
        return read(_beyond(turned, key), turned, 0, most)[::-1]

    return _window(place, len(columns), behind, ahead, lambda start, most: read(Q(), columns, start, most))


def window_in(lines: Sequence[Any], order: str, place: Place) -> Window:
    """One page of ``lines``, rows that are already here, by the same rule."""
    columns = COLUMNS[order]

    def sorting(key: Key) -> Key:
        return tuple(
            -value if column[0] == "-" else value for column, value in zip(columns, key, strict=True)
        )

    keys = sorted((tuple(getattr(line, _name(column)) for column in columns) for line in lines), key=sorting)
    return _window(
        place,
        len(columns),
        lambda key, most: [other for other in keys if sorting(other) > sorting(key)][:most],
        lambda key, most: [other for other in keys if sorting(other) < sorting(key)][-most:],
        lambda start, most: keys[start : start + most],
    )


def window_by_relevance(product_ids: Sequence[int], place: Place) -> Window:
    """One page of search results: the key is the product alone, and its place is that in today's results."""
    places = {product_id: at for at, product_id in enumerate(product_ids)}
    keys: list[Key] = [(product_id,) for product_id in product_ids]

    def from_number(start: int, most: int) -> list[Key]:
        return keys[start : start + most]

    def behind(key: Key, most: int) -> list[Key]:
        at = places.get(key[0])
        return from_number((place.page - 1) * PER_PAGE if at is None else at + 1, most)

    def ahead(key: Key, most: int) -> list[Key]:
        at = places.get(key[0], (place.page) * PER_PAGE)
        return keys[max(0, at - most) : at]

    return _window(place, 1, behind, ahead, from_number)


def _window(
    place: Place,
    width: int,
    behind: Callable[[Key, int], list[Key]],
    ahead: Callable[[Key, int], list[Key]],
    from_number: Callable[[int, int], list[Key]],
) -> Window:
    if len(place.after) == width:
        keys = behind(place.after, PER_PAGE + 1)
        return Window(keys[:PER_PAGE], has_more=len(keys) > PER_PAGE)
    if len(place.before) == width and place.page > 1:
        keys = ahead(place.before, PER_PAGE)
        if len(keys) == PER_PAGE:
            return Window(keys, has_more=True)
        return Window(from_number(0, PER_PAGE), has_more=True, is_first=True)
    keys = from_number((place.page - 1) * PER_PAGE, PER_PAGE + 1)
    return Window(keys[:PER_PAGE], has_more=len(keys) > PER_PAGE, is_first=place.page == 1)


def _name(column: str) -> str:
    return column.removeprefix("-")


def _turned(column: str) -> str:
    return _name(column) if column[0] == "-" else f"-{column}"


def _beyond(columns: Sequence[str], key: Key) -> Q:
    """What stands behind ``key`` in the order of ``columns``."""
    found, equal = Q(), Q()
    for column, value in zip(columns, key, strict=True):
        side = "lt" if column[0] == "-" else "gt"
        found |= equal & Q(**{f"{_name(column)}__{side}": value})
        equal &= Q(**{_name(column): value})
    return found
