"""What is done to a certificate and to any other paper alike: record, photograph, send back, withdraw."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.acts import Act, Verb, tell
from catalog.models import Certificate, Paper, Proof, ProofAct, ProofEvent

P = TypeVar("P", Certificate, Paper)

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 12 * 1024 * 1024
LONGEST_SIDE = 2200


_VERBS = {
    ProofAct.ADDED: Verb.PROOF_ADDED,
    ProofAct.EDITED: Verb.PROOF_EDITED,
    ProofAct.RETURNED: Verb.PROOF_RETURNED,
    ProofAct.VERIFIED: Verb.PROOF_VERIFIED,
    ProofAct.EXTENDED: Verb.PROOF_EXTENDED,
    ProofAct.WITHDRAWN: Verb.PROOF_WITHDRAWN,
}


class AlreadyJudged(ValueError):
    """The paper has been checked or withdrawn: what it says can no longer be changed."""


def record(proof: Certificate | Paper, act: ProofAct, *, by: Any, note: str = "") -> ProofEvent:
    """One line in the record of this certificate or paper."""
    is_certificate = isinstance(proof, Certificate)
    bound = {"certificate": proof} if is_certificate else {"paper": proof}
    actor = by if getattr(by, "pk", None) else None
    with translation.override(settings.LANGUAGE_CODE):  # its name in the record
        about = f"{_('Giấy chứng nhận OCOP') if is_certificate else ''} {proof}: {proof.about}".strip()
    tell(
        Act(
            _VERBS[act],
            about=about,
            cooperative_id=proof.owner.pk,
            reference=f"{'certificate' if is_certificate else 'paper'}:{proof.pk}",
            reason=note,
            by=actor,
        )
    )
    return ProofEvent.objects.create(
        act=act, actor=actor, note=unicodedata.normalize("NFC", note).strip()[:500], **bound
    )


def locked(proof: P) -> P:
    """The row as it is now, locked to the end of the transaction."""
    rows: Any = type(proof)._default_manager
    found: P = rows.select_for_update(of=("self",)).get(pk=proof.pk)
    return found


@transaction.atomic
def return_proof(*, proof: P, reason: str, by: Any) -> P:
    """The paper, sent back to its cooperative with what is to be put right.

    Locks: the row. Raises: AlreadyJudged, ValidationError without a reason.
    """
    proof = locked(proof)
    if proof.verified_at is not None or proof.withdrawn_on is not None:
        raise AlreadyJudged(str(proof))
    reason = unicodedata.normalize("NFC", reason).strip()
    if not reason:
        raise ValidationError({"return_reason": _("Bạn ghi rõ cần sửa gì.")})
    proof.return_reason = reason[:300]
    proof.save(update_fields=["return_reason"])
    record(proof, ProofAct.RETURNED, by=by, note=reason)
    return proof


@transaction.atomic
def withdraw_proof(*, proof: P, on: dt.date, by: Any = None, reason: str = "") -> P:
    """The paper, withdrawn; it stops showing at once. Idempotent: the first day stays."""
    proof = locked(proof)
    if proof.withdrawn_on is None:
        proof.withdrawn_on = on
        proof.save(update_fields=["withdrawn_on"])
        record(proof, ProofAct.WITHDRAWN, by=by, note=reason)
    return proof


def clean_photo(upload: Any) -> ContentFile[bytes]:
    """The photograph as a JPEG of moderate size, without what the camera wrote beside it (place, owner).

    Raises: ValidationError for a file that is no picture or asks for too much memory.
    """
    if upload.size > MOST_BYTES:
        raise ValidationError(_("Ảnh lớn quá 12 MB. Bạn chụp lại nhỏ hơn nhé."), code="too_large")
    try:
        with Image.open(upload, formats=FORMATS) as opened:
            if opened.width * opened.height > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
                raise ValidationError(
                    _("Ảnh nhiều điểm ảnh quá. Bạn chụp lại nhỏ hơn nhé."), code="too_large"
                )
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValidationError(
            _("Tệp này không phải ảnh đọc được. Bạn gửi ảnh JPEG, PNG hoặc WebP."), code="invalid_image"
        ) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=82)
    return ContentFile(written.getvalue(), name="photo.jpg")


def publish_scan(proof: Proof) -> None:
    """Makes the private photograph the public scan. Idempotent: a scan that is there stays."""
    if proof.scan_id is not None or not proof.photo:
        return
    pictures: Any = apps.get_model(settings.WAGTAILIMAGES_IMAGE_MODEL)
    with proof.photo.open("rb") as photo:
        proof.scan = pictures.objects.create(
            title=str(proof), file=ContentFile(photo.read(), name="scan.jpg")
        )
    proof.save(update_fields=["scan"])
