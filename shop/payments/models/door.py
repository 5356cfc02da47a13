"""Paying on receipt: the operator's rules, couriers' lists of what they collected, and stalls' card terminals."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .attempts import InboundEvent, PaymentAttempt


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


ANY_COURIER = ("own", "collection", "vnpost", "ems", "ghn", "ghtk", "viettel_post")
"""Until the operator says otherwise."""


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
