"""Story pictures under a roof: the loom and the smoke loft."""

import math

from . import garden, smokehouse, vessels
from .cloth import gui
from .ink import SHADOW, Sheet, arc, at, ellipse, heap, mix, n, smooth, stroke
from .land import puff, ridge, sky
from .motifs import DYES, band, height
from .story import enter_scene


@enter_scene("det-tho-cam")
def loom(s: Sheet) -> str:
    wood = s.tone("#a8743f")

    def beam(x: float, y: float, w: float, h: float) -> str:
        d = f"M{n(x)} {n(y)}h{n(w)}v{n(h)}h{n(-w)}Z"
        return s.solid(
            d,
            wood,
            paint=s.linear(
                ((0, wood.glow, 1), (0.4, wood.base, 1), (1, wood.dark, 1)),
                0 if w > h else 1,
                1 if w > h else 0,
            ),
        )

    boards = "".join(
        f'<rect x="{x}" width="96" height="560" fill="{mix("#b58a5a", s.rng.choice((SHADOW, "#f3dcae")), s.rng.uniform(0.03, 0.14))}"/><path d="M{x} 0v560" stroke="{SHADOW}" stroke-width="4" opacity=".5"/>'
        for x in range(0, 1200, 96)
    )
    window = (
        s.within(
            "M800 90H1080V330H800Z",
            at(
                800,
                90,
                sky(s, 280, 240, "day", (200, 60))
                + ridge(s, 280, 150, 60, "#7d9aa3", "#dfe3cc", 3, 260)
                + puff(s, 140, 150, 220, 50)
                + ridge(s, 280, 210, 40, "#5d8a55", "#9ab56f", 3, 260),
            ),
        )
        + '<path d="M800 90H1080V330H800ZM940 90V330" fill="none" stroke="#5a3a22" stroke-width="15"/>'
    )
    floor = "".join(
        f'<rect y="{y}" width="1200" height="80" fill="{mix("#8f6238", SHADOW, k)}"/><path d="M0 {y}h1200" stroke="{SHADOW}" stroke-width="3" opacity=".5"/>'
        for y, k in ((560, 0.3), (600, 0.22), (644, 0.16), (692, 0.1), (744, 0.05))
    )
    warp = "".join(
        f'<path d="M{n(260 + i * 5.4)} 250L{n(210 + i * 6.6)} 560" stroke="{("#f3ead6", "#26356f", "#a8232b", "#f3ead6")[(i // 6) % 4]}" stroke-width="2.6"/>'
        for i in range(74)
    )
    cloth_d = smooth([(206, 470), (700, 470), (740, 690), (170, 690)], True, 0)
    bands, y = "", 470.0
    for motif, dye, cell in (
        ("comb", "red", 5),
        ("diamond", "indigo", 6),
        ("hook", "red", 6),
        ("comb", "gold", 5),
    ):
        bands += band(s, 160, y, 600, motif, dye, cell)
        y += height(motif, cell) + 6
    shade = s.linear(((0, "#fff6dc", 0.24), (0.6, SHADOW, 0), (1, SHADOW, 0.34)))
    cloth = s.solid(
        cloth_d, s.tone("#26356f"), bands + f'<path d="{cloth_d}" fill="{shade}"/>', paint="#26356f"
    )
    heddle = "".join(
        f'<path d="M{n(242 + i * 7)} 326V402" stroke="#f6efdc" stroke-width="2" opacity=".9"/>'
        for i in range(62)
    )
    frame = (
        beam(170, 110, 26, 580) + beam(716, 110, 26, 580) + beam(150, 120, 620, 30) + beam(200, 236, 520, 26)
    )
    frame2 = beam(220, 316, 470, 17) + heddle + beam(220, 400, 470, 17) + beam(196, 440, 520, 36)
    skeins = "".join(
        at(
            x,
            160,
            f'<path d="M-26 0C-40 60 -36 120 0 134C36 120 40 60 26 0Z" fill="{s.tube(s.tone(c))}" stroke="{mix(c, SHADOW, 0.6)}" stroke-width="2"/>'
            + "".join(
                f'<path d="M{k} 4Q{k * 1.5} 70 {k * 0.4} 130" stroke="{mix(c, "#fff3d0", 0.4)}" stroke-width="2" fill="none" opacity=".6"/>'
                for k in range(-24, 25, 8)
            )
            + '<path d="M-20 10Q0 22 20 10" stroke="#f3e2b8" stroke-width="9" fill="none"/>',
        )
        for x, c in ((300, "#a8232b"), (384, "#26356f"), (468, "#d9a033"), (552, "#2f6b3a"), (636, "#efe3c8"))
    )
    shuttle = at(
        470,
        456,
        s.solid(
            smooth([(-110, 0), (-60, -17), (60, -17), (110, 0), (60, 17), (-60, 17)]),
            s.tone("#8a5a34"),
            '<path d="M-50 0h100" stroke="#a8232b" stroke-width="13"/>' + s.gleam(-20, -9, 50, 5, 0.7, 0),
        ),
        turn=-3,
    )
    balls = "".join(
        s.shadow(x + 6, y + 34, 54, 16, 0.55)
        + at(
            x,
            y,
            s.solid(
                ellipse(0, 0, 46, 42),
                s.tone(c),
                "".join(
                    f'<path d="{smooth(arc((-50, k), (50, -k * 0.6), 0.3 * math.sin(k)), False)}" fill="none" stroke="{s.tone(c).line if i % 2 else s.tone(c).glow}" stroke-width="3" opacity=".5"/>'
                    for i, k in enumerate(range(-46, 50, 9))
                ),
            ),
        )
        for x, y, c in (
            (880, 700, "#a8232b"),
            (960, 724, "#26356f"),
            (1040, 704, "#d9a033"),
            (920, 752, "#2f6b3a"),
        )
    )
    hung = "".join(
        at(
            x,
            360,
            f'<path d="M0 0h90v190h-90z" fill="{DYES[d]["."]}"/>'
            + "".join(
                band(s, 0, 14 + k * 58, 90, m, d, 3.2) for k, m in enumerate(("star", "diamond", "comb"))
            )
            + f'<path d="M0 0h90v190h-90z" fill="none" stroke="{SHADOW}" stroke-opacity=".5" stroke-width="3"/>',
        )
        for x, d in ((800, "red"), (898, "black"), (996, "leaf"))
    )
    beam_of_light = '<g filter="url(#soft20)" opacity=".3"><path d="M800 90L1080 90L760 800L300 800Z" fill="#fff2c4"/></g>'
    return (
        boards
        + f'<rect width="1200" height="560" fill="{s.linear(((0, SHADOW, 0.35), (0.4, SHADOW, 0.02), (1, SHADOW, 0.3)))}"/>'
        + window
        + '<path d="M780 352H1110" stroke="#c9a45c" stroke-width="13"/>'
        + hung
        + floor
        + s.shadow(470, 700, 380, 60, 0.6)
        + frame
        + skeins
        + warp
        + frame2
        + cloth
        + beam(160, 676, 590, 34)
        + shuttle
        + at(
            1080,
            640,
            vessels.basket(
                s,
                100,
                90,
                heap(
                    s,
                    lambda: at(
                        0, 0, s.solid(ellipse(0, 0, 30, 28), s.tone(s.rng.choice(("#f3ead6", "#e6d8b8")))), 1
                    ),
                    (0, 0, 76, 20),
                    34,
                    11,
                    turn=30,
                ),
            ),
            1,
        )
        + balls
        + at(78, 560, gui(s, "", 160, 76))
        + beam_of_light
    )


