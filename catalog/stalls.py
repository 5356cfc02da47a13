"""Opening and closing a stall: its goods come into the shop, or leave it, at once; and the account it is paid to."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from catalog import index
from catalog.acts import tell
from catalog.models import Cooperative
from catalog.telling import stall_acts


@transaction.atomic
def set_account(*, cooperative: Cooperative, bank_name: str, bank_account: str) -> None:
    """The account that invoices name from now on. Locks/Writes: Cooperative. Idempotent."""
    fresh = Cooperative.objects.select_for_update(no_key=True).get(pk=cooperative.pk)
    after = {"bank_name": bank_name, "bank_account": bank_account}
    before: dict[str, Any] = {name: getattr(fresh, name) for name in after}
    for name, value in after.items():
        setattr(fresh, name, value)
    fresh.save(update_fields=list(after))
    tell(*stall_acts(fresh, before, after))


@transaction.atomic
def set_open(*, cooperative: Cooperative, is_open: bool) -> None:
    """Whether the stall sells from now on. Locks/Writes: Cooperative, search index. Idempotent."""
    fresh = Cooperative.objects.select_for_update(no_key=True).get(pk=cooperative.pk)
    cooperative.is_open = is_open
    if fresh.is_open == is_open:
        return
    before: dict[str, Any] = {"is_open": fresh.is_open}
    fresh.is_open = is_open
    fresh.save(update_fields=["is_open"])
    index.index_cooperative(fresh)
    index.index_products(list(fresh.sheets.values_list("product_id", flat=True)))
    tell(*stall_acts(fresh, before, {"is_open": is_open}))
