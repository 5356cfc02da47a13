"""Taro in its net, its boxes and its basket."""

from . import garden, packs, plants, vessels
from .ink import Sheet, at, heap, rounded, smooth
from .motifs import band
from .stall import good, resting


def _corms(
    sheet: Sheet,
    spot: tuple[float, float, float, float],
    rise: float,
    count: int,
    size: float,
    colour: str = "#8a5f3f",
) -> str:
    return heap(
        sheet,
        lambda: garden.taro(sheet, colour=colour),
        spot,
        rise,
        count,
        size=(size * 0.86, size * 1.12),
        turn=60,
        gap=size * 104,
    )


@good("p01", "roots", 470)
def taro_net(s: Sheet) -> str:
    d = smooth(
        [
            (250, 250),
            (150, 360),
            (110, 560),
            (150, 760),
            (300, 832),
            (470, 838),
            (620, 770),
            (670, 570),
            (620, 370),
            (520, 256),
            (420, 226),
            (340, 226),
        ]
    )
    bag = s.shadow(420, 815, 350, 70, 0.7)
    bag += s.within(
        d,
        f'<path d="{d}" fill="#5a3a28"/>'
        + "".join(_corms(s, (390, cy, 235, 60), 30, 11, 0.92) for cy in (380, 520, 640, 760)),
    )
    bag += packs.net(s, d, (100, 220, 600, 630), "#d8452f", 50)
    bag += f'<path d="{d}" fill="none" stroke="#b5331f" stroke-width="5"/>'
    neck = smooth(
        [
            (330, 240),
            (350, 190),
            (318, 120),
            (372, 148),
            (392, 104),
            (420, 148),
            (470, 124),
            (434, 192),
            (452, 240),
        ],
        True,
        0.7,
    )
    tone = s.tone("#d8452f")
    bag += s.solid(
        neck,
        tone,
        "".join(
            f'<path d="M{330 + k * 14} 250L{318 + k * 20} 90" stroke="{tone.line}" stroke-width="3" opacity=".4"/>'
            for k in range(10)
        ),
        paint=s.fall(tone),
    )
    bag += at(
        391,
        212,
        '<path d="M-58 0Q0 22 58 0" stroke="#26356f" stroke-width="22" fill="none" stroke-linecap="round"/><path d="M-50 -2Q0 16 50 -2" stroke="#7f9bd0" stroke-width="5" fill="none"/>',
    )
    return (
        at(640, 160, plants.taro_leaf(s), 1.25, -24)
        + at(800, 310, plants.taro_leaf(s, "#578f4a"), 0.95, 14)
        + bag
        + resting(s, 716, 760, garden.taro(s), 0.98, 34)
        + resting(s, 852, 800, garden.taro(s, "#f3ece8"), 1.08, 10)
    )


@good("p02", "roots-dusk", 500)
def taro_box(s: Sheet) -> str:
    kraft = s.tone("#c79a62")
    inner = smooth([(170, 470), (300, 396), (840, 396), (780, 470)], True, 0)
    flaps = s.solid(
        smooth([(300, 398), (270, 318), (800, 306), (840, 398)], True, 0), kraft, paint=s.fall(kraft)
    )
    flaps += s.solid(
        smooth([(170, 470), (86, 400), (226, 330), (302, 398)], True, 0), kraft, paint=s.fall(kraft)
    )
    side = smooth([(780, 470), (842, 396), (842, 700), (780, 830)], True, 0)
    front = smooth([(160, 470), (782, 470), (774, 834), (174, 834)], True, 0)
    marks = (
        band(s, 150, 690, 700, "hook", "indigo", 5.6)
        + at(330, 580, plants.taro_leaf(s), 0.34, -20)
        + at(470, 580, garden.taro(s), 0.74)
        + at(620, 590, garden.taro(s, "#f3ece8"), 0.66)
    )
    marks += '<path d="M160 470h620v22h-620z" fill="#2a1622" opacity=".22"/>'
    fill = _corms(s, (490, 462, 270, 44), 96, 22, 0.84)
    return (
        at(690, 110, plants.taro_leaf(s), 1.05, 16)
        + s.shadow(520, 828, 420, 62, 0.7)
        + flaps
        + f'<path d="{inner}" fill="#4a2e20"/>'
        + fill
        + s.solid(side, kraft, f'<path d="{side}" fill="#2a1622" opacity=".36"/>', paint=kraft.base)
        + s.solid(front, kraft, marks, paint=s.fall(kraft), line=3)
        + at(
            782,
            470,
            s.solid(smooth([(0, 0), (62, -74), (150, -20), (84, 62)], True, 0), kraft, paint=s.fall(kraft)),
        )
        + resting(s, 130, 850, garden.taro(s), 0.84, -24)
    )


