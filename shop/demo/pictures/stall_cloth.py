"""Rice in its sacks, young green rice, and the weavers' goods."""

from . import larder, packs, plants, vessels
from .cloth import brocade_bag, handled_basket, pieu, tassel
from .ink import Sheet, at, heap, smooth
from .motifs import band
from .stall import good


def _grains(
    s: Sheet, spot: tuple[float, float, float, float], rise: float, count: int, colour: str = "#f6f1e2"
) -> str:
    """A mound of rice."""
    cx, cy, rx, ry = spot
    mound = smooth(
        [
            (cx - rx, cy),
            (cx - rx * 0.55, cy - rise * 0.7),
            (cx, cy - rise),
            (cx + rx * 0.55, cy - rise * 0.7),
            (cx + rx, cy),
            (cx + rx * 0.6, cy + ry * 0.85),
            (cx, cy + ry),
            (cx - rx * 0.6, cy + ry * 0.85),
        ]
    )
    return s.solid(mound, s.tone(colour, 0.2, 0.4), line=0) + heap(
        s, lambda: larder.rice_grain(s, colour), spot, rise, count, size=(0.85, 1.15)
    )


def _ears(s: Sheet, x: float, y: float, *turns: float, colour: str = "#d9ac4a", size: float = 1.0) -> str:
    return "".join(at(x, y, plants.rice_ear(s, colour, 340), size, t) for t in turns)


def _cooked(s: Sheet, rx: float, rise: float, colour: str) -> str:
    """A mound of steamed sticky rice: soft, shining grains."""
    return _grains(s, (0, 0, rx, rx * 0.28), rise, int(rx * 3.2), colour) + s.gleam(
        -rx * 0.3, -rise * 0.6, rx * 0.5, rise * 0.24, 0.45
    )


@good("p42", "rice", 480)
def sticky_muong_va(s: Sheet) -> str:
    steamer = vessels.basket(s, 190, 210, _cooked(s, 160, 96, "#f7f3e6"), "#c9a05c", 0.62)
    return (
        _ears(s, 600, 560, -30, -48, -10)
        + at(
            330,
            840,
            packs.sack(
                s,
                470,
                660,
                "#efe4cb",
                "indigo",
                at(-74, 40, plants.rice_ear(s, "#c9973a", 150), 1, -6),
                "diamond",
            ),
        )
        + at(740, 640, steamer, 1.08)
        + _grains(s, (590, 876, 110, 24), 34, 110)
    )


@good("p43", "rice-cloth", 480)
def sticky_ngoc_chien(s: Sheet) -> str:
    return (
        _ears(s, 660, 600, -54, -34, -14, colour="#cfa23e")
        + at(
            330,
            830,
            packs.sack(
                s, 480, 660, "#f3ead6", "red", at(-74, 40, plants.rice_ear(s, "#c9973a", 150), 1, -6), "star"
            ),
        )
        + at(
            720,
            730,
            vessels.bowl(
                s, 215, 150, "#8a5a38", _grains(s, (0, 0, 184, 52), 104, 620, "#f8f2df"), ring="#e9cf94"
            ),
        )
        + _grains(s, (500, 896, 90, 16), 22, 70)
    )


@good("p44", "rice", 470)
def sticky_tu_le(s: Sheet) -> str:
    mound = _cooked(s, 230, 170, "#faf6ea")
    return (
        _ears(s, 600, 660, -62, -44, colour="#dbb455")
        + at(
            300,
            800,
            packs.sack(
                s, 430, 610, "#d9c39a", "leaf", at(-70, 40, plants.rice_ear(s, "#fbf0c8", 140), 1, -6), "fern"
            ),
        )
        + at(690, 790, plants.banana_leaf(s, 600, 250, "#5a9440"), 1, -4)
        + at(690, 780, mound)
        + vessels.steam(690, 640, 130)
    )


