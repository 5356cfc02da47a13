"""``manage.py check_invariants``: names every row that breaks a rule of money, stock or tenancy."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shop.orders.invariants import violations


class Command(BaseCommand):
    help = "Check what must hold between stock, orders, consignments, payments and cooperatives."

    def handle(self, *args: Any, **options: Any) -> None:
        found = violations()
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write("Everything holds.")
