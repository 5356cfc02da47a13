"""Mountains, clouds, terraces, trees and houses for the story pictures."""

import math

from .ink import SHADOW, Point, Sheet, arc, at, mix, n, smooth, stroke, wobbly

SKIES: dict[str, tuple[tuple[float, str], ...]] = {
    "dawn": ((0, "#8fb3cf"), (0.3, "#cfd9d2"), (0.48, "#f6dfb4"), (0.62, "#f4b98a"), (1, "#f3cfae")),
    "day": ((0, "#86b4d4"), (0.5, "#c9dfe2"), (1, "#f3efdc")),
    "soft": ((0, "#bcd0cf"), (0.5, "#e6e8d6"), (1, "#fbf1da")),
    "gold": ((0, "#9dbccb"), (0.4, "#ead9b4"), (0.7, "#f6c987"), (1, "#f7dfae")),
}


def sky(sheet: Sheet, w: float, h: float, name: str, sun: Point | None = None) -> str:
    """The sky, with a low sun."""
    paint = sheet.linear(tuple((o, c, 1.0) for o, c in SKIES[name]))
    x, y = sun or (w * 0.7, h * 0.3)
    halo = sheet.radial(
        ((0, "#fffbe0", 1), (0.12, "#fff3c4", 0.9), (0.4, "#ffe0a0", 0.35), (1, "#ffd890", 0))
    )
    return f'<rect width="{n(w)}" height="{n(h)}" fill="{paint}"/><circle cx="{n(x)}" cy="{n(y)}" r="{n(h * 0.36)}" fill="{halo}"/>'


def ridge(
    sheet: Sheet, w: float, y: float, tall: float, colour: str, mist: str, peaks: int = 5, foot: float = 900
) -> str:
    """One range of mountains, dark above and lost in mist below."""
    points: list[Point] = [(-40, y)]
    count = peaks * 4
    phase = sheet.rng.uniform(0, 6)
    for i in range(count + 1):
        x = -40 + (w + 80) * i / count
        wave = math.sin(i * 1.6 + phase) * 0.5 + math.sin(i * 0.7 + phase * 2) * 0.7
        points.append((x, y - tall * (0.5 + 0.42 * wave + sheet.around(0, 0.14))))
    d = smooth(points, False, 0.5) + f"L{n(w + 60)} {n(foot)}L-60 {n(foot)}Z"
    paint = sheet.linear(((0, colour, 1), (0.35, mix(colour, mist, 0.45), 1), (0.8, mist, 1)))
    facets = []
    dusk = sheet.linear(((0, SHADOW, 0.3), (0.5, SHADOW, 0.16), (1, SHADOW, 0)))
    dawn = sheet.linear(((0, "#fff3d0", 0.34), (1, "#fff3d0", 0)))
    for i in range(1, count):
        (_, ay), (x, py), (bx, by) = points[i - 1], points[i], points[i + 1]
        if py > ay or py > by:
            continue
        reach = tall * sheet.rng.uniform(0.7, 1.05)
        spur = [(x, py + 2)]
        for k in range(1, 6):
            spur.append((x + sheet.around(reach * 0.07 * k, reach * 0.08), py + reach * k / 5))
        right = [(bx + (bx - x) * 0.9, py + reach), (bx + (bx - x) * 0.3, by + reach * 0.2)]
        facets.append(f'<path d="{smooth([*spur, *right], True, 0.3)}" fill="{dusk}"/>')
        left = [(x + (px - x) * 0.55 - reach * 0.1, qy) for px, qy in spur[::-1]]
        facets.append(f'<path d="{smooth([*spur, *left], True, 0.3)}" fill="{dawn}"/>')
    for x, py in points[1:-1]:
        gully = arc(
            (x + sheet.around(0, 16), py + tall * 0.16),
            (x + sheet.around(20, 40), py + tall * 0.62),
            sheet.around(0, 0.1),
        )
        facets.append(f'<path d="{stroke(gully, tall * 0.035, 0)}" fill="{SHADOW}" opacity=".14"/>')
    return f'<path d="{d}" fill="{paint}"/>' + sheet.within(d, "".join(facets))


