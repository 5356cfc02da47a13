"""The story pictures, 3:2: the land, the work and the market."""

import math
from collections.abc import Callable

from . import fruits, larder, plants, vessels
from .cloth import gui
from .ink import SHADOW, Sheet, arc, at, ellipse, heap, mix, n, smooth, stroke
from .land import cloud_sea, crown, figure, old_tree, puff, ridge, sky, stilt_house, tea_bush, terraces
from .motifs import DYES, band, height
from .stall_jars import bee

W, H = 1200, 800
SCENES: dict[str, Callable[[Sheet], str]] = {}


def _scene(key: str) -> Callable[[Callable[[Sheet], str]], Callable[[Sheet], str]]:
    def enter(compose: Callable[[Sheet], str]) -> Callable[[Sheet], str]:
        SCENES[key] = compose
        return compose

    return enter


def scene(key: str) -> str:
    """The SVG of one story picture."""
    sheet = Sheet(W, H, key)
    drawing = SCENES[key](sheet)
    light = sheet.radial(((0, "#fff3cc", 0.34), (0.5, "#fff3cc", 0.07), (1, "#fff3cc", 0)), 0.25, 0.1, 0.8)
    dusk = sheet.radial(((0, "#4a240f", 0), (0.66, "#4a240f", 0), (1, "#4a240f", 0.34)), 0.48, 0.46, 0.78)
    glaze = f'<rect width="{W}" height="{H}" fill="{light}"/><rect width="{W}" height="{H}" fill="{dusk}"/>'
    return sheet.finish(f'<g filter="url(#hand)">{drawing}</g>', glaze)


def _slope(sheet: Sheet, points: list[tuple[float, float]], colour: str, grass: int = 240) -> str:
    """The ground in front, with its grass."""
    d = smooth(points, False) + f"L{W + 60} {H + 60}L-60 {H + 60}Z"
    paint = sheet.linear(((0, mix(colour, "#f6eea0", 0.35), 1), (0.3, colour, 1), (1, mix(colour, SHADOW, 0.4), 1)))
    top = min(y for _, y in points)
    blades = []
    for _ in range(grass):
        x, y = sheet.rng.uniform(-20, W + 20), sheet.rng.uniform(top, H)
        k = 0.5 + (y - top) / (H - top)
        ink = mix(colour, sheet.rng.choice((SHADOW, "#eef0a0", "#c9d977")), 0.36)
        blades.append(f'<path d="{stroke(arc((x, y), (x + sheet.around(0, 14 * k), y - 26 * k), sheet.around(0, 0.2)), 5 * k, 0.1)}" fill="{ink}" opacity=".75"/>')
    return f'<path d="{d}" fill="{paint}"/>' + sheet.within(d, "".join(blades))


@_scene("ta-xua-may")
def clouds_at_ta_xua(s: Sheet) -> str:
    near = ridge(s, W, 640, 70, "#47684a", "#7d9a5c", 3, 900)
    flowers = "".join(at(x, y, plants.blossom(s, 5, c, size=k)) for x, y, c, k in ((70, 700, "#f6eedd", 20), (130, 742, "#f3d0d6", 24), (36, 764, "#f6eedd", 26), (210, 772, "#f3d0d6", 22), (1130, 742, "#f6eedd", 24), (1070, 778, "#f3d0d6", 24)))
    return (
        sky(s, W, H, "dawn", (830, 210)) + ridge(s, W, 330, 110, "#93aabb", "#ecdcc8", 4, 620)
        + cloud_sea(s, W, 300, 640) + near
        + terraces(s, W, 610, 800, "#93a94c", lean=-0.05, steps=5, mist="#dfe0b8")
        + crown(s, 60, 600, 90, 70, "#47703c", 120, 24) + crown(s, 170, 640, 80, 54, "#558040", 90, 22)
        + stilt_house(s, 980, 690, 0.74) + crown(s, 1130, 650, 90, 70, "#47703c", 110, 24)
        + figure(s, 560, 752, 0.62, skirt="#2b2430", blouse="#26356f") + figure(s, 640, 762, 0.56, scarf="#2f6b3a", skirt="#7c1d24") + flowers
    )


