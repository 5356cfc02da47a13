"""What other systems read: feeds for shops' search engines, open data, the site map, ``robots.txt``.

A star lives until midnight in Vietnam; so does every answer here, whatever cache keeps it.
Goods for adults (drinks with alcohol) are in no feed.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe
from wagtail.models import Page

from catalog.clock import VIETNAM, today
from catalog.harvests import open_harvests
from catalog.models import (
    ApprovalState,
    CategorySheet,
    Cooperative,
    NetUnit,
    Offer,
    Processing,
    ProductSheet,
)
from catalog.pictures import spec
from catalog.selectors import cards, goods_for_all_ages, public_sheets
from catalog.spreadsheets import as_text
from catalog.structured import absolute
from shop.templatetags.look import path_in

MOST_SECONDS = 300
MOST_ADDRESSES = 50_000  # of one site map, by its standard
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_BRAND = 150, 5000, 70  # what Merchant Center takes
AT_ONCE = 500  # goods held in memory: queries grow by one round for so many
PICTURE = spec("square", 640, "jpeg")
# Also kept from robots: suggestions (no pages) and trace pages (a robot is no scan).
DISALLOWED = (
    "/gio-hang/",
    "/thanh-toan/",
    "/don-hang/",
    "/tai-khoan/",
    "/hoa-don/",
    "/goi-y/",
    "/t/",
    "/01/",
)
DISALLOWED_IN_ONE_LANGUAGE = ("/quan-tri/", "/webhooks/")
COLUMNS = (
    "id",
    "title",
    "description",
    "availability",
    "condition",
    "price",
    "link",
    "image_link",
    "brand",
    "product_type",
)

View = Callable[[HttpRequest], HttpResponse]


def seconds_of_today(most: int = MOST_SECONDS) -> int:
    """Seconds until midnight in Vietnam, ``most`` at most."""
    now = timezone.now().astimezone(VIETNAM)
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(), tzinfo=VIETNAM)
    return min(most, int((midnight - now).total_seconds()))


def kept_until_midnight(view: View) -> Callable[[HttpRequest], HttpResponseBase]:
    """The view in Vietnamese, with an ETag and a lifetime that ends before the day does."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponseBase:
        seconds = seconds_of_today()  # before the database is asked: never too long
        with translation.override(settings.LANGUAGE_CODE):
            response = view(request)
        response["Cache-Control"] = f"public, max-age={seconds}"
        etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
        response["ETag"] = etag
        return get_conditional_response(request, etag=etag, response=response) or response

    return answer


def _goods() -> Iterator[tuple[ProductSheet, str]]:
    """Public goods that feeds may name, with the name of their group; ``AT_ONCE`` read together and let go again."""
    sheets = (
        cards(goods_for_all_ages())
        .select_related("gtin")
        .prefetch_related("product__categories")
        .order_by("product_id")
    )
    groups = {
        each.category_id: each.category.name for each in CategorySheet.objects.select_related("category")
    }
    for sheet in sheets.iterator(chunk_size=AT_ONCE):
        if sheet.price_amount > 0:
            product: Any = sheet.product
            names = [groups[each.pk] for each in product.categories.all() if each.pk in groups]
            yield sheet, names[0] if names else ""


def _picture_of(sheet: ProductSheet) -> str:
    """Address of the JPEG; empty while it is not made. Never the upload itself: it may tell where it was taken."""
    found: Any = sheet.picture.renditions.all() if sheet.picture else ()
    return next((absolute(each.url) for each in found if each.filter_spec == PICTURE), "")


def _link_of(sheet: ProductSheet) -> str:
    return absolute(reverse("catalogue:detail", args=[sheet.product.slug, sheet.product_id]))


