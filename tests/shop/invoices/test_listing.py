"""Several invoices corrected at once: one correcting invoice with its list 01/BK-ĐCTT (message 208)."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from lxml import etree

from catalog.models import Cooperative
from shop.invoices import corrections, formats, issuing, listing, services
from shop.invoices.corrections import NotCorrectable, Obstacle
from shop.invoices.draft import Buyer
from shop.invoices.exchange import new_message_id, read_acknowledgement, read_refusal, unwrap
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.keys import signer_of
from shop.invoices.list_content import list_xml
from shop.invoices.list_exchange import with_list
from shop.invoices.models import CorrectionList, DocumentKind, Invoice, InvoiceStatus, ListedInvoice
from shop.invoices.numbering import NotIssued
from shop.invoices.sales import business
from shop.invoices.signing import sign
from shop.invoices.verifying import verify
from shop.sandbox.authority import Authority
from tests.factories import make_cooperative
from tests.shop.invoices.test_services import waiting
from tests.support.authority import earlier_authority, running_authority
from tests.support.standing import Standing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("authority")]
COMPANY = business(name="Công ty TNHH Thực phẩm Mẫu", tax_code="0199999021", address="Số 2 đường Mẫu")


def accept(invoice: Invoice) -> Invoice:
    services.transmit(services.issue(invoice=invoice).pk)
    return services.transmit(invoice.pk, now=timezone.now() + dt.timedelta(minutes=10))


def sell_three() -> list[Invoice]:
    """Three accepted invoices of 425.000 to one company."""
    seller = make_cooperative(tax_code="5699999011")
    return [accept(waiting(seller, f"HTAAAAAAA{letter}-1", buyer=COMPANY)) for letter in "ABC"]


@pytest.fixture(scope="module")
def standing_three(standing: Standing, earlier: Path) -> Callable[[], list[Invoice]]:
    with earlier_authority(earlier):
        return standing.keep(sell_three)


@pytest.fixture
def three(standing_three: Callable[[], list[Invoice]]) -> list[Invoice]:
    return standing_three()


@pytest.fixture
def seller(three: list[Invoice]) -> Cooperative:
    return three[0].seller


@pytest.fixture
def authority(
    tmp_path: Path, settings: Any, earlier: Path, standing_three: Callable[[], list[Invoice]]
) -> Iterator[Authority]:
    with running_authority(settings, tmp_path / "keys", like=earlier) as server:
        yield server.mounts["tax"].authority


def adjusted(three: list[Invoice], *amounts: int) -> Invoice:
    changes = {invoice.pk: amount for invoice, amount in zip(three, amounts, strict=False)}
    return listing.open_adjustment_of_many(changes=changes, reason="Chiết khấu cuối tháng", by=None)


def test_money_taken_off_several_invoices_makes_one_adjustment_and_its_list(
    three: list[Invoice], tmp_path: Path
) -> None:
    assert listing.companions(three[1]) == [three[1], three[0], three[2]]
    draft = adjusted(three, -25_000, -42_500)
    assert (draft.total_amount, draft.list.number) == (-67_500, f"BK{timezone.localdate().year}-0001")
    done = accept(draft)
    assert done.status == InvoiceStatus.ACCEPTED, done.rejection
    content = formats.read(services.signed_xml(done))
    assert content.related is not None
    assert (content.related.list_number, content.related.number) == (draft.list.number, "")
    assert content.related.note.startswith("Điều chỉnh cho các hóa đơn trên bảng kê số BK")
    assert [corrections.standing_sale(invoice).total_amount for invoice in three] == [
        400_000,
        382_500,
        425_000,
    ]
    signed = done.documents.get(kind=DocumentKind.LIST)
    assert [(found.place, found.faults) for found in verify(bytes(signed.body))] == [("NBan", ())]
    path = tmp_path / "list.xml"
    path.write_bytes(bytes(signed.body))
    command = [
        "xmlsec1",
        "--verify",
        "--insecure",
        "--id-attr:Id",
        "NDBKe",
        "--id-attr:Id",
        "Object",
        str(path),
    ]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "OK" in checked.stdout + checked.stderr
    root = etree.fromstring(bytes(signed.body))
    assert [row.findtext("TTTDChinh/SHDon") for row in root.iter("HHDVu")] == ["1"] * 3 + ["2"] * 3
    assert sum(int(row.findtext("CLech/TgTTTCLech")) for row in root.iter("HHDVu")) == -67_500
    assert sum(int(row.findtext("TTTDChinh/TgTSTGoc")) for row in root.iter("HHDVu")) == 850_000
    assert sum(int(row.findtext("TTSDChinh/TgTSTTDoi")) for row in root.iter("HHDVu")) == 782_500
    (message,) = done.documents.filter(message_type="208")
    assert [etree.fromstring(item).tag for item in unwrap(bytes(message.body)).items] == ["HDon", "BKe"]


def test_a_wrong_buyer_on_several_invoices_is_replaced_by_one(three: list[Invoice]) -> None:
    buyer = Buyer(name="Công ty TNHH Đúng Tên", tax_code="0109999037", address="Số 3 đường Mẫu")
    draft = listing.open_replacement_of_many(
        invoices=[three[0].pk, three[2].pk], buyer=buyer, reason="Sai mã số thuế", by=None
    )
    done = accept(draft)
    assert done.status == InvoiceStatus.ACCEPTED, done.rejection
    content = formats.read(services.signed_xml(done))
    assert (content.total, content.buyer.tax_code, len(content.lines)) == (850_000, "0109999037", 6)
    assert [corrections.ways_to_correct(invoice).replace for invoice in three] == [
        Obstacle.REPLACED,
        None,
        Obstacle.REPLACED,
    ]
    assert done in corrections.chain_of(three[2])
    assert set(corrections.chain_of(done)) >= {three[0], three[2], done}
    assert corrections.later_corrections(three[2]) == [done]


def test_the_next_correction_starts_from_what_the_list_left(three: list[Invoice]) -> None:
    accept(adjusted(three, -25_000, -25_000))
    again = accept(adjusted(three, 0, -400_000, -1_000))
    assert again.status == InvoiceStatus.ACCEPTED, again.rejection
    assert [corrections.standing_sale(invoice).total_amount for invoice in three] == [400_000, 0, 424_000]
    assert [made.number[-4:] for made in CorrectionList.objects.all()] == ["0001", "0002"]


def refusal(call: Any) -> Obstacle:
    with pytest.raises(NotCorrectable) as refused:
        call()
    assert not ListedInvoice.objects.exists()
    return refused.value.obstacle


def test_what_may_not_stand_on_one_list_is_refused(three: list[Invoice], seller: Cooperative) -> None:
    other_buyer = accept(waiting(seller, "HTAAAAAAAD-1"))
    namesakes = [accept(waiting(seller, f"HTAAAAAAA{letter}-1")) for letter in "FG"]
    other_seller = accept(
        waiting(make_cooperative("khac", tax_code="0109999037"), "HTAAAAAAAE-1", buyer=COMPANY)
    )
    assert refusal(lambda: adjusted(three, -1_000)) == Obstacle.TOO_FEW
    assert refusal(lambda: adjusted([three[0], other_buyer], -1, -1)) == Obstacle.NOT_TOGETHER
    assert refusal(lambda: adjusted(namesakes, -1, -1)) == Obstacle.NOT_TOGETHER  # perhaps two people
    assert refusal(lambda: adjusted([three[0], other_seller], -1, -1)) == Obstacle.NOT_TOGETHER
    assert refusal(lambda: adjusted(three, -1, -425_001)) == Obstacle.DOES_NOT_FIT
    same = Buyer(name=COMPANY.name, tax_code=COMPANY.tax_code, address=COMPANY.address)
    pks = [invoice.pk for invoice in three]
    assert (
        refusal(lambda: listing.open_replacement_of_many(invoices=pks, buyer=same, reason="x", by=None))
        == Obstacle.SAME_AS_BEFORE
    )


def test_while_a_list_waits_its_invoices_wait_too_and_a_dropped_one_lets_them_go(
    three: list[Invoice],
) -> None:
    draft = adjusted(three, -1_000, -1_000)
    assert [corrections.ways_to_correct(invoice).adjust for invoice in three] == [
        Obstacle.UNFINISHED,
        Obstacle.UNFINISHED,
        None,
    ]
    corrections.drop_draft(correction=draft)
    assert corrections.ways_to_correct(three[1]).adjust is None
    assert not CorrectionList.objects.exists()


def one_more(tag: bytes, listed: bytes) -> bytes:
    """The list with one đồng more in the first of these tags."""
    return re.sub(rb"<%b>(-?\d+)" % tag, lambda found: b"<%b>%d" % (tag, int(found[1]) + 1), listed, count=1)


def said(authority: Authority, draft: Invoice, change: tuple[bytes, bytes] | None) -> list[str]:
    """What the authority finds wrong with the list if it is changed so and signed all the same."""
    issued = services.issue(invoice=draft)
    listed = list_xml(issued)
    if change and not change[1]:  # names of tags that say one đồng more
        for tag in change[0].split():
            listed = one_more(tag, listed)
    elif change:
        assert change[0] in listed
        listed = listed.replace(*change)
    message_id = new_message_id("0109999044")
    signed = sign(listed, signer_of(issued.seller), place="NBan", at=timezone.now())
    message = with_list(services.signed_xml(issued), signed, message_id=message_id)
    assert read_acknowledgement(unwrap(authority.receive(message)).items[0]).accepted
    answer = unwrap(authority.answer(message_id) or b"")
    if answer.envelope.kind == "202":
        return []
    return [reason.code for reason in read_refusal(answer.items[0]).reasons]


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (None, []),
        ((b"01/BK-", b"02/BK-"), ["9502"]),
        ((b"<SBKe>BK", b"<SBKe>XX"), ["9503"]),
        ((b"<NBKe>2", b"<NBKe>1"), ["9504"]),
        ((b"<TCHDon>2", b"<TCHDon>1"), ["9505"]),
        ((b"<SHDon>2", b"<SHDon>1"), ["9507"]),
        ((b"<SHDon>2", b"<SHDon>9"), ["9508"]),
        ((b"<TgTSTGoc>210000", b"<TgTSTGoc>x"), ["9509"]),
        ((b"<TgTSTGoc>210000", b"<TgTSTGoc>210001"), ["9510"]),
        ((b"TgTSTTDoi TgTTTCLech", b""), ["9511"]),
    ],
)
def test_the_authority_reads_the_list_by_itself(
    three: list[Invoice], authority: Authority, change: tuple[bytes, bytes] | None, codes: list[str]
) -> None:
    assert said(authority, adjusted(three, -25_000, -25_000), change) == codes


def test_an_invoice_that_names_a_list_does_not_go_without_it(three: list[Invoice], settings: Any) -> None:
    issued = services.issue(invoice=adjusted(three, -25_000, -25_000))
    road, message_id = SandboxGateway(f"{settings.SANDBOX_URL}/tax"), new_message_id("0109999044")
    road.submit(message_id, services.signed_xml(issued))
    assert [reason.code for reason in road.fetch(message_id).reasons] == ["9501"]


def test_a_provider_that_takes_no_lists_keeps_the_draft_a_draft(
    three: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = adjusted(three, -25_000, -25_000)
    monkeypatch.setattr(issuing, "gateway_of", lambda _seller: object())
    with pytest.raises(NotIssued) as refused:
        services.issue(invoice=draft)
    assert [found.code for found in refused.value.findings] == ["list_closed"]
    assert Invoice.objects.get(pk=draft.pk).number is None


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("correctionlist", "number = 'X'"),
        ("correctionlist", None),
        ("listedinvoice", "stated_amount = 0"),
        ("listedinvoice", None),
    ],
)
def test_the_database_keeps_a_signed_list(three: list[Invoice], table: str, change: str | None) -> None:
    services.issue(invoice=adjusted(three, -25_000, -25_000))
    statement = f"UPDATE invoices_{table} SET {change}" if change else f"DELETE FROM invoices_{table}"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
