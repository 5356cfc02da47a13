"""Attempts to pay, what providers told us, and the append-only events that money is computed from."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AttemptStatus(models.TextChoices):
    """Late success wins: a failed, expired or cancelled attempt may still succeed."""

    PENDING = "pending", _("Chờ tiền về")
    PARTIALLY_PAID = "partially-paid", _("Mới nhận một phần")
    SUCCEEDED = "succeeded", _("Đã nhận đủ")
    FAILED = "failed", _("Không trả được")
    CANCELLED = "cancelled", _("Đã đổi cách trả")
    EXPIRED = "expired", _("Hết hạn")


OPEN_ATTEMPTS = (AttemptStatus.PENDING, AttemptStatus.PARTIALLY_PAID)


class PaymentAttempt(models.Model):
    """One try to pay one order with one provider. Met on the pay page.

    Unit: whole đồng. ``reference`` is what the payer writes into the transfer, the order's number; at an online
    provider it is that number and which try this is. ``account`` is the number of an account opened for it alone.
    ``started_at`` is set once the provider has answered, ``claimed_at`` while it is being asked to start, ``ask_at``
    says when to ask it what it knows.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, related_name="payment_attempts")
    provider = models.CharField(max_length=16)
    reference = models.CharField(max_length=25, db_index=True)
    amount = models.BigIntegerField()
    status = models.CharField(max_length=16, choices=AttemptStatus, default=AttemptStatus.PENDING)
    provider_reference = models.CharField(max_length=120, blank=True)
    account = models.CharField(max_length=40, blank=True, db_index=True)
    next_step = models.JSONField(default=dict)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ask_at = models.DateTimeField(null=True, db_index=True)
    asked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="attempt_amount_positive")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.reference}"


class InboundOutcome(models.TextChoices):
    RECEIVED = "received", _("Chưa xử lý")
    MATCHED = "matched", _("Đã khớp đơn")
    UNMATCHED = "unmatched", _("Chưa khớp đơn nào")
    RETURNED = "returned", _("Chuyển trả người gửi")
    REMITTED = "remitted", _("Tiền thu hộ nộp về")
    PAID_BACK = "paid-back", _("Tiền chi cho gian hàng quay về")
    NOTED = "noted", _("Đã ghi nhận")
    IGNORED = "ignored", _("Bỏ qua")


class InboundReason(models.TextChoices):
    """Why a genuine delivery paid for nothing; shown to staff."""

    NO_ORDER_CODE = "no-order-code", _("Không có mã đơn")
    SEVERAL_ORDERS = "several-orders", _("Nhiều mã đơn, tổng tiền không khớp")
    WRONG_AMOUNT = "wrong-amount", _("Số tiền khác với số đã hỏi")
    REPORTED_BEFORE = "reported-before", _("Ngân hàng đã báo khoản này")
    UNREADABLE = "unreadable", _("Tin không đọc được")
    OUTGOING = "outgoing", _("Tiền chuyển đi")
    OTHER_ACCOUNT = "other-account", _("Tài khoản khác")
    NOTHING_OWED = "nothing-owed", _("Kiện trong bảng kê không còn nợ")


class InboundEvent(models.Model):
    """One genuine delivery of a provider, kept before it is interpreted. Unmatched ones wait for staff.

    ``references`` are what it names: an attempt at its provider, or the orders whose codes stand in it.
    """

    provider = models.CharField(max_length=16)
    external_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, default="charge")
    references = models.JSONField(default=list)
    bank_reference = models.CharField(max_length=60, blank=True, db_index=True)
    body = models.BinaryField()
    amount = models.BigIntegerField(default=0)
    memo = models.CharField(max_length=500, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=10, choices=InboundOutcome, default=InboundOutcome.RECEIVED)
    reason = models.CharField(max_length=120, blank=True, choices=InboundReason)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ("-received_at", "-pk")
        verbose_name = _("tin báo tiền về")
        verbose_name_plural = _("tin báo tiền về")
        constraints = [
            models.UniqueConstraint(fields=("provider", "external_id"), name="one_row_per_delivery")
        ]
        indexes = [
            models.Index(fields=("id",), condition=Q(outcome=InboundOutcome.RECEIVED), name="inbound_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.external_id}"


class RefusedDelivery(models.Model):
    """How many deliveries with a bad signature came in on a day: a count, nothing of their content."""

    provider = models.CharField(max_length=16)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("provider", "day"), name="one_refusal_count_per_day")]

    def __str__(self) -> str:
        return f"{self.provider} {self.day}: {self.count}"


class EventKind(models.TextChoices):
    CHARGE = "charge", _("Tiền vào")
    REFUND = "refund", _("Hoàn tiền")
    CHARGEBACK = "chargeback", _("Ngân hàng của chủ thẻ đòi lại")
    REVERSAL = "reversal", _("Ngân hàng của chủ thẻ trả lại")
    VOID = "void", _("Hủy khoản đã ghi")  # of the charge with the same reference: it never was


