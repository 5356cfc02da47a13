"""An SMS gateway and Zalo's notice service as we know them, over real HTTP: they take, repeat, stall and refuse."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.loopback import serving

SMS_TOKEN, ZNS_TOKEN = "ma-cua-tin-nhan", "ma-cua-zalo"


class Texting:
    """``taken`` holds what reached people, ``asked`` every request; ``trouble`` is made once each, in order.

    Troubles: ``slow`` and ``lost`` (taken, but no answer in time), ``busy`` (429), ``broken`` (500), ``garbage``,
    ``poor`` (Zalo: quota used up). Numbers in ``refused`` are never taken.
    """

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.trouble: list[str] = []
        self.refused: set[str] = set()
        self.lock = threading.Lock()
        self.url = ""

    @property
    def numbers(self) -> list[str]:
        return [str(one.get("to") or one.get("phone")) for one in self.taken]

    def sms(self, said: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if headers.get("authorization") != f"Bearer {SMS_TOKEN}":
            return 401, {"error": "token"}
        if said["to"] in self.refused:
            return 422, {"error": "no such number"}
        if any(one["key"] == said["key"] for one in self.taken):
            return 409, {"id": f"sms-{said['key'][:6]}"}
        self.taken.append(said)
        return 201, {"id": f"sms-{said['key'][:6]}"}

    def zns(self, said: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if headers.get("access_token") != ZNS_TOKEN:
            return 200, {"error": -124, "message": "Access token invalid"}
        if said["phone"] in self.refused:
            return 200, {"error": -118, "message": "Zalo account not existed"}
        self.taken.append(said)
        return 200, {"error": 0, "message": "Success", "data": {"msg_id": f"zns-{len(self.taken)}"}}


class _Requests(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        texting = self.server.texting
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with texting.lock:
            texting.asked.append((self.path, said, headers))
            trouble = texting.trouble.pop(0) if texting.trouble else ""
            if trouble in ("busy", "broken", "poor"):
                status, reply = {"busy": (429, {}), "broken": (500, {}), "poor": (200, {"error": -115})}[
                    trouble
                ]
            else:
                status, reply = (texting.sms if self.path == "/sms" else texting.zns)(said, headers)
        if trouble == "lost":
            self.close_connection = True
            return
        if trouble == "slow":
            time.sleep(1.5)
        body = b"<html>" if trouble == "garbage" else json.dumps(reply).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # nobody waits for it any more
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, texting: Texting) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.texting = texting


@contextmanager
def running(texting: Texting) -> Iterator[Texting]:
    with serving(_Server(texting)) as server:
        texting.url = f"http://127.0.0.1:{server.server_port}"
        yield texting
