"""Staff switch how the sandbox authority behaves, and see it; without a sandbox there is no such door."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shop.audit.models import Entry
from shop.audit.verbs import Verb
from shop.invoices.training import Behaviour
from shop.sandbox.authority import Mood
from tests.support.authority import running_authority
from tests.support.market import Market

pytestmark = pytest.mark.django_db
SCREEN, QUEUE = "/quan-tri/hoa-don/tap-duot/", "/quan-tri/hoa-don/"


def chosen_on(answer: Any) -> str:
    """The value of the radio button that is checked."""
    (found,) = re.findall(r"<input[^>]*\bchecked\b[^>]*>", answer.content.decode())
    return re.search(r'value="(\w+)"', found)[1]


@pytest.fixture
def authority(tmp_path: Path, settings: Any) -> Iterator[Any]:
    with running_authority(settings, tmp_path / "keys") as server:
        yield server.mounts["tax"].authority


def test_the_screen_offers_what_the_sandbox_can_do() -> None:
    assert set(Behaviour.values) == set(Mood)


def test_a_clerk_changes_how_the_authority_answers(
    market: Market, as_role: Callable[[str], Client], authority: Any
) -> None:
    clerk = as_role("invoice_staff")
    assert SCREEN in clerk.get(QUEUE).content.decode()
    assert chosen_on(clerk.get(SCREEN)) == "normal"
    answer = clerk.post(SCREEN, {"behaviour": "reject"}, follow=True)
    assert "Từ bây giờ: Từ chối mọi hóa đơn." in answer.content.decode()
    assert authority.mood == Mood.REJECT
    assert chosen_on(answer) == "reject"
    entry = Entry.objects.get(verb=Verb.TRAINING_CHANGED)
    assert (entry.about, entry.actor_id) == ("Từ chối mọi hóa đơn", market.people["invoice_staff"].pk)


@pytest.mark.parametrize("wish", [{}, {"behaviour": "kind"}])
def test_nonsense_changes_nothing(
    market: Market, as_role: Callable[[str], Client], authority: Any, wish: dict[str, str]
) -> None:
    answer = as_role("operator").post(SCREEN, wish)
    assert (answer.status_code, authority.mood) == (422, Mood.NORMAL)
    assert "id_behaviour_error" in answer.content.decode()
    assert not Entry.objects.filter(verb=Verb.TRAINING_CHANGED).exists()


def test_an_authority_that_is_away_is_said_to_be(market: Market, as_role: Callable[[str], Client]) -> None:
    clerk = as_role("invoice_staff")
    for answer in (clerk.get(SCREEN), clerk.post(SCREEN, {"behaviour": "slow"}, follow=True)):
        assert answer.status_code == 200
        assert "Không gặp được cơ quan thuế thử nghiệm." in answer.content.decode()
    assert not Entry.objects.filter(verb=Verb.TRAINING_CHANGED).exists()


def test_where_invoices_are_real_there_is_nothing_to_switch(
    market: Market, as_role: Callable[[str], Client], settings: Any
) -> None:
    settings.INVOICE_GATEWAY = "viettel"
    clerk = as_role("invoice_staff")
    assert SCREEN not in clerk.get(QUEUE).content.decode()
    assert clerk.get(SCREEN).status_code == clerk.post(SCREEN, {"behaviour": "slow"}).status_code == 404
