"""Roots and vegetables: drawn around the origin with a radius of about 100."""

import math

from .ink import Sheet, Tone, arc, at, ellipse, mix, n, polar, smooth, specks, stroke, turned, wobbly


def taro(sheet: Sheet, flesh: str = "", colour: str = "#8a5f3f", slim: float = 0.84) -> str:
    """A taro corm, ringed and hairy; with ``flesh`` its near end is cut off to show that colour."""
    tone = sheet.tone(mix(colour, sheet.rng.choice(("#a97b50", "#6e4630")), 0.25), 0.34, 0.55)
    turn = sheet.around(0, 16)
    lump = wobbly(sheet.rng, 100 * slim, 100, 0.045, 12, turn)
    d = smooth(lump)
    rings = []
    for k in (-70, -46, -20, 8, 34, 60, 82):
        half = 104 * slim * math.sqrt(max(0.02, 1 - (k / 104) ** 2))
        line = turned(
            [(x * half, k + 17 * (1 - x * x) + sheet.around(0, 3)) for x in (-1, -0.6, -0.2, 0.2, 0.6, 1)],
            turn,
        )
        rings.append(
            f'<path d="{smooth(line, False)}" fill="none" stroke="{tone.line}" stroke-width="{n(sheet.rng.uniform(3, 6))}" opacity=".62"/>'
            f'<path d="{smooth([(x, y + 6) for x, y in line], False)}" fill="none" stroke="{tone.glow}" stroke-width="2.4" opacity=".38"/>'
        )
    hairs = []
    for _ in range(86):
        x, y = sheet.around(0, 92 * slim), sheet.around(0, 96)
        hairs.append(
            f'<path d="M{n(x)} {n(y)}q{n(sheet.around(2, 4))} {n(8)} {n(sheet.around(3, 8))} {n(sheet.rng.uniform(12, 26))}" fill="none" '
            f'stroke="{sheet.rng.choice((tone.line, tone.dark, tone.glow))}" stroke-width="{n(sheet.rng.uniform(1.2, 2.6))}" opacity=".5"/>'
        )
    marks = "".join(rings + hairs) + sheet.gleam(-34 * slim, -42, 34, 26, 0.28)
    top = polar(0, 0, 97, turn - 90)
    crown_tone = sheet.tone("#c98f8a", 0.3, 0.5)
    crown = at(
        *top,
        sheet.solid(
            smooth([(-22, 10), (-17, -14), (-4, -27), (8, -22), (20, -10), (23, 10), (0, 18)]),
            crown_tone,
            f'<path d="M-14 -8Q0 6 16 -6M-12 -18Q0 -8 11 -16" stroke="{crown_tone.line}" fill="none" stroke-width="2.4" opacity=".6"/>',
            line=1.6,
        ),
        turn=turn,
    )
    out = crown + sheet.solid(d, tone, marks, line=2.6)
    if flesh:
        out += cut_face(sheet, flesh, 92 * slim, 78, y=34)
    return out


def cut_face(sheet: Sheet, flesh: str, rx: float, ry: float, y: float = 0) -> str:
    """A cut through a root: moist flesh with fine violet flecks and its thin skin."""
    tone = sheet.tone(flesh, 0.3, 0.22)
    face = smooth([(px, py + y) for px, py in wobbly(sheet.rng, rx, ry, 0.02)])
    fleck = "".join(
        f'<path d="M{n(px)} {n(py + y)}l{n(sheet.around(0, 4))} {n(sheet.rng.uniform(3, 9))}" stroke="#7d4a86" stroke-width="{n(sheet.rng.uniform(1.2, 2.6))}" '
        f'opacity="{sheet.rng.uniform(0.25, 0.7):.2f}" stroke-linecap="round"/>'
        for px, py in (
            polar(0, 0, math.sqrt(sheet.rng.random()) * rx * 0.9, sheet.rng.uniform(0, 360), ry / rx)
            for _ in range(84)
        )
    )
    ring = f'<path d="{ellipse(0, y, rx * 0.88, ry * 0.87)}" fill="none" stroke="{tone.dark}" stroke-width="2.5" opacity=".35"/>'
    skin = f'<path d="{face}" fill="none" stroke="{sheet.dye("#6b452f")}" stroke-width="7"/>'
    return (
        sheet.solid(
            face, tone, fleck + ring + sheet.gleam(-rx * 0.4, y - ry * 0.4, rx * 0.5, ry * 0.34, 0.7), line=0
        )
        + skin
    )


