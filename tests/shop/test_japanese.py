"""A reader of Japanese: the same page in Japanese, letters and SMS, dates and weights; stories stay as written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.forms import DateField
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import trans_real

from catalog.trace_views import amount_text
from cms.services import publish_home, publish_story
from shop.complaints.models import Complaint
from shop.complaints.services import Subject, file_complaint
from shop.messages.channels.channel import Message
from shop.messages.channels.mail import html_of
from shop.messages.kinds import SHORT_KINDS
from shop.messages.models import Letter
from shop.messages.short import MOST_SEGMENTS_ELSEWHERE, segments
from shop.orders.models import OrderSheet
from shop.orders.requests import Buyer
from shop.orders.services import (
    cancel_consignment,
    cancel_order,
    hand_over,
    pack,
    report_shortfall,
    withdraw_shortfall,
)
from shop.shipping.naming import shown_name
from shop.templatetags.market import day, day_of_month, kilograms, moment
from tests.factories import make_commune, make_cooperative, make_product
from tests.support.orders import bring, place_order, transfer
from tests.support.texting import telephones
from tests.support.translations import Untranslated

KANA = re.compile(r"[\u3041-\u30ff]")


@pytest.fixture
def untranslated(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Message ids that were asked for in Japanese and are not there."""
    japanese = trans_real.translation("ja")
    behind = Untranslated(japanese._fallback)
    monkeypatch.setattr(japanese, "_fallback", behind)
    yield behind.asked
    translation.activate("vi")


def test_dates_and_weights_are_written_as_japanese_readers_write_them() -> None:
    noon = timezone.make_aware(dt.datetime(2026, 11, 3, 14, 5))
    told = {}
    for language in ("vi", "en", "ja"):
        with translation.override(language):
            told[language] = (
                day(noon), day_of_month(noon.date()), moment(noon),
                kilograms(1500), kilograms(2000), amount_text(1250, "g"),
            )  # fmt: skip
    assert told == {
        "vi": ("03/11/2026", "03/11", "14:05 03/11/2026", "1,5 kg", "2 kg", "1,25 kg"),
        "en": ("03/11/2026", "03/11", "14:05 03/11/2026", "1.5 kg", "2 kg", "1.25 kg"),
        "ja": ("2026年11月3日", "11月3日", "2026年11月3日 14:05", "1.5 kg", "2 kg", "1.25 kg"),
    }


@pytest.mark.parametrize("language", ["vi", "en", "ja"])
@pytest.mark.parametrize("typed", ["2026-02-01", "1/2/2026", "01-02-2026"])
def test_a_day_is_typed_before_its_month_in_every_language(language: str, typed: str) -> None:
    with translation.override(language):
        assert DateField().clean(typed) == dt.date(2026, 2, 1)


def test_the_markets_own_ways_of_delivery_have_japanese_names_and_a_stalls_own_keep_theirs() -> None:
    collected = "Tự đến lấy: Kho Tà Xùa"
    told = {}
    for language in ("vi", "en", "ja"):
        with translation.override(language):
            told[language] = [
                shown_name(*names)
                for names in (("EMS, giao nhanh", "EMS, express"), (collected, "Collect: x"), ("Xe ôm", ""))
            ]
    assert told == {
        "vi": ["EMS, giao nhanh", collected, "Xe ôm"],
        "en": ["EMS, express", "Collect: x", "Xe ôm"],
        "ja": ["EMS（速達）", "店頭受け取り：Kho Tà Xùa", "Xe ôm"],
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/chuyen/", "/chuyen/khoai/", "/san-pham/", "/hoa-don/", "/khieu-nai/"]
)
def test_the_switch_keeps_the_page_and_a_story_nobody_has_translated_stays_in_the_readers_frame(
    client: Client, path: str
) -> None:
    for language in ("vi", "en"):
        publish_home(language=language, title="Chợ", lead="Khoai vào vụ.", stories_title="Chuyện")
    publish_story(slug="khoai", language="vi", title="Củ khoai", intro="Mười hộ.", body_markdown="Chữ.")
    front = (
        path if path in ("/", "/chuyen/") or "chuyen" not in path else "/"
    )  # English has a market of its own
    page = client.get(path).content.decode()
    assert f'<a href="/ja{path}" hreflang="ja" lang="ja">日本語</a>' in page
    assert f'<a href="/en{front}" hreflang="en" lang="en">' in page
    is_told = "chuyen" not in path and path != "/"
    assert ('<link rel="alternate" hreflang="ja"' in page) is is_told
    japanese = client.get(f"/ja{path}").content.decode()
    assert '<html lang="ja">' in japanese and KANA.search(japanese)
    assert f'<a href="{path}" hreflang="vi" lang="vi">' in japanese
    assert f'<a href="/ja{path}" hreflang="ja" lang="ja" aria-current="true">' in japanese
    if path == "/":
        assert 'href="/ja/chuyen/khoai/" lang="vi">Củ khoai</a>' in japanese
    if "chuyen" in path:
        assert '<h1 lang="vi">' in japanese and 'href="/ja/chuyen/' in japanese


