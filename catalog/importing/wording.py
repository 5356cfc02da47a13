"""What is wrong, and what changes, in the words of the person who made the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from . import lists, values
from .columns import BY_FIELD, NET_UNITS, PROCESSINGS, TAX_CLASSES
from .problems import Problem, Refused, Trouble

SENTENCES: Mapping[Trouble, Promise] = {
    Trouble.FILE_TOO_BIG: _("Tệp lớn quá: nhiều nhất %(most)s MB."),
    Trouble.NOT_A_TABLE: _("Đây không phải bảng tính. Hãy dùng tệp .xlsx hoặc .csv."),
    Trouble.OLD_EXCEL: _("Tệp Excel đời cũ (.xls) hoặc có mật khẩu. Hãy bỏ mật khẩu và lưu lại thành .xlsx."),
    Trouble.LOCKED: _("Tệp có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại."),
    Trouble.BOMB: _("Tệp này bung ra quá lớn hoặc có phần lạ, nên không mở."),
    Trouble.BROKEN: _("Tệp hỏng, không đọc được (quanh dòng %(row)s). Hãy mở ra và lưu lại."),
    Trouble.MERGED: _("Bảng có ô gộp (%(cells)s). Hãy bỏ gộp ô rồi gửi lại."),
    Trouble.ENCODING: _("Chữ trong tệp dùng bảng mã cũ. Hãy lưu lại dạng “CSV UTF-8” hoặc .xlsx."),
    Trouble.NUL: _("Tệp có ký tự hỏng. Hãy lưu lại dạng “CSV UTF-8” hoặc .xlsx."),
    Trouble.TOO_MANY_ROWS: _(
        "Bảng dài quá: mỗi tệp nhiều nhất %(most)s dòng, dòng trống cuối bảng cũng nên xóa."
    ),
    Trouble.TOO_MANY_COLUMNS: _("Bảng rộng quá: nhiều nhất %(most)s cột."),
    Trouble.NO_HEADINGS: _("Không thấy hàng tiêu đề có cột “%(heading)s”. Hãy dùng bảng mẫu."),
    Trouble.SAME_HEADING: _("Cột “%(heading)s” có hai lần."),
    Trouble.NO_ROWS: _("Bảng không có dòng nào."),
    Trouble.PICTURES_TOO_BIG: _("Tệp ZIP ảnh lớn quá: nhiều nhất %(most)s MB."),
    Trouble.PICTURES_BROKEN: _("Tệp ảnh không phải ZIP hoặc đã hỏng."),
    Trouble.PICTURES_TOO_MANY: _("Nhiều ảnh quá: mỗi ZIP nhiều nhất %(most)s ảnh."),
    Trouble.PICTURES_PATH: _("ZIP có tên tệp lạ (%(name)s), nên không mở."),
    Trouble.PICTURES_SAME_NAME: _("ZIP có hai ảnh cùng tên “%(name)s”."),
    Trouble.REQUIRED: _("Cần có."),
    Trouble.TOO_LONG: _("Dài quá: nhiều nhất %(most)s chữ, đang có %(length)s."),
    Trouble.HIDDEN_LETTERS: _("Có ký tự ẩn (%(letter)s). Hãy gõ lại ô này."),
    Trouble.FORMULA: _("Ô này là công thức. Hãy dán giá trị thay cho công thức."),
    Trouble.DATE: _("Excel đã đổi ô này thành ngày tháng. Hãy định dạng ô là “Văn bản” rồi gõ lại."),
    Trouble.CELL_ERROR: _("Ô này báo lỗi trong bảng tính."),
    Trouble.NOT_TEXT: _("Cần là chữ."),
    Trouble.NOT_A_PRICE: _("“%(text)s” không phải giá tiền. Viết như 55000 hoặc 55.000 ₫."),
    Trouble.PRICE_TOO_LOW: _("Giá %(price)s ₫ thấp quá; có phải thiếu ba số 0?"),
    Trouble.NOT_WHOLE: _("“%(text)s” không phải số nguyên."),
    Trouble.TOO_SMALL: _("Nhỏ nhất là %(least)s."),
    Trouble.TOO_LARGE: _("Lớn nhất là %(most)s."),
    Trouble.AMBIGUOUS_AMOUNT: _("“%(text)s” có thể hiểu hai cách. Viết 1,5 kg hoặc 1500 g."),
    Trouble.NOT_AN_AMOUNT: _("“%(text)s” không phải lượng. Viết như 500 g, 1,5 kg hoặc 12 cái."),
    Trouble.UNIT_ALONE: _("Có đơn vị kg hoặc lít thì cần cả lượng tịnh."),
    Trouble.UNITS_DIFFER: _("Hai đơn vị khác nhau: “%(first)s” và “%(second)s”."),
    Trouble.NOT_MONTHS: _("“%(text)s” không phải tháng. Viết như T9–T1, T3, T5 hoặc cả năm."),
    Trouble.NOT_A_FLAG: _("“%(text)s”: chỉ ghi có hoặc không."),
    Trouble.NOT_A_CHOICE: _("“%(text)s” không có trong danh sách: %(choices)s."),
    Trouble.NOT_A_CODE: _("Mã bị đổi thành số lẻ. Hãy định dạng cột mã là “Văn bản”."),
    Trouble.EXTRA_CELLS: _(
        "Dòng có nhiều ô hơn hàng tiêu đề; có thể thiếu dấu ngoặc kép quanh ô có dấu phẩy."
    ),
    Trouble.CODE_OF_A_PACK: _(
        "Mã này là một quy cách của món khác. Hãy ghi mã của món ấy ở cột “Mã sản phẩm chính”."
    ),
    Trouble.NOT_A_PACK: _("Mã hàng ở dòng này đang là một món riêng, không phải quy cách của món khác."),
    Trouble.PACK_OF_ANOTHER: _("Quy cách này đang thuộc món “%(code)s”."),
    Trouble.NO_MAIN: _("Không có món “%(text)s”. Dòng của món chính phải đứng trước dòng quy cách."),
    Trouble.MAIN_WRONG: _("Món chính ở dòng %(row)s còn lỗi. Hãy sửa dòng ấy trước."),
    Trouble.NOT_FOR_A_PACK: _("Điều này ghi ở dòng của món chính; ở dòng quy cách hãy để trống."),
    Trouble.ONLY_FOR_PACKS: _("Chỉ tắt được khi món đã có nhiều quy cách."),
    Trouble.PACK_UNIT: _("Món chính tính bằng %(unit)s, quy cách phải cùng đơn vị."),
    Trouble.TOO_MANY_PACKS: _("Một món có nhiều nhất %(most)s quy cách."),
    Trouble.SAME_PACK: _("Món này đã có quy cách “%(text)s”."),
    Trouble.NOT_TIERS: _("“%(text)s” không phải giá mua nhiều. Viết như 10:95000; 50:90000."),
    Trouble.TIERS_NOT_FALLING: _("Mua càng nhiều thì giá mỗi gói phải càng thấp."),
    Trouble.TIER_TOO_DEAR: _("Giá mua nhiều phải thấp hơn giá bán %(price)s ₫."),
    Trouble.TOO_MANY_PARTS: _("Ô này có nhiều quá: nhiều nhất %(most)s mục."),
    Trouble.NOT_A_DAY: _("“%(text)s” không phải ngày. Viết như 15/10/2026."),
    Trouble.DAY_OUT_OF_REACH: _("Ngày có hàng phải từ hôm nay đến một năm nữa."),
    Trouble.HARVESTS_DIFFER: _("Có %(first)s đợt hàng sắp có mà ô này có %(second)s mục."),
    Trouble.SAME_CODE: _("Mã này đã có ở dòng %(row)s."),
    Trouble.UNKNOWN_GROUP: _("Chợ không có nhóm “%(text)s”. Gần nhất: %(choices)s."),
    Trouble.UNKNOWN_PLACE: _("Không có xã, phường “%(text)s”."),
    Trouble.SEVERAL_PLACES: _("Có nhiều nơi tên “%(text)s”: %(choices)s. Hãy ghi thêm tỉnh hoặc ghi mã."),
    Trouble.BELOW_RESERVED: _("Đơn hàng đã giữ %(reserved)s gói, tồn kho không thể ít hơn."),
    Trouble.MISSING_FACT: _("Hàng đang bán cần có (%(law)s)."),
    Trouble.MOVED_ON: _("Đã có người đổi sau khi xem thử: trước “%(old)s”, nay “%(now)s”. Hãy xem thử lại."),
    Trouble.REFUSED: _("Không ghi được: %(reason)s"),
    Trouble.NO_SUCH_PICTURE: _("Không có ảnh “%(text)s” trong tệp ZIP."),
    Trouble.PICTURE_TOO_BIG: _("Ảnh nặng quá: nhiều nhất %(most)s MB."),
    Trouble.PICTURE_TYPE: _("“%(text)s” không phải ảnh JPEG, PNG, WebP hoặc AVIF."),
    Trouble.PICTURE_HEIC: _("“%(text)s” là ảnh HEIC của iPhone. Hãy đổi sang JPEG."),
    Trouble.PICTURE_PIXELS: _("Ảnh “%(text)s” rộng quá: nhiều nhất 25 triệu điểm."),
    Trouble.PICTURE_MOVES: _("“%(text)s” là ảnh động."),
    Trouble.PICTURE_BROKEN: _("Ảnh “%(text)s” hỏng."),
}
_CHOICES = {"net_unit": NET_UNITS, "tax_class": TAX_CLASSES, "processing": PROCESSINGS}


def heading(field: str) -> str:
    """The heading of a column in the reader's language; empty for the row as a whole."""
    column = BY_FIELD.get(field)
    if column is None:
        return ""
    return column.heading_en if get_language() == "en" else column.heading


