"""The page behind a lot's QR, and the QR. Light enough for one bar of signal, and never older than a recall."""

from __future__ import annotations

import io
import logging
import re
from dataclasses import dataclass

import segno
from django.conf import settings
from django.db import OperationalError
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog import epcis, structured
from catalog.clock import today
from catalog.gtin import NotAGtin, digital_link, read_gtin
from catalog.lot_book import chain_faults
from catalog.lot_codes import MistypedCode, read_code
from catalog.lots import count_scan
from catalog.models import Certificate, Lot, LotEvent, LotEventKind, NetUnit, ProductSheet
from catalog.papers import papers_of_lot
from catalog.patience import waiting_at_most
from catalog.pictures import renditions
from catalog.reading import thousandths

log = logging.getLogger(__name__)

PATIENCE_MS = 200
QR_MARGIN = 4  # modules of white that a reader needs around the code
# The same for every lot and every reader: a browser that sends it back has read the page before, and says no more.
READ_BEFORE = 'W/"da-doc"'
MACHINES = re.compile(
    r"bot|crawl|spider|slurp|preview|facebookexternalhit|headless|monitor|curl|wget|python|java/|go-http|okhttp",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Step:
    """One line of the book as a reader sees it; ``corrected`` is the amount that a later line put right.

    Sales stand together in one step, at the last of them: how much each buyer took is nobody's business.
    """

    event: LotEvent
    amount: str
    corrected: str
    times: int = 1


@require_safe
@cache_control(private=True, no_cache=True)
def trace(request: HttpRequest, lot_code: str, gtin: str = "") -> HttpResponse:
    """One lot: state first, then what it is, who made it, each step, the papers. Counts people's first readings.

    The answer is always the whole page, also to a browser that has it: it must never be older than a recall.
    ``gtin`` when it was asked for by its GS1 Digital Link: the product's own number, or there is no such page.
    """
    try:
        code = read_code(lot_code)
    except MistypedCode:
        return render(request, "catalog/trace_missing.html", {"is_mistyped": True}, status=404)
    lot = _lots().filter(code=code).first()
    if lot and gtin and not _has_number(lot, gtin):
        lot = None
    if lot is None:
        return render(request, "catalog/trace_missing.html", {"is_mistyped": False}, status=404)
    if _is_read_by_a_person(request) and READ_BEFORE not in request.headers.get("If-None-Match", ""):
        try:
            with waiting_at_most(PATIENCE_MS):
                count_scan(lot)
        except OperationalError:  # the page is worth more than its counter
            log.warning("scan of lot %s was not counted: the database is busy", lot.code)
    made: list[LotEvent] = getattr(lot, "made", [])  # see _lots
    faults = chain_faults(lot)
    if faults:
        log.error("the book of lot %s is not as it was written: %s", lot.code, "; ".join(faults))
    context = {
        "lot": lot,
        "sheet": lot.sheet,
        "stall": lot.sheet.cooperative,
        "star": lot.sheet.star,
        "papers": papers_of_lot(lot),
        "steps": steps_of(lot),
        "made": [line.lot for line in made],
        "structured": _structured(lot),
        "recall": next((line for line in lot.events.all() if line.kind == LotEventKind.RECALL), None),
        "is_honest": not faults,
        "quantity": amount_text(lot.quantity, lot.unit),
        "is_past": lot.best_before is not None and lot.best_before < today(),
        "canonical": structured.absolute(reverse("catalogue:trace", args=[lot.code])),
    }
    response = render(request, "catalog/trace.html", context)
    response["ETag"] = READ_BEFORE
    return response


@require_safe
def goods(request: HttpRequest, gtin: str) -> HttpResponse:
    """Where the number under a bar code leads: to the product's page."""
    try:
        sheet = ProductSheet.objects.select_related("product").filter(gtin__number=read_gtin(gtin)).first()
    except NotAGtin as error:
        raise Http404 from error
    if sheet is None or not sheet.is_public:
        raise Http404
    return redirect("catalogue:detail", product_slug=sheet.product.slug, pk=sheet.product_id)


@require_safe
@cache_control(no_cache=True)
def trace_epcis(request: HttpRequest, lot_code: str) -> HttpResponse:
    """The lot's book as an EPCIS 2.0 document, for other systems."""
    try:
        lot = _lots().filter(code=read_code(lot_code)).first()
    except MistypedCode as error:
        raise Http404 from error
    if lot is None:
        raise Http404
    response = JsonResponse(
        epcis.document(lot), content_type="application/ld+json", json_dumps_params={"ensure_ascii": False}
    )
    response["Content-Disposition"] = f'attachment; filename="{lot.code}.epcis.json"'
    return response


@require_safe
@cache_control(public=True, max_age=86_400)
def trace_qr(request: HttpRequest, lot_code: str) -> HttpResponse:
    """The QR of a lot's page as SVG, for labels."""
    try:
        code = read_code(lot_code)
    except MistypedCode as error:
        raise Http404 from error
    if not Lot.objects.filter(code=code).exists():
        raise Http404
    drawn = io.BytesIO()
    # The Vietnamese address, whoever asks: a printed label has one.
    segno.make(trace_address(code), error="m", micro=False, boost_error=False).save(
        drawn, kind="svg", border=QR_MARGIN, xmldecl=False, light="#fff", scale=4
    )
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


def amount_text(quantity: int | None, unit: str) -> str:
    """``240 kg``, ``1,5 lít``, ``12 cái``; empty for none."""
    if quantity is None:
        return ""
    large = {NetUnit.GRAM: "kg", NetUnit.MILLILITRE: _("lít")}.get(NetUnit(unit))
    if large is None or quantity < 1000:
        return f"{quantity} {NetUnit(unit).label}"
    return f"{thousandths(quantity)} {large}"


def trace_address(code: str) -> str:
    """What the QR of a lot says."""
    return structured.absolute(f"/t/{code}")


def steps_of(lot: Lot) -> list[Step]:
    """The lines of the book in the order in which things happened."""
    lines: list[LotEvent] = list(lot.events.all())
    corrected = {line.corrects: line.quantity for line in lines if line.kind == LotEventKind.CORRECTION}
    sales = [line for line in lines if line.kind == LotEventKind.SALE]
    steps = []
    for line in sorted(lines, key=lambda line: (line.at, line.number)):
        unit = line.counterpart.unit if line.kind == LotEventKind.SOURCE and line.counterpart else lot.unit
        if line.kind != LotEventKind.SALE:
            better = amount_text(corrected.get(line.number), unit)
            steps.append(Step(line, amount_text(line.quantity, unit), better))
        elif line == sales[-1]:
            total = sum(sale.quantity or 0 for sale in sales)
            steps.append(Step(line, amount_text(total, unit), "", len(sales)))
    return steps


def _lots() -> QuerySet[Lot]:
    """Lots with all that their page tells, in six queries."""
    made = LotEvent.objects.filter(kind=LotEventKind.SOURCE).select_related("lot__sheet__product")
    return Lot.objects.select_related(
        "sheet__product",
        "sheet__gtin",
        "sheet__cooperative__commune__province",
        "sheet__commune__province",
        "sheet__picture",
    ).prefetch_related(
        Prefetch(
            "events",
            LotEvent.objects.select_related("counterpart__sheet__product", "counterpart__sheet__gtin"),
        ),
        Prefetch("mentions", made, to_attr="made"),
        Prefetch("sheet__certificates", Certificate.objects.showing_on(today()), to_attr="showing"),
        Prefetch("sheet__picture__renditions", renditions()),
    )


def _has_number(lot: Lot, gtin: str) -> bool:
    own = getattr(lot.sheet, "gtin", None)
    try:
        return own is not None and own.number == read_gtin(gtin)
    except NotAGtin:
        return False


def _structured(lot: Lot) -> str:
    """The lot's GS1 Digital Link for machines; nothing without a number."""
    gtin = getattr(lot.sheet, "gtin", None)
    if gtin is None:
        return ""
    link = digital_link(gtin.number, lot_code=lot.code, base=settings.BASE_URL)
    return structured.graph(
        {"@type": "Product", "name": lot.sheet.title, "gtin": gtin.number, "hasGS1DigitalLink": link}
    )


def _is_read_by_a_person(request: HttpRequest) -> bool:
    """A browser that shows the page to somebody: no HEAD, no program, no page fetched in advance."""
    agent = request.headers.get("User-Agent", "")
    ahead = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    return request.method == "GET" and bool(agent) and not ahead and not MACHINES.search(agent)
