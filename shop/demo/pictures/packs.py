"""Bags, boxes, sacks and nets."""

import math

from .ink import SHADOW, Sheet, arc, at, ellipse, mix, n, polygon, smooth, stroke
from .motifs import DYES, band, height


def pouch(
    sheet: Sheet,
    w: float,
    tall: float,
    colour: str,
    dye: str,
    *,
    window: str = "",
    badge: str = "",
    motif: str = "diamond",
) -> str:
    """A stand-up bag whose foot is on 0,0; ``window`` is seen through a clear oval, ``badge`` sits above it."""
    h = w / 2
    d = (
        f"M{n(-h * 0.93)} {n(-tall)}L{n(h * 0.93)} {n(-tall)}C{n(h * 0.96)} {n(-tall * 0.8)} {n(h * 1.06)} {n(-tall * 0.5)} "
        f"{n(h)} {n(-14)}Q{n(h * 0.9)} {n(h * 0.16)} 0 {n(h * 0.17)}Q{n(-h * 0.9)} {n(h * 0.16)} {n(-h)} -14"
        f"C{n(-h * 1.06)} {n(-tall * 0.5)} {n(-h * 0.96)} {n(-tall * 0.8)} {n(-h * 0.93)} {n(-tall)}Z"
    )
    tone = sheet.tone(colour, 0.4, 0.5)
    cell = w / 92
    strip = height(motif, cell)
    top_strip = band(sheet, -h * 1.1, -tall * 0.8, w * 1.1, motif, dye, cell)
    creases = "".join(
        f'<path d="{stroke(arc(a, b, bend), width, 0)}" fill="{ink}" opacity="{o}"/>'
        for a, b, bend, width, ink, o in (
            ((-h * 0.9, -tall * 0.9), (-h * 0.7, -30), 0.05, h * 0.16, "#fffaf0", 0.35),
            ((-h * 0.62, -tall * 0.62), (-h * 0.78, -tall * 0.1), -0.06, h * 0.1, SHADOW, 0.2),
            ((h * 0.86, -tall * 0.92), (h * 0.8, -20), -0.06, h * 0.24, SHADOW, 0.3),
            ((h * 0.55, -tall * 0.55), (h * 0.68, -tall * 0.08), 0.08, h * 0.08, "#fffaf0", 0.25),
            ((-h * 0.8, -8), (h * 0.8, -8), -0.06, h * 0.16, SHADOW, 0.35),
        )
    )
    seal = (
        f'<rect x="{n(-h)}" y="{n(-tall)}" width="{n(w)}" height="{n(tall * 0.075)}" fill="{SHADOW}" opacity=".13"/>'
        + "".join(
            f'<path d="M{n(-h)} {n(-tall + tall * k)}h{n(w)}" stroke="{tone.dark}" stroke-width="2.4" opacity=".4"/>'
            for k in (0.02, 0.045, 0.07)
        )
    )
    panel = ""
    if window:
        cy = -tall * 0.3
        o = ellipse(0, cy, h * 0.64, tall * 0.195)
        panel = (
            sheet.solid(
                o,
                sheet.tone(mix(colour, SHADOW, 0.6)),
                at(0, cy, window),
                line=0,
                paint=mix(colour, SHADOW, 0.55),
            )
            + sheet.within(
                o,
                f'<path d="M{n(-h)} {n(cy - 20)}L{n(-h * 0.1)} {n(cy - tall * 0.3)}h{n(h * 0.3)}L{n(-h * 0.8)} {n(cy + tall * 0.2)}Z" fill="#fff" opacity=".22"/>',
            )
            + f'<path d="{o}" fill="none" stroke="{DYES[dye]["."]}" stroke-width="7"/>'
            f'<path d="{o}" fill="none" stroke="#fff6dc" stroke-width="2" opacity=".7"/>'
        )
    marks = (
        top_strip
        + at(0, -tall * (0.3 if not window else 0.62) + (0 if not window else strip * 0.2), badge)
        + panel
    )
    marks += f'<g filter="url(#soft3)">{creases}</g>' + seal
    side = sheet.linear(
        (
            (0, tone.dark, 1),
            (0.07, tone.base, 1),
            (0.25, tone.glow, 1),
            (0.6, tone.base, 1),
            (1, tone.dark, 1),
        ),
        1,
        0,
    )
    return sheet.shadow(h * 0.12, 4, h * 1.22, h * 0.26, 0.65) + sheet.solid(d, tone, marks, paint=side)


