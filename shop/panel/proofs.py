"""Certificates and papers in the panel: the list, one of them, adding, putting right, plots."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog.certificates import declare_certificate
from catalog.clock import today
from catalog.models import Certificate, CheckState, Paper, Plot, ProofEvent
from catalog.models.certificate import CertificateQuerySet
from catalog.models.paper import PaperQuerySet
from catalog.models.proof import URGENCY
from catalog.ocop import STAGES_IN_FORCE, Stage, renewal_window
from catalog.papers import save_paper
from catalog.proofs import AlreadyJudged
from catalog.tenancy import cooperatives_of
from shop.accounts.doors import may_open
from shop.accounts.roles import Role, roles_of
from shop.images.serving import photo_response
from shop.templatetags.market import day

from .proof_forms import CertificateForm, PaperForm, PlotForm, errors_into
from .screens import PAGE_KEY, Screen, Tab, page_of, query_without_page
from .selectors import certificates_for, papers_for, plots_for, sheets_for

STATE_KEY, ADD_KEY = "tinh-trang", "them"
PER_PAGE = 50
Proofs = QuerySet[Any]
Both = tuple[CertificateQuerySet, PaperQuerySet]
WITH_RECORD = Prefetch("events", ProofEvent.objects.select_related("actor"))


class ProofList(Screen):
    """All papers of the person's cooperatives, or of everybody for the operator: what waits first."""

    template_name = "panel/proofs.html"
    page_title = gettext_lazy("Giấy tờ")
    header_icon = "clipboard-list"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user, state = self.request.user, self.request.GET.get(STATE_KEY, "")
        both: Both = (certificates_for(user), papers_for(user))
        counts = _counts(both)
        here = reverse("panel:proofs")
        tabs = [Tab(_("Tất cả"), here, state not in CheckState.values, counts.total())]
        for choice in CheckState:
            tabs.append(
                Tab(str(choice.label), f"{here}?{STATE_KEY}={choice}", state == choice, counts[choice])
            )
        found = counts.total()
        if state in CheckState.values:
            both, found = (both[0].in_check(state), both[1].in_check(state)), counts[state]
        context.update(
            page=_page_of_both(both, found, self.request),
            page_link=query_without_page(self.request),
            tabs=tabs,
            shows_cooperative=Role.OPERATOR in roles_of(user),
            can_add=may_open(user, "panel:add_paper"),
        )
        return context


def _counts(both: Both) -> Counter[str]:
    """How many there are in each state of the check; one statement for each kind."""
    counts: Counter[str] = Counter()
    for rows in both:
        groups = rows.with_urgency().order_by().values_list("urgency").annotate(Count("pk"))
        counts.update({URGENCY[place]: count for place, count in groups})
    return counts


def _page_of_both(both: Both, found: int, request: HttpRequest) -> Page[Any]:
    """Certificates and papers in one row with what is to be done, what waits first, then what ends first.

    The database sorts their keys; whole rows are read for one page only.
    """
    certificates, papers = both
    columns = ("urgency", "last", "pk", "is_paper")
    keys = (
        certificates.order_by()
        .with_urgency()
        .annotate(last=Coalesce("extended_to", "valid_to"), is_paper=Value(0))
        .values_list(*columns)
        .union(
            papers.order_by()
            .with_urgency()
            .annotate(last=Coalesce("valid_to", Value(dt.date.max)), is_paper=Value(1))
            .values_list(*columns),
            all=True,
        )
        .order_by("urgency", "last", "is_paper", "pk")
    )
    paginator = Paginator(keys, PER_PAGE)
    paginator.count = found  # counted already, for the tabs
    page = paginator.get_page(request.GET.get(PAGE_KEY))
    wanted = [(is_paper, pk) for _urgency, _last, pk, is_paper in page.object_list]
    proofs = {
        (is_paper, proof.pk): proof
        for is_paper, rows in enumerate(both)
        for proof in _with_names(rows).filter(pk__in=[pk for kind, pk in wanted if kind == is_paper])
    }
    page.object_list = [(proofs[key], advice_on(proofs[key])) for key in wanted if key in proofs]
    return page


def _with_names(rows: Proofs) -> Proofs:
    if rows.model is Certificate:
        return rows.select_related("sheet__product", "sheet__cooperative")
    return rows.select_related("sheet__product", "sheet__cooperative", "plot__cooperative", "cooperative")


