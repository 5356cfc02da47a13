"""How many keys, how often, and in which order: what is refused before a key is even looked at."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from shop.passkeys import services, views
from shop.passkeys.models import Passkey
from tests.shop.passkeys.test_passkeys import (
    ACCOUNT,
    CHALLENGE,
    PANEL,
    PASSWORD,
    add_by_page,
    added,
    enter,
    person,
    soft,
)
from tests.shop.passkeys.test_passkeys import address as address
from tests.support.market import Market

pytestmark = pytest.mark.django_db


def step(client: Client, answer: str) -> Any:
    return client.post(f"{PANEL}buoc-hai/", {"khoa": answer, "next": PANEL})


def test_a_person_has_so_many_keys_and_no_more(
    market: Market, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, third = person(market, "shopper"), soft()
    client.force_login(user)
    options = services.options_to_add(user, CHALLENGE)  # asked for while there was still room
    for _ in range(2):
        added(user)
    monkeypatch.setattr(services, "MOST_KEYS", 2)
    answer = third.make(options)
    with pytest.raises(services.TooManyKeys):
        services.add(user=user, challenge=CHALLENGE, answer=answer, handle=third.handle, name="x")
    refused = add_by_page(client, soft(), ACCOUNT)
    assert (refused.status_code, "nhiều khóa rồi" in refused.json()["error"]) == (422, True)
    assert Passkey.objects.count() == 2


def test_an_answer_that_is_too_long_is_not_read(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _row = added(person(market, "shopper"))
    answer = key.sign(services.options_to_prove(CHALLENGE))
    monkeypatch.setattr(services, "LONGEST_ANSWER", len(answer) - 1)
    with pytest.raises(services.BadKey):
        services.prove(challenge=CHALLENGE, answer=answer)
    monkeypatch.setattr(services, "LONGEST_ANSWER", len(answer))
    assert services.prove(challenge=CHALLENGE, answer=answer).user == market.people["shopper"]


def test_before_the_second_step_no_key_is_removed_even_with_the_password(market: Market) -> None:
    user = person(market, "cooperative")
    _key, row = added(user)
    client = Client()
    client.force_login(user)
    remove = f"{PANEL}{row.pk}/bo/", {f"{row.pk}-mat_khau": PASSWORD}
    assert client.post(*remove)["Location"] == "/quan-tri/hai-buoc/"
    assert Passkey.objects.exists()


def test_after_many_bad_keys_a_person_waits_on_every_network(market: Market) -> None:
    user = person(market, "operator")
    key, _row = added(user, soft(counts=False))
    client = Client()
    client.force_login(user)
    for number in range(views.MOST_MISSES_OF_PERSON):
        client.post(f"{PANEL}buoc-hai/hoi/")
        client.post(f"{PANEL}buoc-hai/", {"khoa": "{}"}, REMOTE_ADDR=f"10.{number}.0.1")
    answer = key.sign(client.post(f"{PANEL}buoc-hai/hoi/").content.decode())
    assert step(client, answer)["Location"].startswith("/quan-tri/hai-buoc/?next=")
    cache.clear()  # the hour is over
    answer = key.sign(client.post(f"{PANEL}buoc-hai/hoi/").content.decode())
    assert step(client, answer)["Location"] == PANEL


def test_a_network_that_asks_too_often_is_refused(
    market: Market, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_ASKED_BY_NETWORK", 2)
    statuses = [client.post(f"{ACCOUNT}vao/hoi/").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_whoever_comes_with_a_copied_key_is_told_to_remove_it(market: Market, client: Client) -> None:
    key, row = added(person(market, "shopper"))
    key.counter = 7
    enter(client, key)
    key.counter = 3
    other = Client()
    assert enter(other, key)["Location"] == "/tai-khoan/dang-nhap/"
    assert "có thể nó đã bị sao chép" in other.get("/tai-khoan/dang-nhap/").content.decode()
    assert "_auth_user_id" not in other.session
    row.refresh_from_db()
    assert row.sign_count == 8
