"""What goods cost with their delivery, as the checkout would say it; nothing of it stays in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket

from catalog.models import Commune
from shop.checkout.baskets import fill
from shop.checkout.destinations import commune_of
from shop.checkout.stalls import Stall, Stalls, choice_name, load_lines, read_stalls
from shop.partner.strategy import StallStrategy
from shop.promotions import services as promotions
from shop.shipping.rates import Place

from .bodies import Goods, Invalid


@dataclass(frozen=True)
class Quoted:
    """A basket made for one request, with what it costs and what stands in the way of buying it."""

    basket: Any
    commune: Commune | None
    stalls: Stalls
    problems: list[dict[str, Any]]

    @property
    def is_buyable(self) -> bool:
        return not self.problems and self.stalls.shipping_amount is not None

    def as_json(self) -> dict[str, Any]:
        """The answer to a request for a quote."""
        stalls = self.stalls
        return {
            "stalls": [_stall(stall) for stall in stalls.stalls],
            "discounts": [
                {"name": given.promotion.shown_name, "code": given.promotion.code, "amount": given.amount}
                for given in stalls.given
            ],
            "goods_amount": stalls.goods_amount,
            "discount_amount": stalls.discount_amount,
            "shipping_amount": stalls.shipping_amount,
            "total_amount": stalls.total_amount,
            "promised_days": self.promised_days,
            "problems": self.problems,
        }

    @property
    def promised_days(self) -> dict[str, str]:
        """The day from which goods can leave that can't leave at once, by product id."""
        return {str(pk): day.isoformat() for pk, day in self.stalls.promises.items() if day}


@contextmanager
def quoted(goods: Goods) -> Iterator[Quoted]:
    """The goods in a basket of their own, which is gone afterwards unless an order keeps it.

    Locks/Writes: a basket in a transaction of the caller's making or its own. Raises: Invalid for an unknown commune.
    """
    commune = commune_of(goods.commune) if goods.commune else None
    if goods.commune and commune is None:
        raise Invalid({"commune": [_("Không có xã, phường này.")]})
    with transaction.atomic():
        basket = Basket.objects.create()
        basket.strategy = StallStrategy()
        problems = _fill(basket, goods)
        load_lines(basket)
        basket.given = promotions.apply(basket)
        place = Place(commune.province_id, commune.pk) if commune else None
        choices = {choice_name(int(pk)): key for pk, key in goods.delivery.items() if _is_id(pk)}
        stalls = read_stalls(basket, place, choices)
        problems += [{"product": line.product.pk, "text": line.problem} for line in stalls.problems]
        problems += [
            {"stall": stall.cooperative.pk, "text": _("Gian này chưa giao tới xã, phường bạn chọn.")}
            for stall in stalls.out_of_reach
        ]
        problems += [
            {"stall": stall.cooperative.pk, "text": _("Cách giao này không còn, bạn chọn cách khác nhé.")}
            for stall in stalls.stalls
            if stall.option and choices.get(stall.choice_name, stall.option.key) != stall.option.key
        ]
        yield Quoted(basket, commune, stalls, problems)


def quote_of(goods: Goods) -> dict[str, Any]:
    """The quote alone; everything written on the way is taken back. Raises: Invalid."""
    with transaction.atomic():
        with quoted(goods) as found:
            body = found.as_json()
        transaction.set_rollback(True)
    return body


def _fill(basket: Any, goods: Goods) -> list[dict[str, Any]]:
    refused = fill(basket=basket, goods=goods.lines, is_adult=goods.is_adult)
    problems: list[dict[str, Any]] = [{"product": pk, "text": reason} for pk, reason in refused.items()]
    for code in goods.codes:
        try:
            promotions.add_code(basket=basket, text=code)
        except promotions.UnknownCode:
            problems.append({"code": code, "text": _("Không có mã này, hoặc mã đã hết hạn, hết lượt dùng.")})
    return problems


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _stall(stall: Stall) -> dict[str, Any]:
    return {
        "id": stall.cooperative.pk,
        "name": stall.cooperative.name,
        "lines": [
            {
                "product": line.product.pk,
                "title": line.title,
                "quantity": line.quantity,
                "unit_amount": line.unit_amount,
                "amount": line.amount,
                "discount_amount": line.discount_amount,
                "is_preorder": line.is_preorder,
            }
            for line in stall.lines
        ],
        "delivery": [
            {
                "key": option.key,
                "name": option.shown_name,
                "amount": option.amount,
                "arrives": [day.isoformat() for day in option.arrives] if option.arrives else None,
                "place": option.place,
            }
            for option in (stall.options.options if stall.options else ())
        ],
        "chosen": stall.option.key if stall.option else None,
    }
