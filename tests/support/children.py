"""Child processes on the test's database: one that kills itself at a named place, or many that do the same at once."""

from __future__ import annotations

import atexit
import functools
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120
PRELUDE = """
import importlib, os, signal

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


TOGETHER = """
import os

def together(count, path, prepare):
    waiting, go = os.pipe()
    for place in range(count):
        if not os.fork():
            os.close(go)
            act = prepare(place)
            os.read(waiting, 1)  # ends when the parent has let go
            try:
                answer = type(act()).__name__
            except Exception as error:
                answer = type(error).__name__
            with open(path, "a") as file:
                file.write(answer + "\\n")
            os._exit(0)
    os.close(go)
    for _each in range(count):
        os.waitpid(-1, 0)
"""


def answers_of(count: int, prepare: str) -> list[str]:
    """What so many processes answered that did one thing at the same moment: names of types.

    ``prepare`` is a script that defines ``prepare(place)``, which gives each (0, 1, …) its call. Raises: AssertionError
    when one ended without an answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers"
        ended = _ended(f"{TOGETHER}\n{prepare}\ntogether({count}, {str(path)!r}, prepare)")
        answers = path.read_text().split() if path.exists() else []
    assert (ended["code"], len(answers)) == (0, count), ended["complaints"]
    return answers


def run_until_killed(script: str, *, at: str, call: int) -> None:
    """Run ``script`` in a child that kills itself on the ``call``-th time it calls the function ``at``.

    Raises: AssertionError when the child ended in any other way: then the place was not reached.
    """
    _run(f"{PRELUDE}\ndie_at({at!r}, {call})\n{script}")


def run_until_crash(script: str, *, at: str) -> None:
    """Run ``script`` in a child that kills itself at the crash point ``at`` (``shop.crash_points``).

    Raises: AssertionError when the child ended in any other way: then the point was not reached.
    """
    _run(script, crash_at=at)


def _run(script: str, *, crash_at: str = "") -> None:
    ended = _ended(script, crash_at=crash_at)
    assert ended["code"] == -signal.SIGKILL, ended["complaints"]
    assert not crash_at or ended["complaints"].endswith(f"died at {crash_at}\n"), ended["complaints"]


def _ended(script: str, *, crash_at: str = "") -> dict[str, Any]:
    """How the child ended: its exit code, or minus the signal, and what it complained of."""
    connection.close()
    job = {"script": script, "crash_at": crash_at, "database": str(connection.settings_dict["NAME"])}
    zygote = _zygote()
    assert zygote.stdin and zygote.stdout
    zygote.stdin.write(json.dumps(job) + "\n")
    zygote.stdin.flush()
    answered, _, _ = select.select([zygote.stdout], [], [], SECONDS)
    if not answered:
        zygote.kill()
        _zygote.cache_clear()
        raise AssertionError(f"the child did not end within {SECONDS} s")
    ended: dict[str, Any] = json.loads(zygote.stdout.readline())
    return ended


@functools.cache
def _zygote() -> subprocess.Popen[str]:
    """One for each worker of the test run."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.zygote"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.kill)
    return process
