"""What of the market belongs to one person: their orders, invoices and letters. Every page reads through here."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from oscar.apps.order.models import Order

from shop.accounts.models import User
from shop.accounts.phones import national_number
from shop.invoices.models import CorrectionList, Invoice, InvoiceStatus, ListedInvoice
from shop.messages.models import Letter
from shop.orders.models import Consignment, OrderSheet

from .letters import letters_about


def orders_of(user: User) -> QuerySet[Order]:
    """With sheet and consignments, the newest first, in three queries whatever their number."""
    orders = Order.objects.filter(user=user, sheet__isnull=False).select_related("sheet")
    return orders.prefetch_related("consignments__cooperative").order_by("-pk")


def invoices_of(user: User) -> QuerySet[Invoice]:
    """Issued ones of the person's own orders, and what corrects several of them at once; the newest first."""
    codes = Consignment.objects.filter(order__user=user).values("code")
    # One that corrects several invoices is the person's if all of them are: anybody may write a company's tax code.
    rows = ListedInvoice.objects.filter(list=OuterRef("pk"))
    theirs = rows.filter(invoice__source_reference__in=codes)
    strangers = rows.exclude(invoice__source_reference__in=codes)
    lists = CorrectionList.objects.filter(Exists(theirs), ~Exists(strangers))
    of_list = lists.filter(seller=OuterRef("seller"), number=OuterRef("source_reference"))
    issued = Invoice.objects.exclude(status=InvoiceStatus.TO_ISSUE)
    issued = issued.filter(Q(source_reference__in=codes) | Exists(of_list))
    return issued.select_related("seller", "series").order_by("-issued_on", "-pk")


def letters_of(user: User) -> QuerySet[Letter]:
    """Those about the account, and those to the buyer of one of the person's own orders that name the order.

    Never by the address alone: a guest's orders stay closed to whoever opens an account in that name.
    """
    sheets = OrderSheet.objects.filter(order__user=user)
    reached: set[str | None] = set()
    for email, invoice_email, phone in sheets.values_list("buyer_email", "invoice_email", "buyer_phone"):
        reached |= {email, invoice_email, national_number(phone)}
    text = Concat(OuterRef("subject"), Value(" "), OuterRef("body"), output_field=TextField())
    named = Exists(sheets.annotate(letter=text).filter(letter__contains=F("order__number")))
    to_buyer = Letter.objects.filter(recipient__in=reached - {"", None}).filter(named)
    return Letter.objects.filter(letters_about(user) | Q(pk__in=to_buyer.values("pk"))).order_by("pk")
