"""Dried, smoked and spiced goods."""

from . import fruits, larder, plants, vessels
from .cloth import black_chicken
from .ink import Sheet, arc, at, ellipse, heap, n, smooth, stroke
from .stall import good


def _window(s: Sheet, item: str, count: int = 60, size: float = 0.36) -> str:
    return heap(s, lambda: at(0, 0, _piece(s, item), size), (0, 80, 170, 70), 170, count)


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
    return vessels.pouch(s, 420, 620, colour, dye, window=_window(s, item, count, size), motif=motif)


@good("p04", "dried", 500)
def taro_crisps(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, larder.crisp(s), 0.62), (0, -4, 180, 54), 130, 30, turn=50)
    return (
        at(320, 800, _snack(s, "taro", "#8d6aa0", "indigo", "diamond", 46, 0.5))
        + at(700, 690, vessels.bowl(s, 230, 170, "#f3ead8", pile, ring="#26356f"))
        + s.shadow(440, 890, 80, 18, 0.5) + at(440, 868, larder.crisp(s), 0.72, -12)
        + s.shadow(176, 880, 100, 30, 0.5) + at(170, 840, fruits.taro(s, "#f3ece8"), 0.66, -20)
    )


@good("p12", "dried-mat", 500)
def hawthorn_slices(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, larder.fruit_slice(s), 0.5), (0, -10, 210, 66), 110, 48, turn=60)
    return (
        at(310, 760, _snack(s, "hawthorn", "#e3c08a", "red", "star", 40, 0.46))
        + at(660, 780, vessels.tray(s, 290) + pile)
        + s.shadow(300, 884, 70, 20, 0.55) + at(290, 846, fruits.hawthorn(s, 0.7), 0.66)
        + at(330, 800, plants.leaf(s, 120, 46, "#5d9440", 0.1, 6, True), turn=-24)
    )


@good("p23", "dried", 500)
def dried_plums(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, larder.dried_fruit(s, s.rng.choice(("#6b2338", "#7c2a35", "#56202f"))), 0.56), (0, -4, 180, 50), 96, 30, turn=60, gap=54)
    return (
        at(320, 800, _snack(s, "plum", "#7a2f52", "black", "comb", 50, 0.42))
        + at(700, 740, vessels.plate(s, 270, "#f1e6d2", "#a8232b") + pile)
        + s.shadow(450, 890, 84, 24, 0.55) + at(450, 838, fruits.plum(s, 0.5), 0.74)
        + s.shadow(860, 900, 84, 20, 0.55) + at(856, 862, fruits.plum_half(s), 0.62)
    )


@good("p25", "dried-mat", 500)
def dried_mangoes(s: Sheet) -> str:
    fan = "".join(at(0, 30, at(120, 0, larder.dried_strip(s, "#f2a62a", 250, 92)), turn=t) for t in range(-168, -8, 20))
    fan += "".join(at(0, 40, at(84, 0, larder.dried_strip(s, "#eb9a22", 190, 84)), turn=t) for t in range(-158, -18, 28))
    return (
        at(300, 770, _snack(s, "mango", "#e5b344", "red", "step", 34, 0.5))
        + at(676, 790, vessels.plate(s, 290, "#6f8f5a", "#f1e6c8") + at(0, 0, f'<g transform="scale(1 .66)">{fan}</g>'))
        + s.shadow(300, 896, 100, 26, 0.55) + at(290, 842, fruits.mango(s, 0.8), 0.84)
        + at(560, 880, fruits.mango_cheek(s), 0.74, -6)
    )


@good("p26", "dried", 500)
def dried_bananas(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, larder.dried_strip(s, s.rng.choice(("#c98a3e", "#b9742c", "#d39a4c")), 220, 62), 0.84), (0, -6, 150, 46), 84, 20, turn=36)
    bunch = "".join(at(x, y, fruits.banana(s), 1.12, t) for x, y, t in ((0, 40, -16), (26, 6, -4), (50, -32, 8), (66, -66, 20)))
    return (
        at(720, 480, bunch, 1.25, 8)
        + at(310, 800, _snack(s, "banana", "#dfc066", "leaf", "hook", 40, 0.5))
        + at(690, 790, vessels.plate(s, 270, "#f1e6d2", "#9a6b00") + pile)
    )


