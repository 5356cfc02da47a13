"""Logging in and out: by address or number, one answer for every mistake, never to another site."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import authenticate, get_user
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from shop.accounts.backends import EmailOrPhoneBackend
from shop.accounts.models import User
from shop.messages.models import Letter
from shop.shopper import limits
from shop.shopper.letters import reset_password
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
LOG_IN, HOME, RESET, SENT = (
    "/tai-khoan/dang-nhap/",
    "/tai-khoan/",
    "/tai-khoan/quen-mat-khau/",
    "/tai-khoan/da-gui-thu/",
)
OTHER_PASSWORD = "mật khẩu mới tinh"


def log_in(client: Client, name: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(LOG_IN, {"ten": name, "mat_khau": password, **more})


def is_in(client: Client) -> bool:
    return bool(get_user(client).is_authenticated)  # type: ignore[arg-type]


def plain(page: bytes) -> str:
    """The page without what differs from request to request."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.decode())


@pytest.mark.parametrize(
    "typed", ["an@vidu.vn", " An@ViDu.vn ", "0912345678", "+84 912.345.678", "0912 345 678"]
)
def test_an_address_or_a_number_opens_the_account_however_it_is_typed(client: Client, typed: str) -> None:
    user = make_user(email="an@vidu.vn", phone="0912345678")
    answer = log_in(client, typed)
    assert (answer.status_code, answer["Location"]) == (302, HOME)
    assert get_user(client) == user  # type: ignore[arg-type]


def test_an_account_written_in_capitals_is_found_and_not_opened_twice(client: Client) -> None:
    make_user(email="AN@vidu.vn")
    assert log_in(client, "an@vidu.vn").status_code == 302
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="an@vidu.vn")


def test_nobody_is_without_a_way_to_log_in() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(first_name="An")


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client: Client) -> None:
    make_user(email="an@vidu.vn", phone="0912345678")
    User.objects.create(email="nghi@vidu.vn", is_active=False, password=User.objects.get().password)
    pages = []
    for name, password in (
        ("an@vidu.vn", OTHER_PASSWORD),
        ("khong-co@vidu.vn", PASSWORD),
        ("0912345678", OTHER_PASSWORD),
        ("0987654321", PASSWORD),
        ("nghi@vidu.vn", PASSWORD),
    ):
        answer = log_in(client, name, password)
        assert answer.status_code == 422
        assert not is_in(client)
        pages.append(plain(answer.content).replace(name, "…"))
    assert len(set(pages)) == 1
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in pages[0]


