"""An SMS gateway for demo and training: what it takes becomes a text file in the outbox, and a line on the console."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

from django.utils import timezone

from .mounts import Reply, refuse

_MOBILE = re.compile(r"84[35789][0-9]{8}")
_KEY = re.compile(r"[0-9a-f]{32}")


class SmsFront:
    """A mount of the sandbox server: ``POST messages`` with ``{"to", "from", "text", "key"}``; a key is taken once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()

    def __call__(self, method: str, path: str, body: bytes) -> Reply:
        if (method, path.rstrip("/")) != ("POST", "messages"):
            return refuse(404, "the gateway takes POST messages")
        try:
            wish = json.loads(body)
            to, sender, text, key = (str(wish[name]) for name in ("to", "from", "text", "key"))
        except (ValueError, TypeError, KeyError, RecursionError):
            return refuse(400, "to, from, text and key are needed")
        if not _KEY.fullmatch(key):
            return refuse(400, "key is 32 hexadecimal digits")
        if not _MOBILE.fullmatch(to):
            return refuse(422, "no mobile number of Vietnam")
        with self._lock:
            is_new = not any(self.folder.glob(f"*-sms-{key}.txt"))
            if is_new:
                self._keep(to, sender, text, key)
        return Reply(201 if is_new else 409, "application/json", json.dumps({"id": key}).encode())

    def _keep(self, to: str, sender: str, text: str, key: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{timezone.localtime():%Y%m%d-%H%M%S-%f}-sms-{key}.txt"
        (self.folder / name).write_text(f"To: {to}\nFrom: {sender}\n\n{text}\n", encoding="utf-8")
        print(f"[sms] {to}: {text} → outbox/{name}", flush=True)  # noqa: T201
