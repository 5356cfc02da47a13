"""How long pages take and how much they weigh, on the demo market served as in production.

    make bench

Starts ``manage.py serve`` on a loopback port with a database and media of its own, asks each page a bounded
number of times, one request after another, and prints medians. Nothing here is asserted.
"""

from __future__ import annotations

import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent
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


def wait_until_open(base: str, server: subprocess.Popen[bytes], seconds: int = 300) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("The market did not start.")
        try:
            requests.get(f"{base}/song/", timeout=1)
            return
        except requests.RequestException:
            time.sleep(0.5)
    raise SystemExit("The market did not answer in time.")


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
    port = 8000 + os.getpid() % 900 + 50
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="cho-phien-bench-") as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{folder}/db.sqlite3"),
            "MEDIA_DIR": f"{folder}/media",
        }
        command = [sys.executable, "manage.py", "serve", f"127.0.0.1:{port}", "--demo"]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_until_open(base, server)
            print(f"load before: {os.getloadavg()[0]:.2f}")
            measure(base)
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()
