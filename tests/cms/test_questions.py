"""Questions and answers: those that come with the market, and the page that shows them."""

from __future__ import annotations

import json
import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from wagtail.models import Revision

from cms.common_questions import FOLDER, LANGUAGES, publish_common_questions
from cms.markup import front_matter, questions_of
from cms.models import QuestionsPage
from cms.services import publish_home, publish_questions
from shop.orders.return_rules import ANSWER_WITHIN, OTHERS_WITHIN, PERISHABLE_WITHIN

pytestmark = pytest.mark.django_db
TEXT = "## Mua\n\n### Có cần <b> tài khoản?\n\nKhông. [Xem](/gio-hang/)\n\n### Trả sao?\n\n1. Quét.\n2. Chuyển.\n"
QUOTED = {"vi": r'"([^"]+)"', "en": r"“([^”]+)”", "ja": r"「([^」]+)」"}
BUTTONS = ("Tiết kiệm dữ liệu: ẩn ảnh", "Hàng có vấn đề? Báo ở đây", "Xem giấy và cách chợ kiểm")


@pytest.fixture
def homes() -> None:
    for language in LANGUAGES:
        publish_home(language=language, title="Chợ Phiên", lead="Khoai sọ.")


def text_of(language: str) -> str:
    return front_matter(FOLDER / f"hoi-dap.{language}.md")[1]


def test_each_question_opens_without_script_and_is_told_to_search_engines(
    client: Client, homes: None
) -> None:
    publish_questions(language="vi", title="Hỏi đáp", body_markdown=TEXT)
    html = client.get("/hoi-dap/").content.decode()
    assert html.count("<details") == 2 and "<h3>Có cần &lt;b&gt; tài khoản?</h3>" in html
    assert re.search(r'<a href="/gio-hang/">Xem</a>', html) and "Quét." in html
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    facts = json.loads(text)
    assert facts["@type"] == "FAQPage"
    assert [(one["name"], one["acceptedAnswer"]["text"]) for one in facts["mainEntity"]] == [
        ("Có cần <b> tài khoản?", "Không. Xem"),
        ("Trả sao?", "Quét. Chuyển."),
    ]


@pytest.mark.parametrize("text", ["### Hỏi\n\nĐáp", "## Nhóm\n\n### Hỏi\n\n### Hỏi nữa\n\nĐáp"])
def test_a_question_needs_a_group_and_an_answer(text: str) -> None:
    with pytest.raises(ValueError, match="without group or answer"):
        questions_of(text)


def test_the_languages_have_the_same_questions() -> None:
    counts = [
        [len(group["value"]["questions"]) for group in questions_of(text_of(language))]
        for language in LANGUAGES
    ]
    assert counts[0] == counts[1] == counts[2] and sum(counts[0]) >= 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_called_as_they_are_on_their_pages(language: str) -> None:
    with translation.override(language):
        assert [gettext(button) for button in BUTTONS] == re.findall(QUOTED[language], text_of(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_the_answers_leads_somewhere(client: Client, homes: None, language: str) -> None:
    call_command("publish_rules", verbosity=0)
    links = set(re.findall(r"\]\(([^)]+)\)", text_of(language)))
    prefix = "" if language == "vi" else f"/{language}"
    assert len(links) >= 6 and all(link.startswith(f"{prefix}/") for link in links)
    assert {link: client.get(link).status_code for link in links if "/tai-khoan/" not in link} == {
        link: 200 for link in links if "/tai-khoan/" not in link
    }


def test_told_times_are_those_that_are_enforced() -> None:
    text = text_of("vi")
    assert (
        f"mau hỏng báo trong {PERISHABLE_WITHIN.days} ngày; hàng khác trong {OTHERS_WITHIN.days} ngày" in text
    )
    assert f"Hợp tác xã trả lời trong {ANSWER_WITHIN.days} ngày" in text


def test_publishing_the_rules_brings_the_questions_and_keeps_what_editors_wrote(
    client: Client, homes: None
) -> None:
    call_command("publish_rules", verbosity=0)
    assert {page.slug for page in QuestionsPage.objects.live()} == {"hoi-dap"}
    page = QuestionsPage.objects.get(locale__language_code="vi")
    page.title = "Bà con hỏi"
    page.save_revision().publish()
    assert publish_common_questions() == 3
    assert "Bà con hỏi" in client.get("/hoi-dap/").content.decode()
    before = Revision.objects.count()
    publish_common_questions(over_edits=True)
    assert QuestionsPage.objects.get(locale__language_code="vi").title == "Hỏi đáp"
    assert Revision.objects.count() == before + 1


def test_every_page_leads_there_in_its_language(client: Client) -> None:
    assert '<a href="/hoi-dap/">' in client.get("/gio-hang/").content.decode()
    assert '<a href="/ja/hoi-dap/">' in client.get("/ja/gio-hang/").content.decode()
