"""Story pictures of work: the hives and the market."""

import math
from collections.abc import Callable

from . import fruits, garden, glassware, hive, packs, plants, vessels
from .hive import bee
from .ink import SHADOW, Sheet, at, heap, smooth
from .land import crown, figure, puff, ridge, sky, stilt_house
from .motifs import DYES, band
from .story import H, W, enter_scene, slope


@enter_scene("nuoi-ong")
def beekeeping(s: Sheet) -> str:
    def bee_box(x: float, y: float, k: float, colour: str, dye: str) -> str:
        box = packs.carton(
            s,
            210,
            150,
            110,
            colour,
            dye,
            badge='<path d="M-70 40h140v15h-140z" fill="#2a1622"/>',
            motif="comb",
        )
        roof_tone = s.tone("#7d8a8f")
        roof = (
            s.solid(
                smooth([(-122, -150), (116, -150), (190, -202), (-52, -202)], True, 0),
                roof_tone,
                paint=s.fall(roof_tone),
            )
            + s.solid("M-122 -152H116V-132H-122Z", roof_tone)
            + s.solid("M116 -152L190 -204V-184L116 -132Z", s.tone("#5f6a70"))
        )
        legs = '<path d="M-84 0V34M84 0V34M140 -40V0" stroke="#5a3d28" stroke-width="13"/>'
        return at(x, y, s.shadow(30, 34, 170, 26, 0.55) + legs + box + roof, k)

    trees = "".join(
        crown(s, x, y, rx, ry, c, 120, 22)
        for x, y, rx, ry, c in (
            (90, 330, 150, 110, "#5d8a48"),
            (1120, 320, 160, 120, "#55823f"),
            (300, 370, 100, 60, "#6d9a50"),
            (930, 380, 100, 60, "#6d9a50"),
        )
    )
    bloom = "".join(
        at(
            s.rng.uniform(-20, 1220),
            s.rng.uniform(560, 800),
            plants.blossom(
                s, 6, s.rng.choice(("#fdfaf0", "#fdfaf0", "#f3d9e0")), "#e5aa1e", size=s.rng.uniform(13, 26)
            ),
        )
        for _ in range(80)
    )
    ban = "".join(
        at(
            s.rng.gauss(140, 90),
            s.rng.gauss(300, 60),
            plants.blossom(s, 5, "#f9eef0", "#d98aa0", size=s.rng.uniform(14, 22)),
        )
        for _ in range(46)
    )
    bees = "".join(
        at(x, y, bee(s), k, t)
        for x, y, k, t in (
            (420, 400, 0.6, -10),
            (560, 330, 0.5, 14),
            (690, 430, 0.66, -20),
            (820, 350, 0.5, 10),
            (360, 520, 0.7, 20),
            (980, 480, 0.6, -8),
            (620, 540, 0.56, 0),
            (500, 620, 0.7, 16),
        )
    )
    frame_tone = s.tone("#b98a4c")
    frame = (
        s.solid("M-210 -150H210V-120H-210Z", frame_tone)
        + at(0, -10, hive.honeycomb(s, 360, 230))
        + s.solid("M-196 -122H-176V120H-196Z", frame_tone)
        + s.solid("M176 -122H196V120H176Z", frame_tone)
        + s.solid("M-196 112H196V132H-196Z", frame_tone)
    )
    jar = glassware.glass(s, "honey", "#d98a16", level=0.95, clear=0.08) + glassware.cloth_lid(
        s, "honey", "red"
    )
    return (
        sky(s, W, H, "gold", (420, 130))
        + ridge(s, W, 310, 140, "#8fa9b0", "#ece0c0", 4, 520)
        + ridge(s, W, 390, 90, "#7d9e80", "#cfd8a4", 5, 560)
        + trees
        + ban
        + slope(s, [(-40, 450), (300, 430), (760, 456), (1240, 430)], "#7fa04c", 260)
        + bee_box(250, 540, 0.66, "#7fa3b8", "indigo")
        + bee_box(520, 520, 0.6, "#d9b45c", "gold")
        + bee_box(780, 530, 0.64, "#c97a5c", "red")
        + bee_box(1010, 560, 0.72, "#8fae7a", "leaf")
        + bloom
        + bee_box(420, 690, 1.02, "#d9c08a", "red")
        + s.shadow(800, 770, 220, 30, 0.5)
        + at(800, 650, frame, 0.84, -4)
        + s.shadow(1040, 776, 90, 20, 0.6)
        + at(1030, 774, jar, 0.6)
        + bees
    )


