"""Draw the demo market's pictures: ``python -m shop.demo.pictures.draw``.

Needs ``rsvg-convert`` (Debian: librsvg2-bin) and Pillow. Equal calls give equal pictures: every picture has
its own chance, seeded with its key.
"""

import argparse
import io
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image, ImageEnhance

from . import (
    scenes_house,
    scenes_land,
    scenes_work,
    stall_cloth,
    stall_dry,
    stall_fresh,
    stall_hawthorn,
    stall_jars,
    stall_roots,
    stall_smoke,
    stall_spice,
    stall_tea,
)
from .stall import GOODS, picture
from .story import SCENES, scene

HERE = Path(__file__).parent
SHELVES = (
    stall_cloth,
    stall_dry,
    stall_fresh,
    stall_hawthorn,
    stall_jars,
    stall_roots,
    stall_smoke,
    stall_spice,
    stall_tea,
    scenes_house,
    scenes_land,
    scenes_work,
)
"""Importing a shelf enters its pictures in the book."""


def render(svg: str) -> Image.Image:
    """The picture as pixels.

    Raises: CalledProcessError if the renderer refuses the drawing.
    """
    png = subprocess.run(
        ["/usr/bin/env", "rsvg-convert", "--unlimited", "--format=png"],
        input=svg.encode(),
        capture_output=True,
        check=True,
    )
    image = Image.open(io.BytesIO(png.stdout)).convert("RGB")
    # The brush texture greys the colours a little; this gives their depth back.
    return ImageEnhance.Contrast(ImageEnhance.Color(image).enhance(1.2)).enhance(1.07)


def save(svg: str, path: Path, quality: int) -> Image.Image:
    """Write the drawing as a progressive JPEG and return its pixels."""
    image = render(svg)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "JPEG", quality=quality, progressive=True, optimize=True, subsampling=2)
    return image


def contact_sheet(images: Iterable[Image.Image], columns: int, width: int) -> Image.Image:
    """All pictures side by side, ``width`` pixels each."""
    tiles = [image.resize((width, width * image.height // image.width)) for image in images]
    rows = -(-len(tiles) // columns)
    out = Image.new("RGB", (columns * (width + 8), rows * (tiles[0].height + 8)), "#fbf7ef")
    for i, tile in enumerate(tiles):
        out.paste(tile, (i % columns * (width + 8), i // columns * (tiles[0].height + 8)))
    return out


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw everything, or only the keys named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("keys", nargs="*", help="for example p01 or ta-xua-may; everything if none")
    parser.add_argument("--to", type=Path, default=HERE, help="folder that receives goods/ and scenes/")
    parser.add_argument("--quality", type=int, default=75)
    parser.add_argument("--contact", type=Path, help="also write one picture of all of them here")
    parser.add_argument("--columns", type=int, default=6)
    parser.add_argument("--width", type=int, default=300, help="of one picture on the contact sheet")
    options = parser.parse_args(arguments)
    keys = options.keys or [*sorted(GOODS), *SCENES]
    images = []
    for key in keys:
        if key in SCENES:
            images.append(save(scene(key), options.to / "scenes" / f"{key}.jpg", options.quality))
        else:
            images.append(save(picture(key), options.to / "goods" / f"{key}.jpg", options.quality))
    if options.contact:
        contact_sheet(images, options.columns, options.width).save(options.contact)


if __name__ == "__main__":
    main()
