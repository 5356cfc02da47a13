"""A data format as a table: one description that writes and reads.

A format version lists its tags in their legal order, each with the attribute of the draft that it carries.
Writing puts no white space between tags and escapes all five special characters, as the decision asks.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree

_holds_special = re.compile("[&<>\"']").search
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


Writer = Callable[[Any], str]
"""Writes one value between its tags; nothing where there is none."""


class Unreadable(ValueError):
    """The XML holds something that the format does not know, or not in the shape it demands."""


@dataclass(frozen=True)
class Text:
    """Characters; ``fits_or_nothing`` leaves a longer value out of the XML (never cut an address short)."""

    most: int
    fits_or_nothing: bool = False

    def writer(self, tag: str) -> Writer:
        """Writes texts under ``tag``."""
        most = self.most if self.fits_or_nothing else None

        def write(text: str) -> str:
            if not text or (most and len(text) > most):
                return ""
            return f"<{tag}>{text.translate(_ESCAPES) if _holds_special(text) else text}</{tag}>"

        return write

    def read(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class Figure:
    """A decimal number: at most ``digits`` in all, ``decimals`` of them after the point."""

    digits: int = 21
    decimals: int = 6

    def writer(self, tag: str) -> Writer:
        """Writes numbers under ``tag``, without an exponent and without zeros that say nothing."""

        def write(value: Decimal | None) -> str:
            if not value:
                return "" if value is None else f"<{tag}>0</{tag}>"
            text = str(value)
            if "E" in text:
                text = f"{value:f}"
            return f"<{tag}>{text.rstrip('0').rstrip('.') if '.' in text else text}</{tag}>"

        return write

    def read(self, text: str) -> Decimal:
        if fault := self.fault(text):  # before Decimal: it also reads NaN and exponents of a billion
            raise ValueError(fault)
        return Decimal(text)

    def fault(self, text: str) -> str:
        if not re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
            return "bad_number"
        whole, _, decimals = text.lstrip("-").partition(".")
        fits = len(whole) + len(decimals) <= self.digits and len(decimals) <= self.decimals
        return "" if fits else "too_long"


@dataclass(frozen=True)
class Whole:
    """A whole number: amounts in đồng, positions, codes that count."""

    digits: int = 21
    make: Callable[[int], Any] = int

    def writer(self, tag: str) -> Writer:
        """Writes whole numbers under ``tag``."""
        return lambda value: "" if value is None else f"<{tag}>{int(value)}</{tag}>"

    def read(self, text: str) -> Any:
        if fault := self.fault(text):
            raise ValueError(f"{text[:60]}: {fault}")
        return self.make(int(Decimal(text)))

    def fault(self, text: str) -> str:
        if not re.fullmatch(r"-?\d+(\.0*)?", text, re.ASCII):
            return "not_whole" if Figure().fault(text) == "" else "bad_number"
        return "" if len(text.lstrip("-").partition(".")[0]) <= self.digits else "too_long"


@dataclass(frozen=True)
class Day:
    """A calendar day, ``YYYY-MM-DD``, in Vietnam."""

    def writer(self, tag: str) -> Writer:
        """Writes days under ``tag``."""
        return lambda value: "" if value is None else f"<{tag}>{value.isoformat()}</{tag}>"

    def read(self, text: str) -> dt.date:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):  # Python reads other ways of writing it too
            raise ValueError("bad_date")
        return dt.date.fromisoformat(text)


@dataclass(frozen=True)
class Leaf:
    """A tag with text, and the attribute it carries."""

    tag: str
    attribute: str
    kind: Text | Figure | Whole | Day
    needed: bool = False


@dataclass(frozen=True)
class Group:
    """A tag with tags inside.

    With ``make``, it carries one part of the draft (``many``: a tuple of them) under ``attribute``; without, its
    members carry attributes of the enclosing part.
    """

    tag: str
    members: tuple[Leaf | Group, ...]
    attribute: str = ""
    make: Callable[..., Any] | None = None
    many: bool = False
    needed: bool = False

    @functools.cached_property
    def inside(self) -> Writer:
        """Writes all members of a part, one after another."""
        writers = [_writer(member) for member in self.members]
        names = [_attribute(member) for member in self.members]
        if all(names) and len(names) > 1:
            values_of = operator.attrgetter(*names)
            return lambda part: "".join(map(operator.call, writers, values_of(part)))
        return lambda part: "".join(
            [write(getattr(part, name) if name else part) for write, name in zip(writers, names, strict=True)]
        )


def write(group: Group, part: object, *, identity: str = "") -> str:
    """The XML text of ``part``. Optional tags without a value are left out."""
    mark = f' Id="{_escaped(identity)}"' if identity else ""
    return f"<{group.tag}{mark}>{group.inside(part)}</{group.tag}>"


def read(group: Group, element: etree._Element) -> dict[str, Any]:
    """The attributes that ``element`` carries. Raises: Unreadable."""
    members = {member.tag: member for member in group.members}
    values: dict[str, Any] = {}
    for child in element:
        member = members.get(child.tag) if isinstance(child.tag, str) else None
        if member is None:
            raise Unreadable(f"{group.tag} holds {child.tag}, which this format does not know")
        if isinstance(member, Leaf):
            if not len(child) and not child.text:
                continue
            found = _read_leaf(member, child)
        elif member.make is None:
            values |= read(member, child)
            continue
        else:
            found = member.make(**_complete(member, read(member, child)))
        if isinstance(member, Group) and member.many:
            values[member.attribute] = (*values.get(member.attribute, ()), found)
        elif member.attribute in values:
            raise Unreadable(f"{group.tag} holds {member.tag} twice")
        else:
            values[member.attribute] = found
    return values


def _carries_one(group: Group) -> bool:
    """Whether a group without a part of its own is only a tag around its single member."""
    return group.make is None and len(group.members) == 1


def _attribute(member: Leaf | Group) -> str:
    """What a member writes of a part; with no name, it takes the part itself."""
    if isinstance(member, Group) and _carries_one(member):
        return _attribute(member.members[0])
    return member.attribute


def _writer(member: Leaf | Group) -> Writer:
    if isinstance(member, Leaf):
        return member.kind.writer(member.tag)
    opening, closing, needed = f"<{member.tag}>", f"</{member.tag}>", member.needed
    inside = _writer(member.members[0]) if _carries_one(member) else member.inside
    if member.many:
        return lambda parts: "".join([f"{opening}{inside(part)}{closing}" for part in parts])
    if member.make is not None:
        return lambda part: "" if part is None else f"{opening}{inside(part)}{closing}"
    return lambda value: f"{opening}{text}{closing}" if (text := inside(value)) or needed else ""


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES) if _holds_special(text) else text


def _read_leaf(leaf: Leaf, element: etree._Element) -> Any:
    if len(element):
        raise Unreadable(f"{leaf.tag} holds tags")
    try:
        return leaf.kind.read(element.text or "")
    except (ValueError, ArithmeticError) as reason:
        raise Unreadable(f"{leaf.tag}: {reason}") from reason


def _complete(group: Group, values: dict[str, Any]) -> dict[str, Any]:
    missing = [
        leaf.tag for leaf in group.members if leaf.needed and leaf.attribute and leaf.attribute not in values
    ]
    if missing:
        raise Unreadable(f"{group.tag} lacks {', '.join(missing)}")
    return values
