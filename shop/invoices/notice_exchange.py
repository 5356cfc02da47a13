"""Notices of errors on their way: form 04/SS-HĐĐT goes out in a message 300, its result comes back in a 301.

Source: Decision 1271/QĐ-CT part II; Circular 91/2026/TT-BTC art. 10. The result is the authority's form 01/TB-SSĐT,
which says of each invoice whether the notice was received.
"""

from __future__ import annotations

from dataclasses import dataclass

from shop.invoices.exchange import AUTHORITY, Envelope, Reason, wrap
from shop.invoices.reading import Refused, parse

TELL, NOTED = "300", "301"
RECEIVED = "1"
"""TTTNCCQT of an invoice in a 301; 2 is not received."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The content of a 301 about one invoice. ``number`` is that of the authority's own notice."""

    is_received: bool
    message_id: str
    number: str
    reasons: tuple[Reason, ...]


def tell(notice: bytes, *, message_id: str, receiver: str = AUTHORITY) -> bytes:
    """Message 300 with one signed notice. The same arguments give the same bytes, so it may be sent again."""
    envelope = Envelope(
        sender=message_id[:-32],
        receiver=receiver,
        kind=TELL,
        message_id=message_id,
        tax_code=parse(notice).findtext("DLTBao/MST") or "",
    )
    return wrap(envelope, [notice])


def read_outcome(document: bytes) -> Outcome:
    """The content of the ``TBao`` in a 301. Raises: Refused."""
    content = parse(document).find("DLTBao")
    listed = content.findall("DSHDon/HDon") if content is not None else []
    if content is None or content.findtext("MSo") != "01/TB-SSĐT" or len(listed) != 1:
        raise Refused("not_xml", "no answer to a notice of one invoice")
    return Outcome(
        is_received=listed[0].findtext("TTTNCCQT") == RECEIVED,
        message_id=content.findtext("MGDDTu") or "",
        number=content.findtext("STBao/So") or "",
        reasons=tuple(
            Reason(code=row.findtext("MLoi") or "", text=row.findtext("MTa") or "")
            for row in content.iter("LDo")
        ),
    )
