"""A cooperative fills in, submits and changes its goods; nothing of another cooperative opens or changes."""

import datetime as dt
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from catalog.clock import today
from catalog.models import ApprovalState, CategorySheet, Harvest, Pack, PriceTier, ProductSheet
from shop.accounts.roles import Role
from shop.accounts.services import add_user
from shop.images.models import Picture
from shop.panel.kept_edits import sweep_kept_edits
from shop.panel.models import KeptEdit
from shop.partner.models import StockRecord
from tests.factories import PASSWORD, make_category, make_commune, make_cooperative, make_product

pytestmark = pytest.mark.django_db
ADD = "/quan-tri/san-pham/moi/"


@pytest.fixture
def seller(client: Client) -> Any:
    cooperative = make_cooperative("gian-a")
    make_category()
    client.force_login(person(cooperative=cooperative))
    return cooperative


def person(**fields: Any) -> Any:
    """Somebody whom the panel's front door lets in."""
    return add_user(email="nguoi@demo.example", password=PASSWORD, first_name="Người", **fields)


def filled(**changes: Any) -> dict[str, Any]:
    fields = {
        "title": "Khoai sọ củ tươi",
        "category": CategorySheet.objects.first().pk,  # type: ignore[union-attr]
        "price_amount": "105000",
        "stock": "40",
        "pack": "túi lưới 3 kg",
        "net_quantity": "3000",
        "net_unit": "g",
        "weight_grams": "3100",
        "ocop_set": "1",
        "processing": "raw",
        "is_own_produced": "on",
        "commune": "03868",
        "months": ["9", "10", "11", "12", "1"],
        "min_quantity": "1",
        "quantity_step": "1",
        "max_quantity": "99",
        "lead_days": "0",
    }
    return fields | changes


def photo(side: int = 40, kind: str = "JPEG") -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (side, side), "#7a5").save(file, kind)
    return SimpleUploadedFile("khoai.jpg", file.getvalue(), "image/jpeg")


def page_of(sheet: ProductSheet) -> str:
    return f"/quan-tri/san-pham/{sheet.pk}/"


def test_a_new_product_starts_as_a_draft_of_the_persons_own_cooperative(client: Client, seller: Any) -> None:
    other = make_cooperative("gian-b")
    answer = client.post(ADD, filled(cooperative=other.pk, storage="Nơi khô", picture=photo()))
    sheet = ProductSheet.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(sheet))
    assert (sheet.cooperative, sheet.state, sheet.tax_class) == (seller, ApprovalState.DRAFT, "own_produce")
    assert (sheet.price_amount, sheet.stock_left, sheet.season_text) == (105_000, 40, "9–1")
    picture = sheet.picture
    assert (picture.author, picture.licence, picture.cooperative) == (seller.name, "own", seller)


def test_an_error_stands_at_its_field_and_nothing_is_written(client: Client, seller: Any) -> None:
    answer = client.post(ADD, filled(price_amount="0", title=""))
    assert answer.status_code == 422
    assert 'id="id_title_error"' in answer.content.decode()
    assert not ProductSheet.objects.exists()
    assert not StockRecord.objects.exists()


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff broken"])
def test_what_is_no_photograph_is_refused(client: Client, seller: Any, content: bytes) -> None:
    upload = SimpleUploadedFile("khoai.svg", content, "image/svg+xml")
    answer = client.post(ADD, filled(picture=upload))
    assert answer.status_code == 422
    assert not Picture.objects.exists()
    assert not ProductSheet.objects.exists()


def test_missing_facts_are_listed_and_stop_the_submission(client: Client, seller: Any) -> None:
    sheet = make_product(cooperative=seller, state=ApprovalState.DRAFT, storage="")
    assert "Cần có: bảo quản (Nghị định 248/2026/NĐ-CP)" in client.get(page_of(sheet)).content.decode()
    client.post(f"{page_of(sheet)}viec/", {"act": "submit"})
    sheet.refresh_from_db()
    assert sheet.state == ApprovalState.DRAFT


def test_submitted_goods_are_approved_or_returned_with_a_reason(client: Client, seller: Any) -> None:
    sheet = make_product(cooperative=seller, state=ApprovalState.DRAFT)
    act = f"{page_of(sheet)}viec/"
    client.post(act, {"act": "submit"})
    assert client.post(act, {"act": "approve"}).status_code == 404  # not by themselves
    client.force_login(
        add_user(email="dh@demo.example", password=PASSWORD, first_name="ĐH", roles=[Role.OPERATOR])
    )
    client.post(act, {"act": "return"})
    sheet.refresh_from_db()
    assert sheet.state == ApprovalState.SUBMITTED
    client.post(act, {"act": "return", "reason": "Ảnh mờ quá"})
    sheet.refresh_from_db()
    assert (sheet.state, sheet.review_note) == (ApprovalState.DRAFT, "Ảnh mờ quá")
    ProductSheet.objects.update(state=ApprovalState.SUBMITTED)
    client.post(act, {"act": "approve"})
    sheet.refresh_from_db()
    assert (sheet.state, sheet.review_note) == (ApprovalState.APPROVED, "")


