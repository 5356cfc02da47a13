"""An account number for each order: SePay opens it, the bank takes the exact amount, SePay's message names it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.environment import Environment
from shop.orders.following import receive_waiting
from shop.orders.invariants import violations
from shop.orders.services import expire
from shop.payments.models import InboundEvent
from shop.payments.provider import PaymentRequest, Refused, ShowQr, TryLater
from shop.payments.providers.own_account import OwnAccount
from shop.payments.services import paid_amount, start
from shop.payments.vietqr import read_payload
from tests.factories import make_product
from tests.fakes.gateway import running
from tests.fakes.sepay import SePayGateway
from tests.support.gateways import request_for
from tests.support.orders import place_order

ACCOUNT = "1234567890"


@pytest.fixture
def sepay(settings: Any) -> Iterator[SePayGateway]:
    settings.PAYMENT_METHODS = ["vietqr", "own-account"]
    settings.BANK_EVENTS = "sepay"
    settings.VIETQR_BANK_BIN, settings.VIETQR_ACCOUNT = "970418", ACCOUNT
    settings.SEPAY_API_TOKEN, settings.SEPAY_ACCOUNT_ID = "token", "f9e8d7c6"
    with running(SePayGateway("token", "f9e8d7c6", ACCOUNT, settings.SEPAY_WEBHOOK_SECRET)) as gateway:
        assert isinstance(gateway, SePayGateway)
        settings.SEPAY_API_URL = gateway.url
        yield gateway


def opened(**changes: Any) -> tuple[PaymentRequest, ShowQr]:
    request = request_for(**changes)
    step = OwnAccount().start(request)
    return dataclasses.replace(request, provider_reference=step.provider_reference), step


def deliver(headers: dict[str, str], body: bytes) -> int:
    answer = Client().post("/webhooks/sepay/", body, content_type="application/json", headers=headers)
    receive_waiting()
    return answer.status_code


class TestTheAccount:
    def test_its_code_asks_for_exactly_the_amount_at_the_orders_own_number(self, sepay: SePayGateway) -> None:
        request, step = opened()
        (order,) = sepay.orders.values()
        assert (order["order_code"], order["amount"]) == (request.reference, 130_000)
        read = read_payload(step.payload)
        assert (read.bank_bin, read.account, read.amount) == ("970418", order["va"][0]["va_number"], 130_000)
        assert (step.account, step.holder, step.memo) == (read.account, "CHO PHIEN MAU", request.order_number)
        assert step.provider_reference == order["id"]

    def test_a_start_whose_answer_was_lost_finds_the_same_number(self, sepay: SePayGateway) -> None:
        request = request_for()
        sepay.trouble = ["lost"]
        with pytest.raises(TryLater):
            OwnAccount().start(request)
        step = OwnAccount().start(request)
        (order,) = sepay.orders.values()
        assert (step.account, step.provider_reference) == (order["va"][0]["va_number"], order["id"])
        with pytest.raises(Refused):  # a number for another amount is not ours to show
            OwnAccount().start(dataclasses.replace(request, amount=90_000))

    def test_who_is_not_known_to_sepay_is_refused(self, sepay: SePayGateway, settings: Any) -> None:
        settings.SEPAY_API_TOKEN = "somebody else's"
        with pytest.raises(Refused):
            OwnAccount().start(request_for())

    def test_a_closed_one_is_over_and_the_bank_takes_no_more(self, sepay: SePayGateway) -> None:
        request, step = opened()
        assert not OwnAccount().fetch(request).is_over
        OwnAccount().close(request)
        assert OwnAccount().fetch(request).is_over
        with pytest.raises(ValueError, match="nothing any more"):
            sepay.pay(step.account)
        with pytest.raises(Refused):
            OwnAccount().close(request)

    def test_one_that_was_paid_is_not_closed_before_the_message_comes(self, sepay: SePayGateway) -> None:
        request, step = opened()
        sepay.pay(step.account)
        with pytest.raises(TryLater, match="has not come"):
            OwnAccount().close(request)

    def test_only_sepay_can_tell_which_account_was_paid(self) -> None:
        given = Environment({"SEPAY_API_TOKEN": "t", "SEPAY_ACCOUNT_ID": "a"})
        given.check_payments(["own-account"], "sepay")
        with pytest.raises(ImproperlyConfigured, match="BANK_EVENTS must be sepay"):
            given.check_payments(["own-account"], "none")
        with pytest.raises(ImproperlyConfigured, match="SEPAY_ACCOUNT_ID is not set"):
            Environment({"SEPAY_API_TOKEN": "t"}).check_payments(["own-account"], "sepay")


@pytest.mark.django_db
class TestTheJourney:
    def placed(self) -> Any:
        return place_order((make_product(price=100_000), 1), payment_method="own-account").attempt

    @pytest.mark.parametrize("memo", ["", "chuyen tien", "HT2345678X"])
    def test_whatever_the_memo_says_the_order_of_the_account_is_paid(
        self, sepay: SePayGateway, memo: str
    ) -> None:
        attempt = self.placed()
        step: Any = start(attempt.pk)
        assert deliver(*sepay.pay(step.account, memo=memo)) == 200
        assert (Order.objects.get().status, paid_amount(attempt.order)) == ("paid", 130_000)
        assert violations() == []

    def test_control_an_account_of_nobody_is_told_by_its_memo_or_waits(self, sepay: SePayGateway) -> None:
        attempt = self.placed()
        step: Any = start(attempt.pk)
        type(attempt).objects.update(account="")
        assert deliver(*sepay.pay(step.account, memo="chuyen tien")) == 200
        assert (Order.objects.get().status, InboundEvent.objects.get().outcome) == (
            "pending-payment",
            "unmatched",
        )

    def test_the_page_shows_the_number_and_after_a_silence_a_button_for_it(
        self, sepay: SePayGateway, client: Client
    ) -> None:
        attempt = self.placed()
        page = f"/thanh-toan/{attempt.public_id}/"
        assert "Lấy số tài khoản" in client.get(page).content.decode()
        sepay.trouble = ["down"]
        assert "chưa trả lời" in client.post(f"{page}di/", follow=True).content.decode()
        text = client.post(f"{page}di/", follow=True).content.decode()
        (order,) = sepay.orders.values()
        assert order["va"][0]["va_number"] in text and "không cần ghi nội dung" in text
        assert client.get(f"{page}qr.svg").status_code == 200

    def test_whoever_changes_to_it_meets_the_number_at_once(
        self, sepay: SePayGateway, client: Client
    ) -> None:
        attempt = place_order((make_product(price=100_000), 1)).attempt
        text = client.post(
            f"/thanh-toan/{attempt.public_id}/doi/", {"cach": "own-account"}, follow=True
        ).content.decode()
        (order,) = sepay.orders.values()
        assert order["va"][0]["va_number"] in text

    def test_at_the_end_a_payment_nobody_told_of_gets_some_grace(self, sepay: SePayGateway) -> None:
        attempt = self.placed()
        step: Any = start(attempt.pk)
        delivery = sepay.pay(step.account)
        pay_by = attempt.order.sheet.pay_by
        assert expire(pay_by + dt.timedelta(minutes=1)) == 0
        deliver(*delivery)
        assert expire(timezone.now() + dt.timedelta(hours=3)) == 0
        assert (Order.objects.get().status, violations()) == ("paid", [])
