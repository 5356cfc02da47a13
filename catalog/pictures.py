"""The sizes and formats of pictures: AVIF with JPEG behind, square for goods, 3:2 for scenes."""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from PIL import Image
from wagtail.images.models import Filter, SourceImageIOError

from catalog.structured import absolute

log = logging.getLogger(__name__)

SQUARE = {240: "240x240", 320: "320x320", 640: "640x640"}
WIDE = {320: "320x213", 640: "640x427", 960: "960x640"}
SHAPES = {"square": SQUARE, "wide": WIDE}
FORMATS = {"avif": "format-avif|avifquality-50", "jpeg": "format-jpeg|jpegquality-78"}  # best first


def spec(shape: str, width: int, format_name: str) -> str:
    """Wagtail's filter for one rendition.

    Raises: KeyError for a size that is not in ``SHAPES``.
    """
    return f"fill-{SHAPES[shape][width]}|{FORMATS[format_name]}"


def specs_of(shape: str) -> list[str]:
    return [spec(shape, width, format_name) for width in SHAPES[shape] for format_name in FORMATS]


ALL_SPECS = specs_of("square") + specs_of("wide")


def renditions() -> QuerySet[Any]:
    """All renditions that pages show, for ``Prefetch("…picture__renditions", renditions())``."""
    model: Any = apps.get_model(settings.WAGTAILIMAGES_IMAGE_MODEL).get_rendition_model()
    found: QuerySet[Any] = model.objects.filter(filter_spec__in=ALL_SPECS)
    return found


def make_renditions(picture: Any, *, shape: str = "square") -> int:
    """Make the renditions of ``picture`` that are missing, and its ground colour; return how many it has now.

    Idempotent. Writes: Rendition rows, files, ``ground_colour``.
    Raises: SourceImageIOError when the picture's own file can't be read.
    """
    made = picture.get_renditions(*specs_of(shape))
    if not picture.ground_colour:
        smallest = made[spec(shape, min(SHAPES[shape]), "jpeg")]
        picture.ground_colour = _mean_colour(smallest.file)
        picture.save(update_fields=["ground_colour"])
    _close(made)
    return len(made)


def _close(made: dict[str, Any]) -> None:
    """Wagtail keeps the temporary file of each rendition it has just made open."""
    for rendition in made.values():
        rendition.file.close()


def _mean_colour(file: Any) -> str:
    with file.open("rb") as source, Image.open(source) as image:
        return f"#{image.convert('RGB').resize((1, 1), Image.Resampling.BOX).tobytes().hex()}"


@lru_cache(maxsize=64)
def _filter(filter_spec: str) -> Filter:
    return Filter(spec=filter_spec)


def renditions_of(picture: Any, filter_specs: Sequence[str]) -> dict[str, Any]:
    """Renditions by filter; from the prefetched ones, else from the database, else made now.

    Wagtail's own ``get_renditions`` takes a prefetched list as complete and would make a missing
    rendition again on each page; this one asks the database first. Empty when the file is gone.
    """
    fetched = getattr(picture, "_prefetched_objects_cache", {}).get("renditions", ())
    found = {
        rendition.filter_spec: rendition
        for rendition in fetched
        if rendition.filter_spec in filter_specs
        and rendition.focal_point_key == _filter(rendition.filter_spec).get_cache_key(picture)
    }
    missing = [each for each in filter_specs if each not in found]
    if missing:
        alone = copy.copy(picture)
        alone._prefetched_objects_cache = {}
        try:
            made = alone.get_renditions(*missing)
            _close(made)
            found.update(made)
        except (SourceImageIOError, OSError):
            log.warning("picture %s has no readable file", picture.pk)
            return {}
    return found


class SharePicture(NamedTuple):
    """What Zalo and Facebook show of a shared link: a whole address, the size in pixels, what is to be seen."""

    url: str
    width: int
    height: int
    alt: str


def share_picture(picture: Any, *, shape: str, alt: str = "") -> SharePicture | None:
    """The largest JPEG of ``picture``; None without a readable one. ``alt`` falls back to the picture's own words."""
    if picture is None:
        return None
    wanted = spec(shape, max(SHAPES[shape]), "jpeg")
    found = renditions_of(picture, [wanted]).get(wanted)
    if found is None:
        return None
    return SharePicture(
        absolute(found.url), found.width, found.height, alt or picture.description or picture.title
    )
