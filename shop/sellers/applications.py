"""From an application to a stall: received, asked about, checked, approved or refused."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from catalog.folding import slug_of
from catalog.models import Cooperative, MemberRole
from catalog.services import add_cooperative
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.images.stall_collections import collection_of
from shop.messages.services import write_letter

from .models import (
    OPEN_STATUSES,
    AccountStatus,
    Application,
    ApplicationCheck,
    ApplicationNote,
    ApplicationPhoto,
    ApplicationStatus,
    BankAccount,
    CheckItem,
    NoteKind,
)
from .papers import is_pdf
from .team import invite

SALT = "shop.sellers.application"
MOST_PHOTOS_IN_ALL = 20


class KnownTaxCode(Exception):
    """There is a stall, or an open application, with this tax code."""


class NotOpen(Exception):
    """The application is decided, or not at the step that this needs."""


class ChecksMissing(Exception):
    """Nobody is let in before every item is checked."""


class TooManyPhotos(Exception):
    """More photographs than anybody reads."""


def link_of(application: Application) -> str:
    """The path of the status page; nobody can guess it, and nothing of it is stored."""
    return reverse("selling:application", args=[signing.Signer(salt=SALT).sign_object(application.pk)])


def find_application(text: str) -> Application | None:
    """Whose status page this is; None for a link that was changed on the way."""
    try:
        pk = signing.Signer(salt=SALT).unsign_object(text)
    except signing.BadSignature:
        return None
    return Application.objects.select_related("commune__province").filter(pk=pk).first()


def submit(*, sent_key: uuid.UUID, photos: Iterable[bytes], **fields: Any) -> Application:
    """The application with its photographs, and a letter with the link to its page.

    Writes: Application, ApplicationPhoto, a letter, the log. Raises: KnownTaxCode. Idempotent: by ``sent_key``.
    """
    try:
        with transaction.atomic():
            if known := Application.objects.filter(sent_key=sent_key).first():
                return known
            if Cooperative.objects.filter(tax_code=fields["tax_code"]).exists():
                raise KnownTaxCode
            application = Application.objects.create(sent_key=sent_key, **fields)
            _keep(application, photos)
            _tell(Verb.APPLICATION_RECEIVED, application)
            _write(application, f"application:{application.pk}", "application_received", {})
    except IntegrityError:  # the same form sent at once, or an open application with this tax code
        if known := Application.objects.filter(sent_key=sent_key).first():
            return known
        raise KnownTaxCode from None
    return application


@transaction.atomic
def ask(*, application: Application, text: str, by: Any) -> None:
    """A question to the applicant, by letter and on the page. Locks: the application. Raises: NotOpen."""
    fresh = _open(application)
    fresh.status = ApplicationStatus.ASKED
    fresh.save(update_fields=["status"])
    _note(fresh, NoteKind.QUESTION, text, by)
    _tell(Verb.APPLICATION_ASKED, fresh, reason=text, by=by)


@transaction.atomic
def answer(*, application: Application, text: str, photos: Iterable[bytes]) -> None:
    """What the applicant answers. Locks: the application. Raises: NotOpen unless asked; TooManyPhotos."""
    fresh = _open(application)
    if fresh.status != ApplicationStatus.ASKED:
        raise NotOpen
    _keep(fresh, photos)
    fresh.status = ApplicationStatus.SUBMITTED
    fresh.save(update_fields=["status"])
    ApplicationNote.objects.create(application=fresh, kind=NoteKind.ANSWER, text=text)


@transaction.atomic
def check(*, application: Application, item: CheckItem, note: str, by: Any) -> None:
    """Write down that ``item`` is right, and what was seen: of the bank, the holder's name that it tells.

    Locks: the application. Raises: NotOpen. Idempotent: the first record stays.
    """
    fresh = _open(application)
    _row, is_new = ApplicationCheck.objects.get_or_create(
        application=fresh, item=item, defaults={"note": note, "actor": by}
    )
    if is_new:
        with translation.override(settings.LANGUAGE_CODE):  # its name in the record
            _tell(Verb.APPLICATION_CHECKED, fresh, reason=f"{item.label}: {note}", by=by)


def missing_checks(application: Application) -> list[CheckItem]:
    """What is still to be looked at."""
    done = set(application.checks.values_list("item", flat=True))
    return [item for item in CheckItem if item.value not in done]


@transaction.atomic
def approve(*, application: Application, by: Any) -> Cooperative:
    """The stall, empty and open, with its checked account and an invitation to its first manager.

    Locks: the application. Writes: Partner, Cooperative, its collection, BankAccount, Invitation, letters, the log.
    Raises: NotOpen, ChecksMissing, KnownTaxCode.
    """
    fresh = _open(application)
    if missing_checks(fresh):
        raise ChecksMissing
    if Cooperative.objects.filter(tax_code=fresh.tax_code).exists():
        raise KnownTaxCode
    stall = add_cooperative(
        code=f"M{fresh.tax_code}",
        slug=_free_slug(fresh.name),
        name=fresh.name,
        legal_name=fresh.legal_name,
        legal_form=fresh.legal_form,
        tax_code=fresh.tax_code,
        representative=fresh.representative,
        phone=fresh.phone,
        email=fresh.email,
        commune=fresh.commune,
        address=fresh.address,
        bank_name=fresh.bank_name,
        bank_account=fresh.bank_account,
    )
    collection_of(stall)
    seen = fresh.checks.get(item=CheckItem.BANK)
    BankAccount.objects.create(
        cooperative=stall,
        bank_name=fresh.bank_name,
        number=fresh.bank_account,
        holder=fresh.bank_holder,
        status=AccountStatus.IN_FORCE,
        entered_at=fresh.received_at,
        decided_by=seen.actor,
        decided_at=seen.at,
        seen_name=seen.note,
    )
    _decide(fresh, ApplicationStatus.APPROVED, stall)
    _note(fresh, NoteKind.APPROVED, "", by)
    _tell(Verb.APPLICATION_APPROVED, fresh, by=by)
    invite(cooperative=stall, contact=fresh.email.lower(), role=MemberRole.MANAGER, by=by)
    return stall


@transaction.atomic
def refuse(*, application: Application, reason: str, by: Any) -> None:
    """Not let in, and why. Locks: the application. Raises: NotOpen."""
    fresh = _open(application)
    _decide(fresh, ApplicationStatus.REFUSED, None)
    _note(fresh, NoteKind.REFUSED, reason, by)
    _tell(Verb.APPLICATION_REFUSED, fresh, reason=reason, by=by)


def _open(application: Application) -> Application:
    fresh = (
        Application.objects.select_for_update(of=("self",)).select_related("commune").get(pk=application.pk)
    )
    if fresh.status not in OPEN_STATUSES:
        raise NotOpen
    return fresh


def _decide(application: Application, status: ApplicationStatus, stall: Cooperative | None) -> None:
    application.status, application.cooperative = status, stall
    application.decided_at = timezone.now()
    application.save(update_fields=["status", "cooperative", "decided_at"])


def _keep(application: Application, photos: Iterable[bytes]) -> None:
    photos = list(photos)
    if application.photos.count() + len(photos) > MOST_PHOTOS_IN_ALL:
        raise TooManyPhotos
    for photo in photos:
        ApplicationPhoto.objects.create(
            application=application, photo=ContentFile(photo, name="photo"), is_pdf=is_pdf(photo)
        )


def _note(application: Application, kind: NoteKind, text: str, by: Any) -> None:
    note = ApplicationNote.objects.create(application=application, kind=kind, text=text, actor=by)
    _write(application, f"application-note:{note.pk}", "application_told", {"note": note})


def _free_slug(name: str) -> str:
    stem = slug_of(name)[:40] or "gian-hang"
    taken = set(Cooperative.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(
        slug for slug in (stem, *(f"{stem}-{number}" for number in range(2, 1000))) if slug not in taken
    )


def _write(application: Application, key: str, template: str, context: dict[str, Any]) -> None:
    link = settings.BASE_URL + link_of(application)
    write_letter(
        key=key,
        recipient=application.email,
        template=template,
        context={"application": application, "link": link, **context},
        language=settings.LANGUAGE_CODE,
    )


def _tell(verb: Verb, application: Application, *, reason: str = "", by: Any = None) -> None:
    record(
        verb,
        about=str(application),
        cooperative_id=application.cooperative_id,
        reference=f"application:{application.pk}",
        reason=reason,
        by=by,
    )
