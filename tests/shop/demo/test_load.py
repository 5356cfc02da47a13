"""Loading the demo market: what stands afterwards, and that a second run does no harm."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils.translation import override
from oscar.core.loading import get_model
from PIL import Image
from wagtail.models import Site

from catalog.lot_book import chain_faults
from catalog.models import Certificate, Cooperative, Lot, ProductSheet
from catalog.search import search
from catalog.tenancy import cooperatives_of
from cms.models import HomePage, StoryPage
from shop.accounts.models import User
from shop.accounts.roles import Role, roles_of
from shop.audit.models import Entry
from shop.demo.load import load, picture_from
from shop.demo.people import LOG_INS, password_in_use
from shop.images.models import Picture
from shop.orders.invariants import violations
from shop.reviews.models import Review
from tests.support.databases import DEMO_PASSWORD

DEMO_DAY = dt.date(2026, 11, 23)
PASSWORD = DEMO_PASSWORD
CHANGING = {"sessions.Session", "django_tasks_db.DBTaskResult"}


def sheet_of(sku: str) -> ProductSheet:
    return ProductSheet.objects.get(product__stockrecords__partner_sku=sku)


def row_counts() -> dict[str, int]:
    models = [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
    counts = {model._meta.label: model._default_manager.count() for model in models}
    return {label: count for label, count in counts.items() if label not in CHANGING}


@pytest.mark.usefixtures("demo_market")
def test_the_taro_stands_in_the_market_with_every_fact() -> None:
    taro = sheet_of("P01")
    stock_record = taro.product.stockrecords.get()
    assert taro.product.title == "Khoai sọ Tà Xùa củ tươi"
    assert taro.product.slug == "khoai-so-ta-xua-cu-tuoi"
    assert (taro.cooperative.slug, taro.commune_id, taro.ocop_set) == ("ta-xua-khoai-so", "03868", 1)
    assert (stock_record.price, stock_record.num_in_stock) == (105_000, 237)
    assert (taro.net_quantity, taro.net_unit, taro.pack) == (3_000, "g", "túi lưới 3 kg")
    assert taro.months == (1, 9, 10, 11, 12)
    assert taro.tax_class == "own_produce"
    assert taro.is_public
    with override("en"):
        assert taro.title == "Tà Xùa upland taro, fresh"
    certificate = taro.certificates.showing_on(DEMO_DAY).get()
    assert (certificate.stars, certificate.product_code) == (3, "14-03868-01-2026")
    assert certificate.verified_by is not None
    assert certificate.verified_by.email == "dieuhanh@demo.example"


@pytest.mark.usefixtures("demo_market")
def test_all_goods_are_in_the_shop_and_five_of_them_without_a_star() -> None:
    assert ProductSheet.objects.filter(state="approved", product__is_public=True).count() == 60
    shining = Certificate.objects.showing_on(DEMO_DAY).values("sheet")
    dark = ProductSheet.objects.exclude(pk__in=shining)
    skus = dark.values_list("product__stockrecords__partner_sku", flat=True)
    assert sorted(skus) == ["P26", "P33", "P38", "P53", "P59"]


@pytest.mark.usefixtures("demo_market")
def test_goods_are_found_as_people_type_them() -> None:
    assert search("khoai so ta xua")[0] == sheet_of("P01").product_id
    forest_honey = ProductSheet.objects.get(product__title="Mật ong hoa rừng")
    assert forest_honey.product_id in search("mat ong")


@pytest.mark.usefixtures("demo_market")
def test_every_good_and_stall_has_a_picture_in_all_sizes() -> None:
    assert not ProductSheet.objects.filter(picture=None).exists()
    assert not Cooperative.objects.filter(picture=None).exists()
    assert Picture.objects.count() == 69
    for picture in Picture.objects.prefetch_related("renditions"):
        assert picture.ground_colour.startswith("#")
        assert len(picture.renditions.all()) in (4, 6), picture.title


@pytest.mark.usefixtures("demo_market")
def test_the_demo_people_can_log_in_and_have_their_roles() -> None:
    for log_in in LOG_INS:
        user = authenticate(email=log_in.email, password=PASSWORD)
        assert user is not None, log_in.email
        wanted = set(log_in.roles) | ({Role.COOPERATIVE} if log_in.cooperative else set())
        assert roles_of(user) == wanted, log_in.email
        slugs = [cooperative.slug for cooperative in cooperatives_of(user)]
        assert slugs == ([log_in.cooperative] if log_in.cooperative else []), log_in.email


@pytest.mark.usefixtures("demo_market")
def test_the_demo_shopper_has_an_address_book() -> None:
    shopper = User.objects.get(email="khach@demo.example")
    assert [(str(address), address.is_default) for address in shopper.saved_addresses.all()] == [
        ("Số 5 phố Mẫu, Phường Ba Đình, Thành phố Hà Nội", True),
        ("Bản Mẫu, gần nhà văn hóa, Xã Tà Xùa, Tỉnh Sơn La", False),
    ]


@pytest.mark.usefixtures("demo_market")
def test_the_front_page_and_stories_are_public_in_every_language() -> None:
    home = HomePage.objects.get(locale__language_code="vi")
    assert Site.objects.get(is_default_site=True).root_page_id == home.pk
    others = [HomePage.objects.get(locale__language_code=code) for code in ("en", "ja")]
    assert {other.translation_key for other in others} == {home.translation_key}
    stories = StoryPage.objects.live()
    assert stories.filter(locale__language_code="vi").count() == 9
    for story in stories.filter(locale__language_code="vi"):
        for other in others:
            translation = story.get_translation(other.locale)
            assert translation.live
            assert translation.slug == story.slug
        assert story.cooperative is not None
    newest = stories.filter(locale__language_code="vi").latest("first_published_at")
    assert newest.slug == "khoai-so-ta-xua"


@pytest.mark.usefixtures("demo_market")
def test_goods_have_reviews_of_buyers_who_got_them() -> None:
    reviews = Review.objects.shown().select_related("line__consignment__order__sheet", "sheet")
    assert len(reviews) == 6
    for review in reviews:
        consignment = review.line.consignment
        assert consignment.status == "handed-over" and consignment.order.sheet.paid_at
        assert review.decisions.get().actor.email == "dieuhanh@demo.example"
    taro = reviews.filter(sheet=sheet_of("P01"))
    assert sorted(taro.values_list("shown_name", "points")) == [("Jane S.", 5), ("Lê M.", 4), ("Trần M.", 5)]
    answered = taro.get(shown_name="Trần M.")
    assert answered.answer.actor.email == "htx.taxua@demo.example" and answered.photos.count() == 1
    with answered.photos.get().photo.open("rb") as file:
        assert file.read(2) == b"\xff\xd8"
    assert violations() == []


@pytest.mark.usefixtures("demo_market")
def test_a_second_run_adds_nothing_repairs_texts_and_passwords_and_leaves_stock_as_sold() -> None:
    taro = sheet_of("P01")
    stock_records = get_model("partner", "StockRecord")
    stock_records.objects.filter(partner_sku="P01").update(num_in_stock=7, num_allocated=3, price=1)
    ProductSheet.objects.filter(pk=taro.pk).update(summary="xóa nhầm")
    before = row_counts()
    loaded = load(password="mật khẩu mới")
    assert (loaded.cooperatives, loaded.goods, loaded.certificates, loaded.stories) == (15, 60, 59, 9)
    assert row_counts() == before | {"audit.Entry": before["audit.Entry"] + 1}
    told = Entry.objects.latest("pk")
    assert (told.verb, told.changes) == ("price-changed", {"price_amount": [1, 105_000]})
    taro = sheet_of("P01")
    stock_record = taro.product.stockrecords.get()
    assert (stock_record.num_in_stock, stock_record.num_allocated, stock_record.price) == (7, 3, 105_000)
    assert taro.summary.startswith("Khoai sọ trồng trên nương Tà Xùa")
    assert authenticate(email="khach@demo.example", password=PASSWORD) is None
    assert authenticate(email="khach@demo.example", password="mật khẩu mới") is not None


@pytest.mark.django_db
def test_a_redrawn_or_lost_picture_is_put_back_under_the_same_row(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    drawing = tmp_path / "p01.jpg"
    Image.new("RGB", (700, 700), "#a8232b").save(drawing)
    first = picture_from(drawing, title="Khoai sọ", shape="square")
    assert (first.width, first.renditions.count(), first.ground_colour[:2]) == (700, 6, "#a")

    Image.new("RGB", (900, 900), "#2f6b3a").save(drawing)
    redrawn = picture_from(drawing, title="Khoai sọ", shape="square")
    assert (redrawn.pk, redrawn.width, redrawn.renditions.count()) == (first.pk, 900, 6)
    assert redrawn.ground_colour.startswith("#2")
    assert [path.name for path in (settings.MEDIA_ROOT / "original_images").iterdir()] == ["p01.jpg"]

    redrawn.file.storage.delete(redrawn.file.name)
    found = picture_from(drawing, title="Khoai sọ", shape="square")
    with found.file.open("rb") as file:
        assert file.read() == drawing.read_bytes()
    assert Picture.objects.count() == 1


@pytest.mark.django_db
def test_a_market_with_a_real_bank_refuses_the_demo(settings: Any) -> None:
    settings.SANDBOX = False
    before = password_in_use()
    with pytest.raises(CommandError, match="SANDBOX"):
        call_command("demo", password=PASSWORD, verbosity=0)
    assert (Cooperative.objects.count(), User.objects.count()) == (0, 0)
    assert password_in_use() == before


@pytest.mark.usefixtures("demo_market")
def test_the_lots_stand_with_their_books() -> None:
    lots = {
        (lot.sheet.product.title, lot.status, lot.events.count()): chain_faults(lot)
        for lot in Lot.objects.select_related("sheet__product")
    }
    assert lots == {
        ("Khoai sọ Tà Xùa củ tươi", "on_sale", 6): [],
        ("Khoai sọ Tà Xùa củ tươi", "sold_out", 5): [],
        ("Trà xanh shan tuyết Tà Xùa", "on_sale", 4): [],
        ("Mật ong hoa rừng", "on_sale", 4): [],
        ("Mật ong hoa rừng", "recalled", 5): [],
        ("Khoai sọ gọt sẵn hút chân không", "on_sale", 3): [],
        ("Khoai sọ sấy giòn", "on_sale", 7): [],
    }
