"""Notices of errors on their way to the authority: sent once, answered, archived, and mended when refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from shop.invoices import notices
from shop.invoices.exchange import unwrap
from shop.invoices.gateway import Receipt, State
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.models import DocumentKind, ErrorNotice, Invoice, NoticeStatus, TaxOffice
from shop.invoices.notice_exchange import read_outcome, tell
from shop.invoices.reading import Refused
from shop.sandbox.authority import Authority, Mood
from tests.factories import make_cooperative
from tests.shop.invoices.test_corrections import accept
from tests.shop.invoices.test_services import waiting
from tests.support.authority import earlier_authority, running_authority
from tests.support.standing import Standing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("authority")]


def sell() -> Invoice:
    invoice = accept(waiting(make_cooperative(tax_code="5699999011"), "HTAAAAAAAA-1"))
    TaxOffice.objects.create(seller=invoice.seller, code="11701", name="Thuế cơ sở 2 Sơn La", place="Sơn La")
    return invoice


@pytest.fixture(scope="module")
def standing_first(standing: Standing, earlier: Path) -> Callable[[], Invoice]:
    with earlier_authority(earlier):
        return standing.keep(sell)


@pytest.fixture
def first(standing_first: Callable[[], Invoice]) -> Invoice:
    return standing_first()


@pytest.fixture
def authority(
    tmp_path: Path, settings: Any, earlier: Path, standing_first: Callable[[], Invoice]
) -> Iterator[Authority]:
    with running_authority(settings, tmp_path / "keys", like=earlier) as server:
        yield server.mounts["tax"].authority


def signed(invoice: Invoice, reason: str = "Sai địa chỉ: đúng là 12 Phố Huế") -> ErrorNotice:
    return notices.sign_notice(notice=notices.open_notice(invoice=invoice, reason=reason, by=None))


def step(notice: ErrorNotice, *, minutes: int = 0) -> ErrorNotice:
    return notices.transmit_notice(notice.pk, now=timezone.now() + dt.timedelta(minutes=minutes))


def messages_of(invoice: Invoice) -> list[tuple[str, str]]:
    kept = invoice.documents.filter(message_type__in=("300", "301")).order_by("pk")
    return [(document.kind, document.message_type) for document in kept]


def test_a_notice_is_sent_acknowledged_and_received(first: Invoice) -> None:
    notice = signed(first)
    sent = step(notice)
    assert (sent.status, sent.tries) == (NoticeStatus.SENT, 1)
    received = step(notice, minutes=5)
    assert (received.status, received.rejection, received.next_try_at) == (NoticeStatus.ACCEPTED, "", None)
    assert messages_of(first) == [
        (DocumentKind.NOTICE, "300"),
        (DocumentKind.SENT_MESSAGE, "300"),
        (DocumentKind.RECEIVED_MESSAGE, "301"),
    ]
    envelope = unwrap(bytes(first.documents.get(kind=DocumentKind.SENT_MESSAGE, message_type="300").body))
    assert (envelope.envelope.kind, envelope.envelope.tax_code) == ("300", "5699999011")
    assert envelope.items == (notices.notice_xml(notice),)
    assert step(notice, minutes=90) == received, "what is done is not asked again"
    assert received.tries == ErrorNotice.objects.get().tries == 2


def test_the_round_takes_up_what_a_lost_job_left_behind(first: Invoice) -> None:
    signed(first)
    now = timezone.now()
    assert notices.transmit_due_notices(now + dt.timedelta(seconds=1)) == 1
    assert notices.transmit_due_notices(now + dt.timedelta(minutes=5)) == 1
    assert notices.transmit_due_notices(now + dt.timedelta(hours=5)) == 0
    assert ErrorNotice.objects.get().status == NoticeStatus.ACCEPTED


def test_an_acknowledgement_that_never_came_makes_no_second_notice(first: Invoice, authority: Any) -> None:
    notice = signed(first)
    authority.set_mood(Mood.LOST_REPLY)
    assert step(notice).status == NoticeStatus.SIGNED
    authority.set_mood(Mood.NORMAL)
    assert step(notice, minutes=5).status == NoticeStatus.ACCEPTED
    assert not first.documents.filter(kind=DocumentKind.SENT_MESSAGE, message_type="300").exists()


def test_while_the_authority_is_away_it_is_tried_later(first: Invoice, authority: Any) -> None:
    notice = signed(first)
    authority.set_mood(Mood.DOWN)
    waits = step(notice)
    assert (waits.status, waits.tries) == (NoticeStatus.SIGNED, 1)
    assert waits.next_try_at is not None
    assert waits.next_try_at > timezone.now()
    authority.set_mood(Mood.NORMAL)
    assert step(notice, minutes=5).status == NoticeStatus.SENT


def test_a_refused_notice_says_why_and_another_may_follow(first: Invoice, authority: Any) -> None:
    authority.set_mood(Mood.REJECT)
    notice = signed(first)
    step(notice)
    refused = step(notice, minutes=5)
    assert refused.status == NoticeStatus.REJECTED
    assert "(9199)" in refused.rejection
    assert list(notices.with_failed_notice(Invoice.objects.all())) == [first]
    authority.set_mood(Mood.NORMAL)
    second = signed(first, "Sai tên: đúng là Nguyễn Thị Mẫu")
    assert not notices.with_failed_notice(Invoice.objects.all()).exists()
    step(second)
    assert step(second, minutes=5).status == NoticeStatus.ACCEPTED
    refused.refresh_from_db()
    assert refused.status == NoticeStatus.REJECTED


def test_a_provider_that_carries_no_notices_leaves_it_to_the_staff(
    first: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "gateway_of", lambda seller: object())
    notice = signed(first)
    assert (notice.status, notice.message_id, notice.next_try_at) == (NoticeStatus.SIGNED, "", None)
    assert notices.transmit_due_notices(timezone.now() + dt.timedelta(days=1)) == 0


def test_a_receipt_without_the_authoritys_seal_counts_for_nothing(
    first: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = signed(first)
    step(notice)
    fetch = SandboxGateway.fetch

    def unsealed(self: SandboxGateway, message_id: str) -> Receipt:
        receipt = fetch(self, message_id)
        assert receipt.state == State.ACCEPTED
        bare = receipt.document[: receipt.document.index(b"<DSCKS>")] + b"</TBao>"
        return Receipt(message_id=message_id, state=receipt.state, document=bare)

    monkeypatch.setattr(SandboxGateway, "fetch", unsealed)
    answered = step(notice, minutes=5)
    assert (answered.status, answered.rejection) == (NoticeStatus.REJECTED, "Thiếu chữ ký số.")


@pytest.mark.parametrize("document", [b"<TBao/>", b"<TBao><DLTBao><MSo>01/TB-KTDL</MSo></DLTBao></TBao>"])
def test_another_form_is_no_answer_to_a_notice(document: bytes) -> None:
    with pytest.raises(Refused):
        read_outcome(document)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("04/SS-HĐĐT", "04/SS", "9401"),
        ("<Loai>1<", "<Loai>3<", "9402"),
        ("<MCQT>11701<", "<MCQT>117<", "9404"),
        ("<NTBao>20", "<NTBao>30", "9405"),
        ("<TCTBao>4<", "<TCTBao>1<", "9411"),
        ("<LDo>Sai", "<LDo> </LDo><LDo>Sai", "9412"),
        ("<SHDon>1<", "<SHDon>7<", "9413"),
        ("<Ngay>20", "<Ngay>19", "9414"),
        ("<MCQTCap>00", "<MCQTCap>11", "9415"),
    ],
)
def test_the_authority_finds_what_is_wrong_with_a_notice(
    first: Invoice, authority: Any, old: str, new: str, code: str
) -> None:
    """Changed after signing: beside its own fault each is also told that the seal is broken."""
    notice = signed(first)
    xml = notices.notice_xml(notice).decode()
    assert xml.count(old) == 1
    message = tell(xml.replace(old, new).encode(), message_id=notice.message_id)
    authority.receive(message)
    outcome = read_outcome(unwrap(authority.answer(notice.message_id)).items[0])
    assert not outcome.is_received
    assert [reason.code for reason in outcome.reasons] == [code, "9282"]


def test_a_notice_about_another_sellers_invoice_is_not_received(first: Invoice, authority: Any) -> None:
    notice = signed(first)
    xml = notices.notice_xml(notice).decode().replace("<MST>5699999011<", "<MST>5699999212<")
    authority.receive(tell(xml.encode(), message_id=notice.message_id))
    outcome = read_outcome(unwrap(authority.answer(notice.message_id)).items[0])
    assert "9413" in [reason.code for reason in outcome.reasons]
