"""Reviews as pages read them: what goods have in points, a page of reviews, what a buyer may still review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, QuerySet

from catalog.models import ProductSheet
from catalog.reading import thousandths
from shop.accounts.models import User
from shop.orders.models import ConsignmentLine
from shop.orders.statuses import ConsignmentStatus

from .models import MOST_POINTS, Review

PER_PAGE = 10


@dataclass(frozen=True)
class Rating:
    """What shown reviews of one product come to. Unit: points of 5."""

    count: int
    average: float

    @property
    def shown_average(self) -> str:
        """``4,3``, in other languages ``4.3``."""
        return thousandths(round(self.average * 10) * 100)


def rating_of(sheet: ProductSheet) -> Rating | None:
    """None without a shown review. One query a page: kept on ``sheet``."""
    kept: dict[str, Any] = sheet.__dict__
    if "review_rating" not in kept:
        found = Review.objects.shown().filter(sheet=sheet).aggregate(count=Count("pk"), average=Avg("points"))
        kept["review_rating"] = Rating(found["count"], float(found["average"])) if found["count"] else None
    rating: Rating | None = kept["review_rating"]
    return rating


def rating_node(sheet: ProductSheet) -> dict[str, Any]:
    """What structured data says of it: nothing where nobody has reviewed."""
    rating = rating_of(sheet)
    if rating is None:
        return {}
    return {
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": f"{rating.average:.1f}",
            "reviewCount": rating.count,
            "bestRating": MOST_POINTS,
            "worstRating": 1,
        }
    }


def page_of(sheet: ProductSheet, before: int = 0) -> tuple[list[Review], int]:
    """The newest shown reviews (older than the review ``before``), and behind which one the next page begins, or 0.

    Three queries whatever their number: reviews with their answers, photographs.
    """
    rows = Review.objects.shown().filter(sheet=sheet).select_related("answer").prefetch_related("photos")
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PER_PAGE + 1])
    return found[:PER_PAGE], found[PER_PAGE - 1].pk if len(found) > PER_PAGE else 0


def reviews_of(user: User) -> QuerySet[Review]:
    """Those of the person's own orders."""
    return Review.objects.filter(line__consignment__order__user=user)


def lines_of(user: User) -> QuerySet[ConsignmentLine]:
    """Lines of the person's orders whose goods were handed over, the newest first, with reviews and what they read."""
    return (
        ConsignmentLine.objects.filter(
            consignment__order__user=user, consignment__status=ConsignmentStatus.HANDED_OVER
        )
        .select_related(
            "consignment__order__sheet", "consignment__cooperative", "order_line__product", "review"
        )
        .prefetch_related("reductions")
        .order_by("-pk")
    )
