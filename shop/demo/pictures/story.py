"""The book of story pictures, 3:2, and the ground they share."""

from collections.abc import Callable

from .ink import SHADOW, Sheet, arc, mix, smooth, stroke

W, H = 1200, 800


SCENES: dict[str, Callable[[Sheet], str]] = {}


def enter_scene(key: str) -> Callable[[Callable[[Sheet], str]], Callable[[Sheet], str]]:
    def enter(compose: Callable[[Sheet], str]) -> Callable[[Sheet], str]:
        SCENES[key] = compose
        return compose

    return enter


def scene(key: str) -> str:
    """The SVG of one story picture."""
    sheet = Sheet(W, H, key)
    drawing = SCENES[key](sheet)
    light = sheet.radial(((0, "#fff3cc", 0.34), (0.5, "#fff3cc", 0.07), (1, "#fff3cc", 0)), 0.25, 0.1, 0.8)
    dusk = sheet.radial(((0, "#4a240f", 0), (0.66, "#4a240f", 0), (1, "#4a240f", 0.34)), 0.48, 0.46, 0.78)
    glaze = f'<rect width="{W}" height="{H}" fill="{light}"/><rect width="{W}" height="{H}" fill="{dusk}"/>'
    # The hand-drawn edge pulls the rim inwards: the plain drawing underneath keeps the corners covered.
    return sheet.finish(drawing, f'<g filter="url(#hand)">{drawing}</g>', glaze, brush=0.08)


def slope(sheet: Sheet, points: list[tuple[float, float]], colour: str, grass: int = 240) -> str:
    """The ground in front, with its grass."""
    d = smooth(points, False) + f"L{W + 60} {H + 60}L-60 {H + 60}Z"
    paint = sheet.linear(
        ((0, mix(colour, "#f6eea0", 0.35), 1), (0.3, colour, 1), (1, mix(colour, SHADOW, 0.4), 1))
    )
    top = min(y for _, y in points)
    blades = []
    for _ in range(grass):
        x, y = sheet.rng.uniform(-20, W + 20), sheet.rng.uniform(top, H)
        k = 0.5 + (y - top) / (H - top)
        ink = mix(colour, sheet.rng.choice((SHADOW, "#eef0a0", "#c9d977")), 0.36)
        blades.append(
            f'<path d="{stroke(arc((x, y), (x + sheet.around(0, 14 * k), y - 26 * k), sheet.around(0, 0.2)), 5 * k, 0.1)}" fill="{ink}" opacity=".75"/>'
        )
    return f'<path d="{d}" fill="{paint}"/>' + sheet.within(d, "".join(blades))
