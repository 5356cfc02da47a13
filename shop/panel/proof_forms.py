"""The forms of the papers' screens: what a cooperative declares, and what the operator decides."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.clock import today
from catalog.models import (
    Certificate,
    CheckState,
    Commune,
    Cooperative,
    EvidenceGrade,
    Paper,
    PaperKind,
    Plot,
    ProductSheet,
)
from catalog.proofs import clean_photo

MISSING = gettext_lazy("Bạn ghi chỗ này giúp nhé.")
MISSING_DATE = gettext_lazy("Bạn ghi ngày giúp nhé, ví dụ 25/06/2026.")


class LineField(forms.CharField):
    """One line of text, composed (NFC) and with single spaces."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return " ".join(unicodedata.normalize("NFC", text).split()) if text else text


class DateField(forms.DateField):
    """A day, from the phone's own calendar or typed as people write it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            error_messages={
                "required": MISSING_DATE,
                "invalid": gettext_lazy("Ngày chưa đúng, ví dụ 25/06/2026."),
            },
            **kwargs,
        )


class PhotoField(forms.FileField):
    """A photograph of the paper, as ``catalog.proofs.clean_photo`` leaves it."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Ảnh chụp tờ giấy"),
            required=False,
            help_text=gettext_lazy("Chụp cả tờ, thấy rõ số và con dấu. Chỉ người điều hành chợ xem ảnh này."),
            widget=forms.FileInput({"accept": "image/*"}),
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        return clean_photo(upload) if upload else None


