"""The picture of a shared link: its size, its weight, the letters on it, whatever a name is."""

from __future__ import annotations

import hashlib
import io
import os
import unicodedata

import pytest
from PIL import Image

from catalog import card_drawing
from catalog.card_drawing import MOST_BYTES, SIZE, Card, draw

PAPER = (251, 247, 239)
CHIP = (248, 239, 216)
PLAIN = Card(
    market="Chợ Phiên", name="Khoai sọ", price="105.000\xa0₫", stall="HTX Tà Xùa", stars=None, certified=""
)
STARRED = PLAIN._replace(stars=4, certified="OCOP 4 sao")


def jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95)
    return file.getvalue()


def drawn(card: Card, photograph: bytes | None = None) -> Image.Image:
    content = draw(card, photograph)
    assert len(content) <= MOST_BYTES == 60_000
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", SIZE)
    return image


def like(pixel: tuple[int, ...], colour: tuple[int, int, int], *, within: int = 6) -> bool:
    return all(abs(one - other) <= within for one, other in zip(pixel, colour, strict=True))


def test_a_photograph_lies_beside_words_and_cloth_is_under_it() -> None:
    image = drawn(PLAIN, jpeg(Image.new("RGB", (900, 640), (40, 120, 60))))
    assert like(image.getpixel((300, 300)), (40, 120, 60))
    assert like(image.getpixel((620, 300)), PAPER)
    assert like(image.getpixel((6, 605)), (38, 53, 111))  # the brocade's ground


def test_the_middle_of_a_long_photograph_is_kept_as_it_is() -> None:
    wide = Image.new("RGB", (1000, 400), (200, 0, 0))
    wide.paste((0, 0, 200), (300, 0, 700, 400))
    image = drawn(PLAIN, jpeg(wide))
    assert like(image.getpixel((10, 300)), (0, 0, 200)) and like(image.getpixel((590, 300)), (0, 0, 200))


@pytest.mark.parametrize("photograph", [None, b"", b"no picture", jpeg(Image.new("RGB", (9, 9)))[:60]])
def test_without_a_readable_photograph_there_is_cloth(photograph: bytes | None) -> None:
    colours = drawn(PLAIN, photograph).crop((0, 0, 600, 600)).convert("P").getcolors(256)
    assert colours and len(colours) > 3
    assert draw(PLAIN, photograph) == draw(PLAIN, None)


def test_stars_are_on_it_only_with_a_certificate() -> None:
    spots = [(672, y) for y in range(90, 170)]

    def has_chip(card: Card) -> bool:
        image = drawn(card)
        return any(like(image.getpixel(spot), CHIP) for spot in spots)

    assert has_chip(STARRED)
    assert not has_chip(PLAIN)
    assert draw(STARRED, None) != draw(STARRED._replace(stars=3), None)


def test_a_photograph_full_of_detail_is_light_too_and_paper_stays_paper() -> None:
    noise = Image.frombytes("RGB", (640, 640), os.urandom(640 * 640 * 3))
    image = drawn(STARRED, jpeg(noise))
    assert like(image.getpixel((1190, 20)), PAPER, within=1)


@pytest.mark.parametrize(
    "name",
    [
        "Mật ong hoa rừng nguyên chất đóng chai thủy tinh loại đặc biệt " * 4,
        "X" * 255,
        "Ữ" * 40 + " " + "Ỹ" * 200,
        "",
        "🍯🌶️",
        '#image("x") $x$ *đậm* \\ // "',
    ],
)
def test_no_name_leaves_its_place(name: str) -> None:
    image = drawn(STARRED._replace(name=name[:255], stall=name[:120]))
    for box in ((1152, 0, 1200, 590), (616, 0, 636, 590), (616, 0, 1200, 32)):  # the margins
        assert all(like(pixel, PAPER) for _count, pixel in image.crop(box).getcolors(30_000)), box


def test_a_word_wider_than_a_line_goes_on_in_the_next() -> None:
    assert len({draw(PLAIN._replace(name="X" * 40 + last), None) for last in "AB"}) == 2


def test_what_the_font_lacks_is_left_out() -> None:
    assert draw(PLAIN._replace(name="Mật\u200b ong 🍯\ufe0f"), None) == draw(
        PLAIN._replace(name="Mật ong"), None
    )
    decomposed = unicodedata.normalize("NFD", PLAIN.name)
    assert draw(PLAIN._replace(name=decomposed), None) == draw(PLAIN, None)


def test_the_font_has_every_vietnamese_letter() -> None:
    """A letter that a font lacks is a box like any other: no two letters may look alike."""
    vowels = "aăâeêioôơuưy"
    marks = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    letters = [unicodedata.normalize("NFC", vowel + mark) for vowel in vowels for mark in marks] + ["đ", "₫"]
    wanted = {*letters, *(letter.upper() for letter in letters)}
    assert len(wanted) == 12 * 6 * 2 + 2 + 1
    pictures = {
        hashlib.sha256(card_drawing._FORM.png({**PLAIN._asdict(), "name": letter})).digest()
        for letter in wanted
    }
    assert len(pictures) == len(wanted)
