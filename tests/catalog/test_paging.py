"""Pages of the list begin by key: nothing is shown twice or left out while goods come and go."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from catalog import services, shelves
from catalog.batch import Draft, save_products
from catalog.facets import goods_on
from catalog.models import Certificate, ProductSheet, ShelfEntry
from catalog.paging import COLUMNS, LAST_NUMBERED, ORDERS, PER_PAGE, Place, read_key, window_in, window_of
from catalog.selectors import today
from tests.factories import make_category, make_certificate, make_cooperative, make_product

pytestmark = pytest.mark.django_db

MANY = 2 * PER_PAGE + 5


def bring(stall, group, *drafts: Draft) -> list[ProductSheet]:
    facts = {"ocop_set": 1, "commune": stall.commune, "net_quantity": 1000, "net_unit": "g", "pack": "túi",
             "weight_grams": 1000, "tax_class": "own_produce", "processing": "raw", "category": group,
             "storage": "Khô", "ingredients": "Khoai", "shelf_life": "30 ngày", "usage": "Nấu", "warnings": "Không",
             "declaration_number": "TCB", "state": "approved"}  # fmt: skip
    return save_products(
        cooperative=stall, drafts=[Draft(draft.sku, {**facts, **draft.fields}) for draft in drafts]
    )


def bring_goods() -> list[int]:
    month = 1 << (today().month - 1)
    sheets = bring(
        make_cooperative("nuong"),
        make_category("rau", "Rau"),
        *(
            Draft(
                f"S{number}",
                {
                    "title": f"Khoai số {number}",
                    "price_amount": 10_000 * (1 + number % 7),
                    "stock": number % 5,
                    "season_months": month if number % 3 == 0 else 4095,
                },
            )
            for number in range(MANY)
        ),
    )
    for sheet in sheets[::4]:
        make_certificate(sheet, stars=3 + sheet.product_id % 3)
    return [sheet.product_id for sheet in sheets]


@pytest.fixture(scope="module")
def standing_goods(standing):
    return standing.keep(bring_goods)


@pytest.fixture
def goods(standing_goods):
    return standing_goods()


def shelf(client, address: str):
    response = client.get(f"/san-pham/{address}")
    assert response.status_code == 200, address
    return response.context["shelf"]


def ids(shelf) -> list[int]:
    return [sheet.product_id for sheet in shelf.sheets]


@pytest.mark.parametrize("text", ["", "q=khoai"])
@pytest.mark.parametrize("order", list(ORDERS))
def test_stepping_on_shows_every_product_once_and_stepping_back_the_same_pages(client, goods, order, text):
    here = shelf(client, f"?{text}&sap-xep={order}")
    pages = [here]
    while here.next_address:
        here = shelf(client, here.next_address)
        pages.append(here)
    seen = [product_id for page in pages for product_id in ids(page)]
    assert len(pages) == 3
    assert sorted(seen) == sorted(goods)
    for page in reversed(pages[:-1]):
        here = shelf(client, here.previous_address)
        assert ids(here) == ids(page)
        assert here.page == page.page
    assert here.previous_address == ""


@pytest.mark.parametrize("order", list(ORDERS))
def test_goods_that_are_added_meanwhile_shift_nothing(client, goods, order):
    first = shelf(client, f"?sap-xep={order}")
    rest = [*ids(second := shelf(client, first.next_address)), *ids(shelf(client, second.next_address))]
    price = 1_000 if order == "gia-tang" else 99_000_000
    bring(
        make_cooperative("moi"),
        make_category("cu", "Củ"),
        *(
            Draft(f"N{number}", {"title": f"Củ mới {number}", "price_amount": price, "stock": 9})
            for number in range(PER_PAGE + 3)
        ),
    )
    again = shelf(client, first.next_address)
    found = [*ids(again), *ids(shelf(client, again.next_address))]
    newcomers = set(ProductSheet.objects.exclude(product_id__in=goods).values_list("product_id", flat=True))
    assert [product_id for product_id in found if product_id not in newcomers] == rest[: len(found)]
    assert not set(found) & set(ids(first))


def test_search_results_go_on_behind_the_last_even_when_better_ones_came(client, goods):
    first = shelf(client, "?q=khoai+so")
    second = ids(shelf(client, first.next_address))
    for _ in range(10):
        make_product(title="Khoai số")
    assert ids(shelf(client, first.next_address)) == second


def test_the_end_of_a_page_may_be_withdrawn(client, goods):
    first = shelf(client, "?sap-xep=moi")
    second = ids(shelf(client, first.next_address))
    services.set_state(sheet=first.sheets[-1], state="withdrawn")
    assert ids(shelf(client, first.next_address)) == second
    by_words = shelf(client, "?q=khoai")
    services.set_state(sheet=by_words.sheets[-1], state="withdrawn")
    assert len(shelf(client, by_words.next_address).sheets) == PER_PAGE


def test_bare_page_numbers_are_understood(client, goods):
    assert ids(shelf(client, "?sap-xep=moi&trang=2")) == goods[::-1][PER_PAGE : 2 * PER_PAGE]
    assert client.get("/san-pham/?trang=4").status_code == 404
    assert client.get(f"/san-pham/?trang={LAST_NUMBERED + 1}").status_code == 404


@pytest.mark.parametrize(
    "key", ["x", "1", "1.2", "1.2.3.4.5", "-1.0.0.0", "9" * 30, "1.1.1." + "9" * 30, "²"]
)
def test_a_key_that_makes_no_sense_counts_as_not_given(client, goods, key):
    assert len(shelf(client, f"?sau={key}").sheets) == PER_PAGE
    assert len(shelf(client, f"?truoc={key}").sheets) == PER_PAGE


def test_a_key_behind_everything_is_not_found(client, goods):
    assert client.get("/san-pham/?sap-xep=moi&trang=9&sau=0").status_code == 404


def test_page_links_work_without_javascript_and_keep_the_filters(client, goods):
    page = client.get("/san-pham/?nhom=rau&sap-xep=moi").content.decode()
    (following,) = re.findall(r'<a href="([^"]+)" rel="next">', page)
    assert following.startswith("?nhom=rau&amp;sap-xep=moi&amp;trang=2&amp;sau=")
    back = client.get("/san-pham/" + following.replace("&amp;", "&")).content.decode()
    assert re.findall(r'<a href="([^"]+)" rel="prev">', back) == ["?nhom=rau&amp;sap-xep=moi"]
    assert 'aria-current="page">2<' in back


@pytest.mark.parametrize("order", list(ORDERS))
def test_rows_sorted_here_stand_as_the_database_sorts_them(goods, order):
    on = today()
    lines = list(goods_on(on))
    for place in (Place(), Place(page=2), Place(2, after=window_of(goods_on(on), order, Place()).keys[5])):
        assert window_in(lines, order, place) == window_of(goods_on(on), order, place)
    assert COLUMNS[order][-1] == "-product_id"


def test_keys_are_read_strictly():
    assert read_key("3.14") == (3, 14)
    assert read_key("3..14") == read_key(" 3") == read_key("٣") == ()


# --- The flat copies -----------------------------------------------------------------------------


def test_a_star_leaves_the_list_at_midnight_though_nothing_is_written(client, monkeypatch):
    at = dt.datetime(2026, 11, 30, 16, 59, 59, tzinfo=dt.UTC)  # one second to midnight in Vietnam
    monkeypatch.setattr(timezone, "now", lambda: at)
    sheet = make_product(title="Khoai")
    for stars, last in ((4, "2026-11-30"), (3, "2026-12-01")):
        make_certificate(sheet, stars=stars, valid_to=dt.date.fromisoformat(last))
    assert shelves.settle() == 1
    assert ShelfEntry.objects.get().stars == 4
    for later, stars in ((0, 4), (1, 3), (24 * 3600 + 1, 0)):
        monkeypatch.setattr(timezone, "now", lambda later=later: at + dt.timedelta(seconds=later))
        found = {each: len(shelf(client, f"?sao={each}").sheets) for each in (3, 4)}
        assert found == {each: int(each == stars) for each in (3, 4)}
        counts = {choice.value: choice.count for choice in shelf(client, "").choices["stars"]}
        assert counts == ({str(stars): 1} if stars else {})
    assert ShelfEntry.objects.get().stars == 4  # nobody has written
    assert shelves.settle() == 1
    assert ShelfEntry.objects.get().stars == 0
    assert shelves.settle() == 0


@pytest.mark.parametrize("change", ["save", "update"])
def test_a_certificate_changes_the_list_at_once_whoever_changes_it(client, change):
    paper = make_certificate(make_product(), stars=3)
    shelves.settle()
    assert shelf(client, "?sao=3").total == 1
    if change == "save":
        paper.withdrawn_on = today()
        paper.save(update_fields=["withdrawn_on"])
    else:
        Certificate.objects.update(stars=5)
    assert shelf(client, "?sao=3").total == 0
    assert {choice.value for choice in shelf(client, "").choices["stars"]} == (
        {"5"} if change == "update" else set()
    )