def sentence(problem: Problem | Refused) -> str:
    """What is wrong, and what to do about it."""
    words = {
        name: heading(value) if name == "heading" else shown(_field_of(problem), value)
        for name, value in problem.values.items()
    }
    return str(SENTENCES[problem.trouble]) % words


def _field_of(problem: Problem | Refused) -> str:
    return problem.field if isinstance(problem, Problem) and problem.trouble is Trouble.MOVED_ON else ""


def shown(field: str, value: Any) -> str:
    """A value as the table would hold it; numbers with dots between the thousands."""
    if isinstance(value, bool):
        return str(_("có") if value else _("không"))
    if field == "season_months":
        return values.months_text(value)
    if isinstance(value, list):
        return lists_text(field, value) or str(_("không"))
    if field in _CHOICES and value in _CHOICES[field]:
        return _CHOICES[field][value][0]
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    return "" if value is None else str(value)


def lists_text(field: str, value: list[Any]) -> str:
    """Several values as one cell holds them; empty for none."""
    if field == "tiers":
        return lists.tiers_text(value)
    if field == "harvest_on":
        return "; ".join(map(lists.day_text, value))
    if field == "harvest_confidence":
        return "; ".join(lists.CONFIDENCES[each][0] for each in value)
    return "; ".join(map(str, value))
