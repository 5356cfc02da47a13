"""Dried, pressed, pickled and sweet things: single pieces, around the origin, radius about 100 or as said."""

import math

from .ink import SHADOW, Sheet, arc, at, ellipse, mix, n, polar, smooth, stroke, wobbly


def tea_curl(sheet: Sheet, colour: str, length: float = 46, width: float = 7, tip: str = "") -> str:
    """One twisted dry tea leaf; ``tip`` colours a downy bud along it."""
    tone = sheet.tone(mix(colour, sheet.rng.choice((SHADOW, "#d9d3a0")), sheet.rng.uniform(0, 0.28)), 0.4, 0.5)
    bend = sheet.around(0, 0.3)
    half = sheet.rng.uniform(0.6, 1) * length / 2
    line = arc((-half, 0), (half, sheet.around(0, 8)), bend, 7)
    out = f'<path d="{stroke(line, width * sheet.rng.uniform(0.7, 1.25), 0.2)}" fill="{tone.base}" stroke="{tone.line}" stroke-width="1"/>'
    lit = [(x - 0.6, y - width * 0.18) for x, y in line[1:-1]]
    return out + f'<path d="{stroke(lit, width * 0.3, 0.1)}" fill="{tip or tone.glow}" opacity="{0.9 if tip else 0.6}"/>'


def silver_bud(sheet: Sheet) -> str:
    """A white-tea bud, downy, about 60 long."""
    tone = sheet.tone(mix("#d9d8c4", "#a9b596", sheet.rng.random() * 0.6), 0.3, 0.42)
    line = arc((-32, 0), (32, sheet.around(0, 6)), sheet.around(0, 0.12), 7)
    down = "".join(f'<path d="M{n(x)} {n(y - 4)}l5 -3M{n(x)} {n(y + 2)}l6 2" stroke="#ffffff" stroke-width="1.2" opacity=".7"/>' for x, y in line[1:-1])
    return (
        f'<path d="{stroke(line, 13, 0.12)}" fill="{sheet.fall(tone)}" stroke="{tone.line}" stroke-opacity=".6" stroke-width="1"/>{down}'
        f'<path d="{stroke(line[:3], 9, 0.3)}" fill="{sheet.dye("#7c8a55")}" opacity=".7"/>'
    )


def fruit_slice(sheet: Sheet, rim: str = "#b5502e", flesh: str = "#dfae6b") -> str:
    """A dried cross slice of hawthorn: curled rim, star of seeds."""
    tone = sheet.tone(mix(flesh, "#c9873f", sheet.rng.random() * 0.5), 0.45, 0.45)
    d = smooth(wobbly(sheet.rng, 98, 80, 0.06))
    edge = f'<path d="{d}" fill="none" stroke="{sheet.dye(rim)}" stroke-width="22" opacity=".85"/><path d="{d}" fill="none" stroke="{tone.glow}" stroke-width="6" opacity=".3"/>'
    star = "".join(
        f'<path d="M0 -8Q13 -26 0 -40Q-13 -26 0 -8" fill="{sheet.dye("#8a5228")}" opacity=".75" transform="scale(1 .82) rotate({a})"/>' for a in range(0, 360, 72)
    )
    grain = "".join(
        f'<path d="M{n(a[0])} {n(a[1])}L{n(b[0])} {n(b[1])}" stroke="{tone.dark}" stroke-width="3" opacity=".28"/>'
        for a, b in ((polar(0, 0, 46, t, 0.8), polar(0, 0, 84, t + 4, 0.8)) for t in range(0, 360, 24))
    )
    return sheet.solid(d, tone, edge + grain + star + sheet.gleam(-30, -30, 34, 18, 0.35), paint=sheet.fall(tone))


