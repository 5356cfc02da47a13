"""Tea, infusions, coffee and the day among the tea trees."""

import math

from . import fruits, glassware, land, larder, packs, plants, spices, vessels
from .cloth import gui
from .ink import SHADOW, Sheet, at, ellipse, heap, mix, n, smooth
from .motifs import band
from .stall import good
from .teaware import dry_leaves, glass_cup, tea_bag, teapot, window_heap


@good("p05", "tea-pale", 470)
def green_tea(s: Sheet) -> str:
    heap_ = dry_leaves(s, (0, 4, 190, 56), 120, 420, "#56713c", "#c9d29a")
    return (
        at(850, 690, plants.tea_sprig(s), 1.7, 16)
        + at(
            340,
            800,
            packs.pouch(
                s, 410, 610, "#5d7f4a", "leaf", window=window_heap(s, "leaf", "#56713c"), motif="fern"
            ),
        )
        + at(700, 720, vessels.bowl(s, 215, 150, "#f1ece0", heap_, ring="#2f6b3a"))
        + at(170, 880, plants.tea_sprig(s, "#86b552"), 1.1, 74)
    )


@good("p06", "tea", 470)
def white_tea(s: Sheet) -> str:
    buds = heap(s, lambda: larder.silver_bud(s), (0, 0, 220, 66), 120, 210, size=(0.95, 1.4))
    base = s.solid(
        smooth([(-220, 6), (-120, -70), (0, -112), (120, -70), (220, 6), (0, 66)]), s.tone("#8f977a"), line=0
    )
    tin = at(
        330,
        770,
        packs.carton(
            s,
            330,
            480,
            150,
            "#efe8d6",
            "leaf",
            badge=at(0, 60, plants.tea_sprig(s, "#a3b98a"), 1.25),
            motif="step",
        ),
    )
    return (
        at(800, 640, plants.tea_sprig(s, "#a9c47a"), 1.9, 12)
        + tin
        + at(660, 730, vessels.plate(s, 300, "#3a2f2a", "#8a6a4a") + base + buds)
        + at(470, 896, plants.tea_sprig(s, "#a9c47a"), 1.1, 78)
    )


@good("p07", "tea-pale", 480)
def black_tea(s: Sheet) -> str:
    return (
        at(
            310,
            800,
            packs.pouch(
                s, 380, 590, "#8a3328", "red", window=window_heap(s, "leaf", "#4a2a1e"), motif="step"
            ),
        )
        + at(690, 500, glass_cup(s, "#b8431a"), 1.28)
        + vessels.steam(690, 480, 130)
        + dry_leaves(s, (500, 856, 170, 34), 56, 200, "#46281d", "#c98f3f")
        + at(860, 850, plants.tea_sprig(s), 0.9, 60)
    )


