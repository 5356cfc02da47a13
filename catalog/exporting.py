"""A cooperative's goods as the table that ``catalog.importing`` reads: out and in again changes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from catalog.importing.archives import stored_key
from catalog.importing.columns import COLUMNS, NET_UNITS, PICTURES, PROCESSINGS, TAX_CLASSES, Column
from catalog.importing.current import current_values
from catalog.importing.lists import CONFIDENCES
from catalog.importing.names import Groups, Places
from catalog.importing.values import months_text
from catalog.importing.wording import lists_text
from catalog.models import Cooperative
from catalog.ocop_sets import SETS
from catalog.spreadsheets import as_text

FORMATS = ("xlsx", "csv")
TEXT = "@"  # Excel's format for text: codes keep their zeros, months do not become dates
_WIDTHS = {"title": 34, "category": 24, "commune": 30, "pack": 20, "summary": 60, "summary_en": 60}
_CHOICES = {"net_unit": NET_UNITS, "tax_class": TAX_CLASSES, "processing": PROCESSINGS}
EXAMPLE: dict[str, Any] = {
    "sku": "KS-01",
    "title": "Khoai sọ nương, túi 3 kg",
    "title_en": "Upland taro, 3 kg bag",
    "category": "",
    "ocop_set": 1,
    "commune": "",
    "pack": "túi lưới 3 kg",
    "net_quantity": "3 kg",
    "weight_grams": 3100,
    "price_amount": 105_000,
    "stock": 40,
    "season_months": "T9–T1",
    "tax_class": "own_produce",
    "processing": "raw",
    "is_own_produced": True,
    "storage": "Nơi khô, thoáng",
    "shelf_life": "30 ngày kể từ ngày đào",
    "ingredients": "Khoai sọ 100%",
    "picture": "khoai-so.jpg",
}


def export(*, cooperative: Cooperative, format_name: str) -> bytes:
    """All goods of the cooperative in the order they were made, ``csv`` (UTF-8 with BOM) or ``xlsx``."""
    lines = [[_cell(column, values) for column in COLUMNS] for values in _products(cooperative)]
    headings = [column.heading for column in COLUMNS]
    return _csv(headings, lines) if format_name == "csv" else _xlsx(headings, lines, guide=())


def template(*, cooperative: Cooperative) -> bytes:
    """An empty table with one example and a second sheet that explains each column."""
    groups = Groups.read()
    example = EXAMPLE | {
        "category": groups.names[0] if groups.names else "",
        "commune": Places.read().label_of(cooperative.commune_id),
    }
    line = [_cell(column, example) for column in COLUMNS]
    headings = [f"{column.heading} *" if column.is_required else column.heading for column in COLUMNS]
    return _xlsx(headings, [line], guide=_guide(groups))


def _products(cooperative: Cooperative) -> Iterable[dict[str, Any]]:
    places, groups = Places.read(), Groups.read()
    for sku, values in current_values(cooperative).items():
        if values["parent_sku"]:
            yield {"sku": sku} | values
            continue
        yield values | {
            "sku": sku,
            "commune": places.label_of(values["commune"]),
            "category": groups.labels.get(values["category"], values["category"]),
            **{name: f"{stored_key(values[name])}.jpg" if values[name] else "" for name in PICTURES},
        }


def _cell(column: Column, values: dict[str, Any]) -> str | int:
    """One cell, blank where the row says nothing; text is neutralised, so that no spreadsheet runs it."""
    value = values.get(column.field)
    if isinstance(value, bool):
        return "có" if value else "không"
    if column.field == "season_months" and isinstance(value, int):
        return months_text(value)
    if isinstance(value, list):
        return (
            value[0]
            if column.field == "harvest_quantity" and len(value) == 1
            else lists_text(column.field, value)
        )
    if column.field in _CHOICES and value:
        return _CHOICES[column.field][value][0]
    return value if isinstance(value, int) else as_text(value or "")


def _csv(headings: Sequence[str], lines: Iterable[Sequence[str | int]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(lines)
    return file.getvalue().encode("utf-8-sig")


def _xlsx(
    headings: Sequence[str], lines: Iterable[Sequence[str | int]], *, guide: Sequence[Sequence[str]]
) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Sản phẩm"))
    sheet.freeze_panes = "C2"
    for place, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column.field, 16)
    sheet.append([_styled(sheet, heading, is_heading=True) for heading in headings])
    for line in lines:
        sheet.append([_styled(sheet, value) for value in line])
    if guide:
        notes = book.create_sheet(_("Hướng dẫn"))
        for letter, width in zip("ABC", (26, 14, 90), strict=True):
            notes.column_dimensions[letter].width = width
        for number, row in enumerate(guide):
            notes.append([_styled(notes, value, is_heading=number == 0) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


_HEADING_FONT, _HEADING_FILL = Font(bold=True), PatternFill("solid", fgColor="E6DDCD")
_TOP = Alignment(vertical="top", wrap_text=True)


def _styled(sheet: Any, value: str | int, *, is_heading: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", TEXT  # openpyxl would make a formula of "="
    if is_heading:
        cell.font, cell.fill, cell.alignment = _HEADING_FONT, _HEADING_FILL, _TOP
    return cell


def _guide(groups: Groups) -> list[list[str]]:
    explained = {
        "sku": _("Mã riêng của hợp tác xã cho mỗi mặt hàng. Gửi lại cùng mã là sửa mặt hàng đó."),
        "category": "; ".join(groups.names),
        "ocop_set": "; ".join(f"{number}: {each.vi}" for number, each in SETS.items()),
        "commune": _("Tên xã, phường kèm tỉnh, hoặc mã 5 chữ số. Tên cũ trước 01/07/2025 cũng được."),
        "net_quantity": _("Lượng trong một gói: 500 g, 1,5 kg, 750 ml, 12 cái."),
        "net_unit": _("Để trống khi đã ghi ở cột Lượng tịnh. g, kg, ml, lít, cái, ngày."),
        "weight_grams": _("Cả bao bì, tính bằng gam; hoặc ghi kèm kg."),
        "price_amount": _("Giá một gói, đã gồm thuế: 55000 hoặc 55.000 ₫."),
        "stock": _("Số gói đang có, kể cả gói khách đã đặt mà chưa giao."),
        "parent_sku": _("Chỉ ghi ở dòng của một quy cách khác: mã của món chính. Dòng món chính đứng trước."),
        "is_offered": _("có hoặc không; chỉ với món có nhiều quy cách. Để trống là không đổi."),
        "tiers": _(
            "Từ số gói:giá mỗi gói, như 10:95000; 50:90000. Ghi “không” để bỏ, để trống là không đổi."
        ),
        "harvest_quantity": _(
            "Số gói khách đặt trước được, như 40. Ghi “không” để bỏ, để trống là không đổi."
        ),
        "harvest_on": _("Ngày giao được, như 15/10/2026. Nhiều đợt: cách nhau bằng dấu chấm phẩy."),
        "harvest_confidence": "; ".join(names[0] for names in CONFIDENCES.values()),
        "season_months": _("T9–T1, T3, T5, hoặc cả năm. Để trống là không đổi."),
        "tax_class": "; ".join(names[0] for names in TAX_CLASSES.values()),
        "processing": "; ".join(names[0] for names in PROCESSINGS.values()),
        "is_own_produced": _("có hoặc không"),
        "is_age_restricted": _("có hoặc không"),
        "picture": _("Tên tệp ảnh trong ZIP gửi kèm. Để trống là giữ ảnh đang có."),
    }
    rows = [[_("Cột"), _("Cần có"), _("Cách ghi")]]
    return rows + [
        [column.heading, _("có") if column.is_required else "", explained.get(column.field, "")]
        for column in COLUMNS
    ]
