"""Bottles and jars: wine, spirit, vinegar, syrup, honey, pickles, sauces, oil."""

from . import fruits, larder, plants, vessels
from .ink import SHADOW, Sheet, arc, at, ellipse, heap, mix, n, smooth, stroke
from .stall import good


def _standing(s: Sheet, x: float, y: float, drawing: str, size: float, wide: float = 150) -> str:
    """A vessel on the table with the shade and the coloured light behind it."""
    return s.shadow(x + 26, y - 2, wide * size * 1.2, wide * size * 0.26, 0.7) + at(x, y, drawing, size)


def _fruit(s: Sheet, x: float, y: float, size: float, ripe: float = 0.6) -> str:
    return s.shadow(x + size * 14, y + size * 80, size * 112, size * 32, 0.6) + at(x, y, fruits.hawthorn(s, ripe), size)


def _greens(s: Sheet, x: float, y: float, *turns: float) -> str:
    return "".join(at(x, y, plants.leaf(s, 150, 56, "#55883c", 0.1, 6, True), turn=t) for t in turns)


def goblet(s: Sheet, liquid: str) -> str:
    """A wine glass standing on 0,0, 420 tall."""
    bowl = smooth([(-92, -416), (-112, -330), (-84, -236), (0, -196), (84, -236), (112, -330), (92, -416)], False)
    tone = s.tone(liquid, 0.5, 0.45)
    wine = s.linear(((0, tone.dark, 0.92), (0.35, tone.glow, 0.85), (0.7, tone.base, 0.9), (1, tone.dark, 0.95)), 1, 0)
    fill = f'<path d="M-120 -322h240v160h-240z" fill="{wine}"/><ellipse cy="-322" rx="109" ry="22" fill="{tone.light}"/><ellipse cy="-319" rx="98" ry="16" fill="{tone.base}" opacity=".75"/>'
    stem = f'<path d="M-9 -198C-6 -120 -6 -60 -14 -16H14C6 -60 6 -120 9 -198Z" fill="{s.linear(((0, "#b9c9c0", 0.8), (0.4, "#ffffff", 0.9), (1, "#8a9a90", 0.8)), 1, 0)}"/>'
    foot = f'<ellipse cy="-8" rx="86" ry="20" fill="#eef3ea" opacity=".7" stroke="#7a8a80" stroke-opacity=".6" stroke-width="2"/><ellipse cy="-10" rx="60" ry="12" fill="#fff" opacity=".4"/>'
    shine = '<path d="M-84 -390C-98 -330 -88 -270 -60 -236" stroke="#fff" stroke-width="11" fill="none" opacity=".7" stroke-linecap="round"/><path d="M92 -372C100 -330 92 -280 76 -256" stroke="#fff" stroke-width="5" fill="none" opacity=".6" stroke-linecap="round"/>'
    rim = '<ellipse cy="-416" rx="92" ry="18" fill="#ffffff" fill-opacity=".2" stroke="#c9d6cc" stroke-width="4"/>'
    return s.shadow(26, -4, 110, 24, 0.55) + foot + stem + f'<path d="{bowl}Z" fill="#eef3ea" opacity=".45"/>' + s.within(bowl + "Z", fill) + shine + f'<path d="{bowl}" fill="none" stroke="{tone.line}" stroke-opacity=".4" stroke-width="3"/>' + rim


@good("p14", "cellar", 560)
def wine(s: Sheet) -> str:
    badge = at(-6, 0, fruits.hawthorn(s, 0.8), 0.42) + at(16, -34, plants.leaf(s, 60, 24, "#5d9440", 0.1, 4, True), turn=-30)
    bottle = vessels.glass(s, "wine", "#7c1f2a", level=0.98, tint="#5a3a3a") + vessels.cork(s, "wine", "#7a1a22") + vessels.label(s, 100, -296, 190, "indigo", badge, "diamond")
    return (
        _standing(s, 360, 860, bottle, 1.36, 100)
        + at(680, 860, goblet(s, "#b3343a"), 1.12)
        + _fruit(s, 540, 846, 0.6, 0.8) + _fruit(s, 850, 846, 0.68, 0.5) + _greens(s, 880, 800, -40, 10) + _fruit(s, 170, 856, 0.62, 0.9)
    )


