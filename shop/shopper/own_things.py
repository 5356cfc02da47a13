"""What of the market belongs to one person: their orders, invoices and letters. Every page reads through here."""

from __future__ import annotations

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from oscar.apps.order.models import Order

from shop.accounts.models import User
from shop.invoices.models import Invoice, InvoiceStatus
from shop.messages.models import Letter
from shop.orders.models import Consignment, PickedLot
from shop.payments.models import Refund

from .letters import letters_about


def orders_of(user: User) -> QuerySet[Order]:
    """With sheet and consignments, the newest first, in three queries whatever their number."""
    orders = Order.objects.filter(user=user, sheet__isnull=False).select_related("sheet")
    return orders.prefetch_related("consignments__cooperative").order_by("-pk")


def invoices_of(user: User) -> QuerySet[Invoice]:
    """Issued ones of the person's own orders, the newest first."""
    codes = Consignment.objects.filter(order__user=user).values("code")
    issued = Invoice.objects.filter(source_reference__in=codes).exclude(status=InvoiceStatus.TO_ISSUE)
    return issued.select_related("seller", "series").order_by("-issued_on", "-pk")


def letters_of(user: User) -> list[Letter]:
    """Those about the account and the person's own orders, by what caused them; in a constant number of queries.

    Never by the address they went to: a guest's orders stay closed to whoever opens an account in that name.
    """
    numbers = list(Order.objects.filter(user=user).values_list("number", flat=True))
    keys = [f"{kind}:{number}" for number in numbers for kind in ("order-received", "money-received")]
    own = Consignment.objects.filter(order__user=user)
    for code in own.values_list("code", flat=True):
        keys += (f"handed-over:{code}", f"invoice:{code}")
    corrections = invoices_of(user).exclude(corrects=None).values_list("source_reference", "pk")
    keys += [f"invoice:{code}:{pk}" for code, pk in corrections]
    picks = PickedLot.objects.filter(line__consignment__order__user=user)
    packed = picks.values_list("lot__code", "line__consignment__code")
    keys += [f"lot-recalled:{lot}:{code}" for lot, code in packed]
    refunds = Refund.objects.filter(attempt__order__user=user).values_list("pk", flat=True)
    keys += [f"refund-due:{pk}" for pk in refunds]
    keys += _part_letters(user).values_list("key", flat=True)
    return list(Letter.objects.filter(letters_about(user) | Q(key__in=keys)).order_by("pk"))


def _part_letters(user: User) -> QuerySet[Letter]:
    """About part payments: each key ends in the sum that had come in by then."""
    start = Concat(Value("part-received:"), F("number"), Value(":"))
    own = Order.objects.filter(user=user).annotate(
        start=start, letter=ExpressionWrapper(OuterRef("key"), output_field=CharField())
    )
    return Letter.objects.filter(Exists(own.filter(letter__startswith=F("start"))))
