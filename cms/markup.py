"""Markdown turned into the blocks of a story, cleaned as Wagtail's editor would."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, TypedDict

from markdown import markdown
from wagtail.admin.rich_text.converters.editor_html import EditorHTMLConverter

from .blocks import RICH_TEXT_FEATURES

MARKER = re.compile(r"\[\[(\d{1,2})\]\]")
PARAGRAPHS_BEFORE_GOODS = 2


class Block(TypedDict):
    """One block of a StreamField, as Wagtail stores it (without its id)."""

    type: str
    value: Any


def rich_text(text: str) -> str:
    """Markdown as the HTML that Wagtail keeps; everything its editor could not make is dropped."""
    html = markdown(unicodedata.normalize("NFC", text).strip())
    if not html:
        return ""
    return str(EditorHTMLConverter(features=RICH_TEXT_FEATURES).to_database_format(html))


def blocks_of(text: str, product_ids: Sequence[int]) -> list[Block]:
    """The blocks of a story.

    Shape: a line ``[[2]]`` is the second product; without any such line all products stand after
    the second paragraph. A chunk of lines beginning with ``>`` is a quotation.
    Raises: ValueError for a marker without its product.
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
        elif chunk.startswith(">"):
            close_text()
            lines = [line.lstrip("> ").strip() for line in chunk.splitlines()]
            blocks.append(Block(type="quote", value=" ".join(lines)))
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


def _product(product_id: int) -> Block:
    return Block(type="product", value={"product_id": product_id})
