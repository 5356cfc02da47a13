"""The form at the complaints door."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.certificates import public_certificates
from catalog.lot_codes import MistypedCode, grouped, read_code
from catalog.models import ApprovalState, Lot, ProductSheet
from shop.checkout.forms import PhoneField

from .models import ComplaintKind
from .services import Subject

LARGEST_ID = 2**63 - 1


class ReferenceField(forms.IntegerField):
    """An id out of a link; anything that is none counts as left out."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, min_value=1, max_value=LARGEST_ID)

    def clean(self, value: Any) -> int | None:
        try:
            found: int | None = super().clean(value)
        except forms.ValidationError:
            return None
        return found


class KeyField(forms.UUIDField):
    """The form's own key; a missing or spoiled one is replaced, so that nobody loses what they wrote."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> uuid.UUID:
        try:
            found: uuid.UUID | None = super().clean(value)
        except forms.ValidationError:
            found = None
        return found or uuid.uuid4()


class ComplaintForm(forms.Form):
    """What happened, to what, and how to reach the person (if at all)."""

    khoa = KeyField(required=False)
    giay = ReferenceField()
    mon = ReferenceField()
    loai = forms.ChoiceField(
        label=_("Bạn báo về việc gì"),
        choices=ComplaintKind.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Bạn chọn một việc nhé."),
            "invalid_choice": _("Bạn chọn một việc trong danh sách nhé."),
        },
    )
    lo = forms.CharField(
        label=_("Mã lô trên tem (nếu có)"),
        required=False,
        max_length=30,
        help_text=_("11 chữ và số dưới mã QR, ví dụ 7Q2MK-0T9XA-H."),
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    noi_dung = forms.CharField(
        label=_("Chuyện thế nào"),
        min_length=10,
        max_length=4000,
        help_text=_("Thấy gì, ở đâu, ngày nào. Báo về đơn hàng thì ghi cả số đơn."),
        widget=forms.Textarea({"rows": 6}),
        error_messages={
            "required": _("Bạn kể giúp chuyện thế nào nhé."),
            "min_length": _("Bạn kể rõ thêm một chút nhé, ít nhất một câu."),
            "max_length": _("Dài quá: nhiều nhất 4000 chữ cái."),
        },
    )
    dien_thoai = PhoneField(
        label=_("Số điện thoại (nếu muốn chợ gọi lại)"),
        required=False,
        max_length=30,
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    thu = forms.EmailField(
        label=_("Thư điện tử (nếu muốn nhận trả lời qua thư)"),
        required=False,
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"}),
        error_messages={"invalid": _("Địa chỉ thư chưa đúng, ví dụ ten@vidu.vn.")},
    )

    def clean_noi_dung(self) -> str:
        return unicodedata.normalize("NFC", self.cleaned_data["noi_dung"])

    def clean_lo(self) -> Lot | None:
        return _lot(self.cleaned_data["lo"])

    @property
    def subject(self) -> Subject:
        """What the cleaned fields point to; a link to something that is not public points to nothing."""
        fields = self.cleaned_data
        return subject_of(giay=fields.get("giay"), lot=fields.get("lo"), mon=fields.get("mon"))


def subject_of(*, giay: int | None, lot: Lot | None, mon: int | None) -> Subject:
    """The first of the three that the public may know of."""
    if giay:
        papers = public_certificates().select_related("sheet__product")
        if paper := papers.filter(pk=giay).first():
            return Subject(certificate=paper)
    if lot is not None:
        return Subject(lot=lot)
    if mon:
        sheets = ProductSheet.objects.filter(state=ApprovalState.APPROVED, product__is_public=True)
        if sheet := sheets.filter(product_id=mon).select_related("product").first():
            return Subject(sheet=sheet)
    return Subject()


def form_of_link(query: Any) -> tuple[ComplaintForm, Subject]:
    """An empty form for what a link names, with the kind that fits it already chosen."""
    try:
        lot = _lot(query.get("lo", ""))
    except forms.ValidationError:
        lot = None
    reference = ReferenceField()
    subject = subject_of(
        giay=reference.clean(query.get("giay")), lot=lot, mon=reference.clean(query.get("mon"))
    )
    kind = query.get("loai", "")
    if subject.certificate is not None:
        kind = ComplaintKind.CLAIM
    elif subject.lot is not None:
        kind = ComplaintKind.LOT
    elif subject.sheet is not None:
        kind = kind or ComplaintKind.GOODS
    initial = {
        "khoa": uuid.uuid4(),
        "giay": subject.certificate.pk if subject.certificate else None,
        "lo": grouped(subject.lot.code) if subject.lot else None,
        "mon": subject.sheet.product_id if subject.sheet else None,
        "loai": kind,
    }
    return ComplaintForm(initial=initial), subject


def _lot(text: str) -> Lot | None:
    """The lot with that code. Raises: ValidationError for one that was never given out."""
    if not text.strip():
        return None
    try:
        code = read_code(text)
    except MistypedCode as error:
        raise forms.ValidationError(
            _("Mã lô này không đúng. Bạn xem lại từng chữ, hoặc bỏ trống rồi kể ở dưới.")
        ) from error
    lot = Lot.objects.filter(code=code).select_related("sheet__product").first()
    if lot is None:
        raise forms.ValidationError(_("Chợ không có lô nào mang mã này. Bạn bỏ trống rồi kể ở dưới nhé."))
    return lot
