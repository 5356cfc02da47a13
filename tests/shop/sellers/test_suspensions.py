"""Stopping a stall: its goods leave the shop when it takes effect, its orders do not."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from catalog.clock import today
from catalog.models import Cooperative, IndexEntry, ShelfEntry
from shop.audit.models import Entry
from shop.messages.models import Letter
from shop.sellers.models import Ground, Suspension
from shop.sellers.suspensions import AlreadySuspended, apply_due, lift, suspend
from tests.support.market import SECRETS_OF_B, Market

As = Callable[[str], Client]
STALLS, DATA = "/quan-tri/gian-hang/", "/quan-tri/du-lieu/"


def is_in_the_shop(market: Market) -> bool:
    """By the list and by search alike."""
    title, found = market.goods_a.product.title, set()
    for path in ("/san-pham/", "/san-pham/?q=khoai+so"):
        found.add(f">{title}<" in Client().get(path).content.decode())
    assert len(found) == 1
    return found.pop()


def stop(market: Market, ground: Ground = Ground.AUTHORITY) -> Suspension:
    return suspend(
        cooperative=market.a,
        ground=ground,
        reason="Hàng nghi giả",
        order_number="12/QĐ-QLTT" if ground == Ground.AUTHORITY else "",
        order_date=today() if ground == Ground.AUTHORITY else None,
        by=market.people["operator"],
    )


def test_an_authoritys_order_takes_effect_at_once_and_open_orders_are_still_packed(
    market: Market, as_role: As
) -> None:
    assert is_in_the_shop(market)
    stop(market)
    assert not is_in_the_shop(market)
    goods = market.goods_a.product_id
    assert not IndexEntry.objects.filter(product=goods, is_shown=True).exists()
    assert not ShelfEntry.objects.filter(product=goods, is_shown=True).exists()
    add = Client().post("/gio-hang/them/", {"product": market.goods_a.product_id, "quantity": 1}, follow=True)
    assert "Đã thêm" not in add.content.decode()
    response = as_role("packer").post(f"/quan-tri/kien-hang/{market.own.pk}/dong-goi/")
    assert response.status_code == 302
    market.own.refresh_from_db()
    assert market.own.status == "packed"
    letter = Letter.objects.get(kind="stall_suspended")
    assert (letter.recipient, "12/QĐ-QLTT" in letter.body) == (market.a.email, True)
    assert set(Entry.objects.order_by("-pk").values_list("verb", flat=True)[:3]) >= {
        "stall-suspended", "stall-changed",
    }  # fmt: skip


def test_by_its_own_rules_the_market_gives_five_days(market: Market) -> None:
    suspension = stop(market, Ground.RULES)
    assert suspension.effective_at - suspension.decided_at == dt.timedelta(days=5)
    assert is_in_the_shop(market)
    assert apply_due(timezone.now() + dt.timedelta(days=4, hours=23)) == 0
    assert is_in_the_shop(market)
    assert apply_due(timezone.now() + dt.timedelta(days=5, seconds=1)) == 1
    assert not is_in_the_shop(market)
    assert apply_due(timezone.now() + dt.timedelta(days=6)) == 0


def test_the_sweep_stops_a_stall_whose_time_has_come(market: Market) -> None:
    suspension = stop(market, Ground.RULES)
    Suspension.objects.filter(pk=suspension.pk).update(effective_at=timezone.now())
    out = io.StringIO()
    call_command("sweep", stdout=out)
    assert "suspensions: 1" in out.getvalue()
    assert not Cooperative.objects.get(pk=market.a.pk).is_open


def test_lifting_brings_the_goods_back_once(market: Market) -> None:
    suspension = stop(market)
    lift(suspension=suspension, reason="Đã xác minh", by=market.people["operator"])
    lift(suspension=suspension, reason="Lần nữa", by=market.people["operator"])
    assert is_in_the_shop(market)
    suspension.refresh_from_db()
    assert suspension.lift_reason == "Đã xác minh"
    assert Letter.objects.filter(kind="stall_reopened").count() == 1


def test_one_that_is_lifted_before_its_day_never_takes_effect(market: Market) -> None:
    lift(suspension=stop(market, Ground.RULES), reason="Đã sửa", by=None)
    assert apply_due(timezone.now() + dt.timedelta(days=9)) == 0
    assert is_in_the_shop(market)


def test_a_stall_is_stopped_with_a_reason_and_once(market: Market) -> None:
    whole = {"reason": "Sai", "order_number": "1", "order_date": today()}
    for wrong in (
        {"reason": " "}, {"order_number": ""}, {"order_date": None},
        {"order_date": today() + dt.timedelta(days=1)},
    ):  # fmt: skip
        fields: Any = whole | wrong
        with pytest.raises(ValidationError):
            suspend(cooperative=market.a, ground=Ground.AUTHORITY, by=None, **fields)
    stop(market)
    with pytest.raises(AlreadySuspended):
        stop(market)
    assert Suspension.objects.count() == 1


def test_the_operator_stops_a_stall_and_lets_it_sell_again_in_the_panel(market: Market, as_role: As) -> None:
    operator, page = as_role("operator"), f"{STALLS}{market.a.pk}/"
    assert market.a.name in operator.get(STALLS).content.decode()
    wrong = operator.post(page, {"ground": "authority", "reason": "Nghi giả"})
    assert wrong.status_code == 422
    assert "Bạn ghi số văn bản" in wrong.content.decode()
    assert operator.post(page, {"ground": "authority", "reason": ""}).status_code == 422
    done = {"ground": "authority", "reason": "Nghi giả", "order_number": "12/QĐ", "order_date": f"{today()}"}
    assert operator.post(page, done).status_code == 302
    assert "Bị ngừng" in operator.get(STALLS).content.decode()
    assert "12/QĐ" in operator.get(page).content.decode()
    assert operator.post(page, {"reason": "Đã rõ"}).status_code == 302
    assert is_in_the_shop(market)
    assert "Những lần trước" in operator.get(page).content.decode()


def test_a_manager_downloads_the_own_stall_and_nothing_of_others(market: Market, as_role: As) -> None:
    client = as_role("cooperative")
    assert client.post(DATA, {"stall": market.b.pk}).status_code == 404
    assert client.post(DATA, {"stall": "x"}).status_code == 404
    response = client.post(DATA, {"stall": market.a.pk})
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as file:
        tables = {name: file.read(name).decode("utf-8-sig") for name in file.namelist()}
    assert set(tables) == {
        f"{name}.csv"
        for name in (
            "san-pham", "gian-hang", "nguoi", "lo-hang", "kien-hang", "dong-hang", "hoa-don", "chung-nhan", "giay-to",
            "khuyen-mai", "nhat-ky",
        )
    }  # fmt: skip
    assert market.own.code in tables["kien-hang.csv"]
    assert market.a.tax_code in tables["gian-hang.csv"]
    whole = "".join(tables.values())
    assert not any(secret in whole for secret in SECRETS_OF_B)
    assert market.own.order.sheet.buyer_name not in whole
    assert market.own.order.sheet.buyer_phone not in whole
    assert all(list(csv.reader(io.StringIO(table))) for table in tables.values())
    assert Entry.objects.latest("pk").verb == "stall-data-exported"
