"""Markdown turned into the blocks of a story."""

from __future__ import annotations

import pytest

from cms.markup import blocks_of, rich_text

THREE = "Một.\n\nHai.\n\nBa."


def test_products_stand_after_the_second_paragraph() -> None:
    assert [(block["type"], block["value"]) for block in blocks_of(THREE, [7, 9])] == [
        ("text", "<p>Một.</p>\n<p>Hai.</p>"),
        ("product", {"product_id": 7}),
        ("product", {"product_id": 9}),
        ("text", "<p>Ba.</p>"),
    ]


def test_headings_are_no_paragraphs() -> None:
    blocks = blocks_of("## Đầu\n\nMột.\n\n## Sau\n\nHai.\n\nBa.", [7])
    assert [block["type"] for block in blocks] == ["text", "product", "text"]
    assert blocks[0]["value"].endswith("<p>Hai.</p>")


def test_a_short_story_has_its_products_at_the_end() -> None:
    assert [block["type"] for block in blocks_of("Một.", [7])] == ["text", "product"]


def test_a_marker_places_one_product() -> None:
    blocks = blocks_of("Một.\n\n[[2]]\n\nHai.\n\nBa.", [7, 9])
    assert [(block["type"], block["value"]) for block in blocks] == [
        ("text", "<p>Một.</p>"),
        ("product", {"product_id": 9}),
        ("text", "<p>Hai.</p>\n<p>Ba.</p>"),
    ]


@pytest.mark.parametrize("marker", ["[[0]]", "[[3]]"])
def test_a_marker_without_its_product_is_refused(marker: str) -> None:
    with pytest.raises(ValueError, match="2 products"):
        blocks_of(f"Một.\n\n{marker}", [7, 9])


def test_a_quotation_is_plain_text() -> None:
    blocks = blocks_of("> Cây này ông mình để lại,\n> mình chỉ *hái nhờ*.", [])
    assert blocks == [{"type": "quote", "value": "Cây này ông mình để lại, mình chỉ *hái nhờ*."}]


def test_a_quotation_with_a_name_is_a_voice_that_has_agreed() -> None:
    (block,) = blocks_of("> Tôi giữ lời\n> với cây.\n> — Đại diện (mẫu)\n> giấy ngày 12/10", [])
    words = {"words": "Tôi giữ lời với cây.", "who": "Đại diện (mẫu)", "consent": "giấy ngày 12/10"}
    assert block == {"type": "voice", "value": words}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("> Tôi nói.\n> — Đại diện (mẫu)", "agreed"),
        ("[[certificate 2]]", "1 products"),
        ("[[shelf dearest]]", "no such shelf"),
        ("[[gallery]]", "no pictures"),
    ],
)
def test_what_a_block_needs_is_asked_for(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        blocks_of(text, [7])


def test_what_the_editor_could_not_make_is_dropped() -> None:
    html = rich_text(
        "**Chè** <script>alert(1)</script><img src=x onerror=alert(1)>\n\n"
        '<p onclick="x()" style="color:red">Hai <a href="javascript:alert(1)">đây</a></p>\n\n[ba](/san-pham/)'
    )
    assert "<b>Chè</b>" in html or "<strong>Chè</strong>" in html
    assert '<a href="/san-pham/">ba</a>' in html
    for mark in ("script", "onerror", "onclick", "style", "javascript:", "<img"):
        assert mark not in html


def test_letters_are_composed() -> None:
    assert rich_text("Ta\u0300 Xu\u0300a") == "<p>Tà Xùa</p>"


def test_nothing_stays_nothing() -> None:
    assert rich_text("  \n") == ""
    assert blocks_of("", []) == []
