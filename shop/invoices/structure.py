"""Whether XML follows the schema of its format: tags, order, sizes and shapes.

The schemas are ours, written from the tables of the decisions (``schemas/*.xsd``); nothing of the generator in
``formats/`` is used, so that one finds the other's faults. A schema is read twice: as one regular expression, which
tells at once whether an invoice follows it (:func:`is_sound`), and as a tree, along which those that may not are walked
and each fault is named. Tests hold both, and libxml2, to the same verdict.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from shop.invoices.findings import Finding, finding

SCHEMAS = Path(__file__).with_name("schemas")
VERSIONS = ("2.1.0", "2.0.1")
FORMS = {"1": "vat", "2": "sales"}

_NUMBER = re.compile(r"-?(\d+)(?:\.(\d*))?", re.ASCII)
_PLAIN_DAY = r"[12]\d{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_XS = "{http://www.w3.org/2001/XMLSchema}"


@dataclass(frozen=True)
class Shape:
    """What a text value must look like (an ``xs:simpleType``)."""

    base: str
    most: int = 0
    digits: int = 0
    decimals: int = 0
    pattern: str = ""

    def fault(self, text: str) -> str:
        """The code of what is wrong with ``text``, or an empty text."""
        if self.base == "xs:date":
            return "" if _is_day(text) else "bad_date"
        if self.base == "xs:decimal":
            return self._number_fault(text)
        if self.most and len(text) > self.most:
            return "too_long"
        return "bad_value" if self.pattern and not re.fullmatch(self.pattern, text, re.ASCII) else ""

    @property
    def plain(self) -> str:
        """A regular expression of the values in which there surely is no fault."""
        if self.base == "xs:date":
            return _PLAIN_DAY
        if self.base == "xs:decimal":
            decimals = rf"(?:\.\d{{1,{self.decimals}}}+)?+" if self.decimals else ""
            return rf"-?+\d{{1,{self.digits - self.decimals}}}+{decimals}"
        if self.pattern:
            return f"(?:{self.pattern})"
        return f"(?:[^<&]{{1,{self.most}}}+|(?:[^<&]|&(?:amp|lt|gt|quot|apos);){{1,{self.most}}}+)"

    def _number_fault(self, text: str) -> str:
        found = _NUMBER.fullmatch(text)
        if not found or (found[2] == "" and self.decimals):
            return "bad_number"
        whole, decimals = found[1].lstrip("0") or "0", (found[2] or "").rstrip("0")
        if decimals and not self.decimals:
            return "not_whole"
        fits = len(whole) + len(decimals) <= self.digits and len(decimals) <= self.decimals
        return "" if fits else "too_long"


@dataclass(frozen=True)
class Node:
    """A tag of the schema: with text of a shape, or with tags in a fixed order."""

    tag: str
    needed: bool = True
    many: bool = False
    shape: Shape | None = None
    members: tuple[Node, ...] = field(default=())

    @functools.cached_property
    def places(self) -> dict[str, tuple[int, Node]]:
        """Each member by its tag, with its place in the order."""
        return {member.tag: (place, member) for place, member in enumerate(self.members)}


@functools.cache
def schema_of(version: str, form: str, *, till: bool) -> Node | None:
    """The schema of ``DLHDon``; None for a form that has none. Raises: KeyError for an unknown version."""
    if version not in VERSIONS:
        raise KeyError(version)
    if form not in FORMS:
        return None
    path = schema_path(version, form, till=till)
    documents = [etree.parse(path).getroot(), etree.parse(SCHEMAS / "common.xsd").getroot()]
    named = {part.get("name"): part for root in documents for part in root if part.get("name")}
    return _node(named["DLHDon"], named)


def schema_path(version: str, form: str, *, till: bool) -> Path:
    """The file of a form's schema."""
    return SCHEMAS / f"{version}-{FORMS[form]}{'-till' if till else ''}.xsd"