def crisp(sheet: Sheet, flesh: str = "#ecd9bd") -> str:
    """A taro crisp: thin, warped, violet-flecked, golden at the edge."""
    tone = sheet.tone(mix(flesh, "#e0b878", sheet.rng.random() * 0.5), 0.4, 0.4)
    points = [(x, y + 16 * math.sin(x / 42)) for x, y in wobbly(sheet.rng, 100, 70, 0.05, 14)]
    d = smooth(points)
    fleck = "".join(
        f'<path d="M{n(x)} {n(y)}q5 3 {n(sheet.around(8, 5))} {n(sheet.around(3, 6))}" stroke="#7f5a86" stroke-width="{n(sheet.rng.uniform(1.6, 3.4))}" fill="none" opacity=".5"/>'
        for x, y in ((sheet.around(0, 88), sheet.around(0, 60)) for _ in range(40))
    )
    edge = f'<path d="{d}" fill="none" stroke="{sheet.dye("#c48a45")}" stroke-width="13" opacity=".6"/>'
    wave = f'<path d="{stroke([(-92, 6), (-30, -22), (30, 12), (94, 0)], 30, 0)}" fill="#fff7e2" opacity=".4"/>'
    blister = "".join(f'<ellipse cx="{n(sheet.around(0, 70))}" cy="{n(sheet.around(0, 44))}" rx="7" ry="5" fill="{tone.glow}" opacity=".6"/>' for _ in range(6))
    return sheet.solid(d, tone, edge + fleck + wave + blister, paint=sheet.fall(tone))


def dried_fruit(sheet: Sheet, colour: str, slim: float = 0.62, sugar: bool = False) -> str:
    """A soft dried fruit: wrinkled and shiny, or dusted with ``sugar``."""
    tone = sheet.tone(mix(colour, SHADOW, sheet.rng.random() * 0.16), 0.45, 0.55)
    d = smooth(wobbly(sheet.rng, 98, 98 * slim, 0.08, 11))
    folds = "".join(
        f'<path d="{stroke(arc((x, y), (x + sheet.around(40, 30), y + sheet.around(0, 22)), sheet.around(0, 0.3)), sheet.rng.uniform(5, 12), 0)}" fill="{ink}" opacity="{o}"/>'
        for ink, o in ((tone.line, 0.55), (tone.line, 0.45), (tone.glow, 0.5), (tone.line, 0.5), (tone.glow, 0.45), (tone.line, 0.4), (tone.glow, 0.35), (tone.line, 0.5))
        for x, y in ((sheet.around(-24, 60), sheet.around(0, 70 * slim)),)
    )
    dust = "".join(f'<circle cx="{n(sheet.around(0, 92))}" cy="{n(sheet.around(-8, 88 * slim))}" r="{n(sheet.rng.uniform(1.6, 4))}" fill="#fffdf6" opacity=".85"/>' for _ in range(74 if sugar else 0))
    return sheet.solid(d, tone, folds + dust + sheet.gleam(-32, -36 * slim, 30, 15, 0.35 if sugar else 0.7))


def dried_strip(sheet: Sheet, colour: str, length: float = 200, width: float = 62) -> str:
    """A long soft dried slice (mango, banana), ribbed and half clear at its edge."""
    tone = sheet.tone(mix(colour, "#b55f16", sheet.rng.random() * 0.26), 0.5, 0.45)
    line = arc((-length / 2, 0), (length / 2, 0), sheet.around(0, 0.12), 9)
    d = stroke(line, width, 0.34)
    ribs = "".join(
        f'<path d="{smooth([(x, y + k * width) for x, y in line], False)}" fill="none" stroke="{c}" stroke-width="{w}" opacity="{o}"/>'
        for k, c, w, o in ((-0.28, tone.glow, 8, 0.6), (-0.1, tone.dark, 4, 0.4), (0.08, tone.glow, 5, 0.42), (0.24, tone.dark, 6, 0.4))
    )
    wrinkles = "".join(f'<path d="M{n(x)} {n(y - width * 0.3)}q6 {n(width * 0.3)} -2 {n(width * 0.6)}" stroke="{tone.dark}" fill="none" stroke-width="2" opacity=".32"/>' for x, y in line[1:-1])
    return sheet.solid(d, tone, ribs + wrinkles + sheet.gleam(-length * 0.18, -width * 0.2, length * 0.22, width * 0.12, 0.75, 0), paint=sheet.fall(tone))


