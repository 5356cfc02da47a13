"""From a consignment to the invoice of its cooperative, and from the accepted invoice to the buyer's letter."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from catalog.models import Cooperative, TaxClass, VatMethod
from shop.crash_points import crash_point
from shop.invoices import packages
from shop.invoices import services as invoices
from shop.invoices.draft import SALES_INVOICE, VAT_INVOICE, Buyer, Seller
from shop.invoices.models import Invoice, InvoiceStatus, SalesChannel
from shop.invoices.numbering import has_till
from shop.invoices.sales import SaleRecord, SoldLine, business, consumer
from shop.messages.services import Enclosure
from shop.shipping.couriers import Courier

from . import letters
from .door import is_at_door
from .models import Consignment, ConsignmentLine, OrderEvent, OrderSheet
from .statuses import OrderEventKind

BANK_TRANSFER, AT_DOOR = "Chuyển khoản", "TM/CK"  # what the invoice prints, in Vietnamese for everybody


def sale_of(consignment: Consignment) -> SaleRecord:
    """What this consignment delivers, for its invoice. Unit: whole đồng; the total is its ``due_amount``."""
    sheet: OrderSheet = consignment.order.sheet
    own = consignment.lines.select_related("order_line__product__sheet").prefetch_related("reductions")
    delivered = [line for line in own if line.left_quantity]
    lines = [
        SoldLine(
            name=_name(line),
            tax_class=line.tax_class,
            gross_amount=line.due.goods,
            code=line.sku,
            unit=_unit(line.pack),
            quantity=line.left_quantity,
            **_origin(line),
        )
        for line in delivered
    ]
    if consignment.shipping_amount:
        delivery = SoldLine(
            name="Phí giao hàng", tax_class=TaxClass.SERVICE.value, gross_amount=consignment.shipping_amount
        )
        lines.append(delivery)
    return SaleRecord(
        seller=_seller(consignment.cooperative),
        buyer=_buyer(sheet),
        business_buyer=bool(sheet.invoice_tax_code),
        on_deduction=consignment.cooperative.vat_method == VatMethod.DEDUCTION,
        lines=tuple(lines),
        discount_amount=sum(line.due.discount for line in delivered),
        payment_method=AT_DOOR if is_at_door(consignment.order) else BANK_TRANSFER,
        solution_tax_code=settings.INVOICE_PROVIDER_TAX_CODE,
    )


def open_invoice(consignment: Consignment) -> Invoice:
    """The invoice that now waits for the staff. Idempotent by the consignment's code."""
    sheet: OrderSheet = consignment.order.sheet
    return invoices.create_draft(
        seller=consignment.cooperative,
        source_reference=consignment.code,
        sale=sale_of(consignment),
        deliver_to=sheet.invoice_email or sheet.buyer_email,
        language=sheet.language,
        channel=channel_of(consignment),
    )


def may_be_till_sale(invoice: Invoice) -> bool:
    """Whether the desk may issue it from the stall's cash register: the goods were fetched, and there is one."""
    consignment = (
        Consignment.objects.filter(code=invoice.source_reference).select_related("cooperative").first()
    )
    return consignment is not None and _is_at_till(consignment)


def _is_at_till(consignment: Consignment) -> bool:
    cooperative = consignment.cooperative
    form = VAT_INVOICE if cooperative.vat_method == VatMethod.DEDUCTION else SALES_INVOICE
    is_fetched = consignment.courier == Courier.COLLECTION
    return is_fetched and has_till(cooperative, form, timezone.localdate())


def channel_of(consignment: Consignment) -> SalesChannel:
    """Through which channel it was sold: what is fetched and paid at a stall with a cash register is the till's."""
    is_paid_there = is_at_door(consignment.order)
    return SalesChannel.TILL if is_paid_there and _is_at_till(consignment) else SalesChannel.WEB


def forget_invoice(consignment: Consignment) -> bool:
    """Whether the invoice of goods that came back is not to be issued any more; one with a number needs a return.

    Writes: the draft goes.
    """
    return invoices.drop_unissued(source_reference=consignment.code)


def transmit(invoice_pk: int, *, now: dt.datetime | None = None) -> Invoice:
    """As ``take_step``; while the authority has not decided, a job is left to ask again."""
    invoice = take_step(invoices.with_parties().get(pk=invoice_pk), now=now)
    if invoice.status == InvoiceStatus.SENT and (again_at := _next_look(invoice)):
        transmit_invoice.using(run_after=again_at).enqueue(invoice.pk)
    return invoice


