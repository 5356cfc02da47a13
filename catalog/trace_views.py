"""The page behind a lot's QR, and the QR. Light enough for one bar of signal, and never older than a recall."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass

import segno
from django.db import OperationalError
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog import structured
from catalog.clock import today
from catalog.lot_codes import MistypedCode, read_code
from catalog.lots import chain_faults, count_scan
from catalog.models import Certificate, Lot, LotEvent, LotEventKind, NetUnit
from catalog.papers import papers_of_lot
from catalog.pictures import renditions

log = logging.getLogger(__name__)

QR_MARGIN = 4  # modules of white that a reader needs around the code
MACHINES = re.compile(
    r"bot|crawl|spider|slurp|preview|facebookexternalhit|headless|monitor|curl|wget|python|java/|go-http|okhttp",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Step:
    """One line of the book as a reader sees it; ``corrected`` is the amount that a later line put right."""

    event: LotEvent
    amount: str
    corrected: str


@require_safe
@cache_control(no_cache=True)
def trace(request: HttpRequest, lot_code: str) -> HttpResponse:
    """One lot: state first, then what it is, who made it, each step, the papers. Counts people's readings."""
    try:
        code = read_code(lot_code)
    except MistypedCode:
        return render(request, "catalog/trace_missing.html", {"is_mistyped": True}, status=404)
    lot = (
        Lot.objects.filter(code=code)
        .select_related(
            "sheet__product",
            "sheet__cooperative__commune__province",
            "sheet__commune__province",
            "sheet__picture",
        )
        .prefetch_related(
            "events",
            Prefetch("sheet__certificates", Certificate.objects.showing_on(today()), to_attr="showing"),
            Prefetch("sheet__picture__renditions", renditions()),
        )
        .first()
    )
    if lot is None:
        return render(request, "catalog/trace_missing.html", {"is_mistyped": False}, status=404)
    if _is_read_by_a_person(request):
        try:
            count_scan(lot)
        except OperationalError:  # the page is worth more than its counter
            log.warning("scan of lot %s was not counted: the database is busy", lot.code)
    faults = chain_faults(lot)
    if faults:
        log.error("the book of lot %s is not as it was written: %s", lot.code, "; ".join(faults))
    context = {
        "lot": lot,
        "sheet": lot.sheet,
        "stall": lot.sheet.cooperative,
        "star": lot.sheet.star,
        "papers": papers_of_lot(lot),
        "steps": _steps(lot),
        "recall": next((line for line in lot.events.all() if line.kind == LotEventKind.RECALL), None),
        "is_honest": not faults,
        "quantity": amount_text(lot.quantity, lot.unit),
        "is_past": lot.best_before is not None and lot.best_before < today(),
        "canonical": structured.absolute(reverse("catalogue:trace", args=[lot.code])),
    }
    return render(request, "catalog/trace.html", context)


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
    segno.make(structured.absolute(f"/t/{code}"), error="m", micro=False, boost_error=False).save(
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
    whole, rest = divmod(quantity, 1000)
    return f"{whole},{rest:03d}".rstrip("0") + f" {large}" if rest else f"{whole} {large}"


def _steps(lot: Lot) -> list[Step]:
    """The lines of the book in the order in which things happened."""
    lines: Iterable[LotEvent] = lot.events.all()
    corrected = {line.corrects: line.quantity for line in lines if line.kind == LotEventKind.CORRECTION}
    return [
        Step(line, amount_text(line.quantity, lot.unit), amount_text(corrected.get(line.number), lot.unit))
        for line in sorted(lines, key=lambda line: (line.at, line.number))
    ]


def _is_read_by_a_person(request: HttpRequest) -> bool:
    """A browser that shows the page to somebody: no HEAD, no program, no page fetched in advance."""
    agent = request.headers.get("User-Agent", "")
    ahead = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    return request.method == "GET" and bool(agent) and not ahead and not MACHINES.search(agent)
