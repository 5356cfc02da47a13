"""Writing letters in the transaction that causes them, and sending them afterwards."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django_tasks import task

from .models import Attachment, Letter, LetterState

MOST_TRIES = 8
FIRST_PAUSE = dt.timedelta(minutes=2)
"""Doubled after every try: the eighth comes about four hours after the first."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enclosure:
    """A file to send along."""

    filename: str
    content_type: str
    body: bytes


@transaction.atomic
def write_letter(
    *,
    key: str,
    recipient: str,
    template: str,
    context: Mapping[str, Any],
    language: str,
    attachments: Sequence[Enclosure] = (),
) -> Letter | None:
    """The letter, queued; None if there is nobody to write to.

    Shape: ``letters/<template>.txt``, whose first line is the subject.
    Writes: Letter, Attachment, and the job that sends it, all in the caller's transaction.
    Idempotent: by ``key``; the first letter stays as it was written.
    """
    if not recipient:
        return None
    if written := Letter.objects.filter(key=key).first():
        return written
    with translation.override(language):
        text = render_to_string(f"letters/{template}.txt", {**context, "market_name": settings.MARKET_NAME})
    subject, _, body = text.strip().partition("\n")
    letter, is_new = Letter.objects.get_or_create(
        key=key,
        defaults={
            "recipient": recipient,
            "subject": " ".join(subject.split())[:200],
            "body": body.strip() + "\n",
            "next_try_at": timezone.now(),
        },
    )
    if is_new:
        Attachment.objects.bulk_create(
            Attachment(letter=letter, filename=file.filename, content_type=file.content_type, body=file.body)
            for file in attachments
        )
        send_queued_letter.enqueue(letter.pk)
    return letter


def send_letter(pk: int) -> bool:
    """Whether the letter went out now.

    Claimed before the call by moving its next try into the future, so that two senders cannot both send it; a
    crash in between sends it again later under the same Message-ID.
    Idempotent: a letter already sent, given up or claimed by another is left alone.
    """
    letter = _claim(pk)
    if letter is None:
        return False
    try:
        _as_message(letter).send()
    except (OSError, SMTPException, ValueError) as error:  # ValueError: a header the mail library refuses
        is_last = letter.tries >= MOST_TRIES
        logger.warning("letter %s was not sent (try %s): %s", pk, letter.tries, type(error).__name__)
        if is_last:
            Letter.objects.filter(pk=pk).update(state=LetterState.FAILED)
        return False
    Letter.objects.filter(pk=pk).update(state=LetterState.SENT, sent_at=timezone.now())
    return True


def send_due(now: dt.datetime | None = None) -> int:
    """How many waiting letters went out; what a lost job left behind is found here."""
    due = Letter.objects.filter(state=LetterState.QUEUED, next_try_at__lte=now or timezone.now())
    return sum(send_letter(pk) for pk in due.values_list("pk", flat=True)[:200])


@task()
def send_queued_letter(pk: int) -> None:
    send_letter(pk)


def _claim(pk: int) -> Letter | None:
    now = timezone.now()
    waiting = Letter.objects.filter(pk=pk, state=LetterState.QUEUED, next_try_at__lte=now)
    tries = waiting.values_list("tries", flat=True).first()
    if tries is None:
        return None
    pause = FIRST_PAUSE * 2**tries
    if not waiting.filter(tries=tries).update(tries=F("tries") + 1, next_try_at=now + pause):
        return None
    return Letter.objects.get(pk=pk)


def _as_message(letter: Letter) -> EmailMessage:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    message = EmailMessage(
        subject=letter.subject,
        body=letter.body,
        to=[letter.recipient],
        headers={"Message-ID": f"<letter-{letter.pk}@{host}>"},
    )
    for file in letter.attachments.all():
        message.attach(file.filename, bytes(file.body), file.content_type)
    return message
