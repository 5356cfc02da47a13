"""Packages: finished invoices that the authority is only told of, many in one message (203, 206).

Source: Decree 254/2026/NĐ-CP art. 15.3 (from a cash register: the same day), 16.3 (without code: the next working day);
we send at once, together with whatever else of the seller waits. No transaction is open while something is signed or
sent: a package is made, then signed, then sent, and each step is found again by the sweep after a crash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from catalog.models import Cooperative
from shop.invoices.exchange import in_words, new_message_id
from shop.invoices.findings import finding
from shop.invoices.gateway import PackageGateway, Receipt, State, TryAgainLater, WillNotSucceed
from shop.invoices.issuing import signer_today
from shop.invoices.keys import gateway_of, time_findings, trusted
from shop.invoices.models import (
    DocumentKind,
    Invoice,
    InvoiceDocument,
    InvoiceStatus,
    Package,
    PackageMessage,
    PackageRow,
    PackageStatus,
)
from shop.invoices.package_exchange import MOST_CONTENT, packed, signed_package
from shop.invoices.roads import Road, goes
from shop.invoices.services import ask_or_send, claim, pause_after, wait
from shop.invoices.signer import SigningFailed
from shop.invoices.verifying import is_sealed_by_authority

logger = logging.getLogger(__name__)
MOST_INVOICES = 1000  # in one package; a working day of a busy stall
UNDECIDED = (PackageStatus.TO_SIGN, PackageStatus.SIGNED, PackageStatus.SENT)


def waiting() -> QuerySet[Invoice]:
    """Invoices that are to be told of and stand in no undecided package."""
    open_rows = PackageRow.objects.filter(invoice=OuterRef("pk"), is_taken=None)
    issued = Invoice.objects.filter(goes(Road.UNCODED, Road.TILL), status=InvoiceStatus.SIGNED)
    return issued.filter(~Exists(open_rows))


@transaction.atomic
def pack(*, seller: Cooperative, road: Road, now: dt.datetime) -> Package | None:
    """A package of what waits of the seller on this road, in the order of numbers; None where nothing does.

    Locks: the invoices. Writes: Package, PackageRow, the invoices' message id.
    """
    mine = Invoice.objects.filter(pk__in=waiting().filter(seller=seller).values("pk")).filter(goes(road))
    locked = list(
        mine.select_for_update(of=("self",)).order_by("series__form", "series__symbol", "number")[
            :MOST_INVOICES
        ]
    )
    open_rows = PackageRow.objects.filter(invoice__in=locked, is_taken=None).values_list("invoice", flat=True)
    taken = set(open_rows)  # packed by somebody else while we waited for the lock
    lengths = dict(_signed_documents(locked).values_list("invoice", Length("body")))
    chosen: list[Invoice] = []
    size = 0
    for invoice in locked:
        length = lengths[invoice.pk]
        if invoice.pk in taken or invoice.status != InvoiceStatus.SIGNED:
            continue
        if chosen and size + length > MOST_CONTENT:
            break  # the rest goes in the next one
        chosen.append(invoice)
        size += length
    if not chosen:
        return None
    package = Package.objects.create(
        seller=seller,
        kind=road.value,
        message_id=new_message_id(settings.INVOICE_PROVIDER_TAX_CODE),
        next_try_at=now,
    )
    PackageRow.objects.bulk_create([PackageRow(package=package, invoice=invoice) for invoice in chosen])
    Invoice.objects.filter(pk__in=[one.pk for one in chosen]).update(message_id=package.message_id)
    return package


def _signed_documents(invoices: Sequence[Invoice | int]) -> QuerySet[InvoiceDocument]:
    return InvoiceDocument.objects.filter(invoice__in=invoices, kind=DocumentKind.SIGNED).order_by()


def pack_waiting(now: dt.datetime) -> list[Package]:
    """Packages of all that waits. Writes: as :func:`pack`."""
    made: list[Package] = []
    for pk in list(waiting().order_by("seller").values_list("seller", flat=True).distinct()):
        seller = Cooperative.objects.get(pk=pk)
        for road in (Road.UNCODED, Road.TILL):
            while package := pack(seller=seller, road=road, now=now):
                made.append(package)
    return made


def due(now: dt.datetime) -> QuerySet[Package]:
    """Packages that a worker should take a step with now."""
    return Package.objects.filter(status__in=UNDECIDED, next_try_at__lte=now)


def transmit_due(now: dt.datetime) -> int:
    """How many packages took a step; what waits is packed first."""
    pack_waiting(now)
    pks = list(due(now).order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        transmit(pk, now=now)
    return len(pks)


def transmit_of(invoice: Invoice, *, now: dt.datetime | None = None) -> Package | None:
    """A step with the package of the invoice; packed first, with all that waits beside it, where it is in none."""
    now = now or timezone.now()
    if invoice.status == InvoiceStatus.SIGNED and not invoice.package_rows.filter(is_taken=None).exists():
        while pack(seller=invoice.seller, road=invoice.road, now=now):
            if invoice.package_rows.filter(is_taken=None).exists():
                break
    row = invoice.package_rows.filter(is_taken=None).select_related("package").first()
    return transmit(row.package_id, now=now) if row else None


def transmit(package_pk: int, *, now: dt.datetime | None = None) -> Package:
    """One step of the exchange: sign, send, or ask what became of it, and record the answer (204).

    After an unclear end the authority is asked about the message before it is sent again, and what is sent again are
    the same bytes. Locks/Writes: Package, PackageRow, PackageMessage, Invoice. Idempotent.
    """
    now = now or timezone.now()
    claimed = claim(due(now).filter(pk=package_pk), now)
    package = Package.objects.select_related("seller").get(pk=package_pk)
    if not claimed:
        return package
    try:
        if package.status == PackageStatus.TO_SIGN:
            package = _signed(package, now)
        receipt = _ask_or_send(package)
    except (TryAgainLater, SigningFailed) as reason:
        logger.warning("Package %s waits: %s", package, reason)
        wait(package)
        return package
    except WillNotSucceed as reason:
        receipt = Receipt(message_id=package.message_id, state=State.REJECTED)
        return _record(package_pk, receipt, rejection=str(reason))
    return _record(package_pk, receipt)


def message_of(package: Package) -> bytes:
    """The bytes of the message. Raises: PackageMessage.DoesNotExist before it is signed."""
    return bytes(package.messages.get(message_type=package.kind).body)


def _signed(package: Package, now: dt.datetime) -> Package:
    """The package with its message in the archive. Signed outside of a transaction: the key may lie far away."""
    road = Road(package.kind)
    keys = list(package.rows.order_by("pk").values_list("invoice", flat=True))
    bodies = dict(_signed_documents(keys).values_list("invoice", "body"))
    message = packed(
        [bytes(bodies[key]) for key in keys],
        road=road,
        message_id=package.message_id,
        tax_code=package.seller.tax_code,
    )
    if road is Road.TILL:
        signer = signer_today(package.seller, now)
        if found := time_findings(signer.certificate, at=now):
            raise SigningFailed(found[0].message_en)
        message = signed_package(message, signer, at=now)
    with transaction.atomic():
        locked = Package.objects.select_for_update(of=("self",)).select_related("seller").get(pk=package.pk)
        if locked.status == PackageStatus.TO_SIGN:
            _keep(locked, [(package.kind, message)])
            locked.status = PackageStatus.SIGNED
            locked.save(update_fields=["status"])
    return locked


def _ask_or_send(package: Package) -> Receipt:
    road = gateway_of(package.seller)
    if not isinstance(road, PackageGateway):
        raise TryAgainLater("the provider carries no packages")
    return ask_or_send(package, road.fetch, lambda: road.hand_in(package.message_id, message_of(package)))


@transaction.atomic
def _record(package_pk: int, receipt: Receipt, *, rejection: str = "") -> Package:
    package = Package.objects.select_for_update(of=("self",)).select_related("seller").get(pk=package_pk)
    if package.status not in UNDECIDED or package.message_id != receipt.message_id:
        return package
    _keep(package, [(kind, body) for kind, body in receipt.exchanged if kind != package.kind])
    package.next_try_at = None
    if receipt.state == State.ACCEPTED and not is_sealed_by_authority(receipt.document, trusted()):
        _decide(package, {}, whole=finding("unsigned", "DSCKS/CQT").message_vi)
    elif receipt.state == State.ACCEPTED:
        _decide(package, {place: in_words(reasons) for place, reasons in receipt.refused.items()})
    elif receipt.state == State.REJECTED:
        _decide(package, {}, whole=rejection or in_words(receipt.reasons) or "?")
    else:
        package.status = PackageStatus.SENT
        package.next_try_at = timezone.now() + pause_after(package.tries)
        Invoice.objects.filter(package_rows__package=package, status=InvoiceStatus.SIGNED).update(
            status=InvoiceStatus.SENT
        )
    package.save(update_fields=["status", "rejection", "next_try_at"])
    return package


def _decide(package: Package, refused: dict[tuple[str, str, int], str], *, whole: str = "") -> None:
    """What became of every invoice of the package; ``whole`` is why all of it was refused."""
    rows = package.rows.select_related("invoice__series").select_for_update(of=("self",))
    count = 0
    for row in rows:
        invoice, series = row.invoice, row.invoice.series
        place = (str(series.form), series.symbol, invoice.number or 0) if series else ("", "", 0)
        row.reasons = whole or refused.get(place, "")
        row.is_taken = not row.reasons
        count += row.is_taken
        row.save(update_fields=["is_taken", "reasons"])
        invoice.status = InvoiceStatus.ACCEPTED if row.is_taken else InvoiceStatus.REJECTED
        invoice.rejection, invoice.next_try_at = row.reasons, None
        invoice.save(update_fields=["status", "rejection", "next_try_at"])
    package.rejection = whole
    if count:
        package.status = PackageStatus.ACCEPTED if count == len(rows) else PackageStatus.IN_PART
    else:
        package.status = PackageStatus.REJECTED


def _keep(package: Package, exchanged: list[tuple[str, bytes]]) -> None:
    """Messages in the archive; one seen before stays one."""
    PackageMessage.objects.bulk_create(
        [
            PackageMessage(
                package=package, message_type=kind, body=body, sha256=hashlib.sha256(body).hexdigest()
            )
            for kind, body in exchanged
        ],
        ignore_conflicts=True,
    )
