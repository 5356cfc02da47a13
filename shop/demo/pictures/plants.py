"""Leaves, sprigs and blossoms. Everything is drawn around its own origin, about 100 units in size."""

import math

from .ink import SHADOW, Point, Sheet, arc, at, mix, n, polar, smooth, stroke, wobbly


def leaf(
    sheet: Sheet,
    length: float,
    width: float,
    colour: str = "#4d8a3c",
    bend: float = 0.12,
    veins: int = 6,
    saw: bool = False,
) -> str:
    """A leaf growing to the right from the origin; ``saw`` gives it a toothed edge."""
    tone = sheet.tone(colour, 0.42, 0.5)
    spine = arc((0, 0), (length, 0), bend, 9)
    upper: list[Point] = []
    lower: list[Point] = []
    steps = 26 if saw else 13
    for i in range(1, steps):
        t = i / steps
        x = length * t
        mid = -(-4 * bend * t * (1 - t)) * length
        half = width / 2 * math.sin(math.pi * t**0.8) ** 0.85
        tooth = (1.0 if i % 2 else 0.9) if saw else 1.0
        upper.append((x, mid - half * tooth))
        lower.append((x, mid + half * tooth))
    d = smooth([(0, 0), *upper, spine[-1], *lower[::-1]], True, 0.5 if saw else 1)
    shade = smooth([(0, 0), *spine[1:-1], spine[-1], *lower[::-1]], True, 1)
    rib = [
        f'<path d="{smooth(arc((length * t, m), (length * (t + 0.17), m + side * width * 0.5), -0.1 * side), False)}" '
        f'fill="none" stroke="{tone.glow}" stroke-width="{n(max(1.2, width / 50))}" opacity=".5"/>'
        for i in range(veins)
        for side in (1, -1)
        for t in (0.08 + i * 0.76 / veins,)
        for m in (4 * bend * t * (1 - t) * length,)
    ]
    marks = (
        f'<path d="{shade}" fill="{tone.dark}" opacity=".42"/>'
        + "".join(rib)
        + f'<path d="{stroke(spine, max(2.4, width / 15), 0.3)}" fill="{tone.glow}" opacity=".85"/>'
        + sheet.gleam(length * 0.42, -width * 0.12, length * 0.3, width * 0.14, 0.4, 0)
    )
    return sheet.solid(d, tone, marks, line=1.8, paint=sheet.fall(tone))


def banana_leaf(sheet: Sheet, length: float, width: float, colour: str = "#5a9440") -> str:
    """A broad cut of banana leaf lying flat, centred on the origin."""
    tone = sheet.tone(colour, 0.4, 0.5)
    top = [
        (x * length / 2, -width / 2 * (0.84 + 0.16 * math.cos(x * 2.2)) + sheet.around(0, 4))
        for x in (-1, -0.6, -0.2, 0.2, 0.6, 1)
    ]
    low = [
        (x * length / 2, width / 2 * (0.84 + 0.16 * math.cos(x * 2.2)) + sheet.around(0, 4))
        for x in (0.99, 0.6, 0.2, -0.2, -0.6, -1.01)
    ]
    d = smooth([*top, *low], True, 0.75)
    ribs = "".join(
        f'<path d="M{n(x)} {n(s * 3)}q{n(16 * 1)} {n(s * width * 0.3)} {n(26)} {n(s * width * 0.62)}" fill="none" '
        f'stroke="{tone.glow if i % 2 else tone.dark}" stroke-width="2.4" opacity=".36"/>'
        for s in (1, -1)
        for i, x in enumerate(range(int(-length / 2) - 30, int(length / 2), 11))
    )
    marks = (
        f'<rect x="{n(-length / 2 - 10)}" y="0" width="{n(length + 20)}" height="{n(width)}" fill="{tone.dark}" opacity=".3"/>'
        + ribs
        + f'<path d="M{n(-length / 2 - 10)} 0Q0 -8 {n(length / 2 + 10)} 2" stroke="{mix(tone.glow, "#f3f0b0", 0.4)}" stroke-width="10" fill="none"/>'
        f'<path d="M{n(-length / 2 - 10)} 6Q0 -2 {n(length / 2 + 10)} 8" stroke="{tone.dark}" stroke-width="4" fill="none" opacity=".6"/>'
        + sheet.gleam(-length * 0.2, -width * 0.25, length * 0.3, width * 0.14, 0.4, 0)
    )
    return sheet.shadow(8, width * 0.16, length * 0.54, width * 0.56, 0.55) + sheet.solid(
        d, tone, marks, paint=sheet.fall(tone)
    )


