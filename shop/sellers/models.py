"""Who comes to sell: applications, invitations into a stall, stalls that are stopped, and what was taken down."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Commune, Cooperative, LegalForm, MemberRole, ProductSheet
from cms.models import StoryPage


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def standing(self, now: dt.datetime | None = None) -> InvitationQuerySet:
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now or timezone.now())


class Invitation(models.Model):
    """A link that lets one person into one stall, once. Met on the panel's page of the team, and behind the link.

    Shape: exactly one of ``email`` and ``phone``, as log-ins are written; of the link's token only the SHA-256 is kept,
    so that nobody who reads the database gets in.
    """

    cooperative = models.ForeignKey(Cooperative, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(_("vai trò"), max_length=10, choices=MemberRole)
    email = models.EmailField(_("thư điện tử"), max_length=254, blank=True)
    phone = models.CharField(_("số điện thoại"), max_length=20, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("dùng được đến"))
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("lời mời")
        verbose_name_plural = _("lời mời")
        constraints = [
            models.CheckConstraint(
                condition=(Q(email="") & ~Q(phone="")) | (~Q(email="") & Q(phone="")),
                name="invited_by_one_way",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact} · {self.cooperative}"

    @property
    def contact(self) -> str:
        """Where the link was sent."""
        return self.email or self.phone

    @property
    def is_standing(self) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at > timezone.now()


class ApplicationStatus(models.TextChoices):
    """submitted ⇄ asked → approved | refused."""

    SUBMITTED = "submitted", _("Chờ chợ xem")
    ASKED = "asked", _("Chờ người gửi trả lời")
    APPROVED = "approved", _("Đã nhận vào bán")
    REFUSED = "refused", _("Không nhận")


OPEN_STATUSES = (ApplicationStatus.SUBMITTED, ApplicationStatus.ASKED)


class CheckItem(models.TextChoices):
    """What the operator has to have seen before a seller is let in.

    Source: E-commerce Law 122/2025/QH15 art. 12, 14, 15, 17 (a platform verifies its sellers before they sell); until
    electronic authentication is mandatory (Decree 248/2026/NĐ-CP art. 52.2: 1 January 2027) by hand, with a record.
    """

    REGISTRY = "registry", _("Mã số thuế, tên và người đại diện khớp với cổng thông tin của cơ quan thuế")
    PAPERS = "papers", _("Giấy đăng ký đọc rõ, còn hiệu lực, đúng tên")
    CONTACT = "contact", _("Đã gọi số điện thoại, gặp đúng người đại diện")
    BANK = "bank", _("Tên chủ tài khoản do ngân hàng báo khớp với tên người bán")


class Application(models.Model):
    """A cooperative, group or household that wants to sell. Met at ``/ban-hang/``, on its status page (a signed link),
    and in the operator's queue.

    Shape: one open application, and one stall, for each tax code. Idempotent: by ``sent_key``, which the form carries.
    """

    sent_key = models.UUIDField(unique=True)
    legal_form = models.CharField(_("loại hình"), max_length=12, choices=LegalForm)
    name = models.CharField(_("tên gọi"), max_length=120)
    legal_name = models.CharField(_("tên pháp lý"), max_length=400)
    tax_code = models.CharField(_("mã số thuế"), max_length=14)
    representative = models.CharField(_("người đại diện"), max_length=120)
    phone = models.CharField(_("điện thoại"), max_length=20)
    email = models.EmailField(_("thư điện tử"), max_length=50)
    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(_("địa chỉ"), max_length=400)
    bank_name = models.CharField(_("ngân hàng"), max_length=120)
    bank_account = models.CharField(_("số tài khoản"), max_length=30)
    bank_holder = models.CharField(_("tên chủ tài khoản"), max_length=120)
    goods = models.CharField(_("muốn bán gì"), max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=ApplicationStatus, default=ApplicationStatus.SUBMITTED)
    received_at = models.DateTimeField(_("nhận lúc"), default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    cooperative = models.OneToOneField(
        Cooperative, on_delete=models.PROTECT, null=True, blank=True, related_name="application"
    )

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("đơn xin bán hàng")
        verbose_name_plural = _("đơn xin bán hàng")
        constraints = [
            models.UniqueConstraint(
                fields=("tax_code",),
                condition=Q(status__in=("submitted", "asked")),
                name="one_open_application_per_tax_code",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.tax_code})"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for the market or its sender."""
        return self.status in OPEN_STATUSES


def private_applications() -> Storage:
    """Photographs of papers: for the operator alone."""
    return FileSystemStorage(location=settings.PRIVATE_DIR / "applications", base_url=None)


def application_photo_name(photo: Any, _filename: str) -> str:
    """A name that tells nothing and cannot be guessed."""
    return f"{secrets.token_hex(16)}.{'pdf' if photo.is_pdf else 'jpg'}"


class ApplicationPhoto(models.Model):
    """A photograph of a paper, upright and without what the camera wrote beside it; or a PDF, kept as it was sent."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="photos")
    photo = models.FileField(storage=private_applications, upload_to=application_photo_name)
    is_pdf = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.photo)


class ApplicationCheck(models.Model):
    """One item that a person has checked, with what was seen; append-only (trigger)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="checks")
    item = models.CharField(max_length=10, choices=CheckItem)
    note = models.CharField(_("đã thấy gì"), max_length=300)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("application", "item"), name="checked_once")]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.item}"


class NoteKind(models.TextChoices):
    QUESTION = "question", _("Chợ hỏi")
    ANSWER = "answer", _("Người gửi trả lời")
    APPROVED = "approved", _("Chợ nhận")
    REFUSED = "refused", _("Chợ không nhận")


