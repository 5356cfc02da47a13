"""Goods put aside: with the account on the server, else on the device. Waiting for a season: one letter each."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.clock import VIETNAM
from catalog.models import ProductSheet
from catalog.selectors import today
from shop.management.rounds import whole_round
from shop.messages.models import Letter
from shop.partner.models import StockRecord
from shop.shopper.everything import everything_about
from shop.shopper.services import delete_account
from shop.wishes import services
from shop.wishes.models import SeasonWatch, Wish
from shop.wishes.services import season_of
from tests.factories import PASSWORD, make_product, make_user

pytestmark = pytest.mark.django_db


def path_of(sheet: ProductSheet) -> str:
    return f"/san-pham/{sheet.product.slug}_{sheet.product_id}/"


def body(client: Client, path: str) -> str:
    return client.get(path).content.decode()


@pytest.fixture
def seat(client: Client) -> Client:
    """A browser in which somebody has logged in."""
    client.force_login(make_user(email="an@vidu.vn"), backend="shop.accounts.backends.EmailOrPhoneBackend")
    return client


# --- Put aside --------------------------------------------------------------------------------------


def test_the_button_is_the_same_for_everybody_and_keeps_goods_for_who_is_logged_in(seat: Client) -> None:
    sheet = make_product(title="Mật ong")
    page = seat.get(path_of(sheet))
    assert f'data-wish="{sheet.product_id}"' in page.content.decode()
    assert "csrf" not in page.content.decode() and "Cookie" not in page.headers.get("Vary", "")
    for _twice in range(2):
        answer = seat.post("/de-danh/them/", {"product": sheet.product_id}, follow=True)
    assert "Mật ong" in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert Wish.objects.count() == 1
    answer = seat.post("/de-danh/bo/", {"product": sheet.product_id}, follow=True)
    assert not Wish.objects.exists() and "Chưa có món nào." in answer.content.decode()


def test_a_guest_keeps_nothing_on_the_server(client: Client) -> None:
    sheet = make_product()
    answer = client.post("/de-danh/them/", {"product": sheet.product_id}, follow=True)
    assert "danh sách nằm trong máy này" in answer.content.decode()
    client.post("/de-danh/bo/", {"product": sheet.product_id})
    assert not Wish.objects.exists()


def test_another_site_puts_nothing_aside_and_asks_for_no_letter(seat: Client) -> None:
    sheet = make_product(stock=0)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    for path in ("/de-danh/them/", "/bao-mua/"):
        sent = {"product": sheet.product_id, "thu": "an@vidu.vn"}
        assert seat.post(path, sent, headers=elsewhere).status_code == 403
    assert not Wish.objects.exists() and not SeasonWatch.objects.exists()


def test_what_lay_on_the_device_moves_into_the_account_at_once_and_only_public_goods(seat: Client) -> None:
    sheets = [make_product() for _ in range(3)]
    hidden = make_product(state="draft")
    sent = [str(sheet.product_id) for sheet in (*sheets, hidden)] + ["x", "0", "9" * 30, "٣"]
    seat.post("/de-danh/them/", {"product": sent})
    assert set(Wish.objects.values_list("sheet", flat=True)) == {sheet.pk for sheet in sheets}


def test_a_list_has_an_end(seat: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_WISHES", 2)
    sheets = [make_product() for _ in range(3)]
    answer = seat.post("/de-danh/them/", {"product": [s.product_id for s in sheets]}, follow=True)
    assert "Danh sách đã đủ" in answer.content.decode()
    assert not Wish.objects.exists()


def test_the_list_is_ones_own_and_asks_the_same_questions_however_long_it_is(seat: Client) -> None:
    other = make_user()
    foreign = make_product(title="Của người khác")
    Wish.objects.create(user=other, sheet=foreign)
    counts = []
    for count in (1, 4):
        for _ in range(count):
            seat.post("/de-danh/them/", {"product": make_product().product_id})
        seat.get("/de-danh/")
        with CaptureQueriesContext(connection) as captured:
            page = body(seat, "/de-danh/")
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert "Của người khác" not in page
    seat.post("/de-danh/bo/", {"product": foreign.product_id})
    assert Wish.objects.filter(user=other).exists()


# --- Waiting for a season ---------------------------------------------------------------------------


def month_mask(*months: int) -> int:
    return sum(1 << (month - 1) for month in months)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_clock(day: str) -> dt.datetime:
        at = dt.datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=VIETNAM).astimezone(dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: at)
        return at

    return set_clock


def stock(sheet: ProductSheet, count: int) -> None:
    StockRecord.objects.filter(product=sheet.product).update(num_in_stock=count)


def asked(client: Client, sheet: ProductSheet, email: str = "Xa@vidu.vn") -> Any:
    return client.post("/bao-mua/", {"product": sheet.product_id, "thu": email})


def link_in(letter: Letter) -> str:
    (link,) = re.findall(r"http://[^/]+(\S*/bao-mua/\S+/)", letter.body)
    return link


def told() -> int:
    return whole_round(timezone.now())["seasons"]


@pytest.mark.parametrize(
    ("months", "on", "first"),
    [
        ((9, 10, 11), "2026-10-15", "2026-09-01"),
        ((9, 10, 11), "2026-12-31", "2027-09-01"),
        ((11, 12, 1, 2), "2027-01-31", "2026-11-01"),
        ((2,), "2026-01-31", "2026-02-01"),
    ],
)
def test_a_season_is_called_by_its_first_day(months: tuple[int, ...], on: str, first: str) -> None:
    sheet = ProductSheet(season_months=month_mask(*months))
    assert season_of(sheet, dt.date.fromisoformat(on)) == dt.date.fromisoformat(first)


def test_an_address_says_yes_first_then_hears_once_a_season_until_it_says_no(
    client: Client, clock: Any
) -> None:
    clock("2026-08-10")
    sheet = make_product(title="Hồng giòn", stock=0, season_months=month_mask(9, 10, 11))
    assert "Báo tôi khi có hàng" in body(client, path_of(sheet))
    assert "mở hộp thư" in asked(client, sheet).content.decode()
    asked(client, sheet)  # again: no second letter
    (letter,) = Letter.objects.filter(kind="season_confirm")
    assert letter.recipient == "xa@vidu.vn" and "Hồng giòn" in letter.body
    stock(sheet, 5)
    assert told() == 0  # nobody has said yes
    link = link_in(letter)
    body(client, link)
    assert SeasonWatch.objects.get().confirmed_at is None  # a mail program opens links by itself
    client.post(link, {"lam": "co"})
    stock(sheet, 0)
    clock("2026-09-02")
    assert told() == 0
    stock(sheet, 5)
    assert [told(), told()] == [1, 0]
    first = Letter.objects.get(kind="season_open")
    assert path_of(sheet) in first.body
    assert link_in(first).split(":")[0] == link.split(":")[0], "the same watch, signed in another second"
    clock("2026-11-29")
    stock(sheet, 0)
    told()
    stock(sheet, 5)
    assert told() == 0  # the same season
    clock("2027-09-01")
    assert told() == 1
    client.post(link, {"lam": "thoi"})
    assert not SeasonWatch.objects.exists()
    assert client.get(link).status_code == 410
    clock("2028-09-01")
    assert told() == 0


def test_goods_of_the_whole_year_are_told_of_once_and_the_address_is_forgotten(client: Client) -> None:
    sheet = make_product(stock=0)
    asked(client, sheet)
    client.post(link_in(Letter.objects.get()), {"lam": "co"})
    assert told() == 0
    stock(sheet, 1)
    assert [told(), told()] == [1, 0]
    assert not SeasonWatch.objects.exists()


def test_who_is_logged_in_by_the_address_needs_no_letter_another_address_does(seat: Client) -> None:
    sheet = make_product(stock=0)
    assert "mỗi mùa một lần" in asked(seat, sheet, "AN@vidu.vn").content.decode()
    assert SeasonWatch.objects.get().confirmed_at
    asked(seat, sheet, "khac@vidu.vn")
    assert SeasonWatch.objects.get(email="khac@vidu.vn").confirmed_at is None
    assert [letter.recipient for letter in Letter.objects.all()] == ["khac@vidu.vn"]


def test_silence_for_a_week_is_a_no(client: Client) -> None:
    sheet = make_product(stock=0)
    asked(client, sheet)
    whole_round(timezone.now() + dt.timedelta(days=6.9))
    assert SeasonWatch.objects.exists()
    whole_round(timezone.now() + dt.timedelta(days=7.1))
    assert not SeasonWatch.objects.exists()


def test_refusals_say_where_and_write_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet, on_sale = make_product(stock=0), make_product()
    assert asked(client, sheet, "khong-phai-thu").status_code == 422
    assert client.post("/bao-mua/", {"product": "x", "thu": "a@vidu.vn"}).status_code == 404
    assert asked(client, make_product(stock=0, state="draft")).status_code == 404
    assert "Món này đang bán, bạn mua được ngay." in asked(client, on_sale).content.decode()
    assert client.get("/bao-mua/abc/").status_code == 410
    monkeypatch.setattr("shop.wishes.views.MOST_BY_NETWORK", 1)
    assert asked(client, sheet).status_code == 429
    assert not SeasonWatch.objects.exists() and not Letter.objects.exists()


def test_one_address_gets_few_letters_however_many_goods_are_named(client: Client) -> None:
    for _ in range(5):
        assert asked(client, make_product(stock=0)).status_code == 200
    assert Letter.objects.count() == 3  # MOST_LETTERS_FOR_NAME


def test_the_account_shows_and_takes_along_what_it_waits_for(seat: Client) -> None:
    sheet = make_product(title="Hồng giòn", stock=0)
    asked(seat, sheet, "an@vidu.vn")
    seat.post("/de-danh/them/", {"product": sheet.product_id})
    user = Wish.objects.get().user
    copy = everything_about(user)
    assert copy["wishes"] == ["Hồng giòn"]
    assert [one["title"] for one in copy["season_watches"]] == ["Hồng giòn"]
    delete_account(user, password=PASSWORD)
    assert not Wish.objects.exists() and not SeasonWatch.objects.exists()


def test_the_round_asks_the_same_questions_however_many_wait(client: Client) -> None:
    counts = []
    for count in (1, 5):
        for number in range(count):
            sheet = make_product(stock=3, season_months=month_mask(today().month))
            SeasonWatch.objects.create(
                sheet=sheet, email=f"a{number}@vidu.vn", language="vi", confirmed_at=timezone.now()
            )
        services.tell_of_seasons(timezone.now())
        with CaptureQueriesContext(connection) as captured:
            assert services.tell_of_seasons(timezone.now()) == 0
        counts.append(len(captured))
    assert counts[0] == counts[1]
