"""Lists of the panel with many rows: one true row of each kind, written as often as asked.

Copies keep every column but those that must be unique; what hangs on a row (the lines of a parcel, the product and
the stock of a sheet) is copied along where a list reads it.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Sequence
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.db import models
from django.utils import timezone

from catalog.models import Lot, Paper, Plot, ProductImport, ProductSheet
from shop.audit.models import Entry
from shop.complaints.models import Complaint
from shop.complaints.services import Subject, file_complaint
from shop.invoices.models import Invoice
from shop.log_ins.models import LogIn
from shop.messages.models import Letter, LetterState
from shop.orders.models import Consignment, GoodsReport
from shop.orders.services import report_goods
from shop.orders.statuses import ConsignmentStatus, Fault, Wish
from shop.payments.models import InboundEvent, Refund, Remittance
from shop.payments.refunds import return_transfer
from shop.payments.remittances import Collected, enter
from shop.promotions.models import Promotion
from shop.reviews.models import RefusalReason, Review, ReviewDecision, ReviewState
from shop.reviews.services import decide, write_review
from shop.sellers import applications
from shop.sellers.models import Application, Ground, Suspension, Takedown
from shop.sellers.suspensions import lift, suspend
from shop.sellers.takedowns import put_back, take_down
from tests.factories import make_lot, make_paper, make_plot, make_promotion
from tests.support.market import Market
from tests.support.orders import bring, transfer

KINDS: tuple[Any, ...] = (
    Lot, Paper, Plot, ProductImport, Complaint, Entry, Remittance, Application, LogIn,
)  # fmt: skip
BATCH = 1000
FIRST = 10**7
_numbers = itertools.count(FIRST)

# View's name → who opens it.
LISTS = {
    "wagtailadmin_home": "operator",
    "panel_products:index": "cooperative",
    "panel:consignments": "cooperative",
    "panel:lots": "cooperative",
    "panel:goods_reports": "cooperative",
    "panel:proofs": "cooperative",
    "panel:plots": "cooperative",
    "panel:promotions": "cooperative",
    "panel:imports": "cooperative",
    "panel:reviews": "operator",
    "panel:complaints": "operator",
    "panel:applications": "operator",
    "panel:stalls": "operator",
    "panel:audit_log": "operator",
    "panel:takedowns": "operator",
    "panel:failed_messages": "operator",
    "panel:remittances": "operator",
    "panel:invoices": "invoice_staff",
    "panel:unadjusted": "invoice_staff",
    "panel:transfers": "invoice_staff",
    "panel:refunds": "invoice_staff",
    "panel:sources": "invoice_staff",
    "panel:reconciliation": "invoice_staff",
    "panel:log_ins": "cooperative",
}


def copies(row: models.Model, count: int, **own: Callable[[int], Any]) -> list[Any]:
    """``count`` copies of the row, in the database. ``own``: attribute → its value in the copy of that place."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    lone = {
        each.attname for each in fields if each.unique and each.is_relation and getattr(row, each.attname)
    }
    lone -= own.keys()
    if lone:
        raise ValueError(f"{row}: say what {lone} of each copy is")
    fresh = {field.attname: field for field in fields if field.name in _unique_names(row)}
    made = []
    for place in range(count):
        values = {field.attname: getattr(row, field.attname) for field in fields}
        values |= {name: _fresh(field, values[name]) for name, field in fresh.items() if name not in own}
        values |= {name: value(place) for name, value in own.items()}
        made.append(type(row)(**values))
    queryset: models.QuerySet[Any] = models.QuerySet(type(row))
    return queryset.bulk_create(made, batch_size=BATCH)


def _unique_names(row: models.Model) -> set[str]:
    """Columns that no two rows may share, alone or together; of several together one is enough."""
    meta = row._meta
    names = {field.name for field in meta.concrete_fields if field.unique and not field.primary_key}
    groups = [tuple(group) for group in meta.unique_together]
    groups += [tuple(rule.fields) for rule in meta.constraints if isinstance(rule, models.UniqueConstraint)]
    for group in groups:
        loose = [name for name in group if not meta.get_field(name).is_relation]
        names.update(loose[-1:])
    return names


def _fresh(field: Any, value: Any) -> Any:
    if value is None:  # two unknowns are not alike
        return None
    number = next(_numbers)
    if isinstance(field, models.UUIDField):
        return uuid4()
    if isinstance(field, models.DateTimeField):
        return value + dt.timedelta(microseconds=number - FIRST)
    if isinstance(field, models.IntegerField):
        return number
    return str(number)[-(field.max_length or 20) :]


