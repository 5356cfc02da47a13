"""``manage.py demo``: load the demo market, or bring it back in line with its files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.demo.load import load
from shop.demo.people import LOG_INS, new_password, password_in_use, remember_password


class Command(BaseCommand):
    help = "Load the demo market: cooperatives, goods, certificates, stories, log-ins. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--password", help="of all demo log-ins (default: the one in use, else a new random one)"
        )

    def handle(self, *args: Any, password: str | None = None, verbosity: int = 1, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("The demo market has log-ins with a shared password: only with SANDBOX=1.")
        password = password or password_in_use() or new_password()
        loaded = load(password=password)
        remember_password(password)
        if verbosity:
            self.stdout.write(
                f"Chợ mẫu đã dựng · the demo market stands: {loaded.cooperatives} HTX, "
                f"{loaded.goods} sản phẩm, {loaded.certificates} giấy chứng nhận, {loaded.stories} chuyện"
            )
            self.stdout.write(f"Mật khẩu · password: {password}")
            for log_in in LOG_INS:
                self.stdout.write(f"  {log_in.email:<26} {log_in.title}")
