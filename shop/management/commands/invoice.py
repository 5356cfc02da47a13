"""``manage.py invoice …``: what invoice staff can also do without the panel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from catalog.models import Cooperative, VatMethod
from shop.invoices import services
from shop.invoices.checking import check
from shop.invoices.draft import SALES_INVOICE, VAT_INVOICE
from shop.invoices.exchange import new_message_id
from shop.invoices.gateway import TryAgainLater, WillNotSucceed
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.keys import SANDBOX, signer_of, trusted
from shop.invoices.models import Invoice, InvoiceStatus
from shop.invoices.registration import Declarant, declaration
from shop.invoices.signer import SigningFailed
from shop.orders.invoicing import transmit


class Command(BaseCommand):
    help = "List, issue, send, verify and export e-invoices."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("status", help="how many invoices are in each state, and the oldest of them")
        issuing = actions.add_parser("issue", help="number, sign and send what waits to be issued")
        issuing.add_argument("--seller", metavar="SLUG", help="only this cooperative")
        actions.add_parser("send", help="send or ask again for what is signed and due")
        verifying = actions.add_parser("verify", help="check structure, sums and signatures of an XML file")
        verifying.add_argument("file", type=Path)
        exporting = actions.add_parser("export", help="write the XML files of an order")
        exporting.add_argument("--order", required=True, metavar="NUMBER")
        exporting.add_argument("--out", required=True, type=Path, metavar="DIR")

        registering = actions.add_parser(
            "register", help="declare a seller's certificate at the sandbox tax authority"
        )
        registering.add_argument("--seller", required=True, metavar="SLUG")
        registering.add_argument("--change", action="store_true", help="a change, not a first declaration")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        getattr(self, f"do_{action}")(**options)

    def do_status(self, **options: Any) -> None:
        for status in InvoiceStatus:
            rows = Invoice.objects.filter(status=status)
            oldest = rows.first()
            since = f", oldest {timezone.localtime(oldest.created_at):%d/%m/%Y %H:%M}" if oldest else ""
            self.stdout.write(f"{status.value}: {rows.count()}{since}")

    def do_issue(self, *, seller: str | None, **options: Any) -> None:
        waiting = Invoice.objects.filter(status=InvoiceStatus.TO_ISSUE).select_related("seller", "series")
        if seller:
            waiting = waiting.filter(seller__slug=seller)
        refused = 0
        for invoice in waiting:
            try:
                issued = transmit(services.issue(invoice=invoice).pk)
                self.stdout.write(f"{invoice.source_reference}: {issued} {issued.status}")
            except services.NotIssued as reason:
                refused += 1
                self.stderr.write(f"{invoice.source_reference}: {reason}")
        if refused:
            raise CommandError(f"{refused} not issued.")

    def do_send(self, **options: Any) -> None:
        for pk in list(services.due(timezone.now()).values_list("pk", flat=True)):
            invoice = transmit(pk)
            self.stdout.write(f"{invoice}: {invoice.status}")

    def do_verify(self, *, file: Path, **options: Any) -> None:
        try:
            xml = file.read_bytes()
        except OSError as reason:
            raise CommandError(str(reason)) from reason
        findings = check(xml, today=timezone.localdate(), trust=trusted())
        for found in findings:
            self.stdout.write(f"{found.code} {found.path}: {found.message_vi} · {found.message_en}")
        if any(found.is_error for found in findings):
            raise CommandError(f"{file.name}: không hợp lệ · not valid")
        self.stdout.write(f"{file.name}: hợp lệ · valid")

    def do_export(self, *, order: str, out: Path, **options: Any) -> None:
        issued = Invoice.objects.exclude(status=InvoiceStatus.TO_ISSUE).filter(
            source_reference__startswith=f"{order}-"
        )
        if not issued:
            raise CommandError(f"Order {order} has no issued invoice.")
        out.mkdir(parents=True, exist_ok=True)
        for invoice in issued.select_related("series"):
            path = out / f"{invoice.seller.tax_code}-{services.filename_of(invoice, 'xml')}"
            path.write_bytes(services.signed_xml(invoice))
            self.stdout.write(str(path))

    def do_register(self, *, seller: str, change: bool, **options: Any) -> None:
        road = SandboxGateway(f"{settings.SANDBOX_URL}/tax")
        if settings.INVOICE_GATEWAY != SANDBOX:
            raise CommandError(
                "Ở nhà cung cấp, việc đăng ký làm trên trang của họ · registered at the provider."
            )
        cooperative = Cooperative.objects.filter(slug=seller).first()
        if cooperative is None:
            raise CommandError(f"{seller}: không có hợp tác xã này · no such cooperative")
        try:
            signer = signer_of(cooperative)
            document = declaration(
                _declarant(cooperative), signer=signer, at=timezone.now(), is_change=change
            )
            decision = road.register(new_message_id(settings.INVOICE_PROVIDER_TAX_CODE), document)
        except (SigningFailed, TryAgainLater, WillNotSucceed, ValueError) as reason:
            raise CommandError(f"{seller}: {reason}") from reason
        for fault in decision.reasons:
            self.stderr.write(f"{fault.code}: {fault.text}")
        if not decision.is_accepted:
            raise CommandError(f"{seller}: bị từ chối · refused")
        self.stdout.write(f"{seller}: đã đăng ký · registered, {signer.certificate.serial_number:X}")


def _declarant(cooperative: Cooperative) -> Declarant:
    return Declarant(
        name=cooperative.legal_name,
        tax_code=cooperative.tax_code,
        address=cooperative.address,
        email=cooperative.email,
        phone=cooperative.phone,
        representative=cooperative.representative,
        place=cooperative.commune.name,
        forms=VAT_INVOICE if cooperative.vat_method == VatMethod.DEDUCTION else SALES_INVOICE,
    )
