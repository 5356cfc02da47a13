"""``manage.py serve``: web, worker, periodic sweep and sandbox in one process tree, for one machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.demo.people import LOG_INS, password_in_use

GRACE_SECONDS = 10
MAX_RESTARTS = 5


class Command(BaseCommand):
    help = "Serve the market: web server, task worker, periodic sweep and, in the sandbox, bank and tax authority."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "bind", nargs="?", default="localhost:8000", help="host:port (default localhost:8000)"
        )
        parser.add_argument("--workers", type=int, default=2, help="web processes (default 2)")
        parser.add_argument(
            "--demo", action="store_true", help="load the demo market if there is no cooperative yet"
        )

    def handle(self, *args: Any, bind: str, workers: int, demo: bool, **options: Any) -> None:
        host, port = parse_bind(bind)
        call_command("setup", demo=demo, stdout=self.stdout)
        base_url = os.environ.get("BASE_URL") or f"http://{host}:{port}"
        sandbox_port = free_port()
        environment = {
            **os.environ,
            "BASE_URL": base_url,
            "SANDBOX_URL": os.environ.get("SANDBOX_URL") or f"http://127.0.0.1:{sandbox_port}",
        }
        if settings.SANDBOX and not any(name.startswith("SMS_") for name in os.environ):
            # The demo's SMS become files in the outbox; whoever has a gateway names it.
            environment |= {
                "SMS_URL": f"{environment['SANDBOX_URL']}/sms/messages",
                "SMS_TOKEN": "sandbox",
                "SMS_SENDER": "ChoPhien",
            }
        if settings.SANDBOX and demo:
            environment.setdefault("PAYMENT_METHODS", "vietqr,cod,practice")
        address = socket.gethostbyname(host)
        manage = [sys.executable, "-u", str(settings.BASE_DIR / "manage.py")]
        commands = {
            "web": [
                sys.executable, "-m", "granian", "--interface", "wsgi", "shop.wsgi:application",
                "--host", address, "--port", str(port), "--workers", str(workers), "--blocking-threads", "4",
                "--log-level", "warning", "--respawn-failed-workers", "--no-ws",
                "--static-path-route", settings.MEDIA_URL.rstrip("/"), "--static-path-mount", str(settings.MEDIA_ROOT),
            ],
            "worker": [*manage, "db_worker", "--queue-name", "*", "--no-startup-delay"],
            "sweep": [*manage, "sweep", "--every", "60"],
        }  # fmt: skip
        if settings.SANDBOX and not os.environ.get("SANDBOX_URL"):
            commands["sandbox"] = [
                *manage, "sandbox", f"127.0.0.1:{sandbox_port}", "--shop", f"http://{address}:{port}",
            ]  # fmt: skip
        settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
        tree = ProcessTree(commands, environment)
        tree.start()
        try:
            wait_until_open(address, port, tree)
            self.welcome(base_url)
            tree.watch()
        finally:
            tree.stop()

    def welcome(self, base_url: str) -> None:
        self.stdout.write(
            f"\nChợ đã mở · the market is open:  {base_url}/\n"
            f"Trang quản trị · panel:           {base_url}/quan-tri/\n"
            f"Tra cứu hóa đơn · invoices:       {base_url}/hoa-don/\n"
        )
        password = password_in_use()
        if password:
            self.stdout.write(f"Đăng nhập mẫu · demo log-ins (mật khẩu · password: {password})")
            for log_in in LOG_INS:
                self.stdout.write(f"  {log_in.email:<26} {log_in.title}")
        self.stdout.write("\nDừng: Ctrl+C · stop with Ctrl+C\n")
        self.stdout.flush()


class ProcessTree:
    """Children that live and end together; one that dies is started again a few times."""

    def __init__(self, commands: dict[str, list[str]], environment: dict[str, str]) -> None:
        self._commands = commands
        self._environment = environment
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._restarts = dict.fromkeys(commands, 0)
        self._stopping = False

    def start(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for name in self._commands:
            self._spawn(name)

    def _spawn(self, name: str) -> None:
        # Own sessions: a Ctrl+C reaches us alone and we end the children in order.
        self._children[name] = subprocess.Popen(  # noqa: S603  our own command lines
            self._commands[name], env=self._environment, cwd=settings.BASE_DIR, start_new_session=True
        )

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def is_alive(self, name: str) -> bool:
        return self._children[name].poll() is None

    def watch(self) -> None:
        """Return when asked to stop.

        Raises: CommandError when a child keeps dying.
        """
        while not self._stopping:
            for name, child in self._children.items():
                if child.poll() is not None and not self._stopping:
                    self._restarts[name] += 1
                    if self._restarts[name] > MAX_RESTARTS:
                        raise CommandError(f"{name} keeps stopping (exit code {child.returncode}).")
                    self._spawn(name)
            time.sleep(0.5)

    def stop(self) -> None:
        self._stopping = True
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # With the workers of the web server: one left behind would go on answering on our port.
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def parse_bind(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise CommandError(f"Expected host:port, for example 127.0.0.1:8123, not {bind!r}.")
    return host, int(port)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_open(address: str, port: int, tree: ProcessTree, seconds: int = 60) -> None:
    """Return once the web server accepts connections.

    Raises: CommandError if it ends or does not answer in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not tree.is_alive("web"):
            raise CommandError(f"The web server did not start; is port {port} in use?")
        try:
            with socket.create_connection((address, port), timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise CommandError(f"The web server did not answer within {seconds} s.")
