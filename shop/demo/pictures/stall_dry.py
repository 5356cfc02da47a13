"""Dried, smoked and spiced goods."""

from . import fruits, garden, glassware, larder, packs, plants, vessels
from .ink import Sheet, arc, at, heap, smooth
from .stall import good


def _window(s: Sheet, item: str, count: int = 60, size: float = 0.36) -> str:
    layers = ((-92, 30), (-40, 34), (14, 38), (70, 40))
    return "".join(
        heap(s, lambda: at(0, 0, _piece(s, item), size), (0, y, 150, ry), 0, count // 3) for y, ry in layers
    )


def _piece(s: Sheet, item: str) -> str:
    if item == "hawthorn":
        return larder.fruit_slice(s)
    if item == "taro":
        return larder.crisp(s)
    if item == "plum":
        return larder.dried_fruit(s, "#6b2338")
    if item == "mango":
        return larder.dried_strip(s, "#efa52c", 220, 84)
    return larder.dried_strip(s, "#c9853a", 220, 60)


def _snack(s: Sheet, item: str, colour: str, dye: str, motif: str, count: int, size: float) -> str:
    return packs.pouch(s, 420, 620, colour, dye, window=_window(s, item, count, size), motif=motif)


@good("p04", "dried", 500)
def taro_crisps(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, larder.crisp(s), 0.62), (0, -4, 180, 54), 130, 30, turn=50)
    return (
        at(320, 800, _snack(s, "taro", "#8d6aa0", "indigo", "diamond", 46, 0.5))
        + at(700, 690, vessels.bowl(s, 230, 170, "#f3ead8", pile, ring="#26356f"))
        + s.shadow(440, 890, 80, 18, 0.5)
        + at(440, 868, larder.crisp(s), 0.72, -12)
        + s.shadow(176, 880, 100, 30, 0.5)
        + at(170, 840, garden.taro(s, "#f3ece8"), 0.66, -20)
    )


@good("p12", "dried-mat", 500)
def hawthorn_slices(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, larder.fruit_slice(s), 0.5), (0, -10, 210, 66), 110, 48, turn=60)
    return (
        at(310, 760, _snack(s, "hawthorn", "#e3c08a", "red", "star", 40, 0.46))
        + at(660, 780, vessels.tray(s, 290) + pile)
        + s.shadow(300, 884, 70, 20, 0.55)
        + at(290, 846, fruits.hawthorn(s, 0.7), 0.66)
        + at(330, 800, plants.leaf(s, 120, 46, "#5d9440", 0.1, 6, True), turn=-24)
    )


@good("p23", "dried", 500)
def dried_plums(s: Sheet) -> str:
    pile = heap(
        s,
        lambda: at(0, 0, larder.dried_fruit(s, s.rng.choice(("#6b2338", "#7c2a35", "#56202f"))), 0.56),
        (0, -4, 180, 50),
        96,
        30,
        turn=60,
        gap=54,
    )
    return (
        at(320, 800, _snack(s, "plum", "#7a2f52", "black", "comb", 50, 0.42))
        + at(700, 740, vessels.plate(s, 270, "#f1e6d2", "#a8232b") + pile)
        + s.shadow(450, 890, 84, 24, 0.55)
        + at(450, 838, fruits.plum(s, 0.5), 0.74)
        + s.shadow(860, 900, 84, 20, 0.55)
        + at(856, 862, fruits.plum_half(s), 0.62)
    )


@good("p25", "dried-mat", 500)
def dried_mangoes(s: Sheet) -> str:
    fan = "".join(
        at(0, 30, at(120, 0, larder.dried_strip(s, "#f2a62a", 250, 92)), turn=t) for t in range(-168, -8, 20)
    )
    fan += "".join(
        at(0, 40, at(84, 0, larder.dried_strip(s, "#eb9a22", 190, 84)), turn=t) for t in range(-158, -18, 28)
    )
    return (
        at(300, 770, _snack(s, "mango", "#e5b344", "red", "step", 34, 0.5))
        + at(
            676,
            790,
            vessels.plate(s, 290, "#6f8f5a", "#f1e6c8") + at(0, 0, f'<g transform="scale(1 .66)">{fan}</g>'),
        )
        + s.shadow(300, 896, 100, 26, 0.55)
        + at(290, 842, fruits.mango(s, 0.8), 0.84)
        + at(560, 880, fruits.mango_cheek(s), 0.74, -6)
    )


@good("p26", "dried", 500)
def dried_bananas(s: Sheet) -> str:
    pile = heap(
        s,
        lambda: at(
            0, 0, larder.dried_strip(s, s.rng.choice(("#c98a3e", "#b9742c", "#d39a4c")), 220, 62), 0.84
        ),
        (0, -6, 150, 46),
        84,
        20,
        turn=36,
    )
    bunch = "".join(
        at(x, y, fruits.banana(s), 1.12, t)
        for x, y, t in ((0, 40, -16), (26, 6, -4), (50, -32, 8), (66, -66, 20))
    )
    return (
        s.shadow(740, 660, 190, 40, 0.5)
        + at(690, 560, bunch, 1.3, 4)
        + at(310, 800, _snack(s, "banana", "#dfc066", "leaf", "hook", 40, 0.5))
        + at(690, 790, vessels.plate(s, 270, "#f1e6d2", "#9a6b00") + pile)
    )


