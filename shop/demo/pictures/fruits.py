"""Fruit and roots, fresh: drawn around the origin with a radius of about 100."""

import math

from .ink import SHADOW, Point, Sheet, arc, at, ellipse, mix, n, polar, smooth, specks, stroke, turned, wobbly
from .plants import branch, leaf


def hawthorn(sheet: Sheet, ripe: float = 0.5) -> str:
    """A sơn tra: a small wild apple, green-gold, blushing where the sun was, corky specks and a star-shaped eye."""
    tone = sheet.tone(mix("#9aa838", "#e2b338", ripe), 0.5, 0.48)
    d = smooth([(x, y + 5) for x, y in wobbly(sheet.rng, 100, 93, 0.02)])
    turn = sheet.around(-25, 55)
    blush = at(
        *polar(0, 0, 40, turn + 30),
        f'<ellipse rx="86" ry="74" fill="{sheet.radial(((0, sheet.dye("#c4472c"), 0.85), (0.6, sheet.dye("#cf6a32"), 0.4), (1, "#cf6a32", 0)))}"/>',
    )
    ex, ey = polar(0, 0, 62, turn + 150, 0.8)
    eye = at(
        ex,
        ey,
        "".join(
            f'<path d="M0 0Q8 -14 3 -25Q-7 -13 0 0" fill="{sheet.dye("#4a3018")}" opacity=".62" transform="rotate({a}) scale(.8)"/>'
            for a in range(0, 360, 72)
        )
        + f'<circle r="6" fill="{sheet.dye("#6b4a2a")}"/>',
    )
    dimple = at(
        ex,
        ey,
        f'<ellipse rx="34" ry="27" fill="{sheet.radial(((0, tone.line, 0.75), (0.6, tone.dark, 0.4), (1, tone.dark, 0)))}"/>',
    )
    return sheet.solid(
        d,
        tone,
        blush
        + specks(sheet, "#f3e3b0", 44, 92, 88, 3.4, 0.6)
        + dimple
        + eye
        + sheet.gleam(-36, -40, 34, 25, 0.75),
    )


def plum(sheet: Sheet, ripe: float = 0.7) -> str:
    """A mận hậu: deep red to purple, a seam down its side and a bloom of dust."""
    tone = sheet.tone(mix("#c23a3f", "#6d1f45", ripe), 0.4, 0.55)
    turn = sheet.around(0, 40)
    d = smooth(
        turned(
            [
                (0, -90),
                (44, -98),
                (88, -52),
                (97, 8),
                (70, 72),
                (0, 98),
                (-70, 72),
                (-97, 8),
                (-88, -52),
                (-44, -98),
            ],
            turn,
        )
    )
    seam = smooth(turned([(0, -90), (-22, -40), (-26, 20), (0, 98)], turn), False)
    bloom = f'<ellipse cx="-10" cy="-6" rx="88" ry="80" fill="{sheet.radial(((0, "#d9d3ee", 0.5), (0.7, "#b9add8", 0.2), (1, "#b9add8", 0)))}"/>'
    green = at(
        *polar(0, 0, 76, turn + 96),
        f'<ellipse rx="60" ry="40" fill="{sheet.radial(((0, "#d98a3c", 0.55), (1, "#d98a3c", 0)))}"/>',
    )
    sx, sy = polar(0, 0, 84, turn - 90)
    stem = at(
        sx,
        sy,
        f'<ellipse rx="24" ry="10" fill="{tone.line}" opacity=".7"/><path d="{stroke([(0, 2), (4, -22), (12, -42)], 8, 0.6)}" fill="#6b7a34"/>',
        turn=turn,
    )
    marks = (
        green
        + bloom
        + f'<path d="{seam}" fill="none" stroke="{tone.line}" stroke-width="6" opacity=".5"/>'
        + specks(sheet, "#f3c9b0", 26, 90, 88, 2.4, 0.45)
    )
    return sheet.solid(d, tone, marks + sheet.gleam(-38, -42, 28, 20, 0.85)) + stem