@good("p08", "tea", 430)
def tea_cake(s: Sheet) -> str:
    def disc(lum: str) -> str:
        side = s.solid(ellipse(0, 56, 300, 150), s.tone(mix(lum, SHADOW, 0.3)))
        top = ellipse(0, 0, 300, 150)
        flakes = "".join(
            at(
                x,
                y,
                larder.tea_curl(s, s.rng.choice((lum, "#6b4a30", "#7a6a44", "#4a3222")), 84, 17),
                turn=s.rng.uniform(0, 360),
            )
            for x, y in ((s.around(0, 280), s.around(0, 140)) for _ in range(420))
        )
        well = s.radial(
            ((0, SHADOW, 0.5), (0.2, SHADOW, 0.24), (0.4, SHADOW, 0), (1, SHADOW, 0.3)), 0.5, 0.52, 0.5
        )
        return (
            s.shadow(16, 130, 330, 100, 0.7)
            + side
            + s.solid(
                top,
                s.tone(lum),
                flakes + f'<path d="{top}" fill="{well}"/>' + s.gleam(-120, -60, 120, 40, 0.3, -10),
            )
        )

    paper = s.tone("#f3e8d0", 0.2, 0.4)
    wrap = smooth(
        [
            (-300, 20),
            (-286, -60),
            (-150, -136),
            (0, -152),
            (150, -136),
            (286, -60),
            (300, 20),
            (290, 76),
            (150, 158),
            (0, 190),
            (-150, 158),
            (-290, 76),
        ]
    )
    pleats = "".join(
        f'<path d="M0 0L{n(300 * math.cos(math.radians(a)))} {n(14 + 166 * math.sin(math.radians(a)))}" stroke="#b5a382" stroke-width="3" opacity=".5"/>'
        for a in range(0, 360, 11)
    )
    seal_d = ellipse(0, 4, 128, 66)
    seal = (
        s.within(seal_d, band(s, -130, -66, 260, "diamond", "red", 7.4))
        + f'<path d="{seal_d}" fill="none" stroke="#a8232b" stroke-width="8"/>'
    )
    wrapped = (
        s.shadow(12, 130, 330, 100, 0.6)
        + s.solid(wrap, paper, pleats + s.gleam(-120, -70, 140, 40, 0.5, -10), paint=s.fall(paper))
        + seal
    )
    chunk = s.solid(
        smooth([(-70, 0), (-40, -46), (30, -52), (74, -14), (60, 34), (-20, 46)], True, 0.6),
        s.tone("#5a3d28"),
        "".join(
            at(
                s.around(0, 66),
                s.around(0, 42),
                larder.tea_curl(s, "#6b4a30", 60, 13),
                turn=s.rng.uniform(0, 360),
            )
            for _ in range(40)
        ),
    )
    return (
        at(560, 380, wrapped, 1.12, 2)
        + at(430, 610, disc("#5d4029"), 1.2, -3)
        + s.shadow(838, 850, 90, 26, 0.6)
        + at(830, 816, chunk, 1.2)
        + at(620, 880, larder.tea_curl(s, "#5a3d28", 70, 13), turn=30)
    )


@good("p09", "tea-pale", 500)
def tea_bags(s: Sheet) -> str:
    return (
        at(
            360,
            800,
            packs.carton(
                s,
                440,
                430,
                190,
                "#7b9a5a",
                "leaf",
                badge=at(0, 60, plants.tea_sprig(s, "#cfdc9a"), 1.3),
                motif="fern",
            ),
        )
        + at(760, 640, vessels.cup(s, 150, "#b9a03c", "#f6f0e2", "#2f6b3a"))
        + vessels.steam(750, 620, 110)
        + at(540, 830, tea_bag(s, "#7a7a3c", "leaf"), 0.98, -10)
    )


@good("p10", "tea", 470)
def hill_tea(s: Sheet) -> str:
    return (
        at(
            320,
            780,
            packs.pouch(
                s, 390, 600, "#c9a56b", "indigo", window=window_heap(s, "leaf", "#5f6b3c"), motif="hook"
            ),
        )
        + at(672, 760, teapot(s, "#8f4a34"), 1.35)
        + at(560, 830, vessels.cup(s, 78, "#b7a53c", "#f1ece0", "#26356f"))
        + at(800, 850, vessels.cup(s, 80, "#b7a53c", "#f1ece0", "#26356f"))
        + vessels.steam(560, 810, 80)
    )


@good("p13", "dried", 500)
def hawthorn_infusion(s: Sheet) -> str:
    slices = at(-30, 120, larder.fruit_slice(s), 0.42, 20) + at(40, 170, larder.fruit_slice(s), 0.4, -30)
    return (
        at(
            330,
            780,
            packs.carton(
                s,
                390,
                460,
                170,
                "#e9c58a",
                "red",
                badge=at(0, 0, fruits.hawthorn(s, 0.6), 0.95)
                + at(70, -60, plants.leaf(s, 110, 44, "#5d9440", 0.1, 5, True), turn=-40),
                motif="star",
            ),
        )
        + at(720, 520, glass_cup(s, "#d98a2a", slices), 1.22)
        + vessels.steam(720, 500, 120)
        + at(470, 846, tea_bag(s, "#b5662e", "red"), 0.8, -12)
        + s.shadow(870, 884, 80, 20, 0.5)
        + at(864, 862, larder.fruit_slice(s), 0.66)
    )


