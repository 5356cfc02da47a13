"""Where communes stand on the drawn map of Sơn La: a sketch to show who is whose neighbour, not a survey."""

from __future__ import annotations

from typing import NamedTuple

WIDTH = 640
HEIGHT = 360
_WEST, _EAST = 103.45, 104.85
_NORTH, _SOUTH = 21.55, 20.85

# Where the drawing repeats its line of terraced fields: x, y.
TERRACES = tuple((-20 * (row % 3), 26 * row - 6) for row in range(15))


class Place(NamedTuple):
    """A point of the drawing, and on which side of it the name has room."""

    x: int
    y: int
    side: str


# Longitude and latitude of the commune's centre, to about two kilometres.
CENTRES = {
    "03856": (104.43, 21.25, "end"),  # Bắc Yên
    "03862": (104.36, 21.36, "top"),  # Xím Vàng
    "03868": (104.52, 21.33, "end"),  # Tà Xùa
    "03871": (104.22, 21.33, "start"),  # Pắc Ngà
    "03880": (104.36, 21.17, "start"),  # Tạ Khoa
    "03892": (104.52, 21.10, "end"),  # Chiềng Sại
    "04075": (104.30, 21.04, "end"),  # Yên Châu
    "04105": (104.10, 21.19, "start"),  # Mai Sơn
    "04168": (103.75, 21.05, "end"),  # Sông Mã
    "04231": (103.60, 20.94, "end"),  # Sốp Cộp
}


def place_of(commune_code: str) -> Place | None:
    """The commune's point on a ground of ``WIDTH`` × ``HEIGHT``, or None when it is not drawn."""
    centre = CENTRES.get(commune_code)
    if centre is None:
        return None
    east, north, side = centre
    return Place(
        x=round((east - _WEST) / (_EAST - _WEST) * WIDTH),
        y=round((_NORTH - north) / (_NORTH - _SOUTH) * HEIGHT),
        side=side,
    )
