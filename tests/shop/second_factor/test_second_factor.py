"""The second step of the log-in: set up, asked for at every log-in, never taken twice, and taken away with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.accounts.models import User
from shop.audit.models import Entry
from shop.second_factor import services
from shop.second_factor.models import RecoveryCode, SecondFactor
from shop.second_factor.services import AlreadyOn, TooManyTries, WrongCode
from tests.support.market import Market

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]
ASK, SET_UP, PEOPLE = "/quan-tri/hai-buoc/", "/quan-tri/hai-buoc/dat/", "/quan-tri/hai-buoc/nguoi/"
START = 1_800_000_000


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """The clock of the codes, at the beginning of a step."""

    def put(seconds: int) -> None:
        monkeypatch.setattr("shop.second_factor.services.time.time", lambda: START + seconds)

    put(0)
    return put


@pytest.fixture
def operator(market: Market) -> User:
    person = market.people["operator"]
    assert person is not None
    return person


def code_of(user: User, seconds: int = 0) -> str:
    secret = services.secret_in_groups(SecondFactor.objects.get(user=user)).replace(" ", "")
    return pyotp.TOTP(secret).at(START + seconds)


def switch_on(user: User) -> list[str]:
    services.begin(user)
    return services.confirm(user=user, code=code_of(user))


def test_a_code_of_the_neighbouring_steps_counts_once_and_none_before_it(
    operator: User, clock: Callable[[int], None]
) -> None:
    switch_on(operator)
    with pytest.raises(WrongCode):
        services.take(user=operator, code=code_of(operator))
    clock(60)
    services.take(user=operator, code=code_of(operator, 90))
    for seconds in (30, 60, 90, 120, 150):
        with pytest.raises(WrongCode):
            services.take(user=operator, code=code_of(operator, seconds))
    clock(120)
    services.take(user=operator, code=f" {code_of(operator, 120)} ")


def test_before_it_is_confirmed_it_does_not_count(operator: User) -> None:
    services.begin(operator)
    assert not services.has_second_factor(operator)
    with pytest.raises(WrongCode):
        services.take(user=operator, code=code_of(operator))
    with pytest.raises(WrongCode):
        services.confirm(user=operator, code="000000")
    assert not services.has_second_factor(operator)
    assert services.begin(operator) == services.begin(operator)


def test_a_second_one_is_not_set_up_over_the_first(operator: User) -> None:
    switch_on(operator)
    with pytest.raises(AlreadyOn):
        services.begin(operator)
    with pytest.raises(AlreadyOn):
        services.confirm(user=operator, code=code_of(operator))
    assert Entry.objects.filter(verb="second-factor-on").count() == 1


def test_each_recovery_code_is_good_once_and_is_kept_as_a_hash(operator: User) -> None:
    codes = switch_on(operator)
    assert len(set(codes)) == 10
    services.take(user=operator, code=codes[0].lower().replace("-", " "))
    with pytest.raises(WrongCode):
        services.take(user=operator, code=codes[0])
    services.take(user=operator, code=codes[1])
    kept = str(list(RecoveryCode.objects.values_list("code_hash", flat=True)))
    assert not any(code.replace("-", "") in kept for code in codes)
    assert Entry.objects.filter(verb="recovery-code-used").count() == 2


def test_after_ten_wrong_codes_not_even_the_right_one_counts(
    operator: User, clock: Callable[[int], None]
) -> None:
    switch_on(operator)
    clock(60)
    for _ in range(10):
        with pytest.raises(WrongCode):
            services.take(user=operator, code="000000")
    with pytest.raises(TooManyTries):
        services.take(user=operator, code=code_of(operator, 60))


def test_right_codes_are_not_counted_as_tries(operator: User, clock: Callable[[int], None]) -> None:
    switch_on(operator)
    for turn in range(1, 15):
        clock(60 * turn)
        services.take(user=operator, code=code_of(operator, 60 * turn))


def test_the_secret_does_not_stand_in_the_database_and_dies_with_the_markets_key(
    operator: User, settings: Any
) -> None:
    services.begin(operator)
    factor = SecondFactor.objects.get()
    secret = services.secret_in_groups(factor).replace(" ", "")
    assert len(secret) == 32
    assert secret not in factor.sealed_secret
    settings.SECRET_KEY = "another"
    assert services.secret_in_groups(factor) == ""
    with pytest.raises(WrongCode):
        services.confirm(user=operator, code=pyotp.TOTP(secret).at(START))
    again = services.secret_in_groups(services.begin(operator)).replace(" ", "")
    assert len(again) == 32
    assert again != secret


def test_who_has_it_on_is_asked_at_every_log_in_and_led_on(
    operator: User, client: Client, clock: Callable[[int], None]
) -> None:
    switch_on(operator)
    client.force_login(operator)
    wanted = "/quan-tri/khieu-nai/?trang=2"
    response = client.get(wanted)
    assert response.status_code == 302
    assert response["Location"].startswith(f"{ASK}?next=%2Fquan-tri%2Fkhieu-nai")
    assert client.get("/quan-tri/", headers={"x-requested-with": "XMLHttpRequest"}).status_code == 403
    assert client.post("/quan-tri/khieu-nai/").status_code == 302
    page = client.get(response["Location"])
    assert "Mã trong điện thoại" in page.content.decode()
    wrong = client.post(response["Location"], {"code": "123456"})
    assert wrong.status_code == 422
    assert "Mã không đúng" in wrong.content.decode()
    clock(60)
    before = client.session.session_key
    right = client.post(response["Location"], {"code": code_of(operator, 60)})
    assert (right.status_code, right["Location"]) == (302, wanted)
    assert client.session.session_key != before
    assert client.get(wanted).status_code == 200
    client.force_login(operator)
    assert client.get(wanted).status_code == 302, "another log-in, another code"


def test_nobody_is_led_out_of_the_market(
    operator: User, client: Client, clock: Callable[[int], None]
) -> None:
    switch_on(operator)
    client.force_login(operator)
    clock(60)
    response = client.post(f"{ASK}?next=https://example.org/", {"code": code_of(operator, 60)})
    assert response["Location"] == "/quan-tri/"


def test_setting_up_shows_a_picture_then_codes_once(operator: User, client: Client) -> None:
    client.force_login(operator)
    page = client.get(SET_UP).content.decode()
    assert "<svg" in page
    assert services.secret_in_groups(SecondFactor.objects.get()) in page
    assert client.post(SET_UP, {"code": "1"}).status_code == 422
    told = client.post(SET_UP, {"code": code_of(operator)})
    codes = re.findall(r"<code[^>]*>([2-9A-Z]{5}-[2-9A-Z]{5})<", told.content.decode())
    assert len(codes) == 10
    assert "no-store" in told["Cache-Control"]
    again = client.get(SET_UP).content.decode()
    assert codes[0] not in again
    assert "Còn 10 mã dự phòng." in again
    assert client.get("/quan-tri/").status_code == 200


def test_it_is_switched_off_by_a_code_only(
    operator: User, client: Client, clock: Callable[[int], None]
) -> None:
    codes = switch_on(operator)
    client.force_login(operator)
    assert client.post(SET_UP, {"code": codes[0]})["Location"] == ASK, "the log-in is not finished yet"
    clock(60)
    client.post(ASK, {"code": code_of(operator, 60)})
    assert client.post(SET_UP, {"code": "000000"}).status_code == 422
    assert services.has_second_factor(operator)
    assert client.post(SET_UP, {"code": codes[0]}).status_code == 302
    assert not services.has_second_factor(operator)


def test_where_it_is_required_staff_must_set_it_up_and_cooperatives_need_not(
    market: Market, as_role: AsRole, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    assert as_role("cooperative").get("/quan-tri/").status_code == 200
    for role in ("operator", "invoice_staff", "editor", "helper"):
        client = as_role(role)
        led = client.get("/quan-tri/", follow=True)
        assert led.redirect_chain[-1][0].startswith(SET_UP), role
        assert "Để sau" not in led.content.decode()
    person = market.people["operator"]
    assert person is not None
    client = as_role("operator")
    client.get(SET_UP)
    client.post(SET_UP, {"code": code_of(person)})
    assert client.get("/quan-tri/").status_code == 200
    assert client.post(SET_UP, {"code": "1"}).status_code == 200
    assert services.has_second_factor(person)


def test_a_lost_telephone_is_helped_by_another_operator_with_a_reason(
    market: Market, operator: User, as_role: AsRole
) -> None:
    clerk = market.people["invoice_staff"]
    assert clerk is not None
    switch_on(clerk)
    row = SecondFactor.objects.get(user=clerk)
    client = as_role("operator")
    assert str(clerk) in client.get(PEOPLE).content.decode()
    assert client.post(f"{PEOPLE}{row.user_id}/bo/", {"reason": " "}).status_code == 422
    assert client.post(f"{PEOPLE}{row.user_id}/bo/", {"reason": "Mất máy, đã gọi lại"}).status_code == 302
    assert not SecondFactor.objects.exists()
    entry = Entry.objects.get(verb="second-factor-off")
    assert (entry.actor, entry.reason, entry.about) == (operator, "Mất máy, đã gọi lại", str(clerk))
    assert as_role("invoice_staff").get(PEOPLE).status_code == 404


def test_an_operator_does_not_take_away_the_own_one(
    operator: User, client: Client, clock: Callable[[int], None]
) -> None:
    switch_on(operator)
    row = SecondFactor.objects.get()
    client.force_login(operator)
    clock(60)
    client.post(ASK, {"code": code_of(operator, 60)})
    page = client.post(f"{PEOPLE}{row.user_id}/bo/", {"reason": "Tự bỏ"}, follow=True).content.decode()
    assert "Không tự bỏ cho mình được" in page
    assert SecondFactor.objects.exists()


def test_those_who_passed_cost_no_question_more(
    operator: User, client: Client, clock: Callable[[int], None], django_assert_num_queries: Any
) -> None:
    client.force_login(operator)
    client.get("/quan-tri/")
    with CaptureQueriesContext(connection) as questions:
        client.get("/quan-tri/")
    without = len(questions)
    switch_on(operator)
    client.force_login(operator)
    clock(60)
    client.post(ASK, {"code": code_of(operator, 60)})
    client.get("/quan-tri/")
    with django_assert_num_queries(without):
        client.get("/quan-tri/")
