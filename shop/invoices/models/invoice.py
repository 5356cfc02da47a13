"""Invoices, their series, and the archive of signed bytes and messages.

Source: Decree 254/2026/NĐ-CP, Circular 91/2026/TT-BTC, Decision 1271/QĐ-CT.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative
from shop.invoices.roads import Road, road_of

from .registers import SalesChannel


class InvoiceSeries(models.Model):
    """*Ký hiệu*: form + symbol of one seller. The row's lock hands out gapless numbers."""

    seller = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="invoice_series")
    form = models.PositiveSmallIntegerField(_("mẫu số"))
    symbol = models.CharField(_("ký hiệu"), max_length=6)
    last_number = models.PositiveIntegerField(default=0)
    last_issued_on = models.DateField(null=True)
    is_unchecked = models.BooleanField(
        _("chưa đối chiếu số sau khi phục hồi dữ liệu"), default=False
    )  # set by a restore: the authority may know higher numbers than this database

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("seller", "form", "symbol"), name="one_row_per_series")
        ]
        verbose_name = _("ký hiệu hóa đơn")
        verbose_name_plural = _("ký hiệu hóa đơn")

    def __str__(self) -> str:
        return f"{self.form}{self.symbol}"

    @property
    def road(self) -> Road:
        """How its invoices reach the authority."""
        return road_of(self.symbol)


class InvoiceStatus(models.TextChoices):
    """to issue → signed (numbered) → sent → accepted | rejected."""

    TO_ISSUE = "to-issue", _("Cần lập")
    SIGNED = "signed", _("Đã ký, chưa gửi")
    SENT = "sent", _("Chờ cơ quan thuế")
    ACCEPTED = "accepted", _("Đã cấp mã")
    REJECTED = "rejected", _("Bị từ chối")


PACKAGE_STATES = {
    InvoiceStatus.SIGNED: _("Đã lập, chưa gửi cơ quan thuế"),
    InvoiceStatus.ACCEPTED: _("Cơ quan thuế đã nhận"),
}
"""Other words for the states of an invoice that the authority gives no code."""


class InvoiceKind(models.TextChoices):
    """What an invoice is to the others of its consignment. There is no cancelled one: the law knows none."""

    ORIGINAL = "original", _("Hóa đơn gốc")
    ADJUSTMENT = "adjustment", _("Hóa đơn điều chỉnh")
    REPLACEMENT = "replacement", _("Hóa đơn thay thế")


class CorrectionCause(models.TextChoices):
    ERROR = "error", _("Lập sai")
    RETURN = "return", _("Hàng trả lại")


