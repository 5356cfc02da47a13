"""Woven and plaited things: scarf, bag, carrying baskets, tags, and the dressed black chicken's dish."""

import math

from .ink import SHADOW, Sheet, arc, at, ellipse, mix, n, polygon, smooth, stroke, wobbly
from .motifs import DYES, band, height
from .vessels import wicker


def tassel(sheet: Sheet, colour: str, length: float = 90) -> str:
    """A tassel hanging from the origin."""
    tone = sheet.tone(colour, 0.45, 0.5)
    threads = "".join(
        f'<path d="{stroke(arc((k * 0.35, 14), (k * 1.25 + sheet.around(0, 3), length + sheet.around(0, 6)), sheet.around(0, 0.05)), 5.5, 0.5)}" fill="{sheet.rng.choice((tone.base, tone.light, tone.dark, tone.glow))}"/>'
        for k in range(-16, 17, 4)
    )
    knot = sheet.solid(smooth(wobbly(sheet.rng, 13, 14)), tone, line=1.5)
    return (
        threads
        + at(0, 8, knot)
        + f'<path d="M-11 22Q0 28 11 22" stroke="{DYES["red"]["c"]}" stroke-width="5" fill="none"/>'
    )


def coil(sheet: Sheet, colour: str, r: float = 24) -> str:
    """A cút piêu: the little cloth snail at a piêu's corner."""
    tone = sheet.tone(colour, 0.4, 0.5)
    out = sheet.solid(ellipse(0, 0, r, r), tone, line=2)
    spiral = []
    for i in range(30):
        a = i * 0.5
        spiral.append((r * (1 - i / 32) * 0.8 * math.cos(a), r * (1 - i / 32) * 0.8 * math.sin(a)))
    return (
        out
        + f'<path d="{smooth(spiral, False)}" fill="none" stroke="{tone.line}" stroke-width="3" opacity=".7"/>'
        + sheet.gleam(-r * 0.3, -r * 0.4, r * 0.35, r * 0.25, 0.6)
    )


def _stitched_end(sheet: Sheet, w: float, h: float) -> str:
    """The embroidered end of a piêu: a red border, hooks and diamonds inside it."""
    out = [f'<rect width="{n(w)}" height="{n(h)}" fill="#222a5c"/>']
    y = h * 0.06
    for motif, dye, cell in (
        ("comb", "red", 5.4),
        ("star", "indigo", 6.4),
        ("hook", "black", 6.4),
        ("diamond", "red", 5.8),
    ):
        out.append(band(sheet, 0, y, w, motif, dye, cell))
        y += height(motif, cell) + 10
    border = w * 0.055
    red, gold = DYES["red"]["."], DYES["red"]["c"]
    for x in (0.0, w - border):
        out.append(
            f'<rect x="{n(x)}" width="{n(border)}" height="{n(h)}" fill="{red}"/><path d="M{n(x + border / 2)} 0v{n(h)}" stroke="{gold}" stroke-width="4" stroke-dasharray="9 7"/>'
        )
    return "".join(out)