def carton(
    sheet: Sheet,
    w: float,
    tall: float,
    deep: float,
    colour: str,
    dye: str,
    *,
    badge: str = "",
    motif: str = "diamond",
) -> str:
    """A closed box with its front lower edge centred on 0,0, seen from a little above and the left."""
    h = w / 2
    sx, sy = deep * 0.62, deep * 0.42
    tone = sheet.tone(colour, 0.4, 0.5)
    front = polygon([(-h, -tall), (h, -tall), (h, 0), (-h, 0)])
    side = polygon([(h, -tall), (h + sx, -tall - sy), (h + sx, -sy), (h, 0)])
    top = polygon([(-h, -tall), (h, -tall), (h + sx, -tall - sy), (-h + sx, -tall - sy)])
    cell = w / 92
    strip = height(motif, cell)
    lit = sheet.linear(((0, "#fffbe9", 0.35), (0.5, "#fffbe9", 0), (1, SHADOW, 0.2)), 1, 1)
    marks = (
        band(sheet, -h, -strip - tall * 0.08, w, motif, dye, cell)
        + at(0, -tall * 0.5 - strip * 0.3, badge)
        + f'<rect x="{n(-h + 14)}" y="{n(-tall + 14)}" width="{n(w - 28)}" height="{n(tall - 28)}" fill="none" '
        f'stroke="{DYES[dye]["."]}" stroke-width="3" opacity=".55"/>'
        f'<rect x="{n(-h)}" y="{n(-tall)}" width="{n(w)}" height="{n(tall)}" fill="{lit}"/>'
    )
    skew = f'<g transform="translate({n(h)} 0) skewY({n(-math.degrees(math.atan2(sy, sx)))})">'
    side_marks = skew + band(sheet, 0, -strip - tall * 0.08, sx, motif, dye, cell) + "</g>"
    return (
        sheet.shadow(sx * 0.7, -sy * 0.25, h * 1.35 + sx * 0.4, sy * 0.75 + 26, 0.6)
        + sheet.solid(
            side, tone, side_marks + f'<path d="{side}" fill="{SHADOW}" opacity=".34"/>', paint=tone.base
        )
        + sheet.solid(top, tone, paint=sheet.linear(((0, tone.glow, 1), (1, tone.light, 1)), 1, 0.3))
        + sheet.solid(front, tone, marks, paint=tone.base)
    )


