"""``manage.py payments``: ask providers now, take a bank statement, or list what is not even on a day."""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from catalog.clock import today
from shop.orders.invariants import violations
from shop.orders.paying import poll
from shop.orders.services import receive
from shop.panel.money import sums_of
from shop.payments import refunds
from shop.payments.statements import LAYOUTS, UnreadableStatement, take_statement


class Command(BaseCommand):
    help = (
        "Payments: ask providers (poll), take a statement (import), compare a day with the books (reconcile)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("poll", help="ask about attempts and refunds whose time has come")
        statement = actions.add_parser("import", help="take the lines of a bank statement (CSV or XLSX)")
        statement.add_argument("file", type=Path)
        statement.add_argument("--bank", choices=sorted(LAYOUTS), required=True)
        reconcile = actions.add_parser("reconcile", help="what was reported, booked, unmatched and returned")
        reconcile.add_argument("--on", metavar="YYYY-MM-DD", help="the day in Vietnam (default: today)")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "poll":
            now = timezone.now()
            self.stdout.write(f"attempts: {poll(now)}, refunds: {refunds.send_due(now)}")
        elif action == "import":
            self.take(options["file"], options["bank"])
        else:
            self.reconcile(options["on"])

    def take(self, file: Path, bank: str) -> None:
        """Keep the statement's lines, then apply each like any delivery."""
        try:
            taken = take_statement(file.read_bytes(), LAYOUTS[bank])
        except (UnreadableStatement, OSError) as error:
            raise CommandError(f"{file.name}: {error}") from error
        outcomes = Counter(receive(row.pk).outcome for row in taken.rows)
        said = ", ".join(f"{name} {count}" for name, count in sorted(outcomes.items()))
        self.stdout.write(f"lines {len(taken.rows)} ({said}), known {taken.known}, doubtful {taken.doubtful}")

    def reconcile(self, on: str | None) -> None:
        """Ends with 1 unless every đồng is accounted for."""
        try:
            day = dt.date.fromisoformat(on) if on else today()
        except ValueError:
            raise CommandError(f"--on wants a day such as 2026-11-27, not {on!r}.") from None
        uneven = False
        for row in sums_of(day):
            uneven |= row.difference != 0
            self.stdout.write(
                f"{day} {row.source}: reported {row.reported}, booked {row.booked}, unmatched {row.unmatched},"
                f" returned {row.returned}, remitted {row.remitted}, refunded {row.refunded},"
                f" difference {row.difference}"
            )
        broken = violations()
        self.stdout.write("\n".join(broken) if broken else "the books agree")
        if uneven or broken:
            sys.exit(1)
