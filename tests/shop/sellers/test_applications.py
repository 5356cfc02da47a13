"""From the form at /ban-hang/ to a stall with its first manager."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from catalog.models import Cooperative
from shop.audit.models import Entry
from shop.messages.models import Letter
from shop.sellers import applications
from shop.sellers.models import Application, ApplicationCheck, ApplicationNote, CheckItem, Invitation
from tests.factories import make_commune, make_cooperative, make_user
from tests.support.market import Market

pytestmark = pytest.mark.django_db
APPLY, QUEUE = "/ban-hang/", "/quan-tri/don-ban-hang/"
QUERIES = 13


def photo(name: str = "giay.jpg") -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), "#26356f").save(written, "JPEG")
    return SimpleUploadedFile(name, written.getvalue(), "image/jpeg")


def filled(**changes: Any) -> dict[str, Any]:
    commune = make_commune()
    return {
        "legal_form": "cooperative",
        "name": "HTX Chè Tà Xùa",
        "legal_name": "Hợp tác xã Chè Tà Xùa",
        "tax_code": "56 9999 9011",
        "representative": "Mùa A Thử",
        "phone": "0912 345 678",
        "email": "che@demo.example",
        "province": commune.province_id,
        "commune": commune.pk,
        "street": "Bản Mẫu",
        "bank_name": "Agribank",
        "bank_account": "1234 5678 90",
        "bank_holder": "HTX CHE TA XUA",
        "photos": photo(),
        "agreed": "1",
    } | changes


def sent(**changes: Any) -> Application:
    response = Client().post(APPLY, filled(**changes))
    assert response.status_code == 302
    return Application.objects.latest("pk")


def checked(application: Application, by: Any = None) -> None:
    for item in CheckItem:
        applications.check(application=application, item=item, note="HTX CHE TA XUA", by=by)


def test_an_application_is_kept_with_its_papers_and_its_sender_gets_the_link() -> None:
    response = Client().post(APPLY, filled())
    application = Application.objects.get()
    assert response["Location"] == applications.link_of(application)
    assert (application.tax_code, application.bank_account, application.phone, application.address) == (
        "5699999011", "1234567890", "0912345678", "Bản Mẫu, Xã Tà Xùa, Tỉnh Sơn La",
    )  # fmt: skip
    assert application.photos.count() == 1
    letter = Letter.objects.get(recipient="che@demo.example")
    assert response["Location"] in letter.body
    page = Client().get(response["Location"])
    assert page["Cache-Control"] == "private, no-store"
    assert "Chờ chợ xem" in page.content.decode()
    assert "1234567890" not in page.content.decode()
    assert Entry.objects.get(verb="application-received").about == "HTX Chè Tà Xùa (5699999011)"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tax_code": "5699999012"}, "tax_code"),
        ({"tax_code": ""}, "tax_code"),
        ({"phone": "12345"}, "phone"),
        ({"email": "khong-phai"}, "email"),
        ({"bank_account": "12ab"}, "bank_account"),
        ({"commune": "99999"}, "commune"),
        ({"photos": ""}, "photos"),
        ({"photos": SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>", "image/jpeg")}, "photos"),
        ({"agreed": ""}, "agreed"),
        ({"legal_form": "cong-ty"}, "legal_form"),
        ({"name": "x" * 200}, "name"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(changes: dict[str, Any], field: str) -> None:
    response = Client().post(APPLY, filled(**changes))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Application.objects.exists()
    assert not Letter.objects.exists()


def test_a_tax_code_has_one_stall_or_one_open_application() -> None:
    first = sent()
    again = Client().post(APPLY, filled(name="Người khác"))
    assert again.status_code == 422
    assert "tax_code" in again.context["form"].errors
    applications.refuse(application=first, reason="Thiếu giấy", by=None)
    second = sent(name="Lần hai")
    checked(second)
    applications.approve(application=second, by=None)
    assert Client().post(APPLY, filled(name="Lần ba")).status_code == 422
    assert Application.objects.count() == 2


def test_the_same_form_sent_twice_is_one_application() -> None:
    key = "0b0e7c0a-2f58-4d51-9a53-9d6d0e6f1f11"
    first = Client().post(APPLY, filled(sent_key=key))
    again = Client().post(APPLY, filled(sent_key=key))
    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    assert Application.objects.count() == 1


def test_a_network_applies_so_often_in_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.sellers.limits.PER_NETWORK", 1)
    sent()
    assert Client().post(APPLY, filled(tax_code="5699999212")).status_code == 429
    assert Application.objects.count() == 1


def test_without_script_the_communes_come_by_a_button() -> None:
    page = Client().post(APPLY, filled(step="communes", commune="", photos="")).content.decode()
    assert "Tà Xùa" in page
    assert "HTX Chè Tà Xùa" in page
    assert not Application.objects.exists()


def test_a_link_that_was_changed_opens_nothing() -> None:
    link = applications.link_of(sent())
    for wrong in (link[:-3] + "xx/", "/ban-hang/1/"):
        assert Client().get(wrong).status_code == 404


def test_the_market_asks_and_the_applicant_answers_with_a_picture() -> None:
    application, by = sent(), make_user()
    link = applications.link_of(application)
    assert Client().post(link, {"text": "Chưa ai hỏi"}).status_code == 302
    assert not ApplicationNote.objects.exists()
    applications.ask(application=application, text="Giấy mờ, chụp lại giúp?", by=by)
    letter = Letter.objects.latest("pk")
    assert "Giấy mờ, chụp lại giúp?" in letter.body
    assert link in letter.body
    assert Client().post(link, {"text": ""}).status_code == 422
    assert Client().post(link, {"text": "Đây ạ", "photos": photo()}).status_code == 302
    application.refresh_from_db()
    assert (application.status, application.photos.count()) == ("submitted", 2)
    told = Entry.objects.latest("pk")
    assert (told.verb, told.actor) == ("application-asked", by)
    page = Client().get(link).content.decode()
    assert "Giấy mờ" in page
    assert "Đây ạ" in page
    assert str(by) not in page  # who of the market asked is the market's business


def test_nobody_is_let_in_before_every_item_is_checked_and_then_there_is_a_stall(
    market: Market, as_role: Callable[[str], Client]
) -> None:
    application, operator = sent(tax_code="0100233488"), as_role("operator")
    page = f"{QUEUE}{application.pk}/"
    operator.post(page, {"act": "approve"})
    assert not Cooperative.objects.filter(tax_code="0100233488").exists()
    assert operator.post(page, {"act": "check", "item": "bank", "note": ""}).status_code == 422
    for item in CheckItem:
        assert (
            operator.post(page, {"act": "check", "item": item.value, "note": "CHE TA XUA"}).status_code == 302
        )
    bank = ApplicationCheck.objects.get(item="bank")
    assert (bank.note, bank.actor) == ("CHE TA XUA", market.people["operator"])
    assert operator.post(page, {"act": "approve"}).status_code == 302
    stall = Cooperative.objects.get(tax_code="0100233488")
    assert (stall.slug, stall.partner.name, stall.bank_account, stall.is_open) == (
        "htx-che-ta-xua", "HTX Chè Tà Xùa", "1234567890", True,
    )  # fmt: skip
    invitation = Invitation.objects.get(cooperative=stall)
    assert (invitation.email, invitation.role) == ("che@demo.example", "manager")
    application.refresh_from_db()
    assert (application.status, application.cooperative) == ("approved", stall)
    assert operator.get(page).status_code == 200
    for act in ({"act": "approve"}, {"act": "refuse", "reason": "Thôi"}, {"act": "ask", "question": "Sao?"}):
        operator.post(page, act)
    application.refresh_from_db()
    assert application.status == "approved"
    assert Cooperative.objects.filter(tax_code="0100233488").count() == 1
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"application-checked", "application-approved", "stall-added", "member-invited"} <= verbs


def test_a_second_stall_of_the_same_name_gets_an_address_of_its_own() -> None:
    make_cooperative("htx-che-ta-xua")
    application = sent()
    checked(application)
    stall = applications.approve(application=application, by=None)
    assert stall.slug == "htx-che-ta-xua-2"
    assert stall.own_collection.collection.name == stall.name


def test_a_refusal_gives_its_reason(market: Market, as_role: Callable[[str], Client]) -> None:
    application, operator = sent(tax_code="0100233488"), as_role("operator")
    page = f"{QUEUE}{application.pk}/"
    assert operator.post(page, {"act": "refuse", "reason": ""}).status_code == 422
    assert operator.post(page, {"act": "refuse", "reason": "Giấy đã hết hạn"}).status_code == 302
    assert "Giấy đã hết hạn" in Letter.objects.latest("pk").body
    assert "Giấy đã hết hạn" in Client().get(applications.link_of(application)).content.decode()
    assert operator.post(page, {"act": "khac"}).status_code == 404


def test_checks_and_words_are_never_changed() -> None:
    application = sent()
    checked(application)
    applications.ask(application=application, text="Hỏi", by=None)
    for rows, change in ((ApplicationCheck, {"note": "khác"}), (ApplicationNote, {"text": "khác"})):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.objects.update(**change)


def test_photographs_of_papers_are_the_operators_alone(
    market: Market, as_role: Callable[[str], Client]
) -> None:
    application = sent(tax_code="0100233488")
    path = f"{QUEUE}{application.pk}/anh/{application.photos.get().pk}/"
    response = as_role("operator").get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(response).startswith(b"\xff\xd8")  # type: ignore[arg-type]
    for role in ("cooperative", "editor", "invoice_staff", "helper"):
        assert as_role(role).get(path).status_code == 404


def test_the_queue_costs_the_same_however_many_wait(
    market: Market, as_role: Callable[[str], Client], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    operator, base = as_role("operator"), sent(tax_code="0100233488")
    operator.get(QUEUE)
    with django_assert_num_queries(QUERIES):
        operator.get(QUEUE)
    fields = {field.attname: getattr(base, field.attname) for field in Application._meta.fields}
    for number in range(5):
        values = fields | {"id": None, "sent_key": f"0b0e7c0a-2f58-4d51-9a53-9d6d0e6f1f1{number}"}
        Application.objects.create(**values | {"tax_code": f"{number:010d}"})
    with django_assert_num_queries(QUERIES):
        assert "HTX Chè" in operator.get(QUEUE).content.decode()
