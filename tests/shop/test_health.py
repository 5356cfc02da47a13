"""Liveness and readiness."""

import datetime as dt
import shutil
from typing import NamedTuple

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from shop.messages.models import Letter
from shop.payments.models import InboundEvent, InboundOutcome
from shop.payments.services import settle


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def letter_of(age: dt.timedelta) -> None:
    Letter.objects.create(
        key="k", recipient="a@demo.example", subject="s", body="b", next_try_at=timezone.now()
    )
    Letter.objects.update(created_at=timezone.now() - age)


def test_a_living_process_says_ok_without_a_database(client: Client) -> None:
    answer = client.get("/song/")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_a_market_in_order_is_ready(client: Client) -> None:
    answer = client.get("/san-sang/")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "reasons": []})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_letter_that_waits_too_long_is_a_reason(client: Client) -> None:
    letter_of(dt.timedelta(minutes=29))
    assert client.get("/san-sang/").status_code == 200
    Letter.objects.update(created_at=timezone.now() - dt.timedelta(minutes=31))
    answer = client.get("/san-sang/")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "reasons": ["letters: oldest waits 31 minutes"]}


@pytest.mark.django_db
def test_money_that_nobody_books_is_a_reason(client: Client) -> None:
    told = InboundEvent.objects.create(
        provider="sepay", external_id="1", body=b"", occurred_at=timezone.now()
    )
    assert client.get("/san-sang/").status_code == 200
    InboundEvent.objects.update(received_at=timezone.now() - dt.timedelta(minutes=6))
    answer = client.get("/san-sang/")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["deliveries: oldest waits 6 minutes"])
    settle(told, InboundOutcome.UNMATCHED)
    assert client.get("/san-sang/").status_code == 200


@pytest.mark.django_db
def test_a_full_disk_is_a_reason(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100, 99, 5 * 1024**2))
    answer = client.get("/san-sang/")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["disk: 5 MB free"])


@pytest.mark.django_db
def test_a_database_that_is_away_is_a_reason(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseError("no route")

    monkeypatch.setattr(connection, "ensure_connection", away)
    answer = client.get("/san-sang/")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["database: DatabaseError"])
