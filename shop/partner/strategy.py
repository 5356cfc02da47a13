"""What a product costs and whether it may be bought now: Oscar's strategy for our stalls.

Stock records hold gross prices; VAT is taken out of them by class, day and a consumer buyer (``shop.vat``).
A buyer who asks for a VAT invoice pays the same gross price; only the breakdown on the invoice differs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from oscar.apps.partner import availability, prices, strategy

from catalog.clock import today
from catalog.models import ApprovalState, unit_amount_for
from catalog.sold import pack_of, sheet_of
from shop.money import net_of, to_dong
from shop.vat import percent_of, rate_code


class OnSale(availability.Base):
    """A product its stall sells now: as many as are left, from ``least`` in ``step`` up to ``most`` an order."""

    def __init__(
        self, *, left: int | None, most: int, least: int = 1, step: int = 1, is_preorder: bool = False
    ) -> None:
        self.num_available = left  # None: not counted
        self.is_preorder = is_preorder  # nothing is there; what is left is of a harvest to come
        self.most = most
        self.least = least
        self.step = step

    @property
    def code(self) -> str:
        if self.is_preorder:
            return "preorder"
        return "available" if self.num_available is None or self.num_available > 0 else "outofstock"

    @property
    def message(self) -> str:
        if self.is_preorder:
            return _("Đặt trước")
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

    def most_of(self, quantity: int) -> int:
        """The largest number up to ``quantity`` that may be bought now; 0 if not even the least may."""
        top = min(quantity, self.most, quantity if self.num_available is None else self.num_available)
        return top - (top - self.least) % self.step if top >= self.least else 0


class NotOnSale(availability.Base):
    """A product that cannot be bought at all, with the reason in plain words."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        self.num_available = 0
        self.is_preorder = False

    def is_purchase_permitted(self, quantity: int) -> tuple[bool, str]:
        return False, self.message

    def most_of(self, quantity: int) -> int:
        return 0


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
        """As for the product, at the price of the line's quantity (``PriceTier``)."""
        info = self.fetch_for_product(line.product, stockrecord or line.stockrecord)
        tiers = line.product.price_tiers.all()
        if not info.price.exists or not tiers:
            return info
        base = to_dong(info.price.incl_tax)
        amount = unit_amount_for(line.quantity, base_amount=base, tiers=tiers)
        if amount == base:
            return info
        price = _with_vat_inside(amount, info.price.tax_code, info.price.currency)
        return strategy.PurchaseInfo(
            price=price, availability=info.availability, stockrecord=info.stockrecord
        )

    def select_stockrecord(self, product: Any) -> Any:
        return next(iter(product.stockrecords.all()), None)

    def pricing_policy(self, product: Any, stockrecord: Any) -> prices.Base:
        sheet = sheet_of(product)
        if sheet is None or stockrecord is None or stockrecord.price is None:
            return prices.Unavailable()
        code = rate_code(sheet.tax_class, on=today(), business_buyer=False)
        return _with_vat_inside(to_dong(stockrecord.price), code, stockrecord.price_currency)

    def availability_policy(self, product: Any, stockrecord: Any) -> availability.Base:
        if product.is_parent:
            return NotOnSale("choose", _("Bạn hãy chọn quy cách"))
        sheet = sheet_of(product)
        if sheet is None or stockrecord is None or stockrecord.price is None:
            return NotOnSale("withdrawn", _("Ngừng bán"))
        if sheet.state != ApprovalState.APPROVED or not sheet.product.is_public:
            return NotOnSale("withdrawn", _("Ngừng bán"))
        if (pack := pack_of(product)) and not pack.is_offered:
            return NotOnSale("withdrawn", _("Ngừng bán"))
        if not sheet.cooperative.is_open:
            return NotOnSale("closed", _("Gian hàng đang nghỉ"))
        counted = product.get_product_class().track_stock
        left = max(stockrecord.net_stock_level or 0, 0)
        is_preorder = counted and not left and stockrecord.num_expected > 0
        if is_preorder:
            left = max(stockrecord.net_stock_level + stockrecord.num_expected, 0)
        return OnSale(
            left=left if counted else None,
            is_preorder=is_preorder and left > 0,
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


def _with_vat_inside(gross: int, code: str, currency: str) -> prices.TaxInclusiveFixedPrice:
    net = net_of(gross, percent_of(code))
    return prices.TaxInclusiveFixedPrice(
        currency=currency, excl_tax=Decimal(net), tax=Decimal(gross - net), tax_code=code
    )