def advice_on(proof: Certificate | Paper) -> str:
    """What is to be done about it now, in one sentence; empty for nothing."""
    state = proof.check_state
    if state == CheckState.RETURNED:
        return proof.return_reason
    if state == CheckState.WAITING:
        return _("Chợ đang kiểm. Chưa hiện cho người mua.")
    if isinstance(proof, Certificate) and proof.stage in (Stage.RENEWAL_OPEN, Stage.RENEWAL_LATE):
        return _advice_on_renewal(proof)
    return {
        Stage.WITHDRAWN: _("Đã thu hồi, không còn hiện cho người mua."),
        Stage.EXPIRED: _("Đã hết hạn, không còn hiện cho người mua. Có giấy mới thì thêm vào."),
        Stage.RENEWAL_OPEN: _("Sắp hết hạn: làm giấy mới rồi thêm vào trước ngày đó."),
    }.get(proof.stage, "")


def _advice_on_renewal(certificate: Certificate) -> str:
    last = renewal_window(certificate.valid_to)[1]
    if last < today():
        return _("Hạn nộp hồ sơ xét lại đã qua từ ngày %(day)s: hỏi ngay xã.") % {"day": day(last)}
    return _("Nộp hồ sơ xét lại ở xã trước hết ngày %(day)s.") % {"day": day(last)}


class ProofPage(Screen):
    """One certificate or paper with its record; the operator's forms stand below (``proof_acts``)."""

    template_name = "panel/proof.html"
    header_icon = "clipboard-list"
    view_names: ClassVar[dict[str, str]] = {}

    def rows(self) -> Proofs:
        raise NotImplementedError

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = _with_names(self.rows()).prefetch_related(WITH_RECORD)
        self.proof: Any = get_object_or_404(rows, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return str(self.proof)

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:proofs"), "label": _("Giấy tờ")},
            {"url": "", "label": self.proof.number},
        ]

    def url_of(self, step: str) -> str:
        """The address of that step, or nothing if its door is closed to the person."""
        name = f"panel:{self.view_names[step]}"
        return reverse(name, args=[self.proof.pk]) if may_open(self.request.user, name) else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        proof, state = self.proof, self.proof.check_state
        is_open = state in (CheckState.WAITING, CheckState.RETURNED)
        context.update(
            proof=proof,
            is_certificate=isinstance(proof, Certificate),
            advice=advice_on(proof),
            is_showing=state == CheckState.CHECKED and proof.stage in STAGES_IN_FORCE,
            photo_url=self.url_of("photo") if proof.photo else "",
            edit_url=self.url_of("edit") if is_open else "",
        )
        return context


class CertificateScreen(ProofPage):
    view_names: ClassVar[dict[str, str]] = {
        "photo": "certificate_photo",
        "edit": "edit_certificate",
        "judge": "judge_certificate",
    }

    def rows(self) -> Proofs:
        return certificates_for(self.request.user)


class PaperScreen(ProofPage):
    view_names: ClassVar[dict[str, str]] = {
        "photo": "paper_photo",
        "edit": "edit_paper",
        "judge": "judge_paper",
    }

    def rows(self) -> Proofs:
        return papers_for(self.request.user)


class ProofFormScreen(Screen):
    """Adds a paper, or puts one right that has not been checked yet."""

    template_name = "panel/proof_form.html"
    header_icon = "clipboard-list"
    proof: Any = None
    form: forms.Form | None = None
    said: Any = gettext_lazy("Đã nhận. Chợ kiểm xong thì giấy hiện cho người mua.")

    def make_form(self, *args: Any) -> forms.Form:
        raise NotImplementedError

    def make_form_of_page(self) -> forms.Form | None:
        """The form before anything is sent."""
        return self.make_form()

    def save(self, fields: dict[str, Any]) -> Any:
        raise NotImplementedError

    def page_of_saved(self, proof: Any) -> str:
        raise NotImplementedError

    def path_here(self) -> list[dict[str, Any]]:
        return [{"url": reverse("panel:proofs"), "label": _("Giấy tờ")}, *super().path_here()]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context.update(form=self.form or self.make_form_of_page(), proof=self.proof, here=self.request.path)
        return context

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form = self.make_form(request.POST, request.FILES)
        if form.is_valid():
            try:
                proof = self.save(form.cleaned_data)
            except AlreadyJudged:
                messages.error(request, _("Giấy này đã kiểm xong, không sửa được nữa."))
                return redirect(self.page_of_saved(self.proof))
            except ValidationError as error:
                errors_into(form, error)
            else:
                messages.success(request, str(self.said))
                return redirect(self.page_of_saved(proof))
        return self.render_to_response(self.get_context_data(), status=422)


