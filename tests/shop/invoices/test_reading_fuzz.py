"""Bytes that nobody meant to send: every reader answers quickly, in small memory, and with a refusal of its own.

``FUZZ_SECONDS=600`` goes on for so long; without it a few hundred inputs are tried.
"""

from __future__ import annotations

import base64
import os
import random
import re
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from shop.invoices import formats
from shop.invoices.checking import check
from shop.invoices.delegating import read_delegation
from shop.invoices.exchange import ask_for_code, new_message_id, read_acknowledgement, read_refusal, unwrap
from shop.invoices.gateways.answers import check_provider_answer
from shop.invoices.reading import (
    DECLARATION,
    MOST_BYTES,
    Refused,
    Span,
    _remembered,
    one_span,
    only,
    parse,
    spans,
)
from shop.invoices.registration import read_decision
from shop.invoices.verifying import verify
from shop.sandbox.tax_rules import faults_of
from shop.sandbox.tax_words import value_of
from tests.shop.invoices.examples import ISSUED_ON

PIECES = (
    b"<DLHDon>", b"</DLHDon>", b"<HDon>", b'Id="HD1C26TAA42"', b"<!--x-->", b"<?x?>", b"<![CDATA[", b"]]>",
    b"&amp;", b"&x;", b"&#0;", b"&#x1F35F;", b"<TgTTTBSo>1e999999</TgTTTBSo>", b"<NLap>0000-00-00</NLap>",
    b"<SHDon>99999999999999999999</SHDon>", b'xmlns="http://www.w3.org/2000/09/xmldsig#"', b"\x00", b"\xff",
    b"<SLuong>NaN</SLuong>", b"<!DOCTYPE a>", b'<?xml version="1.0" encoding="utf-16"?>', "ệ".encode(),
)  # fmt: skip
READERS = (read_acknowledgement, read_refusal, read_decision, read_delegation, unwrap, formats.read, verify)


def read_by_all(xml: bytes) -> None:
    """Every reader either answers or refuses by its own exception."""
    check(xml, today=ISSUED_ON)
    check_provider_answer(xml, xml, today=ISSUED_ON, trust=None)
    for reader in READERS:
        try:
            reader(xml)
        except ValueError:  # Refused and Unreadable
            continue
    try:
        root = parse(xml)
    except Refused:
        return
    faults_of(root, today=ISSUED_ON)


def mutated(xml: bytes, chance: random.Random) -> bytes:
    """A few cuts, flips, doublings and pieces of trouble."""
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(xml) + 1)
        to = min(len(xml), at + chance.randrange(1, 200))
        xml = chance.choice(
            (
                xml[:at] + chance.choice(PIECES) + xml[at:],
                xml[:at] + xml[to:],
                xml[:at] + xml[at:to] * 2 + xml[to:],
                xml[:at] + bytes([chance.randrange(256)]) + xml[at + 1 :],
            )
        )
    return xml


def test_mutants_of_real_documents_are_read_or_refused(signed: bytes) -> None:
    seconds = float(os.environ.get("FUZZ_SECONDS", "0"))
    until = time.monotonic() + seconds
    chance = random.Random(int(os.environ.get("FUZZ_SEED", "91")))
    originals = (signed, ask_for_code(signed, message_id=new_message_id("0109999037")))
    slowest, tried = 0.0, 0
    while tried < 300 or time.monotonic() < until:
        started = time.process_time()
        read_by_all(mutated(chance.choice(originals), chance))
        slowest, tried = max(slowest, time.process_time() - started), tried + 1
    print(f"{tried} inputs, slowest {slowest:.3f} s")
    assert slowest < 2


