"""Attempts to pay, what providers told us, and the append-only events that money is computed from."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class AttemptStatus(models.TextChoices):
    """Late success wins: a failed, expired or cancelled attempt may still succeed."""

    PENDING = "pending", _("Chờ tiền về")
    PARTIALLY_PAID = "partially-paid", _("Mới nhận một phần")
    SUCCEEDED = "succeeded", _("Đã nhận đủ")
    EXPIRED = "expired", _("Hết hạn")


class PaymentAttempt(models.Model):
    """One try to pay one order with one provider. Met on the pay page.

    Unit: whole đồng. ``reference`` is what the payer writes into the transfer: the order's number.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, related_name="payment_attempts")
    provider = models.CharField(max_length=16)
    reference = models.CharField(max_length=25, db_index=True)
    amount = models.BigIntegerField()
    status = models.CharField(max_length=16, choices=AttemptStatus, default=AttemptStatus.PENDING)
    next_step = models.JSONField(default=dict)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

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
    IGNORED = "ignored", _("Bỏ qua")


class InboundReason(models.TextChoices):
    """Why a genuine delivery paid for nothing; shown to staff."""

    NO_ORDER_CODE = "no-order-code", _("Không có mã đơn")
    SEVERAL_ORDERS = "several-orders", _("Nhiều mã đơn, tổng tiền không khớp")
    UNREADABLE = "unreadable", _("Tin không đọc được")
    OUTGOING = "outgoing", _("Tiền chuyển đi")
    OTHER_ACCOUNT = "other-account", _("Tài khoản khác")


class InboundEvent(models.Model):
    """One genuine delivery of a provider, kept before it is interpreted. Unmatched ones wait for staff."""

    provider = models.CharField(max_length=16)
    external_id = models.CharField(max_length=80)
    body = models.BinaryField()
    amount = models.BigIntegerField(default=0)
    memo = models.CharField(max_length=500, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=10, choices=InboundOutcome, default=InboundOutcome.RECEIVED)
    reason = models.CharField(max_length=120, blank=True, choices=InboundReason)

    class Meta:
        ordering = ("-received_at", "-pk")
        verbose_name = _("tin báo tiền về")
        verbose_name_plural = _("tin báo tiền về")
        constraints = [
            models.UniqueConstraint(fields=("provider", "external_id"), name="one_row_per_delivery")
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


class PaymentEvent(models.Model):
    """One movement of money, append-only; paid = Σ charges − Σ refunds. The unique key is what stops doubles."""

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
    REQUESTED = "requested", _("Cần hoàn")
    DONE = "done", _("Đã hoàn")


class RefundReason(models.TextChoices):
    SURPLUS = "surplus", _("Chuyển thừa")
    DOUBLE = "double", _("Chuyển hai lần")
    INCOMPLETE = "incomplete", _("Chưa chuyển đủ khi hết hạn")
    TOO_LATE = "too-late", _("Tiền đến sau hạn, chưa đủ")
    OUT_OF_STOCK = "out-of-stock", _("Tiền đến sau hạn, hàng đã hết")
    CANCELLED = "cancelled", _("Đơn đã hủy")


class Refund(models.Model):
    """Money that must go back to a buyer: surplus, double or too late. A bank transfer made by staff."""

    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.REQUESTED)
    reason = models.CharField(max_length=120, choices=RefundReason)
    cause = models.OneToOneField(PaymentEvent, on_delete=models.PROTECT, related_name="refund", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_amount_positive")
        ]

    def __str__(self) -> str:
        return f"{self.amount} ({self.state})"
