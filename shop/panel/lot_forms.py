"""Forms of a lot's screens: amounts as people write them, days instead of instants, steps in everyday words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.clock import VIETNAM, today
from catalog.gtin import NotAGtin, read_gtin
from catalog.lot_book import LotRecalled
from catalog.lots import STEPS
from catalog.models import LotEventKind, NetUnit, ProductSheet

Written = TypeVar("Written")

FIELD_OF = {"at": "day", "harvested_on": "day", "__all__": ""}
"""Where a form shows what a service says about one of its arguments, if not under the same name."""
LARGE_UNITS = {NetUnit.GRAM: "kg", NetUnit.MILLILITRE: _("lít")}
MOST = 2_000_000_000
"""What the column holds: two thousand tonnes in grams."""


def unit_label(unit: str) -> str:
    """The unit that people count in: kg for grams, litres for millilitres.

    >>> unit_label("g")
    'kg'
    """
    return str(LARGE_UNITS.get(NetUnit(unit), NetUnit(unit).label))


class AmountField(forms.CharField):
    """An amount in kg, litres or pieces, kept in g, ml or pieces: ``1,5`` and ``1.5`` are one and a half."""

    def __init__(self, *, unit: str, **options: Any) -> None:
        self.per = 1000 if NetUnit(unit) in LARGE_UNITS else 1
        options.setdefault("max_length", 14)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).replace(" ", "")
        if not text:
            return None
        if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+(,\d+)?", text):  # 1.200 kg is twelve hundred
            text = text.replace(".", "")
        try:
            amount = Decimal(text.replace(",", ".")) * self.per
        except InvalidOperation:
            raise ValidationError(_("Viết số, ví dụ 12 hoặc 12,5."), code="invalid") from None
        if not amount.is_finite() or amount != amount.to_integral_value() or not 0 < amount <= MOST:
            raise ValidationError(_("Số này không dùng được: lớn hơn 0, nhiều nhất 3 số lẻ."), code="invalid")
        return int(amount)


class DayField(forms.DateField):
    """A day that is over or going on, in the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "widget", forms.DateInput(attrs={"type": "date", "max": today().isoformat()}, format="%Y-%m-%d")
        )
        super().__init__(**options)

    def clean(self, value: Any) -> dt.date | None:
        day: dt.date | None = super().clean(value)
        if day and day > today():
            raise ValidationError(_("Việc này còn ở tương lai."), code="invalid")
        return day


def instant_of(day: dt.date) -> dt.datetime:
    """Noon of that day in Vietnam, or now if that is earlier."""
    return min(dt.datetime.combine(day, dt.time(12), VIETNAM), timezone.now())


class FirstPageForm(forms.Form):
    """What both ways of opening a lot ask for, in the unit of the product."""

    def __init__(self, *args: Any, sheet: ProductSheet, **options: Any) -> None:
        super().__init__(*args, **options)
        unit = unit_label(sheet.net_unit)
        self.fields["quantity"] = AmountField(
            label=_("Số lượng (%(unit)s)") % {"unit": unit}, unit=sheet.net_unit
        )
        self.fields["day"] = DayField(label=self.day_label, initial=today)
        self.fields["plot"] = forms.CharField(label=self.plot_label, max_length=120)
        self.fields["member_initials"] = forms.CharField(
            label=_("Người làm"),
            max_length=12,
            help_text=_("Chỉ chữ cái đầu, ví dụ G.A.S.: ai cũng xem được trang này."),
        )
        self.fields["best_before"] = forms.DateField(
            label=_("Dùng tốt nhất trước ngày"),
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            help_text=_("Hàng không có hạn thì để trống."),
        )
        self.fields["place_code"] = forms.CharField(
            label=_("Mã số vùng trồng"),
            max_length=40,
            required=False,
            help_text=_("Chưa có mã thì để trống."),
        )
        self.fields["standards"] = forms.CharField(
            label=_("Tiêu chuẩn áp dụng"),
            max_length=200,
            required=False,
            help_text=_("Ví dụ VietGAP kèm số giấy, hoặc tiêu chuẩn của hợp tác xã."),
        )

    day_label: Any = _("Ngày thu hoạch")
    plot_label: Any = _("Nương, thửa")

    def facts(self) -> dict[str, Any]:
        """The answers under the names of the service."""
        chosen = dict(self.cleaned_data)
        chosen["at"] = instant_of(chosen.pop("day"))
        return chosen


