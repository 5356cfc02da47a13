"""XML signatures: made, verified by two programs, and refused when anything was touched."""

import base64
import datetime as dt
import random
import re
import shutil
import stat
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from lxml import etree

from shop.invoices import formats
from shop.invoices.checking import check
from shop.invoices.draft import Line
from shop.invoices.exchange import Envelope, ask_for_code, new_message_id, unwrap, with_code, wrap
from shop.invoices.reading import DECLARATION, Refused, cut_out, one_span
from shop.invoices.sandbox_keys import issue_certificate, sandbox_authority, sandbox_ca, sandbox_signer
from shop.invoices.signer import FileSigner, Trust, tax_code_of
from shop.invoices.signing import sign
from shop.invoices.verifying import verify
from shop.invoices.xmldsig import C14N, DS, VIETNAM
from tests.shop.invoices.examples import (
    BUYER,
    ISSUED_ON,
    SALES_EXAMPLE,
    SELLER,
    SIGNED_AT,
    VAT_EXAMPLE,
    signed_number,
)
from tests.shop.invoices.test_formats import MARKED_LETTERS

XMLSEC1 = shutil.which("xmlsec1") or "xmlsec1"
GOLDEN = Path(__file__).parents[2] / "golden" / "invoices"


@pytest.fixture(scope="session")
def coded(signed: bytes, keys: Path) -> bytes:
    """The invoice as message 202 brings it back."""
    return sign(with_code(signed, "0076" + "A" * 30), sandbox_authority(keys), place="CQT", at=SIGNED_AT)


def faults(xml: bytes, trust: Trust | None = None) -> list[str]:
    return sorted({fault for found in verify(xml, trust=trust) for fault in found.faults})


def xmlsec1(xml: bytes, folder: Path, ca: x509.Certificate, place: str) -> str:
    """What the xmlsec1 program says about the signature at ``place``."""
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (folder / "document.xml").write_bytes(xml)
    ids = [part for name in ("DLHDon", "MCCQT", f"{DS}:Object") for part in ("--id-attr:Id", name)]
    command = [XMLSEC1, "--verify", *ids, "--node-xpath", f"//DSCKS/{place}/*", "--trusted-pem"]
    ran = subprocess.run(
        [*command, str(folder / "ca.pem"), str(folder / "document.xml")],
        capture_output=True,
        text=True,
        check=False,
    )
    return "\n".join(re.findall(r"^(?:OK|FAIL)$|ok/all\): \d+/\d+", ran.stdout + ran.stderr, re.MULTILINE))


def test_a_signature_names_its_signer_and_time(signed: bytes, trust: Trust) -> None:
    (found,) = verify(signed, trust=trust)
    assert found.faults == ()
    assert (found.place, found.signer, found.tax_code) == ("NBan", SELLER.name, SELLER.tax_code)
    assert found.signed_at == SIGNED_AT
    assert b"<SigningTime>2026-11-23T14:05:09</SigningTime>" in signed


def test_signing_leaves_every_byte_as_it_was(signed: bytes) -> None:
    unsigned = formats.build(VAT_EXAMPLE)
    box = one_span(signed, ["HDon", "DSCKS"])
    assert signed[: box.start] + signed[box.end :] == unsigned


def test_the_signature_covers_the_published_digest(signed: bytes) -> None:
    assert b"<DigestValue>K9ju1KAI0+RqTDZ9/Py+3Am4maVyAlGXifqWfC8ahu8=</DigestValue>" in signed


def test_xmlsec1_agrees_before_and_after_the_code(
    signed: bytes, coded: bytes, keys: Path, tmp_path: Path
) -> None:
    ca = sandbox_ca(keys).certificate
    assert xmlsec1(signed, tmp_path, ca, "NBan") == "OK\nok/all): 2/2\nok/all): 0/0"
    assert xmlsec1(coded, tmp_path, ca, "NBan") == "OK\nok/all): 2/2\nok/all): 0/0"
    assert xmlsec1(coded, tmp_path, ca, "CQT") == "OK\nok/all): 3/3\nok/all): 0/0"


