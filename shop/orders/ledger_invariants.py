"""What must hold in the books, and between them and the rows that they tell of; a part of ``invariants``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from shop.ledger.journal import Name
from shop.ledger.models import (
    STALL_KINDS,
    Account,
    AccountKind,
    JournalEntry,
    Line,
    OrderToSettle,
    Payout,
    PayoutState,
    Seal,
    SourceType,
)

from .booking import unposted_events
from .disputes import standing_now
from .models import Consignment, DisputeLoss, DisputeShare, LineReduction, LossStatus
from .statuses import NOTHING_COMES, OrderStatus

LATE = dt.timedelta(hours=1)
"""So long a round may be late before what it would post counts as missing."""

_MOVED = Sum(F("debit") - F("credit"))


def ledger_violations() -> Iterator[str]:
    """One sentence per row that breaks a rule."""
    yield from _entries()
    yield from _payouts()
    yield from _events()
    yield from _parcels()
    yield from _losses()


def _entries() -> Iterator[str]:
    """Every entry balances and is sealed. The database holds this too; a restored copy may not."""
    rows: Any = JournalEntry.objects.annotate(
        moved=Sum(F("lines__debit") - F("lines__credit")), sides=Count("lines")
    )
    for entry in rows.filter(~Q(moved=0) | Q(sides__lt=2)):
        yield f"entry {entry.pk} ({entry}): its sides differ by {entry.moved} đồng"
    for entry in JournalEntry.objects.filter(~Exists(Seal.objects.filter(pk=OuterRef("seal")))):
        yield f"entry {entry.pk} ({entry}) is not sealed"


def _payouts() -> Iterator[str]:
    """What is on its way to a stall is the sum of its open payouts, and what left the bank of those that were paid."""
    payouts = Payout.objects.filter(cooperative=OuterRef("cooperative")).order_by().values("cooperative")
    is_open = payouts.filter(state__in=(PayoutState.MADE, PayoutState.APPROVED))
    wanted = is_open.annotate(total=Sum("amount")).values("total")
    accounts: Any = Account.objects.filter(kind=AccountKind.ON_WAY).annotate(
        held=Coalesce(Sum(F("lines__credit") - F("lines__debit")), 0),
        wanted=Coalesce(Subquery(wanted), 0, output_field=BigIntegerField()),
    )
    for account in accounts.exclude(held=F("wanted")):
        yield f"account {account.code}: {account.held} đồng, its payouts say {account.wanted}"
    lines = Line.objects.filter(
        entry__source_type=SourceType.PAYOUT, entry__source_id=OuterRef("pk"), account__code=_BANK
    )
    left = lines.order_by().values("entry__source_id").annotate(total=Sum(F("credit") - F("debit")))
    rows: Any = Payout.objects.annotate(
        left=Coalesce(Subquery(left.values("total")), 0, output_field=BigIntegerField()),
        should=Case(
            When(state=PayoutState.PAID, then=F("amount")), default=Value(0), output_field=BigIntegerField()
        ),
    )
    for payout in rows.exclude(left=F("should")):
        yield f"payout {payout.code} ({payout.state}): {payout.left} of {payout.amount} đồng left the bank"


def _events() -> Iterator[str]:
    """Every movement of money is posted, soon after it was told."""
    for event in unposted_events().filter(created_at__lt=timezone.now() - LATE):
        yield f"payment event {event.pk} is not in the books"


def _parcels() -> Iterator[str]:
    """What buyers paid for a parcel is what its stall's books say, and its stall's part stands in one place.

    Orders that a round has still to look at are left out: what happened to them is on its way into the books.
    """
    mark = OrderToSettle.objects.filter(order=OuterRef("order"), look_at__lte=timezone.now())
    of_parcel = Line.objects.filter(
        entry__source_type=SourceType.PARCEL, entry__source_id=OuterRef("pk")
    ).order_by()
    by_parcel = of_parcel.values("entry__source_id")
    paid = by_parcel.filter(account__code=_BUYERS).annotate(total=_MOVED).values("total")
    reductions = LineReduction.objects.filter(line__consignment=OuterRef("pk")).order_by()
    less = reductions.values("line__consignment").annotate(total=Sum("amount")).values("total")
    rows: Any = Consignment.objects.filter(~Exists(mark)).annotate(
        posted=Coalesce(Subquery(paid), 0, output_field=BigIntegerField()),
        less=Coalesce(Subquery(less), 0, output_field=BigIntegerField()),
    )
    rows = rows.annotate(
        due=Case(
            When(status__in=NOTHING_COMES, then=Value(0)),
            When(order__sheet__paid_at=None, then=Value(0)),
            default=F("total_amount") - F("less"),
            output_field=BigIntegerField(),
        )
    )
    at_door = Q(order__status=OrderStatus.AT_DOOR)
    for parcel in rows.filter(~at_door & ~Q(posted=F("due")) | at_door & Q(posted__lt=0)):
        yield f"consignment {parcel.code}: {parcel.due} đồng were paid for it, the books say {parcel.posted}"
    strange = Line.objects.filter(account__kind__in=STALL_KINDS).exclude(
        account__cooperative=F("entry__cooperative")
    )
    for line in strange:
        yield f"line {line.pk} is on the account of another stall than its entry"


def _losses() -> Iterator[str]:
    """What is still disputed stands on its account; what was decided about is borne by those it was decided of."""
    mark = OrderToSettle.objects.filter(order=OuterRef("order"), look_at__lte=timezone.now())
    losses = DisputeLoss.objects.filter(~Exists(mark), status=LossStatus.ACCEPTED).order_by("pk")
    for order in {loss.order_id: loss.order for loss in losses.select_related("order__sheet")}.values():
        shares = DisputeShare.objects.filter(loss__order=order).values("pk")
        lines = Line.objects.filter(
            account__code=_DISPUTED, entry__source_type=SourceType.DISPUTE, entry__source_id__in=shares
        )
        posted = lines.aggregate(total=Sum(F("credit") - F("debit"), default=0))["total"]
        if posted != (borne := standing_now(order).borne):
            yield f"order {order.number}: {borne} đồng of disputes are borne, the books say {posted}"


_DISPUTED = Name(AccountKind.DISPUTED).code
_BANK, _BUYERS = Name(AccountKind.BANK).code, Name(AccountKind.BUYERS).code
