"""``manage.py invoice …``: what invoice staff can also do without the panel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from shop.invoices import services
from shop.invoices.checking import check
from shop.invoices.keys import trusted
from shop.invoices.models import Invoice, InvoiceStatus
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
