"""The account a stall is paid to: entered by its manager, in force once a second person has seen its holder's name.

Source: E-commerce Law 122/2025/QH15 art. 14, 15 (a platform verifies its sellers and what they tell of themselves).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog.acts import masked
from catalog.models import Cooperative
from catalog.stalls import set_account
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.ledger.payouts import Payee
from shop.messages.services import write_letter

from .models import AccountStatus, BankAccount


class SameAccount(Exception):
    """The stall is paid to this account already."""


class OwnAccount(Exception):
    """Whoever entered an account, or works for its stall, does not confirm it."""


class NotWaiting(Exception):
    """The account was decided about, or another one was entered meanwhile."""


def account_to_pay(cooperative: Cooperative) -> BankAccount | None:
    """Where the stall's money goes; None while nobody has checked an account of it."""
    return cooperative.bank_accounts.filter(status=AccountStatus.IN_FORCE).first()


def payees() -> dict[int, Payee]:
    """Where the money of each stall goes, by the stall's id; those without an account that was checked are missing."""
    rows = BankAccount.objects.filter(status=AccountStatus.IN_FORCE)
    return {row.cooperative_id: Payee(row.bank_name, row.number, row.holder) for row in rows}


@transaction.atomic
def ask_to_change(
    *, cooperative: Cooperative, bank_name: str, number: str, holder: str, by: Any
) -> BankAccount:
    """Another account, which waits to be checked; one that waited before does not any more. The old one stays in force.

    Locks: the stall. Writes: BankAccount, a letter to the stall, the log. Raises: SameAccount.
    """
    _lock(cooperative)
    old = account_to_pay(cooperative)
    if old is not None and (old.bank_name, old.number, old.holder) == (bank_name, number, holder):
        raise SameAccount
    cooperative.bank_accounts.filter(status=AccountStatus.WAITING).update(status=AccountStatus.REPLACED)
    account = BankAccount.objects.create(
        cooperative=cooperative, bank_name=bank_name, number=number, holder=holder, entered_by=by
    )
    changes = {
        "bank_name": (old.bank_name if old else None, bank_name),
        "bank_account": (masked(old.number) if old else None, masked(number)),
        "bank_holder": (old.holder if old else None, holder),
    }
    _tell(Verb.BANK_ASKED, account, by, changes=changes)
    _write(account)
    return account


@transaction.atomic
def confirm(*, account: BankAccount, seen_name: str, by: Any) -> None:
    """From now on the stall is paid there; ``seen_name`` is the holder as the bank tells.

    Locks: the stall. Writes: BankAccount, the stall, a letter to it, the log. Raises: NotWaiting, OwnAccount.
    """
    fresh = _waiting(account)
    if by.pk == fresh.entered_by_id or fresh.cooperative.memberships.filter(user=by, is_active=True).exists():
        raise OwnAccount
    fresh.cooperative.bank_accounts.filter(status=AccountStatus.IN_FORCE).update(
        status=AccountStatus.REPLACED
    )
    _decide(fresh, AccountStatus.IN_FORCE, by, seen_name=seen_name)
    set_account(cooperative=fresh.cooperative, bank_name=fresh.bank_name, bank_account=fresh.number)
    _tell(Verb.BANK_CONFIRMED, fresh, by, reason=seen_name)
    _write(fresh)


@transaction.atomic
def refuse(*, account: BankAccount, reason: str, by: Any) -> None:
    """The old account stays. Locks: the stall. Writes: BankAccount, a letter to it, the log. Raises: NotWaiting."""
    fresh = _waiting(account)
    _decide(fresh, AccountStatus.REFUSED, by, reason=reason)
    _tell(Verb.BANK_REFUSED, fresh, by, reason=reason)
    _write(fresh)


def _lock(cooperative: Cooperative) -> None:
    Cooperative.objects.select_for_update(no_key=True).get(pk=cooperative.pk)


def _waiting(account: BankAccount) -> BankAccount:
    _lock(account.cooperative)
    fresh = BankAccount.objects.select_related("cooperative").get(pk=account.pk)
    if fresh.status != AccountStatus.WAITING:
        raise NotWaiting
    return fresh


def _decide(account: BankAccount, status: AccountStatus, by: Any, **told: str) -> None:
    account.status, account.decided_by, account.decided_at = status, by, timezone.now()
    for name, value in told.items():
        setattr(account, name, value)
    account.save(update_fields=["status", "decided_by", "decided_at", *told])


def _write(account: BankAccount) -> None:
    """To the stall's own address: whoever took over a log-in must not change the account unheard."""
    write_letter(
        key=f"bank-account:{account.pk}:{account.status}",
        recipient=account.cooperative.email,
        template="bank_account",
        context={"account": account, "stall": account.cooperative, "number": masked(account.number)},
        language=settings.LANGUAGE_CODE,
    )


def _tell(verb: Verb, account: BankAccount, by: Any, **more: Any) -> None:
    stall = account.cooperative
    about = f"{stall.name}: {account.bank_name} {masked(account.number)}"
    record(verb, about=about, cooperative_id=stall.pk, reference=f"stall:{stall.pk}", by=by, **more)
