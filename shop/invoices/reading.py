"""Reading XML that came from outside: no DTD, no entities, no network, at most 2 MB; and where its bytes lie.

Signed bytes are never written again from a parsed tree: what is added is put between them, what is taken out is
cut out of them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from lxml import etree

MOST_BYTES = 2 * 1024 * 1024
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
_OTHER_ENCODING = re.compile(rb"^<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)


class Refused(ValueError):
    """XML that is not read at all. ``code`` says why: too_big, not_xml, dtd, encoding, comment."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Span:
    """Where an element lies in the bytes: from its ``<`` to behind its end tag, and its content in between."""

    start: int
    inner_start: int
    inner_end: int
    end: int
    namespaces: tuple[tuple[str, str], ...]
    """Namespace declarations in force around the element, which its canonical form takes along."""


class _Remembered(threading.local):
    """The trees that this thread read last: one function after another reads the same invoice."""

    most = 2  # what was sent and what came back for it; more push each other out of the processor's caches
    largest = 64 * 1024

    def __init__(self) -> None:
        self.trees: dict[bytes, etree._Element] = {}


_remembered = _Remembered()


def parse(xml: bytes) -> etree._Element:
    """The root element, to be read and never changed: others may get the same tree. Raises: Refused."""
    if (known := _remembered.trees.get(xml)) is not None:
        return known
    root = _parsed(xml)
    if len(xml) <= _remembered.largest:
        if len(_remembered.trees) == _remembered.most:
            del _remembered.trees[next(iter(_remembered.trees))]
        _remembered.trees[xml] = root
    return root


def _parsed(xml: bytes) -> etree._Element:
    if len(xml) > MOST_BYTES:
        raise Refused("too_big")
    if _OTHER_ENCODING.match(xml.removeprefix(b"\xef\xbb\xbf")) or xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused("encoding")
    if not _is_plain(xml):
        _walk(xml)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as reason:
        raise Refused("not_xml", str(reason)) from reason
    return root


def _is_plain(xml: bytes) -> bool:
    """Whether there is nothing in it to refuse: ``<!`` and ``<?`` begin whatever is neither tag nor text."""
    behind = len(DECLARATION)
    # Most have no such letter at all, and one letter is looked for in a fraction of the time of two.
    return (
        xml.startswith(DECLARATION)
        and (xml.find(b"!", behind) < 0 or xml.find(b"<!", behind) < 0)
        and (xml.find(b"?", behind) < 0 or xml.find(b"<?", behind) < 0)
    )


def layout(xml: bytes, *, depth: int) -> dict[tuple[str, ...], list[Span]]:
    """Where each element down to ``depth`` (1: the root) lies, by its tags from the root. Raises: Refused."""
    return _walk(xml, depth)


def spans(xml: bytes, path: Sequence[str]) -> list[Span]:
    """Where the elements at ``path`` (tags from the root down) lie in ``xml``. Raises: Refused."""
    return layout(xml, depth=len(path)).get(tuple(path), [])


def one_span(xml: bytes, path: Sequence[str]) -> Span:
    """The only element at ``path``. Raises: Refused if there is none or there are several."""
    return _found_by_name(xml, path) or only(spans(xml, path), path)


def _found_by_name(xml: bytes, path: Sequence[str]) -> Span | None:
    """The element at ``path`` if its name occurs once in the document and no namespace is declared around it.

    Then the only tags of that name are its own, and a search finds them in a fraction of the time of a walk.
    """
    if not _is_plain(xml):
        return None
    name = path[-1].encode()
    starts = re.findall(rb"<%b[\s/>]" % re.escape(name), xml)
    if len(starts) != 1 or xml.count(b"</%b>" % name) != 1:
        return None
    root = parse(xml)
    element = root if len(path) == 1 else root.find("/".join(path[1:]))
    if root.tag != path[0] or element is None:
        return None
    around = element.getparent()
    if around is not None and around.nsmap:
        return None
    return _span(xml, xml.index(starts[0]), xml.index(b"</%b>" % name), {})


def only(found: Sequence[Span], path: Sequence[str]) -> Span:
    """The one of ``found`` at ``path``. Raises: Refused if there is none or there are several."""
    if len(found) != 1:
        raise Refused("not_xml", f"{'/'.join(path)} occurs {len(found)} times")
    return found[0]


def cut_out(xml: bytes, span: Span) -> bytes:
    """The element as a document of its own, its bytes as they were.

    Namespaces declared further out are declared on it too: an inclusive canonical form contains them, so the
    digests of what is signed inside stay what they were.
    """
    element = xml[span.start : span.end]
    if span.namespaces:
        name = re.match(rb"<[^\s/>]+", element)
        at = name.end() if name else 0
        own = {mark for mark in re.findall(rb"\s(xmlns(?::[^\s=]+)?)\s*=", element[: element.find(b">")])}
        outer = "".join(
            f" {mark}={quoteattr(uri)}" for mark, uri in span.namespaces if mark.encode() not in own
        )
        element = element[:at] + outer.encode() + element[at:]
    return DECLARATION + element


def _walk(xml: bytes, deepest: int = 0) -> dict[tuple[str, ...], list[Span]]:
    """Goes through the document with expat, which tells byte positions; refuses DTDs, comments and instructions."""
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    depth = 0
    path: tuple[str, ...] = ()
    begun: list[int] = []
    scopes: list[dict[str, str]] = [{}]
    found: dict[tuple[str, ...], list[Span]] = {}

    def refuse_dtd(*_: object) -> None:
        raise Refused("dtd")

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, path
        depth += 1
        if depth <= deepest:
            path = (*path, tag)
            begun.append(parser.CurrentByteIndex)
            declared = {
                name: uri for name, uri in attributes.items() if name == "xmlns" or name.startswith("xmlns:")
            }
            scopes.append(scopes[-1] | declared)

    def finish(_tag: str) -> None:
        nonlocal depth, path
        if depth <= deepest:
            scopes.pop()
            place = _span(xml, begun.pop(), parser.CurrentByteIndex, scopes[-1])
            found.setdefault(path, []).append(place)
            path = path[:-1]
        depth -= 1

    def refuse_comment(*_: object) -> None:
        raise Refused("comment")

    parser.StartDoctypeDeclHandler = refuse_dtd
    parser.CommentHandler = refuse_comment
    parser.ProcessingInstructionHandler = refuse_comment
    if deepest:  # a walk that only refuses calls no Python for each tag
        parser.StartElementHandler = begin
        parser.EndElementHandler = finish
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as reason:
        raise Refused("not_xml", str(reason)) from reason
    return found


def _span(xml: bytes, start: int, end_tag: int, scope: dict[str, str]) -> Span:
    # ">" may stand in an attribute value, so the end of the start tag is looked for outside of quotes.
    tag = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>").match(xml, start)
    inner_start = tag.end() if tag else start
    if xml[inner_start - 2 : inner_start] == b"/>":
        return Span(start, inner_start, inner_start, inner_start, tuple(scope.items()))
    end = xml.index(b">", end_tag) + 1
    return Span(start, inner_start, end_tag, end, tuple(scope.items()))