def test_a_new_name_of_goods_on_sale_is_looked_at_again(client: Client, seller: Any) -> None:
    sheet = make_product(cooperative=seller, title="Khoai sọ củ tươi")
    fields = filled(storage="Nơi khô", stock="10", stock_seen="10")
    client.post(page_of(sheet), fields | {"price_amount": "99000"})
    sheet = ProductSheet.objects.get()
    assert (sheet.state, sheet.price_amount) == (ApprovalState.APPROVED, 99_000)
    client.post(page_of(sheet), fields | {"title": "Khoai thần dược"})
    assert ProductSheet.objects.get().state == ApprovalState.SUBMITTED


def test_stock_that_changed_meanwhile_is_not_written_over(client: Client, seller: Any) -> None:
    sheet = make_product(cooperative=seller, stock=10)
    StockRecord.objects.update(num_in_stock=7)
    answer = client.post(page_of(sheet), filled(storage="Nơi khô", stock="12", stock_seen="10"))
    assert answer.status_code == 422
    assert "Số lượng vừa đổi thành 7" in answer.content.decode()
    assert StockRecord.objects.get().num_in_stock == 7
    again = answer.context["form"]["stock_seen"].value()
    client.post(page_of(sheet), filled(storage="Nơi khô", stock="12", stock_seen=str(again)))
    assert StockRecord.objects.get().num_in_stock == 12


def test_packs_tiers_and_harvests_are_kept_from_the_page(client: Client, seller: Any) -> None:
    sheet = make_product(cooperative=seller)
    act = f"{page_of(sheet)}viec/"
    pack = {"sku": "KS-1", "name": "túi 1 kg", "net_quantity": "1000", "weight_grams": "1050"}
    client.post(act, {"act": "pack", **pack, "price_amount": "38000", "stock": "0"})
    small = Pack.objects.get(net_quantity=1000)
    client.post(act, {"act": "tiers", "product": small.product_id, "quantity_1": "10", "amount_1": "35000"})
    day = "2099-01-01"
    client.post(
        act,
        {
            "act": "harvest",
            "product": small.product_id,
            "expected_quantity": "30",
            "expected_on": day,
            "confidence": "sure",
        },
    )
    assert not Harvest.objects.exists()  # too far away
    assert PriceTier.objects.get().unit_amount == 35_000
    assert client.get(page_of(sheet)).status_code == 200


PACK = {"act": "pack", "sku": "KS-1", "name": "túi 1 kg", "net_quantity": "1000", "weight_grams": "1050"}