@_scene("nuong-khoai")
def taro_harvest(s: Sheet) -> str:
    rows = []
    for r, (y, k) in enumerate(((430, 0.3), (470, 0.38), (520, 0.5), (580, 0.66))):
        for i in range(int(17 / (k * 2.2)) + 3):
            x = -40 + i * 190 * k * 1.25 + (r % 2) * 60
            plant = f'<path d="{stroke(arc((0, 150), (20, -20), 0.1), 17, 0.5)}" fill="#7f9a55"/><path d="{stroke(arc((0, 150), (-70, 20), -0.1), 15, 0.5)}" fill="#7f9a55"/><path d="{stroke(arc((0, 150), (90, 40), 0.1), 15, 0.5)}" fill="#7f9a55"/>'
            plant += at(-70, 20, plants.taro_leaf(s, "#437a40"), 0.5, 40) + at(90, 40, plants.taro_leaf(s, "#4f8a45"), 0.5, -40) + at(20, -20, plants.taro_leaf(s, s.rng.choice(("#4f8a45", "#5d9a4c"))), 0.62, s.around(0, 14))
            rows.append(at(x, y, plant, k))
    corms = heap(s, lambda: at(0, 0, fruits.taro(s), 0.5), (0, 10, 150, 40), 90, 24, turn=70, gap=46)
    loose = "".join(s.shadow(x + 6, y + 30, 44, 14, 0.5) + at(x, y, fruits.taro(s), k, t) for x, y, k, t in ((690, 744, 0.42, 30), (770, 762, 0.46, -60), (616, 766, 0.4, 80), (840, 738, 0.36, 10), (530, 752, 0.4, -20)))
    hoe = '<path d="M0 0L170 -250" stroke="#8a6238" stroke-width="13" stroke-linecap="round"/><path d="M150 -232L232 -214L216 -178L150 -206Z" fill="#5a5f66" stroke="#2b2430" stroke-width="2"/><path d="M158 -226L226 -210" stroke="#cfd6d9" stroke-width="4"/>'
    return (
        sky(s, W, H, "gold", (300, 150)) + ridge(s, W, 300, 150, "#8fa7ad", "#e6dcbc", 4, 520) + ridge(s, W, 380, 110, "#6f9276", "#cfd3a0", 5, 560)
        + "".join(puff(s, x, y, 320, 60) for x, y in ((200, 320), (900, 300), (620, 350)))
        + _slope(s, [(-40, 420), (300, 400), (700, 430), (1240, 390)], "#9a8a4c", 200)
        + stilt_house(s, 1010, 420, 0.6) + crown(s, 1110, 380, 60, 50, "#4f7a40", 70, 18)
        + "".join(rows)
        + figure(s, 330, 640, 0.98, skirt="#26356f", blouse="#2b2430", scarf="#a8232b", basket=False, bowed=True)
        + figure(s, 900, 610, 0.8, skirt="#2b2430", blouse="#2f6b3a", scarf="#e3b04b")
        + _slope(s, [(-40, 690), (260, 668), (620, 680), (1240, 650)], "#8a6540", 60)
        + at(180, 600, gui(s, corms, 230, 160), 0.92) + loose + at(930, 790, hoe, 0.9)
        + at(1050, 560, plants.taro_leaf(s), 0.9, 18) + at(1140, 600, plants.taro_leaf(s, "#5d9a4c"), 0.8, -10)
    )


@_scene("che-shan")
def old_tea(s: Sheet) -> str:
    ladder = '<path d="M-26 0L10 -300M26 0L52 -300" stroke="#a87f4c" stroke-width="10"/>' + "".join(f'<path d="M{n(-26 + k * 4)} {-k * 33}h{n(52 - k * 0.8)}" stroke="#a87f4c" stroke-width="9"/>' for k in range(1, 9))
    sprigs = heap(s, lambda: plants.tea_sprig(s), (0, 10, 120, 34), 60, 30, size=(0.42, 0.6), turn=60)
    return (
        sky(s, W, H, "soft", (860, 180)) + ridge(s, W, 330, 150, "#9fb4b5", "#e9e6d2", 4, 560)
        + "".join(puff(s, x, y, 420, 100) for x, y in ((150, 370), (620, 400), (1050, 360), (380, 420), (860, 430)))
        + ridge(s, W, 450, 90, "#6d9276", "#b9c99a", 5, 640)
        + _slope(s, [(-40, 500), (340, 470), (760, 510), (1240, 470)], "#6f9448", 200)
        + old_tree(s, 210, 600, 0.84, "#5a8548") + old_tree(s, 960, 590, 0.8, "#5a8548") + old_tree(s, 1150, 560, 0.56, "#6d9458") + old_tree(s, 40, 560, 0.6, "#6d9458")
        + "".join(tea_bush(s, x, y, k) for x, y, k in ((380, 590, 0.5), (800, 600, 0.5), (1080, 650, 0.6), (90, 680, 0.6)))
        + old_tree(s, 590, 700, 1.4, "#47743c") + at(720, 690, ladder, 1.05)
        + figure(s, 768, 560, 0.84, skirt="#a8232b", blouse="#26356f", scarf="#2b2430")
        + figure(s, 410, 730, 0.98, skirt="#2b2430", blouse="#2f6b3a", scarf="#a8232b")
        + _slope(s, [(-40, 740), (300, 728), (700, 744), (1240, 716)], "#5d8440", 80)
        + at(980, 640, gui(s, sprigs, 170, 120), 0.86) + at(120, 790, plants.tea_sprig(s), 1.1, -20) + at(1120, 800, plants.tea_sprig(s, "#93bd58"), 1.2, 16)
    )


