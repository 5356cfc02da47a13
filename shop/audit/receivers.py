"""Hears what the catalogue does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from catalog.acts import Act, acted

from .services import record_acts


@receiver(acted, sender=Act, dispatch_uid="audit")
def write_acts(acts: Sequence[Act], **_: Any) -> None:
    record_acts(acts)
