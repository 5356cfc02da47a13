"""Bank statements: whatever stands around the table, each line counts once, and never what a webhook told before."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from oscar.apps.order.models import Order

from shop.orders.invariants import violations
from shop.payments.models import InboundEvent, PaymentEvent
from shop.payments.provider import EventKind
from shop.payments.statements import LAYOUTS, UnreadableStatement, read_file, read_lines
from tests.factories import make_product
from tests.support.orders import bring, place_order, transfer

TABLE = [
    ["NGÂN HÀNG MẪU", None, None, None, None],
    ["Số tài khoản: 0123456789", None, None, None, None],
]


def sheet(bank: str, lines: list[list[Any]], *, kind: str = "xlsx") -> bytes:
    layout = LAYOUTS[bank]
    head = [layout.day[0], layout.reference[0], layout.debit[0], layout.credit[0], layout.memo[0]]
    rows = [*TABLE, head, *lines, ["Tổng cộng", None, "1", "2", ""]]
    if kind == "csv":
        text = "\n".join(";".join("" if cell is None else str(cell) for cell in row) for row in rows)
        return text.encode("utf-8-sig")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def line(amount: Any, memo: str, reference: str = "FT1", *, debit: Any = "") -> list[Any]:
    return ["23/11/2026 14:05:00", reference, debit, amount, memo]


@pytest.mark.parametrize("bank", sorted(LAYOUTS))
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_layout_is_read_from_both_kinds_of_file(bank: str, kind: str) -> None:
    content = sheet(bank, [line("125,000", "ck HT2345678X"), line("", "phí", debit="1.100")], kind=kind)
    came, left = read_lines(read_file(content), LAYOUTS[bank])
    assert (came.kind, came.amount, came.memo, came.bank_reference) == (
        EventKind.CHARGE, 125_000, "ck HT2345678X", "FT1",
    )  # fmt: skip
    assert came.occurred_at is not None and came.occurred_at.isoformat() == "2026-11-23T14:05:00+07:00"
    assert (left.kind, left.amount) == (EventKind.OUTGOING, 1_100)


def test_numbers_and_days_of_a_spreadsheet_are_read_as_they_are() -> None:
    row = [dt.datetime(2026, 11, 23, 14, 5), "FT1", None, 125_000, "ck"]
    (event,) = read_lines(read_file(sheet("vcb", [row])), LAYOUTS["vcb"])
    assert event.amount == 125_000


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"a,b,c\n1,2,3", b"PK\x03\x04broken", "Ngày;Có\n1;2".encode()]
)
def test_a_file_that_is_no_statement_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableStatement):
        list(read_lines(read_file(content), LAYOUTS["vcb"]))


def run(tmp_path: Path, content: bytes, bank: str = "vcb") -> str:
    file = tmp_path / "sao-ke.xlsx"
    file.write_bytes(content)
    out = io.StringIO()
    call_command("payments", "import", str(file), "--bank", bank, stdout=out)
    return out.getvalue().strip()


@pytest.mark.django_db
def test_a_statement_pays_orders_once_however_often_it_is_read(tmp_path: Path) -> None:
    placed = place_order((make_product(price=100_000), 1))
    first = [line("130,000", f"ck {placed.order.number}"), line("77,000", "khong ro", "FT2")]
    assert run(tmp_path, sheet("vcb", first)) == "lines 2 (matched 1, unmatched 1), known 0, doubtful 0"
    longer = [*first, line("5,000", "khong ro nua", "FT3"), line("", "phí", "FT4", debit="1,100")]
    run(tmp_path, sheet("vcb", longer))
    assert (Order.objects.get().status, PaymentEvent.objects.count(), violations()) == ("paid", 1, [])
    assert InboundEvent.objects.count() == 4


@pytest.mark.django_db
def test_two_equal_lines_are_two_transfers(tmp_path: Path) -> None:
    placed = place_order((make_product(price=100_000), 1))
    twice = [line("65,000", placed.order.number, "")] * 2
    run(tmp_path, sheet("mb", twice), "mb")
    run(tmp_path, sheet("mb", twice), "mb")
    assert (Order.objects.get().status, PaymentEvent.objects.count()) == ("paid", 2)


@pytest.mark.django_db
def test_what_a_webhook_reported_is_not_counted_again(tmp_path: Path) -> None:
    placed = place_order((make_product(price=100_000), 1))
    bring(transfer(130_000, placed.order.number, referenceCode="FT900"))
    known = line("130,000", placed.order.number, "FT900")
    alike = line("130,000", f"MBVCB.{placed.order.number}", "OTHER")
    said = run(tmp_path, sheet("vcb", [known, alike]))
    assert said == "lines 1 (unmatched 1), known 1, doubtful 1"
    row = InboundEvent.objects.get(provider="statement")
    assert (row.outcome, row.reason) == ("unmatched", "reported-before")
    assert (PaymentEvent.objects.count(), violations()) == (1, [])


@pytest.mark.django_db
def test_a_wrong_file_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no row with the columns"):
        run(tmp_path, sheet("mb", [line("1", "x")]), "vietinbank")
    assert not InboundEvent.objects.exists()
