"""Keys of WebAuthn: what is believed, what is refused, and what a key opens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from django.core.cache import cache
from django.test import Client

from shop.accounts.models import User
from shop.audit.models import Entry
from shop.log_ins.models import LogIn
from shop.messages.models import Letter
from shop.passkeys import services
from shop.passkeys.models import Passkey
from shop.passkeys.services import BadKey, CopiedKey, LastStep
from shop.second_factor import services as codes
from shop.second_factor.models import SecondFactor
from tests.support.market import Market
from tests.support.passkeys import SoftKey

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]
CHALLENGE = b"0123456789abcdef0123456789abcdef"
PANEL, ACCOUNT = "/quan-tri/hai-buoc/khoa/", "/tai-khoan/khoa/"
PASSWORD = "một mật khẩu dài"


@pytest.fixture(autouse=True)
def address(settings: Any) -> None:
    settings.BASE_URL = "https://cho.example:8443"


def soft(**more: Any) -> SoftKey:
    return SoftKey(origin="https://cho.example:8443", host="cho.example", **more)


def person(market: Market, role: str) -> User:
    found = market.people[role]
    assert found is not None
    found.set_password(PASSWORD)
    found.save()
    return found


def added(user: User, key: SoftKey | None = None, name: str = "Điện thoại") -> tuple[SoftKey, Passkey]:
    key = key or soft()
    options = services.options_to_add(user, CHALLENGE)
    answer = key.make(options)
    return key, services.add(user=user, challenge=CHALLENGE, answer=answer, handle=key.handle, name=name)


def asked(user: User | None = None) -> str:
    return services.options_to_prove(CHALLENGE, user)


# --- What is believed ---


def test_a_key_signs_for_its_person_and_the_use_is_written_down(market: Market) -> None:
    user = person(market, "operator")
    key, row = added(user)
    assert services.prove(challenge=CHALLENGE, answer=key.sign(asked())).user == user
    row.refresh_from_db()
    assert (row.sign_count, row.last_used_at is not None) == (1, True)
    assert bytes(row.public_key) != b""
    assert (
        json.loads(asked(user))["allowCredentials"][0]["id"],
        json.loads(asked())["allowCredentials"],
    ) == (
        row.credential_id,
        [],
    )


@pytest.mark.parametrize(
    "lies",
    [
        {"challenge": "AAAA"},
        {"origin": "https://cho.example"},
        {"origin": "https://cho.example.evil.example:8443"},
        {"host": "evil.example"},
        {"kind": "webauthn.create"},
        {"is_verified": False},
        {"handle": "bmdvaSBraGFj"},
    ],
    ids="-".join,
)
def test_a_lie_in_what_is_signed_opens_nothing(market: Market, lies: dict[str, Any]) -> None:
    key, row = added(person(market, "operator"))
    with pytest.raises(BadKey):
        services.prove(challenge=CHALLENGE, answer=key.sign(asked(), **lies))
    row.refresh_from_db()
    assert row.last_used_at is None


@pytest.mark.parametrize(
    "lies",
    [
        {"challenge": "AAAA"},
        {"origin": "https://evil.example"},
        {"host": "evil.example"},
        {"is_verified": False},
    ],
    ids="-".join,
)
def test_a_lie_while_a_key_is_made_adds_none(market: Market, lies: dict[str, Any]) -> None:
    user, key = person(market, "operator"), soft()
    answer = key.make(services.options_to_add(user, CHALLENGE), **lies)
    with pytest.raises(BadKey):
        services.add(user=user, challenge=CHALLENGE, answer=answer, handle=key.handle, name="x")
    assert not Passkey.objects.exists()


def test_another_device_cannot_sign_under_the_name_of_a_key(market: Market) -> None:
    key, _row = added(person(market, "operator"))
    thief = soft(key_id=key.key_id, handle=key.handle)
    with pytest.raises(BadKey):
        services.prove(challenge=CHALLENGE, answer=thief.sign(asked()))
    assert not Letter.objects.filter(kind="account_passkey_copied").exists()


def test_anothers_key_is_no_second_step_and_is_not_added_twice(market: Market) -> None:
    clerk, editor = person(market, "invoice_staff"), person(market, "editor")
    key, _row = added(clerk)
    with pytest.raises(BadKey):
        services.prove(challenge=CHALLENGE, answer=key.sign(asked()), user=editor)
    with pytest.raises(BadKey):
        added(editor, key)
    assert Passkey.objects.get().user == clerk


def test_who_is_not_active_any_more_has_no_key_that_opens(market: Market) -> None:
    user = person(market, "editor")
    key, _row = added(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(BadKey):
        services.prove(challenge=CHALLENGE, answer=key.sign(asked()))


def test_a_counter_that_goes_backwards_is_refused_and_told(market: Market) -> None:
    user = person(market, "operator")
    key, row = added(user)
    key.counter = 7
    services.prove(challenge=CHALLENGE, answer=key.sign(asked()))
    for counter in (7, 3):  # the next says 8 and 4: one stands still, one goes back
        key.counter = counter
        with pytest.raises(CopiedKey):
            services.prove(challenge=CHALLENGE, answer=key.sign(asked()))
        row.refresh_from_db()
        assert row.sign_count == 8
    assert Letter.objects.filter(kind="account_passkey_copied", recipient=user.email).count() == 2
    assert Entry.objects.filter(verb="passkey-copied").count() == 2
    key.counter = 8
    services.prove(challenge=CHALLENGE, answer=key.sign(asked()))


def test_a_key_that_does_not_count_may_be_used_again_and_again(market: Market) -> None:
    key, _row = added(person(market, "operator"), soft(counts=False))
    for _ in range(2):
        services.prove(challenge=CHALLENGE, answer=key.sign(asked()))


@pytest.mark.parametrize("nonsense", ["", "null", "[]", "{}", '{"response": {}}', "[" * 9_000, "x" * 30_000])
def test_nonsense_is_a_bad_key(market: Market, nonsense: str) -> None:
    user = person(market, "operator")
    with pytest.raises(BadKey):
        services.prove(challenge=CHALLENGE, answer=nonsense)
    with pytest.raises(BadKey):
        services.add(user=user, challenge=CHALLENGE, answer=nonsense, handle="x", name="x")


# --- Adding and removing ---


def enter(client: Client, key: SoftKey, *, place: str = ACCOUNT, **more: str) -> Any:
    """The way in without a password, as the browser goes it."""
    options = client.post(f"{place}vao/hoi/").content.decode()
    return client.post(f"{place}vao/", {"khoa": key.sign(options), **more})


def add_by_page(client: Client, key: SoftKey, place: str, password: str = PASSWORD) -> Any:
    told = client.post(f"{place}hoi/", {"ten": "Máy bàn", "mat_khau": password})
    if told.status_code != 200:
        return told
    return client.post(place, {"ten": "Máy bàn", "khoa": key.make(told.content.decode())})


def test_a_person_adds_a_key_with_the_password_only(market: Market, client: Client) -> None:
    user, key = person(market, "shopper"), soft()
    client.force_login(user)
    refused = add_by_page(client, key, ACCOUNT, "sai")
    assert (refused.status_code, refused.json()) == (422, {"error": "Mật khẩu chưa đúng."})
    assert (
        client.post(
            ACCOUNT, {"ten": "x", "khoa": key.make(services.options_to_add(user, CHALLENGE))}
        ).status_code
        == 422
    )
    assert not Passkey.objects.exists()
    assert add_by_page(client, key, ACCOUNT).status_code == 302
    row = Passkey.objects.get()
    assert (row.user, row.name) == (user, "Máy bàn")
    page = client.get(ACCOUNT).content.decode()
    assert "Máy bàn" in page
    assert row.credential_id not in page
    assert Letter.objects.get(kind="account_passkey_added").recipient == user.email
    assert not Entry.objects.filter(actor=user).exists(), "shoppers may delete their account"
    for _ in range(12):
        last = add_by_page(client, key, ACCOUNT, "sai")
    assert last.status_code == 429


def test_a_key_is_removed_by_its_owner_with_the_password(market: Market, as_role: AsRole) -> None:
    user = person(market, "cooperative")
    _key, row = added(user)
    assert Entry.objects.get(verb="passkey-added").about == f"{user}: Điện thoại"
    client = as_role("cooperative")
    client.force_login(user)
    session = client.session
    session["second_factor_passed"] = True
    session.save()
    other = as_role("seller")
    other.post(f"{PANEL}{row.pk}/bo/", {f"{row.pk}-mat_khau": PASSWORD})
    assert other.post(f"{PANEL}{row.pk}/bo/").status_code == 404
    client.post(f"{PANEL}{row.pk}/bo/", {f"{row.pk}-mat_khau": "sai"})
    assert Passkey.objects.exists()
    client.post(f"{PANEL}{row.pk}/bo/", {f"{row.pk}-mat_khau": PASSWORD})
    assert not Passkey.objects.exists()
    assert Entry.objects.get(verb="passkey-removed").actor == user
    assert Letter.objects.get(kind="account_passkey_removed").recipient == user.email


def test_the_last_second_step_of_who_must_have_one_stays(market: Market, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    user, manager = person(market, "operator"), person(market, "cooperative")
    _key, row = added(user)
    with pytest.raises(LastStep):
        services.remove(key=row, by=user)
    _other, second = added(user)
    services.remove(key=row, by=user)
    secret = codes.secret_in_groups(codes.begin(user)).replace(" ", "")
    codes.confirm(user=user, code=pyotp.TOTP(secret).now())
    codes.take_away(user=user, by=user, reason="")
    with pytest.raises(LastStep):
        services.remove(key=second, by=user)
    codes.begin(user)
    with pytest.raises(LastStep):
        services.remove(key=second, by=user)  # begun is not confirmed
    SecondFactor.objects.update(confirmed_at=second.created_at)
    services.remove(key=second, by=user)
    with pytest.raises(LastStep):
        codes.take_away(user=user, by=user, reason="")
    _key, own = added(manager)
    services.remove(key=own, by=manager)  # a stall's people need none


def test_the_operators_help_for_a_lost_telephone_clears_the_keys(market: Market, as_role: AsRole) -> None:
    clerk = person(market, "invoice_staff")
    added(clerk)
    added(clerk, name="Máy bàn")
    operator = as_role("operator")
    people = "/quan-tri/hai-buoc/nguoi/"
    assert "2 khóa truy cập" in operator.get(people).content.decode()
    assert operator.post(f"{people}{clerk.pk}/bo/", {"reason": "Mất máy, đã gọi lại"}).status_code == 302
    assert not Passkey.objects.exists()
    assert Entry.objects.filter(verb="passkey-removed", reason="Mất máy, đã gọi lại").count() == 2
    assert operator.post(f"{people}{clerk.pk}/bo/", {"reason": "Nữa"}).status_code == 404


# --- What a key opens ---


def test_a_key_is_password_and_second_step_in_one(market: Market, client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    user = person(market, "operator")
    key, _row = added(user)
    before = client.post(f"{ACCOUNT}vao/hoi/") and client.session.session_key
    response = enter(client, key, next="/quan-tri/khieu-nai/")
    assert (response.status_code, response["Location"]) == (302, "/quan-tri/khieu-nai/")
    assert client.session.session_key != before
    assert client.get("/quan-tri/khieu-nai/").status_code == 200
    assert LogIn.objects.filter(user=user).exists()
    assert enter(Client(), key, next="https://evil.example/")["Location"] == "/tai-khoan/"


def test_an_answer_is_good_once_for_one_session_one_purpose_and_five_minutes(
    market: Market, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _row = added(person(market, "shopper"), soft(counts=False))
    options = client.post(f"{ACCOUNT}vao/hoi/").content.decode()
    answer = key.sign(options)
    assert Client().post(f"{ACCOUNT}vao/", {"khoa": answer})["Location"] == "/tai-khoan/dang-nhap/"
    stale = client.session["passkey_log-in"]
    assert client.post(f"{ACCOUNT}vao/", {"khoa": answer})["Location"] == "/tai-khoan/"
    # A second request that read the session before the first wrote it back, and another one in the same session.
    session = client.session
    session["passkey_log-in"] = stale
    session.save()
    for _ in range(2):
        assert client.post(f"{ACCOUNT}vao/", {"khoa": answer})["Location"] == "/tai-khoan/dang-nhap/"
    cache.clear()  # whatever the cache forgets, the session has no number left
    assert client.post(f"{ACCOUNT}vao/", {"khoa": answer})["Location"] == "/tai-khoan/dang-nhap/"
    fresh = Client()
    answer = key.sign(fresh.post(f"{ACCOUNT}vao/hoi/").content.decode())
    now = time.time()
    monkeypatch.setattr("shop.passkeys.challenges.time.time", lambda: now + 301)
    assert fresh.post(f"{ACCOUNT}vao/", {"khoa": answer})["Location"] == "/tai-khoan/dang-nhap/"
    monkeypatch.undo()
    fresh.force_login(person(market, "cooperative"))
    told = fresh.post(f"{PANEL}buoc-hai/hoi/").content.decode()
    assert fresh.post(f"{ACCOUNT}vao/", {"khoa": key.sign(told)})["Location"] == "/tai-khoan/dang-nhap/"


def test_a_key_is_the_second_step_after_the_password_and_the_password_alone_is_not(
    market: Market, settings: Any
) -> None:
    user, other = person(market, "operator"), person(market, "editor")
    key, _row = added(user)
    foreign, _row = added(other)
    client = Client()
    client.force_login(user)
    wanted = "/quan-tri/khieu-nai/"
    assert client.get(wanted)["Location"].startswith("/quan-tri/hai-buoc/?next=")
    page = client.get("/quan-tri/hai-buoc/").content.decode()
    assert 'data-passkey="get"' in page
    assert 'name="code"' not in page, "no codes were set up"
    # Nothing that changes the second step is open before it.
    for path in ("/quan-tri/hai-buoc/dat/", PANEL, ACCOUNT):
        assert client.get(path)["Location"].startswith("/quan-tri/hai-buoc/"), path
    assert add_by_page(client, soft(), PANEL).status_code == 403

    def step(by: SoftKey) -> Any:
        told = client.post(f"{PANEL}buoc-hai/hoi/").content.decode()
        return client.post(f"{PANEL}buoc-hai/", {"khoa": by.sign(told), "next": wanted})

    assert step(foreign)["Location"].startswith("/quan-tri/hai-buoc/?next=")
    assert client.get(wanted).status_code == 302
    assert step(key)["Location"] == wanted
    assert client.get(wanted).status_code == 200


def test_whoever_must_have_a_second_step_may_begin_with_a_key(market: Market, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    user = person(market, "operator")
    client, elsewhere = Client(), Client()
    elsewhere.login(username=user.email, password=PASSWORD)
    client.login(username=user.email, password=PASSWORD)
    assert client.get("/quan-tri/", follow=True).redirect_chain[-1][0].startswith("/quan-tri/hai-buoc/dat/")
    assert add_by_page(client, soft(), PANEL).status_code == 302
    assert client.get("/quan-tri/").status_code == 200
    assert elsewhere.get("/quan-tri/")["Location"].startswith("/quan-tri/login/"), (
        "it was never asked for a step"
    )


def test_to_a_shopper_a_key_is_another_way_in_and_no_lock(market: Market) -> None:
    user = person(market, "shopper")
    key, _row = added(user)
    client = Client()
    client.force_login(user)
    assert client.get("/tai-khoan/may-dang-nhap/").status_code == 200
    assert enter(Client(), key)["Location"] == "/tai-khoan/"


def test_after_many_bad_keys_a_network_waits(market: Market, client: Client) -> None:
    key, _row = added(person(market, "shopper"), soft(counts=False))
    for _ in range(60):
        client.post(f"{ACCOUNT}vao/hoi/")
        client.post(f"{ACCOUNT}vao/", {"khoa": "{}"})
    assert enter(client, key)["Location"] == "/tai-khoan/dang-nhap/"
    cache.clear()
    assert enter(client, key)["Location"] == "/tai-khoan/"
