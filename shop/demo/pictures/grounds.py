"""What goods stand on: a lit wall and a table dressed in cloth, mat or wood with one woven band."""

from typing import NamedTuple

from .ink import SHADOW, Sheet, arc, at, mix, n, smooth, stroke
from .motifs import band, height


class Ground(NamedTuple):
    """One way to set the table; goods of one group share it."""

    wall: str
    table: str
    cover: str
    motif: str
    dye: str
    hung: bool = False  # the band hangs on the wall instead of lying on the table


GROUNDS: dict[str, Ground] = {
    "roots": Ground("#f4e7cd", "#e6d3ae", "linen", "diamond", "indigo"),
    "roots-dusk": Ground("#efe0cb", "#cdb38c", "mat", "hook", "indigo", True),
    "tea": Ground("#e6ebd8", "#34447a", "linen", "step", "leaf"),
    "tea-pale": Ground("#edeedd", "#d5dcc0", "linen", "fern", "leaf"),
    "fruit": Ground("#fbf1de", "#efd9b6", "linen", "star", "red"),
    "fruit-leaf": Ground("#f3f0dc", "#cdd3a8", "linen", "diamond", "leaf"),
    "orchard": Ground("#f8ead2", "#a7744a", "wood", "step", "red", True),
    "cellar": Ground("#f3e2c3", "#8f5f3a", "wood", "hook", "red", True),
    "cellar-night": Ground("#e9dcc8", "#2c3566", "linen", "star", "indigo"),
    "honey": Ground("#faedc9", "#e4bf77", "linen", "step", "gold"),
    "honey-wood": Ground("#f8ebcb", "#9c6a3c", "wood", "diamond", "gold", True),
    "dried": Ground("#f7e6d3", "#b5523f", "linen", "comb", "red"),
    "dried-mat": Ground("#f6ead5", "#d9bb83", "mat", "star", "red", True),
    "smoke": Ground("#6b5040", "#3b2a22", "wood", "diamond", "black", True),
    "smoke-red": Ground("#ecd7bd", "#5a3b2b", "wood", "step", "black", True),
    "spice": Ground("#f6e5cb", "#93303a", "linen", "hook", "black"),
    "spice-pale": Ground("#f8ecd6", "#e3cfa6", "linen", "hook", "red"),
    "rice": Ground("#f1ead2", "#d8bf87", "mat", "fern", "leaf", True),
    "rice-cloth": Ground("#f4ecd9", "#e8dcc0", "linen", "step", "indigo"),
    "jar": Ground("#f0ead8", "#b9c49a", "linen", "comb", "leaf"),
    "craft": Ground("#f6efe2", "#e2d3b8", "wood", "comb", "linen"),
    "craft-plain": Ground("#efe5d3", "#d9c7a6", "linen", "comb", "linen"),
    "spring": Ground("#eef0e6", "#d9cdb4", "linen", "diamond", "red"),
}


def _linen(sheet: Sheet, colour: str, top: float) -> str:
    """Plain weave with a few slack folds."""
    warp, weft = mix(colour, SHADOW, 0.16), mix(colour, "#ffffff", 0.22)
    paint = sheet.pattern(
        9,
        7,
        f'<path d="M0 1.2h9M4.5 4.8h4.5M0 4.8h2" stroke="{warp}" stroke-width="1" opacity=".5"/>'
        f'<path d="M2.2 0v7" stroke="{weft}" stroke-width="1.1" opacity=".5"/>',
    )
    folds = []
    for _ in range(4):
        x = sheet.rng.uniform(-100, 1000)
        y = sheet.rng.uniform(top + 60, 980)
        line = arc((x, y), (x + sheet.rng.uniform(250, 500), y + sheet.around(0, 60)), sheet.around(0, 0.12))
        folds.append(f'<path d="{stroke(line, 46, 0)}" fill="{mix(colour, SHADOW, 0.5)}" opacity=".3"/>')
        lit = [(u - 6, v - 26) for u, v in line]
        folds.append(f'<path d="{stroke(lit, 30, 0)}" fill="#fff8e6" opacity=".3"/>')
    return (
        f'<rect y="{n(top)}" width="1000" height="{n(1000 - top)}" fill="{paint}"/>'
        f'<g filter="url(#soft8)">{"".join(folds)}</g>'
    )


def _wood(sheet: Sheet, colour: str, top: float) -> str:
    """Old planks lying across, wider towards us."""
    out = []
    y, deep = top, 62.0
    while y < 1000:
        shade = mix(colour, sheet.rng.choice((SHADOW, "#f0c58a")), sheet.rng.uniform(0.02, 0.13))
        out.append(f'<rect y="{n(y)}" width="1000" height="{n(deep)}" fill="{shade}"/>')
        for _ in range(9):
            x = sheet.rng.uniform(-200, 900)
            g = y + sheet.rng.uniform(0.12, 0.9) * deep
            grain = arc(
                (x, g), (x + sheet.rng.uniform(150, 480), g + sheet.around(0, 4)), sheet.around(0, 0.015)
            )
            out.append(
                f'<path d="{stroke(grain, sheet.rng.uniform(1.5, 4), 0)}" fill="{SHADOW}" opacity=".17"/>'
            )
        if sheet.rng.random() < 0.6:
            x, g = sheet.rng.uniform(60, 940), y + deep * 0.5
            for k in (1.0, 0.66, 0.33):
                out.append(
                    f'<ellipse cx="{n(x)}" cy="{n(g)}" rx="{n(26 * k)}" ry="{n(9 * k)}" fill="none" '
                    f'stroke="{SHADOW}" stroke-width="2" opacity=".18"/>'
                )
        out.append(
            f'<rect y="{n(y + deep - 4)}" width="1000" height="4" fill="{SHADOW}" opacity=".4"/>'
            f'<rect y="{n(y + 1)}" width="1000" height="3" fill="#ffe9c4" opacity=".22"/>'
        )
        y += deep
        deep *= 1.3
    return "".join(out)


