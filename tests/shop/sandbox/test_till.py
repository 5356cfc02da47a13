"""The provider to practise with: each script ends as the same thing ends at a real provider."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.orders.invariants import violations
from shop.orders.services import ask, expire
from shop.payments import refunds
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.provider import BadSignature, Purchase, Refused
from shop.payments.providers import PROVIDERS, is_listening, offered
from shop.payments.providers.practice import Script, verify
from shop.payments.services import paid_amount, request_of, start
from shop.sandbox.server import SandboxServer
from shop.sandbox.till import Till, TillFront, message_of
from tests.factories import make_product
from tests.support.gateways import Counterpart, counterpart
from tests.support.loopback import serving
from tests.support.orders import place_order

TOTAL = 130_000


@pytest.fixture
def other(settings: Any) -> Iterator[Counterpart]:
    with counterpart("practice", settings) as found:
        yield found


def started(**changes: Any) -> PaymentAttempt:
    attempt = place_order((make_product(price=100_000), 1), payment_method="practice", **changes).attempt
    start(attempt.pk)
    return PaymentAttempt.objects.select_related("order").get(pk=attempt.pk)


def play(other: Counterpart, attempt: PaymentAttempt, script: Script) -> None:
    for event in other.gateway.till.play(attempt.reference, script):
        hear(event)


def hear(event: dict[str, Any]) -> None:
    headers, body = message_of(event, "practice")
    answer = Client().post("/webhooks/practice/", body, content_type="application/json", headers=headers)
    assert answer.json() == {"success": True}


@pytest.mark.django_db
class TestScripts:
    @pytest.mark.parametrize(
        ("script", "status", "held", "back"),
        [
            (Script.PAID, "paid", TOTAL, []),
            (Script.PARTIAL, "pending-payment", 65_000, []),
            (Script.OVER, "paid", TOTAL + 10_000, [10_000]),
            (Script.DOUBLE, "paid", 2 * TOTAL, [TOTAL]),
            (Script.DECLINED, "pending-payment", 0, []),
            (Script.EXPIRED, "pending-payment", 0, []),
            (Script.UNKNOWN, "pending-payment", 0, []),
            (Script.DISPUTED, "paid", 0, []),
            (Script.REFUND_REFUSED, "paid", TOTAL, []),
        ],
    )
    def test_each_ends_as_it_should(
        self, script: Script, status: str, held: int, back: list[int], other: Counterpart
    ) -> None:
        attempt = started()
        play(other, attempt, script)
        assert (Order.objects.get().status, paid_amount(attempt.order)) == (status, held)
        assert list(Refund.objects.values_list("amount", flat=True)) == back
        assert violations() == []

    def test_what_is_missing_is_paid_on_the_same_page(self, other: Counterpart) -> None:
        attempt = started()
        play(other, attempt, Script.PARTIAL)
        play(other, attempt, Script.PAID)
        assert (Order.objects.get().status, paid_amount(attempt.order)) == ("paid", TOTAL)

    def test_the_unknown_is_found_by_asking_on(self, other: Counterpart) -> None:
        attempt = started()
        play(other, attempt, Script.UNKNOWN)
        heard = [ask(attempt.pk, timezone.now() + dt.timedelta(hours=hour)) for hour in (1, 2, 3)]
        assert heard == [False, False, True]
        assert Order.objects.get().status == "paid"

    def test_late_money_comes_after_the_end_and_still_buys_the_goods(self, other: Counterpart) -> None:
        attempt = started()
        (event,) = other.gateway.till.play(attempt.reference, Script.LATE)
        assert event["at"] > attempt.expires_at.timestamp()
        assert expire(attempt.expires_at + dt.timedelta(minutes=20)) == 1
        hear(event)
        assert (Order.objects.get().status, violations()) == ("paid", [])

    def test_a_refund_that_is_refused_is_sent_by_transfer_instead(
        self, other: Counterpart, django_user_model: Any
    ) -> None:
        attempt = started()
        play(other, attempt, Script.REFUND_REFUSED)
        play(other, attempt, Script.PAID)
        refund = Refund.objects.get()
        one, two = (
            django_user_model.objects.create_user(email=f"{who}@demo.example", password="x") for who in "ab"
        )
        refunds.prepare(refund.pk, by=one, payee=None)
        refunds.approve(refund.pk, by=two)
        refunds.send(refund.pk)
        refund.refresh_from_db()
        assert (refund.state, refund.failure) == ("failed", "refused")
        refunds.prepare(refund.pk, by=one, payee=refunds.Payee("970436", "1", "A"))


@pytest.mark.django_db
class TestOnlyInTheSandbox:
    def test_outside_it_is_neither_offered_nor_heard_nor_asked(
        self, other: Counterpart, settings: Any
    ) -> None:
        attempt = started()
        page = f"/thanh-toan/{attempt.public_id}/thu/"
        assert Client().get(page).content.decode().count("THỬ NGHIỆM") >= 1
        settings.SANDBOX = False
        assert not is_listening("practice") and Client().get(page).status_code == 404
        assert "practice" not in {way.code for way in offered(Purchase(TOTAL))}
        asked = request_of(attempt)
        for call in (PROVIDERS["practice"].start, PROVIDERS["practice"].fetch, PROVIDERS["practice"].close):
            with pytest.raises(Refused):
                call(dataclasses.replace(asked))
        body = b"{}"
        assert Client().post("/webhooks/practice/", body, content_type="application/json").status_code == 404

    def test_the_till_takes_nothing_that_the_market_did_not_sign(self) -> None:
        till = Till("practice")
        assert till.answer("start", {"reference": "HT1", "amount": 1, "expires_at": 1})[0] == 401
        assert till.answer("play", {"reference": "HT1", "script": "paid", "signature": "ữ"})[0] == 401
        assert till.answer("start", [])[0] == 401


@pytest.mark.parametrize(("secret", "late"), [("practice", 301), ("practice", -301), ("a guess", 0), ("", 0)])
def test_a_message_is_fresh_and_signed_or_refused(secret: str, late: int) -> None:
    headers, body = message_of({"id": "P1-1"}, "practice")
    verify(headers, body, secret="practice", now=time.time())
    with pytest.raises(BadSignature):
        verify(headers, body, secret=secret, now=time.time() + late)
    with pytest.raises(BadSignature):
        verify({}, body, secret="practice", now=time.time())


def test_from_the_button_to_a_paid_order_over_real_http(
    transactional_db: None, live_server: Any, settings: Any
) -> None:
    settings.PAYMENT_METHODS, settings.PRACTICE_SECRET = ["vietqr", "practice"], "practice"
    front = TillFront(Till("practice"), f"{live_server.url}/webhooks/practice/", pauses=(0, 0.2, 1))
    with serving(SandboxServer(("127.0.0.1", 0), {"pay": front})) as server:
        settings.SANDBOX_URL = server.url
        attempt = place_order((make_product(price=100_000), 1), payment_method="practice").attempt
        client = Client()
        client.post(f"/thanh-toan/{attempt.public_id}/di/")
        page = client.get(f"/thanh-toan/{attempt.public_id}/thu/").content.decode()
        assert "Không có tiền thật" in page
        assert client.post(f"/thanh-toan/{attempt.public_id}/thu/", {"script": "paid"}).status_code == 302
        until = time.monotonic() + 20
        while Order.objects.get().status != "paid" and time.monotonic() < until:
            time.sleep(0.02)  # the till tells in a thread of its own
        assert Order.objects.get().status == "paid"
        unknown = client.post(f"/thanh-toan/{attempt.public_id}/thu/", {"script": "x"}, follow=True)
        assert "Không có kịch bản này" in unknown.content.decode()
