"""Bottles and jars: wine, spirit, vinegar, syrup, honey, pickles, sauces, oil."""

from . import fruits, garden, glassware, hive, larder, plants, spices, vessels
from .hive import bee
from .ink import Sheet, arc, at, ellipse, heap, mix, n, smooth, stroke
from .stall import good, standing


def _honey_jar(s: Sheet, colour: str, badge: str, dye: str, cloth: str) -> str:
    return (
        glassware.glass(s, "honey", colour, level=0.95, clear=0.08)
        + glassware.cloth_lid(s, "honey", cloth)
        + glassware.label(s, 138, -252, 160, dye, badge, "comb")
    )


@good("p19", "honey-wood", 540)
def forest_honey(s: Sheet) -> str:
    badge = (
        at(0, 4, plants.leaf(s, 70, 30, "#5d9440"), turn=20)
        + at(0, 4, plants.leaf(s, 70, 30, "#5d9440"), turn=160)
        + at(0, 0, plants.blossom(s, 6, "#f3c9d3", size=44))
    )
    comb = s.shadow(700, 850, 210, 44, 0.6) + at(700, 756, hive.honeycomb(s, 380, 220), 1, -4)
    flowers = "".join(
        at(x, y, plants.blossom(s, 6, c, size=k))
        for x, y, c, k in ((150, 800, "#fbf3e6", 54), (210, 846, "#f3d9e0", 46), (110, 856, "#fbf3e6", 40))
    )
    return (
        at(60, 850, plants.fern_twig(s, "#55803f", 4, 220), 0.9, -14)
        + standing(s, 370, 840, _honey_jar(s, "#b5650f", badge, "indigo", "red"), 1.42, 138)
        + comb
        + at(640, 620, hive.dipper(s), 1.05, 24)
        + flowers
        + at(840, 320, bee(s), 1.15, -12)
    )


@good("p20", "honey", 480)
def longan_honey(s: Sheet) -> str:
    spray = "".join(
        at(
            s.around(0, 70),
            s.rng.uniform(-150, 10),
            plants.blossom(s, 5, "#f6eec6", "#d9a83a", size=s.rng.uniform(13, 20), slim=0.6),
        )
        for _ in range(46)
    )
    badge = at(0, 4, fruits.longan(s), 0.36) + at(40, 12, fruits.longan_open(s), 0.3)
    jar = (
        glassware.glass(s, "tall", "#e0a021", level=0.95, clear=0.1)
        + glassware.lid(s, "tall", "#c9973a", 58)
        + glassware.label(s, 152, -286, 176, "gold", badge, "diamond")
    )
    return (
        at(1010, 470, plants.fern_twig(s, "#4a8040", 5, 260), 1.1, -150)
        + at(820, 410, spray, 1.3, 30)
        + standing(s, 390, 860, jar, 1.4, 152)
        + at(
            740,
            790,
            vessels.bowl(
                s,
                150,
                96,
                "#f4ead2",
                f'<ellipse cy="4" rx="134" ry="44" fill="{s.linear(((0, "#b5760f", 1), (1, "#f3bf48", 1)), 0.5, 1)}"/>'
                + s.gleam(-40, -6, 56, 14, 0.85, -6),
                ring="#9a6b00",
            ),
        )
        + at(770, 740, hive.dipper(s, "#e5a92a"), 0.7, 34)
        + "".join(
            s.shadow(x + 8, y + 40, 52, 16, 0.5) + at(x, y, fruits.longan(s), 0.5)
            for x, y in ((590, 872), (160, 862), (226, 890))
        )
    )