@good("p15", "cellar-night", 500)
def spirit(s: Sheet) -> str:
    inside = "".join(at(x, y, fruits.hawthorn(s, 0.7), 0.46) for x, y in ((-84, -44), (6, -40), (88, -48), (-46, -110), (44, -116), (-90, -172), (92, -170), (0, -186), (50, -232)))
    bottle = vessels.glass(s, "spirit", "#d9a13a", level=0.84, inside=inside, clear=0.42) + vessels.cork(s, "spirit") + vessels.label(s, 60, -190, 120, "red", at(0, 4, fruits.hawthorn(s, 0.8), 0.26), "comb")
    return (
        _standing(s, 400, 850, bottle, 1.42, 138)
        + at(690, 800, vessels.cup(s, 78, "#dca640", "#f4ede0", "#26356f"))
        + at(850, 830, vessels.cup(s, 78, "#dca640", "#f4ede0", "#26356f"))
        + _fruit(s, 160, 840, 0.7, 0.4) + _greens(s, 190, 800, -60, -10) + _fruit(s, 740, 900, 0.5, 0.9)
    )


@good("p16", "jar", 530)
def vinegar(s: Sheet) -> str:
    badge = at(0, 6, fruits.hawthorn(s, 0.4), 0.4)
    bottle = vessels.glass(s, "slim", "#e2b64e", level=0.92, clear=0.36) + vessels.cork(s, "slim") + vessels.label(s, 82, -236, 150, "leaf", badge, "comb")
    return (
        _standing(s, 370, 860, bottle, 1.42, 84)
        + at(690, 780, vessels.bowl(s, 170, 96, "#f4efe0", f'<ellipse cy="6" rx="150" ry="48" fill="{s.linear(((0, "#b8862a", 1), (1, "#f0d078", 1)), 0.5, 1)}"/>' + s.gleam(-50, 0, 60, 14, 0.8, -6), ring="#2f6b3a"))
        + _fruit(s, 560, 880, 0.62, 0.3) + _fruit(s, 170, 850, 0.76, 0.6) + _greens(s, 190, 806, -70, -20) + _fruit(s, 866, 884, 0.6, 0.7)
    )


@good("p17", "dried", 500)
def candied(s: Sheet) -> str:
    def sweet() -> str:
        return at(0, 0, larder.dried_fruit(s, "#8a4a26", 0.82, True), 0.44)

    inside = "".join(heap(s, sweet, (0, y, 118, 30), 0, 9, turn=60) for y in (-300, -246, -196, -146, -96, -46))
    jar = vessels.glass(s, "jar", "#c98a4a", level=0.0, inside=inside, clear=0.2) + vessels.cloth_lid(s, "jar", "red") + vessels.label(s, 152, -190, 130, "red", at(0, 4, fruits.hawthorn(s, 0.7), 0.34), "star")
    pile = heap(s, lambda: at(0, 0, larder.dried_fruit(s, "#8a4a26", 0.82, True), 0.52), (0, 0, 150, 44), 84, 22, turn=60, gap=52)
    return _standing(s, 350, 840, jar, 1.5, 150) + at(740, 780, vessels.plate(s, 220, "#f1e8d6", "#a8232b") + pile) + _fruit(s, 630, 890, 0.5)


@good("p18", "fruit", 500)
def syrup(s: Sheet) -> str:
    bottle = vessels.glass(s, "flask", "#c2471f", level=0.9) + vessels.lid(s, "flask", "#b98a3a", 60) + vessels.label(s, 132, -236, 146, "gold", at(0, 6, fruits.hawthorn(s, 0.9), 0.38), "comb")
    ice = "".join(at(x, y, f'<path d="M-28 -26L20 -32L30 20L-18 28Z" fill="#fff" opacity=".55" stroke="#fff" stroke-width="3"/>', turn=t) for x, y, t in ((-40, 40, 10), (34, 30, -20), (4, 74, 30)))
    tumbler = "M-104 -20L-88 250Q-84 272 -50 274H50Q84 272 88 250L104 -20Z"
    drink = s.linear(((0, "#f0b46a", 0.9), (0.5, "#e2803a", 0.92), (1, "#b83a1c", 0.96)))
    glass_ = s.shadow(20, 268, 120, 30, 0.55) + f'<path d="{tumbler}" fill="#eef3ea" opacity=".5"/>' + s.within(tumbler, f'<path d="M-120 20h240v270h-240z" fill="{drink}"/><ellipse cy="20" rx="101" ry="22" fill="#f6cf94"/>' + ice + at(-36, 150, larder.fruit_slice(s, flesh="#f0c66a"), 0.42, 20) + '<path d="M-78 0L-66 240" stroke="#fff" stroke-width="13" opacity=".6" filter="url(#soft3)"/>') + '<ellipse cy="-20" rx="104" ry="23" fill="#fff" fill-opacity=".2" stroke="#f4f6ee" stroke-width="6"/>' + f'<path d="{tumbler}" fill="none" stroke="#7a4a3a" stroke-opacity=".4" stroke-width="3"/>'
    return _standing(s, 350, 850, bottle, 1.42, 136) + at(720, 570, glass_ + at(90, -20, plants.leaf(s, 80, 40, "#5d9440", 0.1, 5, True), turn=-50), 1.05) + _fruit(s, 570, 862, 0.66, 0.9) + _fruit(s, 890, 862, 0.62, 0.5)


