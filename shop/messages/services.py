"""Writing messages in the transaction that causes them, and sending them afterwards."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django_tasks import task

from shop.crash_points import crash_point

from .channels import CHANNELS
from .channels.channel import Enclosure, Message, TryLater, WillNotSucceed
from .models import Attachment, ChannelName, Letter, LetterState
from .wording import Way, word

__all__ = [
    "MOST_TRIES",
    "Enclosure",
    "send_again",
    "send_due",
    "send_letter",
    "write_letter",
    "write_message",
]

MOST_TRIES = 8
FIRST_PAUSE = dt.timedelta(minutes=2)
"""Doubled after every try: the eighth comes about four hours after the first."""

logger = logging.getLogger(__name__)


def write_letter(
    *,
    key: str,
    recipient: str,
    template: str,
    context: Mapping[str, Any],
    language: str,
    attachments: Sequence[Enclosure] = (),
) -> Letter | None:
    """A message that goes by mail only, see ``write_message``; None if there is no address."""
    return write_message(
        key=key,
        ways=[Way(ChannelName.MAIL, recipient)] if recipient else [],
        template=template,
        context=context,
        language=language,
        attachments=attachments,
    )


@transaction.atomic(savepoint=False)
def write_message(
    *,
    key: str,
    ways: Sequence[Way],
    template: str,
    context: Mapping[str, Any],
    language: str,
    attachments: Sequence[Enclosure] = (),
    reference: str = "",
) -> Letter | None:
    """The message by the first of ``ways``, queued, the others kept for its failure; None without a way.

    Shape: see ``wording.word``; ``attachments`` go by mail only; ``reference`` is the number of the order.
    Writes: Letter, Attachment, and the job that sends it, all in the caller's transaction.
    Idempotent: by ``key``; the first letter stays as it was written.
    """
    if not ways:
        return None
    if written := Letter.objects.filter(key=key).first():
        return written
    subject, (first, *others) = word(template, context, language, ways)
    try:
        with transaction.atomic():
            letter = Letter.objects.create(
                key=key,
                **first.kept(),
                kind=template,
                language=language,
                reference=reference,
                subject=subject,
                fallbacks=[other.kept() for other in others],
                next_try_at=timezone.now(),
            )
    except IntegrityError:  # a rival has just written it
        return Letter.objects.get(key=key)
    Attachment.objects.bulk_create(
        Attachment(letter=letter, filename=file.filename, content_type=file.content_type, body=file.body)
        for file in attachments
    )
    send_queued_letter.enqueue(letter.pk)
    return letter


def send_letter(pk: int, now: dt.datetime | None = None) -> bool:
    """Whether the letter went out now.

    Claimed before the call by moving its next try into the future, so that two senders cannot both send it; a
    crash in between sends it again later under the same key, which the gateway of an SMS knows. By mail and Zalo this
    is the one case in which a person may be told twice.
    Idempotent: a letter already sent, given up or claimed by another is left alone.
    """
    letter = _claim(pk, now or timezone.now())
    if letter is None:
        return False
    crash_point("message.claimed")
    try:
        receipt = CHANNELS[letter.channel].send(_as_message(letter))
    except WillNotSucceed as refusal:
        _give_up(letter, str(refusal), goes_on=True)
        return False
    except TryLater as trouble:
        _put_off(letter, str(trouble), is_unsure=trouble.is_unsure)
        return False
    except Exception as error:  # noqa: BLE001  one message that cannot be handled must not hold up the others
        _put_off(letter, type(error).__name__, is_unsure=True)
        return False
    crash_point("message.answered")
    Letter.objects.filter(pk=pk).update(
        state=LetterState.SENT,
        sent_at=timezone.now(),
        receipt=receipt.reference[:120],
        error="",
        is_unsure=False,
    )
    return True


def send_due(now: dt.datetime | None = None) -> int:
    """How many waiting letters went out; what a lost job left behind is found here."""
    now = now or timezone.now()
    due = Letter.objects.filter(state=LetterState.QUEUED, next_try_at__lte=now)
    return sum(send_letter(pk, now) for pk in due.values_list("pk", flat=True)[:200])


@transaction.atomic
def send_again(pk: int) -> bool:
    """Whether a letter that was given up is queued once more, under its old key.

    Not if it has been told another way meanwhile, or waits to be. Locks: the letters of its family by id. Idempotent.
    """
    family = list(family_of(Letter.objects.get(pk=pk)).select_for_update().order_by("pk"))
    letter = next(one for one in family if one.pk == pk)
    told = (LetterState.QUEUED, LetterState.SENT)
    if letter.state != LetterState.FAILED or any(one.state in told for one in family):
        return False
    Letter.objects.filter(pk=pk).update(
        state=LetterState.QUEUED, tries=0, next_try_at=timezone.now(), error=""
    )
    send_queued_letter.enqueue(letter.pk)
    return True


def family_of(letter: Letter) -> QuerySet[Letter]:
    """The letter and those that tell the same by other ways."""
    return Letter.objects.filter(Q(key=letter.family) | Q(key__startswith=f"{letter.family}~"))


@task()
def send_queued_letter(pk: int) -> None:
    send_letter(pk)


def _claim(pk: int, now: dt.datetime) -> Letter | None:
    """The letter as it was, ours until its next try; whatever happens from here on is unsure until recorded."""
    letter = Letter.objects.filter(pk=pk, state=LetterState.QUEUED, next_try_at__lte=now).first()
    if letter is None:
        return None
    mine = Letter.objects.filter(pk=pk, state=LetterState.QUEUED, next_try_at__lte=now, tries=letter.tries)
    if letter.tries >= MOST_TRIES:  # every sender died of it
        mine.update(state=LetterState.FAILED, error="lost")
        return None
    pause = FIRST_PAUSE * 2**letter.tries
    if not mine.update(tries=F("tries") + 1, next_try_at=now + pause, is_unsure=True):
        return None
    letter.tries += 1
    return letter


def _put_off(letter: Letter, reason: str, *, is_unsure: bool) -> None:
    logger.warning("letter %s was not sent (try %s): %s", letter.pk, letter.tries, reason)
    letter.is_unsure = letter.is_unsure or is_unsure
    if letter.tries >= MOST_TRIES:
        _give_up(letter, reason, goes_on=not letter.is_unsure)
        return
    _ours(letter).update(is_unsure=letter.is_unsure, error=reason[:200])


@transaction.atomic
def _give_up(letter: Letter, reason: str, *, goes_on: bool) -> None:
    """The letter will not arrive; with ``goes_on`` the next way is taken, once."""
    logger.warning("letter %s is given up (try %s): %s", letter.pk, letter.tries, reason)
    goes_on = goes_on and bool(letter.fallbacks)
    state = LetterState.REPLACED if goes_on else LetterState.FAILED
    is_ours = _ours(letter).update(state=state, error=reason[:200], is_unsure=letter.is_unsure)
    if not is_ours or not goes_on:
        return
    first, *others = letter.fallbacks
    substitute, is_new = Letter.objects.get_or_create(
        key=f"{letter.family}~{first['channel']}",
        defaults={
            **first,
            "kind": letter.kind,
            "language": letter.language,
            "reference": letter.reference,
            "subject": letter.subject,
            "fallbacks": others,
            "next_try_at": timezone.now(),
        },
    )
    if is_new:
        send_queued_letter.enqueue(substitute.pk)


def _ours(letter: Letter) -> QuerySet[Letter]:
    """The letter while our claim holds: a slow sender must not overwrite what a later one found."""
    return Letter.objects.filter(pk=letter.pk, state=LetterState.QUEUED, tries=letter.tries)


def _as_message(letter: Letter) -> Message:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return Message(
        key=letter.key,
        recipient=letter.recipient,
        kind=letter.kind,
        subject=letter.subject,
        text=letter.body,
        language=letter.language,
        parameters=letter.parameters,
        files=[
            Enclosure(file.filename, file.content_type, bytes(file.body)) for file in letter.attachments.all()
        ],
        message_id=f"<letter-{letter.pk}@{host}>",
    )
