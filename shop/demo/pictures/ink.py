"""Colours, curves and light: what every picture of the demo market is drawn with.

Light always falls from the upper left. A shape is a path string (``d``); a drawing is a string of SVG
elements, so that drawings compose by ``+``. Shared paint (gradients, clips) lives on the `Sheet`.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

Point = tuple[float, float]


Stops = Sequence[tuple[float, str, float]]


SHADOW = "#2a1622"


GLOW = "#fff1c9"


def mix(one: str, other: str, part: float) -> str:
    """Colour ``part`` of the way from ``one`` to ``other``.

    >>> mix("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


class Tone(NamedTuple):
    """One material under our light: from the lit spot to the contour line."""

    glow: str
    light: str
    base: str
    dark: str
    line: str


def n(value: float) -> str:
    """Number as short SVG text."""
    return f"{value:.1f}".removesuffix(".0")


def polar(cx: float, cy: float, r: float, degrees: float, flat: float = 1.0) -> Point:
    """Point on a circle (an ellipse when ``flat`` < 1) around ``cx, cy``; 0° points right, 90° down."""
    a = math.radians(degrees)
    return cx + r * math.cos(a), cy + r * flat * math.sin(a)


def smooth(points: Sequence[Point], closed: bool = True, pull: float = 1.0) -> str:
    """Path through every point (Catmull–Rom); ``pull`` 0 gives straight edges."""
    count = len(points)
    steps = count if closed else count - 1
    out = [f"M{n(points[0][0])} {n(points[0][1])}"]
    for i in range(steps):
        if closed:
            a, b, c, d = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        else:
            a, b, c, d = (points[min(max(i + k, 0), count - 1)] for k in (-1, 0, 1, 2))
        t = pull / 6
        out.append(
            f"C{n(b[0] + (c[0] - a[0]) * t)} {n(b[1] + (c[1] - a[1]) * t)} "
            f"{n(c[0] - (d[0] - b[0]) * t)} {n(c[1] - (d[1] - b[1]) * t)} {n(c[0])} {n(c[1])}"
        )
    return "".join(out) + ("Z" if closed else "")


def polygon(points: Sequence[Point]) -> str:
    """Closed path with straight edges."""
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points) + "Z"


def ellipse(cx: float, cy: float, rx: float, ry: float) -> str:
    """Closed elliptical path."""
    return (
        f"M{n(cx - rx)} {n(cy)}A{n(rx)} {n(ry)} 0 1 1 {n(cx + rx)} {n(cy)}"
        f"A{n(rx)} {n(ry)} 0 1 1 {n(cx - rx)} {n(cy)}Z"
    )


def rounded(x: float, y: float, w: float, h: float, r: float) -> str:
    """Closed rectangle with round corners."""
    return (
        f"M{n(x + r)} {n(y)}h{n(w - 2 * r)}a{n(r)} {n(r)} 0 0 1 {n(r)} {n(r)}v{n(h - 2 * r)}"
        f"a{n(r)} {n(r)} 0 0 1 {n(-r)} {n(r)}h{n(2 * r - w)}a{n(r)} {n(r)} 0 0 1 {n(-r)} {n(-r)}"
        f"v{n(2 * r - h)}a{n(r)} {n(r)} 0 0 1 {n(r)} {n(-r)}Z"
    )


