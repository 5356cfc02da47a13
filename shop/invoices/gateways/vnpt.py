"""VNPT Invoice over SOAP 1.1: ``PublishService.asmx`` of the customer's own host.

The idempotency key is ``fkey``, made from our message id: a second import of the same key is refused with ``ERR:13``.
Both credential pairs travel inside the SOAP body, so what is archived is the invoice data, not the envelope.

Notices 04/SS go through ``SendInvNoticeErrors``, which takes no key of ours, signs the form anew and gives the
message a number of its own (decision 0055). Series from a cash register or without code are refused before a number
is taken.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from shop.invoices import formats
from shop.invoices.findings import Finding
from shop.invoices.gateway import PassedOn, Receipt, State, TryAgainLater, WillNotSucceed
from shop.invoices.gateways.answers import check_provider_answer, receipt_of, rejected
from shop.invoices.gateways.calls import TIMEOUT, LoggedOut, LogIn, call
from shop.invoices.reading import Refused, one_span, parse
from shop.invoices.signer import Trust

_NAMESPACE = "http://tempuri.org/"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_OK = re.compile(r"OK:(?P<pattern>[^;]+);(?P<serial>[^-]+)-(?P<key>[^,_]+)_(?P<number>\d{1,8})")
_ERROR = re.compile(r"ERR:(?P<code>\d+)")
_PASSED = re.compile(r"OK:\s*(?P<number>\S{1,60})")
_NOTICE_TAGS = ("TNNT", "MST", "TCQT", "NTBao", "DDanh", "Loai", "So", "NTBCCQT")
_LOG_IN = "ERR:1"
_SYSTEM, _DUPLICATE = "5", "13"
_REJECTED = "3"
ERRORS = {
    "3": "Dữ liệu hóa đơn sai cấu trúc",
    "4": "Chưa đăng ký mẫu số",
    "6": "Dải số hóa đơn đã hết",
    "7": "Tài khoản hoặc đơn vị không đúng",
    "8": "Hóa đơn đã được điều chỉnh hoặc thay thế",
    "9": "Trạng thái hóa đơn không cho phép",
    "10": "Quá nhiều hóa đơn trong một lần gửi",
    "20": "Mẫu số và ký hiệu không phù hợp",
    "29": "Chứng thư số không hợp lệ",
    "30": "Ngày lập sớm hơn hóa đơn trước trong cùng ký hiệu",
}
"""What the provider's error numbers mean to a person."""
NOTICE_ERRORS = {
    "3": "Dữ liệu thông báo sai cấu trúc",
    "7": "Tài khoản hoặc đơn vị không đúng",
    "10": "Quá nhiều hóa đơn trong một thông báo",
    "20": "Mẫu số và ký hiệu không phù hợp",
    "21": "Không tìm thấy đơn vị hoặc tài khoản",
    "22": "Đơn vị chưa đăng ký chứng thư số",
    "24": "Chứng thư số không khớp",
    "28": "Chưa có thông tin chứng thư số",
}
"""The same of an answer to a notice."""


@dataclass(frozen=True, kw_only=True)
class VnptAccount:
    """One seller's two credential pairs: the company's account and the service user."""

    tax_code: str
    user: str
    password: str
    account: str
    account_password: str
    template: str = "001"


