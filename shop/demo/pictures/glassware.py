"""Bottles and jars turned from profiles, with their lids, corks and labels."""

import math

from .ink import SHADOW, Point, Sheet, arc, at, lathe, mix, n, smooth, stroke
from .motifs import DYES, band, height

# Profiles are (y, half width) from the mouth down, around a vertical axis; y = 0 is the foot.
BOTTLES: dict[str, tuple[tuple[float, float], ...]] = {
    "wine": ((-560, 34), (-470, 34), (-420, 40), (-370, 84), (-320, 98), (-200, 100), (-8, 100), (0, 94)),
    "spirit": (
        (-470, 40),
        (-420, 40),
        (-390, 52),
        (-350, 122),
        (-300, 138),
        (-150, 140),
        (-10, 136),
        (0, 128),
    ),
    "slim": ((-540, 30), (-440, 30), (-390, 42), (-330, 76), (-260, 82), (-100, 82), (-8, 82), (0, 76)),
    "flask": ((-460, 36), (-400, 36), (-370, 44), (-310, 96), (-230, 128), (-120, 138), (-30, 128), (0, 112)),
    "honey": ((-420, 78), (-392, 78), (-366, 96), (-320, 128), (-270, 138), (-60, 138), (-12, 134), (0, 122)),
    "jar": ((-360, 118), (-330, 118), (-306, 134), (-260, 150), (-120, 152), (-20, 148), (0, 136)),
    "tall": ((-470, 112), (-438, 112), (-410, 130), (-350, 150), (-120, 152), (-20, 148), (0, 136)),
    "low": ((-240, 116), (-214, 116), (-194, 132), (-150, 148), (-60, 150), (-14, 144), (0, 132)),
    "vial": ((-330, 34), (-280, 34), (-262, 42), (-222, 104), (-180, 112), (-20, 112), (0, 104)),
}


def glass(
    sheet: Sheet,
    name: str,
    liquid: str,
    *,
    level: float = 0.86,
    tint: str = "#dfe9dc",
    inside: str = "",
    clear: float = 0.0,
) -> str:
    """A glass vessel standing on 0,0; ``inside`` is drawn in it, ``liquid`` fills it up to ``level``.

    ``clear`` lets that much of the background through the liquid.
    """
    profile = BOTTLES[name]
    d = lathe(profile)
    top, mouth = profile[0]
    widest = max(w for _, w in profile)
    surface = top * level if level else 60.0
    tone = sheet.tone(liquid, 0.5, 0.55)
    fluid = sheet.linear(
        (
            (0, tone.dark, 0.95 - clear * 0.5),
            (0.1, tone.base, 0.92 - clear * 0.7),
            (0.32, tone.light, 0.88 - clear),
            (0.55, tone.base, 0.9 - clear * 0.8),
            (0.86, tone.dark, 0.95 - clear * 0.5),
            (0.94, tone.light, 0.9 - clear * 0.6),
            (1, tone.dark, 1 - clear * 0.5),
        ),
        1,
        0,
    )
    at_surface = next((w for y, w in reversed(profile) if y <= surface), widest) * 0.97
    fill = (
        f'<rect x="{n(-widest)}" y="{n(surface)}" width="{n(2 * widest)}" height="{n(-surface + 40)}" fill="{fluid}"/>'
        f'<ellipse cy="{n(surface)}" rx="{n(at_surface)}" ry="{n(at_surface * 0.13)}" fill="{tone.light}" '
        f'opacity=".75"/><ellipse cy="{n(surface + 3)}" rx="{n(at_surface * 0.9)}" ry="{n(at_surface * 0.09)}" '
        f'fill="{tone.base}" opacity=".6"/>'
    )
    deep = sheet.radial(((0, tone.glow, 0.7), (1, tone.glow, 0)), 0.5, 0.5, 0.5)
    glow = (
        ""
        if not level
        else f'<ellipse cx="{n(widest * 0.2)}" cy="-70" rx="{n(widest * 0.62)}" ry="90" fill="{deep}"/>'
    )
    left = [(w * -0.8, y) for y, w in profile if y < -20]
    right = [(w * 0.86, y) for y, w in profile if y < -24]
    shine = (
        f'<path d="{smooth(left, False)}" fill="none" stroke="#fffdf3" stroke-width="{n(widest * 0.13)}" '
        'stroke-linecap="round" opacity=".62" filter="url(#soft3)"/>'
        f'<path d="{smooth([(x + widest * 0.16, y) for x, y in left], False)}" fill="none" stroke="#fffdf3" '
        'stroke-width="4" stroke-linecap="round" opacity=".55"/>'
        f'<path d="{smooth(right, False)}" fill="none" stroke="#fff6df" stroke-width="{n(widest * 0.05)}" '
        'stroke-linecap="round" opacity=".5"/>'
    )
    body = sheet.linear(((0, tint, 0.6), (0.3, "#ffffff", 0.24), (0.7, tint, 0.3), (1, "#8a9a8a", 0.6)), 1, 0)
    rim = (
        f'<ellipse cy="{n(top)}" rx="{n(mouth)}" ry="{n(mouth * 0.16)}" fill="{tint}" fill-opacity=".5" '
        f'stroke="#6b7a70" stroke-opacity=".6" stroke-width="2.5"/>'
    )
    return (
        f'<path d="{d}" fill="{body}"/>'
        + sheet.within(
            d, (inside if clear < 0.3 else "") + fill + glow + (inside if clear >= 0.3 else "") + shine
        )
        + f'<path d="{d}" fill="none" stroke="{mix(liquid, SHADOW, 0.66)}" stroke-opacity=".55" stroke-width="3"/>'
        + rim
    )