@pytest.mark.filterwarnings("ignore:Attribute's length")  # a country of three letters is read all the same
def test_mutants_of_certificates_are_read_or_refused(signed: bytes) -> None:
    until = time.monotonic() + float(os.environ.get("FUZZ_SECONDS", "0"))
    chance = random.Random(int(os.environ.get("FUZZ_SEED", "92")))
    before, shown, behind = re.split(rb"(?<=<X509Certificate>)([^<]*)", signed)
    tried = 0
    while tried < 300 or time.monotonic() < until:
        der, tried = bytearray(base64.b64decode(shown)), tried + 1
        for _ in range(chance.randrange(1, 4)):
            der[chance.randrange(len(der))] = chance.randrange(256)
        verify(before + base64.b64encode(der) + behind)


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_are_read_or_refused(xml: bytes) -> None:
    read_by_all(xml)


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_words_are_an_amount_or_none(text: str) -> None:
    assert value_of(text) is None or isinstance(value_of(text), int)


BOMB = b"".join(
    b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10 if level else b"lol") for level in range(12)
)


@pytest.mark.parametrize("begun", [b"", DECLARATION], ids=["bare", "declared"])
@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"<!DOCTYPE x [" + BOMB + b"]><x>&a11;</x>", "dtd"),
        (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', "dtd"),
        (b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>', "dtd"),
        (b"<x>&a;</x>", "not_xml"),
        (b"<x>" * 200_000, "not_xml"),
        (b"<x><!-- --></x>", "comment"),
        (b"<x><?php ?></x>", "comment"),
        (b"<x>" + b"a" * MOST_BYTES + b"</x>", "too_big"),
    ],
)
def test_bombs_and_outside_entities_are_refused_in_small_memory(xml: bytes, code: str, begun: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(Refused) as refused:
        parse(begun + xml)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.code == code
    assert peak < 300 * 1024 * 1024


def test_another_encoding_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        parse('<?xml version="1.0" encoding="utf-16"?><x/>'.encode("utf-16"))
    assert refused.value.code == "encoding"


def test_deep_nesting_ends_in_a_refusal_or_a_finding() -> None:
    deep = b"<HDon>" + b"<DLHDon>" * 250 + b"</DLHDon>" * 250 + b"</HDon>"
    read_by_all(deep)
    assert etree.iselement(parse(deep))


def test_a_thread_remembers_a_few_small_documents_and_no_more() -> None:
    documents = [b"<x>%d</x>" % number for number in range(20)]
    assert parse(documents[0]) is parse(documents[0])
    for each in documents:
        parse(each)
    large = b"<x>" + b"a" * 100_000 + b"</x>"
    assert parse(large) is not parse(large)
    assert set(_remembered.trees) == set(documents[-2:])


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("<a><b>1</b></a>", "a/b"),
        ("<a><b>1</b></a>", "a"),
        ("<a><b x='>'>1</b></a>", "a/b"),
        ('<a><b\nx="1">1</b ></a>', "a/b"),
        ("<a><b/></a>", "a/b"),
        ("<a><b/><c><b>1</b></c></a>", "a/c/b"),
        ("<a><c><b>1</b></c></a>", "a/b"),
        ("<a><bc>1</bc><b>2</b></a>", "a/b"),
        ("<a><b>1</b><b>2</b></a>", "a/b"),
        ("<a xmlns:q='urn:q'><b>1</b></a>", "a/b"),
        ("<a><c xmlns='urn:c'><b>1</b></c></a>", "a/c/b"),
        ("<a><!-- <b>1</b> --><b>2</b></a>", "a/b"),
        ("<a><![CDATA[<b>1</b>]]><b>2</b></a>", "a/b"),
        ("<b><a>1</a></b>", "a"),
        ("<a>é<b>1</b></a>", "a/b"),
    ],
)
def test_an_element_lies_where_a_walk_through_the_whole_document_finds_it(body: str, path: str) -> None:
    xml, tags = DECLARATION + body.encode(), path.split("/")

    def found(look: Callable[[], Span]) -> Span | str:
        try:
            return look()
        except Refused as reason:
            return reason.code

    assert found(lambda: one_span(xml, tags)) == found(lambda: only(spans(xml, tags), tags))
