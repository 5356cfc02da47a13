"""A market does not start with a telephone channel that is switched on by half."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from shop.environment import CHANNELS, Environment
from shop.messages.channels import CHANNELS as KNOWN
from shop.messages.channels import is_on
from shop.messages.kinds import ZNS_PARAMETERS


@pytest.mark.parametrize("channel", ["SMS", "Zalo ZNS"])
def test_each_channel_names_the_setting_it_lacks(channel: str) -> None:
    names = CHANNELS[channel]
    complete = dict.fromkeys(names, "https://x.example")
    Environment({}).check_channels()
    Environment(complete).check_channels()
    for name in names:
        with pytest.raises(ImproperlyConfigured, match=f"{name} is not set, but {channel} has"):
            Environment({**complete, name: "  "}).check_channels()
        with pytest.raises(ImproperlyConfigured, match="is not set"):
            Environment({name: "https://x.example"}).check_channels()


@pytest.mark.parametrize("url", ["gateway.example", "ftp://gateway.example"])
def test_an_address_is_an_http_address(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SMS_URL must be an http address"):
        Environment({"SMS_URL": url, "SMS_TOKEN": "x", "SMS_SENDER": "x"}).check_channels()


def test_templates_are_named_by_kinds_that_exist() -> None:
    environment = Environment(
        {"T": "order_received:301, money_received: 302", "BAD": "news:1", "HALF": "refund_due"}
    )
    assert environment.pairs("T", ZNS_PARAMETERS) == {"order_received": "301", "money_received": "302"}
    assert environment.pairs("MISSING", ZNS_PARAMETERS) == {}
    for name in ("BAD", "HALF"):
        with pytest.raises(ImproperlyConfigured, match=f"{name}: .* is not NAME:VALUE"):
            environment.pairs(name, ZNS_PARAMETERS)


def test_without_settings_there_is_mail_alone() -> None:
    assert {name: is_on(name) for name in KNOWN} == {"mail": True, "sms": False, "zns": False}
