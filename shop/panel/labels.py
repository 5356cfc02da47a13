"""Labels of a lot as PDF: which paper, how many."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from catalog.labels import LAYOUTS, MOST, labels_pdf
from catalog.models import LotStatus

from .lots import LotPage


class LabelForm(forms.Form):
    """Its answers stand in the address, so that the same sheet can be printed again."""

    layout = forms.ChoiceField(
        label=_("Khổ giấy"), choices=[(layout.key, layout.title) for layout in LAYOUTS.values()]
    )
    count = forms.IntegerField(
        label=_("Bao nhiêu tem"),
        min_value=1,
        max_value=MOST,
        initial=24,
        help_text=_("Khi in chọn đúng cỡ thật, đừng chọn “vừa trang”."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class LotLabels(LotPage):
    """The form, and with its answers the PDF."""

    template_name = "panel/lot_labels.html"
    form: LabelForm | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["form"] = self.form or LabelForm()
        context["is_recalled"] = self.lot.status == LotStatus.RECALLED
        return context

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "layout" not in request.GET or self.lot.status == LotStatus.RECALLED:
            return self.render_to_response(self.get_context_data())
        form = self.form = LabelForm(request.GET)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        layout = LAYOUTS[form.cleaned_data["layout"]]
        pdf = labels_pdf(self.lot, layout=layout, count=form.cleaned_data["count"])
        name = f"tem-{self.lot.grouped_code}-{layout.key}.pdf"
        return HttpResponse(
            pdf,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="{name}"',
                "Cache-Control": "private, no-store",
            },
        )