def jerky(sheet: Sheet, length: float = 330, width: float = 78, torn: bool = False) -> str:
    """A strip of smoke-dried buffalo: dark bark with spice, red fibres where ``torn``."""
    tone = sheet.tone(mix("#5e2c1e", "#3e2018", sheet.rng.random()), 0.36, 0.6)
    spine = arc((-length / 2, 0), (length / 2, sheet.around(0, 14)), sheet.around(0, 0.1), 9)
    top = [(x, y - width / 2 * sheet.rng.uniform(0.74, 1.08) * (0.5 if i in (0, 8) else 1)) for i, (x, y) in enumerate(spine)]
    low = [(x, y + width / 2 * sheet.rng.uniform(0.74, 1.08) * (0.5 if i in (0, 8) else 1)) for i, (x, y) in enumerate(spine)]
    d = smooth(top + low[::-1], True, 0.9)
    fibres = []
    for _ in range(40):
        x, y = sheet.around(0, length * 0.42), sheet.around(0, width * 0.42)
        fibres.append(
            f'<path d="{stroke(arc((x, y), (x + sheet.rng.uniform(40, 110), y + sheet.around(0, 7)), sheet.around(0, 0.06)), sheet.rng.uniform(2, 6), 0)}" '
            f'fill="{sheet.rng.choice((tone.line, tone.line, tone.glow, "#8a3a26"))}" opacity=".55"/>'
        )
    spice = "".join(
        f'<circle cx="{n(sheet.around(0, length * 0.48))}" cy="{n(sheet.around(0, width * 0.46))}" r="{n(sheet.rng.uniform(1.6, 4))}" fill="{sheet.rng.choice(("#c98a3a", "#a8331f", "#e0b45c", "#1f120e"))}" opacity=".85"/>'
        for _ in range(54)
    )
    end = ""
    if torn:
        threads = "".join(
            f'<path d="{stroke(arc((length * 0.3, k), (length * 0.52 + sheet.around(0, 22), k * 1.5 + sheet.around(0, 6)), sheet.around(0, 0.1)), 8, 0.2)}" fill="{sheet.rng.choice(("#a8402c", "#8f2f22", "#c46a4a", "#6f241b"))}"/>'
            for k in range(int(-width * 0.4), int(width * 0.42), 5)
        )
        end = threads
    return sheet.shadow(6, width * 0.32, length * 0.54, width * 0.5, 0.55) + end + sheet.solid(d, tone, "".join(fibres) + spice + sheet.gleam(-length * 0.16, -width * 0.22, length * 0.24, width * 0.12, 0.4, 0), paint=sheet.fall(tone))


def smoked_pork(sheet: Sheet, length: float = 330, width: float = 130) -> str:
    """A slab of smoke-dried pork: rind, amber fat and dark lean in layers along its cut side."""
    rind = sheet.tone("#6b341d", 0.4, 0.5)
    top = [(-length / 2, -width * 0.28), (-length * 0.3, -width * 0.5), (length * 0.1, -width * 0.52), (length * 0.46, -width * 0.4), (length / 2, -width * 0.06)]
    low = [(length / 2, width * 0.26), (length * 0.2, width * 0.46), (-length * 0.2, width * 0.46), (-length / 2, width * 0.2)]
    d = smooth(top + low, True, 0.62)
    layers = []
    y = -width * 0.16
    for colour, tall in (("#e0a85c", 0.12), ("#8a3324", 0.13), ("#f0cf92", 0.07), ("#7a2a1e", 0.16), ("#e6b870", 0.08), ("#5f2219", 0.16)):
        points = [(x * length / 2, y + sheet.around(0, 4) + 8 * math.sin(x * 4)) for x in (-1.1, -0.6, -0.1, 0.4, 0.8, 1.1)]
        layers.append(f'<path d="{smooth(points, False)}V{n(width)}H{n(-length)}Z" fill="{sheet.dye(colour)}"/><path d="{smooth(points, False)}" fill="none" stroke="#fff0cc" stroke-width="2" opacity=".35"/>')
        y += tall * width
    bark = "".join(f'<circle cx="{n(sheet.around(0, length * 0.48))}" cy="{n(sheet.around(-width * 0.32, width * 0.16))}" r="{n(sheet.rng.uniform(1.5, 4))}" fill="{sheet.rng.choice(("#2a140d", "#c98a3a", "#b5482a"))}" opacity=".75"/>' for _ in range(46))
    fibre = "".join(f'<path d="M{n(sheet.around(0, length * 0.45))} {n(sheet.around(width * 0.2, width * 0.22))}h{n(sheet.rng.uniform(14, 44))}" stroke="{SHADOW}" stroke-width="2" opacity=".3"/>' for _ in range(34))
    return sheet.shadow(8, width * 0.36, length * 0.54, width * 0.36, 0.6) + sheet.solid(d, rind, "".join(layers) + fibre + bark + sheet.gleam(-length * 0.2, -width * 0.36, length * 0.22, width * 0.09, 0.75, -4) + sheet.gleam(0, 0, length * 0.34, 8, 0.5, 0), paint=rind.base)


