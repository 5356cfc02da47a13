"""Every amount of a statement stands in its own column, in the file for spreadsheets as on paper."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess

import pytest

from catalog.clock import today
from catalog.models import Cooperative
from shop.ledger.journal import Name, Source, post
from shop.ledger.models import AccountKind, EntryKind, SourceType
from shop.ledger.statements import HEADINGS, Statement, statement_csv, statement_of, statement_pdf
from tests.factories import make_cooperative

pytestmark = pytest.mark.django_db
KINDS = (AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.ON_WAY)
SOLD = {
    AccountKind.BUYERS: 1_000_000,
    AccountKind.PROMOTIONS: 20_000,
    AccountKind.COMMISSION: -3_000,
    AccountKind.VAT: -400,
    AccountKind.PIT: -50,
    AccountKind.TERMINAL: -6_000,
}
EARNED = sum(SOLD.values())


def told(
    stall: Cooperative, source: SourceType, kind: EntryKind, moves: dict[AccountKind, int], turn: int = 1
) -> None:
    """An entry of today about the stall, under a name that a spreadsheet would run."""
    sides = {
        Name(account, stall=stall.pk if account in KINDS else None): amount
        for account, amount in moves.items()
    }
    post(Source(source, stall.pk, "=1+1", stall.pk), kind, sides, turn=turn)


@pytest.fixture
def stall() -> Cooperative:
    """It sold, bears a lost dispute, was paid a part and has another part on its way; another stall sold as much."""
    own = make_cooperative(bank_name="Agribank", bank_account="8888000111222")
    for one in (own, make_cooperative()):
        told(one, SourceType.PARCEL, EntryKind.SOLD, SOLD | {AccountKind.PENDING: -EARNED})
    free = {AccountKind.PENDING: EARNED - 70_000, AccountKind.AVAILABLE: 70_000 - EARNED}
    told(own, SourceType.PARCEL, EntryKind.RELEASED, free, turn=2)
    told(
        own,
        SourceType.DISPUTE,
        EntryKind.LOST,
        {AccountKind.AVAILABLE: 90_000, AccountKind.DISPUTED: -90_000},
    )
    ordered = {AccountKind.AVAILABLE: 800_000, AccountKind.ON_WAY: -800_000}
    told(own, SourceType.PAYOUT, EntryKind.ORDERED, ordered)
    told(
        own,
        SourceType.PAYOUT,
        EntryKind.PAID,
        {AccountKind.ON_WAY: 500_000, AccountKind.BANK: -500_000},
        turn=2,
    )
    return own


def of_today(stall: Cooperative) -> Statement:
    return statement_of(stall, today(), today())


def test_each_amount_stands_in_its_column_and_what_moves_within_is_left_out(stall: Cooperative) -> None:
    file = statement_csv(of_today(stall))
    assert file.startswith(b"\xef\xbb\xbf")
    head, first, *rows, last = csv.reader(io.StringIO(file.decode("utf-8-sig")))
    assert head == list(HEADINGS)
    assert {len(row) for row in (head, first, *rows, last)} == {len(HEADINGS)}
    day = f"{today():%d/%m/%Y}"
    assert rows == [
        [day, "Bán hàng", "'=1+1", "1000000", "20000", "-3000", "-450", "-6000", "0", "0", "1010550"],
        [day, "Chịu khiếu nại thẻ thua", "'=1+1", "0", "0", "0", "0", "0", "-90000", "0", "-90000"],
        [day, "Đã chuyển cho gian hàng", "'=1+1", "0", "0", "0", "0", "0", "0", "-500000", "-500000"],
    ]
    assert (first[-1], last[-1]) == ("0", "420550")


def test_a_period_opens_with_what_was_before_and_says_where_its_end_stands(stall: Cooperative) -> None:
    made, tomorrow = of_today(stall), today() + dt.timedelta(days=1)
    assert (made.pending, made.available, made.on_way) == (70_000, 50_550, 300_000)
    assert (made.opening, made.closing) == (0, 70_000 + 50_550 + 300_000)
    after = statement_of(stall, tomorrow, tomorrow)
    assert (after.opening, list(after.rows), after.closing) == (420_550, [], 420_550)
    yesterday = today() - dt.timedelta(days=1)
    before = statement_of(stall, yesterday, yesterday)
    assert (before.opening, before.closing, before.pending) == (0, 0, 0)


def test_the_paper_has_every_column_its_sums_and_only_the_end_of_the_account(stall: Cooperative) -> None:
    paper = statement_pdf(of_today(stall))
    ran = subprocess.run(["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True)
    lines = [" ".join(line.split()) for line in ran.stdout.decode().splitlines()]
    text = " ".join(lines)
    assert all(word in text for heading in HEADINGS for word in heading.split())
    sums = "1.000.000 20.000 -3.000 -450 -6.000 -90.000 -500.000 420.550"
    assert f"Cộng trong kỳ {sums}" in lines
    for expected in (
        "đầu kỳ 0",
        "cuối kỳ 420.550 ₫",
        "70.000 ₫",
        "50.550 ₫",
        "300.000 ₫",
        "Agribank …1222",
    ):
        assert expected in text, expected
    assert "8888000111222" not in text
    assert text.count("-90.000") == 3  # the line, its sum, and that of the column
