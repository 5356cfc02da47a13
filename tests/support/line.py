"""A line between the browser and the market that can be cut: a proxy on loopback, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from enum import Enum


class Line(Enum):
    GOOD = "carries everything"
    DEAD = "carries nothing"
    NO_ANSWER = "carries requests that are posted, and loses the answers"


class CuttableLine(socketserver.ThreadingTCPServer):
    """Forwards to ``target``; ``state`` may change at any time. ``lost`` counts answers that were thrown away."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, target: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Carrier)
        self.target, self.state, self.lost = target, Line.GOOD, 0
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def switch(self, state: Line) -> None:
        """Change the line; connections that stand are cut, as they are when a phone loses its mast."""
        with self._guard:
            self.state = state
            standing, self._open = self._open, set()
        for each in standing:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def holds(self, connection: socket.socket) -> None:
        with self._guard:
            self._open.add(connection)


class _Carrier(socketserver.BaseRequestHandler):
    server: CuttableLine

    def handle(self) -> None:
        if self.server.state is Line.DEAD:
            return
        with socket.create_connection(self.server.target) as far:
            self.server.holds(self.request)
            self.server.holds(far)
            back = threading.Thread(target=self._carry_back, args=(far,), daemon=True)
            back.start()
            self._is_posted = False
            with contextlib.suppress(OSError):
                while part := self.request.recv(65536):
                    self._is_posted = self._is_posted or part.startswith(b"POST ")
                    far.sendall(part)
            back.join(5)

    def _carry_back(self, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := far.recv(65536):
                if self.server.state is Line.NO_ANSWER and self._is_posted:
                    self.server.lost += 1
                    break
                self.request.sendall(part)
        with contextlib.suppress(OSError):
            self.request.shutdown(socket.SHUT_RDWR)