def sausage(sheet: Sheet, length: float = 240, width: float = 70, bend: float = 0.14) -> str:
    """One link of smoked sausage with its tied ends."""
    tone = sheet.tone(mix("#93301f", "#7a2218", sheet.rng.random()), 0.46, 0.55)
    line = arc((-length / 2, 0), (length / 2, 0), bend, 9)
    d = stroke(line, width, 0.42)
    fat = "".join(
        f'<path d="M{n(x)} {n(y)}q8 -7 {n(sheet.rng.uniform(10, 20))} {n(sheet.around(0, 8))}" stroke="#f0c79a" stroke-width="{n(sheet.rng.uniform(3, 7))}" opacity=".6" fill="none" stroke-linecap="round"/>'
        for x, y in ((sheet.around(0, length * 0.46), sheet.around(-bend * -length * 0.5, width * 0.6)) for _ in range(36))
    )
    creases = "".join(f'<path d="M{n(x)} {n(y - width * 0.46)}q8 {n(width * 0.4)} 0 {n(width * 0.9)}" stroke="{tone.line}" stroke-width="2.6" fill="none" opacity=".4"/>' for x, y in line[1:-1])
    lit = stroke([(x, y - width * 0.24) for x, y in line[1:-1]], width * 0.16, 0)
    ends = "".join(at(x, y, f'<path d="M-6 -9L14 -14L10 0L14 14L-6 9Z" fill="{tone.base}" stroke="{tone.line}" stroke-width="2"/><path d="M-3 -10v20" stroke="#efe2c2" stroke-width="6"/>', turn=t) for (x, y), t in ((line[0], 180), (line[-1], 0)))
    return ends + sheet.solid(d, tone, fat + creases + f'<path d="{lit}" fill="#fff0d8" opacity=".6" filter="url(#soft3)"/>', paint=sheet.fall(tone))


def dried_fish(sheet: Sheet, length: float = 400) -> str:
    """A split, dried river fish, head to the left."""
    k = length / 400
    tone = sheet.tone("#b98d55", 0.5, 0.5)
    d = smooth([(-190, 0), (-150, -36), (-90, -58), (0, -62), (90, -40), (140, -16), (196, -52), (184, 0), (200, 50), (140, 16), (90, 40), (0, 62), (-90, 58), (-150, 34)], True, 0.85)
    scales = "".join(
        f'<path d="M{n(x)} {n(y - 9)}q13 9 0 18" fill="none" stroke="{tone.dark}" stroke-width="2" opacity=".5"/><path d="M{n(x + 2)} {n(y - 8)}q11 8 0 16" fill="none" stroke="{tone.glow}" stroke-width="1.6" opacity=".6"/>'
        for row, y in enumerate(range(-52, 60, 13))
        for x in range(-86 + (row % 2) * 9, 128, 18)
    )
    head = smooth([(-196, 0), (-150, -42), (-96, -56), (-82, 0), (-96, 56), (-150, 42)])
    gill = f'<path d="M-100 -52Q-66 0 -100 52" fill="none" stroke="{tone.line}" stroke-width="6" opacity=".6"/><path d="M-112 -46Q-84 0 -112 46" fill="none" stroke="{tone.glow}" stroke-width="3" opacity=".5"/>'
    eye = f'<circle cx="-150" cy="-12" r="11" fill="#f3e6c4" stroke="{tone.line}" stroke-width="3"/><circle cx="-150" cy="-12" r="5" fill="#241616"/><path d="M-194 4Q-176 12 -162 8" stroke="{tone.line}" stroke-width="3.5" fill="none"/>'
    back = f'<path d="M-190 0Q-60 -100 140 -22L140 -80L-190 -80Z" fill="{tone.dark}" opacity=".5" filter="url(#soft8)"/>'
    tail = "".join(f'<path d="M140 0L{n(196)} {y}" stroke="{tone.line}" stroke-width="2" opacity=".5"/>' for y in range(-46, 50, 11))
    fin = sheet.solid(smooth([(-40, -58), (0, -92), (60, -78), (70, -46)], True, 0.7), sheet.tone("#9a6f3f"), "".join(f'<path d="M{x} -50l14 -40" stroke="{SHADOW}" stroke-width="2" opacity=".4"/>' for x in range(-36, 66, 11)))
    low = sheet.solid(smooth([(-50, 40), (-30, 84), (10, 80), (0, 50)], True, 0.7), sheet.tone("#9a6f3f"))
    drawing = sheet.shadow(6, 40, 200, 46, 0.55) + fin + low + sheet.solid(d, tone, scales + back + tail + f'<path d="{head}" fill="{tone.base}" opacity=".75"/>' + gill + sheet.gleam(-20, -22, 120, 12, 0.5, 2), paint=sheet.fall(tone)) + eye
    return at(0, 0, drawing, k)


