"""Declaring delegated issuing at the sandbox tax authority (101, 104), and whose invoices it then takes."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from shop.invoices import formats
from shop.invoices.delegating import Contract, delegate, delegation, read_delegation
from shop.invoices.exchange import new_message_id, read_acknowledgement, unwrap, wrap
from shop.invoices.package_exchange import packed, read_check, signed_package
from shop.invoices.reading import Refused, parse
from shop.invoices.registration import Declarant, declaration, read_decision
from shop.invoices.roads import Road
from shop.invoices.sandbox_keys import issue_certificate, sandbox_ca
from shop.invoices.signer import FileSigner
from shop.invoices.verifying import verify
from shop.sandbox.authority import Authority, Mood
from tests.shop.invoices.examples import ISSUED_ON, SALES_EXAMPLE, SELLER, SIGNED_AT, VAT_EXAMPLE
from tests.shop.invoices.test_formats import TILL_EXAMPLE
from tests.shop.sandbox.test_registration import (
    SENDER,
    WHO,
    answered,
    authority,
    declare,
    invoice,
    invoice_reasons,
    keys,
    mistaken,
    seller,
)

__all__ = ["authority", "keys", "seller"]

XMLSEC1 = shutil.which("xmlsec1") or "xmlsec1"
ISSUER = {"issuer_tax_code": "0109999037", "issuer_name": "CÔNG TY CỔ PHẦN CHỢ PHIÊN"}
NAMED = {**ISSUER, "issuer_address": "Số 1 phố Ví Dụ, Hà Nội"}
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="session")
def issuer(keys: Path) -> FileSigner:
    return issue_certificate(
        sandbox_ca(keys),
        tax_code=ISSUER["issuer_tax_code"],
        name=ISSUER["issuer_name"],
        valid_from=SIGNED_AT - dt.timedelta(days=1),
        valid_to=SIGNED_AT + dt.timedelta(days=365),
    )


@pytest.fixture
def easy(authority: Authority) -> Authority:
    """Takes invoices under any certificate, but not those of an issuer whom nobody named."""
    authority.set_mood(Mood.NORMAL)
    return authority


@pytest.fixture
def contract(issuer: FileSigner) -> Contract:
    return Contract(
        **ISSUER,
        purpose="Lập hóa đơn bán trên chợ",
        first_day=ISSUED_ON,
        last_day=ISSUED_ON + dt.timedelta(days=30),
        certificate=issuer.certificate,
    )


def told(authority: Authority, document: bytes, *, expected: str = "104") -> list[str]:
    """Codes of the reasons in what was said last; none if it was accepted."""
    message = delegate(document, message_id=new_message_id(SENDER))
    kind, said = answered(authority, message)
    assert kind == expected
    assert [(found.place, found.faults) for found in verify(said)] == [("CQT", ())]
    receipt = unwrap(authority.receipt(unwrap(message).envelope.message_id))
    assert (receipt.envelope.kind, receipt.envelope.tax_code) == ("102", SELLER.tax_code)
    assert read_decision(receipt.items[0]).is_accepted is (expected == "104")
    decision = read_delegation(said) if expected == "104" else read_decision(said)
    assert decision.is_accepted is (not decision.reasons)
    assert decision.message_id == unwrap(message).envelope.message_id
    return [reason.code for reason in decision.reasons]


def declared(
    contract: Contract, signer: FileSigner, *, is_change: bool = False, who: Declarant = WHO
) -> bytes:
    return delegation(who, contract, signer=signer, at=SIGNED_AT, is_change=is_change)


def test_the_declaration_says_what_the_contract_says(seller: FileSigner, contract: Contract) -> None:
    who = replace(WHO, forms="12", office_code="11701", office_name="Thuế cơ sở 1 tỉnh Sơn La")
    root = parse(declared(contract, seller, who=who))
    head = {child.tag: child.text for child in root.find("DLTKhai/TTChung")}
    assert " ".join(head) == (
        "PBan MSo Ten HThuc LDKUNhiem TNNT MST CQTQLy MCQTQLy NLHe DCLHe DCTDTu DTLHe DDanh NLap"
    )
    assert (head["MSo"], head["HThuc"], head["LDKUNhiem"]) == ("01/ĐKTĐ-HĐĐT", "1", "1")
    assert (head["MST"], head["MCQTQLy"]) == (SELLER.tax_code, "11701")
    rows = [{child.tag: child.text for child in row} for row in root.iter("DKUNhiem")]
    assert rows[0] == {
        "STT": "1",
        "TLHDon": "Hóa đơn giá trị gia tăng",
        "KHMSHDon": "1",
        "MST": "0109999037",
        "TTChuc": "CÔNG TY CỔ PHẦN CHỢ PHIÊN",
        "MDich": "Lập hóa đơn bán trên chợ",
        "TNgay": ISSUED_ON.isoformat(),
        "DNgay": (ISSUED_ON + dt.timedelta(days=30)).isoformat(),
        "PThuc": "3",
    }
    assert [(row["STT"], row["KHMSHDon"], row["TLHDon"]) for row in rows[1:]] == [
        ("2", "2", "Hóa đơn bán hàng")
    ]
    assert root.findtext(".//CTS/Seri") == f"{contract.certificate.serial_number:X}"


def test_xmlsec1_accepts_the_sellers_signature_until_a_letter_changes(
    seller: FileSigner, contract: Contract, tmp_path: Path
) -> None:
    document = declared(contract, seller)
    assert [(found.place, found.tax_code, found.faults) for found in verify(document)] == [
        ("NNT", SELLER.tax_code, ())
    ]

    def accepted(xml: bytes) -> bool:
        path = tmp_path / "declaration.xml"
        path.write_bytes(xml)
        asked = [XMLSEC1, "--verify", "--insecure", "--id-attr:Id", "DLTKhai", "--id-attr:Id", "Object", path]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    assert accepted(document)
    assert not accepted(document.replace("CHỢ PHIÊN".encode(), "CHỢ PHIÊM".encode()))


def test_only_the_seller_signs(contract: Contract, issuer: FileSigner) -> None:
    with pytest.raises(ValueError, match="certificate_of_another"):
        declared(contract, issuer)


def test_an_invoice_of_an_undeclared_issuer_is_refused_until_the_contract_is_declared(
    easy: Authority, seller: FileSigner, issuer: FileSigner, contract: Contract
) -> None:
    document = invoice(replace(VAT_EXAMPLE, **NAMED), issuer)
    assert invoice_reasons(easy, document) == ["9295"]
    assert easy.codes() == {}
    assert told(easy, declared(contract, seller)) == []
    assert invoice_reasons(easy, document) == []
    assert len(easy.codes()) == 1


@pytest.mark.parametrize(
    ("first", "last", "reasons"),
    [(0, 0, []), (-9, 9, []), (1, 9, ["9295"]), (-9, -1, ["9295"])],
)
def test_the_contract_counts_from_its_first_to_its_last_day(
    easy: Authority,
    seller: FileSigner,
    issuer: FileSigner,
    contract: Contract,
    first: int,
    last: int,
    reasons: list[str],
) -> None:
    dated = replace(contract, first_day=ISSUED_ON + first * DAY, last_day=ISSUED_ON + last * DAY)
    assert told(easy, declared(dated, seller)) == []
    assert invoice_reasons(easy, invoice(replace(VAT_EXAMPLE, **NAMED), issuer)) == reasons


def test_a_form_that_the_contract_does_not_name_is_refused(
    easy: Authority, seller: FileSigner, issuer: FileSigner, contract: Contract
) -> None:
    assert told(easy, declared(contract, seller)) == []
    sales = invoice(replace(SALES_EXAMPLE, **NAMED), issuer)
    assert invoice_reasons(easy, sales) == ["9295"]
    both = declared(contract, seller, is_change=True, who=replace(WHO, forms="12"))
    assert told(easy, both) == []
    assert invoice_reasons(easy, sales) == []


def test_without_form_and_series_a_line_is_for_all_of_them(
    easy: Authority, seller: FileSigner, issuer: FileSigner, contract: Contract
) -> None:
    wide = mistaken(declared(contract, seller), "<KHMSHDon>1</KHMSHDon>", "", seller)
    assert told(easy, wide) == []
    assert invoice_reasons(easy, invoice(replace(SALES_EXAMPLE, **NAMED), issuer)) == []


def test_a_line_for_one_series_is_for_no_other(
    easy: Authority, seller: FileSigner, issuer: FileSigner, contract: Contract
) -> None:
    form = "<KHMSHDon>1</KHMSHDon>"
    one = mistaken(declared(contract, seller), form, f"{form}<KHHDon>C26TZZ</KHHDon>", seller)
    assert told(easy, one) == []
    assert invoice_reasons(easy, invoice(replace(VAT_EXAMPLE, **NAMED), issuer)) == ["9295"]
    assert invoice_reasons(easy, invoice(replace(VAT_EXAMPLE, **NAMED, series="C26TZZ"), issuer)) == []


def test_what_is_declared_already_is_changed_not_declared_anew(
    easy: Authority, seller: FileSigner, issuer: FileSigner, contract: Contract
) -> None:
    assert told(easy, declared(contract, seller)) == []
    assert told(easy, declared(contract, seller)) == ["9992"]
    shorter = replace(contract, first_day=ISSUED_ON - 9 * DAY, last_day=ISSUED_ON - DAY)
    over = replace(contract, first_day=ISSUED_ON - 9 * DAY, last_day=ISSUED_ON)
    assert told(easy, declared(over, seller, is_change=True)) == []
    assert told(easy, declared(shorter, seller, is_change=True)) == []
    assert invoice_reasons(easy, invoice(replace(VAT_EXAMPLE, **NAMED), issuer)) == ["9295"]
    assert told(easy, declared(contract, seller)) == []


def test_the_same_message_again_gets_the_same_answer_and_counts_once(
    authority: Authority, seller: FileSigner, contract: Contract
) -> None:
    document, message_id = declared(contract, seller), new_message_id(SENDER)
    message = delegate(document, message_id=message_id)
    assert delegate(document, message_id=message_id) == message
    answers = [(authority.receive(message), authority.answer(message_id)) for _ in range(2)]
    assert answers[0] == answers[1]
    other = delegate(declared(contract, seller), message_id=message_id)
    refused = read_acknowledgement(unwrap(authority.receive(other)).items[0])
    assert [reason.code for reason in refused.reasons] == ["9002"]
    assert authority.answer(message_id) == answers[0][1]


@pytest.mark.parametrize(
    ("old", "new", "code", "kind"),
    [
        ("<MSo>01/ĐKTĐ-HĐĐT", "<MSo>01/XYZ", "9301", "102"),
        ("</Ten><HThuc>1<", "</Ten><HThuc>4<", "9302", "102"),
        ("<LDKUNhiem>1<", "<LDKUNhiem>2<", "9311", "102"),
        ("<DKUNhiem>", "<La>", "9312", "102"),
        ("<CTS>", "<La>", "9306", "104"),
        ("<Seri>", "<La>", "9307", "104"),
        ("<MST>0109999037", "<MST>0109999038", "9313", "104"),
        ("<MST>0109999037", f"<MST>{SELLER.tax_code}", "9314", "104"),
        ("<DNgay>2026-12", "<DNgay>2025-12", "9315", "104"),
        ("<TNgay>2026-11-23<", "<TNgay>2026-11-31<", "9315", "104"),
        ("<KHMSHDon>1", "<KHMSHDon>7", "9316", "104"),
        ("<MDich>Lập", f"<MDich>{'x' * 255}", "9317", "104"),
        ("<TTChuc>CÔNG TY CỔ PHẦN CHỢ PHIÊN<", "<TTChuc><", "9317", "104"),
        ("<PThuc>3<", "<PThuc>9<", "9318", "104"),
        ("<PThuc>3<", "<PThuc>TM<", "9318", "104"),
    ],
)
def test_a_declaration_with_a_mistake_is_refused_with_its_code_and_counts_for_nothing(
    easy: Authority,
    seller: FileSigner,
    issuer: FileSigner,
    contract: Contract,
    old: str,
    new: str,
    code: str,
    kind: str,
) -> None:
    document = mistaken(declared(contract, seller), old, new, seller)
    assert told(easy, document, expected=kind) == [code]
    assert invoice_reasons(easy, invoice(replace(VAT_EXAMPLE, **NAMED), issuer)) == ["9295"]


def test_of_two_parties_the_one_in_order_counts(
    easy: Authority, seller: FileSigner, issuer: FileSigner, contract: Contract
) -> None:
    both = declared(contract, seller, who=replace(WHO, forms="12"))
    second = "<STT>2</STT><TLHDon>Hóa đơn bán hàng</TLHDon><KHMSHDon>2</KHMSHDon><MST>0109999037"
    document = mistaken(both, second, second.replace("0109999037", "0109999038"), seller)
    assert told(easy, document) == ["9313"]
    assert invoice_reasons(easy, invoice(replace(VAT_EXAMPLE, **NAMED), issuer)) == []


def test_a_declaration_changed_after_signing_is_not_received(
    easy: Authority, seller: FileSigner, contract: Contract
) -> None:
    document = declared(contract, seller).replace(b"<PThuc>3", b"<PThuc>1")
    assert told(easy, document, expected="102") == ["9282"]


def test_message_101_carries_a_declaration_of_delegated_issuing_of_its_sender(
    authority: Authority, seller: FileSigner, contract: Contract
) -> None:
    document = declared(contract, seller)
    envelope = unwrap(delegate(document, message_id=new_message_id(SENDER))).envelope
    wrong = {
        "9013": wrap(envelope, [declaration(WHO, signer=seller, at=SIGNED_AT)]),
        "9014": wrap(replace(envelope, tax_code="0109999037"), [document]),
    }
    for code, message in wrong.items():
        said = read_acknowledgement(unwrap(authority.receive(message)).items[0])
        assert [reason.code for reason in said.reasons] == [code]


def test_a_strict_authority_takes_the_declared_certificate_of_the_declared_party_only(
    authority: Authority, seller: FileSigner, issuer: FileSigner, contract: Contract, keys: Path
) -> None:
    document = invoice(replace(VAT_EXAMPLE, **NAMED), issuer)
    assert told(authority, declared(contract, seller)) == []
    assert invoice_reasons(authority, document) == ["9289"]
    declare(authority, declaration(WHO, signer=seller, at=SIGNED_AT))
    assert invoice_reasons(authority, document) == []
    renewed = issue_certificate(
        sandbox_ca(keys),
        tax_code=ISSUER["issuer_tax_code"],
        name="x",
        valid_from=SIGNED_AT - DAY,
        valid_to=SIGNED_AT + DAY,
    )
    second = invoice(replace(VAT_EXAMPLE, **NAMED, number="2"), renewed)
    assert invoice_reasons(authority, second) == ["9289"]
    change = replace(contract, certificate=renewed.certificate)
    assert told(authority, declared(change, seller, is_change=True)) == []
    assert invoice_reasons(authority, second) == []


def test_a_certificate_that_is_stopped_signs_no_more(
    authority: Authority, seller: FileSigner, issuer: FileSigner, contract: Contract
) -> None:
    declare(authority, declaration(WHO, signer=seller, at=SIGNED_AT))
    assert told(authority, declared(contract, seller)) == []
    stopping = declared(contract, seller, is_change=True)
    stopped = mistaken(stopping, "<HThuc>1</HThuc></CTS>", "<HThuc>3</HThuc></CTS>", seller)
    assert told(authority, stopped) == []
    assert invoice_reasons(authority, invoice(replace(VAT_EXAMPLE, **NAMED), issuer)) == ["9289"]


@pytest.mark.parametrize("message", ["203", "206"])
def test_packages_of_an_undeclared_issuer_are_refused_too(
    authority: Authority, seller: FileSigner, issuer: FileSigner, contract: Contract, message: str
) -> None:
    kinds = replace(WHO, forms="12", without_code=True, at_till=True)
    till_code = read_decision(declare(authority, declaration(kinds, signer=seller, at=SIGNED_AT))).till_code
    till = formats.build(replace(TILL_EXAMPLE, **NAMED), code=f"M2-26-{till_code}-00000000001")
    uncoded = invoice(replace(SALES_EXAMPLE, **NAMED, series="K26TAA"), issuer)

    def codes() -> list[str]:
        made = packed(
            [till if message == "206" else uncoded],
            road=Road(message),
            message_id=new_message_id(SENDER),
            tax_code=SELLER.tax_code,
        )
        if message == "206":
            made = signed_package(made, issuer, at=SIGNED_AT)
        checked = read_check(answered(authority, made)[1])
        rows = [reason for reasons in checked.invoices.values() for reason in reasons]
        return [reason.code for reason in (*checked.reasons, *rows)]

    assert codes() == (["9295"] if message == "203" else ["9293"])
    authority.set_mood(Mood.NORMAL)
    assert codes() == ["9295"]
    authority.set_mood(Mood.STRICT)
    assert told(authority, declared(contract, seller, who=kinds)) == []
    assert codes() == []


def test_a_document_of_another_kind_is_no_answer(authority: Authority, seller: FileSigner) -> None:
    said = declare(authority, declaration(WHO, signer=seller, at=SIGNED_AT))
    with pytest.raises(Refused):
        read_delegation(said)
