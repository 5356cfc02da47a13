"""The papers' screens: a cooperative declares, the operator checks, everybody keeps to their own."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from catalog.clock import today
from catalog.models import Certificate, CheckState, Paper, PaperKind, Plot, ProofAct
from catalog.proofs import clean_photo, return_proof
from tests.factories import make_certificate, make_paper, make_plot, make_product
from tests.support.market import Market

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]
HERE = "/quan-tri/giay-to/"


def photo() -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "#26356f").save(written, "JPEG")
    return SimpleUploadedFile("giay.jpg", written.getvalue(), "image/jpeg")


def declared(market: Market, **fields: Any) -> dict[str, Any]:
    return {
        "kind": PaperKind.DECLARATION,
        "bound_to": f"sheet-{market.goods_a.pk}",
        "number": "TCB-1/2026",
        "issuer": "HTX tự công bố",
        "issued_on": "2026-06-01",
    } | fields


def certificate_fields(market: Market, **fields: Any) -> dict[str, Any]:
    return {
        "sheet": market.goods_a.pk,
        "stars": "4",
        "number": "OCOP-5/2026",
        "decision_number": "5/QĐ-UBND",
        "decided_on": "01/06/2026",
        "issuer": "UBND tỉnh Sơn La",
        "valid_from": "2026-06-01",
        "valid_to": "2029-06-01",
    } | fields


# --- The cooperative ---------------------------------------------------------------------------


def test_a_cooperative_declares_a_paper_with_its_photograph_and_it_waits(
    as_role: AsRole, market: Market
) -> None:
    client = as_role("cooperative")
    response = client.post(f"{HERE}them/", declared(market, photo=photo()))
    paper = Paper.objects.get()
    assert response["Location"] == f"{HERE}khac/{paper.pk}/"
    assert (paper.sheet, paper.check_state, paper.valid_from) == (
        market.goods_a,
        CheckState.WAITING,
        dt.date(2026, 6, 1),
    )
    page = client.get(response["Location"]).content.decode()
    assert "Chợ đang kiểm" in page
    assert "Đã kiểm, cho hiện" not in page
    picture = client.get(f"{HERE}khac/{paper.pk}/anh/")
    assert picture["Content-Type"] == "image/jpeg"
    assert "no-store" in picture["Cache-Control"]
    assert b"".join(picture.streaming_content).startswith(b"\xff\xd8")
    actor = market.people["cooperative"]
    assert actor is not None
    assert list(paper.events.values_list("act", "actor")) == [(ProofAct.ADDED, actor.pk)]


def test_a_cooperative_declares_a_certificate_and_sees_what_to_do(as_role: AsRole, market: Market) -> None:
    client = as_role("cooperative")
    assert client.post(f"{HERE}them-ocop/", certificate_fields(market)).status_code == 302
    star = Certificate.objects.get()
    assert (star.evidence_grade, star.legal_version, star.decided_on) == ("C", "26/2026", dt.date(2026, 6, 1))
    make_certificate(market.goods_a, valid_to=today() + dt.timedelta(days=130))
    page = client.get(HERE).content.decode()
    assert "Chờ kiểm" in page
    assert "Nộp hồ sơ xét lại ở xã trước hết ngày" in page


def test_papers_of_both_kinds_stand_in_one_row_what_waits_first_then_what_ends_first(
    as_role: AsRole, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon, later = today() + dt.timedelta(days=200), today() + dt.timedelta(days=300)
    goods = market.goods_a
    endless = make_paper(goods, "declaration", valid_to=None)
    late, early = make_paper(goods, "declaration", valid_to=later), make_certificate(goods, valid_to=soon)
    withdrawn = make_certificate(goods)
    Certificate.objects.filter(pk=withdrawn.pk).update(withdrawn_on=today())
    waiting = make_paper(goods, "declaration", verified=False, valid_to=later)
    waiting_star = make_certificate(goods, verified=False, valid_to=soon)
    returned = make_paper(goods, "declaration", verified=False, valid_to=None)
    Paper.objects.filter(pk=returned.pk).update(return_reason="Ảnh mờ")
    expected = [returned, waiting_star, waiting, early, late, endless, withdrawn]
    monkeypatch.setattr("shop.panel.proofs.PER_PAGE", 4)
    client = as_role("cooperative")
    first, second = (client.get(f"{HERE}?trang={number}").context for number in (1, 2))
    assert [proof for page in (first, second) for proof, _advice in page["page"]] == expected
    assert [tab.count for tab in first["tabs"]] == [7, 2, 1, 3, 1]
    only = client.get(f"{HERE}?tinh-trang=waiting").context
    assert [proof for proof, _advice in only["page"]] == [waiting_star, waiting]
    assert only["page"].paginator.count == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": ""}, "Bạn chọn loại giấy nhé."),
        ({"kind": PaperKind.VIETGAP}, "Loại giấy này không cấp cho thứ bạn chọn."),
        ({"number": " "}, "Bạn ghi chỗ này giúp nhé."),
        ({"issued_on": "hôm qua"}, "Ngày chưa đúng"),
        ({"issued_on": "2126-01-01"}, "Ngày cấp còn ở phía trước."),
        ({"valid_to": "2026-05-31"}, "Ngày hết hạn phải sau ngày bắt đầu."),
        ({"bound_to": "sheet-999999"}, "Bạn ghi chỗ này"),
        ({"photo": SimpleUploadedFile("giay.pdf", b"%PDF-1.7")}, "không phải ảnh đọc được"),
    ],
)
def test_a_bad_paper_is_shown_again_and_nothing_is_kept(
    as_role: AsRole, market: Market, fields: dict[str, Any], words: str
) -> None:
    response = as_role("cooperative").post(f"{HERE}them/", declared(market, **fields))
    assert response.status_code == 422
    if "bound_to" not in fields:
        assert words in response.content.decode()
    assert not Paper.objects.exists()


def test_nobody_declares_a_paper_for_another_stall(as_role: AsRole, market: Market) -> None:
    client = as_role("cooperative")
    for bound_to in (f"sheet-{market.draft_b.pk}", f"cooperative-{market.b.pk}"):
        assert client.post(f"{HERE}them/", declared(market, bound_to=bound_to)).status_code == 422
    fields = certificate_fields(market, sheet=market.draft_b.pk)
    assert client.post(f"{HERE}them-ocop/", fields).status_code == 422
    assert not Paper.objects.exists()
    assert not Certificate.objects.exists()


def test_foreign_papers_are_neither_listed_nor_opened_nor_changed(as_role: AsRole, market: Market) -> None:
    paper = make_paper(
        market.b, PaperKind.BUSINESS, number="CỦA-B", photo=clean_photo(photo()), verified=False
    )
    star = make_certificate(market.draft_b, number="SAO-B", verified=False)
    client = as_role("cooperative")
    page = client.get(HERE).content.decode()
    assert "CỦA-B" not in page
    assert "SAO-B" not in page
    for path in (f"khac/{paper.pk}/", f"khac/{paper.pk}/anh/", f"khac/{paper.pk}/sua/", f"ocop/{star.pk}/"):
        assert client.get(HERE + path).status_code == 404
    assert client.post(f"{HERE}khac/{paper.pk}/sua/", declared(market)).status_code == 404
    assert client.post(f"{HERE}khac/{paper.pk}/viec/", {"viec": "verify"}).status_code == 404


def test_a_cooperative_adds_a_plot_and_binds_goods_of_its_own_to_it(as_role: AsRole, market: Market) -> None:
    client = as_role("cooperative")
    fields = {
        "cooperative": market.a.pk,
        "name": "Nương  Bản Mẫu",
        "commune": market.a.commune_id,
        "hectares": "2,5",
        "crop": "khoai sọ",
        "sheets": [market.goods_a.pk],
    }
    wrong = client.post(f"{HERE}nuong/", fields | {"hectares": "0"})
    assert wrong.status_code == 422
    assert client.post(f"{HERE}nuong/", fields | {"sheets": [market.draft_b.pk]}).status_code == 422
    assert client.post(f"{HERE}nuong/", fields | {"cooperative": market.b.pk}).status_code == 422
    assert not Plot.objects.exists()
    assert client.post(f"{HERE}nuong/", fields | {"hectares": "2.5"}).status_code == 302
    plot = Plot.objects.get()
    assert (plot.name, plot.cooperative, list(plot.sheets.all())) == (
        "Nương Bản Mẫu",
        market.a,
        [market.goods_a],
    )
    assert "Nương Bản Mẫu" in client.get(f"{HERE}nuong/").content.decode()


def test_plots_stand_page_by_page_and_none_of_another_stall(
    as_role: AsRole, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.panel.proofs.PER_PAGE", 2)
    for name in ("Nương C", "Nương A", "Nương B"):
        make_plot(market.a, name=name)
    make_plot(market.b, name="Nương AA")
    client = as_role("cooperative")
    first, second = (client.get(f"{HERE}nuong/?trang={number}") for number in (1, 2))
    assert [[plot.name for plot in answer.context["page"]] for answer in (first, second)] == [
        ["Nương A", "Nương B"],
        ["Nương C"],
    ]
    assert "?trang=2" in first.content.decode()


def about(plot: Plot, **changes: Any) -> dict[str, Any]:
    fields = {
        "name": plot.name,
        "commune": plot.commune_id,
        "hectares": str(plot.hectares),
        "crop": plot.crop,
        "sheets": list(plot.sheets.values_list("pk", flat=True)),
    }
    return fields | changes


def test_a_cooperative_changes_its_plot_and_no_other(as_role: AsRole, market: Market) -> None:
    client = as_role("cooperative")
    plot, foreign = make_plot(market.a), make_plot(market.b, name="Nương của B")
    here = f"{HERE}nuong/{plot.pk}/"
    assert here in client.get(f"{HERE}nuong/").content.decode()
    assert plot.name in client.get(here).content.decode()
    changes = {"name": "Nương  Trên", "hectares": "3.25", "crop": "chè", "sheets": [market.goods_a.pk]}
    changed = client.post(here, about(plot, **changes, cooperative=market.b.pk))
    assert (changed.status_code, changed["Location"]) == (302, f"{HERE}nuong/")
    assert "Đã lưu nương." in client.get(f"{HERE}nuong/").content.decode()
    plot.refresh_from_db()
    assert (plot.name, str(plot.hectares), plot.crop, plot.cooperative) == (
        "Nương Trên",
        "3.25",
        "chè",
        market.a,
    )
    assert list(plot.sheets.all()) == [market.goods_a]
    assert client.post(here, about(plot, sheets=[market.draft_b.pk])).status_code == 422
    twin = make_plot(market.a, name="Nương Dưới")
    assert client.post(here, about(plot, name=twin.name)).status_code == 422
    assert client.get(f"{HERE}nuong/{foreign.pk}/").status_code == 404
    assert client.post(f"{HERE}nuong/{foreign.pk}/", about(foreign, name="X")).status_code == 404
    assert as_role("operator").get(here).status_code == 404


def test_a_checked_paper_does_not_come_to_prove_other_goods(as_role: AsRole, market: Market) -> None:
    client = as_role("cooperative")
    other = make_product(cooperative=market.a)
    plot = make_plot(market.a, sheets=(market.goods_a,))
    paper, name = make_paper(plot, PaperKind.VIETGAP), plot.name
    here = f"{HERE}nuong/{plot.pk}/"
    assert "chỉ bớt được sản phẩm" in client.get(here).content.decode()
    added = about(plot, sheets=[market.goods_a.pk, other.pk])
    assert client.post(here, added).status_code == 422
    assert client.post(here, about(plot, name="Nương khác", crop="chè", hectares="9")).status_code == 302
    plot.refresh_from_db()
    assert (plot.name, plot.crop, str(plot.hectares)) == (name, "khoai sọ", "9.00")
    assert client.post(here, about(plot, sheets=[])).status_code == 302
    assert not plot.sheets.exists()
    Paper.objects.filter(pk=paper.pk).update(valid_to=today() - dt.timedelta(days=1))
    assert client.post(here, added).status_code == 302
    assert plot.sheets.count() == 2


def test_a_paper_sent_back_can_be_put_right_and_a_checked_one_cannot(as_role: AsRole, market: Market) -> None:
    paper = make_paper(market.goods_a, PaperKind.DECLARATION, verified=False)
    return_proof(proof=paper, reason="Số giấy chép thiếu.", by=market.people["operator"])
    client = as_role("cooperative")
    assert "Số giấy chép thiếu." in client.get(HERE).content.decode()
    assert "Giấy tờ cần sửa" in client.get("/quan-tri/").content.decode()
    edit = f"{HERE}khac/{paper.pk}/sua/"
    assert paper.number in client.get(edit).content.decode()
    assert client.post(edit, declared(market, number="TCB-ĐÚNG")).status_code == 302
    paper.refresh_from_db()
    assert (paper.number, paper.check_state) == ("TCB-ĐÚNG", CheckState.WAITING)
    Paper.objects.filter(pk=paper.pk).update(verified_at="2026-11-01T00:00:00Z")
    assert client.post(edit, declared(market, number="TCB-LÉN")).status_code == 404


# --- The operator ------------------------------------------------------------------------------


def test_the_operator_checks_a_paper_and_it_shows(as_role: AsRole, client: Client, market: Market) -> None:
    paper = make_paper(
        market.goods_a, PaperKind.DECLARATION, number="TCB-9", verified=False, photo=clean_photo(photo())
    )
    operator = as_role("operator")
    assert "Giấy tờ chờ kiểm" in operator.get("/quan-tri/").content.decode()
    assert "TCB-9" in operator.get(f"{HERE}?tinh-trang=waiting").content.decode()
    goods = f"/san-pham/{market.goods_a.product.slug}_{market.goods_a.product_id}/"
    assert "TCB-9" not in client.get(goods).content.decode()
    fields = {"viec": "verify", "verify-evidence_grade": "A", "verify-shows_scan": "on"}
    assert operator.post(f"{HERE}khac/{paper.pk}/viec/", fields).status_code == 302
    paper.refresh_from_db()
    assert paper.verified_by == market.people["operator"]
    assert paper.scan is not None
    assert "TCB-9" in client.get(goods).content.decode()


def test_a_finding_must_be_looked_at_and_answered_for(as_role: AsRole, market: Market) -> None:
    since = today() - dt.timedelta(days=100)
    fields = {"issuer": "UBND huyện Bắc Yên", "decided_on": since, "valid_from": since}
    star = make_certificate(market.goods_a, verified=False, **fields)
    operator, here = as_role("operator"), f"{HERE}ocop/{star.pk}/"
    assert "không có quyền công nhận" in operator.get(here).content.decode()
    fields = {"viec": "verify", "verify-evidence_grade": "A"}
    assert "Còn điều chưa xem lại" in operator.post(f"{here}viec/", fields).content.decode()
    fields |= {"verify-despite": "issuer_may_not"}
    response = operator.post(f"{here}viec/", fields)
    assert response.status_code == 422
    assert "Bạn ghi vì sao vẫn nhận nhé." in response.content.decode()
    star.refresh_from_db()
    assert star.verified_at is None
    fields |= {"verify-reason": "Quyết định ký thay, đã gọi hỏi."}
    assert operator.post(f"{here}viec/", fields).status_code == 302
    star.refresh_from_db()
    assert star.verified_at is not None
    assert star.events.get(act=ProofAct.VERIFIED).note == "Quyết định ký thay, đã gọi hỏi."


def test_the_operator_sends_back_extends_and_withdraws(as_role: AsRole, market: Market) -> None:
    operator = as_role("operator")
    waiting = make_paper(make_plot(market.a), PaperKind.VIETGAP, verified=False)
    here = f"{HERE}khac/{waiting.pk}/viec/"
    assert operator.post(here, {"viec": "return", "return-reason": ""}).status_code == 422
    assert operator.post(here, {"viec": "return", "return-reason": "Ảnh mờ."}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.return_reason == "Ảnh mờ."
    star = make_certificate(market.goods_a)
    here = f"{HERE}ocop/{star.pk}/viec/"
    far, near = star.valid_to + dt.timedelta(days=181), star.valid_to + dt.timedelta(days=30)
    late = operator.post(here, {"viec": "extend", "extend-until": far.isoformat()})
    assert late.status_code == 422
    assert "180 ngày" in late.content.decode()
    assert operator.post(here, {"viec": "extend", "extend-until": near.isoformat()}).status_code == 302
    fields = {"viec": "withdraw", "withdraw-on": today().isoformat(), "withdraw-reason": "Dùng sai dấu."}
    assert operator.post(here, fields).status_code == 302
    star.refresh_from_db()
    assert (star.extended_to, star.withdrawn_on) == (near, today())
    again = operator.post(here, fields, follow=True)
    assert "đã đổi tình trạng" in again.content.decode()
    assert list(star.events.values_list("act", flat=True)) == ["added", "extended", "withdrawn"]
