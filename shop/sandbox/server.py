"""The sandbox's counterparts on one loopback server: tax authority, bank, SMS gateway and till, each under its name."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from shop.sandbox.authority import Authority
from shop.sandbox.mounts import Mount, Reply, refuse
from shop.sandbox.tax_http import TaxFront

_MOST_BODY = 4 * 1024 * 1024
_SECONDS_PER_REQUEST = 15


class SandboxServer(ThreadingHTTPServer):
    """Serves mounts, each under ``/<name>/``."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], mounts: Mapping[str, Mount]) -> None:
        super().__init__(address, _Requests)
        self.mounts = dict(mounts)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The address under which the server answers, without a slash."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def server_close(self) -> None:
        """Closes the kept connections too: a client must not go on talking to a server that is gone."""
        super().server_close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def noted(self, connection: socket.socket, *, is_open: bool) -> None:
        """Remembers which connections are open."""
        with self._lock:
            (self._open.add if is_open else self._open.discard)(connection)


def build_server(
    host: str,
    port: int,
    *,
    folder: Path,
    bank: Mount | None = None,
    sms: Mount | None = None,
    pay: Mount | None = None,
) -> SandboxServer:
    """A server with the tax authority of ``folder`` and, if given, the others; port 0 takes a free one."""
    given = {"tax": TaxFront(Authority.in_folder(folder)), "bank": bank, "sms": sms, "pay": pay}
    return SandboxServer((host, port), {name: mount for name, mount in given.items() if mount is not None})


def serve(host: str, port: int, *, folder: Path, **mounts: Mount | None) -> None:
    """Runs the server until interrupted. ``mounts`` as of ``build_server``."""
    with build_server(host, port, folder=folder, **mounts) as server:
        server.serve_forever()


class _Requests(BaseHTTPRequestHandler):
    """Reads requests, asks the mount, writes the replies; the connection is kept for the next request."""

    protocol_version = "HTTP/1.1"
    timeout = _SECONDS_PER_REQUEST
    disable_nagle_algorithm = (
        True  # head and body are two writes: the second must not wait for an echo of the first
    )
    server: SandboxServer

    def setup(self) -> None:
        """Notes the connection as open."""
        super().setup()
        self.server.noted(self.connection, is_open=True)

    def finish(self) -> None:
        """Notes the connection as closed."""
        self.server.noted(self.connection, is_open=False)
        super().finish()

    def do_GET(self) -> None:
        """A reading request."""
        self._answer(b"")

    def do_POST(self) -> None:
        """A writing request."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self._refuse_unread(refuse(411, "say how long the body is"))
        elif int(length) > _MOST_BODY:
            self._refuse_unread(refuse(413, "the body is too big"))
        else:
            self._answer(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: whoever mounts the sandbox logs on their side."""

    def _answer(self, body: bytes) -> None:
        name, _, path = self.path.partition("?")[0].removeprefix("/").partition("/")
        mount = self.server.mounts.get(name)
        self._write(mount(self.command, path, body) if mount else refuse(404, "nothing is mounted here"))

    def _refuse_unread(self, reply: Reply) -> None:
        """What was not read would be taken for the next request: this is the last one of the connection."""
        self.close_connection = True
        self._write(reply)

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        if self.close_connection:
            self.send_header("Connection", "close")
        if reply.status != 204:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if reply.status != 204:
            self.wfile.write(reply.body)
