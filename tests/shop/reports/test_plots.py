"""Plots are well-formed whatever the names, fit into their frame, and say what they show."""

from __future__ import annotations

import doctest
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.reports import periods, plots, tables
from shop.reports.plots import BOTTOM, HEIGHT, LEFT, LETTER, MOST_LABELS, RIGHT, TOP, WIDTH, Caption, Point

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


def test_columns_stand_above_their_names_as_high_as_their_values() -> None:
    root = ElementTree.fromstring(plots.columns([Point("a", 50), Point("b", 100)], Caption("x", "T", "D")))
    bars = list(root.iter(f"{SVG}rect"))
    low, high = (float(bar.get("height", "")) for bar in bars)
    assert high == pytest.approx(2 * low, abs=0.2)
    told = [(bar.findtext(f"{SVG}title"), bar.get("x", ""), bar.get("width", "")) for bar in bars]
    middles = [(title, float(x) + float(wide) / 2) for title, x, wide in told]
    names = {text.text: float(text.get("x", "")) for text in root.iter(f"{SVG}text")}
    assert middles == [
        ("a: 50", pytest.approx(names["a"], abs=0.2)),
        ("b: 100", pytest.approx(names["b"], abs=0.2)),
    ]


@pytest.mark.parametrize("draw", [plots.columns, plots.line])
@given(points=POINTS)
def test_names_below_the_axis_stand_inside_and_do_not_touch(draw: object, points: list[Point]) -> None:
    points = [Point("30/12", point.value) for point in points]
    root = ElementTree.fromstring(draw(points, Caption("a", "T", "D")))  # type: ignore[operator]
    half = len("30/12") * LETTER / 2
    places = [float(text.get("x", "")) for text in root.iter(f"{SVG}text") if text.text == "30/12"]
    assert 1 <= len(places) <= MOST_LABELS
    assert places[0] >= half - 0.1 and places[-1] <= WIDTH - half + 0.1
    assert all(right - left >= 2 * half for left, right in pairwise(places))


def test_a_line_goes_through_its_values_from_left_to_right() -> None:
    points = [Point("a", 0), Point("b", 100), Point("c", 50)]
    root = ElementTree.fromstring(plots.line(points, Caption("x", "T", "D")))
    drawn = {path.get("class"): path.get("d", "") for path in root.iter(f"{SVG}path")}
    line = [tuple(map(float, step.split())) for step in drawn["plot__line"].removeprefix("M").split(" L")]
    bottom = HEIGHT - BOTTOM
    middle, right = (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT
    assert line == [(LEFT, bottom), (middle, TOP), (right, (TOP + bottom) / 2)]
    assert drawn["plot__area"] == f"{drawn['plot__line']} L{right:.1f} {bottom} H{LEFT} Z"


def test_rows_are_as_long_as_their_values_and_a_long_name_is_cut() -> None:
    long = "Hợp tác xã " * 9
    points = [Point("A & B", 50), Point(long, 100), Point("C", 0)]
    root = ElementTree.fromstring(plots.rows(points, Caption("x", "T", "D"), "{:.0f} ₫".format))
    short, whole = (float(bar.get("width", "")) for bar in root.iter(f"{SVG}rect"))
    names = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert names[::2] == ["A & B", names[2], "C"]
    assert names[1::2] == ["50 ₫", "100 ₫", "0 ₫"]
    assert (len(names[2]) * LETTER <= WIDTH, names[2][-1], long.startswith(names[2][:-1])) == (
        True,
        "…",
        True,
    )
    assert short == pytest.approx(whole / 2, abs=6)  # the room is what the value behind it leaves
    ends = [float(text.get("x", "")) + len(text.text or "") * LETTER for text in root.iter(f"{SVG}text")]
    assert max(ends) <= WIDTH
