"""Where people are logged in: noted at the log-in, listed to nobody but themselves, and ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.accounts.models import User
from shop.accounts.sealing import unseal
from shop.audit.models import Entry
from shop.log_ins.devices import device_of
from shop.log_ins.models import LogIn
from shop.log_ins.services import KEPT, PURPOSE, hashed, sweep_log_ins
from shop.management.rounds import whole_round
from shop.messages.models import Letter
from shop.second_factor import services as second_factor
from shop.second_factor.models import SecondFactor
from tests.factories import PASSWORD
from tests.support.market import Market

pytestmark = pytest.mark.django_db
LOG_IN, PANEL_LOG_IN = "/tai-khoan/dang-nhap/", "/quan-tri/login/"
PANEL_LIST, OWN_LIST = "/quan-tri/may-dang-nhap/", "/tai-khoan/may-dang-nhap/"
PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0"


@pytest.fixture
def manager(market: Market) -> User:
    person = market.people["cooperative"]
    assert person is not None
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def shopper(market: Market) -> User:
    person = market.people["shopper"]
    assert person is not None
    person.set_password(PASSWORD)
    person.save()
    return person


def enter(
    user: User, client: Client | None = None, agent: str = PHONE, address: str = "203.0.113.77"
) -> Client:
    client = client or Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    response = client.post(LOG_IN, {"ten": user.email, "mat_khau": PASSWORD})
    assert response.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/tai-khoan/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, "Điện thoại Android, Chrome"),
        (DESK, "Máy tính Windows, Edge"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19 Mobile/1 Safari/604",
            "Điện thoại iPhone, Safari",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Zalo iOS/700", "Điện thoại iPhone, Zalo"),
        ("(Linux; Android 15; SM-X7) SamsungBrowser/28 Chrome/130", "Máy tính bảng Android, Samsung Internet"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Máy tính Linux, Firefox"),
        ("(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/19 Safari/605", "Máy tính Mac, Safari"),
        ("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/130 Chrome/124 Safari/537", "Máy tính Windows, Cốc Cốc"),
        ("", "Máy không rõ loại"),
        ("<script>alert(1)</script>", "Máy không rõ loại"),
    ],
)  # fmt: skip
def test_a_device_is_named_in_plain_words(agent: str, words: str) -> None:
    assert str(device_of(agent)) == words


def test_a_log_in_is_listed_with_its_device_and_network_and_no_key_stands_in_the_database(
    manager: User,
) -> None:
    client = enter(manager)
    row = LogIn.objects.get(user=manager)
    key = str(client.session.session_key)
    assert (str(row.device), row.network, row.place) == (
        "Điện thoại Android, Chrome", "203.0.113.0/24", "203.0.113.…",
    )  # fmt: skip
    assert row.key_hash == hashed(key)
    assert key not in row.sealed_key
    assert unseal(row.sealed_key, PURPOSE) == key
    for path in (PANEL_LIST, OWN_LIST):
        page = client.get(path).content.decode()
        assert "Điện thoại Android, Chrome" in page
        assert "203.0.113.…" in page
        assert "203.0.113.77" not in page
        assert "Máy này" in page
        assert "Cho đăng xuất" not in page, "one does not end the log-in one sits at"


@pytest.mark.parametrize("path", [PANEL_LIST, OWN_LIST])
def test_one_other_log_in_is_ended_and_the_rest_go_on(manager: User, path: str) -> None:
    here, lost, third = enter(manager), enter(manager, agent=DESK), enter(manager)
    row = LogIn.objects.get(user=manager, system="Windows")
    assert "Máy tính Windows, Edge" in here.get(path).content.decode()
    assert here.post(path, {"may": row.pk}).status_code == 302
    assert [is_in(client) for client in (here, lost, third)] == [True, False, True]
    assert "Máy tính Windows, Edge" not in here.get(path).content.decode()
    entry = Entry.objects.get(verb="log-ins-ended")
    assert (entry.actor, entry.reason) == (manager, "Máy tính Windows, Edge")


def test_all_others_are_ended_at_once(manager: User) -> None:
    here, *others = enter(manager), enter(manager, agent=DESK), enter(manager)
    here.post(PANEL_LIST, {"may": "khac"})
    assert [is_in(client) for client in (here, *others)] == [True, False, False]
    assert Entry.objects.filter(verb="log-ins-ended").count() == 1
    here.post(PANEL_LIST, {"may": "khac"})
    assert Entry.objects.filter(verb="log-ins-ended").count() == 1, "nothing was left to end"


@pytest.mark.parametrize("wanted", ["own", "foreign", "x", "", "9" * 40, "²"])
def test_nobody_ends_what_is_not_an_own_log_in_elsewhere(manager: User, shopper: User, wanted: str) -> None:
    here, stranger = enter(manager), enter(shopper)
    own, foreign = LogIn.objects.get(user=manager), LogIn.objects.get(user=shopper)
    assert str(foreign.device) in stranger.get(OWN_LIST).content.decode()
    sent = {"own": str(own.pk), "foreign": str(foreign.pk)}.get(wanted, wanted)
    for path in (PANEL_LIST, OWN_LIST):
        assert here.post(path, {"may": sent}).status_code == 404
    here.post(OWN_LIST, {"may": "khac"})
    assert is_in(here)
    assert is_in(stranger)
    assert not Entry.objects.filter(verb="log-ins-ended").exists()


def test_a_shoppers_log_ins_leave_no_line_in_the_log(shopper: User) -> None:
    """Whoever stands in the log could not delete the account any more."""
    here, other = enter(shopper), enter(shopper)
    here.post(OWN_LIST, {"may": "khac"})
    assert not is_in(other)
    assert not Entry.objects.filter(verb="log-ins-ended").exists()
    assert here.post("/tai-khoan/xoa/", {"mat_khau": PASSWORD}).status_code == 302
    assert not LogIn.objects.filter(user_id=shopper.pk).exists()


def test_the_start_screens_tell_of_the_log_in_before(manager: User) -> None:
    first = enter(manager, agent=DESK)
    assert "Lần đăng nhập trước" not in first.get("/quan-tri/").content.decode()
    LogIn.objects.update(started_at=dt.datetime(2026, 11, 20, 2, 5, tzinfo=dt.UTC))
    second = enter(manager)
    for path in ("/quan-tri/", "/tai-khoan/"):
        page = second.get(path).content.decode()
        assert "Lần đăng nhập trước: 09:05 20/11/2026, Máy tính Windows, Edge." in page
        assert PANEL_LIST in page or OWN_LIST in page


def test_a_device_not_seen_before_is_told_by_letter_once(manager: User) -> None:
    client = enter(manager)
    letters = Letter.objects.filter(kind="account_log_in")
    assert not letters.exists(), "the first log-in of an account"
    client.post("/tai-khoan/dang-xuat/")
    enter(manager, client)
    assert not letters.exists(), "the same browser"
    enter(manager, agent=DESK)
    letter = letters.get()
    assert letter.recipient == manager.email
    assert "Máy tính Windows, Edge" in letter.body
    assert OWN_LIST in letter.body
    assert "/tai-khoan/quen-mat-khau/" in letter.body


def test_one_browser_used_by_two_people_is_new_to_each(manager: User, shopper: User) -> None:
    shared = enter(manager)
    enter(shopper)
    shared.post("/tai-khoan/dang-xuat/")
    enter(shopper, shared)
    assert Letter.objects.get(kind="account_log_in").recipient == shopper.email


def test_the_mark_of_a_device_is_not_for_scripts_and_outlives_the_log_out(manager: User) -> None:
    client = enter(manager)
    mark = client.cookies["may"]
    assert (mark["httponly"], mark["samesite"]) == (True, "Lax")
    assert mark["max-age"] == KEPT.total_seconds()
    assert mark.value not in str(LogIn.objects.values())
    client.post("/tai-khoan/dang-xuat/")
    assert client.cookies["may"].value == mark.value


def test_logging_out_and_logging_in_again_leave_one_live_row(manager: User) -> None:
    client = enter(manager)
    client.post("/tai-khoan/dang-xuat/")
    assert LogIn.objects.get().ended_at is not None
    enter(manager, client)
    client.post(PANEL_LOG_IN, {"username": manager.email, "password": PASSWORD})
    assert LogIn.objects.filter(ended_at=None).count() == 1


def test_a_changed_password_ends_the_others_and_keeps_the_one_who_changed_it(manager: User) -> None:
    here, other = enter(manager), enter(manager, agent=DESK)
    new = {"mat_khau_cu": PASSWORD, "mat_khau": "nuong-khoai-2026"}
    assert here.post("/tai-khoan/ho-so/mat-khau/", new).status_code == 302
    assert is_in(here)
    assert not is_in(other)
    assert Session.objects.count() == 1
    here.get("/tai-khoan/")
    assert LogIn.objects.get(ended_at=None).key_hash == hashed(str(here.session.session_key)), "a new key"
    assert Entry.objects.get(verb="log-ins-ended").reason == "Đổi mật khẩu"


def test_a_password_set_by_letter_ends_all(manager: User) -> None:
    lost = enter(manager)
    visitor = Client()
    visitor.post("/tai-khoan/quen-mat-khau/", {"ten": manager.email})
    link = next(
        line
        for line in Letter.objects.get(kind="account_reset").body.splitlines()
        if "/mat-khau-moi/" in line
    )
    form = visitor.get(link[link.index("/tai-khoan/") :], follow=True).redirect_chain[-1][0]
    assert visitor.post(form, {"mat_khau": "nuong-khoai-2026"}).status_code == 302
    assert not is_in(lost)
    here = LogIn.objects.get(ended_at=None)
    assert here.key_hash == hashed(str(visitor.session.session_key)), "who set it is logged in by it"


def code_of(user: User) -> str:
    secret = second_factor.secret_in_groups(SecondFactor.objects.get(user=user)).replace(" ", "")
    return pyotp.TOTP(secret).now()


def test_switching_the_second_step_on_ends_the_others(manager: User) -> None:
    here, other = enter(manager), enter(manager, agent=DESK)
    here.get("/quan-tri/hai-buoc/dat/")
    assert here.post("/quan-tri/hai-buoc/dat/", {"code": code_of(manager)}).status_code == 200
    assert here.get("/quan-tri/").status_code == 200
    assert not is_in(other)
    assert LogIn.objects.filter(ended_at=None).count() == 1


def test_an_operators_help_for_a_lost_telephone_ends_all_and_not_the_operators_own(
    market: Market, manager: User, as_role: Callable[[str], Client]
) -> None:
    second_factor.begin(manager)
    second_factor.confirm(user=manager, code=code_of(manager))
    lost, operator = enter(manager), as_role("operator")
    operator.post(f"/quan-tri/hai-buoc/nguoi/{manager.pk}/bo/", {"reason": "Mất máy, đã gọi lại"})
    assert not is_in(lost)
    assert operator.get("/quan-tri/").status_code == 200
    assert Entry.objects.get(verb="log-ins-ended").actor == market.people["operator"]


def test_half_a_log_in_sees_and_ends_nothing(manager: User) -> None:
    second_factor.begin(manager)
    second_factor.confirm(user=manager, code=code_of(manager))
    thief, other = enter(manager), enter(manager, agent=DESK)
    for path in (PANEL_LIST, OWN_LIST):
        for response in (thief.get(path), thief.post(path, {"may": "khac"})):
            assert response.status_code == 302
            assert response["Location"].startswith("/quan-tri/hai-buoc/")
    assert is_in(other)


def test_being_seen_costs_a_question_an_hour_and_no_more(manager: User) -> None:
    client = enter(manager)
    client.get("/quan-tri/")
    with CaptureQueriesContext(connection) as first:
        client.get("/quan-tri/")
    long_ago = timezone.now() - dt.timedelta(hours=3)
    LogIn.objects.update(seen_at=long_ago, network="")
    client.get("/quan-tri/")
    assert LogIn.objects.get().seen_at == long_ago, "within the hour nothing is written"
    cache.clear()
    with CaptureQueriesContext(connection) as after_an_hour:
        client.get("/quan-tri/")
    assert LogIn.objects.get().seen_at > timezone.now() - dt.timedelta(minutes=1)
    assert LogIn.objects.get().network == "203.0.113.0/24"
    with CaptureQueriesContext(connection) as again:
        client.get("/quan-tri/")
    assert len(after_an_hour) == len(first) + 1
    assert len(again) == len(first)
    assert not any("log_ins_login" in one["sql"] for one in again.captured_queries)


def test_the_list_asks_two_questions_however_long_it_is(manager: User) -> None:
    client = enter(manager)
    client.get(PANEL_LIST)
    with CaptureQueriesContext(connection) as alone:
        client.get(PANEL_LIST)
    for _ in range(4):
        enter(manager)
    with CaptureQueriesContext(connection) as crowded:
        page = client.get(PANEL_LIST).content.decode()
    assert page.count("Điện thoại Android, Chrome") >= 5
    assert len(crowded) == len(alone)


def test_a_session_from_before_these_rows_gets_one(manager: User) -> None:
    client = enter(manager)
    LogIn.objects.all().delete()
    session = client.session
    del session["log_in"]
    session.save()
    cache.clear()
    client.get("/quan-tri/")
    assert LogIn.objects.get().key_hash == hashed(str(client.session.session_key))
    assert "Máy này" in client.get(PANEL_LIST).content.decode()


def test_a_public_page_does_not_look_into_the_session_for_it(manager: User) -> None:
    response = enter(manager).get("/robots.txt")
    assert "Cookie" not in response.get("Vary", "")


def test_ended_ones_are_swept_and_expired_ones_end(manager: User) -> None:
    enter(manager)
    now = timezone.now()
    day = dt.timedelta(days=1)
    assert sweep_log_ins(now + 13 * day) == 0
    assert sweep_log_ins(now + 15 * day) == 1
    assert LogIn.objects.get().ended_at is not None
    assert sweep_log_ins(now + 15 * day) == 0
    assert sweep_log_ins(now + 15 * day + KEPT + day) == 1
    assert not LogIn.objects.exists()
    assert "log-ins" in whole_round()


def test_a_dead_session_is_not_listed(manager: User) -> None:
    client, dead = enter(manager), enter(manager, agent=DESK)
    Session.objects.filter(session_key=dead.session.session_key).update(expire_date=timezone.now())
    assert "Máy tính Windows, Edge" not in client.get(PANEL_LIST).content.decode()


def test_the_copy_of_ones_data_holds_them(shopper: User) -> None:
    data: Any = enter(shopper).get("/tai-khoan/du-lieu/tai-ve/").json()
    assert [(one["device"], one["network"]) for one in data["log_ins"]] == [
        ("Điện thoại Android, Chrome", "203.0.113.0/24")
    ]
