"""Paragraphs as a person types them into a plain field, and as Wagtail keeps them (pure).

An empty line begins a paragraph, ``- `` an item of a list, ``## `` a heading; ``**words**`` stand out. That is all:
what an editor has set otherwise (a link, slanted letters) has no plain words and is not taken apart.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import groupby

ITEM, HEADING = "- ", "## "
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_TAGS = {"p", "br", "h2", "ul", "li", "b"}
_SAME = {"strong": "b"}


def html_of(text: str) -> str:
    """The paragraphs as Wagtail keeps them.

    >>> html_of("Một\\nhai\\n\\n- ba **bốn**")
    '<p>Một<br/>hai</p><ul><li>ba <b>bốn</b></li></ul>'
    """
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    chunks = [chunk.strip() for chunk in re.split(r"\n[ \t]*\n", text) if chunk.strip()]
    return "".join(part for chunk in chunks for part in _parts(chunk))


def text_of(kept: str) -> str | None:
    """The paragraphs as they are typed; None where something in them cannot be typed so.

    >>> text_of("<h2>Tựa</h2><p>Một &amp; hai</p>"), text_of('<p><a href="/">đi</a></p>')
    ('## Tựa\\n\\nMột & hai', None)
    """
    reader = _Reader()
    reader.feed(kept)
    reader.close()
    if not reader.is_plain:
        return None
    text = "\n\n".join(block.strip() for block in reader.blocks if block.strip())
    return text if _told(html_of(text)) == _told(kept) else None


def _parts(chunk: str) -> Iterator[str]:
    for kind, lines in groupby((line.strip() for line in chunk.split("\n")), _kind):
        if kind == ITEM:
            yield "<ul>" + "".join(f"<li>{_inline(line[len(ITEM) :])}</li>" for line in lines) + "</ul>"
        elif kind == HEADING:
            yield from (f"<h2>{_inline(line[len(HEADING) :])}</h2>" for line in lines)
        else:
            yield "<p>" + "<br/>".join(_inline(line) for line in lines) + "</p>"


def _kind(line: str) -> str:
    return next((mark for mark in (ITEM, HEADING) if line.startswith(mark) and line[len(mark) :].strip()), "")


def _inline(line: str) -> str:
    return _BOLD.sub(r"<b>\1</b>", html.escape(" ".join(line.split()), quote=False))


def _told(kept: str) -> list[tuple[str, str]]:
    reader = _Reader()
    reader.feed(kept)
    reader.close()
    return reader.told


class _Reader(HTMLParser):
    """Tags and words of a kept text; spaces beside tags that begin or end a line say nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.is_plain = True
        self.blocks: list[str] = []
        self.told: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = _SAME.get(tag, tag)
        if tag not in _TAGS:
            self.is_plain = False
            return
        self.told.append(("begin", tag))
        if tag in ("p", "h2", "ul"):
            self.blocks.append(HEADING if tag == "h2" else "")
        elif tag == "li":
            self._write(f"\n{ITEM}")
        elif tag == "br":
            self._write("\n")
        elif tag == "b":
            self._write("**")

    def handle_endtag(self, tag: str) -> None:
        tag = _SAME.get(tag, tag)
        if tag not in _TAGS or tag == "br":
            return
        self.told.append(("end", tag))
        if tag == "b":
            self._write("**")

    def handle_data(self, data: str) -> None:
        if not data.strip() and (not self.told or self.told[-1][1] != "b"):
            return
        words = " ".join(data.split())
        lead, tail = data[:1].isspace() * " ", data[-1:].isspace() * " "
        self.told.append(("words", words))
        self._write(f"{lead}{words}{tail}" if words else " ")

    def _write(self, text: str) -> None:
        if not self.blocks:
            self.is_plain = False
            return
        self.blocks[-1] += text
