"""Registering at the sandbox tax authority, and what it then takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from shop.invoices import formats, services
from shop.invoices.exchange import (
    ask_for_code,
    new_message_id,
    read_acknowledgement,
    read_refusal,
    unwrap,
    wrap,
)
from shop.invoices.models import Invoice, InvoiceStatus
from shop.invoices.package_exchange import packed, read_check, signed_package
from shop.invoices.registration import Declarant, declaration, read_decision, register
from shop.invoices.roads import Road
from shop.invoices.sandbox_keys import issue_certificate, sandbox_authority, sandbox_ca, sandbox_trust
from shop.invoices.signer import FileSigner
from shop.invoices.signing import sign
from shop.invoices.verifying import verify
from shop.sandbox.authority import Authority, Mood
from tests.factories import make_cooperative
from tests.shop.invoices.examples import SALES_EXAMPLE, SELLER, SIGNED_AT, VAT_EXAMPLE
from tests.shop.invoices.test_formats import TILL_EXAMPLE
from tests.shop.invoices.test_services import waiting
from tests.support.authority import keys_in, running_authority

SENDER = "V0109999044"
WHO = Declarant(
    name=SELLER.name,
    tax_code=SELLER.tax_code,
    address=SELLER.address,
    email="htx@example.vn",
    phone="0200000000",
    representative="Nguyễn Thị Mẫu",
    place="Ví Dụ",
    forms="1",
)


@pytest.fixture
def authority(keys: Path, tmp_path: Path) -> Authority:
    made = Authority(
        tmp_path / "a.sqlite3",
        signer=sandbox_authority(keys),
        trust=sandbox_trust(keys),
        clock=lambda: SIGNED_AT,
    )
    made.set_mood(Mood.STRICT)
    return made


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keys_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def seller(keys: Path) -> FileSigner:
    return issue_certificate(
        sandbox_ca(keys),
        tax_code=SELLER.tax_code,
        name=SELLER.name,
        valid_from=SIGNED_AT - dt.timedelta(days=1),
        valid_to=SIGNED_AT + dt.timedelta(days=365),
    )


def answered(authority: Authority, message: bytes) -> tuple[str, bytes]:
    """Kind and document of the answer to a message that is taken."""
    message_id = unwrap(message).envelope.message_id
    assert read_acknowledgement(unwrap(authority.receive(message)).items[0]).accepted
    answer = authority.answer(message_id)
    assert answer is not None
    return unwrap(answer).envelope.kind, unwrap(answer).items[0]


def declare(authority: Authority, document: bytes, *, expected: str = "103") -> bytes:
    """What was said last; the receipt before it says the same of who declared."""
    message = register(document, message_id=new_message_id(SENDER))
    kind, said = answered(authority, message)
    assert kind == expected
    receipt = unwrap(authority.receipt(unwrap(message).envelope.message_id))
    assert (receipt.envelope.kind, receipt.envelope.tax_code) == ("102", SELLER.tax_code)
    assert read_decision(receipt.items[0]).is_accepted is (expected == "103")
    return said


def mistaken(document: bytes, old: str, new: str, signer: FileSigner) -> bytes:
    """The declaration with something changed, signed all the same."""
    text = document.decode()
    assert old in text
    text = text[: text.index("<DSCKS>")] + text[text.index("</DSCKS>") + len("</DSCKS>") :]
    changed = text.replace(old, new).replace(old.replace("<", "</"), new.replace("<", "</"))
    return sign(changed.encode(), signer, place="NNT", at=SIGNED_AT)


def invoice_reasons(authority: Authority, document: bytes) -> list[str]:
    kind, said = answered(authority, ask_for_code(document, message_id=new_message_id(SENDER)))
    return [] if kind == "202" else [reason.code for reason in read_refusal(said).reasons]


def invoice(draft, signer: FileSigner) -> bytes:
    return sign(formats.build(draft), signer, place="NBan", at=SIGNED_AT)


def test_an_unregistered_certificate_is_refused_until_it_is_declared(
    authority: Authority, seller: FileSigner
) -> None:
    document = invoice(VAT_EXAMPLE, seller)
    assert invoice_reasons(authority, document) == ["9289"]
    said = declare(authority, declaration(WHO, signer=seller, at=SIGNED_AT))
    decision = read_decision(said)
    assert (decision.is_accepted, decision.reasons, len(decision.till_code)) == (True, (), 5)
    assert [(found.place, found.faults) for found in verify(said)] == [("CQT", ())]
    assert invoice_reasons(authority, document) == []


def test_a_form_that_was_not_declared_is_refused(authority: Authority, seller: FileSigner) -> None:
    declare(authority, declaration(WHO, signer=seller, at=SIGNED_AT))
    sales = invoice(SALES_EXAMPLE, seller)
    assert invoice_reasons(authority, sales) == ["9289"]
    declare(authority, declaration(replace(WHO, forms="12"), signer=seller, at=SIGNED_AT, is_change=True))
    assert invoice_reasons(authority, sales) == []


def test_a_change_keeps_the_code_for_cash_registers(authority: Authority, seller: FileSigner) -> None:
    codes = {
        read_decision(
            declare(authority, declaration(WHO, signer=seller, at=SIGNED_AT, is_change=is_change))
        ).till_code
        for is_change in (False, True)
    }
    assert len(codes) == 1


def test_who_is_registered_declares_a_change_not_a_first_time(
    authority: Authority, seller: FileSigner
) -> None:
    document = declaration(WHO, signer=seller, at=SIGNED_AT)
    declare(authority, document)
    again = read_decision(declare(authority, document, expected="102"))
    assert [reason.code for reason in again.reasons] == ["9992"]


@pytest.mark.parametrize(
    ("old", "new", "code", "kind"),
    [
        ("<MSo>01/ĐKTĐ-HĐĐT", "<MSo>01/XYZ", "9301", "102"),
        ("</Ten><HThuc>1<", "</Ten><HThuc>4<", "9302", "102"),
        ("<HDGTGT>1<", "<HDGTGT>0<", "9304", "103"),
        ("<CMa>1<", "<CMa>0<", "9305", "103"),
        ("<CTS>", "<La>", "9306", "103"),
        ("<Seri>", "<La>", "9307", "103"),
    ],
)
def test_a_declaration_with_a_mistake_is_refused_with_its_code(
    authority: Authority, seller: FileSigner, old: str, new: str, code: str, kind: str
) -> None:
    document = mistaken(declaration(WHO, signer=seller, at=SIGNED_AT), old, new, seller)
    decision = read_decision(declare(authority, document, expected=kind))
    assert not decision.is_accepted
    assert [reason.code for reason in decision.reasons] == [code]
    assert invoice_reasons(authority, invoice(VAT_EXAMPLE, seller)) == ["9289"]


def test_a_declaration_changed_after_signing_is_not_received(
    authority: Authority, seller: FileSigner
) -> None:
    document = declaration(WHO, signer=seller, at=SIGNED_AT).replace(b"<HDBHang>0", b"<HDBHang>1")
    decision = read_decision(declare(authority, document, expected="102"))
    assert [reason.code for reason in decision.reasons] == ["9282"]


@pytest.mark.parametrize(
    ("kinds", "message", "code"),
    [
        ({}, "206", ["9293"]),
        ({"at_till": True}, "206", []),
        ({"without_code": True}, "206", ["9293"]),
        ({}, "203", ["9293"]),
        ({"without_code": True}, "203", []),
        ({"at_till": True}, "203", ["9293"]),
        ({"with_code": False, "at_till": True}, "200", ["9289"]),
    ],
)
def test_each_kind_of_invoice_has_to_be_declared(
    authority: Authority, seller: FileSigner, kinds: dict[str, bool], message: str, code: list[str]
) -> None:
    declared = replace(WHO, forms="12", **kinds)
    said = read_decision(declare(authority, declaration(declared, signer=seller, at=SIGNED_AT)))
    if message == "200":
        assert invoice_reasons(authority, invoice(VAT_EXAMPLE, seller)) == code
        return
    message_id = new_message_id(SENDER)
    if message == "206":
        documents = [formats.build(TILL_EXAMPLE, code=f"M2-26-{said.till_code}-00000000001")]
    else:
        documents = [invoice(replace(SALES_EXAMPLE, series="K26TAA"), seller)]
    made = packed(documents, road=Road(message), message_id=message_id, tax_code=SELLER.tax_code)
    if message == "206":
        made = signed_package(made, seller, at=SIGNED_AT)
    kind, answer = answered(authority, made)
    assert kind == "204"
    checked = read_check(answer)
    named = [reason for reasons in checked.invoices.values() for reason in reasons]
    assert [reason.code for reason in (*checked.reasons, *named)] == code


def test_a_declaration_signed_by_another_registers_nothing(
    authority: Authority, seller: FileSigner, keys: Path
) -> None:
    with pytest.raises(ValueError, match="certificate_of_another"):
        declaration(replace(WHO, tax_code="0109999037"), signer=seller, at=SIGNED_AT)


def test_message_100_carries_a_declaration_only(authority: Authority, seller: FileSigner) -> None:
    message = register(declaration(WHO, signer=seller, at=SIGNED_AT), message_id=new_message_id(SENDER))
    envelope = unwrap(message).envelope
    other = wrap(envelope, [invoice(VAT_EXAMPLE, seller)])
    said = read_acknowledgement(unwrap(authority.receive(other)).items[0])
    assert [reason.code for reason in said.reasons] == ["9008"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda xml: xml.replace(b"3984000", b"3984001"), "9282"),
        (lambda xml: xml.replace(b"xmlenc#sha256", b"xmlenc#sha512"), "9284"),
        (lambda xml: xml.replace(b"rsa-sha256", b"rsa-sha1"), "9284"),
        (lambda xml: xml[: xml.index(b"<DSCKS>")] + b"</HDon>", "9281"),
        (lambda xml: xml.replace(b'URI="#SigningTime', b'URI="#Other'), "9283"),
        (lambda xml: xml.replace(b"DSCKS>", b"Khac>"), "9281"),
    ],
)
def test_signatures_are_verified_by_the_authority_itself(
    authority: Authority, seller: FileSigner, change, code: str
) -> None:
    authority.set_mood(Mood.NORMAL)
    assert code in invoice_reasons(authority, change(invoice(VAT_EXAMPLE, seller)))


@pytest.mark.parametrize(("days", "code"), [(-1, "9288"), (2, "9288")])
def test_the_signing_time_has_to_fit_the_day_of_issue(
    authority: Authority, keys: Path, days: int, code: str
) -> None:
    authority.set_mood(Mood.NORMAL)
    wide = issue_certificate(
        sandbox_ca(keys),
        tax_code=SELLER.tax_code,
        name="x",
        valid_from=SIGNED_AT - dt.timedelta(days=9),
        valid_to=SIGNED_AT + dt.timedelta(days=9),
    )
    document = sign(formats.build(VAT_EXAMPLE), wide, place="NBan", at=SIGNED_AT + dt.timedelta(days=days))
    assert invoice_reasons(authority, document) == [code]


@pytest.mark.django_db
def test_the_command_registers_a_seller_so_that_its_invoices_are_taken(tmp_path: Path, settings) -> None:
    seller = make_cooperative("htx-dang-ky", tax_code=SELLER.tax_code)
    with running_authority(settings, tmp_path / "keys") as server:
        server.mounts["tax"].authority.set_mood(Mood.STRICT)
        first = transmitted(seller, "HTAAAAAAAA-1")
        call_command("invoice", "register", "--seller", "htx-dang-ky", stdout=StringIO())
        second = transmitted(seller, "HTAAAAAAAB-1")
        assert (first.status, second.status) == (InvoiceStatus.REJECTED, InvoiceStatus.ACCEPTED)
        assert "chưa đăng ký" in first.rejection
        with pytest.raises(CommandError, match="no such cooperative"):
            call_command("invoice", "register", "--seller", "khong-co")


def transmitted(seller, reference: str) -> Invoice:
    invoice = services.transmit(services.issue(invoice=waiting(seller, reference)).pk)
    return services.transmit(invoice.pk, now=timezone.now() + dt.timedelta(minutes=2))
