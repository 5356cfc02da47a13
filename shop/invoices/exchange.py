"""Messages between a seller's side and the tax authority (TDiep), Decision 1271/QĐ-CT parts II and IV.

200 asks for a code, 999 acknowledges receipt, 202 brings the coded invoice, 204 says why there is none. An invoice
goes into an envelope and comes out of it with its bytes unchanged, so its signatures stay good.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from shop.invoices.formats import NEWEST
from shop.invoices.reading import DECLARATION, MOST_BYTES, Refused, cut_out, one_span, parse, spans
from shop.invoices.tax_codes import without_dash
from shop.invoices.xmldsig import VIETNAM

ASK_FOR_CODE = "200"
CODED = "202"
CHECKED = "204"
ACKNOWLEDGED = "999"

AUTHORITY = "TCT"
NO_CODE = "1"
"""LTBao of a 204: not eligible for a code."""

_UNCOUNTED = ("BKe",)
"""What goes along with an invoice and is not counted (``shop.invoices.list_exchange``)."""

_MESSAGE_ID = re.compile(r"(TCT|[VK]?\d{10,13})[0-9A-F]{32}", re.ASCII)
_TIME = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """The general part of a message (TDiep/TTChung). ``answers`` is the id of the message answered."""

    sender: str
    receiver: str
    kind: str
    message_id: str
    tax_code: str
    count: int = 1
    answers: str = ""
    version: str = NEWEST


@dataclass(frozen=True)
class Message:
    """A message read: each item a document of its own, bytes as they came."""

    envelope: Envelope
    items: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why something was refused, and what to do (LDo)."""

    code: str
    text: str
    advice: str = ""


def in_words(reasons: Iterable[Reason]) -> str:
    """The reasons as staff read them, a line each."""
    return "\n".join(f"{reason.code}: {reason.text} {reason.advice}".strip() for reason in reasons)


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """The content of a 999."""

    message_id: str
    received_at: dt.datetime | None
    accepted: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """The content of a 204 without success. ``kind`` is LTBao."""

    kind: str
    message_id: str
    reasons: tuple[Reason, ...]


def new_message_id(sender: str) -> str:
    """A message id (MTDiep): the sender's code and a random UUID.

    ``sender`` is the tax code without dash, with ``V`` or ``K`` before it where the authority is reached directly.
    """
    return without_dash(sender) + uuid.uuid4().hex.upper()


def is_message_id(text: str, *, sender: str) -> bool:
    """Whether ``text`` is a message id of ``sender``."""
    return bool(_MESSAGE_ID.fullmatch(text)) and text[:-32] == sender


def ask_for_code(invoice: bytes, *, message_id: str, receiver: str = AUTHORITY) -> bytes:
    """Message 200 with one signed invoice. The same arguments give the same bytes, so it may be sent again."""
    root = parse(invoice)
    seller = root.findtext("DLHDon/NDHDon/NBan/MST") or ""
    if root.tag != "HDon" or not seller or root.find("MCCQT") is not None:
        raise ValueError("a code is asked for a signed invoice that has none")
    envelope = Envelope(
        sender=message_id[:-32], receiver=receiver, kind=ASK_FOR_CODE, message_id=message_id, tax_code=seller
    )
    return wrap(envelope, [invoice])


def wrap(envelope: Envelope, documents: Sequence[bytes], *, identity: str = "") -> bytes:
    """The documents in an envelope; ``identity`` is the Id under which all of them together will be signed.

    Raises: ValueError over 2 MB.
    """
    content = b"".join(document[_root_start(document) :] for document in documents)
    general = tags(
        PBan=envelope.version,
        MNGui=envelope.sender,
        MNNhan=envelope.receiver,
        MLTDiep=envelope.kind,
        MTDiep=envelope.message_id,
        MTDTChieu=envelope.answers,
        MST=envelope.tax_code,
        SLuong=str(envelope.count),
    )
    mark = f' Id="{identity}"' if identity else ""
    head = f"<TDiep><TTChung>{general}</TTChung><DLieu{mark}>".encode()
    message = DECLARATION + head + content + b"</DLieu></TDiep>"
    if len(message) > MOST_BYTES:
        raise ValueError("a message holds at most 2 MB")
    return message


def unwrap(message: bytes) -> Message:
    """The envelope and its documents. Raises: Refused if it is not a message, or its count is wrong."""
    root = parse(message)
    general = root.find("TTChung")
    if root.tag != "TDiep" or general is None or root.find("DLieu") is None:
        raise Refused("not_xml", "no TDiep with TTChung and DLieu")
    values = {
        tag: general.findtext(tag) or "" for tag in ("PBan", "MNGui", "MNNhan", "MLTDiep", "MTDiep", "MST")
    }
    tags = list(dict.fromkeys(child.tag for child in root.iterfind("DLieu/*")))
    found = [span for tag in tags for span in spans(message, ["TDiep", "DLieu", tag])]
    items = tuple(cut_out(message, span) for span in sorted(found, key=lambda span: span.start))
    count = general.findtext("SLuong") or "1"
    held = sum(child.tag not in _UNCOUNTED for child in root.iterfind("DLieu/*"))
    if count != str(held):
        raise Refused("not_xml", f"SLuong says {count}, DLieu holds {held}")
    envelope = Envelope(
        sender=values["MNGui"],
        receiver=values["MNNhan"],
        kind=values["MLTDiep"],
        message_id=values["MTDiep"],
        tax_code=values["MST"],
        count=held,
        answers=general.findtext("MTDTChieu") or "",
        version=values["PBan"],
    )
    return Message(envelope, items)


