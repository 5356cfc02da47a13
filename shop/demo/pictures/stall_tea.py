"""Tea, infusions, coffee and the day among the tea trees."""

import math

from . import fruits, land, larder, plants, vessels
from .cloth import gui
from .ink import SHADOW, Sheet, at, ellipse, heap, mix, n, smooth, wobbly
from .motifs import band
from .stall import good


def dry_leaves(s: Sheet, spot: tuple[float, float, float, float], rise: float, count: int, colour: str, tip: str = "") -> str:
    """A heap of twisted dry tea; every seventh leaf shows its ``tip``."""

    def one() -> str:
        return larder.tea_curl(s, colour, 52, 9, tip if tip and s.rng.random() < 0.16 else "")

    cx, cy, rx, ry = spot
    base = s.tone(mix(colour, SHADOW, 0.35))
    mound = smooth([(cx - rx, cy), (cx - rx * 0.6, cy - rise * 0.62), (cx, cy - rise), (cx + rx * 0.6, cy - rise * 0.62), (cx + rx, cy), (cx + rx * 0.6, cy + ry * 0.85), (cx, cy + ry), (cx - rx * 0.6, cy + ry * 0.85)])
    return s.solid(mound, base, line=0) + heap(s, one, spot, rise, count, size=(0.8, 1.25))


def window_heap(s: Sheet, make: str, colour: str = "") -> str:
    """What a pouch's window shows."""
    if make == "leaf":
        return dry_leaves(s, (0, 70, 160, 60), 150, 260, colour)
    return ""


def tea_bag(s: Sheet, colour: str, dye: str) -> str:
    """A filled paper tea bag with its string and its woven tab, string up to the right."""
    paper = s.tone("#f3ead6", 0.2, 0.36)
    d = smooth([(-70, -96), (70, -96), (84, -60), (90, 80), (70, 100), (-70, 100), (-90, 80), (-84, -60)], True, 0.35)
    leafy = f'<ellipse cy="34" rx="76" ry="66" fill="{s.radial(((0, colour, 0.85), (0.7, colour, 0.5), (1, colour, 0)))}"/>'
    grit = "".join(f'<circle cx="{n(s.around(0, 66))}" cy="{n(s.around(36, 50))}" r="{n(s.rng.uniform(2, 5))}" fill="{mix(colour, SHADOW, 0.3)}" opacity=".55"/>' for _ in range(70))
    fold = '<path d="M-70 -96L-30 -66H30L70 -96M-88 -40L88 -40" stroke="#b9a888" stroke-width="3" fill="none" opacity=".7"/>'
    string = '<path d="M0 -86C30 -190 130 -150 150 -60S230 10 250 40" stroke="#f3ead6" stroke-width="5" fill="none"/><path d="M0 -86C30 -190 130 -150 150 -60S230 10 250 40" stroke="#8a7a5c" stroke-width="1.5" fill="none"/>'
    tab = at(252, 72, s.within("M-44 -36h88v72h-88z", '<path d="M-44 -36h88v72h-88z" fill="#fbf4e2"/>' + band(s, -44, -20, 88, "comb", dye, 3.6)) + '<path d="M-44 -36h88v72h-88z" fill="none" stroke="#6b5a40" stroke-width="2"/>', turn=14)
    return s.shadow(8, 88, 108, 30, 0.55) + s.solid(d, paper, leafy + grit + fold + s.gleam(-40, -30, 30, 50, 0.5, 10), paint=s.fall(paper)) + string + tab


