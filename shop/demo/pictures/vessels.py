"""Jars, bottles, bowls, baskets and bags, empty or filled by the caller."""

import math

from .ink import SHADOW, Sheet, at, ellipse, mix, n, stroke


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
        sheet.solid(
            ellipse(0, 0, rx, ry),
            hollow,
            line=0,
            paint=sheet.linear(((0, hollow.dark, 1), (1, hollow.base, 1))),
        )
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
        out += at(
            x,
            y,
            f'<path d="M-5 -14L5 14" stroke="{tone.line}" stroke-width="5" opacity=".55"/>',
            turn=a * 0.2,
        )
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
        (
            (0, SHADOW, 0.5),
            (0.18, SHADOW, 0.1),
            (0.34, "#fff4d0", 0.12),
            (0.7, SHADOW, 0.12),
            (1, SHADOW, 0.6),
        ),
        1,
        0,
    )
    box = f'x="{n(-w * 1.3)}" y="{n(top - 60)}" width="{n(w * 2.6)}" height="{n(foot - top + 160)}"'
    out.append(f'<rect {box} fill="{shade_paint}"/>')
    return sheet.solid(d, tone, "".join(out), paint=tone.dark, line=3)


def basket(
    sheet: Sheet, rx: float, tall: float, filling: str, colour: str = "#c2935a", taper: float = 0.74
) -> str:
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
    paint = sheet.linear(
        ((0, tone.base, 1), (0.3, tone.glow, 1), (0.7, tone.base, 1), (1, tone.dark, 1)), 1, 0
    )
    rim = (
        f'<path d="{lip}" fill="none" stroke="{tone.line}" stroke-width="30"/>'
        f'<path d="{lip}" fill="none" stroke="{paint}" stroke-width="25"/>'
    )
    for a in range(4, 178, 6):
        x, y = rx * math.cos(math.radians(a)), ry * math.sin(math.radians(a))
        rim += at(
            x,
            y,
            f'<path d="M-7 -13Q2 0 7 13" fill="none" stroke="{tone.line}" stroke-width="4" opacity=".6"/>',
        )
    return back + filling + wicker(sheet, d, rx, -ry * 0.1, tall, colour) + rim


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
    for dx, sway, width in ((-30, 16, 26), (26, 16, 30)):
        line = [(x + dx + sway * math.sin(i * 0.9), y - tall * i / 6) for i in range(9)]
        wisps.append(f'<path d="{stroke(line, width, 0)}" fill="#fffdf5" opacity=".55"/>')
    return f'<g filter="url(#soft8)">{"".join(wisps)}</g>'