@_scene("det-tho-cam")
def loom(s: Sheet) -> str:
    wood = s.tone("#a8743f")

    def beam(x: float, y: float, w: float, h: float) -> str:
        d = f"M{n(x)} {n(y)}h{n(w)}v{n(h)}h{n(-w)}Z"
        return s.solid(d, wood, paint=s.linear(((0, wood.glow, 1), (0.4, wood.base, 1), (1, wood.dark, 1)), 0 if w > h else 1, 1 if w > h else 0))

    boards = "".join(f'<rect x="{x}" width="96" height="560" fill="{mix("#b58a5a", s.rng.choice((SHADOW, "#f3dcae")), s.rng.uniform(0.03, 0.14))}"/><path d="M{x} 0v560" stroke="{SHADOW}" stroke-width="4" opacity=".5"/>' for x in range(0, 1200, 96))
    window = s.within("M800 90H1080V330H800Z", at(800, 90, sky(s, 280, 240, "day", (200, 60)) + ridge(s, 280, 150, 60, "#7d9aa3", "#dfe3cc", 3, 260) + puff(s, 140, 150, 220, 50) + ridge(s, 280, 210, 40, "#5d8a55", "#9ab56f", 3, 260))) + '<path d="M800 90H1080V330H800ZM940 90V330" fill="none" stroke="#5a3a22" stroke-width="15"/>'
    floor = "".join(f'<rect y="{y}" width="1200" height="40" fill="{mix("#8f6238", SHADOW, k)}"/><path d="M0 {y}h1200" stroke="{SHADOW}" stroke-width="3" opacity=".5"/>' for y, k in ((560, 0.3), (600, 0.22), (644, 0.16), (692, 0.1), (744, 0.05)))
    warp = "".join(f'<path d="M{n(260 + i * 5.4)} 250L{n(210 + i * 6.6)} 560" stroke="{("#f3ead6", "#26356f", "#a8232b", "#f3ead6")[(i // 6) % 4]}" stroke-width="2.6"/>' for i in range(74))
    cloth_d = smooth([(206, 470), (700, 470), (740, 690), (170, 690)], True, 0)
    bands, y = "", 470.0
    for motif, dye, cell in (("comb", "red", 5), ("diamond", "indigo", 6), ("hook", "red", 6), ("comb", "gold", 5)):
        bands += band(s, 160, y, 600, motif, dye, cell)
        y += height(motif, cell) + 6
    shade = s.linear(((0, "#fff6dc", 0.24), (0.6, SHADOW, 0), (1, SHADOW, 0.34)))
    cloth = s.solid(cloth_d, s.tone("#26356f"), bands + f'<path d="{cloth_d}" fill="{shade}"/>', paint="#26356f")
    heddle = "".join(f'<path d="M{n(242 + i * 7)} 326V402" stroke="#f6efdc" stroke-width="2" opacity=".9"/>' for i in range(62))
    frame = beam(170, 110, 26, 580) + beam(716, 110, 26, 580) + beam(150, 120, 620, 30) + beam(200, 236, 520, 26)
    frame2 = beam(220, 316, 470, 17) + heddle + beam(220, 400, 470, 17) + beam(196, 440, 520, 36)
    skeins = "".join(at(x, 160, f'<path d="M-26 0C-40 60 -36 120 0 134C36 120 40 60 26 0Z" fill="{s.tube(s.tone(c))}" stroke="{mix(c, SHADOW, 0.6)}" stroke-width="2"/>' + "".join(f'<path d="M{k} 4Q{k * 1.5} 70 {k * 0.4} 130" stroke="{mix(c, "#fff3d0", 0.4)}" stroke-width="2" fill="none" opacity=".6"/>' for k in range(-24, 25, 8)) + '<path d="M-20 10Q0 22 20 10" stroke="#f3e2b8" stroke-width="9" fill="none"/>') for x, c in ((300, "#a8232b"), (384, "#26356f"), (468, "#d9a033"), (552, "#2f6b3a"), (636, "#efe3c8")))
    shuttle = at(470, 456, s.solid(smooth([(-110, 0), (-60, -17), (60, -17), (110, 0), (60, 17), (-60, 17)]), s.tone("#8a5a34"), '<path d="M-50 0h100" stroke="#a8232b" stroke-width="13"/>' + s.gleam(-20, -9, 50, 5, 0.7, 0)), turn=-3)
    balls = "".join(s.shadow(x + 6, y + 34, 54, 16, 0.55) + at(x, y, s.solid(ellipse(0, 0, 46, 42), s.tone(c), "".join(f'<path d="{smooth(arc((-50, k), (50, -k * 0.6), 0.3 * math.sin(k)), False)}" fill="none" stroke="{s.tone(c).line if i % 2 else s.tone(c).glow}" stroke-width="3" opacity=".5"/>' for i, k in enumerate(range(-46, 50, 9))))) for x, y, c in ((880, 700, "#a8232b"), (960, 724, "#26356f"), (1040, 704, "#d9a033"), (920, 752, "#2f6b3a")))
    hung = "".join(at(x, 360, f'<path d="M0 0h90v190h-90z" fill="{DYES[d]["."]}"/>' + "".join(band(s, 0, 14 + k * 58, 90, m, d, 3.2) for k, m in enumerate(("star", "diamond", "comb"))) + f'<path d="M0 0h90v190h-90z" fill="none" stroke="{SHADOW}" stroke-opacity=".5" stroke-width="3"/>') for x, d in ((800, "red"), (898, "black"), (996, "leaf")))
    beam_of_light = '<g filter="url(#soft20)" opacity=".3"><path d="M800 90L1080 90L760 800L300 800Z" fill="#fff2c4"/></g>'
    return (
        boards + f'<rect width="1200" height="560" fill="{s.linear(((0, SHADOW, 0.35), (0.4, SHADOW, 0.02), (1, SHADOW, 0.3)))}"/>' + window + '<path d="M780 352H1110" stroke="#c9a45c" stroke-width="13"/>' + hung + floor
        + s.shadow(470, 700, 380, 60, 0.6) + frame + skeins + warp + frame2 + cloth + beam(160, 676, 590, 34) + shuttle
        + at(1080, 640, vessels.basket(s, 100, 90, heap(s, lambda: at(0, 0, s.solid(ellipse(0, 0, 30, 28), s.tone(s.rng.choice(("#f3ead6", "#e6d8b8")))), 1), (0, 0, 76, 20), 34, 11, turn=30)), 1)
        + balls + beam_of_light
    )