def glass_cup(s: Sheet, liquid: str, inside: str = "") -> str:
    """A glass of tea with a handle, its rim at 0,0, 230 tall."""
    d = "M-120 0L-104 200Q-100 232 -60 234H60Q100 232 104 200L120 0Z"
    handle = '<path d="M114 40C200 30 200 170 106 166" fill="none" stroke="#e9efe6" stroke-width="22" opacity=".75"/><path d="M114 40C200 30 200 170 106 166" fill="none" stroke="#7a8a80" stroke-width="24" opacity=".22"/><path d="M120 34C200 34 190 140 130 156" fill="none" stroke="#ffffff" stroke-width="5" opacity=".8"/>'
    tone = s.tone(liquid, 0.55, 0.45)
    paint = s.linear(((0, tone.dark, 0.95), (0.14, tone.base, 0.92), (0.4, tone.glow, 0.9), (0.7, tone.base, 0.92), (1, tone.dark, 0.97)), 1, 0)
    fill = f'<path d="M-130 46h260v200h-260z" fill="{paint}"/><ellipse cy="46" rx="115" ry="28" fill="{tone.light}"/><ellipse cy="50" rx="104" ry="22" fill="{tone.base}" opacity=".8"/>'
    glow = s.gleam(20, 170, 70, 46, 0.6, 0)
    shine = '<path d="M-92 20L-80 196" stroke="#fff" stroke-width="14" opacity=".6" stroke-linecap="round" filter="url(#soft3)"/><path d="M96 30L86 190" stroke="#fff" stroke-width="6" opacity=".5" stroke-linecap="round"/>'
    return s.shadow(20, 228, 140, 34, 0.6) + handle + f'<path d="{d}" fill="#eef3ea" opacity=".55"/>' + s.within(d, fill + glow + inside + shine) + f'<path d="{d}" fill="none" stroke="{tone.line}" stroke-opacity=".45" stroke-width="3"/><ellipse rx="120" ry="29" fill="#fff" fill-opacity=".18" stroke="#eef3ea" stroke-width="6"/><ellipse rx="122" ry="31" fill="none" stroke="#5a6a60" stroke-opacity=".4" stroke-width="2"/>'


def teapot(s: Sheet, colour: str) -> str:
    """A clay teapot, 330 wide, standing on 0,0."""
    tone = s.tone(colour, 0.45, 0.55)
    spout = s.solid(smooth([(110, -120), (168, -140), (196, -206), (226, -212), (220, -188), (206, -130), (166, -70), (112, -56)]), tone, s.gleam(176, -150, 14, 40, 0.5, 20), paint=s.fall(tone))
    handle = f'<path d="M-118 -150C-230 -190 -236 -40 -118 -56" fill="none" stroke="{tone.line}" stroke-width="32"/><path d="M-118 -150C-230 -190 -236 -40 -118 -56" fill="none" stroke="{tone.base}" stroke-width="26"/><path d="M-126 -158C-214 -180 -220 -80 -170 -56" fill="none" stroke="{tone.glow}" stroke-width="6" opacity=".7"/>'
    body = smooth([(-70, -190), (0, -198), (70, -190), (132, -120), (130, -60), (84, -6), (0, 2), (-84, -6), (-130, -60), (-132, -120)])
    top = s.solid(smooth([(-66, -186), (-56, -206), (0, -216), (56, -206), (66, -186), (0, -176)]), tone, paint=s.fall(tone)) + s.solid(smooth(wobbly(s.rng, 17, 15)), tone).replace("<path", '<path transform="translate(0 -226)"')
    return s.shadow(16, -2, 170, 36, 0.65) + handle + spout + s.solid(body, tone, s.gleam(-56, -120, 30, 44, 0.5) + band(s, -140, -84, 280, "comb", "linen", 3.6)) + top


@good("p05", "tea-pale", 470)
def green_tea(s: Sheet) -> str:
    heap_ = dry_leaves(s, (0, 4, 190, 56), 120, 420, "#56713c", "#c9d29a")
    return (
        at(340, 800, vessels.pouch(s, 410, 610, "#5d7f4a", "leaf", window=window_heap(s, "leaf", "#56713c"), badge="", motif="fern"))
        + at(700, 720, vessels.bowl(s, 215, 150, "#f1ece0", heap_, ring="#2f6b3a"))
        + at(890, 640, plants.tea_sprig(s), 1.5, 24)
        + at(170, 880, plants.tea_sprig(s, "#86b552"), 1.1, 74)
    )


@good("p06", "tea", 470)
def white_tea(s: Sheet) -> str:
    buds = heap(s, lambda: larder.silver_bud(s), (0, 0, 220, 66), 120, 210, size=(0.95, 1.4))
    base = s.solid(smooth([(-220, 6), (-120, -70), (0, -112), (120, -70), (220, 6), (0, 66)]), s.tone("#8f977a"), line=0)
    tin = at(330, 770, vessels.carton(s, 330, 480, 150, "#efe8d6", "leaf", badge=at(0, 60, plants.tea_sprig(s, "#a3b98a"), 1.25), motif="step"))
    return tin + at(660, 730, vessels.plate(s, 300, "#3a2f2a", "#8a6a4a") + base + buds) + at(860, 560, plants.tea_sprig(s, "#a9c47a"), 1.5, 14)


