"""Pictures of goods, stalls and stories: Wagtail's image with a ground colour to show while it loads."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

from django.core.files import File
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.models import Collection

from catalog.models import Cooperative


class Licence(models.TextChoices):
    """Why a picture may be shown."""

    OWN = "own", _("Tự chụp, tự vẽ cho chợ hoặc cho gian hàng")
    AGREED = "agreed", _("Tác giả đồng ý cho dùng")
    OPEN = "open", _("Giấy phép mở (Creative Commons)")
    FREE = "free", _("Hết hạn bản quyền")


class Picture(AbstractImage):
    """A photograph or drawing, and whose it is. Met on every page; uploaded in the panel.

    Shape: ``cooperative`` None means the whole market may use it; ``usable_until`` None means for good. What an editor
    shows needs its rights first (``shop.panel.picture_rights``, docs/decisions/0041).
    """

    ground_colour = models.CharField(_("màu nền"), max_length=7, blank=True, editable=False)
    author = models.CharField(_("người chụp, người vẽ"), max_length=120, blank=True)
    licence = models.CharField(_("vì sao được dùng"), max_length=6, choices=Licence, blank=True)
    rights_note = models.CharField(
        _("ai đồng ý, giấy ở đâu"),
        max_length=300,
        blank=True,
        help_text=_("Tên giấy phép, ngày tác giả đồng ý, và người trong ảnh đã đồng ý chưa."),
    )
    source = models.CharField(_("lấy ở đâu"), max_length=300, blank=True)
    cooperative = models.ForeignKey(
        Cooperative,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="pictures",
        verbose_name=_("chỉ gian hàng này dùng"),
    )
    usable_until = models.DateField(_("dùng đến hết ngày"), null=True, blank=True)

    rights_fields = ("author", "licence", "rights_note", "source", "cooperative", "usable_until")
    admin_form_fields = (*Image.admin_form_fields, *rights_fields)

    class Meta(AbstractImage.Meta):
        verbose_name = _("ảnh")
        verbose_name_plural = _("ảnh")
        permissions = [("choose_image", "Can choose image")]

    def missing_rights(self, day: dt.date) -> list[str]:
        """The fields without which the picture may not be shown on that day; empty when it may."""
        needed = ["author", "licence"]
        if self.licence in (Licence.AGREED, Licence.OPEN):
            needed.append("rights_note")
        if self.licence in (Licence.OPEN, Licence.FREE):
            needed.append("source")
        missing = [name for name in needed if not getattr(self, name)]
        if self.usable_until and self.usable_until < day:
            missing.append("usable_until")
        return missing

    def generate_rendition_file(self, filter: Any, *, source: File[bytes] | None = None) -> File[bytes]:
        """The rendition in memory; Wagtail's own is a temporary file that nobody closes."""
        made = super().generate_rendition_file(filter, source=source)
        with made:
            made.seek(0)
            return File(BytesIO(made.read()), name=made.name)


class StallCollection(models.Model):
    """Which of Wagtail's collections holds what a stall uploads (``stall_collections``)."""

    cooperative = models.OneToOneField(Cooperative, on_delete=models.CASCADE, related_name="own_collection")
    collection = models.OneToOneField(Collection, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.collection)


class Rendition(AbstractRendition):
    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("image", "filter_spec", "focal_point_key"), name="one_rendition_per_filter"
            )
        ]
