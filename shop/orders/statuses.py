"""The states of orders and consignments, and which may follow which."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderStatus(models.TextChoices):
    """Kept in Oscar's ``Order.status``."""

    PENDING_PAYMENT = "pending-payment", _("Chờ thanh toán")
    AT_DOOR = "at-door", _("Trả khi nhận hàng")
    PAID = "paid", _("Đã thanh toán")
    EXPIRED = "expired", _("Hết hạn thanh toán")
    CANCELLED = "cancelled", _("Đã hủy")


ENDED = (OrderStatus.EXPIRED, OrderStatus.CANCELLED)


class ConsignmentStatus(models.TextChoices):
    AWAITING_PAYMENT = "awaiting-payment", _("Chờ thanh toán")
    TO_PACK = "to-pack", _("Cần đóng gói")
    PACKED = "packed", _("Đã đóng gói")
    HANDED_OVER = "handed-over", _("Đã giao cho đơn vị vận chuyển")
    RETURNED = "returned", _("Không nhận, đã trả về")
    CANCELLED = "cancelled", _("Đã hủy")


NOTHING_COMES = (ConsignmentStatus.CANCELLED, ConsignmentStatus.RETURNED)


class OrderEventKind(models.TextChoices):
    """What happened, as written on time lines."""

    PLACED = "placed", _("Đã đặt hàng")
    PARTLY_PAID = "partly-paid", _("Nhận được một phần tiền")
    PAID = "paid", _("Đã nhận đủ tiền")
    DOOR_AGREED = "door-agreed", _("Nhận đơn, trả tiền khi nhận hàng")
    DOOR_TAKEN = "door-taken", _("Đã thu tiền của kiện")
    DOOR_VOIDED = "door-voided", _("Hủy khoản quẹt thẻ đã ghi")
    REFUSED = "refused", _("Người mua không nhận, hàng trả về")
    PAID_LATE = "paid-late", _("Nhận đủ tiền sau hạn, vẫn còn hàng")
    REFUND_DUE = "refund-due", _("Có tiền cần hoàn lại")
    EXPIRED = "expired", _("Hết hạn thanh toán")
    METHOD_CHANGED = "method-changed", _("Đổi cách trả tiền")
    ATTACHED = "attached", _("Nhân viên gắn khoản tiền vào đơn")
    DISPUTED = "disputed", _("Chủ thẻ khiếu nại, ngân hàng rút lại tiền")
    DISPUTE_WON = "dispute-won", _("Khiếu nại thẻ đã xong, tiền được trả lại")
    PACKED = "packed", _("Đã đóng gói")
    HANDED_OVER = "handed-over", _("Đã giao cho đơn vị vận chuyển")
    INVOICED = "invoiced", _("Đã gửi hóa đơn")
    CANCELLED = "cancelled", _("Người mua hủy")
    MISSED = "missed", _("Chưa trả tiền khi kiện đóng gói, không đi cùng được")
    STALL_CANCELLED = "stall-cancelled", _("Gian hàng hết hàng, kiện đã hủy")
    SHORTFALL_ASKED = "shortfall-asked", _("Gian hàng báo thiếu, chờ người mua chọn")
    SHORTFALL_ANSWERED = "shortfall-answered", _("Đã chọn cách làm khi thiếu hàng")
    REDUCED = "reduced", _("Giao ít hơn, bớt tiền")
    MESSAGE_SENT_AGAIN = "message-sent-again", _("Nhân viên gửi lại tin")
    REPORTED = "reported", _("Người mua báo hàng có vấn đề")
    REPORT_ANSWERED = "report-answered", _("Đã trả lời khách báo hàng")
    GOODS_BACK = "goods-back", _("Hàng khách trả đã về")


class ReductionKind(models.TextChoices):
    """Why less of a line is paid than was agreed; only the last one left the stall all the same."""

    SHORT = "short", _("Thiếu hàng")
    LIGHTER = "lighter", _("Cân thực nhẹ hơn")
    RETURNED = "returned", _("Hoàn tiền sau khi giao")


class ShortfallChoice(models.TextChoices):
    """What becomes of a parcel whose stall has not everything. The first is what silence means.

    The last one is the stall's: it was mistaken, or has found the goods.
    """

    SHIP_REST = "ship-rest", _("Giao phần còn lại, hoàn tiền phần thiếu")
    WAIT = "wait", _("Chờ thêm cho đủ hàng")
    CANCEL = "cancel", _("Hủy cả kiện, hoàn hết tiền kiện")
    WITHDRAWN = "withdrawn", _("Gian hàng đã có đủ hàng")


class Fault(models.TextChoices):
    """What is wrong with goods that were handed over."""

    SPOILED = "spoiled", _("Hỏng, dập, ôi")
    WRONG = "wrong", _("Giao nhầm hàng")
    MISSING = "missing", _("Thiếu hàng trong kiện")
    NOT_AS_DESCRIBED = "not-as-described", _("Không đúng như giới thiệu")
    CHANGED_MIND = "changed-mind", _("Tôi đổi ý, muốn trả lại")


class Wish(models.TextChoices):
    """What the buyer would like done about it."""

    MONEY = "money", _("Hoàn tiền")
    REPLACEMENT = "replacement", _("Gửi hàng khác thay")
    TELL = "tell", _("Chỉ báo cho bà con biết")


class Verdict(models.TextChoices):
    """How a report is answered. ``NOTED`` is for a buyer who only told."""

    MONEY = "money", _("Hoàn tiền")
    REPLACED = "replaced", _("Gửi hàng thay")
    NOTED = "noted", _("Đã nghe, cảm ơn bạn")
    REFUSED = "refused", _("Không nhận")


ORDER_STEPS: dict[str, tuple[str, ...]] = {
    OrderStatus.PENDING_PAYMENT: (
        OrderStatus.PAID,
        OrderStatus.AT_DOOR,
        OrderStatus.EXPIRED,
        OrderStatus.CANCELLED,
    ),
    OrderStatus.AT_DOOR: (OrderStatus.PAID, OrderStatus.CANCELLED),
    OrderStatus.EXPIRED: (
        OrderStatus.PAID,  # late money, if the stock can be had again
        OrderStatus.CANCELLED,  # an addition whose parcel has been packed: late money goes back
    ),
    OrderStatus.PAID: (OrderStatus.CANCELLED, OrderStatus.AT_DOOR),  # a card payment that never was
    OrderStatus.CANCELLED: (),
}
CONSIGNMENT_STEPS: dict[str, tuple[str, ...]] = {
    ConsignmentStatus.AWAITING_PAYMENT: (ConsignmentStatus.TO_PACK, ConsignmentStatus.CANCELLED),
    ConsignmentStatus.CANCELLED: (ConsignmentStatus.TO_PACK,),  # late money
    ConsignmentStatus.TO_PACK: (ConsignmentStatus.PACKED, ConsignmentStatus.CANCELLED),
    ConsignmentStatus.PACKED: (ConsignmentStatus.HANDED_OVER,),
    ConsignmentStatus.HANDED_OVER: (ConsignmentStatus.RETURNED,),  # only of goods to be paid at the door
    ConsignmentStatus.RETURNED: (),
}
