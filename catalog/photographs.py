"""Photographs as phones make them: turned upright, shrunk, freed of their notes (no Django).

Limits come first: the size stands in the header and is read before anything is decoded.
Source: reliability figures of this project; a PNG of 398 KB may hold 128 million points.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 2_000
QUALITY = 88
_HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1")


class PhotographRefused(ValueError):
    """``reason``: type, heic, pixels, moves or broken."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# What Pillow's readers raise on broken files.
_BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
)


def check(content: bytes) -> None:
    """Read the header only. Raises: PhotographRefused."""
    with _opened(content):
        pass


def upright_jpeg(content: bytes) -> bytes:
    """``content`` as a JPEG on white ground, no longer than ``LONGEST_SIDE``; nothing else of it is kept.

    Raises: PhotographRefused, before anything is decoded when type or size do not fit.
    """
    with _opened(content) as image:
        return _jpeg(image)


def shrunk_jpeg(jpeg: bytes, side: int) -> bytes:
    """A JPEG of ``upright_jpeg``, no longer than ``side`` points."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        image.draft("RGB", (side, side))
        image.thumbnail((side, side))
        file = io.BytesIO()
        image.save(file, "JPEG", quality=QUALITY, optimize=True)
        return file.getvalue()


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        raise PhotographRefused("heic")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd notes, which are dropped
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                _check(image)
                yield image
    except PhotographRefused:
        raise
    except UnidentifiedImageError as error:
        raise PhotographRefused("type") from error
    except Image.DecompressionBombError as error:
        raise PhotographRefused("pixels") from error
    except _BROKEN as error:
        raise PhotographRefused("broken") from error


def _check(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise PhotographRefused("pixels")
    if image.format in ("PNG", "WEBP", "AVIF") and getattr(image, "n_frames", 1) > 1:
        raise PhotographRefused("moves")


def _jpeg(image: Image.Image) -> bytes:
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded at half the size when that is enough
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    turned = ImageOps.exif_transpose(image)
    if turned.mode in ("I;16", "I;16B", "I"):
        turned = turned.point(lambda value: value / 256).convert("L")
    if turned.has_transparency_data:
        over = turned.convert("RGBA")
        ground = Image.new("RGBA", over.size, "white")
        turned = Image.alpha_composite(ground, over)
    bare = Image.new("RGB", turned.size)
    bare.paste(turned.convert("RGB"))
    file = io.BytesIO()
    bare.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()
