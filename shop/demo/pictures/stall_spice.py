"""Spices and black garlic."""

from . import garden, glassware, plants, spices, vessels
from .ink import Sheet, arc, at, ellipse, heap, n, smooth, stroke
from .stall import good


def _spice_bowl(s: Sheet, x: float, y: float, rx: float, colour: str, pile: str, ring: str = "") -> str:
    return at(x, y, vessels.bowl(s, rx, rx * 0.72, colour, pile, ring=ring))


@good("p36", "spice", 450)
def mac_khen(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, spices.mac_khen(s), 0.36), (0, 0, 270, 74), 190, 150)
    ground_mound = s.solid(
        smooth([(-270, 6), (-150, -120), (0, -176), (150, -120), (270, 6), (0, 74)]),
        s.tone("#4a3022"),
        line=0,
    )
    husks = "".join(
        at(x, y, spices.mac_khen(s), 0.3)
        for x, y in ((780, 240), (830, 210), (876, 250), (820, 290), (900, 200), (760, 190), (850, 320))
    )
    stalks = "".join(
        f'<path d="{stroke(arc((1010, 440), (x, y), 0.08), 8, 0.4)}" fill="#7a5a3a"/>'
        for x, y in ((780, 240), (830, 210), (876, 250), (900, 200), (760, 190))
    )
    return (
        at(1010, 440, plants.fern_twig(s, "#55803f", 5, 260), 1, -172)
        + stalks
        + husks
        + _spice_bowl(s, 470, 600, 330, "#8a5a34", ground_mound + pile, "#dfa53f")
        + heap(s, lambda: at(0, 0, spices.mac_khen(s), 0.32), (800, 862, 110, 30), 30, 22)
        + heap(s, lambda: at(0, 0, spices.mac_khen(s), 0.32), (170, 880, 70, 18), 12, 9)
    )


@good("p37", "spice-pale", 450)
def doi(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, spices.doi_seed(s), 0.34), (0, 0, 250, 68), 170, 150)
    mound = s.solid(
        smooth([(-250, 6), (-150, -110), (0, -160), (150, -110), (250, 6), (0, 68)]),
        s.tone("#3a1c18"),
        line=0,
    )
    pod_tone = s.tone("#a3854f")
    pod = "".join(
        at(
            x,
            y,
            s.solid(
                smooth([(-60, 6), (-20, -46), (40, -44), (66, 4), (20, 40), (-34, 38)]),
                pod_tone,
                "".join(
                    f'<circle cx="{n(s.around(0, 50))}" cy="{n(s.around(0, 36))}" r="4" fill="#f3e2b8" opacity=".7"/>'
                    for _ in range(16)
                ),
            )
            + at(6, 0, s.solid(ellipse(0, 0, 36, 22), s.tone("#e0552a"), s.gleam(-10, -8, 12, 6, 0.8))),
            1.15,
            t,
        )
        for x, y, t in ((730, 820, -10), (846, 794, 20), (820, 876, 4))
    )
    leaves = "".join(
        at(780, 330, plants.leaf(s, 300, 96, "#4a8040", b, 9), turn=t)
        for t, b in ((-70, 0.1), (-20, -0.08), (-120, 0.08))
    )
    return (
        at(-110, 190, leaves)
        + _spice_bowl(s, 450, 600, 310, "#f1e8d6", mound + pile, "#26356f")
        + s.shadow(790, 870, 150, 34, 0.5)
        + pod
        + heap(s, lambda: at(0, 0, spices.doi_seed(s), 0.32), (220, 880, 110, 20), 16, 16)
    )


