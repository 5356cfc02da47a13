"""The market's calendar: which day it is in Vietnam, whatever time zone a panel user has chosen."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def today() -> dt.date:
    """The day in Vietnam. Wagtail activates each user's own time zone, so ``localdate()`` would not do."""
    return timezone.now().astimezone(VIETNAM).date()
