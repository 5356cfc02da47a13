"""Two first uploads of one stall arrive at once: both pictures stand in its one collection; with the control."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError
from wagtail.models import Collection

from catalog.models import Cooperative
from shop.images import stall_collections
from shop.images.models import Picture, StallCollection
from shop.images.uploads import keep_photo
from tests.factories import make_cooperative
from tests.shop.panel.test_stall_collections import jpeg
from tests.support.together import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.locks_rows]


@pytest.fixture
def uploads(request: Any, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Picture]]:
    """Two that have both seen that there is no collection; with ``blind`` they do not look again behind the lock."""
    stall, own = make_cooperative(), threading.local()
    meeting, find = threading.Barrier(2), stall_collections._found

    def find_together(cooperative: Cooperative) -> Collection | None:
        own.looks = getattr(own, "looks", 0) + 1
        if own.looks > 1:
            return None if getattr(request, "param", "") == "blind" else find(cooperative)
        found = find(cooperative)
        with suppress(threading.BrokenBarrierError):
            meeting.wait(5)
        return found

    monkeypatch.setattr(stall_collections, "_found", find_together)
    return [
        lambda title=title: keep_photo(jpeg(), title=title, cooperative=stall) for title in ("Một", "Hai")
    ]


def test_two_first_uploads_at_once_share_one_collection(uploads: list[Callable[[], Picture]]) -> None:
    one, two = at_once(uploads)
    assert one.collection == two.collection == StallCollection.objects.get().collection
    assert Collection.objects.filter(name=one.cooperative.name).count() == 1
    assert Collection.find_problems() == ([], [], [], [], [])


@pytest.mark.parametrize("uploads", ["blind"], indirect=True)
def test_control_without_a_second_look_one_upload_fails(uploads: list[Callable[[], Picture]]) -> None:
    assert sum(isinstance(answer, IntegrityError) for answer in at_once(uploads)) == 1
