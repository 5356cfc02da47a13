"""The end of a workflow: the page goes out, where nothing keeps it (docs/decisions/0041, 0043)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.workflows import publish_workflow_state

if TYPE_CHECKING:
    from wagtail.models import WorkflowState


def publish_approved(workflow_state: WorkflowState, user: Any = None) -> None:
    """What WAGTAIL_FINISH_WORKFLOW_ACTION names.

    Raises: MayNotGoOut; the approval is undone with it and the page waits as it did.
    """
    from shop.stories.rights import must_go_out  # noqa: PLC0415  Wagtail's models read this module before they are ready

    must_go_out(workflow_state.content_object.get_latest_revision_as_object())
    publish_workflow_state(workflow_state, user)
