"""What an invoice costs: building, signing and checking against a bare RSA-2048 signature, and pages of PDF.

    .venv/bin/python -m benchmarks.invoices

CPU time of one process, both sides in the same run, interleaved; nothing here is asserted. Keys are made for the run.
Every round has an invoice of its own: what is remembered of one that was read helps no other. The quietest quarter is
told beside the median, as other machines on the same processor disturb its caches, which a bare signature hardly needs.

Pages of PDF are drawn in turn with WeasyPrint's where that can be imported; it is no part of the project:

    uv pip install --target FOLDER weasyprint && PYTHONPATH=FOLDER .venv/bin/python -m benchmarks.invoices
"""

from __future__ import annotations

import datetime as dt
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import segno

try:
    import weasyprint
except ImportError:
    weasyprint = None

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

from shop.invoices import formats
from shop.invoices.amounts import Sale, draft_sales
from shop.invoices.checking import check
from shop.invoices.draft import Buyer, Draft, Seller
from shop.invoices.pdf import invoice_pdf
from shop.invoices.sandbox_keys import sandbox_signer, sandbox_trust
from shop.invoices.signing import sign
from shop.invoices.xmldsig import VIETNAM

ROUNDS = 1000
GOODS = 100
PAGES = 60
NOW = dt.datetime(2026, 11, 23, 14, 5, 9, tzinfo=VIETNAM)


def ten_lines(which: int) -> Draft:
    """The invoice of a round, still to be numbered: ten of the goods, in other quantities each time."""
    chance = random.Random(which)
    sales = []
    for good in chance.sample(range(1, GOODS + 1), k=10):
        quantity = chance.randint(1, 9)
        sales.append(
            Sale(
                name=f"Chè shan tuyết Tà Xùa, hộp số {good}",
                gross_amount=(40_000 + 3_500 * good) * quantity,
                rate="8%",
                unit="hộp",
                quantity=Decimal(quantity),
            )
        )
    seller = Seller(
        name="HỢP TÁC XÃ NÔNG NGHIỆP VÍ DỤ", tax_code="5699999011", address="Thôn 1, xã Ví Dụ, tỉnh Ví Dụ"
    )
    buyer = Buyer(person="Bán cho người tiêu dùng")
    return draft_sales(
        sales,
        form="1",
        seller=seller,
        buyer=buyer,
        payment_method="Chuyển khoản",
        solution_tax_code="0109999037",
    )


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU time that ``work`` takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:7.2f} ms CPU"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder)
        signer = sandbox_signer(keys, tax_code="5699999011", name="HTX")
        trust = sandbox_trust(keys)

    def whole(draft: Draft) -> bytes:
        xml = sign(formats.build(draft), signer, place="NBan", at=NOW)
        assert not [found for found in check(xml, today=NOW.date(), trust=trust) if found.is_error]
        return xml

    numbered = [
        ten_lines(number).numbered(series="C26TAA", number=number, issued_on=NOW.date())
        for number in range(1, ROUNDS + 1)
    ]
    whole(numbered[0])  # what is opened, read or compiled once
    bare, full = [], []
    for draft in numbered:
        bare.append(cpu(lambda: signer.sign(b"x" * 900)))
        full.append(cpu(lambda one=draft: whole(one)))
    print("                                   quietest quarter          median")
    ones, alls = (statistics.quantiles(times, n=4)[:2] for times in (bare, full))
    print(f"bare RSA-2048 signature          {_ms(ones[0])}         {_ms(ones[1])}")
    print(
        f"build + sign + check, 10 lines   {_ms(alls[0])} {alls[0] / ones[0]:4.1f} ×  "
        f"{_ms(alls[1])} {alls[1] / ones[1]:4.1f} ×"
    )
    _compare_pages(whole(numbered[0]))


def _compare_pages(xml: bytes) -> None:
    """Pages of PDF a second, ours and WeasyPrint's of the same page in turn; ours alone where it is not installed."""
    ways: dict[str, Callable[[], object]] = {"PDF/A-3 with the XML attached": lambda: invoice_pdf(xml)}
    if weasyprint:
        page = _page(formats.read(xml))
        ways["the same by WeasyPrint"] = lambda: weasyprint.HTML(string=page).write_pdf(
            pdf_variant="pdf/a-3b", attachments=[weasyprint.Attachment(string=xml, name="invoice.xml")]
        )
    seconds = dict.fromkeys(ways, 0.0)
    for round_ in range(PAGES + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            seconds[name] += time.perf_counter() - started if round_ else 0  # fonts are found in the first
    for name, taken in seconds.items():
        print(f"{name:32} {PAGES / taken:7.1f} pages/s")


def _page(draft: Draft) -> str:
    """The texts of the printed form as a page of HTML."""

    def rows(*cells: Sequence[object]) -> str:
        return "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in cells)

    lines = [
        (line.position, line.name, line.unit, line.quantity, line.unit_price, line.rate, line.amount)
        for line in draft.lines
    ]
    rates = [(rate.rate, rate.net_amount, rate.vat_amount) for rate in draft.rates]
    parties = (
        f"<p>{draft.seller.name}<p>{draft.seller.tax_code}<p>{draft.seller.address}<p>{draft.buyer.person}"
    )
    qr = segno.make(draft.identity + draft.seller.tax_code).svg_inline(scale=2)
    return (
        "<meta charset=utf-8><style>@page{size:A4;margin:15mm}body{font:10pt serif}"
        "table{width:100%;border-collapse:collapse}td{border:.5pt solid}</style>"
        f"<h1>{draft.title}</h1>{qr}<p>{draft.series} {draft.number} {draft.issued_on}{parties}"
        f"<table>{rows(*lines)}</table><table>{rows(*rates)}</table>"
        f"<p>{draft.net_amount}<p>{draft.vat_amount}<p>{draft.total}<p>{draft.total_in_words}"
    )


if __name__ == "__main__":
    main()
