"""Money goes back for goods whose invoices were replaced together by one with a list: each part is found again."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shop.accounts.models import User
from shop.invoices import corrections, formats, services
from shop.invoices.corrections import NotCorrectable, Obstacle
from shop.invoices.draft import Buyer
from shop.invoices.listing import open_adjustment_of_many, open_replacement_of_many
from shop.invoices.models import Invoice
from shop.messages.models import Letter
from shop.orders import adjusting, invoicing
from shop.orders.adjusting import unadjusted
from shop.orders.invariants import violations
from shop.orders.models import Consignment
from shop.orders.requests import InvoiceRequest
from shop.orders.services import Reply, answer_report, hand_over, pack, report_goods
from shop.orders.statuses import Fault, Verdict, Wish
from shop.shopper.own_things import invoices_of
from tests.factories import make_cooperative, make_product, make_user
from tests.support.authority import hear_answer, running_authority
from tests.support.market import Market
from tests.support.orders import bring, place_order, transfer

pytestmark = pytest.mark.django_db
COMPANY = InvoiceRequest("Công ty TNHH Mẫu", "0199999021", "Số 2 đường Mẫu", "ketoan@vidu.vn")
RIGHT = Buyer(name="Công ty TNHH Đúng Tên", tax_code="0109999037", address="Số 3 đường Mẫu")


@pytest.fixture
def buyer() -> User:
    return make_user(email="an@vidu.vn")


@pytest.fixture
def parcels(tmp_path: Path, settings: Any, buyer: User) -> Iterator[list[Consignment]]:
    """Three parcels of one stall for one company, all handed over; the invoices are accepted."""
    with running_authority(settings, tmp_path / "keys"):
        goods = make_product(cooperative=make_cooperative(tax_code="0100233488"), price=100_000, stock=100)
        yield [sent(goods, quantity, user=buyer) for quantity in (1, 3, 2)]


def sent(goods: Any, quantity: int, **changes: Any) -> Consignment:
    placed = place_order((goods, quantity), invoice=COMPANY, **changes)
    bring(transfer(placed.attempt.amount, placed.order.number))
    packed = pack(consignment=placed.order.consignments.get(), by=None)
    parcel = hand_over(consignment=packed, by=None, carrier="Tự giao", tracking_number="")
    accept(Invoice.objects.get(source_reference=parcel.code))
    return parcel


def accept(invoice: Invoice) -> Invoice:
    accepted = hear_answer(invoicing.transmit(services.issue(invoice=invoice).pk))
    assert accepted.status == "accepted", accepted.rejection
    return accepted


def replaced(parcels: list[Consignment]) -> Invoice:
    pks = Invoice.objects.filter(source_reference__in=[each.code for each in parcels]).values_list(
        "pk", flat=True
    )
    return accept(open_replacement_of_many(invoices=list(pks), buyer=RIGHT, reason="Sai mã số thuế", by=None))


def paid_back(parcel: Consignment, quantity: int) -> None:
    report = report_goods(
        consignment=parcel, sent_key=uuid.uuid4(), pieces={parcel.lines.get().pk: quantity}, fault=Fault.SPOILED,
        wish=Wish.MONEY, text="Củ bị thối", photos=[b"jpeg"],
    )  # fmt: skip
    answer_report(report_pk=report.pk, reply=Reply(Verdict.MONEY, {report.lines.get().line_id: quantity}))


def take_off(parcel: Consignment) -> Invoice:
    return adjusting.open_adjustment(consignment=parcel, reason="Hoàn tiền", by=None)


def test_what_comes_back_of_the_second_of_three_is_taken_off_the_invoice_of_all(
    parcels: list[Consignment], buyer: User
) -> None:
    together = replaced(parcels)
    assert together.total_amount == 600_000 + 3 * 30_000
    assert not unadjusted().exists()
    paid_back(parcels[1], 2)
    (found,) = unadjusted()
    assert (found, found.overbilled) == (parcels[1], 200_000)
    assert adjusting.in_force(parcels[1]) == together
    draft = take_off(parcels[1])
    assert (draft.corrects, draft.total_amount) == (together, -200_000)
    assert not unadjusted().exists()
    done = accept(draft)
    content = formats.read(services.signed_xml(done))
    assert [(line.quantity, line.name.startswith("Hàng trả lại")) for line in content.lines] == [(-2, True)]
    assert corrections.standing_sale(together).total_amount == 490_000
    # What comes back later is taken off by itself, also of another parcel.
    paid_back(parcels[1], 1)
    paid_back(parcels[2], 2)
    assert {each.overbilled for each in unadjusted()} == {300_000}
    accept(take_off(parcels[1]))
    accept(take_off(parcels[2]))
    assert not unadjusted().exists()
    assert corrections.standing_sale(together).total_amount == 190_000
    assert violations() == []


def test_a_correction_of_the_invoice_of_all_reaches_the_buyer_and_is_seen_from_every_side(
    parcels: list[Consignment], buyer: User
) -> None:
    together = replaced(parcels)
    paid_back(parcels[0], 1)
    done = accept(take_off(parcels[0]))
    assert Invoice.objects.get(pk=done.pk).delivered_at
    letters = Letter.objects.filter(recipient="ketoan@vidu.vn", body__contains=done.lookup_code)
    assert letters.count() == 1
    firsts = list(Invoice.objects.filter(corrects=None))
    for each in (*firsts, together, done):
        assert set(corrections.chain_of(each)) >= {together, done}
    assert set(corrections.chain_of(done)) == {*firsts, together, done}
    assert set(invoices_of(buyer)) == {*firsts, together, done}


def test_whose_lines_were_written_anew_since_a_person_has_to_say(parcels: list[Consignment]) -> None:
    together = replaced(parcels)
    sale = dataclasses.replace(
        corrections.standing_sale(together), buyer=Buyer(name="Công ty Khác", address="Số 4 đường Mẫu")
    )
    again = corrections.open_replacement(invoice=together, after=sale, reason="Sai tên", by=None)
    anew = accept(again)
    paid_back(parcels[2], 1)
    assert [each.overbilled for each in unadjusted()] == [100_000]
    assert adjusting.in_force(parcels[2]) == anew
    with pytest.raises(NotCorrectable) as refused:
        take_off(parcels[2])
    assert refused.value.obstacle == Obstacle.DOES_NOT_FIT


def test_the_panel_leads_to_the_invoice_in_force(market: Market, parcels: list[Consignment]) -> None:
    together = replaced(parcels)
    paid_back(parcels[1], 1)
    client = Client()
    client.force_login(market.people["invoice_staff"], backend="shop.accounts.backends.EmailOrPhoneBackend")
    page = client.get("/quan-tri/hoa-don/can-dieu-chinh/").content.decode()
    assert f"/quan-tri/hoa-don/{together.pk}/" in page
    own = Invoice.objects.get(source_reference=parcels[1].code)
    client.post(f"/quan-tri/hoa-don/{own.pk}/dieu-chinh-hoan/")
    assert Invoice.objects.get(corrects=together).total_amount == -100_000


def test_money_taken_off_several_at_once_counts_for_each(parcels: list[Consignment]) -> None:
    paid_back(parcels[1], 1)
    paid_back(parcels[2], 1)
    firsts = [Invoice.objects.get(source_reference=each.code) for each in parcels[1:]]
    accept(open_adjustment_of_many(changes={one.pk: -100_000 for one in firsts}, reason="Hoàn tiền", by=None))
    assert not unadjusted().exists()


def test_an_invoice_of_several_peoples_orders_is_in_nobodys_account(
    parcels: list[Consignment], buyer: User
) -> None:
    """Anybody may write a company's tax code: who did must not read what others bought for it."""
    other = sent(parcels[0].lines.get().order_line.product.sheet, 1, user=make_user(email="binh@vidu.vn"))
    together = replaced([parcels[0], other])
    assert together not in invoices_of(buyer)
    assert set(invoices_of(buyer)) == set(
        Invoice.objects.filter(source_reference__in=[each.code for each in parcels])
    )