@pytest.mark.parametrize(
    ("sent", "place", "said"),
    [
        (PACK | {"price_amount": "0", "stock": "5"}, "quy-cach-0-price_amount", "ít nhất là 1"),
        (PACK | {"price_amount": "38000", "stock": ""}, "quy-cach-0-stock", "bắt buộc"),
        (
            PACK | {"sku": "KHAC", "price_amount": "1", "stock": "1"},
            "quy-cach-0-sku",
            "đang dùng cho món khác",
        ),
        ({"act": "tiers", "quantity_1": "10"}, "muc-{}-amount_1", "cần cả số gói và giá"),
        ({"act": "tiers", "quantity_1": "10", "amount_1": "99999999"}, "", "phải thấp hơn"),
        (
            {"act": "harvest", "expected_quantity": "30", "expected_on": "2099-01-01", "confidence": "sure"},
            "vu-{}-expected_on",
            "từ hôm nay đến một năm",
        ),
    ],
)
def test_a_small_form_that_is_wrong_comes_back_at_its_field_with_nothing_lost(
    client: Client, seller: Any, sent: dict[str, str], place: str, said: str
) -> None:
    sheet = make_product(cooperative=seller)
    make_product(cooperative=seller, sku="KHAC")
    answer = client.post(f"{page_of(sheet)}viec/", {"product": sheet.product_id} | sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    (form,) = re.findall(
        r'<details class="panel-fold" open><summary>[^<]*</summary>(?:(?!</form>).)*', page, re.S
    )[-1:]
    assert said in form
    for name, value in (pair for pair in sent.items() if pair[1]):
        assert re.search(f'name="{name}"[^>]* value="{value}"|value="{value}"[^>]*( selected)?>', form), name
    if place:
        assert f'id="{place.format(sheet.product_id)}_error"' in form
    assert not (Pack.objects.exists() or PriceTier.objects.exists() or Harvest.objects.exists())
    main = re.search(r'<form class="panel-box" method="post" action="([^"]+)"', page)
    assert main and main[1] == page_of(sheet)  # the page's own form is not sent to the small one's address


def test_a_harvest_that_is_sent_twice_is_planned_once(client: Client, seller: Any) -> None:
    sheet = make_product(cooperative=seller)
    sent = {
        "act": "harvest",
        "product": sheet.product_id,
        "expected_quantity": "30",
        "expected_on": (today() + dt.timedelta(days=9)).isoformat(),
        "confidence": "sure",
    }
    page = client.get(page_of(sheet)).content.decode()
    keys = re.findall(r'name="sent_key" value="([^"]+)"', page)
    assert len(set(keys)) == len(keys) == 4  # the product, its prices for many, its harvest, a pack
    for _time in range(2):
        answer = client.post(f"{page_of(sheet)}viec/", sent | {"sent_key": keys[2]})
        assert (answer.status_code, answer["Location"]) == (302, page_of(sheet))
    assert Harvest.objects.count() == 1
    wrong = client.post(f"{page_of(sheet)}viec/", sent | {"sent_key": keys[3], "expected_quantity": "0"})
    back = re.findall(r'name="sent_key" value="([^"]+)"', wrong.content.decode())
    assert (
        back.count(keys[3]) == 1
    )  # it has made nothing yet: its number stays with it, and with no other form
    assert back.index(keys[3]) > 0


def test_each_field_of_the_page_has_its_own_name_for_its_label(client: Client, seller: Any) -> None:
    sheet = make_product(cooperative=seller)
    page = client.get(f"/quan-tri/san-pham/{sheet.product_id}/").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert [name for name in set(ids) if ids.count(name) > 1] == []
    assert set(re.findall(r'<label[^>]* for="([^"]+)"', page)) <= set(ids)


def test_nothing_of_another_cooperative_opens_or_changes(client: Client, seller: Any) -> None:
    foreign = make_product(stock=10)
    own = make_product(cooperative=seller)
    assert client.get(page_of(foreign)).status_code == 404
    assert client.post(page_of(foreign), filled()).status_code == 404
    for act in ("submit", "withdraw", "pack", "tiers", "harvest"):
        assert client.post(f"{page_of(foreign)}viec/", {"act": act}).status_code == 404
    answer = client.post(
        f"{page_of(own)}viec/",
        {"act": "tiers", "product": foreign.product_id, "quantity_1": "10", "amount_1": "1"},
    )
    assert answer.status_code == 404
    assert not PriceTier.objects.exists()
    foreign.refresh_from_db()
    assert (foreign.state, foreign.stock_left) == (ApprovalState.APPROVED, 10)


def by_script(client: Client, path: str, fields: dict[str, Any]) -> Any:
    return client.post(path, fields, headers={"x-requested-with": "XMLHttpRequest"})


def test_a_form_that_is_sent_again_makes_one_product_and_keeps_what_was_typed_last(
    client: Client, seller: Any
) -> None:
    fields = filled(storage="Nơi khô", sent_key="5f1c2a52-8f7a-4d3e-9a57-3d1a7d2f4a11")
    first = by_script(client, ADD, fields | {"autosave": "1", "title": "Khoai"}).json()
    again = by_script(client, ADD, fields | {"stock": "41"}).json()
    sheet = ProductSheet.objects.get()
    assert first["to"] == again["to"] == page_of(sheet)
    assert (sheet.product.title, sheet.stock_left, again["fields"]["stock_seen"]) == (
        "Khoai sọ củ tươi",
        41,
        41,
    )
    assert first["draft"].endswith(f"/product/{sheet.pk}")
    assert first["sent_key"] != fields["sent_key"]
    # Once it is out of the seller's hands, a late copy changes nothing.
    ProductSheet.objects.update(state=ApprovalState.APPROVED)
    late = by_script(client, ADD, fields | {"price_amount": "1"}).json()
    assert late["to"] == page_of(sheet)
    assert ProductSheet.objects.get().price_amount == 105_000


def test_the_number_of_a_form_belongs_to_the_person_who_sent_it(client: Client, seller: Any) -> None:
    fields = filled(storage="Nơi khô", sent_key="5f1c2a52-8f7a-4d3e-9a57-3d1a7d2f4a11")
    client.post(ADD, fields)
    other = make_cooperative("gian-b")
    client.force_login(add_user(email="b@demo.example", password=PASSWORD, first_name="B", cooperative=other))
    client.post(ADD, fields)
    assert set(ProductSheet.objects.values_list("cooperative", flat=True)) == {seller.pk, other.pk}


def test_goods_on_sale_are_never_saved_while_somebody_types(client: Client, seller: Any) -> None:
    sheet = make_product(cooperative=seller, title="Khoai sọ củ tươi", stock=10)
    fields = filled(storage="Nơi khô", stock="10", stock_seen="10", price_amount="1", autosave="1")
    assert by_script(client, page_of(sheet), fields).json() == {"aside": True}
    assert by_script(client, ADD, filled(title="", autosave="1")).status_code == 422
    assert ProductSheet.objects.get().price_amount == sheet.price_amount


def test_what_was_typed_for_goods_on_sale_is_kept_beside_them_until_it_is_saved(
    client: Client, seller: Any
) -> None:
    sheet = make_product(cooperative=seller, title="Khoai sọ củ tươi", stock=10)
    page = page_of(sheet)
    fields = filled(storage="Nơi khô", stock="10", stock_seen="10", price_amount="99000", summary="Viết dở")
    by_script(client, page, fields | {"autosave": "1", "months": ["9", "10"]})
    by_script(
        client,
        page,
        fields | {"autosave": "1", "months": ["9", "11"], "sent_key": "x", "act": "submit", "usage": "a\0b"},
    )
    assert "Chợ còn giữ bản bạn sửa dở" in client.get(page).content.decode()
    assert client.get(page).context["form"]["price_amount"].value() == 105_000
    form = client.get(f"{page}?sua-tiep=1").context["form"]
    assert (form["price_amount"].value(), form["months"].value()) == ("99000", ["9", "11"])
    assert KeptEdit.objects.get().answers.count(["act", "submit"]) == 0
    other = add_user(email="hai@demo.example", password=PASSWORD, first_name="H", cooperative=seller)
    second = Client()
    second.force_login(other, backend="shop.accounts.backends.EmailOrPhoneBackend")
    assert "Chợ còn giữ bản bạn" not in second.get(page).content.decode()
    second.post(page, fields | {"summary": "Người khác"})
    assert KeptEdit.objects.count() == 1
    assert "món này đã được lưu lại" in client.get(page).content.decode()
    client.post(page, fields)
    assert not KeptEdit.objects.exists()
    by_script(client, page, fields | {"autosave": "1"})
    client.post(page, {"act": "bo-ban-do"})
    assert not KeptEdit.objects.exists()
    assert by_script(client, page, fields | {"autosave": "1", "usage": "x" * 60_000}).status_code == 413
    by_script(client, page, fields | {"autosave": "1"})
    assert sweep_kept_edits(timezone.now() + dt.timedelta(days=29)) == 0
    assert sweep_kept_edits(timezone.now() + dt.timedelta(days=31)) == 1


def test_a_new_product_starts_like_the_last_one_and_goes_to_approval_in_one_step(
    client: Client, seller: Any
) -> None:
    make_product(cooperative=seller, title="Khoai cũ", pack="túi 2 kg", allergens="có đậu", storage="Nơi khô")
    foreign = make_product(cooperative=make_cooperative("gian-b"), title="Món kín của B", pack="hũ B")
    start = client.get(ADD).content.decode()
    assert 'value="túi 2 kg"' in start
    assert "có đậu" not in start
    like = client.get(f"{ADD}?giong={ProductSheet.objects.get(cooperative=seller).pk}").content.decode()
    assert "có đậu" in like
    assert "hũ B" not in client.get(f"{ADD}?giong={foreign.pk}").content.decode()
    far = make_commune(
        "97001", "Xã Xa", province="97"
    )  # bought in: where the stall is stands in the form instead
    ProductSheet.objects.filter(cooperative=seller).update(commune=far)
    assert client.get(ADD).context["form"]["commune"].value() == seller.commune_id
    client.post(ADD, filled(storage="Nơi khô", act="submit"))
    new = ProductSheet.objects.get(product__title="Khoai sọ củ tươi")
    assert new.state == ApprovalState.SUBMITTED
    answer = client.post(ADD, filled(title="Khoai thiếu", storage="", act="submit"), follow=True)
    assert "còn thiếu những điều ghi bên dưới" in answer.content.decode()
    assert ProductSheet.objects.get(product__title="Khoai thiếu").state == ApprovalState.DRAFT