def pieu(sheet: Sheet) -> str:
    """A piêu scarf folded over a bamboo pole, its stitched ends hanging; 620 wide, 700 tall, pole at y = 0."""
    indigo = sheet.tone("#262f63", 0.3, 0.55)
    pole = sheet.tone("#c9a45c")
    out = [
        f'<path d="M-420 -16H420V18H-420Z" fill="{sheet.linear(((0, pole.glow, 1), (0.5, pole.base, 1), (1, pole.dark, 1)))}" stroke="{pole.line}" stroke-width="2"/>'
    ]
    for x in (-300, -60, 230, 380):
        out.append(f'<path d="M{x} -18v38" stroke="{pole.dark}" stroke-width="7" opacity=".6"/>')
    for x, w, h, tilt, dim in ((-40, 330, 560, 3, 0.22), (-290, 350, 640, -1.5, 0.0)):
        points = [
            (0.0, -22.0),
            (w * 0.5, -30),
            (w, -22),
            (w + 8, h * 0.4),
            (w - 4, h * 0.75),
            (w + 6, h),
            (w * 0.5, h + 12),
            (-6, h),
            (6, h * 0.6),
            (-6, h * 0.3),
        ]
        d = smooth(points, True, 0.6)
        body = f'<rect x="-20" y="-40" width="{w + 60}" height="{h + 80}" fill="{indigo.base}"/>'
        weave = sheet.pattern(
            6, 6, f'<path d="M0 1.5h6M1.5 0v6" stroke="{indigo.glow}" stroke-width=".8" opacity=".28"/>'
        )
        body += f'<rect x="-20" y="-40" width="{w + 60}" height="{h + 80}" fill="{weave}"/>'
        body += at(0, h - 390, _stitched_end(sheet, w, 400))
        body += f'<g filter="url(#soft8)"><path d="{stroke([(w * 0.22, -20), (w * 0.26, h * 0.5), (w * 0.2, h)], 46, 0.4)}" fill="#fff3d6" opacity=".24"/><path d="{stroke([(w * 0.66, -20), (w * 0.6, h * 0.5), (w * 0.68, h)], 56, 0.4)}" fill="{SHADOW}" opacity=".42"/><path d="{stroke([(w * 0.98, -20), (w, h * 0.5), (w, h)], 50, 0.4)}" fill="{SHADOW}" opacity=".4"/></g>'
        if dim:
            body += (
                f'<rect x="-20" y="-40" width="{w + 60}" height="{h + 80}" fill="{SHADOW}" opacity="{dim}"/>'
            )
        ends = "".join(
            at(k * w, h + 4, coil(sheet, c, 22))
            for k, c in (
                (0.04, "#c2353a"),
                (0.17, "#dfa53f"),
                (0.3, "#3f7a4a"),
                (0.7, "#3f7a4a"),
                (0.83, "#dfa53f"),
                (0.96, "#c2353a"),
            )
        )
        shade = (
            f'<path d="{d}" fill="{SHADOW}" opacity=".4" filter="url(#soft20)" transform="translate(26 20)"/>'
        )
        out.append(
            at(x, 0, shade + sheet.solid(d, indigo, body, paint=indigo.base, line=2.6) + ends, turn=tilt)
        )
    return "".join(out)


def brocade_bag(sheet: Sheet) -> str:
    """A Mông shoulder bag, 470 wide and 460 tall, its strap rising behind; top edge at y = 0."""
    strap_tone = sheet.tone("#a8232b")
    w, h = 500, 460
    outer = smooth(
        [(-232, 30), (-222, -150), (-120, -300), (0, -336), (120, -300), (222, -150), (232, 30)], False
    )
    strap = f'<path d="{outer}" fill="none" stroke="{strap_tone.line}" stroke-width="52"/><path d="{outer}" fill="none" stroke="{strap_tone.base}" stroke-width="46"/>'
    for colour, width, dash in (
        ("#eab54e", 30, ""),
        ("#2a2f63", 24, ""),
        ("#fbf0dc", 10, "14 12"),
        ("#c8443f", 4, ""),
    ):
        strap += f'<path d="{outer}" fill="none" stroke="{colour}" stroke-width="{width}" {f"stroke-dasharray={chr(34)}{dash}{chr(34)}" if dash else ""}/>'
    d = smooth(
        [
            (-w / 2, 6),
            (-w * 0.25, -4),
            (0, 8),
            (w * 0.25, -4),
            (w / 2, 6),
            (w * 0.515, h * 0.5),
            (w / 2, h * 0.94),
            (w * 0.3, h),
            (-w * 0.3, h),
            (-w / 2, h * 0.94),
            (-w * 0.515, h * 0.5),
        ],
        True,
        0.5,
    )
    tone = sheet.tone("#2b2430")
    rows = [
        ("comb", "leaf", 5.4),
        ("diamond", "indigo", 6.6),
        ("hook", "red", 6.2),
        ("star", "black", 6.4),
        ("comb", "gold", 5.4),
    ]
    marks, y = "", 14.0
    for motif, dye, cell in rows:
        marks += band(sheet, -w * 0.52, y, w * 1.04, motif, dye, cell)
        y += height(motif, cell) + 9
        marks += f'<path d="M{n(-w * 0.52)} {n(y - 5)}H{n(w * 0.52)}" stroke="{DYES["gold"]["d"]}" stroke-width="3" stroke-dasharray="7 5"/>'
    lit = sheet.radial(
        ((0, "#fff6dc", 0.3), (0.5, "#fff6dc", 0.02), (0.8, SHADOW, 0.16), (1, SHADOW, 0.5)), 0.34, 0.3, 0.8
    )
    marks += f'<path d="{d}" fill="{lit}"/><g filter="url(#soft8)"><path d="{stroke([(120, 10), (150, 200), (130, 440)], 44, 0.2)}" fill="{SHADOW}" opacity=".3"/></g>'
    hem = f'<path d="M{n(-w / 2)} 6Q{n(-w * 0.25)} -8 0 8Q{n(w * 0.25)} -8 {n(w / 2)} 6" fill="none" stroke="#a8232b" stroke-width="20"/><path d="M{n(-w / 2)} 6Q{n(-w * 0.25)} -8 0 8Q{n(w * 0.25)} -8 {n(w / 2)} 6" fill="none" stroke="#f3d9a0" stroke-width="3" stroke-dasharray="8 6"/>'
    tassels = "".join(
        at(x, h - 12 + 8 * math.cos(x / 90), tassel(sheet, c, 92))
        for x, c in zip(
            range(-200, 201, 50),
            (
                "#c2353a",
                "#dfa53f",
                "#2f6b3a",
                "#c2353a",
                "#26356f",
                "#c2353a",
                "#2f6b3a",
                "#dfa53f",
                "#c2353a",
            ),
            strict=True,
        )
    )
    poms = "".join(
        at(
            s * 232,
            34,
            sheet.solid(smooth(wobbly(sheet.rng, 34, 34, 0.08, 22)), sheet.tone("#c2353a"))
            + tassel(sheet, "#dfa53f", 110),
        )
        for s in (-1, 1)
    )
    return (
        sheet.shadow(10, h + 66, w * 0.62, 50, 0.6)
        + strap
        + tassels
        + sheet.solid(d, tone, marks, paint=tone.base, line=3)
        + hem
        + poms
    )