@enter_scene("gac-bep")
def smoke_loft(s: Sheet) -> str:
    wall = "".join(
        f'<rect x="{x}" width="70" height="800" fill="{mix("#4a3022", s.rng.choice((SHADOW, "#8a5a34")), s.rng.uniform(0.05, 0.25))}"/><path d="M{x} 0v800" stroke="#1a0d0a" stroke-width="5" opacity=".6"/>'
        for x in range(0, 1200, 70)
    )
    dark = s.radial(
        ((0, "#f39a3a", 0.5), (0.25, "#c2622a", 0.3), (0.6, "#2a1410", 0.3), (1, "#140a08", 0.85)),
        0.5,
        0.86,
        0.86,
    )
    rack = "".join(
        f'<path d="M{x} 120V330" stroke="#2a1a12" stroke-width="12"/>' for x in (210, 990)
    ) + "".join(
        f'<path d="M150 {y}H1050" stroke="{c}" stroke-width="{w}"/>'
        for y, c, w in ((236, "#6b4526", 24), (228, "#b57a42", 6), (330, "#6b4526", 20), (323, "#b57a42", 5))
    )
    slats = "".join(
        f'<path d="M{x} 226L{x - 20} 336" stroke="#5a3820" stroke-width="9"/>' for x in range(200, 1040, 52)
    )
    hung = "".join(
        f'<path d="M{x} 330v34" stroke="#d9c49a" stroke-width="5"/>' + at(x, 360 + length / 2, drawing, k, 90)
        for x, length, drawing, k in (
            (250, 210, smokehouse.jerky(s, 330, 82), 0.66),
            (320, 220, smokehouse.jerky(s, 340, 86), 0.66),
            (390, 190, smokehouse.jerky(s, 300, 80), 0.66),
            (480, 200, smokehouse.sausage(s, 280, 76, 0.07), 0.72),
            (540, 200, smokehouse.sausage(s, 280, 76, -0.06), 0.72),
            (600, 200, smokehouse.sausage(s, 280, 76, 0.05), 0.72),
            (700, 230, smokehouse.smoked_pork(s, 330, 130), 0.7),
            (800, 230, smokehouse.smoked_pork(s, 330, 124), 0.7),
            (890, 200, smokehouse.dried_fish(s, 300), 0.74),
            (960, 200, smokehouse.dried_fish(s, 300), 0.74),
        )
    )
    corn = "".join(
        at(
            x,
            190 + s.around(0, 8),
            s.solid(
                smooth([(-17, -44), (17, -44), (20, 10), (0, 44), (-20, 10)]),
                s.tone(c),
                "".join(
                    f'<circle cx="{(k % 5 - 2) * 8}" cy="{-40 + (k // 5) * 8}" r="3.4" fill="#fff0b0" opacity=".5"/>'
                    for k in range(50)
                ),
            ),
            1,
            s.around(0, 10),
        )
        for x in range(230, 1000, 44)
        for c in (s.rng.choice(("#e0a82e", "#d9952a", "#c9b45c")),)
    )
    flames = "".join(
        at(
            x,
            740,
            f'<path d="{smooth([(-40 * k, 0), (-46 * k, -60 * k), (-14 * k, -100 * k), (s.around(0, 10), -190 * k), (22 * k, -100 * k), (48 * k, -56 * k), (40 * k, 0)])}" fill="{c}" opacity="{o}"/>',
        )
        for x, k, c, o in (
            (560, 0.9, "#e5672a", 0.9),
            (640, 0.8, "#e5672a", 0.9),
            (600, 1.05, "#f08a2c", 0.95),
            (580, 0.7, "#f7b84a", 0.95),
            (624, 0.62, "#f7b84a", 0.95),
            (602, 0.5, "#fff0b8", 1),
        )
    )
    logs = "".join(
        at(
            x,
            y,
            f'<path d="M-130 -17H120q17 17 0 34H-130q-17 -17 0 -34" fill="{s.linear(((0, "#9a6a42", 1), (0.5, "#5a3a26", 1), (1, "#2a1811", 1)))}" stroke="#1a0d0a" stroke-width="2"/><ellipse cx="122" rx="11" ry="17" fill="#e0732c"/>',
            turn=t,
        )
        for x, y, t in ((500, 752, -8), (700, 754, 188), (600, 762, 24), (610, 764, 152))
    )
    stones = "".join(
        s.solid(
            smooth([(x - 60, 790), (x - 54, 740), (x, 716), (x + 54, 742), (x + 60, 790)]), s.tone("#6f665f")
        )
        for x in (410, 800)
    )
    pot_tone = s.tone("#2f2a2c", 0.4, 0.6)
    smoke = (
        '<g filter="url(#soft20)" opacity=".34">'
        + "".join(
            f'<path d="{stroke([(600 + dx, 640), (560 + dx * 1.6, 520), (640 + dx * 2.2, 400), (580 + dx * 3, 250), (620 + dx * 4, 90)], 90, 0.2)}" fill="#e6d3bd"/>'
            for dx in (-60, 10, 80)
        )
        + "</g>"
    )
    pot = at(
        170,
        700,
        s.solid(
            smooth([(-100, -110), (100, -110), (120, -30), (80, 50), (-80, 50), (-120, -30)]),
            pot_tone,
            s.gleam(50, -40, 30, 50, 0.5, 10),
        )
        + s.solid(ellipse(0, -110, 104, 24), s.tone("#4a4244")),
    )
    glow = s.radial(((0, "#ffcf7a", 0.75), (0.4, "#f08a2c", 0.3), (1, "#f08a2c", 0)))
    return (
        wall
        + f'<rect width="1200" height="800" fill="{dark}"/><path d="M-20 700H1220V820H-20Z" fill="#3a241a"/>'
        + rack
        + slats
        + corn
        + hung
        + f'<ellipse cx="600" cy="690" rx="460" ry="300" fill="{glow}"/>'
        + stones
        + logs
        + flames
        + pot
        + at(
            1030,
            720,
            vessels.basket(
                s,
                110,
                80,
                heap(s, lambda: at(0, 0, garden.taro(s), 0.32), (0, 0, 84, 22), 50, 16, turn=60, gap=28),
            ),
        )
        + smoke
    )
