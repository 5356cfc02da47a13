"""The demo's SMS are files in the outbox, once each, and lines on the console."""

import json
from pathlib import Path
from typing import Any

import pytest

from shop.messages.channels import CHANNELS
from shop.messages.channels.channel import Message, WillNotSucceed
from shop.sandbox.server import build_server
from shop.sandbox.sms import SmsFront
from tests.support.authority import keys_in
from tests.support.loopback import serving

WISH = {"to": "84912345678", "from": "ChoPhien", "text": "Cho Phien: xin chao", "key": "a" * 32}


def ask(front: SmsFront, **changes: Any) -> tuple[int, Any]:
    reply = front("POST", "messages", json.dumps(WISH | changes).encode())
    return reply.status, json.loads(reply.body)


def test_a_message_becomes_a_file_and_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    front = SmsFront(tmp_path / "outbox")
    assert ask(front) == (201, {"id": "a" * 32})
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.read_text() == "To: 84912345678\nFrom: ChoPhien\n\nCho Phien: xin chao\n"
    assert capsys.readouterr().out == f"[sms] 84912345678: Cho Phien: xin chao → outbox/{file.name}\n"


def test_a_key_is_taken_once_also_after_a_new_start(tmp_path: Path) -> None:
    assert [ask(SmsFront(tmp_path))[0] for _ in range(2)] == [201, 409]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"to": "842438"}, 422), ({"to": "84112345678"}, 422), ({"key": "../../x"}, 400), ({"key": ""}, 400)],
)
def test_what_no_gateway_takes_leaves_no_file(tmp_path: Path, changes: dict[str, str], status: int) -> None:
    assert ask(SmsFront(tmp_path), **changes)[0] == status
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"to": "84912345678"}'])
def test_what_is_no_wish_is_refused(tmp_path: Path, body: bytes) -> None:
    assert SmsFront(tmp_path)("POST", "messages", body).status == 400
    assert SmsFront(tmp_path)("GET", "messages", body).status == 404


def test_the_markets_own_channel_speaks_with_it(tmp_path: Path, settings: Any) -> None:
    server = build_server("127.0.0.1", 0, folder=keys_in(tmp_path / "keys"), sms=SmsFront(tmp_path / "out"))
    with serving(server):
        url = server.url
        settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_SENDER = (
            f"{url}/sms/messages",
            "sandbox",
            "ChoPhien",
        )
        channel = CHANNELS["sms"]
        assert channel.send(Message("k", "0912345678", "x", "", "mot")).reference
        with pytest.raises(WillNotSucceed, match="no mobile number"):
            channel.send(Message("l", "02438250000", "x", "", "hai"))
    assert [file.read_text().splitlines()[-1] for file in (tmp_path / "out").iterdir()] == ["mot"]
