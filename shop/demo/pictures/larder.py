"""Dried, pressed, pickled and sweet things: single pieces, around the origin, radius about 100 or as said."""

import math

from .ink import SHADOW, Sheet, arc, at, mix, n, polar, smooth, stroke, wobbly


def tea_curl(sheet: Sheet, colour: str, length: float = 46, width: float = 7, tip: str = "") -> str:
    """One twisted dry tea leaf; ``tip`` colours a downy bud along it."""
    tone = sheet.tone(
        mix(colour, sheet.rng.choice((SHADOW, "#d9d3a0")), sheet.rng.uniform(0, 0.28)), 0.4, 0.5
    )
    bend = sheet.around(0, 0.3)
    half = sheet.rng.uniform(0.6, 1) * length / 2
    line = arc((-half, 0), (half, sheet.around(0, 8)), bend, 7)
    out = f'<path d="{stroke(line, width * sheet.rng.uniform(0.7, 1.25), 0.2)}" fill="{tone.base}" stroke="{tone.line}" stroke-width="1"/>'
    lit = [(x - 0.6, y - width * 0.18) for x, y in line[1:-1]]
    return (
        out
        + f'<path d="{stroke(lit, width * 0.3, 0.1)}" fill="{tip or tone.glow}" opacity="{0.9 if tip else 0.6}"/>'
    )


def silver_bud(sheet: Sheet) -> str:
    """A white-tea bud, downy, about 60 long."""
    tone = sheet.tone(mix("#d9d8c4", "#a9b596", sheet.rng.random() * 0.6), 0.3, 0.42)
    line = arc((-32, 0), (32, sheet.around(0, 6)), sheet.around(0, 0.12), 7)
    down = "".join(
        f'<path d="M{n(x)} {n(y - 4)}l5 -3M{n(x)} {n(y + 2)}l6 2" stroke="#ffffff" stroke-width="1.2" opacity=".7"/>'
        for x, y in line[1:-1]
    )
    return (
        f'<path d="{stroke(line, 13, 0.12)}" fill="{sheet.fall(tone)}" stroke="{tone.line}" stroke-opacity=".6" stroke-width="1"/>{down}'
        f'<path d="{stroke(line[:3], 9, 0.3)}" fill="{sheet.dye("#7c8a55")}" opacity=".7"/>'
    )


def fruit_slice(sheet: Sheet, rim: str = "#b5502e", flesh: str = "#dfae6b") -> str:
    """A dried cross slice of hawthorn: curled rim, star of seeds."""
    tone = sheet.tone(mix(flesh, "#c9873f", sheet.rng.random() * 0.5), 0.45, 0.45)
    d = smooth(wobbly(sheet.rng, 98, 80, 0.06))
    edge = f'<path d="{d}" fill="none" stroke="{sheet.dye(rim)}" stroke-width="22" opacity=".85"/><path d="{d}" fill="none" stroke="{tone.glow}" stroke-width="6" opacity=".3"/>'
    star = "".join(
        f'<path d="M0 -8Q13 -26 0 -40Q-13 -26 0 -8" fill="{sheet.dye("#8a5228")}" opacity=".75" transform="scale(1 .82) rotate({a})"/>'
        for a in range(0, 360, 72)
    )
    grain = "".join(
        f'<path d="M{n(a[0])} {n(a[1])}L{n(b[0])} {n(b[1])}" stroke="{tone.dark}" stroke-width="3" opacity=".28"/>'
        for a, b in ((polar(0, 0, 46, t, 0.8), polar(0, 0, 84, t + 4, 0.8)) for t in range(0, 360, 24))
    )
    return sheet.solid(
        d, tone, edge + grain + star + sheet.gleam(-30, -30, 34, 18, 0.35), paint=sheet.fall(tone)
    )


