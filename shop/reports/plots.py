"""Plots as SVG, drawn from values (no Django), each with title and description; a table beside it has the numbers.

Shape: 320 units wide, so that letters are readable on a telephone 360 pixels wide and not huge on a desk. Colours come
from the page's style by class: ``plot__bar``, ``plot__line``, ``plot__area``, ``plot__grid``, ``plot__text``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

WIDTH, HEIGHT = 320, 210
LEFT, RIGHT, TOP, BOTTOM = 48, 8, 10, 26
ROW = 36
MOST_LABELS = 5
LETTER = 6.4
"""About as wide as a letter is on average, at the size of the text."""


@dataclass(frozen=True)
class Point:
    """One value and what it is of; ``short`` stands at the axis. Values are not below nothing."""

    label: str
    value: float
    short: str = ""


@dataclass(frozen=True)
class Caption:
    """What readers hear of a plot. ``name`` makes the ids of its title and description unique on the page."""

    name: str
    title: str
    text: str


Write = Callable[[float], str]


def ticks(top: float, *, about: int = 4) -> list[float]:
    """Round values from nothing up to at least ``top``: steps of 1, 2, 2.5 or 5 times a power of ten.

    >>> ticks(0), ticks(7), ticks(130_000)
    ([0, 1], [0, 2, 4, 6, 8], [0, 50000, 100000, 150000])
    """
    if top <= 0:
        return [0, 1]
    rough = top / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    step = max(int(step), 1) if step >= 1 else 1
    return [step * number for number in range(math.ceil(top / step) + 1)]


def columns(points: Sequence[Point], caption: Caption, write: Write = str) -> str:
    """A column for each point, from left to right.

    >>> drawn = columns([Point("1/10", 2), Point("2/10", 0)], Caption("a", "Bán <hàng>", "Hai ngày"))
    >>> drawn.count('class="plot__bar"'), "Bán &lt;hàng&gt;" in drawn
    (1, True)
    """
    scale = _Scale([point.value for point in points])
    step = scale.width / max(len(points), 1)
    thick = max(step * 0.72, 1)
    bars = [
        f'<rect class="plot__bar" x="{LEFT + step * place + (step - thick) / 2:.1f}" y="{scale.y(point.value):.1f}"'
        f' width="{thick:.1f}" height="{scale.bottom - scale.y(point.value):.1f}" rx="1.5">'
        f"<title>{escape(point.label)}: {escape(write(point.value))}</title></rect>"
        for place, point in enumerate(points)
        if point.value > 0
    ]
    body = scale.grid(write) + "".join(bars) + _below(points, lambda place: LEFT + step * (place + 0.5))
    return _svg(HEIGHT, caption, body)


def line(points: Sequence[Point], caption: Caption, write: Write = str) -> str:
    """A line through many points, with what is below it filled.

    >>> drawn = line([Point(str(day), day) for day in range(60)], Caption("a", "A", "B"))
    >>> drawn.count("<path"), drawn.count(" L")
    (6, 119)
    """
    scale = _Scale([point.value for point in points])
    step = scale.width / max(len(points) - 1, 1)
    path = " L".join(
        f"{LEFT + step * place:.1f} {scale.y(point.value):.1f}" for place, point in enumerate(points)
    )
    end = LEFT + step * (len(points) - 1)
    body = (
        scale.grid(write)
        + f'<path class="plot__area" d="M{path} L{end:.1f} {scale.bottom} L{LEFT} {scale.bottom} Z"/>'.replace(
            f" L{LEFT} {scale.bottom} Z", f" H{LEFT} Z"
        )
        + f'<path class="plot__line" d="M{path}"/>'
        + _below(points, lambda place: LEFT + step * place)
    )
    return _svg(HEIGHT, caption, body)


def rows(points: Sequence[Point], caption: Caption, write: Write = str) -> str:
    """A bar for each point, one below the other, its name above it and its value behind: for names that are long.

    >>> drawn = rows([Point("HTX Tà Xùa", 3), Point("HTX Bắc Yên", 0)], Caption("a", "A", "B"))
    >>> drawn.count('class="plot__bar"'), 'viewBox="0 0 320 76"' in drawn
    (1, True)
    """
    top = max((point.value for point in points), default=0) or 1
    drawn = []
    for place, point in enumerate(points):
        y, value = place * ROW + 12, write(point.value)
        room = WIDTH - len(value) * LETTER * 1.1 - 14
        name = _cut(point.label, int((WIDTH - 4) / LETTER))
        long = room * point.value / top
        drawn.append(f'<text class="plot__text" x="2" y="{y}">{escape(name)}</text>')
        if point.value > 0:
            drawn.append(
                f'<rect class="plot__bar" x="2" y="{y + 5}" width="{max(long, 1):.1f}" height="12" rx="2"/>'
            )
        drawn.append(
            f'<text class="plot__text plot__text--value" x="{long + 8:.1f}" y="{y + 15}">{escape(value)}</text>'
        )
    return _svg(len(points) * ROW + 4, caption, "".join(drawn))


class _Scale:
    """From values to heights."""

    def __init__(self, values: Sequence[float]) -> None:
        self.ticks = ticks(max(values, default=0))
        self.bottom = HEIGHT - BOTTOM
        self.width = WIDTH - LEFT - RIGHT

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - TOP) * value / self.ticks[-1]

    def grid(self, write: Write) -> str:
        return "".join(
            f'<path class="plot__grid" d="M{LEFT} {self.y(tick):.1f} H{WIDTH - RIGHT}"/>'
            f'<text class="plot__text" x="{LEFT - 5}" y="{self.y(tick) + 3.5:.1f}" text-anchor="end">'
            f"{escape(write(tick))}</text>"
            for tick in self.ticks
        )


def _below(points: Sequence[Point], middle: Callable[[int], float]) -> str:
    """Names below the axis, so few that none touches another; the first and the last stay inside."""
    every = max(math.ceil(len(points) / MOST_LABELS), 1)
    texts = []
    for place in range(0, len(points), every):
        text = points[place].short or points[place].label
        half = len(text) * LETTER / 2
        x = min(max(middle(place), half), WIDTH - half)
        texts.append(
            f'<text class="plot__text" x="{x:.1f}" y="{HEIGHT - 9}" text-anchor="middle">{escape(text)}</text>'
        )
    return "".join(texts)


def _svg(height: int, caption: Caption, body: str) -> str:
    title, text = f"{caption.name}-title", f"{caption.name}-desc"
    return (
        f'<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f" aria-labelledby={quoteattr(f'{title} {text}')}><title id={quoteattr(title)}>{escape(caption.title)}</title>"
        f"<desc id={quoteattr(text)}>{escape(caption.text)}</desc>{body}</svg>"
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
