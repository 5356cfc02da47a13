"""E-mail through Django's mail backend: the text, and the same text laid out as HTML."""

from __future__ import annotations

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from shop.messages.layout import blocks_of

from .channel import Message, Receipt, TryLater, WillNotSucceed

FROM_HERE_NEVER = 500
"""From this SMTP code on the server refuses for good."""


class MailChannel:
    def send(self, message: Message) -> Receipt:
        """Under the same Message-ID at every try, so that a mailbox may know a second copy.

        Raises: TryLater, WillNotSucceed when the server refuses the address for good.
        """
        try:
            as_mail(message).send()
        except SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if codes and min(codes) >= FROM_HERE_NEVER:
                raise WillNotSucceed(f"SMTP {codes[0]}") from error
            raise TryLater(f"SMTP {codes}") from error
        except SMTPResponseException as error:
            raise TryLater(f"SMTP {error.smtp_code}") from error
        except ConnectionRefusedError as error:
            raise TryLater(type(error).__name__) from error
        except (OSError, SMTPException) as error:
            raise TryLater(type(error).__name__, is_unsure=True) from error
        except ValueError as error:  # a header the mail library refuses, such as an address with a line break
            raise WillNotSucceed(type(error).__name__) from error
        return Receipt(message.message_id)


def as_mail(message: Message) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        to=[message.recipient],
        headers={"Message-ID": message.message_id},
    )
    mail.attach_alternative(html_of(message), "text/html")
    for file in message.files:
        mail.attach(file.filename, file.body, file.content_type)
    return mail


def html_of(message: Message) -> str:
    """The letter as HTML, made from its text alone: what one says the other says too."""
    context = {
        "subject": message.subject,
        "language": message.language,
        "blocks": blocks_of(message.text),
        "market_name": settings.MARKET_NAME,
    }
    return render_to_string("letters/base.html", context)
