"""What a person types comes back as it was typed; what cannot be typed is not taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.plain import html_of, text_of

LINES = st.lists(st.text(alphabet="aạ&<*-# ", min_size=1, max_size=9), max_size=6)


@given(LINES, st.sampled_from(["\n", "\n\n", "\r\n", "\n \n"]))
def test_what_was_typed_is_typed_again_as_the_same(lines: list[str], between: str) -> None:
    kept = html_of(between.join(lines))
    back = text_of(kept)
    assert back is not None
    assert html_of(back) == kept
    assert "<a>" not in kept


@pytest.mark.parametrize(
    ("kept", "text"),
    [
        ('<p data-block-key="a1b2c">Một <b>hai</b> ba &amp; bốn</p>', "Một **hai** ba & bốn"),
        (
            "<p>Một</p>\n<h2>Tựa</h2>\n<ul>\n<li><strong>a</strong>: b</li>\n<li>c</li>\n</ul>",
            "Một\n\n## Tựa\n\n- **a**: b\n- c",
        ),
        ("<p>a<br/>b</p>", "a\nb"),
        ("", ""),
        ("<p>a <i>b</i></p>", None),
        ('<p><a linktype="page" id="3">đi</a></p>', None),
        ("<ol><li>a</li></ol>", None),
        ("<h3>a</h3>", None),
        ("<p>- không phải mục</p>", None),
        ("<p>**không đậm**</p>", None),
    ],
)
def test_what_wagtail_keeps_is_read_as_it_is_typed_or_not_at_all(kept: str, text: str | None) -> None:
    assert text_of(kept) == text
