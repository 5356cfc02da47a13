"""How long pages take and how much they weigh, on the demo market served as in production.

    make bench

Starts ``manage.py serve`` on a loopback port with a database and media of its own, asks each page a bounded
number of times, one request after another, and prints medians. Nothing here is asserted.
"""

from __future__ import annotations

import gzip
import os
import statistics
import time

import requests

from benchmarks.served import served

ROUNDS = 60
PAGES = {
    "home": "/",
    "story": "/chuyen/khoai-so-ta-xua/",
    "catalogue": "/san-pham/",
    "filtered": "/san-pham/?sao=3&mua=1",
    "search": "/san-pham/?q=khoai+so",
    "search with a typo": "/san-pham/?q=mat+ogn",
    "suggestions": "/goi-y/?q=kho",
    "product": "/san-pham/khoai-so-ta-xua-cu-tuoi_1/",
    "stall": "/hop-tac-xa/ta-xua-khoai-so/",
    "empty basket": "/gio-hang/",
}


def measure(base: str) -> None:
    print(f"{'page':<20}{'median ms':>10}{'p95 ms':>9}{'HTML gzip':>11}")
    for name, path in PAGES.items():
        session = requests.Session()
        for _ in range(6):
            session.get(base + path, timeout=30).raise_for_status()
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            answer = session.get(base + path, timeout=30)
            times.append((time.perf_counter() - start) * 1000)
        weight = len(gzip.compress(answer.content))
        p95 = sorted(times)[int(len(times) * 0.95)]
        print(f"{name:<20}{statistics.median(times):>10.1f}{p95:>9.1f}{weight:>11,}")


def main() -> None:
    with served() as base:
        print(f"load before: {os.getloadavg()[0]:.2f}")
        measure(base)


if __name__ == "__main__":
    main()
