"""Bees, their comb and the honey spoon."""

import math

from .ink import Sheet, at, ellipse, mix, n, smooth, stroke


def honeycomb(sheet: Sheet, w: float = 340, tall: float = 230) -> str:
    """A broken piece of comb, some cells capped, honey running from its lower edge."""
    wax = sheet.tone("#d9962c", 0.5, 0.5)
    d = smooth(
        [
            (-w / 2, -tall * 0.3),
            (-w * 0.3, -tall * 0.5),
            (w * 0.1, -tall * 0.46),
            (w * 0.44, -tall * 0.5),
            (w / 2, -tall * 0.1),
            (w * 0.46, tall * 0.36),
            (w * 0.2, tall * 0.5),
            (-w * 0.1, tall * 0.42),
            (-w * 0.4, tall * 0.5),
            (-w * 0.52, tall * 0.2),
        ],
        True,
        0.7,
    )
    cells = []
    r = w / 22
    for row in range(int(tall / (r * 1.5)) + 3):
        for col in range(15):
            x = -w / 2 + col * r * 1.74 + (row % 2) * r * 0.87
            y = -tall / 2 + row * r * 1.5
            hexa = (
                "M"
                + "L".join(
                    f"{n(x + r * 0.9 * math.cos(math.radians(a)))} {n(y + r * 0.9 * math.sin(math.radians(a)))}"
                    for a in range(30, 390, 60)
                )
                + "Z"
            )
            kind = sheet.rng.random()
            if y < -tall * 0.16 and kind < 0.8:
                cells.append(
                    f'<path d="{hexa}" fill="{mix("#f0cf86", "#e2b25a", sheet.rng.random())}" stroke="#c08a30" stroke-width="1.5"/><ellipse cx="{n(x - r * 0.2)}" cy="{n(y - r * 0.25)}" rx="{n(r * 0.4)}" ry="{n(r * 0.25)}" fill="#fff4d0" opacity=".7"/>'
                )
            else:
                cells.append(
                    f'<path d="{hexa}" fill="{mix("#b5600e", "#e39a1c", sheet.rng.random())}" stroke="#f3cc74" stroke-width="3"/><ellipse cx="{n(x - r * 0.2)}" cy="{n(y - r * 0.3)}" rx="{n(r * 0.3)}" ry="{n(r * 0.16)}" fill="#fff6dc" opacity=".85"/>'
                )
    side = sheet.solid(d, sheet.tone("#b9741c"))
    return at(4, 16, side) + sheet.solid(
        d, wax, "".join(cells) + sheet.gleam(-w * 0.2, -tall * 0.2, w * 0.3, tall * 0.2, 0.35)
    )


def dipper(sheet: Sheet, honey: str = "#dd9313") -> str:
    """A wooden honey dipper, head at the origin, handle up to the right, honey running off."""
    wood = sheet.tone("#b5804a")
    gold = sheet.tone(honey, 0.55, 0.4)
    handle = f'<path d="{stroke([(0, -20), (4, -150), (2, -300)], 26, 0.7)}" fill="{sheet.tube(wood)}" stroke="{wood.line}" stroke-opacity=".6" stroke-width="2"/>'
    rings = "".join(
        sheet.solid(ellipse(0, y, w, 13), wood, line=1.8, paint=sheet.tube(wood))
        for y, w in ((-40, 40), (-20, 54), (0, 60), (20, 58), (40, 48), (58, 32))
    )
    coat = smooth(
        [(-52, -34), (52, -36), (62, 10), (48, 46), (26, 70), (12, 84), (-6, 78), (-34, 58), (-60, 14)]
    )
    return (
        handle
        + rings
        + f'<g opacity=".82">{sheet.solid(coat, gold, sheet.gleam(-24, -6, 12, 30, 0.95, 8))}</g>'
    )


def bee(s: Sheet) -> str:
    """A bee in flight, 70 wide."""
    wings = "".join(
        at(
            -2,
            -12,
            '<ellipse cx="0" cy="-20" rx="12" ry="26" fill="#f4f7fa" opacity=".75" stroke="#7a7f8a" stroke-width="1.5"/>',
            turn=t,
        )
        for t in (-30, 18)
    )
    body = smooth([(-34, 4), (-20, -12), (6, -14), (30, -6), (38, 4), (26, 14), (0, 16), (-24, 14)])
    stripes = "".join(
        f'<path d="M{x} -20q6 20 0 40" stroke="#33231c" stroke-width="7" fill="none"/>' for x in (-18, -4, 10)
    )
    return (
        wings
        + s.solid(
            body,
            s.tone("#d99a2b"),
            stripes + '<path d="M22 -20h26v40h-26z" fill="#33231c"/>',
            paint=s.fall(s.tone("#d99a2b")),
            line=1.5,
        )
        + '<path d="M36 -4q10 -10 16 -8M36 0q12 -4 18 0" stroke="#33231c" stroke-width="2" fill="none"/>'
    )