@good("p21", "honey", 500)
def bidens_honey(s: Sheet) -> str:
    def daisy(size: float) -> str:
        return plants.blossom(s, 6, "#fdfaf0", "#e5aa1e", slim=0.86, size=size, notch=0.05)

    stalks = "".join(
        f'<path d="{stroke(arc((x0, y0), (x1, y1), b), 7, 0.5)}" fill="#6f9a4a"/>'
        for x0, y0, x1, y1, b in (
            (800, 860, 700, 400, 0.1),
            (820, 860, 830, 360, -0.05),
            (840, 860, 930, 470, -0.1),
            (790, 860, 620, 560, 0.1),
        )
    )
    greens = "".join(
        at(x, y, plants.leaf(s, 110, 38, "#5d9440", 0.1, 5, True), turn=t)
        for x, y, t in ((780, 700, -150), (830, 640, -30), (800, 780, 170), (850, 720, -10))
    )
    flowers = "".join(
        at(x, y, daisy(k))
        for x, y, k in (
            (700, 400, 78),
            (830, 350, 86),
            (930, 470, 70),
            (622, 556, 64),
            (770, 520, 58),
            (880, 600, 52),
        )
    )
    return (
        stalks
        + greens
        + flowers
        + standing(
            s,
            370,
            850,
            _honey_jar(
                s,
                "#e3ac35",
                at(0, 4, plants.leaf(s, 78, 30, "#4f8a3c", 0.1, 5, True), turn=24)
                + at(0, 4, plants.leaf(s, 78, 30, "#4f8a3c", 0.1, 5, True), turn=156)
                + at(0, -4, daisy(46)),
                "leaf",
                "indigo",
            ),
            1.46,
            138,
        )
        + at(560, 870, daisy(50))
        + at(180, 880, daisy(42))
        + at(640, 230, bee(s), 1.1, 10)
    )


@good("p39", "spice", 500)
def wet_sauce(s: Sheet) -> str:
    bits = "".join(
        f'<circle cx="{n(s.around(0, 140))}" cy="{n(s.around(4, 40))}" r="{n(s.rng.uniform(2, 7))}" fill="{s.rng.choice(("#c9302a", "#e9d9a0", "#3d6b2f", "#8fae4a", "#2b1f1a"))}" opacity=".9"/>'
        for _ in range(150)
    )
    sauce = (
        s.solid(ellipse(0, 2, 172, 58), s.tone("#5f6b2a"), bits + s.gleam(-50, -14, 70, 16, 0.6, -6))
        + at(20, -6, plants.leaf(s, 80, 32, "#5d9440", 0.1, 4), turn=-20)
        + at(-70, -4, garden.chilli(s), 0.42, 24)
    )
    inside = "".join(
        f'<circle cx="{n(s.around(0, 140))}" cy="{n(s.rng.uniform(-190, 0))}" r="{n(s.rng.uniform(2, 6))}" fill="{s.rng.choice(("#c9302a", "#e9d9a0", "#2f5a2a", "#9fb84a"))}" opacity=".85"/>'
        for _ in range(240)
    )
    jar = (
        glassware.glass(s, "low", "#66702c", level=0.88, inside="", clear=0.0)
        + s.within(ellipse(0, -110, 138, 96), inside)
        + glassware.lid(s, "low", "#2b2430", 50)
        + glassware.label(s, 150, -150, 100, "red", at(0, 2, garden.chilli(s), 0.3, -16), "comb")
    )
    return (
        standing(s, 320, 760, jar, 1.5, 150)
        + at(640, 730, vessels.bowl(s, 200, 124, "#3a2f38", sauce, ring="#dfa53f"))
        + "".join(
            s.shadow(x, y + 14, 90, 16, 0.5) + at(x, y, garden.chilli(s), 0.86, t)
            for x, y, t in ((230, 868, 14), (430, 892, -22))
        )
        + s.shadow(850, 880, 76, 20, 0.5)
        + at(850, 836, spices.garlic_bulb(s), 0.56)
    )


@good("p49", "jar", 500)
def pickled_shoots(s: Sheet) -> str:
    def spear() -> str:
        tone = s.tone(mix("#efe3a8", "#dccb7a", s.rng.random()), 0.35, 0.36)
        d = stroke([(0, 90), (-4, 20), (2, -50), (0, -110)], 42, 0.36)
        rings = "".join(
            f'<path d="M-20 {y}q20 10 40 0" stroke="{tone.dark}" stroke-width="3" fill="none" opacity=".5"/>'
            for y in range(-80, 90, 26)
        )
        return s.solid(d, tone, rings + s.gleam(-8, -20, 6, 60, 0.5, 0), paint=s.tube(tone))

    shoots = "".join(
        at(x, y, spear(), 0.98, s.around(0, 14))
        for y in (-310, -200, -90)
        for x in (-118, -74, -30, 14, 58, 104)
    )
    chillies = "".join(
        at(s.around(0, 116), s.rng.uniform(-360, -30), garden.chilli(s), 0.42, s.rng.uniform(50, 130))
        for _ in range(9)
    )
    jar = (
        glassware.glass(s, "tall", "#d9cf8a", level=0.92, inside=shoots + chillies, clear=0.62)
        + glassware.lid(s, "tall", "#2f6b3a", 56)
        + glassware.label(s, 152, -168, 116, "leaf", at(0, 40, larder.bamboo_shoot(s, 80)), "comb")
    )
    dish = "".join(
        at(x, y, spear(), 0.6, t) for x, y, t in ((-70, -6, 70), (10, -26, 96), (60, 2, 60), (-10, 16, 100))
    ) + at(30, 10, garden.chilli(s), 0.4, 30)
    return (
        s.shadow(830, 640, 190, 40, 0.6)
        + at(860, 640, larder.bamboo_shoot(s, 330, "#7f6a3a"), 1.1, 12)
        + at(760, 660, larder.bamboo_shoot(s, 260, "#8a7440"), 1.05, -10)
        + standing(s, 370, 850, jar, 1.4, 152)
        + at(730, 800, vessels.plate(s, 200, "#f4efe0", "#2f6b3a") + dish)
        + s.shadow(560, 906, 80, 14, 0.5)
        + at(560, 894, garden.chilli(s), 0.76, 12)
    )


