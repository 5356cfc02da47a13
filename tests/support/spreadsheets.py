"""Small files as people and programs make them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from PIL import Image

GOOD: dict[str, Any] = {
    "Mã hàng": "KS-01",
    "Tên sản phẩm": "Khoai sọ nương",
    "Nhóm hàng": "Rau củ quả tươi",
    "Bộ OCOP": 1,
    "Xã, phường": "Xã Tà Xùa",
    "Quy cách": "túi lưới 3 kg",
    "Lượng tịnh": "3 kg",
    "Cân nặng khi gửi (g)": "3.100",
    "Giá bán": "105.000 ₫",
    "Tồn kho": 40,
    "Nhóm thuế": "Nông sản tự sản xuất",
    "Mức chế biến": "Tươi",
}


def good(**changes: Any) -> dict[str, Any]:
    """A row that is right; keys of ``changes`` are headings with ``_`` for blanks."""
    return GOOD | {name.replace("_", " "): value for name, value in changes.items()}


def csv_of(rows: Sequence[Mapping[str, Any]], *, separator: str = ",", encoding: str = "utf-8") -> bytes:
    headings = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, headings, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode(encoding)


def xlsx_of(rows: Sequence[Mapping[str, Any]], **kinds: str) -> bytes:
    headings = list(dict.fromkeys(name for row in rows for name in row))
    return xlsx_of_lines([headings, *([row.get(name) for name in headings] for row in rows)])


def xlsx_of_lines(lines: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(list(line))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def changed_part(content: bytes, name: str, change: Any) -> bytes:
    """The archive with one part run through ``change``."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            new.writestr(part.filename, change(text) if part.filename == name else text)
    return file.getvalue()


def zip_of(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def photograph(
    size: tuple[int, int] = (60, 40), *, format: str = "JPEG", colour: str = "#a8232b", **options: Any
) -> bytes:
    file = io.BytesIO()
    Image.new(options.pop("mode", "RGB"), size, colour).save(file, format, **options)
    return file.getvalue()