@_scene("nuoi-ong")
def beekeeping(s: Sheet) -> str:
    def hive(x: float, y: float, k: float, colour: str, dye: str) -> str:
        box = vessels.carton(s, 210, 150, 110, colour, dye, badge='<path d="M-70 40h140v15h-140z" fill="#2a1622"/>', motif="comb")
        roof_tone = s.tone("#7d8a8f")
        roof = s.solid(smooth([(-122, -150), (116, -150), (190, -202), (-52, -202)], True, 0), roof_tone, paint=s.fall(roof_tone)) + s.solid("M-122 -152H116V-132H-122Z", roof_tone) + s.solid("M116 -152L190 -204V-184L116 -132Z", s.tone("#5f6a70"))
        legs = '<path d="M-84 0V34M84 0V34M140 -40V0" stroke="#5a3d28" stroke-width="13"/>'
        return at(x, y, s.shadow(30, 34, 170, 26, 0.55) + legs + box + roof, k)

    trees = "".join(crown(s, x, y, rx, ry, c, 120, 22) for x, y, rx, ry, c in ((90, 330, 150, 110, "#5d8a48"), (1120, 320, 160, 120, "#55823f"), (300, 370, 100, 60, "#6d9a50"), (930, 380, 100, 60, "#6d9a50")))
    bloom = "".join(at(s.rng.uniform(-20, 1220), s.rng.uniform(560, 800), plants.blossom(s, 6, s.rng.choice(("#fdfaf0", "#fdfaf0", "#f3d9e0")), "#e5aa1e", size=s.rng.uniform(13, 26))) for _ in range(80))
    ban = "".join(at(s.rng.gauss(140, 90), s.rng.gauss(300, 60), plants.blossom(s, 5, "#f9eef0", "#d98aa0", size=s.rng.uniform(14, 22))) for _ in range(46))
    bees = "".join(at(x, y, bee(s), k, t) for x, y, k, t in ((420, 400, 0.6, -10), (560, 330, 0.5, 14), (690, 430, 0.66, -20), (820, 350, 0.5, 10), (360, 520, 0.7, 20), (980, 480, 0.6, -8), (620, 540, 0.56, 0), (500, 620, 0.7, 16)))
    frame_tone = s.tone("#b98a4c")
    frame = s.solid("M-210 -150H210V-120H-210Z", frame_tone) + at(0, -10, larder.honeycomb(s, 360, 230)) + s.solid("M-196 -122H-176V120H-196Z", frame_tone) + s.solid("M176 -122H196V120H176Z", frame_tone) + s.solid("M-196 112H196V132H-196Z", frame_tone)
    jar = vessels.glass(s, "honey", "#d98a16", level=0.95, clear=0.08) + vessels.cloth_lid(s, "honey", "red")
    return (
        sky(s, W, H, "gold", (420, 130)) + ridge(s, W, 310, 140, "#8fa9b0", "#ece0c0", 4, 520) + ridge(s, W, 390, 90, "#7d9e80", "#cfd8a4", 5, 560)
        + trees + ban + _slope(s, [(-40, 450), (300, 430), (760, 456), (1240, 430)], "#7fa04c", 260)
        + hive(250, 540, 0.66, "#7fa3b8", "indigo") + hive(520, 520, 0.6, "#d9b45c", "gold") + hive(780, 530, 0.64, "#c97a5c", "red") + hive(1010, 560, 0.72, "#8fae7a", "leaf")
        + bloom
        + hive(420, 690, 1.02, "#d9c08a", "red")
        + s.shadow(800, 770, 220, 30, 0.5) + at(800, 650, frame, 0.84, -4)
        + s.shadow(1040, 776, 90, 20, 0.6) + at(1030, 774, jar, 0.6) + bees
    )


