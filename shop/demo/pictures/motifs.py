"""Woven bands: the diamonds, steps and hooks of Mông and Thái cloth as stitch charts.

A chart is half of a tile: each row is mirrored to the right (the last column is the axis), and the rows are
mirrored downwards unless the chart says otherwise. A letter names a thread; a dot is the ground cloth.
"""

from .ink import SHADOW, Sheet, at, mix, n

Threads = dict[str, str]


CHARTS: dict[str, tuple[str, ...]] = {
    "diamond": (
        "aaaaaaaaa",
        ".........",
        "b...c...b",
        "...c.c...",
        "..c.b.c..",
        ".c.bab.c.",
        "c.bad.b.c",
        ".bad.dab.",
        "bad.c.dab",
    ),
    "hook": (
        "bbbbbbbbbb",
        "..........",
        "aaaaaa....",
        "a....a...c",
        "a.aa.a..c.",
        "a.a..a.c.d",
        "a.aaaa..d.",
        "a......d.c",
        "aaaaaaa.c.",
        "......a..d",
    ),
    "step": (
        "cccccccc",
        "........",
        "aaaa....",
        ".aaaa...",
        "..aabb..",
        "d..abbb.",
        "dd..bbcc",
        "ddd..bcc",
    ),
    "star": (
        "bbbbbbbbb",
        "b.......b",
        ".........",
        "a...d...a",
        "aa..d..aa",
        ".aa.d.aa.",
        "..aadaa..",
        "...aca...",
        "dddc.cddd",
    ),
    "comb": (
        "aaaaaa",
        "a.a.a.",
        ".......",
        "..c...",
        ".cbc..",
        "cbdbc.",
    ),
    "fern": (
        "dddddddd",
        "........",
        "aa....b.",
        ".aa..b.b",
        "..aa..b.",
        "c..aa...",
        "cc..aa.c",
        ".cc..aac",
        "..cc..aa",
    ),
}


DYES: dict[str, Threads] = {
    "indigo": {".": "#26356f", "a": "#fbf7ef", "b": "#c8443f", "c": "#e3b04b", "d": "#7f9bd0"},
    "red": {".": "#a8232b", "a": "#fbf0dc", "b": "#2a2f63", "c": "#eab54e", "d": "#e88a5c"},
    "leaf": {".": "#2f6b3a", "a": "#f7efd9", "b": "#c9443c", "c": "#e5bb55", "d": "#9cc27c"},
    "black": {".": "#2b2430", "a": "#f4e6cf", "b": "#c2353a", "c": "#dfa53f", "d": "#5f8f6a"},
    "linen": {".": "#f1e6d0", "a": "#a8232b", "b": "#26356f", "c": "#b3801d", "d": "#2f6b3a"},
    "gold": {".": "#9a6b00", "a": "#fbf0d4", "b": "#7c1d24", "c": "#2a2f63", "d": "#f0c766"},
}


def chart(name: str) -> list[str]:
    """The whole tile: the half chart mirrored sideways and down."""
    half = [row.ljust(max(map(len, CHARTS[name])), ".") for row in CHARTS[name]]
    rows = [row + row[-2:0:-1] for row in half]
    return rows + rows[-2::-1]


def height(name: str, cell: float) -> float:
    """How tall a band of this motif is with stitches of ``cell``."""
    return len(chart(name)) * cell


def tile(name: str, dye: str, cell: float) -> tuple[float, float, str]:
    """Width, height and drawing of one repeat, stitch by stitch on its ground cloth."""
    rows, threads = chart(name), DYES[dye]
    w, h = len(rows[0]) * cell, len(rows) * cell
    ground = threads["."]
    out = [f'<rect width="{n(w)}" height="{n(h)}" fill="{ground}"/>']
    for r, row in enumerate(rows):
        weft = mix(ground, SHADOW, 0.22)
        out.append(
            f'<rect y="{n((r + 0.86) * cell)}" width="{n(w)}" height="{n(cell * 0.16)}" fill="{weft}" opacity=".6"/>'
        )
        for c, thread in enumerate(row):
            if thread == ".":
                continue
            colour = threads[thread]
            x, y, k = c * cell, r * cell, cell
            out.append(
                f'<rect x="{n(x + k * 0.04)}" y="{n(y + k * 0.06)}" width="{n(k * 0.94)}" height="{n(k * 0.86)}" '
                f'rx="{n(k * 0.3)}" fill="{colour}"/><rect x="{n(x + k * 0.1)}" y="{n(y + k * 0.6)}" '
                f'width="{n(k * 0.8)}" height="{n(k * 0.3)}" rx="{n(k * 0.14)}" fill="{mix(colour, SHADOW, 0.3)}"/>'
            )
    return w, h, "".join(out)


def band(sheet: Sheet, x: float, y: float, width: float, name: str, dye: str, cell: float = 7) -> str:
    """A woven band lying across, with a thin selvage above and below."""
    w, h, drawing = tile(name, dye, cell)
    paint = sheet.pattern(w, h, drawing)
    edge = mix(DYES[dye]["."], SHADOW, 0.45)
    return at(
        x,
        y,
        f'<rect width="{n(width)}" height="{n(h)}" fill="{paint}"/>'
        f'<rect y="{n(-cell * 0.5)}" width="{n(width)}" height="{n(cell * 0.6)}" fill="{edge}"/>'
        f'<rect y="{n(h - cell * 0.1)}" width="{n(width)}" height="{n(cell * 0.6)}" fill="{edge}"/>',
    )