def puff(
    sheet: Sheet, x: float, y: float, w: float, tall: float, lit: str = "#fffdf6", shade: str = "#c9d0da"
) -> str:
    """One bank of cloud: lit tops, cool folds."""
    out = []
    paint_low = sheet.radial(((0, shade, 0.9), (0.6, shade, 0.5), (1, shade, 0)))
    paint_top = sheet.radial(((0, lit, 1), (0.55, lit, 0.8), (1, lit, 0)), 0.42, 0.36, 0.6)
    for _ in range(16):
        px, py = x + sheet.around(0, w * 0.5), y + sheet.around(0, tall * 0.3)
        out.append(
            f'<ellipse cx="{n(px)}" cy="{n(py + tall * 0.2)}" rx="{n(w * sheet.rng.uniform(0.14, 0.3))}" ry="{n(tall * sheet.rng.uniform(0.26, 0.45))}" fill="{paint_low}"/>'
        )
    for _ in range(20):
        px, py = x + sheet.around(0, w * 0.48), y + sheet.around(-tall * 0.06, tall * 0.28)
        out.append(
            f'<ellipse cx="{n(px)}" cy="{n(py)}" rx="{n(w * sheet.rng.uniform(0.09, 0.22))}" ry="{n(tall * sheet.rng.uniform(0.2, 0.38))}" fill="{paint_top}"/>'
        )
    return "".join(out)


def cloud_sea(sheet: Sheet, w: float, top: float, foot: float) -> str:
    """Ridges standing out of a sea of cloud, from ``top`` down to ``foot``."""
    span = foot - top
    out = [ridge(sheet, w, top + span * 0.12, span * 0.5, "#8ea6b8", "#e9e2d6", 4, foot + 60)]
    out.append(
        f'<rect y="{n(top + span * 0.16)}" width="{n(w)}" height="{n(span)}" fill="{sheet.linear(((0, "#fbf0e0", 0), (0.3, "#fbf0e0", 1), (1, "#eef0ee", 1)))}"/>'
    )
    for i, (k, colour) in enumerate(((0.36, "#7b97a6"), (0.58, "#5f8288"), (0.84, "#4a6f6a"))):
        y = top + span * k
        for _ in range(5):
            out.append(puff(sheet, sheet.rng.uniform(0, w), y - span * 0.04, w * 0.34, span * 0.2))
        x = w * (0.18, 0.74, 0.36)[i]
        peak_w, peak_h = w * 0.3, span * (0.24 + 0.04 * i)
        points = [
            (x - peak_w, y + peak_h * 0.5),
            (x - peak_w * 0.5, y - peak_h * 0.2),
            (x - peak_w * 0.2, y - peak_h * 0.5),
            (x, y - peak_h),
            (x + peak_w * 0.22, y - peak_h * 0.56),
            (x + peak_w * 0.4, y - peak_h * 0.6),
            (x + peak_w, y + peak_h * 0.5),
        ]
        paint = sheet.linear(((0, colour, 1), (0.5, mix(colour, "#f3ece0", 0.4), 1), (0.9, "#f6efe4", 0)))
        out.append(f'<path d="{smooth(points, True, 0.7)}" fill="{paint}"/>')
        for _ in range(6):
            out.append(
                puff(
                    sheet,
                    x + sheet.around(0, w * 0.4),
                    y + span * 0.06,
                    w * 0.36,
                    span * 0.2,
                    "#fffaf0",
                    "#cdd6de",
                )
            )
    for _ in range(9):
        out.append(
            puff(
                sheet,
                sheet.rng.uniform(0, w),
                foot - span * 0.06,
                w * 0.36,
                span * 0.24,
                "#fffdf8",
                "#d3dade",
            )
        )
    return "".join(out)


def tea_bush(sheet: Sheet, x: float, y: float, size: float, colour: str = "#4f8440") -> str:
    """A clipped tea bush with young shoots on top."""
    tone = sheet.tone(colour, 0.4, 0.55)
    d = smooth([(px, py) for px, py in wobbly(sheet.rng, 100, 62, 0.07, 13)])
    dabs = []
    for _ in range(90):
        px, py = sheet.around(0, 92), sheet.around(0, 56)
        if (px / 98) ** 2 + (py / 60) ** 2 > 1:
            continue
        lit = -py / 120 - px / 300
        fill = mix(
            tone.base, "#c4dd7a" if lit > 0 else SHADOW, min(0.62, abs(lit) + sheet.rng.uniform(0, 0.24))
        )
        line = arc((px, py), (px + sheet.around(0, 17), py - sheet.rng.uniform(8, 20)), sheet.around(0, 0.2))
        dabs.append(f'<path d="{stroke(line, 11, 0.1)}" fill="{fill}"/>')
    shoots = "".join(
        f'<path d="{stroke(arc((px, -50 + abs(px) * 0.3), (px + sheet.around(0, 12), -78 + abs(px) * 0.3), 0.1), 9, 0.1)}" fill="#b9d66a"/>'
        for px in range(-80, 81, 11)
    )
    return sheet.shadow(x + 8 * size, y + 54 * size, 118 * size, 24 * size, 0.5) + at(
        x, y, shoots + sheet.solid(d, tone, "".join(dabs), line=0), size
    )


