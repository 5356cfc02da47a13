"""Writing, deciding about, answering and deleting reviews."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from catalog.photographs import shrunk_jpeg
from catalog.sold import sheet_of
from shop.orders.locks import lock_consignment
from shop.orders.models import ConsignmentLine
from shop.orders.statuses import ConsignmentStatus

from . import letters
from .models import RefusalReason, Review, ReviewAnswer, ReviewDecision, ReviewPhoto, ReviewState
from .names import short_name

SMALL_SIDE = 320
LARGE_SIDE = 1280


class NotYours(Exception):
    """The goods of the line did not come to this buyer (yet), or nothing tells any more what they were."""


class AlreadyReviewed(Exception):
    """The line has its review."""


class AlreadyAnswered(Exception):
    """The stall has said its word."""


class NotShown(Exception):
    """Only what everybody reads is answered."""


class AlreadyDecided(Exception):
    """Somebody else has decided the same meanwhile."""


def may_review(line: ConsignmentLine) -> bool:
    """Whether goods of the line were handed over to the buyer. Reads its consignment and reductions as loaded."""
    return (
        line.consignment.status == ConsignmentStatus.HANDED_OVER
        and line.left_quantity > 0
        and line.order_line.product is not None
    )


@transaction.atomic
def write_review(
    *, line: ConsignmentLine, points: int, text: str, language: str, photos: Sequence[bytes] = ()
) -> Review:
    """The review of the line, which waits for the market's look; ``photos`` are JPEGs of ``PhotoField``.

    Locks/Writes: see ``orders.locks``; the review and files. Raises: NotYours, AlreadyReviewed.
    """
    consignment = lock_consignment(line.consignment)
    fresh = ConsignmentLine.objects.select_related(
        "consignment", "order_line__product__sheet", "order_line__product__pack__sheet"
    ).get(pk=line.pk)
    sheet = sheet_of(fresh.order_line.product) if may_review(fresh) else None
    if sheet is None:
        raise NotYours
    if Review.objects.filter(line=fresh).exists():
        raise AlreadyReviewed
    review = Review.objects.create(
        sheet=sheet,
        line=fresh,
        points=points,
        text=text,
        language=language,
        shown_name=short_name(consignment.order.sheet.buyer_name),
    )
    _keep_photos(review, photos)  # last: files are not taken back with the transaction
    return review


def _keep_photos(review: Review, photos: Iterable[bytes]) -> None:
    """Writes files: those of a review that does not come to stand are taken away again."""
    kept: list[ReviewPhoto] = []
    try:
        for jpeg in photos:
            row = ReviewPhoto(review=review)
            kept.append(row)
            row.photo.save("anh.jpg", ContentFile(shrunk_jpeg(jpeg, LARGE_SIDE)), save=False)
            row.small.save("nho.jpg", ContentFile(shrunk_jpeg(jpeg, SMALL_SIDE)), save=False)
            row.save()
    except Exception:
        _drop_files(kept)
        raise


def _drop_files(photos: Iterable[ReviewPhoto]) -> None:
    for row in photos:
        for file in (row.photo, row.small):
            if file.name:
                file.storage.delete(file.name)


@transaction.atomic
def delete_reviews(reviews: Any) -> int:
    """How many of these (a queryset) are gone now, with pictures, decisions and answers; the files after commit."""
    photos = list(ReviewPhoto.objects.filter(review__in=reviews))
    count = len(reviews)
    Review.objects.filter(pk__in=[review.pk for review in reviews]).delete()
    transaction.on_commit(lambda: _drop_files(photos))
    return count


@transaction.atomic
def decide(*, review: Review, state: ReviewState, reason: RefusalReason | None, by: Any) -> Review:
    """The market shows the review, or does not for one of the published reasons, which its buyer is told.

    Locks/Writes: the review; its decision, a letter. Raises: AlreadyDecided; ValueError for a refusal without a
    reason, a reason without a refusal.
    """
    if (state == ReviewState.REFUSED) != (reason is not None) or state == ReviewState.WAITING:
        raise ValueError(f"{state} {reason}")
    fresh = Review.objects.select_for_update().get(pk=review.pk)
    wanted = str(reason.value) if reason else ""
    if (fresh.state, fresh.reason) == (state, wanted):
        raise AlreadyDecided
    fresh.state, fresh.reason = state, wanted
    fresh.save(update_fields=["state", "reason"])
    decision = ReviewDecision.objects.create(review=fresh, state=state, reason=wanted, actor=by)
    if state == ReviewState.REFUSED:
        letters.review_refused(fresh, decision)
    return fresh


@transaction.atomic
def answer(*, review: Review, text: str, by: Any) -> ReviewAnswer:
    """The stall's one answer. Locks: the review. Raises: AlreadyAnswered, NotShown."""
    fresh = Review.objects.select_for_update().get(pk=review.pk)
    if fresh.state != ReviewState.SHOWN:
        raise NotShown
    if ReviewAnswer.objects.filter(review=fresh).exists():
        raise AlreadyAnswered
    return ReviewAnswer.objects.create(review=fresh, text=text, actor=by)