def test_xmlsec1_agrees_inside_and_outside_of_an_envelope(coded: bytes, keys: Path, tmp_path: Path) -> None:
    ca = sandbox_ca(keys).certificate
    envelope = Envelope(
        sender="TCT", receiver="5699999011", kind="202", message_id="TCT" + "A" * 32, tax_code="5699999011"
    )
    message = wrap(envelope, [coded])
    lifted = unwrap(message).items[0]
    assert lifted == coded
    for document in (message, lifted):
        assert xmlsec1(document, tmp_path, ca, "NBan").startswith("OK")
        assert xmlsec1(document, tmp_path, ca, "CQT").startswith("OK")


def test_an_envelope_that_declares_namespaces_does_not_break_what_it_carries(
    seller_signer: FileSigner, keys: Path, tmp_path: Path, trust: Trust
) -> None:
    """Others sign inside such envelopes; the namespace is part of what they sign."""
    inside = formats.build(VAT_EXAMPLE).removeprefix(DECLARATION)
    namespace = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    alone = DECLARATION + inside.replace(b"<HDon>", f"<HDon {namespace}>".encode())
    with pytest.raises(ValueError, match="namespaces"):
        sign(alone, seller_signer, place="NBan", at=SIGNED_AT)
    signed = sign(DECLARATION + inside, seller_signer, place="NBan", at=SIGNED_AT)
    general = b"<TTChung><MLTDiep>200</MLTDiep><SLuong>1</SLuong></TTChung>"
    message = b"<TDiep " + namespace.encode() + b">" + general + b"<DLieu>" + signed.removeprefix(DECLARATION)
    lifted = unwrap(message + b"</DLieu></TDiep>").items[0]
    assert namespace.encode() in lifted
    # The invoice was signed without that namespace, so both programs have to refuse it in either place.
    assert faults(lifted, trust) == ["signature_broken"]
    assert xmlsec1(lifted, tmp_path, sandbox_ca(keys).certificate, "NBan").startswith("FAIL")
    assert xmlsec1(message + b"</DLieu></TDiep>", tmp_path, sandbox_ca(keys).certificate, "NBan").startswith(
        "FAIL"
    )


@pytest.mark.parametrize(
    "name",
    [
        MARKED_LETTERS,
        unicodedata.normalize("NFD", MARKED_LETTERS),
        """A & B <c> "d" 'e' ]]>""",
        "🌾𠀀 chè",
        "x" * 400,
    ],
)
def test_xmlsec1_accepts_invoices_with_difficult_text(
    name: str, seller_signer: FileSigner, keys: Path, tmp_path: Path, trust: Trust
) -> None:
    xml = signed_number(43, seller_signer, buyer=replace(BUYER, name=name))
    assert faults(xml, trust) == []
    assert xmlsec1(xml, tmp_path, sandbox_ca(keys).certificate, "NBan").startswith("OK")


def test_an_invoice_of_500_lines_verifies(
    seller_signer: FileSigner, keys: Path, tmp_path: Path, trust: Trust
) -> None:
    lines = tuple(Line(position=n, name=f"Gói chè số {n}", amount=n) for n in range(1, 501))
    draft = replace(SALES_EXAMPLE, lines=lines, total=125_250, total_in_words="…")
    xml = sign(formats.build(draft), seller_signer, place="NBan", at=SIGNED_AT)
    assert faults(xml, trust) == []
    assert xmlsec1(xml, tmp_path, sandbox_ca(keys).certificate, "NBan").startswith("OK")


def test_any_changed_byte_is_noticed(coded: bytes, trust: Trust) -> None:
    """Of what is signed or signs; outside lie the XML declaration, the subject text and the signature's own Id."""
    spans = [one_span(coded, ["HDon", tag]) for tag in ("DLHDon", "MCCQT")]
    for place in ("NBan", "CQT"):
        path = ["HDon", "DSCKS", place, "Signature"]
        spans += [one_span(coded, [*path, tag]) for tag in ("SignedInfo", "SignatureValue", "Object")]
        spans.append(one_span(coded, [*path, "KeyInfo", "X509Data", "X509Certificate"]))
    whole = [at for span in spans for at in range(span.start, span.end)]
    chosen = random.Random(2026).sample(whole, 500)
    for at in chosen:
        changed = coded[:at] + bytes([coded[at] ^ 1]) + coded[at + 1 :]
        assert not _stands(changed, trust), f"byte {at}: {coded[at - 10 : at + 10]!r}"


