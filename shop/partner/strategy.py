"""What a product costs and whether it may be bought now: Oscar's strategy for our stalls.

Stock records hold gross prices; VAT is taken out of them by class, day and a consumer buyer (``shop.vat``).
A buyer who asks for a VAT invoice pays the same gross price; only the breakdown on the invoice differs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest
from django.utils.translation import gettext as _
from oscar.apps.partner import availability, prices, strategy

from catalog.clock import today
from catalog.models import ApprovalState, ProductSheet
from shop.money import net_of, to_dong
from shop.vat import percent_of, rate_code


class OnSale(availability.Base):
    """A product its stall sells now: as many as are left, from ``least`` in ``step`` up to ``most`` an order."""

    def __init__(self, *, left: int | None, most: int, least: int = 1, step: int = 1) -> None:
        self.num_available = left  # None: not counted
        self.most = most
        self.least = least
        self.step = step

    @property
    def code(self) -> str:
        return "available" if self.num_available is None or self.num_available > 0 else "outofstock"

    @property
    def message(self) -> str:
        if self.num_available is None or self.num_available > 5:
            return _("Còn hàng")
        return (
            _("Chỉ còn %(left)d") % {"left": self.num_available} if self.num_available > 0 else _("Hết hàng")
        )

    def is_purchase_permitted(self, quantity: int) -> tuple[bool, str]:
        if self.num_available is not None and self.num_available <= 0:
            return False, _("Hết hàng")
        if self.num_available is not None and quantity > self.num_available:
            return False, _("Chỉ còn %(left)d") % {"left": self.num_available}
        if quantity > self.most:
            return False, _("Mỗi đơn mua nhiều nhất %(most)d") % {"most": self.most}
        if quantity < self.least:
            return False, _("Mỗi đơn mua ít nhất %(least)d") % {"least": self.least}
        if (quantity - self.least) % self.step:
            return False, _("Món này bán %(least)d rồi thêm từng %(step)d một") % {
                "least": self.least,
                "step": self.step,
            }
        return True, ""


class NotOnSale(availability.Base):
    """A product that cannot be bought at all, with the reason in plain words."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        self.num_available = 0

    def is_purchase_permitted(self, quantity: int) -> tuple[bool, str]:
        return False, self.message


class StallStrategy(strategy.Structured):
    """One stock record per product; gross price with VAT inside; availability with reasons.

    Idempotent: the answer is kept on the product object, so that one request asks once per product.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        # Oscar's own constructor asks request.user, which would read the session on public pages.
        self.request = request
        self.user = None

    def fetch_for_product(self, product: Any, stockrecord: Any = None) -> strategy.PurchaseInfo:
        info = getattr(product, "_purchase_info", None)
        if info is None:
            info = product._purchase_info = super().fetch_for_product(product, stockrecord)
        return info

    def fetch_for_line(self, line: Any, stockrecord: Any = None) -> strategy.PurchaseInfo:
        return self.fetch_for_product(line.product, stockrecord or line.stockrecord)

    def select_stockrecord(self, product: Any) -> Any:
        return next(iter(product.stockrecords.all()), None)

    def pricing_policy(self, product: Any, stockrecord: Any) -> prices.Base:
        sheet = _sheet_of(product)
        if sheet is None or stockrecord is None or stockrecord.price is None:
            return prices.Unavailable()
        gross = to_dong(stockrecord.price)
        code = rate_code(sheet.tax_class, on=today(), business_buyer=False)
        net = net_of(gross, percent_of(code))
        return prices.TaxInclusiveFixedPrice(
            currency=stockrecord.price_currency,
            excl_tax=Decimal(net),
            tax=Decimal(gross - net),
            tax_code=code,
        )

    def availability_policy(self, product: Any, stockrecord: Any) -> availability.Base:
        sheet = _sheet_of(product)
        if sheet is None or stockrecord is None or stockrecord.price is None:
            return NotOnSale("withdrawn", _("Ngừng bán"))
        if sheet.state != ApprovalState.APPROVED or not product.is_public:
            return NotOnSale("withdrawn", _("Ngừng bán"))
        if not sheet.cooperative.is_open:
            return NotOnSale("closed", _("Gian hàng đang nghỉ"))
        counted = product.get_product_class().track_stock
        return OnSale(
            left=stockrecord.net_stock_level if counted else None,
            most=sheet.max_quantity,
            least=sheet.min_quantity,
            step=sheet.quantity_step,
        )

    def parent_pricing_policy(self, product: Any, children_stock: Any) -> prices.Base:
        return prices.Unavailable()  # a parent is not sold; each pack has its own price

    def parent_availability_policy(self, product: Any, children_stock: Any) -> availability.Base:
        return NotOnSale("choose", _("Bạn hãy chọn quy cách"))


class Selector:
    """What Oscar asks for a strategy; every buyer sees the same prices."""

    def strategy(
        self, request: HttpRequest | None = None, user: object = None, **kwargs: object
    ) -> StallStrategy:
        return StallStrategy(request)


def _sheet_of(product: Any) -> ProductSheet | None:
    try:
        sheet: ProductSheet = product.sheet
    except ObjectDoesNotExist:
        return None
    return sheet
