"""VNPT Invoice as its documents describe it."""

from __future__ import annotations

import re
import uuid
from xml.sax.saxutils import escape, unescape

from shop.invoices.reading import DECLARATION
from tests.fakes.invoice_providers.books import ACCOUNT, ACCOUNT_PASSWORD, FIRST_NUMBER, Answer, Books, Made


class Vnpt:
    """SOAP with both credential pairs in the body."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        action = headers["SOAPAction"].strip('"').removeprefix("http://tempuri.org/")
        text = body.decode()
        fields = {name: unescape(value) for name, value in re.findall(r"<(\w+)>([^<]*)</\1>", text)}
        if path != "/PublishService.asmx" or f"<{action} xmlns=" not in text:
            return 404, "text/plain", b""
        said = getattr(self, f"_{action}")(fields)
        result = f"<{action}Result>{escape(said)}</{action}Result>"
        envelope = (
            '<?xml version="1.0" encoding="utf-8"?>'
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<{action}Response xmlns="http://tempuri.org/">{result}</{action}Response></soap:Body></soap:Envelope>'
        )
        return 200, "text/xml; charset=utf-8", envelope.encode()

    def _ImportAndPublishInv(self, fields: dict[str, str]) -> str:
        company = (fields["Account"], fields["ACpass"]) == (ACCOUNT, ACCOUNT_PASSWORD)
        if not company or not self.books.log_in(fields["username"], fields["password"]):
            return "ERR:1"
        found = re.fullmatch(
            r"<DSHDon><HDon><key>(\w+)</key><DLHDon>(.*)</DLHDon></HDon></DSHDon>", fields["xmlInvData"], re.S
        )
        if found is None:
            return "ERR:3"
        key, inner = found[1], found[2]
        if self.books.mood == "reject":
            return "ERR:30"
        if key in self.books.made:
            return "ERR:13"
        number = FIRST_NUMBER + len(self.books.made)
        inner = re.sub(r"(</KHHDon>)", rf"\g<1><SHDon>{number}</SHDon>", inner, count=1)
        if self.books.mood == "lying":
            inner = inner.replace("</TgTTTBSo>", "0</TgTTTBSo>")
        xml = DECLARATION + f'<HDon><DLHDon Id="HD{uuid.uuid4().hex}">{inner}</DLHDon></HDon>'.encode()
        form, _, _ = fields["pattern"].partition("/")
        self.books.made[key] = Made(number, form, fields["serial"], xml)
        return f"OK:{fields['pattern']};{fields['serial']}-{key}_{number}"

    def _SendInvNoticeErrors(self, fields: dict[str, str]) -> str:
        company = (fields["Account"], fields["ACpass"]) == (ACCOUNT, ACCOUNT_PASSWORD)
        if not company or not self.books.log_in(fields["username"], fields["password"]):
            return "ERR:1"
        listed = r"<DSHDon>(<HDon><STT>\d+</STT>(?:<\w+>[^<]+</\w+>)+</HDon>)+</DSHDon>"
        head = r"<TNNT>[^<]+</TNNT>(?:<\w+>[^<]+</\w+>)*<NTBao>\d{4}-\d\d-\d\d</NTBao>(?:<\w+>[^<]+</\w+>)*"
        if not re.fullmatch(rf"<DLTBao>{head}{listed}</DLTBao>", fields["xml"].strip()):
            return "ERR:3"
        if self.books.mood == "reject":
            return "ERR:22"
        self.books.notices.append(fields["xml"])
        return f"OK:V{len(self.books.notices):05d}"

    def _GetInvDataByFkey(self, fields: dict[str, str]) -> str:
        if not self.books.log_in(fields["userName"], fields["userPass"]):
            return "ERR:1"
        made = self.books.look(fields["fkey"])
        return made.xml.decode() if made else "ERR:6"

    def _GetMCCQThueByInvTokensNoXMLSign(self, fields: dict[str, str]) -> str:
        _, _, number = fields["invTokens"].split(";")
        made = next(made for made in self.books.made.values() if made.number == int(number))
        state = "3" if made.is_refused else "1"
        return f"<DSHDon><HDon><TThai>{state}</TThai><MTLoi>Sai mã số thuế</MTLoi></HDon></DSHDon>"
