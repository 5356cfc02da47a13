"""Hawthorn in bottles and jars: wine, spirit, vinegar, sweets, syrup."""

from . import fruits, glassware, larder, plants, vessels
from .ink import Sheet, at, heap, smooth
from .stall import good, standing


def _fruit(s: Sheet, x: float, y: float, size: float, ripe: float = 0.6) -> str:
    return s.shadow(x + size * 14, y + size * 80, size * 112, size * 32, 0.6) + at(
        x, y, fruits.hawthorn(s, ripe), size
    )


def _greens(s: Sheet, x: float, y: float, *turns: float) -> str:
    return "".join(at(x, y, plants.leaf(s, 150, 56, "#55883c", 0.1, 6, True), turn=t) for t in turns)


def goblet(s: Sheet, liquid: str) -> str:
    """A wine glass standing on 0,0, 420 tall."""
    bowl = smooth(
        [(-92, -416), (-112, -330), (-84, -236), (0, -196), (84, -236), (112, -330), (92, -416)], False
    )
    tone = s.tone(liquid, 0.5, 0.45)
    wine = s.linear(
        ((0, tone.dark, 0.92), (0.35, tone.glow, 0.85), (0.7, tone.base, 0.9), (1, tone.dark, 0.95)), 1, 0
    )
    fill = f'<path d="M-120 -322h240v160h-240z" fill="{wine}"/><ellipse cy="-322" rx="109" ry="22" fill="{tone.light}"/><ellipse cy="-319" rx="98" ry="16" fill="{tone.base}" opacity=".75"/>'
    stem = f'<path d="M-9 -198C-6 -120 -6 -60 -14 -16H14C6 -60 6 -120 9 -198Z" fill="{s.linear(((0, "#b9c9c0", 0.8), (0.4, "#ffffff", 0.9), (1, "#8a9a90", 0.8)), 1, 0)}"/>'
    foot = '<ellipse cy="-8" rx="86" ry="20" fill="#eef3ea" opacity=".7" stroke="#7a8a80" stroke-opacity=".6" stroke-width="2"/><ellipse cy="-10" rx="60" ry="12" fill="#fff" opacity=".4"/>'
    shine = '<path d="M-84 -390C-98 -330 -88 -270 -60 -236" stroke="#fff" stroke-width="11" fill="none" opacity=".7" stroke-linecap="round"/><path d="M92 -372C100 -330 92 -280 76 -256" stroke="#fff" stroke-width="5" fill="none" opacity=".6" stroke-linecap="round"/>'
    rim = '<ellipse cy="-416" rx="92" ry="18" fill="#ffffff" fill-opacity=".2" stroke="#c9d6cc" stroke-width="4"/>'
    return (
        s.shadow(26, -4, 110, 24, 0.55)
        + foot
        + stem
        + f'<path d="{bowl}Z" fill="#eef3ea" opacity=".45"/>'
        + s.within(bowl + "Z", fill)
        + shine
        + f'<path d="{bowl}" fill="none" stroke="{tone.line}" stroke-opacity=".4" stroke-width="3"/>'
        + rim
    )


@good("p14", "cellar", 560)
def wine(s: Sheet) -> str:
    badge = at(-6, 0, fruits.hawthorn(s, 0.8), 0.42) + at(
        16, -34, plants.leaf(s, 60, 24, "#5d9440", 0.1, 4, True), turn=-30
    )
    bottle = (
        glassware.glass(s, "wine", "#7c1f2a", level=0.98, tint="#5a3a3a")
        + glassware.cork(s, "wine", "#7a1a22")
        + glassware.label(s, 100, -296, 190, "indigo", badge, "diamond")
    )
    return (
        standing(s, 360, 860, bottle, 1.36, 100)
        + at(680, 860, goblet(s, "#b3343a"), 1.12)
        + _fruit(s, 540, 846, 0.6, 0.8)
        + _fruit(s, 850, 846, 0.68, 0.5)
        + _greens(s, 880, 800, -40, 10)
        + _fruit(s, 170, 856, 0.62, 0.9)
    )


@good("p15", "cellar-night", 500)
def spirit(s: Sheet) -> str:
    inside = "".join(
        at(x, y, fruits.hawthorn(s, 0.7), 0.46)
        for x, y in (
            (-84, -44),
            (6, -40),
            (88, -48),
            (-46, -110),
            (44, -116),
            (-90, -172),
            (92, -170),
            (0, -186),
            (50, -232),
        )
    )
    bottle = (
        glassware.glass(s, "spirit", "#d9a13a", level=0.84, inside=inside, clear=0.42)
        + glassware.cork(s, "spirit")
        + glassware.label(s, 60, -190, 120, "red", at(0, 4, fruits.hawthorn(s, 0.8), 0.26), "comb")
    )
    return (
        standing(s, 400, 850, bottle, 1.42, 138)
        + at(690, 800, vessels.cup(s, 78, "#dca640", "#f4ede0", "#26356f"))
        + at(850, 830, vessels.cup(s, 78, "#dca640", "#f4ede0", "#26356f"))
        + _fruit(s, 160, 840, 0.7, 0.4)
        + _greens(s, 190, 800, -60, -10)
        + _fruit(s, 740, 900, 0.5, 0.9)
    )


