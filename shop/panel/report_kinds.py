"""Each report: its figures, its plot and its table out of the sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from shop.money import format_amount
from shop.reports import plots, sums
from shop.reports.periods import Period
from shop.reports.plots import Caption, Point
from shop.reports.sums import Sale, Spread
from shop.reports.tables import Cell, Table

from .money import source_name

MOST_PLOTTED = 12
"""Bars of one plot; the table has them all."""


@dataclass(frozen=True)
class Made:
    """One report of a period: its figures, its plots and the table with the same numbers."""

    figures: Sequence[tuple[str, str]]
    drawn: Sequence[str]
    table: Table
    note: str = ""


@dataclass(frozen=True)
class Kind:
    """One report. ``is_for_stalls``: also for a stall's manager, of its own sales."""

    name: Any
    make: Callable[[Period, sums.Stalls], Made]
    is_for_stalls: bool = False


def short_amount(amount: float) -> str:
    """``1,2 tr``, ``350 ng``: as it fits beside an axis, in the reader's language."""
    is_english = (get_language() or "").startswith("en")
    for size, unit in ((10**9, "B" if is_english else " tỷ"), (10**6, "M" if is_english else " tr")):
        if amount >= size:
            text = f"{amount / size:.1f}".removesuffix(".0")
            return (text if is_english else text.replace(".", ",")) + unit
    return f"{amount / 1000:.0f}" + ("K" if is_english else " ng") if amount >= 1000 else f"{amount:.0f}"


def _dong(amount: float) -> str:
    return format_amount(int(amount))


def _count(number: float) -> str:
    return f"{number:.0f}"


def _sales_of_days(period: Period, stalls: sums.Stalls) -> Made:
    sales = sums.by_day(period, stalls)
    heading = {"day": _("Ngày"), "week": _("Tuần từ ngày"), "month": _("Tháng từ ngày")}[period.grain]
    total, orders = sum(sale.amount for sale in sales), sum(sale.orders for sale in sales)
    best = max(sales, key=lambda sale: sale.amount)
    points = [Point(sale.name, sale.amount, f"{sale.key:%d/%m}") for sale in sales]
    text = _("Tổng %(total)s. Cao nhất: %(name)s, %(amount)s.")
    caption = Caption(
        "ban-hang",
        _("Tiền bán hàng theo thời gian"),
        text % {"total": _dong(total), "name": best.name, "amount": _dong(best.amount)},
    )
    average = total // orders if orders else 0
    return Made(
        [(_("Tiền hàng"), _dong(total)), (_("Đơn"), str(orders)), (_("Trung bình một đơn"), _dong(average))],
        [(plots.line if len(points) > 45 else plots.columns)(points, caption, short_amount)],
        Table(
            [heading, _("Đơn"), _("Tiền hàng (đồng)")],
            [[sale.name, sale.orders, sale.amount] for sale in sales],
            frozenset({2}),
        ),
        _("Tiền hàng của kiện đã trả tiền hoặc trả khi nhận, sau giảm giá và phần bớt; chưa tính tiền giao."),
    )


def _sales_of(heading: str, title: str, sales: Sequence[Sale], *, with_pieces: bool = False) -> Made:
    total = sum(sale.amount for sale in sales)
    points = [Point(sale.name, sale.amount) for sale in sales[:MOST_PLOTTED]]
    text = (
        _("Nhiều nhất: %(name)s, %(amount)s.") % {"name": sales[0].name, "amount": _dong(sales[0].amount)}
        if sales
        else ""
    )
    pieces = [_("Số gói")] if with_pieces else []
    rows: list[list[Cell]] = [
        [
            sale.name,
            *([sale.pieces] if with_pieces else []),
            sale.orders,
            sale.amount,
            _share(sale.amount, total),
        ]
        for sale in sales
    ]
    return Made(
        [(_("Tiền hàng"), _dong(total)), (heading, str(len(sales)))],
        [plots.rows(points, Caption("ban-hang", title, text), _dong)] if sales else [],
        Table(
            [heading, *pieces, _("Đơn"), _("Tiền hàng (đồng)"), _("Phần")],
            rows,
            frozenset({3 if with_pieces else 2}),
        ),
    )


def _sales_of_stalls(period: Period, _stalls: sums.Stalls) -> Made:
    return _sales_of(_("Gian hàng"), _("Tiền bán hàng theo gian hàng"), sums.by_stall(period))


def _sales_of_communes(period: Period, _stalls: sums.Stalls) -> Made:
    return _sales_of(_("Xã, phường"), _("Tiền bán hàng theo xã của gian hàng"), sums.by_commune(period))


def _sales_of_products(period: Period, stalls: sums.Stalls) -> Made:
    found = sums.by_product(period, stalls)
    return _sales_of(_("Món"), _("Tiền bán hàng theo món"), found, with_pieces=True)