@good("p38", "spice", 490)
def dry_chamcheo(s: Sheet) -> str:
    grains = "".join(
        f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(s.rng.uniform(1.6, 5))}" fill="{s.rng.choice(("#e9cf9a", "#a8331f", "#5a3a20", "#6b7a34", "#f3e6c4", "#c9702c"))}"/>'
        for x, y in ((s.around(0, 210), s.rng.uniform(-150, 56)) for _ in range(900))
    )
    mound_d = smooth(
        [
            (-190, 6),
            (-130, -70),
            (-40, -132),
            (30, -138),
            (120, -80),
            (190, 6),
            (110, 44),
            (0, 54),
            (-110, 44),
        ]
    )
    mound = s.solid(mound_d, s.tone("#a8622c"), grains + s.gleam(-60, -70, 70, 40, 0.4))
    inside = "".join(
        f'<circle cx="{n(s.around(0, 144))}" cy="{n(s.rng.uniform(-300, 0))}" r="{n(s.rng.uniform(2, 5))}" fill="{s.rng.choice(("#e9cf9a", "#a8331f", "#5a3a20", "#6b7a34", "#c9702c"))}"/>'
        for _ in range(900)
    )
    jar = (
        glassware.glass(s, "jar", "#b0692f", level=0.84)
        + s.within(ellipse(0, -150, 138, 140), inside)
        + glassware.cloth_lid(s, "jar", "indigo")
        + glassware.label(s, 152, -210, 130, "black", at(-8, 2, garden.chilli(s), 0.36, -18), "hook")
    )
    return (
        s.shadow(350, 800, 220, 44, 0.65)
        + at(320, 800, jar, 1.42)
        + at(690, 750, vessels.plate(s, 260, "#f1e6d2", "#2b2430") + mound)
        + "".join(
            s.shadow(x, y + 12, 90, 14, 0.5) + at(x, y, garden.chilli(s, dried=True), 0.84, t)
            for x, y, t in ((240, 880, 12), (400, 896, -14))
        )
        + s.shadow(560, 898, 66, 16, 0.5)
        + at(560, 866, spices.garlic_bulb(s), 0.44)
        + heap(s, lambda: at(0, 0, spices.mac_khen(s), 0.22), (850, 880, 66, 16), 18, 16)
    )


@good("p40", "spice-pale", 470)
def black_garlic(s: Sheet) -> str:
    def bulb(size: float) -> str:
        return spices.garlic_bulb(s, s.rng.choice(("#c9a06f", "#b98d5e", "#d3ae80")))

    inside = '<path d="M-160 -200H160V30H-160Z" fill="#2b1c1a"/>' + "".join(
        heap(s, lambda: at(0, 0, spices.black_clove(s), 0.42), (0, y, 116, 26), 0, 8, turn=90)
        for y in (-196, -168, -140, -112, -84, -56, -28, -6)
    )
    jar = glassware.glass(s, "low", "#8a6a4a", level=0.0, inside=inside, clear=0.2) + glassware.cloth_lid(
        s, "low", "black"
    )
    split = "".join(
        at(x, y, spices.black_clove(s), 0.86, t)
        for x, y, t in ((-80, 10, -60), (-30, -10, -82), (24, -6, -100), (76, 14, -122))
    )
    husk = s.solid(
        smooth([(-130, 20), (-90, -30), (0, -46), (90, -30), (130, 20), (80, 74), (0, 88), (-80, 74)]),
        s.tone("#b98d5e"),
    )
    return (
        s.shadow(350, 680, 230, 46, 0.6)
        + at(330, 680, jar, 1.56)
        + s.shadow(730, 640, 180, 40, 0.6)
        + at(700, 520, bulb(1), 1.5)
        + s.shadow(560, 800, 140, 36, 0.6)
        + at(540, 712, bulb(1), 1.16, -8)
        + s.shadow(770, 880, 170, 36, 0.6)
        + at(760, 810, husk + split, 1.16)
        + s.shadow(290, 876, 120, 24, 0.55)
        + at(230, 846, spices.black_clove(s), 0.9, 10)
        + at(370, 872, spices.black_clove(s), 0.82, -24)
    )


@good("p41", "spice", 450)
def cardamom(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, spices.cardamom(s), 0.62), (0, -4, 260, 70), 170, 60, turn=60)
    mound = s.solid(
        smooth([(-260, 6), (-150, -110), (0, -156), (150, -110), (260, 6), (0, 70)]),
        s.tone("#3a2620"),
        line=0,
    )
    open_pod = s.solid(ellipse(0, 0, 100, 56), s.tone("#5a3a2a")) + s.solid(
        ellipse(4, 2, 82, 42),
        s.tone("#d9b98a"),
        "".join(
            at(
                s.around(0, 62),
                s.around(2, 28),
                s.solid(ellipse(0, 0, 13, 10), s.tone("#4a2c22"), line=1),
                1,
                s.around(0, 40),
            )
            for _ in range(26)
        ),
    )
    return (
        at(470, 590, vessels.basket(s, 340, 220, mound + pile, "#b98a52", 0.8))
        + s.shadow(770, 872, 120, 30, 0.55)
        + at(760, 836, open_pod, 1.02, -10)
        + "".join(
            s.shadow(x, y + 26, 72, 18, 0.5) + at(x, y, spices.cardamom(s), 0.66, t)
            for x, y, t in ((190, 850, 20), (900, 780, -30), (620, 884, 10))
        )
    )
