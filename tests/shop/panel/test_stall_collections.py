"""Each stall's pictures stand in a collection of their own, which editors see and no other stall does."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.core.management import call_command
from django.test import Client
from PIL import Image
from wagtail.documents import get_document_model
from wagtail.models import Collection
from wagtail.permissions import policy_registry

from shop.images.models import Licence, Picture, StallCollection
from shop.images.stall_collections import collection_of, ensure_collections
from shop.images.uploads import keep_photo
from shop.management.commands import setup
from tests.factories import make_cooperative
from tests.support.market import Market

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "JPEG")
    return file.getvalue()


def test_a_stalls_uploads_stand_in_its_own_collection_under_its_name_of_today() -> None:
    one, other = make_cooperative("mot"), make_cooperative("hai")
    first = keep_photo(jpeg(), title="Nương", cooperative=one)
    again = keep_photo(jpeg(), title="Sọ", cooperative=one)
    foreign = keep_photo(jpeg(), title="Chè", cooperative=other)
    assert first.collection == again.collection != foreign.collection
    assert {first.collection.name, foreign.collection.name} == {one.name, other.name}
    one.name = "HTX tên mới"
    collection_of(one)
    assert Collection.objects.get(pk=first.collection_id).name == "HTX tên mới"


def test_stalls_of_before_get_theirs_with_the_pictures_that_are_only_for_them() -> None:
    stall = make_cooperative()
    whole = {"licence": Licence.OWN, "author": "Người vẽ (mẫu)"}
    own = Picture.objects.create(
        title="Của gian hàng", file=ImageFile(io.BytesIO(jpeg()), name="a.jpg"), cooperative=stall, **whole
    )
    common = Picture.objects.create(title="Chung", file=ImageFile(io.BytesIO(jpeg()), name="b.jpg"), **whole)
    assert (ensure_collections(), ensure_collections()) == (1, 0)
    own.refresh_from_db()
    common.refresh_from_db()
    assert own.collection == StallCollection.objects.get().collection
    assert common.collection == Collection.get_first_root_node()


def test_editors_choose_from_all_collections_and_a_stall_from_none_of_wagtails(
    market: Market, as_role: AsRole
) -> None:
    for stall in (market.a, market.b):
        keep_photo(jpeg(), title=f"Ảnh của {stall.slug}", cooperative=stall)
    chooser = "/quan-tri/images/chooser/results/"
    shown = as_role("editor").get(chooser).content.decode()
    assert all(f"Ảnh của {stall.slug}" in shown for stall in (market.a, market.b))
    only = as_role("editor").get(chooser, {"collection_id": collection_of(market.a).pk}).content.decode()
    assert (f"Ảnh của {market.a.slug}" in only, f"Ảnh của {market.b.slug}" in only) == (True, False)
    for role in ("cooperative", "seller", "packer", "helper", "invoice_staff"):
        assert as_role(role).get(chooser).status_code == 404
        person: Any = market.people[role]
        for model in (Picture, get_document_model()):
            # were the door left open, nothing would stand behind it
            policy = policy_registry.get_by_type(model)
            actions = ["add", "change", "delete", "choose"]
            assert not policy.collections_user_has_any_permission_for(person, actions)
            assert not policy.instances_user_has_any_permission_for(person, actions)


def test_setting_up_again_gives_stalls_of_before_their_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.Command, "_static_is_stale", lambda _self: False)
    stall = make_cooperative()
    call_command("setup", stdout=io.StringIO())
    assert StallCollection.objects.get().cooperative == stall
