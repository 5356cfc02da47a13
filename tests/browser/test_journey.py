"""The whole journey on the demo market: from a cooperative's story to its signed invoice."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from shop.invoices import services as invoices
from shop.invoices.models import Invoice, InvoiceStatus
from shop.orders.invariants import violations
from shop.orders.invoicing import transmit_due
from shop.orders.sweep import sweep
from shop.payments.vietqr import read_payload
from shop.sandbox.bank import Bank, BankFront
from shop.sandbox.server import SandboxServer, build_server
from tests.browser.conftest import DESK, PHONE, open_page
from tests.support.authority import keys_in
from tests.support.databases import DEMO_PASSWORD
from tests.support.loopback import following, serving

pytestmark = pytest.mark.browser


@pytest.fixture
def counterparts(
    demo_market: None, live_server: Any, settings: Any, tmp_path: Path
) -> Iterator[SandboxServer]:
    """The sandbox bank and tax authority on one loopback port, with keys of their own."""
    settings.INVOICE_KEYS_DIR = keys_in(tmp_path / "keys")
    settings.BASE_URL = live_server.url
    bank = Bank(settings.SEPAY_WEBHOOK_SECRET, f"{live_server.url}/webhooks/sepay/")
    front = BankFront(bank, settings.VIETQR_ACCOUNT, pauses=(0, 0.2, 0.5))
    counterparts = build_server("127.0.0.1", 0, folder=settings.INVOICE_KEYS_DIR, bank=front)
    with following(), serving(counterparts) as server:
        settings.SANDBOX_URL = server.url
        yield server


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["360", "1280"])
def test_from_a_story_to_a_signed_invoice(
    counterparts: SandboxServer, chromium: Browser, live_server: Any, tmp_path: Path, viewport: dict[str, int]
) -> None:
    complaints: list[str] = []
    with ExitStack() as leaving:

        def person() -> Page:
            page = open_page(chromium, live_server, complaints, viewport=viewport)
            leaving.callback(page.context.close)
            return page

        walk(person, tmp_path)
    assert violations() == []
    assert complaints == []


def walk(person: Callable[[], Page], folder: Path) -> None:
    shopper = person()
    order_number = buy_from_the_story(shopper, folder)
    order_page = shopper.url

    manager = person()
    log_in(manager, "htx.taxua@demo.example")
    hand_over_the_consignment(manager, order_number)

    clerk = person()
    log_in(clerk, "ketoan@demo.example")
    issue_the_invoice(clerk, order_number)

    invoice = Invoice.objects.get(
        source_reference__startswith=order_number
    )  # the demo's own orders have some too
    assert (str(invoice.series)[0], invoice.number, invoice.status) == ("1", 1, InvoiceStatus.ACCEPTED)
    assert_xmlsec1_accepts(invoices.signed_xml(invoice), folder)
    call_command("invoice", "export", "--order", order_number, "--out", str(folder / "out"))
    [exported] = (folder / "out").glob("*.xml")
    call_command("invoice", "verify", str(exported))

    sweep()
    letters = {letter.subject: letter for letter in mail.outbox}
    of_order = [letter for letter in mail.outbox if order_number in f"{letter.subject} {letter.body}"]
    assert [to for letter in of_order for to in letter.to].count("htx.taxua@demo.example") == 1
    [sent] = [letter for letter in letters.values() if letter.attachments]
    assert [name for name, _, _ in sent.attachments] == [f"{invoice.series}-1.pdf", f"{invoice.series}-1.xml"]

    shopper.goto(order_page)
    expect(shopper.get_by_text("Đã giao cho đơn vị vận chuyển")).to_have_count(1)
    shopper.goto("/hoa-don/")
    shopper.get_by_label("Mã tra cứu").fill(invoice.lookup_code.lower())
    shopper.get_by_role("button", name="Xem hóa đơn").click()
    expect(shopper.get_by_text(invoice.authority_code)).to_be_visible()
    with shopper.expect_download() as download:
        shopper.get_by_role("link", name=re.compile("XML")).click()
    assert Path(download.value.path()).read_bytes() == invoices.signed_xml(invoice)


def buy_from_the_story(page: Page, folder: Path) -> str:
    """From the front page to the paid order; the order's number."""
    page.goto("/chuyen/")
    page.get_by_role("link", name=re.compile("Củ khoai sọ xuống núi")).first.click()
    page.locator(".product-card").filter(has_text="Khoai sọ Tà Xùa củ tươi").get_by_role("link").first.click()
    expect(page.get_by_text("OCOP-MẪU-0001/2026")).to_be_visible()
    page.locator("form[action$='/gio-hang/them/'] button:not([type=button])").first.click()
    expect(page.locator("[data-basket-count]")).to_have_text("1")
    page.goto("/san-pham/?q=tra+xanh+shan")
    page.locator(".product-card").first.get_by_role("button", name="Thêm vào giỏ").click()
    page.get_by_role("status").get_by_role("link", name="Giỏ hàng").click()
    page.wait_for_url("**/gio-hang/")
    expect(page.locator("[data-basket-count]")).to_have_text("2")
    assert_fits(page)
    page.get_by_role("link", name="Đặt hàng").click()

    page.get_by_label("Họ và tên").fill("Nguyễn Thị Mẫu")
    page.get_by_label("Số điện thoại").fill("0912 345 678")
    page.get_by_label("Thư điện tử").fill("khach@demo.example")
    page.get_by_label("Tỉnh, thành phố").select_option("14")
    page.get_by_label("Xã, phường").select_option("03856")
    page.get_by_label("Số nhà, đường").fill("Bản Mẫu")
    page.get_by_label("Tôi đồng ý").check()
    expect(page.get_by_text("Bưu điện, giao thường")).to_have_count(2)
    assert_fits(page)
    page.get_by_role("button", name="Đặt hàng").click()

    page.wait_for_url(re.compile(r"/thanh-toan/[0-9a-f-]{36}/$"))
    assert_fits(page)
    assert_a_bank_app_reads(page, folder)
    page.get_by_role("button", name=re.compile("THỬ NGHIỆM")).click()
    expect(page.get_by_role("heading", name=re.compile("Đã nhận đủ tiền"))).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Xem đơn hàng").click()
    page.wait_for_url("**/don-hang/**")
    assert_fits(page)
    return re.search(r"/don-hang/([^/]+)/", page.url).group(1)  # type: ignore[union-attr]


