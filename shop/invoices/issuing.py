"""Issuing: an invoice takes its place in a series and is signed at once, or neither happens.

Source: Decree 254/2026/NĐ-CP; Circular 91/2026/TT-BTC appendix I. An invoice from a cash register carries the code that
the seller makes (Decision 1271/QĐ-CT) and no signature: the message that reports it is signed (``shop.invoices.till``).
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.db import transaction
from django.utils import timezone

from catalog.models import Cooperative
from shop.audit.services import record as record_act
from shop.audit.verbs import Verb
from shop.crash_points import crash_point
from shop.invoices import formats
from shop.invoices.archive import keep_document
from shop.invoices.checking import check
from shop.invoices.delegation import delegation_on, signer_under, with_issuer
from shop.invoices.draft import SALES_INVOICE, VAT_INVOICE, Draft
from shop.invoices.exchange import new_message_id
from shop.invoices.findings import Finding, finding
from shop.invoices.gateway import InvoiceGateway, ListGateway, PackageGateway
from shop.invoices.keys import NoAccount, gateway_of, signer_of, time_findings, trusted
from shop.invoices.list_content import list_xml
from shop.invoices.lookup_qr import lookup_text
from shop.invoices.models import (
    CorrectionList,
    Delegation,
    DocumentKind,
    Invoice,
    InvoiceSeries,
    InvoiceStatus,
    SalesChannel,
)
from shop.invoices.numbering import NotIssued, locked_series, next_till_code
from shop.invoices.rates import last_days, rules_in_force, settled
from shop.invoices.roads import Road
from shop.invoices.sales import SaleRecord
from shop.invoices.signer import Signer, SigningFailed
from shop.invoices.signing import sign
from shop.invoices.till import as_till_invoice
from shop.money import format_amount

MOST_RACES = 20  # how often a remotely signed invoice may lose its number to another before it gives up


def issue(*, invoice: Invoice, now: dt.datetime | None = None) -> Invoice:
    """Number and sign the invoice with the rates of today; both stand or neither does.

    A remote signer is asked outside of the transaction, for the number that comes next; if another invoice takes
    that number meanwhile, what was signed is thrown away and the next number is tried.
    Locks: the invoice, then its series, then the seller's till counter. Writes: Invoice, InvoiceSeries, TillCounter,
    InvoiceDocument.
    Raises: NotIssued when the finished document breaks a rule, the key cannot be used or its certificate is over,
    or the clock is behind the series.
    Idempotent: an issued invoice is returned as it is.
    """
    now = now or timezone.now()
    try:
        gateway = gateway_of(invoice.seller)  # a seller without an account must not take a number
        carries_packages = isinstance(gateway, PackageGateway)
        delegation = delegation_on(invoice.seller, timezone.localdate(now))
        channel, on_list = Invoice.objects.values_list("channel", "list").get(pk=invoice.pk)
        signer = None if channel == SalesChannel.TILL else _signer(invoice, delegation, now)
        listed = _signed_list(invoice, signer, gateway, now) if on_list and signer else b""
        ahead: _Placed | None = None
        for _ in range(MOST_RACES):
            found = _issue_in_place(invoice.pk, now, signer, delegation, ahead, carries_packages, listed)
            if isinstance(found, Invoice):
                return found
            if signer is not None:
                ahead = dataclasses.replace(found, xml=sign(found.xml, signer, place="NBan", at=now))
    except NoAccount as reason:
        raise NotIssued([finding("no_account", "", reason)]) from reason
    except SigningFailed as reason:
        raise NotIssued([finding("signer_away", "", reason)]) from reason
    raise NotIssued([finding("series_busy", "")])


def _signed_list(invoice: Invoice, signer: Signer, gateway: InvoiceGateway, now: dt.datetime) -> bytes:
    """The list 01/BK-ĐCTT of an invoice that corrects many, signed by the seller."""
    if not isinstance(gateway, ListGateway):
        raise NotIssued([finding("list_closed", "")])
    return sign(list_xml(invoice), signer, place="NBan", at=now)


def signer_today(seller: Cooperative, now: dt.datetime) -> Signer:
    """Who signs for the seller: the party that it authorised, else itself. Raises: SigningFailed."""
    return _signs_for(seller, delegation_on(seller, timezone.localdate(now)))


def _signs_for(seller: Cooperative, delegation: Delegation | None) -> Signer:
    return signer_under(delegation) if delegation else signer_of(seller)


def _signer(invoice: Invoice, delegation: Delegation | None, now: dt.datetime) -> Signer:
    signer = _signs_for(invoice.seller, delegation)
    if findings := time_findings(signer.certificate, at=now):
        raise NotIssued(findings)
    return signer


@dataclasses.dataclass(frozen=True)
class _Placed:
    """An invoice written for the place in its series that it would take."""

    series_pk: int
    number: int
    xml: bytes


@transaction.atomic
def _issue_in_place(
    invoice_pk: int,
    now: dt.datetime,
    signer: Signer | None,
    delegation: Delegation | None,
    ahead: _Placed | None,
    carries_packages: bool,
    listed: bytes,
) -> Invoice | _Placed:
    """The issued invoice; or, for a remote signer, what it has to sign first. ``ahead`` is what it signed.

    Without a signer it is one of a cash register, which nobody signs.
    """
    today = timezone.localdate(now)
    locked = Invoice.objects.select_for_update(of=("self",)).select_related("seller").get(pk=invoice_pk)
    if locked.status != InvoiceStatus.TO_ISSUE:
        return locked
    rules = rules_in_force()
    record, rates_used = settled(SaleRecord.from_json(locked.sale), today, rules)
    channel = SalesChannel.WEB if signer else SalesChannel.TILL
    if locked.channel != channel:  # changed since the signer was chosen
        raise NotIssued([finding("series_busy", "")])
    form = VAT_INVOICE if record.on_deduction else SALES_INVOICE
    series = locked_series(locked.seller, form, today, channel=channel)
    if series.road.is_package and not carries_packages:
        raise NotIssued([finding("road_closed", "", series)])
    number, code = series.last_number + 1, ""
    crash_point("invoice.series-locked")
    if ahead is not None and (ahead.series_pk, ahead.number) == (series.pk, number):
        xml = ahead.xml
    else:
        code = next_till_code(locked.seller, form, today) if series.road is Road.TILL else ""
        xml = _written(record, series, number, today, delegation, code)
        if signer and signer.is_remote:
            return _Placed(series.pk, number, xml)
        xml = sign(xml, signer, place="NBan", at=now) if signer else xml
    if findings := errors_of(check(xml, today=today, trust=trusted(), last_days=last_days(rules))):
        raise NotIssued(findings)

    crash_point("invoice.signed")
    series.last_number = number
    series.last_issued_on = today
    series.save(update_fields=["last_number", "last_issued_on"])
    locked.series = series
    locked.number = number
    locked.issued_on = today
    locked.rates_used = rates_used
    locked.delegation = delegation
    locked.status = InvoiceStatus.SIGNED
    locked.authority_code = code
    if series.road is Road.CODED:  # of the others many go in one message
        locked.message_id = new_message_id(record.solution_tax_code)
        locked.next_try_at = now
    locked.save(
        update_fields=[
            "series", "number", "issued_on", "rates_used", "delegation", "status", "authority_code", "message_id",
            "next_try_at",
        ]
    )  # fmt: skip
    keep_document(locked, DocumentKind.SIGNED, xml)
    if listed:
        document = keep_document(locked, DocumentKind.LIST, listed)
        CorrectionList.objects.filter(correction=locked).update(document=document)
    record_act(
        Verb.INVOICE_ISSUED,
        about=f"{series.symbol} {number}, {format_amount(locked.total_amount)}",
        cooperative_id=locked.seller_id,
        reference=f"invoice:{locked.pk}",
    )
    crash_point("invoice.numbered")
    return locked


def _written(
    record: SaleRecord,
    series: InvoiceSeries,
    number: int,
    today: dt.date,
    delegation: Delegation | None,
    code: str,
) -> bytes:
    """The unsigned invoice at its place in the series, with its look-up QR and the code of a cash register."""
    version = formats.version_for(series.symbol, today)
    draft = dataclasses.replace(with_issuer(record.draft_on(today), delegation), version=version)
    draft = as_till_invoice(draft) if code else draft
    draft = draft.numbered(series=series.symbol, number=number, issued_on=today)
    look_up = lookup_text(
        seller_tax_code=draft.seller.tax_code,
        form=draft.form,
        series=series.symbol,
        number=number,
        issued_on=today,
        total=draft.total,
    )
    return formats.build(draft, qr=look_up, code=code)


def draft_today(invoice: Invoice) -> Draft:
    """What the invoice would say if it were issued now. Raises: LookupError if no VAT rule covers a line."""
    today = timezone.localdate()
    record, _ = settled(SaleRecord.from_json(invoice.sale), today, rules_in_force())
    draft = with_issuer(record.draft_on(today), delegation_on(invoice.seller, today))
    return as_till_invoice(draft) if invoice.channel == SalesChannel.TILL else draft


def errors_of(findings: list[Finding]) -> list[Finding]:
    """Those with which the invoice cannot stand."""
    return [found for found in findings if found.is_error]