def crown(
    sheet: Sheet, x: float, y: float, rx: float, ry: float, colour: str, count: int = 120, dab: float = 26
) -> str:
    """The leafy crown of a tree, dab by dab, lit from the left."""
    dabs: list[tuple[float, str]] = []
    for _ in range(count):
        a, r = sheet.rng.uniform(0, 2 * math.pi), math.sqrt(sheet.rng.random())
        if len(dabs) % 3 == 0:
            r = sheet.rng.uniform(0.86, 1.02)
        px, py = rx * r * math.cos(a), ry * r * math.sin(a)
        lit = -(px / rx) * 0.3 - (py / ry) * 0.45 + sheet.around(0, 0.2)
        fill = mix(colour, "#dbe58a" if lit > 0 else SHADOW, min(0.6, abs(lit)))
        dabs.append(
            (
                py + sheet.around(0, ry * 0.4),
                f'<path d="{stroke(arc((px, py), (px + sheet.around(0, dab), py + sheet.around(4, dab * 0.7)), sheet.around(0, 0.3)), dab * 0.62, 0.1)}" fill="{fill}"/>',
            )
        )
    blob = smooth([(px, py) for px, py in wobbly(sheet.rng, rx * 0.88, ry * 0.84, 0.08, 12)])
    return at(
        x, y, f'<path d="{blob}" fill="{mix(colour, SHADOW, 0.4)}"/>' + "".join(d for _, d in sorted(dabs))
    )


def old_tree(sheet: Sheet, x: float, y: float, size: float, colour: str = "#47743c") -> str:
    """An old shan tea tree: mossy forked trunk, layered crowns."""
    bark = "#8a7f70"
    trunk = [
        ([(0, 10), (-10, -80), (14, -150), (-6, -230)], 56),
        ([(6, -120), (70, -200), (110, -290)], 32),
        ([(-6, -140), (-80, -220), (-130, -280)], 30),
        ([(4, -200), (30, -290), (20, -370)], 26),
    ]
    out = [sheet.shadow(20, 6, 190, 34, 0.5)]
    for points, width in trunk:
        out.append(
            f'<path d="{stroke(points, width, 0.5)}" fill="{bark}" stroke="{mix(bark, SHADOW, 0.6)}" stroke-width="2"/>'
        )
        out.append(
            f'<path d="{stroke([(px - width * 0.16, py) for px, py in points], width * 0.3, 0.3)}" fill="#e3dcc6" opacity=".6"/>'
        )
        out.append(
            f'<path d="{stroke([(px + width * 0.22, py) for px, py in points], width * 0.3, 0.3)}" fill="{SHADOW}" opacity=".35"/>'
        )
    for _ in range(26):
        out.append(
            f'<ellipse cx="{n(sheet.around(0, 24))}" cy="{n(sheet.rng.uniform(-220, 0))}" rx="{n(sheet.rng.uniform(3, 9))}" ry="{n(sheet.rng.uniform(3, 6))}" fill="{sheet.rng.choice(("#b5c49a", "#c9cfb8", "#7f9a6a"))}" opacity=".6"/>'
        )
    for cx, cy, rx, ry in (
        (-140, -300, 120, 66),
        (120, -310, 124, 70),
        (10, -400, 150, 82),
        (-40, -330, 120, 60),
        (70, -360, 110, 56),
    ):
        out.append(
            crown(sheet, cx, cy, rx, ry, mix(colour, sheet.rng.choice((SHADOW, "#a8bf5c")), 0.08), 170, 26)
        )
    return at(x, y, "".join(out), size)


