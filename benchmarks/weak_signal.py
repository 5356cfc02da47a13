"""How long pages take on slow 3G (400 kbit/s, 400 ms) and a telephone with a quarter of this machine's speed.

    make bench

Serves the demo market as in production and opens each type of page in Chromium: with an empty cache, again with what
that left there, then taps something. Medians of three. Beside each figure stands its goal (product.md §5); nothing
is asserted: times belong to the machine.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
from dataclasses import dataclass

import requests
from playwright.sync_api import Browser, sync_playwright

from benchmarks.served import served
from tests.support.weak_signal import KIB, Meter

CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 360, "height": 740}
ROUNDS = 3
PRODUCT = "/san-pham/khoai-so-ta-xua-cu-tuoi_1/"
REPEAT_MS, TAP_MS = 1500, 200


@dataclass(frozen=True)
class Asked:
    """A page, what is tapped there, and how many milliseconds its largest element may take."""

    path: str
    tapped: str
    most_ms: int


@dataclass(frozen=True)
class Measured:
    first_ms: float
    again_ms: float
    tap_ms: float
    shift: float
    weights: dict[str, int]
    requests: int


def pages(base: str) -> dict[str, Asked]:
    product = requests.get(base + PRODUCT, timeout=30).text
    trace = re.search(r'href="(/t/[^"]+)"', product)
    if trace is None:
        raise SystemExit("The product shows no lot.")
    button = "form .button[type=submit]"
    return {
        "trace": Asked(trace.group(1), "h1", 2500),
        "product": Asked(PRODUCT, f".add-form {button.removeprefix('form ')}", 4000),
        "catalogue": Asked("/san-pham/", f".product-card {button}", 5000),
        "home": Asked("/", f".product-card {button}", 5000),
        "story": Asked("/chuyen/khoai-so-ta-xua/", "summary, h1", 5000),
    }


def measure(chromium: Browser, base: str, asked: Asked) -> Measured:
    context = chromium.new_context(
        base_url=base, viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2
    )
    page = context.new_page()
    meter = Meter(page, is_served_compressed=True)
    meter.weaken()
    visit = meter.go(asked.path)
    first = meter.seen()
    meter.go(asked.path)
    again = meter.seen()
    page.locator(asked.tapped).first.tap(timeout=60_000)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 500)))")
    taps = meter.seen()["events"]
    context.close()
    return Measured(
        first["lcp"],
        again["lcp"],
        max(taps, default=0.0),
        first["cls"],
        dict(visit.weights),
        len(visit.addresses),
    )


def main() -> None:
    with served() as base, sync_playwright() as driver:
        for path in ("/", "/san-pham/", PRODUCT, "/chuyen/khoai-so-ta-xua/"):
            requests.get(base + path, timeout=60).raise_for_status()
        chromium = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        print(f"load before: {os.getloadavg()[0]:.2f}")
        kinds = ("document", "style", "script", "picture")
        print(
            f"{'page':<12}{'LCP ms':>8}{'goal':>6}{'again':>7}{'goal':>6}{'tap':>6}{'goal':>6}{'CLS':>7}"
            + "".join(f"{kind[:5]:>7}" for kind in kinds)
            + f"{'KiB':>7}{'asked':>7}"
        )
        for name, asked in pages(base).items():
            rounds = [measure(chromium, base, asked) for _ in range(ROUNDS)]
            last = rounds[-1]
            middle = [
                statistics.median(values)
                for values in zip(
                    *((each.first_ms, each.again_ms, each.tap_ms) for each in rounds), strict=True
                )
            ]
            print(
                f"{name:<12}{middle[0]:>8.0f}{asked.most_ms:>6}{middle[1]:>7.0f}{REPEAT_MS:>6}"
                f"{middle[2]:>6.0f}{TAP_MS:>6}{max(each.shift for each in rounds):>7.3f}"
                + "".join(f"{last.weights.get(kind, 0) / KIB:>7.1f}" for kind in kinds)
                + f"{sum(last.weights.values()) / KIB:>7.1f}{last.requests:>7}"
            )
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
