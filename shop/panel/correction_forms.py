"""Forms of the correction screens: the reason, and what an invoice should have said line by line."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.invoices.models import ErrorNotice, Invoice, TaxOffice
from shop.invoices.passed_notices import NoticeResult, results_for
from shop.invoices.sales import SaleRecord, SoldLine
from shop.invoices.tax_codes import is_tax_code

RATES = ("0%", "5%", "8%", "10%", "KCT", "KKKNT")
_RATE_CHOICES = [(rate, rate) for rate in RATES]


class DongField(forms.IntegerField):
    """Whole đồng; dots and spaces between the digits are taken as people write them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=10**12, **options)
        self.widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = value.replace(".", "").replace(" ", "").replace("\xa0", "").removesuffix("₫")
        return super().to_python(value)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=255,
        help_text=gettext_lazy("Một câu cho người đọc hồ sơ sau này, ví dụ: ghi nhầm số lượng khoai sọ."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class _PerLineForm(ReasonForm):
    """A form with fields for every line of the sale."""

    def __init__(self, sale: SaleRecord, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sale = sale
        for position, line in enumerate(sale.lines):
            for name, field in self.fields_of(line).items():
                self.fields[f"{name}_{position}"] = field

    def fields_of(self, line: SoldLine) -> dict[str, forms.Field]:
        raise NotImplementedError

    def rows(self) -> Iterator[tuple[SoldLine, list[forms.BoundField]]]:
        """Each line with its fields, as the template lists them."""
        for position, line in enumerate(self.sale.lines):
            yield line, [self[f"{name}_{position}"] for name in self.fields_of(line)]

    def other_fields(self) -> list[forms.BoundField]:
        """The fields that belong to no line."""
        of_lines = {bound.html_name for _line, fields in self.rows() for bound in fields}
        return [bound for bound in self if bound.html_name not in of_lines]

    def value(self, name: str, position: int) -> Any:
        return self.cleaned_data.get(f"{name}_{position}")


class ContentForm(_PerLineForm):
    """What the invoice should say: buyer, discount and every line, filled in with what it says now."""

    buyer_name = forms.CharField(label=gettext_lazy("Tên đơn vị mua"), max_length=400, required=False)
    buyer_tax_code = forms.CharField(
        label=gettext_lazy("Mã số thuế người mua"), max_length=14, required=False
    )
    buyer_person = forms.CharField(label=gettext_lazy("Người mua hàng"), max_length=100, required=False)
    buyer_address = forms.CharField(label=gettext_lazy("Địa chỉ người mua"), max_length=400, required=False)
    discount = DongField(label=gettext_lazy("Giảm giá cả hóa đơn"))

    def __init__(self, sale: SaleRecord, *args: Any, **kwargs: Any) -> None:
        initial = {
            "buyer_name": sale.buyer.name,
            "buyer_tax_code": sale.buyer.tax_code,
            "buyer_person": sale.buyer.person,
            "buyer_address": sale.buyer.address,
            "discount": sale.discount_amount,
        }
        super().__init__(sale, *args, initial=initial, **kwargs)

    def fields_of(self, line: SoldLine) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {
            "quantity": forms.IntegerField(
                label=gettext_lazy("Số lượng đúng"),
                min_value=0,
                max_value=999_999,
                initial=line.quantity,
                required=line.quantity is not None,
                disabled=line.quantity is None,
            ),
            "amount": DongField(
                label=gettext_lazy("Thành tiền đúng (đã có thuế)"), initial=line.gross_amount
            ),
        }
        if self.sale.on_deduction:
            fields["rate"] = forms.ChoiceField(
                label=gettext_lazy("Thuế suất đúng"),
                choices=_RATE_CHOICES if line.rate in RATES else [*_RATE_CHOICES, (line.rate, line.rate)],
                initial=line.rate,
            )
        return fields

    def clean_buyer_tax_code(self) -> str:
        code: str = self.cleaned_data["buyer_tax_code"].strip()
        if code and not is_tax_code(code):
            raise forms.ValidationError(_("Mã số thuế này sai, bạn xem lại từng số."))
        return code

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("buyer_tax_code"):
            for name in ("buyer_name", "buyer_address"):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, _("Người mua có mã số thuế thì cần tên và địa chỉ."))
        elif not (values.get("buyer_name") or values.get("buyer_person")):
            self.add_error(
                "buyer_person", _("Cần tên người mua; không có thì ghi “Bán cho người tiêu dùng”.")
            )
        for position, line in enumerate(self.sale.lines):
            self._check_line(position, line)
        return values

    def _check_line(self, position: int, line: SoldLine) -> None:
        count, amount = self.value("quantity", position), self.value("amount", position)
        if line.quantity is None or count is None or amount is None:
            return
        if bool(count) != bool(amount):
            self.add_error(
                f"amount_{position}", _("Số lượng và thành tiền phải cùng bằng 0 hoặc cùng khác 0.")
            )

    def sale_after(self) -> SaleRecord:
        """The sale as the form states it."""
        values = self.cleaned_data
        buyer = dataclasses.replace(
            self.sale.buyer,
            name=values["buyer_name"],
            tax_code=values["buyer_tax_code"],
            person=values["buyer_person"],
            address=values["buyer_address"],
        )
        lines = tuple(
            dataclasses.replace(
                line,
                quantity=line.quantity if line.quantity is None else self.value("quantity", position),
                gross_amount=self.value("amount", position),
                rate=self.value("rate", position) or line.rate,
            )
            for position, line in enumerate(self.sale.lines)
        )
        return dataclasses.replace(
            self.sale,
            buyer=buyer,
            business_buyer=bool(values["buyer_tax_code"]),
            lines=lines,
            discount_amount=values["discount"],
        )


class ReturnForm(_PerLineForm):
    """How many of each line came back."""

    def fields_of(self, line: SoldLine) -> dict[str, forms.Field]:
        return {
            "back": forms.IntegerField(
                label=gettext_lazy("Số lượng trả lại"),
                min_value=0,
                max_value=line.quantity or 0,
                initial=0,
                disabled=not line.quantity,
            )
        }

    def counts(self) -> list[int]:
        return [self.value("back", position) or 0 for position in range(len(self.sale.lines))]


class NoticeForm(ReasonForm):
    """The notice's sentence, and where it goes; the tax office is remembered for the seller."""

    field_order = ("reason", "code", "name", "place")
    code = forms.RegexField(
        r"^\d{5}$",
        label=gettext_lazy("Mã cơ quan thuế quản lý"),
        help_text=gettext_lazy("5 chữ số, trên thông báo chấp nhận đăng ký hóa đơn."),
        error_messages={"invalid": gettext_lazy("Mã gồm đúng 5 chữ số.")},
    )
    name = forms.CharField(label=gettext_lazy("Tên cơ quan thuế quản lý"), max_length=100)
    place = forms.CharField(label=gettext_lazy("Nơi lập thông báo"), max_length=50)

    def __init__(self, invoice: Invoice, data: Any = None) -> None:
        office = TaxOffice.objects.filter(seller_id=invoice.seller_id).first()
        known = {"code": office.code, "name": office.name, "place": office.place} if office else {}
        super().__init__(data, initial=known)
        self.fields["reason"].label = _("Sai ở đâu, đúng là gì")
        self.fields["reason"].help_text = _("Ví dụ: sai địa chỉ người mua, đúng là 12 Phố Huế, Hà Nội.")

    def rows(self) -> tuple[()]:
        return ()

    def other_fields(self) -> list[forms.BoundField]:
        return list(self)


class NoticeResultForm(forms.Form):
    """What became of a notice at the provider."""

    found = forms.ChoiceField(
        label=gettext_lazy("Ở trang của nhà cung cấp thấy gì"), widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=gettext_lazy("Số thông điệp, hoặc lý do không nhận"),
        max_length=255,
        required=False,
        help_text=gettext_lazy("Chép đúng như ở trang của họ."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, notice: ErrorNotice, data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{notice.pk}_%s")
        self.results = results_for(notice)
        choices = [(one.value, one.label) for one in self.results]
        cast("forms.ChoiceField", self.fields["found"]).choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("found") == NoticeResult.REJECTED and not cleaned.get("text", "").strip():
            self.add_error("text", _("Ghi lý do cơ quan thuế không nhận."))
        return cleaned
