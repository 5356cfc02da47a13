"""What a certificate and every other paper have in common: evidence, who checked it, and the record of acts."""

from __future__ import annotations

import secrets
from typing import Any, Self

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.ocop import Stage
from catalog.validity import PROVING_GRADES


class EvidenceGrade(models.TextChoices):
    """How well a paper is proven; only A and B1 may show in public."""

    A = "A", _("Quyết định có chữ ký")
    B1 = "B1", _("Báo nhà nước hoặc cổng thông tin xác nhận")
    B2 = "B2", _("Mới đề nghị")
    C = "C", _("Người bán tự khai")


class CheckState(models.TextChoices):
    """How far the market's check has come; follows from the columns, stored nowhere."""

    WAITING = "waiting", _("Chờ kiểm")
    RETURNED = "returned", _("Cần sửa lại")
    CHECKED = "checked", _("Đã kiểm")
    WITHDRAWN = "withdrawn", _("Đã thu hồi")


# What waits for somebody stands first in a list; the place is ``ProofQuerySet.with_urgency``.
URGENCY = (CheckState.RETURNED, CheckState.WAITING, CheckState.CHECKED, CheckState.WITHDRAWN)

STAGE_WORDS = {
    Stage.TO_COME: _("Chưa tới ngày"),
    Stage.VALID: _("Còn giá trị"),
    Stage.RENEWAL_OPEN: _("Sắp hết hạn"),
    Stage.RENEWAL_LATE: _("Sắp hết hạn"),
    Stage.EXTENDED: _("Đang chờ xét lại"),
    Stage.EXPIRED: _("Hết hạn"),
    Stage.WITHDRAWN: _("Đã thu hồi"),
}


def private_papers() -> Storage:
    """Photographs as they were sent, which may show more than the public should see."""
    return FileSystemStorage(location=settings.PRIVATE_DIR / "papers", base_url=None)


def photo_name(_proof: Any, _filename: str) -> str:
    """A name that tells nothing and cannot be guessed."""
    return f"{secrets.token_hex(16)}.jpg"


class ProofQuerySet(models.QuerySet[Any]):
    def proven(self) -> Self:
        """Those that a person has checked against good evidence, whatever became of them since."""
        return self.filter(evidence_grade__in=PROVING_GRADES, verified_at__isnull=False)

    def in_check(self, state: str) -> Self:
        """``Proof.check_state`` in SQL."""
        return {
            CheckState.WAITING: self.filter(
                withdrawn_on__isnull=True, verified_at__isnull=True, return_reason=""
            ),
            CheckState.RETURNED: self.filter(withdrawn_on__isnull=True, verified_at__isnull=True).exclude(
                return_reason=""
            ),
            CheckState.CHECKED: self.filter(withdrawn_on__isnull=True, verified_at__isnull=False),
            CheckState.WITHDRAWN: self.filter(withdrawn_on__isnull=False),
        }[CheckState(state)]

    def with_urgency(self) -> Self:
        """``urgency``: the place of ``Proof.check_state`` in URGENCY."""
        state = models.Case(
            models.When(withdrawn_on__isnull=False, then=URGENCY.index(CheckState.WITHDRAWN)),
            models.When(verified_at__isnull=False, then=URGENCY.index(CheckState.CHECKED)),
            models.When(return_reason="", then=URGENCY.index(CheckState.WAITING)),
            default=URGENCY.index(CheckState.RETURNED),
            output_field=models.SmallIntegerField(),
        )
        return self.annotate(urgency=state)


class Proof(models.Model):
    """Evidence, scan, check and withdrawal of a paper.

    ``photo`` is private, as the cooperative sent it; ``scan`` is public, and only what the market has looked at.
    """

    evidence_grade = models.CharField(_("mức chứng cứ"), max_length=2, choices=EvidenceGrade)
    source_url = models.URLField(_("nơi đăng công khai"), max_length=300, blank=True)
    photo = models.FileField(_("ảnh gửi lên"), storage=private_papers, upload_to=photo_name, blank=True)
    scan = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ảnh chụp giấy"),
    )  # in public: only what the authority itself hands out
    return_reason = models.CharField(_("cần sửa gì"), max_length=300, blank=True)
    withdrawn_on = models.DateField(_("ngày thu hồi"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField(_("kiểm tra lúc"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def stage_words(self) -> str:
        """Where it stands today, for people."""
        stage: Stage = self.stage  # type: ignore[attr-defined]  # each paper has its own rule
        return str(STAGE_WORDS[stage])

    @property
    def check_state(self) -> CheckState:
        if self.withdrawn_on is not None:
            return CheckState.WITHDRAWN
        if self.verified_at is not None:
            return CheckState.CHECKED
        return CheckState.RETURNED if self.return_reason else CheckState.WAITING


class ProofAct(models.TextChoices):
    ADDED = "added", _("Thêm vào sổ")
    EDITED = "edited", _("Sửa")
    RETURNED = "returned", _("Gửi lại để sửa")
    VERIFIED = "verified", _("Kiểm xong")
    EXTENDED = "extended", _("Cho dùng tiếp")
    WITHDRAWN = "withdrawn", _("Thu hồi")


class ProofEvent(models.Model):
    """One act on a certificate or a paper, by whom and when; append-only (trigger)."""

    certificate = models.ForeignKey(
        "catalog.Certificate", on_delete=models.PROTECT, null=True, related_name="events"
    )
    paper = models.ForeignKey("catalog.Paper", on_delete=models.PROTECT, null=True, related_name="events")
    act = models.CharField(_("việc"), max_length=9, choices=ProofAct)
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("việc đã làm với giấy")
        verbose_name_plural = _("việc đã làm với giấy")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(certificate__isnull=True) ^ models.Q(paper__isnull=True),
                name="an_act_is_on_one_proof",
            )
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id or self.paper_id} · {self.act}"
