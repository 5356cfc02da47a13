"""Contracts of delegated issuing that are about to end."""

from __future__ import annotations

import datetime as dt

import pytest

from catalog.clock import today
from catalog.models import Cooperative
from shop.invoices.delegation import ending_delegations, note_delegation
from shop.invoices.models import Delegation
from tests.factories import make_cooperative

pytestmark = pytest.mark.django_db


def contract(seller: Cooperative, number: str, first: int, last: int) -> Delegation:
    """Between two days, counted from today."""
    return note_delegation(
        seller=seller,
        contract_number=number,
        issuer_tax_code="0109999037",
        issuer_name="Công ty Mẫu",
        issuer_address="Số 1 phố Ví Dụ",
        valid_from=today() + dt.timedelta(days=first),
        valid_to=today() + dt.timedelta(days=last),
    )


@pytest.mark.parametrize(("begins", "is_named"), [(8, False), (10, False), (11, True)])
def test_one_that_another_of_the_seller_takes_up_is_not_about_to_end(begins: int, is_named: bool) -> None:
    seller = make_cooperative()
    ending = contract(seller, "01/UN", 0, 9)
    contract(seller, "02/UN", begins, 400)
    contract(make_cooperative(), "03/UN", 0, 400)
    assert list(ending_delegations(today())) == [ending][:is_named]


def test_one_that_ends_within_another_is_not_about_to_end() -> None:
    seller = make_cooperative()
    contract(seller, "01/UN", -9, 9)
    last = contract(seller, "02/UN", -5, 20)
    assert list(ending_delegations(today())) == [last]
