"""Complaints of the public, and the append-only notes of what was done about each."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.lot_codes import grouped
from catalog.models import Certificate, Lot, ProductSheet
from shop.orders.models import GoodsReport


class ComplaintKind(models.TextChoices):
    """What it is about; decides the times that the market promises (``promises``)."""

    LOT = "lot", _("Lô hàng có vấn đề: hỏng, nghi không an toàn, tem giả")
    CLAIM = "claim", _("Sao OCOP hoặc giấy tờ ghi sai")
    GOODS = "goods", _("Hàng không đúng như giới thiệu")
    ORDER = "order", _("Đơn hàng, giao hàng, tiền")
    PRIVACY = "privacy", _("Dữ liệu cá nhân của tôi")
    OTHER = "other", _("Việc khác")


class Outcome(models.TextChoices):
    """How a complaint was closed."""

    UPHELD = "upheld", _("Đúng, đã xử lý")
    PARTLY = "partly", _("Đúng một phần, đã xử lý")
    REFUSED = "refused", _("Không đúng")
    UNPROVEN = "unproven", _("Chưa đủ căn cứ")


class ComplaintState(models.TextChoices):
    """Follows from the two moments of a complaint; stored nowhere."""

    RECEIVED = "received", _("Chờ trả lời")
    ANSWERED = "answered", _("Đang giải quyết")
    CLOSED = "closed", _("Đã giải quyết")


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def in_state(self, state: str) -> ComplaintQuerySet:
        return {
            ComplaintState.RECEIVED: self.filter(answered_at__isnull=True),
            ComplaintState.ANSWERED: self.filter(answered_at__isnull=False, closed_at__isnull=True),
            ComplaintState.CLOSED: self.filter(closed_at__isnull=False),
        }[ComplaintState(state)]

    def still_open(self) -> ComplaintQuerySet:
        return self.filter(closed_at__isnull=True)

    def by_deadline(self) -> ComplaintQuerySet:
        """Open ones first, the nearest deadline first; ``due`` is ``Complaint.next_due_at`` in SQL."""
        due = Case(
            When(closed_at__isnull=False, then=None),
            When(answered_at__isnull=True, then=F("answer_due_at")),
            default=F("solution_due_at"),
            output_field=models.DateTimeField(),
        )
        return self.annotate(due=due).order_by(F("due").asc(nulls_last=True), "-closed_at", "pk")


class Complaint(models.Model):
    """One report by anybody, without a log-in. Met on its ticket page and in the operator's queue.

    Shape: at most one of ``certificate``, ``lot``, ``sheet``, ``report``; ``about`` is its name of that day, so that it
    stays readable when the row is gone. ``report``: goods that a buyer reported, where the stall said no, or nothing.
    The deadlines are those that were published when it came in.
    Idempotent: by ``sent_key``, which the form carries.
    """

    code = models.CharField(_("số phiếu"), max_length=11, unique=True)
    sent_key = models.UUIDField(unique=True)
    kind = models.CharField(_("loại"), max_length=8, choices=ComplaintKind)
    certificate = models.ForeignKey(
        Certificate, on_delete=models.SET_NULL, null=True, blank=True, related_name="complaints"
    )
    lot = models.ForeignKey(Lot, on_delete=models.SET_NULL, null=True, blank=True, related_name="complaints")
    sheet = models.ForeignKey(
        ProductSheet, on_delete=models.SET_NULL, null=True, blank=True, related_name="complaints"
    )
    report = models.OneToOneField(
        GoodsReport, on_delete=models.PROTECT, null=True, blank=True, related_name="complaint"
    )
    about = models.CharField(_("về"), max_length=300, blank=True)
    text = models.TextField(_("nội dung"))
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    language = models.CharField(max_length=5)
    received_at = models.DateTimeField(_("nhận lúc"), default=timezone.now)
    answer_due_at = models.DateTimeField(_("hạn trả lời"))
    solution_due_at = models.DateTimeField(_("hạn giải quyết"))
    answered_at = models.DateTimeField(_("trả lời lần đầu lúc"), null=True, blank=True)
    closed_at = models.DateTimeField(_("xong lúc"), null=True, blank=True)
    outcome = models.CharField(_("kết quả"), max_length=8, choices=Outcome, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ("-received_at", "-pk")
        verbose_name = _("khiếu nại")
        verbose_name_plural = _("khiếu nại")
        constraints = [
            models.CheckConstraint(
                condition=Q(certificate__isnull=True, lot__isnull=True)
                | Q(certificate__isnull=True, sheet__isnull=True)
                | Q(lot__isnull=True, sheet__isnull=True),
                name="a_complaint_has_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(report__isnull=True)
                | Q(certificate__isnull=True, lot__isnull=True, sheet__isnull=True),
                name="a_report_is_the_only_subject",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | (Q(closed_at__isnull=False, answered_at__isnull=False) & ~Q(outcome="")),
                name="a_closed_complaint_has_an_answer_and_outcome",
            ),
            models.CheckConstraint(
                condition=Q(received_at__lte=F("answer_due_at"), answer_due_at__lte=F("solution_due_at")),
                name="an_answer_is_due_before_the_solution",
            ),
        ]

    def __str__(self) -> str:
        return self.grouped_code

    @property
    def grouped_code(self) -> str:
        return grouped(self.code)

    @property
    def state(self) -> ComplaintState:
        if self.closed_at is not None:
            return ComplaintState.CLOSED
        return ComplaintState.ANSWERED if self.answered_at is not None else ComplaintState.RECEIVED

    @property
    def next_due_at(self) -> dt.datetime | None:
        """The deadline that runs now; None when it is closed."""
        if self.closed_at is not None:
            return None
        return self.answer_due_at if self.answered_at is None else self.solution_due_at

    @property
    def is_overdue(self) -> bool:
        due = self.next_due_at
        return due is not None and due < timezone.now()


class NoteKind(models.TextChoices):
    ANSWER = "answer", _("Trả lời")
    INTERNAL = "internal", _("Ghi chú nội bộ")
    CLOSING = "closing", _("Kết quả")


class ComplaintNote(models.Model):
    """One thing said or done about a complaint, by whom and when; append-only (trigger)."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(_("loại"), max_length=8, choices=NoteKind)
    text = models.TextField(_("nội dung"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("ghi chú khiếu nại")
        verbose_name_plural = _("ghi chú khiếu nại")

    def __str__(self) -> str:
        return f"{self.complaint_id} · {self.kind}"
