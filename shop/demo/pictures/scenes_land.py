"""Story pictures of the land: clouds, terraces, fields and trees."""

import math
from collections.abc import Callable

from . import fruits, garden, plants, vessels
from .cloth import gui
from .ink import Sheet, arc, at, heap, n, stroke
from .land import cloud_sea, crown, figure, old_tree, puff, ridge, sky, stilt_house, tea_bush, terraces
from .story import H, W, enter_scene, slope


@enter_scene("ta-xua-may")
def clouds_at_ta_xua(s: Sheet) -> str:
    near = ridge(s, W, 640, 70, "#47684a", "#7d9a5c", 3, 900)
    flowers = "".join(
        at(x, y, plants.blossom(s, 5, c, size=k))
        for x, y, c, k in (
            (70, 700, "#f6eedd", 20),
            (130, 742, "#f3d0d6", 24),
            (36, 764, "#f6eedd", 26),
            (210, 772, "#f3d0d6", 22),
            (1130, 742, "#f6eedd", 24),
            (1070, 778, "#f3d0d6", 24),
        )
    )
    return (
        sky(s, W, H, "dawn", (830, 210))
        + ridge(s, W, 330, 110, "#93aabb", "#ecdcc8", 4, 620)
        + cloud_sea(s, W, 300, 640)
        + near
        + terraces(s, W, 610, 800, "#93a94c", lean=-0.05, steps=5, mist="#dfe0b8")
        + crown(s, 60, 600, 90, 70, "#47703c", 120, 24)
        + crown(s, 170, 640, 80, 54, "#558040", 90, 22)
        + stilt_house(s, 980, 690, 0.74)
        + crown(s, 1130, 650, 90, 70, "#47703c", 110, 24)
        + figure(s, 560, 752, 0.62, skirt="#2b2430", blouse="#26356f")
        + figure(s, 640, 762, 0.56, scarf="#2f6b3a", skirt="#7c1d24")
        + flowers
    )


@enter_scene("nuong-khoai")
def taro_harvest(s: Sheet) -> str:
    rows = []
    for r, (y, k) in enumerate(((430, 0.3), (470, 0.38), (520, 0.5), (580, 0.66))):
        for i in range(int(17 / (k * 2.2)) + 3):
            x = -40 + i * 190 * k * 1.25 + (r % 2) * 60
            plant = f'<path d="{stroke(arc((0, 150), (20, -20), 0.1), 17, 0.5)}" fill="#7f9a55"/><path d="{stroke(arc((0, 150), (-70, 20), -0.1), 15, 0.5)}" fill="#7f9a55"/><path d="{stroke(arc((0, 150), (90, 40), 0.1), 15, 0.5)}" fill="#7f9a55"/>'
            plant += (
                at(-70, 20, plants.taro_leaf(s, "#437a40"), 0.5, 40)
                + at(90, 40, plants.taro_leaf(s, "#4f8a45"), 0.5, -40)
                + at(
                    20, -20, plants.taro_leaf(s, s.rng.choice(("#4f8a45", "#5d9a4c"))), 0.62, s.around(0, 14)
                )
            )
            rows.append(at(x, y, plant, k))
    corms = heap(s, lambda: at(0, 0, garden.taro(s), 0.5), (0, 10, 150, 40), 90, 24, turn=70, gap=46)
    loose = "".join(
        s.shadow(x + 6, y + 30, 44, 14, 0.5) + at(x, y, garden.taro(s), k, t)
        for x, y, k, t in (
            (690, 744, 0.42, 30),
            (770, 762, 0.46, -60),
            (616, 766, 0.4, 80),
            (840, 738, 0.36, 10),
            (530, 752, 0.4, -20),
        )
    )
    hoe = '<path d="M0 0L170 -250" stroke="#8a6238" stroke-width="13" stroke-linecap="round"/><path d="M150 -232L232 -214L216 -178L150 -206Z" fill="#5a5f66" stroke="#2b2430" stroke-width="2"/><path d="M158 -226L226 -210" stroke="#cfd6d9" stroke-width="4"/>'
    return (
        sky(s, W, H, "gold", (300, 150))
        + ridge(s, W, 300, 150, "#8fa7ad", "#e6dcbc", 4, 520)
        + ridge(s, W, 380, 110, "#6f9276", "#cfd3a0", 5, 560)
        + "".join(puff(s, x, y, 320, 60) for x, y in ((200, 320), (900, 300), (620, 350)))
        + slope(s, [(-40, 420), (300, 400), (700, 430), (1240, 390)], "#9a8a4c", 200)
        + stilt_house(s, 1010, 420, 0.6)
        + crown(s, 1110, 380, 60, 50, "#4f7a40", 70, 18)
        + "".join(rows)
        + figure(
            s, 330, 640, 0.98, skirt="#26356f", blouse="#2b2430", scarf="#a8232b", basket=False, bowed=True
        )
        + figure(s, 900, 610, 0.8, skirt="#2b2430", blouse="#2f6b3a", scarf="#e3b04b")
        + slope(s, [(-40, 690), (260, 668), (620, 680), (1240, 650)], "#8a6540", 60)
        + at(180, 600, gui(s, corms, 230, 160), 0.92)
        + loose
        + at(930, 790, hoe, 0.9)
        + at(1050, 560, plants.taro_leaf(s), 0.9, 18)
        + at(1140, 600, plants.taro_leaf(s, "#5d9a4c"), 0.8, -10)
    )