def sack(
    sheet: Sheet, w: float, tall: float, colour: str, dye: str, badge: str = "", motif: str = "star"
) -> str:
    """A tied cloth sack standing on 0,0."""
    h = w / 2
    d = smooth(
        [
            (-h * 0.3, -tall * 0.8),
            (-h * 0.72, -tall * 0.7),
            (-h * 0.97, -tall * 0.4),
            (-h, -tall * 0.12),
            (-h * 0.84, 0),
            (0, h * 0.1),
            (h * 0.84, 0),
            (h, -tall * 0.12),
            (h * 0.97, -tall * 0.4),
            (h * 0.72, -tall * 0.7),
            (h * 0.3, -tall * 0.8),
        ]
    )
    ears = [(-h * 0.2, -tall * 0.79)]
    for i, k in enumerate((-0.52, -0.4, -0.22, -0.08, 0.1, 0.24, 0.42, 0.54)):
        ears.append((h * k, -tall * (0.97 if i % 2 else 1.03)))
    ears.append((h * 0.2, -tall * 0.79))
    tone = sheet.tone(colour, 0.4, 0.5)
    warp = sheet.pattern(7, 7, f'<path d="M0 2h7M2 0v7" stroke="{tone.dark}" stroke-width="1" opacity=".4"/>')
    cell = w / 96
    folds = "".join(
        f'<path d="{stroke(arc((h * k * 0.36, -tall * 0.78), (h * k, -tall * e), b), h * 0.09, 0.05)}" fill="{SHADOW}" opacity=".26"/>'
        for k, e, b in (
            (-0.9, 0.4, 0.15),
            (-0.5, 0.5, 0.08),
            (0.06, 0.56, 0.02),
            (0.5, 0.45, -0.1),
            (0.9, 0.35, -0.16),
        )
    )
    lit = sheet.radial(
        ((0, "#fff8e2", 0.55), (0.5, "#fff8e2", 0.05), (0.8, SHADOW, 0.18), (1, SHADOW, 0.55)),
        0.34,
        0.4,
        0.68,
    )
    marks = (
        f'<path d="{d}" fill="{warp}"/>'
        + f'<g transform="translate(0 {n(-tall * 0.3)})">'
        + band(sheet, -h, 0, w, motif, dye, cell)
        + "</g>"
        + at(0, -tall * 0.47, badge)
        + f'<g filter="url(#soft3)">{folds}</g><path d="{d}" fill="{lit}"/>'
    )
    ruff = sheet.solid(
        smooth(ears, True, 0.7),
        tone,
        f'<path d="M{n(-h)} {n(-tall * 0.86)}h{n(w)}v{n(tall * 0.1)}h{n(-w)}Z" fill="{SHADOW}" opacity=".3" filter="url(#soft8)"/>',
        paint=sheet.fall(tone),
    )
    red = DYES[dye]["."]
    tie = (
        f'<path d="M{n(-h * 0.31)} {n(-tall * 0.8)}Q0 {n(-tall * 0.765)} {n(h * 0.31)} {n(-tall * 0.8)}" fill="none" stroke="{red}" '
        f'stroke-width="{n(h * 0.085)}" stroke-linecap="round"/>'
        f'<path d="M{n(h * 0.05)} {n(-tall * 0.775)}q{n(h * 0.1)} {n(tall * 0.06)} {n(h * 0.04)} {n(tall * 0.14)}m{n(-h * 0.04)} {n(-tall * 0.14)}'
        f'q{n(-h * 0.16)} {n(tall * 0.05)} {n(-h * 0.16)} {n(tall * 0.12)}" fill="none" stroke="{red}" stroke-width="{n(h * 0.05)}" stroke-linecap="round"/>'
    )
    return (
        sheet.shadow(h * 0.15, 0, h * 1.25, h * 0.26, 0.65)
        + sheet.solid(d, tone, marks, paint=sheet.fall(tone))
        + ruff
        + tie
    )


def net(sheet: Sheet, d: str, box: tuple[float, float, float, float], colour: str, mesh: float = 46) -> str:
    """A net drawn over the outline ``d`` (its box is x, y, width, height)."""
    x, y, w, h = box
    lines = []
    count = int(w / mesh) + 2
    for i in range(-count, count * 2):
        for lean in (1, -1):
            a = (x + w / 2 + (i - count / 2) * mesh - lean * h * 0.45, y)
            b = (x + w / 2 + (i - count / 2) * mesh + lean * h * 0.45, y + h)
            lines.append(smooth(arc(a, b, 0.05 * lean), False))
    cord = "".join(lines)
    return sheet.within(
        d,
        f'<path d="{cord}" fill="none" stroke="{SHADOW}" stroke-width="5" opacity=".35" transform="translate(3 4)"/>'
        f'<path d="{cord}" fill="none" stroke="{colour}" stroke-width="4.4"/>'
        f'<path d="{cord}" fill="none" stroke="#ffffff" stroke-width="1.2" opacity=".5"/>',
    )
