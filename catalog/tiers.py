"""The price of one stands above every price for many: who buys more pays less for each."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog.models import PriceTier


def check_tiers(*, product_id: int, price_amount: int) -> None:
    """Refuse a price that is not above what many cost. Raises: ValidationError."""
    tiers = PriceTier.objects.filter(product=product_id)
    refuse_below_tiers(price_amount, max(tiers.values_list("unit_amount", flat=True), default=0))


def refuse_below_tiers(price_amount: int, dearest: int) -> None:
    """Refuse a price of one that is not above ``dearest``, the highest of those for many. Raises: ValidationError."""
    if dearest >= price_amount:
        raise ValidationError(
            {"price_amount": _("Giá phải cao hơn giá mua nhiều. Bạn sửa giá mua nhiều trước.")}
        )
