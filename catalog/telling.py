"""What services of the catalogue tell the record of acts: steps of approval, prices, facts of a stall."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catalog.acts import Act, Verb, masked
from catalog.models import ApprovalState, Cooperative, ProductSheet

_ACCOUNT = ("bank_name", "bank_account")
_TOLD = (
    "name",
    "legal_name",
    "tax_code",
    "vat_method",
    "representative",
    "phone",
    "email",
    "address",
    "is_open",
)


def stall_acts(cooperative: Cooperative, before: dict[str, Any] | None, after: dict[str, Any]) -> list[Act]:
    """What was done to a stall. Account numbers are told in part: who reads the record need not pay there."""
    whole: dict[str, Any] = {
        "about": cooperative.name,
        "cooperative_id": cooperative.pk,
        "reference": f"stall:{cooperative.pk}",
    }
    if before is None:
        return [Act(Verb.STALL_ADDED, **whole)]
    changed = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    acts = []
    if account := {name: changed[name] for name in _ACCOUNT if name in changed}:
        told = {name: (masked(old), masked(new)) for name, (old, new) in account.items()}
        acts.append(Act(Verb.BANK_CHANGED, **whole, changes=told))
    if others := {name: changed[name] for name in _TOLD if name in changed}:
        acts.append(Act(Verb.STALL_CHANGED, **whole, changes=others))
    return acts


_STATE_VERBS = {
    ApprovalState.DRAFT: Verb.PRODUCT_RETURNED,
    ApprovalState.SUBMITTED: Verb.PRODUCT_SUBMITTED,
    ApprovalState.APPROVED: Verb.PRODUCT_PUBLISHED,
    ApprovalState.WITHDRAWN: Verb.PRODUCT_WITHDRAWN,
}


def state_acts(sheet: ProductSheet, before: str, *, reason: str = "") -> list[Act]:
    """The step of approval that led from ``before`` to the state of now, if there was one."""
    if sheet.state == before:
        return []
    return [
        Act(
            _STATE_VERBS[ApprovalState(sheet.state)],
            about=sheet.product.title,
            cooperative_id=sheet.cooperative_id,
            reference=f"product:{sheet.pk}",
            changes={"state": (before, sheet.state)},
            reason=reason,
        )
    ]


def price_acts(prices: Iterable[tuple[ProductSheet, str, int, int]]) -> list[Act]:
    """The changes of price among (product, code, before, after)."""
    return [
        Act(
            Verb.PRICE_CHANGED,
            about=f"{sheet.product.title} ({sku})",
            cooperative_id=sheet.cooperative_id,
            reference=f"product:{sheet.pk}",
            changes={"price_amount": (before, after)},
        )
        for sheet, sku, before, after in prices
        if before != after
    ]
