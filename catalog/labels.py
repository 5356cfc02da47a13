"""Labels of a lot to print: sheets of stickers in A4, and strips of 58 and 80 mm.

The QR leads to the lot's page. Each of its modules is a whole number of dots of a thermal printer of 203 dpi, three or
more.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from catalog.gtin import digital_link
from catalog.models import Lot
from catalog.trace_views import trace_address
from catalog.typesetting import Form

_FORM = Form(Path(__file__).with_name("forms") / "label.typ")
DOT = 25.4 / 203  # millimetres: one dot of a thermal printer
QR_BORDER = 4  # modules of white that a reader needs around the code
MOST = 400


@dataclass(frozen=True)
class Layout:
    """Where labels lie on the paper. Unit: millimetres; ``points`` is the size of the letters."""

    key: str
    title: Any
    page: tuple[float, float]
    label: tuple[float, float]
    columns: int
    rows: int
    margin: tuple[float, float]
    gutter: tuple[float, float]
    qr_size: float
    points: float

    @property
    def on_a_page(self) -> int:
        return self.columns * self.rows


A4 = (210, 297)
LAYOUTS = {
    layout.key: layout
    for layout in (
        Layout("a4-3x8", _("A4, 24 tem 70 × 37 mm"), A4, (70, 37), 3, 8, (0, 0.5), (0, 0), 27, 8),
        Layout("a4-2x5", _("A4, 10 tem 99 × 57 mm"), A4, (99, 57), 2, 5, (6, 6), (0, 0), 38, 11),
        Layout(
            "a4-4x10", _("A4, 40 tem 48,5 × 25,4 mm"), A4, (48.5, 25.4), 4, 10, (8, 21.5), (0, 0), 20.6, 5.5
        ),
        Layout("cuon-58", _("Cuộn 58 mm, tem cao 40 mm"), (58, 40), (58, 40), 1, 1, (0, 0), (0, 0), 26, 7.5),
        Layout("cuon-80", _("Cuộn 80 mm, tem cao 50 mm"), (80, 50), (80, 50), 1, 1, (0, 0), (0, 0), 34, 9.5),
    )
}
INSETS = {"a4-4x10": 1.2, "cuon-58": 3, "cuon-80": 3}
"""Room at the edge of a label that a printer may miss."""


def labels_pdf(lot: Lot, *, layout: Layout, count: int) -> bytes:
    """The PDF with ``count`` labels. The same arguments give the same bytes.

    Raises: ValueError when the count is not between 1 and ``MOST``.
    """
    if not 1 <= count <= MOST:
        raise ValueError(count)
    drawn, qr_size = _qr(label_address(lot), layout.qr_size)
    content = _content(lot) | {
        "qr": drawn,
        "qr_size": qr_size,
        "page": layout.page,
        "label": layout.label,
        "columns": layout.columns,
        "margin": layout.margin,
        "gutter": layout.gutter,
        "points": layout.points,
        "code_points": qr_size * 0.265,  # thirteen letters under the whole width of the QR
        "inset": INSETS.get(layout.key, 2),
        "count": count,
    }
    return _FORM.pdf(content, at=lot.opened_at)


def label_address(lot: Lot) -> str:
    """What the QR says: the lot's GS1 Digital Link on our own domain, else its short address."""
    gtin = getattr(lot.sheet, "gtin", None)
    return (
        digital_link(gtin.number, lot_code=lot.code, base=settings.BASE_URL)
        if gtin
        else trace_address(lot.code)
    )


def _content(lot: Lot) -> dict[str, Any]:
    """What a label says: always Vietnamese, as goods are sold here."""
    sheet = lot.sheet
    dates = [("NSX:" if lot.is_made else "Thu hoạch:", f"{lot.harvested_on:%d/%m/%Y}")]
    if lot.best_before:
        dates.append(("HSD:", f"{lot.best_before:%d/%m/%Y}"))
    return {
        "name": sheet.product.title,
        "pack": sheet.pack,
        "code": lot.grouped_code,
        "dates": dates,
        "maker": f"{sheet.cooperative.name}, {sheet.commune.name}",
    }


def _qr(text: str, most: float) -> tuple[str, float]:
    """The drawing and its size in millimetres, at most ``most``: each module a whole number of printer's dots."""
    qr = segno.make(text, error="m", micro=False, boost_error=False)
    modules = qr.symbol_size(border=QR_BORDER)[0]
    drawn = io.BytesIO()
    qr.save(drawn, kind="svg", border=QR_BORDER, xmldecl=False)
    return drawn.getvalue().decode(), modules * max(1, int(most / modules / DOT)) * DOT