def lid(sheet: Sheet, name: str, colour: str, tall: float = 54, wider: float = 1.1) -> str:
    """A turned lid on the vessel's mouth."""
    top, mouth = BOTTLES[name][0]
    w = mouth * wider
    tone = sheet.tone(colour)
    d = lathe(((top - tall + 14, w), (top + 14, w)))
    cap = f'<ellipse cy="{n(top - tall + 14)}" rx="{n(w)}" ry="{n(w * 0.17)}" fill="{tone.light}" stroke="{tone.line}" '
    ridges = "".join(
        f'<path d="M{n(w * math.sin(math.radians(a)))} {n(top - tall + 18)}v{n(tall)}" stroke="{tone.dark}" '
        'stroke-width="2.4" opacity=".3"/>'
        for a in range(-80, 81, 10)
    )
    return (
        sheet.solid(d, tone, ridges, paint=sheet.tube(tone)) + cap + 'stroke-opacity=".5" stroke-width="2"/>'
    )


def cloth_lid(sheet: Sheet, name: str, dye: str) -> str:
    """A square of woven cloth tied over the mouth with a string."""
    top, mouth = BOTTLES[name][0]
    w = mouth * 1.16
    threads = DYES[dye]
    tone = sheet.tone(threads["."])
    skirt: list[Point] = [(-w, top - 8)]
    for i in range(9):
        x = -w * 1.28 + i * w * 0.32
        skirt.append((x, top + (62 if i % 2 else 44) + 12 * math.cos(i)))
    skirt.append((w, top - 8))
    d = smooth([(-w * 0.86, top - 30), *skirt, (w * 0.86, top - 30), (0, top - 42)], True, 0.8)
    marks = band(sheet, -w * 1.5, top + 12, w * 3, "comb", dye, 4.2)
    folds = "".join(
        f'<path d="{stroke(arc((x * w, top - 14), (x * w * 1.35, top + 62), 0.06), 15, 0.1)}" fill="{SHADOW}" opacity=".26"/>'
        for x in (-0.8, -0.45, -0.05, 0.4, 0.75)
    )
    cord = (
        f'<path d="M{n(-w)} {n(top + 2)}Q0 {n(top + 20)} {n(w)} {n(top + 2)}" fill="none" stroke="#e9cf94" '
    )
    bow = (
        f'<path d="M10 {n(top + 11)}c-40 -26 -60 0 -6 4c54 -4 34 -30 6 -4m-4 2c-8 20 -20 30 -26 46m30 -46c8 18 14 28 26 42" '
        'fill="none" stroke="#d9b872" stroke-width="5" stroke-linecap="round"/>'
    )
    return (
        sheet.solid(
            d,
            tone,
            marks + folds + sheet.gleam(-w * 0.3, top - 24, w * 0.6, 22, 0.4, 0),
            paint=sheet.fall(tone),
        )
        + cord
        + f'stroke-width="7"/>{bow}'
    )


