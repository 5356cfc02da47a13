"""The demo market's files keep their promises before anything is loaded."""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image
from stdnum.vn import mst

from catalog.lot_codes import read_code
from shop.demo import files

PLACES = Path(files.__file__).resolve().parents[2] / "catalog" / "places"
DEMO_DAY = dt.date(2026, 11, 23)
SETS = range(1, 27)
RULE_BOOKS = {
    "148/2023": dt.date(2023, 2, 24),
    "1489/2025": dt.date(2025, 7, 6),
    "26/2026": dt.date(2026, 5, 22),
}


def places(name: str) -> list[dict[str, str]]:
    with (PLACES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(name: str, key: str) -> list[str]:
    return [row[key] for row in files.rows(name)]


def certificate_of(sku: str) -> dict[str, str]:
    (row,) = [row for row in files.rows("certificates") if row["sku"] == sku]
    return row


def shows_a_star(row: dict[str, str], on: dt.date) -> bool:
    return (
        row["evidence_grade"] in ("A", "B1")
        and row["status"] == "active"
        and dt.date.fromisoformat(row["valid_from"]) <= on <= dt.date.fromisoformat(row["valid_to"])
    )


# --- Goods


def test_the_sixty_goods_are_numbered_without_gap() -> None:
    assert column("products", "sku") == [f"P{number:02d}" for number in range(1, 61)]
    assert column("products", "picture") == [f"p{number:02d}" for number in range(1, 61)]


def test_titles_are_unique() -> None:
    for key in ("title", "title_en"):
        titles = column("products", key)
        assert all(titles)
        assert len(set(titles)) == 60


def test_every_good_has_a_known_cooperative_group_and_commune() -> None:
    communes = {row["code"] for row in places("communes")}
    assert set(column("products", "cooperative")) == set(column("cooperatives", "code"))
    assert set(column("products", "category")) == set(column("categories", "slug"))
    assert set(column("products", "commune")) <= communes
    assert set(column("cooperatives", "commune")) <= communes


def test_the_groups_share_out_the_26_ocop_sets() -> None:
    sets = [int(number) for row in files.rows("categories") for number in row["sets"].split(",")]
    assert sorted(sets) == list(SETS)
    assert len(files.rows("categories")) <= 14


def test_a_good_stands_in_the_group_of_its_ocop_set() -> None:
    group_of = {number: row["slug"] for row in files.rows("categories") for number in row["sets"].split(",")}
    for row in files.rows("products"):
        assert row["category"] == group_of[row["ocop_set"]], row["sku"]


def test_amounts_are_whole_and_positive() -> None:
    for row in files.rows("products"):
        assert int(row["price"]) >= 1_000, row["sku"]
        assert int(row["price"]) % 1_000 == 0, row["sku"]
        assert int(row["net_quantity"]) > 0, row["sku"]
        assert int(row["stock"]) >= 0, row["sku"]


def test_a_parcel_weighs_more_than_its_content() -> None:
    for row in files.rows("products"):
        weight = int(row["weight_grams"])
        if row["net_unit"] == "day":
            assert weight == 0, row["sku"]
        elif row["net_unit"] == "piece":
            assert weight > 0, row["sku"]
        else:
            assert weight > int(row["net_quantity"]), row["sku"]


def test_seasons_parse_and_the_taro_season_runs_from_september_to_january() -> None:
    for row in files.rows("products"):
        assert files.season_months(row["season"]), row["sku"]
    assert files.season_months(files.rows("products")[0]["season"]) == 0b1111_0000_0001


@pytest.mark.parametrize("text", ["", "0", "13", "9,,10", "autumn"])
def test_a_season_that_is_no_list_of_months_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        files.season_months(text)


def test_closed_lists_hold_known_words_only() -> None:
    goods = files.rows("products")
    assert {row["net_unit"] for row in goods} == {"g", "ml", "piece", "day"}
    tax_classes = {"own_produce", "traded_produce", "processed", "excise", "service"}
    assert {row["tax_class"] for row in goods} == tax_classes
    assert {row["processing"] for row in goods} == {"raw", "primary", "processed", "craft", "service"}
    assert {row["stars"] for row in goods} == {"", "3", "4"}
    for row in goods:
        assert files.flag(row["own_produced"]) in (True, False)
        assert files.flag(row["age_restricted"]) in (True, False)


def test_the_tax_class_agrees_with_who_made_it() -> None:
    for row in files.rows("products"):
        if row["tax_class"] == "own_produce":
            assert row["own_produced"] == "1", row["sku"]
        if row["tax_class"] == "traded_produce":
            assert row["own_produced"] == "0", row["sku"]
        if row["processing"] in ("raw", "primary"):
            assert row["tax_class"] in ("own_produce", "traded_produce"), row["sku"]


def test_alcohol_and_nothing_else_is_for_adults_and_bears_excise() -> None:
    goods = files.rows("products")
    alcohol = {row["sku"] for row in goods if row["ocop_set"] in ("14", "15")}
    assert alcohol == {"P14", "P15"}
    assert {row["sku"] for row in goods if files.flag(row["age_restricted"])} == alcohol
    assert {row["sku"] for row in goods if row["tax_class"] == "excise"} == alcohol


def test_processed_food_and_nothing_else_has_a_made_up_declaration() -> None:
    for row in files.rows("products"):
        is_processed_food = row["processing"] == "processed" and row["ocop_set"] != "20"
        expected = f"TCB-MẪU-00{row['sku'][1:]}/2026" if is_processed_food else ""
        assert row["declaration_number"] == expected, row["sku"]


def test_food_names_its_ingredients_storage_and_shelf_life() -> None:
    for row in files.rows("products"):
        if int(row["ocop_set"]) <= 17:
            assert row["ingredients"] and row["storage"] and row["shelf_life"], row["sku"]


def test_summaries_are_two_to_four_sentences_in_both_languages() -> None:
    for row in files.rows("products"):
        for key in ("summary", "summary_en"):
            sentences = re.findall(r"[.!?](?:\s|$)", row[key])
            assert 2 <= len(sentences) <= 4, (row["sku"], key)


def test_nothing_promises_health() -> None:
    claims = re.compile(
        r"chữa|điều trị|huyết áp|đường huyết|mỡ máu|ung thư|thải độc|giải độc|giảm cân|sức khỏe"
        r"|bồi bổ|đề kháng"
        r"|\bcures?\b|\bheals?\b|healthy|detox|immun|blood|slimming",
        re.IGNORECASE,
    )
    texts = [value for row in files.rows("products") for value in row.values()]
    texts += [story.intro + story.body for story in files.stories()]
    texts += [" ".join((one.intro, *one.steps, one.notes)) for one in files.recipes()]
    texts += [row["text"] + row["answer"] for row in files.rows("reviews")]
    texts += [row[key] for row in files.rows("cooperatives") for key in ("summary", "summary_en")]
    assert [text for text in texts if claims.search(text)] == []


def test_text_is_composed_unicode_everywhere() -> None:
    paths = [*files.FOLDER.glob("*.csv"), *files.FOLDER.rglob("*.md"), *PLACES.glob("*.csv")]
    assert len(paths) == 57
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", text), path.name


def test_a_line_with_cells_too_many_or_too_few_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    (tmp_path / "goods.csv").write_text("sku,title\nP01,Khoai sọ\nP02,Chè,shan\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"goods\.csv, line 3"):
        files.rows("goods")
    (tmp_path / "goods.csv").write_text("sku,title\nP01\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"goods\.csv, line 2"):
        files.rows("goods")


# --- Cooperatives


def test_the_fifteen_cooperatives_are_plainly_invented() -> None:
    stalls = files.rows("cooperatives")
    assert [row["code"] for row in stalls] == [f"C{number:02d}" for number in range(1, 16)]
    for number, row in enumerate(stalls, 1):
        assert "mẫu" in row["name"] and "mẫu" in row["legal_name"]
        assert row["representative"] == "Đại diện (mẫu)"
        assert row["phone"] == f"0900 000 0{number:02d}"
        assert row["email"].endswith("@demo.example")
        assert row["bank_name"] == "Ngân hàng mẫu"
        assert row["bank_account"].isdigit()
    for key in ("slug", "name", "legal_name", "email", "bank_account"):
        assert len({row[key] for row in stalls}) == 15


def test_tax_codes_have_a_right_check_digit_and_are_unique() -> None:
    codes = column("cooperatives", "tax_code")
    assert all(re.fullmatch(r"5699999\d{3}", code) and mst.is_valid(code) for code in codes)
    assert len(set(codes)) == 15


def test_groups_and_households_pay_vat_by_the_direct_method() -> None:
    for row in files.rows("cooperatives"):
        expected = "deduction" if row["legal_form"] == "cooperative" else "direct"
        assert row["vat_method"] == expected, row["code"]
    forms = Counter(column("cooperatives", "legal_form"))
    assert forms == {"cooperative": 12, "group": 2, "household": 1}


def test_the_taro_cooperative_is_the_one_of_the_article() -> None:
    taro, tea = files.rows("cooperatives")[:2]
    assert (taro["slug"], taro["members"], taro["commune"]) == ("ta-xua-khoai-so", "17", "03868")
    assert taro["area"].startswith("5 ha")
    assert tea["slug"] == "ta-xua-che-shan"


# --- Certificates


def test_every_good_that_names_a_star_has_one_certificate_and_the_peach_branch_none() -> None:
    starred = {row["sku"]: row["stars"] for row in files.rows("products") if row["stars"]}
    certificates = files.rows("certificates")
    assert {row["sku"]: row["stars"] for row in certificates} == starred
    assert len(certificates) == len(starred) == 59
    assert "P59" not in starred


def test_a_certificate_lives_36_months() -> None:
    for row in files.rows("certificates"):
        start = dt.date.fromisoformat(row["valid_from"])
        assert row["decided_on"] == row["valid_from"], row["sku"]
        assert dt.date.fromisoformat(row["valid_to"]) == start.replace(year=start.year + 3), row["sku"]


def test_the_rule_book_is_the_one_in_force_on_the_day_of_the_decision() -> None:
    for row in files.rows("certificates"):
        day = dt.date.fromisoformat(row["decided_on"])
        begun = [version for version, first_day in RULE_BOOKS.items() if first_day <= day]
        assert row["legal_version"] == begun[-1], row["sku"]


def test_districts_granted_three_stars_only_until_july_2025_and_always_then() -> None:
    for row in files.rows("certificates"):
        day = dt.date.fromisoformat(row["decided_on"])
        by_district = row["issuer"].startswith("UBND huyện")
        assert by_district == (row["stars"] == "3" and day < dt.date(2025, 7, 6)), row["sku"]


def test_product_codes_name_the_place_of_origin_and_the_year() -> None:
    province_of = {row["code"]: row["province"] for row in places("communes")}
    commune_of = {row["sku"]: row["commune"] for row in files.rows("products")}
    for row in files.rows("certificates"):
        commune = commune_of[row["sku"]]
        prefix, year = f"{province_of[commune]}-{commune}-", row["decided_on"][:4]
        assert re.fullmatch(rf"{prefix}\d\d-{year}", row["product_code"]), row["sku"]
    codes = column("certificates", "product_code")
    assert len(set(codes)) == len(codes)


def test_the_taro_shows_three_stars_on_the_demo_day() -> None:
    taro = certificate_of("P01")
    assert taro["stars"] == "3"
    assert taro["product_code"] == "14-03868-01-2026"
    assert shows_a_star(taro, DEMO_DAY)


def test_the_awkward_certificates_are_there() -> None:
    ends_soon = dt.date.fromisoformat(certificate_of("P03")["valid_to"])
    assert ends_soon - DEMO_DAY == dt.timedelta(days=100)
    assert certificate_of("P26")["valid_to"] < DEMO_DAY.isoformat()
    dissolved = certificate_of("P11")
    assert (dissolved["issuer"], dissolved["decided_on"][:4]) == ("UBND huyện Bắc Yên", "2024")
    assert shows_a_star(dissolved, DEMO_DAY)
    withdrawn = certificate_of("P33")
    assert [row["sku"] for row in files.rows("certificates") if row["withdrawn_on"]] == ["P33"]
    assert (withdrawn["status"], withdrawn["withdrawn_on"]) == ("withdrawn", "2026-09-14")
    assert certificate_of("P53")["evidence_grade"] == "C"
    assert certificate_of("P38")["evidence_grade"] == "B2"
    dark = {row["sku"] for row in files.rows("certificates") if not shows_a_star(row, DEMO_DAY)}
    assert dark == {"P26", "P33", "P38", "P53"}


# --- Lots


def test_lots_have_codes_that_read_and_belong_to_goods_of_the_market() -> None:
    lots = files.rows("lots")
    made = files.rows("made_lots")
    assert {row["sku"] for row in lots} == {"P01", "P05", "P19"}
    assert {row["sku"] for row in made} == {"P03", "P04"}
    codes = [row["code"] for row in [*lots, *made]]
    assert len(set(codes)) == 7
    assert [read_code(code) for code in codes] == codes
    assert {row["code"] for row in files.rows("lot_steps")} == set(codes)
    assert [row["sku"] for row in lots if row["recall_reason"]] == ["P19"]
    for row in lots:
        assert dt.datetime.fromisoformat(row["harvested_at"]).date() < DEMO_DAY, row["code"]


# --- Stories


def test_nine_stories_stand_in_three_languages_with_the_same_facts() -> None:
    found = files.stories()
    assert [story.language for story in found] == ["vi", "en", "ja"] * 9
    skus = set(column("products", "sku"))
    for vietnamese, english, japanese in zip(found[::3], found[1::3], found[2::3], strict=True):
        assert set(vietnamese.products) <= skus
        assert vietnamese.cooperative in column("cooperatives", "code")
        for translation in (english, japanese):
            for key in ("slug", "picture", "cooperative", "products"):
                assert getattr(vietnamese, key) == getattr(translation, key)
            assert vietnamese.body.count("\n## ") == translation.body.count("\n## ")
        english_facts, japanese_facts = (
            sorted(re.findall(r"\d+", re.sub(r"(?<=\d),(?=\d{3})", "", one.body)))
            for one in (english, japanese)
        )
        assert not [fact for fact in english_facts if fact not in japanese_facts], vietnamese.slug


def test_vietnamese_stories_have_350_to_600_words() -> None:
    for story in files.stories():
        if story.language == "vi":
            assert 350 <= len(story.body.split()) <= 600, story.slug


def test_titles_and_intros_of_stories_fit_their_pages() -> None:
    for story in files.stories():
        assert len(story.title) <= 60
        assert len(story.intro) <= 300


def test_the_taro_story_tells_the_facts() -> None:
    (story,) = [one for one in files.stories() if one.slug == "khoai-so-ta-xua" and one.language == "vi"]
    for fact in ("mười bảy thành viên", "5 héc-ta", "20 tấn", "OCOP 3 sao", "115 tổ", "709 người"):
        assert fact in story.body
    assert story.cooperative == "C01"
    assert story.products == ("P01", "P03")


def test_three_recipes_stand_in_three_languages_with_the_same_facts() -> None:
    found = files.recipes()
    assert [recipe.language for recipe in found] == ["vi", "en", "ja"] * 3
    skus, scenes = set(column("products", "sku")), set(column("scenes", "key"))
    for one in found:
        assert len(one.title) <= 60 and len(one.intro) <= 300 and one.picture in scenes
        assert {sku for _amount, _name, sku in one.ingredients} <= skus | {""}
    for same in zip(found[::3], found[1::3], found[2::3], strict=True):
        assert len({(one.slug, one.picture, one.servings, one.minutes) for one in same}) == 1
        assert len({tuple(sku for _amount, _name, sku in one.ingredients) for one in same}) == 1
        assert len({(len(one.steps), bool(one.notes)) for one in same}) == 1
        facts = [re.findall(r"\d+", " ".join(one.steps).replace("1.5", "1,5")) for one in same]
        assert sorted(facts[0]) == sorted(facts[1]), same[0].slug


# --- Pictures


def test_every_good_stall_and_story_has_its_picture() -> None:
    paths = [files.goods_picture(key) for key in column("products", "picture")]
    paths += [files.scene_picture(key) for key in column("cooperatives", "picture")]
    paths += [files.scene_picture(page.picture) for page in (*files.stories(), *files.recipes())]
    assert [path.name for path in paths if not path.is_file()] == []


def test_goods_are_square_and_scenes_are_three_to_two() -> None:
    for path in (files.FOLDER / "pictures" / "goods").glob("*.jpg"):
        with Image.open(path) as image:
            assert image.format == "JPEG"
            assert image.width == image.height >= 800, path.name
    for path in (files.FOLDER / "pictures" / "scenes").glob("*.jpg"):
        with Image.open(path) as image:
            assert image.format == "JPEG"
            assert image.width * 2 == image.height * 3, path.name
            assert image.width >= 1200, path.name


def test_the_pictures_weigh_at_most_eight_megabytes() -> None:
    sizes = [path.stat().st_size for path in (files.FOLDER / "pictures").rglob("*.jpg")]
    assert 0 < sum(sizes) <= 8_000_000


# --- Places


def test_all_34_provinces_and_3321_communes_are_listed_once() -> None:
    provinces, communes = places("provinces"), places("communes")
    codes = {row["code"] for row in provinces}
    assert len(provinces) == len(codes) == 34
    assert len(communes) == len({row["code"] for row in communes}) == 3_321
    assert {row["province"] for row in communes} == codes
    assert sum(row["province"] == "14" for row in communes) == 75
    assert [len({row["kind"] for row in provinces}), len({row["kind"] for row in communes})] == [2, 3]


def test_names_of_places_start_with_their_kind() -> None:
    openings = {
        "xa": "Xã ",
        "phuong": "Phường ",
        "dac_khu": "Đặc khu ",
        "tinh": "Tỉnh ",
        "thanh_pho": "Thành phố ",
    }
    for row in [*places("provinces"), *places("communes")]:
        assert row["name"].startswith(openings[row["kind"]]), row
        assert row["name"] == " ".join(row["name"].split()), row


def test_the_old_communes_of_bac_yen_lead_to_the_six_new_ones() -> None:
    codes = ["03856", "03862", "03868", "03871", "03880", "03892"]
    rows = [row for row in places("old_names") if row["new_code"] in codes]
    new = {
        row["old_name"]: row["new_code"] for row in rows if row["old_name"].startswith(("Xã ", "Thị trấn "))
    }
    assert len(new) == 16
    assert sorted(set(new.values())) == codes
    assert new["Xã Phiêng Ban"] == "03856"
    assert new["Xã Háng Đồng"] == "03868"
