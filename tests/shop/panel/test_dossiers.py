"""The dossier's screens: marks, minimums, evidence that the market supplies itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from catalog.clock import today
from catalog.models import Dossier, DossierItem, LotStatus, PaperKind
from catalog.ocop import renewal_window
from catalog.scoring import SET_1
from cms.services import publish_home, publish_story
from shop.panel.dossier_evidence import supplied_for
from tests.factories import make_certificate, make_lot, make_paper, make_product
from tests.support.market import Market

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]
HERE = "/quan-tri/ho-so/"


def full_marks() -> dict[str, str]:
    return {f"m-{line.key}": str(line.most) for line in SET_1} | {"c-food_safety": "on"}


def test_the_page_counts_points_and_says_what_the_next_star_needs(as_role: AsRole, market: Market) -> None:
    client, here = as_role("cooperative"), f"{HERE}{market.goods_a.pk}/"
    assert "Lưu và tính lại" in client.get(here).content.decode()
    marks = full_marks() | {"m-trace_label": "2", "m-senses": "0"}
    assert client.post(here, marks).status_code == 302
    page = client.get(here).content.decode()
    assert "87<small>/100" in page
    assert "<dd>3 sao</dd>" in page
    assert "Điểm thì đủ, nhưng còn thiếu điều bắt buộc: Nhãn có mã truy xuất điện tử." in page
    assert "Để được 4 sao, còn cần" in page
    assert client.post(here, full_marks()).status_code == 302
    page = client.get(here).content.decode()
    assert "<dd>5 sao</dd>" in page
    assert "còn cần" not in page
    assert "tự chấm 5 sao" in client.get(HERE).content.decode()


def test_a_set_whose_paper_we_do_not_know_takes_the_council_s_marks_by_part(
    as_role: AsRole, market: Market
) -> None:
    tea = make_product(cooperative=market.a, ocop_set=11)
    client, here = as_role("cooperative"), f"{HERE}{tea.pk}/"
    page = client.get(here).content.decode()
    assert "Theo phiếu chấm của hội đồng" in page
    assert "Cảm quan" not in page
    marks = {"m-part_a": "35", "m-part_b": "20", "m-part_c": "20", "c-trace_label": "on"}
    assert client.post(here, marks).status_code == 302
    page = client.get(here).content.decode()
    assert "<dd>3 sao</dd>" in page
    assert "Câu chuyện sản phẩm nằm trong trang truy xuất (bắt buộc từ 4 sao)" in page


def test_the_council_s_mean_counts_to_the_hundredth(as_role: AsRole, market: Market) -> None:
    client, here = as_role("cooperative"), f"{HERE}{market.goods_a.pk}/"
    assert client.post(here, full_marks() | {"council_score": "69,5"}).status_code == 302
    page = client.get(here).content.decode()
    assert "69,5<small>/100" in page
    assert "<dd>3 sao</dd>" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"m-origin": "4"}, "Điểm từ 0 đến 3."),
        ({"m-origin": "-1"}, "Điểm từ 0 đến 3."),
        ({"m-origin": "ba"}, "Điểm từ 0 đến 3."),
        ({"council_score": "101"}, "Điểm từ 0 đến 100."),
        ({"n-15": "x" * 201}, "200"),
    ],
)
def test_bad_marks_are_shown_again_and_nothing_is_kept(
    as_role: AsRole, market: Market, fields: dict[str, str], words: str
) -> None:
    response = as_role("cooperative").post(f"{HERE}{market.goods_a.pk}/", fields)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Dossier.objects.exists()


def test_evidence_keeps_its_paper_and_only_of_the_own_stall(as_role: AsRole, market: Market) -> None:
    own = make_paper(market.a, PaperKind.BUSINESS)
    foreign = make_paper(market.b, PaperKind.BUSINESS)
    client, here = as_role("cooperative"), f"{HERE}{market.goods_a.pk}/"
    assert client.post(here, {"e-1": "on", "p-1": foreign.pk}).status_code == 422
    assert not DossierItem.objects.exists()
    assert client.post(here, {"p-1": own.pk, "e-15": "on", "n-15": "Giải nhất"}).status_code == 302
    items = DossierItem.objects.values_list("kind", "paper", "note")
    assert list(items) == [(1, own.pk, ""), (15, None, "Giải nhất")]
    assert client.post(here, {"e-15": "on"}).status_code == 302
    assert list(DossierItem.objects.values_list("kind", flat=True)) == [15]


def test_the_market_supplies_what_it_can_prove(market: Market) -> None:
    sheet = market.goods_a
    publish_home(language="vi", title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
    publish_story(
        slug="khoai",
        language="vi",
        title="Chuyện khoai",
        intro="…",
        body_markdown="Chữ.",
        cooperative=market.a,
    )
    lot = make_lot(sheet)
    make_paper(market.a, PaperKind.FOOD_SAFETY, number="ATTP-1")
    make_paper(market.a, PaperKind.TRADEMARK, number="NH-CHƯA-KIỂM", verified=False)
    found = {(item.kind, item.text): item for item in supplied_for(sheet)}
    texts = {text for _kind, text in found}
    assert f"Trang truy xuất của lô {lot.grouped_code}" in texts
    assert "Chuyện khoai" in texts
    assert "Loại hình: hợp tác xã" in texts
    assert (8, "2 đơn đã trả tiền qua chợ") in found
    assert found[2, "Đủ điều kiện an toàn thực phẩm số ATTP-1, đã kiểm, còn giá trị"].mark == "food_safety"
    shop = found[9, "Gian hàng trên chợ"]
    assert shop.url == f"http://testserver/san-pham/{sheet.product.slug}_{sheet.product_id}/"
    assert not [text for text in texts if "NH-CHƯA-KIỂM" in text]
    type(lot).objects.filter(pk=lot.pk).update(status=LotStatus.RECALLED)
    assert 13 not in {item.kind for item in supplied_for(sheet)}


def test_the_renewal_window_of_the_certificate_is_shown(as_role: AsRole, market: Market) -> None:
    star = make_certificate(market.goods_a)
    first, last = renewal_window(star.valid_to)
    page = as_role("cooperative").get(f"{HERE}{market.goods_a.pk}/").content.decode()
    assert f"Nộp hồ sơ xét lại từ {first:%d/%m/%Y} đến hết {last:%d/%m/%Y}." in page
    assert star.valid_to > today()


def test_foreign_dossiers_stay_shut(as_role: AsRole, market: Market) -> None:
    client = as_role("cooperative")
    assert client.get(f"{HERE}{market.draft_b.pk}/").status_code == 404
    assert client.post(f"{HERE}{market.draft_b.pk}/", full_marks()).status_code == 404
    assert market.draft_b.product.title not in client.get(HERE).content.decode()
    assert not Dossier.objects.exists()


def test_queries_do_not_grow_with_the_goods(
    as_role: AsRole, market: Market, django_assert_max_num_queries: Any
) -> None:
    client = as_role("cooperative")
    for sheet in [make_product(cooperative=market.a) for _turn in range(8)]:
        client.post(f"{HERE}{sheet.pk}/", full_marks())
    with django_assert_max_num_queries(19):
        assert client.get(HERE).status_code == 200
