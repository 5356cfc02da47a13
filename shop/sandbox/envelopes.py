"""What the sandbox tax authority looks at before it takes a message: its envelope, and whose it is."""

from __future__ import annotations

from lxml import etree

from shop.invoices.delegating import DELEGATE
from shop.invoices.exchange import (
    ACKNOWLEDGED,
    ASK_FOR_CODE,
    AUTHORITY,
    Envelope,
    Message,
    Reason,
    is_message_id,
)
from shop.invoices.notice_exchange import TELL
from shop.invoices.reading import parse
from shop.invoices.registration import REGISTER
from shop.sandbox.list_desk import WITH_LIST
from shop.sandbox.package_desk import TILL_PACKAGE, UNCODED_PACKAGE

_PACKAGES = (UNCODED_PACKAGE, TILL_PACKAGE)
_SINGLE = (ASK_FOR_CODE, WITH_LIST, REGISTER, DELEGATE, TELL, ACKNOWLEDGED)


def reasons_against(message: Message) -> list[Reason]:
    """Why a message is not taken at all: the first thing that is wrong with it."""
    envelope = message.envelope
    if not is_message_id(envelope.message_id, sender=envelope.sender):
        return [Reason(code="9003", text="Mã thông điệp sai dạng")]
    is_package = envelope.kind in _PACKAGES
    is_known = is_package or envelope.kind in _SINGLE
    fits = (
        bool(message.items) if is_package else len(message.items) == (2 if envelope.kind == WITH_LIST else 1)
    )
    if not is_known or envelope.receiver != AUTHORITY or not fits:
        return [
            Reason(
                code="9004",
                text="Chỉ nhận thông điệp 100, 101, 200, 203, 206, 208, 300, 999 gửi cho TCT, mang đúng số tài liệu",
            )
        ]
    if is_package:
        return _package_reasons(message)
    root = parse(message.items[0])
    judges = {
        REGISTER: _declaration_reasons,
        DELEGATE: _delegation_reasons,
        TELL: _notice_reasons,
        ACKNOWLEDGED: lambda *_: [],
    }
    reasons = judges.get(envelope.kind, _invoice_reasons)(root, envelope)
    if envelope.kind == WITH_LIST and parse(message.items[1]).tag != "BKe":
        reasons.append(Reason(code="9012", text="Cần một hóa đơn và bảng kê của nó"))
    return reasons


def _package_reasons(message: Message) -> list[Reason]:
    """What stands on one invoice only is answered later, by a 204 that names it."""
    roots = [parse(item) for item in message.items]
    if any(root.tag != "HDon" or root.find("DLHDon") is None for root in roots):
        return [Reason(code="9011", text="Thông điệp này chỉ mang hóa đơn")]
    if any(_say(root, "DLHDon/NDHDon/NBan/MST") != message.envelope.tax_code for root in roots):
        return [Reason(code="9006", text="Mã số thuế của thông điệp khác người bán trên hóa đơn")]
    return []


def _declaration_reasons(root: etree._Element, _envelope: Envelope) -> list[Reason]:
    return [] if root.tag == "TKhai" else [Reason(code="9008", text="Cần một tờ khai đăng ký")]


def _delegation_reasons(root: etree._Element, envelope: Envelope) -> list[Reason]:
    if root.tag != "TKhai" or root.find("DLTKhai/TTChung/LDKUNhiem") is None:
        return [Reason(code="9013", text="Cần một tờ khai ủy nhiệm lập hóa đơn")]
    if _say(root, "DLTKhai/TTChung/MST") != envelope.tax_code:
        return [Reason(code="9014", text="Mã số thuế của thông điệp khác người nộp thuế trên tờ khai")]
    return []


def _notice_reasons(root: etree._Element, envelope: Envelope) -> list[Reason]:
    if root.tag != "TBao" or root.find("DLTBao") is None:
        return [Reason(code="9009", text="Cần một thông báo hóa đơn lập sai")]
    if _say(root, "DLTBao/MST") != envelope.tax_code:
        return [Reason(code="9010", text="Mã số thuế của thông điệp khác người nộp thuế trên thông báo")]
    return []


def _invoice_reasons(root: etree._Element, envelope: Envelope) -> list[Reason]:
    content = root.find("DLHDon")
    if root.tag != "HDon" or content is None or root.find("MCCQT") is not None:
        return [Reason(code="9005", text="Cần một hóa đơn chưa có mã của cơ quan thuế")]
    if _say(content, "NDHDon/NBan/MST") != envelope.tax_code:
        return [Reason(code="9006", text="Mã số thuế của thông điệp khác người bán trên hóa đơn")]
    series = _say(content, "TTChung/KHHDon")
    if not series.startswith("C") or series[3:4] == "M":
        return [Reason(code="9007", text="Ký hiệu không phải loại hóa đơn có mã")]
    return []


def _say(content: etree._Element, path: str) -> str:
    return content.findtext(path) or ""
