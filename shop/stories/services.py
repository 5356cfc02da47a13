"""A stall writes its story; an editor lets it out, sends it back, or it is withdrawn (docs/decisions/0046).

What is shown stays as it is until then: the stall writes revisions. Wagtail's workflow keeps what waits and what was
said; its signals are told to the stall and to the log (``receivers``), whichever screen the step was taken on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from wagtail.models import Page, Revision, TaskState, WorkflowState

from catalog.models import ApprovalState, Cooperative, ProductSheet
from cms.models import StoryIndexPage, StoryPage
from cms.parts import Part, body_of, lacking, parts_of
from cms.services import NoFrontPage
from shop.sellers import takedowns

from .rights import must_go_out


class Closed(Exception):
    """Not now: it waits for the editor, or an editor has locked it."""


class ChangedMeanwhile(Exception):
    """Somebody has saved another version since the form was opened."""


class NotWhole(Exception):
    """Something is missing without which nobody should look at it."""


class NothingWaits(Exception):
    """The step was taken already, or withdrawn."""


class NoModeration(Exception):
    """Nobody has been asked to look at stories: no workflow stands at the page of stories."""


@dataclass(frozen=True)
class Written:
    """What a stall's form holds. ``picture_id`` is the picture at its head."""

    title: str
    intro: str
    picture_id: int | None
    parts: tuple[Part, ...]


def stories_of_stalls() -> QuerySet[StoryPage]:
    """Stories that belong to a stall, in the language they are written in first."""
    return StoryPage.objects.filter(locale__language_code=settings.LANGUAGE_CODE, cooperative__isnull=False)


def own_products(cooperative: Cooperative) -> dict[int, str]:
    """Products that a story of the stall may show, by name: those that may be bought."""
    rows = ProductSheet.objects.filter(cooperative=cooperative, state=ApprovalState.APPROVED)
    return dict(rows.order_by("product__title").values_list("product_id", "product__title"))


def draft_of(story: StoryPage) -> StoryPage:
    """The story as it was written last."""
    draft: StoryPage = story.get_latest_revision_as_object()
    return draft


def stamp_of(story: StoryPage | None) -> str:
    """Tells the last written version from any other; a version that is overwritten has another."""
    latest = story.latest_revision if story is not None else None
    return f"{latest.pk}-{latest.created_at.timestamp()}" if latest is not None else ""


def state_of(story: StoryPage) -> WorkflowState | None:
    """What waits for an editor or was sent back by one; None where neither is so."""
    state: WorkflowState | None = story.current_workflow_state
    return state


def states_of(stories: Iterable[StoryPage]) -> dict[int, WorkflowState]:
    """The same for many, by the key of the story. One query."""
    rows = _states().filter(object_id__in=[str(story.pk) for story in stories])
    return {int(state.object_id): state for state in rows.select_related("current_task_state")}


def keys_with(status: str) -> list[int]:
    """Keys of pages whose version waits for an editor, or was sent back by one."""
    return [int(key) for key in _states().filter(status=status).values_list("object_id", flat=True)]


def _states() -> QuerySet[WorkflowState]:
    return WorkflowState.objects.active().filter(base_content_type=ContentType.objects.get_for_model(Page))


def is_waiting(state: WorkflowState | None) -> bool:
    return state is not None and state.status == WorkflowState.STATUS_IN_PROGRESS


@transaction.atomic
def save_draft(
    *, story: StoryPage | None, cooperative: Cooperative, written: Written, seen: str, by: Any
) -> StoryPage:
    """The stall's version, new or changed; what is shown stays as it is.

    The same person's last version is written over while nobody else has seen it, so that drafts saved by themselves do
    not pile up. Locks: the pages of the story. Writes: a page, a revision.
    Raises: Closed, ChangedMeanwhile, NoFrontPage.
    """
    values = {"title": written.title, "intro": written.intro, "picture_id": written.picture_id}
    if story is None:
        shelf = StoryIndexPage.objects.filter(locale__language_code=settings.LANGUAGE_CODE).first()
        if shelf is None:
            raise NoFrontPage(settings.LANGUAGE_CODE)
        _lock(shelf)
        shelf.refresh_from_db()
        fresh = StoryPage(
            locale=shelf.locale, cooperative=cooperative, owner=by, live=False, body=[], **values
        )
        shelf.add_child(instance=fresh)
        draft, over = fresh, None
    else:
        fresh = _locked(story)
        if is_waiting(state_of(fresh)) or fresh.locked:
            raise Closed
        if stamp_of(fresh) != seen:
            raise ChangedMeanwhile
        draft, over = draft_of(fresh), _unseen(fresh, by)
    for name, value in values.items():
        setattr(draft, name, value)
    draft.body = body_of(written.parts)
    draft.save_revision(user=by, clean=False, overwrite_revision=over)
    return StoryPage.objects.get(pk=fresh.pk)


