"""Spices, garlic and coffee: single pieces with a radius of about 100."""

from .ink import SHADOW, Sheet, arc, ellipse, mix, n, smooth, stroke, wobbly


def mac_khen(sheet: Sheet) -> str:
    """A mắc khén husk, split open over its black seed."""
    tone = sheet.tone(mix("#8f5a34", "#6b4a2c", sheet.rng.random()), 0.42, 0.55)
    pits = "".join(
        f'<circle cx="{n(sheet.around(0, 84))}" cy="{n(sheet.around(0, 84))}" r="9" fill="{tone.line}" opacity=".34"/>'
        for _ in range(16)
    )
    out = sheet.solid(
        smooth(wobbly(sheet.rng, 96, 92, 0.06)), tone, pits + sheet.gleam(-40, -40, 26, 20, 0.5)
    )
    if sheet.rng.random() < 0.72:
        side = sheet.around(0, 26)
        split = smooth(
            [
                (-64, -8 + side),
                (-30, -26 + side),
                (30, -30 + side),
                (74, -14 + side),
                (36, 14 + side),
                (-26, 18 + side),
            ]
        )
        seed = sheet.solid(
            ellipse(6, side - 2, 52, 17),
            sheet.tone("#2b2226", 0.3),
            sheet.gleam(-10, side - 8, 22, 4, 0.35, -6),
            line=0,
        )
        out += sheet.solid(split, sheet.tone("#3f261a"), seed, line=5)
    return out + f'<path d="M60 60l38 46" stroke="{tone.dark}" stroke-width="9" stroke-linecap="round"/>'


def doi_seed(sheet: Sheet) -> str:
    """A dổi seed: glossy, red-black, flat on one side."""
    tone = sheet.tone(mix("#43201c", "#6e2a1c", sheet.rng.random()), 0.42, 0.6)
    d = smooth(wobbly(sheet.rng, 98, 72, 0.07, 9))
    groove = (
        f'<path d="M-80 10Q0 -24 84 12" fill="none" stroke="{tone.line}" stroke-width="9" opacity=".55"/>'
    )
    return sheet.solid(d, tone, groove + sheet.gleam(-26, -30, 34, 15, 0.85))


def cardamom(sheet: Sheet) -> str:
    """A dried black cardamom pod, ribbed."""
    tone = sheet.tone(mix("#6b4632", "#4a3026", sheet.rng.random()), 0.42, 0.58)
    d = smooth([(-100, 0), (-70, -42), (0, -60), (66, -46), (98, -8), (92, 20), (60, 48), (0, 60), (-70, 42)])
    ribs = "".join(
        f'<path d="M-98 0Q0 {n(k)} 96 4" fill="none" stroke="{c}" stroke-width="{w}" opacity=".55"/>'
        for k in (-108, -72, -36, 2, 40, 76, 108)
        for c, w in ((tone.line, 6), (tone.glow, 2.4))
    )
    beard = "".join(
        f'<path d="M94 {n(y)}l{n(sheet.rng.uniform(12, 26))} {n(sheet.around(0, 8))}" stroke="{tone.dark}" stroke-width="4"/>'
        for y in (-6, 2, 10)
    )
    return (
        f'<path d="M-98 0l-26 -6" stroke="{tone.dark}" stroke-width="11"/>'
        + beard
        + sheet.solid(d, tone, ribs + sheet.gleam(-26, -26, 36, 12, 0.45))
    )


def garlic_bulb(sheet: Sheet, colour: str = "#e9dcc6") -> str:
    """A bulb of garlic with papery ribs."""
    tone = sheet.tone(colour, 0.3, 0.42)
    d = smooth(
        [
            (0, -112),
            (12, -70),
            (58, -46),
            (98, 8),
            (84, 66),
            (36, 88),
            (0, 80),
            (-36, 88),
            (-84, 66),
            (-98, 8),
            (-58, -46),
            (-12, -70),
        ],
        True,
        0.95,
    )
    ribs = "".join(
        f'<path d="M0 -100C{n(k * 0.3)} -60 {n(k * 1.25)} -10 {n(k * 0.8)} 82" fill="none" stroke="{c}" stroke-width="{w}" opacity=".45"/>'
        for k in (-96, -56, -20, 20, 56, 96)
        for c, w in ((tone.dark, 4), (tone.glow, 2))
    )
    stain = f'<path d="{stroke(arc((-60, 20), (-20, 78), 0.2), 24, 0)}" fill="#9a6f8a" opacity=".3"/>'
    roots = "".join(
        f'<path d="M{k} 82q{k * 0.2} 12 {k * 0.5} 20" stroke="#b39a72" stroke-width="3" fill="none"/>'
        for k in (-16, -8, 0, 8, 16)
    )
    return roots + sheet.solid(d, tone, ribs + stain + sheet.gleam(-40, -4, 22, 40, 0.7, 14))


def black_clove(sheet: Sheet) -> str:
    """A clove of black garlic, soft and shining."""
    tone = sheet.tone(mix("#2a1b1a", "#3e241c", sheet.rng.random()), 0.36, 0.6)
    d = smooth([(-90, 20), (-50, -36), (20, -54), (84, -34), (104, 2), (60, 40), (-20, 54), (-70, 46)])
    return sheet.solid(
        d,
        tone,
        f'<path d="M-80 24Q0 -20 92 2" stroke="{tone.glow}" stroke-width="5" fill="none" opacity=".4"/>'
        + sheet.gleam(-6, -28, 44, 11, 0.85, -8),
    )


def coffee_bean(sheet: Sheet) -> str:
    """A roasted bean."""
    tone = sheet.tone(mix("#5a3320", "#3f2316", sheet.rng.random()), 0.42, 0.58)
    out = sheet.solid(
        smooth(wobbly(sheet.rng, 98, 70, 0.02)), tone, sheet.gleam(-30, -30, 38, 15, 0.65), line=3
    )
    if sheet.rng.random() < 0.72:
        out += f'<path d="{stroke([(-92, 6), (-40, -16), (10, 12), (54, -8), (94, 0)], 16, 0.2)}" fill="{tone.line}"/><path d="M-80 12Q-40 -8 8 20" stroke="{tone.glow}" stroke-width="3" fill="none" opacity=".5"/>'
    return out


def coffee_cherry(sheet: Sheet, colour: str = "#b8262e") -> str:
    """A ripe coffee cherry."""
    tone = sheet.tone(colour, 0.42, 0.5)
    return sheet.solid(
        smooth(wobbly(sheet.rng, 92, 100, 0.02)),
        tone,
        f'<circle cx="8" cy="82" r="12" fill="{SHADOW}" opacity=".6"/>' + sheet.gleam(-34, -38, 26, 22, 0.85),
    )
