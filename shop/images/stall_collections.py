"""A Wagtail collection for each stall, so that editors find its pictures, and rights can be given stall by stall."""

from __future__ import annotations

from django.db import transaction
from wagtail.models import Collection

from catalog.models import Cooperative

from .models import StallCollection


@transaction.atomic
def collection_of(cooperative: Cooperative) -> Collection:
    """The stall's collection, made where there is none, under the stall's name of today.

    Locks: the root of all collections when one is made. Writes: Collection, StallCollection. Idempotent.
    """
    if (found := _found(cooperative)) is None:
        root = Collection.objects.select_for_update().get(pk=Collection.get_first_root_node().pk)
        if (found := _found(cooperative)) is None:  # a rival may have made it while we waited
            found = root.add_child(name=cooperative.name)
            StallCollection.objects.create(cooperative=cooperative, collection=found)
    if found.name != cooperative.name:
        found.name = cooperative.name
        found.save(update_fields=["name"])
    return found


def ensure_collections() -> int:
    """How many stalls without a collection got theirs, with the pictures that are only for them. Idempotent."""
    waiting = list(Cooperative.objects.filter(own_collection__isnull=True).order_by("pk"))
    for cooperative in waiting:
        with transaction.atomic():
            cooperative.pictures.update(collection=collection_of(cooperative))
    return len(waiting)


def _found(cooperative: Cooperative) -> Collection | None:
    row = StallCollection.objects.filter(cooperative=cooperative).select_related("collection").first()
    return row.collection if row else None