@good("p45", "rice-cloth", 480)
def rice_phu_yen(s: Sheet) -> str:
    wood = s.tone("#b5834c")
    scoop = (
        s.solid(
            smooth(
                [(-120, -30), (-60, -62), (60, -60), (118, -26), (124, 30), (60, 66), (-60, 66), (-124, 30)]
            ),
            wood,
            paint=s.fall(wood),
        )
        + s.solid(smooth([(110, -16), (270, -24), (284, 0), (270, 22), (110, 18)]), wood, paint=s.fall(wood))
        + at(0, 0, _grains(s, (0, 0, 100, 46), 40, 230, "#f4efe4"))
    )
    return (
        at(
            400,
            800,
            packs.sack(
                s,
                600,
                700,
                "#f1ead8",
                "indigo",
                at(-86, 40, plants.rice_ear(s, "#c9973a", 170), 1.1, -6),
                "step",
            ),
        )
        + _grains(s, (690, 850, 210, 44), 84, 460, "#f4efe4")
        + s.shadow(760, 840, 150, 30, 0.4)
        + at(730, 780, scoop, 1.0, -14)
        + _ears(s, 120, 880, -20, 4, colour="#cfa23e", size=0.7)
    )


@good("p46", "tea-pale", 450)
def com(s: Sheet) -> str:
    mound = smooth(
        [(-260, 6), (-150, -120), (0, -176), (150, -120), (260, 6), (150, 70), (0, 84), (-150, 70)]
    )
    pile = s.solid(mound, s.tone("#7f9a3e"), line=0) + heap(
        s, lambda: larder.com_flake(s), (0, 0, 260, 80), 172, 900, size=(0.9, 1.25)
    )
    parcel_tone = s.tone("#4f8a45")
    parcel = (
        s.solid(
            smooth([(-120, -70), (120, -76), (128, 70), (-126, 76)], True, 0.3),
            parcel_tone,
            "".join(
                f'<path d="M-130 {y}Q0 {y + 10} 130 {y - 4}" stroke="{parcel_tone.glow}" stroke-width="2.5" fill="none" opacity=".45"/>'
                for y in range(-70, 80, 13)
            )
            + s.gleam(-40, -36, 70, 24, 0.4, 0),
            paint=s.fall(parcel_tone),
        )
        + '<path d="M-124 2Q0 12 126 0M0 -74Q8 0 2 74" stroke="#e2cf8a" stroke-width="11" fill="none"/><path d="M0 4q-40 -40 -46 -8q10 22 46 8q36 -40 48 -10q-8 22 -48 10" stroke="#e2cf8a" stroke-width="8" fill="none"/>'
    )
    return (
        _ears(s, 470, 610, -66, -46, -26, colour="#a3b24a", size=1.25)
        + at(450, 660, plants.banana_leaf(s, 820, 400, "#4f8f45"), 1, 6)
        + at(440, 640, s.shadow(10, 40, 300, 80, 0.5) + pile)
        + s.shadow(770, 850, 160, 36, 0.6)
        + at(760, 790, parcel, 1.12, -8)
    )


@good("p55", "craft-plain", 800)
def scarf(s: Sheet) -> str:
    return at(528, 130, pieu(s), 1.13)


@good("p56", "craft", 640)
def bag(s: Sheet) -> str:
    return at(500, 380, brocade_bag(s), 1.02)


@good("p57", "craft-plain", 470)
def rattan(s: Sheet) -> str:
    cloth_tone = s.tone("#a8232b")
    d = smooth(
        [
            (-200, 20),
            (-150, -40),
            (-40, -52),
            (70, -40),
            (190, -8),
            (240, 70),
            (200, 190),
            (120, 210),
            (60, 120),
            (-60, 60),
        ],
        True,
        0.8,
    )
    napkin = s.solid(
        d,
        cloth_tone,
        f'<g transform="rotate(14)">{band(s, -260, -30, 560, "diamond", "red", 6.4)}{band(s, -260, 90, 560, "comb", "red", 5.4)}</g>',
        paint=s.fall(cloth_tone),
    )
    return (
        at(495, 500, handled_basket(s, 390, 350))
        + at(630, 520, napkin, 1.1, -6)
        + at(858, 676, tassel(s, "#dfa53f", 100))
    )