def _stands(xml: bytes, trust: Trust) -> bool:
    """Whether both signatures still hold and nothing else is wrong."""
    return not [found for found in check(xml, today=ISSUED_ON, trust=trust) if found.is_error]


def test_the_unchanged_invoice_stands(coded: bytes, trust: Trust) -> None:
    assert _stands(coded, trust)


def test_a_second_id_spoils_the_signature(signed: bytes, trust: Trust) -> None:
    content = one_span(signed, ["HDon", "DLHDon"])
    forged = signed[content.start : content.end].replace(b"3984000", b"9")
    twice = signed[: content.start] + forged + signed[content.start :]
    assert {"id_twice", "part_not_signed"} <= set(faults(twice, trust))


def test_a_second_content_beside_the_signed_one_is_refused(signed: bytes, trust: Trust) -> None:
    content = one_span(signed, ["HDon", "DLHDon"])
    forged = signed[content.start : content.end].replace(b"3984000", b"9").replace(b"HD1C26TAA42", b"other")
    beside = signed[: content.end] + forged + signed[content.end :]
    assert faults(beside, trust) == ["part_not_signed"]


def test_a_wrapped_invoice_is_refused(signed: bytes, trust: Trust) -> None:
    """The signed content is moved aside and another put where readers look."""
    content = one_span(signed, ["HDon", "DLHDon"])
    original = signed[content.start : content.end]
    forged = original.replace(b"3984000", b"9").replace(b'Id="HD1C26TAA42"', b'Id="other"')
    aside = signed.replace(original, forged).replace(
        b"</DSCKS>", b"<CCKSKhac>" + original + b"</CCKSKhac></DSCKS>"
    )
    assert formats.read(aside).total == 9
    assert faults(aside, trust) == ["part_not_signed"]


def test_a_signature_without_its_parts_is_refused(signed: bytes, trust: Trust) -> None:
    info = re.search(rb"<SignedInfo>.*</SignedInfo>", signed)[0]
    assert faults(signed.replace(info, b"")) == ["signature_broken"]
    assert faults(signed.replace(b"</KeyInfo><Object", b"</KeyInfo><Object/><Object")) == [
        "time_not_signed",
        "time_unreadable",
    ]
    assert "time_unreadable" in faults(signed.replace(b"2026-11-23T14:05:09", b"yesterday"), trust)


def test_a_buyer_may_sign_too_but_only_the_buyer(signed: bytes, keys: Path, trust: Trust) -> None:
    buyer = sandbox_signer(keys, tax_code=BUYER.tax_code, name=BUYER.name)
    assert [
        found.faults for found in verify(sign(signed, buyer, place="NMua", at=SIGNED_AT), trust=trust)
    ] == [(), ()]
    with pytest.raises(ValueError, match="certificate_of_another"):
        sign(signed, sandbox_signer(keys, tax_code=SELLER.tax_code, name=""), place="NMua", at=SIGNED_AT)


def test_a_taxpayers_notice_is_signed_by_the_taxpayer(
    keys: Path, seller_signer: FileSigner, trust: Trust
) -> None:
    notice = DECLARATION + b'<TBao><DLTBao Id="TB1"><MST>5699999011</MST></DLTBao></TBao>'
    assert faults(sign(notice, seller_signer, place="NNT", at=SIGNED_AT), trust) == []
    with pytest.raises(ValueError, match="certificate_of_another"):
        sign(notice, sandbox_authority(keys), place="NNT", at=SIGNED_AT)


