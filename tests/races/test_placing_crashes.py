"""The process dies anywhere between "Đặt hàng" and the letter: the buyer who sends again has one order.

The child answers a real request; it is forked from a warm interpreter and must die at the named point.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.test import Client
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.messages.models import Letter
from shop.orders.invariants import violations
from shop.orders.sweep import sweep
from shop.partner.models import StockRecord
from shop.payments.models import PaymentAttempt
from shop.promotions.models import PromotionUse
from tests.factories import make_commune, make_product, make_promotion
from tests.shop.checkout.test_checkout import CHECKOUT, add, filled
from tests.support.api import ORDER, send, wish
from tests.support.children import run_until_crash
from tests.support.orders import place_order

pytestmark = pytest.mark.django_db(transaction=True)
BY_PAGE = (
    "place.basket-locked",
    "place.agreed",
    "place.line-reserved",
    "place.order-written",
    "place.promotions-counted",
    "place.token-taken",
    "place.consignment-written",
    "place.attempt-written",
    "place.basket-closed",
    "place.letter-written",
    "checkout.placed",
)
BY_API = ("place.line-reserved", "place.letter-written", "api.placed", "api.answer-kept", "api.committed")
POINTS = {*BY_PAGE, *BY_API}
COMMITTED = {"checkout.placed", "api.committed"}
"""The others are inside the one transaction of the order."""

MAILING = ("message.claimed", "message.answered")
BASKET = "/gio-hang/"
SOON = dt.timedelta(minutes=5)


def market() -> tuple[Any, Any]:
    """Goods of two stalls, and a promotion that takes something off both."""
    make_commune("00004", "Phường Ba Đình", province="01")
    make_promotion(percent=10, most_uses=len(POINTS))
    return make_product(price=100_000, stock=50), make_product(price=50_000, stock=50)


def die_at(
    point: str, path: str, *, cookies: dict[str, str] | None = None, before: str = "", **sent: Any
) -> None:
    """A web process that kills itself at ``point`` while it answers this POST."""
    run_until_crash(
        f"{before}\n"
        "from django.test import Client\n"
        "client = Client()\n"
        f"client.cookies.load({cookies or {}!r})\n"
        f"client.post({path!r}, **{sent!r})",
        at=point,
    )


def written() -> tuple[int, int, int, int]:
    """Orders, reserved packs, uses of the promotion, letters."""
    reserved = StockRecord.objects.aggregate(packs=Coalesce(Sum("num_allocated"), 0))["packs"]
    return Order.objects.count(), reserved, PromotionUse.objects.count(), Letter.objects.count()


def whole(orders: int) -> tuple[int, int, int, int]:
    """What so many whole orders leave written."""
    return orders, 3 * orders, orders, orders


def recover() -> None:
    """The market has started again, and its sweep comes round."""
    sweep(timezone.now() + SOON)


def filled_basket(goods: tuple[Any, Any]) -> tuple[Client, dict[str, str]]:
    """A browser with two of the first and one of the second in its basket, and its cookies."""
    client = Client()
    for sheet, quantity in zip(goods, (2, 1), strict=True):
        add(client, sheet, quantity)
    return client, {name: morsel.value for name, morsel in client.cookies.items()}


def test_a_death_while_the_page_orders_leaves_all_or_nothing() -> None:
    goods = market()
    for before, point in enumerate(BY_PAGE):
        client, cookies = filled_basket(goods)
        form = filled(10**9, email="mau@vidu.vn")
        die_at(point, CHECKOUT, cookies=cookies, data=form)
        is_ordered = point in COMMITTED
        assert written() == whole(before + is_ordered), point
        recover()
        assert ("Giỏ đang trống" in client.get(BASKET).content.decode()) == is_ordered, point
        answers = [client.post(CHECKOUT, form)["Location"] for _ in range(2)]
        attempt = PaymentAttempt.objects.latest("pk")
        assert answers == [f"/thanh-toan/{attempt.public_id}/"] * 2, point
        assert "Giỏ đang trống" in client.get(BASKET).content.decode(), point
        recover()
        assert (written(), len(mail.outbox)) == (whole(before + 1), before + 1), point
    assert violations() == []


def test_a_death_while_the_api_orders_leaves_all_or_nothing() -> None:
    taro, tea = market()
    for before, point in enumerate(BY_API):
        asked = wish((taro, 2), (tea, 1), email="mau@vidu.vn")
        die_at(point, ORDER, data=json.dumps(asked), content_type="application/json")
        is_ordered = point in COMMITTED
        assert written() == whole(before + is_ordered), point
        recover()
        answers = [send(ORDER, asked) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200 if is_ordered else 201, 200], point
        assert answers[0].json() == answers[1].json(), point
        recover()
        assert (written(), len(mail.outbox)) == (whole(before + 1), before + 1), point
    assert violations() == []


UNGUARDED = """
import contextlib, types
from shop.api import ordering, quotes
from shop.orders import placing
unguarded = types.SimpleNamespace(atomic=contextlib.nullcontext)
"""


def test_control_without_its_transaction_a_death_leaves_half_an_order() -> None:
    _client, cookies = filled_basket(market())
    before = f"""{UNGUARDED}
placing.transaction = unguarded
reread = placing._reread
placing._reread = lambda basket, lock=False: reread(basket)
"""
    die_at("place.order-written", CHECKOUT, cookies=cookies, before=before, data=filled(10**9))
    recover()
    assert written() == (1, 3, 0, 0)
    assert any("has no sheet" in sentence for sentence in violations())


def test_control_an_answer_kept_apart_from_its_order_is_lost() -> None:
    asked = wish((market()[0], 1))
    before = f"{UNGUARDED}\nordering.transaction = quotes.transaction = unguarded"
    die_at("api.placed", ORDER, before=before, data=json.dumps(asked), content_type="application/json")
    answer = send(ORDER, asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_reused")


@pytest.mark.parametrize(("point", "reached"), list(zip(MAILING, (0, 1), strict=True)))
def test_a_death_while_mailing_leaves_one_mail_in_the_mailbox(
    settings: Any, tmp_path: Path, point: str, reached: int
) -> None:
    """No mail server knows our key: a second copy has the Message-ID of the first, by which mailboxes know it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    letter = place_order((make_product(), 1)) and Letter.objects.get()
    script = (
        "from django.conf import settings;"
        f"settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = {settings.EMAIL_BACKEND!r}, {str(tmp_path)!r};"
        f"from shop.messages.services import send_queued_letter; send_queued_letter.call({letter.pk})"
    )
    run_until_crash(script, at=point)
    assert len(message_ids(tmp_path)) == reached
    Letter.objects.update(next_try_at=timezone.now())  # the claim is over
    recover()
    assert message_ids(tmp_path) == [f"Message-ID: <letter-{letter.pk}@testserver>"] * (reached + 1)


def message_ids(folder: Path) -> list[str]:
    lines = [line for path in folder.iterdir() for line in path.read_text().splitlines()]
    return [line for line in lines if line.startswith("Message-ID:")]