def plum_half(sheet: Sheet) -> str:
    """Half a plum, stone in."""
    skin, flesh, stone = sheet.tone("#7d2344"), sheet.tone("#e8963c", 0.5, 0.35), sheet.tone("#8a5a34")
    out = sheet.solid(smooth(wobbly(sheet.rng, 98, 92, 0.02)), skin)
    rays = "".join(
        f'<path d="M0 0L{n(polar(0, 0, 84, a)[0])} {n(polar(0, 0, 80, a)[1])}" stroke="#c2452f" stroke-width="4" opacity=".28"/>'
        for a in range(0, 360, 14)
    )
    out += sheet.solid(
        ellipse(0, -2, 88, 82),
        flesh,
        rays
        + f'<path d="{ellipse(0, -2, 86, 80)}" fill="none" stroke="#b3303f" stroke-width="13" opacity=".6"/>',
        line=1.5,
    )
    return (
        out
        + sheet.solid(
            smooth([(0, -44), (30, -16), (26, 22), (0, 46), (-26, 22), (-30, -16)]),
            stone,
            specks(sheet, SHADOW, 14, 26, 36, 3, 0.4),
        )
        + sheet.gleam(-44, -42, 26, 16, 0.8)
    )


def mango(sheet: Sheet, ripe: float = 0.7) -> str:
    """A round Yên Châu mango, yellow with a green shoulder and freckles."""
    tone = sheet.tone(mix("#b9b944", "#f0b132", ripe), 0.5, 0.42)
    turn = sheet.around(0, 24)
    d = smooth(
        turned(
            [
                (-8, -92),
                (46, -98),
                (92, -58),
                (104, 6),
                (80, 66),
                (22, 96),
                (-44, 88),
                (-92, 46),
                (-102, -16),
                (-70, -72),
            ],
            turn,
        )
    )
    shoulder = at(
        *polar(0, 0, 58, turn - 70),
        f'<ellipse rx="92" ry="60" fill="{sheet.radial(((0, sheet.dye("#7e9c3a"), 0.8), (1, "#7e9c3a", 0)))}"/>',
        turn=turn,
    )
    blush = at(
        48,
        34,
        f'<ellipse rx="80" ry="62" fill="{sheet.radial(((0, sheet.dye("#dd6a2a"), 0.6), (1, "#dd6a2a", 0)))}"/>',
    )
    sx, sy = polar(0, 0, 88, turn - 94)
    stem = at(
        sx,
        sy,
        f'<ellipse rx="22" ry="10" fill="{tone.line}" opacity=".55"/><path d="{stroke([(0, 2), (-2, -14), (2, -28)], 12, 0.7)}" fill="#6b5230"/>',
        turn=turn,
    )
    return (
        sheet.solid(
            d,
            tone,
            shoulder
            + blush
            + specks(sheet, "#7a5a1e", 46, 96, 92, 2.4, 0.42)
            + sheet.gleam(-36, -36, 36, 26, 0.75),
        )
        + stem
    )


def mango_cheek(sheet: Sheet) -> str:
    """A mango cheek scored into cubes and turned out."""
    skin, flesh = sheet.tone("#c9a238"), sheet.tone("#f6a821", 0.5, 0.34)
    out = sheet.solid(smooth([(-112, -6), (-80, 56), (0, 82), (80, 56), (112, -6), (0, 30)]), skin)
    for row in range(4):
        for col in range(5):
            u, v = (col - 2) / 2.5, (row - 1.5) / 2
            x = u * 96
            y = v * 62 + 16 * u * u - 18
            if u * u + v * v > 1.16:
                continue
            cube = smooth([(-17, -14), (0, -19), (17, -14), (18, 11), (0, 19), (-18, 11)], True, 0.5)
            tone = sheet.tone(mix("#f8b02a", "#f29a18", sheet.rng.random()), 0.5, 0.34)
            top = smooth([(-16, -13), (0, -18), (16, -13), (0, -4)], True, 0.5)
            out += at(
                x,
                y,
                sheet.solid(cube, tone, paint=sheet.fall(tone), line=1.6)
                + f'<path d="{top}" fill="{tone.glow}" opacity=".75"/>',
                turn=u * 16,
                size=1.16,
            )
    return out + f'<path d="M-112 -6Q0 40 112 -6" fill="none" stroke="{flesh.dark}" stroke-width="0"/>'


def longan(sheet: Sheet) -> str:
    """A longan in its thin brown skin."""
    tone = sheet.tone(mix("#c0935a", "#a87a45", sheet.rng.random()), 0.5, 0.48)
    net = "".join(
        f'<path d="M{n(x)} {n(y)}q8 -5 15 1" stroke="{tone.dark}" stroke-width="2.6" fill="none" opacity=".42"/>'
        for x, y in ((sheet.around(0, 88), sheet.around(0, 88)) for _ in range(46))
    )
    return sheet.solid(
        smooth(wobbly(sheet.rng, 98, 96, 0.015)), tone, net + sheet.gleam(-34, -38, 34, 26, 0.6)
    )