@_scene("cho-phien")
def market_morning(s: Sheet) -> str:
    def stall(x: float, y: float, k: float, dye: str, goods: str) -> str:
        poles = '<path d="M-190 40V-250M190 40V-250" stroke="#8a6238" stroke-width="13"/>'
        cloth = DYES[dye]["."]
        tone = s.tone(cloth)
        awning = smooth([(-220, -210), (-170, -320), (170, -320), (220, -210)], True, 0)
        stripes = "".join(f'<path d="M{i * 55 - 192 - 28} -205L{i * 42 - 147 - 22} -325h21L{i * 55 - 192} -205Z" fill="#f6ead0" opacity=".85"/>' for i in range(8))
        scallop = "".join(f'<path d="M{-220 + i * 55} -212h55q-4 40 -27.5 40t-27.5 -40" fill="{tone.base if i % 2 else "#f6ead0"}" stroke="{tone.line}" stroke-opacity=".5" stroke-width="2"/>' for i in range(8))
        table = s.solid("M-210 -60H210V60H-210Z", tone, band(s, -214, -50, 430, "diamond", dye, 5.4), paint=s.fall(tone))
        top = s.solid("M-216 -60L-180 -110H180L216 -60Z", s.tone("#c9a06a"))
        return at(x, y, s.shadow(10, 60, 270, 34, 0.5) + poles + top + goods + table + s.solid(awning, tone, stripes, paint=s.fall(tone)) + scallop, k)

    def crate(x: float, y: float, item: Callable[[], str], k: float, size: float) -> str:
        return at(x, y, vessels.basket(s, 74, 46, heap(s, lambda: at(0, 0, item(), size), (0, -4, 56, 15), 40, 16, turn=30, gap=size * 90)), k)

    first = crate(-120, -100, lambda: fruits.hawthorn(s, 0.6), 1, 0.2) + crate(20, -100, lambda: fruits.plum(s), 1, 0.2) + crate(140, -96, lambda: fruits.mango(s), 0.9, 0.24)
    second = crate(-110, -100, lambda: fruits.taro(s), 1.05, 0.22) + "".join(at(x, -86, vessels.glass(s, "honey", c, level=0.95) + vessels.cloth_lid(s, "honey", d), 0.22) for x, c, d in ((10, "#d98a16", "red"), (80, "#b5650f", "indigo"), (146, "#e3ac35", "leaf")))
    third = "".join(at(x, -84, vessels.sack(s, 96, 120, "#efe4cb", d), 0.9) for x, d in ((-130, "red"), (-30, "indigo"))) + crate(110, -96, lambda: fruits.strawberry(s), 1, 0.2)
    people = (
        figure(s, 330, 640, 0.92, skirt="#26356f", blouse="#2b2430", scarf="#a8232b")
        + figure(s, 420, 652, 0.86, skirt="#7c1d24", blouse="#26356f", scarf="#2f6b3a")
        + figure(s, 770, 650, 0.9, skirt="#2b2430", blouse="#a8232b", scarf="#26356f")
        + figure(s, 680, 560, 0.6, skirt="#26356f", blouse="#2f6b3a", scarf="#e3b04b") + figure(s, 590, 545, 0.54, skirt="#a8232b", blouse="#2b2430", scarf="#26356f")
        + figure(s, 520, 552, 0.56, skirt="#2b2430", blouse="#7f9bd0", scarf="#a8232b")
    )
    bunting = "".join(at(60 + i * 62, 170 + 34 * math.sin(i / 18 * math.pi), f'<path d="M-20 0H20L0 40Z" fill="{c}" stroke="{SHADOW}" stroke-opacity=".4" stroke-width="1.5"/>') for i, c in enumerate(("#a8232b", "#e3b04b", "#26356f", "#2f6b3a") * 5) if i < 18)
    line = f'<path d="{smooth([(40 + i * 62, 168 + 34 * math.sin(i / 18 * math.pi)) for i in range(19)], False)}" fill="none" stroke="#6b4a30" stroke-width="3"/>'
    earth = s.linear(((0, "#e3cb9a", 1), (1, "#a8835a", 1)))
    return (
        sky(s, W, H, "dawn", (620, 230)) + ridge(s, W, 330, 170, "#8fa8b5", "#f0dfc2", 4, 560) + "".join(puff(s, x, y, 380, 80) for x, y in ((180, 360), (700, 380), (1060, 350)))
        + ridge(s, W, 430, 100, "#6f9278", "#c9cf9c", 5, 600) + stilt_house(s, 150, 470, 0.6) + stilt_house(s, 1090, 470, 0.66, "#7a6a55") + crown(s, 260, 430, 60, 44, "#5a8548", 70, 18) + crown(s, 990, 430, 60, 44, "#5a8548", 70, 18)
        + f'<path d="{smooth([(-40, 470), (300, 456), (800, 470), (1240, 456)], False)}L1260 860L-60 860Z" fill="{earth}"/>'
        + stall(520, 500, 0.5, "leaf", third) + stall(760, 498, 0.5, "indigo", first)
        + stall(190, 620, 0.92, "red", first) + stall(1000, 630, 0.96, "indigo", second) + people + line + bunting
        + at(150, 740, vessels.basket(s, 96, 74, heap(s, lambda: at(0, 0, fruits.longan(s), 0.2), (0, 0, 74, 20), 44, 34, gap=18))) + at(1080, 745, vessels.tray(s, 120) + heap(s, lambda: fruits.chilli(s), (0, -4, 84, 26), 26, 24, size=(0.3, 0.4)))
        + at(560, 756, vessels.basket(s, 84, 60, heap(s, lambda: plants.tea_sprig(s), (0, 10, 64, 16), 20, 26, size=(0.3, 0.42), turn=60)))
    )


