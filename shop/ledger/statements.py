"""What a stall earned and was paid in a period, line by line, out of the books; as PDF and as CSV.

Unit: whole đồng. Only what changes what the market owes a stall stands in it: money that became free, was held back or
put on its way stays the stall's. Opening + all lines = closing, whatever happens later: the books only grow.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from catalog.acts import masked
from catalog.models import Cooperative
from catalog.spreadsheets import as_text
from catalog.typesetting import Form
from shop.money import format_amount

from .models import STALL_KINDS, AccountKind, EntryKind, JournalEntry, Line

_FORM = Form(Path(__file__).with_name("forms") / "statement.typ")
_MOVES_WITHIN = (EntryKind.RELEASED, EntryKind.HELD, EntryKind.ORDERED, EntryKind.CALLED_OFF)


@dataclass(frozen=True)
class Row:
    """One entry as its stall reads it. ``total`` is by how much the market owes the stall more.

    ``sales`` is what buyers paid, ``borne`` what the market bears of discounts, ``taken`` commission and taxes, both
    above nothing; ``direct`` what the stall's own card terminal took; ``lost`` what it bears of a lost card dispute.
    """

    entry: JournalEntry
    sales: int = 0
    borne: int = 0
    commission: int = 0
    taxes: int = 0
    direct: int = 0
    lost: int = 0
    paid: int = 0

    @property
    def total(self) -> int:
        return self.sales + self.borne - self.commission - self.taxes - self.direct - self.lost - self.paid

    @property
    def label(self) -> str:
        """What happened, in the reader's words."""
        return str(EntryKind(self.entry.kind).label)


@dataclass(frozen=True)
class Statement:
    """A period of a stall. ``pending``, ``available`` and ``on_way`` are what ``closing`` is made of."""

    cooperative: Cooperative
    first_day: dt.date
    last_day: dt.date
    opening: int
    rows: Sequence[Row]
    pending: int
    available: int
    on_way: int

    @property
    def closing(self) -> int:
        return self.opening + sum(row.total for row in self.rows)

    def sum(self, name: str) -> int:
        """Of one of the amounts of its rows."""
        return sum(getattr(row, name) for row in self.rows)


def entries_of(cooperative: Cooperative) -> QuerySet[JournalEntry]:
    """All that happened to the stall's money, the newest first."""
    return JournalEntry.objects.filter(cooperative=cooperative).order_by("-pk")


def rows_of(entries: Iterable[JournalEntry]) -> list[Row]:
    """The entries with their amounts, read at once."""
    entries = list(entries)
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    lines = Line.objects.filter(entry__in=entries).order_by()
    for entry, kind, amount in lines.values_list("entry", "account__kind").annotate(
        moved=Sum(F("debit") - F("credit"))
    ):
        sums[entry][kind] = amount
    return [_row(entry, sums[entry.pk]) for entry in entries]


def _row(entry: JournalEntry, moved: dict[str, int]) -> Row:
    return Row(
        entry,
        sales=moved.get(AccountKind.BUYERS, 0),
        borne=moved.get(AccountKind.PROMOTIONS, 0),
        commission=-moved.get(AccountKind.COMMISSION, 0),
        taxes=-moved.get(AccountKind.VAT, 0) - moved.get(AccountKind.PIT, 0),
        direct=-moved.get(AccountKind.TERMINAL, 0),
        lost=-moved.get(AccountKind.DISPUTED, 0),
        paid=-moved.get(AccountKind.BANK, 0),
    )


def statement_of(cooperative: Cooperative, first_day: dt.date, last_day: dt.date) -> Statement:
    """The statement of a period, both days included."""
    owed = Sum(F("credit") - F("debit"), default=0)
    own = Line.objects.filter(account__cooperative=cooperative).order_by()
    before = own.filter(entry__day__lt=first_day).aggregate(owed=owed)["owed"]
    at_end = own.filter(entry__day__lte=last_day).aggregate(
        **{
            kind.name: Sum(F("credit") - F("debit"), filter=Q(account__kind=kind), default=0)
            for kind in STALL_KINDS
        }
    )
    entries = entries_of(cooperative).filter(day__gte=first_day, day__lte=last_day)
    rows = rows_of(entries.exclude(kind__in=_MOVES_WITHIN).order_by("pk"))
    return Statement(
        cooperative,
        first_day,
        last_day,
        before,
        rows,
        at_end["PENDING"],
        at_end["AVAILABLE"],
        at_end["ON_WAY"],
    )


HEADINGS = (
    "Ngày", "Việc", "Mã", "Khách trả", "Chợ bù giảm giá", "Phí của chợ", "Thuế nộp thay", "Thẻ quẹt ở gian hàng",
    "Khiếu nại thẻ", "Đã chuyển", "Cộng",
)  # fmt: skip
"""A paper for Vietnamese accountants: always in Vietnamese."""


def cells(row: Row) -> list[str | int]:
    """The row as it stands in a table; what is taken off is below nothing."""
    return [
        f"{row.entry.day:%d/%m/%Y}",
        as_text(row.label),
        as_text(row.entry.about),
        row.sales,
        row.borne,
        -row.commission,
        -row.taxes,
        -row.direct,
        -row.lost,
        -row.paid,
        row.total,
    ]


def statement_csv(statement: Statement) -> bytes:
    """UTF-8 with its mark; amounts are plain numbers, and no cell runs."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    blank = [""] * (len(HEADINGS) - 4)
    writer.writerow(HEADINGS)
    writer.writerow([f"{statement.first_day:%d/%m/%Y}", "Đầu kỳ", "", *blank, statement.opening])
    writer.writerows(cells(row) for row in statement.rows)
    writer.writerow([f"{statement.last_day:%d/%m/%Y}", "Cuối kỳ", "", *blank, statement.closing])
    return file.getvalue().encode("utf-8-sig")


def statement_pdf(statement: Statement) -> bytes:
    """The PDF, A4 across; always in Vietnamese."""
    return _FORM.pdf(_content(statement), at=timezone.now(), is_archival=True)


def _content(statement: Statement) -> dict[str, Any]:
    stall = statement.cooperative
    amounts = ("sales", "borne", "commission", "taxes", "direct", "lost", "paid", "total")
    return {
        "market": settings.MARKET_NAME,
        "stall": stall.legal_name or stall.name,
        "tax_code": stall.tax_code,
        "account": f"{stall.bank_name} {masked(stall.bank_account)}".strip() if stall.bank_account else "",
        "period": f"Từ {statement.first_day:%d/%m/%Y} đến hết {statement.last_day:%d/%m/%Y}",
        "made": f"Lập ngày {timezone.localdate():%d/%m/%Y}",
        "headings": HEADINGS,
        "opening": format_amount(statement.opening),
        "rows": [_texts(cells(row)) for row in statement.rows],
        "sums": _texts([-statement.sum(name) if name in _TAKEN else statement.sum(name) for name in amounts]),
        "closing": format_amount(statement.closing),
        "parts": [
            ["Đang chờ (chưa giao, hoặc khách còn hạn báo hàng)", format_amount(statement.pending)],
            ["Được chi ở đợt tới", format_amount(statement.available)],
            ["Đang chuyển", format_amount(statement.on_way)],
        ],
    }


_TAKEN = ("commission", "taxes", "direct", "lost", "paid")


def _texts(values: Iterable[str | int]) -> list[str]:
    return [f"{value:,}".replace(",", ".") if isinstance(value, int) else value for value in values]
