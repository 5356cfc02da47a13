"""What the people of an order have been told, by which channel, and telling them again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from shop.messages import services as messages
from shop.messages.models import Letter

from .models import OrderEvent
from .statuses import OrderEventKind


def messages_of(order: Any) -> QuerySet[Letter]:
    """Every message about the order, to its buyer and its stalls, the oldest first."""
    return Letter.objects.filter(reference=order.number).order_by("pk")


@transaction.atomic
def send_again(*, order: Any, letter: Letter, by: Any) -> bool:
    """Whether a message that was given up is queued once more; not if it has been told another way.

    Writes: the letter's state, an order event that names who did it. Idempotent while it waits.
    """
    if not messages.send_again(letter.pk):
        return False
    note = f"{letter.get_channel_display()}: {letter.subject}"[:255]
    OrderEvent.objects.create(order=order, kind=OrderEventKind.MESSAGE_SENT_AGAIN, actor=by, note=note)
    return True