def mac_khen(sheet: Sheet) -> str:
    """A mắc khén husk, split open over its black seed."""
    tone = sheet.tone(mix("#8f5a34", "#6b4a2c", sheet.rng.random()), 0.42, 0.55)
    pits = "".join(f'<circle cx="{n(sheet.around(0, 84))}" cy="{n(sheet.around(0, 84))}" r="9" fill="{tone.line}" opacity=".34"/>' for _ in range(16))
    out = sheet.solid(smooth(wobbly(sheet.rng, 96, 92, 0.06)), tone, pits + sheet.gleam(-40, -40, 26, 20, 0.5))
    if sheet.rng.random() < 0.72:
        split = smooth([(-70, -22), (-10, -46), (66, -30), (40, 16), (-24, 26)])
        out += sheet.solid(split, sheet.tone("#e0c294"), at(2, -8, sheet.solid(ellipse(0, 0, 42, 34), sheet.tone("#1f1a20", 0.5), sheet.gleam(-14, -12, 12, 9, 0.95), line=0)), line=2)
    return out + f'<path d="M60 60l38 46" stroke="{tone.dark}" stroke-width="9" stroke-linecap="round"/>'


def doi_seed(sheet: Sheet) -> str:
    """A dổi seed: glossy, red-black, flat on one side."""
    tone = sheet.tone(mix("#43201c", "#6e2a1c", sheet.rng.random()), 0.42, 0.6)
    d = smooth(wobbly(sheet.rng, 98, 72, 0.07, 9))
    groove = f'<path d="M-80 10Q0 -24 84 12" fill="none" stroke="{tone.line}" stroke-width="9" opacity=".55"/>'
    return sheet.solid(d, tone, groove + sheet.gleam(-26, -30, 34, 15, 0.85))


def cardamom(sheet: Sheet) -> str:
    """A dried black cardamom pod, ribbed."""
    tone = sheet.tone(mix("#6b4632", "#4a3026", sheet.rng.random()), 0.42, 0.58)
    d = smooth([(-100, 0), (-70, -42), (0, -60), (66, -46), (98, -8), (92, 20), (60, 48), (0, 60), (-70, 42)])
    ribs = "".join(
        f'<path d="M-98 0Q0 {n(k)} 96 4" fill="none" stroke="{c}" stroke-width="{w}" opacity=".55"/>'
        for k in (-108, -72, -36, 2, 40, 76, 108)
        for c, w in ((tone.line, 6), (tone.glow, 2.4))
    )
    beard = "".join(f'<path d="M94 {n(y)}l{n(sheet.rng.uniform(12, 26))} {n(sheet.around(0, 8))}" stroke="{tone.dark}" stroke-width="4"/>' for y in (-6, 2, 10))
    return f'<path d="M-98 0l-26 -6" stroke="{tone.dark}" stroke-width="11"/>' + beard + sheet.solid(d, tone, ribs + sheet.gleam(-26, -26, 36, 12, 0.45))


def garlic_bulb(sheet: Sheet, colour: str = "#e9dcc6") -> str:
    """A bulb of garlic with papery ribs."""
    tone = sheet.tone(colour, 0.3, 0.42)
    d = smooth([(0, -112), (12, -70), (58, -46), (98, 8), (84, 66), (36, 88), (0, 80), (-36, 88), (-84, 66), (-98, 8), (-58, -46), (-12, -70)], True, 0.95)
    ribs = "".join(f'<path d="M0 -100C{n(k * 0.3)} -60 {n(k * 1.25)} -10 {n(k * 0.8)} 82" fill="none" stroke="{c}" stroke-width="{w}" opacity=".45"/>' for k in (-96, -56, -20, 20, 56, 96) for c, w in ((tone.dark, 4), (tone.glow, 2)))
    stain = f'<path d="{stroke(arc((-60, 20), (-20, 78), 0.2), 24, 0)}" fill="#9a6f8a" opacity=".3"/>'
    roots = "".join(f'<path d="M{k} 82q{k * 0.2} 12 {k * 0.5} 20" stroke="#b39a72" stroke-width="3" fill="none"/>' for k in (-16, -8, 0, 8, 16))
    return roots + sheet.solid(d, tone, ribs + stain + sheet.gleam(-40, -4, 22, 40, 0.7, 14))


