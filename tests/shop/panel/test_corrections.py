"""Correcting an invoice at the desk: the guided choice, the drafts, and what stays closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from django.test import Client

from shop.invoices import notices, services
from shop.invoices.keys import NoAccount
from shop.invoices.models import ErrorNotice, Invoice, TaxOffice
from shop.invoices.sales import SaleRecord
from shop.orders import invoicing
from shop.sandbox.server import SandboxServer
from tests.support.authority import hear_answer
from tests.support.market import Market

AsRole = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def accepted(market: Market, authority: SandboxServer) -> Invoice:
    """1 taro 100.000 and delivery 30.000, accepted."""
    invoicing.transmit(services.issue(invoice=market.invoice_a).pk)
    invoice = hear_answer(market.invoice_a)
    assert invoice.status == "accepted"
    return invoice


@pytest.fixture
def clerk(as_role: AsRole) -> Client:
    return as_role("invoice_staff")


def content(**changes: Any) -> dict[str, Any]:
    return {
        "reason": "Ghi nhầm giá",
        "buyer_name": "",
        "buyer_tax_code": "",
        "buyer_person": "Nguyễn Thị Mẫu",
        "buyer_address": "Xã Tà Xùa, tỉnh Sơn La",
        "discount": "0",
        "quantity_0": "1",
        "amount_0": "90.000",
        "rate_0": "KCT",
        "quantity_1": "1",
        "amount_1": "30.000 ₫",
        "rate_1": "8%",
    } | changes


def test_the_choice_says_which_document_each_mistake_takes(accepted: Invoice, clerk: Client) -> None:
    page = clerk.get(f"/quan-tri/hoa-don/{accepted.pk}/").content.decode()
    assert f"/quan-tri/hoa-don/{accepted.pk}/sua/" in page
    page = clerk.get(f"/quan-tri/hoa-don/{accepted.pk}/sua/").content.decode()
    for way in ("thong-bao", "dieu-chinh", "thay-the", "tra-hang"):
        assert f"/quan-tri/hoa-don/{accepted.pk}/sua/{way}/" in page


def test_an_adjustment_is_drafted_previewed_issued_and_shown_in_the_chain(
    accepted: Invoice, clerk: Client
) -> None:
    form = clerk.get(f"/quan-tri/hoa-don/{accepted.pk}/sua/dieu-chinh/").content.decode()
    assert 'value="100000"' in form
    page = clerk.post(
        f"/quan-tri/hoa-don/{accepted.pk}/sua/dieu-chinh/", content(), follow=True
    ).content.decode()
    draft = Invoice.objects.get(kind="adjustment")
    assert (draft.total_amount, draft.reason, draft.opened_by.first_name) == (
        -10_000, "Ghi nhầm giá", "invoice_staff",
    )  # fmt: skip
    assert "Điều chỉnh cho hóa đơn Mẫu số 1" in page
    assert "Bỏ bản nháp này" in page
    clerk.post(f"/quan-tri/hoa-don/{draft.pk}/lap/")
    adjusted = hear_answer(draft)
    assert (adjusted.status, adjusted.number) == ("accepted", 2)
    page = clerk.get(f"/quan-tri/hoa-don/{accepted.pk}/").content.decode()
    assert "Hóa đơn này và các lần sửa" in page
    assert f"/quan-tri/hoa-don/{adjusted.pk}/" in page


def test_the_look_up_page_tells_what_became_of_an_invoice(
    accepted: Invoice, clerk: Client, client: Client
) -> None:
    clerk.post(f"/quan-tri/hoa-don/{accepted.pk}/sua/thay-the/", content())
    draft = Invoice.objects.get(kind="replacement")
    assert "thay thế" not in client.get("/hoa-don/", {"ma": accepted.lookup_code}).content.decode()
    clerk.post(f"/quan-tri/hoa-don/{draft.pk}/lap/")
    replaced = hear_answer(draft)
    page = client.get("/hoa-don/", {"ma": accepted.lookup_code}).content.decode()
    assert f"Hóa đơn này đã được thay thế bằng hóa đơn {replaced}" in page
    page = client.get("/hoa-don/", {"ma": replaced.lookup_code}).content.decode()
    assert f"Thay thế cho hóa đơn Mẫu số 1 ký hiệu {accepted.series.symbol} số 1" in page


def test_goods_that_came_back_are_counted_not_calculated(accepted: Invoice, clerk: Client) -> None:
    url = f"/quan-tri/hoa-don/{accepted.pk}/sua/tra-hang/"
    assert clerk.post(url, {"reason": "Dập", "back_0": "2", "back_1": "0"}).status_code == 422
    assert clerk.post(url, {"reason": "Dập", "back_0": "0", "back_1": "0"}).status_code == 422
    assert Invoice.objects.filter(corrects=accepted).count() == 0
    assert clerk.post(url, {"reason": "Dập", "back_0": "1", "back_1": "0"}).status_code == 302
    assert Invoice.objects.get(cause="return").total_amount == -100_000


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"reason": ""}, "error_1_id_reason"),
        ({"amount_0": "chín"}, "id_amount_0"),
        ({"amount_0": "-5"}, "id_amount_0"),
        ({"quantity_0": "0"}, "cùng bằng 0"),
        ({"buyer_tax_code": "123"}, "Mã số thuế này sai"),
        ({"buyer_tax_code": "5699999011"}, "Người mua có mã số thuế thì cần tên"),
        ({"buyer_person": ""}, "Bán cho người tiêu dùng"),
        ({"rate_0": "7%"}, "id_rate_0"),
        ({"discount": "9000000"}, "không hợp lý"),
        ({"amount_0": "100000"}, "không khác hóa đơn cũ"),
    ],
)
def test_a_form_with_faults_says_where_and_writes_nothing(
    accepted: Invoice, clerk: Client, change: dict[str, str], word: str
) -> None:
    for way in ("dieu-chinh", "thay-the"):
        response = clerk.post(f"/quan-tri/hoa-don/{accepted.pk}/sua/{way}/", content(**change))
        assert response.status_code == 422
        assert word in response.content.decode() or "error" in word
        assert not Invoice.objects.filter(corrects=accepted).exists()


def test_a_closed_way_sends_back_with_the_reason(market: Market, clerk: Client) -> None:
    for way in ("dieu-chinh", "thay-the", "tra-hang", "thong-bao"):
        url = f"/quan-tri/hoa-don/{market.invoice_b.pk}/sua/{way}/"
        for response in (clerk.get(url, follow=True), clerk.post(url, content(), follow=True)):
            assert "Hóa đơn chưa được cấp mã nên chưa sửa được." in response.content.decode()
    assert not Invoice.objects.filter(kind="adjustment").exists()
    assert not ErrorNotice.objects.exists()


def test_a_draft_can_be_dropped_and_an_issued_invoice_cannot(accepted: Invoice, clerk: Client) -> None:
    clerk.post(f"/quan-tri/hoa-don/{accepted.pk}/sua/dieu-chinh/", content())
    draft = Invoice.objects.get(kind="adjustment")
    assert clerk.post(f"/quan-tri/hoa-don/{draft.pk}/bo-nhap/").status_code == 302
    assert not Invoice.objects.filter(pk=draft.pk).exists()
    page = clerk.post(f"/quan-tri/hoa-don/{accepted.pk}/bo-nhap/", follow=True).content.decode()
    assert "Hóa đơn đã lập thì không hủy được." in page
    assert Invoice.objects.filter(pk=accepted.pk).exists()


def test_a_notice_is_signed_and_its_tax_office_remembered(accepted: Invoice, clerk: Client) -> None:
    url = f"/quan-tri/hoa-don/{accepted.pk}/sua/thong-bao/"
    values = {"reason": "Sai địa chỉ", "code": "11701", "name": "Thuế cơ sở 2", "place": "Sơn La"}
    assert clerk.post(url, values | {"code": "12"}).status_code == 422
    assert not ErrorNotice.objects.exists()
    page = clerk.post(url, values, follow=True).content.decode()
    assert "Thông báo 04/SS" in page
    assert ErrorNotice.objects.get().status == "signed"
    assert TaxOffice.objects.get().code == "11701"
    assert 'value="11701"' in clerk.get(url).content.decode()


def test_without_an_account_at_the_provider_the_notice_says_so_and_stays_unsigned(
    accepted: Invoice, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(seller: object) -> NoReturn:
        raise NoAccount("5699999011, viettel")

    monkeypatch.setattr(notices, "gateway_of", none)
    values = {"reason": "Sai địa chỉ", "code": "11701", "name": "Thuế cơ sở 2", "place": "Sơn La"}
    page = clerk.post(f"/quan-tri/hoa-don/{accepted.pk}/sua/thong-bao/", values, follow=True).content.decode()
    assert "chưa có tài khoản ở nhà cung cấp hóa đơn (5699999011, viettel)" in page
    assert ErrorNotice.objects.get().document is None


def test_a_refused_notice_is_work_on_the_start_screen_until_another_follows(
    accepted: Invoice, clerk: Client
) -> None:
    values = {"reason": "Sai địa chỉ", "code": "11701", "name": "Thuế cơ sở 2", "place": "Sơn La"}
    clerk.post(f"/quan-tri/hoa-don/{accepted.pk}/sua/thong-bao/", values)
    notice = ErrorNotice.objects.get()
    card, listed = "Thông báo 04/SS chưa xong", "/quan-tri/hoa-don/?thong-bao=tu-choi"
    assert card not in clerk.get("/quan-tri/").content.decode()
    ErrorNotice.objects.update(status="rejected", rejection="Sai mã cơ quan thuế (9404)")
    assert card in clerk.get("/quan-tri/").content.decode()
    assert accepted.source_reference in clerk.get(listed).content.decode()
    page = clerk.get(f"/quan-tri/hoa-don/{accepted.pk}/").content.decode()
    assert "Sai mã cơ quan thuế (9404)" in page
    link = f"/quan-tri/hoa-don/{accepted.pk}/thong-bao/{notice.pk}/xml/"
    assert link in page
    xml = clerk.get(link)
    assert xml["Content-Type"] == "application/xml"
    assert b"04/SS-H" in xml.content
    clerk.post(f"/quan-tri/hoa-don/{accepted.pk}/sua/thong-bao/", values)
    assert card not in clerk.get("/quan-tri/").content.decode()
    assert accepted.source_reference not in clerk.get(listed).content.decode()


@pytest.mark.parametrize("role", ["cooperative", "editor", "helper", "operator"])
def test_only_invoice_staff_correct(role: str, accepted: Invoice, as_role: AsRole) -> None:
    client = as_role(role)
    for way in ("", "thong-bao/", "dieu-chinh/", "thay-the/", "tra-hang/"):
        assert client.post(f"/quan-tri/hoa-don/{accepted.pk}/sua/{way}", content()).status_code == 404
    assert Invoice.objects.filter(corrects=accepted).count() == 0


@pytest.fixture
def of_a_company(market: Market, authority: SandboxServer) -> list[Invoice]:
    """Two invoices of 130.000 to one company, accepted."""
    found = []
    for reference in ("HTAAAAAAAC-1", "HTAAAAAAAD-1"):
        sale = market.invoice_a.sale | {"business_buyer": True}
        sale["buyer"] = sale["buyer"] | {"name": "Công ty Mẫu", "tax_code": "0199999021"}
        draft = services.create_draft(
            seller=market.a,
            source_reference=reference,
            sale=SaleRecord.from_json(sale),
            deliver_to="",
            language="vi",
        )
        invoicing.transmit(services.issue(invoice=draft).pk)
        found.append(hear_answer(draft))
    return found


def test_several_invoices_of_a_buyer_are_corrected_with_one_list(
    of_a_company: list[Invoice], accepted: Invoice, clerk: Client
) -> None:
    first, second = of_a_company
    here = f"/quan-tri/hoa-don/{first.pk}/sua/nhieu/"
    assert here in clerk.get(f"/quan-tri/hoa-don/{first.pk}/sua/").content.decode()
    assert "/sua/nhieu/" not in clerk.get(f"/quan-tri/hoa-don/{accepted.pk}/sua/").content.decode()
    assert clerk.get(f"/quan-tri/hoa-don/{accepted.pk}/sua/nhieu/").status_code == 302
    page = clerk.get(here).content.decode()
    assert str(first) in page and str(second) in page
    values = {
        "what": "giam",
        "reason": "Chiết khấu tháng",
        f"chosen_{first.pk}": "on",
        f"chosen_{second.pk}": "on",
        f"amount_{first.pk}": "10.000",
    }
    missing = clerk.post(here, values)
    assert missing.status_code == 422
    assert "Ghi số tiền" in missing.content.decode()
    one = clerk.post(here, {name: value for name, value in values.items() if str(second.pk) not in name})
    assert one.status_code == 422
    assert "từ 2 đến 50 hóa đơn" in one.content.decode()
    clerk.post(here, values | {f"amount_{second.pk}": "20.000"})
    draft = Invoice.objects.get(kind="adjustment")
    assert draft.total_amount == -30_000
    clerk.post(f"/quan-tri/hoa-don/{draft.pk}/lap/")
    assert hear_answer(draft).status == "accepted"
    page = clerk.get(f"/quan-tri/hoa-don/{draft.pk}/").content.decode()
    assert f"/quan-tri/hoa-don/{draft.pk}/bang-ke/xml/" in page
    assert str(second) in page
    assert b"<BKe>" in clerk.get(f"/quan-tri/hoa-don/{draft.pk}/bang-ke/xml/").content


def test_a_wrong_buyer_on_several_invoices_is_put_right_by_one(
    of_a_company: list[Invoice], clerk: Client
) -> None:
    first, second = of_a_company
    here = f"/quan-tri/hoa-don/{first.pk}/sua/nhieu/"
    values = {
        "what": "nguoi-mua",
        "reason": "Sai mã số thuế",
        f"chosen_{first.pk}": "on",
        f"chosen_{second.pk}": "on",
        "buyer_name": "Công ty Đúng",
        "buyer_tax_code": "0109999038",
        "buyer_address": "Số 3 đường Mẫu",
    }
    wrong = clerk.post(here, values)
    assert wrong.status_code == 422
    assert "Mã số thuế này sai" in wrong.content.decode()
    clerk.post(here, values | {"buyer_tax_code": "0109999037"})
    draft = Invoice.objects.get(kind="replacement")
    assert (draft.total_amount, draft.buyer_name) == (260_000, "Công ty Đúng")
