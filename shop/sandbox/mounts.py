"""What a counterpart mounted in the sandbox server gives back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Reply:
    """An HTTP reply."""

    status: int
    content_type: str = "text/plain"
    body: bytes = b""


class Mount(Protocol):
    """A counterpart: called with the path below its mount, without a leading slash."""

    def __call__(self, method: str, path: str, body: bytes) -> Reply:
        """The reply to one request."""
        ...


def refuse(status: int, reason: str) -> Reply:
    """A refusal as JSON."""
    return Reply(status, "application/json", json.dumps({"error": reason}).encode())
