"""The forms of the delivery screens: a price table per zone as lines of text, days, points, areas."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Commune, Cooperative, Province
from shop.shipping.couriers import Courier
from shop.shipping.models import REACH_NAMES, CollectionPoint, DeliveryService, StallDispatch, UnservedArea
from shop.shipping.rates import KILOGRAM, Reach, Tariff

WEEKDAYS = [
    (0, gettext_lazy("Thứ Hai")),
    (1, gettext_lazy("Thứ Ba")),
    (2, gettext_lazy("Thứ Tư")),
    (3, gettext_lazy("Thứ Năm")),
    (4, gettext_lazy("Thứ Sáu")),
    (5, gettext_lazy("Thứ Bảy")),
    (6, gettext_lazy("Chủ nhật")),
]
MOST_DONG = 100_000_000


class BandsField(forms.CharField):
    """A price table: one line per weight, kilograms and đồng, such as ``0,5 = 12000``."""

    widget = forms.Textarea(attrs={"rows": 4, "inputmode": "text", "spellcheck": "false"})

    def to_python(self, value: object) -> Any:
        text = unicodedata.normalize("NFKC", super().to_python(value) or "")
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 30:
            raise forms.ValidationError(_("Nhiều nhất 30 dòng."))
        bands = [self._band(line) for line in lines]
        if [grams for grams, _amount in bands] != sorted({grams for grams, _amount in bands}):
            raise forms.ValidationError(_("Xếp cân nặng tăng dần, mỗi mức một dòng."))
        if [amount for _grams, amount in bands] != sorted(amount for _grams, amount in bands):
            raise forms.ValidationError(_("Kiện nặng hơn không thể rẻ hơn. Bạn xem lại các mức phí."))
        return tuple(bands)

    def _band(self, line: str) -> tuple[int, int]:
        weight, equals, price = line.partition("=")
        try:
            grams = Decimal(weight.strip().removesuffix("kg").strip().replace(",", ".")) * KILOGRAM
            amount = int(price.strip().removesuffix("₫").strip().replace(".", ""))
        except (InvalidOperation, ValueError):
            grams, amount = Decimal(0), -1
        if not equals or not 0 < grams <= 10**6 or grams != int(grams) or not 0 <= amount <= MOST_DONG:
            raise forms.ValidationError(
                _("Không đọc được dòng “%(line)s”. Ghi số kg, dấu bằng, rồi số tiền, ví dụ 0,5 = 12000.")
                % {"line": line.strip()[:40]}
            )
        return int(grams), amount

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, tuple):
            return value
        return "\n".join(f"{_kilograms(grams)} = {amount}" for grams, amount in value)


def _kilograms(grams: int) -> str:
    return f"{Decimal(grams) / KILOGRAM:f}".replace(".", ",")


def _amount_field(label: Any, hint: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=hint, required=False, min_value=0, max_value=MOST_DONG,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class ZoneForm(forms.Form):
    """One zone of a service; without a price line the service does not go there."""

    bands = BandsField(
        label=gettext_lazy("Bảng giá"),
        required=False,
        help_text=gettext_lazy(
            "Mỗi dòng: đến bao nhiêu kg = bao nhiêu đồng. Để trống nếu không giao vùng này."
        ),
    )
    further_kilogram = _amount_field(
        gettext_lazy("Mỗi kg thêm (đồng)"), gettext_lazy("Để trống nếu không nhận kiện nặng hơn mức cuối.")
    )
    free_from = _amount_field(
        gettext_lazy("Miễn phí giao khi mua từ (đồng)"), gettext_lazy("Để trống nếu không miễn.")
    )
    cold_surcharge = _amount_field(
        gettext_lazy("Phụ phí hàng lạnh (đồng)"), gettext_lazy("Để trống nếu không nhận hàng cần giữ lạnh.")
    )
    days_min = forms.IntegerField(
        label=gettext_lazy("Đến sớm nhất sau (ngày)"), min_value=0, max_value=60, initial=1
    )
    days_max = forms.IntegerField(
        label=gettext_lazy("Đến muộn nhất sau (ngày)"), min_value=0, max_value=60, initial=2
    )

    def clean(self) -> dict[str, Any]:
        cleaned = cast("dict[str, Any]", super().clean())
        if cleaned.get("days_max", 0) < cleaned.get("days_min", 0):
            self.add_error("days_max", _("Ngày muộn nhất không thể trước ngày sớm nhất."))
        return cleaned

    def tariff(self) -> Tariff | None:
        values = self.cleaned_data
        if not values["bands"]:
            return None
        return Tariff(
            bands=values["bands"],
            further_kilogram=values["further_kilogram"],
            free_from=values["free_from"],
            cold_surcharge=values["cold_surcharge"],
            days=(values["days_min"], values["days_max"]),
        )


class ServiceForm(forms.ModelForm[DeliveryService]):
    """A service and its zones. ``courier`` of a stall's own service is always the stall itself."""

    class Meta:
        model = DeliveryService
        fields = ("name", "name_en", "courier", "cubic_cm_per_kilogram", "position", "is_active")

    def __init__(self, *args: Any, of_stall: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if of_stall:
            del self.fields["courier"], self.fields["position"]
        else:
            courier = cast("forms.ChoiceField", self.fields["courier"])
            courier.choices = [choice for choice in Courier.choices if choice[0] != Courier.COLLECTION]
        tariffs = self.instance.table().tariffs if self.instance.pk else {}
        self.zones = {
            reach: ZoneForm(
                self.data if self.is_bound else None, prefix=reach.value, initial=_initial(tariffs.get(reach))
            )
            for reach in Reach
        }

    def titled_zones(self) -> Iterator[tuple[Any, ZoneForm]]:
        """Each zone's name and form, from near to far."""
        for reach, form in self.zones.items():
            yield REACH_NAMES[reach], form

    def is_valid(self) -> bool:
        zones_valid = all([form.is_valid() for form in self.zones.values()])
        return super().is_valid() and zones_valid

    def tariffs(self) -> dict[Reach, Tariff]:
        read = {reach: form.tariff() for reach, form in self.zones.items()}
        return {reach: tariff for reach, tariff in read.items() if tariff}


def _initial(tariff: Tariff | None) -> dict[str, Any]:
    if tariff is None:
        return {}
    return {
        "bands": tariff.bands,
        "further_kilogram": tariff.further_kilogram,
        "free_from": tariff.free_from,
        "cold_surcharge": tariff.cold_surcharge,
        "days_min": tariff.days[0],
        "days_max": tariff.days[1],
    }


class DispatchForm(forms.Form):
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Ngày gửi hàng"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Chọn ít nhất một ngày trong tuần.")},
    )
    cut_off_hour = forms.IntegerField(
        label=gettext_lazy("Đơn đến mấy giờ thì tính cho hôm đó"), min_value=0, max_value=24
    )
    handling_days = forms.IntegerField(
        label=gettext_lazy("Cần mấy ngày để chuẩn bị hàng"), min_value=0, max_value=30
    )
    uses_market_services = forms.BooleanField(
        label=gettext_lazy("Dùng các cách giao chung của chợ"), required=False
    )

    @classmethod
    def of(cls, dispatch: StallDispatch | None) -> DispatchForm:
        plan = dispatch or StallDispatch()
        return cls(
            initial={
                "weekdays": [day for day, _name in WEEKDAYS if plan.weekdays >> day & 1],
                "cut_off_hour": plan.cut_off_hour,
                "handling_days": plan.handling_days,
                "uses_market_services": plan.uses_market_services,
            }
        )

    def plan(self) -> dict[str, Any]:
        return self.cleaned_data | {"weekdays": sum(1 << day for day in set(self.cleaned_data["weekdays"]))}


