"""Invoices that travel through a provider: its number, its XML, and never two of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.utils import timezone

import shop.invoices
from shop.invoices import services
from shop.invoices.apps import InvoicesConfig
from shop.invoices.draft import Seller
from shop.invoices.keys import gateway_of
from shop.invoices.models import Invoice, InvoiceDocument, InvoiceSeries, InvoiceStatus, OfficialNumber
from shop.invoices.sandbox_keys import sandbox_authority, sandbox_ca, sandbox_signer
from shop.orders.invoicing import transmit_due
from tests.factories import make_cooperative
from tests.fakes import invoice_providers as fakes
from tests.shop.invoices.examples import SELLER
from tests.shop.invoices.test_services import waiting
from tests.support.authority import keys_in

TAX_CODE = "5699999011"


@pytest.fixture
def seller(db):
    return make_cooperative(tax_code=TAX_CODE)


@pytest.fixture
def provider(tmp_path: Path, settings, monkeypatch, keys: Path, seller) -> Iterator[fakes.ProviderServer]:
    """Viettel, with the seller's account set up as an operator would."""
    facts = Seller(name=seller.legal_name, tax_code=TAX_CODE, address=seller.address)
    signer = sandbox_signer(keys, tax_code=TAX_CODE, name=SELLER.name)
    with fakes.running_provider(
        fakes.Viettel, seller=signer, authority=sandbox_authority(keys), facts=facts
    ) as running:
        trust = tmp_path / "trust"
        for name, certificate in (
            ("parties", sandbox_ca(keys).certificate),
            ("authority", sandbox_authority(keys).certificate),
        ):
            (trust / name).mkdir(parents=True)
            (trust / name / "a.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        accounts = tmp_path / "accounts.json"
        accounts.write_text(json.dumps({TAX_CODE: {"user": fakes.USER, "password_env": "HTX_PASSWORD"}}))
        monkeypatch.setenv("HTX_PASSWORD", fakes.PASSWORD)
        settings.INVOICE_GATEWAY = "viettel"
        settings.INVOICE_GATEWAY_URL = running.url
        settings.INVOICE_ACCOUNTS_FILE = accounts
        settings.INVOICE_TRUST_DIR = trust
        settings.INVOICE_KEYS_DIR = keys_in(tmp_path / "keys")
        yield running


def later(minutes: int) -> dt.datetime:
    return timezone.now() + dt.timedelta(minutes=minutes)


def sent(seller, reference: str = "HTAAAAAAAA-1") -> Invoice:
    return services.transmit(services.issue(invoice=waiting(seller, reference)).pk)


def test_the_lawful_document_is_the_providers_and_carries_its_number(seller, provider) -> None:
    invoice = services.transmit(sent(seller).pk, now=later(2))
    assert (invoice.status, invoice.rejection, invoice.number) == (InvoiceStatus.ACCEPTED, "", 1)
    assert str(invoice.official) == f"{invoice.series} số {fakes.FIRST_NUMBER}"
    assert invoice.official.lookup_code == f"TC{fakes.FIRST_NUMBER}"
    assert services.signed_xml(invoice) == next(iter(provider.books.made.values())).xml
    assert services.filename_of(invoice, "xml") == f"{invoice.series}-{fakes.FIRST_NUMBER}.xml"


def test_the_official_number_is_write_once(seller, provider) -> None:
    services.transmit(sent(seller).pk, now=later(2))
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficialNumber.objects.update(number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficialNumber.objects.all().delete()


def test_a_lost_reply_never_makes_a_second_invoice(seller, provider) -> None:
    invoice = services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"))
    gateway_of(seller)._log_in()  # so that it is the invoice's reply that gets lost
    provider.books.mood = "lost_reply"
    assert services.transmit(invoice.pk).status == InvoiceStatus.SIGNED
    provider.books.mood = "normal"
    assert services.transmit(invoice.pk, now=later(2)).status == InvoiceStatus.ACCEPTED
    assert len(provider.books.made) == 1


def test_an_answer_that_does_not_fit_is_kept_shown_and_never_sent_anew(seller, provider) -> None:
    provider.books.mood = "lying"
    invoice = services.transmit(sent(seller).pk, now=later(2))
    assert invoice.status == InvoiceStatus.REJECTED
    assert "một hóa đơn khác" in invoice.rejection
    assert not invoice.documents.filter(kind="coded").exists()
    provider.books.mood = "normal"
    again = services.transmit(services.resend(invoice=invoice).pk, now=later(2))
    assert (again.message_id, again.status) == (invoice.message_id, InvoiceStatus.REJECTED)
    assert len(provider.books.made) == 1


def test_a_refused_log_in_leaves_the_invoice_waiting(seller, provider) -> None:
    provider.books.refuses_login = True
    invoice = sent(seller)
    assert (invoice.status, provider.books.made) == (InvoiceStatus.SIGNED, {})


def test_a_refusal_is_shown_in_the_providers_words(seller, provider) -> None:
    provider.books.mood = "reject"
    invoice = sent(seller)
    assert invoice.status == InvoiceStatus.REJECTED
    assert "Mã số thuế người mua sai" in invoice.rejection


def test_a_seller_without_an_account_takes_no_number(provider) -> None:
    invoice = waiting(make_cooperative(tax_code="0199999021"), "HTAAAAAAAA-1")
    with pytest.raises(services.NotIssued) as refused:
        services.issue(invoice=invoice)
    assert [found.code for found in refused.value.findings] == ["no_account"]
    assert not InvoiceDocument.objects.exists()
    assert not InvoiceSeries.objects.filter(last_number__gt=0).exists()


def test_invoices_of_a_seller_whose_account_is_gone_wait_and_hold_up_nobody(
    seller, provider, settings
) -> None:
    stranded = services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"))
    kept = settings.INVOICE_ACCOUNTS_FILE.read_text()
    settings.INVOICE_ACCOUNTS_FILE.write_text(kept.replace(TAX_CODE, "0109999037"))
    assert transmit_due(later(2)) == 1
    stranded.refresh_from_db()
    assert (stranded.status, stranded.tries) == (InvoiceStatus.SIGNED, 1)
    assert stranded.next_try_at is not None and stranded.next_try_at > timezone.now()
    settings.INVOICE_ACCOUNTS_FILE.write_text(kept)
    transmit_due(later(10))
    assert services.transmit(stranded.pk, now=later(20)).status == InvoiceStatus.ACCEPTED


def start() -> None:
    InvoicesConfig("shop.invoices", shop.invoices).ready()


def test_the_market_starts_only_with_accounts_secrets_and_anchors(
    provider, settings, monkeypatch, tmp_path: Path
) -> None:
    start()
    (tmp_path / "trust" / "authority" / "a.pem").unlink()
    with pytest.raises(ImproperlyConfigured, match="no certificate of the tax authority"):
        start()
    monkeypatch.delenv("HTX_PASSWORD")
    with pytest.raises(ImproperlyConfigured, match="HTX_PASSWORD is not set"):
        start()
    settings.INVOICE_ACCOUNTS_FILE.write_text("{}")
    with pytest.raises(ImproperlyConfigured, match="tax codes"):
        start()
