"""The market's books: accounts, entries that balance, levies as dated data, and the transfers that pay stalls."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative, LegalForm


class AccountKind(models.TextChoices):
    """What an account holds. No ``choices`` of a column: another kind needs no migration."""

    BANK = "bank", _("Ngân hàng")
    PROVIDER = "provider", _("Tiền ở nơi thu hộ trên mạng")
    COURIER = "courier", _("Tiền bên giao hàng đang giữ")
    TERMINAL = "terminal", _("Thẻ quẹt ở gian hàng")
    DISPUTED = "disputed", _("Tiền thẻ đang bị khiếu nại")
    BUYERS = "buyers", _("Tiền của người mua")
    UNMATCHED = "unmatched", _("Tiền chưa rõ của ai")
    PENDING = "pending", _("Gian hàng: đang chờ")
    AVAILABLE = "available", _("Gian hàng: được chi")
    ON_WAY = "on-way", _("Gian hàng: đang chuyển")
    VAT = "vat", _("Thuế GTGT nộp thay")
    PIT = "pit", _("Thuế TNCN nộp thay")
    COMMISSION = "commission", _("Phí của chợ")
    PROMOTIONS = "promotions", _("Giảm giá chợ chịu")
    GOODWILL = "goodwill", _("Chợ bù cho người mua")
    FEES = "fees", _("Phí thu hộ")
    LOSSES = "losses", _("Khiếu nại thẻ: chợ chịu, chợ giữ")


STALL_KINDS = (AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.ON_WAY)


class Account(models.Model):
    """One page of the books. Shape: ``code`` says kind and owner, such as ``pending:12`` or ``courier:ghn``."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12)
    cooperative = models.ForeignKey(Cooperative, on_delete=models.PROTECT, null=True, related_name="accounts")

    class Meta:
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=STALL_KINDS, cooperative__isnull=False)
                | ~Q(kind__in=STALL_KINDS) & Q(cooperative__isnull=True),
                name="stalls_have_their_own_accounts",
            )
        ]

    def __str__(self) -> str:
        return self.code


class SourceType(models.TextChoices):
    """Which row an entry tells of; ``source_id`` is that row's key."""

    EVENT = "event", _("Khoản tiền")
    DELIVERY = "delivery", _("Tin báo tiền về")
    PARCEL = "parcel", _("Kiện hàng")
    ORDER = "order", _("Đơn hàng")
    PAYOUT = "payout", _("Khoản chi")
    DISPUTE = "dispute", _("Phần chịu khi thua khiếu nại thẻ")


class EntryKind(models.TextChoices):
    """Why money moved. Those of parcels and payouts stand on a stall's screen and statement."""

    CHARGED = "charged", _("Tiền vào")
    REFUNDED = "refunded", _("Hoàn tiền cho người mua")
    DISPUTED = "disputed", _("Chủ thẻ đòi lại")
    REVERSED = "reversed", _("Chủ thẻ trả lại")
    VOIDED = "voided", _("Hủy khoản đã ghi")
    UNMATCHED = "unmatched", _("Tiền chưa rõ của ai")
    MATCHED = "matched", _("Đã rõ của đơn nào")
    RETURNED = "returned", _("Đã trả người gửi")
    REMITTED = "remitted", _("Bên giao hàng nộp tiền")
    MADE_UP = "made-up", _("Chợ bù cho người mua")
    SOLD = "sold", _("Bán hàng")
    LESS = "less", _("Bớt tiền")
    MORE = "more", _("Thêm tiền")
    RELEASED = "released", _("Được chi")
    HELD = "held", _("Tạm giữ lại")
    ORDERED = "ordered", _("Lên lệnh chi")
    PAID = "paid", _("Đã chuyển cho gian hàng")
    CALLED_OFF = "called-off", _("Bỏ lệnh chi")
    CAME_BACK = "came-back", _("Tiền chi không tới")
    LOST = "lost", _("Chịu khiếu nại thẻ thua")
    WON_BACK = "won-back", _("Ngân hàng trả lại tiền khiếu nại thẻ")
    OWN_MONEY = "own-money", _("Chủ thẻ lấy lại tiền của mình")
    KEPT = "kept", _("Chợ giữ lại")


