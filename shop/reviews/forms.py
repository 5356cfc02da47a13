"""The form with which a buyer reviews goods."""

from __future__ import annotations

import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.images.uploads import PhotosField

MOST_PHOTOS = 3
POINTS = [
    ("5", _("5 điểm: rất ưng")),
    ("4", _("4 điểm: ưng")),
    ("3", _("3 điểm: tạm được")),
    ("2", _("2 điểm: chưa ưng")),
    ("1", _("1 điểm: thất vọng")),
]


class ReviewForm(forms.Form):
    diem = forms.TypedChoiceField(
        label=_("Bạn cho mấy điểm?"),
        choices=POINTS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Bạn chọn số điểm nhé."),
            "invalid_choice": _("Bạn chọn từ 1 đến 5 điểm nhé."),
        },
    )
    loi = forms.CharField(
        label=_("Món này thế nào?"),
        min_length=10,
        max_length=2000,
        help_text=_("Ngon, tươi, đúng như giới thiệu không? Đừng ghi tên, số điện thoại của ai."),
        widget=forms.Textarea({"rows": 5}),
        error_messages={
            "required": _("Bạn viết vài lời nhé."),
            "min_length": _("Bạn viết rõ thêm một chút nhé."),
            "max_length": _("Dài quá: nhiều nhất 2000 chữ cái."),
        },
    )
    anh = PhotosField(
        label=_("Ảnh chụp (nếu có)"),
        most=MOST_PHOTOS,
        required=False,
        help_text=_("Nhiều nhất 3 ảnh, ai cũng xem được. Chợ bỏ thông tin nơi chụp trong ảnh."),
    )

    def clean_loi(self) -> str:
        return unicodedata.normalize("NFC", self.cleaned_data["loi"])