MONEY_IN = (EventKind.CHARGE, EventKind.REVERSAL)
MONEY_OUT = (EventKind.REFUND, EventKind.CHARGEBACK, EventKind.VOID)


class PaymentEvent(models.Model):
    """One movement of money, append-only; held = Σ in − Σ out. The unique key is what stops doubles."""

    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="events")
    provider = models.CharField(max_length=16)
    kind = models.CharField(max_length=10, choices=EventKind)
    amount = models.BigIntegerField()
    external_reference = models.CharField(max_length=80)
    occurred_at = models.DateTimeField()
    inbound = models.ForeignKey(InboundEvent, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("provider", "kind", "external_reference"), name="one_event_per_money_movement"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="event_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.external_reference}"


class RefundState(models.TextChoices):
    """Asked for → checked by a second person → sent → done; what failed is sent again or paid by transfer."""

    REQUESTED = "requested", _("Cần hoàn")
    PREPARED = "prepared", _("Chờ duyệt")
    APPROVED = "approved", _("Đã duyệt")
    SENT = "sent", _("Đã gửi lệnh")
    DONE = "done", _("Đã hoàn")
    FAILED = "failed", _("Không hoàn được")


REFUND_STEPS: dict[str, tuple[str, ...]] = {
    RefundState.REQUESTED: (RefundState.PREPARED,),
    RefundState.PREPARED: (RefundState.APPROVED, RefundState.REQUESTED),
    RefundState.APPROVED: (RefundState.SENT,),
    RefundState.SENT: (RefundState.DONE, RefundState.FAILED),
    RefundState.FAILED: (RefundState.PREPARED,),
    RefundState.DONE: (),
}
_CHECKED = (RefundState.APPROVED, RefundState.SENT, RefundState.DONE)


class RefundReason(models.TextChoices):
    SURPLUS = "surplus", _("Chuyển thừa")
    DOUBLE = "double", _("Chuyển hai lần")
    INCOMPLETE = "incomplete", _("Chưa chuyển đủ khi hết hạn")
    TOO_LATE = "too-late", _("Tiền đến sau hạn, chưa đủ")
    OUT_OF_STOCK = "out-of-stock", _("Tiền đến sau hạn, hàng đã hết")
    CANCELLED = "cancelled", _("Đơn đã hủy")
    UNMATCHED = "unmatched", _("Không rõ của đơn nào")
    AGREED = "agreed", _("Hàng thiếu hoặc hỏng, đã thỏa thuận")
    PARCEL_CANCELLED = "parcel-cancelled", _("Kiện hàng đã hủy")
    SHORT = "short", _("Gian hàng không đủ hàng")
    LIGHTER = "lighter", _("Cân lúc gói nhẹ hơn lúc bán")
    REFUSED = "refused", _("Người mua không nhận hàng")
    RETURNED = "returned", _("Hàng có vấn đề hoặc trả lại sau khi giao")


class RefundWay(models.TextChoices):
    TRANSFER = "transfer", _("Chuyển khoản")
    PROVIDER = "provider", _("Qua nơi đã nhận tiền")


class Refund(models.Model):
    """Money that must go back: to an order's buyer, or to the sender of a transfer that nobody can match.

    Whoever prepares it says where the money goes; somebody else approves. ``code`` stands in the memo of the
    outgoing transfer, so that the bank's message about it finds this row. ``cause`` is the charge that should not
    have come; ``charge`` a good one that a part is taken from, as may happen to it more than once.
    """

    code = models.CharField(max_length=12, unique=True, null=True)
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="refunds", null=True)
    inbound = models.OneToOneField(InboundEvent, on_delete=models.PROTECT, related_name="refund", null=True)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.REQUESTED)
    reason = models.CharField(max_length=120, choices=RefundReason)
    cause = models.OneToOneField(PaymentEvent, on_delete=models.PROTECT, related_name="refund", null=True)
    charge = models.ForeignKey(PaymentEvent, on_delete=models.PROTECT, related_name="parts_back", null=True)
    way = models.CharField(max_length=10, choices=RefundWay, default=RefundWay.TRANSFER)
    payee_bank_bin = models.CharField(max_length=6, blank=True)
    payee_account = models.CharField(max_length=19, blank=True)
    payee_name = models.CharField(max_length=100, blank=True)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    tries = models.PositiveSmallIntegerField(default=0)
    ask_at = models.DateTimeField(null=True)
    provider_reference = models.CharField(max_length=120, blank=True)
    failure = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(attempt__isnull=False, inbound__isnull=True)
                | Q(attempt__isnull=True, inbound__isnull=False),
                name="refund_of_an_attempt_or_a_transfer",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")),
                name="refund_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_CHECKED) | Q(prepared_by__isnull=False, approved_by__isnull=False),
                name="refund_leaves_only_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} ({self.state})"

    @property
    def order(self) -> Any:
        """The order whose money this is; None for a transfer that nobody could match."""
        return self.attempt.order if self.attempt else None


class RefundStep(models.Model):
    """One step of a refund, by whom; append-only. Met on the refund's page."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=RefundState)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.refund_id} {self.state}"
