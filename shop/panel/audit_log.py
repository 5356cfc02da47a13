"""The log of who did what: the operator reads all of it, a stall's manager what was done to the own stall."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.folding import fold
from catalog.models import ApprovalState, Cooperative, MemberRole, Membership
from catalog.spreadsheets import as_text
from catalog.tenancy import cooperatives_of
from shop.accounts.roles import Role, roles_of
from shop.audit.models import Entry
from shop.audit.services import record
from shop.audit.verbs import FIELDS, Verb
from shop.money import format_amount

from .screens import Screen
from .selectors import audit_entries_for

PER_PAGE = 50
LARGEST = 2**63 - 1
MOST_EXPORTED = 100_000
_VALUES: Mapping[str, Any] = dict(ApprovalState.choices) | dict(MemberRole.choices) | dict(Role.choices)


class FilterForm(forms.Form):
    """What of the log is wanted; every field may be left out."""

    q = forms.CharField(
        label=gettext_lazy("Tìm"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Tên hàng, số hóa đơn, lý do… Không cần gõ dấu."),
        widget=forms.TextInput({"type": "search"}),
    )
    nguoi = forms.CharField(label=gettext_lazy("Ai làm"), required=False, max_length=100)
    viec = forms.ChoiceField(
        label=gettext_lazy("Việc"),
        required=False,
        choices=[("", gettext_lazy("Mọi việc")), *Verb.choices],
    )
    htx = forms.ModelChoiceField(
        label=gettext_lazy("Gian hàng"),
        required=False,
        queryset=Cooperative.objects.none(),
        to_field_name="slug",
        empty_label=gettext_lazy("Mọi gian hàng"),
    )
    tu = forms.DateField(
        label=gettext_lazy("Từ ngày"), required=False, widget=forms.DateInput({"type": "date"})
    )
    den = forms.DateField(
        label=gettext_lazy("Đến hết ngày"), required=False, widget=forms.DateInput({"type": "date"})
    )
    truoc = forms.IntegerField(required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput)

    def __init__(self, *args: Any, stalls: QuerySet[Cooperative], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["htx"].queryset = stalls  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("tu"), cleaned.get("den")
        if first and last and last < first:
            self.add_error("den", _("Ngày cuối phải từ ngày đầu trở đi."))
        return cleaned


@dataclass(frozen=True)
class Change:
    """One field of an entry before and after, as people read it; empty where there was nothing to have a value."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One entry on the screen. ``network`` is empty for those who may not know it."""

    entry: Entry
    who: str
    network: str
    changes: list[Change]


