"""Markdown turned into the blocks of pages, cleaned as Wagtail's editor would."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

from markdown import markdown
from wagtail.admin.rich_text.converters.editor_html import EditorHTMLConverter

from .blocks import RICH_TEXT_FEATURES, ShelfBlock

MARKER = re.compile(r"\[\[(\d{1,2})\]\]")
SPECIAL = re.compile(r"\[\[(shelf (?P<rule>\w+)|certificate (?P<product>\d{1,2})|map|gallery)\]\]")
RULES = (ShelfBlock.SEASON, ShelfBlock.STALL, ShelfBlock.STARRED)
GOODS_ON_SHELF = 3
PARAGRAPHS_BEFORE_GOODS = 2


class Block(TypedDict):
    """One block of a StreamField, as Wagtail stores it (without its id)."""

    type: str
    value: Any


def front_matter(path: Path) -> tuple[dict[str, str], str]:
    """The ``key: value`` lines between two ``---`` lines, and the text after them."""
    _opening, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return dict(line.split(": ", 1) for line in front.splitlines()), body.strip()


def rich_text(text: str) -> str:
    """Markdown as the HTML that Wagtail keeps; everything its editor could not make is dropped."""
    html = markdown(unicodedata.normalize("NFC", text).strip())
    if not html:
        return ""
    return str(EditorHTMLConverter(features=RICH_TEXT_FEATURES).to_database_format(html))


def blocks_of(text: str, product_ids: Sequence[int], picture_ids: Sequence[int] = ()) -> list[Block]:
    """The blocks of a story.

    Shape: a line ``[[2]]`` is the second product; without any such line all products stand after
    the second paragraph. ``[[shelf season]]`` (or ``stall``, ``starred``) is a shelf by rule, ``[[certificate 1]]``
    the star of the first product, ``[[map]]`` the drawn map, ``[[gallery]]`` all of ``picture_ids``. A chunk of lines
    beginning with ``>`` is a quotation; with a line ``> — who``, and after it how that person agreed, a named voice.
    Raises: ValueError for a marker without its product, its rule or its pictures, or a voice that has not agreed.
    """
    blocks: list[Block] = []
    written: list[str] = []
    has_markers = MARKER.search(text) is not None
    paragraphs = 0

    def close_text() -> None:
        if any(written):
            blocks.append(Block(type="text", value=rich_text("\n\n".join(written))))
            written.clear()

    for chunk in re.split(r"\n\s*\n", unicodedata.normalize("NFC", text).strip()):
        if marker := MARKER.fullmatch(chunk.strip()):
            number = int(marker[1])
            if not 1 <= number <= len(product_ids):
                raise ValueError(f"[[{number}]]: the story has {len(product_ids)} products")
            close_text()
            blocks.append(_product(product_ids[number - 1]))
        elif special := SPECIAL.fullmatch(chunk.strip()):
            close_text()
            blocks.append(_special(special, product_ids, picture_ids))
        elif chunk.startswith(">"):
            close_text()
            blocks.append(_quotation([line.lstrip("> ").strip() for line in chunk.splitlines()]))
        else:
            written.append(chunk)
            paragraphs += not chunk.startswith(("#", "-", "*", "1."))
            if paragraphs == PARAGRAPHS_BEFORE_GOODS and not has_markers and product_ids:
                close_text()
                blocks += [_product(product_id) for product_id in product_ids]
                paragraphs += 1  # only once
    close_text()
    if product_ids and not has_markers and paragraphs < PARAGRAPHS_BEFORE_GOODS:
        blocks += [_product(product_id) for product_id in product_ids]
    return blocks


def questions_of(text: str) -> list[Block]:
    """The blocks of a page of questions: ``## a group``, ``### a question``, and below it the answer.

    Raises: ValueError for a question outside of a group, or without an answer.
    """
    groups: list[Block] = []
    for part in re.split(r"^(?=##)", unicodedata.normalize("NFC", text).strip(), flags=re.M):
        head, _line, below = part.partition("\n")
        if head.startswith("### "):
            answer = rich_text(below)
            if not groups or not answer:
                raise ValueError(f"{head}: without group or answer")
            question = {"question": head.removeprefix("### ").strip(), "answer": answer}
            groups[-1]["value"]["questions"].append(question)
        elif head:
            value: dict[str, Any] = {"title": head.removeprefix("## ").strip(), "questions": []}
            groups.append(Block(type="group", value=value))
    return groups


def _product(product_id: int) -> Block:
    return Block(type="product", value={"product_id": product_id})


def _quotation(lines: list[str]) -> Block:
    who = next((number for number, line in enumerate(lines) if line.startswith("— ")), None)
    if who is None:
        return Block(type="quote", value=" ".join(lines))
    consent = " ".join(lines[who + 1 :])
    if not consent:
        raise ValueError(f"{lines[who]}: how has this person agreed?")
    value = {"words": " ".join(lines[:who]), "who": lines[who].removeprefix("— "), "consent": consent}
    return Block(type="voice", value=value)


def _special(found: re.Match[str], product_ids: Sequence[int], picture_ids: Sequence[int]) -> Block:
    if rule := found["rule"]:
        if rule not in RULES:
            raise ValueError(f"no such shelf: {rule}")
        return Block(type="shelf", value={"rule": rule, "most": GOODS_ON_SHELF})
    if found["product"]:
        number = int(found["product"])
        if not 1 <= number <= len(product_ids):
            raise ValueError(f"{found[0]}: the story has {len(product_ids)} products")
        return Block(type="certificate", value={"product_id": product_ids[number - 1]})
    if found[1] == "map":
        return Block(type="map", value={"caption": ""})
    if not picture_ids:
        raise ValueError(f"{found[0]}: the story has no pictures")
    return Block(type="gallery", value={"pictures": [{"picture": pk, "caption": ""} for pk in picture_ids]})