@good("p07", "tea-pale", 480)
def black_tea(s: Sheet) -> str:
    return (
        at(310, 800, vessels.pouch(s, 380, 590, "#8a3328", "red", window=window_heap(s, "leaf", "#4a2a1e"), motif="step"))
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
        flakes = "".join(at(x, y, larder.tea_curl(s, s.rng.choice((lum, "#6b4a30", "#7a6a44", "#4a3222")), 84, 17), turn=s.rng.uniform(0, 360)) for x, y in ((s.around(0, 280), s.around(0, 140)) for _ in range(420)))
        well = s.radial(((0, SHADOW, 0.5), (0.2, SHADOW, 0.24), (0.4, SHADOW, 0), (1, SHADOW, 0.3)), 0.5, 0.52, 0.5)
        return s.shadow(16, 130, 330, 100, 0.7) + side + s.solid(top, s.tone(lum), flakes + f'<path d="{top}" fill="{well}"/>' + s.gleam(-120, -60, 120, 40, 0.3, -10))

    paper = s.tone("#f3e8d0", 0.2, 0.4)
    wrap = smooth([(-300, 20), (-286, -60), (-150, -136), (0, -152), (150, -136), (286, -60), (300, 20), (290, 76), (150, 158), (0, 190), (-150, 158), (-290, 76)])
    pleats = "".join(f'<path d="M0 0L{n(300 * math.cos(math.radians(a)))} {n(14 + 166 * math.sin(math.radians(a)))}" stroke="#b5a382" stroke-width="3" opacity=".5"/>' for a in range(0, 360, 11))
    seal_d = ellipse(0, 4, 128, 66)
    seal = s.within(seal_d, band(s, -130, -66, 260, "diamond", "red", 7.4)) + f'<path d="{seal_d}" fill="none" stroke="#a8232b" stroke-width="8"/>'
    wrapped = s.shadow(12, 130, 330, 100, 0.6) + s.solid(wrap, paper, pleats + s.gleam(-120, -70, 140, 40, 0.5, -10), paint=s.fall(paper)) + seal
    chunk = s.solid(smooth([(-70, 0), (-40, -46), (30, -52), (74, -14), (60, 34), (-20, 46)], True, 0.6), s.tone("#5a3d28"), "".join(at(s.around(0, 66), s.around(0, 42), larder.tea_curl(s, "#6b4a30", 60, 13), turn=s.rng.uniform(0, 360)) for _ in range(40)))
    return at(560, 380, wrapped, 1.12, 2) + at(430, 610, disc("#5d4029"), 1.2, -3) + s.shadow(838, 850, 90, 26, 0.6) + at(830, 816, chunk, 1.2) + at(620, 880, larder.tea_curl(s, "#5a3d28", 70, 13), turn=30)


@good("p09", "tea-pale", 500)
def tea_bags(s: Sheet) -> str:
    return (
        at(360, 800, vessels.carton(s, 440, 430, 190, "#7b9a5a", "leaf", badge=at(0, 60, plants.tea_sprig(s, "#cfdc9a"), 1.3), motif="fern"))
        + at(760, 640, vessels.cup(s, 150, "#b9a03c", "#f6f0e2", "#2f6b3a"))
        + vessels.steam(750, 620, 110)
        + at(540, 830, tea_bag(s, "#7a7a3c", "leaf"), 0.98, -10)
    )


@good("p10", "tea", 470)
def hill_tea(s: Sheet) -> str:
    return (
        at(320, 780, vessels.pouch(s, 390, 600, "#c9a56b", "indigo", window=window_heap(s, "leaf", "#5f6b3c"), motif="hook"))
        + at(690, 760, teapot(s, "#8f4a34"), 1.35)
        + at(560, 830, vessels.cup(s, 78, "#b7a53c", "#f1ece0", "#26356f"))
        + at(800, 850, vessels.cup(s, 80, "#b7a53c", "#f1ece0", "#26356f"))
        + vessels.steam(560, 810, 80)
    )


@good("p13", "dried", 500)
def hawthorn_infusion(s: Sheet) -> str:
    slices = at(-30, 120, larder.fruit_slice(s), 0.42, 20) + at(40, 170, larder.fruit_slice(s), 0.4, -30)
    return (
        at(330, 780, vessels.carton(s, 390, 460, 170, "#e9c58a", "red", badge=at(0, 0, fruits.hawthorn(s, 0.6), 0.95) + at(70, -60, plants.leaf(s, 110, 44, "#5d9440", 0.1, 5, True), turn=-40), motif="star"))
        + at(720, 520, glass_cup(s, "#d98a2a", slices), 1.22)
        + vessels.steam(720, 500, 120)
        + at(470, 846, tea_bag(s, "#b5662e", "red"), 0.8, -12)
        + s.shadow(870, 884, 80, 20, 0.5) + at(864, 862, larder.fruit_slice(s), 0.66)
    )


@good("p51", "orchard", 480)
def coffee(s: Sheet) -> str:
    beans = heap(s, lambda: at(0, 0, larder.coffee_bean(s), 0.34), (560, 848, 300, 54), 84, 210)
    seen = heap(s, lambda: at(0, 0, larder.coffee_bean(s), 0.3), (0, 70, 160, 60), 150, 130)
    cherries = "".join(at(x, y, fruits.coffee_cherry(s, c), 0.36) for x, y, c in ((826, 330, "#b8262e"), (870, 350, "#c9442a"), (846, 384, "#a81f2b"), (770, 300, "#c9302a"), (796, 352, "#8f9a3c"), (736, 330, "#b8262e")))
    return (
        at(700, 270, plants.fern_twig(s, "#3f7440", 4, 240), 1.2, 12) + cherries
        + at(330, 790, vessels.pouch(s, 420, 640, "#5a3a2a", "red", window=seen, motif="diamond"))
        + at(720, 660, vessels.cup(s, 150, "#2e1810", "#f4ede0", "#a8232b"))
        + vessels.steam(720, 640, 120)
        + s.shadow(560, 880, 330, 44, 0.55) + beans
    )


@good("p52", "tea-pale", 480)
def papaya_flowers(s: Sheet) -> str:
    dried = heap(s, lambda: at(0, 0, plants.papaya_flower(s, True), 0.72), (0, -40, 128, 36), 0, 16) + "".join(heap(s, lambda: at(0, 0, plants.papaya_flower(s, True), 0.72), (0, y, 126, 34), 0, 15) for y in (-300, -240, -180, -110, -60))
    jar = at(350, 820, s.shadow(20, 0, 190, 42, 0.6) + vessels.glass(s, "jar", "#efe3c0", level=0.0, inside=dried, clear=0.2) + vessels.cloth_lid(s, "jar", "leaf"), 1.5)
    fresh = "".join(at(x, y, plants.papaya_flower(s), 1.25, t) for x, y, t in ((790, 330, -20), (850, 300, 24), (900, 360, 60), (740, 290, -50), (820, 240, 4)))
    return (
        plants.branch([(980, 520), (880, 420), (800, 360), (700, 300)], 14, "#7f9a5a") + fresh + jar
        + at(740, 670, vessels.cup(s, 150, "#d9b64a", "#f6f0e2", "#9a6b00"))
        + at(744, 682, plants.papaya_flower(s), 0.7, 80)
        + at(640, 880, plants.papaya_flower(s, True), 1, 80) + at(860, 890, plants.papaya_flower(s, True), 0.9, -60)
    )


@good("p60", "tea-pale", 560)
def tea_day(s: Sheet) -> str:
    sprigs = heap(s, lambda: plants.tea_sprig(s, s.rng.choice(("#7fb04a", "#6da044", "#93bd58"))), (0, 16, 170, 46), 90, 46, size=(0.62, 0.85), turn=60)
    basket = gui(s, sprigs, 400, 220)
    hill = s.tone("#4f7a3c")
    knoll = smooth([(-60, 700), (200, 640), (520, 690), (800, 640), (1060, 690), (1060, 1060), (-60, 1060)])
    bushes = "".join(land.tea_bush(s, x, y, k) for x, y, k in ((110, 700, 1.0), (300, 680, 0.8), (760, 690, 0.95), (930, 720, 1.15), (60, 860, 1.4), (900, 900, 1.5), (250, 930, 1.2), (680, 950, 1.2)))
    return (
        land.sky(s, 1000, 1000, "dawn") + land.cloud_sea(s, 1000, 420, 700)
        + s.solid(knoll, hill, paint=s.fall(hill), line=0) + bushes
        + at(500, 440, basket, 1.06)
        + at(180, 880, plants.tea_sprig(s), 1.3, -30) + at(860, 860, plants.tea_sprig(s, "#93bd58"), 1.4, 22)
    )


