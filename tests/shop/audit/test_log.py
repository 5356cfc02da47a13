"""The log: written with the act or not at all, never changed, and without what it must not hold."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.test import RequestFactory
from django.utils import timezone

from catalog import acts, lots
from catalog.batch import Draft, save_products
from catalog.models import ApprovalState, Cooperative
from catalog.packs import save_pack
from catalog.proofs import return_proof, withdraw_proof
from catalog.recalls import recall
from catalog.services import add_cooperative, set_state
from catalog.tiers import set_tiers
from shop.accounts.roles import Role
from shop.accounts.services import add_user
from shop.audit.models import Entry
from shop.audit.services import record
from shop.audit.sources import AuditMiddleware, cut
from shop.audit.verbs import Verb, verb_label
from shop.invoices.models import RateRule
from shop.invoices.rates import decide_rule, propose_rule
from shop.payments import refunds
from shop.payments.models import Refund
from shop.promotions.models import Bearer
from shop.promotions.services import stop
from tests.factories import (
    make_certificate,
    make_cooperative,
    make_lot,
    make_product,
    make_promotion,
    make_user,
)
from tests.support.orders import bring, transfer

pytestmark = pytest.mark.django_db


def told(*fields: str) -> list[Any]:
    return list(Entry.objects.order_by("pk").values_list(*(fields or ("verb", "about"))))


@pytest.fixture
def stall() -> Cooperative:
    return make_cooperative(name="HTX Tà Xùa", bank_account="99990000222")


@pytest.fixture
def goods(stall: Cooperative) -> Any:
    return make_product(cooperative=stall, title="Khoai sọ", sku="KS1", price=100_000)


@pytest.fixture
def seen(goods: Any) -> int:
    """The last entry before the test's own."""
    return int(Entry.objects.latest("pk").pk)


def since(pk: int) -> list[Entry]:
    return list(Entry.objects.filter(pk__gt=pk).order_by("pk"))


def test_every_verb_of_the_catalogue_has_words() -> None:
    assert {verb.value for verb in acts.Verb} <= set(Verb.values)
    assert verb_label("price-changed") == "Đổi giá"