def _offers() -> Iterator[dict[str, str]]:
    """What both shopping feeds say: one row per size; goods without a picture and services are not taken there."""
    harvests = open_harvests()
    for sheet, group in _goods():
        picture = _picture_of(sheet)
        if not picture or sheet.processing == Processing.SERVICE:
            continue
        for offer in sheet.offers:
            coming = harvests.get(offer.product_id)
            day = f"{max(coming[0].expected_on, today()).isoformat()}T00:00+0700" if coming else ""
            availability = "preorder" if offer.is_preorder and day else "in_stock"
            title = f"{sheet.product.title}, {offer.name}" if sheet.has_choice else sheet.product.title
            values = (
                str(offer.product_id),
                title[:LONGEST_TITLE],
                (sheet.summary or sheet.product.title)[:LONGEST_DESCRIPTION],
                availability if offer.can_be_bought else "out_of_stock",
                "new",
                f"{offer.price_amount} VND",
                _link_of(sheet),
                picture,
                sheet.cooperative.name[:LONGEST_BRAND],
                group,
            )
            row = dict(zip(COLUMNS, values, strict=True)) | _measures(offer)
            row["item_group_id"] = str(sheet.product_id) if sheet.has_choice else ""
            row["gtin"] = "" if sheet.has_choice else _gtin_of(sheet)
            row["identifier_exists"] = "" if row["gtin"] else "no"
            row["availability_date"] = day if row["availability"] == "preorder" else ""
            yield row


def _gtin_of(sheet: ProductSheet) -> str:
    """The number on the bar code, as it is printed; it names one size, so goods in several sizes give none."""
    return sheet.gtin.shown if hasattr(sheet, "gtin") else ""


def _measures(offer: Offer) -> dict[str, str]:
    """Weight to send, and how much one pack holds with the measure that its price is compared by.

    Source: Merchant Center, ``unit_pricing_measure`` (whole units of g, ml, ct) and ``shipping_weight``.
    """
    unit, base = {
        NetUnit.GRAM: ("g", "1kg"),
        NetUnit.MILLILITRE: ("ml", "1l"),
        NetUnit.PIECE: ("ct", "1ct"),
    }.get(NetUnit(offer.net_unit), ("", ""))
    measures = {"unit_pricing_measure": f"{offer.net_quantity}{unit}", "unit_pricing_base_measure": base}
    return {"shipping_weight": f"{offer.weight_grams} g"} | (measures if unit else {})


@kept_until_midnight
def google(request: HttpRequest) -> HttpResponse:
    """Merchant Center's RSS 2.0. Goods of small makers often carry no GTIN, and the feed says so."""
    items = [
        "<item>"
        + "".join(f"<g:{name}>{_xml(value)}</g:{name}>" for name, value in row.items() if value)
        + "</item>"
        for row in _offers()
    ]
    head = (
        f"<title>{_xml(settings.MARKET_NAME)}</title><link>{_xml(absolute('/'))}</link>"
        f"<description>{_xml('Nông sản, đặc sản OCOP vùng cao, mua thẳng của hợp tác xã.')}</description>"
    )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>{head}',
        *items,
        "</channel></rss>",
    ]
    return _document("\n".join(lines))


def _xml(text: str) -> str:
    """Escaped, and without the control characters that XML 1.0 can't hold."""
    return escape("".join(letter for letter in text if letter >= " " or letter in "\t\n"))


def _document(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


@kept_until_midnight
def facebook(request: HttpRequest) -> HttpResponse:
    """Meta's catalogue feed: the same facts as CSV, no cell of which a spreadsheet runs as a formula."""
    file = io.StringIO()
    columns = (*COLUMNS, "item_group_id", "gtin")
    writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for row in _offers():
        # Meta knows no pre-order any more; what is not there yet is out of stock for it.
        stock = row["availability"].replace("_", " ").replace("preorder", "out of stock")
        writer.writerow({name: as_text(value) for name, value in (row | {"availability": stock}).items()})
    return HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")


@kept_until_midnight
def products(request: HttpRequest) -> JsonResponse:
    """Open data: every product with its maker, price, season and the star that is valid today."""
    return JsonResponse(
        {
            "market": settings.MARKET_NAME,
            "url": absolute("/"),
            "day": today().isoformat(),
            "products": [_fact_sheet(sheet, group) for sheet, group in _goods()],
        },
        json_dumps_params={"ensure_ascii": False},
    )


def _fact_sheet(sheet: ProductSheet, group: str) -> dict[str, Any]:
    unit, star = sheet.unit_price, sheet.star
    return {
        "id": sheet.product_id,
        "slug": sheet.product.slug,
        "url": _link_of(sheet),
        "title": {"vi": sheet.product.title, "en": sheet.title_en},
        "group": group,
        "pack": {"vi": sheet.pack, "en": sheet.pack_en},
        "price": {"amount": sheet.price_amount, "currency": "VND", "vat_included": True},
        "packs": [
            {
                "id": offer.product_id,
                "pack": {"vi": offer.name, "en": offer.name_en},
                "price": offer.price_amount,
                "can_be_bought": offer.can_be_bought,
            }
            for offer in sheet.offers
        ]
        if sheet.has_choice
        else [],
        "unit_price": {"amount": unit.amount, "unit": unit.unit} if unit else None,
        "stock": {"level": sheet.stock_level.value, "text": str(sheet.stock_level.label)},
        "star": {
            "stars": star.stars,
            "certificate": star.number,
            "issuer": star.issuer,
            "valid_to": star.last_day.isoformat(),
        }
        if star
        else None,
        "cooperative": {"slug": sheet.cooperative.slug, "name": sheet.cooperative.name},
        "commune": {"code": sheet.commune_id, "name": sheet.commune.name},
        "season_months": list(sheet.months),
        "picture": _picture_of(sheet) or None,
    }


# --- for robots ------------------------------------------------------------------------------------


@kept_until_midnight
def robots(request: HttpRequest) -> HttpResponse:
    """What robots leave alone, in every language, and where the site map is."""
    codes = [code for code, _name in settings.LANGUAGES]
    paths = [path_in(path, code) for path in DISALLOWED for code in codes]
    paths += DISALLOWED_IN_ONE_LANGUAGE
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in paths),
        "",
        f"Sitemap: {absolute('/sitemap.xml')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@kept_until_midnight
