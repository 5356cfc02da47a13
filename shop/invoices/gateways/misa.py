"""MISA meInvoice over REST: https://api.meinvoice.vn/api/integration.

The idempotency key is ``RefID``, made from our message id. Field names are those of MISA's public integration code;
check them against the current manual before going live.

Notices 04/SS are not carried: its public integration code has no call for them. A signed notice waits at the desk,
which says to hand it in at the provider's site. Series from a cash register (SignType 5, a code that MISA makes) or
without code are refused before a number is taken.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass, replace
from typing import Any

from shop.invoices import formats
from shop.invoices.draft import Draft, Line, LineKind
from shop.invoices.findings import Finding
from shop.invoices.gateway import Receipt, State, TryAgainLater
from shop.invoices.gateways.answers import check_provider_answer, receipt_of, rejected
from shop.invoices.gateways.calls import TIMEOUT, LoggedOut, LogIn, as_object, call
from shop.invoices.gateways.viettel import transaction_uuid
from shop.invoices.reading import Refused
from shop.invoices.signer import Trust

URL = "https://api.meinvoice.vn/api/integration"
_SIGN_WITH_HSM = 2
_BY_REF_ID = "2"
_REFUSED_BY_AUTHORITY = 3
_DUPLICATE = "DuplicateInvoiceRefID"
_KINDS = {
    LineKind.GOODS: 1,
    LineKind.GIFT: 2,
    LineKind.DISCOUNT: 3,
    LineKind.NOTE: 4,
    LineKind.SPECIAL_GOODS: 5,
}


@dataclass(frozen=True, kw_only=True)
class MisaAccount:
    """One seller's account."""

    tax_code: str
    user: str
    password: str
    appid: str


class MisaGateway:
    """See :class:`shop.invoices.gateway.InvoiceGateway`."""

    def __init__(
        self, account: MisaAccount, *, url: str = URL, timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        self._account = account
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._log_in_state = LogIn()
        self._token = ""

    def submit(self, message_id: str, document: bytes) -> Receipt:
        """See :class:`shop.invoices.gateway.InvoiceGateway`."""
        content = invoice_content(formats.read(document), transaction_uuid(message_id))
        wanted = {"SignType": _SIGN_WITH_HSM, "InvoiceData": [content], "PublishInvoiceData": None}
        body = json.dumps(wanted, ensure_ascii=False).encode()
        answer = self._ask("invoice", body)
        said = as_object(answer)
        exchanged = (("200", body), ("999", answer))
        if not said.get("success"):
            return rejected(message_id, said.get("errorCode"), said.get("descriptionErrorCode"), *exchanged)
        row = _row(said.get("publishInvoiceResult"), "RefID", transaction_uuid(message_id))
        error = str(row.get("ErrorCode") or "")
        if error and error != _DUPLICATE:
            return rejected(message_id, error, row.get("DescriptionErrorCode"), *exchanged)
        return Receipt(message_id=message_id, state=State.ACKNOWLEDGED, exchanged=exchanged)

    def fetch(self, message_id: str) -> Receipt:
        """See :class:`shop.invoices.gateway.InvoiceGateway`."""
        reference = transaction_uuid(message_id)
        query = f"invoice/status?inputType={_BY_REF_ID}&invoiceWithCode=true"
        answer = self._ask(query, json.dumps([reference]).encode())
        rows = _rows(as_object(answer).get("data"))
        row = next((row for row in rows if row.get("RefID") == reference), None)
        if row is None:
            return Receipt(message_id=message_id, state=State.UNKNOWN)
        if row.get("SendTaxStatus") == _REFUSED_BY_AUTHORITY:
            return rejected(message_id, row.get("ErrorCode"), row.get("MessageReject"), ("204", answer))
        if not row.get("InvCode"):
            return Receipt(message_id=message_id, state=State.ACKNOWLEDGED)
        transaction = str(row.get("TransactionID") or "")
        receipt = self._downloaded(message_id, transaction)
        place = receipt.official
        return replace(receipt, official=replace(place, lookup_code=transaction[:50]) if place else None)

    def compare(self, sent: bytes, answer: bytes, *, today: dt.date, trust: Trust) -> list[Finding]:
        """See :class:`shop.invoices.gateway.InvoiceGateway`."""
        return check_provider_answer(sent, answer, today=today, trust=trust)

    def _downloaded(self, message_id: str, transaction: str) -> Receipt:
        query = "invoice/Download?downloadDataType=xml&invoiceWithCode=true"
        answer = self._ask(query, json.dumps([transaction]).encode())
        row = _row(as_object(answer).get("data"), "TransactionID", transaction)
        try:
            xml = base64.b64decode(str(row.get("Data") or ""), validate=True)
            return receipt_of(message_id, xml, (("202", xml),))
        except (ValueError, Refused) as reason:
            raise TryAgainLater(f"the invoice file cannot be read: {reason}") from reason

    def _ask(self, path: str, body: bytes) -> bytes:
        """The body of an answer to a logged-in request; a log-in that has ended is renewed once."""
        for _ in range(2):
            if not self._token:
                self._log_in()
            headers = {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self._token}",
                "CompanyTaxCode": self._account.tax_code,
            }
            try:
                return call("POST", f"{self._url}/{path}", body=body, headers=headers, timeout=self._timeout)[
                    1
                ]
            except LoggedOut:
                self._token = ""
        raise self._log_in_state.refused()

    def _log_in(self) -> None:
        self._log_in_state.check()
        wanted = {
            "appid": self._account.appid,
            "taxcode": self._account.tax_code,
            "username": self._account.user,
            "password": self._account.password,
        }
        try:
            _, answer = call("POST", f"{self._url}/auth/token", json=wanted, timeout=self._timeout)
        except LoggedOut:
            raise self._log_in_state.refused() from None
        said = as_object(answer)
        token = said.get("data")
        if not said.get("success") or not isinstance(token, str) or not token.isprintable():
            raise self._log_in_state.refused()
        self._token = token


