"""What buyers say of goods that came, what is answered, and what comes back."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import LotEvent
from shop.orders.statuses import Fault, Verdict, Wish

from .order import Consignment, ConsignmentLine, LineReduction


class GoodsReportQuerySet(models.QuerySet["GoodsReport"]):
    def waiting(self) -> GoodsReportQuerySet:
        """Those that nobody has answered."""
        return self.filter(answers=None)

    def overdue(self, now: dt.datetime) -> GoodsReportQuerySet:
        """Those that nobody has answered in time."""
        return self.waiting().filter(answer_by__lt=now)


class GoodsReport(models.Model):
    """A buyer says what is wrong with goods of a consignment that was handed over; append-only, see ``ReportAnswer``.

    ``sent_key`` comes with the form: sent twice, it is one report.
    """

    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="goods_reports")
    sent_key = models.UUIDField()
    fault = models.CharField(_("có vấn đề gì"), max_length=16, choices=Fault)
    wish = models.CharField(_("mong muốn"), max_length=11, choices=Wish)
    text = models.TextField(_("lời kể"))
    answer_by = models.DateTimeField(_("hạn trả lời"))
    created_at = models.DateTimeField(auto_now_add=True)

    objects = GoodsReportQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("báo hàng có vấn đề")
        verbose_name_plural = _("báo hàng có vấn đề")
        constraints = [
            models.UniqueConstraint(fields=("consignment", "sent_key"), name="a_report_is_sent_once")
        ]

    def __str__(self) -> str:
        return f"{self.consignment}: {self.fault}"

    @property
    def answer(self) -> ReportAnswer | None:
        """What stands: the market's word, else the stall's. Reads the answers as they were loaded."""
        return max(self.answers.all(), key=lambda one: one.is_by_market, default=None)

    def left_of(self, reported: ReportedLine) -> int:
        """Pieces of its line that no answer gave anything for. Reads answers and their lines as they were loaded."""
        rows = (row for answer in self.answers.all() for row in answer.lines.all())
        return reported.quantity - sum(row.quantity for row in rows if row.line_id == reported.line_id)

    @property
    def is_partly_refused(self) -> bool:
        """Whether it was answered with less than was asked for: a full no too. Reads as ``left_of``."""
        is_judged = self.answer is not None and self.answer.verdict != Verdict.NOTED
        return is_judged and any(self.left_of(reported) for reported in self.lines.all())

    @property
    def is_overdue(self) -> bool:
        return self.answer is None and self.answer_by < timezone.now()


class ReportedLine(models.Model):
    """How many pieces of a line a report is about; append-only."""

    report = models.ForeignKey(GoodsReport, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(ConsignmentLine, on_delete=models.PROTECT, related_name="reported")
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("report", "line"), name="a_line_is_reported_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="something_is_reported"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.title}"


def private_reports() -> Storage:
    """Photographs of goods in somebody's home: for the buyer, the stall and the operator, never served."""
    return FileSystemStorage(location=settings.PRIVATE_DIR / "reports", base_url=None)


def report_photo_name(_photo: Any, _filename: str) -> str:
    """A name that tells nothing and cannot be guessed."""
    return f"{secrets.token_hex(16)}.jpg"


class ReportPhoto(models.Model):
    """A photograph that came with a report, upright and without where it was taken; append-only."""

    report = models.ForeignKey(GoodsReport, on_delete=models.PROTECT, related_name="photos")
    photo = models.FileField(storage=private_reports, upload_to=report_photo_name)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.photo)


class ReportAnswer(models.Model):
    """What became of a report: the stall's answer, and the market's where the buyer went on; append-only.

    ``goods_come_back``: the stall wants the goods, and says with ``GoodsBack`` that they have come.
    """

    report = models.ForeignKey(GoodsReport, on_delete=models.PROTECT, related_name="answers")
    is_by_market = models.BooleanField(default=False)
    verdict = models.CharField(_("trả lời"), max_length=8, choices=Verdict)
    text = models.CharField(_("lời nhắn"), max_length=1000, blank=True)
    goods_come_back = models.BooleanField(_("khách gửi trả hàng"), default=False)
    carrier = models.CharField(_("đơn vị vận chuyển"), max_length=80, blank=True)
    tracking_number = models.CharField(_("mã vận đơn"), max_length=60, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("report", "is_by_market"), name="a_report_is_answered_once"),
            models.CheckConstraint(
                condition=~models.Q(verdict=Verdict.REFUSED, text=""), name="a_refusal_has_its_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.verdict


class AnsweredLine(models.Model):
    """How many pieces of a line an answer pays back, or replaces out of stock; append-only.

    ``lot_event`` is the sale of replacing pieces in the book of their lot, where that is known: a recall of it
    reaches this buyer too.
    """

    answer = models.ForeignKey(ReportAnswer, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(ConsignmentLine, on_delete=models.PROTECT, related_name="answered")
    quantity = models.PositiveIntegerField()
    reduction = models.OneToOneField(
        LineReduction, on_delete=models.PROTECT, null=True, related_name="answered"
    )
    lot_event = models.OneToOneField(LotEvent, on_delete=models.PROTECT, null=True, related_name="replacing")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("answer", "line"), name="a_line_is_answered_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="something_is_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.title}"


class GoodsBack(models.Model):
    """Goods that a buyer sent back have come; one per answer, append-only. What may be sold again is in its lines."""

    answer = models.OneToOneField(ReportAnswer, on_delete=models.PROTECT, related_name="back")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.answer)


class RestockedLine(models.Model):
    """How many pieces that came back are as good as new, and went into stock; append-only."""

    back = models.ForeignKey(GoodsBack, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(ConsignmentLine, on_delete=models.PROTECT, related_name="restocked")
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("back", "line"), name="a_line_comes_back_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="something_is_restocked"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.title}"
