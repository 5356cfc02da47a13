"""Consents, a copy of everything, and deleting the account."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.db import DatabaseError, transaction
from django.test import Client
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from catalog.models import Membership
from shop.accounts.addresses import save_address
from shop.accounts.consents import has_agreed, record_consent
from shop.accounts.models import Consent, ConsentKind, SavedAddress, User
from shop.accounts.roles import Role
from shop.invoices import services as invoicing
from shop.invoices.models import Invoice
from shop.messages.models import Letter
from shop.orders.models import OrderEvent, OrderSheet
from shop.orders.requests import Buyer
from shop.payments.models import Refund
from shop.shopper import letters, services
from shop.shopper.everything import everything_about
from shop.shopper.links import SignUp
from shop.shopper.services import delete_account, open_account
from shop.shopper.urls import urlpatterns
from tests.factories import PASSWORD, make_commune, make_cooperative, make_product, make_user
from tests.shop.shopper.conftest import Seat
from tests.support.market import draft_invoice
from tests.support.orders import bring, fill_basket, place_order, transfer

pytestmark = pytest.mark.django_db
CONSENTS, DOWNLOAD, DELETE = "/tai-khoan/dong-y/", "/tai-khoan/du-lieu/tai-ve/", "/tai-khoan/xoa/"


def answers_of(user: Any) -> list[tuple[str, bool]]:
    return list(user.consents.order_by("pk").values_list("kind", "is_given"))


def test_letters_are_a_no_until_asked_for_and_each_answer_is_a_line(seat: Seat) -> None:
    user, client = seat()
    assert not has_agreed(user, ConsentKind.NEWS)
    assert "Bạn không nhận thư báo hàng" in client.get(CONSENTS).content.decode()
    for answer in ("khong", "co", "co", "khong", "gì đó", "co"):
        assert client.post(CONSENTS, {"tin": answer})["Location"] == CONSENTS
    assert answers_of(user) == [("news", True), ("news", False), ("news", True)]
    page = client.get(CONSENTS).content.decode()
    assert "Bạn đang nhận thư" in page
    assert page.count("Thư báo hàng vào mùa và chuyện của chợ: ") == 3


def test_the_page_names_the_terms_of_each_of_ones_own_orders(seat: Seat) -> None:
    user, client = seat()
    mine = place_order((make_product(), 1), user=user, terms_version="2026-11")
    foreign = place_order((make_product(), 1), terms_version="2025-01")
    page = client.get(CONSENTS).content.decode()
    assert re.search(rf'{mine.order.number}</a>: bản <span class="whole">2026-11</span>', page)
    assert foreign.order.number not in page


@pytest.mark.parametrize("change", [{"is_given": False}, {"kind": "news"}, {"version": "x"}, {"user_id": 1}])
def test_what_was_agreed_cannot_be_changed_by_any_program(change: dict[str, Any]) -> None:
    record_consent(user=make_user(), kind=ConsentKind.ACCOUNT, is_given=True)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Consent.objects.update(**change)
    assert Consent.objects.values_list("kind", "is_given", "version").get() == ("account", True, "2026-11")


def test_no_page_of_the_account_is_kept_or_found_by_anybody(seat: Seat) -> None:
    user, client = seat("an@vidu.vn", first_name="Tên Kín")
    address = save_address(
        user=user, name="Tên Kín", phone="0912345678", commune=make_commune(), street="Bản Kín"
    )
    paths = [f"/{pattern.pattern}" for pattern in urlpatterns if "<" not in str(pattern.pattern)]
    assert len(paths) > 15
    for path in (*paths, f"/tai-khoan/dia-chi/{address.pk}/"):
        answer = client.get(path)
        assert answer.status_code in (200, 302, 405), path
        assert answer["Cache-Control"] == "private, no-store", path
        assert answer["X-Robots-Tag"] == "noindex, nofollow", path
        assert answer["Referrer-Policy"] == "same-origin", path


# --- A copy of everything -------------------------------------------------------------------------


def living(email: str, *, name: str, street: str) -> User:
    """A person with something of every kind."""
    user = open_account(wish=SignUp(email=email, phone=None), name=name, password=PASSWORD, wants_news=True)
    save_address(user=user, name=name, phone="0912345678", commune=make_commune(), street=street)
    seller = make_cooperative(tax_code="5699999011") if not Invoice.objects.exists() else None
    goods = make_product(cooperative=seller, title=f"Khoai của {name}", price=100_000)
    placed = place_order((goods, 2), user=user, buyer=Buyer(name, "0912345678", email), note=f"Nhắn {name}")
    bring(transfer(50_000, placed.order.number))
    bring(transfer(placed.attempt.amount, placed.order.number))  # 50.000 ₫ too much
    if seller:
        invoicing.issue(invoice=draft_invoice(placed.order.consignments.get()))
    basket = fill_basket((make_product(title=f"Chè của {name}"), 3))
    Basket.objects.filter(pk=basket.pk).update(owner=user)
    letters.password_changed(user)
    return user


def test_the_copy_holds_everything_about_the_person_and_nothing_about_others(client: Client) -> None:
    living("an@vidu.vn", name="An", street="Nhà An")
    living("binh@vidu.vn", name="Bình Kín", street="Nhà Bình Kín")
    user = User.objects.get(email="an@vidu.vn")
    place_order((make_product(), 1), buyer=Buyer("Khách Lạ", "0912345678", "an@vidu.vn"))  # a guest's
    client.force_login(user)
    answer = client.get(DOWNLOAD)
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == 'attachment; filename="cho-phien-du-lieu.json"'
    assert answer["Cache-Control"] == "private, no-store"
    told = json.loads(answer.content)
    assert (told["account"]["name"], told["account"]["email"], told["account"]["phone"]) == (
        "An",
        "an@vidu.vn",
        None,
    )
    assert [address["address"] for address in told["addresses"]] == ["Nhà An, Xã Tà Xùa, Tỉnh Sơn La"]
    assert [(one["about"], one["is_given"]) for one in told["consents"]] == [
        ("account", True),
        ("news", True),
    ]
    assert told["basket"] == [{"title": "Chè của An", "quantity": 3}]
    (order,) = told["orders"]
    assert (order["buyer_name"], order["note"], order["total_amount"], order["terms_version"]) == (
        "An",
        "Nhắn An",
        230_000,
        "2026-11",
    )
    assert order["payments"] == [{"way": "vietqr", "amount": 230_000, "status": "succeeded"}]
    (line,) = order["consignments"][0]["lines"]
    assert (line["title"], line["quantity"], line["goods_amount"]) == ("Khoai của An", 2, 200_000)
    invoice = Invoice.objects.get()
    assert [(one["number"], one["total_amount"]) for one in told["invoices"]] == [
        (f"{invoice.series}-{invoice.number}", 230_000)
    ]
    assert [letter["subject"].split(order["number"])[0] for letter in told["letters"]] == [
        letter.subject.split(order["number"])[0]
        for letter in Letter.objects.filter(recipient="an@vidu.vn").order_by("pk")
        if "Khách Lạ" not in letter.body
    ]
    assert len(told["letters"]) == 5  # order, part, all of it, money back, password
    assert "Bình Kín" not in answer.content.decode()
    assert "Khách Lạ" not in answer.content.decode()


def test_letters_to_the_same_address_about_a_guests_order_stay_closed(seat: Seat) -> None:
    user, _client = seat("an@vidu.vn")
    placed = place_order((make_product(), 1), buyer=Buyer("Khách", "0912345678", "an@vidu.vn"))
    assert Letter.objects.filter(recipient="an@vidu.vn").count() == 1
    assert everything_about(user)["letters"] == []
    services.claim_order(placed.order.sheet, user)
    assert len(everything_about(user)["letters"]) == 1


def test_the_copy_asks_the_same_questions_however_much_there_is(django_assert_num_queries: Any) -> None:
    user = living("an@vidu.vn", name="An", street="Nhà An")
    for _ in range(2):
        with django_assert_num_queries(20):
            everything_about(User.objects.get(pk=user.pk))
        for number in range(3):
            place_order((make_product(), 1), (make_product(), 1), user=user)
            save_address(
                user=user, name="An", phone="0912345678", commune=make_commune(), street=f"Nhà {number}"
            )


# --- The way out ----------------------------------------------------------------------------------


def test_the_page_says_what_goes_and_what_the_law_keeps(seat: Seat) -> None:
    _user, client = seat()
    page = client.get(DELETE).content.decode()
    for text in ("Sổ địa chỉ và giỏ hàng", "10 năm, theo luật kế toán", "174/2016/NĐ-CP"):
        assert text in page


def test_the_account_goes_and_orders_and_invoices_stay_readable_for_staff(client: Client) -> None:
    user = living("an@vidu.vn", name="An", street="Nhà An")
    living("binh@vidu.vn", name="Bình", street="Nhà Bình")
    order = Order.objects.get(user=user)
    xml = invoicing.signed_xml(Invoice.objects.get())
    client.force_login(user)
    answer = client.post(DELETE, {"mat_khau": PASSWORD}, follow=True)
    assert "Tài khoản của bạn đã xóa" in answer.content.decode()
    assert not get_user(client).is_authenticated  # type: ignore[arg-type]
    assert not User.objects.filter(pk=user.pk).exists()
    for rows in (SavedAddress, Consent):
        assert set(rows.objects.values_list("user__email", flat=True)) == {"binh@vidu.vn"}
    assert set(Basket.open.values_list("owner__email", flat=True)) == {"binh@vidu.vn"}
    order.refresh_from_db()
    assert (order.user, order.sheet.buyer_name, order.sheet.total_amount) == (None, "An", 230_000)
    assert OrderEvent.objects.filter(order=order, kind="placed").exists()
    assert Refund.objects.filter(attempt__order=order).exists()
    assert invoicing.signed_xml(Invoice.objects.get()) == xml
    assert Client().get(f"/don-hang/{order.number}/{order.sheet.token}/").status_code == 200
    subjects = list(Letter.objects.filter(recipient="an@vidu.vn").values_list("subject", flat=True))
    assert "Mật khẩu Chợ Phiên của bạn đã đổi" not in subjects
    assert subjects[-1] == "Tài khoản Chợ Phiên của bạn đã xóa"
    staff = Client()
    staff.force_login(make_user(Role.OPERATOR))
    from shop.accounts.services import ensure_groups

    ensure_groups()
    consignment = order.consignments.get()
    assert "An" in staff.get(f"/quan-tri/kien-hang/{consignment.pk}/").content.decode()
    assert staff.get(f"/quan-tri/hoa-don/{Invoice.objects.get().pk}/").status_code == 200


def test_letters_of_the_sign_up_go_with_the_account(client: Client) -> None:
    for name in ("an@vidu.vn", "binh@vidu.vn"):
        client.post("/tai-khoan/mo/", {"ten": name})
    user = open_account(
        wish=SignUp(email="an@vidu.vn", phone=None), name="An", password=PASSWORD, wants_news=False
    )
    delete_account(user, password=PASSWORD)
    assert list(Letter.objects.values_list("recipient", "subject")) == [
        ("binh@vidu.vn", "Mở tài khoản ở Chợ Phiên"),
        ("an@vidu.vn", "Tài khoản Chợ Phiên của bạn đã xóa"),
    ]


def test_who_has_only_a_number_leaves_without_a_letter(db: None) -> None:
    user = open_account(
        wish=SignUp(email=None, phone="0912345678"), name="An", password=PASSWORD, wants_news=False
    )
    delete_account(user, password=PASSWORD)
    assert not User.objects.exists()
    assert not Letter.objects.exists()


def test_without_the_password_nothing_goes(seat: Seat) -> None:
    user, client = seat()
    answer = client.post(DELETE, {"mat_khau": "sai rồi"})
    assert answer.status_code == 422
    assert "Chưa có gì bị xóa" in answer.content.decode()
    assert client.post(DELETE, {}).status_code == 422
    for _ in range(9):
        client.post(DELETE, {"mat_khau": "sai rồi"})
    assert client.post(DELETE, {"mat_khau": PASSWORD}).status_code == 429
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize("role", [Role.COOPERATIVE, Role.INVOICE_STAFF, Role.OPERATOR, "former", "superuser"])
def test_who_works_here_or_did_is_told_why_not(client: Client, role: str) -> None:
    if role == "superuser":
        user = User.objects.create_superuser("chu@demo.example", PASSWORD)
    else:
        user = make_user(Role.COOPERATIVE if role == "former" else role)
    if role == "former":
        Membership.objects.update(is_active=False)
    client.force_login(user)
    for answer in (client.get(DELETE), client.post(DELETE, {"mat_khau": PASSWORD})):
        assert answer.status_code == 403
        assert "Việc đã làm ở đó phải còn trong sổ" in answer.content.decode()
    with pytest.raises(services.WorksHere):
        delete_account(user, password=PASSWORD)
    assert User.objects.filter(pk=user.pk).exists()


def test_who_once_wrote_into_the_books_of_money_stays_also_without_a_role() -> None:
    user = living("an@vidu.vn", name="An", street="Nhà An")
    Refund.objects.update(prepared_by=user)
    with pytest.raises(services.WorksHere):
        delete_account(user, password=PASSWORD)
    assert User.objects.filter(pk=user.pk).exists()
    assert SavedAddress.objects.filter(user=user).exists()
    assert Order.objects.get().user == user


def test_a_failure_on_the_way_undoes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    user = living("an@vidu.vn", name="An", street="Nhà An")
    before = (Letter.objects.count(), Consent.objects.count(), OrderSheet.objects.count())

    def fail(email: str | None) -> None:
        raise RuntimeError("mất điện")

    monkeypatch.setattr(letters, "account_deleted", fail)
    with pytest.raises(RuntimeError):
        delete_account(user, password=PASSWORD)
    assert Order.objects.get().user_id == user.pk
    assert (Letter.objects.count(), Consent.objects.count(), OrderSheet.objects.count()) == before