def _mat(sheet: Sheet, colour: str, top: float) -> str:
    """Split-bamboo mat in twill."""
    lit, shade = mix(colour, "#fff4d2", 0.35), mix(colour, SHADOW, 0.22)
    cell = []
    for row in range(4):
        for x in (row * 12 - 48, row * 12):
            cell.append(
                f'<rect x="{x}" y="{row * 9}" width="29" height="8" rx="3" fill="{lit if row % 2 else colour}"/>'
                f'<rect x="{x + 30}" y="{row * 9}" width="17" height="8" rx="2" fill="{shade}"/>'
                f'<rect x="{x + 2}" y="{row * 9 + 5.6}" width="26" height="1.8" fill="{SHADOW}" opacity=".16"/>'
            )
    drawing = f'<rect width="48" height="36" fill="{mix(colour, SHADOW, 0.5)}"/>' + "".join(cell)
    paint = sheet.pattern(48, 36, drawing)
    return f'<rect y="{n(top)}" width="1000" height="{n(1000 - top)}" fill="{paint}"/>'


COVERS = {"linen": _linen, "wood": _wood, "mat": _mat}


def ground(sheet: Sheet, name: str, top: float = 520) -> str:
    """The wall, the table from ``top`` down, the band and the morning light."""
    look = GROUNDS[name]
    wall = sheet.radial(
        (
            (0, mix(look.wall, "#fffdf4", 0.7), 1),
            (0.55, look.wall, 1),
            (1, mix(look.wall, "#a8763c", 0.22), 1),
        ),
        0.34,
        0.2,
        0.95,
    )
    window = "".join(
        f'<path d="M{x} -40L{x + w} -40L{x + w - 260} 760L{x - 260} 760Z" fill="#fffbe8"/>'
        for x, w in ((330, 110), (470, 60), (640, 130))
    )
    twig = sheet.around(120, 90)
    leaves = "".join(
        at(
            twig + i * 52,
            70 + i * 34 + sheet.around(0, 26),
            f'<path d="{stroke(arc((0, 0), (120, 30), 0.2), 34, 0)}" fill="#7a5a3a"/>',
            turn=sheet.around(30, 70),
        )
        for i in range(6)
    )
    table_light = sheet.linear(
        ((0, SHADOW, 0.26), (0.1, SHADOW, 0.05), (0.4, "#fff6dc", 0.14), (1, SHADOW, 0.12))
    )
    out = [
        f'<rect width="1000" height="{n(top + 4)}" fill="{wall}"/>',
        f'<g filter="url(#soft20)" opacity=".42">{window}</g>',
        f'<g filter="url(#soft20)" opacity=".13">{leaves}</g>',
    ]
    high = height(look.motif, 6.5)
    if look.hung:
        out.append(band(sheet, -20, 64, 1040, look.motif, look.dye, 6.5))
        out.append(
            f'<rect y="{n(64 + high + 4)}" width="1000" height="16" fill="{SHADOW}" opacity=".25" '
            'filter="url(#soft8)"/>'
        )
    out.append(f'<rect y="{n(top)}" width="1000" height="{n(1000 - top)}" fill="{look.table}"/>')
    out.append(COVERS[look.cover](sheet, look.table, top))
    if not look.hung:
        out.append(band(sheet, -20, 975 - high, 1040, look.motif, look.dye, 6.5))
    lip = smooth([(-20, top + 2), (300, top - 3), (700, top + 3), (1020, top - 2)], closed=False)
    out.append(
        f'<rect y="{n(top)}" width="1000" height="{n(1000 - top)}" fill="{table_light}"/>'
        f'<path d="{lip}" fill="none" stroke="{mix(look.table, "#fff6dc", 0.5)}" stroke-width="4" opacity=".7"/>'
        f'<g filter="url(#soft45)" opacity=".22"><path d="M-100 560L620 560L300 1000L-100 1000Z" fill="#fff3cf"/></g>'
    )
    return "".join(out)


def veil(sheet: Sheet) -> str:
    """The last glaze: warm light from the upper left, quiet corners."""
    light = sheet.radial(((0, "#fff3cc", 0.3), (0.5, "#fff3cc", 0.06), (1, "#fff3cc", 0)), 0.2, 0.1, 0.8)
    dusk = sheet.radial(((0, "#4a240f", 0), (0.66, "#4a240f", 0), (1, "#4a240f", 0.3)), 0.46, 0.46, 0.78)
    w, h = sheet.width, sheet.height
    return f'<rect width="{w}" height="{h}" fill="{light}"/><rect width="{w}" height="{h}" fill="{dusk}"/>'
