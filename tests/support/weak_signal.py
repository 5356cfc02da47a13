"""What a first visit of a page costs: bytes and requests by kind, how much it jumps, how long it takes on a weak line.

The line is the slow 3G of the budgets (400 kbit/s, 400 ms there and back), the telephone one with a quarter of this
machine's speed. Budgets: product.md §5.
"""

from __future__ import annotations

import base64
import gzip
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error, Page

BYTES_PER_SECOND = 400_000 // 8
ROUND_TRIP_MS = 400
SLOWER = 4
KIB = 1024

# What the browser itself watches: Largest Contentful Paint, layout shifts nobody caused, events and how long they took.
WATCH = """
window.seen = {lcp: 0, cls: 0, events: []};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.seen.lcp = entry.startTime;
}).observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.cls += entry.value;
}).observe({type: 'layout-shift', buffered: true});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (entry.interactionId) window.seen.events.push(entry.duration);
}).observe({type: 'event', buffered: true, durationThreshold: 16});
"""


@dataclass(frozen=True)
class Budget:
    """KiB compressed, and requests, of what a browser does not have yet.

    ``pictures`` are those above the fold; ``total`` counts all that came.
    """

    html: int
    style: int
    script: int
    pictures: int
    total: int
    requests: int


BUDGETS = {
    "trace": Budget(
        12, 6, 0, 8, 25, 3
    ),  # a small style of its own: the content policy allows none inside the page
    "product": Budget(15, 12, 12, 35, 75, 8),
    "catalogue": Budget(18, 12, 12, 60, 100, 14),
    "home": Budget(15, 12, 12, 50, 90, 12),
    "basket": Budget(15, 12, 16, 5, 50, 5),
    "checkout": Budget(15, 12, 16, 5, 50, 5),
    "pay": Budget(15, 12, 16, 5, 50, 5),
}
LOW_DATA = Budget(12, 6, 0, 0, 20, 2)
MOST_SHIFT = 0.05


@dataclass
class Visit:
    """One visit. ``weights`` in bytes by kind (document, style, script, picture, other), compressed."""

    weights: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    addresses: list[str] = field(default_factory=list)
    pictures: dict[str, int] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        return sum(self.weights.values())

    def hosts(self) -> set[str]:
        """Whom the page wanted something from, whether it came or not."""
        return {urlsplit(address).netloc for address in self.wanted if address.startswith("http")}


class Meter:
    """Listens to everything the page fetches."""

    KINDS = {"Document": "document", "Stylesheet": "style", "Script": "script", "Image": "picture"}

    def __init__(self, page: Page, *, is_served_compressed: bool) -> None:
        """``is_served_compressed``: count what came over the line; else compress text here, as production does."""
        self.page = page
        self.visit = Visit()
        self._is_served_compressed = is_served_compressed
        self._known: set[str] = set()
        self._kinds: dict[str, str] = {}
        self._urls: dict[str, str] = {}
        self._done: list[tuple[str, int]] = []
        self.line = page.context.new_cdp_session(page)
        self.line.send("Network.enable")
        self.line.on("Network.requestWillBeSent", lambda told: self.visit.wanted.add(told["request"]["url"]))
        self.line.on("Network.responseReceived", self._received)
        self.line.on("Network.loadingFinished", self._finished)
        page.add_init_script(WATCH)

    def weaken(self) -> None:
        """The weak line and the slow telephone, from now on."""
        self.weaken_line()
        self.line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    def weaken_line(self) -> None:
        """The weak line alone: what a browser fetches ahead depends on it, not on how quick the telephone is."""
        self.line.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": ROUND_TRIP_MS,
                "downloadThroughput": BYTES_PER_SECOND,
                "uploadThroughput": BYTES_PER_SECOND,
            },
        )

    def go(self, path: str) -> Visit:
        """The page until nothing is under way any more. What earlier pages brought is in the cache and not counted."""
        self.visit = Visit()
        self._done.clear()
        self.page.goto(path, wait_until="networkidle", timeout=120_000)
        self.weigh()
        return self.visit

    def weigh(self) -> None:
        """Add up what has come so far."""
        for identity, wire in self._done:
            url = self._urls.pop(identity, "")
            kind = self.KINDS.get(self._kinds.get(identity, ""), "other")
            if not url.startswith("http") or (kind != "document" and url in self._known):
                continue
            self._known.add(url)
            weight = wire if self._is_served_compressed else self._compressed(identity, kind, wire)
            self.visit.addresses.append(url)
            self.visit.weights[kind] += weight
            if kind == "picture":
                self.visit.pictures[url] = weight
        self._done.clear()

    def above_the_fold(self) -> int:
        """Bytes of the pictures that are to be seen without scrolling."""
        shown = self.page.evaluate(
            "[...document.images].filter((image) => image.getBoundingClientRect().top < innerHeight)"
            ".map((image) => image.currentSrc)"
        )
        return sum(self.visit.pictures.get(address, 0) for address in set(shown))

    def seen(self) -> dict[str, Any]:
        """``lcp`` in ms, ``cls``, and ``events``: how long each tap took until it was drawn, in ms."""
        return dict(self.page.evaluate("window.seen"))

    def _received(self, told: dict[str, Any]) -> None:
        if not told["response"].get("fromDiskCache"):
            self._kinds[told["requestId"]] = told["type"]
            self._urls[told["requestId"]] = told["response"]["url"]

    def _finished(self, told: dict[str, Any]) -> None:
        self._done.append((told["requestId"], int(told["encodedDataLength"])))

    def _compressed(self, identity: str, kind: str, wire: int) -> int:
        try:
            answer = self.line.send("Network.getResponseBody", {"requestId": identity})
        except Error:  # the page that asked for it is left already
            return wire
        body = base64.b64decode(answer["body"]) if answer["base64Encoded"] else answer["body"].encode()
        return len(body) if kind == "picture" else len(gzip.compress(body, 6))
