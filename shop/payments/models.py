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
    provider it is that number and which try this is. ``started_at`` is set once the provider has answered,
    ``claimed_at`` while it is being asked to start, ``ask_at`` says when to ask it what it knows.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, related_name="payment_attempts")
    provider = models.CharField(max_length=16)
    reference = models.CharField(max_length=25, db_index=True)
    amount = models.BigIntegerField()
    status = models.CharField(max_length=16, choices=AttemptStatus, default=AttemptStatus.PENDING)
    provider_reference = models.CharField(max_length=120, blank=True)
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


class DoorRules(models.Model):
    """When buyers may pay on receipt, as the operator wants it; one row at most.

    Unit: whole đồng. Shape: codes of couriers; two-digit codes of provinces, none for all. Met on its own screen.
    """

    is_open = models.BooleanField(_("đang dùng"), default=True)
    most_amount = models.BigIntegerField(_("đơn lớn nhất"), default=2_000_000)
    couriers = models.JSONField(_("ai được thu tiền hộ"), default=list)
    provinces = models.JSONField(_("chỉ ở các tỉnh"), default=list, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_row_of_door_rules"),
            models.CheckConstraint(condition=models.Q(most_amount__gt=0), name="door_rules_carry_something"),
        ]

    def __str__(self) -> str:
        return f"{self.most_amount}"


ANY_COURIER = ("own", "collection", "vnpost", "ems", "ghn", "ghtk", "viettel_post", "")
"""Until the operator says otherwise; the empty one is a delivery without a courier of its own."""


def door_rules() -> DoorRules:
    """The operator's rules, or those that hold until somebody has changed them (not saved)."""
    return DoorRules.objects.filter(pk=1).first() or DoorRules(pk=1, couriers=list(ANY_COURIER))


class Remittance(models.Model):
    """A courier's list of what it collected at doors and hands over, less its fees. Met on the screen of lists.

    Unit: whole đồng. It is a trial until ``booked_at``; ``transfer`` is the money's arrival at the bank.
    """

    courier = models.CharField(_("đơn vị thu hộ"), max_length=12)
    number = models.CharField(_("số bảng kê"), max_length=40)
    paid_on = models.DateField(_("ngày nộp tiền"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    booked_at = models.DateTimeField(null=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    transfer = models.OneToOneField(
        InboundEvent, on_delete=models.PROTECT, null=True, related_name="remittance"
    )

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=("courier", "number"), name="a_courier_numbers_its_lists")
        ]

    def __str__(self) -> str:
        return f"{self.courier} {self.number}"


class LineFinding(models.TextChoices):
    """What comparing a line of a courier's list with the parcel has shown."""

    RIGHT = "right", _("Khớp")
    SHORT = "short", _("Thu thiếu")
    OVER = "over", _("Thu thừa")
    NOTHING = "nothing", _("Không thu")
    UNKNOWN = "unknown", _("Không có kiện này")
    NOT_AT_DOOR = "not-at-door", _("Kiện không trả khi nhận hàng")
    OTHER_COURIER = "other-courier", _("Kiện do nơi khác giao")
    NOT_SENT = "not-sent", _("Kiện chưa giao đi")
    TAKEN_BACK = "taken-back", _("Kiện đã trả về, không được thu")
    SETTLED = "settled", _("Kiện không còn nợ")


BOOKABLE = (LineFinding.RIGHT, LineFinding.SHORT, LineFinding.OVER)


class RemittanceLine(models.Model):
    """What a courier says of one parcel. Unit: whole đồng. ``finding`` is what was found when it was booked.

    ``inbound`` is the delivery that its money went in by; a line without one has paid for nothing.
    """

    remittance = models.ForeignKey(Remittance, on_delete=models.CASCADE, related_name="lines")
    parcel_code = models.CharField(_("mã kiện"), max_length=20)
    collected = models.BigIntegerField(_("đã thu"))
    fee = models.BigIntegerField(_("phí"), default=0)
    finding = models.CharField(max_length=13, choices=LineFinding, blank=True)
    expected = models.BigIntegerField(null=True)
    inbound = models.OneToOneField(
        InboundEvent, on_delete=models.PROTECT, null=True, related_name="remittance_line"
    )

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("remittance", "parcel_code"), name="a_parcel_stands_once_in_a_list"
            ),
            models.CheckConstraint(
                condition=models.Q(collected__gte=0, fee__gte=0), name="a_line_collects_or_not"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parcel_code}: {self.collected}"


class TerminalPayment(models.Model):
    """A card payment at a stall's own terminal, as its people entered it; never a number of a card. Append-only.

    Unit: whole đồng. ``reference`` stands on the terminal's slip. Somebody else may take it back: then it never was.
    """

    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="terminal_payments")
    parcel_code = models.CharField(_("mã kiện"), max_length=20)
    terminal = models.CharField(_("mã máy (TID)"), max_length=16)
    reference = models.CharField(_("mã giao dịch trên hóa đơn máy"), max_length=24)
    amount = models.BigIntegerField(_("số tiền"))
    paid_at = models.DateTimeField(_("lúc quẹt thẻ"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    inbound = models.OneToOneField(
        InboundEvent, on_delete=models.PROTECT, null=True, related_name="terminal_payment"
    )
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reversed_at = models.DateTimeField(null=True)
    reversal_reason = models.CharField(_("vì sao hủy"), max_length=255, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("terminal", "reference"),
                condition=Q(reversed_at=None),
                name="one_payment_per_terminal_reference",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="terminal_amount_positive"),
            models.CheckConstraint(
                condition=Q(reversed_by__isnull=True) | ~Q(reversed_by=F("entered_by")),
                name="terminal_payment_reversed_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount}"
