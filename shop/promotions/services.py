"""Writing promotions, giving them to baskets, and counting who has used them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer
from oscar.apps.offer.results import BasketDiscount, OfferApplications
from oscar.apps.voucher.models import Voucher

from catalog.models import Cooperative
from catalog.sold import sold_sheet
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.money import format_amount, to_dong

from .models import Bearer, Promotion, PromotionUse
from .rules import MOST_PERCENT, Goods, share

CODE = re.compile(r"[A-Z0-9]{4,20}")
MOST_CODES = 10
"""In one basket: more is somebody who guesses."""
FAR_FUTURE = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)  # Oscar's vouchers must end some day


class UnknownCode(Exception):
    """Nobody gave out such a code, or it is over; the buyer is told the same in both cases."""


class UsedUp(Exception):
    """A promotion has no use left, or this buyer has had it. ``promotion`` says which."""

    def __init__(self, promotion: Promotion, *, is_buyers: bool) -> None:
        super().__init__(str(promotion))
        self.promotion = promotion
        self.is_buyers = is_buyers


@dataclass(frozen=True)
class Given:
    """What a promotion takes off a basket. Shape: ``parts`` are đồng by the line's id."""

    promotion: Promotion
    parts: Mapping[int, int]

    @property
    def amount(self) -> int:
        return sum(self.parts.values())


@dataclass(frozen=True)
class Terms:
    """What a promotion gives, to whom and when. Unit: whole đồng; ``percent`` or ``amount``, never both."""

    name: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None = None
    name_en: str = ""
    code: str = ""
    percent: int = 0
    amount: int = 0
    most_amount: int | None = None
    least_amount: int = 0
    most_uses: int | None = None
    is_once_per_buyer: bool = False


def tidy_code(text: str) -> str:
    """As the code is kept: capitals, without spaces and marks of punctuation that people put in.

    >>> tidy_code(" nuong-2026 ")
    'NUONG2026'
    """
    return re.sub(r"[\s\-_.]+", "", unicodedata.normalize("NFKC", text)).upper()


@transaction.atomic
def add_promotion(*, terms: Terms, cooperative: Cooperative | None, bearer: Bearer) -> Promotion:
    """A promotion that runs from its first day on.

    Writes: Promotion and Oscar's offer, condition, benefit, voucher. Raises: ValidationError by field.
    """
    code = _checked_code(terms.code)
    _check(terms)
    promotion = Promotion(
        cooperative=cooperative,
        bearer=bearer,
        name=terms.name,
        name_en=terms.name_en,
        percent=terms.percent,
        amount=terms.amount,
        most_amount=terms.most_amount if terms.percent else None,
        least_amount=terms.least_amount,
        is_once_per_buyer=terms.is_once_per_buyer,
    )
    promotion.clean_fields(exclude=["offer", "voucher", "cooperative"])
    unique = f"{terms.name[:80]} {uuid.uuid4()}"  # Oscar wants names of its own; nobody reads them
    promotion.offer = ConditionalOffer.objects.create(
        name=unique,
        offer_type=ConditionalOffer.VOUCHER if code else ConditionalOffer.SITE,
        exclusive=False,
        condition=Condition.objects.create(type=Condition.VALUE, value=terms.least_amount),
        benefit=Benefit.objects.create(
            type=Benefit.PERCENTAGE if terms.percent else Benefit.FIXED, value=terms.percent or terms.amount
        ),
        max_basket_applications=1,
        max_global_applications=terms.most_uses,
        start_datetime=terms.starts_at,
        end_datetime=terms.ends_at,
    )
    if code:
        voucher = promotion.voucher = Voucher.objects.create(
            name=unique,
            code=code,
            usage=Voucher.MULTI_USE,
            start_datetime=terms.starts_at,
            end_datetime=terms.ends_at or FAR_FUTURE,
        )
        voucher.offers.add(promotion.offer)
    promotion.save()
    _tell(Verb.PROMOTION_ADDED, promotion)
    return promotion


@transaction.atomic
def stop(promotion: Promotion) -> None:
    """Nobody gets it from now on; orders keep what they were given. Idempotent."""
    running = ConditionalOffer.objects.filter(pk=promotion.offer_id).exclude(
        status=ConditionalOffer.SUSPENDED
    )
    if running.update(status=ConditionalOffer.SUSPENDED):
        _tell(Verb.PROMOTION_STOPPED, promotion)


def _tell(verb: Verb, promotion: Promotion) -> None:
    worth = f"{promotion.percent}%" if promotion.percent else format_amount(promotion.amount or 0)
    record(
        verb,
        about=f"{promotion.name}: −{worth}",
        cooperative_id=promotion.cooperative_id,
        reference=f"promotion:{promotion.pk}",
    )


def _checked_code(text: str) -> str:
    code = tidy_code(text)
    if not code:
        return ""
    if not CODE.fullmatch(code):
        raise ValidationError({"code": _("Mã có 4 đến 20 chữ cái không dấu hoặc chữ số.")})
    if Voucher.objects.filter(code=code).exists():
        raise ValidationError({"code": _("Mã này đã có rồi, bạn chọn mã khác nhé.")})
    return code


def _check(terms: Terms) -> None:
    if bool(terms.percent) == bool(terms.amount):
        raise ValidationError({"percent": _("Điền phần trăm hoặc số tiền được giảm, một trong hai.")})
    if terms.percent > MOST_PERCENT:
        raise ValidationError({"percent": _("Giảm nhiều nhất %(most)d%%.") % {"most": MOST_PERCENT}})
    if terms.ends_at is not None and terms.ends_at <= terms.starts_at:
        raise ValidationError({"ends_on": _("Ngày hết phải sau ngày bắt đầu.")})
    if terms.is_once_per_buyer and not terms.code:
        raise ValidationError(
            {"is_once_per_buyer": _("Chỉ khuyến mãi có mã mới giới hạn được mỗi người một lần.")}
        )


