"""From a basket to an order: stock reserved, one consignment per cooperative, an attempt to pay."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket
from oscar.apps.order.exceptions import UnableToPlaceOrder
from oscar.apps.order.models import Order
from oscar.apps.order.utils import OrderCreator
from oscar.core.prices import Price

from catalog.models import Cooperative
from catalog.sold import pack_text, sold_sheet
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.crash_points import crash_point
from shop.money import to_dong
from shop.payments.codes import new_code
from shop.payments.provider import Purchase
from shop.payments.providers import offered
from shop.payments.services import open_attempt
from shop.promotions import services as promotions
from shop.promotions.models import Bearer
from shop.shipping.methods import StallDelivery

from . import door, letters
from .lines import lines_of
from .models import Consignment, ConsignmentLine, OrderEvent, OrderSheet
from .promises import promised_on
from .requests import (
    CASH_METHODS,
    Address,
    Buyer,
    EmptyBasket,
    ForAdultsOnly,
    InvoiceRequest,
    MethodNotOffered,
    OutOfStock,
    Placed,
    PriceChanged,
    Shortage,
    StallQuote,
)
from .statuses import OrderEventKind, OrderStatus


def place(  # noqa: PLR0913  what the checkout asks for, each by name
    *,
    basket: Any,
    buyer: Buyer,
    address: Address,
    stall_quotes: Mapping[int, StallQuote],
    payment_method: str,
    invoice: InvoiceRequest | None,
    note: str,
    terms_version: str,
    checkout_token: UUID,
    language: str,
    expected_total: int,
    promises: Mapping[int, dt.date | None] | None = None,
    is_adult: bool = False,
    user: Any = None,
    helper: Any = None,
    ships_with: Consignment | None = None,
) -> Placed:
    """The order of this basket, awaiting payment until its deadline or at the door, with its stock reserved.

    Shape: ``stall_quotes`` by the cooperative's id (anything with ``name`` and ``amount``); ``promises`` is the day
    the buyer was told, by product id, for goods that can't leave at once; ``is_adult`` the buyer's declaration;
    ``helper`` whoever orders for the buyer, who has agreed to it; the order is then nobody's account's;
    ``ships_with`` the open parcel of the one stall, whose locks ``additions`` holds.
    Locks/Writes: the basket, stock records by id, promotions by id, order, consignments, attempt, the buyer's letter;
    all or nothing.
    Raises: EmptyBasket; OutOfStock with the lines, also if one would come later than was told; PriceChanged with the
    total of now, also if a stall has no quote; ForAdultsOnly without the declaration, or with cash; MethodNotOffered
    where the goods may not go before the money;
    ``promotions.UsedUp`` when somebody, or this buyer, had the last use.
    Idempotent: by ``checkout_token`` and by basket, also when sent twice at once.
    """

    try:
        with transaction.atomic():
            fresh = _reread(basket, lock=True)
            crash_point("place.basket-locked")
            if placed := _placed_before(checkout_token, fresh.pk):
                return placed
            stalls = _agreed_stalls(fresh, stall_quotes, expected_total, promises or {})
            is_for_adults = any(
                sold_sheet(line.product).is_age_restricted for lines in stalls.values() for line in lines
            )
            if is_for_adults and (not is_adult or payment_method in CASH_METHODS):
                raise ForAdultsOnly
            if payment_method in CASH_METHODS:  # the goods go first: its rules are looked at once more
                couriers = frozenset(stall_quotes[pk].courier for pk in stalls)
                purchase = Purchase(expected_total, address.province_code, couriers, is_for_adults)
                if payment_method not in {way.code for way in offered(purchase)}:
                    raise MethodNotOffered
            # Before the stock is reserved: afterwards these very packs would count as others' pre-orders.
            promised_days = {line.pk: promised_on(line) for line in fresh.all_lines()}
            crash_point("place.agreed")
            order = _write_order(fresh, stalls, stall_quotes, buyer=buyer, user=user)
            crash_point("place.order-written")
            promotions.take(order=order, given=fresh.given, buyer_phone=buyer.phone)
            crash_point("place.promotions-counted")
            sheet = OrderSheet.objects.create(
                order=order,
                token=secrets.token_urlsafe(32),
                checkout_token=checkout_token,
                buyer_name=buyer.name,
                buyer_phone=buyer.phone,
                buyer_email=buyer.email,
                language=language,
                note=note,
                payment_method=payment_method,
                total_amount=expected_total,
                pay_by=timezone.now() + dt.timedelta(minutes=settings.PAYMENT_WINDOW_MINUTES),
                terms_version=terms_version,
                adult_declared_at=timezone.now() if is_for_adults else None,
                helper=helper,
                help_agreed_at=timezone.now() if helper else None,
                province_code=address.province_code,
                commune_code=address.commune_code,
                address_text=str(address),
                **_invoice_fields(invoice),
            )
            crash_point("place.token-taken")
            market_amounts = _borne_by_market(fresh.given)
            _write_consignments(order, stalls, stall_quotes, promised_days, market_amounts, ships_with)
            attempt = open_attempt(
                order=order, provider=payment_method, amount=expected_total, expires_at=sheet.pay_by
            )
            crash_point("place.attempt-written")
            OrderEvent.objects.create(order=order, kind=OrderEventKind.PLACED, actor=helper or order.user)
            if helper:
                record(
                    Verb.HELPED_ORDER,
                    about=order.number,
                    reference=f"order:{order.number}",
                    acting_for="Người mua (đã đồng ý)",
                    by=helper,
                )
            fresh.submit()
            crash_point("place.basket-closed")
            letters.order_received(order, attempt)
            crash_point("place.letter-written")
            if payment_method in CASH_METHODS:
                door.agree(order, attempt)
            return Placed(order, attempt, is_repeat=False)
    except UnableToPlaceOrder as refusal:
        # Somebody was faster between our look and our reservation; everything of ours is undone.
        raise OutOfStock(_shortages(_reread(basket), refused=refusal.args[0])) from None
    except IntegrityError:
        # The same form sent at once for two baskets; the other one has committed.
        if placed := _placed_before(checkout_token):
            return placed
        raise


def _reread(basket: Any, *, lock: bool = False) -> Any:
    """The basket as the database has it now, with the promotions of now: the caller's may be older."""
    rows = Basket.objects.select_for_update() if lock else Basket.objects.all()
    fresh = rows.filter(pk=basket.pk).first()
    if fresh is None:
        raise EmptyBasket
    fresh.strategy = basket.strategy
    fresh._lines = lines_of(fresh)
    fresh.given = promotions.apply(fresh)
    return fresh


