"""The register of certificates: checking a paper against the rules of its day, its end, and who may read it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import ocop
from catalog.models import ApprovalState, Certificate, Cooperative, EvidenceGrade, ProductSheet, ProofAct
from catalog.proofs import AlreadyJudged, publish_scan, record, withdraw_proof
from catalog.validity import PROVING_GRADES


class Finding(TextChoices):
    """What does not fit the rules of the paper's own day."""

    UNKNOWN_RULES = "unknown_rules", _("Không có văn bản nào mang số này.")
    RULES_NOT_IN_FORCE = "rules_not_in_force", _("Văn bản này không có hiệu lực vào ngày ra quyết định.")
    ISSUER_UNKNOWN = "issuer_unknown", _("Không rõ cơ quan cấp thuộc cấp nào.")
    ISSUER_MAY_NOT = "issuer_may_not", _("Ngày ấy cơ quan này không có quyền công nhận hạng sao này.")
    STARTS_BEFORE_DECISION = "starts_before_decision", _("Có giá trị từ trước ngày ra quyết định.")
    TERM_TOO_LONG = "term_too_long", _("Dài hơn 36 tháng.")
    CODE_SHAPE = "code_shape", _("Mã sản phẩm không đúng dạng tỉnh-xã-số thứ tự-năm.")
    CODE_ELSEWHERE = "code_elsewhere", _("Mã sản phẩm là của xã khác.")


