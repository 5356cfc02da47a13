"""Our verifier against xmlsec, on what others may sign and send: both say the same, or ours refuses with a reason.

xmlsec reads all of XML Signature, ours the few forms that the decision allows (decision 0052). What ours computes has
to be what xmlsec computes: canonical forms with prefixes, inherited namespaces, white space, references and entities.
"""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable

import pytest
import xmlsec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from lxml import etree

from shop.invoices import formats
from shop.invoices.reading import DECLARATION, Refused
from shop.invoices.signer import FileSigner
from shop.invoices.verifying import verify
from shop.invoices.xmldsig import C14N, DS, canonical_of
from tests.shop.invoices.examples import SALES_EXAMPLE, SIGNED_AT, VAT_EXAMPLE

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
CONTENTS = [formats.build(draft).removeprefix(DECLARATION).decode() for draft in (VAT_EXAMPLE, SALES_EXAMPLE)]
ROUNDS = 1_500


def template(prefix: str, identity: str, transforms: tuple[str, ...]) -> str:
    """A signature to be filled in by xmlsec, over the content and the signing time."""
    p = f"{prefix}:" if prefix else ""
    inner = "".join(f'<{p}Transform Algorithm="{each}"/>' for each in transforms)
    listed = f"<{p}Transforms>{inner}</{p}Transforms>" if inner else ""
    reference = (
        f'<{p}Reference URI="#%s">%s<{p}DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<{p}DigestValue/></{p}Reference>"
    )
    when = SIGNED_AT.strftime("%Y-%m-%dT%H:%M:%S")
    return (
        f'<DSCKS><NBan><{p}Signature xmlns{":" if prefix else ""}{prefix}="{DS}"><{p}SignedInfo>'
        f'<{p}CanonicalizationMethod Algorithm="{C14N}"/>'
        f'<{p}SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        f"{reference % (identity, listed)}{reference % ('time', '')}</{p}SignedInfo><{p}SignatureValue/>"
        f"<{p}KeyInfo><{p}X509Data><{p}X509Certificate/></{p}X509Data></{p}KeyInfo>"
        f'<{p}Object Id="time"><{p}SignatureProperties><{p}SignatureProperty Target="#x">'
        f"<{p}SigningTime>{when}</{p}SigningTime></{p}SignatureProperty></{p}SignatureProperties></{p}Object>"
        f"</{p}Signature></NBan></DSCKS>"
    )


