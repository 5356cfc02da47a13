"""The table of VAT rates in the panel: one person proposes, another decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from shop.invoices.models import RateRule
from tests.support.market import Market

AsRole = Callable[[str], Client]
pytestmark = pytest.mark.django_db
PROPOSAL = {
    "tax_class": "processed", "processing": "", "own_produced": "", "business_buyer": "", "code": "8%",
    "valid_from": "2099-01-01", "valid_to": "", "basis": "Nghị quyết mẫu",
}  # fmt: skip


def test_staff_propose_and_the_operator_decides(market: Market, as_role: AsRole) -> None:
    clerk, operator = as_role("invoice_staff"), as_role("operator")
    page = clerk.get("/quan-tri/thue-suat/").content.decode()
    assert "Hàng chế biến" in page
    assert "Luật 149/2025/QH15" in page
    assert clerk.post("/quan-tri/thue-suat/", PROPOSAL).status_code == 302
    rule = RateRule.objects.get(status="proposed")
    assert clerk.post(f"/quan-tri/thue-suat/{rule.pk}/duyet/", {"duyet": "co"}).status_code == 404
    assert f"/quan-tri/thue-suat/{rule.pk}/duyet/" in operator.get("/quan-tri/thue-suat/").content.decode()
    operator.post(f"/quan-tri/thue-suat/{rule.pk}/duyet/", {"duyet": "co"})
    rule.refresh_from_db()
    assert (rule.status, rule.proposed_by.first_name, rule.decided_by.first_name) == (
        "in-force", "invoice_staff", "operator",
    )  # fmt: skip


def test_an_operator_does_not_decide_on_their_own_proposal(market: Market, as_role: AsRole) -> None:
    operator = as_role("operator")
    operator.post("/quan-tri/thue-suat/", PROPOSAL)
    rule = RateRule.objects.get(status="proposed")
    page = operator.post(
        f"/quan-tri/thue-suat/{rule.pk}/duyet/", {"duyet": "co"}, follow=True
    ).content.decode()
    assert "Người đề nghị không tự duyệt được." in page
    rule.refresh_from_db()
    assert (rule.status, rule.decided_by) == ("proposed", None)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"code": "7%"}, "KHAC:07.50%."),
        ({"valid_from": "2020-01-01"}, "Sớm nhất là ngày mai"),
        ({"valid_to": "2098-12-31"}, "Ngày cuối phải từ ngày đầu"),
        ({"basis": ""}, "error"),
        ({"tax_class": "x"}, "error"),
    ],
)
def test_a_proposal_with_faults_is_shown_again_and_not_kept(
    market: Market, as_role: AsRole, change: dict[str, str], word: str
) -> None:
    response = as_role("invoice_staff").post("/quan-tri/thue-suat/", PROPOSAL | change)
    assert response.status_code == 422
    assert word in response.content.decode()
    assert not RateRule.objects.filter(status="proposed").exists()