def stilt_house(sheet: Sheet, x: float, y: float, size: float, roof: str = "#8a6a4a") -> str:
    """A house on stilts with a deep thatched roof, standing on x, y; 220 wide."""
    wall, thatch = sheet.tone("#a8794c"), sheet.tone(roof, 0.4, 0.5)
    posts = "".join(
        f'<path d="M{px} -70V4" stroke="#5a3d28" stroke-width="9"/>' for px in (-84, -40, 6, 50, 92)
    )
    boards = "".join(
        f'<path d="M{px} -126V-64" stroke="#5a3a22" stroke-width="2" opacity=".5"/>'
        for px in range(-90, 96, 11)
    )
    room = sheet.solid(
        "M-94 -128H96V-62H-94Z",
        wall,
        boards
        + '<path d="M-20 -120H14V-62H-20Z" fill="#3a241a"/><path d="M44 -112H76V-84H44Z" fill="#3a241a"/>',
        paint=sheet.fall(wall),
    )
    straw = "".join(
        f'<path d="M{px} -236L{px * 1.45 + sheet.around(0, 6):.0f} -116" stroke="{sheet.rng.choice((thatch.glow, thatch.dark, thatch.line))}" stroke-width="2.6" opacity=".5"/>'
        for px in range(-92, 96, 5)
    )
    top = sheet.solid(
        smooth(
            [(-84, -232), (0, -240), (88, -232), (146, -118), (60, -108), (-60, -108), (-142, -118)],
            True,
            0.35,
        ),
        thatch,
        straw,
        paint=sheet.fall(thatch),
    )
    stairs = '<path d="M-70 -62L-100 6M-52 -62L-82 6M-74 -46h18M-82 -28h18M-90 -10h18" stroke="#5a3d28" stroke-width="5"/>'
    rail = '<path d="M-112 -64H112M-112 -86H-94M-108 -86V-62" stroke="#5a3d28" stroke-width="6"/>'
    return at(x, y, sheet.shadow(16, 4, 150, 22, 0.5) + posts + room + rail + top + stairs, size)


