"""MISA meInvoice as its documents describe it."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from typing import Any

from shop.invoices.draft import Buyer, Draft, LineKind
from tests.fakes.invoice_providers.books import APPID, Answer, Books, Made, as_json, drafted


class Misa:
    """REST with a bearer token; rows come as a list written in a text."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        said = json.loads(body)
        if path == "/auth/token":
            asked = (said.get("appid"), said.get("taxcode")) == (APPID, self.books.seller_facts.tax_code)
            token = self.books.log_in(said.get("username"), said.get("password")) if asked else ""
            return as_json(200, {"success": bool(token), "data": token or None})
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.books.tokens:
            return as_json(401, {"success": False})
        assert headers["CompanyTaxCode"] == self.books.seller_facts.tax_code
        if path == "/invoice":
            return self._publish(said)
        if path.startswith("/invoice/status?inputType=2"):
            rows = [self._row(key, made) for key in said if (made := self.books.look(key))]
            return as_json(200, {"success": True, "data": json.dumps(rows)})
        if path.startswith("/invoice/Download?downloadDataType=xml"):
            files = [
                {"TransactionID": made.lookup_code, "Data": base64.b64encode(made.xml).decode()}
                for made in self.books.made.values()
                if made.lookup_code in said
            ]
            return as_json(200, {"success": True, "data": json.dumps(files)})
        return as_json(404, {"success": False})

    def _publish(self, said: dict[str, Any]) -> Answer:
        assert said["SignType"] == 2
        (content,) = said["InvoiceData"]
        key = content["RefID"]
        if key in self.books.made:
            row = self._row(key, self.books.made[key]) | {"ErrorCode": "DuplicateInvoiceRefID"}
        else:
            row = self._row(key, self.books.put(key, self._draft(content)))
        return as_json(200, {"success": True, "publishInvoiceResult": json.dumps([row])})

    def _row(self, key: str, made: Made) -> dict[str, Any]:
        code = re.search(rb"<MCCQT[^>]*>(\w+)<", made.xml)
        return {
            "RefID": key,
            "TransactionID": made.lookup_code,
            "InvNo": f"{made.number:08d}",
            "InvSeries": made.form + made.series,
            "InvCode": code[1].decode() if code else None,
            "SendTaxStatus": 3 if made.is_refused else 1,
            "MessageReject": "Sai mã số thuế người mua" if made.is_refused else "",
            "ErrorCode": "",
        }

    def _draft(self, content: dict[str, Any]) -> Draft:
        kinds = {1: LineKind.GOODS, 2: LineKind.GIFT, 3: LineKind.DISCOUNT, 4: LineKind.NOTE}
        rows = [
            (kinds[one["ItemType"]], one["ItemName"], one["Quantity"], one["AmountOC"], one["VATRateName"])
            for one in content["OriginalInvoiceDetail"]
        ]
        return drafted(
            self.books.seller_facts,
            Buyer(
                person=content["BuyerFullName"],
                name=content["BuyerLegalName"],
                tax_code=content["BuyerTaxCode"],
                address=content["BuyerAddress"],
            ),
            form=content["InvSeries"][0],
            series=content["InvSeries"][1:],
            day=dt.date.fromisoformat(content["InvDate"]),
            payment=content["PaymentMethodName"],
            rows=rows,
            rates=[(one["VATRateName"], one["VATAmountOC"]) for one in content["TaxRateInfo"]],
        )