@good("p28", "dried-mat", 500)
def longan_flesh(s: Sheet) -> str:
    def bit() -> str:
        return at(0, 0, larder.dried_fruit(s, s.rng.choice(("#b5671f", "#c9822e", "#9a5218")), 0.72), 0.36)

    inside = "".join(heap(s, bit, (0, y, 124, 34), 0, 13, turn=70) for y in (-310, -268, -226, -184, -142, -100, -60, -26))
    jar = vessels.glass(s, "jar", "#d9a050", level=0.0, inside=inside, clear=0.2) + vessels.lid(s, "jar", "#c9973a", 54) + vessels.label(s, 152, -190, 126, "gold", at(-22, 2, fruits.longan(s), 0.3) + at(34, 8, fruits.longan_open(s), 0.28), "diamond")
    pile = heap(s, lambda: at(0, 0, larder.dried_fruit(s, s.rng.choice(("#b5671f", "#c9822e", "#a85c1c")), 0.72), 0.46), (0, -4, 150, 42), 84, 34, turn=70)
    return (
        s.shadow(350, 836, 220, 46, 0.65) + at(330, 836, jar, 1.5)
        + at(720, 760, vessels.bowl(s, 200, 120, "#efe4cc", pile, ring="#9a6b00"))
        + "".join(s.shadow(x + 8, y + 40, 54, 16, 0.5) + at(x, y, fruits.longan(s), 0.5) for x, y in ((570, 880), (650, 900)))
        + at(870, 896, fruits.longan_open(s), 0.5)
    )


def _board(s: Sheet, x: float, y: float, w: float, h: float) -> str:
    tone = s.tone("#a8743f", 0.4, 0.55)
    top = smooth([(-w / 2, -h / 2 + 14), (-w * 0.42, -h / 2), (w * 0.42, -h / 2), (w / 2, -h / 2 + 14), (w * 0.54, h / 2 - 10), (w * 0.5, h / 2), (-w * 0.5, h / 2), (-w * 0.54, h / 2 - 10)], True, 0.4)
    grain = "".join(f'<path d="{smooth([(-w * 0.6, g), (-w * 0.2, g + s.around(0, 6)), (w * 0.2, g + s.around(0, 6)), (w * 0.6, g)], False)}" fill="none" stroke="{tone.line}" stroke-width="{n(s.rng.uniform(1.5, 3.5))}" opacity=".34"/>' for g in range(int(-h / 2), int(h / 2), 15))
    return at(x, y, s.shadow(10, h * 0.34, w * 0.62, h * 0.44, 0.7) + at(0, 22, s.solid(top, s.tone("#6b4526"), line=2)) + s.solid(top, tone, grain + s.gleam(-w * 0.2, -h * 0.2, w * 0.3, h * 0.2, 0.3, 0), paint=s.fall(tone)))


@good("p31", "smoke", 400)
def buffalo(s: Sheet) -> str:
    strips = "".join(at(x, y, larder.jerky(s, 400, 92, torn), 1.12, t) for x, y, t, torn in ((420, 440, -16, False), (590, 500, 8, False), (380, 560, -6, True), (610, 620, -20, False), (440, 690, 6, True)))
    return (
        at(500, 600, plants.banana_leaf(s, 900, 480), 1, -10) + strips
        + at(770, 730, vessels.bowl(s, 120, 80, "#e9dcc4", heap(s, lambda: at(0, 0, larder.mac_khen(s), 0.17), (0, 0, 96, 26), 44, 60)))
        + "".join(at(x, y, fruits.chilli(s), 0.72, t) for x, y, t in ((250, 820, -18), (380, 840, 14)))
        + at(570, 830, larder.garlic_bulb(s), 0.46) 
    )


