"""Papers that applicants send: photographs, or PDF as offices send them. Of a PDF nothing is rendered or run here."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.images.uploads import PhotoField, PhotosField

MOST_BYTES = 10 * 1024 * 1024
MOST_PAGES = 40
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")


def is_pdf(content: bytes) -> bool:
    """Whether the bytes begin as a PDF does (ISO 32000-1, 7.5.2), whatever the file is called."""
    return content.startswith(b"%PDF-")


class PapersField(PhotosField):
    """Some photographs and PDFs at once. The value is a list of JPEGs and of PDFs as they came.

    Refused: a PDF that is too heavy, cut off, locked by a password, or has more pages than anybody reads; pages inside
    compressed objects are not counted, nothing is unpacked.
    """

    widget = type(PhotosField.widget)(
        attrs={**PhotosField.widget.attrs, "accept": f"{PhotoField.widget.attrs['accept']},application/pdf"}
    )

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        sent = [upload for upload in data or [] if upload]
        if len(sent) > self.most:
            raise forms.ValidationError(
                _("Nhiều nhất %(most)d tệp. Bạn chọn bớt nhé."), code="many", params={"most": self.most}
            )
        return [content for upload in sent for content in self._read(upload)]

    def _read(self, upload: Any) -> list[bytes]:
        return [_pdf(upload)] if _begins(upload) else super().clean([upload])


def _begins(upload: Any) -> bool:
    head = upload.read(5)
    upload.seek(0)
    return is_pdf(head)


def _pdf(upload: Any) -> bytes:
    if upload.size > MOST_BYTES:
        raise forms.ValidationError(
            _("Tệp PDF nặng quá 10 MB. Bạn chụp ảnh từng trang giúp nhé."), code="size"
        )
    content: bytes = upload.read()
    if b"%%EOF" not in content[-2048:]:
        raise forms.ValidationError(_("Tệp PDF bị thiếu phần cuối. Bạn gửi lại tệp đủ nhé."), code="broken")
    if b"/Encrypt" in content:
        raise forms.ValidationError(
            _("Tệp PDF có mật khẩu, chợ không mở được. Bạn bỏ mật khẩu hoặc chụp ảnh nhé."), code="locked"
        )
    if len(_PAGE.findall(content)) > MOST_PAGES:
        raise forms.ValidationError(
            _("Tệp PDF dài quá 40 trang. Bạn chỉ gửi những trang cần nhé."), code="pages"
        )
    return content