def turned(points: Sequence[Point], degrees: float) -> list[Point]:
    """The points turned around the origin."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [(x * c - y * s, x * s + y * c) for x, y in points]


def lathe(profile: Sequence[Point], cx: float = 0, flat: float = 0.16) -> str:
    """Outline of a turned vessel: ``profile`` is (y, half width) from the top down; the foot is rounded."""
    right = [(cx + w, y) for y, w in profile]
    left = [(cx - w, y) for y, w in reversed(profile)]
    foot, w = profile[-1]
    down = smooth(right, closed=False)
    up = smooth(left, closed=False)
    return f"{down}A{n(w)} {n(w * flat)} 0 0 1 {n(cx - w)} {n(foot)}L{up[1:]}Z"


def stroke(points: Sequence[Point], width: float, tip: float = 0.15) -> str:
    """A brush stroke along the points: full in the middle, ``tip`` of the width at both ends."""
    count = len(points)
    left: list[Point] = []
    right: list[Point] = []
    for i, (x, y) in enumerate(points):
        ax, ay = points[max(i - 1, 0)]
        bx, by = points[min(i + 1, count - 1)]
        length = math.hypot(bx - ax, by - ay) or 1
        half = width / 2 * (tip + (1 - tip) * math.sin(math.pi * i / (count - 1)))
        nx, ny = -(by - ay) / length * half, (bx - ax) / length * half
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return smooth(left + right[::-1])


def arc(a: Point, b: Point, bend: float, count: int = 7) -> list[Point]:
    """Points from ``a`` to ``b``, bowed sideways by ``bend`` of the distance."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    out = []
    for i in range(count):
        t = i / (count - 1)
        lift = 4 * bend * t * (1 - t)
        out.append((a[0] + dx * t - dy * lift, a[1] + dy * t + dx * lift))
    return out


def at(x: float, y: float, drawing: str, size: float = 1.0, turn: float = 0.0, wide: float = 1.0) -> str:
    """The drawing moved to ``x, y``, scaled (``wide`` stretches sideways, negative mirrors) and turned."""
    place = f"translate({n(x)} {n(y)})"
    if turn:
        place += f" rotate({n(turn)})"
    if size != 1 or wide != 1:
        place += f" scale({size * wide:.3f} {size:.3f})"
    return f'<g transform="{place}">{drawing}</g>'


FILTERS = """
<filter id="hand" x="-5%" y="-5%" width="110%" height="110%"><feTurbulence type="fractalNoise"
 baseFrequency=".016" numOctaves="2" seed="7"/><feDisplacementMap in="SourceGraphic" scale="7"
 xChannelSelector="R" yChannelSelector="G"/></filter>
<filter id="rough" x="-5%" y="-5%" width="110%" height="110%"><feTurbulence type="fractalNoise"
 baseFrequency=".05" numOctaves="2" seed="3"/><feDisplacementMap in="SourceGraphic" scale="9"
 xChannelSelector="R" yChannelSelector="G"/></filter>
<filter id="soft3" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="3"/></filter>
<filter id="soft8" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="8"/></filter>
<filter id="soft20" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="20"/></filter>
<filter id="soft45" x="-60%" y="-60%" width="220%" height="220%"><feGaussianBlur stdDeviation="45"/></filter>
<filter id="brush" color-interpolation-filters="sRGB" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise"
 baseFrequency=".008 .045" numOctaves="3" seed="11"/><feColorMatrix values="0 0 0 0 .5 0 0 0 0 .5
 0 0 0 0 .5 1.6 0 0 0 -.45"/></filter>
<filter id="wash" color-interpolation-filters="sRGB" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise"
 baseFrequency=".006" numOctaves="3" seed="5"/><feColorMatrix values="0 0 0 0 .32 0 0 0 0 .2
 0 0 0 0 .1 2.4 0 0 0 -1"/></filter>
"""