def test_a_small_key_is_refused(signed: bytes, keys: Path) -> None:
    small = rsa.generate_private_key(65537, 1024)
    ca = sandbox_ca(keys)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "x"),
            x509.NameAttribute(NameOID.USER_ID, f"MST:{SELLER.tax_code}"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(ca.certificate.subject)
        .public_key(small.public_key())
        .serial_number(1)
        .not_valid_before(SIGNED_AT)
        .not_valid_after(SIGNED_AT + dt.timedelta(days=1))
        .sign(ca.key, hashes.SHA256())
    )
    with pytest.raises(ValueError, match="key_too_small"):
        sign(formats.build(VAT_EXAMPLE), FileSigner(small, certificate), place="NBan", at=SIGNED_AT)


def test_a_signature_at_another_place_does_not_count(signed: bytes, trust: Trust) -> None:
    moved = signed.replace(b"<NBan><Signature", b"<CCKSKhac><Signature").replace(
        b"</Signature></NBan>", b"</Signature></CCKSKhac>"
    )
    assert faults(moved, trust) == ["signature_misplaced"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"http://www.w3.org/2001/04/xmlenc#sha256", b"http://www.w3.org/2000/09/xmldsig#sha1"),
        (b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", b"http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        (
            b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            b"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        ),
        (C14N.encode(), b"http://www.w3.org/2001/10/xml-exc-c14n#"),
        (b"xmldsig#enveloped-signature", b"xmldsig#base64"),
    ],
)
def test_other_algorithms_are_refused_by_name(signed: bytes, old: bytes, new: bytes) -> None:
    assert old in signed
    assert "algorithm_refused" in faults(signed.replace(old, new))


def test_a_missing_reference_is_noticed(signed: bytes) -> None:
    references = re.findall(rb"<Reference URI=.*?</Reference>", signed)
    assert faults(signed.replace(references[0], b"")) == ["part_not_signed"]
    assert faults(signed.replace(references[1], b"")) == ["time_not_signed"]
    assert "reference_unresolved" in faults(signed.replace(b'URI="#HD1C26TAA42"', b'URI=""'))
    assert "reference_unresolved" in faults(signed.replace(b'URI="#HD1C26TAA42"', b'URI="#elsewhere"'))


def test_the_authority_has_to_sign_its_code(coded: bytes, trust: Trust) -> None:
    assert faults(coded, trust) == []
    assert faults(coded.replace(b"0076A", b"0076B"), trust) == ["signature_broken"]


def test_a_signer_of_another_tax_code_is_refused(keys: Path, trust: Trust) -> None:
    other = sandbox_signer(keys, tax_code="0109999037", name="Kẻ khác")
    with pytest.raises(ValueError, match="certificate_of_another"):
        sign(formats.build(VAT_EXAMPLE), other, place="NBan", at=SIGNED_AT)


def test_an_authorised_issuer_signs_instead_of_the_seller(
    keys: Path, trust: Trust, seller_signer: FileSigner
) -> None:
    draft = replace(
        VAT_EXAMPLE, issuer_tax_code="0109999037", issuer_name="Chợ Phiên", issuer_address="Hà Nội"
    )
    issuer = sandbox_signer(keys, tax_code="0109999037", name="Chợ Phiên")
    assert faults(sign(formats.build(draft), issuer, place="NBan", at=SIGNED_AT), trust) == []
    with pytest.raises(ValueError, match="certificate_of_another"):
        sign(formats.build(draft), seller_signer, place="NBan", at=SIGNED_AT)


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)])
def test_a_certificate_not_valid_at_signing_is_refused(keys: Path, days: tuple[int, int]) -> None:
    start, end = (SIGNED_AT + dt.timedelta(days=day) for day in days)
    late = issue_certificate(
        sandbox_ca(keys), tax_code=SELLER.tax_code, name=SELLER.name, valid_from=start, valid_to=end
    )
    with pytest.raises(ValueError, match="certificate_not_valid_then"):
        sign(formats.build(VAT_EXAMPLE), late, place="NBan", at=SIGNED_AT)


def test_a_certificate_counts_on_the_second_it_starts_and_the_second_it_ends(keys: Path) -> None:
    brief = issue_certificate(
        sandbox_ca(keys),
        tax_code=SELLER.tax_code,
        name=SELLER.name,
        valid_from=SIGNED_AT,
        valid_to=SIGNED_AT + dt.timedelta(seconds=1),
    )
    for at in (SIGNED_AT, SIGNED_AT + dt.timedelta(seconds=1)):
        assert faults(sign(formats.build(VAT_EXAMPLE), brief, place="NBan", at=at)) == []


