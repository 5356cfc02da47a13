"""Certificates that invoices are signed with: seen every day, told before they end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from catalog.models import Cooperative
from shop.accounts.roles import Role
from shop.accounts.services import add_user
from shop.invoices import certificates
from shop.invoices.keys import signer_of
from shop.invoices.models import Delegation, SeriesRegistration, SigningCertificate
from shop.invoices.signer import SigningFailed
from shop.messages.models import Letter
from shop.orders.reminders import remind_of_signing
from tests.factories import PASSWORD, make_cooperative
from tests.support.authority import keys_in

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Path) -> None:
    settings.INVOICE_KEYS_DIR = keys_in(tmp_path / "keys")


@pytest.fixture
def seller() -> Cooperative:
    stall = make_cooperative(tax_code="5699999011", email="htx@demo.example")
    SeriesRegistration.objects.create(seller=stall, form=2, letters="AA", accepted_on=NOW.date())
    return stall


def ends(days: float, **values: Any) -> SigningCertificate:
    held = {"tax_code": "5699999011", "holder": "HTX Mẫu", "serial": "AB12", "seen_at": NOW}
    return SigningCertificate.objects.create(**held | {"valid_to": NOW + dt.timedelta(days=days)} | values)


def test_the_certificate_of_everybody_who_signs_is_seen(seller: Cooperative) -> None:
    make_cooperative("khong-ky", tax_code="5699999212")
    assert certificates.read_certificates(NOW) == 1
    row = SigningCertificate.objects.get()
    own = signer_of(seller).certificate
    assert (row.tax_code, row.holder) == (seller.tax_code, seller.legal_name)
    assert (row.serial, row.valid_to) == (f"{own.serial_number:X}", own.not_valid_after_utc)


def test_under_a_contract_the_authorised_party_is_seen_instead(seller: Cooperative) -> None:
    certificates.read_certificates(NOW)
    Delegation.objects.create(
        seller=seller,
        issuer_name="Liên hiệp mẫu",
        issuer_tax_code="0109999037",
        issuer_address="Sơn La",
        contract_number="1",
        valid_from=timezone.localdate(),
        valid_to=timezone.localdate(),
    )
    certificates.read_certificates(NOW)
    assert [one.tax_code for one in SigningCertificate.objects.all()] == ["0109999037"]


def test_a_key_that_cannot_be_read_is_shown_with_its_reason_and_the_last_end_known(
    seller: Cooperative, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates.read_certificates(NOW)
    before = SigningCertificate.objects.get()

    def away(**_names: str) -> None:
        raise SigningFailed("token is not plugged in")

    monkeypatch.setattr(certificates, "signer_for", away)
    certificates.read_certificates(NOW + dt.timedelta(days=1))
    row = SigningCertificate.objects.get()
    assert (row.trouble, row.valid_to, row.serial) == (
        "token is not plugged in",
        before.valid_to,
        before.serial,
    )
    assert list(certificates.ending(NOW)) == [row]


def test_keys_are_looked_at_every_few_hours_only(seller: Cooperative) -> None:
    assert [certificates.look_at_certificates(NOW) for _ in range(3)] == [1, 0, 0]


@pytest.mark.parametrize(
    ("days", "mark"),
    [(31.5, None), (30.5, 30), (29, 30), (14.5, 14), (3.5, 3), (0.1, 3), (-0.1, 0), (-400, 0)],
)
def test_the_mark_is_the_last_one_reached(days: float, mark: int | None) -> None:
    assert certificates.mark_of(ends(days), NOW) == mark


def test_staff_and_holder_are_told_once_per_mark_and_after_the_end(seller: Cooperative) -> None:
    add_user(email="ketoan@demo.example", password=PASSWORD, first_name="Kế toán", roles=[Role.INVOICE_STAFF])
    ends(30)
    written = [
        (day, remind_of_signing(NOW + dt.timedelta(days=day))) for day in range(-2, 40) for _round in range(2)
    ]
    assert [(day, count) for day, count in written if count] == [(0, 2), (16, 2), (27, 2), (31, 2)]
    letters = Letter.objects.order_by("pk")
    assert {letter.recipient for letter in letters} == {"htx@demo.example", "ketoan@demo.example"}
    assert [letter.subject for letter in letters.filter(recipient="htx@demo.example")] == [
        "Chứng thư số của HTX Mẫu: còn 30 ngày",
        "Chứng thư số của HTX Mẫu: còn 14 ngày",
        "Chứng thư số của HTX Mẫu: còn 3 ngày",
        "Chứng thư số của HTX Mẫu đã hết hạn",
    ]


def test_a_renewed_certificate_is_announced_anew_at_its_own_end(seller: Cooperative) -> None:
    ends(3)
    assert remind_of_signing(NOW) == 1
    SigningCertificate.objects.update(serial="CD34", valid_to=NOW + dt.timedelta(days=365))
    assert remind_of_signing(NOW) == 0
    assert remind_of_signing(NOW + dt.timedelta(days=362)) == 1


def test_those_who_are_not_staff_are_not_told(seller: Cooperative) -> None:
    add_user(email="bientap@demo.example", password=PASSWORD, first_name="Biên tập", roles=[Role.EDITOR])
    left = add_user(
        email="nghi@demo.example", password=PASSWORD, first_name="Đã nghỉ", roles=[Role.INVOICE_STAFF]
    )
    left.is_active = False
    left.save()
    assert Group.objects.filter(name=Role.INVOICE_STAFF).exists()
    ends(3)
    remind_of_signing(NOW)
    assert [letter.recipient for letter in Letter.objects.all()] == ["htx@demo.example"]
