"""``manage.py sandbox``: the sandbox bank, SMS gateway and tax authority on one loopback port."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.management.commands.serve import parse_bind
from shop.sandbox.bank import Bank, BankFront
from shop.sandbox.server import serve
from shop.sandbox.sms import SmsFront
from shop.sandbox.till import Till, TillFront


class Command(BaseCommand):
    help = "Run the counterparts of demo and training: a bank that reports transfers, a tax authority that gives codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bind", help="host:port on the loopback interface")
        parser.add_argument("--shop", default=settings.BASE_URL, help="where the shop's webhook listens")

    def handle(self, *args: Any, bind: str, shop: str, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("SANDBOX is off.")
        host, port = parse_bind(bind)
        if not ipaddress.ip_address(host).is_loopback:
            raise CommandError("The sandbox answers on loopback only: anybody could pay with it.")
        bank = Bank(settings.SEPAY_WEBHOOK_SECRET, f"{shop}/webhooks/sepay/")
        front = BankFront(bank, settings.VIETQR_ACCOUNT)
        try:
            serve(
                host,
                port,
                folder=settings.INVOICE_KEYS_DIR,
                bank=front,
                sms=SmsFront(settings.PRIVATE_DIR / "outbox"),
                pay=TillFront(Till(settings.PRACTICE_SECRET), f"{shop}/webhooks/practice/"),
            )
        except KeyboardInterrupt:
            self.stdout.write("")