class PointForm(forms.ModelForm[CollectionPoint]):
    class Meta:
        model = CollectionPoint
        fields = ("name", "commune", "address", "hours", "is_active")

    def __init__(self, *args: Any, stall: Cooperative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        communes = cast("forms.ModelChoiceField[Commune]", self.fields["commune"])
        communes.queryset = Commune.objects.filter(province_id=stall.commune.province_id).order_by(
            "folded_name"
        )


class AreaForm(forms.ModelForm[UnservedArea]):
    """A whole province, or one commune of the stall's own province."""

    class Meta:
        model = UnservedArea
        fields = ("province", "commune")

    def __init__(self, *args: Any, stall: Cooperative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stall = stall
        communes = cast("forms.ModelChoiceField[Commune]", self.fields["commune"])
        communes.queryset = Commune.objects.filter(province_id=stall.commune.province_id).order_by(
            "folded_name"
        )
        communes.label = _("Chỉ một xã, phường trong tỉnh của gian")
        communes.help_text = _("Để trống nếu không giao cả tỉnh.")
        province = cast("forms.ModelChoiceField[Province]", self.fields["province"])
        province.label = _("Tỉnh, thành phố")

    def clean(self) -> dict[str, Any]:
        cleaned = cast("dict[str, Any]", super().clean())
        commune, province = cleaned.get("commune"), cleaned.get("province")
        if commune and province and commune.province_id != province.pk:
            self.add_error("commune", _("Xã, phường này không thuộc tỉnh đã chọn."))
        elif (
            province
            and UnservedArea.objects.filter(
                cooperative=self.stall, province=province, commune=commune
            ).exists()
        ):
            self.add_error("province", _("Nơi này đã có trong danh sách."))
        return cleaned
