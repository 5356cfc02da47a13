"""Groups of words of one meaning: what search makes of them, and which ones are refused."""

from __future__ import annotations

import csv

import pytest
from django.core.exceptions import ValidationError

from catalog.folding import fold
from catalog.models import SynonymGroup
from catalog.search import search, synonym_groups
from catalog.synonyms import FIRST_GROUPS, Fault, Unusable, group_of, holds, wordings
from tests.factories import make_product

GROUPS = [group_of(text) for text in ("sơn tra, táo mèo", "chè, trà", "ngô, bắp", "nếp, xôi", "lợn, heo")]


def test_wordings_replace_the_phrase_and_keep_the_rest():
    assert [" ".join(each.words) for each in wordings(["giấm", "táo", "mèo"], GROUPS)] == ["giấm sơn tra"]
    assert [" ".join(each.words) for each in wordings(["giam", "tao", "meo"], GROUPS)] == ["giam sơn tra"]
    assert wordings(["táo"], GROUPS) == []
    assert wordings(["tạo", "mèo"], GROUPS) == []
    assert len(wordings([fold(word) for word in ["chè", "ngô", "nếp", "lợn", "sơn", "tra"]], GROUPS)) == 4


def test_a_phrase_is_held_only_side_by_side():
    assert holds(["khoai", "sọ", "tím"], ("khoai", "sọ"))
    assert not holds(["khoai", "tím", "sọ"], ("khoai", "sọ"))
    assert not holds([], ("sọ",))


def test_one_way_leads_from_the_first_word_to_the_others_only():
    group = group_of("củ, khoai, sắn", is_one_way=True)
    assert [each.words for each in wordings(["củ"], [group])] == [("khoai",), ("sắn",)]
    assert wordings(["khoai"], [group]) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("khoai", Fault.TOO_FEW),
        ("", Fault.TOO_FEW),
        ("khoai,", Fault.GAP),
        ("khoai, ***", Fault.GAP),
        ("khoai, Khoai", Fault.TWICE),
        ("khoai, một hai ba bốn năm", Fault.TOO_LONG),
        ("a,b,c,d,e,f,g,h,i", Fault.TOO_MANY),
    ],
)
@pytest.mark.django_db
def test_nonsense_is_refused_with_its_reason_and_nothing_is_written(text, fault):
    with pytest.raises(Unusable) as refused:
        group_of(text)
    assert refused.value.fault == fault
    before = SynonymGroup.objects.count()
    with pytest.raises(ValidationError) as refusal:
        SynonymGroup(words=text).full_clean()
    assert "words" in refusal.value.message_dict
    assert SynonymGroup.objects.count() == before


@pytest.mark.django_db
def test_a_new_market_starts_with_the_groups_of_the_file():
    with FIRST_GROUPS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    assert {group.phrases for group in synonym_groups()} == {group_of(",".join(row)).phrases for row in rows}
    assert len(rows) >= 20
    phrases = [phrase for group in synonym_groups() for phrase in group.phrases]
    assert len(phrases) == len(set(phrases))
    for group in SynonymGroup.objects.all():
        group.full_clean()


@pytest.mark.django_db
def test_a_phrase_of_another_group_is_refused_by_name():
    with pytest.raises(ValidationError) as refusal:
        SynonymGroup(words="Táo mèo, quả chua").full_clean()
    assert refusal.value.message_dict == {
        "words": ["“táo mèo” đã có trong nhóm “sơn tra, táo mèo”. Hãy sửa nhóm ấy."]
    }


@pytest.mark.django_db
def test_what_an_editor_saves_counts_with_the_next_search():
    sheet = make_product(title="Rau ngót rừng")
    assert search("bù ngót") == []
    group = SynonymGroup(words="  Rau ngót ,bù ngót")
    group.full_clean()
    group.save()
    assert group.words == "rau ngót, bù ngót"
    assert search("bù ngót") == search("bu ngot") == [sheet.product_id]
    group.delete()
    assert search("bù ngót") == []
