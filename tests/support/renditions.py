"""Renditions of the demo's pictures, drawn once: both kinds of database are filled with the same pictures.

Encoding AVIF would be most of what loading the demo market costs. What is kept is named by the picture's content and
the filter, so it stays right when either changes.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import PIL
from PIL import AvifImagePlugin, Image
from wagtail.images.models import Filter

from tests.support.databases import CACHE, locked

FOLDER = CACHE / "renditions"
HASTE = 8


def _encode_hastily() -> None:
    """From now on this process encodes AVIF in a third of the time, into files a twelfth larger.

    What pages weigh is therefore asserted of heavier pictures than the shop shows.
    """
    name = AvifImagePlugin.AvifImageFile.format
    encode = Image.SAVE[name]

    def hastily(picture: Image.Image, file: Any, path: str | bytes) -> None:
        picture.encoderinfo.setdefault("speed", HASTE)
        encode(picture, file, path)

    Image.register_save(name, hastily)


def keep_renditions() -> None:
    """From now on this process takes what it or another has drawn before from ``.cache/test``."""
    _encode_hastily()
    draw = Filter.run

    def drawn_once(filter: Filter, picture: Any, output: Any, source: Any = None) -> Any:
        drawing = (PIL.__version__, HASTE, picture.file_hash, filter.spec, filter.get_cache_key(picture))
        name = hashlib.sha256(repr(drawing).encode()).hexdigest()[:24]
        with locked(f"renditions-{name[0]}"):
            for kept in FOLDER.glob(f"{name}.*"):
                return SimpleNamespace(f=BytesIO(kept.read_bytes()), format_name=kept.suffix[1:])
            made = draw(filter, picture, output, source)
            made.f.seek(0)
            FOLDER.mkdir(exist_ok=True)
            building = FOLDER / f"building-{name}"
            building.write_bytes(made.f.read())
            building.rename(FOLDER / f"{name}.{made.format_name}")
            return made

    Filter.run = drawn_once
