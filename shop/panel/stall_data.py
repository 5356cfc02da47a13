"""Everything the market keeps about a stall, as a ZIP of tables, for its managers.

Source: E-commerce Law 122/2025/QH15 art. 12, 14, 15, 17 and Decree 248/2026/NĐ-CP art. 17, 18 (a platform gives its
sellers a tool to download their goods and contract data).
Buyers are left out: their names and addresses are on the slips of the parcels, for the work they were given for.
The headings are Vietnamese in every language, as the law's reader expects them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy

from catalog.exporting import export
from catalog.models import Certificate, Cooperative, Lot, Paper
from catalog.spreadsheets import as_text
from catalog.tenancy import cooperatives_of
from shop.audit.models import Entry
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.invoices.models import Invoice
from shop.orders.models import Consignment, ConsignmentLine
from shop.promotions.models import Promotion

from .screens import Screen

Rows = Iterable[Iterable[Any]]


class StallData(Screen):
    """Says what is in the file; a POST gives it, and is an entry of the log."""

    template_name = "panel/stall_data.html"
    page_title = gettext_lazy("Dữ liệu gian hàng")
    header_icon = "download"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "stalls": cooperatives_of(self.request.user).order_by("name")
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = request.POST.get("stall", "")
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 18):
            raise Http404
        stall = get_object_or_404(cooperatives_of(request.user), pk=int(wanted))
        content = archive(stall)
        record(Verb.STALL_DATA_EXPORTED, about=stall.name, cooperative_id=stall.pk, by=request.user)
        response = HttpResponse(content, content_type="application/zip")
        name = f"{stall.slug}-{timezone.localdate():%Y-%m-%d}.zip"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response


def archive(stall: Cooperative) -> bytes:
    """The ZIP: one CSV (UTF-8 with its mark, no cell runs) for each table. Queries do not grow with the rows."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("san-pham.csv", export(cooperative=stall, format_name="csv"))
        for name, headings, rows in _tables(stall):
            file.writestr(f"{name}.csv", _csv(headings, rows))
    return written.getvalue()


def _tables(stall: Cooperative) -> Iterator[tuple[str, list[str], Rows]]:
    yield "gian-hang", ["Mục", "Nội dung"], [
        (stall._meta.get_field(name).verbose_name, getattr(stall, name))  # type: ignore[union-attr]
        for name in (
            "name", "legal_name", "legal_form", "tax_code", "vat_method", "representative", "phone", "email",
            "address", "bank_name", "bank_account", "founded_on", "members_count", "area", "summary",
        )
    ]  # fmt: skip
    members = stall.memberships.order_by("pk").values_list("user__email", "user__phone", "role", "is_active")
    yield "nguoi", ["Thư điện tử", "Điện thoại", "Vai trò", "Còn hiệu lực"], members
    lots = Lot.objects.filter(sheet__cooperative=stall).order_by("pk")
    yield "lo-hang", ["Mã lô", "Món", "Lượng", "Đơn vị", "Thu hoạch", "Hạn dùng", "Nương", "Tình trạng"], (
        lots.values_list(
            "code", "sheet__product__title", "quantity", "unit", "harvested_on", "best_before", "plot", "status"
        )
    )  # fmt: skip
    parcels = Consignment.objects.agreed().filter(cooperative=stall).order_by("pk")
    yield "kien-hang", [
        "Mã kiện", "Tình trạng", "Tiền hàng", "Giảm giá", "Chợ chịu", "Tiền giao", "Tổng", "Cách giao", "Mã vận đơn",
        "Đặt lúc", "Gói lúc", "Giao đi lúc",
    ], parcels.values_list(
        "code", "status", "goods_amount", "discount_amount", "market_amount", "shipping_amount", "total_amount",
        "shipping_name", "tracking_number", "created_at", "packed_at", "handed_over_at",
    )  # fmt: skip
    lines = ConsignmentLine.objects.filter(consignment__in=parcels).order_by("pk")
    yield (
        "dong-hang",
        ["Mã kiện", "Mã hàng", "Món", "Quy cách", "Số lượng", "Đơn giá", "Tiền hàng"],
        (
            lines.values_list(
                "consignment__code", "sku", "title", "pack", "quantity", "unit_amount", "goods_amount"
            )
        ),
    )
    invoices = Invoice.objects.filter(seller=stall, number__isnull=False).order_by("pk")
    yield "hoa-don", ["Ký hiệu", "Số", "Ngày lập", "Tổng tiền", "Tình trạng", "Mã tra cứu", "Mã kiện"], (
        invoices.values_list(
            "series__symbol", "number", "issued_on", "total_amount", "status", "lookup_code", "source_reference"
        )
    )  # fmt: skip
    certificates = Certificate.objects.filter(sheet__cooperative=stall).order_by("pk")
    yield (
        "chung-nhan",
        ["Món", "Sao", "Số giấy", "Số quyết định", "Nơi cấp", "Từ ngày", "Đến hết ngày"],
        (
            certificates.values_list(
                "sheet__product__title",
                "stars",
                "number",
                "decision_number",
                "issuer",
                "valid_from",
                "valid_to",
            )
        ),
    )
    own = Cooperative.objects.filter(pk=stall.pk)
    papers = Paper.objects.of_cooperatives(own).order_by("pk")
    yield (
        "giay-to",
        ["Loại", "Số giấy", "Nơi cấp", "Ngày cấp", "Từ ngày", "Đến hết ngày"],
        (papers.values_list("kind", "number", "issuer", "issued_on", "valid_from", "valid_to")),
    )
    promotions = Promotion.objects.filter(cooperative=stall).order_by("pk")
    yield (
        "khuyen-mai",
        ["Tên", "Phần trăm", "Số tiền", "Cho đơn từ", "Ai chịu"],
        (promotions.values_list("name", "percent", "amount", "least_amount", "bearer")),
    )
    entries = Entry.objects.filter(cooperative=stall).order_by("pk")
    yield (
        "nhat-ky",
        ["Lúc", "Việc", "Về", "Thay đổi", "Lý do"],
        (entries.values_list("at", "verb", "about", "changes", "reason")),
    )


def _csv(headings: list[str], rows: Rows) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return ("\ufeff" + file.getvalue()).encode()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    return value if isinstance(value, int) else as_text(str(value))
