"""The basket as people see it: one block per stall, with its delivery and what stands in the way of buying."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q

from catalog.models import Cooperative, PriceTier, ProductSheet
from catalog.pictures import renditions
from catalog.sold import sold_sheet
from shop.money import to_dong
from shop.orders.lines import lines_of
from shop.orders.promises import promised_on
from shop.payments.provider import Purchase
from shop.promotions.services import Given
from shop.shipping.rates import Place
from shop.shipping.repository import Option, StallOptions, carried_grams, stall_options, stall_spans


@dataclass(frozen=True)
class StallLine:
    """One basket line. ``problem`` is empty when it can be bought as it stands. Unit: whole đồng."""

    pk: int
    product: Any
    sheet: ProductSheet
    title: str
    quantity: int
    unit_amount: int
    discount_amount: int
    added_at_amount: int  # the unit price on the day it was put in the basket
    next_tier: PriceTier | None
    is_preorder: bool
    promised_on: dt.date | None  # the day from which it can leave, where that is not at once
    problem: str

    @property
    def amount(self) -> int:
        return self.unit_amount * self.quantity

    @property
    def is_dearer(self) -> bool:
        return self.unit_amount > self.added_at_amount


@dataclass(frozen=True)
class Stall:
    """The lines of one cooperative.

    ``options`` and ``option`` are None until an address is known; ``option`` also when the stall does not send
    there. ``span`` is what the cheapest delivery may cost before that, None if nobody carries such a parcel.
    """

    cooperative: Cooperative
    lines: list[StallLine]
    options: StallOptions | None = None
    option: Option | None = None
    span: tuple[int, int] | None = None

    @property
    def goods_amount(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def discount_amount(self) -> int:
        return sum(line.discount_amount for line in self.lines)

    @property
    def grams(self) -> int:
        return sum(carried_grams(line.product, line.quantity) for line in self.lines)

    @property
    def choice_name(self) -> str:
        """Of the form field that says how this stall sends."""
        return choice_name(self.cooperative.pk)

    @property
    def is_out_of_reach(self) -> bool:
        return self.options is not None and self.option is None


@dataclass(frozen=True)
class Stalls:
    """A whole basket. Unit: whole đồng."""

    stalls: list[Stall] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)

    @property
    def lines(self) -> list[StallLine]:
        return [line for stall in self.stalls for line in stall.lines]

    @property
    def goods_amount(self) -> int:
        return sum(stall.goods_amount for stall in self.stalls)

    @property
    def discount_amount(self) -> int:
        return sum(stall.discount_amount for stall in self.stalls)

    @property
    def reduced_amount(self) -> int:
        """What the goods cost with everything taken off."""
        return self.goods_amount - self.discount_amount

    @property
    def shipping_amount(self) -> int | None:
        """The sum of all stalls' delivery; None until an address is known that all of them reach."""
        chosen = [stall.option for stall in self.stalls]
        return None if None in chosen else sum(option.amount for option in chosen if option)

    @property
    def total_amount(self) -> int:
        return self.reduced_amount + (self.shipping_amount or 0)

    @property
    def problems(self) -> list[StallLine]:
        return [line for line in self.lines if line.problem]

    @property
    def out_of_reach(self) -> list[Stall]:
        """Stalls that do not send to the address."""
        return [stall for stall in self.stalls if stall.is_out_of_reach]

    @property
    def promises(self) -> dict[int, dt.date | None]:
        """The day each line can leave, by product id; None: at once."""
        return {line.product.pk: line.promised_on for line in self.lines}

    @property
    def days_text(self) -> str:
        """The same for the form, so that it can be told whether the buyer has seen them."""
        return ",".join(f"{pk}:{day.isoformat()}" for pk, day in sorted(self.promises.items()) if day)

    @property
    def is_age_restricted(self) -> bool:
        return any(line.sheet.is_age_restricted for line in self.lines)

    def purchase_at(self, destination: Place | None) -> Purchase:
        """What decides how this basket may be paid."""
        return Purchase(
            amount=self.total_amount,
            province_code=destination.province if destination else "",
            couriers=frozenset(stall.option.courier for stall in self.stalls if stall.option),
            is_for_adults=self.is_age_restricted,
        )


def load_lines(basket: Any) -> None:
    """Give Oscar's basket its lines with everything our pages ask of them, in a constant number of queries."""
    if basket.pk is None:
        return
    basket._lines = (
        lines_of(basket)
        .filter(Q(product__sheet__isnull=False) | Q(product__pack__isnull=False))
        .select_related(
            *(
                f"product__{way}sheet__{what}"
                for way in ("", "pack__")
                for what in ("cooperative__commune__province", "picture")
            )
        )
        .prefetch_related(
            Prefetch("product__sheet__picture__renditions", renditions()),
            Prefetch("product__pack__sheet__picture__renditions", renditions()),
        )
    )


def has_age_restricted(basket: Any) -> bool:
    """Whether the basket holds goods for adults only."""
    return any(sold_sheet(line.product).is_age_restricted for line in basket.all_lines())


def choice_name(stall_pk: int) -> str:
    return f"giao-{stall_pk}"


def read_stalls(
    basket: Any, destination: Place | None = None, choices: Mapping[str, str] | None = None
) -> Stalls:
    """The basket grouped by stall, in the order in which the stalls came into it.

    ``choices`` are what the form says of each stall's delivery (``choice_name`` → key of an option).
    """
    lines = list(basket.all_lines())
    spans = {} if destination else stall_spans(lines)
    grouped: dict[int, tuple[Cooperative, list[StallLine]]] = {}
    for line in lines:
        cooperative = sold_sheet(line.product).cooperative
        grouped.setdefault(cooperative.pk, (cooperative, []))[1].append(_read_line(line))
    offered = stall_options(lines, destination, ready_days=_ready_days(grouped)) if destination else {}
    stalls = []
    for pk, (stall, own) in grouped.items():
        options = offered.get(pk)
        option = options.chosen((choices or {}).get(choice_name(pk), "")) if options else None
        stalls.append(Stall(stall, own, options, option, spans.get(pk)))
    return Stalls(stalls, getattr(basket, "given", []))


def _ready_days(grouped: Mapping[int, tuple[Cooperative, list[StallLine]]]) -> dict[int, dt.date]:
    """The day from which the last of a stall's goods can leave, where that is not at once."""
    days = {pk: [line.promised_on for line in own if line.promised_on] for pk, (_, own) in grouped.items()}
    return {pk: max(waits) for pk, waits in days.items() if waits}


def _read_line(line: Any) -> StallLine:
    info = line.purchase_info
    unit_amount = to_dong(info.price.incl_tax) if info.price.exists else 0
    _permitted, reason = info.availability.is_purchase_permitted(line.quantity)
    tiers = line.product.price_tiers.all()
    return StallLine(
        pk=line.pk,
        product=line.product,
        sheet=sold_sheet(line.product),
        title=line.product.get_title(),
        quantity=line.quantity,
        unit_amount=unit_amount,
        discount_amount=to_dong(line.discounts.incl_tax),
        added_at_amount=to_dong(line.price_incl_tax) if line.price_incl_tax is not None else unit_amount,
        next_tier=next((tier for tier in tiers if tier.min_quantity > line.quantity), None),
        is_preorder=info.availability.is_preorder,
        promised_on=promised_on(line),
        problem=str(reason),
    )
