"""Writes of the catalogue."""

from __future__ import annotations

import csv
import unicodedata

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from oscar.core.loading import get_model

from catalog import services
from catalog.models import (
    Certificate,
    Commune,
    Cooperative,
    FormerCommune,
    IndexEntry,
    ProductSheet,
    Province,
)
from catalog.models.place import bare_name
from catalog.places import LIST, find_communes, load_places
from catalog.search import search
from catalog.tenancy import cooperatives_of
from shop.accounts.roles import Role
from tests.factories import (
    make_category,
    make_certificate,
    make_commune,
    make_cooperative,
    make_product,
    make_user,
)

pytestmark = pytest.mark.django_db

Product = get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")
Partner = get_model("partner", "Partner")


def test_a_cooperative_comes_with_its_partner_and_a_second_call_updates_both():
    first = make_cooperative("ta-xua", code="C01", name="Tên cũ", tax_code="5700000001")
    again = make_cooperative("ta-xua", code="C01", name="Tên mới", tax_code="5700000001", members_count=17)
    assert again.pk == first.pk
    assert (again.name, again.members_count, again.partner.code, again.partner.name) == (
        "Tên mới",
        17,
        "C01",
        "Tên mới",
    )
    assert Cooperative.objects.count() == Partner.objects.count() == 1


def test_a_cooperative_with_an_unknown_legal_form_is_refused_and_leaves_no_partner():
    with pytest.raises(ValidationError):
        make_cooperative("ta-xua", legal_form="company")
    assert (Cooperative.objects.count(), Partner.objects.count()) == (0, 0)


def test_renaming_a_cooperative_renames_it_in_the_search_index():
    sheet = make_product(cooperative=make_cooperative("ong", name="HTX Ong Rừng", tax_code="5700000001"))
    make_cooperative("ong", name="HTX Mật Núi", tax_code="5700000001", commune=sheet.commune)
    assert search("mat nui") == [sheet.product_id]
    assert search("ong rung") == []


def test_a_product_is_a_standalone_good_with_one_stock_record():
    sheet = make_product(price=105_000, stock=240, title="Khoai sọ Tà Xùa củ tươi", sku="P01")
    product = sheet.product
    stock_record = product.stockrecords.get()
    assert (product.slug, product.structure, product.is_public) == (
        "khoai-so-ta-xua-cu-tuoi",
        "standalone",
        True,
    )
    assert (product.product_class.slug, product.product_class.track_stock) == ("goods", True)
    assert (stock_record.partner_id, stock_record.partner_sku) == (sheet.cooperative.partner_id, "P01")
    assert (sheet.price_amount, sheet.stock_left) == (105_000, 240)
    assert [category.slug for category in product.categories.all()] == ["rau-cu-qua-tuoi"]


def test_saving_the_same_sku_again_changes_the_product_instead_of_adding_one():
    cooperative = make_cooperative()
    first = make_product(cooperative=cooperative, sku="P01", title="Khoai sọ", summary="Bở.", stock=5)
    other_group = make_category("che", "Chè")
    again = make_product(
        cooperative=cooperative,
        sku="P01",
        title="Khoai sọ nương",
        stock=7,
        price=99_000,
        category=other_group,
    )
    assert (again.pk, again.product.title, again.product.slug) == (
        first.pk,
        "Khoai sọ nương",
        "khoai-so-nuong",
    )
    assert again.summary == "Bở."  # what is left out stays
    fresh = ProductSheet.objects.get(pk=first.pk)
    assert (fresh.price_amount, fresh.stock_left) == (99_000, 7)
    assert [category.slug for category in fresh.product.categories.all()] == ["che"]
    assert (
        Product.objects.count(),
        StockRecord.objects.count(),
        IndexEntry.objects.filter(kind="product").count(),
    ) == (1, 1, 1)


def test_two_cooperatives_may_use_the_same_sku():
    make_product(sku="P01")
    make_product(sku="P01")
    assert Product.objects.count() == 2


def test_stock_below_what_is_reserved_is_refused_and_nothing_changes():
    sheet = make_product(sku="P01", stock=10, price=50_000)
    StockRecord.objects.update(num_allocated=4)
    with pytest.raises(services.StockBelowReserved):
        make_product(cooperative=sheet.cooperative, sku="P01", stock=3, price=60_000)
    fresh = ProductSheet.objects.get()
    assert (fresh.price_amount, fresh.stock_left) == (50_000, 6)


@pytest.mark.parametrize(
    ("field", "value"),
    [("ocop_set", 27), ("net_unit", "box"), ("tax_class", ""), ("season_months", 4096), ("title", "")],
)
def test_a_field_that_makes_no_sense_is_refused_and_nothing_is_written(field, value):
    with pytest.raises(ValidationError):
        make_product(**{field: value})
    assert (
        Product.objects.count(),
        ProductSheet.objects.count(),
        IndexEntry.objects.filter(kind="product").count(),
    ) == (0, 0, 0)


def test_a_price_of_nothing_is_refused():
    with pytest.raises(ValueError, match="positive"):
        make_product(price=0)
    assert Product.objects.count() == 0


