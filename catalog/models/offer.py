"""What a buyer can put in the basket: a product that comes in one size, or one pack of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from .category_sheet import in_reading_language


class NetUnit(models.TextChoices):
    GRAM = "g", _("gam")
    MILLILITRE = "ml", _("mililít")
    PIECE = "piece", _("cái")
    DAY = "day", _("ngày")


class UnitPrice(NamedTuple):
    """Price of one ``unit`` of the goods, whole đồng, rounded half up."""

    amount: int
    unit: str


@dataclass(frozen=True)
class Offer:
    """One size with its price and stock. Unit: whole đồng with VAT; packs; ``net_quantity`` in ``net_unit``."""

    product_id: int
    name: str
    name_en: str
    net_quantity: int
    net_unit: str
    weight_grams: int
    price_amount: int
    num_in_stock: int
    num_allocated: int
    num_expected: int
    least: int
    step: int
    most: int

    @property
    def shown_name(self) -> str:
        """In the reader's language, Vietnamese when there is no other."""
        return in_reading_language(self.name, self.name_en)

    @property
    def stock_left(self) -> int:
        """Packs that are there and that nobody has reserved."""
        return max(self.num_in_stock - self.num_allocated, 0)

    @property
    def is_preorder(self) -> bool:
        """Nothing is left, but a harvest is expected and not all of it is spoken for."""
        return not self.stock_left and self.num_in_stock + self.num_expected > self.num_allocated

    @property
    def left(self) -> int:
        """Packs that can be ordered now: from stock, or else from what is expected."""
        return self.stock_left or max(self.num_in_stock + self.num_expected - self.num_allocated, 0)

    @property
    def most_at_once(self) -> int:
        """Packs that one order may take now; 0 when fewer are left than one order must take."""
        steps = (min(self.left, self.most) - self.least) // self.step
        return self.least + steps * self.step if steps >= 0 else 0

    @property
    def can_be_bought(self) -> bool:
        return self.price_amount > 0 and self.most_at_once > 0

    @property
    def unit_price(self) -> UnitPrice | None:
        """Price per kilogram, litre or piece; None for a single piece and for services."""
        per, unit = {
            NetUnit.GRAM: (1000, "kg"),
            NetUnit.MILLILITRE: (1000, _("lít")),
            NetUnit.PIECE: (1, _("cái")),
        }.get(NetUnit(self.net_unit), (0, ""))
        if not per or not self.price_amount or (per == 1 and self.net_quantity == 1):
            return None
        amount = (2 * self.price_amount * per + self.net_quantity) // (2 * self.net_quantity)
        return UnitPrice(amount, str(unit))
