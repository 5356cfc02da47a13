"""Photographs that people send in forms: checked before they are decoded, kept without the camera's notes."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.images import ImageFile
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative
from catalog.photographs import PhotographRefused, check, upright_jpeg

from .models import Licence, Picture
from .stall_collections import collection_of

REASONS = {
    "type": _("Tệp này không phải ảnh JPEG, PNG, WebP hay AVIF."),
    "heic": _("Ảnh HEIC của iPhone chợ chưa đọc được. Bạn chụp hoặc gửi ảnh JPEG nhé."),
    "pixels": _("Ảnh lớn quá 25 triệu điểm. Bạn chụp lại nhỏ hơn nhé."),
    "moves": _("Ảnh động không dùng được. Bạn chọn một ảnh thường nhé."),
    "broken": _("Tệp ảnh bị hỏng, không đọc được. Bạn chọn ảnh khác nhé."),
}


class PhotoField(forms.FileField):
    """One photograph of a phone. The value is a JPEG, upright, shrunk, without where it was taken.

    The size is looked at first, then the header; only then is anything decoded. SVG is no photograph.
    """

    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not upload:
            return None
        if upload.size > settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE:
            raise forms.ValidationError(_("Ảnh nặng quá 12 MB. Bạn chụp lại nhỏ hơn nhé."), code="size")
        content = upload.read()
        try:
            check(content)
            return upright_jpeg(content)
        except PhotographRefused as refused:
            raise forms.ValidationError(REASONS[refused.reason], code=refused.reason) from refused


class _SeveralInput(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(PhotoField):
    """Some photographs at once. The value is a list of JPEGs, see ``PhotoField``; empty where none was sent."""

    widget = _SeveralInput(attrs={**PhotoField.widget.attrs, "multiple": True})

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        sent = [upload for upload in data or [] if upload]
        if len(sent) > self.most:
            raise forms.ValidationError(
                _("Nhiều nhất %(most)d ảnh. Bạn chọn bớt nhé."), code="many", params={"most": self.most}
            )
        return [super(PhotosField, self).clean(upload, initial) for upload in sent]


def keep_photo(
    jpeg: bytes, *, title: str, cooperative: Cooperative, author: str = "", agreed: str = ""
) -> Picture:
    """The stall's photograph as one of our pictures, in its collection; without an ``author`` the stall is its author.

    ``agreed`` says when and how another author agreed. Writes: Picture and its file.
    """
    picture = Picture(
        title=title[:255],
        file=ImageFile(BytesIO(jpeg), name="anh.jpg"),
        author=(author or cooperative.name)[:120],
        licence=Licence.AGREED if author else Licence.OWN,
        rights_note=agreed[:300],
        cooperative=cooperative,
        collection=collection_of(cooperative),
    )
    picture.save()
    return picture
