"""What an invoice from a cash register says (pure): fewer parts than an ordinary one.

Source: the table of Decision 1510/QĐ-TCT as kept by Decision 1271/QĐ-CT (certain for 2.0.1, likely for 2.1.0): the
general part has no currency, payment, solution provider or flags; seller and buyer have name, tax code, address,
telephone, and the buyer an identity. No part of it is signed (Decree 254/2026/NĐ-CP art. 8.9, likely); the message
206 that carries it is.
"""

from __future__ import annotations

import dataclasses

from shop.invoices.draft import Buyer, Draft, Seller

TITLE_ENDING = " (khởi tạo từ máy tính tiền)"
_SELLER = ("name", "tax_code", "address", "phone")
_BUYER = (*_SELLER, "personal_id", "person")


def as_till_invoice(draft: Draft) -> Draft:
    """The draft with the parts that an invoice from a cash register has."""
    return dataclasses.replace(
        draft,
        title=draft.title + TITLE_ENDING,
        currency="",
        payment_method="",
        solution_tax_code="",
        financial_lease=None,
        non_tariff_zone=None,
        seller=Seller(**{name: getattr(draft.seller, name) for name in _SELLER}),
        buyer=Buyer(**{name: getattr(draft.buyer, name) for name in _BUYER}),
    )