@_scene("gac-bep")
def smoke_loft(s: Sheet) -> str:
    wall = "".join(f'<rect x="{x}" width="70" height="800" fill="{mix("#4a3022", s.rng.choice((SHADOW, "#8a5a34")), s.rng.uniform(0.05, 0.25))}"/><path d="M{x} 0v800" stroke="#1a0d0a" stroke-width="5" opacity=".6"/>' for x in range(0, 1200, 70))
    dark = s.radial(((0, "#f39a3a", 0.5), (0.25, "#c2622a", 0.3), (0.6, "#2a1410", 0.3), (1, "#140a08", 0.85)), 0.5, 0.86, 0.86)
    rack = "".join(f'<path d="M{x} 120V330" stroke="#2a1a12" stroke-width="12"/>' for x in (210, 990)) + "".join(f'<path d="M150 {y}H1050" stroke="{c}" stroke-width="{w}"/>' for y, c, w in ((236, "#6b4526", 24), (228, "#b57a42", 6), (330, "#6b4526", 20), (323, "#b57a42", 5)))
    slats = "".join(f'<path d="M{x} 226L{x - 20} 336" stroke="#5a3820" stroke-width="9"/>' for x in range(200, 1040, 52))
    hung = "".join(f'<path d="M{x} 330v34" stroke="#d9c49a" stroke-width="5"/>' + at(x, 360 + length / 2, drawing, k, 90) for x, length, drawing, k in (
        (250, 210, larder.jerky(s, 330, 82), 0.66), (320, 220, larder.jerky(s, 340, 86), 0.66), (390, 190, larder.jerky(s, 300, 80), 0.66),
        (480, 200, larder.sausage(s, 280, 76, 0.07), 0.72), (540, 200, larder.sausage(s, 280, 76, -0.06), 0.72), (600, 200, larder.sausage(s, 280, 76, 0.05), 0.72),
        (700, 230, larder.smoked_pork(s, 330, 130), 0.7), (800, 230, larder.smoked_pork(s, 330, 124), 0.7),
        (890, 200, larder.dried_fish(s, 300), 0.74), (960, 200, larder.dried_fish(s, 300), 0.74)))
    corn = "".join(at(x, 190 + s.around(0, 8), s.solid(smooth([(-17, -44), (17, -44), (20, 10), (0, 44), (-20, 10)]), s.tone(c), "".join(f'<circle cx="{(k % 5 - 2) * 8}" cy="{-40 + (k // 5) * 8}" r="3.4" fill="#fff0b0" opacity=".5"/>' for k in range(50))), 1, s.around(0, 10)) for x in range(230, 1000, 44) for c in (s.rng.choice(("#e0a82e", "#d9952a", "#c9b45c")),))
    flames = "".join(at(x, 740, f'<path d="{smooth([(-40 * k, 0), (-46 * k, -60 * k), (-14 * k, -100 * k), (s.around(0, 10), -190 * k), (22 * k, -100 * k), (48 * k, -56 * k), (40 * k, 0)])}" fill="{c}" opacity="{o}"/>') for x, k, c, o in ((560, 0.9, "#e5672a", 0.9), (640, 0.8, "#e5672a", 0.9), (600, 1.05, "#f08a2c", 0.95), (580, 0.7, "#f7b84a", 0.95), (624, 0.62, "#f7b84a", 0.95), (602, 0.5, "#fff0b8", 1)))
    logs = "".join(at(x, y, f'<path d="M-130 -17H120q17 17 0 34H-130q-17 -17 0 -34" fill="{s.linear(((0, "#9a6a42", 1), (0.5, "#5a3a26", 1), (1, "#2a1811", 1)))}" stroke="#1a0d0a" stroke-width="2"/><ellipse cx="122" rx="11" ry="17" fill="#e0732c"/>', turn=t) for x, y, t in ((500, 752, -8), (700, 754, 188), (600, 762, 24), (610, 764, 152)))
    stones = "".join(s.solid(smooth([(x - 60, 790), (x - 54, 740), (x, 716), (x + 54, 742), (x + 60, 790)]), s.tone("#6f665f")) for x in (410, 800))
    pot_tone = s.tone("#2f2a2c", 0.4, 0.6)
    smoke = '<g filter="url(#soft20)" opacity=".34">' + "".join(f'<path d="{stroke([(600 + dx, 640), (560 + dx * 1.6, 520), (640 + dx * 2.2, 400), (580 + dx * 3, 250), (620 + dx * 4, 90)], 90, 0.2)}" fill="#e6d3bd"/>' for dx in (-60, 10, 80)) + "</g>"
    pot = at(170, 700, s.solid(smooth([(-100, -110), (100, -110), (120, -30), (80, 50), (-80, 50), (-120, -30)]), pot_tone, s.gleam(50, -40, 30, 50, 0.5, 10)) + s.solid(ellipse(0, -110, 104, 24), s.tone("#4a4244")))
    glow = s.radial(((0, "#ffcf7a", 0.75), (0.4, "#f08a2c", 0.3), (1, "#f08a2c", 0)))
    return wall + f'<rect width="1200" height="800" fill="{dark}"/><path d="M-20 700H1220V820H-20Z" fill="#3a241a"/>' + rack + slats + corn + hung + f'<ellipse cx="600" cy="690" rx="460" ry="300" fill="{glow}"/>' + stones + logs + flames + pot + at(1030, 720, vessels.basket(s, 110, 80, heap(s, lambda: at(0, 0, fruits.taro(s), 0.32), (0, 0, 84, 22), 50, 16, turn=60, gap=28))) + smoke


