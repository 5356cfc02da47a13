"""The style of pages in low-data mode, made from that of all pages.

Left out is what such pages never have (pictures, ornament, anything that a script makes), what only wide screens
need, what the pointer of a mouse shows, and the tokens that nothing uses then. What is left looks alike.
``make style`` writes the file, which stands in the repository; a test tells when it is old.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "static" / "shop" / "css"
SOURCE, LIGHT = FOLDER / "market.css", FOLDER / "light.css"

_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_NEVER_MET = re.compile(r"@media (?:print and )?\((?:min-width|prefers-reduced-motion)")
_NEVER_THERE = re.compile(
    r"\bimg\b|__picture|\.scene|\.suggestions|aria-selected|\.offline-|\.copy-row__act|\.copy-row \.button"
    r"|\.table\b|\.season-chart"
    r"|\.map[ _]|\.brocade|::selection|:hover|:active|text-size-adjust"
)
_CURSOR = re.compile(r"\bcursor:[^;]*;?")
_USED = re.compile(r"var\((--[\w-]+)")
_TOKEN = re.compile(r'(--[\w-]+):(?:"[^"]*"|[^;}"])*;?')


def light_style(css: str) -> str:
    """``css`` without the rules above, without comments and spare spaces.

    >>> light_style("/* x */ a { color: red; } b:hover { top: 0 } @media (min-width: 9rem) { a { top: 1px } }")
    'a{color:red}'
    """
    kept = "".join(_rules(_COMMENT.sub("", css)))
    used = set(_USED.findall(kept))
    return _TOKEN.sub(lambda found: found.group() if found.group(1) in used else "", kept)


def _rules(css: str) -> Iterator[str]:
    for head, body in _blocks(css):
        if _NEVER_MET.match(head):
            continue
        if head.startswith("@media"):
            inside = "".join(_rules(body))
            if inside:
                yield f"{_tight(head)}{{{inside}}}"
        elif kept := [each for each in _selectors(head) if not _NEVER_THERE.search(each)]:
            yield f"{_tight(','.join(kept))}{{{_declarations(body)}}}"


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Each rule as what stands before its braces and between them; braces in quotes do not count."""
    depth, start, head = 0, 0, ""
    for found in re.finditer(r'"[^"]*"|[{}]', css):
        if found.group() == "{":
            if depth == 0:
                head, start = css[start : found.start()].strip(), found.end()
            depth += 1
        elif found.group() == "}":
            depth -= 1
            if depth == 0:
                yield head, css[start : found.start()]
                start = found.end()


def _selectors(head: str) -> list[str]:
    """Split at the commas outside of brackets."""
    return [part.strip() for part in re.split(r",(?![^(\[]*[)\]])", head)]


def _tight(text: str) -> str:
    return re.sub(r"\s*([,>+~])\s*", r"\1", re.sub(r"\s+", " ", text.strip()))


def _declarations(body: str) -> str:
    """Without spaces that mean nothing; texts in quotes stay as they are."""
    parts = re.split(r'("[^"]*")', _CURSOR.sub("", body))
    parts[::2] = [re.sub(r"\s*([:;,])\s*", r"\1", re.sub(r"\s+", " ", part)) for part in parts[::2]]
    return "".join(parts).strip().rstrip(";").strip()


if __name__ == "__main__":
    LIGHT.write_text(light_style(SOURCE.read_text(encoding="utf-8")), encoding="utf-8")
