"""Paying when the goods are received: by VietQR on the slip, in cash to whoever brings them, by card at the stall.

The operator's rules (``DoorRules``) say up to which amount, where and with which couriers. Goods for adults are never
sold that way: nobody could refuse them at the door any more (Law 44/2019/QH14 art. 16).
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.money import format_amount
from shop.payments.models import door_rules
from shop.payments.provider import Purchase

from .vietqr import VietQr


class CashOnDelivery(VietQr):
    """The step is the same QR code as of a transfer; it is to be paid at the door, or any time before."""

    code = "cod"
    label = gettext_lazy("Trả khi nhận hàng")
    hint = gettext_lazy("Quét VietQR hoặc đưa tiền mặt cho người giao.")
    is_at_door = True

    def refusal(self, purchase: Purchase) -> str:
        rules = door_rules()
        if purchase.is_for_adults:
            return _("Rượu không bán bằng tiền mặt. Bạn chọn cách trả khác nhé.")
        if purchase.is_prepaid or not rules.is_open:
            return super().refusal(Purchase(0))
        if purchase.amount > rules.most_amount:
            most = format_amount(rules.most_amount)
            return _("Trả khi nhận hàng chỉ dùng cho đơn đến %(most)s. Bạn chọn cách khác nhé.") % {
                "most": most
            }
        if rules.provinces and purchase.province_code not in rules.provinces:
            return _("Nơi nhận này chưa trả khi nhận hàng được. Bạn chọn cách khác nhé.")
        if not purchase.couriers - {""} <= set(rules.couriers):  # the empty one names nobody to forbid
            return _("Cách giao đã chọn không thu tiền hộ. Bạn chọn cách giao hoặc cách trả khác nhé.")
        return super().refusal(purchase)
