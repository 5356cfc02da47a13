"""Photographs that arrive broken or are not what they say: read, or refused before they cost anything."""

from __future__ import annotations

import contextlib
import io
import time
import tracemalloc

import pytest
from PIL import Image

from catalog.photographs import FORMATS, PhotographRefused, upright_jpeg
from tests.support.mutants import mutants


def photograph(kind: str) -> bytes:
    file = io.BytesIO()
    picture = Image.linear_gradient("L").convert("RGB").resize((320, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    picture.save(file, format=kind, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_sound_photograph_is_turned_upright_and_loses_its_notes(kind: str) -> None:
    with Image.open(io.BytesIO(upright_jpeg(photograph(kind)))) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (200, 320), {})


@pytest.mark.parametrize("kind", FORMATS)
def test_no_mutant_of_a_photograph_breaks_the_reader_or_takes_long(kind: str) -> None:
    tracemalloc.start()
    try:
        for content in mutants(photograph(kind), seed=20261128):
            started = time.process_time()
            with contextlib.suppress(PhotographRefused):
                upright_jpeg(content)
            assert time.process_time() - started < 2
        assert tracemalloc.get_traced_memory()[1] < 300 * 2**20
    finally:
        tracemalloc.stop()