@good("p51", "orchard", 480)
def coffee(s: Sheet) -> str:
    beans = heap(s, lambda: at(0, 0, spices.coffee_bean(s), 0.34), (560, 848, 300, 54), 84, 210)
    seen = "".join(
        heap(s, lambda: at(0, 0, spices.coffee_bean(s), 0.3), (0, y, 150, 30), 0, 44)
        for y in (-100, -56, -12, 32, 76)
    )
    cherries = "".join(
        at(x, y, spices.coffee_cherry(s, c), 0.36)
        for x, y, c in (
            (826, 330, "#b8262e"),
            (870, 350, "#c9442a"),
            (846, 384, "#a81f2b"),
            (770, 300, "#c9302a"),
            (796, 352, "#8f9a3c"),
            (736, 330, "#b8262e"),
        )
    )
    return (
        at(1010, 330, plants.fern_twig(s, "#3f7440", 4, 260), 1.2, 184)
        + cherries
        + at(330, 790, packs.pouch(s, 420, 640, "#5a3a2a", "red", window=seen, motif="diamond"))
        + at(720, 660, vessels.cup(s, 150, "#2e1810", "#f4ede0", "#a8232b"))
        + vessels.steam(720, 640, 120)
        + s.shadow(560, 880, 330, 44, 0.55)
        + beans
    )


@good("p52", "tea-pale", 480)
def papaya_flowers(s: Sheet) -> str:
    dried = heap(
        s, lambda: at(0, 0, plants.papaya_flower(s, True), 0.72), (0, -40, 128, 36), 0, 16
    ) + "".join(
        heap(s, lambda: at(0, 0, plants.papaya_flower(s, True), 0.72), (0, y, 126, 34), 0, 15)
        for y in (-300, -240, -180, -110, -60)
    )
    jar = at(
        350,
        820,
        s.shadow(20, 0, 190, 42, 0.6)
        + glassware.glass(s, "jar", "#efe3c0", level=0.0, inside=dried, clear=0.2)
        + glassware.cloth_lid(s, "jar", "leaf"),
        1.5,
    )
    fresh = "".join(
        at(x, y, plants.papaya_flower(s), 1.25, t)
        for x, y, t in ((790, 330, -20), (850, 300, 24), (900, 360, 60), (740, 290, -50), (820, 240, 4))
    )
    return (
        plants.branch([(980, 520), (880, 420), (800, 360), (700, 300)], 14, "#7f9a5a")
        + fresh
        + jar
        + at(740, 670, vessels.cup(s, 150, "#d9b64a", "#f6f0e2", "#9a6b00"))
        + at(744, 682, plants.papaya_flower(s), 0.7, 80)
        + at(640, 880, plants.papaya_flower(s, True), 1, 80)
        + at(860, 890, plants.papaya_flower(s, True), 0.9, -60)
    )


@good("p60", "")
def tea_day(s: Sheet) -> str:
    sprigs = heap(
        s,
        lambda: plants.tea_sprig(s, s.rng.choice(("#7fb04a", "#6da044", "#93bd58"))),
        (0, 16, 170, 46),
        90,
        46,
        size=(0.62, 0.85),
        turn=60,
    )
    basket = gui(s, sprigs, 400, 220)
    hill = s.tone("#4f7a3c")
    knoll = smooth([(-60, 700), (200, 640), (520, 690), (800, 640), (1060, 690), (1060, 1060), (-60, 1060)])
    bushes = "".join(
        land.tea_bush(s, x, y, k)
        for x, y, k in (
            (110, 700, 1.0),
            (300, 680, 0.8),
            (760, 690, 0.95),
            (930, 720, 1.15),
            (60, 860, 1.4),
            (900, 900, 1.5),
            (250, 930, 1.2),
            (680, 950, 1.2),
        )
    )
    return (
        land.sky(s, 1000, 1000, "dawn")
        + land.cloud_sea(s, 1000, 420, 700)
        + s.solid(knoll, hill, paint=s.fall(hill), line=0)
        + bushes
        + at(500, 440, basket, 1.06)
        + at(180, 880, plants.tea_sprig(s), 1.3, -30)
        + at(860, 860, plants.tea_sprig(s, "#93bd58"), 1.4, 22)
    )