@enter_scene("che-shan")
def old_tea(s: Sheet) -> str:
    ladder = '<path d="M-26 0L10 -300M26 0L52 -300" stroke="#a87f4c" stroke-width="10"/>' + "".join(
        f'<path d="M{n(-26 + k * 4)} {-k * 33}h{n(52 - k * 0.8)}" stroke="#a87f4c" stroke-width="9"/>'
        for k in range(1, 9)
    )
    sprigs = heap(s, lambda: plants.tea_sprig(s), (0, 10, 120, 34), 60, 30, size=(0.42, 0.6), turn=60)
    return (
        sky(s, W, H, "soft", (860, 180))
        + ridge(s, W, 330, 150, "#9fb4b5", "#e9e6d2", 4, 560)
        + "".join(
            puff(s, x, y, 420, 100) for x, y in ((150, 370), (620, 400), (1050, 360), (380, 420), (860, 430))
        )
        + ridge(s, W, 450, 90, "#6d9276", "#b9c99a", 5, 640)
        + slope(s, [(-40, 500), (340, 470), (760, 510), (1240, 470)], "#6f9448", 200)
        + old_tree(s, 210, 600, 0.84, "#5a8548")
        + old_tree(s, 960, 590, 0.8, "#5a8548")
        + old_tree(s, 1150, 560, 0.56, "#6d9458")
        + old_tree(s, 40, 560, 0.6, "#6d9458")
        + "".join(
            tea_bush(s, x, y, k)
            for x, y, k in ((380, 590, 0.5), (800, 600, 0.5), (1080, 650, 0.6), (90, 680, 0.6))
        )
        + old_tree(s, 590, 700, 1.4, "#47743c")
        + at(720, 690, ladder, 1.05)
        + figure(s, 768, 560, 0.84, skirt="#a8232b", blouse="#26356f", scarf="#2b2430")
        + figure(s, 410, 730, 0.98, skirt="#2b2430", blouse="#2f6b3a", scarf="#a8232b")
        + slope(s, [(-40, 740), (300, 728), (700, 744), (1240, 716)], "#5d8440", 80)
        + at(980, 640, gui(s, sprigs, 170, 120), 0.86)
        + at(120, 790, plants.tea_sprig(s), 1.1, -20)
        + at(1120, 800, plants.tea_sprig(s, "#93bd58"), 1.2, 16)
    )


@enter_scene("ruong-bac-thang")
def rice_terraces(s: Sheet) -> str:
    ears = "".join(
        at(x, y, plants.rice_ear(s, "#dbb04a", 220), k, t)
        for x, y, k, t in (
            (-10, 800, 1.2, -40),
            (60, 830, 1.1, -20),
            (150, 840, 1, -30),
            (990, 850, 1.1, -60),
            (1080, 840, 1.2, -40),
            (900, 860, 0.9, -30),
        )
    )
    return (
        sky(s, W, H, "day", (900, 130))
        + ridge(s, W, 270, 150, "#8fabbb", "#dfe5d6", 4, 480)
        + "".join(puff(s, x, y, 420, 80) for x, y in ((220, 270), (760, 290), (1080, 250)))
        + ridge(s, W, 360, 110, "#6f9a7d", "#cfd99c", 5, 520)
        + terraces(s, W, 350, 640, "#d3b548", lean=0.06, steps=11, mist="#dfe3b4")
        + stilt_house(s, 870, 470, 0.46)
        + stilt_house(s, 960, 486, 0.4, "#7a6a55")
        + crown(s, 790, 452, 50, 38, "#558040", 60, 15)
        + crown(s, 1030, 470, 56, 40, "#558040", 60, 15)
        + terraces(s, W, 560, 860, "#c9b03e", lean=-0.09, steps=7, mist="#d9d68c")
        + figure(s, 420, 640, 0.62, skirt="#26356f", blouse="#2b2430", scarf="#a8232b")
        + figure(
            s, 500, 652, 0.6, skirt="#7c1d24", blouse="#26356f", scarf="#f1e6d0", bowed=True, basket=False
        )
        + ears
    )


