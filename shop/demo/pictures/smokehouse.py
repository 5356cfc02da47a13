"""Meat and fish of the smoke loft, and the dressed black chicken."""

import math

from .ink import SHADOW, Sheet, arc, at, mix, n, smooth, stroke


def jerky(sheet: Sheet, length: float = 330, width: float = 78, torn: bool = False) -> str:
    """A strip of smoke-dried buffalo: dark bark with spice, red fibres where ``torn``."""
    tone = sheet.tone(mix("#5e2c1e", "#3e2018", sheet.rng.random()), 0.36, 0.6)
    spine = arc((-length / 2, 0), (length / 2, sheet.around(0, 14)), sheet.around(0, 0.1), 9)
    top = [
        (x, y - width / 2 * sheet.rng.uniform(0.74, 1.08) * (0.5 if i in (0, 8) else 1))
        for i, (x, y) in enumerate(spine)
    ]
    low = [
        (x, y + width / 2 * sheet.rng.uniform(0.74, 1.08) * (0.5 if i in (0, 8) else 1))
        for i, (x, y) in enumerate(spine)
    ]
    d = smooth(top + low[::-1], True, 0.9)
    fibres = []
    for _ in range(40):
        x, y = sheet.around(0, length * 0.42), sheet.around(0, width * 0.42)
        fibres.append(
            f'<path d="{stroke(arc((x, y), (x + sheet.rng.uniform(40, 110), y + sheet.around(0, 7)), sheet.around(0, 0.06)), sheet.rng.uniform(2, 6), 0)}" '
            f'fill="{sheet.rng.choice((tone.line, tone.line, tone.glow, "#8a3a26"))}" opacity=".55"/>'
        )
    spice = "".join(
        f'<circle cx="{n(sheet.around(0, length * 0.48))}" cy="{n(sheet.around(0, width * 0.46))}" r="{n(sheet.rng.uniform(1.6, 4))}" fill="{sheet.rng.choice(("#c98a3a", "#a8331f", "#e0b45c", "#1f120e"))}" opacity=".85"/>'
        for _ in range(54)
    )
    end = ""
    if torn:
        threads = "".join(
            f'<path d="{stroke(arc((length * 0.3, k), (length * 0.52 + sheet.around(0, 22), k * 1.5 + sheet.around(0, 6)), sheet.around(0, 0.1)), 8, 0.2)}" fill="{sheet.rng.choice(("#a8402c", "#8f2f22", "#c46a4a", "#6f241b"))}"/>'
            for k in range(int(-width * 0.4), int(width * 0.42), 5)
        )
        end = threads
    return (
        sheet.shadow(6, width * 0.32, length * 0.54, width * 0.5, 0.55)
        + end
        + sheet.solid(
            d,
            tone,
            "".join(fibres)
            + spice
            + sheet.gleam(-length * 0.16, -width * 0.22, length * 0.24, width * 0.12, 0.4, 0),
            paint=sheet.fall(tone),
        )
    )


def smoked_pork(sheet: Sheet, length: float = 330, width: float = 130) -> str:
    """A slab of smoke-dried pork: rind, amber fat and dark lean in layers along its cut side."""
    rind = sheet.tone("#6b341d", 0.4, 0.5)
    top = [
        (-length / 2, -width * 0.28),
        (-length * 0.3, -width * 0.5),
        (length * 0.1, -width * 0.52),
        (length * 0.46, -width * 0.4),
        (length / 2, -width * 0.06),
    ]
    low = [
        (length / 2, width * 0.26),
        (length * 0.2, width * 0.46),
        (-length * 0.2, width * 0.46),
        (-length / 2, width * 0.2),
    ]
    d = smooth(top + low, True, 0.62)
    layers = []
    y = -width * 0.16
    for colour, tall in (
        ("#e0a85c", 0.12),
        ("#8a3324", 0.13),
        ("#f0cf92", 0.07),
        ("#7a2a1e", 0.16),
        ("#e6b870", 0.08),
        ("#5f2219", 0.16),
    ):
        points = [
            (x * length / 2, y + sheet.around(0, 4) + 8 * math.sin(x * 4))
            for x in (-1.1, -0.6, -0.1, 0.4, 0.8, 1.1)
        ]
        layers.append(
            f'<path d="{smooth(points, False)}V{n(width)}H{n(-length)}Z" fill="{sheet.dye(colour)}"/><path d="{smooth(points, False)}" fill="none" stroke="#fff0cc" stroke-width="2" opacity=".35"/>'
        )
        y += tall * width
    bark = "".join(
        f'<circle cx="{n(sheet.around(0, length * 0.48))}" cy="{n(sheet.around(-width * 0.32, width * 0.16))}" r="{n(sheet.rng.uniform(1.5, 4))}" fill="{sheet.rng.choice(("#2a140d", "#c98a3a", "#b5482a"))}" opacity=".75"/>'
        for _ in range(46)
    )
    fibre = "".join(
        f'<path d="M{n(sheet.around(0, length * 0.45))} {n(sheet.around(width * 0.2, width * 0.22))}h{n(sheet.rng.uniform(14, 44))}" stroke="{SHADOW}" stroke-width="2" opacity=".3"/>'
        for _ in range(34)
    )
    return sheet.shadow(8, width * 0.36, length * 0.54, width * 0.36, 0.6) + sheet.solid(
        d,
        rind,
        "".join(layers)
        + fibre
        + bark
        + sheet.gleam(-length * 0.2, -width * 0.36, length * 0.22, width * 0.09, 0.75, -4)
        + sheet.gleam(0, 0, length * 0.34, 8, 0.5, 0),
        paint=rind.base,
    )


