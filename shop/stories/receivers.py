"""Each step of a stall's story is told: to the stall by letter, and to the log, whichever screen it was taken on.

Wagtail's own mails about workflows are disconnected: they go out over the network inside the transaction, in its words.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from wagtail.models import TaskState, WorkflowState
from wagtail.signals import (
    task_submitted,
    workflow_approved,
    workflow_cancelled,
    workflow_rejected,
    workflow_submitted,
)

from cms.models import StoryPage
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.messages.services import write_letter


class Step(models.TextChoices):
    """What happened, as the letter tells it."""

    SUBMITTED = "submitted"
    PUBLISHED = "published"
    SENT_BACK = "sent-back"
    WITHDRAWN = "withdrawn"


_VERBS = {
    Step.SUBMITTED: Verb.STORY_SUBMITTED,
    Step.PUBLISHED: Verb.STORY_PUBLISHED,
    Step.SENT_BACK: Verb.STORY_SENT_BACK,
    Step.WITHDRAWN: Verb.STORY_WITHDRAWN,
}


def submitted(instance: TaskState, user: Any, **_signal: Any) -> None:
    _tell(Step.SUBMITTED, instance, user)


def approved(instance: WorkflowState, user: Any, **_signal: Any) -> None:
    _tell(Step.PUBLISHED, instance.current_task_state, user)


def sent_back(instance: WorkflowState, user: Any, **_signal: Any) -> None:
    _tell(Step.SENT_BACK, instance.current_task_state, user)


def withdrawn(instance: WorkflowState, user: Any, **_signal: Any) -> None:
    """Wagtail ends what waits also when an editor publishes the page at once; then it is out."""
    task = instance.current_task_state
    story = task.revision.content_object
    _tell(
        Step.PUBLISHED if story.live_revision_id == story.latest_revision_id else Step.WITHDRAWN, task, user
    )


def connect() -> None:
    """Called when Wagtail's admin has connected its mails: this app stands after it."""
    for signal, sender, name in (
        (task_submitted, TaskState, "group_approval_task_submitted"),
        (workflow_submitted, WorkflowState, "workflow_state_submitted"),
        (workflow_rejected, WorkflowState, "workflow_state_rejected"),
        (workflow_approved, WorkflowState, "workflow_state_approved"),
    ):
        signal.disconnect(sender=sender, dispatch_uid=f"{name}_email_notification")
    for signal, told in (
        (task_submitted, submitted),
        (workflow_approved, approved),
        (workflow_rejected, sent_back),
        (workflow_cancelled, withdrawn),
    ):
        signal.connect(told, dispatch_uid=f"a stall's story: {told.__name__}")


def _tell(step: Step, task: TaskState, by: Any) -> None:
    story = task.revision.as_object()
    if not isinstance(story, StoryPage) or story.cooperative is None:
        return
    stall, remark = story.cooperative, task.comment
    record(
        _VERBS[step],
        about=story.title,
        cooperative_id=stall.pk,
        reference=f"story:{story.pk}",
        reason=remark,
        by=by,
    )
    write_letter(
        key=f"story-{step}:{task.pk}",
        recipient=stall.email,
        template="story_told",
        context={"story": story, "stall": stall, "step": str(step), "remark": remark},
        language=settings.LANGUAGE_CODE,
    )