def _honey_jar(s: Sheet, colour: str, badge: str, dye: str, cloth: str) -> str:
    return vessels.glass(s, "honey", colour, level=0.95, clear=0.08) + vessels.cloth_lid(s, "honey", cloth) + vessels.label(s, 138, -252, 160, dye, badge, "comb")


def bee(s: Sheet) -> str:
    """A bee in flight, 70 wide."""
    wings = "".join(at(-2, -12, '<ellipse cx="0" cy="-20" rx="12" ry="26" fill="#f4f7fa" opacity=".75" stroke="#7a7f8a" stroke-width="1.5"/>', turn=t) for t in (-30, 18))
    body = smooth([(-34, 4), (-20, -12), (6, -14), (30, -6), (38, 4), (26, 14), (0, 16), (-24, 14)])
    stripes = "".join(f'<path d="M{x} -20q6 20 0 40" stroke="#33231c" stroke-width="7" fill="none"/>' for x in (-18, -4, 10))
    return wings + s.solid(body, s.tone("#d99a2b"), stripes + '<path d="M22 -20h26v40h-26z" fill="#33231c"/>', paint=s.fall(s.tone("#d99a2b")), line=1.5) + '<path d="M36 -4q10 -10 16 -8M36 0q12 -4 18 0" stroke="#33231c" stroke-width="2" fill="none"/>'


@good("p19", "honey-wood", 540)
def forest_honey(s: Sheet) -> str:
    badge = at(0, 4, plants.blossom(s, 6, "#fbf3e0", size=44))
    comb = s.shadow(700, 850, 210, 44, 0.6) + at(700, 756, larder.honeycomb(s, 380, 220), 1, -4)
    flowers = "".join(at(x, y, plants.blossom(s, 6, c, size=k)) for x, y, c, k in ((150, 800, "#fbf3e6", 54), (210, 846, "#f3d9e0", 46), (110, 856, "#fbf3e6", 40)))
    return (
        at(60, 850, plants.fern_twig(s, "#55803f", 4, 220), 0.9, -14) + _standing(s, 370, 840, _honey_jar(s, "#b5650f", badge, "indigo", "red"), 1.42, 138)
        + comb + at(640, 620, larder.dipper(s), 1.05, 24) + flowers + at(840, 320, bee(s), 1.15, -12)
    )


@good("p20", "honey", 480)
def longan_honey(s: Sheet) -> str:
    spray = "".join(at(s.around(0, 70), s.rng.uniform(-150, 10), plants.blossom(s, 5, "#f6eec6", "#d9a83a", size=s.rng.uniform(13, 20), slim=0.6)) for _ in range(46))
    badge = at(0, 4, fruits.longan(s), 0.36) + at(40, 12, fruits.longan_open(s), 0.3)
    jar = vessels.glass(s, "tall", "#e0a021", level=0.95, clear=0.1) + vessels.lid(s, "tall", "#c9973a", 58) + vessels.label(s, 152, -286, 176, "gold", badge, "diamond")
    return (
        at(770, 470, plants.fern_twig(s, "#4a8040", 4, 240), 0.95, -50) + at(790, 470, spray, 1.25, 20)
        + _standing(s, 390, 860, jar, 1.4, 152)
        + at(740, 790, vessels.bowl(s, 150, 96, "#f4ead2", f'<ellipse cy="4" rx="134" ry="44" fill="{s.linear(((0, "#b5760f", 1), (1, "#f3bf48", 1)), 0.5, 1)}"/>' + s.gleam(-40, -6, 56, 14, 0.85, -6), ring="#9a6b00"))
        + at(770, 740, larder.dipper(s, "#e5a92a"), 0.7, 34)
        + "".join(s.shadow(x + 8, y + 40, 52, 16, 0.5) + at(x, y, fruits.longan(s), 0.5) for x, y in ((590, 872), (160, 862), (226, 890)))
    )