def _funnel(period: Period, _stalls: sums.Stalls) -> Made:
    counts = sums.funnel(period)
    names = (_("Giỏ có hàng"), _("Đặt hàng"), _("Đã trả tiền, hoặc trả khi nhận"), _("Đã giao đi"))
    steps = list(zip(names, counts.steps(), strict=True))
    caption = Caption("duong-mua", _("Từ giỏ hàng tới kiện đã giao"), _("Mỗi thanh là số còn lại ở bước ấy."))
    shares: list[list[Cell]] = [
        [name, number, _share(number, counts.steps()[max(place - 1, 0)]), _share(number, counts.baskets)]
        for place, (name, number) in enumerate(steps)
    ]
    return Made(
        [(name, str(number)) for name, number in steps],
        [plots.rows([Point(name, number) for name, number in steps], caption, _count)],
        Table([_("Bước"), _("Số"), _("So với bước trước"), _("So với giỏ")], shares),
        _("Giỏ tính theo ngày mở giỏ, đơn tính theo ngày đặt, nên vài đơn có giỏ từ kỳ trước."),
    )


def _share(number: int, whole: int) -> str:
    return f"{100 * number / whole:.1f} %".replace(".", ",") if whole else "–"


def _unpaid(period: Period, _stalls: sums.Stalls) -> Made:
    rows = sums.unpaid(period)
    names = {row.method: str(source_name(row.method)) for row in rows}
    points = [Point(names[row.method], row.waiting + row.lost) for row in rows]
    caption = Caption(
        "chua-tra", _("Đơn chưa trả tiền theo cách trả"), _("Gồm đơn đang chờ và đơn hết hạn, đã hủy.")
    )
    return Made(
        [
            (_("Đang chờ tiền"), _dong(sum(row.waiting_amount for row in rows))),
            (_("Hết hạn hoặc hủy khi chưa trả"), _dong(sum(row.lost_amount for row in rows))),
        ],
        [plots.rows(points, caption, _count)] if rows else [],
        Table(
            [
                _("Cách trả"),
                _("Đơn đang chờ"),
                _("Tiền đang chờ (đồng)"),
                _("Đơn mất"),
                _("Tiền đơn mất (đồng)"),
            ],
            [[names[row.method], row.waiting, row.waiting_amount, row.lost, row.lost_amount] for row in rows],
            frozenset({2, 4}),
        ),
    )


def _hours(hours: float | None) -> str:
    """``5 giờ``, ``2,5 ngày``."""
    if hours is None:
        return "–"
    if hours < 48:
        return ngettext("%(count)d giờ", "%(count)d giờ", round(hours)) % {"count": round(hours)}
    return _("%(days)s ngày") % {"days": f"{hours / 24:.1f}".removesuffix(".0").replace(".", ",")}


def _delivery(period: Period, _stalls: sums.Stalls) -> Made:
    found = sums.delivery(period)
    spreads: list[tuple[str, Spread]] = [
        (_("Từ đặt tới trả tiền"), found.to_paid),
        (_("Từ trả tiền tới giao đi"), found.to_left),
        (_("Từ đặt tới giao đi"), found.in_all),
    ]
    days = [
        Point(_("%(days)d ngày") % {"days": day}, count, str(day)) for day, count in enumerate(found.by_days)
    ]
    days[-1] = Point(
        _("Từ %(days)d ngày") % {"days": sums.SLOW_AFTER}, found.by_days[-1], f"{sums.SLOW_AFTER}+"
    )
    text = _("Nửa số kiện đi trong %(half)s, chín phần mười trong %(most)s.")
    spoken = text % {"half": _hours(found.in_all.median), "most": _hours(found.in_all.ninetieth)}
    caption = Caption("giao-hang", _("Số kiện theo số ngày từ lúc đặt tới lúc giao đi"), spoken)
    rows: list[list[Cell]] = [
        [name, one.count, _hours(one.median), _hours(one.ninetieth)] for name, one in spreads
    ]
    rows += [[_("Đi sau %(span)s") % {"span": day.label.lower()}, int(day.value), "", ""] for day in days]
    return Made(
        [
            (_("Kiện đã giao đi"), str(found.in_all.count)),
            (_("Nửa số kiện đi trong"), _hours(found.in_all.median)),
            (_("Chín phần mười đi trong"), _hours(found.in_all.ninetieth)),
            (_("Giao đi đúng hẹn"), _share(found.on_time, found.promised)),
        ],
        [plots.columns(days, caption, _count)],
        Table(
            [_("Chặng"), _("Số kiện"), _("Nửa số kiện trong"), _("Chín phần mười trong")],
            rows,
        ),
        _(
            "Bên vận chuyển chưa báo lúc khách nhận, nên chặng cuối chưa tính được."
            " Đúng hẹn là giao đi chậm nhất vào ngày cuối đã hẹn."
        ),
    )


KINDS: dict[str, Kind] = {
    "ngay": Kind(gettext_lazy("Theo ngày"), _sales_of_days, is_for_stalls=True),
    "mon": Kind(gettext_lazy("Theo món"), _sales_of_products, is_for_stalls=True),
    "gian-hang": Kind(gettext_lazy("Theo gian hàng"), _sales_of_stalls),
    "xa": Kind(gettext_lazy("Theo xã"), _sales_of_communes),
    "duong-mua": Kind(gettext_lazy("Từ giỏ tới giao"), _funnel),
    "chua-tra": Kind(gettext_lazy("Chưa trả tiền"), _unpaid),
    "giao-hang": Kind(gettext_lazy("Thời gian giao"), _delivery),
}
