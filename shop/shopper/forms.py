"""The forms of the account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import User
from shop.accounts.phones import national_number
from shop.checkout.forms import PhoneField, PlainField, ReceiverForm

from .links import SignUp

WRONG_NAME = _("Bạn ghi địa chỉ thư (ví dụ ten@vidu.vn) hoặc số di động có 10 chữ số.")


class NameField(PlainField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Họ và tên"),
            max_length=100,
            widget=forms.TextInput({"autocomplete": "name"}),
            error_messages={"required": _("Bạn ghi họ tên giúp nhé.")},
        )


class LogInNameField(PlainField):
    """An e-mail address or a telephone number of Vietnam."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Thư điện tử hoặc số điện thoại"),
            max_length=254,
            widget=forms.TextInput(
                {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
            ),
            error_messages={"required": WRONG_NAME},
        )

    def clean(self, value: object) -> Any:
        """The address in small letters, or the number as it is stored."""
        text = super().clean(value)
        name = as_log_in_name(text)
        if name is None:
            raise ValidationError(WRONG_NAME, code="invalid")
        return name


def as_log_in_name(text: str) -> str | None:
    """An address in small letters or a number as it is stored; None for anything else."""
    if "@" not in text:
        return national_number(text)
    try:
        validate_email(text)
    except ValidationError:
        return None
    return text.lower()


def password_field(label: Any, autocomplete: str, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=128,  # a longer one would only keep the server busy
        widget=forms.PasswordInput({"autocomplete": autocomplete}),
        error_messages={"required": _("Bạn nhập mật khẩu nhé.")},
        **options,
    )


class LogInForm(forms.Form):
    ten = LogInNameField()
    mat_khau = password_field(_("Mật khẩu"), "current-password")


class SignUpForm(forms.Form):
    """Who wants an account. Name and password come on the next page: nothing is kept before."""

    ten = LogInNameField()

    @property
    def wish(self) -> SignUp:
        name = self.cleaned_data["ten"]
        is_email = "@" in name
        return SignUp(email=name if is_email else None, phone=None if is_email else name)


class NewPasswordForm(forms.Form):
    """A new password for ``user``, who may not be saved yet."""

    mat_khau = password_field(
        _("Mật khẩu mới"),
        "new-password",
        help_text=_("Ít nhất 10 chữ, số; dễ nhớ với bạn, khó đoán với người khác."),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_mat_khau(self) -> str:
        password: str = self.cleaned_data["mat_khau"]
        password_validation.validate_password(password, self.user)
        return password

    def save(self) -> User:
        self.user.set_password(self.cleaned_data["mat_khau"])
        self.user.save(update_fields=["password"])
        return self.user


class FinishForm(NewPasswordForm):
    field_order = ("ho_ten", "mat_khau", "dong_y", "tin")
    ho_ten = NameField()
    dong_y = forms.BooleanField(
        label=_("Tôi đồng ý để chợ giữ dữ liệu của tôi như ghi ở trên"),
        error_messages={"required": _("Bạn đọc rồi đánh dấu đồng ý thì chợ mới mở tài khoản được.")},
    )
    tin = forms.BooleanField(label=_("Gửi tôi thư báo hàng vào mùa"), required=False)

    def clean_ho_ten(self) -> str:
        self.user.first_name = self.cleaned_data["ho_ten"]  # known before the password is compared with it
        return self.user.first_name


class ChangePasswordForm(NewPasswordForm):
    field_order = ("mat_khau_cu", "mat_khau")
    mat_khau_cu = password_field(_("Mật khẩu đang dùng"), "current-password")

    def clean_mat_khau_cu(self) -> str:
        password: str = self.cleaned_data["mat_khau_cu"]
        if not self.user.check_password(password):
            raise ValidationError(_("Mật khẩu đang dùng không đúng."), code="wrong")
        return password


class ResetForm(forms.Form):
    ten = LogInNameField()


class ProfileForm(forms.Form):
    """Name and telephone number; who has no e-mail address keeps the number to log in with."""

    ho_ten = NameField()
    dien_thoai = PhoneField(
        label=_("Số điện thoại"),
        required=False,
        max_length=30,
        help_text=_("Dùng để đăng nhập thay cho thư điện tử."),
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"ho_ten": user.get_full_name(), "dien_thoai": user.phone or ""}
        self.fields["dien_thoai"].required = not user.email


class MoveForm(forms.Form):
    thu = forms.EmailField(
        label=_("Thư điện tử mới"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": _("Bạn ghi địa chỉ thư nhé."),
            "invalid": _("Địa chỉ thư chưa đúng, ví dụ ten@vidu.vn."),
        },
    )
    mat_khau = password_field(_("Mật khẩu đang dùng"), "current-password")

    def clean_thu(self) -> str:
        return str(self.cleaned_data["thu"]).lower()


class AddressForm(ReceiverForm):
    is_default = forms.BooleanField(label=_("Dùng địa chỉ này trước khi đặt hàng"), required=False)


class DeleteForm(forms.Form):
    mat_khau = password_field(_("Mật khẩu của bạn"), "current-password")