@good("p32", "smoke-red", 420)
def pork(s: Sheet) -> str:
    return (
        _board(s, 500, 620, 780, 430)
        + at(420, 490, larder.smoked_pork(s, 480, 180), 1.1, -8) + at(600, 620, larder.smoked_pork(s, 470, 170), 1.1, 5)
        + at(330, 720, larder.smoked_pork(s, 330, 150), 1.0, -4)
        + at(640, 780, fruits.chilli(s), 0.8, -16) + at(780, 770, larder.garlic_bulb(s), 0.52)
        + at(880, 500, plants.fern_twig(s, "#55803f", 4, 200), 0.9, -130)
        + heap(s, lambda: at(0, 0, larder.mac_khen(s), 0.16), (500, 806, 90, 18), 18, 26)
    )


@good("p33", "smoke", 430)
def sausages(s: Sheet) -> str:
    pole = s.tone("#b98a4a")
    rail = f'<path d="M-20 236H1020V272H-20Z" fill="{s.linear(((0, pole.glow, 1), (0.5, pole.base, 1), (1, pole.dark, 1)))}" stroke="{pole.line}" stroke-width="3"/>' + "".join(f'<path d="M{x} 234v40" stroke="{pole.dark}" stroke-width="9" opacity=".7"/>' for x in (150, 480, 860))
    hung = "".join(
        f'<path d="M{x} 232v40q0 20 4 34" stroke="#efe2c2" stroke-width="7" fill="none"/>' + at(x + 4, 430, larder.sausage(s, 280, 80, b), 1.0, 90) + at(x + 6, 690 if long else 0, larder.sausage(s, 240, 78, -b), 1.0, 90) * long
        for x, b, long in ((250, 0.08, 1), (370, -0.06, 0), (640, 0.06, 1), (760, -0.08, 0))
    )
    cut = "".join(at(x, y, s.solid(ellipse(0, 0, 44, 34), s.tone("#a83a26"), "".join(f'<circle cx="{n(s.around(0, 36))}" cy="{n(s.around(0, 26))}" r="{n(s.rng.uniform(4, 8))}" fill="#f0cf9f" opacity=".85"/>' for _ in range(13)) + s.gleam(-14, -12, 16, 8, 0.5)), 1.1, t) for x, y, t in ((420, 840, -20), (488, 858, 10), (560, 846, 24)))
    return (
        rail + hung + at(520, 830, plants.banana_leaf(s, 760, 230), 1, -3) + at(330, 800, larder.sausage(s, 300, 86, 0.12), 1, -6) + at(690, 806, larder.sausage(s, 300, 86, 0.14), 1, 8) + cut
    )


@good("p34", "smoke-red", 400)
def fish(s: Sheet) -> str:
    fan = "".join(at(x, y, larder.dried_fish(s, 470), 1.0, t) for x, y, t in ((440, 400, -18), (560, 480, -6), (420, 560, 4), (580, 650, -8), (420, 730, 8)))
    return (
        at(500, 590, vessels.tray(s, 450, "#c99c5c", 0.62)) + at(640, 420, plants.banana_leaf(s, 360, 150), 1, 20) + fan
        + at(810, 800, fruits.chilli(s), 0.74, -20) + at(760, 830, fruits.chilli(s, dried=True), 0.7, 14) + at(190, 830, larder.garlic_bulb(s), 0.48)
    )