class Seal(models.Model):
    """That an entry is whole. The database writes it only beside an entry that balances, and takes no line after it.

    Every entry names its seal by a key that is checked when the transaction ends: without a seal nothing is committed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.id)


class JournalEntry(models.Model):
    """One movement of money with all its sides; append-only. Met on a stall's money and statement.

    ``turn`` counts what was posted about the same row: the n-th can be posted once, whoever tries. ``day`` is the day
    in Vietnam that it counts for; ``about`` what people call the row, such as a parcel's code.
    """

    source_type = models.CharField(max_length=8, choices=SourceType)
    source_id = models.BigIntegerField()
    turn = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=12, choices=EntryKind)
    about = models.CharField(max_length=40, blank=True)
    cooperative = models.ForeignKey(Cooperative, on_delete=models.PROTECT, null=True, related_name="entries")
    day = models.DateField()
    seal = models.OneToOneField(Seal, on_delete=models.PROTECT, related_name="entry")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("source_type", "source_id", "turn"), name="posted_once"),
            models.CheckConstraint(condition=Q(turn__gt=0), name="turns_count_from_one"),
        ]
        indexes = [models.Index(fields=("cooperative", "-id"), name="entries_of_a_stall")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class Line(models.Model):
    """One side of an entry; append-only. Unit: whole đồng, on one of the two sides."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines")
    debit = models.BigIntegerField(default=0)
    credit = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("entry", "account"), name="an_account_once_per_entry"),
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0), name="a_line_has_one_side"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.debit - self.credit}"


class OrderToSettle(models.Model):
    """When to look at an order's money again: at once after anything happened to it, or when a deadline ends.

    Written in the transaction of what happened; gone once nothing is to be expected any more.
    """

    order = models.OneToOneField("order.Order", on_delete=models.CASCADE, related_name="+")
    look_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.order_id} {self.look_at:%Y-%m-%d %H:%M}"


class Hold(models.Model):
    """A reason to keep the money of a consignment back, such as ``complaint:7``, until it is lifted."""

    consignment_id = models.BigIntegerField(db_index=True)
    reason = models.CharField(max_length=40)
    placed_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("consignment_id", "reason"), name="held_once_for_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.consignment_id} {self.reason}"


class LevyKind(models.TextChoices):
    """What is taken off a sale before a stall is paid."""

    COMMISSION = "commission", _("Phí của chợ")
    VAT = "vat", _("Thuế GTGT nộp thay")
    PIT = "pit", _("Thuế TNCN nộp thay")


class Levy(models.Model):
    """A rate from a day on, for one stall, else for a legal form, else for all; the last one entered counts.

    Unit: hundredths of a percent. Parcels keep the rate of the day on which they were ordered. Never changed: another
    row follows. Met on the operator's screen of rates.
    """

    kind = models.CharField(_("khoản"), max_length=10, choices=LevyKind)
    cooperative = models.ForeignKey(
        Cooperative, on_delete=models.PROTECT, null=True, blank=True, related_name="levies"
    )
    legal_form = models.CharField(_("loại hình"), max_length=12, choices=LegalForm, blank=True)
    basis_points = models.PositiveIntegerField(_("mức"))
    valid_from = models.DateField(_("từ ngày"))
    note = models.CharField(_("căn cứ"), max_length=255)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-valid_from", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(basis_points__lte=10_000), name="a_levy_takes_at_most_all"),
            models.CheckConstraint(
                condition=Q(cooperative__isnull=True) | Q(legal_form=""), name="a_levy_is_for_one_or_a_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.basis_points} {self.valid_from}"


class PayoutBatch(models.Model):
    """The transfers to stalls for a period: made by one person, approved by another. Met on the screen of payouts.

    Shape: ``left_out`` are ``[name, amount]`` of stalls with money but without an account that was checked.
    """

    first_day = models.DateField(_("từ ngày"))
    last_day = models.DateField(_("đến hết ngày"))
    left_out = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")),
                name="batch_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(dropped_at__isnull=True),
                name="batch_approved_or_dropped",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="somebody_approved_the_batch",
            ),
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="batch_has_a_period"),
        ]

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day}"

    @property
    def is_waiting(self) -> bool:
        """Whether a second person has to look at it."""
        return self.approved_at is None and self.dropped_at is None


class PayoutState(models.TextChoices):
    """made → approved → paid | failed; made → dropped. What failed may still arrive, what was paid may come back."""

    MADE = "made", _("Chờ duyệt")
    APPROVED = "approved", _("Đã duyệt, chờ chuyển")
    PAID = "paid", _("Đã chuyển")
    FAILED = "failed", _("Không tới, chi lại sau")
    DROPPED = "dropped", _("Đã bỏ")


class Payout(models.Model):
    """One transfer to one stall. ``code`` stands in its memo, so that the bank's message about it finds this row.

    The account is the one that was checked on the day of the batch. Unit: whole đồng.
    """

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="payouts")
    cooperative = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="payouts")
    code = models.CharField(max_length=12, unique=True)
    amount = models.BigIntegerField()
    bank_name = models.CharField(max_length=120)
    number = models.CharField(max_length=30)
    holder = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=PayoutState, default=PayoutState.MADE)
    bank_reference = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=255, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("batch", "cooperative"), name="a_stall_once_per_batch"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.amount}"
