"""Orders and invoices of one person, and of nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from oscar.apps.order.models import Order

from shop.invoices import services as invoicing
from shop.invoices.models import Invoice
from shop.orders import invoicing as transmitting
from shop.shopper.views import papers
from tests.factories import make_cooperative, make_product, make_user
from tests.shop.shopper.conftest import Seat
from tests.support.authority import hear_answer, running_authority
from tests.support.market import draft_invoice
from tests.support.orders import bring, place_order, transfer

pytestmark = pytest.mark.django_db
ORDERS, INVOICES = "/tai-khoan/don-hang/", "/tai-khoan/hoa-don/"


def link_of(placed: Any) -> str:
    return f"/don-hang/{placed.order.number}/{placed.order.sheet.token}/"


def claim_of(placed: Any) -> str:
    return f"/tai-khoan{link_of(placed)}"


def test_the_list_holds_ones_own_orders_with_a_way_to_each(seat: Seat) -> None:
    user, client = seat("an@vidu.vn")
    other, _browser = seat("binh@vidu.vn")
    stall = make_cooperative(name="HTX Khoai")
    mine = place_order((make_product(cooperative=stall, price=100_000), 2), user=user)
    foreign = place_order((make_product(), 1), user=other)
    guests = place_order((make_product(), 1))
    page = client.get(ORDERS).content.decode()
    assert f'href="{link_of(mine)}"' in page
    for text in ("HTX Khoai: Chờ thanh toán", "230.000\xa0₫"):
        assert text in page
    for hidden in (foreign, guests):
        assert hidden.order.number not in page
    bring(transfer(mine.attempt.amount, mine.order.number))
    page = client.get("/tai-khoan/").content.decode()
    assert "Đã thanh toán" in page and "HTX Khoai: Bà con đang chuẩn bị hàng" in page
    assert "Các đơn hàng của tôi" in client.get(link_of(mine)).content.decode()


def test_the_list_goes_on_behind_the_last_and_shifts_nothing(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "PER_PAGE", 2)
    user, client = seat()
    goods = make_product(stock=9)
    placed = [place_order((goods, 1), user=user) for _ in range(3)]

    def shown(address: str) -> tuple[list[str], str | None]:
        page = client.get(address).content.decode()
        older = re.search(r'href="(\?truoc=\d+)"', page)
        numbers = re.findall(r"/don-hang/(\w+)/[\w-]+/\">Đơn hàng", page)
        return numbers, older[1] if older else None

    newest, older = shown(ORDERS)
    assert newest == [placed[2].order.number, placed[1].order.number]
    place_order((goods, 1), user=user)  # meanwhile
    assert older
    assert shown(ORDERS + older) == ([placed[0].order.number], None)
    for odd in ("?truoc=abc", "?truoc=-1", f"?truoc={10**30}", "?truoc="):
        assert client.get(ORDERS + odd).status_code == 200


def test_the_list_asks_the_same_questions_however_long_it_is(
    seat: Seat, django_assert_num_queries: Any
) -> None:
    user, client = seat()
    goods = make_product(stock=9)
    for _ in range(4):
        place_order((goods, 1), (make_product(), 1), user=user)
    with django_assert_num_queries(5):  # session, person, orders, consignments, cooperatives
        client.get(ORDERS)


def test_a_guests_order_is_taken_in_by_its_link_and_a_press_of_the_button(seat: Seat) -> None:
    user, client = seat("khach@demo.example", phone="0912345678")  # both as on the order
    placed = place_order((make_product(), 1))
    assert placed.order.number not in client.get(ORDERS).content.decode()  # neither proves anything
    page = client.get(link_of(placed)).content.decode()
    assert "Thêm vào tài khoản" in page and f'action="{claim_of(placed)}"' in page
    assert Order.objects.get().user is None  # opening alone does nothing
    assert client.post(claim_of(placed))["Location"] == link_of(placed)
    assert Order.objects.get().user == user
    assert placed.order.number in client.get(ORDERS).content.decode()
    assert "Thêm vào tài khoản" not in client.get(link_of(placed)).content.decode()
    assert client.post(claim_of(placed)).status_code == 302
    assert Order.objects.get().user == user


def test_an_order_of_an_account_cannot_be_taken_away_even_with_its_link(seat: Seat) -> None:
    owner, _browser = seat("an@vidu.vn")
    placed = place_order((make_product(), 1), user=owner)
    _user, stranger = seat("binh@vidu.vn")
    page = stranger.get(link_of(placed)).content.decode()
    assert "Thêm vào tài khoản" not in page and "Các đơn hàng của tôi" not in page
    answer = stranger.post(claim_of(placed), follow=True)
    assert "Đơn này nằm trong tài khoản khác rồi" in answer.content.decode()
    assert Order.objects.get().user == owner


def test_a_wrong_token_takes_nothing_in(seat: Seat) -> None:
    _user, client = seat()
    placed = place_order((make_product(), 1))
    assert client.post(f"/tai-khoan/don-hang/{placed.order.number}/sai/").status_code == 404
    assert client.post("/tai-khoan/don-hang/KHONGCO/sai/").status_code == 404
    assert client.get(claim_of(placed)).status_code == 405
    assert Order.objects.get().user is None


def test_a_guest_sees_no_button_and_pays_no_question(django_assert_num_queries: Any) -> None:
    placed = place_order((make_product(), 1))
    client = Client()
    with django_assert_num_queries(13):  # none of them about a person
        page = client.get(link_of(placed)).content.decode()
    assert "Thêm vào tài khoản" not in page
    assert not client.cookies


@pytest.fixture
def invoice(tmp_path: Path, settings: Any) -> Iterator[Invoice]:
    """An accepted invoice of an order of an@vidu.vn."""
    owner = make_user(email="an@vidu.vn")
    seller = make_cooperative(tax_code="5699999011", legal_name="Hợp tác xã Khoai Mẫu")
    placed = place_order((make_product(cooperative=seller, price=100_000), 1), user=owner)
    bring(transfer(placed.attempt.amount, placed.order.number))
    waiting = draft_invoice(placed.order.consignments.get())
    with running_authority(settings, tmp_path / "keys"):
        transmitting.transmit(invoicing.issue(invoice=waiting).pk)
        yield hear_answer(waiting)


def browser_of(email: str) -> Client:
    from shop.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


def test_an_invoice_is_listed_and_given_as_pdf_and_xml_to_its_buyer(invoice: Invoice) -> None:
    client = browser_of("an@vidu.vn")
    page = client.get(INVOICES).content.decode()
    for text in (
        "Hợp tác xã Khoai Mẫu",
        "130.000\xa0₫",
        f"số {invoice.number}",
        f"{INVOICES}{invoice.pk}/pdf/",
    ):
        assert text in page, text
    pdf = client.get(f"{INVOICES}{invoice.pk}/pdf/")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert pdf["Cache-Control"] == "private, no-store"
    xml = client.get(f"{INVOICES}{invoice.pk}/xml/")
    assert xml.content == invoicing.signed_xml(invoice)
    assert xml["Content-Disposition"] == f'attachment; filename="{invoicing.filename_of(invoice, "xml")}"'


def test_an_invoice_is_not_there_for_anybody_else(invoice: Invoice) -> None:
    make_user(email="binh@vidu.vn")
    for client in (browser_of("binh@vidu.vn"),):
        assert str(invoice.series) not in client.get(INVOICES).content.decode()
        for ending in ("pdf", "xml"):
            assert client.get(f"{INVOICES}{invoice.pk}/{ending}/").status_code == 404
            assert client.get(f"{INVOICES}{10**30}/{ending}/").status_code == 404
    assert Client().get(f"{INVOICES}{invoice.pk}/pdf/").status_code == 302
    Order.objects.update(user=None)
    assert browser_of("an@vidu.vn").get(f"{INVOICES}{invoice.pk}/pdf/").status_code == 404


def test_before_the_authority_has_answered_there_is_nothing_to_give_out(seat: Seat) -> None:
    user, client = seat()
    seller = make_cooperative(tax_code="5699999011")
    placed = place_order((make_product(cooperative=seller), 1), user=user)
    waiting = draft_invoice(placed.order.consignments.get())
    assert "Chưa có hóa đơn nào" in client.get(INVOICES).content.decode()
    assert client.get(f"{INVOICES}{waiting.pk}/pdf/").status_code == 404
    invoicing.issue(invoice=waiting)
    assert "đang chờ cơ quan thuế cấp mã" in client.get(INVOICES).content.decode()
    for ending in ("pdf", "xml"):
        assert client.get(f"{INVOICES}{waiting.pk}/{ending}/").status_code == 404


def test_the_invoices_ask_the_same_questions_however_many_there_are(
    seat: Seat, django_assert_num_queries: Any
) -> None:
    user, client = seat()
    seller = make_cooperative(tax_code="5699999011")
    goods = make_product(cooperative=seller, stock=9)
    for _ in range(3):
        draft = draft_invoice(place_order((goods, 1), user=user).order.consignments.get())
        invoicing.issue(invoice=draft)
    with django_assert_num_queries(3):  # session, person, invoices
        page = client.get(INVOICES).content.decode()
    assert page.count("đang chờ cơ quan thuế cấp mã") == 3


def test_the_invoices_go_on_where_the_page_ended(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "PER_PAGE", 2)
    user, client = seat()
    goods = make_product(cooperative=make_cooperative(tax_code="5699999011"), stock=9)
    for _ in range(3):
        draft = draft_invoice(place_order((goods, 1), user=user).order.consignments.get())
        invoicing.issue(invoice=draft)
    newest = client.get(INVOICES).content.decode()
    assert re.findall(r"Hóa đơn \w+ số (\d+)<", newest) == ["3", "2"]
    assert 'href="?bo-qua=2"' in newest
    oldest = client.get(INVOICES, {"bo-qua": "2"}).content.decode()
    assert re.findall(r"Hóa đơn \w+ số (\d+)<", oldest) == ["1"]
    assert 'href="?bo-qua' not in oldest
    for odd in ("abc", "-1", str(10**30), "9" * 18):
        assert client.get(INVOICES, {"bo-qua": odd}).status_code == 200