@good("p35", "smoke-red", 420)
def chicken(s: Sheet) -> str:
    ginger_tone = s.tone("#d3ad6b")
    ginger = s.solid(smooth([(-90, 10), (-70, -30), (-20, -24), (0, -58), (34, -40), (36, -8), (84, -14), (96, 16), (40, 36), (10, 30), (-30, 44)]), ginger_tone, "".join(f'<path d="M{x} -40q8 30 0 70" stroke="{ginger_tone.dark}" stroke-width="3" fill="none" opacity=".5"/>' for x in (-60, -26, 14, 52)))
    herbs = "".join(at(x, y, plants.leaf(s, 130, 34, c, 0.08, 4), turn=t) for x, y, t, c in ((240, 560, -150, "#4f8a3c"), (250, 590, 170, "#5d9440"), (260, 540, -120, "#6ea048"), (770, 690, 20, "#4f8a3c"), (770, 680, -16, "#6ea048")))
    return (
        at(500, 640, plants.banana_leaf(s, 880, 360), 1, -4) + at(500, 640, vessels.plate(s, 380, "#ece2cc", "#26356f", 0.5)) + herbs
        + at(470, 560, s.shadow(20, 90, 220, 46, 0.6) + black_chicken(s), 1.5)
        + s.shadow(250, 826, 110, 26, 0.5) + at(240, 800, ginger, 1.1) + at(400, 840, fruits.chilli(s), 0.7, 8)
        + at(720, 826, larder.garlic_bulb(s), 0.5) + heap(s, lambda: at(0, 0, larder.mac_khen(s), 0.17), (850, 800, 60, 18), 16, 20)
    )


def _spice_bowl(s: Sheet, x: float, y: float, rx: float, colour: str, pile: str, ring: str = "") -> str:
    return at(x, y, vessels.bowl(s, rx, rx * 0.72, colour, pile, ring=ring))


@good("p36", "spice", 450)
def mac_khen(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, larder.mac_khen(s), 0.36), (0, 0, 270, 74), 190, 150)
    ground_mound = s.solid(smooth([(-270, 6), (-150, -120), (0, -176), (150, -120), (270, 6), (0, 74)]), s.tone("#4a3022"), line=0)
    husks = "".join(at(x, y, larder.mac_khen(s), 0.3) for x, y in ((780, 240), (830, 210), (876, 250), (820, 290), (900, 200), (760, 190), (850, 320)))
    stalks = "".join(f'<path d="{stroke(arc((930, 420), (x, y), 0.08), 8, 0.4)}" fill="#7a5a3a"/>' for x, y in ((780, 240), (830, 210), (876, 250), (900, 200), (760, 190)))
    return at(930, 420, plants.fern_twig(s, "#55803f", 5, 260), 1, -170) + stalks + husks + _spice_bowl(s, 470, 600, 330, "#8a5a34", ground_mound + pile, "#dfa53f") + heap(s, lambda: at(0, 0, larder.mac_khen(s), 0.32), (800, 862, 110, 30), 30, 22) + heap(s, lambda: at(0, 0, larder.mac_khen(s), 0.32), (170, 880, 70, 18), 12, 9)


@good("p37", "spice-pale", 450)
def doi(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, larder.doi_seed(s), 0.34), (0, 0, 250, 68), 170, 150)
    mound = s.solid(smooth([(-250, 6), (-150, -110), (0, -160), (150, -110), (250, 6), (0, 68)]), s.tone("#3a1c18"), line=0)
    pod_tone = s.tone("#a3854f")
    pod = "".join(at(x, y, s.solid(smooth([(-60, 6), (-20, -46), (40, -44), (66, 4), (20, 40), (-34, 38)]), pod_tone, "".join(f'<circle cx="{n(s.around(0, 50))}" cy="{n(s.around(0, 36))}" r="4" fill="#f3e2b8" opacity=".7"/>' for _ in range(16))) + at(6, 0, s.solid(ellipse(0, 0, 36, 22), s.tone("#e0552a"), s.gleam(-10, -8, 12, 6, 0.8))), 1.15, t) for x, y, t in ((730, 820, -10), (846, 794, 20), (820, 876, 4)))
    leaves = "".join(at(780, 330, plants.leaf(s, 300, 96, "#4a8040", b, 9), turn=t) for t, b in ((-70, 0.1), (-20, -0.08), (-120, 0.08)))
    return leaves + _spice_bowl(s, 450, 600, 310, "#f1e8d6", mound + pile, "#26356f") + s.shadow(790, 870, 150, 34, 0.5) + pod + heap(s, lambda: at(0, 0, larder.doi_seed(s), 0.32), (220, 880, 110, 20), 16, 16)


