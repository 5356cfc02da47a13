"""Papers other than the OCOP certificate: adding, checking, and where each may be shown."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.clock import today
from catalog.models import (
    TARGETS,
    ApprovalState,
    Cooperative,
    Lot,
    Paper,
    PaperKind,
    Plot,
    ProductSheet,
    ProofAct,
)
from catalog.proofs import AlreadyJudged, locked, publish_scan, record
from catalog.validity import PAPER_REMINDER_DAYS, PROVING_GRADES

ALWAYS_ENDS = frozenset({PaperKind.VIETGAP, PaperKind.ORGANIC})


class PaperFinding(TextChoices):
    """What a person should look at before verifying a paper."""

    STARTS_BEFORE_ISSUE = "starts_before_issue", _("Có giá trị từ trước ngày cấp.")
    ENDED = "ended", _("Đã hết hạn.")
    NO_END = "no_end", _("Loại giấy này thường có ngày hết hạn mà ở đây để trống.")
    SEEN_ELSEWHERE = "seen_elsewhere", _("Hợp tác xã khác cũng khai số giấy này.")
    NO_PHOTO = "no_photo", _("Không có ảnh chụp giấy.")


class PaperDoubtful(ValueError):
    """The paper has findings that the person who verifies it has not accepted."""

    def __init__(self, findings: list[PaperFinding]) -> None:
        super().__init__(", ".join(findings))
        self.findings = findings


def paper_findings(paper: Paper) -> list[PaperFinding]:
    found = []
    if paper.valid_from < paper.issued_on:
        found.append(PaperFinding.STARTS_BEFORE_ISSUE)
    if paper.valid_to is not None and paper.valid_to < today():
        found.append(PaperFinding.ENDED)
    if paper.valid_to is None and paper.kind in ALWAYS_ENDS:
        found.append(PaperFinding.NO_END)
    same = Paper.objects.filter(kind=paper.kind, number=paper.number)
    own = Paper.objects.of_cooperatives(Cooperative.objects.filter(pk=paper.owner.pk))
    if same.exclude(pk__in=own.values("pk")).exists():
        found.append(PaperFinding.SEEN_ELSEWHERE)
    if not paper.photo and paper.scan_id is None:
        found.append(PaperFinding.NO_PHOTO)
    return found


@transaction.atomic
def save_paper(  # noqa: PLR0913  what stands on the paper
    *,
    kind: str,
    bound_to: ProductSheet | Plot | Cooperative,
    number: str,
    issuer: str,
    issued_on: dt.date,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    evidence_grade: str = "C",
    source_url: str = "",
    photo: Any = None,
    by: Any = None,
    paper: Paper | None = None,
) -> Paper:
    """The paper as its cooperative declares it, waiting for the check; ``paper`` is one to put right.

    Unit: ``valid_from`` is the day of issue if left out. ``photo`` has been through ``proofs.clean_photo``.
    Raises: ValidationError; AlreadyJudged when it has been checked.
    """
    is_new = paper is None
    paper = Paper() if paper is None else locked(paper)
    if paper.verified_at is not None or paper.withdrawn_on is not None:
        raise AlreadyJudged(str(paper))
    paper.kind = kind
    paper.sheet = bound_to if isinstance(bound_to, ProductSheet) else None
    paper.plot = bound_to if isinstance(bound_to, Plot) else None
    paper.cooperative = bound_to if isinstance(bound_to, Cooperative) else None
    paper.number = unicodedata.normalize("NFC", number).strip()
    paper.issuer = unicodedata.normalize("NFC", issuer).strip()
    paper.issued_on, paper.valid_from, paper.valid_to = issued_on, valid_from or issued_on, valid_to
    paper.evidence_grade, paper.source_url, paper.return_reason = evidence_grade, source_url, ""
    if photo is not None:
        paper.photo = photo
    if paper.target not in TARGETS.get(kind, frozenset()):
        raise ValidationError({"bound_to": _("Loại giấy này không cấp cho thứ bạn chọn.")})
    paper.clean_fields(exclude=["photo"])
    paper.validate_constraints()
    paper.save()
    record(paper, ProofAct.ADDED if is_new else ProofAct.EDITED, by=by)
    return paper


@transaction.atomic
def verify_paper(
    *,
    paper: Paper,
    verified_by: Any,
    evidence_grade: str,
    source_url: str = "",
    despite: frozenset[PaperFinding] = frozenset(),
    reason: str = "",
    shows_scan: bool = False,
) -> Paper:
    """The paper, verified by that person; it shows from its first day to its last.

    Raises: PaperDoubtful with what is left; ValidationError for a grade that proves nothing.
    Idempotent: the first person and moment stay.
    """
    paper = locked(paper)
    left = [finding for finding in paper_findings(paper) if finding not in despite]
    if left:
        raise PaperDoubtful(left)
    if evidence_grade not in PROVING_GRADES:
        raise ValidationError({"evidence_grade": _("Chứng cứ mức này chưa đủ để hiện cho mọi người.")})
    if paper.verified_at is None and paper.withdrawn_on is None:
        paper.evidence_grade, paper.source_url = evidence_grade, source_url or paper.source_url
        paper.verified_by, paper.verified_at, paper.return_reason = verified_by, timezone.now(), ""
        paper.save(
            update_fields=["evidence_grade", "source_url", "verified_by", "verified_at", "return_reason"]
        )
        record(paper, ProofAct.VERIFIED, by=verified_by, note=reason)
        if shows_scan:
            publish_scan(paper)
    return paper


def papers_of_sheet(sheet: ProductSheet) -> QuerySet[Paper]:
    """What counts today for a product: its own papers, those of its plots and those of its maker."""
    bound = Q(sheet=sheet) | Q(cooperative=sheet.cooperative_id) | Q(plot__sheets=sheet)
    return _shown(bound)


def papers_of_lot(lot: Lot) -> QuerySet[Paper]:
    """As for the product, but only the plot that the lot came from: another plot's paper proves nothing here."""
    by_code = Q(papers__kind=PaperKind.GROWING_AREA, papers__number=lot.place_code) if lot.place_code else Q()
    named = Q(name=lot.plot) | by_code if lot.place_code else Q(name=lot.plot)
    plots = Plot.objects.filter(named, cooperative=lot.sheet.cooperative_id)
    bound = Q(sheet=lot.sheet_id) | Q(cooperative=lot.sheet.cooperative_id) | Q(plot__in=plots.values("pk"))
    return _shown(bound)


