"""More goods into a parcel that is not packed yet: a small order of its own that goes with it (docs/decisions/0027).

The buyer, the address and the way of delivery are those of the first order, whose amounts stay what they are. The
addition is paid before the parcel is packed, or it is let go and nothing is charged for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from catalog.sold import sold_sheet
from shop.money import to_dong
from shop.payments.provider import Purchase
from shop.payments.providers import offered
from shop.shipping.rates import Place
from shop.shipping.repository import added_amount, parcel_of

from .lines import lines_of
from .locks import lock_orders
from .models import Consignment, ConsignmentLine, OrderSheet
from .placing import place
from .promises import promised_on
from .requests import (
    Address,
    Buyer,
    InvoiceRequest,
    MethodNotOffered,
    NotOpen,
    OtherStall,
    OutOfStock,
    Placed,
    Shortage,
    StaleAddition,
    StallQuote,
    TooHeavy,
)
from .statuses import NOTHING_COMES, ConsignmentStatus


def is_open(consignment: Consignment) -> bool:
    """Whether goods may be added to its parcel: agreed, not packed, nothing asked, and no addition waits for its money.

    Not to one that was added itself, nor where nothing is carried. Reads companions and shortfalls as they were loaded.
    """
    return (
        consignment.status == ConsignmentStatus.TO_PACK
        and consignment.ships_with_id is None
        and consignment.delivery_key[:1] in ("s", "p")
        and unpaid_addition(consignment) is None
        and all(hasattr(shortfall, "answer") for shortfall in consignment.shortfalls.all())
    )


def unpaid_addition(consignment: Consignment) -> Consignment | None:
    """What was added to its parcel and waits for its money. Reads its companions as they were loaded."""
    companions = consignment.companions.all()
    return next((one for one in companions if one.status == ConsignmentStatus.AWAITING_PAYMENT), None)


def token_for(consignment: Consignment) -> UUID:
    """What the form of the next addition carries: the same in every tab until one was placed, and not to be guessed."""
    placed = Consignment.objects.filter(ships_with=consignment).count()
    secret: str = consignment.order.sheet.token
    return UUID(
        bytes=salted_hmac("shop.orders.additions", f"{secret}:{consignment.pk}:{placed}").digest()[:16]
    )


def delivery_of(consignment: Consignment, basket_lines: Iterable[Any]) -> StallQuote:
    """How these goods go with the parcel: only what the whole costs more to send than what was paid for is asked.

    Raises: TooHeavy if the way of delivery that was chosen does not take the whole, or is offered no more.
    """
    sheet: OrderSheet = consignment.order.sheet
    known = _lines_of(consignment)
    paid_for = [(line.order_line.product, line.quantity, line.goods_amount) for line in known]
    whole = [(line.order_line.product, line.left_quantity, line.due.goods) for line in known]
    whole += [(line.product, line.quantity, to_dong(line.line_price_incl_tax)) for line in basket_lines]
    amount = added_amount(
        consignment.cooperative,
        consignment.delivery_key,
        parcel_of(paid_for),
        parcel_of(whole),
        Place(sheet.province_code, sheet.commune_code),
    )
    if amount is None:
        raise TooHeavy
    days = consignment.promised_from, consignment.promised_to
    return StallQuote(
        name=consignment.shipping_name,
        amount=amount,
        name_en=consignment.shipping_name_en,
        courier=consignment.courier,
        arrives=(days[0], days[1]) if days[0] and days[1] else None,
        place=consignment.collection_place,
        key=consignment.delivery_key,
    )


def too_late(consignment: Consignment, basket_lines: Iterable[Any]) -> tuple[Shortage, ...]:
    """Lines that would hold up the parcel: their goods are there later than all that is in it already."""
    days = [line.promised_on for line in consignment.lines.all() if line.promised_on]
    return tuple(
        Shortage(
            line.pk,
            line.product_id,
            line.product.get_title(),
            line.quantity,
            0,
            _("Món này có muộn hơn kiện, không đi cùng được. Bạn đặt đơn riêng nhé."),
        )
        for line in basket_lines
        if (ready := promised_on(line)) and ready > max(days, default=dt.date.min)
    )


def purchase_of(consignment: Consignment, amount: int, *, is_for_adults: bool) -> Purchase:
    """What decides how an addition of that amount may be paid."""
    sheet: OrderSheet = consignment.order.sheet
    couriers = frozenset({consignment.courier})
    return Purchase(amount, sheet.province_code, couriers, is_for_adults, is_prepaid=True)


@transaction.atomic
def add(  # noqa: PLR0913  what the page asks for, each by name
    *,
    basket: Any,
    consignment: Consignment,
    addition_token: UUID,
    payment_method: str,
    terms_version: str,
    language: str,
    expected_total: int,
    is_adult: bool = False,
    by: Any = None,
) -> Placed:
    """The order of this basket, which goes in the parcel of ``consignment`` if it is paid before that is packed.

    ``basket`` is nobody else's: made for this.
    Locks/Writes: stock records by id, the first order, its consignments and attempts; then as ``place``.
    Raises: NotOpen; StaleAddition; OtherStall; TooHeavy; OutOfStock also for goods that would hold up the parcel;
    MethodNotOffered; what ``place`` raises. Idempotent: by ``addition_token`` (``token_for``).
    """
    wanted = basket.lines.values_list("stockrecord_id", flat=True)
    lock_orders([consignment.order_id], stock=wanted)
    rows = Consignment.objects.select_related("cooperative", "order__sheet", "order__user")
    rows = rows.prefetch_related("lines__reductions", "lines__order_line__product", "companions")
    host = rows.prefetch_related("shortfalls__answer").get(pk=consignment.pk)
    if known := OrderSheet.objects.select_related("order").filter(checkout_token=addition_token).first():
        if not known.order.consignments.filter(ships_with=host).exists():
            raise StaleAddition
        return Placed(known.order, known.order.payment_attempts.latest("pk"), is_repeat=True)
    if not is_open(host):
        raise NotOpen
    if addition_token != token_for(host):
        raise StaleAddition
    basket._lines = lines_of(basket)
    lines = basket.all_lines()
    if any(sold_sheet(line.product).cooperative_id != host.cooperative_id for line in lines):
        raise OtherStall
    if late := too_late(host, lines):
        raise OutOfStock(late)
    is_for_adults = any(sold_sheet(line.product).is_age_restricted for line in lines)
    purchase = purchase_of(host, expected_total, is_for_adults=is_for_adults)
    if payment_method not in {way.code for way in offered(purchase)}:
        raise MethodNotOffered
    sheet: OrderSheet = host.order.sheet
    return place(
        basket=basket,
        buyer=Buyer(sheet.buyer_name, sheet.buyer_phone, sheet.buyer_email),
        address=_address_of(sheet),
        stall_quotes={host.cooperative_id: delivery_of(host, lines)},
        payment_method=payment_method,
        invoice=_invoice_of(sheet),
        note="",
        terms_version=terms_version,
        checkout_token=addition_token,
        language=language,
        expected_total=expected_total,
        promises={line.product_id: promised_on(line) for line in lines},
        is_adult=is_adult,
        user=host.order.user,
        helper=by if by is not None and by.pk == sheet.helper_id else None,
        ships_with=host,
    )


def _lines_of(consignment: Consignment) -> list[ConsignmentLine]:
    """The lines of its parcel that still come; of goods that are gone from the catalogue nobody knows the weight."""
    parcel = Q(consignment=consignment) | Q(consignment__ships_with=consignment)
    lines = ConsignmentLine.objects.filter(parcel, order_line__product__isnull=False)
    lines = lines.exclude(consignment__status__in=NOTHING_COMES).prefetch_related("reductions")
    ways = ("sheet", "pack__sheet")
    return list(lines.select_related(*(f"order_line__product__{way}" for way in ways)))


def _address_of(sheet: OrderSheet) -> Address:
    """As it was printed on the day of the order."""
    street, commune, province = sheet.address_text.rsplit(", ", 2)
    return Address(sheet.province_code, province, sheet.commune_code, commune, street)


def _invoice_of(sheet: OrderSheet) -> InvoiceRequest | None:
    if not sheet.invoice_tax_code:
        return None
    return InvoiceRequest(
        sheet.invoice_name, sheet.invoice_tax_code, sheet.invoice_address, sheet.invoice_email
    )