def cork(sheet: Sheet, name: str, wax: str = "") -> str:
    """A cork, or a cap of wax in the colour ``wax``."""
    top, mouth = BOTTLES[name][0]
    if wax:
        tone = sheet.tone(wax)
        w = mouth * 1.12
        d = smooth(
            [
                (-w, top - 10),
                (-w * 0.9, top - 34),
                (0, top - 42),
                (w * 0.9, top - 34),
                (w, top - 10),
                (w, top + 46),
                (w * 0.6, top + 66),
                (w * 0.2, top + 48),
                (-w * 0.3, top + 78),
                (-w * 0.75, top + 50),
                (-w, top + 58),
            ],
        )
        return sheet.solid(d, tone, sheet.gleam(-w * 0.4, top, w * 0.3, 40, 0.6, 0), paint=sheet.tube(tone))
    tone = sheet.tone("#c99a63")
    d = lathe(((top - 46, mouth * 0.9), (top + 6, mouth * 0.8)))
    specks = "".join(
        f'<circle cx="{n(sheet.around(0, mouth))}" cy="{n(top - sheet.rng.uniform(0, 44))}" r="2.4" fill="#6b4526"/>'
        for _ in range(16)
    )
    return sheet.solid(d, tone, specks, paint=sheet.tube(tone)) + (
        f'<ellipse cy="{n(top - 46)}" rx="{n(mouth * 0.9)}" ry="{n(mouth * 0.16)}" fill="{tone.light}"/>'
    )


def label(
    sheet: Sheet,
    half: float,
    y: float,
    tall: float,
    dye: str,
    badge: str = "",
    motif: str = "comb",
    paper: str = "#fbf4e2",
) -> str:
    """A paper label around a vessel of half width ``half``: a woven strip and the thing itself, no words."""
    sag = half * 0.14
    d = f"M{n(-half)} {n(y)}Q0 {n(y + sag)} {n(half)} {n(y)}v{n(tall)}Q0 {n(y + tall + sag)} {n(-half)} {n(y + tall)}Z"
    cell = max(2.4, half / 34)
    strip = height(motif, cell)
    tone = sheet.tone(paper, 0.2, 0.45)
    side = sheet.linear(
        (
            (0, SHADOW, 0.5),
            (0.14, SHADOW, 0.08),
            (0.3, "#ffffff", 0.2),
            (0.6, SHADOW, 0),
            (0.86, SHADOW, 0.22),
            (1, SHADOW, 0.55),
        ),
        1,
        0,
    )
    marks = (
        band(sheet, -half, y + tall - strip - 2, 2 * half, motif, dye, cell)
        + f'<rect x="{n(-half)}" y="{n(y + tall + strip * 0 - 1)}" width="{n(2 * half)}" height="40" fill="{DYES[dye]["."]}"/>'
        + f'<path d="M{n(-half)} {n(y + 12)}Q0 {n(y + 12 + sag)} {n(half)} {n(y + 12)}" fill="none" '
        f'stroke="{DYES[dye]["."]}" stroke-width="4"/>'
        + at(0, y + (tall - strip) * 0.5 + 14, badge)
        + f'<rect x="{n(-half)}" y="{n(y - 10)}" width="{n(2 * half)}" height="{n(tall + 60)}" fill="{side}"/>'
    )
    return sheet.solid(d, tone, marks, line=1.6, paint=tone.base)