def black_clove(sheet: Sheet) -> str:
    """A clove of black garlic, soft and shining."""
    tone = sheet.tone(mix("#2a1b1a", "#3e241c", sheet.rng.random()), 0.36, 0.6)
    d = smooth([(-90, 20), (-50, -36), (20, -54), (84, -34), (104, 2), (60, 40), (-20, 54), (-70, 46)])
    return sheet.solid(d, tone, f'<path d="M-80 24Q0 -20 92 2" stroke="{tone.glow}" stroke-width="5" fill="none" opacity=".4"/>' + sheet.gleam(-6, -28, 44, 11, 0.85, -8))


def rice_grain(sheet: Sheet, colour: str = "#f6f1e2") -> str:
    """One grain of rice, 26 long."""
    tone = sheet.tone(colour, 0.2, 0.34)
    return (
        f'<path d="M-13 0C-10 -7 8 -7 13 -1C11 6 -9 7 -13 0Z" fill="{tone.base}" stroke="{tone.dark}" stroke-opacity=".55" stroke-width="1.1"/>'
        f'<path d="M-8 -2.4Q0 -5 8 -2.6" stroke="#ffffff" stroke-width="1.8" fill="none" opacity=".85"/>'
    )


def com_flake(sheet: Sheet) -> str:
    """A flake of young green rice, 26 long."""
    tone = sheet.tone(mix("#a8bf5a", "#86a844", sheet.rng.random()), 0.4, 0.4)
    return (
        f'<path d="M-14 1C-12 -9 10 -10 14 -2C12 8 -8 10 -14 1Z" fill="{tone.base}" stroke="{tone.dark}" stroke-opacity=".6" stroke-width="1.1"/>'
        f'<path d="M-8 -3Q0 -7 8 -3" stroke="{tone.glow}" stroke-width="2.4" fill="none" opacity=".8"/>'
    )


def vermicelli(sheet: Sheet, length: float = 420, tall: float = 120, tie: str = "#a8232b") -> str:
    """A folded hank of canna vermicelli, tied in the middle."""
    out = [sheet.shadow(8, tall * 0.5, length * 0.54, tall * 0.36, 0.6)]
    base = sheet.tone("#b9a88c", 0.3, 0.5)
    body = smooth([(-length / 2, 0), (-length * 0.4, -tall * 0.46), (0, -tall * 0.34), (length * 0.4, -tall * 0.48), (length / 2, 0), (length * 0.4, tall * 0.5), (0, tall * 0.34), (-length * 0.4, tall * 0.5)])
    strands = []
    for i in range(96):
        k = (i / 95 - 0.5) * 2
        waist = k * tall * 0.34
        spread = k * tall * 0.5
        hue = mix("#cfc0a4", sheet.rng.choice(("#f6efdf", "#8d7c64", "#e6dbc4", "#b3a084")), sheet.rng.uniform(0.2, 0.9))
        pts = [(-length * 0.49, spread * 0.7 + sheet.around(0, 8)), (-length * 0.32, spread * 1.02 + sheet.around(0, 7)), (0, waist + sheet.around(0, 3)), (length * 0.32, spread * 1.02 + sheet.around(0, 7)), (length * 0.49, spread * 0.7 + sheet.around(0, 8))]
        strands.append(f'<path d="{smooth(pts, False)}" fill="none" stroke="{hue}" stroke-width="{n(sheet.rng.uniform(1.8, 3.4))}" opacity=".88"/>')
    sheet.rng.shuffle(strands)
    shade = sheet.linear(((0, "#fffaf0", 0.25), (0.5, SHADOW, 0), (1, SHADOW, 0.5)))
    inner = "".join(strands) + f'<rect x="{n(-length)}" y="{n(-tall)}" width="{n(length * 2)}" height="{n(tall * 2)}" fill="{shade}"/>'
    loops = "".join(
        f'<path d="M{n(s * length * 0.47)} {n(y)}q{n(s * sheet.rng.uniform(14, 40))} {n(sheet.around(0, 20))} 0 {n(sheet.around(14, 10))}" fill="none" stroke="#d8ccb4" stroke-width="2.6"/>'
        for s in (1, -1)
        for y in range(int(-tall * 0.36), int(tall * 0.34), 7)
    )
    out.append(loops + sheet.solid(body, base, inner))
    band_tone = sheet.tone(tie)
    out.append(sheet.solid(smooth([(-22, -tall * 0.38), (22, -tall * 0.38), (26, 0), (22, tall * 0.38), (-22, tall * 0.38), (-18, 0)], True, 0.5), band_tone, paint=sheet.linear(((0, band_tone.light, 1), (1, band_tone.dark, 1)))))
    return "".join(out)