class AuditLog(Screen):
    template_name = "panel/audit_log.html"
    page_title = gettext_lazy("Nhật ký")
    header_icon = "history"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = _form(request)
        context = self.get_context_data(form=form, **kwargs)
        return self.render_to_response(context, status=200 if form.is_valid() else 422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        form: FilterForm = context["form"]
        entries: list[Entry] = []
        if form.is_valid():
            found = _wanted(self.request, form).select_related("cooperative")
            if before := form.cleaned_data["truoc"]:
                found = found.filter(pk__lt=before)
            entries = list(found.order_by("-pk")[: PER_PAGE + 1])
        query = self.request.GET.copy()
        query.pop("truoc", None)
        shown = entries[:PER_PAGE]
        older = query.copy()
        if len(entries) > PER_PAGE:
            older["truoc"] = str(shown[-1].pk)
        return context | {
            "lines": list(_lines(self.request, shown)),
            "older": f"?{older.urlencode()}" if len(entries) > PER_PAGE else "",
            "newest": f"?{query.urlencode()}" if form.is_valid() and form.cleaned_data["truoc"] else "",
            "query": query.urlencode(),
            "is_filtered": any(query.values()),
            "shows_stall": len(form.fields["htx"].choices) > 2,  # type: ignore[attr-defined]
        }


@require_GET
def audit_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """What the filter finds, newest first, for a spreadsheet: UTF-8 with its mark, no cell runs. Is itself an entry."""
    form = _form(request)
    if not form.is_valid():
        return HttpResponse(status=400)
    rows = _wanted(request, form).select_related("cooperative").order_by("-pk")[:MOST_EXPORTED]
    stall = form.cleaned_data["htx"]
    own = cooperatives_of(request.user).order_by("pk").first() if not _sees_all(request) else None
    told = stall or own
    record(
        Verb.LOG_EXPORTED,
        about=told.name if told else "",
        cooperative_id=told.pk if told else None,
        by=request.user,
    )
    heading = [
        _("Lúc"), _("Ai làm"), _("Thay cho"), _("Gian hàng"), _("Việc"), _("Về"), _("Thay đổi"), _("Lý do"),
        _("Mạng"),
    ]  # fmt: skip
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(heading)
        for line in _lines(request, rows.iterator(chunk_size=2000)):
            yield writer.writerow(_cells(line))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="nhat-ky-{timezone.localdate():%Y-%m-%d}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _cells(line: Line) -> list[str]:
    entry = line.entry
    changes = "; ".join(f"{change.label}: {change.before} → {change.after}" for change in line.changes)
    cells = (
        f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
        line.who,
        entry.acting_for,
        entry.cooperative.name if entry.cooperative else "",
        entry.verb_label,
        entry.about,
        changes,
        entry.reason,
        line.network,
    )
    return [as_text(cell) for cell in cells]


def _sees_all(request: HttpRequest) -> bool:
    return Role.OPERATOR in roles_of(request.user)


def _form(request: HttpRequest) -> FilterForm:
    stalls = Cooperative.objects.all() if _sees_all(request) else cooperatives_of(request.user)
    return FilterForm(request.GET, stalls=stalls.order_by("name"))


def _wanted(request: HttpRequest, form: FilterForm) -> QuerySet[Entry]:
    """What the filter finds among what the person may read."""
    fields, found = form.cleaned_data, audit_entries_for(request.user)
    for word in fold(fields["q"]).split():
        found = found.filter(words__contains=word)
    if fields["nguoi"]:
        found = found.filter(actor_name__icontains=fields["nguoi"].strip())
    if fields["viec"]:
        found = found.filter(verb=fields["viec"])
    if fields["htx"]:
        found = found.filter(cooperative=fields["htx"])
    if fields["tu"]:
        found = found.filter(at__gte=_midnight(fields["tu"]))
    if fields["den"]:
        found = found.filter(at__lt=_midnight(fields["den"] + dt.timedelta(days=1)))
    return found


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _lines(request: HttpRequest, entries: Any) -> Iterator[Line]:
    """A manager reads who of the own stall did a thing; the market's staff stays the market, its networks too."""
    sees_all = _sees_all(request)
    own = cooperatives_of(request.user)
    known: set[int] = set()
    if not sees_all:
        known = set(Membership.objects.filter(cooperative__in=own).values_list("user_id", flat=True))
    for entry in entries:
        if entry.actor_id is None:
            who = _("Người chưa đăng nhập") if entry.network else _("Chợ (tự động)")
        elif sees_all or entry.actor_id in known or entry.acting_for:
            who = entry.actor_name
        else:
            who = _("Người của chợ")
        is_known = sees_all or entry.actor_id in known
        yield Line(entry, who, entry.network if is_known else "", _changes(entry))


def _changes(entry: Entry) -> list[Change]:
    return [
        Change(str(FIELDS.get(field, field)), _shown(field, before), _shown(field, after))
        for field, (before, after) in entry.changes.items()
    ]


def _shown(field: str, value: Any) -> str:
    if value is None:
        return ""
    if value == "":
        return _("trống")
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, int) and field.endswith("amount"):
        return format_amount(value)
    if field == "roles":
        return ", ".join(str(_VALUES.get(part, part)) for part in str(value).split(", "))
    return str(_VALUES.get(value, value)) if field in ("state", "role", "scope") else str(value)
