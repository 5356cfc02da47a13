"""Reminders of ending certificates: once per mark, to the cooperative alone, and a card on its start screen."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import ApprovalState
from catalog.services import set_state
from shop.accounts.roles import Role
from shop.accounts.services import add_user
from shop.messages.models import Letter
from shop.orders.reminders import remind_of_ends
from shop.orders.sweep import sweep
from tests.factories import PASSWORD, make_certificate, make_cooperative, make_paper, make_plot, make_product

pytestmark = pytest.mark.django_db

ENDED = dt.date(2027, 3, 3)
LIFE = {"decided_on": dt.date(2024, 3, 3), "valid_from": dt.date(2024, 3, 3), "valid_to": ENDED}


def days_before(left: int) -> dt.datetime:
    """Half past midnight in Vietnam: in UTC it is still the day before."""
    day = ENDED - dt.timedelta(days=left)
    return dt.datetime.combine(day, dt.time(0, 30), dt.timezone(dt.timedelta(hours=7))).astimezone(dt.UTC)


def reminders() -> list[Letter]:
    return list(Letter.objects.filter(key__startswith="certificate-ending:"))


def test_three_letters_are_written_in_the_last_half_year_whatever_the_number_of_rounds():
    make_certificate(make_product(title="Khoai sọ"), **LIFE)
    around = (200, *(mark + step for mark in (180, 150, 120, 90, 0) for step in (1, 0, -1)))
    written = [(left, remind_of_ends(days_before(left))) for left in around for _ in range(2)]
    assert [left for left, count in written if count] == [180, 150, 120]
    assert [letter.subject for letter in reminders()] == [
        f"Khoai sọ: chứng nhận OCOP còn {left} ngày" for left in (180, 150, 120)
    ]


def test_a_missed_day_is_made_up_by_the_next_round():
    make_certificate(make_product(), **LIFE)
    assert [remind_of_ends(days_before(left)) for left in (185, 149, 148, 100)] == [0, 1, 0, 1]


def test_the_letter_goes_to_the_cooperative_with_the_last_day_to_apply():
    stall = make_cooperative(name="HTX Tà Xùa", email="taxua@demo.example")
    paper = make_certificate(make_product(title="Khoai sọ", cooperative=stall), **LIFE, number="OCOP-9/2024")
    remind_of_ends(days_before(180))
    (letter,) = reminders()
    assert letter.recipient == "taxua@demo.example"
    for words in (
        "HTX Tà Xùa",
        "OCOP-9/2024",
        "03/03/2027",
        "trước hết ngày 03/11/2026",
        f"/chung-nhan/{paper.pk}/",
    ):
        assert words in letter.body, words
    remind_of_ends(days_before(119))
    assert "Hạn nộp hồ sơ xét lại đã qua từ ngày 03/11/2026" in reminders()[1].body


def test_a_letter_about_goods_out_of_sale_names_no_page_that_is_not_there():
    paper = make_certificate(make_product(), **LIFE)
    set_state(sheet=paper.sheet, state=ApprovalState.WITHDRAWN)
    remind_of_ends(days_before(180))
    assert "/chung-nhan/" not in reminders()[0].body


def test_the_round_finds_what_ends(monkeypatch: pytest.MonkeyPatch):
    make_certificate(make_product(), **LIFE)
    monkeypatch.setattr(timezone, "now", lambda: days_before(150))
    assert sweep()["reminders"] == 1
    assert sweep()["reminders"] == 0


def test_a_round_without_news_costs_two_queries_however_many_papers_end():
    for _ in range(5):
        make_certificate(make_product(), **LIFE)
    assert remind_of_ends(days_before(180)) == 5
    with CaptureQueriesContext(connection) as captured:
        assert remind_of_ends(days_before(179)) == 0
    assert len(captured) == 3


# --- The start screen --------------------------------------------------------------------------


def cards(user: Any) -> dict[str, tuple[str, str]]:
    client = Client()
    client.force_login(user, backend="shop.accounts.backends.EmailOrPhoneBackend")
    response = client.get("/quan-tri/")
    assert response.status_code == 200
    page = response.content.decode()
    found = re.findall(
        r'panel-card__count">(\d+)</span>\s*<span class="panel-card__label">([^<]+)<'
        r'/span>\s*<span class="panel-card__hint">([^<]+)<',
        page,
    )
    return {html.unescape(label): (count, html.unescape(hint)) for count, label, hint in found}


def test_the_start_screen_shows_the_cooperative_its_own_ending_papers(monkeypatch: pytest.MonkeyPatch):
    stall, neighbour = make_cooperative(), make_cooperative()
    make_certificate(make_product(title="Khoai sọ", cooperative=stall), **LIFE)
    person, stranger, operator = (
        add_user(email="a@demo.example", password=PASSWORD, first_name="Người", cooperative=stall),
        add_user(email="b@demo.example", password=PASSWORD, first_name="Người", cooperative=neighbour),
        add_user(email="c@demo.example", password=PASSWORD, first_name="Người", roles=(Role.OPERATOR,)),
    )
    label = "Chứng nhận sắp hết hạn"
    monkeypatch.setattr("shop.panel.today_counts.today", lambda: ENDED - dt.timedelta(days=181))
    assert label not in cards(person)
    monkeypatch.setattr("shop.panel.today_counts.today", lambda: ENDED - dt.timedelta(days=120))
    assert cards(person)[label] == ("1", "Khoai sọ: nộp hồ sơ trước hết ngày 03/11/2026")
    assert label not in cards(stranger)
    assert label not in cards(operator)
    monkeypatch.setattr("shop.panel.today_counts.today", lambda: ENDED - dt.timedelta(days=119))
    assert cards(person)[label] == ("1", "Khoai sọ: hết hạn 03/03/2027")


# --- Other papers ------------------------------------------------------------------------------


def test_a_paper_is_announced_at_90_60_and_30_days_to_its_own_cooperative():
    stall = make_cooperative(name="HTX Tà Xùa", email="taxua@demo.example")
    plot = make_plot(stall, name="Nương Bẹ")
    make_paper(plot, "vietgap", number="VG-7", issued_on=dt.date(2025, 3, 3), valid_to=ENDED)
    make_paper(stall, "business", issued_on=dt.date(2025, 3, 3), valid_to=None)
    written = [(left, remind_of_ends(days_before(left))) for left in range(100, -3, -1) for _ in range(2)]
    assert [left for left, count in written if count] == [90, 60, 30]
    letters = list(Letter.objects.filter(key__startswith="paper-ending:"))
    assert [letter.subject for letter in letters] == [
        f"VietGAP của Nương Bẹ: còn {n} ngày" for n in (90, 60, 30)
    ]
    assert {letter.recipient for letter in letters} == {"taxua@demo.example"}
    assert "Giấy VietGAP số VG-7 của Nương Bẹ có giá trị đến hết ngày 03/03/2027." in letters[0].body