@good("p03", "roots", 430)
def taro_vacuum(s: Sheet) -> str:
    bag = rounded(-300, -250, 600, 500, 34)
    inner = "".join(
        at(x, y, garden.peeled(s), k, t)
        for x, y, k, t in (
            (-170, -96, 1.02, 12),
            (30, -112, 1.08, -8),
            (196, -66, 0.94, 16),
            (-150, 112, 1.04, -18),
            (66, 96, 1.12, 24),
            (214, 116, 0.9, -12),
        )
    )
    film = "".join(
        f'<path d="M{x} {y}q{dx} {dy} {dx * 2} {dy * 0.4}" fill="none" stroke="#ffffff" stroke-width="{w}" opacity="{o}" stroke-linecap="round"/>'
        for x, y, dx, dy, w, o in (
            (
                s.around(0, 280),
                s.around(0, 220),
                s.around(0, 60),
                s.around(0, 50),
                s.rng.uniform(2, 8),
                s.rng.uniform(0.25, 0.75),
            )
            for _ in range(64)
        )
    )
    shine = '<path d="M-280 -120L-120 -250H-20L-290 60Z" fill="#fff" opacity=".26"/><path d="M40 250L290 -10V60L130 250Z" fill="#fff" opacity=".2"/>'
    seal = "".join(
        f'<path d="M-300 {y}h600" stroke="#8a9aa8" stroke-width="2.5" opacity=".6"/>'
        for y in (-244, -234, -224, 226, 236, 244)
    )
    film_tone = s.tone("#cfd8d6", 0.3, 0.4)
    pack = s.solid(
        bag,
        film_tone,
        '<rect x="-300" y="-250" width="600" height="500" fill="#8fa3a6" opacity=".9"/>'
        + inner
        + '<rect x="-300" y="-250" width="600" height="500" fill="#dfeaf0" opacity=".06"/>'
        + band(s, -300, -206, 600, "comb", "indigo", 4.6)
        + film
        + shine
        + seal,
        paint=film_tone.base,
        line=3,
    )
    return (
        at(830, 150, plants.taro_leaf(s), 1.1, 24)
        + s.shadow(480, 800, 380, 66, 0.65)
        + at(
            450,
            530,
            '<path d="M-286 -226h600v500h-600z" fill="#2a1622" opacity=".34" filter="url(#soft20)"/>' + pack,
            1.22,
            -6,
        )
        + resting(s, 800, 800, garden.taro(s), 1.1, 24)
        + resting(s, 640, 872, garden.peeled(s), 0.72, 74)
    )


@good("p58", "roots-dusk", 480)
def purple_taro(s: Sheet) -> str:
    corms = _corms(s, (480, 470, 290, 74), 150, 22, 1.0, "#6f4350")
    return (
        at(730, 120, plants.taro_leaf(s, "#4a6b4a"), 1.1, 20)
        + at(480, 500, vessels.basket(s, 370, 300, at(-480, -500, corms), "#b98750"))
        + resting(s, 270, 830, garden.taro(s, "#b193b8", "#6b4048"), 1.12, -12)
        + resting(s, 800, 840, garden.taro(s, "#a685b0", "#6b4048"), 1.0, 24)
    )
