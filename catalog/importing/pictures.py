"""Photographs of an import as pictures of the market, made before the goods that show them are written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from django.core.files.images import ImageFile
from django.db import transaction
from django.db.models import Q
from wagtail.images import get_image_model

from catalog.models import Cooperative
from catalog.pictures import make_renditions

from .archives import Photographs, stored_key, tidy_name
from .columns import PICTURES
from .planning import PlannedRow
from .problems import CellRefused, Problem


def wanted_names(rows: Iterable[PlannedRow]) -> dict[str, list[int]]:
    """The pictures that the rows put in place: the name each is kept under, and the numbers of its rows."""
    names: dict[str, list[int]] = {}
    for row in rows:
        for change in row.changes:
            if change.field in PICTURES and change.new:
                names.setdefault(change.new, []).append(row.number)
    return names


def make_pictures(
    *, cooperative: Cooperative, photographs: Photographs, names: Iterable[str]
) -> Iterator[tuple[str, Any, Problem | None]]:
    """For each name the picture, made if it is not there, with its renditions; or what is wrong with it.

    Writes: Picture, Rendition, files; each by itself, since decoding is slow and must not hold a lock.
    Idempotent by (cooperative, content).
    """
    for name in names:
        try:
            yield name, _picture(cooperative, photographs, name), None
        except CellRefused as refused:
            yield name, None, refused.at("picture")


def _picture(cooperative: Cooperative, photographs: Photographs, name: str) -> Any:
    title = f"{cooperative.slug}: {stored_key(name)}"
    model: Any = get_image_model()
    for known in model.objects.filter(title=title).order_by("pk"):
        if tidy_name(known.file.name) == name and known.file.storage.exists(known.file.name):
            make_renditions(known)
            return known
    content = photographs.jpeg(stored_key(name))
    picture = model(title=title, file=ImageFile(BytesIO(content), name=name))
    picture.file_size = len(content)
    picture.file_hash = hashlib.sha1(
        content, usedforsecurity=False
    ).hexdigest()  # the hash that Wagtail keeps
    with transaction.atomic():
        picture.save()
    make_renditions(picture)
    return picture


def drop_unused(pictures: Iterable[Any], *, made_by: Cooperative) -> None:
    """Delete pictures that an import made and then did not put in place. Writes: Picture, files."""
    for picture in pictures:
        shown = Q(*((name, picture) for name in PICTURES), _connector=Q.OR)
        if not made_by.sheets.filter(shown).exists():
            picture.delete()
