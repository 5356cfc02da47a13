"""How long a stall's two daily tasks take on slow 3G and a slow telephone: a product published, a parcel's page opened.

    python -W ignore -m benchmarks.panel_phone

Serves the demo market as in production, logs in as a stall's manager on a phone that has never been here, and times
the way through the screens as the browser test counts its taps. Nothing is asserted: times belong to the machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import django
from playwright.sync_api import Page, sync_playwright

from benchmarks.served import served
from benchmarks.weak_signal import CHROMIUM, PHONE
from tests.support.panel_phone import SHRUNK, photo
from tests.support.weak_signal import KIB, Meter

STALL = "htx.taxua@demo.example"
PASSWORD = "only-for-this-benchmark"
PATIENCE_MS = 180_000


def give_password() -> None:
    """The stall's manager of the demo market gets a password that is known here."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    django.setup()
    from shop.accounts.models import User

    manager = User.objects.get(email=STALL)
    manager.set_password(PASSWORD)
    manager.save()


def log_in(page: Page) -> None:
    page.fill("input[name=username]", STALL)
    page.fill("input[name=password]", PASSWORD)
    page.click("form:has(input[name=password]) button[type=submit]")
    page.wait_for_url("**/quan-tri/", wait_until="networkidle")


def told(name: str, begun: float, meter: Meter) -> None:
    meter.weigh()
    print(f"{name:<42}{time.perf_counter() - begun:>7.1f} s{meter.visit.total / KIB:>9.1f} KiB")


def walk(page: Page, meter: Meter) -> None:
    begun = time.perf_counter()
    meter.go("/quan-tri/login/")
    told("log-in, nothing kept yet", begun, meter)
    begun = time.perf_counter()
    log_in(page)
    told("the same, and the start screen", begun, meter)
    begun = time.perf_counter()
    meter.go("/quan-tri/")
    told("start screen again", begun, meter)
    begun = time.perf_counter()
    meter.go("/quan-tri/san-pham/")
    told("goods", begun, meter)
    begun = time.perf_counter()
    meter.go("/quan-tri/san-pham/moi/")
    told("empty form of a new product", begun, meter)
    begun = time.perf_counter()
    page.set_input_files("#id_picture", photo())
    weight = page.evaluate(SHRUNK)
    print(f"{'photograph shrunk':<42}{time.perf_counter() - begun:>7.1f} s{weight / KIB:>9.1f} KiB")
    page.fill("#id_title", "Khoai sọ non")
    page.fill("#id_price_amount", "90000")
    page.fill("#id_stock", "25")
    begun = time.perf_counter()
    page.get_by_role("button", name="Lưu và gửi duyệt").click()
    page.get_by_text("Đã gửi duyệt").wait_for(timeout=PATIENCE_MS)
    told("sent with its photograph, answer shown", begun, meter)


def main() -> None:
    print(f"load before: {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory(prefix="cho-phien-phone-") as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'db.sqlite3'}"
        os.environ["SECRET_KEY"] = PASSWORD * 3
        with served() as base:
            give_password()
            measure(base)


def measure(base: str) -> None:
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = chromium.new_context(base_url=base, viewport=PHONE, locale="vi-VN")
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        meter = Meter(page, is_served_compressed=True)
        meter.weaken()
        walk(page, meter)
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
