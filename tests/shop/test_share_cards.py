"""Addresses and files of the pictures of shared links: immutable, bounded, and without a star that has ended."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext
from PIL import Image
from wagtail.images import get_image_model

from catalog.card_drawing import Card, draw
from catalog.models import ApprovalState, ProductSheet
from shop import share_cards
from tests.factories import make_certificate, make_cooperative, make_product

pytestmark = pytest.mark.django_db
YEAR = 365 * 24 * 60 * 60


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.PRIVATE_DIR = tmp_path
    return tmp_path / "share_cards"


@pytest.fixture
def clock(monkeypatch) -> Callable[[str], None]:
    def set_clock(moment: str) -> None:
        at = dt.datetime.fromisoformat(moment + "+07:00").astimezone(dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: at)

    return set_clock


@pytest.fixture
def sheet() -> ProductSheet:
    stall = make_cooperative("ta-xua", name="HTX Tà Xùa")
    return make_product(title="Khoai sọ", title_en="Taro", cooperative=stall, picture=make_picture())


def make_picture(colour=(200, 40, 40)):
    file = io.BytesIO()
    Image.new("RGB", (700, 700), colour).save(file, "JPEG")
    return get_image_model().objects.create(title="Ảnh", file=ContentFile(file.getvalue(), name="anh.jpg"))


def page_of(client: Client, sheet: ProductSheet, language: str = "") -> str:
    return client.get(
        f"{language}/san-pham/{sheet.product.slug}_{sheet.product_id}/", follow=True
    ).content.decode()


def address_of(client: Client, sheet: ProductSheet, language: str = "") -> str:
    (found,) = re.findall(
        r'<meta property="og:image" content="http://testserver(\S+)">', page_of(client, sheet, language)
    )
    return found


def test_a_product_page_names_its_picture_with_size_and_words(client, sheet):
    make_certificate(sheet, stars=4)
    page = page_of(client, sheet)
    assert re.search(
        rf'"og:image" content="http://testserver/anh-chia-se/{sheet.product_id}-[0-9a-f]{{24}}\.jpg"', page
    )
    for line in (
        '<meta property="og:image:width" content="1200">',
        '<meta property="og:image:height" content="630">',
        '<meta property="og:image:alt" content="Khoai sọ, OCOP 4 sao, 105.000\xa0₫, HTX Tà Xùa">',
        '<meta name="twitter:card" content="summary_large_image">',
    ):
        assert line in page


def test_the_picture_is_drawn_once_and_kept_for_a_year(client, sheet, folder, monkeypatch):
    path = address_of(client, sheet)
    assert not folder.exists()  # a page draws nothing
    first = client.get(path)
    assert (first.status_code, first["Content-Type"]) == (200, "image/jpeg")
    assert first["Cache-Control"] == f"public, max-age={YEAR}, immutable"
    assert Image.open(io.BytesIO(first.content)).size == (1200, 630)
    (file,) = folder.iterdir()
    assert file.name.startswith(f"{sheet.product_id}-vi-") and file.read_bytes() == first.content
    monkeypatch.setattr(share_cards, "draw", lambda *args: pytest.fail("drawn again"))
    assert client.get(path).content == first.content
    unchanged = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


def test_the_address_changes_with_everything_that_is_seen(client, sheet):
    seen = {address_of(client, sheet)}
    assert address_of(client, sheet) in seen

    def changed() -> bool:
        found = address_of(client, sheet)
        is_new = found not in seen
        seen.add(found)
        return is_new

    stock = sheet.product.stockrecords.get()
    stock.price = 90_000
    stock.save()
    assert changed()
    sheet.product.title = "Khoai sọ nương"
    sheet.product.save()
    assert changed()
    ProductSheet.objects.filter(pk=sheet.pk).update(picture=make_picture((0, 90, 0)))
    assert changed()
    certificate = make_certificate(sheet, stars=3)
    assert changed()
    certificate.stars = 5
    certificate.save()
    assert changed()
    sheet.cooperative.name = "HTX Mới"
    sheet.cooperative.save()
    assert changed()
    ProductSheet.objects.filter(pk=sheet.pk).update(summary="Chữ không có trên ảnh", storage="Kho")
    assert not changed()


def test_an_old_address_leads_to_the_picture_of_today_and_its_file_goes(client, sheet, folder):
    old = address_of(client, sheet)
    client.get(old)
    stock = sheet.product.stockrecords.get()
    stock.price = 90_000
    stock.save()
    answer = client.get(old)
    new = address_of(client, sheet)
    assert (answer.status_code, answer["Location"]) == (302, new)
    assert int(answer["Cache-Control"].removeprefix("public, max-age=")) <= 300
    assert client.get(new).status_code == 200
    (file,) = folder.iterdir()
    assert file.stem.endswith(new.removesuffix(".jpg").split("-")[-1])


def test_a_star_leaves_at_midnight_and_no_cache_keeps_it(client, sheet, clock, monkeypatch):
    stars: list[int | None] = []
    draw = share_cards.draw
    monkeypatch.setattr(
        share_cards, "draw", lambda card, photograph: stars.append(card.stars) or draw(card, photograph)
    )
    make_certificate(sheet, valid_from=dt.date(2024, 3, 3), valid_to=dt.date(2027, 3, 3))
    clock("2027-03-03T23:59:00")
    starred = address_of(client, sheet)
    before = client.get(starred)
    assert before["Cache-Control"] == "public, max-age=60, immutable"
    clock("2027-03-04T00:00:00")
    plain = address_of(client, sheet)
    moved = client.get(starred, headers={"If-None-Match": before["ETag"]})
    assert (moved.status_code, moved["Location"]) == (302, plain)
    after = client.get(plain)
    assert after["Cache-Control"] == f"public, max-age={YEAR}, immutable"
    assert after.content != before.content
    assert stars == [3, None]
    assert "OCOP" not in re.findall(r'og:image:alt" content="([^"]*)', page_of(client, sheet))[0]


def test_each_language_has_its_own_picture(client, sheet, folder):
    make_certificate(sheet)
    addresses = [address_of(client, sheet, prefix) for prefix in ("", "/en", "/ja")]
    assert addresses[1].startswith("/en/anh-chia-se/") and addresses[2].startswith("/ja/anh-chia-se/")
    assert len({client.get(address).content for address in addresses}) == 3
    assert len(list(folder.iterdir())) == 3
    (alt,) = re.findall(r'og:image:alt" content="([^"]*)', page_of(client, sheet, "/ja"))
    assert "OCOP 3つ星" in alt


def test_the_pictures_have_every_letter_of_their_japanese_words() -> None:
    card = Card(market="", name="", price="", stall="", stars=None, certified="")
    with translation.override("ja"):
        words = gettext("từ %(price)s") + gettext("OCOP %(stars)s sao")
    letters = sorted({letter for letter in words if ord(letter) > 0x3000})
    unknown = draw(card._replace(name="\U00013000"), None)  # no font has a hieroglyph
    assert (
        letters and [letter for letter in letters if draw(card._replace(name=letter), None) == unknown] == []
    )


def test_without_a_picture_or_with_a_lost_file_there_is_one_all_the_same(client):
    bare = make_product()
    assert client.get(address_of(client, bare)).status_code == 200
    lost = make_product(picture=make_picture())
    path = address_of(client, lost)
    for rendition in lost.picture.renditions.all():
        rendition.file.storage.delete(rendition.file.name)
    assert client.get(path).status_code == 200


def test_goods_that_nobody_may_see_have_none(client, sheet):
    path = address_of(client, sheet)
    for unknown in ("0", str(sheet.product_id + 1), "9" * 30):
        assert client.get(path.replace(f"/{sheet.product_id}-", f"/{unknown}-")).status_code == 404
    ProductSheet.objects.filter(pk=sheet.pk).update(state=ApprovalState.WITHDRAWN)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("drawing", ["x", "..%2f..%2fsecret_key", "%2e%2e", "0" * 24, "a" * 4000])
def test_no_address_reaches_another_file(client, sheet, folder, drawing):
    (folder.parent / "secret_key").write_text("the secret key")
    answer = client.get(f"/anh-chia-se/{sheet.product_id}-{drawing}.jpg")
    assert answer.status_code in (302, 404)
    assert b"the secret key" not in answer.content
    assert not folder.exists()


def test_files_are_few_and_the_oldest_go_first(client, folder, monkeypatch):
    monkeypatch.setattr(share_cards, "MOST_FILES", 3)
    sheets = [make_product() for _ in range(5)]
    for age, sheet in enumerate(sheets):
        client.get(address_of(client, sheet))
        for file in folder.glob(f"{sheet.product_id}-*"):
            os.utime(file, (age, age))
        assert len(list(folder.iterdir())) <= 3
    kept = {int(file.name.split("-")[0]) for file in folder.iterdir()}
    assert kept == {sheet.product_id for sheet in sheets[2:]}


def test_a_full_disk_costs_the_file_not_the_picture(client, sheet, folder, monkeypatch):
    def full(path: Path, jpeg: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(share_cards, "_write", full)
    answer = client.get(address_of(client, sheet))
    assert answer.status_code == 200 and not list(folder.iterdir())


def test_a_file_is_there_whole_or_not_at_all(folder, monkeypatch):
    folder.mkdir()
    path = folder / "1-vi-x.jpg"

    def replace(self: Path, target: Path) -> None:
        raise OSError(5, "I/O error")

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OSError, match="I/O"):
        share_cards._write(path, b"jpeg")
    assert not list(folder.iterdir())


def test_many_at_once_get_the_same_whole_picture(folder, monkeypatch):
    card = share_cards.Card("Chợ", "Khoai", "1", "HTX", None, "")
    barrier = Barrier(6)
    found: list[bytes] = []

    def draw_together(*args) -> bytes:
        barrier.wait(timeout=20)
        return b"jpeg" * 20_000

    monkeypatch.setattr(share_cards, "draw", draw_together)

    def ask() -> None:
        found.append(share_cards._kept("1-vi-", "x", card, None))

    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [b"jpeg" * 20_000] * 6
    (file,) = folder.iterdir()
    assert file.read_bytes() == b"jpeg" * 20_000


def test_the_page_asks_for_its_picture_without_another_query(client, sheet, django_assert_num_queries):
    from catalog.selectors import cards

    (shown,) = cards(ProductSheet.objects.filter(pk=sheet.pk))
    share_cards.share_card(shown)
    (shown,) = cards(ProductSheet.objects.filter(pk=sheet.pk))
    with django_assert_num_queries(0):
        share_cards.share_card(shown)