def sitemap(request: HttpRequest) -> HttpResponse:
    """Pages, stalls and goods (newest first, up to ``MOST_ADDRESSES``), each with its other languages."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
        *(_pages() + _lists() + _stalls() + _product_pages())[:MOST_ADDRESSES],
        "</urlset>",
    ]
    return _document("\n".join(lines))


def _entries(paths: dict[str, str], changed: dt.datetime | None) -> list[str]:
    """One ``url`` element per language of a page that stands at ``paths``."""
    links = [
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{_xml(absolute(path))}"/>'
        for code, path in paths.items()
    ]
    alternates = "".join(links) if len(links) > 1 else ""
    day = f"<lastmod>{changed.astimezone(VIETNAM).date().isoformat()}</lastmod>" if changed else ""
    return [f"<url><loc>{_xml(absolute(path))}</loc>{day}{alternates}</url>" for path in paths.values()]


def _everywhere(path: str, changed: dt.datetime | None = None) -> list[str]:
    return _entries({code: path_in(path, code) for code, _name in settings.LANGUAGES}, changed)


def _pages() -> list[str]:
    """The home page and the stories, with the translations that are published."""
    paths: dict[Any, dict[str, str]] = defaultdict(dict)
    changed: dict[Any, dt.datetime] = {}
    for page in Page.objects.live().public().filter(depth__gt=1).select_related("locale").order_by("path"):
        parts = page.get_url_parts(None)
        if parts:
            paths[page.translation_key][page.locale.language_code] = parts[2]
            if page.last_published_at:
                last = changed.get(page.translation_key, page.last_published_at)
                changed[page.translation_key] = max(last, page.last_published_at)
    return [line for key, found in paths.items() for line in _entries(found, changed.get(key))]


def _lists() -> list[str]:
    names = ("index", "cooperatives", "seasons", "ranking")
    return [line for name in names for line in _everywhere(reverse(f"catalogue:{name}"))]


def _stalls() -> list[str]:
    on_sale = Q(sheets__state=ApprovalState.APPROVED)
    stalls = Cooperative.objects.filter(is_open=True).annotate(
        changed=Max("sheets__updated_at", filter=on_sale)
    )
    rows = stalls.order_by("slug").values_list("slug", "changed")
    return [
        line
        for slug, changed in rows
        for line in _everywhere(reverse("catalogue:cooperative", args=[slug]), changed)
    ]


def _product_pages() -> list[str]:
    rows: Any = (
        public_sheets()
        .exclude(is_age_restricted=True)
        .order_by("-product_id")
        .values_list("product__slug", "product_id", "updated_at")
    )
    return [
        line
        for slug, pk, changed in rows[: MOST_ADDRESSES // len(settings.LANGUAGES)]
        for line in _everywhere(reverse("catalogue:detail", args=[slug, pk]), changed)
    ]