@good("p53", "jar", 480)
def pickled_aubergine(s: Sheet) -> str:
    inside = "".join(
        heap(s, lambda: at(0, 0, garden.aubergine(s), 0.42), (0, y, 112, 20), 0, 6, turn=30, gap=60)
        for y in (-300, -238, -178, -118, -56)
    ) + "".join(
        at(s.around(0, 100), s.rng.uniform(-290, -30), garden.chilli(s), 0.34, s.rng.uniform(0, 180))
        for _ in range(6)
    )
    jar = glassware.glass(s, "jar", "#e2dfb5", level=0.94, inside=inside, clear=0.6) + glassware.lid(
        s, "jar", "#a8232b", 56
    )
    bowl_fill = heap(
        s, lambda: at(0, 0, garden.aubergine(s), 0.46), (0, 0, 140, 34), 84, 17, turn=40, gap=56
    ) + at(40, -70, garden.chilli(s), 0.4, 30)
    return (
        standing(s, 360, 840, jar, 1.55, 152)
        + at(740, 740, vessels.bowl(s, 190, 130, "#e9e2cf", bowl_fill, ring="#26356f"))
        + s.shadow(600, 892, 60, 18, 0.5)
        + at(600, 862, garden.aubergine(s), 0.5)
        + s.shadow(870, 902, 80, 14, 0.5)
        + at(870, 890, garden.chilli(s), 0.7, -14)
    )


@good("p54", "spice-pale", 500)
def oil(s: Sheet) -> str:
    badge = at(0, 2, spices.mac_khen(s), 0.26)
    cap_tone = s.tone("#2b2430", 0.4, 0.5)
    rubber = s.solid(
        smooth([(-24, -352), (-30, -400), (-22, -446), (0, -458), (22, -446), (30, -400), (24, -352)]),
        cap_tone,
        s.gleam(-8, -410, 8, 34, 0.6, 0),
        paint=s.tube(cap_tone),
    )
    vial = (
        glassware.glass(s, "vial", "#8a4a12", level=0.74, tint="#b5702a")
        + rubber
        + glassware.lid(s, "vial", "#9a6b00", 62, 1.3)
        + glassware.label(s, 112, -180, 124, "red", badge, "comb")
    )
    husks = "".join(
        at(x, y, spices.mac_khen(s), k)
        for x, y, k in (
            (640, 560, 0.3),
            (690, 520, 0.32),
            (740, 540, 0.28),
            (700, 590, 0.34),
            (760, 600, 0.3),
            (660, 620, 0.3),
            (800, 560, 0.3),
            (736, 650, 0.3),
            (620, 500, 0.26),
            (770, 490, 0.28),
        )
    )
    stalks = "".join(
        f'<path d="{stroke(arc((840, 760), (x, y), 0.08), 7, 0.4)}" fill="#7a5a3a"/>'
        for x, y in (
            (640, 560),
            (690, 520),
            (740, 540),
            (760, 600),
            (620, 500),
            (770, 490),
            (800, 560),
            (660, 620),
        )
    )
    return (
        at(880, 800, plants.fern_twig(s, "#55803f", 5, 260), 1.2, -128)
        + stalks
        + husks
        + standing(s, 380, 850, vial, 1.72, 112)
        + heap(s, lambda: at(0, 0, spices.mac_khen(s), 0.28), (730, 860, 130, 30), 40, 26)
    )
