"""What the market itself can prove for a product's dossier: shop page, orders, story, trace page, papers, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import LegalForm, LotStatus, PaperKind, ProductSheet
from catalog.papers import papers_of_sheet
from catalog.structured import absolute
from cms.models import StoryPage
from shop.orders.models import ConsignmentLine

REGISTRATION, CONDITIONS, ORIGIN, PROPERTY, DISTRIBUTION, PROMOTION, STORY, DECLARATION, TRACE = (
    1, 2, 3, 7, 8, 9, 10, 11, 13,
)  # fmt: skip
"""Numbers in Form 02 (``catalog.scoring.EVIDENCE``)."""

KIND_OF_PAPER = {
    PaperKind.BUSINESS: REGISTRATION,
    PaperKind.FOOD_SAFETY: CONDITIONS,
    PaperKind.GROWING_AREA: ORIGIN,
    PaperKind.VIETGAP: ORIGIN,
    PaperKind.ORGANIC: ORIGIN,
    PaperKind.TRADEMARK: PROPERTY,
    PaperKind.DECLARATION: DECLARATION,
}


@dataclass(frozen=True)
class Supplied:
    """One proof that is there without anybody's doing. ``mark`` is the criterion it speaks for, if any."""

    kind: int
    text: str
    url: str = ""
    mark: str = ""


def supplied_for(sheet: ProductSheet) -> list[Supplied]:
    """Everything that the market can prove today. Shape: addresses are whole, ready to be copied into the file."""
    with translation.override(settings.LANGUAGE_CODE):  # the file is Vietnamese, whoever fills it in
        return [*_from_papers(sheet), *_from_shop(sheet), *_from_trace(sheet), *_from_stories(sheet)]


def _from_papers(sheet: ProductSheet) -> Iterator[Supplied]:
    marks = {PaperKind.VIETGAP: "certified_area", PaperKind.FOOD_SAFETY: "food_safety"}
    for paper in papers_of_sheet(sheet):
        kind = PaperKind(paper.kind)
        text = _("%(kind)s số %(number)s, đã kiểm, còn giá trị") % {
            "kind": kind.label,
            "number": paper.number,
        }
        yield Supplied(
            KIND_OF_PAPER[kind], text, reverse("panel:paper", args=[paper.pk]), marks.get(kind, "")
        )
    if sheet.cooperative.legal_form == LegalForm.COOPERATIVE:
        yield Supplied(REGISTRATION, _("Loại hình: hợp tác xã"), mark="legal_form")


def _from_shop(sheet: ProductSheet) -> Iterator[Supplied]:
    if sheet.is_public:
        page = absolute(reverse("catalogue:detail", args=[sheet.product.slug, sheet.product_id]))
        yield Supplied(PROMOTION, _("Gian hàng trên chợ"), page, "market")
    if sheet.picture_id:
        yield Supplied(PROMOTION, _("Ảnh sản phẩm đã có trên chợ"))
    sold = ConsignmentLine.objects.filter(
        Q(order_line__product=sheet.product_id) | Q(order_line__product__parent=sheet.product_id),
        consignment__order__sheet__paid_at__isnull=False,
    )
    orders = sold.values("consignment").distinct().count()
    if orders:
        text = ngettext("%(count)s đơn đã trả tiền qua chợ", "%(count)s đơn đã trả tiền qua chợ", orders)
        yield Supplied(DISTRIBUTION, text % {"count": orders}, mark="distribution")


def _from_trace(sheet: ProductSheet) -> Iterator[Supplied]:
    lot = sheet.lots.exclude(status=LotStatus.RECALLED).first()
    if lot is not None:
        address = absolute(reverse("catalogue:trace", args=[lot.code]))
        yield Supplied(
            TRACE, _("Trang truy xuất của lô %(code)s") % {"code": lot.grouped_code}, address, "trace_label"
        )


def _from_stories(sheet: ProductSheet) -> Iterator[Supplied]:
    stories = StoryPage.objects.live().filter(
        cooperative=sheet.cooperative_id, locale__language_code=settings.LANGUAGE_CODE
    )
    for story in stories.order_by("-first_published_at")[:3]:
        yield Supplied(STORY, story.title, story.get_full_url() or "", "story")