def sausage(sheet: Sheet, length: float = 240, width: float = 70, bend: float = 0.14) -> str:
    """One link of smoked sausage with its tied ends."""
    tone = sheet.tone(mix("#93301f", "#7a2218", sheet.rng.random()), 0.46, 0.55)
    line = arc((-length / 2, 0), (length / 2, 0), bend, 9)
    d = stroke(line, width, 0.42)
    fat = "".join(
        f'<path d="M{n(x)} {n(y)}q8 -7 {n(sheet.rng.uniform(10, 20))} {n(sheet.around(0, 8))}" stroke="#f0c79a" stroke-width="{n(sheet.rng.uniform(3, 7))}" opacity=".6" fill="none" stroke-linecap="round"/>'
        for x, y in (
            (sheet.around(0, length * 0.46), sheet.around(-bend * -length * 0.5, width * 0.6))
            for _ in range(36)
        )
    )
    creases = "".join(
        f'<path d="M{n(x)} {n(y - width * 0.46)}q8 {n(width * 0.4)} 0 {n(width * 0.9)}" stroke="{tone.line}" stroke-width="2.6" fill="none" opacity=".4"/>'
        for x, y in line[1:-1]
    )
    lit = stroke([(x, y - width * 0.24) for x, y in line[1:-1]], width * 0.16, 0)
    ends = "".join(
        at(
            x,
            y,
            f'<path d="M-6 -9L14 -14L10 0L14 14L-6 9Z" fill="{tone.base}" stroke="{tone.line}" stroke-width="2"/><path d="M-3 -10v20" stroke="#efe2c2" stroke-width="6"/>',
            turn=t,
        )
        for (x, y), t in ((line[0], 180), (line[-1], 0))
    )
    return ends + sheet.solid(
        d,
        tone,
        fat + creases + f'<path d="{lit}" fill="#fff0d8" opacity=".6" filter="url(#soft3)"/>',
        paint=sheet.fall(tone),
    )


def dried_fish(sheet: Sheet, length: float = 400) -> str:
    """A split, dried river fish, head to the left."""
    k = length / 400
    tone = sheet.tone(mix("#b98a4c", "#9a7a52", sheet.rng.random()), 0.55, 0.55)
    d = smooth(
        [
            (-190, 0),
            (-150, -36),
            (-90, -58),
            (0, -62),
            (90, -40),
            (140, -16),
            (196, -52),
            (184, 0),
            (200, 50),
            (140, 16),
            (90, 40),
            (0, 62),
            (-90, 58),
            (-150, 34),
        ],
        True,
        0.85,
    )
    scales = "".join(
        f'<path d="M{n(x)} {n(y - 9)}q13 9 0 18" fill="none" stroke="{tone.line}" stroke-width="2.6" opacity=".62"/><path d="M{n(x + 2)} {n(y - 8)}q11 8 0 16" fill="none" stroke="{tone.glow}" stroke-width="1.6" opacity=".6"/>'
        for row, y in enumerate(range(-52, 60, 13))
        for x in range(-86 + (row % 2) * 9, 128, 18)
    )
    head = smooth([(-196, 0), (-150, -42), (-96, -56), (-82, 0), (-96, 56), (-150, 42)])
    gill = f'<path d="M-100 -52Q-66 0 -100 52" fill="none" stroke="{tone.line}" stroke-width="6" opacity=".6"/><path d="M-112 -46Q-84 0 -112 46" fill="none" stroke="{tone.glow}" stroke-width="3" opacity=".5"/>'
    eye = f'<circle cx="-150" cy="-12" r="8" fill="#5a4030" stroke="{tone.line}" stroke-width="3"/><circle cx="-152" cy="-14" r="2.6" fill="#d9c49a"/><path d="M-194 4Q-176 12 -162 8" stroke="{tone.line}" stroke-width="3.5" fill="none"/>'
    back = f'<path d="M-190 0Q-60 -100 140 -22L140 -80L-190 -80Z" fill="{tone.dark}" opacity=".5" filter="url(#soft8)"/>'
    tail = "".join(
        f'<path d="M140 0L{n(196)} {y}" stroke="{tone.line}" stroke-width="2" opacity=".5"/>'
        for y in range(-46, 50, 11)
    )
    fin = sheet.solid(
        smooth([(-40, -58), (0, -92), (60, -78), (70, -46)], True, 0.7),
        sheet.tone("#9a6f3f"),
        "".join(
            f'<path d="M{x} -50l14 -40" stroke="{SHADOW}" stroke-width="2" opacity=".4"/>'
            for x in range(-36, 66, 11)
        ),
    )
    low = sheet.solid(smooth([(-50, 40), (-30, 84), (10, 80), (0, 50)], True, 0.7), sheet.tone("#9a6f3f"))
    drawing = (
        sheet.shadow(6, 40, 200, 46, 0.55)
        + fin
        + low
        + sheet.solid(
            d,
            tone,
            scales
            + back
            + tail
            + f'<path d="{head}" fill="{tone.base}" opacity=".75"/>'
            + gill
            + sheet.gleam(-20, -22, 120, 12, 0.5, 2),
            paint=sheet.fall(tone),
        )
        + eye
    )
    return at(0, 0, drawing, k)


