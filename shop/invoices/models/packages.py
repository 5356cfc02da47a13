"""Messages that carry many finished invoices: 203 (without code) and 206 (from a cash register)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative

from .invoice import Invoice


class PackageKind(models.TextChoices):
    """By the type of the message."""

    UNCODED = "203", _("Hóa đơn không mã")
    TILL = "206", _("Hóa đơn máy tính tiền")


class PackageStatus(models.TextChoices):
    """to sign → signed → sent → accepted | in part | rejected."""

    TO_SIGN = "to-issue", _("Đang đóng gói")
    SIGNED = "signed", _("Chưa gửi")
    SENT = "sent", _("Chờ cơ quan thuế")
    ACCEPTED = "accepted", _("Cơ quan thuế đã nhận")
    IN_PART = "in-part", _("Nhận một phần")
    REJECTED = "rejected", _("Bị từ chối")


class Package(models.Model):
    """One message of invoices of one seller. Met on the desk's screen of packages.

    Its invoices are fixed when it is made; its bytes stand in ``messages`` once it is signed, and from then on it is
    frozen (also a database trigger).
    """

    seller = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="packages")
    kind = models.CharField(_("loại"), max_length=3, choices=PackageKind)
    message_id = models.CharField(max_length=46, unique=True)
    status = models.CharField(
        _("tình trạng"), max_length=10, choices=PackageStatus, default=PackageStatus.TO_SIGN
    )
    rejection = models.TextField(_("lý do từ chối"), blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("gói hóa đơn")
        verbose_name_plural = _("gói hóa đơn")

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id[-8:]}"


class PackageRow(models.Model):
    """An invoice in a package. ``is_taken`` is what the authority decided; ``reasons`` says why not.

    A refused invoice may go in a further package; in an undecided one it stands only once.
    """

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="rows")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="package_rows")
    is_taken = models.BooleanField(_("được nhận"), null=True)
    reasons = models.TextField(_("lý do từ chối"), blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("package", "invoice"), name="once_in_a_package"),
            models.UniqueConstraint(
                fields=("invoice",), condition=Q(is_taken__isnull=True), name="in_one_open_package"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package} {self.invoice}"


class PackageMessage(models.Model):
    """A message of the exchange about a package, bytes as they went or came; write-once, 10 years."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="messages")
    message_type = models.CharField(max_length=3)
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("package", "sha256"), name="each_package_message_once"),
            models.UniqueConstraint(
                fields=("package",), condition=Q(message_type__in=PackageKind.values), name="one_package_sent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_type} {self.sha256[:8]}"


class TillCounter(models.Model):
    """The running number in the codes of a seller's cash registers, by year. The row's lock hands out numbers.

    It runs over all series and forms of the seller: the same five characters may serve several registers.
    """

    seller = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="till_counters")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("seller", "year"), name="one_till_counter_a_year")]

    def __str__(self) -> str:
        return f"{self.seller_id} {self.year}: {self.last}"
