"""The demo market served as in production on a loopback port, with a database and media of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 300


@contextmanager
def served() -> Iterator[str]:
    """Its address, from when it answers. ``DATABASE_URL`` chooses another database.

    Raises: SystemExit when it does not start.
    """
    port = 8000 + os.getpid() % 900 + 50
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="cho-phien-bench-") as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{folder}/db.sqlite3"),
            "MEDIA_DIR": f"{folder}/media",
        }
        command = [sys.executable, "manage.py", "serve", f"127.0.0.1:{port}", "--demo"]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_until_open(base, server)
            yield base
        finally:
            server.terminate()
            server.wait(30)


def wait_until_open(base: str, server: subprocess.Popen[bytes]) -> None:
    """Until anything is answered there. Raises: SystemExit when the server ends, or takes too long."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("The server did not start.")
        try:
            requests.get(f"{base}/song/", timeout=1)
            return
        except requests.RequestException:
            time.sleep(0.5)
    raise SystemExit("The server did not answer in time.")