def taro_leaf(sheet: Sheet, colour: str = "#477f43") -> str:
    """A heart-shaped taro leaf hanging from the origin, 300 long."""
    tone = sheet.tone(colour, 0.4, 0.5)
    half = [(0, 0), (40, -62), (104, -66), (128, 4), (112, 110), (62, 220), (0, 300)]
    d = smooth(half + [(-x, y) for x, y in half[-2:0:-1]], True, 0.95)
    veins = "".join(
        f'<path d="{stroke(arc((0, 14 + k * 44), (s * (108 - k * 16), -34 + k * 68 + k * k * 3), s * 0.12), 7, 0.1)}" fill="{tone.glow}" opacity=".62"/>'
        for k in range(4)
        for s in (1, -1)
    )
    marks = (
        f'<path d="M0 -80H160V320H0Z" fill="{tone.dark}" opacity=".36"/>{veins}'
        f'<path d="{stroke([(0, 0), (2, 90), (0, 190), (0, 296)], 11, 0.2)}" fill="{tone.glow}" opacity=".85"/>'
        + sheet.gleam(-56, 40, 40, 90, 0.45, 10)
    )
    return sheet.solid(d, tone, marks, paint=sheet.fall(tone))


def tea_sprig(sheet: Sheet, colour: str = "#7fb04a") -> str:
    """Two leaves and a bud on their stalk, growing up from the origin, about 170 tall."""
    deep = mix(colour, "#2f5f2c", 0.55)
    stalk = f'<path d="{stroke([(0, 4), (3, -40), (-2, -84)], 9, 0.5)}" fill="{sheet.dye(mix(colour, "#c9c86a", 0.4))}"/>'
    return (
        stalk
        + at(2, -34, leaf(sheet, 118, 44, deep, -0.1, 7, True), turn=-34)
        + at(0, -54, leaf(sheet, 108, 38, mix(deep, colour, 0.4), 0.1, 7, True), turn=-142)
        + at(-2, -82, leaf(sheet, 82, 22, colour, 0.08, 4), turn=-78)
        + at(-3, -80, leaf(sheet, 92, 13, mix(colour, "#f4f3cf", 0.55), -0.04, 0), turn=-100)
    )


def branch(points: list[Point], width: float, colour: str = "#6f4c33") -> str:
    """A bare stem, tapering, with a lit edge."""
    lit = [(x - width * 0.12, y - width * 0.16) for x, y in points]
    return (
        f'<path d="{stroke(points, width, 0.4)}" fill="{colour}" stroke="{mix(colour, SHADOW, 0.5)}" stroke-width="1.5"/>'
        f'<path d="{stroke(lit, width * 0.36, 0.2)}" fill="{mix(colour, "#f0d9b0", 0.5)}" opacity=".7"/>'
    )


def blossom(
    sheet: Sheet,
    petals: int,
    colour: str,
    heart: str = "#e8b93f",
    *,
    slim: float = 0.8,
    size: float = 50,
    tilt: float = 0.86,
    stamens: bool = True,
    notch: float = 0.0,
) -> str:
    """An open flower seen a little from the side."""
    out = []
    start = sheet.rng.uniform(0, 360)
    for i in range(petals):
        a = start + i * 360 / petals + sheet.around(0, 5)
        tone = sheet.tone(mix(colour, "#ffffff", sheet.rng.uniform(0, 0.22)), 0.25, 0.26)
        w = size * slim * math.pi / petals
        tip = size * (1 - notch)
        d = smooth(
            [
                (0, 0),
                (size * 0.45, -w * 0.8),
                (size * 0.86, -w * 0.72),
                (tip, 0),
                (size * 0.86, w * 0.72),
                (size * 0.45, w * 0.8),
            ],
            True,
            1.1,
        )
        paint = sheet.linear(
            (
                (0, mix(tone.base, tone.dark, 0.8), 1),
                (0.4, tone.base, 1),
                (1, mix(tone.glow, "#ffffff", 0.4), 1),
            ),
            1,
            0,
        )
        rib = f'<path d="M{n(size * 0.2)} 0L{n(size * 0.8)} 0" stroke="{tone.dark}" stroke-width="1.2" opacity=".35"/>'
        out.append(at(0, 0, sheet.solid(d, tone, rib, line=1.2, paint=paint), turn=a))
    core = sheet.tone(heart)
    out.append(sheet.solid(smooth(wobbly(sheet.rng, size * 0.17, size * 0.16)), core, line=1))
    if stamens:
        for _ in range(11):
            x, y = polar(0, 0, size * sheet.rng.uniform(0.24, 0.42), sheet.rng.uniform(0, 360))
            out.append(
                f'<path d="M0 0L{n(x)} {n(y)}" stroke="{core.light}" stroke-width="1.3" opacity=".8"/>'
                f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(size * 0.05)}" fill="{core.base}"/>'
            )
    return f'<g transform="scale(1 {tilt})">{"".join(out)}</g>'


