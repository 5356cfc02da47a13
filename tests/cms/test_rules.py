"""The market's rules: which edition is in force, what stays readable, and what the pages promise."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.clock import today
from cms.models import EditionPage, RulePage
from cms.rulebook import FOLDER, ORDER, publish_rulebook
from cms.services import publish_edition, publish_home, publish_rules_index
from shop.checkout.confirming import TERMS_VERSION, terms_path
from shop.complaints.promises import PROMISES
from shop.orders.return_rules import ANSWER_WITHIN, OTHERS_WITHIN, PERISHABLE_WITHIN

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def index() -> None:
    for language in ("vi", "en"):
        publish_home(language=language, title="Chợ Phiên", lead="Khoai sọ.")
        publish_rules_index(language=language, title="Quy định" if language == "vi" else "Rules")


def edition(version: str, from_today: int, words: str, slug: str = "bao-mat") -> EditionPage:
    return publish_edition(
        slug=slug,
        title="Bảo mật",
        intro="Chợ giữ gì.",
        version=version,
        in_force_from=today() + from_today * DAY,
        body_markdown=words,
    )


def text_of(slug: str) -> str:
    (path,) = FOLDER.glob(f"{slug}.{TERMS_VERSION}.md")
    return path.read_text(encoding="utf-8")


def test_the_address_of_a_rule_shows_the_edition_in_force_today(client: Client, index: None) -> None:
    edition("2025-01", -300, "Lời cũ.")
    edition("2026-01", 0, "Lời nay.")
    edition("2027-01", 1, "Lời mai.")
    html = client.get("/chinh-sach/bao-mat/").content.decode()
    assert "Lời nay." in html and "Lời cũ." not in html and "Lời mai." not in html
    assert f"Bản 2026-01, có hiệu lực từ {today():%-d/%-m/%Y}" in html
    assert all(f'href="/chinh-sach/bao-mat/{name}/"' in html for name in ("2025-01", "2026-01", "2027-01"))


@pytest.mark.parametrize(
    ("version", "days", "told"),
    [("cu", -9, "Bản này đã được thay."), ("sau", 9, "Bản này chưa có hiệu lực.")],
)
def test_another_edition_is_read_at_its_own_address_and_says_so(
    client: Client, index: None, version: str, days: int, told: str
) -> None:
    edition("nay", -1, "Lời nay.")
    edition(version, days, "Lời khác.")
    html = client.get(f"/chinh-sach/bao-mat/{version}/").content.decode()
    assert "Lời khác." in html and told in html
    assert "Bản này" not in client.get("/chinh-sach/bao-mat/nay/").content.decode()


def test_an_edition_in_force_keeps_its_words_and_one_to_come_does_not(index: None) -> None:
    edition("nay", 0, "Lời nay.")
    edition("sau", 1, "Lời sau.")
    edition("sau", 1, "Lời sau, sửa lại.")
    with pytest.raises(ValidationError, match="Bạn viết bản mới nhé"):
        edition("nay", 0, "Lời lén sửa.")
    words = dict(EditionPage.objects.values_list("slug", "body"))
    assert words == {"nay": "<p>Lời nay.</p>", "sau": "<p>Lời sau, sửa lại.</p>"}


def test_a_reader_of_english_reads_the_rule_in_vietnamese_inside_the_english_frame(
    client: Client, index: None
) -> None:
    edition("nay", 0, "Lời nay.")
    assert 'href="/en/chinh-sach/bao-mat/" lang="vi"' in client.get("/en/chinh-sach/").content.decode()
    html = client.get("/en/chinh-sach/bao-mat/").content.decode()
    assert '<html lang="en">' in html and "Edition nay, in force from" in html
    assert re.search(r'<div class="story__body" lang="vi">\s*<p[^>]*>Lời nay\.', html)
    assert '<link rel="canonical" href="http://testserver/chinh-sach/bao-mat/">' in html
    assert 'hreflang="en" href="http' not in html
    assert client.get("/en/chinh-sach/khong-co/").status_code == 404


def test_more_rules_cost_no_more_queries(client: Client, index: None) -> None:
    def queries() -> int:
        client.get("/chinh-sach/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/chinh-sach/")
        return len(seen)

    edition("nay", 0, "Lời.")
    few = queries()
    for number in range(4):
        edition("nay", 0, "Lời.", slug=f"dieu-{number}")
        edition("cu", -9, "Lời.", slug=f"dieu-{number}")
    assert queries() == few <= 12


def test_the_page_of_rules_tells_who_runs_the_market(client: Client, index: None, settings: Any) -> None:
    settings.OPERATOR = {"legal_name": "Liên hiệp A", "tax_code": "5500123456", "phone": ""}
    html = client.get("/chinh-sach/").content.decode()
    assert "Liên hiệp A" in html and "5500123456" in html and "Điện thoại" not in html


def test_the_rulebook_is_published_whole_and_again_changes_nothing(client: Client) -> None:
    publish_home(language="vi", title="Chợ Phiên", lead="Khoai sọ.")
    for _time in range(2):
        assert publish_rulebook() == len(list(FOLDER.glob("*.2*.md"))) >= len(ORDER)
        assert set(RulePage.objects.live().values_list("slug", flat=True)) == set(ORDER)
    assert {page.revisions.count() for page in EditionPage.objects.all()} == {1}
    html = client.get("/chinh-sach/").content.decode()
    assert all(f'href="/chinh-sach/{slug}/"' in html for slug in ORDER)


def test_orders_keep_the_version_of_the_terms_that_the_page_shows(client: Client) -> None:
    publish_home(language="vi", title="Chợ Phiên", lead="Khoai sọ.")
    publish_rulebook()
    shown = client.get("/chinh-sach/dieu-kien-mua-ban/").context["edition"]
    assert shown.slug == TERMS_VERSION
    assert client.get(terms_path()).context["edition"] == shown


def test_published_times_are_those_that_are_enforced() -> None:
    told = re.findall(r"trả lời trong (\d+) ngày, giải quyết trong (\d+) ngày", text_of("khieu-nai"))
    assert [(int(first), int(last)) for first, last in told] == [
        (promise.answer_days, promise.solution_days) for promise in PROMISES.values()
    ]
    returns = text_of("doi-tra")
    assert f"mau hỏng: báo trong {PERISHABLE_WITHIN.days} ngày" in returns
    assert f"Hàng khác: báo trong {OTHERS_WITHIN.days} ngày" in returns
    assert f"Hợp tác xã trả lời trong {ANSWER_WITHIN.days} ngày" in returns
