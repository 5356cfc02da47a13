"""Every address the resolver knows, and one example of each with real objects behind it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.urls import get_resolver, reverse
from django.urls.resolvers import RegexPattern, URLResolver

TABLE = Path(__file__).resolve().parents[1] / "doors.csv"
ROLES = (
    "anonymous",
    "shopper",
    "cooperative",  # a manager of the stall
    "seller",  # of the same stall
    "packer",
    "foreign",  # the same cooperative, asking for another's objects
    "invoice_staff",
    "editor",
    "helper",
    "acting",  # the helper at work for the stall, with the widest consent
    "operator",
)
EXAMPLES = {"/quan-tri/^.*/$": "/quan-tri/khong-co-trang-nay/", "wagtail_serve": "/chuyen/"}


@dataclass(frozen=True)
class Door:
    """One pattern of the resolver. ``label`` is its name and arguments, as in the table."""

    label: str
    name: str
    route: str
    arguments: tuple[str, ...]

    def path(self, values: dict[str, Any]) -> str:
        if self.label in EXAMPLES:
            return EXAMPLES[self.label]
        if not self.name:
            return "/" + self.route
        return quote(reverse(self.name, kwargs={name: values[name] for name in self.arguments}))


def walk(resolver: Any = None, route: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Door]:
    """All patterns below ``resolver``, the whole site by default."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, here, spaces + ((entry.namespace,) if entry.namespace else ()))
            continue
        arguments = _arguments(entry.pattern, here)
        name = ":".join((*spaces, entry.name)) if entry.name else ""
        label = f"{name or '/' + here}" + (f" ({', '.join(arguments)})" if arguments else "")
        yield Door(label, name, here, arguments)


def _arguments(pattern: Any, route: str) -> tuple[str, ...]:
    if isinstance(pattern, RegexPattern):
        return tuple(pattern.regex.groupindex)
    return tuple(part.split(">")[0].split(":")[-1] for part in route.split("<")[1:])


def reviewed() -> dict[str, dict[str, str]]:
    """The table: label → role → ``GET/POST`` statuses."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["view"]: row for row in csv.DictReader(file)}
