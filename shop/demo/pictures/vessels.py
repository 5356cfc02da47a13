"""Jars, bottles, bowls, baskets and bags, empty or filled by the caller."""

import math
from collections.abc import Callable

from .ink import SHADOW, Point, Sheet, arc, at, ellipse, lathe, mix, n, polygon, rounded, smooth, stroke
from .motifs import DYES, band, height

# Profiles are (y, half width) from the mouth down, around a vertical axis; y = 0 is the foot.
BOTTLES: dict[str, tuple[tuple[float, float], ...]] = {
    "wine": ((-560, 34), (-470, 34), (-420, 40), (-370, 84), (-320, 98), (-200, 100), (-8, 100), (0, 94)),
    "spirit": ((-470, 40), (-420, 40), (-390, 52), (-350, 122), (-300, 138), (-150, 140), (-10, 136), (0, 128)),
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
    surface = top * level
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
    glow = f'<ellipse cx="{n(widest * 0.2)}" cy="-70" rx="{n(widest * 0.62)}" ry="90" fill="{deep}"/>'
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
        + sheet.within(d, (inside if clear < 0.3 else "") + fill + glow + (inside if clear >= 0.3 else "") + shine)
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
    return sheet.solid(d, tone, ridges, paint=sheet.tube(tone)) + cap + 'stroke-opacity=".5" stroke-width="2"/>'


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
    cord = f'<path d="M{n(-w)} {n(top + 2)}Q0 {n(top + 20)} {n(w)} {n(top + 2)}" fill="none" stroke="#e9cf94" '
    bow = (
        f'<path d="M10 {n(top + 11)}c-40 -26 -60 0 -6 4c54 -4 34 -30 6 -4m-4 2c-8 20 -20 30 -26 46m30 -46c8 18 14 28 26 42" '
        'fill="none" stroke="#d9b872" stroke-width="5" stroke-linecap="round"/>'
    )
    return (
        sheet.solid(d, tone, marks + folds + sheet.gleam(-w * 0.3, top - 24, w * 0.6, 22, 0.4, 0), paint=sheet.fall(tone))
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
            [(-w, top - 10), (-w * 0.9, top - 34), (0, top - 42), (w * 0.9, top - 34), (w, top - 10), (w, top + 46),
             (w * 0.6, top + 66), (w * 0.2, top + 48), (-w * 0.3, top + 78), (-w * 0.75, top + 50), (-w, top + 58)],
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
    sheet: Sheet, half: float, y: float, tall: float, dye: str, badge: str = "", motif: str = "comb", paper: str = "#fbf4e2"
) -> str:
    """A paper label around a vessel of half width ``half``: a woven strip and the thing itself, no words."""
    sag = half * 0.14
    d = (
        f"M{n(-half)} {n(y)}Q0 {n(y + sag)} {n(half)} {n(y)}v{n(tall)}Q0 {n(y + tall + sag)} {n(-half)} {n(y + tall)}Z"
    )
    cell = max(2.4, half / 34)
    strip = height(motif, cell)
    tone = sheet.tone(paper, 0.2, 0.45)
    side = sheet.linear(
        ((0, SHADOW, 0.5), (0.14, SHADOW, 0.08), (0.3, "#ffffff", 0.2), (0.6, SHADOW, 0), (0.86, SHADOW, 0.22), (1, SHADOW, 0.55)),
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


def bowl(
    sheet: Sheet, rx: float, tall: float, colour: str, filling: str = "", *, ring: str = "", inner: str = ""
) -> str:
    """A bowl whose rim ellipse is centred on 0,0; the filling rises behind the front rim."""
    ry = rx * 0.36
    tone = sheet.tone(colour, 0.5, 0.55)
    hollow = sheet.tone(inner or mix(colour, "#ffffff", 0.2))
    side = (
        f"M{n(-rx)} 0A{n(rx)} {n(ry)} 0 0 0 {n(rx)} 0"
        f"C{n(rx * 0.94)} {n(tall * 0.62)} {n(rx * 0.66)} {n(tall * 0.98)} {n(rx * 0.42)} {n(tall)}"
        f"A{n(rx * 0.42)} {n(rx * 0.1)} 0 0 1 {n(-rx * 0.42)} {n(tall)}"
        f"C{n(-rx * 0.66)} {n(tall * 0.98)} {n(-rx * 0.94)} {n(tall * 0.62)} {n(-rx)} 0Z"
    )
    stripe = (
        "".join(
            f'<path d="M{n(-rx)} {k}A{n(rx)} {n(ry)} 0 0 0 {n(rx)} {k}" fill="none" stroke="{ring}" '
            f'stroke-width="{w}" opacity=".85"/>'
            for k, w in ((22, 9), (40, 3))
        )
        if ring
        else ""
    )
    shade = sheet.linear(((0, SHADOW, 0), (0.55, SHADOW, 0.02), (1, SHADOW, 0.45)))
    marks = (
        stripe
        + f'<rect x="{n(-rx)}" y="{n(-ry)}" width="{n(rx * 2)}" height="{n(tall + ry + 30)}" fill="{shade}"/>'
        + sheet.gleam(-rx * 0.55, tall * 0.4, rx * 0.14, tall * 0.36, 0.75, 22)
    )
    back = (
        sheet.solid(ellipse(0, 0, rx, ry), hollow, line=0, paint=sheet.linear(((0, hollow.dark, 1), (1, hollow.base, 1))))
        + f'<path d="{ellipse(0, 0, rx, ry)}" fill="none" stroke="{tone.glow}" stroke-width="7"/>'
    )
    lip = f"M{n(-rx)} 0A{n(rx)} {n(ry)} 0 0 0 {n(rx)} 0"
    front = (
        sheet.solid(side, tone, marks, paint=sheet.tube(tone))
        + f'<path d="{lip}" fill="none" stroke="{tone.glow}" stroke-width="8"/>'
        f'<path d="{lip}" fill="none" stroke="{tone.line}" stroke-opacity=".35" stroke-width="2"/>'
    )
    return sheet.shadow(10, tall, rx * 1.02, rx * 0.26, 0.6) + back + filling + front


def plate(sheet: Sheet, rx: float, colour: str, ring: str = "", flat: float = 0.38) -> str:
    """A round dish seen from above at a slant, centred on 0,0."""
    tone = sheet.tone(colour, 0.5, 0.4)
    ry = rx * flat
    out = sheet.shadow(6, ry * 0.24, rx * 1.1, ry * 1.14, 0.6)
    out += sheet.solid(ellipse(0, rx * 0.035, rx, ry), sheet.tone(mix(colour, SHADOW, 0.35)))
    out += sheet.solid(ellipse(0, 0, rx, ry), tone, paint=sheet.fall(tone))
    if ring:
        out += f'<path d="{ellipse(0, 0, rx * 0.93, ry * 0.93)}" fill="none" stroke="{ring}" stroke-width="7" opacity=".8"/>'
        out += f'<path d="{ellipse(0, 0, rx * 0.88, ry * 0.88)}" fill="none" stroke="{ring}" stroke-width="2" opacity=".7"/>'
    well = sheet.linear(((0, tone.dark, 0.4), (0.5, tone.base, 0.2), (1, "#ffffff", 0.5)), 0.6, 1)
    return out + f'<path d="{ellipse(0, 2, rx * 0.76, ry * 0.74)}" fill="{well}"/>'


def tray(sheet: Sheet, rx: float, colour: str = "#d0a564", flat: float = 0.42) -> str:
    """A round winnowing tray of split bamboo, centred on 0,0."""
    ry = rx * flat
    lit, shade = mix(colour, "#fff1cc", 0.35), mix(colour, SHADOW, 0.3)
    cell = (
        f'<rect width="44" height="20" fill="{shade}"/><rect x="1" y="1" width="20" height="8" rx="2" fill="{lit}"/>'
        f'<rect x="23" y="11" width="20" height="8" rx="2" fill="{lit}"/>'
        f'<rect x="23" y="0" width="9" height="10" fill="{colour}"/><rect x="34" y="0" width="9" height="10" fill="{colour}"/>'
        f'<rect x="1" y="10" width="9" height="10" fill="{colour}"/><rect x="12" y="10" width="9" height="10" fill="{colour}"/>'
    )
    weave = sheet.pattern(44, 20, cell)
    light = sheet.radial(((0, "#fff4d4", 0.3), (0.6, SHADOW, 0), (1, SHADOW, 0.45)), 0.42, 0.4, 0.6)
    tone = sheet.tone(mix(colour, "#7a4a1e", 0.3))
    out = sheet.shadow(10, ry * 0.2, rx * 1.1, ry * 1.14, 0.6)
    out += f'<path d="{ellipse(0, 0, rx, ry)}" fill="{weave}"/><path d="{ellipse(0, 0, rx, ry)}" fill="{light}"/>'
    for k, width in ((1.0, 26), (0.985, 9)):
        paint = sheet.linear(((0, tone.glow, 1), (0.5, tone.base, 1), (1, tone.dark, 1)), 0.7, 1)
        out += f'<path d="{ellipse(0, (1 - k) * -200, rx * k, ry * k)}" fill="none" stroke="{paint}" stroke-width="{width}"/>'
    for a in range(0, 360, 12):
        x, y = rx * math.cos(math.radians(a)), ry * math.sin(math.radians(a))
        out += at(x, y, f'<path d="M-5 -14L5 14" stroke="{tone.line}" stroke-width="5" opacity=".55"/>', turn=a * 0.2)
    return out


def wicker(sheet: Sheet, d: str, w: float, top: float, foot: float, colour: str, row: float = 22) -> str:
    """A woven wall inside the outline ``d``: staves going down, withies going round."""
    tone = sheet.tone(colour, 0.5, 0.5)
    out = []
    rows = int((foot - top) / row) + 4
    count = max(9, int(w / 17))
    for r in range(rows):
        y = top + r * row
        for k in range(-1, count + 1):
            # Columns crowd towards the sides, as they do on a round wall.
            a0 = math.pi * (k + (r % 2) * 0.5) / count - math.pi / 2
            a1 = a0 + math.pi / count
            x0, x1 = w * math.sin(max(-1.57, min(1.57, a0))), w * math.sin(max(-1.57, min(1.57, a1)))
            if x1 - x0 < 1:
                continue
            s0, s1 = row * 1.1 * math.cos(a0), row * 1.1 * math.cos(a1)
            shade = sheet.rng.uniform(-0.12, 0.16)
            fill = mix(tone.base, SHADOW if shade > 0 else "#fff0c8", abs(shade))
            h = row * 0.86
            mid = (x0 + x1) / 2
            piece = (
                f"M{n(x0)} {n(y + s0 + h * 0.22)}Q{n(mid)} {n(y + (s0 + s1) / 2 - h * 0.22)} {n(x1)} {n(y + s1 + h * 0.22)}"
                f"V{n(y + s1 + h * 0.8)}Q{n(mid)} {n(y + (s0 + s1) / 2 + h * 1.16)} {n(x0)} {n(y + s0 + h * 0.8)}Z"
            )
            out.append(
                f'<path d="{piece}" fill="{fill}"/><path d="M{n(x0 + 2)} {n(y + s0 + h * 0.36)}Q{n(mid)} '
                f'{n(y + (s0 + s1) / 2)} {n(x1 - 2)} {n(y + s1 + h * 0.36)}" fill="none" stroke="{tone.glow}" '
                'stroke-width="2.4" opacity=".55"/>'
            )
    shade_paint = sheet.linear(
        ((0, SHADOW, 0.5), (0.18, SHADOW, 0.1), (0.34, "#fff4d0", 0.12), (0.7, SHADOW, 0.12), (1, SHADOW, 0.6)), 1, 0
    )
    box = f'x="{n(-w * 1.3)}" y="{n(top - 60)}" width="{n(w * 2.6)}" height="{n(foot - top + 160)}"'
    out.append(f'<rect {box} fill="{shade_paint}"/>')
    return sheet.solid(d, tone, "".join(out), paint=tone.dark, line=3)


def basket(sheet: Sheet, rx: float, tall: float, filling: str, colour: str = "#c2935a", taper: float = 0.74) -> str:
    """An open basket with its rim ellipse centred on 0,0, the filling heaped behind the front rim."""
    ry = rx * 0.32
    fx = rx * taper
    d = (
        f"M{n(-rx)} 0A{n(rx)} {n(ry)} 0 0 0 {n(rx)} 0C{n(rx * 0.98)} {n(tall * 0.5)} {n(fx * 1.08)} {n(tall * 0.86)} "
        f"{n(fx)} {n(tall)}A{n(fx)} {n(fx * 0.2)} 0 0 1 {n(-fx)} {n(tall)}"
        f"C{n(-fx * 1.08)} {n(tall * 0.86)} {n(-rx * 0.98)} {n(tall * 0.5)} {n(-rx)} 0Z"
    )
    tone = sheet.tone(mix(colour, "#7a4a1e", 0.2))
    back = (
        sheet.shadow(20, tall, rx * 1.16, rx * 0.3, 0.65)
        + f'<path d="{ellipse(0, 0, rx, ry)}" fill="{mix(colour, SHADOW, 0.72)}"/>'
        f'<path d="{ellipse(0, 0, rx, ry)}" fill="none" stroke="{tone.dark}" stroke-width="18"/>'
    )
    lip = f"M{n(-rx)} 0A{n(rx)} {n(ry)} 0 0 0 {n(rx)} 0"
    paint = sheet.linear(((0, tone.base, 1), (0.3, tone.glow, 1), (0.7, tone.base, 1), (1, tone.dark, 1)), 1, 0)
    rim = (
        f'<path d="{lip}" fill="none" stroke="{tone.line}" stroke-width="30"/>'
        f'<path d="{lip}" fill="none" stroke="{paint}" stroke-width="25"/>'
    )
    for a in range(4, 178, 6):
        x, y = rx * math.cos(math.radians(a)), ry * math.sin(math.radians(a))
        rim += at(x, y, f'<path d="M-7 -13Q2 0 7 13" fill="none" stroke="{tone.line}" stroke-width="4" opacity=".6"/>')
    return back + filling + wicker(sheet, d, rx, -ry * 0.1, tall, colour) + rim


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
        o = smooth([(0, cy - tall * 0.2), (h * 0.66, cy - tall * 0.06), (h * 0.62, cy + tall * 0.14), (0, cy + tall * 0.2),
                    (-h * 0.62, cy + tall * 0.14), (-h * 0.66, cy - tall * 0.06)])
        panel = (
            sheet.solid(o, sheet.tone(mix(colour, SHADOW, 0.6)), at(0, cy, window), line=0, paint=mix(colour, SHADOW, 0.55))
            + sheet.within(o, f'<path d="M{n(-h)} {n(cy - 20)}L{n(-h * 0.1)} {n(cy - tall * 0.3)}h{n(h * 0.3)}L{n(-h * 0.8)} {n(cy + tall * 0.2)}Z" fill="#fff" opacity=".22"/>')
            + f'<path d="{o}" fill="none" stroke="{DYES[dye]["."]}" stroke-width="7"/>'
            f'<path d="{o}" fill="none" stroke="#fff6dc" stroke-width="2" opacity=".7"/>'
        )
    marks = top_strip + at(0, -tall * (0.3 if not window else 0.62) + (0 if not window else strip * 0.2), badge) + panel
    marks += f'<g filter="url(#soft3)">{creases}</g>' + seal
    side = sheet.linear(((0, tone.dark, 1), (0.07, tone.base, 1), (0.25, tone.glow, 1), (0.6, tone.base, 1), (1, tone.dark, 1)), 1, 0)
    return sheet.shadow(h * 0.12, 4, h * 1.22, h * 0.26, 0.65) + sheet.solid(d, tone, marks, paint=side)


def carton(
    sheet: Sheet, w: float, tall: float, deep: float, colour: str, dye: str, *, badge: str = "", motif: str = "diamond"
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
        + sheet.solid(side, tone, side_marks + f'<path d="{side}" fill="{SHADOW}" opacity=".34"/>', paint=tone.base)
        + sheet.solid(top, tone, paint=sheet.linear(((0, tone.glow, 1), (1, tone.light, 1)), 1, 0.3))
        + sheet.solid(front, tone, marks, paint=tone.base)
    )


def sack(sheet: Sheet, w: float, tall: float, colour: str, dye: str, badge: str = "", motif: str = "star") -> str:
    """A tied cloth sack standing on 0,0."""
    h = w / 2
    d = smooth(
        [(-h * 0.3, -tall * 0.8), (-h * 0.72, -tall * 0.7), (-h * 0.97, -tall * 0.4), (-h, -tall * 0.12), (-h * 0.84, 0),
         (0, h * 0.1), (h * 0.84, 0), (h, -tall * 0.12), (h * 0.97, -tall * 0.4), (h * 0.72, -tall * 0.7), (h * 0.3, -tall * 0.8)]
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
        for k, e, b in ((-0.9, 0.4, 0.15), (-0.5, 0.5, 0.08), (0.06, 0.56, 0.02), (0.5, 0.45, -0.1), (0.9, 0.35, -0.16))
    )
    lit = sheet.radial(((0, "#fff8e2", 0.55), (0.5, "#fff8e2", 0.05), (0.8, SHADOW, 0.18), (1, SHADOW, 0.55)), 0.34, 0.4, 0.68)
    marks = (
        f'<path d="{d}" fill="{warp}"/>'
        + f'<g transform="translate(0 {n(-tall * 0.3)})">' + band(sheet, -h, 0, w, motif, dye, cell) + "</g>"
        + at(0, -tall * 0.47, badge)
        + f'<g filter="url(#soft3)">{folds}</g><path d="{d}" fill="{lit}"/>'
    )
    ruff = sheet.solid(
        smooth(ears, True, 0.7), tone, f'<path d="M{n(-h)} {n(-tall * 0.86)}h{n(w)}v{n(tall * 0.1)}h{n(-w)}Z" fill="{SHADOW}" opacity=".3" filter="url(#soft8)"/>',
        paint=sheet.fall(tone),
    )
    red = DYES[dye]["."]
    tie = (
        f'<path d="M{n(-h * 0.31)} {n(-tall * 0.8)}Q0 {n(-tall * 0.765)} {n(h * 0.31)} {n(-tall * 0.8)}" fill="none" stroke="{red}" '
        f'stroke-width="{n(h * 0.085)}" stroke-linecap="round"/>'
        f'<path d="M{n(h * 0.05)} {n(-tall * 0.775)}q{n(h * 0.1)} {n(tall * 0.06)} {n(h * 0.04)} {n(tall * 0.14)}m{n(-h * 0.04)} {n(-tall * 0.14)}'
        f'q{n(-h * 0.16)} {n(tall * 0.05)} {n(-h * 0.16)} {n(tall * 0.12)}" fill="none" stroke="{red}" stroke-width="{n(h * 0.05)}" stroke-linecap="round"/>'
    )
    return sheet.shadow(h * 0.15, 0, h * 1.25, h * 0.26, 0.65) + sheet.solid(d, tone, marks, paint=sheet.fall(tone)) + ruff + tie


def cup(sheet: Sheet, rx: float, liquid: str, colour: str = "#f4ede0", ring: str = "#3a4f86") -> str:
    """A small handleless cup filled with ``liquid``, its rim centred on 0,0."""
    tone = sheet.tone(liquid, 0.45, 0.45)
    ry = rx * 0.36
    tea = (
        f'<ellipse cy="{n(ry * 0.2)}" rx="{n(rx * 0.93)}" ry="{n(ry * 0.84)}" fill="{sheet.linear(((0, tone.dark, 1), (0.5, tone.base, 1), (1, tone.light, 1)), 0.4, 1)}"/>'
        + sheet.gleam(-rx * 0.35, ry * 0.05, rx * 0.32, ry * 0.22, 0.8, -8)
    )
    return bowl(sheet, rx, rx * 0.95, colour, tea, ring=ring)


def steam(x: float, y: float, tall: float) -> str:
    """Two wisps rising from something hot."""
    wisps = []
    for dx, bend in ((-16, 0.18), (22, -0.2)):
        line = arc((x + dx, y), (x + dx * 2.2, y - tall), bend) + arc((x + dx * 2.2, y - tall), (x, y - tall * 1.5), -bend)[1:]
        wisps.append(f'<path d="{stroke(line, 26, 0)}" fill="#fffdf5" opacity=".5"/>')
    return f'<g filter="url(#soft8)">{"".join(wisps)}</g>'


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


Draw = Callable[[], str]
__all__ = [
    "BOTTLES", "Draw", "basket", "bowl", "carton", "cloth_lid", "cork", "cup", "glass", "label", "lid", "net", "plate",
    "pouch", "rounded", "sack", "steam", "tray", "wicker",
]
