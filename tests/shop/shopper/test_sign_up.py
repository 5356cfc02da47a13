"""Opening an account: an address is proven by letter, a number is not; nothing is kept before the last step."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.test import Client

from shop.accounts.models import Consent, User
from shop.messages.models import Letter
from shop.shopper.links import SignUp, sign_up_link
from shop.shopper.services import AlreadyThere, open_account
from tests.factories import PASSWORD, make_user
from tests.shop.shopper.conftest import Seat

pytestmark = pytest.mark.django_db
OPEN, SENT, HOME = "/tai-khoan/mo/", "/tai-khoan/da-gui-thu/", "/tai-khoan/"


def filled(**changes: str) -> dict[str, str]:
    return {"ho_ten": "Nguyễn  Thị An", "mat_khau": "khoai so ta xua", "dong_y": "on"} | changes


def link_in(letter: Letter) -> str:
    return re.search(r"http://testserver(\S+)", letter.body)[1]  # type: ignore[index]


def test_a_new_address_gets_a_link_and_nothing_is_stored_before_it_is_used(client: Client) -> None:
    assert client.post(OPEN, {"ten": "An@vidu.vn"})["Location"] == SENT
    letter = Letter.objects.get()
    assert (letter.recipient, letter.subject) == ("an@vidu.vn", "Mở tài khoản ở Chợ Phiên")
    assert not User.objects.exists()
    link = link_in(letter)
    assert "an@vidu.vn" in client.get(link).content.decode()
    assert client.post(link, filled())["Location"] == HOME
    user = User.objects.get()
    assert (user.email, user.phone, user.first_name) == ("an@vidu.vn", None, "Nguyễn Thị An")
    assert user.check_password("khoai so ta xua")
    assert get_user(client) == user  # type: ignore[arg-type]
    assert not user.is_staff and not user.groups.exists()


def test_who_reads_english_gets_an_english_letter_and_page(client: Client) -> None:
    assert client.post(f"/en{OPEN}", {"ten": "an@vidu.vn"})["Location"] == f"/en{SENT}"
    letter = Letter.objects.get()
    assert letter.subject == "Open an account at Chợ Phiên"
    link = link_in(letter)
    assert link.startswith("/en/tai-khoan/mo/")
    page = client.get(link).content.decode()
    assert "Choose a password" in page and "You will log in with" in page


def test_an_address_with_an_account_gets_the_same_answer_and_its_owner_a_word(client: Client) -> None:
    make_user(email="an@vidu.vn")
    answers = [client.post(OPEN, {"ten": name}) for name in ("an@vidu.vn", "moi@vidu.vn")]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, SENT)}
    assert dict(Letter.objects.values_list("recipient", "subject")) == {
        "an@vidu.vn": "Bạn đã có tài khoản ở Chợ Phiên",
        "moi@vidu.vn": "Mở tài khoản ở Chợ Phiên",
    }
    assert User.objects.count() == 1


def test_a_number_goes_on_at_once_and_is_stored_as_one_calls_it(client: Client) -> None:
    step = client.post(OPEN, {"ten": "+84 912 345 678"})["Location"]
    assert step.startswith(OPEN)
    assert "0912 345 678" in client.get(step).content.decode()
    assert client.post(step, filled())["Location"] == HOME
    user = User.objects.get()
    assert (user.email, user.phone, str(user)) == (None, "0912345678", "0912345678")
    assert not Letter.objects.exists()


def test_a_number_that_has_an_account_opens_no_second_and_its_owner_is_told(client: Client) -> None:
    make_user(email="an@vidu.vn", phone="0912345678")
    step = client.post(OPEN, {"ten": "0912345678"})["Location"]
    answer = client.post(step, filled())
    assert answer.status_code == 422
    assert "không mở thêm tài khoản được" in answer.content.decode()
    assert User.objects.count() == 1
    assert list(Letter.objects.values_list("recipient", "subject")) == [
        ("an@vidu.vn", "Bạn đã có tài khoản ở Chợ Phiên")
    ]
    assert not Consent.objects.exists()


def test_two_links_of_one_address_open_one_account(client: Client) -> None:
    wish = SignUp(email="an@vidu.vn", phone=None)
    assert client.post(sign_up_link(wish), filled()).status_code == 302
    assert Client().post(sign_up_link(wish), filled()).status_code == 422
    assert User.objects.count() == 1


def test_who_was_faster_by_a_hair_keeps_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rival's row appears between our look and our write; only the database can tell."""
    make_user(email="an@vidu.vn")
    looks: list[str] = []

    def late(name: str) -> None:
        looks.append(name)

    monkeypatch.setattr("shop.shopper.services.find_person", late)
    with pytest.raises(AlreadyThere):
        open_account(
            wish=SignUp(email="an@vidu.vn", phone=None), name="An", password=PASSWORD, wants_news=True
        )
    assert looks
    assert User.objects.count() == 1
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("ho_ten", "", "Bạn ghi họ tên"),
        ("mat_khau", "", "Bạn nhập mật khẩu"),
        ("mat_khau", "ngắn", "Mật khẩu ngắn quá"),
        ("mat_khau", "1234567890", "quá phổ biến"),
        ("mat_khau", "nguyễn thị an", "quá giống"),
        ("mat_khau", "an@vidu.vn1", "quá giống"),
        ("mat_khau", "x" * 129, "128"),
        ("dong_y", "", "đánh dấu đồng ý"),
    ],
)
def test_what_is_missing_is_said_at_the_field_and_nothing_is_written(
    client: Client, field: str, value: str, message: str
) -> None:
    answer = client.post(sign_up_link(SignUp(email="an@vidu.vn", phone=None)), filled(**{field: value}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(message) >= 2
    assert f'id="id_{field}_error"' in page
    assert not User.objects.exists()


def test_nothing_is_ticked_and_letters_are_a_no_unless_asked_for(client: Client) -> None:
    link = sign_up_link(SignUp(email="an@vidu.vn", phone=None))
    assert "checked" not in client.get(link).content.decode()
    client.post(link, filled())
    assert list(Consent.objects.values_list("kind", "is_given", "version")) == [("account", True, "2026-11")]
    client.logout()
    client.post(sign_up_link(SignUp(email="binh@vidu.vn", phone=None)), filled(tin="on"))
    asked = Consent.objects.filter(user__email="binh@vidu.vn").order_by("pk")
    assert list(asked.values_list("kind", "is_given")) == [("account", True), ("news", True)]


def test_a_link_that_was_changed_or_is_old_opens_nothing(client: Client, settings: Any) -> None:
    link = sign_up_link(SignUp(email="an@vidu.vn", phone=None))
    assert client.get(link[:-3] + "xx/").status_code == 410
    settings.PASSWORD_RESET_TIMEOUT = -1
    for method in (client.get, client.post):
        assert method(link).status_code == 410
    assert not User.objects.exists()


def test_the_account_moves_to_an_address_only_from_its_own_mailbox(seat: Seat) -> None:
    user, client = seat("an@vidu.vn")
    moved = client.post("/tai-khoan/ho-so/thu/", {"thu": "Moi@vidu.vn", "mat_khau": PASSWORD})
    assert moved["Location"] == SENT
    link = link_in(Letter.objects.get(recipient="moi@vidu.vn"))
    _other, stranger = seat("binh@vidu.vn")
    assert stranger.post(link).status_code == 410
    assert "moi@vidu.vn" in client.get(link).content.decode()
    user.refresh_from_db()
    assert user.email == "an@vidu.vn"  # opening is not enough: mail programs open links too
    assert client.post(link)["Location"] == "/tai-khoan/ho-so/"
    user.refresh_from_db()
    assert user.email == "moi@vidu.vn"
    assert Letter.objects.filter(
        recipient="an@vidu.vn", subject="Thư đăng nhập Chợ Phiên của bạn đã đổi"
    ).exists()
    assert client.post(link).status_code == 410


def test_an_address_of_another_account_cannot_be_taken(seat: Seat) -> None:
    make_user(email="binh@vidu.vn")
    user, client = seat("an@vidu.vn")
    answer = client.post("/tai-khoan/ho-so/thu/", {"thu": "binh@vidu.vn", "mat_khau": PASSWORD})
    assert answer["Location"] == SENT
    assert list(Letter.objects.values_list("recipient", "subject")) == [
        ("binh@vidu.vn", "Bạn đã có tài khoản ở Chợ Phiên")
    ]
    user.refresh_from_db()
    assert user.email == "an@vidu.vn"


def test_asking_for_ones_own_address_changes_nothing(seat: Seat) -> None:
    _user, client = seat("an@vidu.vn")
    answer = client.post("/tai-khoan/ho-so/thu/", {"thu": "an@vidu.vn", "mat_khau": PASSWORD})
    assert answer["Location"] == SENT
    assert not Letter.objects.exists()


def test_moving_needs_the_password(seat: Seat) -> None:
    _user, client = seat()
    answer = client.post("/tai-khoan/ho-so/thu/", {"thu": "moi@vidu.vn", "mat_khau": "sai"})
    assert answer.status_code == 422
    assert "Mật khẩu đang dùng không đúng" in answer.content.decode()
    assert not Letter.objects.exists()


def test_a_number_is_added_in_one_spelling_and_belongs_to_one_account(seat: Seat) -> None:
    make_user(email="binh@vidu.vn", phone="0987654321")
    user, client = seat("an@vidu.vn")
    profile = "/tai-khoan/ho-so/"
    assert client.post(profile, {"ho_ten": "An", "dien_thoai": "+84912345678"}).status_code == 302
    user.refresh_from_db()
    assert (user.first_name, user.phone) == ("An", "0912345678")
    taken = client.post(profile, {"ho_ten": "An", "dien_thoai": "0987 654 321"})
    assert taken.status_code == 422
    assert client.post(profile, {"ho_ten": "An", "dien_thoai": ""}).status_code == 302
    user.refresh_from_db()
    assert user.phone is None


def test_who_has_no_address_cannot_give_the_number_away(client: Client) -> None:
    step = client.post(OPEN, {"ten": "0912345678"})["Location"]
    client.post(step, filled())
    assert client.post("/tai-khoan/ho-so/", {"ho_ten": "An", "dien_thoai": ""}).status_code == 422
    assert User.objects.get().phone == "0912345678"


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(seat: Seat) -> None:
    user, client = seat()
    elsewhere = Client()
    elsewhere.force_login(user)
    path = "/tai-khoan/ho-so/mat-khau/"
    assert client.post(path, {"mat_khau_cu": "sai", "mat_khau": "mật khẩu mới"}).status_code == 422
    answer = client.post(path, {"mat_khau_cu": PASSWORD, "mat_khau": "mật khẩu mới"})
    assert answer["Location"] == "/tai-khoan/ho-so/"
    user.refresh_from_db()
    assert user.check_password("mật khẩu mới")
    assert client.get(HOME).status_code == 200
    assert elsewhere.get(HOME).status_code == 302
    assert Letter.objects.get().subject == "Mật khẩu Chợ Phiên của bạn đã đổi"


def test_guessing_the_old_password_from_an_open_session_is_stopped(seat: Seat) -> None:
    user, client = seat()
    path = "/tai-khoan/ho-so/mat-khau/"
    for _ in range(10):
        assert client.post(path, {"mat_khau_cu": "sai", "mat_khau": "mật khẩu mới"}).status_code == 422
    answer = client.post(path, {"mat_khau_cu": PASSWORD, "mat_khau": "mật khẩu mới"})
    assert answer.status_code == 429
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