def crisp(sheet: Sheet, flesh: str = "#ecd9bd") -> str:
    """A taro crisp: thin, warped, violet-flecked, golden at the edge."""
    tone = sheet.tone(mix(flesh, "#e0b878", sheet.rng.random() * 0.5), 0.4, 0.4)
    points = [(x, y + 16 * math.sin(x / 42)) for x, y in wobbly(sheet.rng, 100, 70, 0.05, 14)]
    d = smooth(points)
    fleck = "".join(
        f'<path d="M{n(x)} {n(y)}q5 3 {n(sheet.around(8, 5))} {n(sheet.around(3, 6))}" stroke="#7f5a86" stroke-width="{n(sheet.rng.uniform(1.6, 3.4))}" fill="none" opacity=".5"/>'
        for x, y in ((sheet.around(0, 88), sheet.around(0, 60)) for _ in range(40))
    )
    edge = f'<path d="{d}" fill="none" stroke="{sheet.dye("#c48a45")}" stroke-width="13" opacity=".6"/>'
    wave = (
        f'<path d="{stroke([(-92, 6), (-30, -22), (30, 12), (94, 0)], 30, 0)}" fill="#fff7e2" opacity=".4"/>'
    )
    blister = "".join(
        f'<ellipse cx="{n(sheet.around(0, 70))}" cy="{n(sheet.around(0, 44))}" rx="7" ry="5" fill="{tone.glow}" opacity=".6"/>'
        for _ in range(6)
    )
    return sheet.solid(d, tone, edge + fleck + wave + blister, paint=sheet.fall(tone))


def dried_fruit(sheet: Sheet, colour: str, slim: float = 0.62, sugar: bool = False) -> str:
    """A soft dried fruit: wrinkled and shiny, or dusted with ``sugar``."""
    tone = sheet.tone(mix(colour, SHADOW, sheet.rng.random() * 0.16), 0.45, 0.55)
    d = smooth(wobbly(sheet.rng, 98, 98 * slim, 0.08, 11))
    folds = "".join(
        f'<path d="{stroke(arc((x, y), (x + sheet.around(40, 30), y + sheet.around(0, 22)), sheet.around(0, 0.3)), sheet.rng.uniform(5, 12), 0)}" fill="{ink}" opacity="{o}"/>'
        for ink, o in (
            (tone.line, 0.55),
            (tone.line, 0.45),
            (tone.glow, 0.5),
            (tone.line, 0.5),
            (tone.glow, 0.45),
            (tone.line, 0.4),
            (tone.glow, 0.35),
            (tone.line, 0.5),
        )
        for x, y in ((sheet.around(-24, 60), sheet.around(0, 70 * slim)),)
    )
    dust = "".join(
        f'<circle cx="{n(sheet.around(0, 92))}" cy="{n(sheet.around(-8, 88 * slim))}" r="{n(sheet.rng.uniform(1.6, 4))}" fill="#fffdf6" opacity=".85"/>'
        for _ in range(74 if sugar else 0)
    )
    return sheet.solid(d, tone, folds + dust + sheet.gleam(-32, -36 * slim, 30, 15, 0.35 if sugar else 0.7))


def dried_strip(sheet: Sheet, colour: str, length: float = 200, width: float = 62) -> str:
    """A long soft dried slice (mango, banana), ribbed and half clear at its edge."""
    tone = sheet.tone(mix(colour, "#b55f16", sheet.rng.random() * 0.26), 0.5, 0.45)
    line = arc((-length / 2, 0), (length / 2, 0), sheet.around(0, 0.12), 9)
    d = stroke(line, width, 0.34)
    ribs = "".join(
        f'<path d="{smooth([(x, y + k * width) for x, y in line], False)}" fill="none" stroke="{c}" stroke-width="{w}" opacity="{o}"/>'
        for k, c, w, o in (
            (-0.28, tone.glow, 8, 0.6),
            (-0.1, tone.dark, 4, 0.4),
            (0.08, tone.glow, 5, 0.42),
            (0.24, tone.dark, 6, 0.4),
        )
    )
    wrinkles = "".join(
        f'<path d="M{n(x)} {n(y - width * 0.3)}q6 {n(width * 0.3)} -2 {n(width * 0.6)}" stroke="{tone.dark}" fill="none" stroke-width="2" opacity=".32"/>'
        for x, y in line[1:-1]
    )
    return sheet.solid(
        d,
        tone,
        ribs + wrinkles + sheet.gleam(-length * 0.18, -width * 0.2, length * 0.22, width * 0.12, 0.75, 0),
        paint=sheet.fall(tone),
    )


