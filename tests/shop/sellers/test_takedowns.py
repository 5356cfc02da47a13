"""Taking a product or a story out of the shop: at once, with a ground, and nothing brings it back but the operator."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale
from wagtail.test.utils.form_data import nested_form_data, streamfield

from catalog.clock import today
from catalog.models import ApprovalState, ProductSheet
from catalog.services import set_state
from cms.models import StoryPage
from cms.services import publish_home, publish_story
from shop.audit.models import Entry
from shop.messages.models import Letter
from shop.reviews.models import RefusalReason, Review, ReviewState
from shop.reviews.services import decide, write_review
from shop.sellers.models import Ground, Takedown
from shop.sellers.suspensions import lift, suspend
from shop.sellers.takedowns import AlreadyTakenDown, StillTakenDown, put_back, step, take_down
from tests.support.databases import Databases
from tests.support.market import Market
from tests.support.standing import Standing

As = Callable[[str], Client]
LOG = "/quan-tri/go-xuong/"
ORDER = {
    "ground": "authority",
    "order_number": "7/QĐ-QLTT",
    "order_date": "2026-01-05",
    "reason": "Hàng nghi giả",
}


def by_order(market: Market) -> dict[str, Any]:
    return {
        "ground": Ground.AUTHORITY,
        "reason": "Hàng nghi giả",
        "order_number": "7/QĐ-QLTT",
        "order_date": today(),
        "by": market.people["operator"],
    }


def product_page(sheet: ProductSheet) -> int:
    return Client().get(reverse("catalogue:detail", args=[sheet.product.slug, sheet.product_id])).status_code


def publish_in_two_languages(market: Market) -> StoryPage:
    """In two languages."""
    made = []
    for language in ("vi", "en"):
        publish_home(language=language, title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
        made.append(
            publish_story(
                slug="chuyen-a",
                language=language,
                title=f"Chuyện A {language}",
                intro="…",
                body_markdown="Chữ.",
                cooperative=market.a,
            )
        )
    return made[0]


@pytest.fixture(scope="module")
def standing_story(standing: Standing, databases: Databases) -> Callable[[], StoryPage]:
    return standing.keep(lambda: publish_in_two_languages(databases.market()))


@pytest.fixture
def story(market: Market, standing_story: Callable[[], StoryPage]) -> StoryPage:
    return standing_story()


def test_a_product_leaves_at_once_and_no_step_of_the_stall_or_the_market_brings_it_back(
    market: Market, as_role: As
) -> None:
    sheet = market.goods_a
    assert product_page(sheet) == 200
    page = reverse("panel:product_takedown", args=[sheet.pk])
    missing = as_role("operator").post(page, ORDER | {"order_date": ""})
    assert (missing.status_code, "Bạn ghi ngày của văn bản" in missing.content.decode()) == (422, True)
    assert product_page(sheet) == 200
    assert as_role("operator").post(page, ORDER).status_code == 302
    assert product_page(sheet) == 404
    letter = Letter.objects.get(kind="taken_down")
    assert letter.recipient == market.a.email
    assert "(7/QĐ-QLTT, 05/01/2026)" in letter.body
    entry = Entry.objects.get(verb="taken-down")
    assert (entry.cooperative, entry.reason) == (market.a, "Hàng nghi giả")
    act = reverse("panel:product_act", args=[sheet.pk])
    answer = as_role("cooperative").post(act, {"act": "submit"}, follow=True)
    assert "Chợ đã gỡ món này" in answer.content.decode()
    set_state(sheet=sheet, state=ApprovalState.SUBMITTED)  # as if it had waited for approval
    as_role("operator").post(act, {"act": "approve"})
    assert product_page(sheet) == 404
    assert as_role("operator").post(page, {"reason": "Đã xác minh"}).status_code == 302
    assert product_page(sheet) == 200
    assert Letter.objects.filter(kind="put_back").count() == 1


def test_one_thing_is_taken_down_once_and_put_back_once(market: Market) -> None:
    sheet = market.goods_a
    row = take_down(thing=sheet, **by_order(market))
    with pytest.raises(AlreadyTakenDown):
        take_down(thing=sheet, **by_order(market))
    with pytest.raises(StillTakenDown):
        step(sheet=sheet, state=ApprovalState.SUBMITTED)
    put_back(takedown=row, reason="Rõ rồi", by=None)
    put_back(takedown=row, reason="Lần nữa", by=None)
    assert Takedown.objects.get().lift_reason == "Rõ rồi"
    assert Letter.objects.filter(kind="put_back").count() == 1


def test_what_lacks_something_by_now_comes_back_as_a_draft(market: Market) -> None:
    row = take_down(thing=market.goods_a, **by_order(market))
    ProductSheet.objects.filter(pk=market.goods_a.pk).update(storage="", usage="", ingredients="")
    put_back(takedown=row, reason="Rõ rồi", by=None)
    assert ProductSheet.objects.get(pk=market.goods_a.pk).state == ApprovalState.DRAFT


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"order_number": ""}, {"order_date": None}])
def test_an_order_has_a_reason_a_number_and_a_day(market: Market, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        take_down(thing=market.goods_a, **(by_order(market) | wrong))
    assert product_page(market.goods_a) == 200


def test_a_story_leaves_in_every_language_and_is_published_again_only_by_the_operators_word(
    market: Market, as_role: As, story: StoryPage
) -> None:
    paths = {page.locale.language_code: page.url for page in StoryPage.objects.select_related("locale")}
    assert [Client().get(path).status_code for path in paths.values()] == [200, 200]
    page = reverse("panel:story_takedown", args=[story.pk])
    assert as_role("operator").post(page, ORDER).status_code == 302
    assert [Client().get(path).status_code for path in paths.values()] == [404, 404]
    english = StoryPage.objects.get(locale=Locale.objects.get(language_code="en"))
    edit = reverse("wagtailadmin_pages:edit", args=[english.pk])
    none = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": ""}
    fields = {
        "title": english.title,
        "slug": english.slug,
        "intro": "Bản mới",
        "picture": "",
        "cooperative": "",
    }
    form = nested_form_data({**fields, "body": streamfield([("quote", "Chữ.")]), "comments": none})
    form["action-publish"] = "1"
    said = as_role("editor").post(edit, form, follow=True).content.decode()
    assert "Chợ đã gỡ chuyện này" in said
    assert Client().get(paths["en"]).status_code == 404
    assert as_role("operator").post(page, {"reason": "Đã xác minh"}).status_code == 302
    assert [Client().get(path).status_code for path in paths.values()] == [200, 200]
    assert "Bản mới" not in Client().get(paths["en"]).content.decode()


def test_the_database_keeps_what_was_decided(market: Market) -> None:
    row = take_down(thing=market.goods_a, **by_order(market))
    stopped = suspend(cooperative=market.a, **by_order(market))
    for rows in (Takedown.objects.filter(pk=row.pk), type(stopped).objects.filter(pk=stopped.pk)):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(reason="Lý do khác")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows._raw_delete(rows.db)


@pytest.fixture
def everything(market: Market, story: StoryPage) -> None:
    """Of each kind one: the stall and the story by the market's rules, the product by an order."""
    rules = by_order(market) | {"ground": Ground.RULES, "order_number": "", "order_date": None}
    take_down(thing=market.goods_a, **(by_order(market) | {"reason": "=1+1"}))
    take_down(thing=story, **rules)
    lift(suspension=suspend(cooperative=market.b, **rules), reason="Đã sửa", by=None)
    type(market.own).objects.filter(pk=market.own.pk).update(status="handed-over")
    review = write_review(line=market.own.lines.get(), points=1, text="…", language="vi", photos=[])
    decide(review=review, state=ReviewState.REFUSED, reason=RefusalReason.INSULT, by=None)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("", ["Chuyện", "Gian hàng", "Món hàng", "Nhận xét"]),
        ("?loai=product", ["Món hàng"]),
        ("?loai=stall", ["Gian hàng"]),
        ("?can_cu=authority", ["Món hàng"]),
        ("?can_cu=rules", ["Chuyện", "Gian hàng", "Nhận xét"]),
        ("?loai=review&can_cu=authority", []),
        (f"?tu={today()}&den={today()}", ["Chuyện", "Gian hàng", "Món hàng", "Nhận xét"]),
        (f"?tu={today() + dt.timedelta(days=1)}", []),
        (f"?den={today() - dt.timedelta(days=1)}", []),
    ],
)
def test_the_list_and_its_table_tell_what_is_asked_for(as_role: As, query: str, kinds: list[str]) -> None:
    operator = as_role("operator")
    assert operator.get(LOG + query).content.decode().count('class="panel-row"') == len(kinds)
    table = operator.get(f"{LOG}so-go.csv{query}").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert sorted(row["Loại"] for row in rows) == kinds
    for row in rows:
        if row["Loại"] == "Món hàng":
            told = row["Lý do"], row["Số văn bản"], row["Ngày của văn bản"]
            assert told == ("'=1+1", "7/QĐ-QLTT", f"{today():%Y-%m-%d}")
        assert bool(row["Hiện lại lúc"]) is (row["Loại"] == "Gian hàng")
    assert Entry.objects.latest("pk").verb == "takedowns-exported"


@pytest.mark.usefixtures("everything")
def test_the_list_is_newest_first_and_what_is_shown_again_is_no_other_row(as_role: As) -> None:
    decide(review=Review.objects.get(), state=ReviewState.SHOWN, reason=None, by=None)
    table = as_role("operator").get(f"{LOG}so-go.csv").content.decode("utf-8-sig")
    rows = [(row["Loại"], bool(row["Hiện lại lúc"])) for row in csv.DictReader(io.StringIO(table))]
    assert rows == [("Nhận xét", True), ("Gian hàng", True), ("Chuyện", False), ("Món hàng", False)]


@pytest.mark.usefixtures("everything")
def test_days_the_wrong_way_round_are_refused(as_role: As) -> None:
    query = f"?tu={today()}&den={today() - dt.timedelta(days=1)}"
    operator, before = as_role("operator"), Entry.objects.count()
    answer = operator.get(LOG + query)
    page = answer.content.decode()
    assert (answer.status_code, "Ngày cuối phải từ ngày đầu" in page) == (422, True)
    assert 'class="panel-row"' not in page
    assert operator.get(f"{LOG}so-go.csv{query}").status_code == 400
    assert Entry.objects.count() == before