@good("p38", "spice", 490)
def dry_chamcheo(s: Sheet) -> str:
    grains = "".join(f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(s.rng.uniform(1.6, 5))}" fill="{s.rng.choice(("#e9cf9a", "#a8331f", "#5a3a20", "#6b7a34", "#f3e6c4", "#c9702c"))}"/>' for x, y in ((s.around(0, 210), s.rng.uniform(-150, 56)) for _ in range(900)))
    mound_d = smooth([(-190, 6), (-130, -70), (-40, -132), (30, -138), (120, -80), (190, 6), (110, 44), (0, 54), (-110, 44)])
    mound = s.solid(mound_d, s.tone("#a8622c"), grains + s.gleam(-60, -70, 70, 40, 0.4))
    inside = "".join(f'<circle cx="{n(s.around(0, 144))}" cy="{n(s.rng.uniform(-300, 0))}" r="{n(s.rng.uniform(2, 5))}" fill="{s.rng.choice(("#e9cf9a", "#a8331f", "#5a3a20", "#6b7a34", "#c9702c"))}"/>' for _ in range(900))
    jar = vessels.glass(s, "jar", "#b0692f", level=0.84) + s.within(ellipse(0, -150, 138, 140), inside) + vessels.cloth_lid(s, "jar", "indigo") + vessels.label(s, 152, -210, 130, "black", at(-8, 2, fruits.chilli(s), 0.36, -18), "hook")
    return (
        s.shadow(350, 800, 220, 44, 0.65) + at(320, 800, jar, 1.42)
        + at(690, 750, vessels.plate(s, 260, "#f1e6d2", "#2b2430") + mound)
        + "".join(s.shadow(x, y + 12, 90, 14, 0.5) + at(x, y, fruits.chilli(s, dried=True), 0.84, t) for x, y, t in ((240, 880, 12), (400, 896, -14)))
        + s.shadow(560, 898, 66, 16, 0.5) + at(560, 866, larder.garlic_bulb(s), 0.44) + heap(s, lambda: at(0, 0, larder.mac_khen(s), 0.22), (850, 880, 66, 16), 18, 16)
    )


@good("p40", "spice-pale", 470)
def black_garlic(s: Sheet) -> str:
    def bulb(size: float) -> str:
        return larder.garlic_bulb(s, s.rng.choice(("#c9a06f", "#b98d5e", "#d3ae80")))

    inside = "".join(heap(s, lambda: at(0, 0, larder.black_clove(s), 0.42), (0, y, 116, 26), 0, 8, turn=90) for y in (-190, -150, -110, -70, -30))
    jar = vessels.glass(s, "low", "#8a6a4a", level=0.0, inside=inside, clear=0.2) + vessels.cloth_lid(s, "low", "black")
    split = "".join(at(x, y, larder.black_clove(s), 0.86, t) for x, y, t in ((-80, 10, -60), (-30, -10, -82), (24, -6, -100), (76, 14, -122)))
    husk = s.solid(smooth([(-130, 20), (-90, -30), (0, -46), (90, -30), (130, 20), (80, 74), (0, 88), (-80, 74)]), s.tone("#b98d5e"))
    return (
        s.shadow(350, 680, 230, 46, 0.6) + at(330, 680, jar, 1.56)
        + s.shadow(730, 640, 180, 40, 0.6) + at(700, 520, bulb(1), 1.5) + s.shadow(560, 800, 140, 36, 0.6) + at(540, 712, bulb(1), 1.16, -8)
        + s.shadow(770, 880, 170, 36, 0.6) + at(760, 810, husk + split, 1.16)
        + s.shadow(290, 876, 120, 24, 0.55) + at(230, 846, larder.black_clove(s), 0.9, 10) + at(370, 872, larder.black_clove(s), 0.82, -24)
    )


