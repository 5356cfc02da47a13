"""A story as a stall's people write it: parts one below the other, each of a simple kind.

What an editor has put between them (a map, a shelf, a film, text with links) is a part as well: it is kept as it is,
moved or taken out, and not taken apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import uuid4

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from .models import StoryPage
from .plain import html_of, text_of

Raw = dict[str, Any]


class Kind(StrEnum):
    TEXT = "text"
    PICTURE = "picture"
    VOICE = "voice"
    PRODUCT = "product"
    KEPT = "kept"


@dataclass(frozen=True)
class Part:
    """One part. ``values`` are those of its form, none for a kept one; ``raw`` is the block as Wagtail keeps it."""

    id: str
    kind: Kind
    values: Mapping[str, Any]
    raw: Raw

    @property
    def label(self) -> str:
        """What it is, in the words of the page editor."""
        block = StoryPage.body.field.stream_block.child_blocks.get(self.raw["type"])
        return str(block.label) if block is not None else str(self.raw["type"])

    @property
    def words(self) -> str:
        """What a kept part tells, where that is words; so that its stall knows which one it is."""
        told = self.raw["value"] if self.raw["type"] in ("text", "quote") else ""
        return strip_tags(told.replace("</p>", " ").replace("</li>", " ")).strip()


def parts_of(story: StoryPage, *, own_products: Collection[int]) -> list[Part]:
    """The parts in their order; goods that are not among the stall's own are kept as they are."""
    return [_part(dict(block), own_products) for block in story.body.raw_data]


def new_part(kind: Kind) -> Part:
    """An empty part, to be filled in."""
    values = _read(kind, _EMPTY[kind])
    return Part(
        id=str(uuid4()), kind=kind, values=values or {}, raw={"type": kind.value, "value": _EMPTY[kind]}
    )


def body_of(parts: Iterable[Part]) -> list[Raw]:
    """The body of a story as Wagtail keeps it."""
    return [{"id": part.id, **_block(part)} for part in parts]


def lacking(part: Part) -> dict[str, str]:
    """The fields without which the part may not be shown, and what to say there."""
    if part.kind == Kind.KEPT:
        return {}
    said = {
        "text": _("Bạn viết vài dòng, hoặc bỏ phần này."),
        "picture": _("Bạn chọn ảnh, hoặc bỏ phần này."),
        "product_id": _("Bạn chọn món, hoặc bỏ phần này."),
        "words": _("Bạn ghi lời kể."),
        "who": _("Bạn ghi tên người kể."),
        "consent": _("Người được nêu tên phải đồng ý. Bạn ghi họ đồng ý khi nào, bằng cách nào."),
    }
    return {name: said[name] for name, value in part.values.items() if name in said and not value}


def pictures_in(blocks: Iterable[Mapping[str, Any]]) -> set[int]:
    """Keys of the pictures that these blocks show."""
    keys: set[int | None] = set()
    for block in blocks:
        value = block["value"]
        if block["type"] == "picture":
            keys.add(value.get("picture"))
        elif block["type"] == "gallery":
            keys.update(one.get("value", one).get("picture") for one in value["pictures"])
    return {key for key in keys if key is not None}


def lines_of(story: StoryPage, *, pictures: Mapping[int, str], goods: Mapping[int, str]) -> Sequence[str]:
    """The story as lines of words, to be compared with those of another version.

    Shape: ``pictures`` by key and ``goods`` by product are the names that stand for them.
    """
    lines = [story.title, story.intro]
    if story.picture_id:
        lines.append(_("Ảnh đầu: %(title)s") % {"title": pictures.get(story.picture_id, "?")})
    for block in story.body.raw_data:
        lines += _lines(_part(dict(block), goods.keys()), pictures, goods)
    return [line for line in lines if line]


def _lines(part: Part, pictures: Mapping[int, str], goods: Mapping[int, str]) -> list[str]:
    values = part.values
    match part.kind:
        case Kind.TEXT:
            return [line for line in str(values["text"]).splitlines() if line.strip()]
        case Kind.PICTURE:
            shown = _("Ảnh: %(title)s") % {"title": pictures.get(values["picture"], "?")}
            return [f"{shown}. {values['caption']}" if values["caption"] else shown]
        case Kind.VOICE:
            agreed = _("%(who)s, đồng ý cho đăng: %(consent)s") % values
            return [f"“{values['words']}”", agreed]
        case Kind.PRODUCT:
            return [_("Món: %(title)s") % {"title": goods.get(values["product_id"], "?")}]
    return [f"{part.label}: {part.words or _words_in(part.raw['value'])}"]


def _words_in(value: Any) -> str:
    """Whatever a block of the editor says, shortly; so that a change in it is seen."""
    if isinstance(value, dict):
        return " · ".join(found for name, one in value.items() if name != "id" and (found := _words_in(one)))
    if isinstance(value, list):
        return " · ".join(found for one in value if (found := _words_in(one)))
    return "" if value is None else str(value)


_EMPTY: dict[Kind, Any] = {
    Kind.TEXT: "",
    Kind.PICTURE: {"picture": None, "caption": ""},
    Kind.VOICE: {"words": "", "who": "", "consent": ""},
    Kind.PRODUCT: {"product_id": None},
}


def _part(raw: Raw, own_products: Collection[int]) -> Part:
    kind = Kind(raw["type"]) if raw["type"] in _EMPTY else Kind.KEPT
    values = _read(kind, raw["value"])
    if kind == Kind.PRODUCT and raw["value"].get("product_id") not in (None, *own_products):
        values = None
    if values is None:
        kind, values = Kind.KEPT, {}
    return Part(id=raw.get("id") or str(uuid4()), kind=kind, values=values, raw=raw)


def _read(kind: Kind, value: Any) -> dict[str, Any] | None:
    """The value of a block as its form has it; None where the form could not give it back."""
    if kind == Kind.KEPT:
        return None
    if kind == Kind.TEXT:
        text = text_of(value)
        return None if text is None else {"text": text}
    return {name: value.get(name, empty) for name, empty in _EMPTY[kind].items()}


def _block(part: Part) -> Raw:
    if part.kind == Kind.KEPT or _read(part.kind, part.raw["value"]) == part.values:
        return {"type": part.raw["type"], "value": part.raw["value"]}
    value = html_of(part.values["text"]) if part.kind == Kind.TEXT else dict(part.values)
    return {"type": part.kind.value, "value": value}