def log_in(page: Page, email: str) -> None:
    page.goto("/quan-tri/")
    page.locator("[name=username]").fill(email)
    page.locator("[name=password]").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(re.compile(r"/quan-tri/$"))
    assert_fits(page)


def hand_over_the_consignment(page: Page, order_number: str) -> None:
    page.get_by_role("link", name=re.compile("Cần đóng gói")).first.click()
    page.get_by_role("link", name=re.compile(f"{order_number}-")).first.click()
    expect(page.get_by_text("Trà xanh shan")).to_have_count(0)  # the other stall's goods
    assert_fits(page)
    page.get_by_role("button", name="Đã đóng gói").click()
    page.get_by_label("Đơn vị vận chuyển").fill("Bưu điện")
    page.get_by_role("button", name="Đã giao").click()
    expect(page.get_by_text("Đã giao cho đơn vị vận chuyển").first).to_be_visible()


def issue_the_invoice(page: Page, order_number: str) -> None:
    page.get_by_role("link", name=re.compile("Hóa đơn cần lập")).first.click()
    page.get_by_role("link", name=re.compile(f"{order_number}-")).first.click()
    expect(page.get_by_text("HÓA ĐƠN GIÁ TRỊ GIA TĂNG", exact=False).first).to_be_visible()
    assert_fits(page)
    page.get_by_role("button", name="Lập và gửi hóa đơn").click()
    expect(page.get_by_text("Đã lập và ký 1 hóa đơn.")).to_be_visible()
    transmit_due(timezone.now() + dt.timedelta(minutes=2))  # what the worker does some seconds later
    page.goto(page.url.partition("?")[0])
    expect(page.get_by_text("Đã cấp mã").first).to_be_visible()
    assert_fits(page)


def assert_fits(page: Page) -> None:
    """No sideways scrolling."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def assert_a_bank_app_reads(page: Page, folder: Path) -> None:
    """``zbarimg`` reads the code as it stands on the screen, and its fields parse back."""
    path = folder / "qr.png"
    page.locator("img[src*='qr.svg']").screenshot(path=path)
    read = subprocess.run(["zbarimg", "--quiet", "--raw", path], capture_output=True, text=True, check=True)
    transfer = read_payload(read.stdout.strip())
    assert (transfer.bank_bin, transfer.account) == ("970436", "0123456789")
    assert transfer.amount and str(transfer.memo).startswith("HT")


def assert_xmlsec1_accepts(xml: bytes, folder: Path) -> None:
    path = folder / "invoice.xml"
    path.write_bytes(xml)
    for place in ("NBan", "CQT"):
        node = f"//*[local-name()='{place}']/*[local-name()='Signature']"
        result = subprocess.run(
            [
                "xmlsec1", "--verify", "--insecure", "--id-attr:Id", "DLHDon", "--id-attr:Id", "MCCQT",
                "--id-attr:Id", "Object", "--node-xpath", node, path,
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
