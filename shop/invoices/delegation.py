"""Issuing in a seller's name under a contract (*ủy nhiệm*).

Source: Circular 91/2026/TT-BTC art. 9: a written contract with dates, told to the authority; the invoice names both
parties, its form follows the seller's VAT method, and the authorised party signs.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from catalog.models import Cooperative
from shop.invoices.draft import Draft
from shop.invoices.keys import signer_for
from shop.invoices.models import Delegation
from shop.invoices.signer import Signer


def delegation_on(seller: Cooperative, day: dt.date) -> Delegation | None:
    """The contract in force that day; of several the one that began last."""
    running = Delegation.objects.filter(seller=seller, valid_from__lte=day, valid_to__gte=day)
    return running.order_by("-valid_from", "-pk").first()


def signer_under(delegation: Delegation) -> Signer:
    """The authorised party's signer. Raises: SigningFailed."""
    return signer_for(tax_code=delegation.issuer_tax_code, name=delegation.issuer_name)


def with_issuer(draft: Draft, delegation: Delegation | None) -> Draft:
    """The draft naming the authorised party; as it is without a contract."""
    if delegation is None:
        return draft
    return dataclasses.replace(
        draft,
        issuer_tax_code=delegation.issuer_tax_code,
        issuer_name=delegation.issuer_name,
        issuer_address=delegation.issuer_address,
    )