def _placed_before(checkout_token: UUID, basket_id: int | None = None) -> Placed | None:
    """What this form, or another form for the same basket, has placed already."""
    sheets = OrderSheet.objects.select_related("order")
    sheet = sheets.filter(checkout_token=checkout_token).first()
    if sheet is None and basket_id is not None:
        sheet = sheets.filter(order__basket_id=basket_id).first()
    if sheet is None:
        return None
    return Placed(sheet.order, sheet.order.payment_attempts.latest("pk"), is_repeat=True)


def _agreed_stalls(
    basket: Any,
    stall_quotes: Mapping[int, StallQuote],
    expected_total: int,
    promises: Mapping[int, dt.date | None],
) -> dict[int, list[Any]]:
    """Basket lines by cooperative id, in the order the buyer saw them, if they are what the buyer agreed to."""
    if basket.status not in Basket.editable_statuses or basket.is_empty:
        raise EmptyBasket
    if shortages := _shortages(basket) or _delays(basket, promises):
        raise OutOfStock(shortages)
    stalls: dict[int, list[Any]] = {}
    for line in basket.all_lines():
        stalls.setdefault(sold_sheet(line.product).cooperative_id, []).append(line)
    total = sum(_paid_for(line) for lines in stalls.values() for line in lines)
    total += sum(stall_quotes[pk].amount for pk in stalls if pk in stall_quotes)
    if total != expected_total or not stalls.keys() <= stall_quotes.keys():
        raise PriceChanged(total)
    return stalls


def _shortages(basket: Any, *, refused: object = None) -> tuple[Shortage, ...]:
    """Lines that can't be had; ``refused`` is the stock record that just turned us away."""
    found = []
    for line in basket.all_lines():
        availability = line.purchase_info.availability
        is_permitted, message = availability.is_purchase_permitted(line.quantity)
        if not is_permitted or line.stockrecord_id == refused:
            left = max(availability.num_available or 0, 0)
            title = line.product.get_title()
            message = str(message or _("Vừa có người mua trước, bạn thử lại nhé"))
            found.append(Shortage(line.pk, line.product_id, title, line.quantity, left, message))
    return tuple(found)


def _delays(basket: Any, promises: Mapping[int, dt.date | None]) -> tuple[Shortage, ...]:
    """Lines that would leave later than the buyer was told."""
    found = []
    for line in basket.all_lines():
        ready, told = promised_on(line), promises.get(line.product_id)
        is_preorder = line.purchase_info.availability.is_preorder
        if (is_preorder and ready is None) or (ready and (told is None or ready > told)):
            left = max(line.purchase_info.availability.num_available or 0, 0)
            message = _("Ngày giao vừa đổi, bạn xem lại nhé")
            found.append(
                Shortage(line.pk, line.product_id, line.product.get_title(), line.quantity, left, message)
            )
    return tuple(found)


