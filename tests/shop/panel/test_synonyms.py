"""The editor's screen of synonyms."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from catalog.models import SynonymGroup
from catalog.search import search
from tests.factories import make_product

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]

LIST = "/quan-tri/tu-cung-nghia/"


@pytest.mark.parametrize("role", ["editor", "operator"])
def test_a_group_is_added_changed_and_deleted_and_search_follows(role: str, as_role: AsRole) -> None:
    sheet = make_product(title="Rau ngót rừng")
    client = as_role(role)
    assert "khoai sọ, khoai môn" in client.get(LIST).content.decode()
    assert client.post(f"{LIST}them/", {"words": "Rau ngót, bù ngót"}).status_code == 302
    group = SynonymGroup.objects.get(words="rau ngót, bù ngót")
    assert search("bù ngót") == [sheet.product_id]
    changed = {"words": "rau ngót, bồ ngót", "is_one_way": "on"}
    assert client.post(f"{LIST}{group.pk}/", changed).status_code == 302
    assert (search("bù ngót"), search("bồ ngót")) == ([], [])
    group.refresh_from_db()
    assert group.is_one_way
    assert client.post(f"{LIST}{group.pk}/xoa/").status_code == 302
    assert not SynonymGroup.objects.filter(pk=group.pk).exists()


def test_nonsense_comes_back_with_a_reason_and_nothing_is_written(as_role: AsRole) -> None:
    before = SynonymGroup.objects.count()
    page = as_role("editor").post(f"{LIST}them/", {"words": "khoai"}).content.decode()
    assert "Cần ít nhất hai từ" in page
    taken = as_role("editor").post(f"{LIST}them/", {"words": "khoai môn, môn nước"}).content.decode()
    assert "đã có trong nhóm" in taken
    assert SynonymGroup.objects.count() == before


@pytest.mark.parametrize("role", ["cooperative", "invoice_staff", "helper"])
def test_other_roles_do_not_get_in(role: str, as_role: AsRole) -> None:
    before = SynonymGroup.objects.count()
    client = as_role(role)
    assert client.get(LIST).status_code == 404
    assert client.post(f"{LIST}them/", {"words": "rau ngót, bù ngót"}).status_code == 404
    assert SynonymGroup.objects.count() == before
