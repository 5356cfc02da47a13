"""PDF papers, a stall that nobody manages, and a stall that is lifted to what it was before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.clock import today
from catalog.models import Cooperative, MemberRole, Membership
from catalog.stalls import set_open
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.messages.models import Letter
from shop.sellers import papers, team
from shop.sellers.models import Application, Ground, Invitation
from shop.sellers.suspensions import lift, suspend
from tests.shop.sellers.test_applications import APPLY, QUEUE, filled, photo
from tests.support.market import Market

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
PDF = b"%PDF-1.7\n1 0 obj <</Type /Pages>> endobj 2 0 obj <</Type /Page>> endobj\ntrailer <<>>\n%%EOF\n"


def pdf(content: bytes = PDF, name: str = "giay.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def test_a_pdf_goes_beside_a_photograph_and_is_handed_out_as_a_file_only(market: Market, as_role: As) -> None:
    assert (
        Client()
        .post(APPLY, filled(tax_code="0100233488", photos=[photo(), pdf(name="giay.jpg")]))
        .status_code
        == 302
    )
    application = Application.objects.get()
    picture, paper = application.photos.all()
    assert [one.is_pdf for one in (picture, paper)] == [False, True]
    assert paper.photo.name.endswith(".pdf")
    operator = as_role("operator")
    page = f"{QUEUE}{application.pk}/"
    assert "Tải PDF 2" in operator.get(page).content.decode()
    response = operator.get(f"{page}anh/{paper.pk}/")
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="giay-to-{paper.pk}.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    photograph = operator.get(f"{page}anh/{picture.pk}/")
    assert photograph.getvalue().startswith(b"\xff\xd8")
    assert photograph["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PDF.replace(b"trailer <<>>", b"trailer <</Encrypt 5 0 R>>"), "có mật khẩu"),
        (PDF.replace(b"%%EOF", b""), "thiếu phần cuối"),
        (PDF.replace(b"trailer", b"<</Type /Page>>" * 40 + b"trailer"), "dài quá 40 trang"),
        (b"MZ" + PDF, "không phải ảnh"),
        (b"<html>%PDF-1.7 %%EOF", "không phải ảnh"),
    ],
)
def test_a_pdf_that_cannot_be_read_is_refused_kindly(content: bytes, told: str) -> None:
    response = Client().post(APPLY, filled(photos=pdf(content)))
    assert response.status_code == 422
    assert told in str(response.context["form"].errors["photos"])
    assert not Application.objects.exists()


def test_a_heavy_pdf_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "MOST_BYTES", len(PDF) - 1)
    response = Client().post(APPLY, filled(photos=pdf()))
    assert "nặng quá 10 MB" in str(response.context["form"].errors["photos"])
    assert not Application.objects.exists()


def test_forty_pages_and_pages_of_other_kinds_pass() -> None:
    content = PDF.replace(b"trailer", b"<</Type /Page>>" * 39 + b"<</Type /PageLabel>>" * 9 + b"trailer")
    assert Client().post(APPLY, filled(photos=pdf(content))).status_code == 302


def test_photographs_and_pdfs_are_counted_together() -> None:
    response = Client().post(APPLY, filled(photos=[pdf() for _ in range(7)]))
    assert "Nhiều nhất 6 tệp" in str(response.context["form"].errors["photos"])


def test_where_nobody_manages_a_stall_the_operator_invites_somebody(market: Market, as_role: As) -> None:
    operator, page = as_role("operator"), f"/quan-tri/gian-hang/{market.a.pk}/"
    assert "Mời người quản lý" not in operator.get(page).content.decode()
    refused = operator.post(page, {"act": "invite", "contact": "moi@demo.example"}, follow=True)
    assert "có người quản lý rồi" in refused.content.decode()
    assert not Invitation.objects.exists()
    managers = Membership.objects.filter(cooperative=market.a, role=MemberRole.MANAGER)
    User.objects.filter(pk__in=managers.values("user")).update(is_active=False)
    assert "Mời người quản lý" in operator.get(page).content.decode()
    assert operator.post(page, {"act": "invite", "contact": "abc"}).status_code == 422
    assert operator.post(page, {"act": "invite", "contact": "moi@demo.example"}).status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.role, invitation.cooperative) == (MemberRole.MANAGER, market.a)
    assert Letter.objects.latest("pk").recipient == "moi@demo.example"
    assert Entry.objects.latest("pk").verb == "member-invited"
    assert "Đang chờ moi@demo.example nhận lời" in operator.get(page).content.decode()
    with pytest.raises(team.HasManager):
        team.invite_manager(cooperative=market.b, contact="moi@demo.example", by=None)


@pytest.mark.parametrize("was_open", [True, False])
def test_a_lifted_stall_is_what_it_was_before(market: Market, as_role: As, was_open: bool) -> None:
    set_open(cooperative=market.a, is_open=was_open)
    suspension = suspend(
        cooperative=market.a,
        ground=Ground.AUTHORITY,
        reason="Nghi giả",
        order_number="1/QĐ",
        order_date=today(),
        by=market.people["operator"],
    )
    assert not Cooperative.objects.get(pk=market.a.pk).is_open
    page = as_role("operator").post(f"/quan-tri/gian-hang/{market.a.pk}/", {"reason": "Đã rõ"}, follow=True)
    assert Cooperative.objects.get(pk=market.a.pk).is_open is was_open
    assert ("vẫn tạm nghỉ" in page.content.decode()) is not was_open
    assert ("vẫn tạm nghỉ" in Letter.objects.get(kind="stall_reopened").body) is not was_open
    lift(suspension=suspension, reason="Lần nữa", by=None)
    assert Cooperative.objects.get(pk=market.a.pk).is_open is was_open
