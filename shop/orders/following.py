"""Deliveries that were kept at the door are booked here, as they come, and what happened to orders is posted.

The row is the truth, and nobody is waited for.

Follows the rows and not a queue of jobs: what is kept is found, whoever kept it and whoever died since. The sweep finds
the same rows, should nobody follow.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from threading import Event

from django.db import close_old_connections

from shop.payments.models import InboundEvent, InboundOutcome

from .receiving import receive
from .settling import settle

PAUSE = 0.3
"""Seconds between two looks while nothing comes: a buyer who waits sees the money within a second or so."""

AT_ONCE = 50
logger = logging.getLogger(__name__)


def receive_waiting(*, most: int | None = None, without: Collection[int] = ()) -> tuple[int, set[int]]:
    """How many kept deliveries were booked, the oldest first, and the ids of those that could not be.

    One that fails is logged and holds up no other. Locks/Writes: per delivery as ``receive``. Idempotent.
    """
    waiting = InboundEvent.objects.filter(outcome=InboundOutcome.RECEIVED).exclude(pk__in=without)
    failed: set[int] = set()
    pks = list(waiting.order_by("pk").values_list("pk", flat=True)[:most])
    for pk in pks:
        try:
            receive(pk)
        except Exception:
            logger.exception("delivery %s could not be booked", pk)
            failed.add(pk)
    return len(pks) - len(failed), failed


def follow(stopped: Event) -> None:
    """Book what comes until ``stopped``; what fails once is left to the sweep, which tries it every round."""
    left: set[int] = set()
    while not stopped.is_set():
        close_old_connections()
        try:
            booked, failed = receive_waiting(most=AT_ONCE, without=left)
            booked += settle(most=AT_ONCE)
        except Exception:
            logger.exception("nobody could see what waits; looking again")
            booked, failed = 0, set()
        left |= failed
        if not booked:
            stopped.wait(PAUSE)