@transaction.atomic
def submit(*, story: StoryPage, by: Any) -> None:
    """To the editor. Locks: the pages of the story. Writes: what Wagtail's workflow keeps, a letter, the log.

    Raises: Closed, NotWhole, MayNotGoOut, NoModeration, takedowns.StillTakenDown.
    """
    fresh = _locked(story)
    state = state_of(fresh)
    if is_waiting(state) or fresh.locked:
        raise Closed
    if takedowns.standing_of(fresh):
        raise takedowns.StillTakenDown
    draft = draft_of(fresh)
    if not is_whole(draft):
        raise NotWhole
    must_go_out(draft)
    if state is not None:
        state.resume(user=by)
        return
    workflow = fresh.get_workflow()
    if workflow is None:
        raise NoModeration
    workflow.start(fresh, by)


@transaction.atomic
def withdraw(*, story: StoryPage, by: Any) -> None:
    """Back from the editor. Locks: the pages of the story. Writes: as ``submit``. Raises: NothingWaits."""
    state = state_of(_locked(story))
    if state is None or not is_waiting(state):
        raise NothingWaits
    state.cancel(user=by)


@transaction.atomic
def approve(*, story: StoryPage, seen: str, by: Any) -> None:
    """Out into the shop, exactly as it was looked at. Locks: the pages of the story. Writes: the page, as ``submit``.

    Raises: NothingWaits, ChangedMeanwhile, MayNotGoOut.
    """
    _waiting_task(story, seen).approve(user=by)


@transaction.atomic
def send_back(*, story: StoryPage, seen: str, remark: str, by: Any) -> None:
    """Back to the stall with what to change. Locks, writes: as ``submit``. Raises: NothingWaits, ChangedMeanwhile."""
    _waiting_task(story, seen).reject(user=by, comment=remark)


def is_whole(draft: StoryPage) -> bool:
    """Whether nothing is missing without which nobody should look at it."""
    parts = parts_of(draft, own_products=_named(draft))
    return bool(draft.title and draft.intro and parts) and not any(lacking(part) for part in parts)


def translations_of(story: StoryPage) -> Iterable[StoryPage]:
    """Those that readers meet in other languages; they stay as they are when the story changes."""
    return (
        StoryPage.objects.filter(translation_key=story.translation_key, live=True)
        .exclude(pk=story.pk)
        .select_related("locale")
        .order_by("locale__language_code")
    )


def _named(draft: StoryPage) -> set[int]:
    return {
        block["value"]["product_id"]
        for block in draft.body.raw_data
        if block["type"] == "product" and block["value"]["product_id"]
    }


def _waiting_task(story: StoryPage, seen: str) -> TaskState:
    fresh = _locked(story)
    task = fresh.current_workflow_task_state
    if task is None:
        raise NothingWaits
    if stamp_of(fresh) != seen:
        raise ChangedMeanwhile
    return task


def _unseen(story: StoryPage, by: Any) -> Revision | None:
    """The last version, where the same person wrote it and it was neither shown nor sent."""
    latest = story.latest_revision
    if latest is None or latest.user_id != by.pk or latest.pk == story.live_revision_id:
        return None
    return None if TaskState.objects.filter(revision=latest).exists() else latest


def _locked(story: StoryPage) -> StoryPage:
    _lock(story)
    return StoryPage.objects.select_related("latest_revision", "locale").get(pk=story.pk)


def _lock(page: Page) -> None:
    """All languages of the page, in the order in which takedowns lock them."""
    rows = Page.objects.filter(translation_key=page.translation_key).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
