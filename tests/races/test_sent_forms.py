"""Two copies of one form arrive at once, as a phone on a bad line sends them: one thing is made; with the control."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from catalog.clock import today
from catalog.models import Lot, ProductSheet
from shop.accounts.services import add_user
from shop.panel import sending
from shop.panel.new_lots import OpenLot
from shop.panel.product_pages import ProductForm
from tests.factories import PASSWORD, make_category, make_cooperative, make_product
from tests.shop.panel.test_products import ADD, filled
from tests.support.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["lot", "product"])
def copies(request: Any, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Any]]:
    """The same form twice from one person's telephone; each copy that gets to work waits a moment for the other."""
    stall = make_cooperative()
    user = add_user(email="ban@demo.example", password=PASSWORD, first_name="Bán", cooperative=stall)
    key = str(uuid4())
    if request.param == "lot":
        sheet = make_product(cooperative=stall, title="Khoai")
        screen: Any = OpenLot
        path = f"/quan-tri/lo-hang/mo/?mon={sheet.pk}"
        fields = {"day": today(), "quantity": "12,5", "plot": "Nương A", "member_initials": "v.t."}
    else:
        make_category()
        screen, path, fields = ProductForm, ADD, filled(storage="Nơi khô")
    meeting, take = threading.Barrier(2), screen._take

    def take_together(self: Any, *args: Any, **kwargs: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(1)
        return take(self, *args, **kwargs)

    monkeypatch.setattr(screen, "_take", take_together)
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(user, backend="shop.accounts.backends.EmailOrPhoneBackend")
    return [lambda client=client: client.post(path, {**fields, "sent_key": key}) for client in clients]


def made() -> int:
    """Lots, and goods that the telephone made."""
    return Lot.objects.count() + ProductSheet.objects.exclude(product__title="Khoai").count()


def test_of_two_copies_of_one_form_one_is_carried_out_and_both_lead_to_it(
    copies: list[Callable[[], Any]],
) -> None:
    answers = at_once(copies)
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert made() == 1
    assert sending.SentForm.objects.count() == 1


def test_control_without_the_number_both_copies_are_carried_out(
    copies: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_key_of", lambda _request: None)
    assert [answer.status_code for answer in at_once(copies)] == [302, 302]
    assert made() == 2