def _invoice_fields(invoice: InvoiceRequest | None) -> dict[str, str]:
    if invoice is None:
        return {}
    return {
        "invoice_name": invoice.name,
        "invoice_tax_code": invoice.tax_code,
        "invoice_address": invoice.address,
        "invoice_email": invoice.email,
    }


def _paid_for(line: Any) -> int:
    return to_dong(line.line_price_incl_tax_incl_discounts)


class _Creator(OrderCreator):
    """Oscar's, which reserves of a harvest what was sold as a pre-order, and nothing else of it.

    Oscar would count the uses of promotions by reading, adding and saving; ``promotions.take`` does it instead.
    """

    def record_discount(self, discount: Any) -> None:
        pass

    def record_voucher_usage(self, order: Any, voucher: Any, user: Any) -> None:
        pass

    def update_stock_records(self, line: Any) -> None:
        if line.product.get_product_class().track_stock:
            line.stockrecord.product = line.product  # known: no query for it
            line.stockrecord.allocate(line.quantity, from_harvest=line.purchase_info.availability.is_preorder)
            crash_point("place.line-reserved")


def _write_order(
    basket: Any,
    stalls: Mapping[int, list[Any]],
    stall_quotes: Mapping[int, StallQuote],
    *,
    buyer: Buyer,
    user: Any,
) -> Any:
    """Oscar's order; its creator reserves the stock in the order of the stock records' ids."""
    shipping = sum(stall_quotes[pk].amount for pk in stalls)
    method = StallDelivery(shipping)
    charge = method.calculate(basket)
    total = Price(
        currency=basket.currency,
        excl_tax=basket.total_excl_tax + charge.excl_tax,
        incl_tax=basket.total_incl_tax + Decimal(shipping),
    )
    number = new_code()
    while Order.objects.filter(number=number).exists():
        number = new_code()
    return _Creator().place_order(
        basket,
        total,
        method,
        charge,
        user=user,
        order_number=number,
        status=OrderStatus.PENDING_PAYMENT.value,
        guest_email=buyer.email,
    )


def _borne_by_market(given: Sequence[promotions.Given]) -> dict[int, int]:
    """What of each line's discount the market goes without, by the basket line's id."""
    amounts: Counter[int] = Counter()
    for each in given:
        if each.promotion.bearer == Bearer.MARKET:
            amounts.update(each.parts)
    return amounts


def _write_consignments(
    order: Any,
    stalls: Mapping[int, list[Any]],
    quotes: Mapping[int, StallQuote],
    promised_days: Mapping[int, dt.date | None],
    market_amounts: Mapping[int, int],
    ships_with: Consignment | None,
) -> None:
    order_lines = {line.product_id: line for line in order.lines.all()}
    cooperatives = Cooperative.objects.in_bulk(stalls)
    for position, (pk, lines) in enumerate(stalls.items(), start=1):
        goods = sum(to_dong(line.line_price_incl_tax) for line in lines)
        quote = quotes[pk]
        promised_from, promised_to = quote.arrives or (None, None)
        discount = goods - sum(_paid_for(line) for line in lines)
        consignment = Consignment.objects.create(
            order=order,
            cooperative=cooperatives[pk],
            code=f"{order.number}-{position}",
            goods_amount=goods,
            discount_amount=discount,
            market_amount=sum(market_amounts.get(line.pk, 0) for line in lines),
            shipping_amount=quote.amount,
            total_amount=goods - discount + quote.amount,
            shipping_name=quote.name,
            shipping_name_en=quote.name_en,
            courier=quote.courier,
            delivery_key=quote.key,
            ships_with=ships_with,
            collection_place=quote.place,
            promised_from=promised_from,
            promised_to=promised_to,
        )
        ConsignmentLine.objects.bulk_create(
            ConsignmentLine(
                consignment=consignment,
                order_line=order_lines[line.product_id],
                title=line.product.get_title(),
                sku=line.stockrecord.partner_sku,
                pack=pack_text(line.product),
                quantity=line.quantity,
                unit_amount=to_dong(line.unit_price_incl_tax),
                goods_amount=to_dong(line.line_price_incl_tax),
                discount_amount=to_dong(line.line_price_incl_tax) - _paid_for(line),
                tax_class=sold_sheet(line.product).tax_class,
                is_preorder=line.purchase_info.availability.is_preorder,
                promised_on=promised_days[line.pk],
            )
            for line in lines
        )
        crash_point("place.consignment-written")