def test_a_certificate_nobody_vouches_for_is_refused(signed: bytes, tmp_path: Path) -> None:
    assert faults(signed, Trust()) == ["certificate_not_trusted"]
    assert faults(signed, Trust(parties=[sandbox_ca(tmp_path).certificate])) == ["certificate_not_trusted"]


def test_a_pinned_certificate_is_trusted_itself_but_vouches_for_no_other(
    signed: bytes, seller_signer: FileSigner, keys: Path
) -> None:
    assert faults(signed, Trust(parties=[seller_signer.certificate])) == []
    assert faults(signed, Trust(parties=[sandbox_authority(keys).certificate])) == ["certificate_not_trusted"]


def test_a_taxpayers_certificate_cannot_pass_for_the_authority(
    signed: bytes, keys: Path, trust: Trust
) -> None:
    seller = sandbox_signer(keys, tax_code=SELLER.tax_code, name=SELLER.name)
    forged = sign(with_code(signed, "0" * 34), seller, place="CQT", at=SIGNED_AT)
    assert faults(forged, trust) == ["certificate_not_trusted"]


def test_a_signature_is_put_on_once_and_only_where_it_belongs(
    signed: bytes, seller_signer: FileSigner
) -> None:
    for place in ("NBan", "NNT", "Ten"):
        with pytest.raises(ValueError, match="no signature"):
            sign(signed, seller_signer, place=place, at=SIGNED_AT)
    with pytest.raises(ValueError, match="MCCQT"):
        sign(signed, seller_signer, place="CQT", at=SIGNED_AT)


def test_a_signer_that_lies_is_found_out_at_once(keys: Path, seller_signer: FileSigner) -> None:
    class Liar:
        certificate = seller_signer.certificate

        def sign(self, data: bytes) -> bytes:
            return sandbox_ca(keys).sign(data)

    with pytest.raises(ValueError, match="signature_broken"):
        sign(formats.build(VAT_EXAMPLE), Liar(), place="NBan", at=SIGNED_AT)


def test_the_signing_time_is_vietnams_whatever_clock_it_came_from(seller_signer: FileSigner) -> None:
    utc = dt.datetime(2026, 11, 23, 18, 30, tzinfo=dt.UTC)
    xml = sign(formats.build(VAT_EXAMPLE), seller_signer, place="NBan", at=utc)
    assert b"<SigningTime>2026-11-24T01:30:00</SigningTime>" in xml
    assert verify(xml)[0].signed_at == utc.astimezone(VIETNAM)


def test_documents_signed_in_the_past_still_verify() -> None:
    xml = (GOLDEN / "coded_invoice.xml").read_bytes()
    ca, authority = (
        x509.load_pem_x509_certificate((GOLDEN / f"{name}.crt").read_bytes()) for name in ("ca", "authority")
    )
    kept = Trust(parties=[ca], authority=[authority])
    assert [(found.place, found.faults) for found in verify(xml, trust=kept)] == [("NBan", ()), ("CQT", ())]


def test_a_document_with_a_dtd_is_not_even_looked_at(signed: bytes) -> None:
    with pytest.raises(Refused, match="dtd"):
        verify(signed.replace(b"<HDon>", b'<!DOCTYPE HDon SYSTEM "file:///etc/passwd"><HDon>', 1))


def test_an_elliptic_key_or_a_broken_certificate_is_no_certificate(signed: bytes) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(SIGNED_AT)
        .not_valid_after(SIGNED_AT + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    der = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER))
    for other in (der, b"AAAA", b"not base64", b""):
        changed = re.sub(rb"(<X509Certificate>)[^<]*", lambda match, other=other: match[1] + other, signed)
        assert faults(changed) == ["certificate_missing"]


