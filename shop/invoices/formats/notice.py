"""Form 04/SS-HĐĐT as XML: an issued invoice names its buyer wrongly (message 300), Decision 1271/QĐ-CT part II.

Form and reasons by Circular 91/2026/TT-BTC art. 10; cancelling is not among them any more.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

from shop.invoices.reading import DECLARATION

VERSION = "2.1.0"
TITLE = "Thông báo hóa đơn điện tử đã lập sai"
OWN_NOTICE, ANSWERS = "1", "2"  # Loai: the taxpayer's own, or an answer to the authority's request
ELECTRONIC = "1"  # LADHDDT: an e-invoice under Decree 123/2020 and its successors
EXPLAINS = "4"  # TCTBao: giải trình


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What a notice of one invoice says. ``answers`` is the number and day of the authority's request."""

    office_code: str
    office_name: str
    seller_name: str
    seller_tax_code: str
    place: str
    on: dt.date
    authority_code: str
    form: str
    series: str
    number: int
    issued_on: dt.date
    reason: str
    answers: tuple[str, dt.date] | None = None


def build_notice(notice: Notice) -> bytes:
    """The notice without signature. Raises: ValueError on a part that is missing or too long."""
    identity = f"TB-{uuid.uuid4().hex}"
    number, on = notice.answers or ("", None)
    head = _tags(
        ("PBan", VERSION, 6),
        ("MSo", "04/SS-HĐĐT", 15),
        ("Ten", TITLE, 255),
        ("Loai", ANSWERS if on else OWN_NOTICE, 1),
        *([("So", number, 30), ("NTBCCQT", on.isoformat(), 10)] if on else []),
        ("MCQT", notice.office_code, 5),
        ("TCQT", notice.office_name, 100),
        ("TNNT", notice.seller_name, 400),
        ("MST", notice.seller_tax_code, 14),
        ("DDanh", notice.place, 50),
        ("NTBao", notice.on.isoformat(), 10),
    )
    code = _tags(("MCQTCap", notice.authority_code, 34)) if notice.authority_code else ""
    invoice = _tags(
        ("KHMSHDon", notice.form, 11),
        ("KHHDon", notice.series, 8),
        ("SHDon", str(notice.number), 8),
        ("Ngay", notice.issued_on.isoformat(), 10),
        ("LADHDDT", ELECTRONIC, 1),
        ("TCTBao", EXPLAINS, 1),
        ("LDo", notice.reason, 255),
    )
    listed = f"<DSHDon><HDon><STT>1</STT>{code}{invoice}</HDon></DSHDon>"
    return DECLARATION + f'<TBao><DLTBao Id="{identity}">{head}{listed}</DLTBao></TBao>'.encode()


def _tags(*parts: tuple[str, str, int]) -> str:
    text = ""
    for tag, value, most in parts:
        if not 0 < len(value) <= most:
            raise ValueError(f"{tag} has {len(value)} characters of at most {most}")
        text += f"<{tag}>{escape(value)}</{tag}>"
    return text
