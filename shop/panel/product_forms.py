"""The forms of a product in the panel: its sheet, its packs, prices for many, expected harvests."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import (
    CategorySheet,
    Commune,
    Confidence,
    Cooperative,
    Harvest,
    HarvestState,
    PriceTier,
    Processing,
    ProductSheet,
    TaxClass,
)
from catalog.ocop_sets import SETS
from shop.images.uploads import PhotoField

HIGHEST_PRICE = 10**9
HIGHEST_STOCK = 10**6
FIRST = ("picture", "title", "category", "price_amount", "stock")
SIZE = ("pack", "net_quantity", "net_unit", "weight_grams", "pieces")
KIND = ("ocop_set", "processing", "is_own_produced", "commune", "area_code", "months")
LABEL = (
    "summary",
    "ingredients",
    "allergens",
    "storage",
    "usage",
    "warnings",
    "made_on",
    "shelf_life",
    "declaration_number",
    "test_report",
    "return_rule",
    "label_picture",
    "workshop_picture",
)
ALCOHOL = ("is_age_restricted", "alcohol_strength", "alcohol_licence")
RULES = ("code", "min_quantity", "quantity_step", "max_quantity", "lead_days")
ENGLISH = ("title_en", "summary_en", "pack_en")
GROUPS = (
    (_("Món hàng"), FIRST, True),
    (_("Quy cách"), SIZE, True),
    (_("Loại hàng, nơi làm ra, mùa"), KIND, True),
    (_("Ghi trên nhãn"), LABEL, False),
    (_("Rượu, hàng cho người lớn"), ALCOHOL, False),
    (_("Cách bán"), RULES, False),
    (_("Tiếng Anh"), ENGLISH, False),
)
LIKE_KEY = "giong"
# What a new product starts with: the kind of goods a stall sells changes seldom. From the product that was asked for
# (``LIKE_KEY``) its text comes too, to be read again; numbers of papers never do, they are about other goods.
KIND_OF_STALL = (
    "pack", "net_quantity", "net_unit", "weight_grams", "processing", "is_own_produced", "area_code", "storage",
)  # fmt: skip
OF_ALIKE = ("pieces", "summary", "ingredients", "allergens", "usage", "warnings", "shelf_life", "return_rule")
PICTURES = ("picture", "label_picture", "workshop_picture")


class _Plain(forms.CharField):
    """Text as one person writes and another reads it: composed (NFC), without stray spaces."""

    def to_python(self, value: object) -> Any:
        text = super().to_python(value)
        return unicodedata.normalize("NFC", text).strip() if text else text


class SheetForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A product as its cooperative fills it in; ``cooperative`` only where the person acts for several.

    A new one starts like ``model``, with its text too where ``is_alike``.
    """

    cooperative = forms.ModelChoiceField(label=_("Hợp tác xã"), queryset=Cooperative.objects.none())
    picture = PhotoField(label=_("Ảnh"), required=False)
    label_picture = PhotoField(label=_("Ảnh nhãn"), required=False)
    workshop_picture = PhotoField(label=_("Ảnh nơi làm"), required=False)
    title = _Plain(label=_("Tên món"), max_length=255)
    category = forms.ModelChoiceField(
        label=_("Nhóm hàng"), queryset=CategorySheet.objects.select_related("category").order_by("position")
    )
    price_amount = forms.IntegerField(
        label=_("Giá một gói (đồng, đã gồm thuế)"), min_value=1, max_value=HIGHEST_PRICE
    )
    stock = forms.IntegerField(
        label=_("Số gói đang có, kể cả gói khách đã đặt"), min_value=0, max_value=HIGHEST_STOCK
    )
    stock_seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    ocop_set = forms.TypedChoiceField(
        label=_("Bộ sản phẩm OCOP"),
        coerce=int,
        choices=[("", "")] + [(number, f"{number}. {each.vi}") for number, each in SETS.items()],
    )
    commune = forms.ModelChoiceField(label=_("Nơi làm ra"), queryset=Commune.objects.none())
    months = forms.TypedMultipleChoiceField(
        label=_("Tháng có hàng"),
        coerce=int,
        choices=[(month, f"T{month}") for month in range(1, 13)],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Bạn đánh dấu ít nhất một tháng nhé.")},
    )

    class Meta:
        model = ProductSheet
        fields = (
            *SIZE,
            "processing",
            "is_own_produced",
            "area_code",
            *(name for name in LABEL if name not in PICTURES),
            *ALCOHOL,
            *RULES,
            *ENGLISH,
        )
        widgets = {
            name: forms.Textarea({"rows": 3})
            for name in ("summary", "summary_en", "ingredients", "usage", "warnings")
        }

    def __init__(
        self,
        *args: Any,
        cooperatives: Any,
        model: ProductSheet | None = None,
        is_alike: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.model, self.is_alike = model, is_alike
        own = list(cooperatives.select_related("commune"))
        cooperative = self.instance.cooperative if self.instance.pk else (own[0] if len(own) == 1 else None)
        provinces = {each.commune.province_id for each in own}
        if self.instance.pk:
            provinces.add(self.instance.commune.province_id)
            del self.fields["cooperative"]
            self.fields["code"].disabled = True
        elif cooperative:
            del self.fields["cooperative"]
        else:
            self.fields["cooperative"].queryset = cooperatives  # type: ignore[attr-defined]
        self.chosen_cooperative = cooperative
        communes: Any = self.fields["commune"]
        communes.queryset = Commune.objects.filter(province_id__in=provinces).order_by("folded_name")
        if cooperative:
            communes.initial = cooperative.commune_id
        if self.instance.pk:
            self._start_from(self.instance)
        else:
            self.fields["months"].initial = list(range(1, 13))
        if model:
            self._start_like(model, provinces)

    def _start_like(self, model: ProductSheet, provinces: set[str]) -> None:
        names = KIND_OF_STALL + (OF_ALIKE if self.is_alike else ())
        self.initial.update({name: getattr(model, name) for name in names})
        self.initial.update(
            category=_category_of(model),
            ocop_set=model.ocop_set,
            months=list(model.months),
        )
        if model.commune.province_id in provinces:  # goods bought in may come from elsewhere
            self.initial["commune"] = model.commune_id

    def _start_from(self, sheet: ProductSheet) -> None:
        record: Any = sheet.main_record
        values = {
            "title": sheet.product.title,
            "category": _category_of(sheet),
            "ocop_set": sheet.ocop_set,
            "commune": sheet.commune_id,
            "months": list(sheet.months),
            "price_amount": int(record.price or 0) if record else None,
            "stock": record.num_in_stock if record else 0,
            "stock_seen": record.num_in_stock if record else None,
        }
        for name, value in values.items():
            self.initial[name] = value

    @property
    def groups(self) -> list[tuple[str, list[Any], bool]]:
        """(heading, fields, is_open) as the page folds them; a group with an error is open."""
        shown = [
            (str(heading), [self[name] for name in names if name in self.fields], is_open)
            for heading, names, is_open in GROUPS
        ]
        return [
            (heading, fields, is_open or self.is_alike or any(field.errors for field in fields))
            for heading, fields, is_open in shown
        ]

    def clean_stock(self) -> int:
        """Orders take from the stock while the form is open: what the person did not see is not written over."""
        stock: int = self.cleaned_data["stock"]
        record: Any = self.instance.main_record if self.instance.pk else None
        seen = self["stock_seen"].value()
        if record and str(seen) != str(record.num_in_stock) and stock != record.num_in_stock:
            seen_now: Any = self.data.copy()  # type: ignore[attr-defined]
            seen_now["stock_seen"] = record.num_in_stock  # from here on
            self.data = seen_now
            raise forms.ValidationError(
                _("Số lượng vừa đổi thành %(now)d vì có kiện được giao. Bạn xem lại rồi lưu lần nữa."),
                params={"now": record.num_in_stock},
                code="changed",
            )
        return stock

    @property
    def season_months(self) -> int:
        return sum(1 << (month - 1) for month in set(self.cleaned_data["months"]))


def _category_of(sheet: ProductSheet) -> CategorySheet | None:
    return CategorySheet.objects.filter(category__product=sheet.product_id).first()


def tax_class_of(ocop_set: int, processing: str, *, is_own_produced: bool) -> TaxClass:
    """The tax class goods start with; the accountant has the last word.

    >>> tax_class_of(1, "raw", is_own_produced=True).value, tax_class_of(15, "processed", is_own_produced=True).value
    ('own_produce', 'excise')
    """
    if ocop_set in (14, 15):
        return TaxClass.EXCISE
    if processing == Processing.SERVICE:
        return TaxClass.SERVICE
    if processing in (Processing.RAW, Processing.PRIMARY):
        return TaxClass.OWN_PRODUCE if is_own_produced else TaxClass.TRADED_PRODUCE
    return TaxClass.PROCESSED


class PackForm(forms.Form):
    """One more size of the product, or a change of one by its code."""

    sku = _Plain(label=_("Mã quy cách"), max_length=50)
    name = _Plain(label=_("Quy cách, ví dụ “túi 1 kg”"), max_length=60)
    net_quantity = forms.IntegerField(label=_("Lượng tịnh (gam, mililít hoặc cái)"), min_value=1)
    weight_grams = forms.IntegerField(label=_("Cân nặng khi gửi (g)"), min_value=1)
    price_amount = forms.IntegerField(label=_("Giá một gói (đồng)"), min_value=1, max_value=HIGHEST_PRICE)
    stock = forms.IntegerField(label=_("Số gói đang có"), min_value=0, max_value=HIGHEST_STOCK)


class TierForm(forms.Form):
    """Three steps of prices for many; an empty line counts as none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in (1, 2, 3):
            self.fields[f"quantity_{step}"] = forms.IntegerField(
                label=_("Từ số gói"), min_value=2, max_value=HIGHEST_STOCK, required=False
            )
            self.fields[f"amount_{step}"] = forms.IntegerField(
                label=_("Giá mỗi gói (đồng)"), min_value=1, max_value=HIGHEST_PRICE, required=False
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for step in (1, 2, 3):
            pair = (cleaned.get(f"quantity_{step}"), cleaned.get(f"amount_{step}"))
            if any(pair) and not all(pair):
                self.add_error(f"amount_{step}", _("Mỗi mức cần cả số gói và giá."))
        return cleaned

    @property
    def tiers(self) -> list[tuple[int, int]]:
        cleaned = self.cleaned_data
        return [
            (cleaned[f"quantity_{step}"], cleaned[f"amount_{step}"])
            for step in (1, 2, 3)
            if cleaned.get(f"quantity_{step}")
        ]


class HarvestForm(forms.Form):
    """What the stall expects and opens for pre-orders."""

    expected_quantity = forms.IntegerField(label=_("Số gói dự kiến"), min_value=1, max_value=HIGHEST_STOCK)
    expected_on = forms.DateField(label=_("Ngày có hàng"), widget=forms.DateInput({"type": "date"}))
    confidence = forms.ChoiceField(label=_("Mức chắc chắn"), choices=Confidence.choices)


class ArrivalForm(forms.Form):
    """Packs of a harvest that came in; ``arrived_before`` lets a form that is sent twice count once."""

    quantity = forms.IntegerField(label=_("Số gói đã về"), min_value=1, max_value=HIGHEST_STOCK)
    arrived_before = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


SMALL_FORMS: dict[str, tuple[type[forms.Form], str]] = {
    "pack": (PackForm, "quy-cach"),
    "tiers": (TierForm, "muc"),
    "harvest": (HarvestForm, "vu"),
    "arrival": (ArrivalForm, "ve"),
}
"""The forms that stand below a product's own: act → its form, and how the ids of its fields begin."""


@dataclass(frozen=True)
class Answered:
    """A small form that comes back with what is wrong: of which size (key of its product) or harvest."""

    act: str
    key: int
    form: forms.Form


def small_form(act: str, key: int, data: Any = None, **initial: Any) -> forms.Form:
    """The form of an act for one size or harvest; of the whole product with key 0."""
    kind, begin = SMALL_FORMS[act]
    return kind(data, initial=initial, auto_id=f"{begin}-{key}-%s")


def forms_of(
    sheet: ProductSheet, answered: Answered | None, draft: Callable[[str, bool], dict[str, Any]]
) -> dict[str, Any]:
    """What stands below the product's form: ``pack``, and ``sizes`` with prices for many and harvests.

    Shape: each small form as ``form``, whether its fold ``is_open``, and what ``draft`` gives for its name and for
    whether it is the one that comes back.
    """

    def small(act: str, key: int, **initial: Any) -> dict[str, Any]:
        is_answered = answered is not None and (answered.act, answered.key) == (act, key)
        form = answered.form if answered and is_answered else small_form(act, key, **initial)
        return {"form": form, "is_open": is_answered, **draft(f"{act}/{key}", is_answered)}

    sizes = []
    for offer in sheet.offers:
        tiers = list(PriceTier.objects.filter(product_id=offer.product_id))
        start: dict[str, int] = {}
        for step, tier in enumerate(tiers[:3], start=1):
            start |= {f"quantity_{step}": tier.min_quantity, f"amount_{step}": tier.unit_amount}
        expected = Harvest.objects.filter(product_id=offer.product_id, state=HarvestState.EXPECTED)
        arrivals = [
            (harvest, small("arrival", harvest.pk, arrived_before=harvest.arrived_quantity))
            for harvest in expected
        ]
        sizes.append(
            {
                "offer": offer,
                "tiers": small("tiers", offer.product_id, **start),
                "harvest": small("harvest", offer.product_id),
                "arrivals": arrivals,
            }
        )
    return {"pack": small("pack", 0), "sizes": sizes}
