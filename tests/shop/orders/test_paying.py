"""Another way of paying: the same goods, one order, and money on any of its attempts counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shop.orders.invariants import violations
from shop.orders.models import OrderEvent, OrderSheet
from shop.orders.requests import MethodNotOffered, NotPayable
from shop.orders.services import change_method, expire
from shop.orders.sweep import sweep
from shop.partner.models import StockRecord
from shop.payments.models import InboundEvent, PaymentAttempt, Refund
from shop.payments.provider import TryLater
from shop.payments.services import open_amount, paid_amount, start
from tests.factories import make_product
from tests.support.gateways import Counterpart, counterpart
from tests.support.orders import bring, place_order, transfer
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def momo(settings: Any) -> Iterator[Counterpart]:
    with counterpart("momo", settings) as found:
        yield found


def unpaid() -> Any:
    """An unpaid order of 130.000 ₫, to be paid by transfer."""
    return place_order((make_product(price=100_000, stock=5), 1)).attempt


@pytest.fixture(scope="module")
def standing_attempt(standing: Standing) -> Callable[[], Any]:
    return standing.keep(unpaid)


@pytest.fixture
def attempt(momo: Counterpart, standing_attempt: Callable[[], Any]) -> Any:
    return standing_attempt()


def states(order: Any) -> list[tuple[str, str]]:
    return list(order.payment_attempts.order_by("pk").values_list("provider", "status"))


def test_a_change_opens_a_new_attempt_for_the_same_goods(attempt: Any) -> None:
    deadline = attempt.order.sheet.pay_by
    chosen = change_method(order_id=attempt.order_id, provider="momo")
    assert states(attempt.order) == [("vietqr", "cancelled"), ("momo", "pending")]
    assert (chosen.reference, chosen.amount, chosen.expires_at) == (
        f"{attempt.order.number}L2", 130_000, deadline,
    )  # fmt: skip
    assert StockRecord.objects.get().num_allocated == 1
    assert OrderEvent.objects.get(kind="method-changed").note == "vietqr → momo"
    assert change_method(order_id=attempt.order_id, provider="momo") == chosen
    assert PaymentAttempt.objects.count() == 2


def test_money_on_the_attempt_left_behind_still_counts(attempt: Any) -> None:
    chosen = change_method(order_id=attempt.order_id, provider="momo")
    bring(transfer(130_000, attempt.order.number))
    attempt.order.refresh_from_db()
    assert (attempt.order.status, violations()) == ("paid", [])
    assert states(attempt.order) == [("vietqr", "succeeded"), ("momo", "pending")]
    assert start(chosen.pk) is None  # nothing is open any more: nobody is asked for money


def test_both_ways_paid_returns_one_of_them(attempt: Any, momo: Counterpart) -> None:
    chosen = change_method(order_id=attempt.order_id, provider="momo")
    step: Any = start(chosen.pk)
    momo.gateway.pay(step.url)
    bring(transfer(130_000, attempt.order.number))
    sweep(timezone.now() + dt.timedelta(minutes=5))
    assert (paid_amount(attempt.order), violations()) == (260_000, [])
    assert list(Refund.objects.values_list("amount", "reason")) == [(130_000, "double")]
    assert states(attempt.order) == [("vietqr", "succeeded"), ("momo", "succeeded")]


def test_after_a_part_the_other_way_asks_for_the_rest(attempt: Any, momo: Counterpart) -> None:
    bring(transfer(50_000, attempt.order.number))
    chosen = change_method(order_id=attempt.order_id, provider="momo")
    assert chosen.amount == 80_000
    step: Any = start(chosen.pk)
    momo.gateway.pay(step.url)
    sweep(timezone.now() + dt.timedelta(minutes=5))
    attempt.order.refresh_from_db()
    assert (attempt.order.status, paid_amount(attempt.order), violations()) == ("paid", 130_000, [])
    assert not Refund.objects.exists()


def test_a_part_that_comes_before_the_button_lowers_what_is_asked(attempt: Any, momo: Counterpart) -> None:
    chosen = change_method(order_id=attempt.order_id, provider="momo")
    bring(transfer(30_000, attempt.order.number))
    step: Any = start(chosen.pk)
    assert step.amount == 100_000 == open_amount(chosen)
    assert momo.gateway.orders[chosen.reference]["amount"] == 100_000


@pytest.mark.parametrize("provider", ["stripe", "", "vietqr2"])
def test_only_what_is_on_offer_can_be_chosen(attempt: Any, provider: str) -> None:
    with pytest.raises(MethodNotOffered):
        change_method(order_id=attempt.order_id, provider=provider)
    assert states(attempt.order) == [("vietqr", "pending")]


def test_an_amount_above_the_limit_of_a_way_is_not_offered_it(momo: Counterpart, client: Client) -> None:
    large = place_order((make_product(price=50_000_000), 1)).attempt
    with pytest.raises(MethodNotOffered):
        change_method(order_id=large.order_id, provider="momo")
    assert "Ví MoMo" not in client.get(f"/thanh-toan/{large.public_id}/").content.decode()


def test_nothing_is_chosen_for_an_order_that_waits_for_no_money(attempt: Any) -> None:
    OrderSheet.objects.update(pay_by=timezone.now() - dt.timedelta(minutes=1))
    with pytest.raises(NotPayable):
        change_method(order_id=attempt.order_id, provider="momo")
    expire(timezone.now())
    with pytest.raises(NotPayable):
        change_method(order_id=attempt.order_id, provider="momo")


def test_a_start_that_got_no_answer_can_be_pressed_again(attempt: Any, momo: Counterpart) -> None:
    chosen = change_method(order_id=attempt.order_id, provider="momo")
    momo.gateway.trouble = ["lost"]
    with pytest.raises(TryLater):
        start(chosen.pk)
    step: Any = start(chosen.pk)
    assert step.url.endswith(chosen.reference)
    assert len(momo.gateway.orders) == 1


def test_a_start_is_claimed_by_one(attempt: Any) -> None:
    chosen = change_method(order_id=attempt.order_id, provider="momo")
    PaymentAttempt.objects.filter(pk=chosen.pk).update(claimed_at=timezone.now())
    assert start(chosen.pk) is None
    PaymentAttempt.objects.filter(pk=chosen.pk).update(claimed_at=timezone.now() - dt.timedelta(seconds=61))
    assert start(chosen.pk) is not None


def test_a_failed_try_keeps_the_goods_and_offers_the_same_again(
    attempt: Any, momo: Counterpart, client: Client
) -> None:
    chosen = change_method(order_id=attempt.order_id, provider="momo")
    step: Any = start(chosen.pk)
    momo.gateway.pay(step.url, code=1006)
    page = f"/thanh-toan/{chosen.public_id}/"
    text = client.get(f"{page}?ve=1").content.decode()
    assert "Lần trả vừa rồi chưa xong" in text and 'value="momo"' in text and 'value="vietqr"' in text
    answer = client.post(f"{page}doi/", {"cach": "momo"})
    latest = attempt.order.payment_attempts.latest("pk")
    assert answer["Location"] == f"/thanh-toan/{latest.public_id}/"
    assert (latest.reference, violations()) == (f"{attempt.order.number}L3", [])


def test_money_that_comes_after_a_failure_still_pays(attempt: Any, momo: Counterpart) -> None:
    chosen = change_method(order_id=attempt.order_id, provider="momo")
    step: Any = start(chosen.pk)
    failed = momo.gateway.pay(step.url, code=1006)
    paid = momo.gateway.pay(step.url)
    client = Client()
    for headers, body in (failed, paid, failed):
        client.post("/webhooks/momo/", body, content_type="application/json", headers=headers)
    attempt.order.refresh_from_db()
    assert (attempt.order.status, violations()) == ("paid", [])
    assert set(InboundEvent.objects.values_list("kind", "outcome")) == {
        ("failure", "noted"), ("charge", "matched"),
    }  # fmt: skip


def test_the_page_of_the_attempt_left_behind_leads_to_the_one_in_use(attempt: Any, client: Client) -> None:
    answer = client.post(f"/thanh-toan/{attempt.public_id}/doi/", {"cach": "momo"}, follow=True)
    chosen = attempt.order.payment_attempts.latest("pk")
    assert answer.redirect_chain == [(f"/thanh-toan/{chosen.public_id}/", 302)]
    text = client.get(f"/thanh-toan/{attempt.public_id}/").content.decode()
    assert "Bạn đã chọn cách trả khác" in text and f"/thanh-toan/{chosen.public_id}/" in text


def test_a_provider_that_is_down_is_said_and_nothing_changes(
    attempt: Any, momo: Counterpart, client: Client
) -> None:
    chosen = change_method(order_id=attempt.order_id, provider="momo")
    momo.gateway.trouble = ["down"]
    answer = client.post(f"/thanh-toan/{chosen.public_id}/di/", follow=True)
    assert "Nơi thu tiền chưa trả lời" in answer.content.decode()
    chosen.refresh_from_db()
    assert (chosen.status, chosen.claimed_at) == ("pending", None)


def test_the_provider_is_not_asked_on_every_look(attempt: Any, momo: Counterpart, client: Client) -> None:
    chosen = change_method(order_id=attempt.order_id, provider="momo")
    start(chosen.pk)
    before = len(momo.gateway.asked)
    for _ in range(5):
        client.get(f"/thanh-toan/{chosen.public_id}/trang-thai/")
        client.get(f"/thanh-toan/{chosen.public_id}/?ve=1")
    assert len(momo.gateway.asked) == before + 1