def gui(sheet: Sheet, filling: str, tall: float = 420, rx: float = 210) -> str:
    """A gùi, the basket carried on the back: narrow square foot, wide mouth at 0,0, shoulder straps."""
    ry = rx * 0.3
    fx = rx * 0.6
    d = (
        f"M{n(-rx)} 0A{n(rx)} {n(ry)} 0 0 0 {n(rx)} 0C{n(rx * 0.9)} {n(tall * 0.3)} {n(fx * 1.06)} {n(tall * 0.7)} {n(fx)} {n(tall)}"
        f"A{n(fx)} {n(fx * 0.2)} 0 0 1 {n(-fx)} {n(tall)}C{n(-fx * 1.06)} {n(tall * 0.7)} {n(-rx * 0.9)} {n(tall * 0.3)} {n(-rx)} 0Z"
    )
    tone = sheet.tone("#a8773f")
    back = (
        sheet.shadow(26, tall, rx * 1.05, rx * 0.26, 0.6)
        + f'<path d="{ellipse(0, 0, rx, ry)}" fill="{mix("#a8773f", SHADOW, 0.7)}"/><path d="{ellipse(0, 0, rx, ry)}" fill="none" stroke="{tone.dark}" stroke-width="16"/>'
    )
    lip = f"M{n(-rx)} 0A{n(rx)} {n(ry)} 0 0 0 {n(rx)} 0"
    rim = f'<path d="{lip}" fill="none" stroke="{tone.line}" stroke-width="27"/><path d="{lip}" fill="none" stroke="{sheet.linear(((0, tone.base, 1), (0.3, tone.glow, 1), (1, tone.dark, 1)), 1, 0)}" stroke-width="22"/>'
    strap = "".join(
        f'<path d="{smooth([(s * rx * 0.46, ry * 0.9), (s * rx * 0.86, tall * 0.3), (s * rx * 0.74, tall * 0.62), (s * rx * 0.4, tall * 0.86)], False)}" fill="none" stroke="{c}" stroke-width="{k}" stroke-linecap="round"/>'
        for s in (-1, 1)
        for c, k in ((SHADOW, 30), ("#a8232b", 25), ("#eab54e", 6))
    )
    return back + filling + wicker(sheet, d, rx, -ry * 0.1, tall, "#b9884c", 19) + rim + strap