@pytest.mark.django_db
def test_once_editors_write_in_japanese_their_pages_are_shown_and_linked(client: Client) -> None:
    for language, lead in (("vi", "Khoai vào vụ."), ("ja", "里芋の季節です。")):
        publish_home(language=language, title="Chợ", lead=lead, stories_title="Chuyện")
    publish_story(slug="khoai", language="vi", title="Củ khoai", intro="Mười hộ.", body_markdown="Chữ.")
    front = client.get("/ja/").content.decode()
    assert '<h1 lang="ja">里芋の季節です。</h1>' in front and "Củ khoai" not in front
    assert '<link rel="alternate" hreflang="ja"' in front
    story = client.get("/chuyen/khoai/").content.decode()
    assert '<a href="/ja/" hreflang="ja" lang="ja">' in story


@pytest.mark.django_db
def test_an_order_placed_on_japanese_pages_is_told_of_in_japanese(
    client: Client, untranslated: set[str]
) -> None:
    make_commune("00004", "Phường Ba Đình", province="01")
    sheet = make_product(price=105_000, weight_grams=3100, stock=9)
    client.post("/ja/gio-hang/them/", {"product": sheet.product_id, "quantity": 1})
    basket = client.get("/ja/gio-hang/").content.decode()
    assert "3.1 kg" in basket and "105.000\xa0₫" in basket
    form = {
        "name": "山田 花子", "phone": "0912 345 678", "email": "hanako@demo.example", "province": "01",
        "commune": "00004", "street": "Số 5", "payment_method": "vietqr",
        "checkout_token": str(uuid4()), "seen_total": "0",
    }  # fmt: skip
    refused = client.post("/ja/thanh-toan/", form | {"phone": "12", "commune": ""})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "電話番号が正しくありません" in page and "社・坊を選択してください" in page
    asked_again = client.post("/ja/thanh-toan/", form | {"terms": "on"}).content.decode()
    assert "もう一度「注文する」を押してください" in asked_again
    total = re.search(r'name="seen_total" value="(\d+)"', asked_again)
    assert total is not None
    placed = client.post("/ja/thanh-toan/", form | {"terms": "on", "seen_total": total[1]})
    assert placed.status_code == 302 and placed["Location"].startswith("/ja/thanh-toan/")
    assert "銀行振込でご注文が完了します" in client.get(placed["Location"]).content.decode()
    order = OrderSheet.objects.get()
    assert order.language == "ja"
    letter = Letter.objects.get()
    assert letter.language == "ja"
    assert letter.subject == f"注文{order.order.number}：お振り込みのお願い"
    with translation.override("ja"):
        assert f"{moment(order.pay_by)}までに" in letter.body
    assert f"http://testserver{placed['Location']}" in letter.body
    html = html_of(Message("k", "a@b.example", letter.kind, letter.subject, letter.body, language="ja"))
    assert '<html lang="ja">' in html
    assert untranslated == set()


@pytest.mark.django_db
def test_no_letter_or_sms_to_a_japanese_buyer_lacks_a_word(settings: Any, untranslated: set[str]) -> None:
    settings.BASE_URL = "https://cho-phien-ta-xua.nongsan.example"
    stall = make_cooperative(name="Hợp tác xã nông nghiệp và du lịch cộng đồng Tà Xùa")
    goods = make_product(price=12_345_678, cooperative=stall, stock=30)
    buyers = (Buyer("山田 花子", "0912345678", "hanako@demo.example"), Buyer("山田 花子", "0912345678", ""))
    with telephones(settings):
        for buyer in buyers:
            for step in ("hand over", "ask", "withdraw", "cancel", "part"):
                placed = place_order((goods, 2), buyer=buyer, language="ja")
                if step == "part":
                    bring(transfer(1_000, placed.order.number))
                    cancel_order(order_id=placed.order.pk)
                    continue
                bring(transfer(placed.attempt.amount + 1, placed.order.number))
                parcel = placed.order.consignments.get()
                if step == "hand over":
                    pack(consignment=parcel, by=None)
                    hand_over(consignment=parcel, by=None, carrier="Bưu cục " * 9, tracking_number="9" * 60)
                elif step == "cancel":
                    cancel_consignment(consignment=parcel)
                else:
                    asked = report_shortfall(
                        consignment=parcel,
                        missing={parcel.lines.get().pk: 1},
                        restock_on=timezone.localdate(),
                    )
                    if step == "withdraw":
                        withdraw_shortfall(shortfall_pk=asked.pk)
        file_complaint(
            sent_key=uuid4(), kind="other", text="腐っていました。", subject=Subject(),
            email="hanako@demo.example", language="ja",
        )  # fmt: skip
    assert Complaint.objects.get().language == "ja"
    told = Letter.objects.filter(language="ja")
    assert {one.kind for one in told} >= {
        "order_received", "money_received", "refund_due", "handed_over", "shortfall_asked", "shortfall_withdrawn",
        "parcel_cancelled", "part_received", "order_cancelled", "complaint_received",
    }  # fmt: skip
    for one in told:
        assert KANA.search(one.subject + one.body), one.kind
    for one in told.filter(channel="sms"):
        assert one.kind in SHORT_KINDS
        assert segments(one.body) <= MOST_SEGMENTS_ELSEWHERE, one.body
        assert "注文" in one.body and "\n" not in one.body and "?" not in one.body, one.body
    assert told.filter(channel="sms").exists()
    assert untranslated == set()