class Invoice(models.Model):
    """One invoice of one consignment; the seller is the cooperative. Met in the staff's queue and at /hoa-don/.

    Shape: ``sale`` is the snapshot ``shop.invoices.sales.SaleRecord`` of what was sold; the VAT rates are chosen
    on the day of issue and stand in the signed XML. Unit: whole đồng.
    ``rates_used`` names for each line the row of the VAT table that was applied.
    ``channel`` decides the series; an invoice of the till has its ``authority_code`` from the start.
    A correction is a further row: it ``corrects`` another, and ``outcome`` is the sale as it stands with it.
    Issued means frozen: a numbered row's sale, number and total never change (also a database trigger).
    """

    seller = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="invoices")
    source_reference = models.CharField(_("mã kiện"), max_length=20, db_index=True)
    kind = models.CharField(_("loại"), max_length=12, choices=InvoiceKind, default=InvoiceKind.ORIGINAL)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    cause = models.CharField(_("nguyên do"), max_length=6, choices=CorrectionCause, blank=True)
    reason = models.CharField(_("lý do"), max_length=255, blank=True)
    channel = models.CharField(_("kênh bán"), max_length=4, choices=SalesChannel, default=SalesChannel.WEB)
    outcome = models.JSONField(null=True, blank=True)
    rates_used = models.JSONField(null=True, blank=True)
    delegation = models.ForeignKey(
        "invoices.Delegation", on_delete=models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    status = models.CharField(
        _("tình trạng"), max_length=10, choices=InvoiceStatus, default=InvoiceStatus.TO_ISSUE
    )
    sale = models.JSONField()
    total_amount = models.BigIntegerField(_("tổng tiền"))
    buyer_name = models.CharField(_("người mua"), max_length=400)
    deliver_to = models.EmailField(_("gửi tới"), max_length=254, blank=True)
    language = models.CharField(max_length=5, default="vi")
    series = models.ForeignKey(InvoiceSeries, on_delete=models.PROTECT, null=True, related_name="invoices")
    number = models.PositiveIntegerField(_("số"), null=True)
    issued_on = models.DateField(_("ngày lập"), null=True)
    lookup_code = models.CharField(_("mã tra cứu"), max_length=16, unique=True)
    authority_code = models.CharField(_("mã của cơ quan thuế"), max_length=34, blank=True)
    rejection = models.TextField(_("lý do từ chối"), blank=True)
    message_id = models.CharField(max_length=46, blank=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "pk")
        verbose_name = _("hóa đơn")
        verbose_name_plural = _("hóa đơn")
        # PostgreSQL has more for the desk's search (migration 0008).
        indexes = [
            models.Index(fields=("created_at", "id"), name="invoices_by_time"),
            models.Index(fields=("status", "created_at", "id"), name="invoices_by_state"),
            models.Index(fields=("seller", "status"), name="invoices_by_seller"),
            models.Index(fields=("issued_on", "status", "total_amount"), name="invoices_by_day"),
            models.Index(fields=("number",), name="invoices_by_number"),
            models.Index(fields=("total_amount",), name="invoices_by_amount"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("series", "number"), name="one_invoice_per_number"),
            models.UniqueConstraint(
                fields=("source_reference",),
                condition=Q(kind="original"),
                name="one_original_per_consignment",
            ),
            models.UniqueConstraint(
                fields=("corrects",), condition=Q(kind="replacement"), name="replaced_only_once"
            ),
            models.UniqueConstraint(
                fields=("corrects",), condition=Q(status="to-issue"), name="one_correction_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(kind="original", corrects__isnull=True, outcome__isnull=True)
                | (~Q(kind="original") & Q(corrects__isnull=False, outcome__isnull=False)),
                name="corrections_name_what_they_correct",
            ),
            models.CheckConstraint(
                condition=Q(status="to-issue", number__isnull=True, series__isnull=True)
                | (
                    ~Q(status="to-issue")
                    & Q(number__isnull=False, series__isnull=False, issued_on__isnull=False)
                ),
                name="issued_means_numbered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series} số {self.number}" if self.number else self.source_reference

    @property
    def road(self) -> Road:
        """How it reaches the authority; a draft is taken for an ordinary one."""
        return self.series.road if self.series else Road.CODED

    @property
    def state_label(self) -> str:
        """Its state in words that fit its road."""
        own = PACKAGE_STATES.get(InvoiceStatus(self.status)) if self.road.is_package else None
        return str(own or self.get_status_display())

    @property
    def is_lawful(self) -> bool:
        """Whether it may be handed out: with the authority's code, or, where none is given, once it is issued."""
        if self.road.is_package:
            return self.status in (InvoiceStatus.SIGNED, InvoiceStatus.SENT, InvoiceStatus.ACCEPTED)
        return self.status == InvoiceStatus.ACCEPTED


class DocumentKind(models.TextChoices):
    SIGNED = "signed", _("Hóa đơn đã lập")
    NOTICE = "notice", _("Thông báo 04/SS đã ký")
    LIST = "list", _("Bảng kê 01/BK-ĐCTT đã ký")
    CODED = "coded", _("Hóa đơn đã cấp mã")
    SENT_MESSAGE = "sent", _("Thông điệp gửi đi")
    RECEIVED_MESSAGE = "received", _("Thông điệp nhận về")


class InvoiceDocument(models.Model):
    """Bytes kept as they were signed, sent or received; write-once (model and database trigger), 10 years."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=8, choices=DocumentKind)
    message_type = models.CharField(max_length=3, blank=True)
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("invoice", "kind"),
                condition=Q(kind__in=("signed", "coded")),
                name="one_signed_form_each",
            ),
            models.UniqueConstraint(fields=("invoice", "kind", "sha256"), name="each_message_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:8]}"


class OfficialNumber(models.Model):
    """The place that a provider gave an invoice in its books: what the lawful document prints. Write-once.

    Our own series and number stay the key of our records; a provider numbers by itself.
    """

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="official")
    seller = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=1)
    series = models.CharField(max_length=6)
    number = models.PositiveIntegerField()
    lookup_code = models.CharField(max_length=50, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("seller", "form", "series", "number"), name="one_invoice_per_official_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form}{self.series} số {self.number}"
