"""Pictures of goods, stalls and stories: Wagtail's image with a ground colour to show while it loads."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files import File
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class Picture(AbstractImage):
    """A photograph or drawing. Met on every page; uploaded in the panel."""

    ground_colour = models.CharField(_("màu nền"), max_length=7, blank=True, editable=False)

    admin_form_fields = Image.admin_form_fields

    class Meta(AbstractImage.Meta):
        verbose_name = _("ảnh")
        verbose_name_plural = _("ảnh")
        permissions = [("choose_image", "Can choose image")]

    def generate_rendition_file(self, filter: Any, *, source: File[bytes] | None = None) -> File[bytes]:
        """The rendition in memory; Wagtail's own is a temporary file that nobody closes."""
        made = super().generate_rendition_file(filter, source=source)
        with made:
            made.seek(0)
            return File(BytesIO(made.read()), name=made.name)


class Rendition(AbstractRendition):
    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("image", "filter_spec", "focal_point_key"), name="one_rendition_per_filter"
            )
        ]