@good("p16", "jar", 530)
def vinegar(s: Sheet) -> str:
    badge = at(0, 6, fruits.hawthorn(s, 0.4), 0.4)
    bottle = (
        glassware.glass(s, "slim", "#e2b64e", level=0.92, clear=0.36)
        + glassware.cork(s, "slim")
        + glassware.label(s, 82, -236, 150, "leaf", badge, "comb")
    )
    return (
        standing(s, 370, 860, bottle, 1.42, 84)
        + at(
            690,
            780,
            vessels.bowl(
                s,
                170,
                96,
                "#f4efe0",
                f'<ellipse cy="6" rx="150" ry="48" fill="{s.linear(((0, "#b8862a", 1), (1, "#f0d078", 1)), 0.5, 1)}"/>'
                + s.gleam(-50, 0, 60, 14, 0.8, -6),
                ring="#2f6b3a",
            ),
        )
        + _fruit(s, 560, 880, 0.62, 0.3)
        + _fruit(s, 170, 850, 0.76, 0.6)
        + _greens(s, 190, 806, -70, -20)
        + _fruit(s, 866, 884, 0.6, 0.7)
    )


@good("p17", "dried", 500)
def candied(s: Sheet) -> str:
    def sweet() -> str:
        return at(0, 0, larder.dried_fruit(s, "#8a4a26", 0.82, True), 0.44)

    inside = "".join(
        heap(s, sweet, (0, y, 118, 30), 0, 9, turn=60) for y in (-300, -250, -200, -150, -100, -56, -16)
    )
    jar = (
        glassware.glass(s, "jar", "#c98a4a", level=0.0, inside=inside, clear=0.2)
        + glassware.cloth_lid(s, "jar", "red")
        + glassware.label(s, 152, -190, 130, "red", at(0, 4, fruits.hawthorn(s, 0.7), 0.34), "star")
    )
    pile = heap(
        s,
        lambda: at(0, 0, larder.dried_fruit(s, "#8a4a26", 0.82, True), 0.52),
        (0, 0, 150, 44),
        84,
        22,
        turn=60,
        gap=52,
    )
    return (
        standing(s, 350, 840, jar, 1.5, 150)
        + at(740, 780, vessels.plate(s, 220, "#f1e8d6", "#a8232b") + pile)
        + _fruit(s, 630, 890, 0.5)
    )


@good("p18", "fruit", 500)
def syrup(s: Sheet) -> str:
    bottle = (
        glassware.glass(s, "flask", "#c2471f", level=0.9)
        + glassware.lid(s, "flask", "#b98a3a", 60)
        + glassware.label(s, 132, -236, 146, "gold", at(0, 6, fruits.hawthorn(s, 0.9), 0.38), "comb")
    )
    ice = "".join(
        at(
            x,
            y,
            '<path d="M-28 -26L20 -32L30 20L-18 28Z" fill="#fff" opacity=".55" stroke="#fff" stroke-width="3"/>',
            turn=t,
        )
        for x, y, t in ((-40, 40, 10), (34, 30, -20), (4, 74, 30))
    )
    tumbler = "M-104 -20L-88 250Q-84 272 -50 274H50Q84 272 88 250L104 -20Z"
    drink = s.linear(((0, "#f0b46a", 0.9), (0.5, "#e2803a", 0.92), (1, "#b83a1c", 0.96)))
    glass_ = (
        s.shadow(20, 268, 120, 30, 0.55)
        + f'<path d="{tumbler}" fill="#eef3ea" opacity=".5"/>'
        + s.within(
            tumbler,
            f'<path d="M-120 20h240v270h-240z" fill="{drink}"/><ellipse cy="20" rx="101" ry="22" fill="#f6cf94"/>'
            + ice
            + at(-36, 150, larder.fruit_slice(s, flesh="#f0c66a"), 0.42, 20)
            + '<path d="M-78 0L-66 240" stroke="#fff" stroke-width="13" opacity=".6" filter="url(#soft3)"/>',
        )
        + '<ellipse cy="-20" rx="104" ry="23" fill="#fff" fill-opacity=".2" stroke="#f4f6ee" stroke-width="6"/>'
        + f'<path d="{tumbler}" fill="none" stroke="#7a4a3a" stroke-opacity=".4" stroke-width="3"/>'
    )
    return (
        standing(s, 350, 850, bottle, 1.42, 136)
        + at(720, 570, glass_ + at(90, -20, plants.leaf(s, 80, 40, "#5d9440", 0.1, 5, True), turn=-50), 1.05)
        + _fruit(s, 570, 862, 0.66, 0.9)
        + _fruit(s, 890, 862, 0.62, 0.5)
    )