def longan_open(sheet: Sheet) -> str:
    """A longan half out of its skin: pearly flesh, the dark seed showing through."""
    skin, flesh = sheet.tone("#b5874e"), sheet.tone("#eee9dc", 0.3, 0.3)
    seed = f'<ellipse cx="8" cy="-18" rx="50" ry="46" fill="{sheet.radial(((0, "#24120e", 0.85), (0.6, "#3a1d14", 0.5), (1, "#5a3524", 0)))}"/>'
    ball = sheet.solid(
        smooth(wobbly(sheet.rng, 90, 92, 0.02)),
        flesh,
        seed + sheet.gleam(-34, -44, 30, 20, 0.95) + sheet.gleam(34, 34, 36, 16, 0.5),
    )
    peel = smooth(
        [
            (-98, -4),
            (-70, 26),
            (-34, 8),
            (0, 32),
            (34, 10),
            (68, 28),
            (98, -2),
            (88, 60),
            (40, 98),
            (-40, 98),
            (-88, 60),
        ],
        True,
        0.8,
    )
    return ball + sheet.solid(peel, skin)


def custard_apple(sheet: Sheet) -> str:
    """A na: green knobs in rows, cream in the seams."""
    base = sheet.tone("#8fa653", 0.3, 0.5)
    out = [
        sheet.solid(
            smooth(
                [
                    (0, -96),
                    (58, -86),
                    (100, -30),
                    (94, 40),
                    (50, 92),
                    (0, 106),
                    (-50, 92),
                    (-94, 40),
                    (-100, -30),
                    (-58, -86),
                ]
            ),
            base,
        )
    ]
    knobs = []
    for row in range(8):
        lat = -72 + row * 20.6
        y = 102 * math.sin(math.radians(lat))
        half = 100 * math.cos(math.radians(lat * 0.98))
        for k in range(-4, 5):
            lon = (k + (row % 2) * 0.5) * 24
            if abs(lon) > 78:
                continue
            x = half * math.sin(math.radians(lon))
            wide = 21 * max(0.5, math.cos(math.radians(lon))) * (0.66 + 0.34 * math.cos(math.radians(lat)))
            tall = 19 * (0.62 + 0.38 * math.cos(math.radians(lat)))
            lit = 0.5 - 0.4 * (x / 100) - 0.3 * (y / 100)
            colour = mix("#6f9a3e", "#a9bf5c", max(0.0, min(1.0, lit)))
            with sheet.dimmed(max(0.0, min(0.45, 0.3 * (x + y) / 130))):
                tone = sheet.tone(colour, 0.5, 0.45)
                knobs.append(
                    at(x, y + 6, sheet.solid(smooth(wobbly(sheet.rng, wide, tall, 0.06, 8)), tone, line=1.4))
                )
    stem = f'<path d="{stroke([(0, -92), (-3, -116), (6, -140)], 14, 0.7)}" fill="#6b5236"/>'
    return stem + "".join(out + knobs) + sheet.gleam(-40, -44, 34, 26, 0.4)


def custard_open(sheet: Sheet) -> str:
    """A na pulled open: white segments, black seeds."""
    out = sheet.solid(smooth(wobbly(sheet.rng, 106, 92, 0.05, 16)), sheet.tone("#86a44a"))
    flesh = sheet.tone("#f7f1df", 0.3, 0.24)
    out += sheet.solid(smooth(wobbly(sheet.rng, 90, 77, 0.03)), flesh, line=1.4)
    for i in range(26):
        r, a = 76 * math.sqrt((i + 0.5) / 26), i * 137.5
        x, y = polar(0, 0, r, a, 0.84)
        seg = smooth([(-17, 4), (-9, -13), (9, -13), (17, 4), (0, 16)])
        out += at(x, y, sheet.solid(seg, flesh, line=1.2), turn=a + 90)
        if i % 3 == 1:
            out += at(
                x,
                y,
                sheet.solid(
                    ellipse(0, 0, 8, 13), sheet.tone("#2b1a18", 0.4), sheet.gleam(-2, -4, 4, 4, 0.8), line=0
                ),
                turn=a + 70,
            )
    return out


