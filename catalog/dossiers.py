"""Writing a product's dossier; what it amounts to is ``catalog.scoring``."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy

from catalog.models import Cooperative, Dossier, DossierItem, DossierMark, Paper, ProductSheet
from catalog.scoring import EVIDENCE, Assessment, assess


@transaction.atomic
def save_dossier(
    *,
    sheet: ProductSheet,
    marks: Mapping[str, int],
    items: Mapping[int, tuple[Paper | None, str]],
    council_score: Decimal | None = None,
    by: Any = None,
) -> Dossier:
    """The product's dossier as it is now: marks by criterion, and the evidence that is ready with paper and note.

    Locks: Dossier. Writes: Dossier, DossierMark, DossierItem. Idempotent: the same content gives the same rows.
    Raises: ValidationError for marks that the set does not have, and for a paper of another cooperative.
    """
    try:
        assess(sheet.ocop_set, marks)
    except ValueError as error:
        raise ValidationError(
            gettext_lazy("Có điểm không đúng với phiếu chấm của bộ sản phẩm này.")
        ) from error
    if unknown := set(items) - set(EVIDENCE):
        raise ValidationError(
            gettext_lazy("Không có loại minh chứng số %(number)s."), params={"number": min(unknown)}
        )
    own = Paper.objects.of_cooperatives(Cooperative.objects.filter(pk=sheet.cooperative_id))
    attached = {paper.pk for paper, _note in items.values() if paper is not None}
    if own.filter(pk__in=attached).count() < len(attached):
        raise ValidationError(gettext_lazy("Giấy này của hợp tác xã khác."))
    dossier, _made = Dossier.objects.select_for_update().get_or_create(sheet=sheet)
    dossier.council_score, dossier.updated_by = council_score, by
    dossier.clean_fields()
    dossier.validate_constraints()
    dossier.save()
    dossier.marks.all().delete()
    dossier.items.all().delete()
    DossierMark.objects.bulk_create(
        DossierMark(dossier=dossier, criterion=key, points=points) for key, points in marks.items() if points
    )
    DossierItem.objects.bulk_create(
        DossierItem(
            dossier=dossier, kind=kind, paper=paper, note=unicodedata.normalize("NFC", note).strip()[:200]
        )
        for kind, (paper, note) in sorted(items.items())
    )
    return dossier


def marks_of(dossier: Dossier) -> dict[str, int]:
    return {mark.criterion: mark.points for mark in dossier.marks.all()}


def assessment_of(dossier: Dossier) -> Assessment:
    """Where it stands, by the council's mean if its paper is there, else by the cooperative's own marks."""
    score = None if dossier.council_score is None else Fraction(dossier.council_score)
    return assess(dossier.sheet.ocop_set, marks_of(dossier), council_score=score)
