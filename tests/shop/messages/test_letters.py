"""A letter is written once with its cause, and sent once as far as a mail server lets us know."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from shop.messages.models import Letter
from shop.messages.services import (
    MOST_TRIES,
    Enclosure,
    send_due,
    send_letter,
    send_queued_letter,
    write_letter,
)
from tests.factories import make_product
from tests.support.orders import place_order

pytestmark = pytest.mark.django_db


class Refusing:
    """A mail server that is down."""

    def __init__(self, **options: Any) -> None:
        pass

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError


@pytest.fixture
def letter() -> Letter:
    place_order((make_product(), 1))
    return Letter.objects.get()


@pytest.fixture
def mail_is_down(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"


def test_the_first_line_of_the_template_is_the_subject(letter: Letter) -> None:
    assert letter.subject.startswith("Đơn hàng HT")
    assert "\n" not in letter.subject
    assert letter.body.startswith("Chào Nguyễn Thị Mẫu,")
    assert "&" not in letter.body and "\n\n\n" not in letter.body


def test_the_job_that_sends_is_written_with_the_letter(letter: Letter) -> None:
    job = DBTaskResult.objects.get()
    assert job.args_kwargs == {"args": [letter.pk], "kwargs": {}}
    assert job.task_path == "shop.messages.services.send_queued_letter"


def test_letter_and_job_vanish_with_the_cause_that_failed() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        place_order((make_product(), 1))
        raise RuntimeError
    assert not Letter.objects.exists() and not DBTaskResult.objects.exists()


def test_the_same_cause_writes_one_letter(letter: Letter) -> None:
    again = write_letter(
        key=letter.key, recipient="other@demo.example", template="order_received", context={}, language="vi"
    )
    assert again == letter
    assert (Letter.objects.count(), DBTaskResult.objects.count()) == (1, 1)
    assert Letter.objects.get().recipient == "khach@demo.example"


def test_nobody_to_write_to_is_no_letter() -> None:
    assert write_letter(key="k", recipient="", template="invoice", context={}, language="vi") is None
    assert not Letter.objects.exists()


def test_a_letter_is_sent_once(letter: Letter) -> None:
    send_queued_letter.call(letter.pk)
    assert not send_letter(letter.pk)
    assert send_due() == 0
    letter.refresh_from_db()
    assert (letter.state, letter.tries, letter.sent_at is not None) == ("sent", 1, True)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["khach@demo.example"], letter.subject)
    assert message.extra_headers["Message-ID"] == f"<letter-{letter.pk}@testserver>"


def test_attachments_go_along() -> None:
    letter = write_letter(
        key="k",
        recipient="khach@demo.example",
        template="part_received",
        context={"paid_amount": 1, "open_amount": 2, "sheet": {"pay_by": timezone.now()}},
        language="vi",
        attachments=[Enclosure("1.pdf", "application/pdf", b"%PDF-\xff")],
    )
    assert letter is not None and send_letter(letter.pk)
    assert mail.outbox[0].attachments == [("1.pdf", b"%PDF-\xff", "application/pdf")]


def test_a_claimed_letter_is_left_to_its_sender(letter: Letter) -> None:
    Letter.objects.update(tries=1, next_try_at=timezone.now() + dt.timedelta(minutes=1))
    assert not send_letter(letter.pk)
    assert mail.outbox == []


def test_while_mail_is_down_tries_grow_apart_and_end(letter: Letter, mail_is_down: None) -> None:
    pauses = []
    for _ in range(MOST_TRIES):
        before = timezone.now()
        Letter.objects.update(next_try_at=before)
        assert not send_letter(letter.pk)
        pauses.append(round((Letter.objects.get().next_try_at - before).total_seconds() / 60))
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256]
    letter.refresh_from_db()
    assert (letter.state, letter.tries, letter.sent_at) == ("failed", MOST_TRIES, None)


def test_the_sweep_sends_what_could_not_go_out_before(letter: Letter, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    assert send_due() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due() == 0
    assert send_due(timezone.now() + dt.timedelta(minutes=3)) == 1


def test_an_address_no_mail_program_accepts_fails_alone(letter: Letter) -> None:
    Letter.objects.update(recipient="a@b.example\nBcc: c@d.example")
    assert not send_letter(letter.pk)
    assert mail.outbox == []


def test_what_is_due_is_told_by_the_moment_that_was_asked_about(letter: Letter) -> None:
    now = timezone.now()
    Letter.objects.update(next_try_at=now + dt.timedelta(minutes=10))
    assert send_due(now) == 0
    assert send_due(now + dt.timedelta(minutes=11)) == 1
    letter.refresh_from_db()
    assert (letter.state, letter.next_try_at) == ("sent", now + dt.timedelta(minutes=13))
