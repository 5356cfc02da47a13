"""What the law wants told before goods are sold, and the wall in front of the shop."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from catalog.labelling import (
    ALCOHOL_LAW,
    DECLARATIONS,
    Kind,
    kind_of,
    missing_legal_fields,
    required_fields,
)
from catalog.models import ApprovalState, ProductSheet
from catalog.services import NotReadyToPublish, save_product, set_state
from tests.factories import make_category, make_commune, make_cooperative, make_product


def facts(ocop_set: int, processing: str, **filled: str) -> SimpleNamespace:
    fields = {name for each in required_fields(ocop_set, processing) for name in each.fields}
    return SimpleNamespace(ocop_set=ocop_set, processing=processing, **(dict.fromkeys(fields, "") | filled))


def missing(ocop_set: int, processing: str, **filled: str) -> list[str]:
    return [each.field for each in missing_legal_fields(facts(ocop_set, processing, **filled))]


@pytest.mark.parametrize(
    ("ocop_set", "processing", "kind"),
    [
        (1, "raw", Kind.FRESH),
        (1, "primary", Kind.FOOD),
        (4, "raw", Kind.FOOD),
        (14, "processed", Kind.ALCOHOL),
        (18, "processed", Kind.HEALTH),
        (19, "processed", Kind.COSMETIC),
        (20, "processed", Kind.HERBAL),
        (21, "craft", Kind.CRAFT),
        (22, "craft", Kind.TEXTILE),
        (24, "raw", Kind.LIVING),
        (26, "service", Kind.SERVICE),
    ],
)
def test_the_kind_of_goods_follows_the_set(ocop_set: int, processing: str, kind: Kind) -> None:
    assert kind_of(ocop_set, processing) is kind


def test_fresh_goods_need_only_how_to_keep_them() -> None:
    assert missing(1, "raw") == ["storage"]
    assert missing(1, "raw", storage="Nơi khô") == []


def test_packed_food_tells_ingredients_storage_and_shelf_life() -> None:
    assert missing(4, "primary") == ["ingredients", "storage", "shelf_life"]


def test_processed_food_also_tells_its_use_and_is_declared_or_tested() -> None:
    filled = {"ingredients": "Khoai sọ, muối", "storage": "Nơi khô", "shelf_life": "6 tháng"}
    assert missing(7, "processed", **filled) == ["usage", "declaration_number"]
    assert missing(7, "processed", **filled, usage="Ăn ngay", test_report="KN-1") == []
    assert required_fields(7, "processed")[-1].source == DECLARATIONS


def test_alcohol_needs_strength_warning_licence_and_the_age_mark() -> None:
    assert missing(15, "processed") == [
        "ingredients",
        "storage",
        "alcohol_strength",
        "warnings",
        "is_age_restricted",
        "alcohol_licence",
        "declaration_number",
    ]
    sources = {each.field: each.source for each in required_fields(15, "processed")}
    assert sources["alcohol_licence"] == sources["is_age_restricted"] == ALCOHOL_LAW


def test_every_set_and_degree_of_processing_has_its_rules() -> None:
    for ocop_set in range(1, 27):
        for processing in ("raw", "primary", "processed", "craft", "service"):
            fields = {name for each in required_fields(ocop_set, processing) for name in each.fields}
            assert fields <= {field.name for field in ProductSheet._meta.get_fields()}


@pytest.mark.django_db
def test_goods_with_a_missing_fact_are_neither_submitted_nor_approved() -> None:
    sheet = make_product(ocop_set=15, processing="processed", state=ApprovalState.DRAFT, warnings="")
    for state in (ApprovalState.SUBMITTED, ApprovalState.APPROVED):
        with pytest.raises(NotReadyToPublish) as refused:
            set_state(sheet=sheet, state=state)
        assert [each.field for each in refused.value.missing] == [
            "alcohol_strength",
            "warnings",
            "is_age_restricted",
            "alcohol_licence",
        ]
    stored = ProductSheet.objects.select_related("product").get(pk=sheet.pk)
    assert (stored.state, stored.product.is_public) == (ApprovalState.DRAFT, False)


@pytest.mark.django_db
def test_the_refusal_stands_at_the_field_and_names_the_law() -> None:
    sheet = make_product(processing="raw", storage="", state=ApprovalState.DRAFT)
    with translation.override("vi"), pytest.raises(NotReadyToPublish) as refused:
        set_state(sheet=sheet, state=ApprovalState.APPROVED)
    assert refused.value.message_dict == {"storage": ["Cần có: bảo quản (Nghị định 248/2026/NĐ-CP)."]}


@pytest.mark.django_db
def test_saving_as_approved_is_refused_too_and_leaves_nothing_behind() -> None:
    cooperative = make_cooperative()
    with pytest.raises(NotReadyToPublish):
        save_product(
            cooperative=cooperative,
            sku="MOI-1",
            title="Măng khô",
            price_amount=85_000,
            stock=3,
            category=make_category(),
            ocop_set=7,
            commune=make_commune(),
            net_quantity=300,
            net_unit="g",
            pack="túi 300 g",
            weight_grams=340,
            tax_class="own_produce",
            processing="primary",
            state=ApprovalState.APPROVED,
        )
    assert not ProductSheet.objects.exists()
    assert not cooperative.partner.stockrecords.exists()


@pytest.mark.django_db
def test_withdrawing_asks_for_nothing() -> None:
    sheet = make_product()
    ProductSheet.objects.filter(pk=sheet.pk).update(storage="")
    assert set_state(sheet=sheet, state=ApprovalState.WITHDRAWN).state == ApprovalState.WITHDRAWN


@pytest.mark.django_db
def test_a_code_is_used_once_by_one_cooperative() -> None:
    first, second = make_product(sku="KS-1"), make_product(sku="KS-1")
    assert (first.code, second.code) == ("KS-1", "KS-1")
    assert first.cooperative_id != second.cooperative_id


@pytest.mark.django_db
def test_the_most_one_may_buy_is_not_below_the_least() -> None:
    sheet = make_product()
    with pytest.raises(ValidationError, match="số mua ít nhất"):
        make_product(cooperative=sheet.cooperative, sku=sheet.code, min_quantity=20, max_quantity=10)
    sheet.refresh_from_db()
    assert (sheet.min_quantity, sheet.max_quantity) == (1, 99)
