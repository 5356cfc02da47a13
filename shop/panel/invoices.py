"""The invoice desk: the queue, one invoice as it prints, and the buttons that number, sign and send."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from catalog.models import Cooperative
from shop.accounts.doors import may_open
from shop.invoices import formats, services
from shop.invoices.corrections import chain_of
from shop.invoices.draft import Draft
from shop.invoices.models import DocumentKind, ErrorNotice, Invoice, InvoiceKind, InvoiceStatus, SalesChannel
from shop.invoices.notices import with_failed_notice
from shop.invoices.numbering import NotIssued
from shop.invoices.passed_notices import results_for
from shop.invoices.training import is_training
from shop.orders import invoicing

from .correction_forms import NoticeResultForm
from .screens import Screen, Tab, page_of, query_without_page, refreshing
from .selectors import invoices_for, unadjusted_for

logger = logging.getLogger(__name__)

STATUS_KEY, SELLER_KEY, DAY_KEY, CHOSEN_KEY, LOOK_KEY = "tinh-trang", "htx", "ngay", "chon", "lan"
SEARCH_KEY = "tim"
NOTICE_KEY, REFUSED = "thong-bao", "tu-choi"
PER_PAGE = 100
MOST_AT_ONCE = 200
MOST_FOUND = 5_000
SECONDS_OF_SENDING = 15  # what is left is sent by the sweep
SECONDS_BETWEEN_LOOKS, MOST_LOOKS = 3, 10
_BROKEN = gettext_lazy("%(code)s: chưa ký được, cần người kỹ thuật xem nhật ký máy chủ.")
WAITING = (InvoiceStatus.SIGNED, InvoiceStatus.SENT)


class InvoiceQueue(Screen):
    """All invoices by state; or, after several were issued at once, just those with what became of each."""

    template_name = "panel/invoices.html"
    page_title = gettext_lazy("Hóa đơn")
    header_icon = "doc-full"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        query = self.request.GET
        everything = invoices_for(self.request.user)
        chosen = _numbers(query.getlist(CHOSEN_KEY))
        rows = everything.filter(pk__in=chosen) if chosen else _filtered(everything, query)
        tabs = _tabs(everything, query)
        count = next((tab.count for tab in tabs if tab.is_current), None)
        if count is None:
            count = rows.order_by()[:MOST_FOUND].count()
        page = page_of(rows.select_related("seller", "series"), self.request, PER_PAGE, count=count)
        can_issue = may_open(self.request.user, "panel:issue_selected")
        context.update(
            page=page,
            page_link=query_without_page(self.request),
            chosen=chosen,
            is_waiting=any(invoice.status in WAITING for invoice in page),
            tabs=[*tabs, *_to_adjust(self.request.user)],
            today=_figures(everything),
            sellers=Cooperative.objects.filter(Exists(everything.filter(seller=OuterRef("pk")).order_by())),
            seller=query.get(SELLER_KEY, ""),
            day=query.get(DAY_KEY, ""),
            sought=query.get(SEARCH_KEY, ""),
            this_month=f"{timezone.localdate():%Y-%m}",
            can_issue_all=may_open(self.request.user, "panel:issue_all"),
            can_practise=is_training() and may_open(self.request.user, "panel:training"),
            status=query.get(STATUS_KEY, ""),
            can_issue=can_issue and any(invoice.status == InvoiceStatus.TO_ISSUE for invoice in page),
        )
        return context

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(**kwargs)
        response = self.render_to_response(context)
        return _look_again(request, response) if context["chosen"] and context["is_waiting"] else response


def _numbers(values: list[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19]


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _narrowed(rows: QuerySet[Invoice], query: QueryDict) -> QuerySet[Invoice]:
    if seller := query.get(SELLER_KEY):
        rows = rows.filter(seller=Subquery(Cooperative.objects.filter(slug=seller).order_by().values("pk")))
    if day := _day(query.get(DAY_KEY, "")):
        begins = dt.datetime.combine(day, dt.time(), timezone.get_current_timezone())
        rows = rows.filter(created_at__gte=begins, created_at__lt=begins + dt.timedelta(days=1))
    if query.get(NOTICE_KEY) == REFUSED:
        rows = with_failed_notice(rows)
    if sought := query.get(SEARCH_KEY, "").strip():
        rows = rows.filter(_matches(sought))
    return rows


def _matches(sought: str) -> Q:
    """Consignment, buyer, codes, and for digits the number or the amount, as they stand on the screen."""
    code = sought.replace(" ", "").upper()
    found = (
        Q(source_reference__icontains=code)
        | Q(buyer_name__icontains=sought)
        | Q(lookup_code=code.replace("-", ""))
        | Q(authority_code__startswith=code)
    )
    digits = sought.replace(".", "").replace(" ", "")
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        found |= Q(number=int(digits)) | Q(total_amount=int(digits))
    return found


def _filtered(rows: QuerySet[Invoice], query: QueryDict) -> QuerySet[Invoice]:
    rows = _narrowed(rows, query)
    status = query.get(STATUS_KEY)
    if status in InvoiceStatus.values:
        rows = rows.filter(status=status)
    # What still has to be done: oldest first. What is done: newest first.
    oldest_first = status in (InvoiceStatus.TO_ISSUE, *WAITING, InvoiceStatus.REJECTED)
    return rows.order_by("created_at", "pk") if oldest_first else rows.order_by("-created_at", "-pk")


def _tabs(rows: QuerySet[Invoice], query: QueryDict) -> list[Tab]:
    counts = _counts(_narrowed(rows, query).order_by(), query)
    kept = QueryDict(mutable=True)
    for key in (SELLER_KEY, DAY_KEY, SEARCH_KEY, NOTICE_KEY):
        if value := query.get(key):
            kept[key] = value
    here, current = reverse("panel:invoices"), query.get(STATUS_KEY)
    tabs = [
        Tab(
            _("Tất cả"),
            f"{here}?{kept.urlencode()}" if kept else here,
            current not in InvoiceStatus.values and CHOSEN_KEY not in query,
            None if counts is None else sum(counts.values()),
        )
    ]
    for status in InvoiceStatus:
        kept[STATUS_KEY] = status
        count = None if counts is None else counts.get(status, 0)
        tabs.append(Tab(str(status.label), f"{here}?{kept.urlencode()}", current == status, count))
    return tabs


def _counts(rows: QuerySet[Invoice], query: QueryDict) -> dict[str, int] | None:
    """How many in each state; None where a search finds more than anybody pages through."""
    if not query.get(SEARCH_KEY, "").strip():
        return dict(rows.values_list("status").annotate(found=Count("*")))
    found = Counter(rows.values_list("status", flat=True)[: MOST_FOUND + 1])
    return found if found.total() <= MOST_FOUND else None


def _to_adjust(user: Any) -> list[Tab]:
    """What was paid back and stands on no invoice yet; nothing where there is none."""
    count = unadjusted_for(user).count()
    return [Tab(_("Cần điều chỉnh"), reverse("panel:unadjusted"), False, count)] if count else []


def _figures(rows: QuerySet[Invoice]) -> dict[str, Any]:
    """The day's numbers: issued and accepted today, and the sum that was issued."""
    return rows.filter(issued_on=timezone.localdate()).aggregate(
        issued=Count("pk"),
        amount=Sum("total_amount"),
        accepted=Count("pk", filter=Q(status=InvoiceStatus.ACCEPTED)),
        rejected=Count("pk", filter=Q(status=InvoiceStatus.REJECTED)),
    )


