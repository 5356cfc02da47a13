"""Writing the search index: one entry per product, stall and story, in the transaction that changes the thing.

The owner calls: ``catalog.services`` for goods and stalls, ``cms.receivers`` for stories.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from catalog import dictionary, shelves
from catalog.folding import words_of
from catalog.models import ApprovalState, Cooperative, IndexEntry, Kind, ProductSheet
from catalog.search_engines import engine

BATCH = 500


def _folded(*texts: str) -> str:
    return " ".join(words_of(" ".join(texts)))


def _label(text: str) -> str:
    return unicodedata.normalize("NFC", text)[:255]


def entry_of_product(sheet: ProductSheet) -> IndexEntry:
    """The entry of a product, not yet saved."""
    categories = sheet.product.categories.all()
    groups = [category.name for category in categories]
    groups += [category.sheet.name_en for category in categories if hasattr(category, "sheet")]
    return IndexEntry(
        kind=Kind.PRODUCT,
        product_id=sheet.product_id,
        is_shown=sheet.state == ApprovalState.APPROVED
        and sheet.product.is_public
        and sheet.cooperative.is_open,
        label=_label(sheet.product.title),
        title=_folded(sheet.product.title, sheet.title_en),
        place=_folded(sheet.cooperative.name, sheet.commune.name, *groups),
        body=_folded(sheet.summary, sheet.summary_en),
    )


def entry_of_cooperative(cooperative: Cooperative) -> IndexEntry:
    """The entry of a stall, not yet saved."""
    return IndexEntry(
        kind=Kind.COOPERATIVE,
        cooperative=cooperative,
        is_shown=cooperative.is_open,
        label=_label(cooperative.name),
        title=_folded(cooperative.name),
        place=_folded(cooperative.commune.name, cooperative.commune.province.name),
        body=_folded(cooperative.summary, cooperative.summary_en),
    )


def index_product(sheet: ProductSheet) -> None:
    """As ``index_products``, for one."""
    index_products([sheet.product_id])


@transaction.atomic
def index_products(product_ids: Sequence[int]) -> None:
    """Write the search and shelf entries of these products; call it inside the transaction that changed them.

    Locks/Writes: IndexEntry, ShelfEntry, SpellingKey. Idempotent.
    """
    for start in range(0, len(product_ids), BATCH):
        batch = product_ids[start : start + BATCH]
        entries = [entry_of_product(sheet) for sheet in _sheets().filter(product_id__in=batch)]
        IndexEntry.objects.bulk_create(
            entries,
            update_conflicts=True,
            unique_fields=["product"],
            update_fields=["is_shown", "label", "title", "place", "body"],
        )
        engine().note(IndexEntry.objects.filter(product_id__in=batch))
        dictionary.learn(entry.title for entry in entries)
        shelves.refresh(batch)


def _sheets() -> QuerySet[ProductSheet]:
    """The newest goods last: they get the highest keys, which the engines go by."""
    return (
        ProductSheet.objects.select_related("product", "cooperative", "commune")
        .prefetch_related("product__categories__sheet")
        .order_by("product_id")
    )


@transaction.atomic
def index_cooperative(cooperative: Cooperative) -> None:
    """Write the entry of a stall; the entries of its goods are their own.

    Writes: IndexEntry, SpellingKey. Idempotent.
    """
    _write(entry_of_cooperative(cooperative), cooperative=cooperative)


@transaction.atomic
def index_story(*, page_id: int, language: str, title: str, place: str, body: str) -> None:
    """Write the entry of a published story page in one language.

    Writes: IndexEntry, SpellingKey. Idempotent by page.
    """
    entry = IndexEntry(
        kind=Kind.STORY,
        page_id=page_id,
        language=language,
        is_shown=True,
        label=_label(title),
        title=_folded(title),
        place=_folded(place),
        body=_folded(body),
    )
    _write(entry, page_id=page_id)


@transaction.atomic
def forget_story(page_id: int) -> None:
    """Drop the entry of a page that is no longer published. Writes: IndexEntry. Idempotent."""
    _drop(IndexEntry.objects.filter(page_id=page_id))


@transaction.atomic
def rebuild() -> int:
    """Write the entries of all goods and stalls anew; return how many. Writes: IndexEntry, SpellingKey. Idempotent.

    Stories are rebuilt by ``cms.services.index_stories``, which knows them.
    """
    _drop(IndexEntry.objects.exclude(kind=Kind.STORY))
    dictionary.forget_all()
    dictionary.learn(IndexEntry.objects.values_list("title", flat=True))
    stalls = Cooperative.objects.select_related("commune__province").order_by("pk")
    return _add(map(entry_of_cooperative, stalls)) + _add(
        map(entry_of_product, _sheets().iterator(chunk_size=BATCH))
    )


def _write(entry: IndexEntry, **key: Any) -> None:
    entry.pk = IndexEntry.objects.filter(**key).values_list("pk", flat=True).first()
    entry.save()
    engine().note([entry])
    dictionary.learn([entry.title])


def _add(entries: Iterable[IndexEntry]) -> int:
    written = IndexEntry.objects.bulk_create(entries, batch_size=BATCH)
    engine().note(written)
    dictionary.learn(entry.title for entry in written)
    return len(written)


def _drop(entries: QuerySet[IndexEntry]) -> None:
    keys = list(entries.values_list("pk", flat=True))
    entries.delete()
    engine().forget(keys)
