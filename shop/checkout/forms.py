"""The forms of basket and checkout."""

from __future__ import annotations

import unicodedata
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from catalog.folding import fold
from catalog.models import Commune, Province
from shop.accounts.phones import national_number
from shop.invoices.tax_codes import is_tax_code
from shop.orders.requests import Address, Buyer, InvoiceRequest
from shop.payments.provider import Purchase
from shop.payments.providers import PROVIDERS, chosen_ways
from shop.shipping.rates import Place

LARGEST_ID = 2**31 - 1  # beyond it a database would refuse the comparison itself


class AddForm(forms.Form):
    """What the add button sends."""

    product = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    is_adult = forms.BooleanField(required=False)
    quantity = forms.IntegerField(
        label=_("Số lượng"),
        min_value=1,
        error_messages={
            "required": _("Bạn ghi số lượng giúp nhé."),
            "invalid": _("Số lượng phải là số, ví dụ 1 hoặc 2."),
            "min_value": _("Số lượng phải từ 1 trở lên."),
        },
    )


class PlainField(forms.CharField):
    """One line of text, composed (NFC) and with single spaces."""

    def to_python(self, value: object) -> Any:
        text = super().to_python(value)
        return " ".join(unicodedata.normalize("NFC", text).split()) if text else text


class PhoneField(PlainField):
    def clean(self, value: object) -> Any:
        text = super().clean(value)
        if not text:
            return text
        number = national_number(text)
        if number is None:
            raise forms.ValidationError(
                _("Số điện thoại chưa đúng. Số di động có 10 chữ số, ví dụ 0912 345 678."), code="invalid"
            )
        return number