def peeled(sheet: Sheet, flesh: str = "#f0e4d6") -> str:
    """A peeled corm with facets left by the knife."""
    tone = sheet.tone(flesh, 0.3, 0.46)
    d = smooth(wobbly(sheet.rng, 84, 100, 0.04, 11))
    facets = "".join(
        f'<path d="{stroke(arc((x, -96), (x * 1.1, 96), b), w, 0.1)}" fill="{c}" opacity="{o}"/>'
        for x, b, w, c, o in (
            (-52, 0.1, 26, "#ffffff", 0.5),
            (-16, 0.04, 30, tone.dark, 0.16),
            (24, -0.04, 30, "#ffffff", 0.34),
            (60, -0.12, 34, tone.dark, 0.32),
        )
    )
    fleck = specks(sheet, "#7a4a82", 60, 80, 92, 3.4, 0.5)
    return sheet.solid(d, tone, facets + fleck + sheet.gleam(-30, -40, 30, 34, 0.6), line=2)


def aubergine(sheet: Sheet) -> str:
    """A cà pháo: small, round, ivory with a green cap."""
    tone = sheet.tone(mix("#f0edd3", "#dfe3b4", sheet.rng.random()), 0.3, 0.36)
    d = smooth(wobbly(sheet.rng, 100, 94, 0.02))
    stripes = "".join(
        f'<path d="M0 -90Q{n(k * 34)} -20 {n(k * 22)} 40" fill="none" stroke="#a9bb72" stroke-width="7" opacity=".34"/>'
        for k in (-3, -2, -1, 0, 1, 2, 3)
    )
    turn = sheet.around(0, 50)
    cap_tone = sheet.tone("#6f9444", 0.4, 0.5)
    cap = smooth(
        [
            (0, -64),
            (26, -40),
            (34, -74),
            (60, -60),
            (44, -92),
            (0, -108),
            (-44, -92),
            (-60, -60),
            (-34, -74),
            (-26, -40),
        ],
        True,
        0.7,
    )
    stem = f'<path d="{stroke([(0, -92), (4, -120), (14, -138)], 15, 0.7)}" fill="{cap_tone.base}" stroke="{cap_tone.line}" stroke-width="1.5"/>'
    return sheet.solid(d, tone, at(0, 0, stripes, turn=turn) + sheet.gleam(-36, -36, 32, 26, 0.85)) + at(
        0, 0, stem + sheet.solid(cap, cap_tone, paint=sheet.fall(cap_tone), line=1.6), turn=turn
    )


def chilli(sheet: Sheet, colour: str = "#c9242a", dried: bool = False) -> str:
    """A chilli pointing right, about 200 long."""
    tone: Tone = sheet.tone("#8a1d1f" if dried else colour, 0.42, 0.5)
    bend = sheet.around(0.08, 0.14)
    line = arc((-80, 0), (100, 0), bend, 8)
    d = stroke([(-92, 2), *line], 38, 0.12)
    creases = (
        "".join(
            f'<path d="M{x} -14q6 14 -2 28" fill="none" stroke="{tone.line}" stroke-width="3" opacity=".5"/>'
            for x in range(-56, 60, 22)
        )
        if dried
        else ""
    )
    lit = stroke([(x, y - 8) for x, y in line[1:-2]], 9, 0)
    cap = sheet.solid(
        smooth([(-98, -12), (-74, -17), (-64, 0), (-74, 17), (-98, 12)]), sheet.tone("#5f8a3a"), line=1.2
    )
    stem = f'<path d="{stroke([(-94, 0), (-122, -6), (-140, -20)], 9, 0.7)}" fill="#5f8a3a"/>'
    return (
        sheet.solid(
            d, tone, creases + f'<path d="{lit}" fill="#fff3e0" opacity=".65"/>', paint=sheet.fall(tone)
        )
        + stem
        + cap
    )
