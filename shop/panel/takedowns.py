"""Taking one product or story out of the shop, and the list of all that was taken down: the operator's."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from wagtail.models import Page

from catalog.models import ProductSheet
from catalog.spreadsheets import as_text
from cms.models import StoryPage
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.reviews.models import ReviewDecision, ReviewState
from shop.sellers import takedowns
from shop.sellers.models import Ground, Suspension, Takedown, TakenKind

from .screens import PAGE_KEY, Screen, query_without_page
from .selectors import sheets_for, stories_for
from .sellers import LiftForm, OrderForm

PER_PAGE = 30
MOST_EXPORTED = 20_000
_KINDS = [*TakenKind.choices, ("review", gettext_lazy("Nhận xét")), ("stall", gettext_lazy("Gian hàng"))]
_GROUNDS = [
    (Ground.AUTHORITY.value, gettext_lazy("Cơ quan nhà nước yêu cầu")),
    (Ground.RULES.value, gettext_lazy("Quy chế của chợ")),
]


class TakeDownForm(OrderForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = _GROUNDS  # type: ignore[attr-defined]


class PutBackForm(LiftForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Vì sao cho hiện lại")


class _TakedownPage(Screen):
    """One thing: take it down, or let it back, and what was decided before."""

    template_name = "panel/takedown.html"
    header_icon = "view"
    thing: ProductSheet | StoryPage
    form: forms.Form | None = None

    def get_page_title(self) -> str:
        return _("Gỡ: %(title)s") % {"title": self._title()}

    def _title(self) -> str:
        return self.thing.product.title if isinstance(self.thing, ProductSheet) else self.thing.title

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:takedowns"), "label": _("Sổ gỡ")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        standing = takedowns.standing_of(self.thing)
        past = Takedown.objects.exclude(lifted_at=None)
        if isinstance(self.thing, ProductSheet):
            past = past.filter(sheet=self.thing)
        else:
            past = past.filter(story_key=self.thing.translation_key)
        return super().get_context_data(**kwargs) | {
            "thing": self.thing,
            "title": self._title(),
            "is_product": isinstance(self.thing, ProductSheet),
            "standing": standing,
            "ground_label": dict(_GROUNDS).get(standing.ground) if standing else "",
            "past": past,
            "form": self.form or (PutBackForm() if standing else TakeDownForm()),
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        standing = takedowns.standing_of(self.thing)
        form = self.form = PutBackForm(request.POST) if standing else TakeDownForm(request.POST)
        if form.is_valid():
            try:
                self._carry_out(standing, form.cleaned_data)
            except takedowns.AlreadyTakenDown:
                messages.error(request, _("Vừa có người gỡ rồi."))
            except ValidationError as refusal:
                form.add_error(None, refusal)
        if form.errors:
            return self.render_to_response(self.get_context_data(), status=422)
        return redirect(request.path)

    def _carry_out(self, standing: Takedown | None, given: dict[str, Any]) -> None:
        if standing:
            takedowns.put_back(takedown=standing, by=self.request.user, **given)
            messages.success(self.request, _("Đã ghi. Thứ này không còn bị gỡ."))
            return
        ground = Ground(given.pop("ground"))
        takedowns.take_down(thing=self.thing, ground=ground, by=self.request.user, **given)
        messages.success(self.request, _("Đã gỡ khỏi chợ."))


class ProductTakedown(_TakedownPage):
    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = sheets_for(request.user).select_related("product", "cooperative")
        self.thing = get_object_or_404(rows, pk=kwargs["pk"])


class StoryTakedown(_TakedownPage):
    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = stories_for(request.user).select_related("cooperative")
        self.thing = get_object_or_404(rows, pk=kwargs["page_id"])


def not_taken_down(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Keeps a story that was taken down a draft, in whatever language it is written."""
    story = page.specific
    if not isinstance(story, StoryPage) or takedowns.standing_of(story) is None:
        return None
    if page.live and page.live_revision_id is None:  # a new page is written as live before this is asked
        Page.objects.filter(pk=page.pk).update(live=False, has_unpublished_changes=True)
    messages.error(request, _("Chợ đã gỡ chuyện này, nên chưa đăng được. Bản nháp được giữ."))
    return redirect("wagtailadmin_pages:edit", page.pk)


