"""``manage.py invoice …``: what invoice staff can also do without the panel.

``--json`` prints one JSON document instead of lines. Exit codes: 0 done, 1 refused or not valid, 2 wrong arguments.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Q
from django.utils import timezone

from catalog.models import Cooperative
from shop.invoices import numbering, packages, services
from shop.invoices.checking import check
from shop.invoices.declaring import (
    PURPOSE,
    DeclaredElsewhere,
    NotAccepted,
    declare_delegation,
    declare_seller,
)
from shop.invoices.delegation import note_delegation
from shop.invoices.gateway import TryAgainLater, WillNotSucceed
from shop.invoices.keys import trusted
from shop.invoices.models import (
    CorrectionList,
    Delegation,
    Invoice,
    InvoiceSeries,
    InvoiceStatus,
    Package,
    PackageStatus,
    RateRule,
    RateRuleStatus,
    SalesChannel,
    SeriesRegistration,
)
from shop.invoices.numbering import NotIssued, NumbersMissing
from shop.invoices.rates import last_days, rules_in_force
from shop.invoices.registering import NotRegistrable, register_series
from shop.invoices.signer import SigningFailed
from shop.orders.invoicing import transmit

Row = dict[str, Any]
CONTRACT = ("contract_number", "issuer_tax_code", "issuer_name", "issuer_address", "valid_from", "valid_to")
FAILED = (SigningFailed, TryAgainLater, WillNotSucceed, ValueError)


class Command(BaseCommand):
    help = "List, issue, send, verify and export e-invoices; compare numbers after a restore."

    def add_arguments(self, parser: CommandParser) -> None:
        shared = CommandParser(add_help=False)
        shared.add_argument("--json", action="store_true", help="print one JSON document")
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("status", parents=[shared], help="invoices by state, and the oldest of each")
        issuing = actions.add_parser(
            "issue", parents=[shared], help="number, sign and send what waits to be issued"
        )
        issuing.add_argument("--seller", metavar="SLUG", help="only this cooperative")
        actions.add_parser("send", parents=[shared], help="send or ask again for what is signed and due")
        verifying = actions.add_parser(
            "verify", parents=[shared], help="check XML files: structure, rules, signatures"
        )
        verifying.add_argument("files", type=Path, nargs="+", metavar="FILE")
        exporting = actions.add_parser("export", parents=[shared], help="write the XML files of an order")
        exporting.add_argument("--order", required=True, metavar="NUMBER")
        exporting.add_argument("--out", required=True, type=Path, metavar="DIR")
        actions.add_parser("series", parents=[shared], help="every series with its last number, and gaps")
        actions.add_parser("rates", parents=[shared], help="the VAT rules in force and proposed")
        actions.add_parser(
            "stop-numbers",
            parents=[shared],
            help="after a restore: give no number until each series is compared",
        )
        releasing = actions.add_parser(
            "release", parents=[shared], help="a series was compared with the authority's highest number"
        )
        releasing.add_argument("--seller", required=True, metavar="SLUG")
        releasing.add_argument("--series", required=True, metavar="1C26TAA")
        releasing.add_argument("--highest", required=True, type=int, metavar="N")

        registering = actions.add_parser(
            "register", parents=[shared], help="declare a seller's certificate at the sandbox tax authority"
        )
        registering.add_argument("--seller", required=True, metavar="SLUG")
        registering.add_argument("--change", action="store_true", help="a change, not a first declaration")
        registering.add_argument(
            "--till", metavar="AB", default="", help="also a cash register, with these letters"
        )
        registering.add_argument(
            "--without-code", metavar="AB", default="", help="on the web without code, with these letters"
        )
        noting = actions.add_parser(
            "note-series", parents=[shared], help="write down a series that the provider has registered"
        )
        noting.add_argument("--seller", required=True, metavar="SLUG")
        noting.add_argument("--letters", required=True, metavar="AB")
        noting.add_argument("--form", type=int, choices=(1, 2), required=True)
        noting.add_argument("--channel", choices=SalesChannel.values, default=SalesChannel.WEB.value)
        noting.add_argument(
            "--till-code", default="", metavar="A1B2C", help="the authority's five characters"
        )
        noting.add_argument("--uncoded", action="store_true", help="invoices without the authority's code")
        actions.add_parser(
            "registrations", parents=[shared], help="series that are registered, and until when"
        )
        contract = CommandParser(add_help=False, parents=[shared])
        contract.add_argument("--seller", required=True, metavar="SLUG")
        for name in CONTRACT:
            is_day = name.startswith("valid")
            contract.add_argument(
                f"--{name.replace('_', '-')}",
                required=True,
                type=dt.date.fromisoformat if is_day else str,
                metavar="YYYY-MM-DD" if is_day else "TEXT",
            )
        delegating = actions.add_parser(
            "delegate", parents=[contract], help="declare at the sandbox who issues in a seller's name"
        )
        delegating.add_argument("--change", action="store_true", help="a change, not a first declaration")
        delegating.add_argument("--purpose", default=PURPOSE, metavar="TEXT")
        actions.add_parser(
            "note-delegation", parents=[contract], help="write down what was declared by way of the provider"
        )
        actions.add_parser("delegations", parents=[shared], help="who issues in whose name, and until when")
        actions.add_parser("lists", parents=[shared], help="lists 01/BK-ĐCTT with what they correct")
        actions.add_parser("packages", parents=[shared], help="messages 203 and 206 with what became of them")
        actions.add_parser(
            "tell", parents=[shared], help="pack what waits for a message 203 or 206, and send it"
        )

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        rows, refusal = getattr(self, f"do_{action.replace('-', '_')}")(**options)
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        else:
            for row in rows:
                self.stdout.write(" ".join(f"{name}={value}" for name, value in row.items() if value != ""))
        if refusal:
            raise CommandError(refusal, returncode=1)

    def do_status(self, **options: Any) -> tuple[list[Row], str]:
        rows = []
        for status in InvoiceStatus:
            found = Invoice.objects.filter(status=status)
            oldest = found.first()
            since = timezone.localtime(oldest.created_at).isoformat(timespec="minutes") if oldest else ""
            rows.append({"status": status.value, "invoices": found.count(), "oldest": since})
        return rows, ""

    def do_issue(self, *, seller: str | None, **options: Any) -> tuple[list[Row], str]:
        waiting = Invoice.objects.filter(status=InvoiceStatus.TO_ISSUE).select_related("seller", "series")
        if seller:
            waiting = waiting.filter(seller__slug=seller)
        rows: list[Row] = []
        for invoice in waiting:
            row: Row = {"consignment": invoice.source_reference, "invoice": "", "status": "", "refused": ""}
            try:
                issued = transmit(services.issue(invoice=invoice).pk)
                row |= {"invoice": str(issued), "status": issued.status}
            except NotIssued as reason:
                row |= {"status": invoice.status, "refused": [found.code for found in reason.findings]}
            rows.append(row)
        refused = sum(bool(row["refused"]) for row in rows)
        return rows, f"{refused} not issued." if refused else ""

    def do_send(self, **options: Any) -> tuple[list[Row], str]:
        due = list(services.due(timezone.now()).values_list("pk", flat=True))
        sent = [transmit(pk) for pk in due]
        return [{"invoice": str(one), "status": one.status} for one in sent], ""

    def do_registrations(self, **options: Any) -> tuple[list[Row], str]:
        year = timezone.localdate().year
        rows = SeriesRegistration.objects.select_related("seller").order_by("seller", "pk")
        return [
            {"seller": one.seller.slug, "series": f"{one.form}{one.symbol_of(year)}", "channel": one.channel,
             "till_code": one.till_code, "accepted_on": one.accepted_on, "stopped_on": one.stopped_on or ""}
            for one in rows
        ], ""  # fmt: skip

    def do_note_series(self, *, seller: str, uncoded: bool, **options: Any) -> tuple[list[Row], str]:
        cooperative = _cooperative(seller)
        names = ("form", "channel", "letters", "till_code")
        values = {name: options[name] for name in names}
        try:
            made = register_series(
                seller=cooperative, is_coded=not uncoded, accepted_on=timezone.localdate(), **values
            )
        except NotRegistrable as reason:
            return [], f"{reason.field}: {reason.code}"
        return [{"seller": seller, "series": f"{made.form}{made.symbol_of(timezone.localdate().year)}"}], ""

    def do_delegations(self, **options: Any) -> tuple[list[Row], str]:
        return [_contract(one) for one in Delegation.objects.select_related("seller")], ""

    def do_note_delegation(self, *, seller: str, **options: Any) -> tuple[list[Row], str]:
        try:
            noted = note_delegation(seller=_cooperative(seller), **{name: options[name] for name in CONTRACT})
        except NotRegistrable as reason:
            return [], f"{reason.field}: {reason.code}"
        return [_contract(noted)], ""

    def do_delegate(
        self, *, seller: str, change: bool, purpose: str, **options: Any
    ) -> tuple[list[Row], str]:
        cooperative, said = _cooperative(seller), {name: options[name] for name in CONTRACT}
        try:
            declare_delegation(seller=cooperative, is_change=change, purpose=purpose, **said)
        except DeclaredElsewhere:
            return [], "Ở nhà cung cấp, việc khai ủy nhiệm làm trên trang của họ · declared at the provider."
        except NotAccepted as refusal:
            return _reasons(refusal), f"{seller}: bị từ chối · refused"
        except FAILED as reason:
            return [], f"{seller}: {reason}"
        return [_contract(note_delegation(seller=cooperative, **said))], ""

    def do_packages(self, **options: Any) -> tuple[list[Row], str]:
        found = Package.objects.select_related("seller").annotate(
            invoices=Count("rows"), refused=Count("rows", filter=Q(rows__is_taken=False))
        )
        rows: list[Row] = [
            {"package": one.pk, "kind": one.kind, "seller": one.seller.slug, "status": one.status,
             "invoices": one.invoices, "refused": one.refused, "message": one.message_id}
            for one in found
        ]  # fmt: skip
        waiting = packages.waiting().count()
        return [*rows, {"package": "", "status": "waiting", "invoices": waiting}], ""

    def do_lists(self, **options: Any) -> tuple[list[Row], str]:
        made = CorrectionList.objects.select_related("seller", "correction__series").prefetch_related("rows")
        return [
            {"list": one.number, "seller": one.seller.slug, "dated": one.dated, "kind": one.correction.kind,
             "invoice": str(one.correction), "status": one.correction.status, "invoices": len(one.rows.all())}
            for one in made
        ], ""  # fmt: skip

    def do_tell(self, **options: Any) -> tuple[list[Row], str]:
        now, names = timezone.now(), ("kind", "status", "rejection")
        packages.pack_waiting(now)
        pks = list(packages.due(now).values_list("pk", flat=True))
        moved = [packages.transmit(pk, now=now) for pk in pks]
        rows: list[Row] = [
            {"package": one.pk} | {name: getattr(one, name) for name in names} for one in moved
        ]
        refused = sum(row["status"] in (PackageStatus.REJECTED, PackageStatus.IN_PART) for row in rows)
        return rows, f"{refused} refused." if refused else ""

    def do_verify(self, *, files: list[Path], **options: Any) -> tuple[list[Row], str]:
        rows: list[Row] = []
        bad = []
        for file in files:
            try:
                xml = file.read_bytes()
            except OSError as reason:
                raise CommandError(str(reason), returncode=2) from reason
            found = check(
                xml, today=timezone.localdate(), trust=trusted(), last_days=last_days(rules_in_force())
            )
            rows += [
                {"file": file.name, "code": one.code, "path": one.path, "error": one.is_error,
                 "vi": one.message_vi, "en": one.message_en}
                for one in found
            ]  # fmt: skip
            if any(one.is_error for one in found):
                bad.append(file.name)
            else:
                rows.append({"file": file.name, "code": "valid", "vi": "hợp lệ", "en": "valid"})
        return rows, f"{', '.join(bad)}: không hợp lệ · not valid" if bad else ""

    def do_export(self, *, order: str, out: Path, **options: Any) -> tuple[list[Row], str]:
        issued = Invoice.objects.exclude(status=InvoiceStatus.TO_ISSUE).filter(
            source_reference__startswith=f"{order}-"
        )
        if not issued:
            return [], f"Order {order} has no issued invoice."
        out.mkdir(parents=True, exist_ok=True)
        rows: list[Row] = []
        for invoice in issued.select_related("series", "seller"):
            path = out / f"{invoice.seller.tax_code}-{services.filename_of(invoice, 'xml')}"
            path.write_bytes(services.signed_xml(invoice))
            rows.append({"file": str(path), "kind": invoice.kind})
        return rows, ""

    def do_series(self, **options: Any) -> tuple[list[Row], str]:
        rows: list[Row] = [
            {"seller": series.seller.slug, "series": str(series), "last_number": series.last_number,
             "last_day": series.last_issued_on or "", "must_be_compared": series.is_unchecked}
            for series in InvoiceSeries.objects.select_related("seller").order_by("seller", "pk")
        ]  # fmt: skip
        broken = numbering.gaps()
        return rows, f"Gaps in {', '.join(broken)}" if broken else ""

    def do_rates(self, **options: Any) -> tuple[list[Row], str]:
        rules = RateRule.objects.exclude(status=RateRuleStatus.REFUSED).order_by(
            "tax_class", "valid_from", "pk"
        )
        names = ("pk", "status", "tax_class", "processing", "own_produced", "business_buyer", "code",
                 "valid_from", "valid_to", "basis")  # fmt: skip
        return [{name: getattr(rule, name) for name in names} for rule in rules], ""

    def do_stop_numbers(self, **options: Any) -> tuple[list[Row], str]:
        return [{"stopped": numbering.stop_numbering()}], ""

    def do_release(self, *, seller: str, series: str, highest: int, **options: Any) -> tuple[list[Row], str]:
        every = InvoiceSeries.objects.filter(seller__slug=seller)
        found = next((one for one in every if str(one) == series), None)
        if found is None:
            raise CommandError(f"{seller} has no series {series}.", returncode=2)
        try:
            released = numbering.release_series(series=found, highest=highest)
        except NumbersMissing as lost:
            return [], f"{lost}. Fetch these invoices from the authority or provider first."
        return [{"series": str(released), "last_number": released.last_number, "must_be_compared": False}], ""

    def do_register(
        self, *, seller: str, change: bool, till: str, without_code: str, **options: Any
    ) -> tuple[list[Row], str]:
        cooperative = _cooperative(seller)
        try:
            serial = declare_seller(
                seller=cooperative, is_change=change, till=till, without_code=without_code
            )
        except DeclaredElsewhere:
            return [], "Ở nhà cung cấp, việc đăng ký làm trên trang của họ · registered at the provider."
        except NotAccepted as refusal:
            return _reasons(refusal), f"{seller}: bị từ chối · refused"
        except FAILED as reason:
            return [], f"{seller}: {reason}"
        return [{"seller": seller, "result": "đã đăng ký · registered", "certificate": serial}], ""


def _cooperative(slug: str) -> Cooperative:
    found = Cooperative.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"{slug}: không có hợp tác xã này · no such cooperative", returncode=2)
    return found


def _contract(noted: Delegation) -> Row:
    return {"seller": noted.seller.slug} | {name: getattr(noted, name) for name in CONTRACT}


def _reasons(refusal: NotAccepted) -> list[Row]:
    return [{"code": fault.code, "text": fault.text} for fault in refusal.reasons]