class ApplicationNote(models.Model):
    """What the market and the applicant said to each other; append-only (trigger)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=10, choices=NoteKind)
    text = models.CharField(_("nội dung"), max_length=2000, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.application_id} · {self.kind}"


class AccountStatus(models.TextChoices):
    """waiting → in force → replaced; waiting → refused | replaced."""

    WAITING = "waiting", _("Chờ chợ kiểm tên")
    IN_FORCE = "in-force", _("Đang dùng")
    REPLACED = "replaced", _("Đã thay")
    REFUSED = "refused", _("Không nhận")


class BankAccount(models.Model):
    """An account to which a stall's money goes, once somebody of the market has seen whose name the bank tells.

    Met on the manager's page of the account, and in the operator's list of accounts to be checked. Shape: of a stall at
    most one waits and one is in force; that one also stands on the stall itself, for its invoices. ``entered_by`` is
    None for the account of an application. ``seen_name``: the holder as the bank tells; ``reason``: why it was refused.
    """

    cooperative = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="bank_accounts")
    bank_name = models.CharField(_("ngân hàng"), max_length=120)
    number = models.CharField(_("số tài khoản"), max_length=30)
    holder = models.CharField(_("tên chủ tài khoản"), max_length=120)
    status = models.CharField(max_length=8, choices=AccountStatus, default=AccountStatus.WAITING)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    entered_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    seen_name = models.CharField(_("tên ngân hàng báo"), max_length=300, blank=True)
    reason = models.CharField(_("lý do"), max_length=500, blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("tài khoản nhận tiền")
        verbose_name_plural = _("tài khoản nhận tiền")
        constraints = [
            models.UniqueConstraint(
                fields=("cooperative",), condition=Q(status="waiting"), name="one_account_waits"
            ),
            models.UniqueConstraint(
                fields=("cooperative",), condition=Q(status="in-force"), name="one_account_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_name} {self.number} {self.holder}"


class Ground(models.TextChoices):
    """Why a stall is stopped. Source: as for ``suspensions``."""

    AUTHORITY = "authority", _("Cơ quan nhà nước yêu cầu: ngừng ngay, chậm nhất 24 giờ")
    RULES = "rules", _("Trái quy chế của chợ: báo trước ít nhất 5 ngày")


class Suspension(models.Model):
    """A stall stopped by the operator: its goods leave the shop at ``effective_at``; what is ordered is still packed.

    Met on the operator's page of the stall. ``applied_at``: when the goods went; ``was_open``: whether it sold
    until then; ``order_number`` and ``order_date`` those of the authority's document (older rows have no date).
    Who decided what, and why, is never changed (database trigger).
    """

    cooperative = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="suspensions")
    ground = models.CharField(_("căn cứ"), max_length=10, choices=Ground)
    order_number = models.CharField(_("số văn bản"), max_length=120, blank=True)
    order_date = models.DateField(_("ngày của văn bản"), null=True, blank=True)
    reason = models.CharField(_("lý do"), max_length=500)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(default=timezone.now)
    effective_at = models.DateTimeField(_("có hiệu lực"))
    applied_at = models.DateTimeField(null=True, blank=True)
    was_open = models.BooleanField(default=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lift_reason = models.CharField(_("vì sao cho bán lại"), max_length=500, blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("lần ngừng gian hàng")
        verbose_name_plural = _("lần ngừng gian hàng")
        constraints = [
            models.UniqueConstraint(
                fields=("cooperative",), condition=Q(lifted_at=None), name="one_suspension_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cooperative} · {self.ground}"


class TakenKind(models.TextChoices):
    """What can be taken down one by one."""

    PRODUCT = "product", _("Món hàng")
    STORY = "story", _("Chuyện")


class Takedown(models.Model):
    """A product or a story that the operator took out of the shop; met on its own screen and in the log.

    Shape: ``title`` as it was called that day, ``state_before`` the product's step of approval, ``revisions`` what was
    public of the story in each language, to be published again, ``story_key`` what its languages share. ``sheet`` or
    ``story`` empties when the thing is deleted; the row stays.
    Who decided what, and why, is never changed (database trigger).
    """

    kind = models.CharField(_("loại"), max_length=8, choices=TakenKind)
    sheet = models.ForeignKey(
        ProductSheet, on_delete=models.SET_NULL, null=True, blank=True, related_name="takedowns"
    )
    story = models.ForeignKey(
        StoryPage, on_delete=models.SET_NULL, null=True, blank=True, related_name="takedowns"
    )
    story_key = models.UUIDField(null=True, blank=True)
    title = models.CharField(_("tên"), max_length=255)
    cooperative = models.ForeignKey(
        Cooperative, on_delete=models.PROTECT, null=True, blank=True, related_name="takedowns"
    )
    ground = models.CharField(_("căn cứ"), max_length=10, choices=Ground)
    order_number = models.CharField(_("số văn bản"), max_length=120, blank=True)
    order_date = models.DateField(_("ngày của văn bản"), null=True, blank=True)
    reason = models.CharField(_("lý do"), max_length=500)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(default=timezone.now)
    state_before = models.CharField(max_length=10, blank=True)
    revisions = models.JSONField(default=list, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lift_reason = models.CharField(_("vì sao cho hiện lại"), max_length=500, blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("lần gỡ")
        verbose_name_plural = _("lần gỡ")
        constraints = [
            models.UniqueConstraint(
                fields=("sheet",), condition=Q(lifted_at=None), name="product_taken_down_once"
            ),
            models.UniqueConstraint(
                fields=("story_key",), condition=Q(lifted_at=None), name="story_taken_down_once"
            ),
            models.CheckConstraint(
                condition=Q(ground="rules") | (~Q(order_number="") & Q(order_date__isnull=False)),
                name="order_is_named",
            ),
        ]
        indexes = [models.Index(fields=("-decided_at",), name="taken_down_by_moment")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.title}"