def black_chicken(sheet: Sheet) -> str:
    """A dressed H'Mông chicken on its back, ready for the pot; about 420 wide."""
    tone = sheet.tone("#544b5e", 0.42, 0.55)
    body = smooth(
        [
            (-196, 26),
            (-176, -52),
            (-96, -108),
            (10, -122),
            (100, -92),
            (170, -30),
            (180, 34),
            (120, 92),
            (0, 108),
            (-130, 92),
        ]
    )
    thigh = smooth([(10, 34), (34, -34), (92, -62), (150, -46), (178, 0), (150, 62), (84, 84), (34, 74)])
    shin = smooth([(128, -44), (184, -82), (252, -128), (276, -122), (280, -100), (214, -46), (164, -2)])
    wing = smooth([(-160, 14), (-128, -38), (-62, -44), (-26, -6), (-44, 44), (-96, 30), (-132, 58)])
    neck = smooth([(-176, -30), (-226, -14), (-262, 30), (-250, 62), (-214, 50), (-170, 50)])
    pores = "".join(
        f'<circle cx="{n(sheet.around(0, 180))}" cy="{n(sheet.around(0, 100))}" r="2.6" fill="{sheet.rng.choice((tone.glow, tone.line))}" opacity=".4"/>'
        for _ in range(190)
    )

    def toes(x: float, y: float) -> str:
        claws = f"M{x} {y}l46 -30M{x} {y}l54 -6M{x} {y}l40 20"
        return f'<path d="{claws}" stroke="{tone.line}" stroke-width="17" stroke-linecap="round"/><path d="{claws}" stroke="{tone.base}" stroke-width="11" stroke-linecap="round"/>'

    ridge = f'<path d="{stroke(arc((-170, -30), (150, -50), -0.2), 16, 0)}" fill="{tone.glow}" opacity=".5" filter="url(#soft8)"/>'
    quills = f'<path d="M-140 36Q-112 6 -50 24M-150 20Q-110 -12 -44 6" stroke="{tone.line}" stroke-width="5" fill="none" opacity=".6"/>'
    far = at(-6, -36, toes(262, -110) + sheet.solid(shin, sheet.tone("#463e50", 0.35, 0.5)), 0.96, -8)
    return (
        far
        + sheet.solid(
            neck,
            tone,
            f'<path d="M-190 -20Q-230 10 -236 50M-180 0Q-214 20 -220 50" stroke="{tone.line}" stroke-width="4" fill="none" opacity=".6"/>',
        )
        + sheet.solid(body, tone, pores + ridge + sheet.gleam(-60, -70, 90, 30, 0.5, -4), line=3)
        + toes(268, -114)
        + sheet.solid(shin, tone, sheet.gleam(200, -80, 40, 10, 0.6, -38), line=3)
        + sheet.solid(thigh, tone, sheet.gleam(80, -22, 40, 22, 0.6, -20), line=3)
        + sheet.solid(wing, tone, quills + sheet.gleam(-96, -20, 34, 13, 0.55, -6), line=3)
    )