class MakingForm(FirstPageForm):
    """A lot made from others; ``sources`` are the lots to choose from."""

    day_label = _("Ngày làm")
    plot_label = _("Nơi làm")
    rows = (1, 2, 3)

    def __init__(
        self, *args: Any, sheet: ProductSheet, sources: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, sheet=sheet, **options)
        rest = self.fields
        self.fields = {}
        choices = [("", _("Không có")), *sources]
        for row in self.rows:
            self.fields[f"lot_{row}"] = forms.ChoiceField(
                label=_("Lô nguyên liệu %(row)s") % {"row": row}, choices=choices, required=False
            )
            self.fields[f"code_{row}"] = forms.CharField(
                label=_("hoặc mã lô mua của nơi khác"),
                required=False,
                max_length=20,
                widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
            )
            # The unit is that of the chosen lot; amounts of both kinds are thousandths.
            self.fields[f"amount_{row}"] = AmountField(
                label=_("Lấy bao nhiêu (kg, lít hoặc cái)"), unit=NetUnit.GRAM, required=False
            )
        self.fields["other_name"] = forms.CharField(
            label=_("Thứ khác cho vào"),
            max_length=120,
            required=False,
            help_text=_("Thứ không có lô, ví dụ dầu, muối, đường."),
        )
        self.fields["other_amount"] = AmountField(
            label=_("Bao nhiêu (%(unit)s)") % {"unit": unit_label(sheet.net_unit)},
            unit=sheet.net_unit,
            required=False,
        )
        self.fields |= rest


class StepForm(forms.Form):
    kind = forms.ChoiceField(label=_("Việc"))
    day = DayField(label=_("Ngày"), initial=today)
    note = forms.CharField(label=_("Ghi chú"), max_length=255, required=False)
    place = forms.CharField(label=_("Nơi làm"), max_length=120, required=False)

    def __init__(self, *args: Any, unit: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (str(kind), f"{LotEventKind(kind).label} · {STEP_HINTS[kind]}") for kind in STEPS
        ]
        amount = AmountField(
            label=_("Số lượng (%(unit)s)") % {"unit": unit_label(unit)},
            unit=unit,
            required=False,
            help_text=_("Chế biến: ghi số còn lại sau khi làm."),
        )
        self.fields = {"kind": self.fields.pop("kind"), "quantity": amount, **self.fields}


STEP_HINTS = {
    LotEventKind.PROCESS: _("chọn, rửa, sấy…"),
    LotEventKind.PACK: _("đóng túi, hộp, thùng"),
    LotEventKind.DISPATCH: _("bán buôn, gửi đi nơi khác"),
    LotEventKind.LOSS: _("hỏng, rơi vãi, biếu, dùng thử"),
}


class CorrectionForm(forms.Form):
    number = forms.IntegerField(min_value=1, max_value=32_767, widget=forms.HiddenInput)
    note = forms.CharField(label=_("Vì sao sửa"), max_length=255)

    def __init__(self, *args: Any, unit: str, **options: Any) -> None:
        super().__init__(*args, **options)
        amount = AmountField(label=_("Đúng ra là (%(unit)s)") % {"unit": unit_label(unit)}, unit=unit)
        self.fields = {"number": self.fields["number"], "quantity": amount, "note": self.fields["note"]}


class RecallForm(forms.Form):
    reason = forms.CharField(
        label=_("Vì sao thu hồi"),
        max_length=255,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ai cũng đọc được: viết rõ hàng bị gì, đừng ghi tên người."),
    )
    with_made = forms.BooleanField(label=_("Thu hồi luôn các lô làm từ lô này"), required=False, initial=True)

    def __init__(self, *args: Any, has_made: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not has_made:
            self.fields["with_made"].widget = forms.HiddenInput()


class GtinForm(forms.Form):
    gtin = forms.CharField(
        label=_("Mã GTIN (số dưới mã vạch)"),
        max_length=20,
        required=False,
        help_text=_("GS1 Việt Nam cấp, bắt đầu bằng 893. Chưa có thì để trống, đừng tự đặt."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_gtin(self) -> str:
        text: str = self.cleaned_data["gtin"].strip()
        if not text:
            return ""
        try:
            return read_gtin(text)
        except NotAGtin:
            raise ValidationError(
                _("Số này không phải mã GTIN: cần 8, 12, 13 hoặc 14 chữ số và chữ số cuối phải khớp."),
                code="invalid",
            ) from None


def done_or_shown(form: forms.Form, write: Callable[[], Written]) -> Written | None:
    """What ``write`` wrote, or None with the reason at the field it concerns."""
    if not form.is_valid():
        return None
    try:
        return write()
    except LotRecalled:
        form.add_error(None, _("Lô này đã thu hồi, không ghi thêm được việc này."))
    except ValidationError as error:
        reasons = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, texts in reasons.items():
            field = FIELD_OF.get(name, name)
            for text in texts:
                form.add_error(field if field in form.fields else None, text)
    return None
