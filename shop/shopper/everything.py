"""Everything the market holds about one person, as JSON.

Source: Law on Personal Data Protection 91/2025/QH15 (a person may see their data and have a copy).
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from oscar.apps.basket.models import Basket

from shop.accounts.models import Consent, SavedAddress, User
from shop.orders.models import Consignment, GoodsReport, OrderSheet
from shop.reviews.models import Review
from shop.reviews.selectors import reviews_of
from shop.wishes.models import SeasonWatch, Wish

from .own_things import invoices_of, letters_of, orders_of


def everything_about(user: User) -> dict[str, Any]:
    """Shape: plain values, money in whole đồng, instants in ISO 8601. A constant number of queries."""
    return {
        "written_at": _iso(timezone.now()),
        "account": {
            "name": user.get_full_name(),
            "email": user.email,
            "phone": user.phone,
            "opened_at": _iso(user.date_joined),
            "last_log_in_at": _iso(user.last_login),
        },
        "log_ins": [
            {
                "device": str(one.device),
                "network": one.network,
                "started_at": _iso(one.started_at),
                "seen_at": _iso(one.seen_at),
                "ended_at": _iso(one.ended_at),
            }
            for one in user.log_ins.all()
        ],
        "passkeys": [
            {
                "name": one.name,
                "added_at": _iso(one.created_at),
                "last_used_at": _iso(one.last_used_at),
            }
            for one in user.passkeys.all()
        ],
        "addresses": [_address(one) for one in user.saved_addresses.select_related("commune__province")],
        "consents": [_consent(one) for one in user.consents.order_by("pk")],
        "basket": _baskets(user),
        "orders": [_order(order) for order in orders_of(user).prefetch_related(*_OF_AN_ORDER)],
        "invoices": [
            {
                "number": f"{invoice.series}-{invoice.number}",
                "issued_on": _iso(invoice.issued_on),
                "seller": invoice.seller.legal_name,
                "buyer_name": invoice.buyer_name,
                "deliver_to": invoice.deliver_to,
                "total_amount": invoice.total_amount,
                "consignment": invoice.source_reference,
                "lookup_code": invoice.lookup_code,
            }
            for invoice in invoices_of(user)
        ],
        "reviews": [
            _review(one)
            for one in reviews_of(user)
            .select_related("line", "answer")
            .prefetch_related("photos")
            .order_by("pk")
        ],
        "wishes": list(
            Wish.objects.filter(user=user).order_by("pk").values_list("sheet__product__title", flat=True)
        ),
        "season_watches": [
            {
                "title": one.sheet.product.title,
                "asked_at": _iso(one.created_at),
                "since": _iso(one.confirmed_at),
            }
            for one in SeasonWatch.objects.filter(
                email=(user.email or "").lower(), confirmed_at__isnull=False
            ).select_related("sheet__product")
        ],
        "letters": [
            {"to": letter.recipient, "subject": letter.subject, "written_at": _iso(letter.created_at)}
            for letter in letters_of(user)
        ],
    }


_OF_AN_ORDER = (
    "consignments__lines",
    "consignments__goods_reports__lines__line",
    "consignments__goods_reports__answers",
    "consignments__goods_reports__photos",
    "payment_attempts",
)
_OF_A_SHEET = (
    "buyer_name",
    "buyer_phone",
    "buyer_email",
    "address_text",
    "note",
    "language",
    "payment_method",
    "total_amount",
    "invoice_name",
    "invoice_tax_code",
    "invoice_address",
    "invoice_email",
    "terms_version",
)


def _order(order: Any) -> dict[str, Any]:
    sheet: OrderSheet = order.sheet
    return {
        "number": order.number,
        "placed_at": _iso(order.date_placed),
        "status": order.status,
        **{field: getattr(sheet, field) for field in _OF_A_SHEET},
        "paid_at": _iso(sheet.paid_at),
        "adult_declared_at": _iso(sheet.adult_declared_at),
        "payments": [
            {"way": attempt.provider, "amount": attempt.amount, "status": attempt.status}
            for attempt in order.payment_attempts.all()
        ],
        "consignments": [_consignment(one) for one in order.consignments.all()],
    }


def _consignment(consignment: Consignment) -> dict[str, Any]:
    return {
        "code": consignment.code,
        "cooperative": consignment.cooperative.name,
        "status": consignment.status,
        "goes_with": consignment.ships_with.code if consignment.ships_with else None,
        "shipping_name": consignment.shipping_name,
        "shipping_amount": consignment.shipping_amount,
        "total_amount": consignment.total_amount,
        "carrier": consignment.carrier,
        "tracking_number": consignment.tracking_number,
        "lines": [
            {
                "title": line.title,
                "pack": line.pack,
                "quantity": line.quantity,
                "unit_amount": line.unit_amount,
                "goods_amount": line.goods_amount,
            }
            for line in consignment.lines.all()
        ],
        "reports": [_report(one) for one in consignment.goods_reports.all()],
    }


def _report(report: GoodsReport) -> dict[str, Any]:
    return {
        "at": _iso(report.created_at),
        "fault": report.fault,
        "wish": report.wish,
        "text": report.text,
        "photographs": len(report.photos.all()),
        "goods": [{"title": row.line.title, "quantity": row.quantity} for row in report.lines.all()],
        "answers": [
            {
                "verdict": one.verdict,
                "text": one.text,
                "is_by_market": one.is_by_market,
                "at": _iso(one.created_at),
            }
            for one in report.answers.all()
        ],
    }


def _review(review: Review) -> dict[str, Any]:
    answer = getattr(review, "answer", None)
    return {
        "title": review.line.title,
        "points": review.points,
        "text": review.text,
        "shown_name": review.shown_name,
        "state": review.state,
        "reason": review.reason,
        "photographs": len(review.photos.all()),
        "answer": answer.text if answer else None,
        "at": _iso(review.created_at),
    }


def _address(address: SavedAddress) -> dict[str, Any]:
    return {
        "name": address.name,
        "phone": address.phone,
        "address": str(address),
        "commune_code": address.commune_id,
        "is_default": address.is_default,
    }


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "about": consent.kind,
        "is_given": consent.is_given,
        "version": consent.version,
        "at": _iso(consent.at),
    }


def _baskets(user: User) -> list[dict[str, Any]]:
    """What lies in baskets that were never ordered."""
    baskets = Basket.open.filter(owner=user).prefetch_related("lines__product__parent")
    return [
        {"title": line.product.get_title(), "quantity": line.quantity}
        for basket in baskets
        for line in basket.lines.all()
    ]


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