def bamboo_shred(sheet: Sheet, length: float = 200) -> str:
    """A strip of dried bamboo shoot, fibrous and curling."""
    tone = sheet.tone(mix("#c9a063", "#a3753f", sheet.rng.random()), 0.45, 0.5)
    line = arc((-length / 2, sheet.around(0, 14)), (length / 2, sheet.around(0, 14)), sheet.around(0, 0.3), 9)
    width = sheet.rng.uniform(16, 30)
    fibre = "".join(f'<path d="{smooth([(x, y + k * width) for x, y in line], False)}" fill="none" stroke="{c}" stroke-width="1.8" opacity=".55"/>' for k, c in ((-0.26, tone.glow), (-0.08, tone.dark), (0.1, tone.glow), (0.26, tone.line)))
    return sheet.solid(stroke(line, width, 0.3), tone, fibre, line=1.6, paint=sheet.fall(tone))


def bamboo_shoot(sheet: Sheet, tall: float = 320, colour: str = "#8a6a3c") -> str:
    """A fresh shoot in its sheaths, growing up from the origin."""
    k = tall / 320
    out = []
    for i, (w, h, c) in enumerate(((58, 320, "#a3a054"), (66, 262, colour), (74, 200, mix(colour, "#c9a45c", 0.35)), (80, 138, colour), (80, 76, mix(colour, "#c9a45c", 0.4)))):
        tone = sheet.tone(c, 0.45, 0.5)
        lean = (10 if i % 2 else -10) * (1 if i else 0)
        d = smooth([(-w, 8), (-w * 0.92, -h * 0.42), (lean, -h), (w * 0.92, -h * 0.42), (w, 8), (0, 22)], True, 0.9)
        lines = "".join(f'<path d="M{n(x)} 14Q{n(x * 1.05)} {n(-h * 0.5)} {n(lean)} {n(-h)}" fill="none" stroke="{c2}" stroke-width="2" opacity=".38"/>' for x in range(int(-w), int(w) + 1, 13) for c2 in (tone.line,))
        out.append(sheet.solid(d, tone, lines + sheet.gleam(-w * 0.4, -h * 0.4, w * 0.22, h * 0.3, 0.4, 6), paint=sheet.tube(tone)))
    return at(0, 0, "".join(out), k)


def shiitake(sheet: Sheet, under: bool = False) -> str:
    """A dried shiitake: cracked brown cap, or its gills."""
    if under:
        tone = sheet.tone("#d9b583", 0.4, 0.45)
        d = smooth(wobbly(sheet.rng, 98, 70, 0.05))
        gills = "".join(f'<path d="M0 4L{n(polar(0, 0, 100, a, 0.72)[0])} {n(polar(0, 0, 100, a, 0.72)[1])}" stroke="{tone.dark}" stroke-width="2.6" opacity=".55"/>' for a in range(0, 360, 7))
        rim = f'<path d="{d}" fill="none" stroke="{sheet.dye("#5a3a26")}" stroke-width="17"/>'
        stem = sheet.solid(smooth([(-19, -12), (-13, 18), (6, 44), (26, 40), (22, 6), (16, -14)]), sheet.tone("#c99f6b"))
        return sheet.solid(d, tone, gills + rim, paint=sheet.fall(tone)) + stem
    tone = sheet.tone(mix("#6b452e", "#4f3224", sheet.rng.random()), 0.42, 0.55)
    d = smooth([(-100, 16), (-82, -34), (-30, -66), (34, -64), (84, -30), (100, 18), (64, 48), (0, 58), (-64, 46)])
    cracks = "".join(
        f'<path d="M{n(x)} {n(y)}l{n(sheet.around(0, 14))} {n(sheet.rng.uniform(8, 18))}l{n(sheet.around(0, 16))} {n(sheet.rng.uniform(6, 14))}" stroke="{sheet.dye("#e3c79c")}" stroke-width="{n(sheet.rng.uniform(2.5, 5.5))}" fill="none" stroke-linejoin="round" opacity=".8"/>'
        for x, y in ((sheet.around(0, 74), sheet.rng.uniform(-54, 22)) for _ in range(17))
    )
    edge = f'<path d="M-98 22Q0 78 98 22" stroke="{sheet.dye("#c49a66")}" stroke-width="9" fill="none" opacity=".75"/>'
    return sheet.solid(d, tone, cracks + edge + sheet.gleam(-32, -36, 34, 15, 0.5))


