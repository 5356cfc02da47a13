"""Smoked meat, dried fish, black chicken."""

from . import garden, plants, smokehouse, spices, vessels
from .ink import Sheet, at, ellipse, heap, n, smooth
from .smokehouse import black_chicken
from .stall import good


def _board(s: Sheet, x: float, y: float, w: float, h: float) -> str:
    tone = s.tone("#a8743f", 0.4, 0.55)
    top = smooth(
        [
            (-w / 2, -h / 2 + 14),
            (-w * 0.42, -h / 2),
            (w * 0.42, -h / 2),
            (w / 2, -h / 2 + 14),
            (w * 0.54, h / 2 - 10),
            (w * 0.5, h / 2),
            (-w * 0.5, h / 2),
            (-w * 0.54, h / 2 - 10),
        ],
        True,
        0.4,
    )
    grain = "".join(
        f'<path d="{smooth([(-w * 0.6, g), (-w * 0.2, g + s.around(0, 6)), (w * 0.2, g + s.around(0, 6)), (w * 0.6, g)], False)}" fill="none" stroke="{tone.line}" stroke-width="{n(s.rng.uniform(1.5, 3.5))}" opacity=".34"/>'
        for g in range(int(-h / 2), int(h / 2), 15)
    )
    return at(
        x,
        y,
        s.shadow(10, h * 0.34, w * 0.62, h * 0.44, 0.7)
        + at(0, 22, s.solid(top, s.tone("#6b4526"), line=2))
        + s.solid(
            top, tone, grain + s.gleam(-w * 0.2, -h * 0.2, w * 0.3, h * 0.2, 0.3, 0), paint=s.fall(tone)
        ),
    )


@good("p31", "smoke", 400)
def buffalo(s: Sheet) -> str:
    strips = "".join(
        at(x, y, smokehouse.jerky(s, 400, 92, torn), 1.12, t)
        for x, y, t, torn in (
            (420, 440, -16, False),
            (590, 500, 8, False),
            (380, 560, -6, True),
            (610, 620, -20, False),
            (440, 690, 6, True),
        )
    )
    return (
        at(500, 600, plants.banana_leaf(s, 900, 480), 1, -10)
        + strips
        + at(
            770,
            730,
            vessels.bowl(
                s,
                120,
                80,
                "#e9dcc4",
                heap(s, lambda: at(0, 0, spices.mac_khen(s), 0.17), (0, 0, 96, 26), 44, 60),
            ),
        )
        + "".join(at(x, y, garden.chilli(s), 0.72, t) for x, y, t in ((250, 820, -18), (380, 840, 14)))
        + at(570, 830, spices.garlic_bulb(s), 0.46)
    )


@good("p32", "smoke-red", 420)
def pork(s: Sheet) -> str:
    return (
        _board(s, 500, 620, 780, 430)
        + at(420, 490, smokehouse.smoked_pork(s, 480, 180), 1.1, -8)
        + at(600, 620, smokehouse.smoked_pork(s, 470, 170), 1.1, 5)
        + at(330, 720, smokehouse.smoked_pork(s, 330, 150), 1.0, -4)
        + at(640, 780, garden.chilli(s), 0.8, -16)
        + at(780, 770, spices.garlic_bulb(s), 0.52)
        + at(880, 500, plants.fern_twig(s, "#55803f", 4, 200), 0.9, -130)
        + heap(s, lambda: at(0, 0, spices.mac_khen(s), 0.16), (500, 806, 90, 18), 18, 26)
    )