@good("p41", "spice", 450)
def cardamom(s: Sheet) -> str:
    pile = heap(s, lambda: at(0, 0, larder.cardamom(s), 0.62), (0, -4, 260, 70), 170, 60, turn=60)
    mound = s.solid(smooth([(-260, 6), (-150, -110), (0, -156), (150, -110), (260, 6), (0, 70)]), s.tone("#3a2620"), line=0)
    open_pod = s.solid(ellipse(0, 0, 100, 56), s.tone("#5a3a2a")) + s.solid(ellipse(4, 2, 82, 42), s.tone("#d9b98a"), "".join(at(s.around(0, 62), s.around(2, 28), s.solid(ellipse(0, 0, 13, 10), s.tone("#4a2c22"), line=1), 1, s.around(0, 40)) for _ in range(26)))
    return (
        at(470, 590, vessels.basket(s, 340, 220, mound + pile, "#b98a52", 0.8))
        + s.shadow(770, 872, 120, 30, 0.55) + at(760, 836, open_pod, 1.02, -10)
        + "".join(s.shadow(x, y + 26, 72, 18, 0.5) + at(x, y, larder.cardamom(s), 0.66, t) for x, y, t in ((190, 850, 20), (900, 780, -30), (620, 884, 10)))
    )


@good("p47", "rice-cloth", 460)
def vermicelli(s: Sheet) -> str:
    hanks = "".join(at(x, y, larder.vermicelli(s, 560, 150, c), k, t) for x, y, k, t, c in ((480, 430, 1.0, -6, "#a8232b"), (560, 530, 1.08, 5, "#26356f"), (440, 630, 1.12, -3, "#a8232b")))
    root_tone = s.tone("#b9856b")
    root = s.solid(smooth([(-110, 10), (-80, -34), (-20, -30), (10, -58), (60, -46), (64, -10), (110, 0), (96, 34), (20, 40), (-60, 46)]), root_tone, "".join(f'<path d="M{x} -50q10 44 -2 94" stroke="{root_tone.line}" stroke-width="4" fill="none" opacity=".5"/>' for x in (-84, -50, -14, 26, 60, 88)))
    tangle = "".join(f'<path d="{smooth(arc((s.around(0, 130), s.around(0, 30)), (s.around(0, 130), s.around(0, 30)), s.around(0, 0.5)), False)}" fill="none" stroke="{s.rng.choice(("#efe7d6", "#d3c7b0", "#b5a88f", "#f6f1e4"))}" stroke-width="5"/>' for _ in range(60))
    return hanks + s.shadow(230, 846, 130, 30, 0.55) + at(220, 816, root, 1.15) + at(730, 800, vessels.bowl(s, 200, 100, "#f4efe0", at(0, -20, tangle), ring="#26356f"))


@good("p48", "dried-mat", 430)
def dried_bamboo(s: Sheet) -> str:
    pile = heap(s, lambda: larder.bamboo_shred(s, 270), (0, -10, 240, 90), 150, 110, turn=70)
    tie = '<path d="M-40 -140Q30 -20 20 96" stroke="#a8232b" stroke-width="17" fill="none"/><path d="M-40 -140Q30 -20 20 96" stroke="#eab54e" stroke-width="4" fill="none" stroke-dasharray="9 8"/>'
    return (
        at(800, 500, larder.bamboo_shoot(s, 360), 1.05, 10) + at(690, 470, larder.bamboo_shoot(s, 300, "#7f6a3a"), 1.05, -8)
        + at(470, 650, vessels.tray(s, 420) + pile + at(-20, -10, tie, 1.1))
    )


@good("p50", "rice-cloth", 460)
def shiitake(s: Sheet) -> str:
    def cap() -> str:
        return larder.shiitake(s, s.rng.random() < 0.2)

    pile = heap(s, lambda: at(0, 0, cap(), 0.72), (480, 560, 300, 84), 190, 38, turn=26, gap=92)
    return (
        at(480, 600, vessels.basket(s, 370, 200, at(-480, -600, pile), "#b58a52", 0.82))
        + "".join(s.shadow(x + 8, y + k * 50, 104 * k, 26 * k, 0.55) + at(x, y, larder.shiitake(s, u), k, t) for x, y, k, t, u in ((190, 826, 0.82, -8, False), (840, 820, 0.9, 10, True), (690, 866, 0.7, 4, False)))
        + at(900, 700, plants.fern_twig(s, "#55803f", 4, 200), 0.8, -60)
    )


