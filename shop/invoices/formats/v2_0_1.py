"""Invoice format 2.0.1: Decision 1450/QĐ-TCT of 2021 as amended by Decision 1510/QĐ-TCT of 21 September 2022.

In use until 2.1.0 came on 30 May 2025. We read it and write it again to the byte, for invoices of those years that
come from elsewhere; new invoices are never made in it.
"""

from __future__ import annotations

import dataclasses
import functools

from lxml import etree

from shop.invoices.draft import Draft
from shop.invoices.formats import v2_1_0
from shop.invoices.formats.invoice import is_till_series, read_invoice, write_invoice
from shop.invoices.formats.tables import Group

VERSION = "2.0.1"
_CAME_LATER = frozenset({"HDCTTChinh", "MDVQHNSach", "SHChieu", "TTHHDTrung", "SBKCLQuan", "NBKCLQuan"})


@functools.cache
def invoice_table(form: str, *, till: bool = False) -> Group:
    """The table of ``DLHDon``: that of 2.1.0 without the tags that came with it. Raises: Unreadable."""
    return _earlier(v2_1_0.invoice_table(form, till=till))


def build(draft: Draft, *, qr: str = "", code: str = "") -> bytes:
    """The invoice as XML. Raises: ValueError if the draft has no number yet."""
    return write_invoice(
        invoice_table(draft.form, till=is_till_series(draft.series)), draft, qr=qr, code=code
    )


def read_content(content: etree._Element) -> Draft:
    """The draft that a ``DLHDon`` carries. Raises: Unreadable."""
    return read_invoice(invoice_table(content.findtext("TTChung/KHMSHDon") or ""), content)


def _earlier(group: Group) -> Group:
    members = tuple(
        _earlier(member) if isinstance(member, Group) else member
        for member in group.members
        if member.tag not in _CAME_LATER
    )
    return dataclasses.replace(group, members=members)
