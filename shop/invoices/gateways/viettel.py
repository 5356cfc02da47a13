"""Viettel S-Invoice over REST: https://api-vinvoice.viettel.vn (manual 2.x; adjustment types 1, 3, 5).

The idempotency key is ``transactionUuid``, made from our message id. Viettel numbers and signs the invoice; the signed
XML comes in a ZIP and is complete once it carries the authority's code.

Notices 04/SS are not carried: its public integration code has no call for them. A signed notice waits at the desk,
which says to hand it in at the provider's site; series from a cash register or without code are refused before a
number is taken.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import time
import uuid
from dataclasses import dataclass, replace
from typing import Any

from shop.invoices import formats
from shop.invoices.draft import Correction, Draft, Line, LineKind
from shop.invoices.findings import Finding
from shop.invoices.gateway import Official, Receipt, State, TryAgainLater
from shop.invoices.gateways.answers import check_provider_answer, receipt_of, rejected
from shop.invoices.gateways.calls import TIMEOUT, LoggedOut, LogIn, as_object, call, xml_in_zip
from shop.invoices.reading import Refused
from shop.invoices.signer import Trust
from shop.invoices.xmldsig import VIETNAM

URL = "https://api-vinvoice.viettel.vn"
_API = "services/einvoiceapplication/api/InvoiceAPI"
_SPARE_SECONDS = 60
_PERCENTAGES = {"KCT": -2, "KKKNT": -1, "0%": 0, "5%": 5, "8%": 8, "10%": 10}
_SELECTIONS = {LineKind.NOTE: 2, LineKind.DISCOUNT: 3}  # every other kind is 1, goods
_ADJUSTMENTS = {Correction.REPLACES: "3", Correction.ADJUSTS: "5"}


@dataclass(frozen=True, kw_only=True)
class ViettelAccount:
    """One seller's account."""

    tax_code: str
    user: str
    password: str
    template: str = "001"


