"""What was told about an order, what reached nobody, sending it again; and how a stall wants to be told."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.messages.models import Letter
from shop.orders.links import short_url
from shop.orders.models import OrderEvent, StallNotices
from tests.fakes.texting import Texting
from tests.support.market import Market
from tests.support.texting import telephones

FAILED, NOTICES = "/quan-tri/tin-khong-gui-duoc/", "/quan-tri/bao-tin/"


@pytest.fixture
def texting(settings: Any) -> Iterator[Texting]:
    with telephones(settings) as found:
        yield found


@pytest.fixture
def failed(market: Market) -> Letter:
    letter = Letter.objects.filter(reference=market.order.number).order_by("pk")[0]
    Letter.objects.filter(pk=letter.pk).update(state="failed", tries=8, error="SMTP 451")
    return letter


def again(letter: Letter) -> str:
    return f"/quan-tri/tien-cua-don/{letter.reference}/tin/{letter.pk}/gui-lai/"


def page_of(client: Client, market: Market) -> str:
    return client.get(f"/quan-tri/tien-cua-don/{market.order.number}/").content.decode()


def test_the_orders_page_tells_channel_state_and_time_and_hides_addresses(
    market: Market, as_role: Callable[[str], Client], failed: Letter
) -> None:
    page = page_of(as_role("operator"), market)
    part = page[page.index("Tin đã báo") :]
    assert part.count("Thư điện tử") == 3  # order received, money received, to pack
    assert "k…@demo.example" in part and "khach@demo.example" not in part
    assert "8 lần thử: SMTP 451" in part
    assert part.count("gui-lai/") == 1 and again(failed) in part


def test_staff_sends_a_failed_message_again_and_is_named_for_it(
    market: Market, as_role: Callable[[str], Client], failed: Letter
) -> None:
    client = as_role("invoice_staff")
    response = client.post(again(failed), follow=True)
    assert "Tin được gửi lại ngay bây giờ." in response.content.decode()
    failed.refresh_from_db()
    assert (failed.state, failed.tries, failed.error) == ("queued", 0, "")
    event = OrderEvent.objects.get(kind="message-sent-again")
    assert (event.order, event.actor) == (market.order, market.people["invoice_staff"])
    assert event.note == f"Thư điện tử: {failed.subject}"
    assert "Nhân viên gửi lại tin" in page_of(client, market)


def test_what_waits_or_has_arrived_is_not_sent_again(
    market: Market, as_role: Callable[[str], Client]
) -> None:
    letter = Letter.objects.filter(reference=market.order.number).order_by("pk")[0]
    for state in ("queued", "sent", "replaced"):
        Letter.objects.filter(pk=letter.pk).update(state=state)
        response = as_role("operator").post(again(letter), follow=True)
        assert "Tin này không cần gửi lại" in response.content.decode()
    assert not OrderEvent.objects.filter(kind="message-sent-again").exists()


def test_a_message_of_another_order_is_not_found_under_this_one(
    market: Market, as_role: Callable[[str], Client], failed: Letter
) -> None:
    foreign = Letter.objects.exclude(reference=failed.reference)[0]
    url = f"/quan-tri/tien-cua-don/{failed.reference}/tin/{foreign.pk}/gui-lai/"
    assert as_role("operator").post(url).status_code == 404


def test_what_reached_nobody_is_listed_and_counted_on_the_start_screen(
    market: Market, as_role: Callable[[str], Client], failed: Letter
) -> None:
    client = as_role("operator")
    page = client.get(FAILED).content.decode()
    assert "8 lần thử: SMTP 451" in page and f"Đơn {failed.reference}" in page
    assert "khach@demo.example" not in page
    assert "Tin không gửi được" in client.get("/quan-tri/").content.decode()
    counted = _queries(client)
    Letter.objects.update(state="failed")
    assert _queries(client) == counted
    Letter.objects.update(state="sent")
    assert "Tin nào cũng đã gửi được." in client.get(FAILED).content.decode()
    assert "Tin không gửi được" not in client.get("/quan-tri/").content.decode()


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(FAILED)
    return len(captured)


def chosen(market: Market, **changes: Any) -> dict[str, Any]:
    return {"stall": market.a.pk, "rhythm": "digest", "hours": ["12", "7"], "channel": "sms"} | changes


def test_a_stall_chooses_its_hours_and_its_telephone(
    market: Market, as_role: Callable[[str], Client], texting: Texting
) -> None:
    type(market.a).objects.filter(pk=market.a.pk).update(phone="0912 000 111")
    client = as_role("cooperative")
    page = client.get(NOTICES).content.decode()
    assert "Tin nhắn SMS" in page and market.b.name not in page
    response = client.post(NOTICES, chosen(market))
    assert (response.status_code, response["Location"]) == (302, NOTICES)
    notices = StallNotices.objects.get()
    assert (notices.cooperative, notices.rhythm, notices.channel, notices.hours) == (
        market.a, "digest", "sms", [7, 12],
    )  # fmt: skip
    page = client.get(NOTICES).content.decode()
    assert page.count("checked") == 4  # the rhythm, two hours, the channel


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hours": []}, "Chọn ít nhất một giờ."),
        ({"hours": ["7", "8", "9", "10", "11", "12", "13"]}, "Chọn nhiều nhất sáu giờ."),
        ({"hours": ["3"]}, "3"),
        ({"rhythm": "never"}, "never"),
        ({"channel": "zns"}, "zns"),
    ],
)
def test_a_wrong_choice_is_said_at_its_field_and_nothing_is_written(
    market: Market, as_role: Callable[[str], Client], texting: Texting, changes: dict[str, Any], words: str
) -> None:
    type(market.a).objects.filter(pk=market.a.pk).update(phone="0912 000 111")
    response = as_role("cooperative").post(NOTICES, chosen(market, **changes))
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page[page.index("panel-field__error") :]
    assert not StallNotices.objects.exists()


def test_a_number_that_takes_no_messages_cannot_be_chosen(
    market: Market, as_role: Callable[[str], Client], texting: Texting
) -> None:
    type(market.a).objects.filter(pk=market.a.pk).update(phone="1900 1234")
    response = as_role("cooperative").post(NOTICES, chosen(market))
    assert response.status_code == 422
    assert "Số điện thoại của gian hàng chưa nhận tin nhắn được." in response.content.decode()


def test_without_an_sms_channel_there_is_mail_alone(market: Market, as_role: Callable[[str], Client]) -> None:
    client = as_role("cooperative")
    assert "Tin nhắn SMS" not in client.get(NOTICES).content.decode()
    assert client.post(NOTICES, chosen(market)).status_code == 302
    assert StallNotices.objects.get().channel == "mail"


@pytest.mark.parametrize("stall", ["", "x", "²", "9" * 30, "foreign"])
def test_nobody_chooses_for_another_stall(
    market: Market, as_role: Callable[[str], Client], stall: str
) -> None:
    wanted = market.b.pk if stall == "foreign" else stall
    assert as_role("cooperative").post(NOTICES, chosen(market, stall=wanted)).status_code == 404
    assert not StallNotices.objects.exists()


def test_a_short_link_leads_to_the_order_in_the_buyers_language(market: Market) -> None:
    sheet, number = market.order.sheet, market.order.number
    type(sheet).objects.filter(pk=sheet.pk).update(language="en")
    answer = Client().get(f"/d/{number}/{sheet.token[:12]}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/en/don-hang/{number}/{sheet.token}/")
    assert answer["Cache-Control"] == "private, no-store"
    for wrong in (sheet.token[:11], sheet.token[:13], sheet.token, "-", "x" * 12):
        assert Client().get(f"/d/{number}/{wrong}/").status_code == 404
    assert Client().get(f"/d/HT00000000/{sheet.token[:12]}/").status_code == 404


def test_the_link_in_an_sms_is_that_link(market: Market) -> None:
    assert short_url(market.order.sheet) == (
        f"http://testserver/d/{market.order.number}/{market.order.sheet.token[:12]}/"
    )