class CertificateForm(forms.Form):
    """An OCOP certificate as it is printed."""

    sheet = forms.ModelChoiceField(
        ProductSheet.objects.none(),
        label=gettext_lazy("Sản phẩm"),
        empty_label=gettext_lazy("Chọn sản phẩm"),
        error_messages={"required": gettext_lazy("Bạn chọn sản phẩm nhé.")},
    )
    stars = forms.TypedChoiceField(
        label=gettext_lazy("Số sao"),
        coerce=int,
        choices=[(3, gettext_lazy("3 sao")), (4, gettext_lazy("4 sao")), (5, gettext_lazy("5 sao"))],
    )
    number = LineField(label=gettext_lazy("Số giấy chứng nhận"), max_length=60)
    decision_number = LineField(label=gettext_lazy("Số quyết định"), max_length=60)
    decided_on = DateField(label=gettext_lazy("Ngày quyết định"))
    issuer = LineField(
        label=gettext_lazy("Cơ quan cấp"),
        max_length=160,
        help_text=gettext_lazy("Chép đúng trên giấy, cả khi cơ quan ấy nay không còn."),
    )
    valid_from = DateField(label=gettext_lazy("Có giá trị từ ngày"))
    valid_to = DateField(label=gettext_lazy("Đến hết ngày"))
    product_code = LineField(
        label=gettext_lazy("Mã sản phẩm OCOP"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Ví dụ 14-03868-01-2026. Giấy không ghi thì để trống."),
    )
    photo = PhotoField()

    def __init__(self, *args: Any, sheets: Any, proof: Certificate | None = None, **kwargs: Any) -> None:
        if proof is not None:
            kwargs["initial"] = {name: getattr(proof, name) for name in self.base_fields if name != "photo"}
        super().__init__(*args, **kwargs)
        self.fields["sheet"].queryset = sheets.select_related("product")  # type: ignore[attr-defined]
        _plain_words(self)

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        begins, ends = fields.get("valid_from"), fields.get("valid_to")
        if begins and ends and ends <= begins:
            self.add_error("valid_to", _("Ngày hết hạn phải sau ngày bắt đầu."))
        if (decided := fields.get("decided_on")) and decided > today():
            self.add_error("decided_on", _("Ngày quyết định còn ở phía trước."))
        return fields


class PaperForm(forms.Form):
    """Another paper. ``bound_to`` is ``sheet-7``, ``plot-3`` or ``cooperative-1``."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Loại giấy"),
        choices=[("", gettext_lazy("Chọn loại giấy")), *PaperKind.choices],
        error_messages={"required": gettext_lazy("Bạn chọn loại giấy nhé.")},
    )
    bound_to = forms.ChoiceField(
        label=gettext_lazy("Giấy cấp cho"),
        help_text=gettext_lazy(
            "VietGAP và mã số vùng trồng cấp cho từng nương; chưa có nương thì thêm nương trước."
        ),
        error_messages={"required": gettext_lazy("Bạn chọn giấy cấp cho gì nhé.")},
    )
    number = LineField(label=gettext_lazy("Số giấy"), max_length=80)
    issuer = LineField(label=gettext_lazy("Nơi cấp"), max_length=160)
    issued_on = DateField(label=gettext_lazy("Ngày cấp"))
    valid_from = DateField(
        label=gettext_lazy("Có giá trị từ ngày"),
        required=False,
        help_text=gettext_lazy("Để trống nếu là ngày cấp."),
    )
    valid_to = DateField(
        label=gettext_lazy("Đến hết ngày"),
        required=False,
        help_text=gettext_lazy("Chép đúng trên giấy. Giấy không ghi thì để trống."),
    )
    photo = PhotoField()

    def __init__(self, *args: Any, cooperatives: Any, proof: Paper | None = None, **kwargs: Any) -> None:
        if proof is not None:
            kwargs["initial"] = {
                **{n: getattr(proof, n) for n in self.base_fields if n not in ("photo", "bound_to")},
                "bound_to": f"{proof.target}-{proof.sheet_id or proof.plot_id or proof.cooperative_id}",
            }
        super().__init__(*args, **kwargs)
        self.things = _things_of(cooperatives)
        self.fields["bound_to"].choices = [("", _("Chọn"))] + [  # type: ignore[attr-defined]
            (key, _label_of(thing)) for key, thing in self.things.items()
        ]
        _plain_words(self)

    def clean_bound_to(self) -> ProductSheet | Plot | Cooperative:
        return self.things[self.cleaned_data["bound_to"]]

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        begins, ends = fields.get("valid_from") or fields.get("issued_on"), fields.get("valid_to")
        if begins and ends and ends < begins:
            self.add_error("valid_to", _("Ngày hết hạn phải sau ngày bắt đầu."))
        if (issued := fields.get("issued_on")) and issued > today():
            self.add_error("issued_on", _("Ngày cấp còn ở phía trước."))
        return fields


def _things_of(cooperatives: Any) -> dict[str, ProductSheet | Plot | Cooperative]:
    things: dict[str, ProductSheet | Plot | Cooperative] = {}
    for cooperative in cooperatives:
        things[f"cooperative-{cooperative.pk}"] = cooperative
    for plot in Plot.objects.filter(cooperative__in=cooperatives):
        things[f"plot-{plot.pk}"] = plot
    for sheet in ProductSheet.objects.filter(cooperative__in=cooperatives).select_related("product"):
        things[f"sheet-{sheet.pk}"] = sheet
    return things


def _label_of(thing: ProductSheet | Plot | Cooperative) -> str:
    if isinstance(thing, Cooperative):
        return _("Cả hợp tác xã: %(name)s") % {"name": thing.name}
    if isinstance(thing, Plot):
        return _("Nương, vườn: %(name)s") % {"name": thing.name}
    return _("Sản phẩm: %(name)s") % {"name": thing.product.title}


class PlotForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A field of one of the person's cooperatives, in the cooperative's own province.

    A checked paper proves something of the goods from this field: while there is one, name, place and crop stay,
    and goods can only be taken away, or the paper would prove what nobody has looked at.
    """

    class Meta:
        model = Plot
        fields = ("cooperative", "name", "commune", "hectares", "crop", "sheets")
        widgets = {"sheets": forms.CheckboxSelectMultiple}
        labels = {"cooperative": gettext_lazy("Hợp tác xã")}

    def __init__(self, *args: Any, cooperatives: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = cooperatives.values("commune__province")
        self.fields["cooperative"].queryset = cooperatives  # type: ignore[attr-defined]
        self.fields["commune"].queryset = Commune.objects.filter(province__in=provinces)  # type: ignore[attr-defined]
        own = ProductSheet.objects.filter(cooperative__in=cooperatives).select_related("product")
        self.fields["sheets"].queryset = own  # type: ignore[attr-defined]
        self.fields["sheets"].label_from_instance = lambda sheet: sheet.product.title  # type: ignore[attr-defined]
        plot = self.instance
        self.is_proven = (
            bool(plot.pk) and plot.papers.in_check(CheckState.CHECKED).exclude(valid_to__lt=today()).exists()
        )
        if plot.pk:
            self.fields["cooperative"].disabled = True
            self.fields["cooperative"].widget = forms.HiddenInput()
            self.fields["sheets"].queryset = own.filter(cooperative=plot.cooperative_id)  # type: ignore[attr-defined]
        if self.is_proven:
            for name in ("name", "commune", "crop"):
                self.fields[name].disabled = True
            self.fields["sheets"].queryset = own.filter(plots=plot)  # type: ignore[attr-defined]
            self.fields["sheets"].help_text = _(
                "Nương này có giấy đã kiểm, nên chỉ bớt được sản phẩm. Muốn thêm, hãy gửi giấy của chính sản phẩm ấy."
            )
        if not plot.pk and len(cooperatives) == 1:
            only = cooperatives[0]
            self.fields["cooperative"].initial, self.fields["commune"].initial = only, only.commune
            self.fields["cooperative"].widget = forms.HiddenInput()
        _plain_words(self)

    def clean_name(self) -> str:
        return " ".join(unicodedata.normalize("NFC", self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        owner = fields.get("cooperative")
        if owner and any(sheet.cooperative_id != owner.pk for sheet in fields.get("sheets", ())):
            self.add_error("sheets", _("Sản phẩm này của hợp tác xã khác."))
        return fields


class VerifyForm(forms.Form):
    """The operator's yes: which evidence, which findings are accepted and why, whether the scan may be shown."""

    evidence_grade = forms.ChoiceField(
        label=gettext_lazy("Chứng cứ đã xem"),
        choices=[
            ("", gettext_lazy("Chọn")),
            (EvidenceGrade.A, gettext_lazy("Quyết định, giấy có chữ ký và con dấu")),
            (EvidenceGrade.B1, gettext_lazy("Báo nhà nước hoặc cổng thông tin nhà nước")),
        ],
        error_messages={"required": gettext_lazy("Bạn chọn chứng cứ đã xem nhé.")},
    )
    source_url = forms.URLField(
        label=gettext_lazy("Nơi đăng công khai (nếu có)"),
        required=False,
        max_length=300,
        assume_scheme="https",
        error_messages={"invalid": gettext_lazy("Đường dẫn chưa đúng, ví dụ https://sonla.gov.vn/…")},
    )
    despite = forms.MultipleChoiceField(
        label=gettext_lazy("Vẫn nhận dù"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = LineField(
        label=gettext_lazy("Vì sao vẫn nhận"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Cần ghi khi có điều phải xem lại; lưu vào sổ."),
    )
    shows_scan = forms.BooleanField(
        label=gettext_lazy("Cho mọi người xem ảnh giấy (không có số căn cước, chữ ký riêng)"), required=False
    )

    def __init__(self, *args: Any, findings: Any, has_photo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings = list(findings)
        self.fields["despite"].choices = [(each.value, each.label) for each in self.findings]  # type: ignore[attr-defined]
        if not self.findings:
            del self.fields["despite"], self.fields["reason"]
        if not has_photo:
            del self.fields["shows_scan"]

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        if self.findings and len(fields.get("despite", ())) < len(self.findings):
            self.add_error(
                "despite", _("Còn điều chưa xem lại. Nếu giấy sai thì gửi lại cho hợp tác xã sửa.")
            )
        elif self.findings and not fields.get("reason"):
            self.add_error("reason", _("Bạn ghi vì sao vẫn nhận nhé."))
        return fields


class ReasonForm(forms.Form):
    """Why a paper is sent back."""

    reason = LineField(
        label=gettext_lazy("Cần sửa gì"),
        max_length=300,
        error_messages={"required": gettext_lazy("Bạn ghi rõ cần sửa gì.")},
        help_text=gettext_lazy("Hợp tác xã đọc đúng câu này."),
    )


class WithdrawForm(forms.Form):
    on = DateField(label=gettext_lazy("Thu hồi từ ngày"))
    reason = LineField(
        label=gettext_lazy("Vì sao thu hồi"),
        max_length=300,
        error_messages={"required": gettext_lazy("Bạn ghi vì sao thu hồi nhé.")},
    )


class ExtendForm(forms.Form):
    until = DateField(
        label=gettext_lazy("Được dùng tiếp đến hết ngày"),
        help_text=gettext_lazy("Nhiều nhất 180 ngày sau ngày hết hạn, khi đang chờ xét lại."),
    )


def _plain_words(form: forms.BaseForm) -> None:
    """The everyday sentence for a field left empty."""
    for field in form.fields.values():
        if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
            field.error_messages["required"] = MISSING


def errors_into(form: forms.Form, error: ValidationError) -> None:
    """A refusal of the service at the field it names, else above the form."""
    for name, texts in getattr(error, "message_dict", {"": error.messages}).items():
        form.add_error(name if name in form.fields else None, texts)