class ViettelGateway:
    """See :class:`shop.invoices.gateway.InvoiceGateway`."""

    def __init__(
        self, account: ViettelAccount, *, url: str = URL, timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        self._account = account
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._log_in_state = LogIn()
        self._token = ""
        self._ends_at = 0.0

    def submit(self, message_id: str, document: bytes) -> Receipt:
        """See :class:`shop.invoices.gateway.InvoiceGateway`."""
        content = invoice_content(
            formats.read(document), transaction_uuid(message_id), self._account.template
        )
        body = json.dumps(content, ensure_ascii=False).encode()
        path = f"InvoiceWS/createInvoice/{self._account.tax_code}"
        status, answer = self._ask(path, body=body, kind="application/json")
        said, sent = as_object(answer), ("200", body)
        result = said.get("result")
        if status == 200 and not said.get("errorCode") and isinstance(result, dict):
            return Receipt(message_id=message_id, state=State.ACKNOWLEDGED, exchanged=(sent, ("999", answer)))
        code, text = said.get("errorCode") or said.get("message"), said.get("description") or said.get("data")
        return rejected(message_id, code, text, sent, ("999", answer))

    def fetch(self, message_id: str) -> Receipt:
        """See :class:`shop.invoices.gateway.InvoiceGateway`."""
        known = self._search(message_id)
        if known is None:
            return Receipt(message_id=message_id, state=State.UNKNOWN)
        number = str(known.get("invoiceNo") or "")
        wanted = {
            "supplierTaxCode": self._account.tax_code,
            "invoiceNo": number,
            "templateCode": str(known.get("templateCode") or ""),
            "fileType": "ZIP",
        }
        body = json.dumps(wanted).encode()
        _, answer = self._ask(
            "InvoiceUtilsWS/getInvoiceRepresentationFile", body=body, kind="application/json"
        )
        packed = as_object(answer).get("fileToBytes")
        if not isinstance(packed, str):
            return Receipt(message_id=message_id, state=State.ACKNOWLEDGED)
        try:
            xml = xml_in_zip(base64.b64decode(packed, validate=True))
            receipt = receipt_of(message_id, xml, (("202", xml),))
        except (ValueError, Refused) as reason:
            raise TryAgainLater(f"the invoice file cannot be read: {reason}") from reason
        if receipt.state == State.ACKNOWLEDGED:
            return replace(receipt, exchanged=())
        place: Official | None = receipt.official
        code = str(known.get("reservationCode") or "")[:50]
        return replace(receipt, official=replace(place, lookup_code=code) if place else None)

    def compare(self, sent: bytes, answer: bytes, *, today: dt.date, trust: Trust) -> list[Finding]:
        """See :class:`shop.invoices.gateway.InvoiceGateway`."""
        return check_provider_answer(sent, answer, today=today, trust=trust)

    def _search(self, message_id: str) -> dict[str, Any] | None:
        """The invoice of this transaction as Viettel knows it, or None."""
        form = {
            "supplierTaxCode": self._account.tax_code,
            "transactionUuid": transaction_uuid(message_id),
        }
        _, answer = self._ask("InvoiceWS/searchInvoiceByTransactionUuid", form=form)
        said = as_object(answer)
        rows = said.get("result")
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            return rows[0]
        words = f"{said.get('errorCode')} {said.get('message')} {said.get('description')}"
        if "NOT_FOUND" in words or rows == []:
            return None
        raise TryAgainLater("the search gave no clear answer")

    def _ask(
        self, path: str, *, body: bytes | None = None, form: dict[str, str] | None = None, kind: str = ""
    ) -> tuple[int, bytes]:
        """An answer to a logged-in request; a log-in that has ended is renewed once."""
        headers = {"Content-Type": kind} if kind else {}
        for _ in range(2):
            if not self._token or time.monotonic() > self._ends_at:
                self._log_in()
            try:
                return call(
                    "POST",
                    f"{self._url}/{_API}/{path}",
                    body=body,
                    form=form,
                    headers=headers | {"Cookie": f"access_token={self._token}"},
                    timeout=self._timeout,
                )
            except LoggedOut:
                self._token = ""
        raise self._log_in_state.refused()

    def _log_in(self) -> None:
        self._log_in_state.check()
        wanted = {"username": self._account.user, "password": self._account.password}
        try:
            status, answer = call("POST", f"{self._url}/auth/login", json=wanted, timeout=self._timeout)
        except LoggedOut:
            raise self._log_in_state.refused() from None
        said = as_object(answer)
        token, minutes = said.get("access_token"), said.get("expires_in")
        if status != 200 or not isinstance(token, str) or any(mark in token for mark in "\r\n;"):
            raise self._log_in_state.refused()
        self._token = token
        seconds = float(minutes) * 60 if isinstance(minutes, int | float) else 300
        self._ends_at = time.monotonic() + max(seconds - _SPARE_SECONDS, 0)


def transaction_uuid(message_id: str) -> str:
    """The UUID inside a message id.

    >>> transaction_uuid("0109999037" + "0123456789ABCDEF0123456789ABCDEF")
    '01234567-89ab-cdef-0123-456789abcdef'
    """
    return str(uuid.UUID(hex=message_id[-32:]))


def invoice_content(draft: Draft, transaction: str, template: str) -> dict[str, Any]:
    """The body of ``createInvoice``. Unit: whole đồng as numbers."""
    issued = dt.datetime.combine(draft.issued_on or dt.date.min, dt.time(), VIETNAM)
    general: dict[str, Any] = {
        "transactionUuid": transaction,
        "invoiceType": draft.form,
        "templateCode": f"{draft.form}/{template}",
        "invoiceSeries": draft.series,
        "invoiceIssuedDate": int(issued.timestamp() * 1000),
        "currencyCode": draft.currency,
        "exchangeRate": 1,
        "adjustmentType": "1",
        "paymentStatus": True,
        "cusGetInvoiceRight": True,
    }
    if draft.related:
        general |= _correction(draft)
    buyer = draft.buyer
    return {
        "generalInvoiceInfo": general,
        "buyerInfo": {
            "buyerName": buyer.person,
            "buyerLegalName": buyer.name,
            "buyerTaxCode": buyer.tax_code,
            "buyerAddressLine": buyer.address,
            "buyerPhoneNumber": buyer.phone,
            "buyerEmail": buyer.email,
            "buyerIdNo": buyer.personal_id or buyer.passport,
            "buyerNotGetInvoice": 0,
        },
        "sellerInfo": {},
        "payments": [{"paymentMethodName": draft.payment_method}],
        "itemInfo": [_item(line, adjusts=bool(draft.related)) for line in draft.lines],
        "taxBreakdowns": [
            {
                "taxPercentage": _PERCENTAGES[rate.rate],
                "taxableAmount": rate.net_amount,
                "taxAmount": rate.vat_amount or 0,
            }
            for rate in draft.rates
        ],
    }


def _correction(draft: Draft) -> dict[str, Any]:
    related = draft.related
    if related is None or not (related.number and related.issued_on):
        raise ValueError("Viettel corrects one invoice at a time")
    earlier = dt.datetime.combine(related.issued_on, dt.time(), VIETNAM)
    return {
        "adjustmentType": _ADJUSTMENTS[related.correction],
        "adjustmentInvoiceType": "1" if draft.total else "2",
        "originalInvoiceId": f"{related.series}{related.number}",
        "originalInvoiceIssueDate": int(earlier.timestamp() * 1000),
        "originalTemplateCode": f"{related.form}/001",
        "additionalReferenceDesc": related.note,
        "additionalReferenceDate": int(earlier.timestamp() * 1000),
    }


def _item(line: Line, *, adjusts: bool) -> dict[str, Any]:
    amount = (
        line.amount or 0
    )  # prices and quantities travel as text: exact, and Jackson reads them as numbers
    item: dict[str, Any] = {
        "itemCode": line.code,
        "itemName": line.name,
        "selection": _SELECTIONS.get(line.kind, 1),
    }
    if line.kind == LineKind.NOTE:
        return item
    item |= {
        "unitName": line.unit,
        "unitPrice": str(line.unit_price) if line.unit_price is not None else None,
        "quantity": str(line.quantity) if line.quantity is not None else None,
        "itemTotalAmountWithoutTax": amount,
    }
    if line.rate:
        item["taxPercentage"] = _PERCENTAGES[line.rate]
    if adjusts:
        item["isIncreaseItem"] = amount >= 0
    return item
