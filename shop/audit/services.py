"""Writing the log: one call inside the transaction of the act that it tells."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from catalog.acts import Act
from catalog.folding import fold

from .models import Entry
from .sources import acting_here, network_here, note_told, person_here

Changes = Mapping[str, tuple[Any, Any]]
MOST_TOLD = 200  # characters of one value


def record(
    verb: str,
    *,
    about: str,
    cooperative_id: int | None = None,
    reference: str = "",
    changes: Changes | None = None,
    reason: str = "",
    acting_for: str = "",
    by: Any = None,
) -> Entry:
    """One line, by ``by`` or else whoever's request is being answered.

    Shape: ``changes`` is field → (before, after); equal ones are left out. Secrets and account numbers come masked
    (``catalog.acts.masked``). Writes: Entry, in the caller's transaction.
    """
    entry = _entry(verb, about, cooperative_id, reference, changes or {}, reason, acting_for, by)
    entry.save(force_insert=True)
    return entry


def record_acts(acts: Iterable[Act]) -> None:
    """A line for each act of the catalogue, with one statement."""
    Entry.objects.bulk_create(
        [
            _entry(
                act.verb, act.about, act.cooperative_id, act.reference, act.changes, act.reason, "", act.by
            )
            for act in acts
        ]
    )


def _entry(
    verb: str,
    about: str,
    cooperative_id: int | None,
    reference: str,
    changes: Changes,
    reason: str,
    acting_for: str,
    by: Any,
) -> Entry:
    actor = by if getattr(by, "pk", None) else person_here()
    name = str(actor) if actor is not None else ""
    acting_for = acting_for or acting_here(actor)
    note_told()
    texts = [unicodedata.normalize("NFC", text).strip() for text in (about, reason, acting_for)]
    told = {
        field: [_plain(before), _plain(after)]
        for field, (before, after) in changes.items()
        if before != after
    }
    return Entry(
        actor_id=actor.pk if actor is not None else None,
        actor_name=name[:254],
        cooperative_id=cooperative_id,
        verb=str(verb),
        about=texts[0][:300],
        reason=texts[1][:500],
        acting_for=texts[2][:200],
        reference=reference[:60],
        changes=told,
        network=network_here(),
        words=fold(" ".join([name, *texts, reference])),
    )


def _plain(value: Any) -> Any:
    """As JSON keeps it, readable."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    return unicodedata.normalize("NFC", str(value))[:MOST_TOLD]
