"""The invoice staff's screen of what the tax authority asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shop.invoices.models import InquiredInvoice, Inquiry, Invoice
from tests.support.market import Market

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]
SCREEN, CARD = "/quan-tri/hoa-don/ra-soat/", "Cơ quan thuế hỏi về hóa đơn"


def ask(invoice: Invoice, *, count: int = 1, unknown: bool = False, **values: Any) -> InquiredInvoice:
    today = timezone.localdate()
    request = Inquiry.objects.create(
        **{
            "seller": invoice.seller,
            "message_id": f"TCT{Inquiry.objects.count()}",
            "number": "RS-12",
            "noticed_on": today,
            "due_on": today + dt.timedelta(days=5),
            "turn": 1,
            "body": b"",
        }
        | values
    )
    rows = [
        InquiredInvoice(
            request=request, invoice=None if unknown else invoice, named="1C26TAA số 9", reason="Tên lạ"
        )
        for _ in range(count)
    ]
    return InquiredInvoice.objects.bulk_create(rows)[0]


def test_a_question_is_work_until_somebody_says_how_it_was_answered(market: Market, as_role: AsRole) -> None:
    clerk = as_role("invoice_staff")
    assert CARD not in clerk.get("/quan-tri/").content.decode()
    row = ask(market.invoice_a)
    assert CARD in clerk.get("/quan-tri/").content.decode()
    page = clerk.get(SCREEN).content.decode()
    for text in ("1C26TAA số 9", "Tên lạ", "RS-12", f"thong-bao/?tra-loi={row.pk}"):
        assert text in page
    assert clerk.post(f"{SCREEN}{row.pk}/", {"how": "  "}).status_code == 422
    assert clerk.post(f"{SCREEN}{row.pk}/", {"how": "x" * 256}).status_code == 422
    page = clerk.post(f"{SCREEN}{row.pk}/", {"how": "Công văn 12"}, follow=True).content.decode()
    assert "Đã ghi câu trả lời." in page
    assert "Công văn 12" in page
    page = clerk.post(f"{SCREEN}{row.pk}/", {"how": "khác"}, follow=True).content.decode()
    assert "đã được trả lời rồi" in page
    assert InquiredInvoice.objects.get().settlement == "Công văn 12"
    assert CARD not in clerk.get("/quan-tri/").content.decode()


def test_an_invoice_that_is_not_in_the_books_is_answered_by_letter_only(
    market: Market, as_role: AsRole
) -> None:
    row = ask(market.invoice_a, unknown=True)
    page = as_role("invoice_staff").get(SCREEN).content.decode()
    assert "không có hóa đơn này" in page
    assert "tra-loi=" not in page
    assert f"{SCREEN}{row.pk}/" in page


def test_what_is_late_and_asked_again_says_so(market: Market, as_role: AsRole) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    ask(market.invoice_a, due_on=yesterday, turn=2)
    page = as_role("invoice_staff").get(SCREEN).content.decode()
    assert 'data-state="rejected"' in page
    assert "hỏi lần 2" in page


def test_the_operator_reads_and_does_not_answer(market: Market, as_role: AsRole) -> None:
    row = ask(market.invoice_a)
    operator = as_role("operator")
    page = operator.get(SCREEN).content.decode()
    assert "Tên lạ" in page
    assert "tra-loi=" not in page
    assert operator.post(f"{SCREEN}{row.pk}/", {"how": "x"}).status_code == 404
    assert as_role("cooperative").get(SCREEN).status_code == 404


@pytest.mark.parametrize("count", [1, 12])
def test_the_screen_costs_the_same_with_one_and_twelve_questions(
    market: Market, as_role: AsRole, django_assert_num_queries: Any, count: int
) -> None:
    ask(market.invoice_a, count=count)
    clerk = as_role("invoice_staff")
    clerk.get(SCREEN)
    with django_assert_num_queries(11):
        clerk.get(SCREEN)