def signed_by_xmlsec(text: str, signer: FileSigner) -> bytes:
    root = etree.fromstring(text.encode())
    node = next(root.iter(f"{{{DS}}}Signature"))
    der = signer.certificate.public_bytes(serialization.Encoding.DER)
    next(root.iter(f"{{{DS}}}X509Certificate")).text = base64.b64encode(der).decode()
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    pem = signer.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    context.sign(node)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def xmlsec_says(xml: bytes) -> bool:
    """Whether xmlsec accepts the seller's signature with the key of the certificate beside it."""
    try:
        root = etree.fromstring(xml)
        node = root.find(f"DSCKS/NBan/{{{DS}}}Signature")
        text = node.findtext(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate")
        key = x509.load_der_x509_certificate(base64.b64decode(text)).public_key()
        pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
        xmlsec.tree.add_ids(root, ["Id"])
        context.verify(node)
    except (
        xmlsec.Error,
        etree.XMLSyntaxError,
        AttributeError,
        TypeError,
        ValueError,
        x509.InvalidVersion,
        UnsupportedAlgorithm,
    ):
        return False
    return True


def ours_says(xml: bytes) -> list[str]:
    try:
        found = verify(xml)
    except Refused as reason:
        return [reason.code]
    return sorted({fault for one in found for fault in one.faults}) if found else ["unsigned"]


# --- what others may write before they sign -----------------------------------------------

Change = Callable[[str, random.Random], str]


def _replaced(old: str, new: str, count: int = 1) -> Change:
    return lambda text, _chance: text.replace(old, new, count)


def _everywhere(pattern: str, new: str, share: float) -> Change:
    """Of the places where the pattern fits, about this share."""

    def change(text: str, chance: random.Random) -> str:
        return re.sub(pattern, lambda at: at.expand(new) if chance.random() < share else at[0], text)

    return change


SAME_MEANING: dict[str, Change] = {
    "lines and indents": _everywhere(r"><(?=/?[A-Z])", r">\n  <", 0.3),
    "carriage returns": _everywhere(r"><(?=/?[A-Z])", ">&#13;\n<", 0.1),
    "a namespace around": _replaced("<HDon>", f"<HDon {XSI}>"),
    "a namespace on the content": _replaced("<DLHDon ", f"<DLHDon {XSI} "),
    "a namespace declared twice": lambda text, _: text.replace("<HDon>", f"<HDon {XSI}>").replace(
        "<NBan>", f"<NBan {XSI}>"
    ),
    "an attribute with a prefix": lambda text, _: text.replace("<HDon>", f"<HDon {XSI}>").replace(
        "<NMua>", '<NMua xsi:nil="false">'
    ),
    "attributes in another order": _replaced("<TToan>", '<TToan z="1" b="&quot;2&quot;" a="x&#9;y">'),
    "empty tags": _replaced("<TToan>", "<TToan><TTKhac/>"),
    "references": _everywhere("[aeiou](?=[^<>]*<)", "&#101;", 0.05),
    "data sections": _replaced("<TToan>", "<TToan><![CDATA[a<b&c]]>"),
    "single quotes": lambda text, _: re.sub(r'<DLHDon Id="([^"]*)"', r"<DLHDon Id='\1'", text),
}

TRANSFORMS = ((), (C14N,), (f"{DS}enveloped-signature",), (f"{DS}enveloped-signature", C14N))


def foreign(chance: random.Random, signer: FileSigner) -> bytes:
    """An invoice in somebody else's hand, signed by xmlsec."""
    text = chance.choice(CONTENTS)
    for name in chance.sample(sorted(SAME_MEANING), chance.randrange(4)):
        text = SAME_MEANING[name](text, chance)
    identity = re.search(r"<DLHDon [^>]*?Id=[\"']([^\"']*)", text)
    assert identity
    signature = template(chance.choice(("", "ds")), identity[1], chance.choice(TRANSFORMS))
    return signed_by_xmlsec(text.replace("</HDon>", f"{signature}</HDon>"), signer)


def test_what_xmlsec_signed_for_others_holds_for_us(seller_signer: FileSigner) -> None:
    chance = random.Random(52)
    for _ in range(ROUNDS // 5):
        xml = foreign(chance, seller_signer)
        assert xmlsec_says(xml)
        assert ours_says(xml) == [], xml


# --- what may happen to it afterwards ------------------------------------------------------


def _byte(xml: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(60, len(xml))
    return xml[:at] + bytes([xml[at] ^ 1 << chance.randrange(7)]) + xml[at + 1 :]


def _moved(xml: bytes, chance: random.Random) -> bytes:
    """A few bytes stand somewhere else."""
    start, length, to = (
        chance.randrange(60, len(xml)),
        chance.randrange(1, 40),
        chance.randrange(60, len(xml)),
    )
    piece, rest = xml[start : start + length], xml[:start] + xml[start + length :]
    return rest[:to] + piece + rest[to:]


def _rewritten(xml: bytes, chance: random.Random) -> bytes:
    """Written anew: other bytes, the same canonical form."""
    root = etree.fromstring(xml)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=chance.random() < 0.1)


def _tag(xml: bytes, chance: random.Random) -> bytes:
    """A tag more, a tag less, or one with another name, somewhere."""
    root = etree.fromstring(xml)
    element = chance.choice(list(root.iter()))
    kind = chance.randrange(4)
    if kind == 0:
        element.append(etree.Element(element.tag))
    elif kind == 1 and element.getparent() is not None:
        element.getparent().remove(element)
    elif kind == 2:
        element.set(chance.choice(("Id", "Algorithm", "x")), chance.choice(("time", "a", C14N)))
    elif element.getparent() is not None:
        element.getparent().insert(0, element)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _declared(xml: bytes, chance: random.Random) -> bytes:
    """A namespace declared where none was: on the root it changes what is signed below, on a signature too."""
    tag = chance.choice((b"<HDon", b"<DSCKS", b"<NBan", b"<DLHDon", b"<Signature", b"<ds:Signature"))
    return xml.replace(tag, tag + b' xmlns:q="urn:q"', 1)


def _languages(xml: bytes, chance: random.Random) -> bytes:
    tag = chance.choice((b"<HDon", b"<DSCKS", b"<NBan", b"<DLHDon"))
    return xml.replace(tag, tag + b' xml:lang="vi"', 1)


CHANGES = (_byte, _byte, _moved, _rewritten, _tag, _tag, _declared, _languages)
OURS_ALONE = {
    "id_twice", "part_not_signed", "time_not_signed", "time_unreadable", "algorithm_refused", "signature_misplaced",
    "reference_unresolved", "certificate_missing", "certificate_of_another", "certificate_not_valid_then",
    "key_too_small", "comment", "dtd", "encoding", "not_xml",
}  # fmt: skip
"""Why we may refuse what xmlsec accepts: it asks what was signed and with which key, we ask whether that was enough."""


def test_we_accept_nothing_that_xmlsec_refuses_and_refuse_what_it_accepts_only_with_a_reason(
    seller_signer: FileSigner,
) -> None:
    chance = random.Random(520)
    accepted = refused = 0
    for _ in range(ROUNDS):
        xml = chance.choice(CHANGES)(foreign(chance, seller_signer), chance)
        ours = ours_says(xml)
        theirs = xmlsec_says(xml)
        if not ours:
            assert theirs, xml
            accepted += 1
        elif theirs and b"xml:lang" not in xml:
            assert set(ours) & OURS_ALONE, (ours, xml)
        refused += not theirs
    assert accepted > ROUNDS // 20
    assert refused > ROUNDS // 4


# --- what a signer with a good key may sign all the same ------------------------------------


def resigned(xml: bytes, signer: FileSigner) -> bytes:
    """With a value that fits its SignedInfo, whatever that says now."""
    root = etree.fromstring(xml)
    info = next(root.iter(f"{{{DS}}}SignedInfo"))
    value = next(root.iter(f"{{{DS}}}SignatureValue"))
    value.text = base64.b64encode(signer.sign(canonical_of(info))).decode()
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"<DigestMethod[^>]*/>", ""),
        (r"<CanonicalizationMethod[^>]*/>", ""),
        (r"<SignatureMethod[^>]*/>", ""),
        (r"(<CanonicalizationMethod[^>]*/>)(<SignatureMethod[^>]*/>)", r"\2\1"),
        (r"(<DigestMethod[^>]*/>)(<DigestValue>[^<]*</DigestValue>)", r"\2\1"),
        (r"(<DigestValue>[^<]*</DigestValue>)", r"\1\1"),
        (r"</SignedInfo>", "<Object/></SignedInfo>"),
    ],
)
def test_a_form_that_is_not_allowed_is_refused_however_well_it_is_signed(
    seller_signer: FileSigner, old: str, new: str
) -> None:
    text = CONTENTS[0].replace("</HDon>", template("", "HD1C26TAA42", ()) + "</HDon>")
    xml = signed_by_xmlsec(text, seller_signer)
    assert ours_says(resigned(xml, seller_signer)) == []
    changed, count = re.subn(old, new, xml.decode(), count=1)
    assert count
    assert "signature_broken" in ours_says(resigned(changed.encode(), seller_signer))
    assert not xmlsec_says(resigned(changed.encode(), seller_signer))


def test_what_has_no_canonical_form_is_broken(seller_signer: FileSigner) -> None:
    xml = foreign(random.Random(1), seller_signer)
    assert ours_says(xml) == []
    assert ours_says(xml.replace(b"<DLHDon ", b'<DLHDon xmlns:q="a/b" ')) == ["signature_broken"]
