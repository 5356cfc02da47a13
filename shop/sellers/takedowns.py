"""Taking a product or a story out of the shop, and letting it back.

At once, whoever asks for it: an authority's order is to be carried out within 24 hours. While it stands, the thing
can neither be approved nor published. Source: as for ``suspensions``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, Revision

from catalog.models import ApprovalState, Cooperative, ProductSheet
from catalog.services import NotReadyToPublish, set_state
from cms.models import StoryPage
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.messages.services import write_letter

from .models import Ground, Takedown, TakenKind
from .suspensions import check_ground


class AlreadyTakenDown(Exception):
    """It is out of the shop by an earlier decision."""


class StillTakenDown(Exception):
    """The thing may not go back into the shop by an ordinary step."""


def standing_of(thing: ProductSheet | StoryPage) -> Takedown | None:
    """The decision that keeps it out of the shop; a story's holds in all its languages."""
    rows = Takedown.objects.filter(lifted_at=None)
    if isinstance(thing, ProductSheet):
        return rows.filter(sheet=thing).first()
    return rows.filter(story_key=thing.translation_key).first()


@transaction.atomic
def step(*, sheet: ProductSheet, state: str, note: str = "") -> None:
    """An ordinary step of approval. Locks: the sheet. Raises: StillTakenDown; as ``set_state``."""
    _lock(sheet)
    if standing_of(sheet):
        raise StillTakenDown
    set_state(sheet=sheet, state=state, note=note)


@transaction.atomic
def take_down(
    *,
    thing: ProductSheet | StoryPage,
    ground: Ground,
    reason: str,
    by: Any,
    order_number: str = "",
    order_date: dt.date | None = None,
) -> Takedown:
    """Out of the shop now, a story in every language. Orders of the product stay to be packed.

    Locks: the sheet, or the pages. Writes: Takedown, the product's state or the pages, a letter, the log.
    Raises: AlreadyTakenDown; ValidationError as ``check_ground``.
    """
    check_ground(ground, reason, order_number, order_date)
    _lock(thing)
    if standing_of(thing):
        raise AlreadyTakenDown
    given = {
        "ground": ground,
        "reason": reason.strip(),
        "order_number": order_number.strip(),
        "order_date": order_date,
        "decided_by": by,
        "cooperative": thing.cooperative,
    }
    if isinstance(thing, ProductSheet):
        title = thing.product.title
        thing.refresh_from_db(fields=["state"])
        row = Takedown.objects.create(
            kind=TakenKind.PRODUCT, sheet=thing, title=title, state_before=thing.state, **given
        )
        set_state(sheet=thing, state=ApprovalState.WITHDRAWN, note=row.reason[:255])
    else:
        row = Takedown.objects.create(
            kind=TakenKind.STORY,
            story=thing,
            story_key=thing.translation_key,
            title=thing.title,
            revisions=[_unpublish(page, by) for page in _languages(thing) if page.live],
            **given,
        )
    _tell(Verb.TAKEN_DOWN, row, row.reason, by)
    _write(row, "taken_down")
    return row


@transaction.atomic
def put_back(*, takedown: Takedown, reason: str, by: Any) -> None:
    """What was public before is public again; a product that lacks something by now becomes a draft.

    Locks: the takedown. Writes: it, the product's state or the pages, a letter, the log. Idempotent.
    """
    fresh = Takedown.objects.select_for_update(of=("self",)).get(pk=takedown.pk)
    if fresh.lifted_at is not None:
        return
    fresh.lifted_at, fresh.lifted_by, fresh.lift_reason = timezone.now(), by, reason.strip()
    fresh.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    if fresh.sheet is not None:
        _return(fresh.sheet, fresh.state_before)
    for revision in Revision.objects.filter(pk__in=fresh.revisions).order_by("pk"):
        revision.publish(user=by, skip_permission_checks=True)
    _tell(Verb.PUT_BACK, fresh, reason, by)
    _write(fresh, "put_back")


def _return(sheet: ProductSheet, state: str) -> None:
    try:
        set_state(sheet=sheet, state=state)
    except NotReadyToPublish:
        set_state(sheet=sheet, state=ApprovalState.DRAFT)


def _lock(thing: ProductSheet | StoryPage) -> None:
    if isinstance(thing, ProductSheet):
        ProductSheet.objects.select_for_update(no_key=True).get(pk=thing.pk)
    else:
        rows = Page.objects.filter(translation_key=thing.translation_key).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _languages(story: StoryPage) -> list[StoryPage]:
    return list(StoryPage.objects.filter(translation_key=story.translation_key).order_by("pk"))


def _unpublish(page: StoryPage, by: Any) -> int:
    """The key of what was public. A page that was published without a revision gets one."""
    revision = page.live_revision or page.save_revision(user=by, clean=False)
    page.unpublish(user=by)
    return int(revision.pk)


def _write(row: Takedown, template: str) -> None:
    stall: Cooperative | None = row.cooperative
    if stall is None or not stall.email:
        return
    write_letter(
        key=f"{template}:{row.pk}",
        recipient=stall.email,
        template=template,
        context={"takedown": row, "stall": stall},
        language=settings.LANGUAGE_CODE,
    )


def _tell(verb: Verb, row: Takedown, reason: str, by: Any) -> None:
    record(
        verb,
        about=f"{row.title} {row.order_number}".strip(),
        cooperative_id=row.cooperative_id,
        reference=f"takedown:{row.pk}",
        reason=reason,
        by=by,
    )