def test_text_is_stored_composed_however_it_was_typed():
    sheet = make_product(
        title=unicodedata.normalize("NFD", "Mật ong rừng"), pack=unicodedata.normalize("NFD", "hũ")
    )
    assert sheet.product.title == unicodedata.normalize("NFC", "Mật ong rừng")
    assert sheet.pack == unicodedata.normalize("NFC", "hũ")


def test_withdrawing_a_product_takes_it_out_of_the_shop_and_approving_brings_it_back():
    sheet = make_product(title="Mật ong rừng")
    services.set_state(sheet=sheet, state="withdrawn")
    assert (sheet.is_public, search("mat ong")) == (False, [])
    services.set_state(sheet=sheet, state="approved")
    assert (ProductSheet.objects.get().is_public, search("mat ong")) == (True, [sheet.product_id])


def test_a_category_is_kept_by_its_slug_with_its_english_name():
    make_category("che", "Chè", name_en="Tea", position=8)
    category = make_category("che", "Chè búp", name_en="Leaf tea", position=3)
    assert (category.name, category.sheet.name_en, category.sheet.position) == ("Chè búp", "Leaf tea", 3)
    assert get_model("catalogue", "Category").objects.count() == 1


def test_a_certificate_counts_as_verified_once_a_person_is_named():
    sheet = make_product()
    fields = {"number": "OCOP-1", "verified": False}
    unverified = make_certificate(sheet, **fields)
    assert (unverified.verified_at, sheet.star) == (None, None)
    person = make_user(Role.OPERATOR)
    verified = make_certificate(sheet, **fields, verified_by=person)
    assert verified.pk == unverified.pk
    assert verified.verified_by == person
    assert sheet.star == verified
    kept = make_certificate(sheet, **fields, stars=4)
    assert (kept.verified_at, kept.stars) == (verified.verified_at, 4)
    assert Certificate.objects.count() == 1


@pytest.mark.parametrize("fields", [{"stars": 2}, {"evidence_grade": "D"}])
def test_a_certificate_that_cannot_exist_is_refused(fields):
    sheet = make_product()
    with pytest.raises(ValidationError):
        make_certificate(sheet, **fields)
    assert Certificate.objects.count() == 0


def test_a_person_acts_only_for_cooperatives_with_an_active_membership():
    mine, other = make_cooperative(), make_cooperative()
    member = make_user(Role.COOPERATIVE, cooperative=mine)
    assert list(cooperatives_of(member)) == [mine]
    services.add_member(cooperative=other, user=member)
    services.add_member(cooperative=mine, user=member, is_active=False)
    assert list(cooperatives_of(member)) == [other]
    member.is_active = False
    assert list(cooperatives_of(member)) == []
    assert list(cooperatives_of(AnonymousUser())) == []
    assert list(cooperatives_of(make_user(Role.OPERATOR))) == []


def test_the_place_list_loads_whole_and_twice_the_same():
    with (LIST / "communes.csv").open(encoding="utf-8") as file:
        rows = len(list(csv.DictReader(file)))
    assert load_places() == rows == Commune.objects.count()
    Commune.objects.filter(pk="03868").update(name="Xã Khác", folded_name="khac")
    assert load_places() == rows
    assert Commune.objects.get(pk="03868").folded_name == "ta xua"
    assert (Province.objects.count(), FormerCommune.objects.filter(commune="03868").count()) == (34, 4)


@pytest.mark.parametrize("typed", ["Tà Xùa", "ta xua", "xa ta xua", "XÃ TÀ XÙA", "lang cheu", "Háng Đồng"])
def test_a_commune_is_found_as_people_write_it_and_by_the_names_before_the_merger(typed):
    load_places()
    assert find_communes(typed, province="14").first().code == "03868"


@pytest.mark.parametrize("typed", ["Bắc Yên", "huyen bac yen", "Huyện Bắc Yên"])
def test_an_old_district_leads_to_all_its_communes(typed):
    load_places()
    codes = {commune.code for commune in find_communes(typed, province="14")}
    assert {"03856", "03862", "03868", "03871", "03880", "03892"} <= codes


def test_old_names_are_of_communes_that_are_there_and_say_each_thing_once():
    with (LIST / "old_names.csv").open(encoding="utf-8") as file:
        rows = [(row["new_code"], row["old_name"]) for row in csv.DictReader(file)]
    with (LIST / "communes.csv").open(encoding="utf-8") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert len(set(rows)) == len(rows) > 13_000
    assert {code for code, _name in rows} <= codes
    assert all(unicodedata.is_normalized("NFC", name) and name != bare_name(name) for _code, name in rows)


def test_communes_of_another_province_are_left_out():
    load_places()
    assert not find_communes("ta xua", province="01").exists()


def test_the_exact_name_of_a_commune_comes_first():
    load_places()
    make_commune("99999", "Xã Bắc Yên Thượng")
    assert [commune.code for commune in find_communes("bac yen", province="14")][:2] == ["03856", "99999"]
