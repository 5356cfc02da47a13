"""Declaring at the authority: what is asked, what is refused, and that nothing is written meanwhile."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.models import Cooperative
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.invoices.declaring import DeclaredElsewhere, NotAccepted, declare_delegation, declare_seller
from shop.invoices.delegation import ContractFields
from shop.invoices.gateway import TryAgainLater, WillNotSucceed
from shop.invoices.models import Delegation, SeriesRegistration
from shop.invoices.registering import NotRegistrable
from shop.invoices.signer import SigningFailed
from shop.sandbox.authority import Mood
from shop.sandbox.server import SandboxServer
from tests.factories import make_cooperative
from tests.support.authority import running_authority, watch_transactions

pytestmark = pytest.mark.django_db
SELLER, ISSUER = "5699999011", "0109999037"


@pytest.fixture(autouse=True)
def authority(tmp_path: Path, settings: Any) -> Iterator[SandboxServer]:
    with running_authority(settings, tmp_path / "keys") as server:
        yield server


@pytest.fixture
def seller() -> Cooperative:
    return make_cooperative("gian-mau", tax_code=SELLER)


def contract(**changed: Any) -> ContractFields:
    values: dict[str, Any] = {
        "contract_number": "01/UN-2026",
        "issuer_tax_code": ISSUER,
        "issuer_name": "CÔNG TY MẪU",
        "issuer_address": "Số 1 phố Ví Dụ, Hà Nội",
        "valid_from": dt.date(2020, 1, 1),
        "valid_to": dt.date(2099, 12, 31),
    }
    return values | changed  # type: ignore[return-value]


def test_the_authority_is_asked_while_no_transaction_is_open(
    transactional_db: None, seller: Cooperative, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = watch_transactions(monkeypatch)
    declare_delegation(seller=seller, **contract())
    declare_seller(seller=seller)
    assert inside == [False] * 6


def test_an_accepted_contract_is_for_the_caller_to_write_down(seller: Cooperative) -> None:
    declare_delegation(seller=seller, **contract())
    assert not Delegation.objects.exists()
    assert not Entry.objects.filter(verb="delegation-noted").exists()


def test_a_refusal_brings_the_authoritys_own_words(seller: Cooperative) -> None:
    declare_delegation(seller=seller, **contract())
    with pytest.raises(NotAccepted) as refusal:
        declare_delegation(seller=seller, **contract(contract_number="02/UN-2026"))
    assert [reason.code for reason in refusal.value.reasons] == ["9992"]
    assert "nộp tờ khai thay đổi" in str(refusal.value)
    declare_delegation(seller=seller, is_change=True, **contract(contract_number="02/UN-2026"))


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"issuer_tax_code": "0109999038"}, "issuer_tax_code", "no-tax-code"),
        ({"issuer_tax_code": SELLER}, "issuer_tax_code", "is-seller"),
        ({"valid_to": dt.date(2019, 12, 31)}, "valid_to", "before-first-day"),
        ({"issuer_address": ""}, "issuer_address", "length"),
    ],
)
def test_a_contract_that_cannot_be_is_never_sent(
    seller: Cooperative, authority: SandboxServer, changed: dict[str, Any], field: str, code: str
) -> None:
    authority.mounts["tax"].authority.set_mood(Mood.DOWN)  # would answer 503
    with pytest.raises(NotRegistrable) as refusal:
        declare_delegation(seller=seller, **contract(**changed))
    assert (refusal.value.field, refusal.value.code) == (field, code)


def test_where_a_provider_carries_invoices_nothing_is_sent(seller: Cooperative, settings: Any) -> None:
    settings.INVOICE_GATEWAY = "viettel"
    with pytest.raises(DeclaredElsewhere):
        declare_delegation(seller=seller, **contract())
    with pytest.raises(DeclaredElsewhere):
        declare_seller(seller=seller)
    settings.INVOICE_GATEWAY = "sandbox"
    declare_delegation(seller=seller, **contract())  # as a first declaration


@pytest.mark.parametrize("whose", [SELLER, ISSUER])
def test_without_a_key_nothing_is_sent(
    seller: Cooperative, settings: Any, tmp_path: Path, authority: SandboxServer, whose: str
) -> None:
    settings.INVOICE_SIGNERS_FILE = tmp_path / "signers.json"
    missing = {"kind": "pkcs12", "path": str(tmp_path / "khong-co.p12"), "password_env": "KHONG_CO"}
    settings.INVOICE_SIGNERS_FILE.write_text(json.dumps({whose: missing}))
    authority.mounts["tax"].authority.set_mood(Mood.DOWN)
    with pytest.raises(SigningFailed):
        declare_delegation(seller=seller, **contract())


@pytest.mark.parametrize("mood", [Mood.DOWN, Mood.LOST_REPLY, Mood.SLOW])
def test_without_an_answer_nobody_knows_and_a_change_is_taken_afterwards(
    seller: Cooperative, authority: SandboxServer, mood: Mood
) -> None:
    authority.mounts["tax"].authority.set_mood(mood)
    with pytest.raises(TryAgainLater):
        declare_delegation(seller=seller, **contract())
    authority.mounts["tax"].authority.set_mood(Mood.NORMAL)
    declare_delegation(seller=seller, is_change=True, **contract())


def test_a_message_that_is_not_taken_is_no_refusal_of_the_contract(
    seller: Cooperative, settings: Any
) -> None:
    settings.INVOICE_PROVIDER_TAX_CODE = "01099"
    with pytest.raises(WillNotSucceed, match="Mã thông điệp sai dạng"):
        declare_delegation(seller=seller, **contract())


def test_a_seller_declares_its_series_once_and_the_log_names_who_did(seller: Cooperative) -> None:
    person = User.objects.create_user(email="ke-toan@demo.example", password=None)
    serial = declare_seller(seller=seller, till="TM", without_code="KA", by=person)
    assert int(serial, 16) > 0
    made = SeriesRegistration.objects.order_by("pk")
    assert [(one.channel, one.letters, one.is_coded) for one in made] == [
        ("till", "TM", True),
        ("web", "KA", False),
    ]
    assert {entry.actor_id for entry in Entry.objects.filter(verb="series-registered")} == {person.pk}
    with pytest.raises(NotAccepted):
        declare_seller(seller=seller)
    with pytest.raises(NotRegistrable) as refusal:
        declare_seller(seller=seller, is_change=True, till="TM")
    assert refusal.value.code == "used-before"
