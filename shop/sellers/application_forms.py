"""What an applicant tells."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import LegalForm
from shop.checkout.forms import PhoneField, PlainField, ReceiverForm, as_tax_code
from shop.invoices.tax_codes import is_tax_code

from .papers import PapersField

MOST_PHOTOS = 6


def _line(label: Any, required: Any, most: int, **attrs: str) -> PlainField:
    return PlainField(
        label=label,
        max_length=most,
        widget=forms.TextInput(attrs),
        error_messages={"required": required, "max_length": _("Dài quá. Bạn viết ngắn hơn nhé.")},
    )


def account_number(text: str) -> str:
    """Its digits alone. Raises: ValidationError for what is no number of an account."""
    number = "".join(sign for sign in text if sign not in " .-")
    if not (number.isascii() and number.isdecimal() and len(number) >= 6):
        raise forms.ValidationError(_("Số tài khoản chỉ có chữ số, ít nhất 6 số."), code="invalid")
    return number


class ApplicationForm(ReceiverForm):
    """Who sells, where, and to which account money goes. Province and commune as at the checkout."""

    field_order = (
        "legal_form", "name", "legal_name", "tax_code", "representative", "phone", "email",
        "province", "commune", "street", "bank_name", "bank_account", "bank_holder", "goods", "photos", "agreed",
    )  # fmt: skip
    helps = None  # type: ignore[assignment]  # of the checkout alone
    buyer_agreed = None  # type: ignore[assignment]
    sent_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    legal_form = forms.ChoiceField(
        label=_("Bạn là"),
        choices=LegalForm.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Bạn chọn một loại hình nhé."),
            "invalid_choice": _("Bạn chọn một loại hình nhé."),
        },
    )
    name = _line(_("Tên gọi ngắn, để khách nhớ"), _("Bạn ghi tên gọi nhé."), 120, autocomplete="organization")
    legal_name = _line(_("Tên đầy đủ trên giấy đăng ký"), _("Bạn ghi tên trên giấy đăng ký nhé."), 400)
    tax_code = PlainField(
        label=_("Mã số thuế"),
        max_length=20,
        help_text=_("10 số, hoặc 12 số định danh của chủ hộ kinh doanh."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Bạn ghi mã số thuế nhé.")},
    )
    representative = _line(
        _("Người đại diện"), _("Bạn ghi tên người đại diện nhé."), 120, autocomplete="name"
    )
    phone = PhoneField(
        label=_("Số điện thoại của người đại diện"),
        max_length=30,
        help_text=_("Chợ gọi số này để xác nhận."),
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
        error_messages={"required": _("Bạn ghi số điện thoại nhé.")},
    )
    email = forms.EmailField(
        label=_("Thư điện tử"),
        max_length=50,
        help_text=_("Chợ trả lời và gửi lời mời quản lý gian hàng tới đây."),
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": _("Bạn ghi thư điện tử nhé."),
            "invalid": _("Địa chỉ thư chưa đúng, ví dụ ten@vidu.vn."),
        },
    )
    bank_name = _line(_("Ngân hàng"), _("Bạn ghi tên ngân hàng nhé."), 120)
    bank_account = PlainField(
        label=_("Số tài khoản nhận tiền bán hàng"),
        max_length=30,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Bạn ghi số tài khoản nhé.")},
    )
    bank_holder = _line(
        _("Tên chủ tài khoản, đúng như ngân hàng ghi"), _("Bạn ghi tên chủ tài khoản nhé."), 120
    )
    goods = PlainField(
        label=_("Bà con muốn bán gì (nếu muốn kể)"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
    )
    photos = PapersField(
        label=_("Giấy đăng ký hợp tác xã, tổ hợp tác hoặc hộ kinh doanh: ảnh chụp hoặc tệp PDF"),
        most=MOST_PHOTOS,
        help_text=_("Nhiều nhất 6 tệp. Chỉ người điều hành chợ xem. Đừng gửi ảnh căn cước."),
    )
    agreed = forms.BooleanField(
        label=_("Tôi đồng ý để chợ giữ những điều trên để xét đơn, và xác nhận là đúng sự thật"),
        error_messages={"required": _("Bạn đọc rồi đánh dấu đồng ý thì chợ mới nhận đơn được.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photos"].error_messages["required"] = _(
            "Bạn gửi ít nhất một ảnh hoặc tệp giấy đăng ký nhé."
        )
        if not self.is_bound and not self.initial.get("sent_key"):
            self.initial["sent_key"] = uuid.uuid4()

    def clean_sent_key(self) -> uuid.UUID:
        return self.cleaned_data["sent_key"] or uuid.uuid4()

    def clean_photos(self) -> list[bytes]:
        photos: list[bytes] = self.cleaned_data["photos"]
        if not photos:
            raise forms.ValidationError(self.fields["photos"].error_messages["required"], code="required")
        return photos

    def clean_tax_code(self) -> str:
        written = as_tax_code(self.cleaned_data["tax_code"])
        if not is_tax_code(written):
            raise forms.ValidationError(
                _("Mã số thuế này không đúng. Bạn xem lại từng chữ số giúp nhé."), code="invalid"
            )
        return written

    def clean_bank_account(self) -> str:
        return account_number(self.cleaned_data["bank_account"])

    def told(self) -> dict[str, Any]:
        """What ``applications.submit`` takes."""
        given = self.cleaned_data
        names = (
            "sent_key", "photos", "legal_form", "name", "legal_name", "tax_code", "representative", "phone", "email",
            "commune", "bank_name", "bank_account", "bank_holder", "goods",
        )  # fmt: skip
        commune = given["commune"]
        address = ", ".join((given["street"], commune.name, commune.province.name))[:400]
        return {name: given[name] for name in names} | {"address": address}


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Trả lời của bạn"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": _("Bạn ghi câu trả lời nhé.")},
    )
    photos = PapersField(
        label=_("Ảnh hoặc PDF gửi thêm (nếu có)"),
        most=MOST_PHOTOS,
        required=False,
        help_text=_("Nhiều nhất 6 tệp. Chỉ người điều hành chợ xem."),
    )

    def clean_text(self) -> str:
        return unicodedata.normalize("NFC", self.cleaned_data["text"]).strip()
