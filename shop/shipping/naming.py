"""What the market's own ways of delivery are called; a stall's own ways are called as the stall writes them."""

from __future__ import annotations

from django.utils.translation import get_language, gettext, gettext_noop

from catalog.models.category_sheet import in_reading_language

NOTHING_TO_CARRY = gettext_noop("Bạn đến tận nơi, không phải gửi hàng")
COLLECTED = "Tự đến lấy: "
OF_THE_MARKET = (
    NOTHING_TO_CARRY,
    gettext_noop("Bưu điện, giao thường"),
    gettext_noop("EMS, giao nhanh"),
)


def shown_name(name: str, name_en: str) -> str:
    """``name``, as it is kept with an order, in the reader's language; Vietnamese when there is no other.

    English is kept beside it; other languages know the market's own ways, as the tables of migration 1002 call them.
    """
    if get_language() != "en":
        if name in OF_THE_MARKET:
            return gettext(name)
        if name.startswith(COLLECTED):
            return gettext("Tự đến lấy: %(point)s") % {"point": name.removeprefix(COLLECTED)}
    return in_reading_language(name, name_en)