class FilterForm(forms.Form):
    """What of the list is wanted; every field may be left out."""

    loai = forms.ChoiceField(
        label=gettext_lazy("Loại"), required=False, choices=[("", gettext_lazy("Mọi loại")), *_KINDS]
    )
    can_cu = forms.ChoiceField(
        label=gettext_lazy("Căn cứ"), required=False, choices=[("", gettext_lazy("Mọi căn cứ")), *_GROUNDS]
    )
    tu = forms.DateField(
        label=gettext_lazy("Từ ngày"), required=False, widget=forms.DateInput({"type": "date"})
    )
    den = forms.DateField(
        label=gettext_lazy("Đến hết ngày"), required=False, widget=forms.DateInput({"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("tu"), cleaned.get("den")
        if first and last and last < first:
            self.add_error("den", _("Ngày cuối phải từ ngày đầu trở đi."))
        return cleaned


@dataclass(frozen=True)
class Line:
    """One decision as the list tells it. ``begins`` only where it took effect later; ``url`` its own screen."""

    kind: str
    title: str
    stall: str
    ground: str
    order_number: str
    order_date: dt.date | None
    reason: str
    who: str
    at: dt.datetime
    begins: dt.datetime | None
    back_at: dt.datetime | None
    back_reason: str
    url: str

    @property
    def kind_label(self) -> str:
        return str(dict(_KINDS)[self.kind])

    @property
    def ground_label(self) -> str:
        return str(dict(_GROUNDS)[self.ground])


class TakedownLog(Screen):
    template_name = "panel/takedowns.html"
    page_title = gettext_lazy("Sổ gỡ")
    header_icon = "view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = FilterForm(request.GET)
        context = self.get_context_data(form=form, **kwargs)
        return self.render_to_response(context, status=200 if form.is_valid() else 422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        form: FilterForm = context["form"]
        rows = _wanted(form) if form.is_valid() else []
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get(PAGE_KEY))
        query = self.request.GET.copy()
        query.pop(PAGE_KEY, None)
        return context | {
            "page": page,
            "lines": list(_lines(page.object_list)),
            "query": query.urlencode(),
            "is_filtered": any(query.values()),
            "page_link": query_without_page(self.request),
        }


@require_GET
def takedown_csv(request: HttpRequest) -> HttpResponse:
    """What the filter finds, newest first: UTF-8 with its mark, no cell runs. Is itself an entry of the log."""
    form = FilterForm(request.GET)
    if not form.is_valid():
        return HttpResponse(status=400)
    record(Verb.TAKEDOWNS_EXPORTED, about="", by=request.user)
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([
        _("Loại"), _("Tên"), _("Gian hàng"), _("Căn cứ"), _("Số văn bản"), _("Ngày của văn bản"), _("Lý do"),
        _("Ai quyết định"), _("Lúc"), _("Có hiệu lực"), _("Hiện lại lúc"), _("Vì sao cho hiện lại"),
    ])  # fmt: skip
    for line in _lines(_wanted(form)[:MOST_EXPORTED]):
        cells = (
            line.kind_label, line.title, line.stall, line.ground_label, line.order_number,
            f"{line.order_date:%Y-%m-%d}" if line.order_date else "", line.reason, line.who,
            _moment(line.at), _moment(line.begins or line.at), _moment(line.back_at), line.back_reason,
        )  # fmt: skip
        writer.writerow([as_text(cell) for cell in cells])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="so-go-{timezone.localdate():%Y-%m-%d}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _moment(at: dt.datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _wanted(form: FilterForm) -> Any:
    """(source, key, moment) of what the filter finds, newest first: three tables as one list."""
    fields = form.cleaned_data
    kind, ground = fields["loai"], fields["can_cu"]
    one_by_one = Takedown.objects.filter(kind=kind) if kind else Takedown.objects.all()
    parts: list[QuerySet[Any]] = []
    if kind in ("", *TakenKind.values):
        parts.append(_part("one", one_by_one.filter(**_by(ground)), "decided_at", fields))
    if kind in ("", "stall"):
        parts.append(_part("stall", Suspension.objects.filter(**_by(ground)), "decided_at", fields))
    if kind in ("", "review") and ground in ("", Ground.RULES):
        refused = ReviewDecision.objects.filter(state=ReviewState.REFUSED)
        parts.append(_part("review", refused, "at", fields))
    if not parts:
        return []
    return parts[0].union(*parts[1:], all=True).order_by("-moment", "-key", "source")


def _by(ground: str) -> dict[str, str]:
    return {"ground": ground} if ground else {}


def _part(source: str, rows: QuerySet[Any], moment: str, fields: dict[str, Any]) -> QuerySet[Any]:
    if fields["tu"]:
        rows = rows.filter(**{f"{moment}__gte": _midnight(fields["tu"])})
    if fields["den"]:
        rows = rows.filter(**{f"{moment}__lt": _midnight(fields["den"] + dt.timedelta(days=1))})
    named = rows.annotate(source=Value(source, output_field=CharField()), key=F("pk"), moment=F(moment))
    return named.order_by().values_list("source", "key", "moment")


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _lines(rows: Iterable[tuple[str, int, dt.datetime]]) -> Iterator[Line]:
    """The rows in full, with one statement for each table."""
    found = list(rows)
    keys: dict[str, list[int]] = {source: [] for source in ("one", "stall", "review")}
    for source, key, _at in found:
        keys[source].append(key)
    by_key = {
        "one": {row.pk: _of_one(row) for row in _decided(Takedown, keys["one"])},
        "stall": {row.pk: _of_stall(row) for row in _decided(Suspension, keys["stall"])},
        "review": {row.pk: _of_review(row) for row in _refusals(keys["review"])},
    }
    for source, key, _at in found:
        if key in by_key[source]:
            yield by_key[source][key]


def _decided(model: Any, keys: list[int]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(pk__in=keys).select_related("cooperative", "decided_by")
    return rows


def _refusals(keys: list[int]) -> QuerySet[ReviewDecision]:
    later = ReviewDecision.objects.filter(
        review=OuterRef("review"), pk__gt=OuterRef("pk"), state=ReviewState.SHOWN
    ).order_by("pk")
    rows = ReviewDecision.objects.filter(pk__in=keys).annotate(back_at=Subquery(later.values("at")[:1]))
    return rows.select_related("actor", "review__sheet__product", "review__sheet__cooperative")


def _line(row: Any, kind: str, title: str, begins: dt.datetime | None, url: str) -> Line:
    return Line(
        kind=kind,
        title=title,
        stall=row.cooperative.name if row.cooperative else "",
        ground=row.ground,
        order_number=row.order_number,
        order_date=row.order_date,
        reason=row.reason,
        who=str(row.decided_by or ""),
        at=row.decided_at,
        begins=begins,
        back_at=row.lifted_at,
        back_reason=row.lift_reason,
        url=url,
    )


def _of_one(row: Takedown) -> Line:
    url = ""
    if row.sheet_id:
        url = reverse("panel:product_takedown", args=[row.sheet_id])
    elif row.story_id:
        url = reverse("panel:story_takedown", args=[row.story_id])
    return _line(row, row.kind, row.title, None, url)


def _of_stall(row: Suspension) -> Line:
    begins = row.effective_at if row.effective_at != row.decided_at else None
    return _line(
        row, "stall", row.cooperative.name, begins, reverse("panel:stall", args=[row.cooperative_id])
    )


def _of_review(row: Any) -> Line:
    sheet = row.review.sheet
    return Line(
        kind="review",
        title=_("Nhận xét về %(title)s") % {"title": sheet.product.title},
        stall=sheet.cooperative.name,
        ground=Ground.RULES,
        order_number="",
        order_date=None,
        reason=str(row.get_reason_display()),
        who=str(row.actor or ""),
        at=row.at,
        begins=None,
        back_at=row.back_at,
        back_reason="",
        url=reverse("panel:review", args=[row.review_id]),
    )