class Sheet:
    """One picture being drawn: its size, its chance, its shared paint."""

    def __init__(self, width: int, height: int, seed: str) -> None:
        self.width = width
        self.height = height
        self.rng = random.Random(seed)
        self._defs: dict[str, str] = {}
        self._dim = 0.0

    def around(self, middle: float, spread: float) -> float:
        """A number within ``spread`` of ``middle``."""
        return middle + self.rng.uniform(-spread, spread)

    @contextmanager
    def dimmed(self, part: float) -> Iterator[None]:
        """Inside, every tone is this much nearer to shadow: depth in heaps."""
        before, self._dim = self._dim, 1 - (1 - self._dim) * (1 - part)
        try:
            yield
        finally:
            self._dim = before

    def dye(self, colour: str) -> str:
        """The colour at the present depth."""
        return mix(colour, SHADOW, self._dim) if self._dim else colour

    def tone(self, colour: str, glow: float = 0.45, depth: float = 0.5) -> Tone:
        """The five colours of a material; ``glow`` for shine, ``depth`` for how dark its shade is."""
        base = self.dye(colour)
        return Tone(
            mix(base, GLOW, glow),
            mix(base, GLOW, glow * 0.4),
            base,
            mix(base, SHADOW, depth),
            mix(base, SHADOW, min(0.75, depth + 0.22)),
        )

    def _define(self, key: str, make: Callable[[str], str]) -> str:
        if key not in self._defs:
            self._defs[key] = make(f"d{len(self._defs)}")
        return self._defs[key].split('id="', 1)[1].split('"', 1)[0]

    def radial(self, stops: Stops, cx: float = 0.5, cy: float = 0.5, r: float = 0.5) -> str:
        """Paint reference of a radial gradient over the shape's box; stops are (offset, colour, opacity)."""
        body = "".join(f'<stop offset="{o}" stop-color="{c}" stop-opacity="{a}"/>' for o, c, a in stops)
        name = self._define(
            f"r{cx}{cy}{r}{body}",
            lambda i: f'<radialGradient id="{i}" cx="{cx}" cy="{cy}" r="{r}">{body}</radialGradient>',
        )
        return f"url(#{name})"

    def linear(self, stops: Stops, x2: float = 0, y2: float = 1) -> str:
        """Paint reference of a linear gradient from the box's upper left towards ``x2, y2``."""
        body = "".join(f'<stop offset="{o}" stop-color="{c}" stop-opacity="{a}"/>' for o, c, a in stops)
        name = self._define(
            f"l{x2}{y2}{body}",
            lambda i: f'<linearGradient id="{i}" x2="{x2}" y2="{y2}">{body}</linearGradient>',
        )
        return f"url(#{name})"

    def pattern(self, width: float, height: float, drawing: str) -> str:
        """Paint reference of a repeating tile."""
        name = self._define(
            f"p{width}{height}{drawing}",
            lambda i: (
                f'<pattern id="{i}" width="{n(width)}" height="{n(height)}" '
                f'patternUnits="userSpaceOnUse">{drawing}</pattern>'
            ),
        )
        return f"url(#{name})"

    def within(self, d: str, drawing: str) -> str:
        """The drawing, seen only inside the shape."""
        name = self._define(f"c{d}", lambda i: f'<clipPath id="{i}"><path d="{d}"/></clipPath>')
        return f'<g clip-path="url(#{name})">{drawing}</g>'

    def ball(self, tone: Tone, cx: float = 0.36, cy: float = 0.28) -> str:
        """Paint of a round body: lit spot, base, shade and the light thrown back at its rim."""
        return self.radial(
            (
                (0, tone.glow, 1),
                (0.28, tone.light, 1),
                (0.58, tone.base, 1),
                (0.9, tone.dark, 1),
                (1, mix(tone.dark, tone.base, 0.4), 1),
            ),
            cx,
            cy,
            0.78,
        )

    def tube(self, tone: Tone) -> str:
        """Paint of an upright cylinder."""
        return self.linear(
            (
                (0, mix(tone.dark, tone.base, 0.4), 1),
                (0.12, tone.base, 1),
                (0.3, tone.glow, 1),
                (0.5, tone.light, 1),
                (0.78, tone.base, 1),
                (0.95, tone.dark, 1),
                (1, mix(tone.dark, tone.base, 0.4), 1),
            ),
            1,
            0,
        )

    def fall(self, tone: Tone) -> str:
        """Paint of a surface lit from above left."""
        return self.linear(
            ((0, tone.light, 1), (0.5, tone.base, 1), (1, mix(tone.base, tone.dark, 0.7), 1)), 0.7, 1
        )

    def solid(self, d: str, tone: Tone, marks: str = "", line: float = 2.2, paint: str = "") -> str:
        """A lit body: paint, marks kept inside it, and a soft contour."""
        inside = self.within(d, marks) if marks else ""
        contour = (
            f'<path d="{d}" fill="none" stroke="{tone.line}" stroke-opacity=".62" stroke-width="{n(line)}"/>'
        )
        return f'<path d="{d}" fill="{paint or self.ball(tone)}"/>{inside}{contour if line else ""}'

    def gleam(self, x: float, y: float, rx: float, ry: float, opacity: float = 0.7, turn: float = -35) -> str:
        """A soft spot of light."""
        paint = self.radial(
            ((0, "#fffdf2", 0.95), (0.3, "#fffaea", 0.6), (0.65, "#fff8e2", 0.18), (1, "#fff6dd", 0))
        )
        spot = f'<ellipse rx="{n(rx)}" ry="{n(ry)}" fill="{paint}" opacity="{opacity:.2f}"/>'
        return at(x, y, spot, turn=turn)

    def shadow(self, x: float, y: float, rx: float, ry: float, opacity: float = 0.5, turn: float = 0) -> str:
        """The shade a body throws on what it stands on, leaning to the right."""
        paint = self.radial(((0, SHADOW, 0.9), (0.5, SHADOW, 0.55), (0.78, SHADOW, 0.18), (1, SHADOW, 0)))
        spot = f'<ellipse rx="{n(rx)}" ry="{n(ry)}" fill="{paint}" opacity="{opacity:.2f}"/>'
        return at(x + rx * 0.06, y, spot, turn=turn)

    def finish(self, *layers: str, brush: float = 0.18) -> str:
        """The whole picture as an SVG document, with one brush texture over everything."""
        w, h = self.width, self.height
        texture = (
            f'<rect width="{w}" height="{h}" filter="url(#wash)" opacity=".09" style="mix-blend-mode:multiply"/>'
            f'<rect width="{w}" height="{h}" filter="url(#brush)" opacity="{brush}" style="mix-blend-mode:overlay"/>'
        )
        defs = FILTERS + "".join(self._defs.values())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}">'
            f"<defs>{defs}</defs>{''.join(layers)}{texture}</svg>"
        )