def acknowledgement(
    *, message_id: str, sender: str, at: dt.datetime, reasons: Sequence[Reason] = ()
) -> bytes:
    """The ``TBao`` of a 999: received, or refused with reasons."""
    return _document(
        "TBao",
        tags(MTDiep=message_id, MNGui=sender, NNhan=_local(at), TTTNhan="1" if reasons else "0"),
        _reasons(reasons, code="MLoi", text="MTa"),
    )


def refusal(
    *, message_id: str, invoice: etree._Element, at: dt.datetime, number: str, reasons: Sequence[Reason]
) -> bytes:
    """The unsigned ``TBao`` of a 204 that refuses ``invoice`` (an ``HDon``) a code."""
    content = invoice.find("DLHDon")
    named = {tag: content.findtext(f"TTChung/{tag}") or "" for tag in ("KHMSHDon", "KHHDon", "SHDon", "NLap")}
    head = tags(
        PBan=NEWEST,
        MSo="01/TB-KTDL",
        Ten="Thông báo về việc kết quả kiểm tra dữ liệu hóa đơn điện tử",
        So=number,
        DDanh="Hà Nội",
        NTBao=at.astimezone(VIETNAM).date().isoformat(),
        MST=content.findtext("NDHDon/NBan/MST") or "",
        TNNT=content.findtext("NDHDon/NBan/Ten") or "",
        TGGui=_local(at),
        LTBao=NO_CODE,
        CCu="Hóa đơn không đủ điều kiện cấp mã",
        MGDDTu=message_id,
        SLuong="1",
    )
    numbered = "".join(
        f"<LDo>{tags(STT=str(place), MLoi=reason.code, MTLoi=reason.text[:255], HDXLy=reason.advice[:255])}</LDo>"
        for place, reason in enumerate(reasons, start=1)
    )
    package = f"<LCMa>{tags(**named)}<DSLDo>{numbered}</DSLDo></LCMa>"
    identity = f"TB-{uuid.uuid4().hex}"
    return DECLARATION + f'<TBao><DLTBao Id="{identity}">{head}{package}</DLTBao></TBao>'.encode()


def with_code(invoice: bytes, code: str) -> bytes:
    """The signed invoice with the authority's code put in before its signatures."""
    at = one_span(invoice, ["HDon", "DSCKS"]).start
    element = f'<MCCQT Id="MCCQT-{uuid.uuid4().hex}">{escape(code)}</MCCQT>'
    return invoice[:at] + element.encode() + invoice[at:]


def read_acknowledgement(document: bytes) -> Acknowledgement:
    """The content of a 999's ``TBao``. Raises: Refused."""
    root = parse(document)
    if root.tag != "TBao" or root.find("TTTNhan") is None:
        raise Refused("not_xml", "no acknowledgement")
    reasons = tuple(
        Reason(code=item.findtext("MLoi") or "", text=item.findtext("MTa") or "")
        for item in root.iterfind("DSLDo/LDo")
    )
    return Acknowledgement(
        message_id=root.findtext("MTDiep") or "",
        received_at=_time(root.findtext("NNhan") or ""),
        accepted=root.findtext("TTTNhan") == "0",
        reasons=reasons,
    )


def read_refusal(document: bytes) -> Refusal:
    """The content of a 204's ``TBao``. Raises: Refused."""
    content = parse(document).find("DLTBao")
    if content is None or content.find("LTBao") is None:
        raise Refused("not_xml", "no check result")
    reasons = tuple(
        Reason(
            code=item.findtext("MLoi") or "",
            text=item.findtext("MTLoi") or item.findtext("MTa") or "",
            advice=item.findtext("HDXLy") or "",
        )
        for item in content.iter("LDo")
    )
    return Refusal(
        kind=content.findtext("LTBao") or "", message_id=content.findtext("MGDDTu") or "", reasons=reasons
    )


def _root_start(document: bytes) -> int:
    return one_span(document, [parse(document).tag]).start


def _document(tag: str, *parts: str) -> bytes:
    return DECLARATION + f"<{tag}>{''.join(parts)}</{tag}>".encode()


def _reasons(reasons: Sequence[Reason], *, code: str, text: str) -> str:
    if not reasons:
        return ""
    items = "".join(
        f"<LDo>{tags(**{code: reason.code, text: reason.text[:255]})}</LDo>" for reason in reasons
    )
    return f"<DSLDo>{items}</DSLDo>"


def tags(**values: str) -> str:
    """Tags with escaped text, in the order given; an empty value gives an empty tag."""
    return "".join(
        f"<{tag}>{escape(value)}</{tag}>" if value else f"<{tag}/>" for tag, value in values.items()
    )


def _local(at: dt.datetime) -> str:
    return at.astimezone(VIETNAM).strftime(_TIME)


def _time(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
    except ValueError:
        return None
