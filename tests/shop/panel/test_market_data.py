"""The screen on which two people change who runs the market, and the pages that tell it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from catalog.clock import today
from cms.operator import OperatorEdition
from cms.services import publish_home, publish_rules_index
from shop.accounts.roles import Role
from shop.audit.models import Entry
from tests.shop.panel.test_payouts import browser

pytestmark = pytest.mark.django_db
HERE = "/quan-tri/thong-tin-cho/"
GIVEN = {
    "legal_name": "Liên hiệp Mẫu Mới",
    "tax_code": "5699999011",
    "registration": "số 02-MẪU",
    "representative": "Đại diện (mẫu)",
    "address": "bản Mẫu",
    "phone": "1900 1234",
    "email": "moi@demo.example",
    "reason": "Đổi tên",
}


def test_two_people_change_what_the_rules_page_tells_at_once(client: Client) -> None:
    publish_home(language="vi", title="Chợ Phiên", lead="Khoai sọ.")
    publish_rules_index(language="vi", title="Quy định")
    before = client.get("/chinh-sach/").content.decode()
    staff, operator = browser("kt", Role.INVOICE_STAFF), browser("op", Role.OPERATOR)
    assert staff.post(HERE, GIVEN | {"valid_from": today()}).status_code == 302
    edition = OperatorEdition.objects.get()
    staff.post(f"{HERE}{edition.pk}/duyet/", {"duyet": "co"})
    shown = operator.get(HERE).content.decode()
    assert "Liên hiệp Mẫu Mới" in shown and "Duyệt" in shown
    assert shown.count("Trụ sở") == 3  # told, proposed and asked for in the same words
    assert client.get("/chinh-sach/").content.decode() == before
    card = "Thông tin của chợ chờ duyệt"
    assert [card in each.get("/quan-tri/").content.decode() for each in (operator, staff)] == [True, False]
    operator.post(f"{HERE}{edition.pk}/duyet/", {"duyet": "co"})
    after = client.get("/chinh-sach/").content.decode()
    assert "Liên hiệp Mẫu Mới" in after and f"Có hiệu lực từ {today():%-d/%-m/%Y}" in after
    accepted = Entry.objects.get(verb="operator-accepted")
    assert accepted.actor_name == "op@demo.example"
    assert accepted.changes["legal_name"] == ["Liên hiệp hợp tác xã Chợ Phiên (mẫu)", "Liên hiệp Mẫu Mới"]
    assert Entry.objects.filter(verb="operator-proposed").count() == 1


def test_only_another_person_has_a_card_of_it_and_only_until_it_is_decided() -> None:
    one, other = browser("op", Role.OPERATOR), browser("op2", Role.OPERATOR)
    one.post(HERE, GIVEN | {"valid_from": today()})
    card = "Thông tin của chợ chờ duyệt"
    assert [card in each.get("/quan-tri/").content.decode() for each in (one, other)] == [False, True]
    other.post(f"{HERE}{OperatorEdition.objects.get().pk}/duyet/", {"duyet": "khong"})
    assert [card in each.get("/quan-tri/").content.decode() for each in (one, other)] == [False, False]


@pytest.mark.parametrize(
    ("field", "wrong", "told"),
    [
        ("tax_code", "5699999012", "Mã số thuế chưa đúng"),
        ("phone", "0200 000 000", "không gọi được"),
        ("email", "moi", "moi"),
        ("valid_from", str(today() - dt.timedelta(days=1)), "Sớm nhất là hôm nay."),
        ("legal_name", "", "id_legal_name_error"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_written(field: str, wrong: str, told: str) -> None:
    answer = browser("op", Role.OPERATOR).post(HERE, GIVEN | {"valid_from": today()} | {field: wrong})
    page = answer.content.decode()
    assert (answer.status_code, f'id="id_{field}_error"' in page, told in page) == (422, True, True)
    assert not OperatorEdition.objects.exists()
    assert not Entry.objects.filter(verb="operator-proposed").exists()
