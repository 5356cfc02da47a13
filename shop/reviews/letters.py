"""Letters about reviews, to the buyer of the order; by mail only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac

from shop.messages.services import write_letter
from shop.orders.links import order_url
from shop.orders.models import OrderSheet

from .models import Review, ReviewDecision, ReviewSilence

SILENCE = "shop.reviews.silence"


def address_key(email: str) -> str:
    """The address as a keyed hash: it can be compared and not be read."""
    return salted_hmac(SILENCE, email.strip().lower(), algorithm="sha256").hexdigest()


def silence_link(email: str) -> str:
    """The path under which letters that ask for reviews are switched off for this address; it never ends."""
    return reverse("reviews:silence", args=[signing.dumps(address_key(email), salt=SILENCE, compress=True)])


def read_silence(text: str) -> str:
    """The key of the address. Raises: signing.BadSignature."""
    return str(signing.loads(text, salt=SILENCE))


def be_silent(key: str) -> None:
    """No more letters that ask that address for reviews. Idempotent."""
    ReviewSilence.objects.get_or_create(address_key=key)


def asking_key(number: str) -> str:
    return f"review-asked:{number}"


def ask_for_reviews(sheet: OrderSheet, lines: list[Any]) -> bool:
    """Whether the one letter of this order was written now."""
    order = sheet.order
    with translation.override(sheet.language):
        silence_url = settings.BASE_URL + silence_link(sheet.buyer_email)
    context = {"lines": lines, "silence_url": silence_url}
    return _write(asking_key(order.number), "review_asked", sheet, context)


def review_refused(review: Review, decision: ReviewDecision) -> None:
    """Which of the published reasons keeps the review from showing."""
    sheet = review.line.consignment.order.sheet
    with translation.override(sheet.language):
        rules_url = settings.BASE_URL + reverse("reviews:rules")
    context = {"review": review, "title": review.line.title, "rules_url": rules_url}
    _write(f"review-refused:{decision.pk}", "review_refused", sheet, context)


def _write(key: str, template: str, sheet: OrderSheet, context: dict[str, Any]) -> bool:
    letter = write_letter(
        key=key,
        recipient=sheet.buyer_email,
        template=template,
        context={**context, "sheet": sheet, "order": sheet.order, "order_url": order_url(sheet)},
        language=sheet.language,
    )
    return letter is not None
