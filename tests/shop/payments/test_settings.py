"""A market does not start with a way of paying that cannot work."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from shop.environment import BANK_EVENTS, PAYMENT_METHODS, Environment
from shop.payments.providers import BANK_SOURCES, PROVIDERS, SOURCES


def check(methods: str, bank_events: str = "sepay", **variables: str) -> None:
    names = [name for name in methods.split(",") if name]
    Environment(variables).check_payments(names, bank_events)


def test_the_names_in_the_settings_are_those_of_the_code() -> None:
    assert set(PAYMENT_METHODS) == set(PROVIDERS)
    assert set(BANK_EVENTS) == {*BANK_SOURCES, "none"}
    telling = {code for code, way in PROVIDERS.items() if way.is_online and not way.is_shown_here}
    assert set(SOURCES) == {*BANK_SOURCES, *telling}


@pytest.mark.parametrize("method", ["own-account", "payos", "vnpay", "momo", "zalopay", "stripe"])
def test_each_way_names_the_secret_it_lacks(method: str) -> None:
    needed = PAYMENT_METHODS[method]
    complete = dict.fromkeys(needed, "1")
    bank_events = "none" if method == "payos" else "sepay"
    check(f"vietqr,{method}", bank_events, **complete)
    for name in needed:
        with pytest.raises(
            ImproperlyConfigured, match=f"{name} is not set, but PAYMENT_METHODS names {method}"
        ):
            check(f"vietqr,{method}", bank_events, **{**complete, name: "  "})


def test_payos_and_another_watcher_would_report_each_transfer_twice() -> None:
    complete = dict.fromkeys(PAYMENT_METHODS["payos"], "1")
    check("vietqr,payos", "payos", **complete)
    for watcher in ("sepay", "casso"):
        with pytest.raises(
            ImproperlyConfigured, match="another watcher would report the same transfers again"
        ):
            check("vietqr,payos", watcher, CASSO_WEBHOOK_KEY="x", **complete)


@pytest.mark.parametrize(
    ("methods", "bank_events", "words"),
    [
        ("vietqr,paypal", "sepay", "'paypal' is none of vietqr"),
        ("", "sepay", "name at least one"),
        ("vietqr", "bank", "BANK_EVENTS: 'bank' is none of sepay"),
        ("vietqr", "casso", "CASSO_WEBHOOK_KEY is not set"),
    ],
)
def test_a_name_that_nobody_knows_is_refused(methods: str, bank_events: str, words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words):
        check(methods, bank_events)


def test_practice_is_refused_outside_of_the_sandbox() -> None:
    Environment({}).check_payments(["vietqr", "practice"], "sepay", is_sandbox=True)
    with pytest.raises(ImproperlyConfigured, match="names practice, but SANDBOX is off"):
        Environment({}).check_payments(["vietqr", "practice"], "sepay", is_sandbox=False)


def test_the_number_of_the_app_is_one() -> None:
    with pytest.raises(ImproperlyConfigured, match="must be a number"):
        check("zalopay", ZALOPAY_APP_ID="abc", ZALOPAY_KEY1="x", ZALOPAY_KEY2="x")
