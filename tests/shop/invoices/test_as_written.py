"""Invoices in the form in which we write them are signed and verified as they stand: the long way says the same."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from shop.invoices import formats, verifying
from shop.invoices.as_written import first_part, sellers_signature
from shop.invoices.draft import Draft
from shop.invoices.reading import Refused
from shop.invoices.signer import FileSigner
from shop.invoices.signing import sign
from shop.invoices.verifying import Signature
from shop.invoices.xmldsig import DS, digest, digest_of
from tests.shop.invoices.examples import SALES_EXAMPLE, SIGNED_AT, VAT_EXAMPLE
from tests.shop.invoices.test_formats import ADJUSTMENT, TILL_EXAMPLE, content_bytes

ROUNDS = 1_500
PIECES = ["<A>", "</A>", "<A", "<DLHDon", "</DLHDon>", *"></ \"'=&;#xạ\r\t", "&amp;", "xmlns", "]]>"]
ADJUSTS = replace(VAT_EXAMPLE, related=ADJUSTMENT.related)


@pytest.mark.parametrize(
    "inside",
    [
        "<A b='c'>x</A>",
        '<A b="c">x</A>',
        '<A xmlns="urn:x">x</A>',
        "<A/>",
        "<A >x</A>",
        "<A>x</A >",
        "<A\t>x</A>",
        "<A\n>x</A>",
        "<A>x\ry</A>",
        "<A>x > y</A>",
        "<A>&#13;&quot;&apos;</A>",
        "<A><![CDATA[x]]></A>",
        "<A><!-- x --></A>",
        "<A><?x y?></A>",
    ],
)
def test_what_may_be_written_in_another_way_is_not_taken_as_written(
    inside: str, seller_signer: FileSigner
) -> None:
    xml = formats.build(VAT_EXAMPLE).replace(b"<NDHDon>", b"<NDHDon>" + inside.encode())
    assert first_part(xml) is None
    if "<!--" not in inside and "<?" not in inside:  # a document with those is not signed at all
        signed = sign(xml, seller_signer, place="NBan", at=SIGNED_AT)
        assert digest_of(content_bytes(xml)).encode() in signed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<HDon>", b'<HDon xml:lang="vi">'),
        (b"<HDon>", b'<HDon xmlns:x="urn:x">'),
        (b"<HDon>", b"<HDon> "),
        (b"<DLHDon Id", b"<DLHDon  Id"),
        (b'">', b'" a="">'),
        (b"</DLHDon>", b"</DLHDon >"),
        (b"</HDon>", b"<DLHDon></DLHDon></HDon>"),
        (b"<NDHDon>", b"<NDHDon><DLHDon>x</DLHDon>"),
        (b"</NDHDon></DLHDon>", b"<DLHDon>x</DLHDon></NDHDon></DLHDon >"),
        (b"?>", b"?>\n"),
    ],
)
def test_a_part_in_other_surroundings_is_not_taken_as_written(old: bytes, new: bytes) -> None:
    xml = formats.build(VAT_EXAMPLE)
    assert first_part(xml.replace(old, new, 1)) is None


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_what_is_taken_as_written_is_in_canonical_form(pieces: list[str]) -> None:
    xml = formats.build(SALES_EXAMPLE).replace(b"<NDHDon>", f"<NDHDon><A>{''.join(pieces)}</A>".encode())
    try:
        content = etree.fromstring(xml).find("DLHDon")
    except etree.XMLSyntaxError:
        return
    if first := first_part(xml):
        assert etree.tostring(content, method="c14n") == first.canonical


@pytest.mark.parametrize("draft", [VAT_EXAMPLE, SALES_EXAMPLE, TILL_EXAMPLE, ADJUSTMENT])
def test_our_own_invoices_are_taken_as_written(draft: Draft) -> None:
    xml = formats.build(draft)
    assert first_part(xml) == (
        "HDon",
        "DLHDon",
        draft.identity,
        content_bytes(xml),
        len(xml) - len("</HDon>"),
    )


def short_way(xml: bytes) -> object:
    part = first_part(xml)
    return part and sellers_signature(xml, part)


@pytest.fixture
def both_ways(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], list[Signature]]:
    """What is found in a document, the same on both ways."""

    def found(xml: bytes) -> list[Signature]:
        judge = verifying._verify_bytes.__wrapped__
        first = [signature for signature, _shown in judge(xml)]
        with monkeypatch.context() as patched:
            patched.setattr(verifying, "sellers_signature", lambda *_: None)
            assert [signature for signature, _shown in judge(xml)] == first
        return first

    return found


@pytest.mark.parametrize("draft", [VAT_EXAMPLE, SALES_EXAMPLE, ADJUSTS])
@pytest.mark.parametrize("qr", ["", "000201 & <5303704>"])
def test_what_we_sign_is_verified_as_it_stands(
    draft: Draft, qr: str, seller_signer: FileSigner, both_ways: Callable[[bytes], list[Signature]]
) -> None:
    xml = sign(formats.build(draft, qr=qr), seller_signer, place="NBan", at=SIGNED_AT)
    assert short_way(xml)
    assert [found.faults for found in both_ways(xml)] == [()]


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        # lawful, in another form
        (b"<SignatureValue>", b"<SignatureValue>\n", ()),
        (b"<DSCKS>", b"<DSCKS> ", ()),
        (b"</DSCKS>", b"</DSCKS><!---->", None),
        (b' Id="NBan">', b">", ()),
        (b"<X509Data>", b'<X509Data a="">', ()),
        # touched
        (b"<DSCKS>", b"<DLHDon></DLHDon><DSCKS>", ("part_not_signed",)),
        (b"<DSCKS>", b'<DLQRCode Id="NBan"></DLQRCode><DSCKS>', ("id_twice",)),
        (b"3984000</TgTTTBSo>", b"9</TgTTTBSo>", ("signature_broken",)),
        (b"T14:05:09</SigningTime>", b"T14:05:08</SigningTime>", ("signature_broken",)),
        (b"#HD1C26TAA42", b"#HD1C26TAA43", ("reference_unresolved", "part_not_signed")),
        (b"xmldsig-more#rsa-sha256", b"xmldsig-more#rsa-sha512", ("algorithm_refused",)),
    ],
)
def test_another_form_goes_the_long_way(
    signed: bytes,
    old: bytes,
    new: bytes,
    faults: tuple[str, ...] | None,
    both_ways: Callable[[bytes], list[Signature]],
) -> None:
    changed = signed.replace(old, new, 1)
    assert changed != signed
    if faults is None:
        with pytest.raises(Refused):
            both_ways(changed)
    else:
        assert [found.faults for found in both_ways(changed)] == [faults]


def signed_anew(xml: bytes, signer: FileSigner) -> bytes:
    """``xml``, in our form, with the digests and the signature that it would have if the seller had meant it so."""
    content = xml[xml.index(b"<DL") : xml.index(b"<DSCKS>")]
    time = re.search(rb"<Object.*</Object>", xml)[0].replace(b"<Object", b'<Object xmlns="%b"' % DS.encode())
    digests = iter([digest(content), digest(time)])
    xml = re.sub(rb"(?<=<DigestValue>)[^<]+", lambda _: next(digests).encode(), xml)
    info = re.search(rb"<SignedInfo>.*</SignedInfo>", xml)[0]
    value = signer.sign(info.replace(b"<SignedInfo", b'<SignedInfo xmlns="%b"' % DS.encode(), 1))
    return re.sub(rb"(?<=<SignatureValue>)[^<]+", base64.b64encode(value), xml)


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        (b"3984000", b"9", ()),
        (b"#HD1C26TAA42", b"#HD1C26TAA43", ("reference_unresolved", "part_not_signed")),
        (b"#HD1C26TAA42", b"#NBan", ("part_not_signed",)),
        (
            b'<Reference URI="#SigningTime',
            b'<Reference URI="#Time',
            ("reference_unresolved", "time_not_signed"),
        ),
        (b"DLHDon", b"DLKhac", ("part_not_signed", "certificate_of_another")),
    ],
)
def test_what_a_seller_signs_has_to_be_what_it_must_sign(
    signed: bytes,
    seller_signer: FileSigner,
    old: bytes,
    new: bytes,
    faults: tuple[str, ...],
    both_ways: Callable[[bytes], list[Signature]],
) -> None:
    changed = signed_anew(signed.replace(old, new), seller_signer)
    assert [found.faults for found in both_ways(changed)] == [faults]


def test_a_signature_whose_id_is_that_of_the_content_is_refused(
    seller_signer: FileSigner, both_ways: Callable[[bytes], list[Signature]]
) -> None:
    draft = replace(VAT_EXAMPLE, identity="NBan")
    with pytest.raises(ValueError, match="id_twice"):
        sign(formats.build(draft), seller_signer, place="NBan", at=SIGNED_AT)


def test_both_ways_say_the_same_of_touched_invoices(
    signed: bytes, both_ways: Callable[[bytes], list[Signature]]
) -> None:
    chance, read, held = random.Random(2026), 0, 0
    for _ in range(ROUNDS):
        at, length = chance.randrange(len(signed)), chance.choice((0, 1, 1, 5, 40))
        moved = chance.randrange(len(signed))
        piece = chance.choice((b"", b"x", b" ", b"=", b"<", b"&amp;", signed[moved : moved + length]))
        try:
            found = both_ways(signed[:at] + piece + signed[at + length :])
        except Refused:
            continue
        read += 1
        held += any(not one.faults for one in found)
    assert read > ROUNDS / 4
    assert 0 < held < read