def invoice_content(draft: Draft, reference: str) -> dict[str, Any]:
    """One entry of ``InvoiceData``. Unit: whole đồng."""
    buyer = draft.buyer
    content: dict[str, Any] = {
        "RefID": reference,
        "InvSeries": f"{draft.form}{draft.series}",
        "InvDate": draft.issued_on.isoformat() if draft.issued_on else "",
        "CurrencyCode": draft.currency,
        "ExchangeRate": 1,
        "PaymentMethodName": draft.payment_method,
        "BuyerLegalName": buyer.name,
        "BuyerTaxCode": buyer.tax_code,
        "BuyerAddress": buyer.address,
        "BuyerFullName": buyer.person,
        "BuyerEmail": buyer.email,
        "BuyerPhoneNumber": buyer.phone,
        "TotalAmountWithoutVATOC": draft.net_amount if draft.net_amount is not None else draft.total,
        "TotalVATAmountOC": draft.vat_amount or 0,
        "TotalDiscountAmountOC": draft.discount_amount or 0,
        "TotalAmountOC": draft.total,
        "TotalAmountInWords": draft.total_in_words,
        "OriginalInvoiceDetail": [_line(line, place) for place, line in enumerate(draft.lines, start=1)],
        "TaxRateInfo": [
            {
                "VATRateName": rate.rate,
                "AmountWithoutVATOC": rate.net_amount,
                "VATAmountOC": rate.vat_amount or 0,
            }
            for rate in draft.rates
        ],
    }
    if draft.related:
        content |= {
            "ReferenceType": int(draft.related.correction),
            "OrgInvoiceType": draft.related.kind,
            "OrgInvTemplateNo": draft.related.form,
            "OrgInvSeries": draft.related.series,
            "OrgInvNo": draft.related.number,
            "OrgInvDate": draft.related.issued_on.isoformat() if draft.related.issued_on else "",
            "InvoiceNote": draft.related.note,
        }
    return content


def _line(line: Line, place: int) -> dict[str, Any]:
    """Prices and quantities travel as text: exact, and read as decimals by the other side."""
    return {
        "ItemType": _KINDS[line.kind],
        "LineNumber": line.position or place,
        "SortOrder": place,
        "ItemCode": line.code,
        "ItemName": line.name,
        "UnitName": line.unit,
        "Quantity": str(line.quantity) if line.quantity is not None else None,
        "UnitPrice": str(line.unit_price) if line.unit_price is not None else None,
        "AmountOC": line.amount or 0,
        "VATRateName": line.rate,
    }


def _rows(said: object) -> list[dict[str, Any]]:
    """Rows of an answer; MISA puts them there as a list or as a list written in a text."""
    if isinstance(said, str):
        try:
            said = json.loads(said)
        except (ValueError, RecursionError) as reason:
            raise TryAgainLater("the answer cannot be read") from reason
    if said is None:
        return []
    if not isinstance(said, list) or not all(isinstance(row, dict) for row in said):
        raise TryAgainLater("the answer holds no rows")
    return said


def _row(said: object, name: str, value: str) -> dict[str, Any]:
    """The row of our invoice. Raises: TryAgainLater if it is not there: then nobody knows what happened."""
    row = next((row for row in _rows(said) if row.get(name) == value), None)
    if row is None:
        raise TryAgainLater("the answer is for another invoice")
    return row
