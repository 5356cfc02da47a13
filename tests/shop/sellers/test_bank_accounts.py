"""The account a stall is paid to: asked for by its manager, in force only after another person has seen the name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Cooperative, MemberRole
from catalog.services import add_member
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.messages.models import Letter
from shop.second_factor import services as second_factor
from shop.second_factor.models import SecondFactor
from shop.sellers import applications, bank_accounts
from shop.sellers.bank_accounts import NotWaiting, OwnAccount, SameAccount, account_to_pay
from shop.sellers.models import AccountStatus, BankAccount
from tests.factories import PASSWORD, make_cooperative, make_user
from tests.shop.sellers.test_applications import checked, sent
from tests.support.market import Market

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
OWN, CHECKS = "/quan-tri/tai-khoan-nhan-tien/", "/quan-tri/kiem-tai-khoan/"


def person(market: Market, role: str) -> User:
    user = market.people[role]
    assert user is not None
    return user


def filled(market: Market, **changes: Any) -> dict[str, Any]:
    return {
        "cooperative": market.a.pk,
        "bank_name": "Agribank",
        "number": "7900 2051 234567",
        "holder": "HTX TA XUA",
        "password": PASSWORD,
    } | changes


@pytest.fixture
def manager(market: Market, as_role: As) -> Client:
    user = person(market, "cooperative")
    user.set_password(PASSWORD)
    user.save()
    return as_role("cooperative")


def asked(market: Market, **changes: str) -> BankAccount:
    given = {"bank_name": "Agribank", "number": "7900205123", "holder": "HTX TA XUA"} | changes
    return bank_accounts.ask_to_change(cooperative=market.a, by=person(market, "cooperative"), **given)


def test_a_managers_account_waits_and_the_old_one_stays_until_the_name_was_seen(
    market: Market, manager: Client, as_role: As
) -> None:
    before = Cooperative.objects.get(pk=market.a.pk).bank_account
    assert manager.post(OWN, filled(market)).status_code == 302
    account = BankAccount.objects.get()
    assert (account.number, account.status) == ("79002051234567", "waiting")
    assert account_to_pay(market.a) is None
    assert Cooperative.objects.get(pk=market.a.pk).bank_account == before
    assert "Chờ chợ kiểm tên" in manager.get(OWN).content.decode()
    operator = as_role("operator")
    assert "79002051234567" in operator.get(CHECKS).content.decode()
    assert "Tài khoản chờ kiểm tên" in operator.get("/quan-tri/").content.decode()
    done = {"account": account.pk, "act": "confirm", "seen_name": "HTX TA XUA"}
    assert operator.post(CHECKS, done).status_code == 302
    account.refresh_from_db()
    assert (account.status, account.decided_by, account.seen_name) == (
        "in-force", person(market, "operator"), "HTX TA XUA",
    )  # fmt: skip
    assert account.decided_at is not None
    assert account_to_pay(market.a) == account
    stall = Cooperative.objects.get(pk=market.a.pk)
    assert (stall.bank_name, stall.bank_account) == ("Agribank", "79002051234567")
    assert Letter.objects.filter(kind="bank_account", recipient=market.a.email).count() == 2
    told = str(list(Entry.objects.filter(verb__startswith="bank-").values_list("verb", "about", "changes")))
    assert {"bank-asked", "bank-confirmed", "bank-changed"} <= set(
        Entry.objects.values_list("verb", flat=True)
    )
    assert "…4567" in told
    assert "79002051234567" not in told


def test_the_account_in_force_stays_while_another_waits_and_is_replaced_then(market: Market) -> None:
    first = asked(market)
    bank_accounts.confirm(account=first, seen_name="HTX", by=person(market, "operator"))
    second = asked(market, number="1110002223")
    assert account_to_pay(market.a) == first
    third = asked(market, number="4440005556")
    second.refresh_from_db()
    assert second.status == AccountStatus.REPLACED
    with pytest.raises(NotWaiting):
        bank_accounts.confirm(account=second, seen_name="HTX", by=person(market, "operator"))
    bank_accounts.confirm(account=third, seen_name="HTX", by=person(market, "operator"))
    first.refresh_from_db()
    assert first.status == AccountStatus.REPLACED
    assert account_to_pay(market.a) == third
    with pytest.raises(SameAccount):
        asked(market, number="4440005556")


def test_whoever_entered_it_or_works_for_the_stall_does_not_confirm(market: Market, as_role: As) -> None:
    operator = person(market, "operator")
    account = bank_accounts.ask_to_change(
        cooperative=market.a, bank_name="ACB", number="123456789", holder="Ai đó", by=operator
    )
    with pytest.raises(OwnAccount):
        bank_accounts.confirm(account=account, seen_name="Ai đó", by=operator)
    page = as_role("operator").post(
        CHECKS, {"account": account.pk, "act": "confirm", "seen_name": "Ai đó"}, follow=True
    )
    assert "không tự xác nhận được" in page.content.decode()
    account = asked(market)
    add_member(cooperative=market.a, user=operator, role=MemberRole.PACKER)
    with pytest.raises(OwnAccount):
        bank_accounts.confirm(account=account, seen_name="HTX", by=operator)
    assert account_to_pay(market.a) is None


def test_a_refused_account_never_counts_and_the_stall_is_told_why(market: Market, as_role: As) -> None:
    account, operator = asked(market), as_role("operator")
    sent_empty = operator.post(CHECKS, {"account": account.pk, "act": "refuse", "reason": " "})
    assert sent_empty.status_code == 422
    assert BankAccount.objects.get().status == AccountStatus.WAITING
    operator.post(CHECKS, {"account": account.pk, "act": "refuse", "reason": "Tên người khác."})
    account.refresh_from_db()
    assert (account.status, account.reason) == ("refused", "Tên người khác.")
    assert "Tên người khác." in Letter.objects.latest("pk").body
    assert Entry.objects.get(verb="bank-refused").reason == "Tên người khác."
    assert account_to_pay(market.a) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "12ab"}, "number"),
        ({"number": "123"}, "number"),
        ({"holder": ""}, "holder"),
        ({"bank_name": ""}, "bank_name"),
        ({"password": "sai"}, "password"),
        ({"password": ""}, "password"),
        ({"cooperative": "b"}, "cooperative"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_changes(
    market: Market, manager: Client, changes: dict[str, Any], field: str
) -> None:
    if "cooperative" in changes:
        changes = {"cooperative": market.b.pk}
    response = manager.post(OWN, filled(market, **changes))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert not BankAccount.objects.exists()


def test_guessing_the_password_from_an_open_session_is_stopped(market: Market, manager: Client) -> None:
    for _ in range(10):
        manager.post(OWN, filled(market, password="sai"))
    response = manager.post(OWN, filled(market))
    assert "Sai nhiều lần quá" in response.content.decode()
    assert not BankAccount.objects.exists()


def test_whoever_has_the_second_step_on_is_asked_for_a_code(market: Market, as_role: As) -> None:
    user = person(market, "cooperative")
    second_factor.begin(user)
    secret = second_factor.secret_in_groups(SecondFactor.objects.get(user=user)).replace(" ", "")
    codes = second_factor.confirm(user=user, code=pyotp.TOTP(secret).now())
    client = as_role("cooperative")
    client.post("/quan-tri/hai-buoc/", {"code": codes[0]})
    wrong = client.post(OWN, filled(market, code="000000"))
    assert set(wrong.context["form"].errors) == {"code"}
    mistyped = client.post(OWN, filled(market, code=codes[1], number="1"))
    assert set(mistyped.context["form"].errors) == {"number"}
    assert client.post(OWN, filled(market, code=codes[1])).status_code == 302, "the code was not used up"
    assert BankAccount.objects.count() == 1


def test_a_stall_never_sees_anothers_account(market: Market, manager: Client) -> None:
    bank_accounts.ask_to_change(
        cooperative=market.b, bank_name="ACB", number="999888777", holder="HTX KHAC", by=None
    )
    assert "999888777" not in manager.get(OWN).content.decode()


@pytest.mark.parametrize(
    "sent_fields", [{"account": "x"}, {"act": "pay"}, {"account": "9" * 30}, {"account": "0"}]
)
def test_what_no_form_sends_is_not_found(market: Market, as_role: As, sent_fields: dict[str, str]) -> None:
    account = asked(market)
    full = {"account": account.pk, "act": "confirm", "seen_name": "HTX"} | sent_fields
    assert as_role("operator").post(CHECKS, full).status_code == 404


def test_the_account_of_an_application_is_in_force_with_the_check_that_was_made(market: Market) -> None:
    operator = person(market, "operator")
    application = sent(tax_code="0100233488")
    checked(application, operator)
    stall = applications.approve(application=application, by=operator)
    account = account_to_pay(stall)
    assert account is not None
    assert (account.number, account.holder, account.seen_name, account.decided_by, account.entered_by) == (
        "1234567890", "HTX CHE TA XUA", "HTX CHE TA XUA", operator, None,
    )  # fmt: skip


def test_the_list_of_checks_asks_as_often_for_five_as_for_one(market: Market, as_role: As) -> None:
    asked(market)
    operator = as_role("operator")
    operator.get(CHECKS)
    with CaptureQueriesContext(connection) as one:
        operator.get(CHECKS)
    for number in range(4):
        bank_accounts.ask_to_change(
            cooperative=make_cooperative(),
            bank_name="ACB",
            number=f"12345678{number}",
            holder="X",
            by=make_user(),
        )
    with CaptureQueriesContext(connection) as five:
        assert operator.get(CHECKS).content.decode().count("Tên khớp, cho dùng") == 5
    assert len(five) == len(one)
