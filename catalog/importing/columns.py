"""The columns of the table: their headings in two languages, and how each is read (no Django).

``VALUES`` of the choices are those of the models; a test keeps them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from catalog.folding import fold
from catalog.ocop_sets import SETS

from . import lists, values
from .cells import Cell
from .problems import FileRefused, Trouble

NET_UNITS: Mapping[str, Sequence[str]] = {
    "g": ("g",),
    "ml": ("ml",),
    "piece": ("cái",),
    "day": ("ngày",),
}
TAX_CLASSES: Mapping[str, Sequence[str]] = {
    "own_produce": ("Nông sản tự sản xuất", "own produce"),
    "traded_produce": ("Nông sản mua lại", "traded produce"),
    "processed": ("Hàng chế biến", "processed goods"),
    "excise": ("Hàng chịu thuế tiêu thụ đặc biệt", "excise goods"),
    "service": ("Dịch vụ",),
}
PROCESSINGS: Mapping[str, Sequence[str]] = {
    "raw": ("Tươi", "fresh"),
    "primary": ("Sơ chế", "primary processing"),
    "processed": ("Chế biến",),
    "craft": ("Thủ công",),
    "service": ("Dịch vụ",),
}

Reader = Callable[[Cell], Any]


@dataclass(frozen=True)
class Column:
    """One field of the table. ``most`` is the longest text that fits, 0 for what is no text."""

    field: str
    heading: str
    heading_en: str
    read: Reader
    aliases: tuple[str, ...] = ()
    is_required: bool = False
    most: int = 0

    @property
    def names(self) -> frozenset[str]:
        """Everything the heading may be called, folded."""
        return frozenset(map(_bare, (self.field, self.heading, self.heading_en, *self.aliases)))


def _text(
    field: str,
    most: int,
    heading: str,
    heading_en: str,
    *aliases: str,
    is_required: bool = False,
    lines: bool = False,
) -> Column:
    read = partial(values.text_of, most=most, lines=lines)
    return Column(field, heading, heading_en, read, aliases, is_required, most)


def _choice(
    field: str, choices: Mapping[str, Sequence[str]], heading: str, heading_en: str, *aliases: str
) -> Column:
    return Column(
        field, heading, heading_en, partial(values.choice_of, choices=choices), aliases, is_required=True
    )


def _ocop_set(cell: Cell) -> int:
    return values.whole_of(cell, least=1, most=len(SETS))


CODE = Column(
    "sku",
    "Mã hàng",
    "Code",
    partial(values.code_of, most=50),
    ("mã", "mã sản phẩm", "mã hàng hóa", "mã SKU"),
    is_required=True,
    most=50,
)
COLUMNS: tuple[Column, ...] = (
    CODE,
    _text("title", 255, "Tên sản phẩm", "Name", "tên", "tên hàng", "tên món", "product name", is_required=True),
    Column("parent_sku", "Mã sản phẩm chính", "Main code", partial(values.code_of, most=50),
           ("mã chính", "quy cách của mã", "main product code"), most=50),
    _text("title_en", 255, "Tên tiếng Anh", "English name", "name_en"),
    _text("category", 120, "Nhóm hàng", "Group", "nhóm", "danh mục", is_required=True),
    Column("ocop_set", "Bộ OCOP", "OCOP set", _ocop_set, ("bộ sản phẩm", "bộ sản phẩm OCOP"), is_required=True),
    Column("commune", "Xã, phường", "Commune", partial(values.text_of, most=160),
           ("xã", "nơi làm ra", "xuất xứ", "mã xã", "xã/phường", "place"), is_required=True),
    _text("pack", 60, "Quy cách", "Pack", "đóng gói", is_required=True),
    _text("pack_en", 60, "Quy cách tiếng Anh", "English pack"),
    Column("net_quantity", "Lượng tịnh", "Net quantity", values.amount_of, ("khối lượng tịnh",), is_required=True),
    Column("net_unit", "Đơn vị", "Unit", values.unit_of, ("đơn vị tính", "ĐVT"), is_required=True),
    Column("weight_grams", "Cân nặng khi gửi (g)", "Shipping weight (g)", values.grams_of,
           ("cân nặng", "cân nặng khi gửi", "weight"), is_required=True),
    Column("price_amount", "Giá bán", "Price", values.price_of, ("giá", "giá bán (₫)", "đơn giá"), is_required=True),
    Column("stock", "Tồn kho", "Stock", values.whole_of, ("tồn", "số lượng", "quantity"), is_required=True),
    Column("is_offered", "Quy cách đang bán", "Pack on sale", values.flag_of, ("đang bán",)),
    Column("tiers", "Giá mua nhiều", "Prices for many", lists.tiers_of, ("giá sỉ", "giá theo số lượng")),
    Column("harvest_quantity", "Sắp có (gói)", "Coming (packs)", lists.quantities_of, ("sắp có", "số gói dự kiến")),
    Column("harvest_on", "Ngày có hàng", "Coming on", lists.days_of, ("ngày thu hoạch",)),
    Column("harvest_confidence", "Mức chắc chắn", "How sure", lists.confidences_of),
    Column("max_quantity", "Mua nhiều nhất mỗi đơn", "Most per order",
           partial(values.whole_of, least=1, most=9_999), ("mua nhiều nhất",)),
    Column("season_months", "Tháng có hàng", "Season", values.months_of, ("mùa vụ", "mùa", "season months")),
    _choice("tax_class", TAX_CLASSES, "Nhóm thuế", "Tax class"),
    _choice("processing", PROCESSINGS, "Mức chế biến", "Processing", "chế biến"),
    Column("is_own_produced", "Tự sản xuất", "Own produce", values.flag_of),
    Column("pieces", "Số phần bên trong", "Pieces inside", partial(values.whole_of, least=1, most=9_999)),
    Column("min_quantity", "Mua ít nhất mỗi đơn", "Least per order",
           partial(values.whole_of, least=1, most=9_999), ("mua ít nhất",)),
    Column("quantity_step", "Mỗi lần thêm", "Quantity step", partial(values.whole_of, least=1, most=9_999)),
    Column("lead_days", "Số ngày làm sau khi có đơn", "Lead days", partial(values.whole_of, most=90)),
    _text("storage", 255, "Bảo quản", "Storage"),
    _text("shelf_life", 120, "Hạn dùng", "Shelf life", "hạn sử dụng"),
    _text("made_on", 120, "Ngày làm ra", "Made on", "ngày sản xuất", "NSX"),
    _text("usage", 500, "Cách dùng", "Usage", "hướng dẫn sử dụng"),
    _text("warnings", 500, "Lưu ý, cảnh báo", "Warnings", "cảnh báo"),
    _text("ingredients", 500, "Thành phần", "Ingredients"),
    _text("allergens", 255, "Chất gây dị ứng", "Allergens", "dị ứng"),
    _text("declaration_number", 60, "Số tự công bố", "Declaration number"),
    _text("test_report", 120, "Phiếu kiểm nghiệm", "Test report"),
    _text("area_code", 60, "Mã số vùng trồng", "Growing area code"),
    _text("alcohol_strength", 20, "Độ cồn", "Alcohol strength"),
    _text("alcohol_licence", 60, "Số giấy phép sản xuất rượu", "Alcohol licence"),
    _text("return_rule", 255, "Đổi trả", "Return rule"),
    Column("is_age_restricted", "Chỉ bán từ 18 tuổi", "Age restricted", values.flag_of, ("18+",)),
    _text("summary", 5_000, "Mô tả", "Description", "giới thiệu", lines=True),
    _text("summary_en", 5_000, "Mô tả tiếng Anh", "English description", lines=True),
    _text("picture", 200, "Tệp ảnh", "Picture file", "ảnh", "hình ảnh", "picture"),
    _text("label_picture", 200, "Tệp ảnh nhãn", "Label picture file", "ảnh nhãn"),
    _text("workshop_picture", 200, "Tệp ảnh nơi làm", "Workshop picture file", "ảnh nơi làm"),
)  # fmt: skip
BY_FIELD = {column.field: column for column in COLUMNS}
# Nothing to say when a cell is blank: the field keeps what it has, or its default.
PICTURES = ("picture", "label_picture", "workshop_picture")
HARVEST = ("harvest_quantity", "harvest_on", "harvest_confidence")
KEPT_WHEN_BLANK = frozenset(
    {
        "season_months", "max_quantity", "min_quantity", "quantity_step", "lead_days", "pieces",
        "parent_sku", "is_offered", "tiers", *HARVEST, *PICTURES,
    }
)  # fmt: skip
# Told of one size beside price and stock, and written by services of their own.
SIZE_FIELDS = frozenset({"is_offered", "tiers", *HARVEST})
# What the row of a pack may say; the rest is told once for all packs, in the row of the main product.
PACK_REQUIRED = ("pack", "net_quantity", "weight_grams", "price_amount", "stock")
PACK_FIELDS = frozenset(
    {"sku", "parent_sku", *PACK_REQUIRED, "pack_en", "net_unit", "is_offered", "tiers", *HARVEST}
)


@dataclass(frozen=True)
class Heading:
    """What the first row says: the place of each known column, the headings that nobody knows, its width."""

    places: Mapping[int, Column]
    unknown: tuple[str, ...]
    width: int


def _bare(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in fold(text)).split())


_NAMES = {name: column for column in COLUMNS for name in column.names}


def read_heading(cells: Sequence[Cell]) -> Heading:
    """The columns that ``cells`` name.

    Raises: FileRefused when two name the same one, or none the code.
    """
    places: dict[int, Column] = {}
    unknown = []
    for place, cell in enumerate(cells):
        text = cell if isinstance(cell, str) else ""
        column = _NAMES.get(_bare(text.replace("*", " ")))
        if column is None:
            if not values.is_blank(cell):
                unknown.append(str(cell)[:60])
        elif column in places.values():
            raise FileRefused(Trouble.SAME_HEADING, heading=column.field)
        else:
            places[place] = column
    if CODE not in places.values() or len(places) < 2:
        raise FileRefused(Trouble.NO_HEADINGS, heading=CODE.field)
    width = max((place for place, cell in enumerate(cells) if not values.is_blank(cell)), default=0) + 1
    return Heading(places, tuple(unknown), width)
