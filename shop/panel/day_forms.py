"""Which days a screen or a file is about, asked for alike everywhere."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy


class DaysForm(forms.Form):
    """From a day to the end of another, both wanted. ``most_days`` and its ``refusal`` are a screen's own."""

    most_days: int
    refusal: Any

    tu = forms.DateField(
        label=gettext_lazy("Từ ngày"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    den = forms.DateField(
        label=gettext_lazy("Đến hết ngày"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("tu"), cleaned.get("den")
        if first and last and not 0 <= (last - first).days < self.most_days:
            self.add_error("den", self.refusal)
        return cleaned