class AddCertificate(ProofFormScreen):
    page_title = gettext_lazy("Thêm giấy chứng nhận OCOP")

    def make_form(self, *args: Any) -> forms.Form:
        return CertificateForm(*args, sheets=sheets_for(self.request.user), proof=self.proof)

    def save(self, fields: dict[str, Any]) -> Any:
        return declare_certificate(**fields, by=self.request.user, certificate=self.proof)

    def page_of_saved(self, proof: Any) -> str:
        return reverse("panel:certificate", args=[proof.pk])


class EditCertificate(AddCertificate):
    page_title = gettext_lazy("Sửa giấy chứng nhận OCOP")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.proof = get_object_or_404(_unchecked(certificates_for(request.user)), pk=kwargs["pk"])


class AddPaper(ProofFormScreen):
    page_title = gettext_lazy("Thêm giấy tờ khác")

    def make_form(self, *args: Any) -> forms.Form:
        return PaperForm(*args, cooperatives=cooperatives_of(self.request.user), proof=self.proof)

    def save(self, fields: dict[str, Any]) -> Any:
        return save_paper(**fields, by=self.request.user, paper=self.proof)

    def page_of_saved(self, proof: Any) -> str:
        return reverse("panel:paper", args=[proof.pk])


class EditPaper(AddPaper):
    page_title = gettext_lazy("Sửa giấy tờ")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.proof = get_object_or_404(_unchecked(papers_for(request.user)), pk=kwargs["pk"])


def _unchecked(rows: Proofs) -> Proofs:
    return rows.filter(verified_at__isnull=True, withdrawn_on__isnull=True)


class Plots(ProofFormScreen):
    """The fields of the person's cooperatives, and the form for another one where it is asked for."""

    template_name = "panel/plots.html"
    page_title = gettext_lazy("Nương, vườn")
    said = gettext_lazy("Đã lưu nương.")
    plot: Plot | None = None

    def make_form(self, *args: Any) -> forms.Form:
        form: Any = PlotForm(
            *args[:1], cooperatives=cooperatives_of(self.request.user), instance=self.plot or Plot()
        )
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        plots = plots_for(self.request.user).order_by("name", "pk")
        page = page_of(
            plots.select_related("commune").prefetch_related("sheets__product"), self.request, PER_PAGE
        )
        context.update(page=page, page_link=query_without_page(self.request))
        return context

    def make_form_of_page(self) -> forms.Form | None:
        """It asks about every product of the stall, so a list that is there does without."""
        is_asked = ADD_KEY in self.request.GET or not plots_for(self.request.user).exists()
        return self.make_form() if is_asked else None

    def save(self, fields: dict[str, Any]) -> Plot:
        plot: Plot = self.form.save()  # type: ignore[union-attr]
        return plot

    def page_of_saved(self, proof: Any) -> str:
        return reverse("panel:plots")


class EditPlot(Plots):
    """One field; what a checked paper speaks of stays as it was when it was checked."""

    template_name = "panel/plot.html"

    def make_form_of_page(self) -> forms.Form:
        return self.make_form()

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.plot = get_object_or_404(plots_for(request.user), pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return str(self.plot)

    def path_here(self) -> list[dict[str, Any]]:
        papers, here = super().path_here()
        return [papers, {"url": reverse("panel:plots"), "label": str(self.page_title)}, here]


@require_safe
@cache_control(private=True, no_store=True)
def certificate_photo(request: HttpRequest, pk: int) -> FileResponse:
    return _photo(get_object_or_404(certificates_for(request.user), pk=pk))


@require_safe
@cache_control(private=True, no_store=True)
def paper_photo(request: HttpRequest, pk: int) -> FileResponse:
    return _photo(get_object_or_404(papers_for(request.user), pk=pk))


def _photo(proof: Certificate | Paper) -> FileResponse:
    """The private photograph; our own code wrote it, so it is a JPEG."""
    if not proof.photo:
        raise Http404
    return photo_response(proof.photo)