def is_sound(xml: bytes, version: str, form: str, *, till: bool) -> bool:
    """Whether the only ``DLHDon`` of ``xml`` surely follows its schema: then :func:`check_structure` finds nothing.

    It says False too where it cannot be sure: white space between tags, empty values, character references, letters
    that are not precomposed, the largest numbers and leap days.
    """
    start, end = xml.find(b"<DLHDon"), xml.rfind(b"</DLHDon>") + len(b"</DLHDon>")
    if xml.find(b"<DLHDon", start + 1) >= 0:
        return False
    text = xml[start:end].decode()
    pattern = _pattern_of(version, form, till=till)
    return bool(pattern.fullmatch(text)) and unicodedata.is_normalized("NFC", text)


@functools.cache
def _pattern_of(version: str, form: str, *, till: bool) -> re.Pattern[str]:
    node = schema_of(version, form, till=till)
    inside = "".join(map(_pattern, node.members)) if node else ""
    return re.compile(f'<DLHDon(?: Id="[^"<&]*+")?+>{inside}</DLHDon>', re.ASCII)


def _pattern(node: Node) -> str:
    """What the node looks like in XML. Nothing is tried twice: a tag is there or not, whatever stands behind it."""
    inside = node.shape.plain if node.shape else "".join(map(_pattern, node.members))
    tag = f"<{node.tag}>{inside}</{node.tag}>"
    if node.many:
        return f"(?:{tag}){'++' if node.needed else '*+'}"
    return tag if node.needed else f"(?:{tag})?+"


def check_structure(node: Node, element: etree._Element, path: str) -> Iterator[Finding]:
    """Every departure of ``element`` from ``node``."""
    seen: dict[str, int] = {}
    furthest = -1
    yield from check_spacing(element, path)
    for child in element:
        here = f"{path}/{child.tag}"
        if child.tag not in node.places:
            yield finding("unknown_tag", here)
            continue
        place, member = node.places[child.tag]
        seen[child.tag] = seen.get(child.tag, 0) + 1
        if member.many:
            here += f"[{seen[child.tag]}]"
        elif seen[child.tag] > 1:
            yield finding("tag_repeated", here)
        if place < furthest:
            yield finding("wrong_order", here)
        furthest = max(furthest, place)
        if child.attrib:
            yield finding("attribute", here, ", ".join(child.attrib))
        if member.shape:
            yield from _check_text(member, member.shape, child, here)
        else:
            yield from check_structure(member, child, here)
    for member in node.members:
        if member.needed and member.tag not in seen:
            yield finding("missing", f"{path}/{member.tag}")


def check_spacing(element: etree._Element, path: str) -> Iterator[Finding]:
    """White space or text between the tags of a group."""
    between = (element.text or "") + "".join([child.tail for child in element if child.tail])
    if between.strip():
        yield finding("stray_text", path)
    elif between:
        yield finding("white_space", path)


def _check_text(node: Node, shape: Shape, element: etree._Element, path: str) -> Iterator[Finding]:
    text = element.text or ""
    if len(element):
        yield finding("unknown_tag", f"{path}/{element[0].tag}")
    elif not text:
        if node.needed:
            yield finding("missing", path)
    else:
        if not unicodedata.is_normalized("NFC", text):
            yield finding("not_nfc", path)
        if fault := shape.fault(text):
            yield finding(fault, path, text if len(text) <= 60 else text[:60] + "…")


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return False
    year, month, day = (int(part) for part in text.split("-"))
    if not (year and 1 <= month <= 12):
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _node(element: etree._Element, named: dict[str, etree._Element]) -> Node:
    """The tag that an ``xs:element`` describes."""
    kind = named.get(element.get("type") or "")
    if kind is None:
        kind = element.find(f"{_XS}complexType")
    needed = element.get("minOccurs") != "0"
    many = element.get("maxOccurs") == "unbounded"
    tag = element.get("name") or ""
    if kind.tag == f"{_XS}simpleType":
        return Node(tag, needed, many, _shape(kind))
    members = tuple(_node(part, named) for part in kind.find(f"{_XS}sequence"))
    return Node(tag, needed, many, members=members)


def _shape(kind: etree._Element) -> Shape:
    rule = kind.find(f"{_XS}restriction")
    facets = {etree.QName(part).localname: part.get("value") or "" for part in rule}
    return Shape(
        base=rule.get("base") or "",
        most=int(facets.get("maxLength", "0")),
        digits=int(facets.get("totalDigits", "0")),
        decimals=int(facets.get("fractionDigits", "0")),
        pattern=facets.get("pattern", ""),
    )