def rice_grain(sheet: Sheet, colour: str = "#f6f1e2") -> str:
    """One grain of rice, 26 long."""
    tone = sheet.tone(colour, 0.2, 0.34)
    return (
        f'<path d="M-13 0C-10 -7 8 -7 13 -1C11 6 -9 7 -13 0Z" fill="{tone.base}" stroke="{tone.dark}" stroke-opacity=".55" stroke-width="1.1"/>'
        f'<path d="M-8 -2.4Q0 -5 8 -2.6" stroke="#ffffff" stroke-width="1.8" fill="none" opacity=".85"/>'
    )


def com_flake(sheet: Sheet) -> str:
    """A flake of young green rice, 26 long."""
    tone = sheet.tone(mix("#a8bf5a", "#86a844", sheet.rng.random()), 0.4, 0.4)
    return (
        f'<path d="M-14 1C-12 -9 10 -10 14 -2C12 8 -8 10 -14 1Z" fill="{tone.base}" stroke="{tone.dark}" stroke-opacity=".6" stroke-width="1.1"/>'
        f'<path d="M-8 -3Q0 -7 8 -3" stroke="{tone.glow}" stroke-width="2.4" fill="none" opacity=".8"/>'
    )


def vermicelli(sheet: Sheet, length: float = 420, tall: float = 120, tie: str = "#a8232b") -> str:
    """A folded hank of canna vermicelli, tied in the middle."""
    out = [sheet.shadow(8, tall * 0.5, length * 0.54, tall * 0.36, 0.6)]
    base = sheet.tone("#b9a88c", 0.3, 0.5)
    body = smooth(
        [
            (-length / 2, 0),
            (-length * 0.4, -tall * 0.46),
            (0, -tall * 0.34),
            (length * 0.4, -tall * 0.48),
            (length / 2, 0),
            (length * 0.4, tall * 0.5),
            (0, tall * 0.34),
            (-length * 0.4, tall * 0.5),
        ]
    )
    strands = []
    for i in range(96):
        k = (i / 95 - 0.5) * 2
        waist = k * tall * 0.34
        spread = k * tall * 0.5
        hue = mix(
            "#cdb78c",
            sheet.rng.choice(("#f8efd6", "#8d7450", "#e8d8b2", "#b39a6c")),
            sheet.rng.uniform(0.2, 0.9),
        )
        pts = [
            (-length * 0.49, spread * 0.7 + sheet.around(0, 8)),
            (-length * 0.32, spread * 1.02 + sheet.around(0, 7)),
            (0, waist + sheet.around(0, 3)),
            (length * 0.32, spread * 1.02 + sheet.around(0, 7)),
            (length * 0.49, spread * 0.7 + sheet.around(0, 8)),
        ]
        strands.append(
            f'<path d="{smooth(pts, False)}" fill="none" stroke="{hue}" stroke-width="{n(sheet.rng.uniform(1.8, 3.4))}" opacity=".88"/>'
        )
    sheet.rng.shuffle(strands)
    shade = sheet.linear(((0, "#fffaf0", 0.25), (0.5, SHADOW, 0), (1, SHADOW, 0.5)))
    inner = (
        "".join(strands)
        + f'<rect x="{n(-length)}" y="{n(-tall)}" width="{n(length * 2)}" height="{n(tall * 2)}" fill="{shade}"/>'
    )
    loops = "".join(
        f'<path d="M{n(s * length * 0.47)} {n(y)}q{n(s * sheet.rng.uniform(14, 40))} {n(sheet.around(0, 20))} 0 {n(sheet.around(14, 10))}" fill="none" stroke="#d8ccb4" stroke-width="2.6"/>'
        for s in (1, -1)
        for y in range(int(-tall * 0.36), int(tall * 0.34), 7)
    )
    out.append(loops + sheet.solid(body, base, inner))
    band_tone = sheet.tone(tie)
    out.append(
        sheet.solid(
            smooth(
                [
                    (-22, -tall * 0.38),
                    (22, -tall * 0.38),
                    (26, 0),
                    (22, tall * 0.38),
                    (-22, tall * 0.38),
                    (-18, 0),
                ],
                True,
                0.5,
            ),
            band_tone,
            paint=sheet.linear(((0, band_tone.light, 1), (1, band_tone.dark, 1))),
        )
    )
    return "".join(out)


