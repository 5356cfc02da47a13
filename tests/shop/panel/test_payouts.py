"""The screens that pay stalls, walked by two people of the market and by a stall's manager."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.accounts.roles import Role
from shop.accounts.services import add_user
from shop.ledger.models import Levy, Payout
from shop.panel import stall_money
from tests.factories import PASSWORD, make_cooperative
from tests.support.ledger import EARNED, checked_account, earn

pytestmark = pytest.mark.django_db


def browser(name: str, *roles: Role, stall: Any = None) -> Client:
    client = Client()
    user = add_user(
        email=f"{name}@demo.example", password=PASSWORD, first_name=name, roles=roles, cooperative=stall
    )
    client.force_login(user, backend="shop.accounts.backends.EmailOrPhoneBackend")
    return client


def test_one_person_makes_a_batch_and_only_another_gets_its_file() -> None:
    stall = earn()
    checked_account(stall)
    maker, approver = browser("kt", Role.INVOICE_STAFF), browser("op", Role.OPERATOR)
    day = stall.entries.latest("pk").day
    made = maker.post("/quan-tri/chi-tien/", {"first_day": day, "last_day": day})
    here = made["Location"]
    assert maker.get(f"{here}tep/csv/").status_code == 404
    maker.post(f"{here}duyet/")
    assert Payout.objects.get().state == "made"
    approver.post(f"{here}duyet/")
    body = approver.get(f"{here}tep/csv/").content.decode("utf-8-sig")
    payout = Payout.objects.get()
    assert (payout.code in body, str(EARNED) in body) == (True, True)
    step = f"{here}khoan/{payout.pk}/"
    maker.post(step, {"step": "paid", "reason": ""})
    assert Payout.objects.get().state == "approved"
    maker.post(step, {"step": "paid", "reason": "thấy trên sao kê"})
    assert Payout.objects.get().state == "paid"


def test_a_manager_sees_the_own_money_page_by_page_in_a_fixed_number_of_queries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stall_money, "PER_PAGE", 3)
    stall, other = earn(), earn()
    manager = browser("ql", stall=stall)
    here = f"/quan-tri/tien-gian-hang/{stall.pk}/"
    assert manager.get("/quan-tri/tien-cua-toi/")["Location"] == here
    assert manager.get(f"/quan-tri/tien-gian-hang/{other.pk}/").status_code == 404
    with CaptureQueriesContext(connection) as few:
        first = manager.get(here)
    assert ([row.label for row, *_rest in first.context["rows"]], first.context["older"]) == (
        ["Được chi", "Bán hàng"],
        "",
    )
    earn(stall, orders=3)
    with CaptureQueriesContext(connection) as many:
        page = manager.get(here)
    assert len(many) == len(few)
    seen = [row.entry.pk for row, *_rest in page.context["rows"]]
    while page.context["older"]:
        page = manager.get(page.context["older"])
        seen += [row.entry.pk for row, *_rest in page.context["rows"]]
    assert seen == list(stall.entries.order_by("-pk").values_list("pk", flat=True))
    assert f"{4 * EARNED:,}".replace(",", ".") in manager.get(here).content.decode()
    assert manager.get(f"{here}sao-ke/pdf/").content.startswith(b"%PDF")
    assert manager.get(f"{here}sao-ke/csv/?tu=2026-02-02&den=2026-02-01").status_code == 400


RATES = "/quan-tri/phi-va-thue/"
RATE = {"kind": "commission", "percent": "2,5", "valid_from": "2099-01-01", "note": "Nghị quyết"}


@pytest.mark.parametrize(
    ("whose", "percent", "points"), [("everybody", "2,5", 250), ("stall", "0", 0), ("form", "100", 10_000)]
)
def test_the_operator_enters_a_rate_for_one_stall_or_a_legal_form_or_all(
    whose: str, percent: str, points: int
) -> None:
    stall, operator = make_cooperative(), browser("op", Role.OPERATOR)
    given = {"everybody": {}, "stall": {"cooperative": stall.pk}, "form": {"legal_form": "household"}}[whose]
    page = operator.post(RATES, RATE | {"kind": "vat", "percent": percent} | given, follow=True)
    levy = Levy.objects.latest("pk")
    assert (levy.kind, levy.basis_points, levy.valid_from, levy.note) == (
        "vat", points, dt.date(2099, 1, 1), "Nghị quyết",
    )  # fmt: skip
    assert levy.cooperative == (stall if whose == "stall" else None)
    assert levy.legal_form == ("household" if whose == "form" else "")
    assert str(levy.entered_by) == "op@demo.example"
    shown = {"everybody": "Mọi gian hàng", "stall": stall.name, "form": levy.get_legal_form_display()}[whose]
    row = page.content.decode().split('class="panel-row"')[1]
    assert shown in row and "Chưa tới ngày" in row


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("valid_from", "2020-01-01"),
        ("percent", "100,01"),
        ("percent", "-1"),
        ("percent", "2,555"),
        ("kind", "tip"),
        ("note", " "),
        ("legal_form", "household"),
    ],
)
def test_a_rate_that_cannot_be_is_told_at_its_field_and_not_entered(field: str, wrong: str) -> None:
    before = Levy.objects.count()
    given = RATE | {"cooperative": make_cooperative().pk} | {field: wrong}
    answer = browser("op", Role.OPERATOR).post(RATES, given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Levy.objects.count() == before