@good("p28", "dried-mat", 500)
def longan_flesh(s: Sheet) -> str:
    def bit() -> str:
        return at(0, 0, larder.dried_fruit(s, s.rng.choice(("#b5671f", "#c9822e", "#9a5218")), 0.72), 0.36)

    inside = "".join(
        heap(s, bit, (0, y, 124, 34), 0, 13, turn=70)
        for y in (-310, -268, -226, -184, -142, -100, -60, -26, -4)
    )
    jar = (
        glassware.glass(s, "jar", "#d9a050", level=0.0, inside=inside, clear=0.2)
        + glassware.lid(s, "jar", "#c9973a", 54)
        + glassware.label(
            s,
            152,
            -190,
            126,
            "gold",
            at(-22, 2, fruits.longan(s), 0.3) + at(34, 8, fruits.longan_open(s), 0.28),
            "diamond",
        )
    )
    pile = heap(
        s,
        lambda: at(0, 0, larder.dried_fruit(s, s.rng.choice(("#b5671f", "#c9822e", "#a85c1c")), 0.72), 0.46),
        (0, -4, 150, 42),
        84,
        34,
        turn=70,
    )
    return (
        s.shadow(350, 836, 220, 46, 0.65)
        + at(330, 836, jar, 1.5)
        + at(720, 760, vessels.bowl(s, 200, 120, "#efe4cc", pile, ring="#9a6b00"))
        + "".join(
            s.shadow(x + 8, y + 40, 54, 16, 0.5) + at(x, y, fruits.longan(s), 0.5)
            for x, y in ((570, 880), (650, 900))
        )
        + at(870, 896, fruits.longan_open(s), 0.5)
    )


@good("p47", "rice-cloth", 460)
def vermicelli(s: Sheet) -> str:
    hanks = "".join(
        at(x, y, larder.vermicelli(s, 560, 150, c), k, t)
        for x, y, k, t, c in (
            (470, 390, 1.22, -6, "#a8232b"),
            (560, 500, 1.26, 5, "#26356f"),
            (430, 620, 1.32, -3, "#a8232b"),
        )
    )
    root_tone = s.tone("#b9856b")
    root = s.solid(
        smooth(
            [
                (-110, 10),
                (-80, -34),
                (-20, -30),
                (10, -58),
                (60, -46),
                (64, -10),
                (110, 0),
                (96, 34),
                (20, 40),
                (-60, 46),
            ]
        ),
        root_tone,
        "".join(
            f'<path d="M{x} -50q10 44 -2 94" stroke="{root_tone.line}" stroke-width="4" fill="none" opacity=".5"/>'
            for x in (-84, -50, -14, 26, 60, 88)
        ),
    )
    tangle = "".join(
        f'<path d="{smooth(arc((s.around(0, 150), s.around(0, 34)), (s.around(0, 150), s.around(0, 34)), s.around(0, 0.5)), False)}" fill="none" stroke="{s.rng.choice(("#efe3c6", "#d3bf98", "#b59f78", "#f6efdc"))}" stroke-width="5"/>'
        for _ in range(60)
    )
    return (
        hanks
        + s.shadow(230, 846, 130, 30, 0.55)
        + at(220, 816, root, 1.15)
        + at(730, 800, vessels.bowl(s, 200, 100, "#f4efe0", at(0, -20, tangle), ring="#26356f"))
    )


@good("p48", "dried-mat", 430)
def dried_bamboo(s: Sheet) -> str:
    pile = heap(s, lambda: larder.bamboo_shred(s, 270), (0, -10, 240, 90), 150, 110, turn=70)
    tie = '<path d="M-40 -140Q30 -20 20 96" stroke="#a8232b" stroke-width="17" fill="none"/><path d="M-40 -140Q30 -20 20 96" stroke="#eab54e" stroke-width="4" fill="none" stroke-dasharray="9 8"/>'
    return (
        s.shadow(770, 500, 200, 40, 0.6)
        + at(800, 500, larder.bamboo_shoot(s, 360), 1.05, 10)
        + at(690, 470, larder.bamboo_shoot(s, 300, "#7f6a3a"), 1.05, -8)
        + at(470, 650, vessels.tray(s, 420) + pile + at(-20, -10, tie, 1.1))
    )


@good("p50", "rice-cloth", 460)
def shiitake(s: Sheet) -> str:
    def cap() -> str:
        return larder.shiitake(s, s.rng.random() < 0.2)

    pile = heap(s, lambda: at(0, 0, cap(), 0.72), (480, 560, 300, 84), 190, 38, turn=26, gap=92)
    return (
        at(480, 600, vessels.basket(s, 370, 200, at(-480, -600, pile), "#b58a52", 0.82))
        + "".join(
            s.shadow(x + 8, y + k * 50, 104 * k, 26 * k, 0.55) + at(x, y, larder.shiitake(s, u), k, t)
            for x, y, k, t, u in (
                (190, 826, 0.82, -8, False),
                (840, 820, 0.9, 10, True),
                (690, 866, 0.7, 4, False),
            )
        )
        + at(1010, 730, plants.fern_twig(s, "#55803f", 4, 200), 0.8, -150)
    )
