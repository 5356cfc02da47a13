"""What buyers say of goods they had, what the market decided about it, and the one answer of the stall."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import ProductSheet
from shop.orders.models import ConsignmentLine

MOST_POINTS = 5


class ReviewState(models.TextChoices):
    WAITING = "waiting", _("Chờ duyệt")
    SHOWN = "shown", _("Đang hiện")
    REFUSED = "refused", _("Không hiện")


class RefusalReason(models.TextChoices):
    """The only grounds on which a review is not shown; published at ``/nhan-xet/``. Few points are none of them.

    Source: Consumer Law 19/2023/QH15 art. 10 (a platform must not keep consumers' reviews from showing, except those
    that break the law or offend against public morals); Personal Data Law 91/2025/QH15.
    """

    PERSONAL = "personal", _("Có tên, số điện thoại, địa chỉ hay hình của người khác")
    INSULT = "insult", _("Xúc phạm, tục tĩu hoặc đe dọa")
    ADVERT = "advert", _("Quảng cáo, có liên kết hoặc mời mua chỗ khác")
    ELSEWHERE = "elsewhere", _("Không nói về món này")
    COPIED = "copied", _("Ảnh hoặc chữ lấy của người khác")
    UNLAWFUL = "unlawful", _("Trái pháp luật: nói thực phẩm chữa bệnh, kích động, lừa dối")


class ReviewQuerySet(models.QuerySet["Review"]):
    def shown(self) -> ReviewQuerySet:
        """What everybody may read."""
        return self.filter(state=ReviewState.SHOWN)

    def waiting(self) -> ReviewQuerySet:
        """What nobody has decided about yet."""
        return self.filter(state=ReviewState.WAITING)


class Review(models.Model):
    """What a buyer says of the goods of one line. Met on the product's page, the order page, the account, the panel.

    Unit: ``points`` of 5, called points and never stars: stars are the state's grade (OCOP). ``shown_name`` is short
    from the start, the full name stays with the order. What was said is never changed (trigger); its buyer may
    delete it whole, with everything that hangs on it.
    """

    sheet = models.ForeignKey(ProductSheet, on_delete=models.CASCADE, related_name="reviews")
    line = models.OneToOneField(ConsignmentLine, on_delete=models.PROTECT, related_name="review")
    points = models.PositiveSmallIntegerField(_("điểm"))
    text = models.TextField(_("lời nhận xét"))
    shown_name = models.CharField(max_length=60)
    language = models.CharField(max_length=5)
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(_("tình trạng"), max_length=8, choices=ReviewState, default=ReviewState.WAITING)
    reason = models.CharField(_("lý do"), max_length=9, choices=RefusalReason, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("nhận xét")
        verbose_name_plural = _("nhận xét")
        indexes = [models.Index(fields=("sheet", "state", "-id"), name="reviews_of_a_product")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(points__range=(1, MOST_POINTS)), name="points_are_1_to_5"
            ),
            models.CheckConstraint(
                condition=models.Q(state=ReviewState.REFUSED) ^ models.Q(reason=""),
                name="only_a_refused_review_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shown_name}: {self.points}/{MOST_POINTS}"


class ReviewDecision(models.Model):
    """One decision of the market about a review, by whom and when; never changed, the last one stands."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="decisions")
    state = models.CharField(max_length=8, choices=ReviewState)
    reason = models.CharField(max_length=9, choices=RefusalReason, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.review_id}: {self.state}"


class ReviewAnswer(models.Model):
    """What the stall says to a review, in public and once; never changed."""

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="answer")
    text = models.TextField(_("trả lời"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.text[:40]


def kept_apart() -> Storage:
    """Nothing here has an address of its own: a view decides, so that what is taken back is gone at once."""
    return FileSystemStorage(location=settings.PRIVATE_DIR / "reviews", base_url=None)


def photo_name(_photo: Any, _filename: str) -> str:
    """A name that tells nothing and cannot be guessed."""
    return f"{secrets.token_hex(16)}.jpg"


class ReviewPhoto(models.Model):
    """A photograph that came with a review, upright and without where it was taken, whole and as a small one."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="photos")
    photo = models.FileField(storage=kept_apart, upload_to=photo_name)
    small = models.FileField(storage=kept_apart, upload_to=photo_name)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.photo)


class ReviewSilence(models.Model):
    """Somebody who wants no letter that asks for reviews; only a keyed hash of the address is kept."""

    address_key = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.address_key[:8]
