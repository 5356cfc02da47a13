"""A stall with weak signal hears of its new parcels at its hours, in one message, and of nobody else's."""

import datetime as dt
import doctest
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail

from catalog.clock import VIETNAM
from catalog.models import Cooperative
from shop.messages.models import ChannelName, Letter
from shop.messages.services import send_due
from shop.messages.short import segments
from shop.orders import digests
from shop.orders.digests import choose, tell_stalls
from shop.orders.models import Consignment, NoticeRhythm, StallNotices
from shop.orders.services import cancel_consignment
from tests.factories import make_cooperative, make_product
from tests.fakes.texting import Texting
from tests.support.orders import bring, place_order, transfer
from tests.support.texting import telephones

pytestmark = pytest.mark.django_db


def at(hour: int, minute: int = 0, day: int = 28) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


@pytest.fixture
def stall() -> Cooperative:
    return make_cooperative(phone="0912 000 111", email="gian@demo.example")


@pytest.fixture
def texting(settings: Any) -> Iterator[Texting]:
    with telephones(settings) as found:
        yield found


def gathers(stall: Cooperative, *hours: int, channel: ChannelName = ChannelName.MAIL) -> StallNotices:
    return choose(
        cooperative=stall, rhythm=NoticeRhythm.DIGEST, channel=channel, hours=hours, now=at(6, day=27)
    )


def paid(*stalls: Cooperative, **goods: Any) -> list[str]:
    """Codes of the parcels of one paid order, a product of each stall."""
    placed = place_order(*((make_product(cooperative=one, **goods), 1) for one in stalls))
    bring(transfer(placed.attempt.amount, placed.order.number))
    return list(placed.order.consignments.order_by("pk").values_list("code", flat=True))


def to_stall(stall: Cooperative) -> list[Letter]:
    return list(Letter.objects.filter(recipient__in=(stall.email, "0912000111")).order_by("pk"))


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(digests).failed == 0


def test_without_a_choice_each_parcel_is_told_at_once(stall: Cooperative) -> None:
    (code,) = paid(stall)
    assert [one.key for one in to_stall(stall)] == [f"to-pack:{code}"]
    assert Consignment.objects.get().stall_told_at is not None
    assert tell_stalls(at(12)) == 0


def test_a_digest_lists_what_is_new_once_and_comes_at_its_hour(stall: Cooperative) -> None:
    gathers(stall, 7, 12)
    first, second = *paid(stall, title="Khoai sọ"), *paid(stall, title="Chè xanh")
    assert to_stall(stall) == []
    assert tell_stalls(at(6, 59, day=27)) == 0
    assert tell_stalls(at(7, 0)) == 1
    (digest,) = to_stall(stall)
    assert (digest.key, digest.subject) == (
        f"packing-digest:{stall.pk}:2026-11-28T07", "2 kiện mới cần gói",
    )  # fmt: skip
    assert f"Kiện {first}\n  1 × Khoai sọ" in digest.body and f"Kiện {second}\n  1 × Chè xanh" in digest.body
    assert "Nguyễn Thị Mẫu, 0912345678" in digest.body
    (third,) = paid(stall)
    assert [tell_stalls(at(7, 1)), tell_stalls(at(11, 59)), tell_stalls(at(12, 3)), tell_stalls(at(12, 4))] == [
        0, 0, 1, 0,
    ]  # fmt: skip
    assert third in to_stall(stall)[-1].body and first not in to_stall(stall)[-1].body


def test_an_hour_that_was_missed_is_made_up_once(stall: Cooperative) -> None:
    gathers(stall, 7, 12)
    paid(stall)
    assert tell_stalls(at(2, day=29)) == 1
    assert to_stall(stall)[0].key.endswith("2026-11-28T12")


def test_an_hour_without_parcels_is_silent(stall: Cooperative) -> None:
    gathers(stall, 7)
    assert tell_stalls(at(7)) == 0
    paid(stall)
    assert tell_stalls(at(7, 30)) == 0  # its hour has passed
    assert tell_stalls(at(7, day=29)) == 1


def test_nothing_of_another_stall_is_in_it(stall: Cooperative) -> None:
    other = make_cooperative(name="Gian kín", email="khac@demo.example")
    gathers(stall, 7)
    gathers(other, 12)  # its parcel waits to be told too
    own, foreign = paid(stall, other)
    tell_stalls(at(7))
    digest = Letter.objects.get(key=f"packing-digest:{stall.pk}:2026-11-28T07")
    assert own in digest.body
    assert foreign not in digest.body and "Gian kín" not in digest.body


def test_a_cancelled_parcel_is_not_in_it(stall: Cooperative) -> None:
    gathers(stall, 7)
    paid(stall)
    cancel_consignment(consignment=Consignment.objects.get())
    assert tell_stalls(at(7)) == 0


def test_by_sms_it_counts_what_it_cannot_name(stall: Cooperative, texting: Texting) -> None:
    gathers(stall, 7, channel=ChannelName.SMS)
    codes = [code for _ in range(6) for code in paid(stall)]
    Letter.objects.all().delete()
    tell_stalls(at(7))
    send_due()
    (sms,) = texting.taken
    assert (sms["to"], sms["text"]) == (
        "84912000111",
        f"Cho Phien: 6 kien moi can goi: {', '.join(codes[:4])} va 2 kien nua. Xem: http://testserver/quan-tri/",
    )
    assert segments(sms["text"]) == 1


def test_a_stall_that_chose_sms_hears_at_once_by_sms_and_by_mail_if_that_fails(
    stall: Cooperative, texting: Texting
) -> None:
    choose(cooperative=stall, rhythm=NoticeRhythm.AT_ONCE, channel=ChannelName.SMS, hours=(), now=at(6))
    texting.refused = {"84912000111"}
    (code,) = paid(stall)
    send_due()
    send_due()
    assert [(one.channel, one.state) for one in to_stall(stall)] == [("sms", "replaced"), ("mail", "sent")]
    assert f"Kiện {code}: cần đóng gói" in [message.subject for message in mail.outbox]


def test_whoever_goes_back_to_at_once_hears_of_what_was_waiting(stall: Cooperative) -> None:
    gathers(stall, 7)
    (code,) = paid(stall)
    choose(cooperative=stall, rhythm=NoticeRhythm.AT_ONCE, channel=ChannelName.MAIL, hours=(), now=at(6))
    assert [tell_stalls(at(6, 1)), tell_stalls(at(6, 2))] == [1, 0]
    assert [one.key for one in to_stall(stall)] == [f"to-pack:{code}"]


def test_what_was_told_at_once_is_not_in_a_later_digest(stall: Cooperative) -> None:
    paid(stall)
    gathers(stall, 7)
    assert tell_stalls(at(7)) == 0
