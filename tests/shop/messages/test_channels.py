"""Each channel over real HTTP: what it takes, what it puts off and what it refuses."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from shop.messages.channels import CHANNELS, wire
from shop.messages.channels.channel import Message, TryLater, WillNotSucceed
from tests.fakes.texting import Texting
from tests.support.texting import telephones

MESSAGE = Message(
    key="money-received:HT1",
    recipient="0912345678",
    kind="money_received",
    subject="Đã nhận tiền",
    text="Cho Phien: don HT1 da nhan du 130.000d.",
    parameters={"order_code": "HT1", "amount": "130.000 ₫"},
)
BOTH = pytest.mark.parametrize("name", ["sms", "zns"])


@pytest.fixture
def texting(settings: Any) -> Iterator[Texting]:
    with telephones(settings, zns=True) as found:
        yield found


def test_an_sms_carries_number_sender_text_and_key(texting: Texting) -> None:
    receipt = CHANNELS["sms"].send(MESSAGE)
    ((path, said, headers),) = texting.asked
    assert path == "/sms"
    assert said == {
        "to": "84912345678",
        "from": "ChoPhien",
        "text": "Cho Phien: don HT1 da nhan du 130.000d.",
        "key": "b79f7495934e18b5389c66276ae654db",
    }
    assert (headers["idempotency-key"], receipt.reference) == (said["key"], f"sms-{said['key'][:6]}")


def test_a_notice_carries_template_and_parameters_and_no_text(texting: Texting) -> None:
    assert CHANNELS["zns"].send(MESSAGE).reference == "zns-1"
    ((path, said, _headers),) = texting.asked
    assert (path, said["phone"], said["template_id"]) == ("/zns", "84912345678", "301")
    assert said["template_data"] == {"order_code": "HT1", "amount": "130.000 ₫"}
    assert "text" not in said and len(said["tracking_id"]) == 32


def test_the_gateway_takes_one_key_once(texting: Texting) -> None:
    first, second = CHANNELS["sms"].send(MESSAGE), CHANNELS["sms"].send(MESSAGE)
    assert first == second
    assert (len(texting.asked), len(texting.taken)) == (2, 1)


@BOTH
@pytest.mark.parametrize(
    ("trouble", "is_unsure"),
    [("busy", False), ("broken", True), ("lost", True), ("slow", True), ("garbage", True)],
)
def test_trouble_is_for_later_and_says_whether_it_may_have_arrived(
    texting: Texting, name: str, trouble: str, is_unsure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "SECONDS", (1, 0.5))
    texting.trouble = [trouble]
    with pytest.raises(TryLater) as refused:
        CHANNELS[name].send(MESSAGE)
    assert refused.value.is_unsure is is_unsure


@BOTH
def test_nobody_listening_is_for_later_and_sure(texting: Texting, name: str, settings: Any) -> None:
    settings.SMS_URL = settings.ZALO_ZNS_URL = "http://127.0.0.1:9/"
    with pytest.raises(TryLater) as refused:
        CHANNELS[name].send(MESSAGE)
    assert refused.value.is_unsure is False


@BOTH
def test_a_number_that_is_refused_will_not_succeed(texting: Texting, name: str) -> None:
    texting.refused = {"84912345678"}
    with pytest.raises(WillNotSucceed, match=r"no such number|-118"):
        CHANNELS[name].send(MESSAGE)


@BOTH
def test_a_token_that_has_ended_is_for_people_to_mend_not_the_persons_fault(
    texting: Texting, name: str, settings: Any
) -> None:
    settings.SMS_TOKEN = settings.ZALO_ZNS_TOKEN = "old"
    with pytest.raises(TryLater) as refused:
        CHANNELS[name].send(MESSAGE)
    assert refused.value.is_unsure is False


def test_a_quota_of_notices_that_is_used_up_is_for_later(texting: Texting) -> None:
    texting.trouble = ["poor"]
    with pytest.raises(TryLater, match="-115"):
        CHANNELS["zns"].send(MESSAGE)


def test_no_redirect_is_followed_with_the_token(texting: Texting, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    real = requests.post

    def noting(*args: Any, **options: Any) -> Any:
        asked.append(options)
        return real(*args, **options)

    monkeypatch.setattr(requests, "post", noting)
    CHANNELS["sms"].send(MESSAGE)
    assert (asked[0]["allow_redirects"], asked[0]["timeout"]) == (False, (3, 10))
