"""What tea comes in and is drunk from."""

from . import larder
from .ink import SHADOW, Sheet, at, heap, mix, n, smooth, wobbly
from .motifs import band


def dry_leaves(
    s: Sheet, spot: tuple[float, float, float, float], rise: float, count: int, colour: str, tip: str = ""
) -> str:
    """A heap of twisted dry tea; every seventh leaf shows its ``tip``."""

    def one() -> str:
        return larder.tea_curl(s, colour, 52, 9, tip if tip and s.rng.random() < 0.16 else "")

    cx, cy, rx, ry = spot
    base = s.tone(mix(colour, SHADOW, 0.35))
    mound = smooth(
        [
            (cx - rx, cy),
            (cx - rx * 0.6, cy - rise * 0.62),
            (cx, cy - rise),
            (cx + rx * 0.6, cy - rise * 0.62),
            (cx + rx, cy),
            (cx + rx * 0.6, cy + ry * 0.85),
            (cx, cy + ry),
            (cx - rx * 0.6, cy + ry * 0.85),
        ]
    )
    return s.solid(mound, base, line=0) + heap(s, one, spot, rise, count, size=(0.8, 1.25))


def window_heap(s: Sheet, make: str, colour: str = "") -> str:
    """What a pouch's window shows."""
    if make == "leaf":
        return dry_leaves(s, (0, 70, 190, 80), 190, 420, colour)
    return ""


def tea_bag(s: Sheet, colour: str, dye: str) -> str:
    """A filled paper tea bag with its string and its woven tab, string up to the right."""
    paper = s.tone("#f3ead6", 0.2, 0.36)
    d = smooth(
        [(-70, -96), (70, -96), (84, -60), (90, 80), (70, 100), (-70, 100), (-90, 80), (-84, -60)], True, 0.35
    )
    leafy = f'<ellipse cy="34" rx="76" ry="66" fill="{s.radial(((0, colour, 0.85), (0.7, colour, 0.5), (1, colour, 0)))}"/>'
    grit = "".join(
        f'<circle cx="{n(s.around(0, 66))}" cy="{n(s.around(36, 50))}" r="{n(s.rng.uniform(2, 5))}" fill="{mix(colour, SHADOW, 0.3)}" opacity=".55"/>'
        for _ in range(70)
    )
    fold = '<path d="M-70 -96L-30 -66H30L70 -96M-88 -40L88 -40" stroke="#b9a888" stroke-width="3" fill="none" opacity=".7"/>'
    string = '<path d="M0 -86C30 -190 130 -150 150 -60S230 10 250 40" stroke="#f3ead6" stroke-width="5" fill="none"/><path d="M0 -86C30 -190 130 -150 150 -60S230 10 250 40" stroke="#8a7a5c" stroke-width="1.5" fill="none"/>'
    tab = at(
        252,
        72,
        s.within(
            "M-44 -36h88v72h-88z",
            '<path d="M-44 -36h88v72h-88z" fill="#fbf4e2"/>' + band(s, -44, -20, 88, "comb", dye, 3.6),
        )
        + '<path d="M-44 -36h88v72h-88z" fill="none" stroke="#6b5a40" stroke-width="2"/>',
        turn=14,
    )
    return (
        s.shadow(8, 88, 108, 30, 0.55)
        + s.solid(d, paper, leafy + grit + fold + s.gleam(-40, -30, 30, 50, 0.5, 10), paint=s.fall(paper))
        + string
        + tab
    )


def glass_cup(s: Sheet, liquid: str, inside: str = "") -> str:
    """A glass of tea with a handle, its rim at 0,0, 230 tall."""
    d = "M-120 0L-104 200Q-100 232 -60 234H60Q100 232 104 200L120 0Z"
    handle = '<path d="M114 40C200 30 200 170 106 166" fill="none" stroke="#e9efe6" stroke-width="22" opacity=".75"/><path d="M114 40C200 30 200 170 106 166" fill="none" stroke="#7a8a80" stroke-width="24" opacity=".22"/><path d="M120 34C200 34 190 140 130 156" fill="none" stroke="#ffffff" stroke-width="5" opacity=".8"/>'
    tone = s.tone(liquid, 0.55, 0.45)
    paint = s.linear(
        (
            (0, tone.dark, 0.95),
            (0.14, tone.base, 0.92),
            (0.4, tone.glow, 0.9),
            (0.7, tone.base, 0.92),
            (1, tone.dark, 0.97),
        ),
        1,
        0,
    )
    fill = f'<path d="M-130 46h260v200h-260z" fill="{paint}"/><ellipse cy="46" rx="115" ry="28" fill="{tone.light}"/><ellipse cy="50" rx="104" ry="22" fill="{tone.base}" opacity=".8"/>'
    glow = s.gleam(20, 170, 70, 46, 0.6, 0)
    shine = '<path d="M-92 20L-80 196" stroke="#fff" stroke-width="14" opacity=".6" stroke-linecap="round" filter="url(#soft3)"/><path d="M96 30L86 190" stroke="#fff" stroke-width="6" opacity=".5" stroke-linecap="round"/>'
    return (
        s.shadow(20, 228, 140, 34, 0.6)
        + handle
        + f'<path d="{d}" fill="#eef3ea" opacity=".55"/>'
        + s.within(d, fill + glow + inside + shine)
        + f'<path d="{d}" fill="none" stroke="{tone.line}" stroke-opacity=".45" stroke-width="3"/><ellipse rx="120" ry="29" fill="#fff" fill-opacity=".18" stroke="#eef3ea" stroke-width="6"/><ellipse rx="122" ry="31" fill="none" stroke="#5a6a60" stroke-opacity=".4" stroke-width="2"/>'
    )


def teapot(s: Sheet, colour: str) -> str:
    """A clay teapot, 330 wide, standing on 0,0."""
    tone = s.tone(colour, 0.45, 0.55)
    spout = s.solid(
        smooth(
            [
                (110, -120),
                (168, -140),
                (196, -206),
                (226, -212),
                (220, -188),
                (206, -130),
                (166, -70),
                (112, -56),
            ]
        ),
        tone,
        s.gleam(176, -150, 14, 40, 0.5, 20),
        paint=s.fall(tone),
    )
    handle = f'<path d="M-118 -150C-230 -190 -236 -40 -118 -56" fill="none" stroke="{tone.line}" stroke-width="32"/><path d="M-118 -150C-230 -190 -236 -40 -118 -56" fill="none" stroke="{tone.base}" stroke-width="26"/><path d="M-126 -158C-214 -180 -220 -80 -170 -56" fill="none" stroke="{tone.glow}" stroke-width="6" opacity=".7"/>'
    body = smooth(
        [
            (-70, -190),
            (0, -198),
            (70, -190),
            (132, -120),
            (130, -60),
            (84, -6),
            (0, 2),
            (-84, -6),
            (-130, -60),
            (-132, -120),
        ]
    )
    top = s.solid(
        smooth([(-66, -186), (-56, -206), (0, -216), (56, -206), (66, -186), (0, -176)]),
        tone,
        paint=s.fall(tone),
    ) + s.solid(smooth(wobbly(s.rng, 17, 15)), tone).replace("<path", '<path transform="translate(0 -226)"')
    return (
        s.shadow(16, -2, 170, 36, 0.65)
        + handle
        + spout
        + s.solid(body, tone, s.gleam(-56, -120, 30, 44, 0.5) + band(s, -140, -84, 280, "comb", "linen", 3.6))
        + top
    )
