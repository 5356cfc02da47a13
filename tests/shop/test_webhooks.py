"""The webhook's answers, and what is left in the database after each."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from oscar.apps.order.models import Order

from shop.orders.following import receive_waiting
from shop.orders.services import expire
from shop.orders.sweep import sweep
from shop.payments.models import InboundEvent, PaymentEvent, RefusedDelivery
from tests.factories import make_product
from tests.support.orders import place_order, signed, transfer

pytestmark = pytest.mark.django_db
URL = "/webhooks/sepay/"


def send(body: bytes, headers: dict[str, str] | None = None) -> Any:
    client = Client(enforce_csrf_checks=True)
    return client.post(
        URL, body, content_type="application/json", headers=signed(body) if headers is None else headers
    )


def post(body: bytes, headers: dict[str, str] | None = None) -> Any:
    """The answer, once everything that was kept has been booked."""
    answer = send(body, headers)
    assert receive_waiting()[1] == set()
    return answer


def test_a_genuine_delivery_pays_the_order() -> None:
    placed = place_order((make_product(price=100_000), 1))
    answer = post(transfer(130_000, f"ck {placed.order.number}"))
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert Order.objects.get().status == "paid"
    assert "Set-Cookie" not in answer.headers


def test_the_bank_is_answered_before_its_money_is_booked() -> None:
    placed = place_order((make_product(price=100_000), 1))
    assert send(transfer(130_000, placed.order.number)).json() == {"success": True}
    assert (Order.objects.get().status, InboundEvent.objects.get().outcome) == ("pending-payment", "received")
    assert receive_waiting() == (1, set())
    assert (Order.objects.get().status, InboundEvent.objects.get().outcome) == ("paid", "matched")
    assert receive_waiting() == (0, set())


def test_the_door_keeps_a_message_in_two_queries_and_finds_a_repeat_in_one(
    django_assert_num_queries: Any,
) -> None:
    body = transfer(5000, "ai do")
    send(transfer(5000, "truoc"))
    with django_assert_num_queries(4):  # look, begin, keep, commit
        send(body)
    with django_assert_num_queries(1):
        send(body)


def test_one_delivery_that_cannot_be_booked_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = (place_order((make_product(price=100_000), 1)) for _ in range(2))
    send(transfer(130_000, first.order.number))
    send(transfer(130_000, second.order.number))
    bad = InboundEvent.objects.order_by("pk").first()
    assert bad is not None
    InboundEvent.objects.filter(pk=bad.pk).update(kind="nonsense")
    assert receive_waiting() == (1, {bad.pk})
    assert receive_waiting(without={bad.pk}) == (0, set())
    assert [Order.objects.get(pk=one.order.pk).status for one in (first, second)] == [
        "pending-payment", "paid",
    ]  # fmt: skip
    InboundEvent.objects.filter(pk=bad.pk).update(kind="charge")
    assert (sweep()["deliveries"], Order.objects.get(pk=first.order.pk).status) == (1, "paid")


def test_an_order_does_not_expire_while_its_money_waits_to_be_booked() -> None:
    placed = place_order((make_product(price=100_000, stock=1), 1))
    send(transfer(130_000, placed.order.number))
    end = placed.order.sheet.pay_by
    assert expire(end + dt.timedelta(minutes=1)) == 0
    receive_waiting()
    assert Order.objects.get().status == "paid"


def test_a_repeat_is_answered_alike_and_does_nothing_more() -> None:
    placed = place_order((make_product(price=100_000), 1))
    body = transfer(130_000, placed.order.number)
    answers = [post(body) for _ in range(3)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"success": True})] * 3
    assert (InboundEvent.objects.count(), PaymentEvent.objects.count()) == (1, 1)


@pytest.mark.parametrize("kind", ["forged", "altered", "old", "unsigned"])
def test_what_cannot_be_proven_is_refused_and_only_counted(kind: str) -> None:
    placed = place_order((make_product(price=100_000), 1))
    body = transfer(130_000, placed.order.number)
    headers = {
        "forged": signed(body, secret="guess"),
        "altered": signed(body),
        "old": signed(body, at=1_700_000_000),
        "unsigned": {},
    }[kind]
    sent = body.replace(b"130000", b"130001") if kind == "altered" else body
    assert [post(sent, headers).status_code for _ in range(2)] == [401, 401]
    assert Order.objects.get().status == "pending-payment"
    assert not InboundEvent.objects.exists() and not PaymentEvent.objects.exists()
    assert list(RefusedDelivery.objects.values_list("provider", "count")) == [("sepay", 2)]


def test_during_rotation_the_previous_secret_is_accepted(settings: Any) -> None:
    settings.SEPAY_WEBHOOK_SECRET_PREVIOUS = "the one before"
    body = transfer(1000, "x")
    assert post(body, signed(body, secret="the one before")).status_code == 200
    settings.SEPAY_WEBHOOK_SECRET_PREVIOUS = ""
    body = transfer(1000, "x")
    assert post(body, signed(body, secret="the one before")).status_code == 401


def test_a_body_above_the_limit_is_refused_unread() -> None:
    assert post(b"x" * (256 * 1024 + 1)).status_code == 413
    assert not InboundEvent.objects.exists() and not RefusedDelivery.objects.exists()
    assert post(b"x" * (256 * 1024)).status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"", b'{"id": 5}', b"[" * 100_000])
def test_a_genuine_but_unreadable_delivery_is_kept_for_staff(body: bytes) -> None:
    assert [post(body).status_code for _ in range(2)] == [200, 200]
    row = InboundEvent.objects.get()
    assert (row.outcome, row.reason, row.amount, bytes(row.body)) == ("unmatched", "unreadable", 0, body)


def test_money_with_an_unknown_code_is_kept_for_staff() -> None:
    assert post(transfer(5000, "HT2345678X")).status_code == 200
    row = InboundEvent.objects.get()
    assert (row.outcome, row.reason, row.amount) == ("unmatched", "no-order-code", 5000)


def test_outgoing_money_is_kept_and_ignored() -> None:
    assert post(transfer(5000, "tra tien", transferType="out")).status_code == 200
    assert InboundEvent.objects.get().outcome == "ignored"


def test_only_post_is_answered(client: Client) -> None:
    assert [getattr(client, verb)(URL).status_code for verb in ("get", "put", "delete")] == [405, 405, 405]


def test_text_the_database_cannot_hold_does_no_harm() -> None:
    assert post(transfer(5000, "a\x00b")).status_code == 200
    body = json.loads(transfer(5000, "x")) | {"content": "\ud800"}
    assert post(json.dumps(body).encode()).status_code == 200
    assert InboundEvent.objects.count() == 2
