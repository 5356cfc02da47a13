"""Photographs: which are taken, what is left of them, and which are refused before they are decoded."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import time
import tracemalloc
import zipfile
import zlib

import pytest
from PIL import Image

from catalog.importing.archives import MOST_PICTURES, Photographs, picture_key
from catalog.importing.problems import CellRefused, FileRefused, Trouble
from catalog.photographs import PhotographRefused, check, upright_jpeg
from tests.support.spreadsheets import photograph, zip_of


def refusal(content: bytes) -> Trouble:
    with pytest.raises(FileRefused) as caught:
        Photographs.read(content)
    return caught.value.trouble


def reason(content: bytes) -> str:
    with pytest.raises(PhotographRefused) as caught:
        check(content)
    return caught.value.reason


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


def test_files_are_found_by_name_in_folders_and_leavings_of_computers_are_passed_over():
    archive = zip_of({"Ảnh/Khoai sọ.JPG": b"x", "__MACOSX/._a.jpg": b"x", ".DS_Store": b"x", "Ảnh/": b""})
    assert dict(Photographs.read(archive).names) == {"khoai-so": "Ảnh/Khoai sọ.JPG"}


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/a.jpg", "x/../../a.jpg", "C:\\a.jpg", "..\\a.jpg"])
def test_paths_that_lead_elsewhere_are_refused(name):
    assert refusal(zip_of({name: b"x"})) is Trouble.PICTURES_PATH


def test_two_pictures_of_one_name_are_refused():
    assert refusal(zip_of({"a/khoai.jpg": b"x", "b/Khoai.png": b"x"})) is Trouble.PICTURES_SAME_NAME


def test_what_is_no_archive_or_too_full_is_refused():
    assert refusal(b"x" * 100) is Trouble.PICTURES_BROKEN
    assert refusal(zip_of({"a.jpg": b"\0" * 30_000_000})) is Trouble.BOMB
    assert refusal(zip_of({f"{n}.jpg": b"x" for n in range(MOST_PICTURES + 1)})) is Trouble.PICTURES_TOO_MANY


def test_a_picture_of_thirteen_megabytes_is_refused_unread():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.jpg", random.Random(1).randbytes(13 * 1024 * 1024))
    with pytest.raises(CellRefused) as caught:
        Photographs.read(file.getvalue()).stored_name("a")
    assert caught.value.trouble is Trouble.PICTURE_TOO_BIG


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "type"),
        (b"GIF89a/*" + b"x" * 40, "type"),
        (b"%PDF-1.7", "type"),
        (b"", "type"),
        (photograph(format="GIF"), "type"),
        (photograph(format="BMP"), "type"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "heic"),
        (png_that_claims(16_000, 16_000), "pixels"),
        (png_that_claims(1, 65_535 * 400), "pixels"),
        (photograph(format="PNG", save_all=True, append_images=[Image.new("RGB", (60, 40))]), "moves"),
        (photograph(format="WEBP", save_all=True, append_images=[Image.new("RGB", (60, 40))]), "moves"),
    ],
)
def test_what_is_no_photograph_is_refused_before_it_is_decoded(content, why):
    tracemalloc.start()
    assert reason(content) == why
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_turned_upright_and_forget_where_they_were_taken(orientation):
    image = Image.new("RGB", (60, 40), "white")
    image.paste((200, 0, 0), (0, 0, 20, 10))
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes.get_ifd(0x8825).update({1: "N", 2: (21.0, 10.0, 0.0)})
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95, exif=notes, comment=b"nha toi")
    made = Image.open(io.BytesIO(upright_jpeg(file.getvalue())))
    assert made.size == ((60, 40) if orientation < 5 else (40, 60))
    assert not made.getexif()
    assert not {"exif", "comment", "icc_profile"} & made.info.keys()


@pytest.mark.parametrize(
    ("mode", "format_name"),
    [("CMYK", "JPEG"), ("L", "JPEG"), ("RGBA", "PNG"), ("P", "PNG"), ("I;16", "PNG"), ("1", "PNG"), ("RGBA", "WEBP"),
     ("RGB", "AVIF")],
)  # fmt: skip
def test_every_kind_of_photograph_becomes_a_jpeg(mode, format_name):
    file = io.BytesIO()
    Image.new(mode, (60, 40)).save(file, format_name)
    made = Image.open(io.BytesIO(upright_jpeg(file.getvalue())))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (60, 40))


def test_what_was_transparent_becomes_white_and_large_ones_small():
    file = io.BytesIO()
    Image.new("RGBA", (3_000, 1_500)).save(file, "PNG")
    made = Image.open(io.BytesIO(upright_jpeg(file.getvalue())))
    assert (made.size, made.getpixel((5, 5))) == ((2_000, 1_000), (255, 255, 255))


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_no_mutant_of_a_photograph_breaks_the_reader(format_name):
    chance = random.Random(format_name)
    whole = photograph((200, 150), format=format_name)
    for _number in range(150):
        changed = bytearray(whole[: chance.randint(1, len(whole))] if chance.random() < 0.3 else whole)
        for _change in range(chance.randint(1, 5)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        started = time.process_time()
        with contextlib.suppress(PhotographRefused):
            upright_jpeg(bytes(changed))
        assert time.process_time() - started < 2


def test_names_are_the_same_picture_whatever_the_computer_made_of_them():
    assert picture_key("Khoai sọ (1).jpeg") == picture_key("khoai_so_1.JPG") == "khoai-so-1"
