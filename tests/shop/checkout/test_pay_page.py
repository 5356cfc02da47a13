"""The pay page: what a payer needs, and what it says when money is in, short or late."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from shop.checkout.views import payment
from shop.orders.models import OrderSheet
from shop.orders.services import expire
from shop.payments.models import PaymentEvent
from shop.payments.services import next_step
from shop.payments.vietqr import Transfer, read_payload
from tests.factories import make_product
from tests.support.loopback import serving
from tests.support.orders import bring, place_order, transfer
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db


def unpaid() -> Any:
    """An unpaid order of 135.000 ₫, delivery included."""
    return place_order((make_product(price=105_000), 1)).attempt


@pytest.fixture(scope="module")
def standing_attempt(standing: Standing) -> Callable[[], Any]:
    return standing.keep(unpaid)


@pytest.fixture
def attempt(standing_attempt: Callable[[], Any]) -> Any:
    return standing_attempt()


@pytest.fixture
def bank(settings: Settings) -> Iterator[list[dict[str, Any]]]:
    """A sandbox bank on loopback that takes every transfer."""
    taken: list[dict[str, Any]] = []

    class Bank(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append({"path": self.path, **json.loads(body)})
            self.send_response(202)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Bank)) as server:
        settings.SANDBOX_URL = f"http://127.0.0.1:{server.server_port}"
        yield taken


def pay_url(attempt: Any) -> str:
    return f"/thanh-toan/{attempt.public_id}/"


def page_of(attempt: Any) -> str:
    return Client().get(pay_url(attempt)).content.decode()


def state_of(attempt: Any) -> dict[str, Any]:
    found: dict[str, Any] = Client().get(f"{pay_url(attempt)}trang-thai/").json()
    return found


def test_everything_to_copy_stands_beside_the_code(attempt: Any) -> None:
    page = page_of(attempt)
    for text in ("Vietcombank", "970436", 'data-copy="0123456789"', "CHO PHIEN MAU", 'data-copy="135000"'):
        assert text in page
    assert f'data-copy="{attempt.reference}"' in page
    assert "135.000\xa0₫" in page
    assert "Còn 59 phút" in page


def test_the_code_asks_for_the_exact_amount_with_the_orders_number(attempt: Any) -> None:
    step: Any = next_step(attempt)
    assert read_payload(step.payload) == Transfer("970436", "0123456789", 135_000, attempt.reference)


def test_the_code_comes_as_svg_for_the_page_and_png_for_the_phone(client: Client, attempt: Any) -> None:
    svg = client.get(f"{pay_url(attempt)}qr.svg")
    png = client.get(f"{pay_url(attempt)}qr.png")
    assert (svg["Content-Type"], svg["Cache-Control"]) == ("image/svg+xml", "private, no-store")
    assert b"<svg" in svg.content
    assert (png["Content-Type"], png["Cache-Control"]) == ("image/png", "private, no-store")
    assert png["Content-Disposition"] == f'attachment; filename="{attempt.reference}.png"'
    assert png.content.startswith(b"\x89PNG")


def test_a_browser_without_script_looks_again_by_itself(attempt: Any) -> None:
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in page_of(attempt)


def test_the_pay_page_is_nobody_elses_business(client: Client, attempt: Any) -> None:
    for path in (pay_url(attempt), f"{pay_url(attempt)}trang-thai/"):
        answer = client.get(path)
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "same-origin"
    assert "Nguyễn Thị Mẫu" not in page_of(attempt)
    assert "0912" not in page_of(attempt)


@pytest.mark.parametrize("path", ["", "trang-thai/", "qr.svg", "qr.png"])
def test_an_unknown_attempt_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/thanh-toan/{uuid.uuid4()}/{path}").status_code == 404


def test_waiting_is_said_in_plain_words(attempt: Any) -> None:
    assert "Ngân hàng chưa báo tiền về" in page_of(attempt)
    assert state_of(attempt) == {"state": "waiting", "open_amount": 135_000, "time_left": "Còn 59 phút"}


def test_the_page_turns_to_paid(client: Client, attempt: Any) -> None:
    bring(transfer(135_000, attempt.reference))
    assert state_of(attempt)["state"] == "paid"
    page = page_of(attempt)
    assert "Đã nhận đủ tiền" in page
    assert "qr.svg" not in page
    assert "http-equiv" not in page
    assert client.get(f"{pay_url(attempt)}qr.svg").status_code == 404


def test_money_that_comes_while_the_page_is_made_shows_as_paid(
    attempt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pay_then_ask(found: Any) -> Any:
        bring(transfer(135_000, attempt.reference))
        return next_step(found)

    monkeypatch.setattr(payment, "next_step", pay_then_ask)
    assert "Đã nhận đủ tiền" in page_of(attempt)


def test_a_part_shows_the_rest_with_its_own_code(attempt: Any) -> None:
    bring(transfer(100_000, attempt.reference))
    assert state_of(attempt)["state"] == "partially-paid"
    assert state_of(attempt)["open_amount"] == 35_000
    page = page_of(attempt)
    assert "Đã nhận 100.000\xa0₫, còn thiếu 35.000\xa0₫" in page
    assert 'data-copy="35000"' in page
    assert "qr.svg?35000" in page


def test_an_expired_order_says_what_holds(client: Client, attempt: Any) -> None:
    OrderSheet.objects.update(pay_by=timezone.now() - dt.timedelta(minutes=1))
    assert state_of(attempt) | {"time_left": ""} == {
        "state": "waiting",
        "open_amount": 135_000,
        "time_left": "",
    }
    expire(timezone.now())
    assert state_of(attempt) == {"state": "expired", "open_amount": 0, "time_left": ""}
    page = page_of(attempt)
    assert "Đơn đã hết hạn trả tiền" in page
    assert "Tiền về sau vẫn được ghi nhận" in page
    assert client.get(f"{pay_url(attempt)}qr.png").status_code == 404


def test_money_after_the_deadline_turns_the_page_to_paid(attempt: Any) -> None:
    expire(timezone.now() + dt.timedelta(hours=2))
    bring(transfer(135_000, attempt.reference))
    assert state_of(attempt)["state"] == "paid"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (dt.timedelta(seconds=30), "Còn chưa đầy 1 phút"),
        (dt.timedelta(minutes=12, seconds=5), "Còn 12 phút"),
        (dt.timedelta(hours=23, minutes=5, seconds=5), "Còn 23 giờ 5 phút"),
        (dt.timedelta(seconds=-90), ""),
    ],
)
def test_the_time_left_is_said_in_words(attempt: Any, left: dt.timedelta, words: str) -> None:
    OrderSheet.objects.update(pay_by=timezone.now() + left)
    assert state_of(attempt)["time_left"] == words


def test_an_amount_too_large_for_one_code_is_told_in_words(client: Client) -> None:
    large = place_order((make_product(price=500_000_000), 1)).attempt
    page = page_of(large)
    assert "qr.svg" not in page
    assert 'data-copy="500030000"' in page
    assert client.get(f"{pay_url(large)}qr.svg").status_code == 404


def test_the_sandbox_button_asks_the_bank_for_what_is_open(
    client: Client, attempt: Any, bank: list[dict[str, Any]]
) -> None:
    assert "THỬ NGHIỆM" in page_of(attempt)
    answer = client.post(f"{pay_url(attempt)}sandbox/", follow=True)
    assert answer.redirect_chain == [(pay_url(attempt), 302)]
    assert "đã nhận lệnh" in answer.content.decode()
    assert bank == [{"path": "/bank/transfers", "amount": 135_000, "memo": attempt.reference}]
    assert not PaymentEvent.objects.exists()


def test_a_sandbox_bank_that_is_down_is_said(client: Client, attempt: Any, settings: Settings) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    answer = client.post(f"{pay_url(attempt)}sandbox/", follow=True)
    assert "Ngân hàng thử nghiệm không trả lời" in answer.content.decode()


def test_a_paid_order_is_not_paid_again_by_the_button(
    client: Client, attempt: Any, bank: list[dict[str, Any]]
) -> None:
    bring(transfer(135_000, attempt.reference))
    assert client.post(f"{pay_url(attempt)}sandbox/").status_code == 302
    assert bank == []


def test_a_real_market_has_no_sandbox_button(client: Client, attempt: Any, settings: Settings) -> None:
    settings.SANDBOX = False
    assert "THỬ NGHIỆM" not in page_of(attempt)
    assert client.post(f"{pay_url(attempt)}sandbox/").status_code == 404


def test_the_sandbox_button_is_a_post_with_a_token(attempt: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"{pay_url(attempt)}sandbox/").status_code == 403
    assert strict.get(f"{pay_url(attempt)}sandbox/").status_code == 405


def test_asking_for_the_state_is_cheap(
    client: Client, attempt: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        client.get(f"{pay_url(attempt)}trang-thai/")