class PlaceSelect(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A province or commune by its own name first, so that typing a letter in the list finds it."""

    def label_from_instance(self, obj: Any) -> str:
        short: str = obj.short_name
        kind = obj.name.removesuffix(short).strip()
        return short if isinstance(obj, Province) or not kind else f"{short} ({kind.lower()})"


class ReceiverForm(forms.Form):
    """Who receives goods, and where.

    ``commune`` offers the communes of the chosen province only; the page's script and the button
    "Chọn xã, phường" fetch them.
    """

    helps = forms.BooleanField(
        label=_("Tôi đặt giúp bà con"),
        help_text=_("Đơn đứng tên người nhận; tin nhắn và hóa đơn cũng gửi cho người nhận."),
        required=False,
    )
    buyer_agreed = forms.BooleanField(
        label=_("Người nhận đã đồng ý để tôi ghi tên, điện thoại, địa chỉ và đặt đơn này"), required=False
    )
    name = PlainField(
        label=_("Họ và tên"),
        max_length=100,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": _("Bạn ghi họ tên người nhận nhé.")},
    )
    phone = PhoneField(
        label=_("Số điện thoại"),
        max_length=30,
        help_text=_("Người giao hàng gọi số này."),
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
        error_messages={"required": _("Bạn ghi số điện thoại để người giao hàng gọi nhé.")},
    )
    province = PlaceSelect(
        label=_("Tỉnh, thành phố"),
        queryset=Province.objects.all(),
        empty_label=_("Chọn tỉnh, thành phố"),
        widget=forms.Select({"autocomplete": "address-level1"}),
        error_messages={
            "required": _("Bạn chọn tỉnh, thành phố nhé."),
            "invalid_choice": _("Không có tỉnh, thành phố này trong danh sách."),
        },
    )
    commune = PlaceSelect(
        label=_("Xã, phường"),
        queryset=Commune.objects.none(),
        empty_label=_("Chọn xã, phường"),
        widget=forms.Select({"autocomplete": "address-level2"}),
        error_messages={
            "required": _("Bạn chọn xã, phường nhé."),
            "invalid_choice": _("Xã, phường này không thuộc tỉnh, thành phố đã chọn. Bạn chọn lại nhé."),
        },
    )
    street = PlainField(
        label=_("Số nhà, đường, thôn, bản"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "address-line1"}),
        error_messages={"required": _("Bạn ghi số nhà, đường hoặc thôn, bản nhé.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = cast("PlaceSelect", self.fields["province"])
        communes = cast("PlaceSelect", self.fields["commune"])
        chosen = str(self["province"].value() or "")
        if len(chosen) == 2 and chosen.isdecimal():
            communes.queryset = Commune.objects.filter(province_id=chosen)
        provinces.choices = sorted_choices(provinces)
        communes.choices = sorted_choices(communes)


class CheckoutForm(ReceiverForm):
    """Everything one order needs, on one page. Shape: field order is reading order."""

    field_order = ("name", "phone", "email", "province", "commune", "street")
    email = forms.EmailField(
        label=_("Thư điện tử (nếu có)"),
        required=False,
        max_length=254,
        help_text=_("Để nhận đường dẫn theo dõi đơn và hóa đơn điện tử."),
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"}),
        error_messages={"invalid": _("Địa chỉ thư chưa đúng, ví dụ ten@vidu.vn.")},
    )
    note = PlainField(
        label=_("Lời nhắn cho bà con (nếu có)"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )
    wants_invoice = forms.BooleanField(label=_("Xuất hóa đơn cho đơn vị có mã số thuế"), required=False)
    invoice_name = PlainField(
        label=_("Tên đơn vị"),
        required=False,
        max_length=400,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    invoice_tax_code = PlainField(
        label=_("Mã số thuế"),
        required=False,
        max_length=20,
        help_text=_("10 chữ số, 13 chữ số của chi nhánh, hoặc 12 số định danh cá nhân."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    invoice_address = PlainField(
        label=_("Địa chỉ đơn vị"),
        required=False,
        max_length=400,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    invoice_email = forms.EmailField(
        label=_("Nơi nhận hóa đơn"),
        required=False,
        max_length=50,
        widget=forms.EmailInput({"autocomplete": "off", "inputmode": "email"}),
        error_messages={"invalid": _("Địa chỉ thư chưa đúng, ví dụ ten@vidu.vn.")},
    )
    payment_method = forms.ChoiceField(
        label=_("Cách trả tiền"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Bạn chọn cách trả tiền nhé."),
            "invalid_choice": _("Cách trả này không dùng được cho đơn này. Bạn chọn cách khác nhé."),
        },
    )
    age_confirmed = forms.BooleanField(
        label=_("Tôi đã đủ 18 tuổi"),
        help_text=_("Trong giỏ có rượu, chỉ bán cho người từ 18 tuổi; người giao có thể hỏi giấy tờ."),
        error_messages={
            "required": _("Trong giỏ có hàng chỉ bán cho người từ 18 tuổi. Bạn xác nhận giúp nhé.")
        },
    )
    terms = forms.BooleanField(
        label=_("Tôi đồng ý với điều kiện mua bán"),
        help_text=_("Tên, điện thoại và địa chỉ được gửi tới các gian hàng giao đơn này."),
        error_messages={"required": _("Bạn đọc rồi đánh dấu đồng ý thì chợ mới nhận đơn được.")},
    )
    save_address = forms.BooleanField(label=_("Lưu địa chỉ này vào tài khoản"), required=False)
    checkout_token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        is_age_restricted: bool,
        is_logged_in: bool = False,
        is_helper: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        methods = cast("forms.ChoiceField", self.fields["payment_method"])
        # Whether the goods may go before the money depends on more than can be known yet; for adults they never may.
        ways = [way for way in chosen_ways() if not (way.is_at_door and is_age_restricted)]
        methods.choices = [(way.code, way.label) for way in ways]
        methods.initial = settings.PAYMENT_METHODS[0]
        if not is_age_restricted:
            del self.fields["age_confirmed"]
        if not is_logged_in:
            del self.fields["save_address"]
        if not is_helper:
            del self.fields["helps"], self.fields["buyer_agreed"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # Who types a tax code wants the invoice, ticked or not.
        cleaned["wants_invoice"] = bool(cleaned.get("wants_invoice") or self["invoice_tax_code"].value())
        if cleaned["wants_invoice"]:
            if len(cleaned.get("email") or "x" * 51) <= 50 and not self["invoice_email"].value():
                cleaned["invoice_email"] = cleaned["email"]
            self._require_invoice_fields(cleaned)
        if cleaned.get("helps") and not cleaned.get("buyer_agreed"):
            self.add_error(
                "buyer_agreed", _("Bạn hỏi người nhận trước. Người nhận đồng ý thì mới đặt giúp được.")
            )
        return cleaned

    def _require_invoice_fields(self, cleaned: dict[str, Any]) -> None:
        wanted = {
            "invoice_name": _("Bạn ghi tên đơn vị như trên giấy đăng ký nhé."),
            "invoice_tax_code": _("Bạn ghi mã số thuế của đơn vị nhé."),
            "invoice_address": _("Bạn ghi địa chỉ của đơn vị nhé."),
            "invoice_email": _("Bạn ghi địa chỉ thư để nhận hóa đơn nhé."),
        }
        for field, message in wanted.items():
            if not cleaned.get(field) and field not in self.errors:
                self.add_error(field, forms.ValidationError(message, code="required"))
        if tax_code := cleaned.get("invoice_tax_code"):
            written = as_tax_code(tax_code)
            if is_tax_code(written):
                cleaned["invoice_tax_code"] = written
            else:
                self.add_error(
                    "invoice_tax_code",
                    forms.ValidationError(
                        _("Mã số thuế này không đúng. Bạn xem lại từng chữ số giúp nhé."), code="invalid"
                    ),
                )

    @property
    def destination(self) -> Place | None:
        """Where the goods go, as soon as a commune of the chosen province is chosen."""
        province, commune = str(self["province"].value() or ""), str(self["commune"].value() or "")
        offered = {str(value) for value, _label in self.fields["commune"].choices}  # type: ignore[attr-defined]
        return Place(province, commune) if commune and commune in offered else None

    def allows(self, purchase: Purchase) -> bool:
        """Whether the chosen way of paying is open for this; if not, the field says why."""
        refusal = PROVIDERS[self.cleaned_data["payment_method"]].refusal(purchase)
        if refusal:
            self.add_error("payment_method", refusal)
        return not refusal

    @property
    def buyer(self) -> Buyer:
        cleaned = self.cleaned_data
        return Buyer(name=cleaned["name"], phone=cleaned["phone"], email=cleaned["email"])

    @property
    def address(self) -> Address:
        province, commune = self.cleaned_data["province"], self.cleaned_data["commune"]
        return Address(
            province_code=province.code,
            province_name=province.name,
            commune_code=commune.code,
            commune_name=commune.name,
            street=self.cleaned_data["street"],
        )

    @property
    def invoice_request(self) -> InvoiceRequest | None:
        cleaned = self.cleaned_data
        if not cleaned["wants_invoice"]:
            return None
        return InvoiceRequest(
            name=cleaned["invoice_name"],
            tax_code=cleaned["invoice_tax_code"],
            address=cleaned["invoice_address"],
            email=cleaned["invoice_email"],
        )


def sorted_choices(field: PlaceSelect) -> list[tuple[str, str]]:
    """The field's places in the order of the Vietnamese alphabet without marks, after the empty one."""
    places = [(place.pk, field.label_from_instance(place)) for place in field.queryset or ()]
    return [("", str(field.empty_label)), *sorted(places, key=lambda place: fold(place[1]))]


def as_tax_code(text: str) -> str:
    """``text`` without the spaces and dots people put in; a branch gets its dash.

    >>> as_tax_code("0100 233 488"), as_tax_code("0100233488001"), as_tax_code("0100233488-001")
    ('0100233488', '0100233488-001', '0100233488-001')
    """
    digits = "".join(sign for sign in text if sign not in " .-\u2013")
    return f"{digits[:10]}-{digits[10:]}" if len(digits) == 13 else digits
