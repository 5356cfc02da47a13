"""Viettel S-Invoice as its documents describe it."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import zipfile
from typing import Any
from urllib.parse import parse_qs

from shop.invoices.draft import Buyer, Draft, LineKind
from shop.invoices.xmldsig import VIETNAM
from tests.fakes.invoice_providers.books import Answer, Books, as_json, drafted


class Viettel:
    """REST with the token in a cookie."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path == "/auth/login":
            said = json.loads(body)
            token = self.books.log_in(said.get("username"), said.get("password"))
            if not token:
                return as_json(401, {"code": 401, "message": "UNAUTHORIZED"})
            return as_json(200, {"access_token": token, "expires_in": 5, "token_type": "bearer"})
        if headers.get("Cookie", "").removeprefix("access_token=") not in self.books.tokens:
            return as_json(401, {"code": 401, "message": "UNAUTHORIZED"})
        method = path.removeprefix("/services/einvoiceapplication/api/InvoiceAPI/")
        tax_code = self.books.seller_facts.tax_code
        if method == f"InvoiceWS/createInvoice/{tax_code}":
            return self._create(json.loads(body))
        if method == "InvoiceWS/searchInvoiceByTransactionUuid":
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            made = self.books.look(form["transactionUuid"]) if form["supplierTaxCode"] == tax_code else None
            if made is None:
                return as_json(400, {"code": 400, "message": "NOT_FOUND_DATA", "data": "Không tìm thấy"})
            row = {
                "invoiceNo": f"{made.series}{made.number}",
                "templateCode": f"{made.form}/001",
                "reservationCode": made.lookup_code,
            }
            return as_json(200, {"errorCode": None, "description": None, "result": [row]})
        if method == "InvoiceUtilsWS/getInvoiceRepresentationFile":
            return self._file(json.loads(body))
        return as_json(404, {"code": 404, "message": "NOT_FOUND"})

    def _create(self, said: dict[str, Any]) -> Answer:
        general = said["generalInvoiceInfo"]
        if self.books.mood == "reject":
            return as_json(
                400, {"code": 400, "message": "BAD_REQUEST_TAX_CODE", "data": "Mã số thuế người mua sai"}
            )
        key = general["transactionUuid"]
        made = self.books.made.get(key) or self.books.put(key, self._draft(said))
        result = {
            "supplierTaxCode": self.books.seller_facts.tax_code,
            "invoiceNo": f"{made.series}{made.number}",
            "transactionID": key,
            "reservationCode": made.lookup_code,
        }
        return as_json(200, {"errorCode": None, "description": None, "result": result})

    def _draft(self, said: dict[str, Any]) -> Draft:
        general, buyer = said["generalInvoiceInfo"], said["buyerInfo"]
        assert general["templateCode"] == f"{general['invoiceType']}/001"
        names = {-2: "KCT", -1: "KKKNT", 0: "0%", 5: "5%", 8: "8%", 10: "10%"}
        kinds = {1: LineKind.GOODS, 2: LineKind.NOTE, 3: LineKind.DISCOUNT}
        rows = [
            (
                kinds[item["selection"]],
                item["itemName"],
                item.get("quantity"),
                item.get("itemTotalAmountWithoutTax"),
                names.get(item.get("taxPercentage"), ""),
            )
            for item in said["itemInfo"]
        ]
        rates = [(names[one["taxPercentage"]], one["taxAmount"]) for one in said["taxBreakdowns"]]
        return drafted(
            self.books.seller_facts,
            Buyer(
                person=buyer["buyerName"],
                name=buyer["buyerLegalName"],
                tax_code=buyer["buyerTaxCode"],
                address=buyer["buyerAddressLine"],
            ),
            form=general["invoiceType"],
            series=general["invoiceSeries"],
            day=dt.datetime.fromtimestamp(general["invoiceIssuedDate"] / 1000, VIETNAM).date(),
            payment=said["payments"][0]["paymentMethodName"],
            rows=rows,
            rates=rates,
        )

    def _file(self, said: dict[str, Any]) -> Answer:
        made = next(
            (made for made in self.books.made.values() if f"{made.series}{made.number}" == said["invoiceNo"]),
            None,
        )
        if made is None or said["fileType"] != "ZIP":
            return as_json(400, {"code": 400, "message": "NOT_FOUND_DATA"})
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
            files.writestr("readme.txt", "x")
            files.writestr(f"{said['invoiceNo']}.xml", made.xml)
        return as_json(
            200,
            {"errorCode": None, "fileToBytes": base64.b64encode(packed.getvalue()).decode(), "fileName": "x"},
        )