def strawberry(sheet: Sheet) -> str:
    """A ripe strawberry, leaf up."""
    tone = sheet.tone(mix("#d4232b", "#e2402f", sheet.rng.random()), 0.42, 0.5)
    d = smooth(
        [
            (0, -74),
            (52, -84),
            (92, -44),
            (84, 16),
            (44, 78),
            (0, 108),
            (-44, 78),
            (-84, 16),
            (-92, -44),
            (-52, -84),
        ]
    )
    seeds = []
    for row in range(7):
        y = -56 + row * 23
        half = 86 * math.sqrt(max(0.04, 1 - ((y + 30) / 132) ** 2))
        for k in range(-3, 4):
            x = (k + (row % 2) * 0.5) * 29
            if abs(x) > half:
                continue
            seeds.append(
                f'<ellipse cx="{n(x)}" cy="{n(y)}" rx="6.4" ry="8.4" fill="{tone.dark}" opacity=".6"/>'
                f'<ellipse cx="{n(x)}" cy="{n(y + 1)}" rx="3.5" ry="5.4" fill="#f3d06a"/>'
            )
    pale = (
        f'<ellipse cy="-86" rx="64" ry="34" fill="{sheet.radial(((0, "#f9d9b0", 0.8), (1, "#f9d9b0", 0)))}"/>'
    )
    cap = "".join(
        at(0, -74, leaf(sheet, sheet.rng.uniform(52, 70), 25, "#5d9440", 0.1, 2), turn=a + sheet.around(0, 9))
        for a in (8, 52, 90, 128, 172, -150, -30)
    )
    stem = f'<path d="{stroke([(0, -74), (4, -104), (16, -128)], 9, 0.6)}" fill="#7da34e"/>'
    return (
        sheet.solid(
            d,
            tone,
            pale
            + "".join(seeds)
            + sheet.gleam(-40, -34, 24, 34, 0.8, 20)
            + sheet.gleam(30, 24, 12, 16, 0.4, 20),
        )
        + stem
        + cap
    )


def banana(sheet: Sheet) -> str:
    """One banana, bowed, 230 long, stalk to the upper left."""
    tone = sheet.tone("#eec23f", 0.45, 0.42)
    d = smooth(
        [
            (-112, -52),
            (-96, -60),
            (-74, -26),
            (-20, 4),
            (50, 6),
            (98, -16),
            (116, -22),
            (118, -8),
            (80, 34),
            (20, 58),
            (-46, 46),
            (-92, 4),
        ]
    )
    edge = f'<path d="{stroke([(-96, -44), (-60, 10), (0, 36), (60, 30), (112, -12)], 9, 0.1)}" fill="{tone.dark}" opacity=".4"/>'
    tips = '<path d="M-118 -60L-94 -64L-92 -44L-110 -44Z" fill="#7a6a2a"/><path d="M108 -26L122 -24L121 -6L110 -6Z" fill="#4a3420"/>'
    return sheet.solid(
        d,
        tone,
        edge + tips + specks(sheet, "#6b4a1e", 18, 100, 40, 3, 0.4) + sheet.gleam(-20, 12, 56, 9, 0.6, 6),
        paint=sheet.fall(tone),
    )


def longan_bunch(sheet: Sheet, count: int = 26, spread: float = 200, r: float = 42) -> str:
    """A hanging bunch of longans on its twigs, top at the origin."""
    out = [branch([(0, -30), (4, 60), (-6, 150)], 15)]
    places: list[Point] = []
    for _ in range(count):
        for _try in range(30):
            x = sheet.around(0, spread * 0.72)
            y = sheet.rng.uniform(40, spread * 1.5)
            if (x / (spread * 0.76)) ** 2 + ((y - spread * 0.78) / (spread * 0.82)) ** 2 < 1 and all(
                math.hypot(x - u, y - v) > r * 1.32 for u, v in places
            ):
                places.append((x, y))
                break
    for x, y in places:
        out.append(branch(arc((0, 20), (x, y), sheet.around(0, 0.16)), 6))
    for x, y in sorted(places, key=lambda p: p[1]):
        with sheet.dimmed(max(0.0, min(0.35, 0.12 + 0.2 * x / spread))):
            out.append(at(x, y, longan(sheet), r / 100))
    return "".join(out)