@enter_scene("cho-phien")
def market_morning(s: Sheet) -> str:
    def stall(x: float, y: float, k: float, dye: str, goods: str) -> str:
        poles = '<path d="M-190 40V-250M190 40V-250" stroke="#8a6238" stroke-width="13"/>'
        cloth = DYES[dye]["."]
        tone = s.tone(cloth)
        awning = smooth([(-220, -210), (-170, -320), (170, -320), (220, -210)], True, 0)
        stripes = "".join(
            f'<path d="M{i * 55 - 192 - 28} -205L{i * 42 - 147 - 22} -325h21L{i * 55 - 192} -205Z" fill="#f6ead0" opacity=".85"/>'
            for i in range(8)
        )
        scallop = "".join(
            f'<path d="M{-220 + i * 55} -212h55q-4 40 -27.5 40t-27.5 -40" fill="{tone.base if i % 2 else "#f6ead0"}" stroke="{tone.line}" stroke-opacity=".5" stroke-width="2"/>'
            for i in range(8)
        )
        table = s.solid(
            "M-210 -60H210V60H-210Z", tone, band(s, -214, -50, 430, "diamond", dye, 5.4), paint=s.fall(tone)
        )
        top = s.solid("M-216 -60L-180 -110H180L216 -60Z", s.tone("#c9a06a"))
        return at(
            x,
            y,
            s.shadow(10, 60, 270, 34, 0.5)
            + poles
            + top
            + goods
            + table
            + s.solid(awning, tone, stripes, paint=s.fall(tone))
            + scallop,
            k,
        )

    def crate(x: float, y: float, item: Callable[[], str], k: float, size: float) -> str:
        return at(
            x,
            y,
            vessels.basket(
                s,
                74,
                46,
                heap(s, lambda: at(0, 0, item(), size), (0, -4, 56, 15), 40, 16, turn=30, gap=size * 90),
            ),
            k,
        )

    first = (
        crate(-120, -100, lambda: fruits.hawthorn(s, 0.6), 1, 0.2)
        + crate(20, -100, lambda: fruits.plum(s), 1, 0.2)
        + crate(140, -96, lambda: fruits.mango(s), 0.9, 0.24)
    )
    second = crate(-110, -100, lambda: garden.taro(s), 1.05, 0.22) + "".join(
        at(x, -86, glassware.glass(s, "honey", c, level=0.95) + glassware.cloth_lid(s, "honey", d), 0.22)
        for x, c, d in ((10, "#d98a16", "red"), (80, "#b5650f", "indigo"), (146, "#e3ac35", "leaf"))
    )
    third = "".join(
        at(x, -84, packs.sack(s, 96, 120, "#efe4cb", d), 0.9) for x, d in ((-130, "red"), (-30, "indigo"))
    ) + crate(110, -96, lambda: fruits.strawberry(s), 1, 0.2)
    people = (
        figure(s, 330, 640, 0.92, skirt="#26356f", blouse="#2b2430", scarf="#a8232b")
        + figure(s, 420, 652, 0.86, skirt="#7c1d24", blouse="#26356f", scarf="#2f6b3a")
        + figure(s, 770, 650, 0.9, skirt="#2b2430", blouse="#a8232b", scarf="#26356f")
        + figure(s, 680, 560, 0.6, skirt="#26356f", blouse="#2f6b3a", scarf="#e3b04b")
        + figure(s, 590, 545, 0.54, skirt="#a8232b", blouse="#2b2430", scarf="#26356f")
        + figure(s, 520, 552, 0.56, skirt="#2b2430", blouse="#7f9bd0", scarf="#a8232b")
    )
    bunting = "".join(
        at(
            -6 + i * 71,
            170 + 34 * math.sin(i / 18 * math.pi),
            f'<path d="M-20 0H20L0 40Z" fill="{c}" stroke="{SHADOW}" stroke-opacity=".4" stroke-width="1.5"/>',
        )
        for i, c in enumerate(("#a8232b", "#e3b04b", "#26356f", "#2f6b3a") * 5)
        if i < 18
    )
    line = f'<path d="{smooth([(-40 + i * 71, 168 + 34 * math.sin(i / 18 * math.pi)) for i in range(19)], False)}" fill="none" stroke="#6b4a30" stroke-width="3"/>'
    earth = s.linear(((0, "#e3cb9a", 1), (1, "#a8835a", 1)))
    return (
        sky(s, W, H, "dawn", (620, 230))
        + ridge(s, W, 330, 170, "#8fa8b5", "#f0dfc2", 4, 560)
        + "".join(puff(s, x, y, 380, 80) for x, y in ((180, 360), (700, 380), (1060, 350)))
        + ridge(s, W, 430, 100, "#6f9278", "#c9cf9c", 5, 600)
        + stilt_house(s, 150, 470, 0.6)
        + stilt_house(s, 1090, 470, 0.66, "#7a6a55")
        + crown(s, 260, 430, 60, 44, "#5a8548", 70, 18)
        + crown(s, 990, 430, 60, 44, "#5a8548", 70, 18)
        + f'<path d="{smooth([(-40, 470), (300, 456), (800, 470), (1240, 456)], False)}L1260 860L-60 860Z" fill="{earth}"/>'
        + stall(520, 500, 0.5, "leaf", third)
        + stall(760, 498, 0.5, "indigo", first)
        + stall(190, 620, 0.92, "red", first)
        + stall(1000, 630, 0.96, "indigo", second)
        + people
        + line
        + bunting
        + at(
            150,
            740,
            vessels.basket(
                s, 96, 74, heap(s, lambda: at(0, 0, fruits.longan(s), 0.2), (0, 0, 74, 20), 44, 34, gap=18)
            ),
        )
        + at(
            1080,
            745,
            vessels.tray(s, 120)
            + heap(s, lambda: garden.chilli(s), (0, -4, 84, 26), 26, 24, size=(0.3, 0.4)),
        )
        + at(
            560,
            756,
            vessels.basket(
                s,
                84,
                60,
                heap(s, lambda: plants.tea_sprig(s), (0, 10, 64, 16), 20, 26, size=(0.3, 0.42), turn=60),
            ),
        )
    )
