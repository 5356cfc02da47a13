"""The dossier of each product: what is ready, the marks it would get, what is missing for the next star."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.clock import today
from catalog.dossiers import assessment_of, marks_of, save_dossier
from catalog.models import Cooperative, Dossier, Paper, ProductSheet
from catalog.ocop import LOWEST_CERTIFIED, renewal_window
from catalog.scoring import (
    EVIDENCE,
    HIGHEST,
    PARTS,
    SAMPLES,
    TOURISM,
    conditions_of,
    criteria_of,
    next_filing_day,
)

from .dossier_evidence import Supplied, supplied_for
from .proof_forms import LineField, errors_into
from .screens import Screen, page_of, query_without_page
from .selectors import sheets_for

PER_PAGE = 50


class DossierForm(forms.Form):
    """Marks (``m-…``), yes-or-no conditions (``c-…``) and evidence (``e-…``, ``p-…``, ``n-…``) of one product."""

    council_score = forms.DecimalField(
        label=gettext_lazy("Điểm bình quân hội đồng đã chấm"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=gettext_lazy("Chưa chấm thì để trống: chợ tính theo điểm bà con tự chấm."),
        error_messages={
            "invalid": gettext_lazy("Điểm phải là số, ví dụ 72,5."),
            "min_value": gettext_lazy("Điểm từ 0 đến 100."),
            "max_value": gettext_lazy("Điểm từ 0 đến 100."),
        },
        localize=True,
    )

    def __init__(self, *args: Any, sheet: ProductSheet, dossier: Dossier | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        marks = marks_of(dossier) if dossier else {}
        held = {item.kind: item for item in dossier.items.all()} if dossier else {}
        self.initial["council_score"] = dossier.council_score if dossier else None
        for line in criteria_of(sheet.ocop_set):
            most = _("Điểm từ 0 đến %(most)s.") % {"most": line.most}
            self.fields[f"m-{line.key}"] = forms.IntegerField(
                label=line.vi,
                required=False,
                min_value=0,
                max_value=line.most,
                initial=marks.get(line.key),
                help_text=" · ".join(f"{option.vi}: {option.points}" for option in line.options),
                error_messages={"invalid": most, "min_value": most, "max_value": most},
                widget=forms.NumberInput({"inputmode": "numeric"}),
            )
        for condition in conditions_of(sheet.ocop_set):
            self.fields[f"c-{condition.criterion}"] = forms.BooleanField(
                label=condition.vi, required=False, initial=bool(marks.get(condition.criterion))
            )
        maker = Cooperative.objects.filter(pk=sheet.cooperative_id)
        papers = Paper.objects.of_cooperatives(maker).select_related("sheet__product", "plot", "cooperative")
        for kind, name in EVIDENCE.items():
            item = held.get(kind)
            self.fields[f"e-{kind}"] = forms.BooleanField(
                label=f"{kind}. {name}", required=False, initial=item is not None
            )
            self.fields[f"p-{kind}"] = forms.ModelChoiceField(
                papers,
                label=_("Giấy kèm theo"),
                required=False,
                empty_label=_("Không kèm giấy nào"),
                initial=item.paper_id if item else None,
            )
            self.fields[f"n-{kind}"] = LineField(
                label=_("Ghi chú"), required=False, max_length=200, initial=item.note if item else ""
            )

    def marks(self) -> dict[str, int]:
        fields = self.cleaned_data
        marks = {name[2:]: int(value or 0) for name, value in fields.items() if name[:2] in ("m-", "c-")}
        return {key: points for key, points in marks.items() if points}

    def items(self) -> dict[int, tuple[Paper | None, str]]:
        """What is ticked, and what has a paper or a note although the tick was forgotten."""
        fields = self.cleaned_data
        return {
            kind: (fields[f"p-{kind}"], fields[f"n-{kind}"])
            for kind in EVIDENCE
            if fields[f"e-{kind}"] or fields[f"p-{kind}"] or fields[f"n-{kind}"]
        }


class DossierList(Screen):
    template_name = "panel/dossiers.html"
    page_title = gettext_lazy("Hồ sơ OCOP")
    header_icon = "tasks"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        sheets = sheets_for(self.request.user).select_related("product", "cooperative", "dossier")
        sheets = sheets.prefetch_related("dossier__marks", "certificates").order_by("product__title", "pk")
        page = page_of(sheets, self.request, PER_PAGE)
        rows = [
            (sheet, assessment_of(sheet.dossier) if hasattr(sheet, "dossier") else None) for sheet in page
        ]
        context.update(page=page, rows=rows, page_link=query_without_page(self.request))
        return context


class DossierPage(Screen):
    """One product's dossier: the result above, the marks by part, the evidence of Form 02."""

    template_name = "panel/dossier.html"
    header_icon = "tasks"
    form: DossierForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        sheets = sheets_for(request.user).select_related("product", "cooperative")
        self.sheet = get_object_or_404(sheets, pk=kwargs["pk"])
        found = Dossier.objects.filter(sheet=self.sheet).prefetch_related("marks", "items")
        self.dossier = found.first()

    def get_page_title(self) -> str:
        return _("Hồ sơ OCOP: %(title)s") % {"title": self.sheet.product.title}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:dossiers"), "label": _("Hồ sơ OCOP")},
            {"url": "", "label": self.sheet.product.title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        form = self.form or DossierForm(sheet=self.sheet, dossier=self.dossier)
        supplied = supplied_for(self.sheet)
        star = self.sheet.certificates.filter(withdrawn_on__isnull=True).order_by("-valid_to").first()
        context.update(
            sheet=self.sheet,
            form=form,
            result=assessment_of(self.dossier) if self.dossier else None,
            parts=_parts(form, self.sheet, supplied),
            conditions=[form[f"c-{each.criterion}"] for each in conditions_of(self.sheet.ocop_set)],
            evidence=_evidence(form, supplied),
            ready=len({*(item.kind for item in supplied), *self._kinds()}),
            kinds=len(EVIDENCE),
            is_whole=self.sheet.ocop_set == 1,
            star=star,
            window=renewal_window(star.valid_to) if star else None,
            filing_day=next_filing_day(today()),
            samples=0 if self.sheet.ocop_set == TOURISM else SAMPLES,
            lowest=LOWEST_CERTIFIED,
            highest=HIGHEST,
        )
        return context

    def _kinds(self) -> list[int]:
        return [item.kind for item in self.dossier.items.all()] if self.dossier else []

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.form = DossierForm(request.POST, sheet=self.sheet, dossier=self.dossier)
        if form.is_valid():
            score: Decimal | None = form.cleaned_data["council_score"]
            try:
                save_dossier(
                    sheet=self.sheet,
                    marks=form.marks(),
                    items=form.items(),
                    council_score=score,
                    by=request.user,
                )
            except ValidationError as error:
                errors_into(form, error)
            else:
                messages.success(request, _("Đã lưu hồ sơ."))
                return redirect("panel:dossier", pk=pk)
        return self.render_to_response(self.get_context_data(), status=422)


def _parts(form: DossierForm, sheet: ProductSheet, supplied: list[Supplied]) -> list[dict[str, Any]]:
    """Parts A, B, C with their headings, lines and what the market can say for a line."""
    parts: list[dict[str, Any]] = []
    for letter, name in PARTS.items():
        lines = [line for line in criteria_of(sheet.ocop_set) if line.part == letter]
        headings: dict[str, list[dict[str, Any]]] = {}
        for line in lines:
            headings.setdefault(line.heading, []).append(
                {
                    "field": form[f"m-{line.key}"],
                    "most": line.most,
                    "supplied": [item for item in supplied if item.mark == line.key],
                }
            )
        most = sum(line.most for line in lines)
        parts.append({"letter": letter, "name": name, "most": most, "headings": headings})
    return parts


def _evidence(form: DossierForm, supplied: list[Supplied]) -> list[dict[str, Any]]:
    return [
        {
            "have": form[f"e-{kind}"],
            "paper": form[f"p-{kind}"],
            "note": form[f"n-{kind}"],
            "supplied": [item for item in supplied if item.kind == kind],
        }
        for kind in EVIDENCE
    ]
