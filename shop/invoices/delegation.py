"""Issuing in a seller's name under a contract (*ủy nhiệm*).

Source: Circular 91/2026/TT-BTC art. 9: a written contract with dates, told to the authority; the invoice names both
parties, its form follows the seller's VAT method, and the authorised party signs. A row is written when the
authority has accepted the declaration (``shop.invoices.declaring``), or staff have declared it at a provider.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import DateField, Exists, ExpressionWrapper, OuterRef, QuerySet

from catalog.models import Cooperative
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.invoices.draft import Draft
from shop.invoices.keys import signer_for
from shop.invoices.models import Delegation
from shop.invoices.registering import NotRegistrable
from shop.invoices.signer import Signer
from shop.invoices.tax_codes import is_tax_code

NOTICE = dt.timedelta(days=30)
"""How long before its last day a contract is named to staff."""


def delegation_on(seller: Cooperative, day: dt.date) -> Delegation | None:
    """The contract in force that day; of several the one that began last."""
    running = Delegation.objects.filter(seller=seller, valid_from__lte=day, valid_to__gte=day)
    return running.order_by("-valid_from", "-pk").first()


def ending_delegations(day: dt.date) -> QuerySet[Delegation]:
    """Contracts in force that day whose last day is near and no other takes up; the first to end stands first."""
    running = Delegation.objects.filter(valid_from__lte=day, valid_to__gte=day, valid_to__lte=day + NOTICE)
    next_day = ExpressionWrapper(OuterRef("valid_to") + dt.timedelta(days=1), output_field=DateField())
    going_on = Delegation.objects.filter(
        seller=OuterRef("seller"), valid_from__lte=next_day, valid_to__gt=OuterRef("valid_to")
    )
    return running.exclude(Exists(going_on)).order_by("valid_to", "pk")


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


class ContractFields(TypedDict):
    """What a contract says, as a :class:`Delegation` keeps it."""

    contract_number: str
    issuer_tax_code: str
    issuer_name: str
    issuer_address: str
    valid_from: dt.date
    valid_to: dt.date


def check_contract(*, seller: Cooperative, **said: Unpack[ContractFields]) -> None:
    """Raises: NotRegistrable if no such contract can be declared or written down."""
    lengths = (
        ("contract_number", said["contract_number"], 50),
        ("issuer_name", said["issuer_name"], 400),
        ("issuer_address", said["issuer_address"], 400),
    )
    for field, text, most in lengths:
        if not 0 < len(text) <= most:
            raise NotRegistrable(field, "length")
    if not is_tax_code(said["issuer_tax_code"]):
        raise NotRegistrable("issuer_tax_code", "no-tax-code")
    if said["issuer_tax_code"] == seller.tax_code:
        raise NotRegistrable("issuer_tax_code", "is-seller")
    if said["valid_to"] < said["valid_from"]:
        raise NotRegistrable("valid_to", "before-first-day")
    rows = Delegation.objects.filter(seller=seller, contract_number=said["contract_number"])
    if rows.exclude(issuer_tax_code=said["issuer_tax_code"]).exists():
        raise NotRegistrable("contract_number", "of-another")


@transaction.atomic
def note_delegation(*, seller: Cooperative, by: Any = None, **said: Unpack[ContractFields]) -> Delegation:
    """The contract as the authority has accepted it; of a contract that is there already what changed. Audited.

    Locks: the seller. Writes: Delegation. Raises: NotRegistrable. Idempotent: by the contract's number.
    """
    Cooperative.objects.select_for_update().get(pk=seller.pk)
    check_contract(seller=seller, **said)
    noted, _is_new = Delegation.objects.update_or_create(
        seller=seller,
        contract_number=said["contract_number"],
        issuer_tax_code=said["issuer_tax_code"],
        defaults=said,
    )
    record(
        Verb.DELEGATION_NOTED,
        about=f"{noted.contract_number} {noted.issuer_name}",
        cooperative_id=seller.pk,
        reference=f"delegation:{noted.pk}",
        by=by,
    )
    return noted
