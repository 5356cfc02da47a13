"""Labels: the QR of every layout reads back from 203 dpi, the paper has its size, Vietnamese letters stay whole."""

from __future__ import annotations

import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image
from pypdf import PdfReader

from catalog.labels import LAYOUTS, MOST, Layout, label_address, labels_pdf
from catalog.models import Lot
from catalog.numbers import set_gtin
from tests.factories import make_cooperative, make_lot, make_product
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db
DPI = 203
MARKED = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"


def open_taro() -> Lot:
    stall = make_cooperative(name="HTX Tà Xùa")
    sheet = make_product(cooperative=stall, title="Khoai sọ Tà Xùa củ tươi", pack="túi lưới 3 kg")
    return make_lot(sheet, code="7Q2MK0T9XAH")


@pytest.fixture(scope="module")
def standing_lot(standing: Standing) -> Callable[[], Lot]:
    return standing.keep(open_taro)


@pytest.fixture
def lot(standing_lot: Callable[[], Lot]) -> Lot:
    return standing_lot()


def text_of(pdf: bytes) -> str:
    ran = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(ran.stdout.decode().split())


def read_codes(picture: Path) -> list[str]:
    ran = subprocess.run(
        ["zbarimg", "-q", "--raw", str(picture)], check=False, capture_output=True, text=True
    )
    return ran.stdout.split()


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("has_gtin", [False, True])
def test_the_qr_of_every_label_reads_back_from_a_thermal_print(
    lot: Lot, layout: Layout, has_gtin: bool, tmp_path: Path
) -> None:
    if has_gtin:
        set_gtin(sheet=lot.sheet, number="9520123456788")
        lot = Lot.objects.get(pk=lot.pk)
    pdf = labels_pdf(lot, layout=layout, count=layout.on_a_page)
    subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-gray", "-png", "-singlefile", "-", str(tmp_path / "sheet")],
        input=pdf,
        check=True,
    )
    expected = f"{settings.BASE_URL}/t/7Q2MK0T9XAH"
    if has_gtin:
        expected = f"{settings.BASE_URL}/01/09520123456788/10/7Q2MK0T9XAH"
    assert label_address(lot) == expected
    sheet = Image.open(tmp_path / "sheet.png")
    dots = DPI / 25.4
    for place in {0, layout.on_a_page // 2, layout.on_a_page - 1}:
        row, column = divmod(place, layout.columns)
        left = layout.margin[0] + column * (layout.label[0] + layout.gutter[0])
        top = layout.margin[1] + row * (layout.label[1] + layout.gutter[1])
        box = (left, top, left + layout.label[0], top + layout.label[1])
        one = tmp_path / f"{place}.png"
        sheet.crop(tuple(round(edge * dots) for edge in box)).save(one)
        assert read_codes(one) == [expected], place


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_paper_has_its_size_and_as_many_labels_as_asked_for(
    lot: Lot, layout: Layout, tmp_path: Path
) -> None:
    count = layout.on_a_page + 1
    file = tmp_path / "labels.pdf"
    file.write_bytes(labels_pdf(lot, layout=layout, count=count))
    pages = PdfReader(file).pages
    sizes = {tuple(round(float(edge) / 72 * 25.4) for edge in page.mediabox[2:]) for page in pages}
    assert (len(pages), sizes) == (2, {layout.page})
    text = text_of(file.read_bytes())
    for fact in (
        "Khoai sọ Tà Xùa",
        "túi lưới 3 kg",
        "7Q2MK-0T9XA-H",
        f"{lot.harvested_on:%d/%m/%Y}",
        f"{lot.best_before:%d/%m/%Y}",
        "HTX Tà Xùa,",
        "Xã Tà Xùa",
    ):
        assert text.count(fact) == count, fact


@pytest.mark.parametrize("letters", [MARKED, MARKED.upper()], ids=["small", "capital"])
def test_all_134_marked_letters_print_and_read_back(letters: str) -> None:
    assert len(MARKED) * 2 == 134
    for start in range(0, len(letters), 17):
        part = letters[start : start + 17]
        lot = make_lot(make_product(title=part))
        text = text_of(labels_pdf(lot, layout=LAYOUTS["a4-2x5"], count=1))
        assert part in unicodedata.normalize("NFC", text)


def test_text_is_never_read_as_markup(lot: Lot) -> None:
    hostile = make_lot(make_product(title="#panic() *đậm* $x$ <b>"))
    assert "#panic() *đậm* $x$ <b>" in text_of(labels_pdf(hostile, layout=LAYOUTS["a4-2x5"], count=1))


@pytest.mark.parametrize("count", [0, -1, MOST + 1])
def test_a_count_out_of_bounds_is_refused(lot: Lot, count: int) -> None:
    with pytest.raises(ValueError, match=str(count)):
        labels_pdf(lot, layout=LAYOUTS["a4-3x8"], count=count)


def test_the_same_labels_are_the_same_bytes(lot: Lot) -> None:
    first, second = (labels_pdf(lot, layout=LAYOUTS["cuon-58"], count=1) for _again in range(2))
    assert first == second