@_scene("ruong-bac-thang")
def rice_terraces(s: Sheet) -> str:
    ears = "".join(at(x, y, plants.rice_ear(s, "#dbb04a", 220), k, t) for x, y, k, t in ((-10, 800, 1.2, -40), (60, 830, 1.1, -20), (150, 840, 1, -30), (990, 850, 1.1, -60), (1080, 840, 1.2, -40), (900, 860, 0.9, -30)))
    return (
        sky(s, W, H, "day", (900, 130)) + ridge(s, W, 270, 150, "#8fabbb", "#dfe5d6", 4, 480) + "".join(puff(s, x, y, 420, 80) for x, y in ((220, 270), (760, 290), (1080, 250)))
        + ridge(s, W, 360, 110, "#6f9a7d", "#cfd99c", 5, 520)
        + terraces(s, W, 350, 640, "#d3b548", lean=0.06, steps=11, mist="#dfe3b4") + stilt_house(s, 870, 470, 0.46) + stilt_house(s, 960, 486, 0.4, "#7a6a55") + crown(s, 790, 452, 50, 38, "#558040", 60, 15) + crown(s, 1030, 470, 56, 40, "#558040", 60, 15)
        + terraces(s, W, 560, 860, "#c9b03e", lean=-0.09, steps=7, mist="#d9d68c")
        + figure(s, 420, 640, 0.62, skirt="#26356f", blouse="#2b2430", scarf="#a8232b") + figure(s, 500, 652, 0.6, skirt="#7c1d24", blouse="#26356f", scarf="#f1e6d0", bowed=True, basket=False) + ears
    )


