"""Correcting issued invoices: lawful ways only, each draft issued and sent like any other, nothing cancelled."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shop.invoices import corrections, formats, notices, services
from shop.invoices.corrections import NotCorrectable, Obstacle
from shop.invoices.models import (
    DocumentKind,
    ErrorNotice,
    Invoice,
    InvoiceKind,
    InvoiceSeries,
    InvoiceStatus,
    NoticeStatus,
    TaxOffice,
)
from shop.invoices.sales import SaleRecord
from shop.invoices.verifying import verify
from tests.factories import make_cooperative
from tests.shop.invoices.test_services import waiting
from tests.support.authority import running_authority

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def authority(tmp_path: Path, settings: Any) -> Iterator[Any]:
    with running_authority(settings, tmp_path / "keys") as server:
        yield server


def accept(invoice: Invoice) -> Invoice:
    """Issued, sent and answered."""
    services.transmit(services.issue(invoice=invoice).pk)
    accepted = services.transmit(invoice.pk, now=timezone.now() + dt.timedelta(minutes=10))
    assert accepted.status == InvoiceStatus.ACCEPTED, accepted.rejection
    return accepted


@pytest.fixture
def first() -> Invoice:
    """2 taro 210.000 (exempt), 1 tea 180.000 and delivery 35.000 (8 %), accepted."""
    return accept(waiting(make_cooperative(tax_code="5699999011"), "HTAAAAAAAA-1"))


def with_tea_at(record: SaleRecord, amount: int) -> SaleRecord:
    taro, tea, delivery = record.lines
    return dataclasses.replace(record, lines=(taro, dataclasses.replace(tea, gross_amount=amount), delivery))


def adjust(invoice: Invoice, amount: int) -> Invoice:
    after = with_tea_at(corrections.standing_sale(invoice), amount)
    return corrections.open_adjustment(invoice=invoice, after=after, reason="Ghi nhầm giá chè", by=None)


def replace(invoice: Invoice, amount: int) -> Invoice:
    after = with_tea_at(corrections.standing_sale(invoice), amount)
    return corrections.open_replacement(invoice=invoice, after=after, reason="Ghi nhầm giá chè", by=None)


def refused(call: Any, *args: Any, **kwargs: Any) -> Obstacle:
    rows = Invoice.objects.count()
    with pytest.raises(NotCorrectable) as refusal:
        call(*args, **kwargs)
    assert Invoice.objects.count() == rows
    return refusal.value.obstacle


def test_an_adjustment_is_numbered_signed_and_accepted_like_any_invoice(first: Invoice) -> None:
    draft = adjust(first, 150_000)
    assert (draft.kind, draft.status, draft.total_amount) == ("adjustment", InvoiceStatus.TO_ISSUE, -30_000)
    adjusted = accept(draft)
    content = formats.read(services.signed_xml(adjusted))
    assert (adjusted.number, content.total, content.related.number) == (2, -30_000, "1")
    assert content.related.note == corrections.correction_sentence(adjusted)
    assert content.related.note.startswith("Điều chỉnh cho hóa đơn Mẫu số 1 ký hiệu")
    first.refresh_from_db()
    assert (first.number, first.total_amount, first.status) == (1, 425_000, InvoiceStatus.ACCEPTED)
    assert [one.pk for one in corrections.chain_of(first)] == [first.pk, adjusted.pk]
    assert corrections.later_corrections(first) == [adjusted]


def test_adjusted_once_means_adjusted_again_from_what_stands_now(first: Invoice) -> None:
    accept(adjust(first, 150_000))
    assert refused(replace, first, 1) == Obstacle.ADJUSTED_BEFORE
    second = accept(adjust(first, 160_000))
    assert (second.total_amount, second.number) == (10_000, 3)
    assert corrections.standing_sale(first).total_amount == 405_000
    assert first.total_amount + sum(one.total_amount for one in first.corrections.all()) == 405_000


def test_replaced_once_means_the_replacement_is_replaced(first: Invoice) -> None:
    replaced = accept(replace(first, 150_000))
    content = formats.read(services.signed_xml(replaced))
    assert (content.total, len(content.lines)) == (395_000, 3)
    assert refused(replace, first, 1) == Obstacle.REPLACED
    assert refused(adjust, first, 1) == Obstacle.REPLACED
    assert refused(adjust, replaced, 1) == Obstacle.REPLACED_BEFORE
    third = accept(replace(replaced, 140_000))
    assert formats.read(services.signed_xml(third)).related.number == str(replaced.number)


def test_returned_goods_are_an_adjustment_even_of_a_replacement(first: Invoice) -> None:
    replaced = accept(replace(first, 150_000))
    back = corrections.open_return(invoice=replaced, counts=[1, 0, 0], reason="Khoai dập", by=None)
    assert (back.kind, back.cause, back.total_amount) == ("adjustment", "return", -105_000)
    (line,) = formats.read(services.signed_xml(accept(back))).lines
    assert (line.name, line.quantity, line.amount) == ("Hàng trả lại: Khoai sọ Tà Xùa củ tươi", -1, -105_000)
    too_many = [2, 0, 0]
    assert (
        refused(corrections.open_return, invoice=replaced, counts=too_many, reason="x", by=None)
        == Obstacle.DOES_NOT_FIT
    )
    assert corrections.ways_to_correct(replaced).adjust is None


def test_one_correction_at_a_time(first: Invoice) -> None:
    draft = adjust(first, 150_000)
    assert refused(adjust, first, 140_000) == Obstacle.UNFINISHED
    corrections.drop_draft(correction=draft)
    corrections.drop_draft(correction=draft)
    services.issue(invoice=adjust(first, 140_000))
    assert refused(replace, first, 1) == Obstacle.UNFINISHED  # signed, but the authority has not answered
    with pytest.raises(IntegrityError), transaction.atomic():
        for _ in range(2):
            copy = Invoice.objects.get(pk=first.pk)
            copy.pk, copy.status, copy.kind, copy.corrects = None, "to-issue", "adjustment", first
            copy.series = copy.number = copy.issued_on = None
            copy.outcome, copy.lookup_code = {}, services.new_lookup_code()
            copy.save()


def test_what_is_issued_is_never_dropped(first: Invoice) -> None:
    issued = services.issue(invoice=adjust(first, 150_000))
    for row in (issued, first):
        with pytest.raises(ValueError, match="not a draft"):
            corrections.drop_draft(correction=row)
    assert Invoice.objects.count() == 2


def test_nothing_is_corrected_before_the_authority_has_accepted_it() -> None:
    signed = services.issue(invoice=waiting(make_cooperative(tax_code="5699999011"), "HTAAAAAAAA-1"))
    assert refused(adjust, signed, 1) == Obstacle.NOT_ACCEPTED
    ways = corrections.ways_to_correct(signed)
    assert {ways.notice, ways.adjust, ways.replace, ways.take_back} == {Obstacle.NOT_ACCEPTED}
    assert not ways.any_open


def test_an_adjustment_itself_is_corrected_on_the_invoice_it_adjusts(first: Invoice) -> None:
    adjusted = accept(adjust(first, 150_000))
    assert corrections.ways_to_correct(adjusted).adjust == Obstacle.IS_ADJUSTMENT


def test_a_correction_that_changes_nothing_or_cannot_be_drawn_is_refused(first: Invoice) -> None:
    assert refused(adjust, first, 180_000) == Obstacle.SAME_AS_BEFORE
    assert refused(replace, first, 180_000) == Obstacle.SAME_AS_BEFORE
    assert (
        refused(corrections.open_return, invoice=first, counts=[0, 0, 0], reason="", by=None)
        == Obstacle.SAME_AS_BEFORE
    )
    standing = corrections.standing_sale(first)
    too_much_off = dataclasses.replace(standing, discount_amount=10**9)
    for service in (corrections.open_adjustment, corrections.open_replacement):
        assert (
            refused(service, invoice=first, after=too_much_off, reason="", by=None) == Obstacle.DOES_NOT_FIT
        )


def test_a_sale_of_december_is_corrected_in_january_at_the_rate_of_december() -> None:
    seller = make_cooperative(tax_code="5699999011")
    december = dt.datetime(2026, 12, 30, 5, tzinfo=dt.UTC)
    first = services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"), now=december)
    Invoice.objects.filter(pk=first.pk).update(status=InvoiceStatus.ACCEPTED)
    first.refresh_from_db()
    january = services.issue(invoice=adjust(first, 150_000), now=december + dt.timedelta(days=4))
    content = formats.read(services.signed_xml(january))
    assert (january.series.symbol, january.number) == ("C27TAA", 1)
    assert [(rate.rate, rate.net_amount, rate.vat_amount) for rate in content.rates] == [
        ("8%", -27_778, -2_222)
    ]


def test_till_invoices_are_only_replaced(first: Invoice) -> None:
    till = InvoiceSeries(form=1, symbol="C26MAA")
    first.series = till
    ways = corrections.ways_to_correct(first)
    assert (ways.adjust, ways.replace, ways.take_back) == (Obstacle.FROM_TILL, None, None)


@pytest.mark.parametrize(
    "change",
    [{"kind": "original"}, {"corrects": None}, {"reason": "x"}, {"outcome": {}}, {"buyer_name": "x"},
     {"authority_code": "0" * 34}],
)  # fmt: skip
def test_the_database_refuses_to_change_an_issued_correction(first: Invoice, change: dict[str, Any]) -> None:
    adjusted = accept(adjust(first, 150_000))
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=adjusted.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM invoices_invoice WHERE id = %s", [adjusted.pk])


@pytest.mark.parametrize("change", [{"last_number": 0}, {"symbol": "C26TZZ"}, {"last_issued_on": None}])
def test_the_database_refuses_to_turn_a_used_series_back(first: Invoice, change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceSeries.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM invoices_invoiceseries")


def test_a_wrong_address_is_told_to_the_authority_and_leaves_the_invoice_alone(first: Invoice) -> None:
    TaxOffice.objects.create(seller=first.seller, code="11701", name="Thuế cơ sở 2 Sơn La", place="Sơn La")
    notice = notices.open_notice(invoice=first, reason="Sai địa chỉ: đúng là 12 Phố Huế", by=None)
    signed = notices.sign_notice(notice=notice)
    assert notices.sign_notice(notice=signed) == notices.sign_notice(notice=notice) == signed
    xml = notices.notice_xml(signed)
    (signature,) = verify(xml)
    assert (signature.place, signature.faults, signature.tax_code) == ("NNT", (), "5699999011")
    for part in (
        "04/SS-HĐĐT",
        f"<MCQTCap>{first.authority_code}</MCQTCap>",
        "<TCTBao>4</TCTBao>",
        "12 Phố Huế",
    ):
        assert part in xml.decode()
    assert signed.status == NoticeStatus.SIGNED
    assert first.documents.filter(kind=DocumentKind.NOTICE, message_type="300").count() == 1
    assert services.signed_xml(first) != xml
    assert Invoice.objects.filter(kind=InvoiceKind.ORIGINAL).count() == Invoice.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        ErrorNotice.objects.update(reason="khác")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM invoices_errornotice")


def test_a_notice_needs_a_tax_office_to_go_to(first: Invoice) -> None:
    notice = notices.open_notice(invoice=first, reason="Sai tên", by=None)
    with pytest.raises(TaxOffice.DoesNotExist):
        notices.sign_notice(notice=notice)
    notice.refresh_from_db()
    assert (notice.status, notice.document) == (NoticeStatus.TO_SIGN, None)
    with pytest.raises(Exception, match="not signed"):
        notices.notice_xml(notice)