def bud(sheet: Sheet, colour: str, size: float = 30) -> str:
    """A closed flower bud pointing up from the origin."""
    tone = sheet.tone(colour, 0.4, 0.4)
    d = smooth(
        [
            (0, 0),
            (size * 0.42, -size * 0.4),
            (size * 0.26, -size * 0.95),
            (0, -size * 1.2),
            (-size * 0.26, -size * 0.95),
            (-size * 0.42, -size * 0.4),
        ]
    )
    cup = sheet.tone("#7a5a3a")
    base = smooth(
        [(-size * 0.26, -size * 0.28), (0, -size * 0.12), (size * 0.26, -size * 0.28), (0, size * 0.16)]
    )
    return sheet.solid(
        d,
        tone,
        f'<path d="M0 0Q{n(size * 0.2)} {n(-size * 0.6)} 0 {n(-size * 1.2)}" stroke="{tone.dark}" fill="none" opacity=".5"/>',
        line=1.2,
    ) + sheet.solid(base, cup, line=1)


def papaya_flower(sheet: Sheet, dried: bool = False) -> str:
    """A male papaya flower: a slim tube and five curling petals, about 90 tall, opening upwards."""
    colour = "#d9b469" if dried else "#f6efcf"
    tone = sheet.tone(colour, 0.35, 0.4)
    out = [
        sheet.solid(
            smooth([(-5, 0), (-9, -44), (0, -52), (9, -44), (5, 0), (0, 6)]),
            sheet.tone(mix(colour, "#9fae58", 0.4)),
            line=1.2,
        )
    ]
    for a in (-74, -38, 0, 38, 74):
        p = smooth([(0, 0), (9, -14), (9, -34), (2, -46), (-7, -34), (-8, -14)])
        out.append(
            at(
                0,
                -44,
                sheet.solid(p, tone, line=1.2, paint=sheet.fall(tone)),
                turn=a + sheet.around(0, 12),
                size=sheet.rng.uniform(0.72, 0.95),
            )
        )
    out.append(f'<circle cy="-48" r="6" fill="{sheet.dye("#dfa63c")}"/>')
    return "".join(out)


def rice_ear(sheet: Sheet, colour: str = "#d9ac4a", length: float = 300) -> str:
    """A ripe ear of rice bowing to the right from the origin."""
    spine = [
        (0, 0),
        (length * 0.24, -length * 0.32),
        (length * 0.56, -length * 0.4),
        (length * 0.84, -length * 0.2),
        (length * 0.98, length * 0.14),
    ]
    out = [
        f'<path d="{smooth(spine, False)}" fill="none" stroke="{mix(colour, "#6f7a32", 0.5)}" stroke-width="5"/>'
    ]
    for i in range(44):
        t = 0.3 + 0.7 * i / 44
        k = t * (len(spine) - 1)
        a, f = int(min(k, len(spine) - 1.001)), k - int(min(k, len(spine) - 1.001))
        x = spine[a][0] + (spine[a + 1][0] - spine[a][0]) * f
        y = spine[a][1] + (spine[a + 1][1] - spine[a][1]) * f
        lean = math.degrees(math.atan2(spine[a + 1][1] - spine[a][1], spine[a + 1][0] - spine[a][0]))
        side = 30 if i % 2 else -30
        tone = sheet.tone(mix(colour, "#f3dd95", sheet.rng.uniform(0, 0.4)), 0.5, 0.4)
        grain = smooth([(0, 0), (12, -6), (27, -2), (33, 2), (22, 8), (8, 6)])
        out.append(
            at(
                x,
                y,
                sheet.solid(grain, tone, line=1.2, paint=sheet.fall(tone)),
                turn=lean + side + sheet.around(0, 10),
            )
        )
    return "".join(out)


def fern_twig(sheet: Sheet, colour: str = "#5d8c45", pairs: int = 5, length: float = 220) -> str:
    """A twig with leaflets in pairs, growing right from the origin."""
    spine = arc((0, 0), (length, 0), -0.1, 12)
    out = [f'<path d="{stroke(spine, 7, 0.4)}" fill="{mix(colour, "#6f4c33", 0.5)}"/>']
    for i in range(pairs):
        x, y = spine[2 + int(i * 9 / pairs)]
        for side in (1, -1):
            size = 92 - i * 7
            out.append(
                at(
                    x,
                    y,
                    leaf(sheet, size, size * 0.4, colour, 0.08 * side, 4),
                    turn=side * sheet.around(56, 8),
                )
            )
    out.append(at(*spine[-1], leaf(sheet, 84, 34, colour, 0.05, 4)))
    return "".join(out)