def begin(market: Market) -> None:
    """One true row of every kind that is not in the small market yet."""
    make_lot(market.goods_a)
    make_paper(market.goods_a, "declaration", verified=False)
    make_plot(market.a)
    make_promotion(cooperative=market.a)
    file_complaint(sent_key=uuid4(), kind="other", text="Chuyện của ai đó", subject=Subject())
    return_transfer(bring(transfer(5_000, "gửi nhầm")).pk, by=market.people["operator"])
    ProductImport.objects.create(cooperative=market.a, file_name="hang.csv", status="checked")
    lines = [Collected(market.own.code, 1_000, 0)]
    enter(courier="ghn", number="BK-1", paid_on=timezone.localdate(), lines=lines, by=None)
    report_goods(
        consignment=_handed_over(market.own),
        sent_key=uuid4(),
        pieces={market.own.lines.get().pk: 1},
        fault=Fault.SPOILED,
        wish=Wish.MONEY,
        text="Hỏng khi mở kiện",
        photos=[b"jpeg"],
    )
    review = write_review(line=market.own.lines.get(), points=4, text="Ngon", language="vi", photos=[])
    decide(
        review=review, state=ReviewState.REFUSED, reason=RefusalReason.ADVERT, by=market.people["operator"]
    )
    Consignment.objects.filter(pk=market.own.pk).update(status=ConsignmentStatus.TO_PACK)
    fields = ("legal_form", "legal_name", "representative", "phone", "email", "commune", "address")
    applications.submit(
        sent_key=uuid4(),
        photos=[b"jpeg"],
        name="Đơn mẫu",
        tax_code="0100233488",
        bank_name="Ngân hàng",
        bank_account="123456789",
        bank_holder="HTX",
        **{name: getattr(market.a, name) for name in fields},
    )
    by_rules = {"ground": Ground.RULES, "reason": "Sai nhãn", "by": market.people["operator"]}
    put_back(takedown=take_down(thing=market.goods_a, **by_rules), reason="Đã sửa", by=None)
    lift(suspension=suspend(cooperative=market.a, **by_rules), reason="Đã sửa", by=None)
    LogIn.objects.create(user=market.people["shopper"], key_hash="0" * 64, sealed_key="-")
    Letter.objects.filter(pk=Letter.objects.order_by("pk").first().pk).update(state=LetterState.FAILED)  # type: ignore[union-attr]


def grow(market: Market, count: int) -> None:
    """``count`` rows more of everything the lists show."""
    own = Consignment.objects.get(pk=market.own.pk)
    orders = copies(own.order, count)
    copies(own.order.sheet, count, order_id=_keys(orders))
    parcels = copies(own, count, order_id=_keys(orders))
    bought = copies(own.lines.get().order_line, count, order_id=_keys(orders))
    lines = copies(own.lines.get(), count, consignment_id=_keys(parcels), order_line_id=_keys(bought))
    copies(GoodsReport.objects.order_by("pk")[0], count, consignment_id=_keys(parcels))
    copies(Review.objects.order_by("pk")[0], count, line_id=_keys(lines))
    copies(Invoice.objects.order_by("pk")[0], count, source_reference=lambda place: parcels[place].code)
    _goods(market.goods_a, count)
    refund = Refund.objects.order_by("pk")[0]
    came = copies(InboundEvent.objects.order_by("pk")[0], count)
    copies(refund, count, inbound_id=_keys(came))
    promotion = Promotion.objects.order_by("pk")[0]
    offers = copies(promotion.offer, count)
    copies(promotion, count, offer_id=_keys(offers))
    partners = copies(market.a.partner, count // 10)
    copies(market.a, count // 10, partner_id=_keys(partners), name=lambda place: f"HTX {place}")
    for kind in KINDS:
        copies(kind._base_manager.order_by("pk")[0], count)
    copies(Letter.objects.filter(state=LetterState.FAILED).order_by("pk")[0], count)
    _taken_down(count)


def _taken_down(count: int) -> None:
    """In turn a product, a stall and a review, so that every page of the list holds all of them."""
    now = timezone.now()
    for kind in (Takedown, Suspension):
        copies(
            kind.objects.order_by("pk")[0], count, decided_at=lambda place: now + dt.timedelta(seconds=place)
        )
    moments = (now + dt.timedelta(seconds=place) for place in itertools.count())
    with patch.object(timezone, "now", lambda: next(moments)):  # the column takes the clock's word only
        copies(ReviewDecision.objects.order_by("pk")[0], count)


def _keys(rows: Sequence[models.Model]) -> Callable[[int], Any]:
    return lambda place: rows[place].pk


def _goods(sheet: ProductSheet, count: int) -> None:
    product = sheet.product
    record = sheet.main_record
    products = copies(product, count)
    sheets = copies(sheet, count, product_id=_keys(products))
    copies(record, count, product_id=_keys(products), partner_sku=lambda place: sheets[place].code)
    category = product.productcategory_set.get()
    copies(category, count, product_id=_keys(products))


def _handed_over(parcel: Consignment) -> Consignment:
    Consignment.objects.filter(pk=parcel.pk).update(
        status=ConsignmentStatus.HANDED_OVER, handed_over_at=timezone.now()
    )
    return Consignment.objects.get(pk=parcel.pk)
