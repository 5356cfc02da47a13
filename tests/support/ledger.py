"""Stalls with money that may be paid, for tests, through the services that the product itself uses."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from catalog.models import Cooperative
from shop.accounts.models import User
from shop.ledger.models import PayoutBatch
from shop.orders import payouts
from shop.orders.models import Consignment
from shop.orders.services import hand_over, pack
from shop.orders.settling import settle
from shop.sellers import bank_accounts
from tests.factories import make_product
from tests.support.orders import bring, place_order, transfer

EARNED = 130_000
"""What a stall may be paid for one order: goods for 100.000 ₫ and delivery for 30.000 ₫."""


def person(name: str) -> User:
    return User.objects.get_or_create(email=f"{name}@demo.example")[0]


def earn(stall: Cooperative | None = None, *, orders: int = 1) -> Cooperative:
    """The stall, whose parcels left so long ago that it may be paid for them."""
    sheet = make_product(price=100_000, stock=9, **({"cooperative": stall} if stall else {}))
    for _number in range(orders):
        order = place_order((sheet, 1)).order
        bring(transfer(EARNED, order.number))
        parcel = order.consignments.get()
        pack(consignment=parcel, by=None)
        hand_over(consignment=parcel, by=None, carrier="GHN", tracking_number="1")
        Consignment.objects.filter(pk=parcel.pk).update(handed_over_at=timezone.now() - dt.timedelta(days=30))
    settle()
    return sheet.cooperative


def checked_account(stall: Cooperative, number: str = "0123456789") -> None:
    """The stall is paid there from now on."""
    account = bank_accounts.ask_to_change(
        cooperative=stall, bank_name="Agribank", number=number, holder="HTX", by=person("manager")
    )
    bank_accounts.confirm(account=account, seen_name="HTX", by=person("checker"))


def batch_of_today(by: str = "maker") -> PayoutBatch:
    day = timezone.localdate()
    return payouts.make(first_day=day, last_day=day, payees=bank_accounts.payees(), by=person(by))


def approved(batch: PayoutBatch, by: str = "approver") -> Any:
    return payouts.approve(batch.pk, payees=bank_accounts.payees(), by=person(by)).payouts.get()