def test_a_line_is_never_changed_or_deleted(seen: int) -> None:
    for change in (
        lambda: Entry.objects.filter(pk=seen).update(about="Khác"),
        lambda: Entry.objects.filter(pk=seen).update(actor_name="Người khác"),
        lambda: Entry.objects.filter(pk=seen).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert Entry.objects.get(pk=seen).about == "Khoai sọ"


def test_whoever_stands_in_the_log_keeps_the_account() -> None:
    person = make_user(Role.OPERATOR)
    record(Verb.LOG_EXPORTED, about="", by=person)
    with pytest.raises(ProtectedError):
        person.delete()


def test_a_line_goes_with_its_act_when_that_is_undone(goods: Any, seen: int) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        set_state(sheet=goods, state=ApprovalState.WITHDRAWN)
        raise RuntimeError
    assert since(seen) == []


def test_the_steps_of_approval_are_told_with_state_and_reason(goods: Any, seen: int) -> None:
    set_state(sheet=goods, state=ApprovalState.WITHDRAWN)
    set_state(sheet=goods, state=ApprovalState.WITHDRAWN)  # nothing changes, nothing is told
    set_state(sheet=goods, state=ApprovalState.DRAFT, note="Thiếu ảnh nhãn")
    first, second = since(seen)
    assert (first.verb, first.about, first.cooperative, first.changes) == (
        "product-withdrawn", "Khoai sọ", goods.cooperative, {"state": ["approved", "withdrawn"]},
    )  # fmt: skip
    assert (second.verb, second.reason) == ("product-returned", "Thiếu ảnh nhãn")


def test_a_price_is_told_whichever_way_it_was_changed(goods: Any, seen: int) -> None:
    stall = goods.cooperative
    make_product(cooperative=stall, title="Khoai sọ", sku="KS1", price=110_000)
    save_products(cooperative=stall, drafts=[Draft("KS1", {"price_amount": 120_000, "stock": 10})])
    save_products(cooperative=stall, drafts=[Draft("KS1", {"stock": 9})])
    set_tiers(product_id=goods.product_id, tiers=[(5, 90_000)])
    set_tiers(product_id=goods.product_id, tiers=[(5, 90_000)])
    size = {"name": "túi 3 kg", "net_quantity": 3000, "weight_grams": 3100, "stock": 9}
    save_pack(sheet=goods, sku="KS1", price_amount=130_000, **size)
    assert [(entry.verb, entry.about, entry.changes) for entry in since(seen)] == [
        ("price-changed", "Khoai sọ (KS1)", {"price_amount": [100_000, 110_000]}),
        ("price-changed", "Khoai sọ (KS1)", {"price_amount": [110_000, 120_000]}),
        ("price-changed", "Khoai sọ", {"tiers": ["", "5+: 90000"]}),
        ("price-changed", "Khoai sọ (KS1)", {"price_amount": [120_000, 130_000]}),
    ]


def test_what_is_done_to_proofs_is_told(goods: Any, seen: int) -> None:
    person = make_user(Role.OPERATOR)
    certificate = make_certificate(goods, verified=False)
    return_proof(proof=certificate, reason="Ảnh mờ", by=person)
    withdraw_proof(proof=certificate, on=timezone.localdate(), by=person, reason="Sai số")
    assert [(entry.verb, entry.actor, entry.reason) for entry in since(seen)] == [
        ("proof-added", None, ""),
        ("proof-returned", person, "Ảnh mờ"),
        ("proof-withdrawn", person, "Sai số"),
    ]
    assert since(seen)[0].about == f"Giấy chứng nhận OCOP {certificate}: Khoai sọ"


def test_a_recall_is_told_once_for_each_lot(goods: Any, seen: int) -> None:
    lot, person = make_lot(goods), make_user(Role.OPERATOR)
    recall(lot=lot, reason="Nghi nhiễm", actor=person)
    recall(lot=lot, reason="Nghi nhiễm", actor=person)
    (entry,) = since(seen)
    assert (entry.verb, entry.about, entry.cooperative, entry.reason) == (
        "lot-recalled", f"Khoai sọ, {lot.grouped_code}", goods.cooperative, "Nghi nhiễm",
    )  # fmt: skip
    assert lots  # the book itself has its own line


def test_an_account_is_told_in_part_only(stall: Cooperative) -> None:
    Entry.objects.latest("pk")
    before = Entry.objects.latest("pk").pk
    fields = {
        name: getattr(stall, name)
        for name in (
            "slug",
            "name",
            "legal_name",
            "legal_form",
            "tax_code",
            "representative",
            "email",
            "address",
        )
    }
    add_cooperative(
        code="T1", commune=stall.commune, phone="0900 999999", bank_account="10203040506", **fields
    )
    bank, rest = since(before)
    assert (bank.verb, bank.changes) == ("bank-changed", {"bank_account": ["…0222", "…0506"]})
    assert (rest.verb, rest.changes) == ("stall-changed", {"phone": [stall.phone, "0900 999999"]})
    assert "99990000222" not in "".join(str(entry.__dict__) for entry in since(before))


def test_steps_of_a_refund_are_told_where_a_person_takes_them() -> None:
    one, other = make_user(Role.OPERATOR), make_user(Role.INVOICE_STAFF)
    refund = refunds.return_transfer(bring(transfer(77_000, "không rõ")).pk, by=one)
    payee = refunds.Payee("970436", "0123456789", "NGUYEN VAN A")
    refunds.prepare(refund.pk, by=one, payee=payee)
    refunds.approve(refund.pk, by=other)
    refunds.mark_sent(refund.pk, by=one, bank_reference="FT1")
    refunds.mark_done(refund.pk, by=other, note="thấy trong sổ phụ")
    code = Refund.objects.get().code
    assert told("verb", "actor") == [
        ("refund-agreed", one.pk),
        ("refund-prepared", one.pk),
        ("refund-approved", other.pk),
        ("refund-ordered", one.pk),
        ("refund-done", other.pk),
    ]
    prepared = Entry.objects.get(verb="refund-prepared")
    assert (prepared.about, prepared.changes) == (f"{code} 77.000\xa0₫", {"payee": ["", "…6789"]})


def test_a_promotion_is_told_when_it_begins_and_once_when_it_is_stopped(stall: Cooperative) -> None:
    before = Entry.objects.latest("pk").pk
    promotion = make_promotion(cooperative=stall, bearer=Bearer.COOPERATIVE)
    stop(promotion)
    stop(promotion)
    assert [(entry.verb, entry.cooperative) for entry in since(before)] == [
        ("promotion-added", stall), ("promotion-stopped", stall),
    ]  # fmt: skip


def test_a_tax_rule_is_told_by_both_people() -> None:
    one, other = make_user(Role.INVOICE_STAFF), make_user(Role.OPERATOR)
    rule = propose_rule(
        by=one,
        tax_class="own_produce",
        processing="",
        own_produced=None,
        business_buyer=None,
        code="8%",
        valid_from=timezone.localdate() + dt.timedelta(days=40),
        valid_to=None,
        basis="Nghị quyết thử",
    )
    decide_rule(rule=rule, accept=False, by=other)
    decide_rule(rule=rule, accept=True, by=other)  # decided already
    assert told("verb", "actor", "about", "reason") == [
        ("tax-rule-proposed", one.pk, "Nông sản tự sản xuất", "Nghị quyết thử"),
        ("tax-rule-refused", other.pk, "Nông sản tự sản xuất", "Nghị quyết thử"),
    ]
    assert RateRule.objects.get(pk=rule.pk).status == "refused"


def test_roles_of_the_markets_people_are_told_when_they_change() -> None:
    for _ in range(2):
        add_user(email="an@demo.example", password="mat-khau-dai", first_name="An", roles=[Role.EDITOR])
    add_user(email="an@demo.example", password="mat-khau-dai", first_name="An", roles=[Role.OPERATOR])
    assert told("verb", "about", "changes") == [
        ("roles-changed", "an@demo.example", {"roles": ["", "editor"]}),
        ("roles-changed", "an@demo.example", {"roles": ["editor", "operator"]}),
    ]


def test_who_and_where_come_from_the_request_and_end_with_it() -> None:
    person = make_user(Role.OPERATOR)
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.77")
    request.user = person
    AuditMiddleware(lambda _request: record(Verb.LOG_EXPORTED, about="trong"))(request)  # type: ignore[arg-type,return-value]
    record(Verb.LOG_EXPORTED, about="ngoài")
    assert told("about", "actor", "actor_name", "network") == [
        ("trong", person.pk, person.email, "203.0.113.0/24"),
        ("ngoài", None, "", ""),
    ]


def test_work_of_a_job_is_told_as_its_askers(goods: Any, seen: int) -> None:
    person = make_user()
    with acts.acting(person):
        set_state(sheet=goods, state=ApprovalState.WITHDRAWN)
    set_state(sheet=goods, state=ApprovalState.APPROVED)
    assert [entry.actor for entry in since(seen)] == [person, None]


@pytest.mark.parametrize(
    ("address", "network"),
    [("198.51.100.9", "198.51.100.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("", "")],
)
def test_an_address_is_cut_to_its_network(address: str, network: str) -> None:
    assert cut(address) == network
