"""The text of a letter as blocks for its HTML, so that the text stays the only thing written (no Django)."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Piece:
    """A run of text; ``is_link`` if it is an address."""

    text: str
    is_link: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph of lines, or with ``is_list`` a list of them."""

    lines: tuple[tuple[Piece, ...], ...]
    is_list: bool = False


def blocks_of(text: str) -> list[Block]:
    """Paragraphs and lists in their order; a line that begins with two spaces is a line of a list.

    >>> [(block.is_list, len(block.lines)) for block in blocks_of("A:\\n  1 × b\\n  2 × c\\n\\nhttp://x/ d")]
    [(False, 1), (True, 2), (False, 1)]
    >>> blocks_of("xem: http://x/y")[0].lines[0]
    (Piece(text='xem: ', is_link=False), Piece(text='http://x/y', is_link=True))
    """
    blocks: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        for is_list, lines in itertools.groupby(paragraph.split("\n"), lambda line: line.startswith("  ")):
            blocks.append(Block(tuple(_pieces(line.strip()) for line in lines), is_list))
    return blocks


def _pieces(line: str) -> tuple[Piece, ...]:
    found: list[Piece] = []
    end = 0
    for match in _ADDRESS.finditer(line):
        if match.start() > end:
            found.append(Piece(line[end : match.start()]))
        found.append(Piece(match.group(), is_link=True))
        end = match.end()
    if end < len(line) or not found:
        found.append(Piece(line[end:]))
    return tuple(found)