def test_a_password_is_weighed_once_whoever_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one answer costs more than another is an answer too."""
    user = make_user(email="an@vidu.vn", phone="0912345678")
    weighed: list[str] = []
    monkeypatch.setattr(User, "check_password", lambda self, raw: bool(weighed.append(raw)))
    monkeypatch.setattr(User, "set_password", lambda self, raw: weighed.append(raw))
    for name in ("an@vidu.vn", "khong-co@vidu.vn", "0912345678", "0987654321"):
        weighed.clear()
        assert authenticate(username=name, password="thử") is None
        assert weighed == ["thử"], name
    assert EmailOrPhoneBackend().get_user(user.pk) == user


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/thanh-toan/", "/thanh-toan/"),
        ("/tai-khoan/dia-chi/?x=1", "/tai-khoan/dia-chi/?x=1"),
        ("https://xau.vidu.vn/", HOME),
        ("//xau.vidu.vn/", HOME),
        ("/\\xau.vidu.vn", HOME),
        ("javascript:alert(1)", HOME),
        ("", HOME),
    ],
)
def test_after_logging_in_one_goes_where_one_wanted_but_never_to_another_site(
    client: Client, wanted: str, reached: str
) -> None:
    make_user(email="an@vidu.vn")
    assert log_in(client, "an@vidu.vn", next=wanted)["Location"] == reached
    assert client.get(LOG_IN, {"next": wanted})["Location"] == reached


def test_a_page_of_the_account_asks_to_log_in_and_leads_back(client: Client) -> None:
    answer = client.get("/tai-khoan/dia-chi/?x=1")
    assert answer["Location"] == f"{LOG_IN}?next=/tai-khoan/dia-chi/%3Fx%3D1"
    assert 'name="next" value="/tai-khoan/dia-chi/?x=1"' in client.get(answer["Location"]).content.decode()
    assert client.post("/tai-khoan/dia-chi/1/xoa/")["Location"] == f"{LOG_IN}?next=/tai-khoan/"
    assert client.get("/en/tai-khoan/")["Location"] == "/en/tai-khoan/dang-nhap/?next=/en/tai-khoan/"


def test_logging_in_gives_the_session_another_key(client: Client) -> None:
    make_user(email="an@vidu.vn")
    session = client.session
    session["trước"] = "1"
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    log_in(client, "an@vidu.vn")
    after = client.cookies[settings.SESSION_COOKIE_NAME]
    assert after.value not in ("", before)
    assert (after["httponly"], after["samesite"]) == (True, "Lax")


def test_logging_out_needs_a_form_and_ends_the_session(client: Client) -> None:
    make_user(email="an@vidu.vn")
    log_in(client, "an@vidu.vn")
    assert client.get("/tai-khoan/dang-xuat/").status_code == 405
    assert is_in(client)
    assert client.post("/tai-khoan/dang-xuat/")["Location"] == LOG_IN
    assert not is_in(client)
    guarded = Client(enforce_csrf_checks=True)
    assert log_in(guarded, "an@vidu.vn").status_code == 403


@pytest.mark.parametrize("name", ["an@vidu.vn", "khong-co@vidu.vn"])
def test_guessing_for_one_name_ends_after_ten_misses_whether_it_exists_or_not(
    client: Client, name: str
) -> None:
    make_user(email="an@vidu.vn")
    for _ in range(limits.MOST_MISSES_FOR_NAME):
        assert log_in(client, name, OTHER_PASSWORD).status_code == 422
    answer = log_in(Client(REMOTE_ADDR="10.0.0.9"), name.upper())  # the right password, another network
    assert answer.status_code == 429
    assert "Sai nhiều lần quá" in answer.content.decode()
    assert log_in(client, "0912345678").status_code == 422  # other names can still be tried


def test_a_network_that_guesses_many_names_is_stopped(client: Client) -> None:
    make_user(email="an@vidu.vn")
    for number in range(limits.MOST_MISSES_BY_NETWORK):
        assert log_in(client, f"ai{number}@vidu.vn").status_code == 422
    assert log_in(client, "an@vidu.vn").status_code == 429
    assert log_in(Client(REMOTE_ADDR="10.0.0.9"), "an@vidu.vn").status_code == 302


def test_the_right_password_counts_for_nothing(client: Client) -> None:
    make_user(email="an@vidu.vn")
    for _ in range(limits.MOST_MISSES_FOR_NAME + 2):
        assert log_in(Client(), "an@vidu.vn").status_code == 302


def test_the_limits_keep_no_names(client: Client) -> None:
    log_in(client, "an@vidu.vn", OTHER_PASSWORD)
    assert not [key for key in cache._cache if "vidu" in str(key)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("field", "value"),
    [("ten", ""), ("ten", "abc"), ("ten", "a\x00b@vidu.vn"), ("mat_khau", ""), ("ten", "12")],
)
def test_what_cannot_be_a_log_in_is_said_at_the_field(client: Client, field: str, value: str) -> None:
    answer = client.post(LOG_IN, {"ten": "an@vidu.vn", "mat_khau": PASSWORD, field: value})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


@pytest.mark.parametrize("path", [LOG_IN, "/tai-khoan/mo/", RESET, SENT])
def test_nobody_keeps_a_page_of_the_account(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("name", ["an@vidu.vn", "0912345678", "khong-co@vidu.vn", "0987654321"])
def test_asking_for_a_new_password_tells_nobody_who_has_an_account(client: Client, name: str) -> None:
    make_user(email="an@vidu.vn", phone="0912345678")
    answer = client.post(RESET, {"ten": name})
    assert (answer.status_code, answer["Location"]) == (302, SENT)
    assert list(Letter.objects.values_list("recipient", flat=True)) == (
        ["an@vidu.vn"] if name in ("an@vidu.vn", "0912345678") else []
    )


def link_in(letter: Letter) -> str:
    return re.search(r"http://testserver(\S+)", letter.body)[1]  # type: ignore[index]


def test_the_letter_leads_to_a_new_password_once(client: Client) -> None:
    user = make_user(email="an@vidu.vn")
    client.post(RESET, {"ten": "an@vidu.vn"})
    link = link_in(Letter.objects.get())
    form = client.get(link, follow=True)
    assert form.redirect_chain[-1][0].endswith("/set-password/")  # the key has left the address
    path = form.redirect_chain[-1][0]
    short = client.post(path, {"mat_khau": "ngắn"})
    assert short.status_code == 422
    assert "Mật khẩu ngắn quá, cần ít nhất 10 chữ hoặc số." in short.content.decode()
    assert client.post(path, {"mat_khau": OTHER_PASSWORD})["Location"] == HOME
    assert is_in(client)
    user.refresh_from_db()
    assert user.check_password(OTHER_PASSWORD)
    assert list(Letter.objects.order_by("pk").values_list("subject", flat=True)) == [
        "Đặt mật khẩu mới ở Chợ Phiên",
        "Mật khẩu Chợ Phiên của bạn đã đổi",
    ]
    again = Client().get(link)
    assert (again.status_code, again["Cache-Control"]) == (410, "private, no-store")
    assert "Đường dẫn không dùng được nữa" in again.content.decode()


def test_a_link_to_a_new_password_ends_after_two_hours(client: Client, settings: Any) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT == 7200
    reset_password(make_user(email="an@vidu.vn"))
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert client.get(link_in(Letter.objects.get())).status_code == 410


def test_one_address_gets_three_letters_an_hour_and_the_answer_stays_the_same(client: Client) -> None:
    make_user(email="an@vidu.vn")
    for _ in range(limits.MOST_LETTERS_FOR_NAME + 2):
        assert client.post(RESET, {"ten": "an@vidu.vn"})["Location"] == SENT
    assert Letter.objects.count() == limits.MOST_LETTERS_FOR_NAME


def test_a_network_that_asks_for_letters_all_the_time_is_stopped(client: Client) -> None:
    for number in range(limits.MOST_REQUESTS_BY_NETWORK):
        assert client.post(RESET, {"ten": f"ai{number}@vidu.vn"}).status_code == 302
    assert client.post(RESET, {"ten": "an@vidu.vn"}).status_code == 429
    assert client.post("/tai-khoan/mo/", {"ten": "an@vidu.vn"}).status_code == 429
    assert not Letter.objects.exists()


def test_public_pages_stay_the_same_for_who_is_logged_in(client: Client) -> None:
    make_user(email="an@vidu.vn", first_name="Tên Riêng")
    visitor = Client().get("/hop-tac-xa/").content
    log_in(client, "an@vidu.vn")
    answer = client.get("/hop-tac-xa/")
    assert answer.content == visitor
    assert "Cookie" not in answer.get("Vary", "")


def test_a_shopper_opens_nothing_in_the_panel(client: Client) -> None:
    make_user(email="an@vidu.vn")
    log_in(client, "an@vidu.vn")
    assert client.get("/quan-tri/").status_code == 403