def terraces(
    sheet: Sheet,
    w: float,
    top: float,
    foot: float,
    crop: str,
    *,
    lean: float = 0.0,
    steps: int = 9,
    water: bool = False,
    mist: str = "#e9e4cc",
) -> str:
    """A hillside of terraces from ``top`` to ``foot``: bank, lip, field; nearer steps are taller."""
    out = []
    phase = sheet.rng.uniform(0, 6)
    for i in range(steps):
        t = (i / steps) ** 1.35
        y = top + (foot - top) * t
        far = 1 - i / (steps - 1)
        deep = (foot - top) / steps * (0.7 + 1.2 * i / steps)
        line: list[Point] = []
        for k in range(11):
            x = -60 + (w + 120) * k / 10
            swing = math.sin(k * 0.8 + phase + i * 0.5) * deep * 0.5 + math.sin(k * 1.9 + i) * deep * 0.2
            line.append((x, y + swing + lean * (x - w / 2)))
        ripe = (crop, mix(crop, "#8fae4a", 0.45), mix(crop, "#e3c25a", 0.4))[(i * 2 + i // 3) % 3]
        hue = mix(ripe, mist, far * 0.5)
        field = smooth(line, False) + f"L{n(w + 80)} {n(foot + 260)}L-80 {n(foot + 260)}Z"
        paint = sheet.linear(
            ((0, mix(hue, "#fff3b0", 0.35), 1), (0.25, hue, 1), (1, mix(hue, SHADOW, 0.25), 1))
        )
        out.append(f'<path d="{field}" fill="{paint}"/>')
        if water:
            shine = stroke([(x, yy + deep * 0.32) for x, yy in line], deep * 0.36, 0.5)
            out.append(f'<path d="{shine}" fill="#e6eee6" opacity="{0.35 + 0.3 * far:.2f}"/>')
        bank = stroke([(x, yy + deep * 0.13) for x, yy in line], max(5.0, deep * 0.34), 0.7)
        out.append(
            f'<path d="{bank}" fill="{mix("#6f6a34", mist, far * 0.5)}"/><path d="{stroke([(x, yy + deep * 0.24) for x, yy in line], max(2.0, deep * 0.12), 0.7)}" fill="{mix("#4a3a24", mist, far * 0.6)}" opacity=".7"/>'
        )
        lit = smooth([(x, yy - deep * 0.08) for x, yy in line], False)
        out.append(
            f'<path d="{lit}" fill="none" stroke="{mix("#cfd98a", mist, far * 0.4)}" stroke-width="{n(2 + 4 * (1 - far))}"/>'
        )
        tufts = []
        for _ in range(70):
            along = sheet.rng.random() * 9.99
            (ax, ay), (bx, by), f = line[int(along)], line[int(along) + 1], along % 1
            x, yy = ax + (bx - ax) * f, ay + (by - ay) * f + deep * sheet.rng.uniform(0.18, 0.95)
            size = 3 + 9 * (1 - far)
            tufts.append(
                f'<path d="M{n(x)} {n(yy)}q{n(sheet.around(0, size * 0.4))} {n(-size)} {n(sheet.around(0, size))} {n(-size * 1.6)}" stroke="{mix(hue, sheet.rng.choice((SHADOW, "#fbf3a8")), 0.4)}" stroke-width="{n(1 + 1.6 * (1 - far))}" fill="none" opacity=".7"/>'
            )
        out.append("".join(tufts))
    return "".join(out)


def figure(
    sheet: Sheet,
    x: float,
    y: float,
    size: float,
    *,
    skirt: str = "#26356f",
    blouse: str = "#2b2430",
    scarf: str = "#a8232b",
    basket: bool = True,
    bowed: bool = False,
) -> str:
    """A woman seen from behind, with headscarf, sash and carrying basket; her feet at x, y, 200 tall."""
    skirt_tone, top_tone, head_tone = (
        sheet.tone(skirt, 0.35, 0.5),
        sheet.tone(blouse, 0.35, 0.5),
        sheet.tone(scarf, 0.4, 0.5),
    )
    legs = '<path d="M-13 -18V0M13 -18V0" stroke="#3a2a2a" stroke-width="13" stroke-linecap="round"/>'
    skirt_d = smooth([(-25, -104), (25, -104), (46, -20), (0, -12), (-46, -20)], True, 0.5)
    pleats = "".join(
        f'<path d="M{k * 0.5} -100L{k} -16" stroke="{skirt_tone.line}" stroke-width="2" opacity=".5"/>'
        for k in range(-42, 43, 9)
    )
    hem = '<path d="M-48 -34Q0 -22 48 -34" stroke="#a8232b" stroke-width="9" fill="none"/><path d="M-47 -44Q0 -33 47 -44" stroke="#e3b04b" stroke-width="4" fill="none" stroke-dasharray="5 4"/><path d="M-44 -54Q0 -44 44 -54" stroke="#f1e6d0" stroke-width="3" fill="none" stroke-dasharray="3 3"/>'
    torso_d = smooth(
        [(-28, -160), (0, -168), (28, -160), (34, -128), (26, -98), (-26, -98), (-34, -128)], True, 0.8
    )
    arms = f'<path d="M-30 -152Q-50 -124 -38 -96M30 -152Q50 -124 38 -96" stroke="{top_tone.base}" stroke-width="17" fill="none" stroke-linecap="round"/><path d="M-34 -110l-5 12M34 -110l5 12" stroke="#7f9bd0" stroke-width="18"/>'
    sash = '<path d="M-28 -104Q0 -96 28 -104" stroke="#e3b04b" stroke-width="9" fill="none"/>'
    head = sheet.solid(
        smooth([(-23, -176), (-26, -200), (-12, -220), (12, -220), (26, -200), (23, -176), (0, -166)]),
        head_tone,
        '<path d="M-26 -196Q0 -206 26 -196" stroke="#f1e6d0" stroke-width="4" fill="none" stroke-dasharray="5 3"/><path d="M-25 -186Q0 -194 25 -186" stroke="#e3b04b" stroke-width="3" fill="none"/>',
    )
    pack = ""
    if basket:
        tone = sheet.tone("#b98750")
        d = smooth([(-35, -164), (35, -164), (25, -98), (-25, -98)], True, 0.3)
        weave = "".join(
            f'<path d="M-40 {y}Q0 {y + 8} 40 {y}" stroke="{tone.line}" stroke-width="2.4" fill="none" opacity=".6"/>'
            for y in range(-158, -96, 8)
        )
        weave += "".join(
            f'<path d="M{k} -166L{k * 0.7} -94" stroke="{tone.glow}" stroke-width="2.4" opacity=".6"/>'
            for k in range(-30, 31, 10)
        )
        greens = "".join(
            f'<path d="{stroke(arc((k, -160), (k + sheet.around(0, 14), -182), 0.2), 12, 0.1)}" fill="{sheet.rng.choice(("#7fb04a", "#5d9440", "#a3c766"))}"/>'
            for k in range(-30, 31, 5)
        )
        pack = greens + sheet.solid(d, tone, weave, paint=sheet.fall(tone))
    upper = arms + sheet.solid(torso_d, top_tone, paint=sheet.fall(top_tone)) + head + pack
    if bowed:
        upper = f'<g transform="rotate(24 0 -100)">{upper}</g>'
    return at(
        x,
        y,
        sheet.shadow(8, 0, 60, 12, 0.5)
        + legs
        + sheet.solid(skirt_d, skirt_tone, pleats + hem, paint=sheet.fall(skirt_tone))
        + sash
        + upper,
        size,
    )