@good("p21", "honey", 500)
def bidens_honey(s: Sheet) -> str:
    def daisy(size: float) -> str:
        return plants.blossom(s, 6, "#fdfaf0", "#e5aa1e", slim=0.86, size=size, notch=0.05)

    stalks = "".join(f'<path d="{stroke(arc((x0, y0), (x1, y1), b), 7, 0.5)}" fill="#6f9a4a"/>' for x0, y0, x1, y1, b in ((800, 860, 700, 400, 0.1), (820, 860, 830, 360, -0.05), (840, 860, 930, 470, -0.1), (790, 860, 620, 560, 0.1)))
    greens = "".join(at(x, y, plants.leaf(s, 110, 38, "#5d9440", 0.1, 5, True), turn=t) for x, y, t in ((780, 700, -150), (830, 640, -30), (800, 780, 170), (850, 720, -10)))
    flowers = "".join(at(x, y, daisy(k)) for x, y, k in ((700, 400, 78), (830, 350, 86), (930, 470, 70), (622, 556, 64), (770, 520, 58), (880, 600, 52)))
    return (
        stalks + greens + flowers
        + _standing(s, 370, 850, _honey_jar(s, "#e3ac35", at(0, 4, daisy(44)), "leaf", "indigo"), 1.46, 138)
        + at(560, 870, daisy(50)) + at(180, 880, daisy(42)) + at(560, 300, bee(s), 1.1, 10)
    )


@good("p39", "spice", 500)
def wet_sauce(s: Sheet) -> str:
    bits = "".join(f'<circle cx="{n(s.around(0, 140))}" cy="{n(s.around(4, 40))}" r="{n(s.rng.uniform(2, 7))}" fill="{s.rng.choice(("#c9302a", "#e9d9a0", "#3d6b2f", "#8fae4a", "#2b1f1a"))}" opacity=".9"/>' for _ in range(150))
    sauce = s.solid(ellipse(0, 2, 172, 58), s.tone("#5f6b2a"), bits + s.gleam(-50, -14, 70, 16, 0.6, -6)) + at(20, -6, plants.leaf(s, 80, 32, "#5d9440", 0.1, 4), turn=-20) + at(-70, -4, fruits.chilli(s), 0.42, 24)
    inside = "".join(f'<circle cx="{n(s.around(0, 140))}" cy="{n(s.rng.uniform(-190, 0))}" r="{n(s.rng.uniform(2, 6))}" fill="{s.rng.choice(("#c9302a", "#e9d9a0", "#2f5a2a", "#9fb84a"))}" opacity=".85"/>' for _ in range(240))
    jar = vessels.glass(s, "low", "#66702c", level=0.88, inside="", clear=0.0) + s.within(ellipse(0, -110, 138, 96), inside) + vessels.lid(s, "low", "#2b2430", 50) + vessels.label(s, 150, -150, 100, "red", at(0, 2, fruits.chilli(s), 0.3, -16), "comb")
    return (
        _standing(s, 320, 760, jar, 1.5, 150)
        + at(640, 730, vessels.bowl(s, 200, 124, "#3a2f38", sauce, ring="#dfa53f"))
        + "".join(s.shadow(x, y + 14, 90, 16, 0.5) + at(x, y, fruits.chilli(s), 0.86, t) for x, y, t in ((230, 868, 14), (430, 892, -22)))
        + s.shadow(850, 880, 76, 20, 0.5) + at(850, 836, larder.garlic_bulb(s), 0.56)
    )


