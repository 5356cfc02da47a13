"""``python -m tests.support.postgres COMMAND …``: runs a command with ``TEST_DATABASE_URL`` set.

The server is the one the variable names, else the local one when it answers, else one started from
Debian's binaries in a temporary folder and stopped afterwards.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

LOCAL_USERS = ("postgres", pwd.getpwuid(os.getuid()).pw_name)


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            return bool(row and row[0])
    except psycopg.OperationalError:
        return False


def local_server() -> str | None:
    """The URL of a server on this machine that lets us in and create databases."""
    for user in LOCAL_USERS:
        url = f"postgresql://{user}@127.0.0.1:5432/postgres"
        if answers(url):
            return url
    return None


def binaries() -> Path:
    """The folder of Debian's initdb and postgres; installs the package when we may."""
    for _ in range(2):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if found:
            return found[-1].parent
        tools = Path(__file__).with_name("tools.sh")
        subprocess.run([tools, "programs", "initdb-of-postgresql:postgresql"], check=True)
    raise SystemExit("PostgreSQL was not found. Install it with: sudo apt-get install postgresql")


@contextmanager
def own_server() -> Iterator[str]:
    """A server in a temporary folder; it refuses to run as root, so root hands it to ``postgres``."""
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="cho-phien-postgres-"))
    demote = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if demote:
        shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    subprocess.run(
        [*demote, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    control = [*demote, programs / "pg_ctl", "-D", data, "-w"]
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
    subprocess.run(
        [*control, "-o", options, "-l", folder / "log", "start"], check=True, stdout=subprocess.DEVNULL
    )
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


def run(url: str) -> int:
    return subprocess.run(sys.argv[1:], env={**os.environ, "TEST_DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    url = os.environ.get("TEST_DATABASE_URL") or local_server()
    if url:
        sys.exit(run(url))
    with own_server() as url:
        code = run(url)
    sys.exit(code)
