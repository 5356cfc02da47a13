"""Invoice formats by version (PBan). A new decision of the Tax Department is a new module and one line here."""

from __future__ import annotations

from types import ModuleType

from shop.invoices.draft import Draft
from shop.invoices.formats import v2_1_0
from shop.invoices.formats.tables import Unreadable
from shop.invoices.reading import parse

FORMATS: dict[str, ModuleType] = {v2_1_0.VERSION: v2_1_0}
NEWEST = v2_1_0.VERSION

__all__ = ["FORMATS", "NEWEST", "Unreadable", "build", "format_of", "read"]


def format_of(version: str) -> ModuleType:
    """The module of a version. Raises: Unreadable if it is not known."""
    if version not in FORMATS:
        raise Unreadable(f"version {version!r} is not known")
    return FORMATS[version]


def build(draft: Draft, *, qr: str = "") -> bytes:
    """The numbered draft as unsigned XML in its own version; ``qr`` is the text of its QR code.

    Raises: ValueError before it is numbered.
    """
    xml: bytes = format_of(draft.version).build(draft, qr=qr)
    return xml


def read(xml: bytes) -> Draft:
    """What the invoice in ``xml`` (an ``HDon``) says; signatures are not looked at.

    Raises: Refused or Unreadable, both ValueError.
    """
    root = parse(xml)
    content = root.find("DLHDon")
    if root.tag != "HDon" or content is None:
        raise Unreadable("no invoice")
    draft: Draft = format_of(content.findtext("TTChung/PBan") or "").read_content(content)
    return draft