@good("p49", "jar", 500)
def pickled_shoots(s: Sheet) -> str:
    def spear() -> str:
        tone = s.tone(mix("#efe3a8", "#dccb7a", s.rng.random()), 0.35, 0.36)
        d = stroke([(0, 90), (-4, 20), (2, -50), (0, -110)], 42, 0.36)
        rings = "".join(f'<path d="M-20 {y}q20 10 40 0" stroke="{tone.dark}" stroke-width="3" fill="none" opacity=".5"/>' for y in range(-80, 90, 26))
        return s.solid(d, tone, rings + s.gleam(-8, -20, 6, 60, 0.5, 0), paint=s.tube(tone))

    shoots = "".join(at(x, y, spear(), 0.98, s.around(0, 14)) for y in (-310, -200, -90) for x in (-118, -74, -30, 14, 58, 104))
    chillies = "".join(at(s.around(0, 116), s.rng.uniform(-360, -30), fruits.chilli(s), 0.42, s.rng.uniform(50, 130)) for _ in range(9))
    jar = vessels.glass(s, "tall", "#d9cf8a", level=0.92, inside=shoots + chillies, clear=0.62) + vessels.lid(s, "tall", "#2f6b3a", 56) + vessels.label(s, 152, -168, 116, "leaf", at(0, 40, larder.bamboo_shoot(s, 80)), "comb")
    dish = "".join(at(x, y, spear(), 0.6, t) for x, y, t in ((-70, -6, 70), (10, -26, 96), (60, 2, 60), (-10, 16, 100))) + at(30, 10, fruits.chilli(s), 0.4, 30)
    return (
        at(860, 640, larder.bamboo_shoot(s, 330, "#7f6a3a"), 1.1, 12) + at(760, 660, larder.bamboo_shoot(s, 260, "#8a7440"), 1.05, -10)
        + _standing(s, 370, 850, jar, 1.4, 152) + at(730, 800, vessels.plate(s, 200, "#f4efe0", "#2f6b3a") + dish)
        + s.shadow(560, 906, 80, 14, 0.5) + at(560, 894, fruits.chilli(s), 0.76, 12)
    )


@good("p53", "jar", 480)
def pickled_aubergine(s: Sheet) -> str:
    inside = "".join(heap(s, lambda: at(0, 0, fruits.aubergine(s), 0.42), (0, y, 112, 20), 0, 6, turn=30, gap=60) for y in (-300, -238, -178, -118, -56)) + "".join(at(s.around(0, 100), s.rng.uniform(-290, -30), fruits.chilli(s), 0.34, s.rng.uniform(0, 180)) for _ in range(6))
    jar = vessels.glass(s, "jar", "#e2dfb5", level=0.94, inside=inside, clear=0.6) + vessels.lid(s, "jar", "#a8232b", 56)
    bowl_fill = heap(s, lambda: at(0, 0, fruits.aubergine(s), 0.46), (0, 0, 140, 34), 84, 17, turn=40, gap=56) + at(40, -70, fruits.chilli(s), 0.4, 30)
    return (
        _standing(s, 360, 840, jar, 1.55, 152)
        + at(740, 740, vessels.bowl(s, 190, 130, "#e9e2cf", bowl_fill, ring="#26356f"))
        + s.shadow(600, 892, 60, 18, 0.5) + at(600, 862, fruits.aubergine(s), 0.5)
        + s.shadow(870, 902, 80, 14, 0.5) + at(870, 890, fruits.chilli(s), 0.7, -14)
    )


@good("p54", "spice-pale", 500)
def oil(s: Sheet) -> str:
    badge = at(0, 2, larder.mac_khen(s), 0.26)
    cap_tone = s.tone("#2b2430", 0.4, 0.5)
    rubber = s.solid(smooth([(-24, -352), (-30, -400), (-22, -446), (0, -458), (22, -446), (30, -400), (24, -352)]), cap_tone, s.gleam(-8, -410, 8, 34, 0.6, 0), paint=s.tube(cap_tone))
    vial = vessels.glass(s, "vial", "#8a4a12", level=0.74, tint="#b5702a") + rubber + vessels.lid(s, "vial", "#9a6b00", 62, 1.3) + vessels.label(s, 112, -180, 124, "red", badge, "comb")
    husks = "".join(at(x, y, larder.mac_khen(s), k) for x, y, k in ((640, 560, 0.3), (690, 520, 0.32), (740, 540, 0.28), (700, 590, 0.34), (760, 600, 0.3), (660, 620, 0.3), (800, 560, 0.3), (736, 650, 0.3), (620, 500, 0.26), (770, 490, 0.28)))
    stalks = "".join(f'<path d="{stroke(arc((840, 760), (x, y), 0.08), 7, 0.4)}" fill="#7a5a3a"/>' for x, y in ((640, 560), (690, 520), (740, 540), (760, 600), (620, 500), (770, 490), (800, 560), (660, 620)))
    return (
        at(880, 800, plants.fern_twig(s, "#55803f", 5, 260), 1.2, -128) + stalks + husks
        + _standing(s, 380, 850, vial, 1.72, 112)
        + heap(s, lambda: at(0, 0, larder.mac_khen(s), 0.28), (730, 860, 130, 30), 40, 26)
    )
