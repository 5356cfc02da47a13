"""Stalls are paid: frozen by one person, approved by another, confirmed by the bank, back when it did not arrive."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from openpyxl import load_workbook

from catalog.models import Cooperative
from shop.audit.models import Entry
from shop.ledger import bank_file, journal
from shop.ledger.models import JournalEntry, Payout, PayoutBatch
from shop.ledger.statements import statement_csv, statement_of, statement_pdf
from shop.messages.models import Letter
from shop.orders import payouts
from shop.orders.invariants import violations
from shop.orders.settling import hold, settle
from shop.payments.models import InboundEvent
from shop.sellers import bank_accounts
from tests.support.ledger import EARNED, approved, batch_of_today, checked_account, earn, person
from tests.support.orders import bring, transfer
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def books_hold() -> Iterator[None]:
    yield
    settle()
    assert violations() == []


def earn_with_account() -> Cooperative:
    found = earn()
    checked_account(found)
    return found


@pytest.fixture(scope="module")
def standing_stall(standing: Standing) -> Callable[[], Cooperative]:
    return standing.keep(earn_with_account)


@pytest.fixture
def stall(standing_stall: Callable[[], Cooperative]) -> Cooperative:
    return standing_stall()


def purse(stall: Cooperative) -> journal.Purse:
    return journal.purses([stall.pk])[stall.pk]


def test_a_batch_freezes_what_stalls_may_be_paid_and_names_those_without_a_checked_account(
    stall: Cooperative,
) -> None:
    other = earn()
    batch = batch_of_today()
    payout = batch.payouts.get()
    assert (payout.cooperative, payout.amount, payout.number) == (stall, EARNED, "0123456789")
    assert batch.left_out == [[other.name, EARNED]]
    assert purse(stall) == journal.Purse(on_way=EARNED)
    assert purse(other) == journal.Purse(available=EARNED)
    with pytest.raises(payouts.NothingToPay):
        batch_of_today("second")
    assert PayoutBatch.objects.count() == 1


def test_what_became_free_after_the_last_day_waits_for_the_next_batch(stall: Cooperative) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with pytest.raises(payouts.NothingToPay):
        payouts.make(
            first_day=yesterday, last_day=yesterday, payees=bank_accounts.payees(), by=person("maker")
        )
    assert purse(stall).available == EARNED


def test_whoever_made_a_batch_does_not_approve_it(stall: Cooperative) -> None:
    batch = batch_of_today("maker")
    with pytest.raises(payouts.SamePerson):
        approved(batch, by="maker")
    with pytest.raises(IntegrityError, match="batch_approved_by_another_person"), transaction.atomic():
        PayoutBatch.objects.update(approved_by=person("maker"), approved_at=timezone.now())
    assert Payout.objects.get().state == "made"
    assert approved(batch).state == "approved"
    with pytest.raises(payouts.IllegalPayoutStep):
        approved(batch, by="third")


def test_a_batch_is_not_approved_once_a_stall_is_paid_to_another_account(stall: Cooperative) -> None:
    batch = batch_of_today()
    checked_account(stall, "999999")
    with pytest.raises(payouts.AccountChanged) as changed:
        approved(batch)
    assert changed.value.names == [stall.name]
    payouts.drop(batch.pk, by=person("approver"), reason="tài khoản mới")
    assert purse(stall) == journal.Purse(available=EARNED)
    assert batch_of_today().payouts.get().number == "999999"


def test_the_banks_message_with_the_code_confirms_a_payout_and_the_stall_is_told(stall: Cooperative) -> None:
    payout = approved(batch_of_today())
    sent = {"transferType": "out", "referenceCode": "FT9"}
    assert bring(transfer(EARNED - 1, f"{payout.code} tien", **sent)).outcome == "ignored"
    assert purse(stall).on_way == EARNED
    memo = f"MBVCB {bank_file.memo_of(payout)}"
    assert bring(transfer(EARNED, memo, **sent)).outcome == "noted"
    payout.refresh_from_db()
    assert (payout.state, payout.bank_reference, payout.settled_by) == ("paid", "FT9", None)
    assert purse(stall) == journal.Purse(paid=EARNED)
    assert journal.trial_balance()["bank"] == 0
    (letter,) = Letter.objects.filter(key__startswith="payout_paid")
    assert (letter.recipient, "130.000" in letter.body, payout.code in letter.body) == (
        stall.email,
        True,
        True,
    )
    bring(transfer(EARNED, memo, **sent))  # told twice
    assert purse(stall) == journal.Purse(paid=EARNED)


def test_a_transfer_that_comes_back_may_be_paid_again(stall: Cooperative) -> None:
    payout = approved(batch_of_today())
    bring(transfer(EARNED, payout.code, transferType="out"))
    assert bring(transfer(EARNED, f"tra lai {payout.code}")).outcome == "paid-back"
    payout.refresh_from_db()
    assert (payout.state, purse(stall)) == ("failed", journal.Purse(available=EARNED))
    assert Letter.objects.filter(key__startswith="payout_failed").count() == 1
    again = batch_of_today().payouts.get()
    assert (again.amount, again.code != payout.code) == (EARNED, True)
    assert not InboundEvent.objects.filter(outcome="unmatched").exists()


def test_a_person_says_with_a_reason_what_became_of_a_transfer_and_late_success_wins(
    stall: Cooperative,
) -> None:
    payout = approved(batch_of_today())
    payouts.mark_failed(payout.pk, by=person("a"), reason="sai số tài khoản")
    assert purse(stall) == journal.Purse(available=EARNED)
    payouts.mark_paid(payout.pk, by=person("a"), reason="ngân hàng báo đã tới")
    assert purse(stall) == journal.Purse(paid=EARNED)
    assert list(Entry.objects.filter(reference=f"payout:{payout.pk}").values_list("verb", "reason")) == [
        ("payout-paid", "ngân hàng báo đã tới"),
        ("payout-failed", "sai số tài khoản"),
    ]
    with pytest.raises(payouts.IllegalPayoutStep):
        payouts.mark_paid(payout.pk, by=person("a"), reason="lần nữa")
    assert JournalEntry.objects.filter(source_type="payout").count() == 3


def test_what_is_held_back_after_it_was_paid_is_taken_off_the_next_payout(stall: Cooperative) -> None:
    payout = approved(batch_of_today())
    payouts.mark_paid(payout.pk, by=person("a"), reason="đã thấy")
    hold(stall.consignments.get().pk, "complaint:1")
    settle()
    assert purse(stall) == journal.Purse(pending=EARNED, available=-EARNED, paid=EARNED)
    earn(stall)
    with pytest.raises(payouts.NothingToPay):
        batch_of_today()


def test_the_file_for_the_bank_holds_what_is_still_to_be_paid_and_never_runs(stall: Cooperative) -> None:
    Cooperative.objects.filter(pk=stall.pk).update(name="HTX")
    payout = approved(batch_of_today())
    Payout.objects.update(holder="=1+1")
    batch = PayoutBatch.objects.get()
    rows = list(csv.reader(io.StringIO(bank_file.as_csv(batch).decode("utf-8-sig"))))
    assert rows[1] == ["1", "Agribank", "0123456789", "'=1+1", str(EARNED), bank_file.memo_of(payout)]
    sheet = load_workbook(io.BytesIO(bank_file.as_xlsx(batch))).active
    assert [cell.value for cell in sheet[2]] == [1, "Agribank", "0123456789", "'=1+1", EARNED, rows[1][5]]
    assert [cell.data_type for cell in sheet[2]] == ["n", "s", "s", "s", "n", "s"]
    payouts.mark_paid(payout.pk, by=person("a"), reason="đã thấy")
    assert len(bank_file.rows_of(batch)) == 0


def test_a_statement_opens_where_the_one_before_closed_and_tells_every_line(stall: Cooperative) -> None:
    payout = approved(batch_of_today())
    payouts.mark_paid(payout.pk, by=person("a"), reason="đã thấy")
    earn(stall)
    day = timezone.localdate()
    made = statement_of(stall, day, day)
    code = stall.consignments.order_by("pk")[0].code
    assert [(row.entry.kind, row.entry.about == code, row.total) for row in made.rows] == [
        ("sold", True, EARNED),
        ("paid", False, -EARNED),
        ("sold", False, EARNED),
    ]
    assert (made.opening, made.closing, made.pending, made.available) == (0, EARNED, 0, EARNED)
    tomorrow = day + dt.timedelta(days=1)
    assert statement_of(stall, tomorrow, tomorrow).opening == made.closing
    rows = list(csv.reader(io.StringIO(statement_csv(made).decode("utf-8-sig"))))
    assert rows[1][3:] == ["", "", "", "", "", "", "", "0"]
    assert rows[2][2:] == [code, str(EARNED), "0", "0", "0", "0", "0", "0", str(EARNED)]
    assert rows[-1][-1] == str(EARNED)
    assert statement_pdf(made).startswith(b"%PDF")