@enter_scene("vuon-qua")
def orchard(s: Sheet) -> str:
    def tree(x: float, y: float, k: float, item: Callable[[], str], count: int, colour: str) -> str:
        trunk = f'<path d="{stroke([(0, 10), (-8, -80), (10, -170)], 52, 0.6)}" fill="#6f5238"/><path d="{stroke([(-12, 6), (-18, -80), (0, -160)], 13, 0.4)}" fill="#c9a877" opacity=".7"/><path d="{stroke([(0, -110), (80, -190)], 26, 0.5)}" fill="#6f5238"/><path d="{stroke([(0, -120), (-80, -190)], 24, 0.5)}" fill="#6f5238"/>'
        leaves = crown(s, 0, -270, 200, 150, colour, 260, 28)
        hung = []
        for _ in range(count):
            a, r = s.rng.uniform(0, 6.28), math.sqrt(s.rng.random()) * 0.88
            hung.append(
                at(200 * r * math.cos(a), -264 + 140 * r * math.sin(a), item(), s.rng.uniform(0.17, 0.22))
            )
        return at(x, y, s.shadow(10, 8, 210, 34, 0.55) + trunk + leaves + "".join(hung), k)

    plums = heap(
        s,
        lambda: at(0, 0, fruits.plum(s, s.rng.uniform(0.3, 0.9)), 0.34),
        (0, 0, 130, 36),
        84,
        40,
        turn=20,
        gap=36,
    )
    mangoes = heap(
        s,
        lambda: at(0, 0, fruits.mango(s, s.rng.uniform(0.4, 0.95)), 0.4),
        (0, 0, 110, 30),
        70,
        22,
        turn=20,
        gap=46,
    )
    return (
        sky(s, W, H, "day", (260, 130))
        + ridge(s, W, 310, 130, "#8fabb8", "#e3e6d2", 4, 520)
        + "".join(puff(s, x, y, 380, 70) for x, y in ((700, 320), (1020, 300), (160, 340)))
        + ridge(s, W, 390, 90, "#74997a", "#c9d79a", 5, 560)
        + slope(s, [(-40, 440), (400, 420), (800, 446), (1240, 420)], "#86a850", 260)
        + "".join(
            tree(x, y, k, lambda: fruits.plum(s, 0.6), 18, "#5d8f45")
            for x, y, k in ((560, 500, 0.42), (720, 496, 0.4), (880, 504, 0.44), (400, 500, 0.42))
        )
        + tree(1040, 600, 0.86, lambda: fruits.mango(s, 0.8), 26, "#4a7f3c")
        + tree(170, 620, 0.96, lambda: fruits.plum(s, 0.6), 34, "#558a40")
        + figure(s, 560, 640, 0.86, skirt="#2b2430", blouse="#26356f", scarf="#a8232b")
        + figure(s, 660, 652, 0.82, skirt="#26356f", blouse="#2f6b3a", scarf="#e3b04b")
        + slope(s, [(-40, 720), (400, 704), (800, 724), (1240, 700)], "#6d9440", 90)
        + at(360, 690, vessels.basket(s, 160, 110, plums))
        + at(860, 690, vessels.basket(s, 150, 104, mangoes, "#b98750"))
        + "".join(
            s.shadow(x + 4, y + 26, 34, 10, 0.5) + at(x, y, d, 0.3)
            for x, y, d in (
                (540, 766, fruits.plum(s, 0.5)),
                (590, 778, fruits.plum_half(s)),
                (680, 770, fruits.mango(s, 0.8)),
            )
        )
    )