def _next_look(invoice: Invoice) -> dt.datetime | None:
    if not invoice.road.is_package:
        return invoice.next_try_at
    row = invoice.package_rows.filter(is_taken=None).select_related("package").first()
    return row.package.next_try_at if row else None


def take_step(invoice: Invoice, *, now: dt.datetime | None = None) -> Invoice:
    """One step of the exchange with the tax authority; once it may be handed out, the invoice goes to the buyer.

    One that goes in a package takes along whatever else of its seller waits. Locks/Writes: as
    ``shop.invoices.services.step`` or ``shop.invoices.packages.transmit``, which call the network: never inside a
    transaction. Idempotent.
    """
    if invoice.road.is_package:
        packages.transmit_of(invoice, now=now)
        invoice = invoices.with_parties().get(pk=invoice.pk)
    else:
        invoice = invoices.step(invoice, now=now)
    if invoice.is_lawful:
        deliver(invoice)
    return invoice


@task()
def transmit_invoice(invoice_pk: int) -> None:
    transmit(invoice_pk)


def transmit_due(now: dt.datetime) -> int:
    """How many invoices or packages took a step, or were delivered; what a lost wake-up left behind is found here."""
    told = packages.transmit_due(now)
    pks = list(invoices.due(now).values_list("pk", flat=True))
    for pk in pks:
        transmit(pk, now=now)
    undelivered = invoices.lawful(Invoice.objects.filter(delivered_at=None)).exclude(deliver_to="")
    return told + len(pks) + sum(deliver(invoice) for invoice in undelivered)


def deliver(invoice: Invoice) -> bool:
    """Whether the letter with PDF and XML was written now. Idempotent by invoice."""
    if not invoice.deliver_to or invoice.delivered_at is not None:
        return False
    sold = invoice
    while sold.corrects:  # one that corrects many names its list, not a consignment
        sold = sold.corrects
    consignment = Consignment.objects.select_related("order__sheet", "cooperative").get(
        code=sold.source_reference
    )
    # Drawn before the transaction: it takes longer than all of its queries.
    pdf = invoices.pdf_of(invoice, base_url=settings.BASE_URL)
    files = (
        Enclosure(invoices.filename_of(invoice, "pdf"), "application/pdf", pdf),
        Enclosure(invoices.filename_of(invoice, "xml"), "application/xml", invoices.signed_xml(invoice)),
    )
    with transaction.atomic():
        claimed = Invoice.objects.filter(pk=invoice.pk, delivered_at=None).update(delivered_at=timezone.now())
        if claimed:
            letters.invoice_sent(consignment, invoice, files)
            crash_point("invoice.letter-written")
            OrderEvent.objects.create(
                order=consignment.order,
                consignment=consignment,
                kind=OrderEventKind.INVOICED,
                note=str(invoice),
            )
    return bool(claimed)


def _origin(line: ConsignmentLine) -> dict[str, Any]:
    """How far the goods are processed and by whom they were grown, which some VAT rules ask."""
    product = line.order_line.product
    sheet = getattr(product, "sheet", None) if product else None
    return {"processing": sheet.processing, "own_produced": sheet.is_own_produced} if sheet else {}


def _name(line: ConsignmentLine) -> str:
    """As it was sold, with what it weighs less: the price of a piece is lower on this invoice."""
    name = f"{line.title} ({line.pack})"
    return f"{name}, cân thực thiếu {line.missing_grams} g" if line.missing_grams else name


def _unit(pack: str) -> str:
    """``1 chiếc 170 × 60 cm`` → ``chiếc``: the first word of the pack."""
    return next((word for word in pack.split() if word.isalpha()), "gói")


def _seller(cooperative: Cooperative) -> Seller:
    return Seller(
        name=cooperative.legal_name,
        tax_code=cooperative.tax_code,
        address=cooperative.address,
        phone=cooperative.phone,
        email=cooperative.email,
        bank_account=cooperative.bank_account,
        bank_name=cooperative.bank_name,
    )


def _buyer(sheet: OrderSheet) -> Buyer:
    if sheet.invoice_tax_code:
        return business(
            name=sheet.invoice_name,
            tax_code=sheet.invoice_tax_code,
            address=sheet.invoice_address,
            email=sheet.invoice_email,
            person=sheet.buyer_name,
        )
    return consumer(
        person=sheet.buyer_name, address=sheet.address_text, phone=sheet.buyer_phone, email=sheet.buyer_email
    )