class CertificateDoubtful(ValueError):
    """The paper has findings that the person who verifies it has not accepted."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(", ".join(findings))
        self.findings = findings


def findings_of(certificate: Certificate) -> list[Finding]:
    """What a person should look at before verifying; empty when nothing contradicts the rules.

    Source: Decisions 148/2023, 1489/2025, 26/2026 (who grants what), art. 4.3 (36 months).
    """
    found = []
    rules = ocop.RULE_SETS.get(certificate.legal_version)
    if rules is None:
        found.append(Finding.UNKNOWN_RULES)
    elif not rules.is_in_force(certificate.decided_on):
        found.append(Finding.RULES_NOT_IN_FORCE)
    level = ocop.level_of_issuer(certificate.issuer)
    if level is None:
        found.append(Finding.ISSUER_UNKNOWN)
    elif not _might_grant(level, certificate):
        found.append(Finding.ISSUER_MAY_NOT)
    if certificate.valid_from < certificate.decided_on:
        found.append(Finding.STARTS_BEFORE_DECISION)
    if certificate.valid_to > ocop.end_of_term(certificate.valid_from):
        found.append(Finding.TERM_TOO_LONG)
    return found + _code_findings(certificate)


def _code_findings(certificate: Certificate) -> list[Finding]:
    if not certificate.product_code:
        return []
    try:
        code = ocop.product_code(certificate.product_code)
    except ValueError:
        return [Finding.CODE_SHAPE]
    return [] if code.commune == certificate.sheet.commune_id else [Finding.CODE_ELSEWHERE]


def _might_grant(level: ocop.Level, certificate: Certificate) -> bool:
    try:
        return ocop.granted_by(certificate.stars, certificate.decided_on) == level
    except ValueError:
        return False


@transaction.atomic
def verify_certificate(
    *,
    certificate: Certificate,
    verified_by: Any,
    despite: frozenset[Finding] = frozenset(),
    evidence_grade: str = "",
    source_url: str = "",
    reason: str = "",
    shows_scan: bool = False,
) -> Certificate:
    """The certificate, verified by that person; from now on its star may show.

    Unit: ``despite`` names the findings the person has looked at and accepts, ``reason`` says why; grade and
    source left out stay as declared. Raises: CertificateDoubtful with what is left; ValidationError for a grade
    that proves nothing. Idempotent: the first person and moment stay.
    """
    certificate = _locked(certificate)
    left = [finding for finding in findings_of(certificate) if finding not in despite]
    if left:
        raise CertificateDoubtful(left)
    if evidence_grade and evidence_grade not in PROVING_GRADES:
        raise ValidationError({"evidence_grade": _("Chứng cứ mức này chưa đủ để hiện cho mọi người.")})
    if certificate.verified_at is None and certificate.withdrawn_on is None:
        certificate.verified_by, certificate.verified_at = verified_by, timezone.now()
        certificate.evidence_grade = evidence_grade or certificate.evidence_grade
        certificate.source_url = source_url or certificate.source_url
        certificate.return_reason = ""
        certificate.save(
            update_fields=["verified_by", "verified_at", "evidence_grade", "source_url", "return_reason"]
        )
        record(certificate, ProofAct.VERIFIED, by=verified_by, note=reason)
        if shows_scan:
            publish_scan(certificate)
    return certificate


@transaction.atomic
def declare_certificate(  # noqa: PLR0913  what stands on the paper
    *,
    sheet: ProductSheet,
    stars: int,
    number: str,
    decision_number: str,
    decided_on: dt.date,
    issuer: str,
    valid_from: dt.date,
    valid_to: dt.date,
    product_code: str = "",
    photo: Any = None,
    by: Any = None,
    certificate: Certificate | None = None,
) -> Certificate:
    """What its cooperative says is on a certificate, waiting for the check (grade C shows no star).

    Unit: the rules that apply are those of the day of the decision. ``certificate`` is one to put right.
    Raises: ValidationError; AlreadyJudged when it has been checked.
    """
    is_new = certificate is None
    certificate = Certificate() if certificate is None else _locked(certificate)
    if certificate.verified_at is not None or certificate.withdrawn_on is not None:
        raise AlreadyJudged(str(certificate))
    try:
        certificate.legal_version = ocop.rules_on(decided_on).version
    except ValueError as error:
        raise ValidationError({"decided_on": _("Ngày ấy chưa có chương trình OCOP.")}) from error
    certificate.sheet, certificate.stars, certificate.number = sheet, stars, number
    certificate.decision_number, certificate.decided_on = decision_number, decided_on
    certificate.issuer, certificate.product_code = issuer, product_code
    certificate.valid_from, certificate.valid_to = valid_from, valid_to
    certificate.evidence_grade, certificate.return_reason = EvidenceGrade.C, ""
    if photo is not None:
        certificate.photo = photo
    certificate.clean_fields(exclude=["photo"])
    certificate.validate_constraints()
    certificate.save()
    record(certificate, ProofAct.ADDED if is_new else ProofAct.EDITED, by=by)
    return certificate


@transaction.atomic
def extend_certificate(*, certificate: Certificate, until: dt.date, by: Any = None) -> Certificate:
    """The certificate, good until that day while its re-grading is under way.

    Source: Decision 26/2026/QĐ-TTg, art. 12.3: at most 180 days. Raises: ValidationError.
    """
    certificate = _locked(certificate)
    last = certificate.valid_to + dt.timedelta(days=ocop.EXTENSION_DAYS)
    if certificate.withdrawn_on is not None:
        raise ValidationError({"extended_to": _("Giấy đã bị thu hồi thì không được dùng tiếp.")})
    if not certificate.valid_to < until <= last:
        raise ValidationError({"extended_to": _("Chỉ được dùng tiếp nhiều nhất 180 ngày sau ngày hết hạn.")})
    certificate.extended_to = until
    certificate.save(update_fields=["extended_to"])
    record(certificate, ProofAct.EXTENDED, by=by, note=f"{until:%d/%m/%Y}")
    return certificate


def withdraw_certificate(*, certificate: Certificate, on: dt.date) -> Certificate:
    """The certificate, withdrawn; its star goes at once. Idempotent: the first day stays."""
    return withdraw_proof(proof=certificate, on=on)


def _locked(certificate: Certificate) -> Certificate:
    return Certificate.objects.select_for_update(of=("self",)).select_related("sheet").get(pk=certificate.pk)


def public_certificates() -> QuerySet[Certificate]:
    """Certificates with a page of their own: proven ones of public goods, ended and withdrawn ones too.

    A proposal or a seller's own claim has none: a page would lend it the look of a proof.
    """
    return Certificate.objects.proven().filter(
        sheet__state=ApprovalState.APPROVED, sheet__product__is_public=True
    )


def ending_on(on: dt.date) -> QuerySet[Certificate]:
    """Proven certificates in their last 180 days with nothing to follow them, the nearest end first.

    One that is extended has its renewal under way and is left out, as is one whose successor is there.
    """
    later = Certificate.objects.proven().filter(
        sheet=OuterRef("sheet"), withdrawn_on__isnull=True, valid_to__gt=OuterRef("valid_to")
    )
    return (
        Certificate.objects.proven()
        .filter(
            ~Exists(later),
            withdrawn_on__isnull=True,
            extended_to__isnull=True,
            valid_to__range=(on, on + dt.timedelta(days=ocop.RENEWAL_OPENS_DAYS)),
        )
        .select_related("sheet__product", "sheet__cooperative")
        .order_by("valid_to", "pk")
    )


def ending_for(cooperatives: QuerySet[Cooperative], on: dt.date) -> QuerySet[Certificate]:
    """Of ``ending_on``, those of these cooperatives."""
    return ending_on(on).filter(sheet__cooperative__in=cooperatives)