def bamboo_shred(sheet: Sheet, length: float = 200) -> str:
    """A strip of dried bamboo shoot, fibrous and curling."""
    tone = sheet.tone(mix("#c9a063", "#a3753f", sheet.rng.random()), 0.45, 0.5)
    line = arc((-length / 2, sheet.around(0, 14)), (length / 2, sheet.around(0, 14)), sheet.around(0, 0.3), 9)
    width = sheet.rng.uniform(16, 30)
    fibre = "".join(
        f'<path d="{smooth([(x, y + k * width) for x, y in line], False)}" fill="none" stroke="{c}" stroke-width="1.8" opacity=".55"/>'
        for k, c in ((-0.26, tone.glow), (-0.08, tone.dark), (0.1, tone.glow), (0.26, tone.line))
    )
    return sheet.solid(stroke(line, width, 0.3), tone, fibre, line=1.6, paint=sheet.fall(tone))


def bamboo_shoot(sheet: Sheet, tall: float = 320, colour: str = "#8a6a3c") -> str:
    """A fresh shoot in its sheaths, growing up from the origin."""
    k = tall / 320
    out = []
    for i, (w, h, c) in enumerate(
        (
            (58, 320, "#a3a054"),
            (66, 262, colour),
            (74, 200, mix(colour, "#c9a45c", 0.35)),
            (80, 138, colour),
            (80, 76, mix(colour, "#c9a45c", 0.4)),
        )
    ):
        tone = sheet.tone(c, 0.45, 0.5)
        lean = (10 if i % 2 else -10) * (1 if i else 0)
        d = smooth(
            [(-w, 8), (-w * 0.92, -h * 0.42), (lean, -h), (w * 0.92, -h * 0.42), (w, 8), (0, 22)], True, 0.9
        )
        lines = "".join(
            f'<path d="M{n(x)} 14Q{n(x * 1.05)} {n(-h * 0.5)} {n(lean)} {n(-h)}" fill="none" stroke="{c2}" stroke-width="2" opacity=".38"/>'
            for x in range(int(-w), int(w) + 1, 13)
            for c2 in (tone.line,)
        )
        out.append(
            sheet.solid(
                d,
                tone,
                lines + sheet.gleam(-w * 0.4, -h * 0.4, w * 0.22, h * 0.3, 0.4, 6),
                paint=sheet.tube(tone),
            )
        )
    return at(0, 0, "".join(out), k)


def shiitake(sheet: Sheet, under: bool = False) -> str:
    """A dried shiitake: cracked brown cap, or its gills."""
    if under:
        tone = sheet.tone("#d9b583", 0.4, 0.45)
        d = smooth(wobbly(sheet.rng, 98, 70, 0.05))
        gills = "".join(
            f'<path d="M0 4L{n(polar(0, 0, 100, a, 0.72)[0])} {n(polar(0, 0, 100, a, 0.72)[1])}" stroke="{tone.dark}" stroke-width="2.6" opacity=".55"/>'
            for a in range(0, 360, 7)
        )
        rim = f'<path d="{d}" fill="none" stroke="{sheet.dye("#5a3a26")}" stroke-width="17"/>'
        stem = sheet.solid(
            smooth([(-19, -12), (-13, 18), (6, 44), (26, 40), (22, 6), (16, -14)]), sheet.tone("#c99f6b")
        )
        return sheet.solid(d, tone, gills + rim, paint=sheet.fall(tone)) + stem
    tone = sheet.tone(mix("#6b452e", "#4f3224", sheet.rng.random()), 0.42, 0.55)
    d = smooth(
        [(-100, 16), (-82, -34), (-30, -66), (34, -64), (84, -30), (100, 18), (64, 48), (0, 58), (-64, 46)]
    )
    cracks = "".join(
        f'<path d="M{n(x)} {n(y)}l{n(sheet.around(0, 14))} {n(sheet.rng.uniform(8, 18))}l{n(sheet.around(0, 16))} {n(sheet.rng.uniform(6, 14))}" stroke="{sheet.dye("#e3c79c")}" stroke-width="{n(sheet.rng.uniform(2.5, 5.5))}" fill="none" stroke-linejoin="round" opacity=".8"/>'
        for x, y in ((sheet.around(0, 74), sheet.rng.uniform(-54, 22)) for _ in range(17))
    )
    edge = f'<path d="M-98 22Q0 78 98 22" stroke="{sheet.dye("#c49a66")}" stroke-width="9" fill="none" opacity=".75"/>'
    return sheet.solid(d, tone, cracks + edge + sheet.gleam(-32, -36, 34, 15, 0.5))
