"""What can be wrong with a file, a row or a cell; ``wording`` has the sentences (no Django)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Trouble(StrEnum):
    """Kinds of what is wrong; the first group refuses the whole file, nothing of which is read further."""

    FILE_TOO_BIG = "file_too_big"
    NOT_A_TABLE = "not_a_table"
    OLD_EXCEL = "old_excel"
    LOCKED = "locked"
    BOMB = "bomb"
    BROKEN = "broken"
    MERGED = "merged"
    ENCODING = "encoding"
    NUL = "nul"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    NO_HEADINGS = "no_headings"
    SAME_HEADING = "same_heading"
    NO_ROWS = "no_rows"
    PICTURES_TOO_BIG = "pictures_too_big"
    PICTURES_BROKEN = "pictures_broken"
    PICTURES_TOO_MANY = "pictures_too_many"
    PICTURES_PATH = "pictures_path"
    PICTURES_SAME_NAME = "pictures_same_name"

    REQUIRED = "required"
    TOO_LONG = "too_long"
    HIDDEN_LETTERS = "hidden_letters"
    FORMULA = "formula"
    DATE = "date"
    CELL_ERROR = "cell_error"
    NOT_TEXT = "not_text"
    NOT_A_PRICE = "not_a_price"
    PRICE_TOO_LOW = "price_too_low"
    NOT_WHOLE = "not_whole"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    AMBIGUOUS_AMOUNT = "ambiguous_amount"
    NOT_AN_AMOUNT = "not_an_amount"
    UNIT_ALONE = "unit_alone"
    UNITS_DIFFER = "units_differ"
    NOT_MONTHS = "not_months"
    NOT_A_FLAG = "not_a_flag"
    NOT_A_CHOICE = "not_a_choice"
    NOT_A_CODE = "not_a_code"
    EXTRA_CELLS = "extra_cells"
    NOT_TIERS = "not_tiers"
    TIERS_NOT_FALLING = "tiers_not_falling"
    TIER_TOO_DEAR = "tier_too_dear"
    TOO_MANY_PARTS = "too_many_parts"
    NOT_A_DAY = "not_a_day"
    DAY_OUT_OF_REACH = "day_out_of_reach"
    HARVESTS_DIFFER = "harvests_differ"
    CODE_OF_A_PACK = "code_of_a_pack"
    NOT_A_PACK = "not_a_pack"
    PACK_OF_ANOTHER = "pack_of_another"
    NO_MAIN = "no_main"
    MAIN_WRONG = "main_wrong"
    NOT_FOR_A_PACK = "not_for_a_pack"
    ONLY_FOR_PACKS = "only_for_packs"
    PACK_UNIT = "pack_unit"
    TOO_MANY_PACKS = "too_many_packs"
    SAME_PACK = "same_pack"
    SAME_CODE = "same_code"
    UNKNOWN_GROUP = "unknown_group"
    UNKNOWN_PLACE = "unknown_place"
    SEVERAL_PLACES = "several_places"
    BELOW_RESERVED = "below_reserved"
    MISSING_FACT = "missing_fact"
    MOVED_ON = "moved_on"
    REFUSED = "refused"
    NO_SUCH_PICTURE = "no_such_picture"
    PICTURE_TOO_BIG = "picture_too_big"
    PICTURE_TYPE = "picture_type"
    PICTURE_HEIC = "picture_heic"
    PICTURE_PIXELS = "picture_pixels"
    PICTURE_MOVES = "picture_moves"
    PICTURE_BROKEN = "picture_broken"


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a row; ``field`` is empty when it is the row as a whole."""

    trouble: Trouble
    field: str = ""
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class Refused(ValueError):
    """What was given can't be taken, and why."""

    def __init__(self, trouble: Trouble, **values: Any) -> None:
        super().__init__(f"{trouble.value} {values}" if values else trouble.value)
        self.trouble = trouble
        self.values = values

    def at(self, field_name: str) -> Problem:
        return Problem(self.trouble, field_name, self.values)


class FileRefused(Refused):
    """The whole file."""


class CellRefused(Refused):
    """One cell."""
