"""Notices 04/SS at VNPT: passed on once, never twice, and what people find out at its site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from shop.audit.models import Entry
from shop.invoices import notices
from shop.invoices.draft import Seller
from shop.invoices.gateways.vnpt import VnptAccount, VnptGateway
from shop.invoices.keys import NoAccount
from shop.invoices.models import DocumentKind, ErrorNotice, Invoice, NoticeStatus, TaxOffice
from shop.invoices.passed_notices import NoticeResult, NotToSettle, results_for, settle_notice
from shop.invoices.sandbox_keys import sandbox_authority, sandbox_signer
from tests.factories import make_cooperative
from tests.fakes import invoice_providers as fakes
from tests.shop.invoices.examples import SELLER
from tests.shop.invoices.test_corrections import accept
from tests.shop.invoices.test_services import waiting
from tests.support.market import Market

pytestmark = pytest.mark.django_db

TAX_CODE = "5699999011"
QUICK = (0.5, 0.5)


@pytest.fixture
def provider(keys: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[fakes.ProviderServer]:
    signer = sandbox_signer(keys, tax_code=TAX_CODE, name=SELLER.name)
    facts = Seller(name=SELLER.name, tax_code=TAX_CODE, address=SELLER.address)
    with fakes.running_provider(
        fakes.Vnpt, seller=signer, authority=sandbox_authority(keys), facts=facts
    ) as running:
        account = VnptAccount(
            tax_code=TAX_CODE,
            user=fakes.USER,
            password=fakes.PASSWORD,
            account=fakes.ACCOUNT,
            account_password=fakes.ACCOUNT_PASSWORD,
        )
        monkeypatch.setattr(
            notices, "gateway_of", lambda seller: VnptGateway(account, url=running.url, timeout=QUICK)
        )
        yield running


@pytest.fixture
def first(authority: Any) -> Invoice:
    invoice = accept(waiting(make_cooperative(tax_code=TAX_CODE), "HTAAAAAAAA-1"))
    TaxOffice.objects.create(seller=invoice.seller, code="11701", name="Thuế cơ sở 2 Sơn La", place="Sơn La")
    return invoice


def signed(invoice: Invoice) -> ErrorNotice:
    opened = notices.open_notice(invoice=invoice, reason="Sai địa chỉ: đúng là 12 Phố Huế & ngõ 3", by=None)
    return notices.sign_notice(notice=opened)


def step(notice: ErrorNotice, *, minutes: int = 0) -> ErrorNotice:
    return notices.transmit_notice(notice.pk, now=timezone.now() + dt.timedelta(minutes=minutes))


def test_vnpt_gets_what_the_notice_says_and_its_number_is_kept(
    first: Invoice, provider: fakes.ProviderServer
) -> None:
    notice = signed(first)
    assert (notice.message_id, notice.status) == ("", NoticeStatus.SIGNED)
    sent = step(notice)
    assert (sent.status, sent.passed_as, sent.next_try_at) == (NoticeStatus.SENT, "V00001", None)
    (told,) = provider.books.notices
    content = etree.fromstring(told)
    ours = etree.fromstring(notices.notice_xml(notice)).find("DLTBao")
    assert [part.tag for part in content] == ["TNNT", "MST", "TCQT", "NTBao", "DDanh", "Loai", "DSHDon"]
    for path in ("TNNT", "TCQT", "DSHDon/HDon/MCQTCap", "DSHDon/HDon/SHDon", "DSHDon/HDon/LDo"):
        assert content.findtext(path) == ours.findtext(path), path
    kept = first.documents.get(kind=DocumentKind.SENT_MESSAGE, message_type="300")
    assert bytes(kept.body).decode() == told
    assert fakes.PASSWORD.encode() not in bytes(kept.body)


def test_after_a_lost_answer_it_is_unclear_and_nothing_goes_twice(
    first: Invoice, provider: fakes.ProviderServer
) -> None:
    notice = signed(first)
    provider.books.mood = "lost_reply"
    unclear = step(notice)
    assert (unclear.status, unclear.next_try_at) == (NoticeStatus.UNCLEAR, None)
    provider.books.mood = "normal"
    assert notices.transmit_due_notices(timezone.now() + dt.timedelta(days=30)) == 0
    assert step(notice, minutes=600).status == NoticeStatus.UNCLEAR
    assert len(provider.books.notices) == 1
    assert list(notices.with_failed_notice(Invoice.objects.all())) == [first], "somebody is told"


def test_while_the_seller_has_no_account_it_waits_and_was_never_sent(
    first: Invoice, provider: fakes.ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = signed(first)

    def none(seller: object) -> NoReturn:
        raise NoAccount("VNPT")

    with monkeypatch.context() as gone:
        gone.setattr(notices, "gateway_of", none)
        assert notices.transmit_due_notices(timezone.now()) == 1
        notice.refresh_from_db()
        assert notice.status == NoticeStatus.SIGNED
        assert notice.next_try_at is not None and notice.next_try_at > timezone.now()
        with pytest.raises(NoAccount):
            signed(accept(waiting(first.seller, "HTAAAAAAAA-2")))
        assert ErrorNotice.objects.latest("pk").status == NoticeStatus.TO_SIGN
    assert step(notice, minutes=10).status == NoticeStatus.SENT
    assert len(provider.books.notices) == 1


def test_whoever_dies_during_the_call_leaves_it_unclear(
    first: Invoice, provider: fakes.ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = signed(first)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(VnptGateway, "pass_on", dies)
    with pytest.raises(KeyboardInterrupt):
        step(notice)
    notice.refresh_from_db()
    assert (notice.status, notice.next_try_at) == (NoticeStatus.UNCLEAR, None)


def test_a_refusal_is_shown_in_words_and_another_may_follow(
    first: Invoice, provider: fakes.ProviderServer
) -> None:
    provider.books.mood = "reject"
    refused = step(signed(first))
    assert refused.status == NoticeStatus.REJECTED
    assert refused.rejection == "Đơn vị chưa đăng ký chứng thư số (ERR:22)"
    provider.books.mood = "normal"
    assert step(signed(first)).status == NoticeStatus.SENT


@pytest.mark.parametrize("mood", ["down", "garbage"])
def test_what_is_no_answer_is_unclear(first: Invoice, provider: fakes.ProviderServer, mood: str) -> None:
    provider.books.mood = mood
    assert step(signed(first)).status == NoticeStatus.UNCLEAR


def test_somebody_who_saw_that_it_never_arrived_sends_it_again(
    first: Invoice, provider: fakes.ProviderServer
) -> None:
    provider.books.mood = "down"
    notice = step(signed(first))
    provider.books.mood = "normal"
    again = settle_notice(notice=notice, found=NoticeResult.AGAIN, text="", by=None)
    assert again.status == NoticeStatus.SIGNED
    assert notices.transmit_due_notices(timezone.now() + dt.timedelta(seconds=1)) == 1
    again.refresh_from_db()
    assert (again.status, again.passed_as) == (NoticeStatus.SENT, "V00001")


@pytest.mark.parametrize(
    ("found", "text", "status"),
    [
        (NoticeResult.ACCEPTED, "", NoticeStatus.ACCEPTED),
        (NoticeResult.REJECTED, "Sai mã cơ quan thuế", NoticeStatus.REJECTED),
    ],
)
def test_what_the_authority_said_is_noted_once_and_logged(
    first: Invoice, provider: fakes.ProviderServer, found: NoticeResult, text: str, status: NoticeStatus
) -> None:
    notice = step(signed(first))
    settled = settle_notice(notice=notice, found=found, text=text, by=None)
    assert (settled.status, settled.rejection, settled.passed_as) == (status, text, "V00001")
    entry = Entry.objects.get(verb="notice-settled")
    assert entry.reason == f"{found.label}. {text}".strip()
    with pytest.raises(NotToSettle):
        settle_notice(notice=notice, found=NoticeResult.ACCEPTED, text="", by=None)


def test_a_notice_handed_in_at_the_site_gets_its_result_too(
    first: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "gateway_of", lambda seller: object())
    notice = signed(first)
    assert NoticeResult.AGAIN not in results_for(notice)
    handed_in = settle_notice(notice=notice, found=NoticeResult.HANDED_IN, text="TB-77", by=None)
    assert (handed_in.status, handed_in.passed_as) == (NoticeStatus.SENT, "TB-77")
    done = settle_notice(notice=handed_in, found=NoticeResult.ACCEPTED, text="", by=None)
    assert (done.status, done.passed_as) == (NoticeStatus.ACCEPTED, "TB-77")


def test_people_note_nothing_where_the_exchange_goes_by_itself(first: Invoice) -> None:
    notice = signed(first)
    assert results_for(notice) == []
    with pytest.raises(NotToSettle):
        settle_notice(notice=notice, found=NoticeResult.ACCEPTED, text="", by=None)


def test_a_signed_notice_stays_frozen(first: Invoice, provider: fakes.ProviderServer) -> None:
    notice = step(signed(first))
    with pytest.raises(IntegrityError), transaction.atomic():
        ErrorNotice.objects.filter(pk=notice.pk).update(reason="Khác")
    with pytest.raises(IntegrityError), transaction.atomic():
        notice.delete()


def test_the_desk_notes_a_result_at_its_field(market: Market, client: Any, authority: Any) -> None:
    notice = ErrorNotice.objects.create(invoice=market.invoice_a, reason="Sai tên")
    document = market.invoice_a.documents.create(kind=DocumentKind.NOTICE, sha256="0" * 64, body=b"<TBao/>")
    ErrorNotice.objects.filter(pk=notice.pk).update(status=NoticeStatus.UNCLEAR, document=document)
    client.force_login(market.people["invoice_staff"], backend="shop.accounts.backends.EmailOrPhoneBackend")
    address = reverse("panel:settle_notice", args=[market.invoice_a.pk, notice.pk])
    page = client.get(reverse("panel:invoice", args=[market.invoice_a.pk])).content.decode()
    assert "Mở trang của họ xem thông báo đã tới chưa" in page
    assert address in page
    refused = client.post(address, {"found": "rejected", "text": " "})
    assert refused.status_code == 422
    assert "Ghi lý do cơ quan thuế không nhận." in refused.content.decode()
    assert client.post(address, {"found": "nothing"}).status_code == 422
    noted = client.post(address, {"found": "rejected", "text": "Sai mã"}, follow=True).content.decode()
    assert "Đã ghi kết quả của thông báo 04/SS." in noted
    notice.refresh_from_db()
    assert (notice.status, notice.rejection) == (NoticeStatus.REJECTED, "Sai mã")
    late = client.post(address, {"found": "accepted"}, follow=True).content.decode()
    assert "không chờ ghi kết quả nữa" in late