def coffee_bean(sheet: Sheet) -> str:
    """A roasted bean."""
    tone = sheet.tone(mix("#5a3320", "#3f2316", sheet.rng.random()), 0.42, 0.58)
    out = sheet.solid(smooth(wobbly(sheet.rng, 98, 70, 0.02)), tone, sheet.gleam(-30, -30, 38, 15, 0.65), line=3)
    if sheet.rng.random() < 0.72:
        out += f'<path d="{stroke([(-92, 6), (-40, -16), (10, 12), (54, -8), (94, 0)], 16, 0.2)}" fill="{tone.line}"/><path d="M-80 12Q-40 -8 8 20" stroke="{tone.glow}" stroke-width="3" fill="none" opacity=".5"/>'
    return out


def honeycomb(sheet: Sheet, w: float = 340, tall: float = 230) -> str:
    """A broken piece of comb, some cells capped, honey running from its lower edge."""
    wax = sheet.tone("#d9962c", 0.5, 0.5)
    d = smooth([(-w / 2, -tall * 0.3), (-w * 0.3, -tall * 0.5), (w * 0.1, -tall * 0.46), (w * 0.44, -tall * 0.5), (w / 2, -tall * 0.1), (w * 0.46, tall * 0.36), (w * 0.2, tall * 0.5), (-w * 0.1, tall * 0.42), (-w * 0.4, tall * 0.5), (-w * 0.52, tall * 0.2)], True, 0.7)
    cells = []
    r = w / 22
    for row in range(int(tall / (r * 1.5)) + 3):
        for col in range(15):
            x = -w / 2 + col * r * 1.74 + (row % 2) * r * 0.87
            y = -tall / 2 + row * r * 1.5
            hexa = "M" + "L".join(f"{n(x + r * 0.9 * math.cos(math.radians(a)))} {n(y + r * 0.9 * math.sin(math.radians(a)))}" for a in range(30, 390, 60)) + "Z"
            kind = sheet.rng.random()
            if y < -tall * 0.16 and kind < 0.8:
                cells.append(f'<path d="{hexa}" fill="{mix("#f0cf86", "#e2b25a", sheet.rng.random())}" stroke="#c08a30" stroke-width="1.5"/><ellipse cx="{n(x - r * 0.2)}" cy="{n(y - r * 0.25)}" rx="{n(r * 0.4)}" ry="{n(r * 0.25)}" fill="#fff4d0" opacity=".7"/>')
            else:
                cells.append(f'<path d="{hexa}" fill="{mix("#b5600e", "#e39a1c", sheet.rng.random())}" stroke="#f3cc74" stroke-width="3"/><ellipse cx="{n(x - r * 0.2)}" cy="{n(y - r * 0.3)}" rx="{n(r * 0.3)}" ry="{n(r * 0.16)}" fill="#fff6dc" opacity=".85"/>')
    side = sheet.solid(d, sheet.tone("#b9741c"))
    return at(4, 16, side) + sheet.solid(d, wax, "".join(cells) + sheet.gleam(-w * 0.2, -tall * 0.2, w * 0.3, tall * 0.2, 0.35))


def dipper(sheet: Sheet, honey: str = "#dd9313") -> str:
    """A wooden honey dipper, head at the origin, handle up to the right, honey running off."""
    wood = sheet.tone("#b5804a")
    gold = sheet.tone(honey, 0.55, 0.4)
    handle = f'<path d="{stroke([(0, -20), (4, -150), (2, -300)], 26, 0.7)}" fill="{sheet.tube(wood)}" stroke="{wood.line}" stroke-opacity=".6" stroke-width="2"/>'
    rings = "".join(sheet.solid(ellipse(0, y, w, 13), wood, line=1.8, paint=sheet.tube(wood)) for y, w in ((-40, 40), (-20, 54), (0, 60), (20, 58), (40, 48), (58, 32)))
    coat = smooth([(-52, -34), (52, -36), (62, 10), (48, 46), (26, 70), (12, 84), (-6, 78), (-34, 58), (-60, 14)])
    return handle + rings + f'<g opacity=".82">{sheet.solid(coat, gold, sheet.gleam(-24, -6, 12, 30, 0.95, 8))}</g>'
