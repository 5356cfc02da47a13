"""Plots are well-formed whatever the names, fit into their frame, and say what they show."""

from __future__ import annotations

import doctest
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.reports import periods, plots, tables
from shop.reports.plots import HEIGHT, WIDTH, Caption, Point

SVG = "{http://www.w3.org/2000/svg}"
POINTS = st.lists(
    st.builds(Point, st.text(st.characters(exclude_categories=["Cc", "Cs"])), st.integers(0, 10**12)),
    min_size=1,
    max_size=70,
)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert [doctest.testmod(module).failed for module in (plots, periods, tables)] == [0, 0, 0]


@pytest.mark.parametrize("draw", [plots.columns, plots.line, plots.rows])
@given(points=POINTS)
def test_every_bar_stands_inside_the_frame(draw: object, points: list[Point]) -> None:
    root = ElementTree.fromstring(draw(points, Caption("a", "<Tiền> & hàng", "Mô tả")))  # type: ignore[operator]
    assert root.findtext(f"{SVG}title") == "<Tiền> & hàng"
    assert root.get("aria-labelledby") == "a-title a-desc"
    height = float(root.get("viewBox", "").split()[3])
    for bar in root.iter(f"{SVG}rect"):
        x, y, wide, high = (float(bar.get(name, "")) for name in ("x", "y", "width", "height"))
        assert x >= 0 and x + wide <= WIDTH + 0.2 and y >= 0 and y + high <= height + 0.2
    assert height == HEIGHT or draw is plots.rows


def test_columns_are_as_high_as_their_values() -> None:
    root = ElementTree.fromstring(plots.columns([Point("a", 50), Point("b", 100)], Caption("x", "T", "D")))
    low, high = (float(bar.get("height", "")) for bar in root.iter(f"{SVG}rect"))
    assert high == pytest.approx(2 * low, abs=0.2)
