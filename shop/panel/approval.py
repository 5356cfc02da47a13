"""The end of a workflow: the page goes out, if its pictures may be shown (docs/decisions/0041)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.workflows import publish_workflow_state

if TYPE_CHECKING:
    from wagtail.models import WorkflowState


def publish_approved(workflow_state: WorkflowState, user: Any = None) -> None:
    """What WAGTAIL_FINISH_WORKFLOW_ACTION names.

    Raises: RightsMissing; the approval is undone with it and the page waits as it did.
    """
    from .picture_rights import must_have_rights  # noqa: PLC0415  Wagtail's models read this module before they are ready

    must_have_rights(workflow_state.content_object.get_latest_revision_as_object())
    publish_workflow_state(workflow_state, user)