class VnptGateway:
    """See :class:`shop.invoices.gateway.InvoiceGateway`. ``url`` is the customer's own host."""

    def __init__(self, account: VnptAccount, *, url: str, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._account = account
        self._url = f"{url.rstrip('/')}/PublishService.asmx"
        self._timeout = timeout
        self._log_in_state = LogIn()

    def submit(self, message_id: str, document: bytes) -> Receipt:
        """See :class:`shop.invoices.gateway.InvoiceGateway`."""
        draft = formats.read(document)
        payload = invoice_payload(document, fkey_of(message_id))
        said = self._ask(
            "ImportAndPublishInv",
            Account=self._account.account,
            ACpass=self._account.account_password,
            xmlInvData=payload.decode(),
            username=self._account.user,
            password=self._account.password,
            pattern=f"{draft.form}/{self._account.template}",
            serial=draft.series,
            convert="0",
        )
        exchanged = (("200", payload), ("999", said.encode()))
        if found := _OK.match(said):
            if found["key"] != fkey_of(message_id):
                raise TryAgainLater("the answer is for another invoice")
            return Receipt(message_id=message_id, state=State.ACKNOWLEDGED, exchanged=exchanged)
        code = _error_of(said)
        if code == _DUPLICATE:
            return Receipt(message_id=message_id, state=State.ACKNOWLEDGED, exchanged=exchanged)
        return rejected(message_id, f"ERR:{code}", ERRORS.get(code, said), *exchanged)

    def fetch(self, message_id: str) -> Receipt:
        """See :class:`shop.invoices.gateway.InvoiceGateway`. An invoice not found may be sent: ``ERR:13`` guards it."""
        said = self._ask("GetInvDataByFkey", fkey=fkey_of(message_id), **self._service_user())
        if said.startswith("ERR:"):
            _error_of(said)
            return Receipt(message_id=message_id, state=State.UNKNOWN)
        document = said.encode()
        try:
            receipt = receipt_of(message_id, document, (("202", document),))
        except Refused as reason:
            raise TryAgainLater(f"the invoice cannot be read: {reason}") from reason
        if receipt.state == State.ACCEPTED:
            return receipt
        return self._status(message_id, receipt)

    def compare(self, sent: bytes, answer: bytes, *, today: dt.date, trust: Trust) -> list[Finding]:
        """See :class:`shop.invoices.gateway.InvoiceGateway`."""
        return check_provider_answer(sent, answer, today=today, trust=trust)

    def pass_on(self, notice: bytes) -> PassedOn:
        """See :class:`shop.invoices.gateway.NoticeCarrier`."""
        payload = notice_payload(notice)
        form = parse(notice).findtext("DLTBao/DSHDon/HDon/KHMSHDon")
        said = self._ask(
            "SendInvNoticeErrors",
            Account=self._account.account,
            ACpass=self._account.account_password,
            xml=payload.decode(),
            username=self._account.user,
            password=self._account.password,
            pattern=f"{form}/{self._account.template}",
            convert="0",
        )
        if found := _PASSED.match(said):
            return PassedOn(number=found["number"], exchanged=(("300", payload), ("999", said.encode())))
        code = _error_of(said)
        raise WillNotSucceed(f"{NOTICE_ERRORS.get(code, said)} (ERR:{code})")

    def _status(self, message_id: str, known: Receipt) -> Receipt:
        """What the tax authority said about an invoice that has no code yet."""
        place = known.official
        waiting = Receipt(message_id=message_id, state=State.ACKNOWLEDGED)
        if place is None:
            return waiting
        token = f"{place.form}/{self._account.template};{place.series};{place.number}"
        said = self._ask("GetMCCQThueByInvTokensNoXMLSign", invTokens=token, **self._service_user())
        if said.startswith("ERR:"):
            _error_of(said)
            return waiting
        try:
            root = parse(said.encode())
        except Refused as reason:
            raise TryAgainLater("the state of the invoice cannot be read") from reason
        if (root.findtext(".//TThai") or "") == _REJECTED:
            text = root.findtext(".//MTLoi") or ""
            return rejected(message_id, root.findtext(".//MLoi"), text, ("204", said.encode()))
        return waiting

    def _service_user(self) -> dict[str, str]:
        return {"userName": self._account.user, "userPass": self._account.password}

    def _ask(self, action: str, **values: str) -> str:
        """The text that a method returns."""
        self._log_in_state.check()
        fields = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
        envelope = (
            f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{_SOAP}"><soap:Body>'
            f'<{action} xmlns="{_NAMESPACE}">{fields}</{action}></soap:Body></soap:Envelope>'
        )
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{_NAMESPACE}{action}"'}
        try:
            status, answer = call(
                "POST", self._url, body=envelope.encode(), headers=headers, timeout=self._timeout
            )
        except LoggedOut:
            raise self._log_in_state.refused() from None
        if status != 200:
            raise WillNotSucceed(f"VNPT answers {status}")
        said = _result(answer, action)
        if said == _LOG_IN:
            raise self._log_in_state.refused()
        return said


def fkey_of(message_id: str) -> str:
    """VNPT's key of an invoice: the random part of our message id.

    >>> fkey_of("0109999037" + "0123456789ABCDEF0123456789ABCDEF")
    '0123456789ABCDEF0123456789ABCDEF'
    """
    return message_id[-32:]


def invoice_payload(document: bytes, fkey: str) -> bytes:
    """``DSHDon`` with our ``DLHDon`` as it is, but for its Id, the number and the signature, which VNPT gives."""
    span = one_span(document, ["HDon", "DLHDon"])
    content = document[span.inner_start : span.inner_end]
    number = one_span(document, ["HDon", "DLHDon", "TTChung", "SHDon"])
    start, end = number.start - span.inner_start, number.end - span.inner_start
    inner = content[:start] + content[end:]
    return b"<DSHDon><HDon><key>%b</key><DLHDon>%b</DLHDon></HDon></DSHDon>" % (fkey.encode(), inner)


def notice_payload(notice: bytes) -> bytes:
    """``DLTBao`` with what our notice says; version, form number, title and signature VNPT gives itself."""
    said = parse(notice).find("DLTBao")
    if said is None:
        raise ValueError("no notice")
    content = etree.Element("DLTBao")
    for tag in _NOTICE_TAGS:
        if (text := said.findtext(tag)) is not None:
            etree.SubElement(content, tag).text = text
    content.append(copy.deepcopy(said.find("DSHDon")))
    return etree.tostring(content, encoding="UTF-8")


def _result(answer: bytes, action: str) -> str:
    try:
        root = parse(answer)
    except Refused as reason:
        raise TryAgainLater("the answer is no SOAP message") from reason
    found: etree._Element | None = root.find(f".//{{{_NAMESPACE}}}{action}Result")
    if found is None:
        raise TryAgainLater("the SOAP message holds no result")
    return "".join(found.itertext()).strip()


def _error_of(said: str) -> str:
    """The number of an error that is an answer. Raises: TryAgainLater on a fault of theirs."""
    found = _ERROR.match(said)
    if found is None:
        raise TryAgainLater("the answer is neither OK nor an error")
    if found["code"] == _SYSTEM:
        raise TryAgainLater("VNPT reports a fault of its own")
    return found["code"]
