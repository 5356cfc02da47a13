"""What was really weighed when a parcel was packed, as the packer types it: grams, only where they are fewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from shop.orders.models import Consignment, ConsignmentLine
from shop.orders.reductions import sold_grams
from shop.templatetags.market import kilograms

MOST_DIGITS = 7


class Weighing:
    """The field of one line that is sold by weight. ``typed`` comes back with its ``error``."""

    def __init__(self, line: ConsignmentLine, sold: int, typed: str = "", error: str = "") -> None:
        self.line, self.sold, self.typed, self.error = line, sold, typed, error

    @property
    def name(self) -> str:
        return f"can-{self.line.pk}"


def read_weighings(parcel: Iterable[Consignment], posted: Mapping[str, str]) -> list[Weighing]:
    """A field per line that is sold by weight, with what was typed and what is wrong with it."""
    found = []
    for line in (line for consignment in parcel for line in consignment.lines.all()):
        sold = sold_grams(line)
        if not sold:
            continue
        typed = posted.get(f"can-{line.pk}", "").strip()
        found.append(Weighing(line, sold, typed, _error(typed, sold)))
    return found


def weights_of(weighings: list[Weighing]) -> dict[int, int]:
    """Grams by line, of those that were filled in."""
    return {one.line.pk: int(one.typed) for one in weighings if one.typed}


def too_heavy(sold: int) -> str:
    return _("Chỉ ghi khi nhẹ hơn lúc bán (%(sold)s), và phải lớn hơn 0.") % {"sold": kilograms(sold)}


def _error(typed: str, sold: int) -> str:
    if not typed:
        return ""
    if not (typed.isascii() and typed.isdigit()) or len(typed) > MOST_DIGITS:
        return _("Ghi số gam bằng chữ số, không có dấu chấm, ví dụ 2850.")
    return "" if 0 < int(typed) <= sold else too_heavy(sold)
