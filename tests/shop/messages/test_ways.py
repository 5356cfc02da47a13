"""Who is told what by which channel, and what happens when one fails."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from shop.messages import services
from shop.messages.channels import CHANNELS
from shop.messages.models import ChannelName, Letter
from shop.messages.services import MOST_TRIES, send_again, send_due, send_letter
from shop.messages.short import segments
from shop.orders.digests import choose
from shop.orders.models import NoticeRhythm
from shop.orders.requests import Buyer
from shop.orders.services import (
    cancel_consignment,
    cancel_order,
    change_lots,
    expire,
    hand_over,
    pack,
    recall_lot,
    report_shortfall,
)
from tests.factories import make_cooperative, make_lot, make_product
from tests.fakes.texting import Texting
from tests.support.orders import bring, place_order, transfer
from tests.support.texting import telephones

pytestmark = pytest.mark.django_db

NO_MAIL = Buyer(name="Sùng A Mẫu", phone="0912 345 678", email="")
LONG_NAME = "Hợp tác xã nông nghiệp và du lịch cộng đồng Tà Xùa Háng Đồng Làng Sáng"


@pytest.fixture
def texting(settings: Any) -> Iterator[Texting]:
    with telephones(settings) as found:
        yield found


@pytest.fixture
def zalo(settings: Any) -> Iterator[Texting]:
    with telephones(settings, zns=True) as found:
        yield found


def rows(**wanted: Any) -> list[tuple[str, str, str]]:
    found = Letter.objects.filter(**wanted).order_by("pk")
    return [(one.channel, one.recipient, one.state) for one in found]


def due_now() -> None:
    Letter.objects.filter(state="queued").update(next_try_at=timezone.now())


def placed_without_mail(**changes: Any) -> Any:
    return place_order((make_product(price=100_000), 1), buyer=NO_MAIL, **changes)


def test_without_a_telephone_channel_nothing_is_written_to_a_buyer_without_mail() -> None:
    placed_without_mail()
    assert not Letter.objects.exists()


def test_a_buyer_without_mail_gets_one_sms_with_the_pay_link(texting: Texting) -> None:
    placed = placed_without_mail()
    assert send_due() == 1
    (sms,) = texting.taken
    number, until = placed.order.number, timezone.localtime(placed.order.sheet.pay_by)
    assert (sms["to"], sms["text"]) == (
        "84912345678",
        f"Cho Phien: da nhan don {number}, 130.000d. Ban tra tien truoc {until:%H:%M %d/%m/%Y}: "
        f"http://testserver/thanh-toan/{placed.attempt.public_id}/",
    )
    letter = Letter.objects.get()
    assert (letter.channel, letter.recipient, letter.reference) == ("sms", "0912345678", number)
    assert (letter.state, letter.receipt, letter.is_unsure) == ("sent", f"sms-{sms['key'][:6]}", False)


def test_whoever_gave_an_address_gets_mail_and_no_sms(texting: Texting) -> None:
    place_order((make_product(), 1))
    send_due()
    assert (len(mail.outbox), texting.taken) == (1, [])


def test_zalo_comes_before_sms_and_is_filled_not_written(zalo: Texting) -> None:
    placed = placed_without_mail()
    send_due()
    (notice,) = zalo.taken
    assert notice["template_data"] == {
        "customer_name": "Sùng A Mẫu",
        "order_code": placed.order.number,
        "amount": "130.000\xa0₫",
        "deadline": f"{timezone.localtime(placed.order.sheet.pay_by):%H:%M %d/%m/%Y}",
        "link": f"http://testserver/thanh-toan/{placed.attempt.public_id}/",
    }


def test_a_kind_without_a_zalo_template_goes_by_sms(zalo: Texting, settings: Any) -> None:
    settings.ZALO_ZNS_TEMPLATES = {"money_received": "301"}
    placed_without_mail()
    assert rows() == [("sms", "0912345678", "queued")]


def test_a_foreign_or_wrong_number_is_told_nothing(texting: Texting) -> None:
    place_order((make_product(), 1), buyer=Buyer(name="A", phone="12345", email=""))
    assert not Letter.objects.exists()


def test_an_english_buyer_gets_english_sms(texting: Texting) -> None:
    placed = placed_without_mail(language="en")
    body = Letter.objects.get().body
    assert body.startswith(f"Cho Phien: order {placed.order.number} received, 130.000d. Please pay before ")
    assert body.endswith(f"/en/thanh-toan/{placed.attempt.public_id}/")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_sms_of_an_order_costs_two_segments_at_most(
    texting: Texting, settings: Any, language: str
) -> None:
    settings.BASE_URL = "https://cho-phien-ta-xua.nongsan.example"
    stall = make_cooperative(name=LONG_NAME)
    goods = make_product(price=12_345_678, cooperative=stall, stock=9)
    for step in ("hand over", "ask", "cancel"):
        placed = place_order((goods, 2), buyer=NO_MAIL, language=language)
        bring(transfer(placed.attempt.amount + 1, placed.order.number))
        parcel = placed.order.consignments.get()
        if step == "hand over":
            pack(consignment=parcel, by=None)
            hand_over(consignment=parcel, by=None, carrier="Bưu cục " * 9, tracking_number="9" * 60)
        elif step == "ask":
            report_shortfall(consignment=parcel, missing={parcel.lines.get().pk: 1}, restock_on=None)
        else:
            cancel_consignment(consignment=parcel)
    told = list(Letter.objects.filter(channel="sms").order_by("pk"))
    assert {one.kind for one in told} == {
        "order_received", "money_received", "refund_due", "handed_over", "shortfall_asked", "parcel_cancelled",
    }  # fmt: skip
    for one in told:
        assert segments(one.body) <= 2, one.body
        assert one.body == one.body.encode("ascii", "replace").decode() and "?" not in one.body, one.body


def test_a_buyer_by_telephone_is_not_told_what_can_wait(texting: Texting) -> None:
    placed = placed_without_mail()
    cancel_order(order_id=placed.order.pk)  # by themselves: the letter about it is mail only
    assert [one.kind for one in Letter.objects.all()] == ["order_received"]


def test_a_part_of_the_money_the_end_of_the_time_and_a_recall_are_told_by_telephone(
    zalo: Texting, settings: Any
) -> None:
    settings.ZALO_ZNS_TEMPLATES = {"part_received": "301"}
    settings.BASE_URL = "https://cho-phien-ta-xua.nongsan.example"
    sheet = make_product(price=100_000, title="Khoai sọ " * 20, cooperative=make_cooperative(name=LONG_NAME))
    placed = place_order((sheet, 1), buyer=NO_MAIL)
    bring(transfer(50_000, placed.order.number))
    expire(timezone.now() + dt.timedelta(days=9))
    bring(transfer(80_000, (placed := place_order((sheet, 1), buyer=NO_MAIL)).order.number))
    bring(transfer(50_000, placed.order.number))
    parcel = pack(consignment=placed.order.consignments.get(), by=None, lots={})
    lot = make_lot(sheet)
    change_lots(consignment=parcel, lots={parcel.lines.get().pk: lot.pk})
    hand_over(consignment=parcel, by=None, carrier="Xe", tracking_number="")
    choose(
        cooperative=sheet.cooperative,
        rhythm=NoticeRhythm.AT_ONCE,
        channel=ChannelName.SMS,
        hours=[],
        now=timezone.now(),
    )
    recall_lot(lot=lot, reason="Nghi nhiễm", with_made=False, by=None)
    wanted = ("part_received", "order_expired", "lot_recalled", "own_lot_recalled")
    told = list(Letter.objects.filter(kind__in=wanted).order_by("pk"))
    assert [(one.kind, one.channel) for one in told] == [
        ("part_received", "zns"),
        ("order_expired", "sms"),
        ("part_received", "zns"),
        ("own_lot_recalled", "sms"),
        ("lot_recalled", "sms"),
    ]
    assert told[0].parameters["amount"] == "80.000\xa0₫"
    for one in told:
        assert segments(one.body) <= 2 and "?" not in one.body, one.body


def test_who_is_refused_on_one_channel_is_told_once_on_the_next(zalo: Texting) -> None:
    placed_without_mail()
    first = Letter.objects.get()
    zalo.refused = {"84912345678"}
    assert not send_letter(first.pk)
    zalo.refused = set()
    assert send_due() == 1
    assert rows() == [("zns", "0912345678", "replaced"), ("sms", "0912345678", "sent")]
    second = Letter.objects.latest("pk")
    assert (second.key, second.family, second.fallbacks) == (f"{first.key}~sms", first.key, [])
    assert not send_letter(first.pk) and not send_again(first.pk) and not send_again(second.pk)
    assert len(zalo.taken) == 1


def test_when_every_way_refuses_nobody_is_told_and_staff_sees_it(zalo: Texting) -> None:
    placed_without_mail()
    zalo.refused = {"84912345678"}
    for _ in range(4):
        send_due()
        due_now()
    assert rows() == [("zns", "0912345678", "replaced"), ("sms", "0912345678", "failed")]
    assert [one.error for one in Letter.objects.all()] == ["-118 Zalo account not existed", "no such number"]
    assert (zalo.taken, len(zalo.asked)) == ([], 2)


def test_an_outage_that_surely_took_nothing_ends_on_the_next_channel(zalo: Texting) -> None:
    placed_without_mail()
    zalo.trouble = ["poor"] * MOST_TRIES
    for _ in range(MOST_TRIES):
        assert send_due() == 0
        due_now()
    assert send_due() == 1
    assert rows() == [("zns", "0912345678", "replaced"), ("sms", "0912345678", "sent")]


def test_an_outage_that_may_have_taken_it_ends_with_staff_not_with_a_second_message(zalo: Texting) -> None:
    placed_without_mail()
    zalo.trouble = ["broken"] + ["poor"] * (MOST_TRIES - 1)
    for _ in range(MOST_TRIES):
        send_due()
        due_now()
    assert rows() == [("zns", "0912345678", "failed")]


def test_a_channel_that_was_switched_off_meanwhile_makes_room_for_the_next(
    zalo: Texting, settings: Any
) -> None:
    placed_without_mail()
    settings.ZALO_ZNS_URL, settings.ZALO_ZNS_TEMPLATES = "", {}
    send_due()
    assert send_due() == 1
    assert rows() == [("zns", "0912345678", "replaced"), ("sms", "0912345678", "sent")]


def test_a_lost_answer_is_asked_again_under_the_same_key_and_the_person_is_told_once(
    texting: Texting,
) -> None:
    placed_without_mail()
    texting.trouble = ["lost"]
    assert send_due() == 0
    assert Letter.objects.get().is_unsure
    due_now()
    assert send_due() == 1
    assert (len(texting.asked), len(texting.taken)) == (2, 1)
    assert not Letter.objects.get().is_unsure


def test_a_refused_address_is_told_by_telephone(texting: Texting, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.NoSuchBox"
    place_order((make_product(), 1))
    send_due()
    send_due()
    assert rows() == [("mail", "khach@demo.example", "replaced"), ("sms", "0912345678", "sent")]


class NoSuchBox:
    """A mail server that knows no such person."""

    def __init__(self, **options: Any) -> None:
        pass

    def send_messages(self, messages: Any) -> int:
        from smtplib import SMTPRecipientsRefused

        raise SMTPRecipientsRefused({"khach@demo.example": (550, b"no such user")})


class Poison:
    """A message that its channel cannot digest."""

    def send(self, message: Any) -> Any:
        raise KeyError("nobody thought of it")


def test_a_poison_message_is_parked_after_its_tries_and_holds_up_nobody(
    texting: Texting, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed_without_mail()
    place_order((make_product(), 1))
    monkeypatch.setitem(CHANNELS, "sms", Poison())
    assert send_due() == 1  # the other buyer's mail
    for _ in range(MOST_TRIES):
        due_now()
        assert send_due() == 0
    poisoned = Letter.objects.get(channel="sms")
    assert (poisoned.state, poisoned.tries, poisoned.error) == ("failed", MOST_TRIES, "KeyError")


def test_a_message_that_kills_its_sender_every_time_is_parked_too(texting: Texting) -> None:
    placed_without_mail()
    for _ in range(MOST_TRIES):
        due_now()
        assert (
            services._claim(Letter.objects.get().pk, timezone.now()) is not None
        )  # and then the process died
    due_now()
    assert send_due() == 0
    letter = Letter.objects.get()
    assert (letter.state, letter.error, texting.asked) == ("failed", "lost", [])


def test_a_slow_sender_does_not_overwrite_what_a_later_one_found(zalo: Texting) -> None:
    placed_without_mail()
    slow = services._claim(Letter.objects.get().pk, timezone.now())
    assert slow is not None
    due_now()
    assert send_due() == 1
    services._give_up(slow, "too late", goes_on=True)
    assert rows() == [("zns", "0912345678", "sent")]


def test_what_was_given_up_goes_out_once_more_under_its_old_key(texting: Texting) -> None:
    placed_without_mail()
    texting.refused = {"84912345678"}
    send_due()
    texting.refused = set()
    letter = Letter.objects.get()
    assert send_again(letter.pk)
    assert not send_again(letter.pk)  # it waits
    assert send_due() == 1
    assert [said["key"] for _, said, _ in texting.asked] == [texting.taken[0]["key"]] * 2
    assert not send_again(letter.pk)  # it is told


def test_a_job_run_twice_tells_once(texting: Texting) -> None:
    placed_without_mail()
    pk = Letter.objects.get().pk
    services.send_queued_letter.call(pk)
    services.send_queued_letter.call(pk)
    assert len(texting.asked) == 1


def test_declining_news_does_not_silence_an_order(texting: Texting) -> None:
    from shop.accounts.consents import record_consent
    from shop.accounts.models import ConsentKind
    from tests.factories import make_user

    user = make_user()
    record_consent(user=user, kind=ConsentKind.NEWS, is_given=True)
    record_consent(user=user, kind=ConsentKind.NEWS, is_given=False)
    placed_without_mail(user=user)
    assert rows() == [("sms", "0912345678", "queued")]