# --- In baskets --------------------------------------------------------------------------------------


def add_code(*, basket: Any, text: str) -> Promotion:
    """Put a code into the basket; what it takes off is asked anew every time the basket is looked at.

    Writes: the basket's vouchers. Raises: UnknownCode. Idempotent.
    """
    running = Promotion.objects.running(timezone.now()).select_related("voucher")
    promotion = running.filter(voucher__code=tidy_code(text)).first()
    if promotion is None or promotion.voucher is None or basket.vouchers.count() >= MOST_CODES:
        raise UnknownCode
    basket.vouchers.add(promotion.voucher)
    return promotion


def take_code_out(*, basket: Any, text: str) -> None:
    """Idempotent."""
    basket.vouchers.remove(*Voucher.objects.filter(code=tidy_code(text)))


def idle_codes(basket: Any, given: Sequence[Given]) -> list[Promotion]:
    """Promotions whose code is in the basket without taking anything off it."""
    if basket.pk is None:
        return []
    working = [each.promotion.pk for each in given]
    return list(
        Promotion.objects.filter(voucher__basket=basket.pk)
        .exclude(pk__in=working)
        .select_related("voucher", "cooperative")
    )


def apply(basket: Any) -> list[Given]:
    """Give the basket's lines everything that runs now, in one query: Oscar's totals then carry it.

    Nothing is counted as used. Idempotent.
    """
    lines = {line.pk: line for line in basket.all_lines()} if basket.pk else {}
    basket.offer_applications = OfferApplications()
    for line in lines.values():
        line.clear_discount()
    goods = [
        Goods(line.pk, sold_sheet(line.product).cooperative_id, to_dong(line.line_price_incl_tax))
        for line in lines.values()
        if line.purchase_info.price.exists
    ]
    promotions = {promotion.pk: promotion for promotion in _running_for(basket, goods)} if goods else {}
    shared = share(goods, [promotion.rule for promotion in promotions.values()])
    found = [Given(promotions[pk], parts) for pk, parts in shared.items()]
    for given in found:
        offer = given.promotion.offer
        if given.promotion.voucher:
            offer.set_voucher(given.promotion.voucher)
        for key, amount in given.parts.items():
            # Without the offer: Oscar would ask the database, line by line, what may be combined with what.
            lines[key].discount(Decimal(amount), lines[key].quantity)
        basket.offer_applications.add(offer, BasketDiscount(Decimal(given.amount)))
    return found


def _running_for(basket: Any, goods: Collection[Goods]) -> QuerySet[Promotion]:
    stalls = {line.cooperative for line in goods}
    rows = Promotion.objects.running(timezone.now()).select_related("offer", "voucher")
    return (
        rows.filter(Q(cooperative__isnull=True) | Q(cooperative__in=stalls))
        .filter(Q(voucher__isnull=True) | Q(voucher__basket=basket.pk))
        .order_by("pk")
    )


# --- On orders ---------------------------------------------------------------------------------------


def take(*, order: Any, given: Sequence[Given], buyer_phone: str) -> None:
    """Count what the order was given as used.

    The limit is part of the update itself, so that the last use is had once, on every database.
    Locks/Writes: Oscar's offers by id, PromotionUse. Raises: UsedUp.
    """
    for each in sorted(given, key=lambda each: each.promotion.offer_id):
        has_use = Q(max_global_applications__isnull=True) | Q(
            num_applications__lt=F("max_global_applications")
        )
        promotion = each.promotion
        if not _count(promotion.offer_id, each.amount, ConditionalOffer.objects.filter(has_use)):
            raise UsedUp(promotion, is_buyers=False)
        standing = PromotionUse.objects.filter(promotion=promotion, buyer_phone=buyer_phone, released_at=None)
        if promotion.is_once_per_buyer and standing.exists():
            raise UsedUp(promotion, is_buyers=True)
        PromotionUse.objects.create(
            promotion=promotion, order=order, buyer_phone=buyer_phone, amount=each.amount
        )


def give_back(order: Any) -> None:
    """The order came to nothing: others may have its uses. Locks/Writes: as ``take``. Idempotent."""
    for use in order.promotion_uses.filter(released_at=None).select_related("promotion"):
        _count(use.promotion.offer_id, -use.amount, ConditionalOffer.objects.all())
        use.released_at = timezone.now()
        use.save(update_fields=["released_at"])


def take_again(order: Any) -> None:
    """Money came after all for what had been promised: it counts, even where none would be left.

    Locks/Writes: as ``take``. Idempotent.
    """
    for use in order.promotion_uses.exclude(released_at=None).select_related("promotion"):
        _count(use.promotion.offer_id, use.amount, ConditionalOffer.objects.all())
        use.released_at = None
        use.save(update_fields=["released_at"])


def _count(offer_id: int, amount: int, offers: QuerySet[ConditionalOffer]) -> int:
    """Add one use (or, for a negative amount, take one off); the number of rows that were there to count on."""
    step = 1 if amount > 0 else -1
    return offers.filter(pk=offer_id).update(
        num_applications=F("num_applications") + step,
        num_orders=F("num_orders") + step,
        total_discount=F("total_discount") + amount,
    )