@_scene("vuon-qua")
def orchard(s: Sheet) -> str:
    def tree(x: float, y: float, k: float, item: Callable[[], str], count: int, colour: str) -> str:
        trunk = f'<path d="{stroke([(0, 10), (-8, -80), (10, -170)], 52, 0.6)}" fill="#6f5238"/><path d="{stroke([(-12, 6), (-18, -80), (0, -160)], 13, 0.4)}" fill="#c9a877" opacity=".7"/><path d="{stroke([(0, -110), (80, -190)], 26, 0.5)}" fill="#6f5238"/><path d="{stroke([(0, -120), (-80, -190)], 24, 0.5)}" fill="#6f5238"/>'
        leaves = crown(s, 0, -270, 200, 150, colour, 260, 28)
        hung = []
        for _ in range(count):
            a, r = s.rng.uniform(0, 6.28), math.sqrt(s.rng.random()) * 0.88
            hung.append(at(200 * r * math.cos(a), -264 + 140 * r * math.sin(a), item(), s.rng.uniform(0.17, 0.22)))
        return at(x, y, s.shadow(10, 8, 210, 34, 0.55) + trunk + leaves + "".join(hung), k)

    plums = heap(s, lambda: at(0, 0, fruits.plum(s, s.rng.uniform(0.3, 0.9)), 0.34), (0, 0, 130, 36), 84, 40, turn=20, gap=36)
    mangoes = heap(s, lambda: at(0, 0, fruits.mango(s, s.rng.uniform(0.4, 0.95)), 0.4), (0, 0, 110, 30), 70, 22, turn=20, gap=46)
    return (
        sky(s, W, H, "day", (260, 130)) + ridge(s, W, 310, 130, "#8fabb8", "#e3e6d2", 4, 520) + "".join(puff(s, x, y, 380, 70) for x, y in ((700, 320), (1020, 300), (160, 340)))
        + ridge(s, W, 390, 90, "#74997a", "#c9d79a", 5, 560) + _slope(s, [(-40, 440), (400, 420), (800, 446), (1240, 420)], "#86a850", 260)
        + "".join(tree(x, y, k, lambda: fruits.plum(s, 0.6), 18, "#5d8f45") for x, y, k in ((560, 500, 0.42), (720, 496, 0.4), (880, 504, 0.44), (400, 500, 0.42)))
        + tree(1040, 600, 0.86, lambda: fruits.mango(s, 0.8), 26, "#4a7f3c") + tree(170, 620, 0.96, lambda: fruits.plum(s, 0.6), 34, "#558a40")
        + figure(s, 560, 640, 0.86, skirt="#2b2430", blouse="#26356f", scarf="#a8232b") + figure(s, 660, 652, 0.82, skirt="#26356f", blouse="#2f6b3a", scarf="#e3b04b")
        + _slope(s, [(-40, 720), (400, 704), (800, 724), (1240, 700)], "#6d9440", 90)
        + at(360, 690, vessels.basket(s, 160, 110, plums)) + at(860, 690, vessels.basket(s, 150, 104, mangoes, "#b98750"))
        + "".join(s.shadow(x + 4, y + 26, 34, 10, 0.5) + at(x, y, d, 0.3) for x, y, d in ((540, 766, fruits.plum(s, 0.5)), (590, 778, fruits.plum_half(s)), (680, 770, fruits.mango(s, 0.8))))
    )
