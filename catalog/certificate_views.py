"""The public page of one certificate: what the paper says, how it was checked, and whether it counts today."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import ocop, structured
from catalog.certificates import public_certificates
from catalog.models import EvidenceGrade
from catalog.ocop_sets import SETS
from catalog.paging import LARGEST
from catalog.pictures import renditions_of

SCAN = "max-800x1100|format-jpeg"  # a paper is shown whole, unlike the square and wide pictures of goods

EVIDENCE_WORDS: dict[str, Promise] = {
    EvidenceGrade.A: gettext_lazy("Chợ đã xem quyết định có chữ ký và con dấu."),
    EvidenceGrade.B1: gettext_lazy("Báo của nhà nước hoặc cổng thông tin nhà nước xác nhận."),
}


@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """One certificate, ended and withdrawn ones too: whoever holds an old label finds out here."""
    paper = (
        public_certificates()
        .filter(pk=pk)
        .select_related("sheet__product", "sheet__cooperative", "sheet__commune__province", "scan")
        .first()
        if pk <= LARGEST
        else None
    )
    if paper is None:
        raise Http404
    path = reverse("catalogue:certificate", args=[paper.pk])
    product_path = reverse("catalogue:detail", args=[paper.sheet.product.slug, paper.sheet.product_id])
    language = get_language()
    steps = [
        (settings.MARKET_NAME, "/" if language in (None, settings.LANGUAGE_CODE) else f"/{language}/"),
        (_("Sản phẩm"), reverse("catalogue:index")),
        (paper.sheet.title, product_path),
        (_("Giấy chứng nhận"), path),
    ]
    ocop_set = SETS[paper.sheet.ocop_set]
    rules = ocop.RULE_SETS.get(paper.legal_version)
    context = {
        "certificate": paper,
        "stage": paper.stage,
        "product_path": product_path,
        "rules_name": rules.name if rules else paper.legal_version,
        "ocop_set": ocop_set.name_in(language),
        "is_issuer_dissolved": ocop.level_of_issuer(paper.issuer) == ocop.Level.DISTRICT,
        "evidence": EVIDENCE_WORDS[paper.evidence_grade],
        "scan": renditions_of(paper.scan, [SCAN]).get(SCAN) if paper.scan else None,
        "steps": steps,
        "canonical": structured.absolute(path),
        "structured": structured.graph(structured.breadcrumb(steps)),
    }
    return render(request, "catalog/certificate.html", context)
