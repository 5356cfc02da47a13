"""A child process on the test's database that kills itself at a named place: what a power cut leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PRELUDE = """
import importlib, os, signal
import django
django.setup()

def die_at(path, call):
    module_path, name = path.rsplit(".", 1)
    module, calls = importlib.import_module(module_path), []
    real = getattr(module, name)
    def dying(*args, **kwargs):
        calls.append(1)
        if len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    setattr(module, name, dying)
"""


def database_url() -> str:
    """The address of the test's own database."""
    wanted = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{wanted['NAME']}"
    return f"postgresql://{wanted['USER']}@{wanted['HOST'] or '127.0.0.1'}:{wanted['PORT']}/{wanted['NAME']}"


def run_until_killed(script: str, *, at: str, call: int) -> None:
    """Run ``script`` in a child that kills itself on the ``call``-th time it calls the function ``at``.

    Raises: AssertionError when the child ended in any other way: then the place was not reached.
    """
    connection.close()
    ended = subprocess.run(
        [sys.executable, "-c", f"{PRELUDE}\ndie_at({at!r}, {call})\n{script}"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "TEST_DATABASE_URL": database_url(),
        },
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