def tag(sheet: Sheet, w: float = 120, tall: float = 170) -> str:
    """A paper trace tag on its string, hanging from the origin: a chequered mark and a woven strip, no words."""
    d = polygon([(-w * 0.3, 24), (w * 0.3, 24), (w / 2, 56), (w / 2, tall), (-w / 2, tall), (-w / 2, 56)])
    tone = sheet.tone("#fbf4e2", 0.2, 0.4)
    cells = "".join(
        f'<rect x="{n(-w * 0.33 + c * w * 0.066)}" y="{n(64 + r * w * 0.066)}" width="{n(w * 0.067)}" height="{n(w * 0.067)}" fill="#2b2430"/>'
        for r in range(10)
        for c in range(10)
        if sheet.rng.random() < 0.48 or ((r < 3 or r > 6) and c in (0, 2) and r not in {8, 1})
    )
    strip = band(sheet, -w / 2, tall - height("comb", 2.6) - 4, w, "comb", "red", 2.6)
    string = '<path d="M0 -6C-14 8 -6 24 0 38" fill="none" stroke="#a8232b" stroke-width="4"/>'
    return (
        f'<path d="{d}" fill="{SHADOW}" opacity=".35" transform="translate(8 9)" filter="url(#soft3)"/>'
        + sheet.solid(d, tone, cells + strip, paint=sheet.fall(tone))
        + '<circle cy="42" r="8" fill="#8a6a4a"/>'
        + string
    )


def handled_basket(sheet: Sheet, rx: float = 280, tall: float = 250) -> str:
    """A fine rattan basket with a hooped handle and a woven pattern, rim at 0,0."""
    hoop = f"M{n(-rx * 0.9)} 6C{n(-rx * 0.86)} -330 {n(rx * 0.86)} -330 {n(rx * 0.9)} 6"
    tone = sheet.tone("#b57a3c")
    handle = f'<path d="{hoop}" fill="none" stroke="{tone.line}" stroke-width="40"/><path d="{hoop}" fill="none" stroke="{tone.base}" stroke-width="34"/><path d="{hoop}" fill="none" stroke="{tone.glow}" stroke-width="24" stroke-dasharray="11 5" opacity=".8"/><path d="{hoop}" fill="none" stroke="{tone.dark}" stroke-width="34" stroke-dasharray="3 13" opacity=".6"/>'
    ry, fx = rx * 0.3, rx * 0.8
    d = f"M{n(-rx)} 0A{n(rx)} {n(ry)} 0 0 0 {n(rx)} 0C{n(rx * 1.06)} {n(tall * 0.45)} {n(fx * 1.14)} {n(tall * 0.86)} {n(fx)} {n(tall)}A{n(fx)} {n(fx * 0.22)} 0 0 1 {n(-fx)} {n(tall)}C{n(-fx * 1.14)} {n(tall * 0.86)} {n(-rx * 1.06)} {n(tall * 0.45)} {n(-rx)} 0Z"
    wall = wicker(sheet, d, rx, -ry * 0.1, tall, "#cb9a58", 17)
    stripe = "".join(
        f'<path d="M{n(-rx * 1.1)} {n(tall * k)}A{n(rx * 1.12)} {n(ry)} 0 0 0 {n(rx * 1.1)} {n(tall * k)}" fill="none" stroke="{c}" stroke-width="{w}" stroke-dasharray="{dash}" opacity=".85"/>'
        for k, c, w, dash in (
            (0.22, "#6b2420", 15, "22 14"),
            (0.3, "#3a2a22", 15, "14 22"),
            (0.38, "#6b2420", 15, "22 14"),
            (0.68, "#3a2a22", 13, "18 18"),
        )
    )
    inside = f'<path d="{ellipse(0, 0, rx, ry)}" fill="{mix("#b57a3c", SHADOW, 0.66)}"/><path d="{ellipse(0, 10, rx * 0.9, ry * 0.8)}" fill="none" stroke="{tone.base}" stroke-width="7" stroke-dasharray="10 7" opacity=".6"/><path d="{ellipse(0, 0, rx, ry)}" fill="none" stroke="{tone.dark}" stroke-width="20"/>'
    lip = f"M{n(-rx)} 0A{n(rx)} {n(ry)} 0 0 0 {n(rx)} 0"
    rim = f'<path d="{lip}" fill="none" stroke="{tone.line}" stroke-width="34"/><path d="{lip}" fill="none" stroke="{tone.base}" stroke-width="29"/><path d="{lip}" fill="none" stroke="{tone.glow}" stroke-width="24" stroke-dasharray="9 7" opacity=".85"/>'
    return (
        sheet.shadow(24, tall, rx * 1.14, rx * 0.28, 0.65)
        + inside
        + handle
        + wall
        + sheet.within(d, stripe)
        + rim
    )