def papers_of_stall(cooperative: Cooperative) -> QuerySet[Paper]:
    """What counts today for a stall: its papers, those of its plots and of its public goods."""
    public = Q(
        sheet__cooperative=cooperative,
        sheet__state=ApprovalState.APPROVED,
        sheet__product__is_public=True,
    )
    return _shown(Q(cooperative=cooperative) | Q(plot__cooperative=cooperative) | public)


def _shown(bound: Q) -> QuerySet[Paper]:
    return (
        Paper.objects.showing_on(today())
        .filter(bound)
        .select_related("plot__commune", "sheet__product", "cooperative")
        .order_by("kind", "pk")
    )


def papers_ending_on(on: dt.date) -> QuerySet[Paper]:
    """Proven papers near their end with nothing to follow them, the nearest end first."""
    same = {"kind": OuterRef("kind"), "withdrawn_on__isnull": True}
    later = Paper.objects.proven().filter(
        Q(valid_to__gt=OuterRef("valid_to")) | Q(valid_to__isnull=True),
        Q(sheet=OuterRef("sheet")) | Q(plot=OuterRef("plot")) | Q(cooperative=OuterRef("cooperative")),
        **same,
    )
    return (
        Paper.objects.proven()
        .filter(
            ~Exists(later),
            withdrawn_on__isnull=True,
            valid_to__range=(on, on + dt.timedelta(days=max(PAPER_REMINDER_DAYS))),
        )
        .select_related("sheet__product", "sheet__cooperative", "plot__cooperative", "cooperative")
        .order_by("valid_to", "pk")
    )


def papers_ending_for(cooperatives: QuerySet[Cooperative], on: dt.date) -> QuerySet[Paper]:
    """Of ``papers_ending_on``, those of these cooperatives."""
    own = Paper.objects.of_cooperatives(cooperatives)
    return papers_ending_on(on).filter(pk__in=own.values("pk"))
