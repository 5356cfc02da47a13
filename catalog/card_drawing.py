"""The picture that goes with a shared link of a product (no Django).

Pillow lays the photograph and keeps the bytes few; the words are set by Typst, in the font that it carries
(Libertinus Serif, OFL 1.1), which has every Vietnamese letter; for the few Japanese ones a font is kept that has only
these (``forms/fonts``).
"""

from __future__ import annotations

import functools
import io
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from catalog.typesetting import Form

SIZE = (1200, 630)  # pixels; what Facebook and Zalo show whole (1.91 to 1)
MOST_BYTES = 60_000
_SQUARE = 602  # of the photograph; the rest of the height is the brocade under it
_QUALITIES = (85, 78, 70, 62, 54, 46, 38, 30, 22, 14)
_FILE = Path(__file__).parent / "forms" / "card.typ"
_FONTS = _FILE.parent / "fonts"
_FORM = Form(_FILE, fonts=_FONTS)
# Signs, marks and characters that the fonts do not have; in NFC no Vietnamese letter needs them.
_LEFT_OUT = frozenset({"So", "Sk", "Mn", "Me", "Cc", "Cf", "Cn", "Co", "Cs"})

_FINEST = 6
_LONGEST_WORD = 12  # letters that surely fit on a line
_BREAK = "\u200b"


class Card(NamedTuple):
    """What stands on the picture. ``price`` as it is read; ``certified`` says the ``stars`` in words; None: no star."""

    market: str
    name: str
    price: str
    stall: str
    stars: int | None
    certified: str


def looks() -> bytes:
    """Changes whenever pictures would come out differently: the form itself and its font."""
    return b"".join(path.read_bytes() for path in (_FILE, *sorted(_FONTS.glob("*.otf"))))


def draw(card: Card, photograph: bytes | None) -> bytes:
    """The picture as JPEG of ``SIZE``, ``MOST_BYTES`` at most. Without a photograph, or one that can't be read, cloth.

    A name that is too long is set smaller, then cut between words. The same arguments give the same bytes.
    """
    words: dict[str, Any] = card._asdict()
    readable = {name: _readable(value) if isinstance(value, str) else value for name, value in words.items()}
    image = Image.open(io.BytesIO(_FORM.png(readable))).convert("RGB")
    if photograph is not None and (square := _square(photograph)):
        image.paste(square, (0, 0))
    return _light_jpeg(image)


def _readable(text: str) -> str:
    """NFC, without what the font can't show, spaces single; a word wider than a line may be broken anywhere."""
    kept = (
        letter if unicodedata.category(letter) not in _LEFT_OUT else " "
        for letter in unicodedata.normalize("NFC", text)
    )
    words = "".join(kept).split()
    return " ".join(word if len(word) <= _LONGEST_WORD else _BREAK.join(word) for word in words)


def _square(photograph: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(photograph)) as image:
            side = min(image.size)
            left, top = (image.width - side) // 2, (image.height - side) // 2
            cut = image.convert("RGB").crop((left, top, left + side, top + side))
            return cut.resize((_SQUARE, _SQUARE), Image.Resampling.LANCZOS)
    except (OSError, Image.DecompressionBombError):
        return None


def _light_jpeg(image: Image.Image) -> bytes:
    for quality in _QUALITIES:
        file = io.BytesIO()
        image.save(file, "JPEG", qtables=_tables(quality), optimize=True, progressive=True)
        if file.tell() <= MOST_BYTES:
            break
    return file.getvalue()


@functools.cache
def _tables(quality: int) -> dict[int, list[int]]:
    """libjpeg's own tables for that quality, with mean colours kept: else paper turns pink where bytes are few."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", quality=quality)
    file.seek(0)
    tables: dict[int, list[int]] = JpegImageFile(file).quantization
    return {number: [min(table[0], _FINEST), *table[1:]] for number, table in tables.items()}