def test_a_certificate_whose_serial_number_is_not_positive_is_none(signed: bytes) -> None:
    embedded = re.search(rb"<X509Certificate>([^<]*)", signed)
    assert embedded
    der = base64.b64decode(embedded[1])
    number = x509.load_der_x509_certificate(der).serial_number
    field = number.to_bytes(number.bit_length() // 8 + 1, "big")
    assert der.count(field) == 1
    changed = der.replace(field, b"\x85" + field[1:])
    forged = signed.replace(embedded[1], base64.b64encode(changed))
    assert faults(forged) == ["certificate_missing"]


@pytest.mark.parametrize(
    ("usual", "strange"),
    [
        (
            b"\x06\x03\x55\x04\x06\x13\x02VN",
            b"\x06\x03\x55\x04\x06\x03\x02\x00N",
        ),  # countryName as a bit string
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x46"),  # version 71
    ],
    ids=["type of a name", "version"],
)
def test_a_certificate_of_a_strange_kind_is_none(signed: bytes, usual: bytes, strange: bytes) -> None:
    embedded = re.search(rb"<X509Certificate>([^<]*)", signed)
    assert embedded
    der = base64.b64decode(embedded[1])
    assert usual in der
    forged = signed.replace(embedded[1], base64.b64encode(der.replace(usual, strange)))
    assert faults(forged) == ["certificate_missing"]


def test_keys_are_readable_by_their_owner_only_and_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = sandbox_signer(folder, tax_code=SELLER.tax_code, name=SELLER.name)
    again = sandbox_signer(folder, tax_code=SELLER.tax_code, name="Tên khác")
    assert first.certificate == again.certificate
    assert tax_code_of(first.certificate) == SELLER.tax_code
    assert sorted(path.name for path in folder.iterdir()) == ["5699999011.pem", "ca.pem"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_signer_is_read_from_pkcs12_and_from_two_pem_files(
    tmp_path: Path, seller_signer: FileSigner, keys: Path
) -> None:
    certificate_pem = seller_signer.certificate.public_bytes(serialization.Encoding.PEM)
    locked = BestAvailableEncryption(b"mat khau")
    (tmp_path / "s.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"s", seller_signer.key, seller_signer.certificate, None, locked
        )
    )
    key_pem = seller_signer.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked
    )
    (tmp_path / "key.pem").write_bytes(key_pem)
    (tmp_path / "certificate.pem").write_bytes(certificate_pem)
    for signer in (
        FileSigner.from_pkcs12(tmp_path / "s.p12", "mat khau"),
        FileSigner.from_pem(tmp_path / "key.pem", tmp_path / "certificate.pem", "mat khau"),
    ):
        seller_signer.key.public_key().verify(
            signer.sign(b"abc"), b"abc", padding.PKCS1v15(), hashes.SHA256()
        )
    (tmp_path / "ec.pem").write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(ValueError, match="RSA"):
        FileSigner.from_pem(tmp_path / "ec.pem", tmp_path / "certificate.pem")
    with pytest.raises(ValueError, match=r"(?i)password"):
        FileSigner.from_pkcs12(tmp_path / "s.p12", "sai")


def test_a_key_that_does_not_fit_its_certificate_is_refused(
    tmp_path: Path, seller_signer: FileSigner
) -> None:
    other = rsa.generate_private_key(65537, 2048)
    pem = other.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "s.pem").write_bytes(pem + seller_signer.certificate.public_bytes(serialization.Encoding.PEM))
    with pytest.raises(ValueError, match="does not belong"):
        FileSigner.from_pem(tmp_path / "s.pem")


def test_cutting_out_keeps_a_namespace_the_element_declares_itself() -> None:
    xml = b'<a xmlns="urn:out" xmlns:p="urn:p"><b xmlns="urn:in" x=">"><c/></b></a>'
    part = cut_out(xml, one_span(xml, ["a", "b"]))
    assert part == DECLARATION + b'<b xmlns:p="urn:p" xmlns="urn:in" x=">"><c/></b>'
    assert etree.fromstring(part).nsmap == {None: "urn:in", "p": "urn:p"}


def test_asking_for_a_code_gives_the_same_bytes_each_time(signed: bytes) -> None:
    message_id = new_message_id("V0109999044")
    assert ask_for_code(signed, message_id=message_id) == ask_for_code(signed, message_id=message_id)
