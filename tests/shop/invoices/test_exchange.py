"""Messages: envelopes, acknowledgements, refusals."""

import datetime as dt

import pytest
from lxml import etree

from shop.invoices.exchange import (
    Acknowledgement,
    Envelope,
    Reason,
    acknowledgement,
    ask_for_code,
    is_message_id,
    new_message_id,
    read_acknowledgement,
    read_refusal,
    refusal,
    unwrap,
    with_code,
    wrap,
)
from shop.invoices.reading import DECLARATION, MOST_BYTES, Refused, parse
from shop.invoices.sandbox_keys import sandbox_authority
from shop.invoices.signer import Trust
from shop.invoices.signing import sign
from shop.invoices.verifying import verify
from tests.shop.invoices.examples import SIGNED_AT

SENDER = "V0109999044"
ENVELOPE = Envelope(
    sender="TCT",
    receiver=SENDER,
    kind="203",
    message_id="TCT" + "A" * 32,
    tax_code="5699999011",
    count=2,
    answers="x",
)


def test_a_message_id_is_the_sender_and_a_random_uuid() -> None:
    one, other = new_message_id(SENDER), new_message_id(SENDER)
    assert one != other
    assert is_message_id(one, sender=SENDER)
    assert len(one) <= 46
    assert one[:-32] == SENDER
    assert one[-32:] == one[-32:].upper()


@pytest.mark.parametrize(
    "text", ["", "V0109999044", "V0109999044" + "a" * 32, "X0109999044" + "A" * 32, "V0109999044" + "A" * 31]
)
def test_what_is_no_message_id_is_told_apart(text: str) -> None:
    assert not is_message_id(text, sender=SENDER)


def test_a_message_id_belongs_to_its_sender() -> None:
    assert not is_message_id(new_message_id("V0109999037"), sender=SENDER)


def test_message_200_has_the_envelope_of_the_decision(signed: bytes) -> None:
    message_id = new_message_id(SENDER)
    general = etree.fromstring(ask_for_code(signed, message_id=message_id)).find("TTChung")
    assert [(child.tag, child.text) for child in general] == [
        ("PBan", "2.1.0"),
        ("MNGui", SENDER),
        ("MNNhan", "TCT"),
        ("MLTDiep", "200"),
        ("MTDiep", message_id),
        ("MTDTChieu", None),
        ("MST", "5699999011"),
        ("SLuong", "1"),
    ]


def test_an_invoice_goes_in_and_comes_out_with_its_bytes(signed: bytes) -> None:
    message = ask_for_code(signed, message_id=new_message_id(SENDER))
    assert signed.removeprefix(DECLARATION) in message
    assert unwrap(message).items == (signed,)


def test_a_code_is_asked_for_an_invoice_that_has_none(signed: bytes) -> None:
    for document in (with_code(signed, "0" * 34), b"<TBao/>", b"<HDon/>"):
        with pytest.raises(ValueError, match="signed invoice"):
            ask_for_code(document, message_id=new_message_id(SENDER))


def test_several_documents_keep_their_order_and_bytes() -> None:
    documents = [b'<?xml version="1.0"?>\n<A x=">"> &amp; </A>', "<B>ệ</B>".encode()]
    message = unwrap(wrap(ENVELOPE, documents))
    assert message.envelope == ENVELOPE
    assert message.items == (DECLARATION + b'<A x=">"> &amp; </A>', DECLARATION + "<B>ệ</B>".encode())


def test_several_invoices_come_out_one_by_one(signed: bytes) -> None:
    assert unwrap(wrap(ENVELOPE, [signed, signed])).items == (signed, signed)


def test_a_message_with_a_wrong_count_is_refused(signed: bytes) -> None:
    with pytest.raises(Refused, match="SLuong"):
        unwrap(wrap(ENVELOPE, [signed]))


@pytest.mark.parametrize("xml", [b"<HDon/>", b"<TDiep/>", b"<TDiep><TTChung/></TDiep>", b"<TDiep>"])
def test_what_is_no_message_is_refused(xml: bytes) -> None:
    with pytest.raises(Refused):
        unwrap(xml)


def test_a_message_holds_two_megabytes_at_most() -> None:
    with pytest.raises(ValueError, match="2 MB"):
        wrap(ENVELOPE, [b"<A>" + b"a" * (MOST_BYTES - 200) + b"</A>"])


def test_an_acknowledgement_reads_back() -> None:
    reasons = (Reason(code="9001", text="Sai <dạng> & chữ"),)
    for given in ((), reasons):
        xml = acknowledgement(message_id="M", sender=SENDER, at=SIGNED_AT, reasons=given)
        assert read_acknowledgement(xml) == Acknowledgement(
            message_id="M", received_at=SIGNED_AT, accepted=not given, reasons=given
        )


def test_an_acknowledgement_with_an_unreadable_time_still_counts() -> None:
    said = read_acknowledgement(b"<TBao><MTDiep>M</MTDiep><NNhan>?</NNhan><TTTNhan>0</TTTNhan></TBao>")
    assert (said.received_at, said.accepted) == (None, True)


def test_a_refusal_is_signed_by_the_authority_and_reads_back(
    signed: bytes, keys: object, trust: Trust
) -> None:
    reasons = (
        Reason(code="9100", text="Mã số thuế sai", advice="Lập lại"),
        Reason(code="9101", text="b" * 400),
    )
    unsigned = refusal(message_id="M", invoice=parse(signed), at=SIGNED_AT, number="1", reasons=reasons)
    document = sign(unsigned, sandbox_authority(keys), place="CQT", at=SIGNED_AT)
    assert [(found.place, found.faults) for found in verify(document, trust=trust)] == [("CQT", ())]
    assert verify(document.replace("Mã số thuế sai".encode(), b"x"), trust=trust)[0].faults == (
        "signature_broken",
    )
    said = read_refusal(document)
    assert (said.kind, said.message_id) == ("1", "M")
    assert said.reasons == (reasons[0], Reason(code="9101", text="b" * 255))


def test_other_notices_are_no_answers() -> None:
    for read in (read_acknowledgement, read_refusal):
        with pytest.raises(Refused):
            read(b"<TBao><Khac/></TBao>")


def test_times_are_written_in_vietnam() -> None:
    xml = acknowledgement(message_id="M", sender=SENDER, at=dt.datetime(2026, 11, 23, 20, tzinfo=dt.UTC))
    assert b"<NNhan>2026-11-24T03:00:00</NNhan>" in xml
