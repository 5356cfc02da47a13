"""Signatures as the sandbox tax authority verifies them: with xmlsec alone, not with the market's own verifier."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import xmlsec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_ALGORITHMS = {
    "CanonicalizationMethod": {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315"},
    "SignatureMethod": {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"},
    "DigestMethod": {"http://www.w3.org/2001/04/xmlenc#sha256"},
    "Transform": {"http://www.w3.org/2000/09/xmldsig#enveloped-signature"},
}
_TIME_TAGS = ["Object", "SignatureProperties", "SignatureProperty", "SigningTime"]
_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

UNSIGNED, BROKEN, NOT_COVERED, REFUSED_METHOD, WRONG_PARTY, ENDED, UNTRUSTED, WRONG_TIME, UNREGISTERED = (
    "9281", "9282", "9283", "9284", "9285", "9286", "9287", "9288", "9289",
)  # fmt: skip

TEXTS = {
    UNSIGNED: "Thiếu chữ ký số",
    BROKEN: "Chữ ký số sai hoặc nội dung đã bị sửa",
    NOT_COVERED: "Chữ ký số không bao gồm nội dung hoặc thời điểm ký",
    REFUSED_METHOD: "Thuật toán ký không được chấp nhận",
    WRONG_PARTY: "Chứng thư số không phải của người bán hoặc bên được ủy nhiệm",
    ENDED: "Chứng thư số không có hiệu lực khi ký",
    UNTRUSTED: "Chứng thư số không do nơi tin cậy cấp",
    WRONG_TIME: "Thời điểm ký trước ngày lập hoặc muộn hơn ngày làm việc tiếp theo",
    UNREGISTERED: "Chứng thư số chưa đăng ký",
}


def seal_faults(
    xml: bytes,
    *,
    place: str,
    part: str,
    parties: Sequence[str],
    anchors: Sequence[x509.Certificate],
    issued_on: dt.date | None = None,
    boxes_at: str = "DSCKS/*",
) -> list[str]:
    """Codes of what is wrong with the signature at ``place`` (such as ``DSCKS/NBan``) over ``part``.

    Every signature of the document has to stand at ``boxes_at``. ``parties`` are the tax codes that may sign. With
    ``issued_on`` the signing time has to fit that day.
    """
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    boxes = root.findall(f"{place}/{_DS}Signature")
    if len(boxes) != 1 or len(root.findall(f".//{_DS}Signature")) != len(
        root.findall(f"{boxes_at}/{_DS}Signature")
    ):
        return [UNSIGNED]
    box = boxes[0]
    if any(
        node.get("Algorithm") not in _ALGORITHMS.get(etree.QName(node).localname, set())
        for node in box.iter()
        if node.get("Algorithm")
    ):
        return [REFUSED_METHOD]
    target, times = root.findall(part), box.findall(f"{_DS}Object")
    tags = [etree.QName(node).localname for node in times[0].iter()] if len(times) == 1 else []
    if len(target) != 1 or tags != _TIME_TAGS:
        return [NOT_COVERED]
    wanted = {f"#{target[0].get('Id')}", f"#{times[0].get('Id')}"}
    if not wanted <= {reference.get("URI") for reference in box.iterfind(f"{_DS}SignedInfo/{_DS}Reference")}:
        return [NOT_COVERED]
    return _certified(root, box, times[0], parties, anchors, issued_on)


def serial_of(xml: bytes, place: str) -> str:
    """The serial number of the certificate at ``place``, empty if there is none."""
    certificate = _certificate(etree.fromstring(xml).find(f"{place}/{_DS}Signature"))
    return f"{certificate.serial_number:X}" if certificate else ""


def _certified(
    root: etree._Element,
    box: etree._Element,
    time: etree._Element,
    parties: Sequence[str],
    anchors: Sequence[x509.Certificate],
    issued_on: dt.date | None,
) -> list[str]:
    certificate = _certificate(box)
    if certificate is None or not _holds(root, box, certificate):
        return [BROKEN]
    found = []
    subject = certificate.subject.get_attributes_for_oid(NameOID.USER_ID)
    if not any(str(name.value) in {f"MST:{party}" for party in parties} for name in subject):
        found.append(WRONG_PARTY)
    if not any(_issued(anchor, certificate) for anchor in anchors):
        found.append(UNTRUSTED)
    try:
        at = dt.datetime.fromisoformat("".join(time.itertext())).replace(tzinfo=_VIETNAM)
    except ValueError:
        return [*found, WRONG_TIME]
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        found.append(ENDED)
    if issued_on is not None and not issued_on <= at.date() <= _next_working_day(issued_on):
        found.append(WRONG_TIME)
    return found


def _holds(root: etree._Element, box: etree._Element, certificate: x509.Certificate) -> bool:
    context = xmlsec.SignatureContext()
    try:
        xmlsec.tree.add_ids(root, ["Id"])
        context.key = xmlsec.Key.from_memory(
            certificate.public_bytes(Encoding.PEM), xmlsec.constants.KeyDataFormatCertPem
        )
        context.verify(box)
    except xmlsec.Error:
        return False
    return True


def _certificate(box: etree._Element | None) -> x509.Certificate | None:
    text = box.findtext(f".//{_DS}X509Certificate") if box is not None else None
    try:
        found = x509.load_der_x509_certificate(base64.b64decode("".join((text or "").split()), validate=True))
        return found if found.subject else None
    except (ValueError, TypeError, x509.InvalidVersion):
        return None


def _issued(anchor: x509.Certificate, certificate: x509.Certificate) -> bool:
    if anchor == certificate:
        return True
    try:
        certificate.verify_directly_issued_by(anchor)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _next_working_day(day: dt.date) -> dt.date:
    day += dt.timedelta(days=1)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return day
