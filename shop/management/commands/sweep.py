"""``manage.py sweep``: the periodic work, once or ``--every`` so many seconds.

While it repeats, a second thread books what banks tell as it comes: no buyer waits for the next round.
"""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from shop.management.rounds import whole_round
from shop.orders.following import follow

logger = logging.getLogger("shop.sweep")


class Command(BaseCommand):
    help = "Expire unpaid orders, send waiting letters and invoices, finish what a crash left behind."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="repeat until stopped")

    def handle(self, *args: Any, every: int | None = None, **options: Any) -> None:
        if every is None:
            self.stdout.write(", ".join(f"{name}: {count}" for name, count in whole_round().items()))
            return
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        follower = threading.Thread(target=follow, args=(stopped,), name="follow")
        follower.start()
        while not stopped.is_set():
            close_old_connections()
            try:
                done = {name: count for name, count in whole_round().items() if count}
                if done:
                    logger.info("sweep: %s", done)
            except Exception:
                logger.exception("sweep failed; trying again in %s s", every)
            stopped.wait(every)
        follower.join()
