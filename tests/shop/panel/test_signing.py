"""The screen of certificates and series, and its card on the start screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from shop.invoices.models import InvoiceSeries, SigningCertificate
from tests.support.market import Market

pytestmark = pytest.mark.django_db
SCREEN, CARD = "/quan-tri/hoa-don/chung-thu/", "Chứng thư số sắp hết hạn"


def test_what_ends_soon_is_a_card_and_stands_first(market: Market, as_role: Callable[[str], Client]) -> None:
    now = timezone.now()
    for number, (days, trouble) in enumerate([(400, ""), (9, ""), (-1, ""), (400, "không thấy khóa")]):
        SigningCertificate.objects.create(
            tax_code=f"569999901{number}",
            holder=f"Bên {number}",
            serial=f"S{number}",
            valid_to=now + dt.timedelta(days=days),
            trouble=trouble,
            seen_at=now,
        )
    InvoiceSeries.objects.create(
        seller=market.a, form=2, symbol="C26TAA", last_number=41, last_issued_on=timezone.localdate()
    )
    clerk = as_role("invoice_staff")
    start = clerk.get("/quan-tri/").content.decode()
    assert CARD in start
    page = clerk.get(SCREEN).content.decode()
    assert [page.index(f"Bên {number}") for number in (2, 1, 0, 3)] == sorted(
        page.index(f"Bên {number}") for number in range(4)
    )
    for text in ("Hết hạn", "Sắp hết hạn", "Còn giá trị", "không thấy khóa", "2C26TAA", "Số cuối 41"):
        assert text in page
    SigningCertificate.objects.exclude(holder="Bên 0").delete()
    assert CARD not in clerk.get("/quan-tri/").content.decode()


def test_before_anything_is_signed_the_screen_says_so(
    market: Market, as_role: Callable[[str], Client]
) -> None:
    page = as_role("operator").get(SCREEN).content.decode()
    assert "Chưa có chứng thư số nào được dùng." in page
    assert "Chưa có ký hiệu nào." in page
    assert as_role("cooperative").get(SCREEN).status_code == 404
