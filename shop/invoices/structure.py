"""Whether XML follows the table of its format: tags, order, sizes and shapes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from lxml import etree

from shop.invoices.findings import Finding, finding
from shop.invoices.formats.tables import Group, Leaf


def check_structure(table: Group, element: etree._Element, path: str) -> Iterator[Finding]:
    """Every departure of ``element`` from ``table``."""
    places = {member.tag: (place, member) for place, member in enumerate(table.members)}
    seen: dict[str, int] = {}
    furthest = -1
    yield from check_spacing(element, path)
    for child in element:
        here = f"{path}/{child.tag}"
        if child.tag not in places:
            yield finding("unknown_tag", here)
            continue
        place, member = places[child.tag]
        seen[child.tag] = seen.get(child.tag, 0) + 1
        many = isinstance(member, Group) and member.many
        if many:
            here += f"[{seen[child.tag]}]"
        elif seen[child.tag] > 1:
            yield finding("tag_repeated", here)
        if place < furthest:
            yield finding("wrong_order", here)
        furthest = max(furthest, place)
        if child.attrib:
            yield finding("attribute", here, ", ".join(child.attrib))
        if isinstance(member, Leaf):
            yield from _check_leaf(member, child, here)
        else:
            yield from check_structure(member, child, here)
    for member in table.members:
        if member.needed and member.tag not in seen:
            yield finding("missing", f"{path}/{member.tag}")


def check_spacing(element: etree._Element, path: str) -> Iterator[Finding]:
    """White space or text between the tags of a group."""
    texts = [element.text or "", *(child.tail or "" for child in element)]
    if any(text.strip() for text in texts):
        yield finding("stray_text", path)
    elif any(texts):
        yield finding("white_space", path)


def _check_leaf(leaf: Leaf, element: etree._Element, path: str) -> Iterator[Finding]:
    text = element.text or ""
    if len(element):
        yield finding("unknown_tag", f"{path}/{element[0].tag}")
    elif not text:
        if leaf.needed:
            yield finding("missing", path)
    else:
        if not unicodedata.is_normalized("NFC", text):
            yield finding("not_nfc", path)
        if fault := leaf.kind.fault(text):
            yield finding(fault, path, text if len(text) <= 60 else text[:60] + "…")
