"""The periodic round of the whole market: the conductor's sweep, then what rooms above it tell people."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from shop.helping.services import sweep_helping
from shop.log_ins.services import sweep_log_ins
from shop.orders.sweep import sweep
from shop.panel.kept_edits import sweep_kept_edits
from shop.panel.sending import sweep_sent_forms
from shop.reviews.asking import ask_buyers
from shop.sellers.suspensions import apply_due
from shop.wishes.services import tell_of_seasons


def whole_round(now: dt.datetime | None = None) -> dict[str, int]:
    """What was done, by kind of work. Idempotent."""
    now = now or timezone.now()
    return sweep(now) | {
        "suspensions": apply_due(now),
        "questions to buyers": ask_buyers(now),
        "seasons": tell_of_seasons(now),
        "log-ins": sweep_log_ins(now),
        "consents and visits of helpers": sweep_helping(now),
        "forms of the panel": sweep_sent_forms(now),
        "edits nobody came back to": sweep_kept_edits(now),
    }