@good("p33", "smoke", 430)
def sausages(s: Sheet) -> str:
    pole = s.tone("#b98a4a")
    rail = (
        f'<path d="M-20 236H1020V272H-20Z" fill="{s.linear(((0, pole.glow, 1), (0.5, pole.base, 1), (1, pole.dark, 1)))}" stroke="{pole.line}" stroke-width="3"/>'
        + "".join(
            f'<path d="M{x} 234v40" stroke="{pole.dark}" stroke-width="9" opacity=".7"/>'
            for x in (150, 480, 860)
        )
    )
    hung = "".join(
        f'<path d="M{x} 232v40q0 20 4 34" stroke="#efe2c2" stroke-width="7" fill="none"/>'
        + at(x + 4, 430, smokehouse.sausage(s, 280, 80, b), 1.0, 90)
        + at(x + 6, 690 if long else 0, smokehouse.sausage(s, 240, 78, -b), 1.0, 90) * long
        for x, b, long in ((250, 0.08, 1), (370, -0.06, 0), (640, 0.06, 1), (760, -0.08, 0))
    )
    cut = "".join(
        at(
            x,
            y,
            s.solid(
                ellipse(0, 0, 44, 34),
                s.tone("#a83a26"),
                "".join(
                    f'<circle cx="{n(s.around(0, 36))}" cy="{n(s.around(0, 26))}" r="{n(s.rng.uniform(4, 8))}" fill="#f0cf9f" opacity=".85"/>'
                    for _ in range(13)
                )
                + s.gleam(-14, -12, 16, 8, 0.5),
            ),
            1.1,
            t,
        )
        for x, y, t in ((420, 840, -20), (488, 858, 10), (560, 846, 24))
    )
    return (
        rail
        + hung
        + at(520, 830, plants.banana_leaf(s, 760, 230), 1, -3)
        + at(330, 800, smokehouse.sausage(s, 300, 86, 0.12), 1, -6)
        + at(690, 806, smokehouse.sausage(s, 300, 86, 0.14), 1, 8)
        + cut
    )


@good("p34", "smoke-red", 400)
def fish(s: Sheet) -> str:
    fan = "".join(
        at(x, y, smokehouse.dried_fish(s, 470), 1.0, t)
        for x, y, t in ((440, 400, -18), (560, 480, -6), (420, 560, 4), (580, 650, -8), (420, 730, 8))
    )
    return (
        at(500, 590, vessels.tray(s, 450, "#c99c5c", 0.62))
        + at(640, 420, plants.banana_leaf(s, 360, 150), 1, 20)
        + fan
        + at(810, 800, garden.chilli(s), 0.74, -20)
        + at(760, 830, garden.chilli(s, dried=True), 0.7, 14)
        + at(190, 830, spices.garlic_bulb(s), 0.48)
    )


@good("p35", "smoke-red", 420)
def chicken(s: Sheet) -> str:
    ginger_tone = s.tone("#d3ad6b")
    ginger = s.solid(
        smooth(
            [
                (-90, 10),
                (-70, -30),
                (-20, -24),
                (0, -58),
                (34, -40),
                (36, -8),
                (84, -14),
                (96, 16),
                (40, 36),
                (10, 30),
                (-30, 44),
            ]
        ),
        ginger_tone,
        "".join(
            f'<path d="M{x} -40q8 30 0 70" stroke="{ginger_tone.dark}" stroke-width="3" fill="none" opacity=".5"/>'
            for x in (-60, -26, 14, 52)
        ),
    )
    herbs = "".join(
        at(x, y, plants.leaf(s, 130, 34, c, 0.08, 4), turn=t)
        for x, y, t, c in (
            (240, 560, -150, "#4f8a3c"),
            (250, 590, 170, "#5d9440"),
            (260, 540, -120, "#6ea048"),
            (770, 690, 20, "#4f8a3c"),
            (770, 680, -16, "#6ea048"),
        )
    )
    return (
        at(500, 640, plants.banana_leaf(s, 880, 360), 1, -4)
        + at(500, 640, vessels.plate(s, 380, "#ece2cc", "#26356f", 0.5))
        + herbs
        + at(470, 560, s.shadow(20, 90, 220, 46, 0.6) + black_chicken(s), 1.5)
        + s.shadow(250, 826, 110, 26, 0.5)
        + at(240, 800, ginger, 1.1)
        + at(400, 840, garden.chilli(s), 0.7, 8)
        + at(720, 826, spices.garlic_bulb(s), 0.5)
        + heap(s, lambda: at(0, 0, spices.mac_khen(s), 0.17), (850, 800, 60, 18), 16, 20)
    )
