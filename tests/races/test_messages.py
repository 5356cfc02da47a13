"""Senders that die half-way, or are two at once: a person is told once, with the controls that show the danger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from catalog.clock import VIETNAM
from shop.messages import services
from shop.messages.channels import sms
from shop.messages.models import ChannelName, Letter
from shop.messages.services import send_due, send_letter
from shop.orders.digests import choose, tell_stalls
from shop.orders.models import Consignment, NoticeRhythm
from shop.orders.requests import Buyer
from tests.factories import make_cooperative, make_product
from tests.fakes.texting import SMS_TOKEN, Texting
from tests.support.children import run_until_crash
from tests.support.orders import bring, place_order, transfer
from tests.support.texting import telephones
from tests.support.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NO_MAIL = Buyer(name="Sùng A Mẫu", phone="0912345678", email="")
POINTS = ("message.claimed", "message.answered")
SENDERS = 6


@pytest.fixture
def texting(settings: Any) -> Iterator[Texting]:
    with telephones(settings) as found:
        yield found


def waiting_letter() -> Letter:
    place_order((make_product(), 1), buyer=NO_MAIL)
    return Letter.objects.get()


def die_at(point: str, pk: int, url: str) -> None:
    """A worker that kills itself at ``point`` while it sends the letter."""
    script = (
        "from django.conf import settings;"
        f"settings.SMS_URL, settings.SMS_TOKEN = {url + '/sms'!r}, {SMS_TOKEN!r};"
        "settings.SMS_SENDER = 'ChoPhien';"
        f"from shop.messages.services import send_queued_letter; send_queued_letter.call({pk})"
    )
    run_until_crash(script, at=point)


@pytest.mark.parametrize(("point", "reached"), list(zip(POINTS, (0, 1), strict=True)))
def test_a_sender_that_dies_tells_the_person_once_in_the_end(
    texting: Texting, point: str, reached: int
) -> None:
    letter = waiting_letter()
    die_at(point, letter.pk, texting.url)
    assert len(texting.taken) == reached
    letter.refresh_from_db()
    assert (letter.state, letter.tries, letter.is_unsure) == ("queued", 1, True)
    assert send_due(timezone.now()) == 0  # claimed: a sender may still be at it
    Letter.objects.update(next_try_at=timezone.now())
    assert send_due() == 1
    assert (len(texting.asked), len(texting.taken)) == (reached + 1, 1)


def test_control_without_the_key_a_death_after_the_answer_tells_twice(
    texting: Texting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the gateway's memory of our key is worth; by mail and Zalo nobody remembers it."""
    letter = waiting_letter()
    die_at("message.answered", letter.pk, texting.url)
    monkeypatch.setattr(sms, "short_key", lambda key: "another")
    Letter.objects.update(next_try_at=timezone.now())
    send_due()
    assert len(texting.taken) == 2


def test_many_senders_at_once_ask_the_gateway_once(texting: Texting) -> None:
    letter = waiting_letter()
    outcomes = at_once([lambda: send_letter(letter.pk) for _ in range(SENDERS)])
    assert sorted(outcomes) == [False] * (SENDERS - 1) + [True]
    assert len(texting.asked) == 1


def test_control_senders_that_do_not_claim_all_ask(texting: Texting, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = waiting_letter()
    monkeypatch.setattr(services, "_claim", lambda pk, now: Letter.objects.get(pk=pk))
    at_once([lambda: send_letter(letter.pk) for _ in range(SENDERS)])
    assert len(texting.asked) == SENDERS
    assert len(texting.taken) == 1  # the gateway's memory is the second guard


def test_a_refusal_seen_by_many_takes_the_next_way_once(texting: Texting, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.shop.messages.test_ways.NoSuchBox"
    place_order((make_product(), 1))
    letter = Letter.objects.get()
    claimed = services._claim(letter.pk, timezone.now())
    assert claimed is not None
    at_once([lambda: services._give_up(claimed, "550", goes_on=True) for _ in range(SENDERS)])
    assert list(Letter.objects.order_by("pk").values_list("channel", "state")) == [
        ("mail", "replaced"), ("sms", "queued"),
    ]  # fmt: skip


def gathering_stall() -> dt.datetime:
    """A stall with three parcels to be told at seven; the moment after."""
    stall = make_cooperative()
    seven = dt.datetime(2026, 11, 28, 7, tzinfo=VIETNAM)
    choose(
        cooperative=stall, rhythm=NoticeRhythm.DIGEST, channel=ChannelName.MAIL, hours=[7],
        now=seven - dt.timedelta(days=1),
    )  # fmt: skip
    for _ in range(3):
        placed = place_order((make_product(cooperative=stall), 1))
        bring(transfer(placed.attempt.amount, placed.order.number))
    return seven


def test_many_sweeps_at_once_write_one_digest() -> None:
    now = gathering_stall()
    outcomes = at_once([lambda: tell_stalls(now) for _ in range(SENDERS)])
    assert sorted(outcomes) == [0] * (SENDERS - 1) + [1]
    assert Letter.objects.filter(kind="packing_digest").count() == 1


def test_control_without_the_mark_on_parcels_the_next_hour_tells_them_again() -> None:
    now = gathering_stall()
    tell_stalls(now)
    Consignment.objects.update(stall_told_at=None)
    assert tell_stalls(now + dt.timedelta(minutes=1)) == 0  # the hour is done all the same
    assert tell_stalls(now + dt.timedelta(days=1)) == 1
    assert Letter.objects.filter(kind="packing_digest").count() == 2
