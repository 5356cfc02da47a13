"""A cooperative's goods from a spreadsheet and into one: send, look at the trial, confirm; export; template."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_safe

from catalog.clock import today
from catalog.exporting import FORMATS, export, template
from catalog.importing import uploads
from catalog.importing.archives import MOST_BYTES as MOST_PICTURE_BYTES
from catalog.importing.cells import MOST_BYTES
from catalog.importing.jobs import check_import, write_import
from catalog.importing.planning import RowKind
from catalog.importing.wording import heading, sentence, shown
from catalog.models import Cooperative, ImportStatus, ProductImport, ProductImportRow
from catalog.tenancy import cooperatives_of

from .screens import Screen, Tab, page_of, query_without_page, refreshing
from .selectors import imports_for

KIND_KEY = "loai"
FORMAT_KEY = "dang"
SELLER_KEY = "htx"
PER_PAGE = 50
EARLIER = 20
AT_ONCE_BYTES = 60_000  # a table of some hundred rows is tried while the person waits
REFRESH_SECONDS = 3
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KINDS = {
    RowKind.WRONG: gettext_lazy("Lỗi"),
    RowKind.NEW: gettext_lazy("Mới"),
    RowKind.CHANGED: gettext_lazy("Đổi"),
    RowKind.SAME: gettext_lazy("Giữ nguyên"),
}


class SendForm(forms.Form):
    cooperative = forms.ModelChoiceField(
        label=gettext_lazy("Hợp tác xã"), queryset=Cooperative.objects.none(), empty_label=None
    )
    table = forms.FileField(
        label=gettext_lazy("Bảng hàng"),
        help_text=gettext_lazy("Tệp .xlsx hoặc .csv, nhiều nhất 5 MB và 20.000 dòng."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )
    pictures = forms.FileField(
        label=gettext_lazy("Ảnh (tệp ZIP)"),
        required=False,
        help_text=gettext_lazy("Không bắt buộc. Tên ảnh ghi ở cột “Tệp ảnh”; nhiều nhất 40 MB."),
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = cooperatives_of(user)
        self.fields["cooperative"].queryset = own  # type: ignore[attr-defined]
        if len(own) == 1:
            self.fields["cooperative"].initial = own[0]
            self.fields["cooperative"].widget = forms.HiddenInput()

    def clean_table(self) -> UploadedFile[Any]:
        return _at_most(self.cleaned_data["table"], MOST_BYTES)

    def clean_pictures(self) -> UploadedFile[Any] | None:
        file = self.cleaned_data["pictures"]
        return _at_most(file, MOST_PICTURE_BYTES) if file else None


def _at_most(file: UploadedFile[Any], most: int) -> UploadedFile[Any]:
    """Raises: ValidationError for a file that is too large: it is not read."""
    if (file.size or 0) > most:
        raise forms.ValidationError(
            _("Tệp lớn quá: nhiều nhất %(most)s MB.") % {"most": most // 1024 // 1024}
        )
    return file


class ImportList(Screen):
    """Send a file; the files sent before."""

    template_name = "panel/imports.html"
    page_title = gettext_lazy("Nhập hàng từ tệp")
    header_icon = "upload"
    form: SendForm | None = None

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form = SendForm(request.user, request.POST, request.FILES)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        table, pictures = form.cleaned_data["table"], form.cleaned_data["pictures"]
        with transaction.atomic():
            sent = uploads.receive(
                cooperative=form.cleaned_data["cooperative"],
                sent_by=request.user,
                file_name=table.name or "",
                table=table.read(),
                pictures=pictures.read() if pictures else b"",
            )
            is_small = (table.size or 0) <= AT_ONCE_BYTES and not pictures
            if not is_small:
                check_import.enqueue(sent.pk)
        if is_small:
            uploads.check(sent.pk)
        return redirect("panel:import", pk=sent.pk)

    def path_here(self) -> list[dict[str, Any]]:
        return [_goods(), {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        own = cooperatives_of(self.request.user)
        context.update(
            form=self.form or SendForm(self.request.user),
            sellers=own,
            earlier=imports_for(self.request.user).select_related("cooperative")[:EARLIER],
        )
        return context


class ImportPage(Screen):
    """One file: what it would change, row by row, and the button that writes it."""

    template_name = "panel/import.html"
    header_icon = "upload"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.sent: ProductImport = get_object_or_404(
            imports_for(request.user).select_related("cooperative"), pk=kwargs["pk"]
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = self.render_to_response(self.get_context_data(**kwargs))
        if self.sent.is_at_work:
            return refreshing(response, reverse("panel:import", args=[self.sent.pk]), REFRESH_SECONDS)
        return response

    def get_page_title(self) -> str:
        return self.sent.file_name or _("Tệp không tên")

    def path_here(self) -> list[dict[str, Any]]:
        here = {"url": reverse("panel:imports"), "label": _("Nhập hàng từ tệp")}
        return [_goods(), here, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        counts = dict(self.sent.rows.order_by().values_list("kind").annotate(Count("pk")))
        kind = self.request.GET.get(KIND_KEY, "")
        rows = self.sent.rows.all()
        page = page_of(rows.filter(kind=kind) if kind in KINDS else rows, self.request, PER_PAGE)
        to_write = counts.get(RowKind.NEW, 0) + counts.get(RowKind.CHANGED, 0)
        refusal = self.sent.refusal
        context.update(
            sent=self.sent,
            status=ImportStatus,
            refusal=sentence(uploads.problem_of(refusal)) if refusal else "",
            wrong=counts.get(RowKind.WRONG, 0),
            to_write=to_write,
            written=self.sent.rows.exclude(written_at=None).count(),
            tabs=self._tabs(counts, kind),
            page=page,
            lines=[_line(row) for row in page],
            page_link=query_without_page(self.request),
        )
        return context

    def _tabs(self, counts: dict[str, int], kind: str) -> list[Tab]:
        here = reverse("panel:import", args=[self.sent.pk])
        tabs = [Tab(_("Tất cả"), here, kind not in KINDS, sum(counts.values()))]
        return tabs + [
            Tab(str(label), f"{here}?{KIND_KEY}={each.value}", kind == each, counts.get(each, 0))
            for each, label in KINDS.items()
        ]


def _line(row: ProductImportRow) -> dict[str, Any]:
    """One row as people read it."""
    planned = uploads.planned(row)
    return {
        "row": row,
        "kind": KINDS[planned.kind],
        "changes": [
            (heading(each.field), shown(each.field, each.old), shown(each.field, each.new))
            for each in planned.changes
        ]
        if planned.kind is RowKind.CHANGED
        else [],
        "problems": [(heading(each.field), sentence(each)) for each in planned.problems],
    }


class ConfirmImport(View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        sent = get_object_or_404(imports_for(request.user), pk=pk)
        try:
            with transaction.atomic():
                uploads.confirm(product_import=sent, is_per_row=request.POST.get("cach") == "tung-dong")
                write_import.enqueue(sent.pk)
        except uploads.NotReady:
            messages.error(request, _("Tệp này không còn chờ ghi. Hãy xem lại tình trạng bên dưới."))
        return redirect("panel:import", pk=pk)


def _goods() -> dict[str, Any]:
    return {"url": reverse("panel_products:index"), "label": _("Sản phẩm")}


def _seller(request: HttpRequest) -> Cooperative:
    """The cooperative asked for among the person's own, the first one when none is named."""
    own = cooperatives_of(request.user).order_by("pk")
    slug = request.GET.get(SELLER_KEY)
    found = own.filter(slug=slug) if slug else own[:1]
    return get_object_or_404(Cooperative, pk__in=[each.pk for each in found])


@require_safe
def export_goods(request: HttpRequest) -> HttpResponse:
    """All goods of the person's cooperative as a table."""
    format_name = request.GET.get(FORMAT_KEY, "xlsx")
    format_name = format_name if format_name in FORMATS else "xlsx"
    seller = _seller(request)
    name = f"san-pham-{seller.slug}-{today().isoformat()}"
    return _file(export(cooperative=seller, format_name=format_name), name, format_name)


@require_safe
def template_file(request: HttpRequest) -> HttpResponse:
    """The empty table with an example."""
    return _file(template(cooperative=_seller(request)), "bang-mau", "xlsx")


def _file(content: bytes, name: str, format_name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=CONTENT_TYPES[format_name])
    response["Content-Disposition"] = f'attachment; filename="{name}.{format_name}"'
    return response