def _look_again(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The authority answers within seconds: look again a few times, then stop."""
    looks = _numbers([request.GET.get(LOOK_KEY, "0")])
    if not looks or looks[0] >= MOST_LOOKS:
        return response
    query = request.GET.copy()
    query[LOOK_KEY] = str(looks[0] + 1)
    return refreshing(response, f"{request.path}?{query.urlencode()}", SECONDS_BETWEEN_LOOKS)


class InvoicePage(Screen):
    template_name = "panel/invoice.html"
    header_icon = "doc-full"
    refused_form: NoticeResultForm | None = None
    refused_notice: int | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = invoices_for(request.user).select_related("seller", "series")
        self.invoice = get_object_or_404(rows, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        if self.invoice.number:
            return _("Hóa đơn %(series)s số %(number)s") % {
                "series": self.invoice.series,
                "number": self.invoice.number,
            }
        if self.invoice.corrects_id:
            return _("Bản nháp sửa hóa đơn của kiện %(code)s") % {"code": self.invoice.source_reference}
        return _("Hóa đơn của kiện %(code)s") % {"code": self.invoice.source_reference}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:invoices"), "label": _("Hóa đơn")},
            {"url": "", "label": str(self.invoice)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        invoice, user = self.invoice, self.request.user
        is_draft_correction = invoice.status == InvoiceStatus.TO_ISSUE and invoice.corrects_id is not None
        context.update(
            invoice=invoice,
            draft=printed_draft(invoice),
            documents=invoice.documents.defer("body"),
            can_issue=invoice.status == InvoiceStatus.TO_ISSUE and may_open(user, "panel:issue"),
            can_retry=invoice.status in (*WAITING, InvoiceStatus.REJECTED) and may_open(user, "panel:retry"),
            is_waiting=invoice.status in WAITING,
            can_correct=invoice.status == InvoiceStatus.ACCEPTED and may_open(user, "panel:correct"),
            can_change_channel=self._can_change_channel(),
            can_drop=is_draft_correction and may_open(user, "panel:drop_draft"),
            chain=chain_of(invoice),
            notices=[(notice, self._result_form(notice)) for notice in invoice.notices.all()],
            has_list=invoice.documents.filter(kind=DocumentKind.LIST).exists(),
        )
        return context

    def _result_form(self, notice: ErrorNotice) -> NoticeResultForm | None:
        """Where what happened to the notice at the provider is noted."""
        if self.refused_form is not None and notice.pk == self.refused_notice:
            return self.refused_form
        is_open = results_for(notice) and may_open(self.request.user, "panel:settle_notice")
        return NoticeResultForm(notice) if is_open else None

    def _can_change_channel(self) -> bool:
        """Only for a draft of a sale; the till's only for goods that were fetched at a stall that has one."""
        invoice = self.invoice
        is_draft = invoice.status == InvoiceStatus.TO_ISSUE and invoice.kind == InvoiceKind.ORIGINAL
        if not is_draft or not may_open(self.request.user, "panel:invoice_channel"):
            return False
        return invoice.channel == SalesChannel.TILL or invoicing.may_be_till_sale(invoice)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = self.render_to_response(self.get_context_data(**kwargs))
        is_watched = LOOK_KEY in request.GET and self.invoice.status in WAITING
        return _look_again(request, response) if is_watched else response


def printed_draft(invoice: Invoice) -> Draft:
    """What the printed form shows: the signed XML's content, or before that what would be issued today."""
    if invoice.status == InvoiceStatus.TO_ISSUE:
        return services.draft_today(invoice)
    return formats.read(services.signed_xml(invoice))


class Issue(View):
    """Numbers, signs and sends one invoice."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = get_object_or_404(invoices_for(request.user), pk=pk)
        issue_and_send(request, [invoice])
        return redirect(f"{reverse('panel:invoice', args=[pk])}?{LOOK_KEY}=0")


class IssueSelected(View):
    """Numbers, signs and sends the ticked rows, one after another, each in its own transaction."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = _numbers(request.POST.getlist(CHOSEN_KEY))[:MOST_AT_ONCE]
        invoices = list(invoices_for(request.user).filter(pk__in=chosen).order_by("created_at", "pk"))
        if not invoices:
            messages.warning(request, _("Chưa chọn hóa đơn nào."))
            return redirect("panel:invoices")
        issue_and_send(request, invoices)
        query = QueryDict(mutable=True)
        query.setlist(CHOSEN_KEY, [str(invoice.pk) for invoice in invoices])
        return redirect(f"{reverse('panel:invoices')}?{query.urlencode()}")


def issue_and_send(request: HttpRequest, invoices: list[Invoice]) -> None:
    """Issue each invoice, then send them for as long as a person waits; the sweep sends the rest.

    One that cannot be issued is named with the reason and does not hold up the others. Repeating is safe:
    what has a number keeps it.
    """
    issued: list[Invoice] = []
    for invoice in invoices:
        try:
            issued.append(services.issue(invoice=invoice))
        except NotIssued as refusal:
            reasons = " ".join(found.message_vi for found in refusal.findings)
            messages.error(request, f"{invoice.source_reference}: {reasons}")
        except (ValueError, LookupError, OSError):
            # A lost key or a sale no VAT rule covers: the others must not wait for its repair.
            logger.exception("Invoice %s could not be issued", invoice.pk)
            messages.error(request, _BROKEN % {"code": invoice.source_reference})
    stop_at = time.monotonic() + SECONDS_OF_SENDING
    for invoice in issued:
        if time.monotonic() > stop_at:
            break
        invoicing.transmit(invoice.pk)
    if issued:
        text = ngettext("Đã lập và ký %(count)d hóa đơn.", "Đã lập và ký %(count)d hóa đơn.", len(issued))
        messages.success(request, text % {"count": len(issued)})


class Retry(View):
    """Asks the authority again; a rejected invoice is sent again with its number and bytes unchanged."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = get_object_or_404(invoices_for(request.user), pk=pk)
        if invoice.status == InvoiceStatus.REJECTED:
            services.resend(invoice=invoice)
        invoicing.transmit(invoice.pk)
        return redirect(f"{reverse('panel:invoice', args=[pk])}?{LOOK_KEY}=0")


def invoice_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The printed form: of the signed XML, or before that as it would be issued today."""
    invoice = get_object_or_404(invoices_for(request.user).select_related("series"), pk=pk)
    if invoice.status == InvoiceStatus.TO_ISSUE:
        return as_file(services.preview_of(invoice), f"{invoice.source_reference}.pdf")
    pdf = services.pdf_of(invoice, base_url=settings.BASE_URL)
    return as_file(pdf, services.filename_of(invoice, "pdf"))


def invoice_xml(request: HttpRequest, pk: int) -> HttpResponse:
    issued = invoices_for(request.user).exclude(status=InvoiceStatus.TO_ISSUE).select_related("series")
    invoice = get_object_or_404(issued, pk=pk)
    return as_file(services.signed_xml(invoice), services.filename_of(invoice, "xml"))


def as_file(body: bytes, name: str) -> HttpResponse:
    content_type = "application/xml" if name.endswith(".xml") else "application/pdf"
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