def wobbly(
    rng: random.Random, rx: float, ry: float, wobble: float = 0.04, count: int = 12, turn: float = 0
) -> list[Point]:
    """Points of a hand-drawn ellipse around the origin."""
    points = []
    for i in range(count):
        a = 2 * math.pi * i / count
        k = 1 + rng.uniform(-wobble, wobble)
        points.append((rx * k * math.cos(a), ry * k * math.sin(a)))
    return turned(points, turn)


def heap(
    sheet: Sheet,
    item: Callable[[], str],
    spot: tuple[float, float, float, float],
    rise: float,
    count: int,
    *,
    size: tuple[float, float] = (1, 1),
    turn: float = 180,
    gap: float = 0.0,
) -> str:
    """A pile of ``count`` items over the ellipse ``spot`` (cx, cy, rx, ry), ``rise`` high in the middle.

    Drawn from the back to the front; items low and to the right lie in shade. ``gap`` keeps item centres
    that far apart where it can.
    """
    cx, cy, rx, ry = spot
    places: list[tuple[float, float, float]] = []
    for _ in range(count):
        for _try in range(12):
            r = math.sqrt(sheet.rng.random())
            a = sheet.rng.uniform(0, 2 * math.pi)
            x = cx + rx * r * math.cos(a)
            ground = cy + ry * r * math.sin(a)
            y = ground - rise * (1 - r**2)
            if not gap or all(math.hypot(x - u, (y - v) * 1.3) > gap for u, v, _ in places):
                break
        places.append((x, y, ground))
    out = []
    for x, y, _ground in sorted(places, key=lambda p: p[2]):
        across = (x - cx) / rx
        down = (y - (cy - rise)) / (rise + ry)
        dim = max(0.0, 0.05 + 0.18 * across + 0.2 * (down - 0.5)) + sheet.rng.uniform(0, 0.1)
        with sheet.dimmed(min(dim, 0.5)):
            out.append(at(x, y, item(), sheet.rng.uniform(*size), sheet.around(0, turn)))
    return "".join(out)


def specks(
    sheet: Sheet, colour: str, count: int, rx: float, ry: float, size: float, opacity: float = 0.5
) -> str:
    return "".join(
        f'<ellipse cx="{n(sheet.around(0, rx))}" cy="{n(sheet.around(0, ry))}" rx="{n(size * sheet.rng.uniform(0.5, 1.2))}" '
        f'ry="{n(size * sheet.rng.uniform(0.4, 0.9))}" fill="{colour}" opacity="{opacity}"/>'
        for _ in range(count)
    )
