"""One contract for every online provider, held against its counterpart over real HTTP with real signatures."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.orders.following import receive_waiting
from shop.orders.invariants import violations
from shop.orders.services import ask, expire
from shop.payments import refunds
from shop.payments.codes import new_code
from shop.payments.models import InboundEvent, PaymentAttempt, PaymentEvent, RefusedDelivery
from shop.payments.provider import (
    BadSignature,
    EventKind,
    PaymentRequest,
    Redirect,
    RefundProgress,
    RefundRequest,
    Refused,
    TryLater,
)
from shop.payments.providers.payos import number_of, reference_of
from shop.payments.services import paid_amount, start
from tests.factories import make_product
from tests.support.gateways import CODES, Counterpart, counterpart, request_for
from tests.support.orders import place_order

REFUNDS_ARE_ASKED_ABOUT = ("momo", "zalopay", "stripe", "practice")
GIVE_BACK = ("vnpay", "momo", "zalopay", "stripe", "practice")
ANY_AMOUNT = ("payos", "practice")
TELLS_OF_FAILURE = ("vnpay", "momo", "practice")
SUCCESS: dict[str, Any] = {
    "payos": "00",
    "vnpay": "00",
    "momo": 0,
    "zalopay": 1,
    "stripe": "paid",
    "practice": "paid",
}
ANSWERS: dict[str, tuple[int, Any]] = {
    "payos": (200, {"success": True}),
    "vnpay": (200, {"RspCode": "00", "Message": "Confirm Success"}),
    "momo": (204, None),
    "zalopay": (200, {"return_code": 1, "return_message": "success"}),
    "stripe": (200, {"received": True}),
    "practice": (200, {"success": True}),
}
AGAIN = ANSWERS | {
    "vnpay": (200, {"RspCode": "02", "Message": "Order already confirmed"}),
    "zalopay": (200, {"return_code": 2, "return_message": "already processed"}),
}
FORGED: dict[str, tuple[int, Any]] = {
    "payos": (401, {"success": False}),
    "vnpay": (200, {"RspCode": "97", "Message": "Fail checksum"}),
    "momo": (400, {}),
    "zalopay": (200, {"return_code": -1, "return_message": "mac not equal"}),
    "stripe": (400, {"received": False}),
    "practice": (401, {"success": False}),
}


@pytest.fixture(params=CODES)
def other(request: pytest.FixtureRequest, settings: Any) -> Iterator[Counterpart]:
    with counterpart(request.param, settings) as found:
        yield found


def opened(other: Counterpart, **changes: Any) -> tuple[PaymentRequest, Redirect]:
    """A payment whose page is open, as its attempt would remember it."""
    request = request_for(**changes)
    step = other.provider.start(request)
    return dataclasses.replace(request, provider_reference=step.provider_reference), step


def refund_of(charge: str, amount: int, key: str = "HR2345678X1") -> RefundRequest:
    return RefundRequest(key, amount, charge, 130_000, timezone.now(), "7")


class TestEveryOnlineProvider:
    def test_starting_twice_opens_one_payment(self, other: Counterpart) -> None:
        request = request_for()
        first, second = other.provider.start(request), other.provider.start(request)
        assert first == second
        ours = "http://testserver/thanh-toan/"  # who practises chooses on a page of the market
        assert first.url.startswith(ours if other.code == "practice" else other.gateway.url)
        assert first.amount == 130_000

    def test_being_told_and_asking_name_the_same_movement(self, other: Counterpart) -> None:
        request, step = opened(other)
        (told,) = other.source.read_event(*other.gateway.pay(step.url))
        (found,) = other.provider.fetch(request).events
        assert (found.kind, found.amount, found.reference) == (EventKind.CHARGE, 130_000, request.reference)
        if other.code == "stripe":
            assert (told.kind, told.reference, told.amount) == (EventKind.HINT, request.reference, 0)
        else:
            assert (told.external_id, told.kind, told.amount, told.reference) == (
                found.external_id, found.kind, found.amount, found.reference,
            )  # fmt: skip
        assert other.provider.fetch(request).is_over

    def test_an_open_payment_is_neither_paid_nor_over(self, other: Counterpart) -> None:
        request, _step = opened(other)
        state = other.provider.fetch(request)
        assert (state.events, state.is_over) == ((), False)

    def test_a_try_that_failed_is_no_money(self, other: Counterpart) -> None:
        request, step = opened(other)
        delivery = other.gateway.pay(step.url, code=other.failed)
        if other.code in TELLS_OF_FAILURE:
            (told,) = other.source.read_event(*delivery)
            assert (told.kind, told.reference) == (EventKind.FAILURE, request.reference)
        assert not [event for event in other.provider.fetch(request).events if event.kind == EventKind.CHARGE]

    def test_one_changed_byte_is_refused(self, other: Counterpart) -> None:
        _request, step = opened(other)
        headers, body = other.gateway.pay(step.url)
        for position in range(0, len(body), max(len(body) // 60, 1)):
            forged = bytearray(body)
            forged[position] = forged[position] ^ 1
            try:
                events = other.source.read_event(headers, bytes(forged))
            except BadSignature:
                continue
            # Bytes outside of what is signed (space, the type of a callback) may change; what it says may not.
            assert events == other.source.read_event(headers, body), (position, bytes(forged))

    def test_a_delivery_without_proof_is_refused(self, other: Counterpart) -> None:
        for body in (b"", b"{}", b"[]", b"null", b"\xff", b"vnp_SecureHash=", b'{"data":{},"mac":""}'):
            with pytest.raises(BadSignature):
                other.source.read_event({}, body)

    # The secret to practise with lives as long as the sandbox: nobody changes it.
    @pytest.mark.parametrize("other", [code for code in CODES if code != "practice"], indirect=True)
    def test_two_secrets_are_accepted_while_one_is_changed(self, other: Counterpart) -> None:
        _request, step = opened(other)
        delivery = other.gateway.pay(step.url)
        other.rotate()
        assert len(other.source.read_event(*delivery)) == 1

    def test_empty_secrets_prove_nothing(self, other: Counterpart, settings: Any) -> None:
        _request, step = opened(other)
        delivery = other.gateway.pay(step.url)
        names = (
            "PAYOS_CHECKSUM_KEY",
            "VNPAY_HASH_SECRET",
            "MOMO_SECRET_KEY",
            "ZALOPAY_KEY2",
            "STRIPE_WEBHOOK_SECRET",
            "PRACTICE_SECRET",
        )
        for name in names:
            setattr(settings, name, "")
        with pytest.raises(BadSignature):
            other.source.read_event(*delivery)

    @pytest.mark.parametrize("other", GIVE_BACK, indirect=True)
    def test_parts_go_back_until_nothing_is_left(self, other: Counterpart) -> None:
        request, step = opened(other)
        other.gateway.pay(step.url)
        charge = other.provider.fetch(request).events[0].external_id
        first = other.provider.refund(request, refund_of(charge, 30_000, "HR2345678X1"))
        assert first.progress in (RefundProgress.DONE, RefundProgress.PENDING)
        rest = other.provider.refund(request, refund_of(charge, 100_000, "HR2345678X2"))
        assert rest.progress in (RefundProgress.DONE, RefundProgress.PENDING)
        try:
            more = other.provider.refund(request, refund_of(charge, 1_000, "HR2345678X3"))
        except Refused:
            return
        assert more.progress == RefundProgress.FAILED and more.reason

    @pytest.mark.parametrize("other", GIVE_BACK, indirect=True)
    def test_a_refund_whose_answer_was_lost_is_asked_about(self, other: Counterpart) -> None:
        request, step = opened(other)
        other.gateway.pay(step.url)
        charge = other.provider.fetch(request).events[0].external_id
        refund = refund_of(charge, 130_000)
        # Stripe's package tries again by itself, with the same key.
        other.gateway.trouble = ["lost"] * (3 if other.code == "stripe" else 1)
        with pytest.raises(TryLater):
            other.provider.refund(request, refund)
        known = other.provider.fetch_refund(request, refund)
        expected = RefundProgress.DONE if other.code in REFUNDS_ARE_ASKED_ABOUT else RefundProgress.PENDING
        assert known.progress == expected

    def test_a_provider_that_is_down_is_tried_later(self, other: Counterpart) -> None:
        request, step = opened(other)
        other.gateway.pay(step.url)
        other.gateway.trouble = ["down"] * 9
        with pytest.raises(TryLater):
            other.provider.fetch(request)
        if other.code != "vnpay":  # its start asks nobody
            with pytest.raises(TryLater):
                other.provider.start(request_for())


def deliver(code: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
    """The answer, once what was only kept has been booked too."""
    client = Client(enforce_csrf_checks=True)
    if code == "vnpay":
        answer: Any = client.get(f"/webhooks/{code}/?{body.decode()}")
    else:
        answer = client.post(f"/webhooks/{code}/", body, content_type="application/json", headers=headers)
    assert receive_waiting()[1] == set()
    return answer.status_code, answer.json() if answer.content else None


@pytest.mark.django_db
class TestEveryOnlineJourney:
    def placed(self, other: Counterpart) -> Any:
        return place_order((make_product(price=100_000), 1), payment_method=other.code).attempt

    def test_from_the_button_to_a_paid_order(self, other: Counterpart, client: Client) -> None:
        attempt = self.placed(other)
        page = f"/thanh-toan/{attempt.public_id}/"
        assert "Tới trang trả tiền" in client.get(page).content.decode()
        answer = client.post(f"{page}di/", follow=True)
        attempt.refresh_from_db()
        link = attempt.next_step["url"]
        assert answer["Refresh"] == f"1; url={link}"
        assert client.get(f"{page}trang-thai/").json()["state"] == "waiting"
        delivery = other.gateway.pay(link)
        assert deliver(other.code, *delivery) == ANSWERS[other.code]
        assert Order.objects.get().status == "paid"
        assert paid_amount(attempt.order) == 130_000
        assert deliver(other.code, *delivery) == AGAIN[other.code]
        assert (PaymentEvent.objects.count(), violations()) == (1, [])
        assert "Đã nhận đủ tiền" in client.get(f"{page}?ve=1").content.decode()

    def test_coming_back_before_the_message_asks_the_provider(
        self, other: Counterpart, client: Client
    ) -> None:
        attempt = self.placed(other)
        step: Any = start(attempt.pk)
        other.gateway.pay(step.url)
        page = client.get(f"/thanh-toan/{attempt.public_id}/?ve=1").content.decode()
        assert "Đã nhận đủ tiền" in page
        assert Order.objects.get().status == "paid"

    def test_a_forged_delivery_leaves_nothing_but_a_count(self, other: Counterpart) -> None:
        attempt = self.placed(other)
        step: Any = start(attempt.pk)
        headers, body = other.gateway.pay(step.url)
        if other.code == "stripe":
            headers = {"Stripe-Signature": "t=1,v1=00"}
        forged = body.replace(b"130000", b"130001").replace(b"13000000", b"13000100")
        assert deliver(other.code, headers, forged) == FORGED[other.code]
        assert (InboundEvent.objects.count(), Order.objects.get().status) == (0, "pending-payment")
        assert RefusedDelivery.objects.get().count == 1

    def test_another_amount_than_asked_waits_for_staff(self, other: Counterpart) -> None:
        attempt = self.placed(other)
        step: Any = start(attempt.pk)
        delivery = other.gateway.pay(step.url, code=SUCCESS[other.code], amount=1_000)
        status, body = deliver(other.code, *delivery)
        if other.code == "vnpay":
            assert (status, body) == (200, {"RspCode": "04", "Message": "Invalid amount"})
        if other.code in ANY_AMOUNT:  # transfers; and there are scripts for too little and too much
            assert (Order.objects.get().status, paid_amount(attempt.order)) == ("pending-payment", 1_000)
            return
        row = InboundEvent.objects.get(kind="charge")
        assert (row.outcome, row.reason, row.amount) == ("unmatched", "wrong-amount", 1_000)
        assert (Order.objects.get().status, PaymentEvent.objects.count()) == ("pending-payment", 0)

    def test_who_pays_in_the_last_second_has_paid(self, other: Counterpart) -> None:
        attempt = self.placed(other)
        step: Any = start(attempt.pk)
        other.gateway.pay(step.url)
        assert expire(timezone.now() + dt.timedelta(hours=2)) == 0
        assert (Order.objects.get().status, violations()) == ("paid", [])

    def test_a_provider_that_does_not_answer_gets_some_grace_before_the_end(self, other: Counterpart) -> None:
        attempt = self.placed(other)
        start(attempt.pk)
        pay_by = attempt.order.sheet.pay_by
        other.gateway.trouble = ["down"] * 20
        assert expire(pay_by + dt.timedelta(minutes=1)) == 0
        assert expire(pay_by + dt.timedelta(minutes=16)) == 1
        assert (Order.objects.get().status, violations()) == ("expired", [])

    @pytest.mark.parametrize("other", GIVE_BACK, indirect=True)
    def test_a_double_payment_goes_back_through_the_provider(
        self, other: Counterpart, django_user_model: Any
    ) -> None:
        first = self.placed(other)
        step: Any = start(first.pk)
        other.gateway.pay(step.url)
        ask(first.pk, timezone.now() + dt.timedelta(minutes=5))
        second = PaymentAttempt.objects.create(
            order=first.order, provider=other.code, reference=f"{first.order.number}L2", amount=130_000,
            expires_at=first.expires_at,
        )  # fmt: skip
        again = other.provider.start(
            dataclasses.replace(request_for(), reference=second.reference, order_number=first.order.number)
        )
        PaymentAttempt.objects.filter(pk=second.pk).update(
            provider_reference=again.provider_reference, started_at=timezone.now(), ask_at=timezone.now()
        )
        PaymentAttempt.objects.filter(pk=second.pk).update(created_at=timezone.now())
        other.gateway.pay(again.url)
        ask(second.pk, timezone.now() + dt.timedelta(minutes=5))
        refund = second.refunds.get()
        assert (refund.reason, refund.amount, violations()) == ("double", 130_000, [])
        one, two = (
            django_user_model.objects.create_user(email=f"{name}@demo.example", password="x")
            for name in ("mot", "hai")
        )
        refunds.prepare(refund.pk, by=one, payee=None)
        with pytest.raises(refunds.SamePerson):
            refunds.approve(refund.pk, by=one)
        refunds.approve(refund.pk, by=two)
        assert refunds.send(refund.pk)
        if other.code == "zalopay":  # it always says first that it is working on it
            refunds.send_due(timezone.now() + dt.timedelta(minutes=10))
        refund.refresh_from_db()
        assert (refund.state, paid_amount(first.order), violations()) == ("done", 130_000, [])


class TestPayOs:
    """What is payOS's own: links for transfers, beside its messages about the whole account."""

    @pytest.fixture
    def payos(self, settings: Any) -> Iterator[Counterpart]:
        with counterpart("payos", settings) as found:
            yield found

    def test_every_attempt_has_a_number_that_leads_back_to_it(self) -> None:
        for reference in ("HT2345678XL1", f"{new_code()}L2", f"{new_code()}L999"):
            assert number_of(reference) < 2**53
            assert reference_of(number_of(reference)) == reference
        for foreign in ("HT2345678XL1000", "HT2345678XL0", "HT2345678X", "HT23O5678XL1", "XX2345678XL1"):
            with pytest.raises(Refused):
                number_of(foreign)
        assert [reference_of(number) for number in (123, -1, True, None, "1", 2**53)] == [""] * 6

    def test_a_start_whose_answer_was_lost_opens_the_same_link(self, payos: Counterpart) -> None:
        request = request_for()
        payos.gateway.trouble = ["lost"]
        with pytest.raises(TryLater):
            payos.provider.start(request)
        step = payos.provider.start(request)
        (link,) = payos.gateway.links.values()
        assert step == Redirect(f"{payos.gateway.url}/web/{link['id']}", 130_000, link["id"])
        with pytest.raises(Refused):  # a link for another amount is not ours to show
            payos.provider.start(dataclasses.replace(request, amount=90_000))

    def test_who_is_not_known_to_payos_is_refused(self, payos: Counterpart, settings: Any) -> None:
        settings.PAYOS_API_KEY = "somebody else's"
        with pytest.raises(Refused):
            payos.provider.start(request_for())

    def test_a_closed_link_is_over_and_takes_no_money(self, payos: Counterpart) -> None:
        request, _step = opened(payos)
        payos.provider.close(request)
        assert payos.provider.fetch(request).is_over
        payos.provider.close(request_for())  # never opened: nothing to close
        paid, step = opened(payos)
        payos.gateway.pay(step.url)
        with pytest.raises(Refused):
            payos.provider.close(paid)

    def test_its_money_goes_back_by_a_transfer(self, payos: Counterpart) -> None:
        request, _step = opened(payos)
        for asked in (payos.provider.refund, payos.provider.fetch_refund):
            with pytest.raises(Refused):
                asked(request, refund_of("a:b", 1_000))

    @pytest.mark.django_db
    def test_two_transfers_by_one_link_pay_the_order(self, payos: Counterpart) -> None:
        attempt = place_order((make_product(price=100_000), 1), payment_method="payos").attempt
        step: Any = start(attempt.pk)
        assert deliver("payos", *payos.gateway.pay(step.url, amount=50_000))[0] == 200
        assert (Order.objects.get().status, paid_amount(attempt.order)) == ("pending-payment", 50_000)
        payos.gateway.pay(step.url, amount=80_000)
        assert ask(attempt.pk, timezone.now() + dt.timedelta(minutes=5))
        assert (Order.objects.get().status, violations()) == ("paid", [])
        assert PaymentEvent.objects.count() == 2
        refund = refunds.request_agreed(attempt=attempt, amount=10_000, by=None, note="")
        assert refunds.charge_of(refund) is None  # staff transfer it

    @pytest.mark.django_db
    def test_without_links_and_without_watching_its_door_is_shut(self, client: Client, settings: Any) -> None:
        assert client.post("/webhooks/payos/", b"{}", content_type="application/json").status_code == 404
        settings.PAYOS_API_KEY = "api-key"
        assert client.post("/webhooks/payos/", b"{}", content_type="application/json").status_code == 401
