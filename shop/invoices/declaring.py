"""Declaring at the sandbox authority: who issues in a seller's name (message 101), certificates and series (100).

At a provider both are declared on its site, and staff write down what was accepted there
(``shop.invoices.delegation``, ``shop.invoices.registering``). The authority is asked before anything is written:
neither service may run inside a transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from django.conf import settings
from django.utils import timezone

from catalog.models import Cooperative, VatMethod
from shop.invoices.delegating import Contract, delegation
from shop.invoices.delegation import ContractFields, check_contract
from shop.invoices.draft import SALES_INVOICE, VAT_INVOICE
from shop.invoices.exchange import Reason, new_message_id
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.keys import SANDBOX, signer_for, signer_of
from shop.invoices.models import SalesChannel, TaxOffice
from shop.invoices.registering import register_series
from shop.invoices.registration import Decision, Declarant, declaration

PURPOSE = "Lập hóa đơn bán hàng trên chợ"


class DeclaredElsewhere(Exception):
    """A provider carries the invoices: declarations are made on its site."""


class NotAccepted(Exception):
    """The authority decided against a declaration. ``reasons`` are its own words."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(reason.text for reason in reasons))
        self.reasons = reasons


def declares_here() -> bool:
    """Whether declarations go to the authority from here."""
    return bool(settings.INVOICE_GATEWAY == SANDBOX)


def declare_delegation(
    *, seller: Cooperative, is_change: bool = False, purpose: str = PURPOSE, **said: Unpack[ContractFields]
) -> None:
    """Returns once the authority has accepted the contract: write it down then (``note_delegation``).

    ``is_change``: it was declared before, with other days. Writes nothing. Raises: NotRegistrable, DeclaredElsewhere,
    NotAccepted, SigningFailed, TryAgainLater when nobody knows whether it was accepted, WillNotSucceed if the message
    was not taken, ValueError.
    """
    road = _road()
    check_contract(seller=seller, **said)
    issuer = signer_for(tax_code=said["issuer_tax_code"], name=said["issuer_name"])
    contract = Contract(
        issuer_tax_code=said["issuer_tax_code"],
        issuer_name=said["issuer_name"],
        purpose=purpose,
        first_day=said["valid_from"],
        last_day=said["valid_to"],
        certificate=issuer.certificate,
    )
    document = delegation(
        _declarant(seller), contract, signer=signer_of(seller), at=timezone.now(), is_change=is_change
    )
    _accepted(road.delegate(_message_id(), document))


def declare_seller(
    *,
    seller: Cooperative,
    is_change: bool = False,
    till: str = "",
    without_code: str = "",
    by: Any = None,
) -> str:
    """The serial number of the seller's certificate, which the authority has accepted.

    ``till`` and ``without_code`` are the letters of series that are declared with it: of a cash register, and on the
    web without the authority's code. Writes: SeriesRegistration. Raises: as :func:`declare_delegation`; NotRegistrable
    comes after the authority's yes.
    """
    road, signer = _road(), signer_of(seller)
    declarant = _declarant(seller, till=bool(till), without_code=bool(without_code))
    document = declaration(declarant, signer=signer, at=timezone.now(), is_change=is_change)
    decision = _accepted(road.register(_message_id(), document))
    form, on = int(declarant.forms), timezone.localdate()
    if till:
        register_series(
            seller=seller,
            form=form,
            channel=SalesChannel.TILL,
            letters=till,
            till_code=decision.till_code,
            accepted_on=on,
            by=by,
        )
    if without_code:
        register_series(
            seller=seller,
            form=form,
            channel=SalesChannel.WEB,
            letters=without_code,
            is_coded=False,
            accepted_on=on,
            by=by,
        )
    return f"{signer.certificate.serial_number:X}"


def _road() -> SandboxGateway:
    if not declares_here():
        raise DeclaredElsewhere(settings.INVOICE_GATEWAY)
    return SandboxGateway(f"{settings.SANDBOX_URL}/tax")


def _message_id() -> str:
    return new_message_id(settings.INVOICE_PROVIDER_TAX_CODE)


def _accepted(decision: Decision) -> Decision:
    if not decision.is_accepted:
        raise NotAccepted(decision.reasons)
    return decision


def _declarant(seller: Cooperative, *, till: bool = False, without_code: bool = False) -> Declarant:
    office = TaxOffice.objects.filter(seller=seller).first()
    return Declarant(
        office_code=office.code if office else "",
        office_name=office.name if office else "",
        with_code=not without_code,
        without_code=without_code,
        at_till=till,
        name=seller.legal_name,
        tax_code=seller.tax_code,
        address=seller.address,
        email=seller.email,
        phone=seller.phone,
        representative=seller.representative,
        place=seller.commune.name,
        forms=VAT_INVOICE if seller.vat_method == VatMethod.DEDUCTION else SALES_INVOICE,
    )
