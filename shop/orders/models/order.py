"""What we keep about an order beside Oscar's tables: the order sheet and one consignment per cooperative."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative, Lot, LotEvent, TaxClass
from shop.orders.parts import Part
from shop.orders.requests import CASH_METHODS
from shop.orders.statuses import (
    NOTHING_COMES,
    ConsignmentStatus,
    OrderEventKind,
    ReductionKind,
    ShortfallChoice,
)
from shop.payments.models import PaymentEvent, Refund
from shop.shipping.naming import shown_name


class OrderSheet(models.Model):
    """Our one-to-one companion of Oscar's order. Met on the buyer's order page.

    Unit: whole đồng. ``checkout_token`` makes a second identical form post return the first order;
    ``token`` opens the order page without a log-in.
    """

    order = models.OneToOneField("order.Order", on_delete=models.PROTECT, related_name="sheet")
    token = models.CharField(max_length=43, unique=True)
    checkout_token = models.UUIDField(unique=True)
    buyer_name = models.CharField(_("họ tên"), max_length=100)
    buyer_phone = models.CharField(_("điện thoại"), max_length=20)
    buyer_email = models.EmailField(_("thư điện tử"), max_length=254, blank=True)
    language = models.CharField(max_length=5, default="vi")
    note = models.CharField(_("lời nhắn"), max_length=500, blank=True)
    payment_method = models.CharField(_("cách trả tiền"), max_length=16)
    total_amount = models.BigIntegerField(_("tổng tiền"))
    pay_by = models.DateTimeField(_("hạn trả tiền"))
    paid_at = models.DateTimeField(_("trả tiền lúc"), null=True, blank=True)
    invoice_name = models.CharField(_("tên đơn vị"), max_length=400, blank=True)
    invoice_tax_code = models.CharField(_("mã số thuế"), max_length=14, blank=True)
    invoice_address = models.CharField(_("địa chỉ đơn vị"), max_length=400, blank=True)
    invoice_email = models.EmailField(_("nơi nhận hóa đơn"), max_length=50, blank=True)
    terms_version = models.CharField(max_length=10)
    adult_declared_at = models.DateTimeField(_("khai đủ 18 tuổi lúc"), null=True, blank=True)
    helper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="helped_orders",
    )  # of a village team, who ordered for the buyer
    help_agreed_at = models.DateTimeField(_("người mua đồng ý nhờ đặt giúp lúc"), null=True, blank=True)
    province_code = models.CharField(max_length=2)
    commune_code = models.CharField(max_length=5)
    address_text = models.CharField(
        _("địa chỉ nhận hàng"), max_length=500
    )  # as printed on the day of the order

    class Meta:
        verbose_name = _("đơn hàng")
        verbose_name_plural = _("đơn hàng")

    def __str__(self) -> str:
        return str(self.order)


class ConsignmentQuerySet(models.QuerySet["Consignment"]):
    def agreed(self) -> ConsignmentQuerySet:
        """Those that a stall has, or had, to deliver: paid, or to be paid at the door."""
        return self.filter(
            models.Q(order__sheet__paid_at__isnull=False)
            | models.Q(order__sheet__payment_method__in=CASH_METHODS)
        )


class Consignment(models.Model):
    """The part of an order that one cooperative packs, ships, invoices and is paid for.

    Unit: whole đồng; goods − discount + shipping = total. The consignments of an order sum to it exactly. The market
    bears ``market_amount`` of the discount, the cooperative the rest.
    These are the amounts agreed on the day of the order and never change: what is due now is ``due_amount``.
    ``ships_with``: the consignment of an earlier order whose parcel it goes in (``additions``, docs/decisions/0027).
    Met in the cooperative's panel and, per stall, on the buyer's order page.
    """

    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, related_name="consignments")
    cooperative = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="consignments")
    code = models.CharField(_("mã kiện"), max_length=20, unique=True)
    status = models.CharField(
        _("tình trạng"), max_length=20, choices=ConsignmentStatus, default=ConsignmentStatus.AWAITING_PAYMENT
    )
    goods_amount = models.BigIntegerField(_("tiền hàng"))
    discount_amount = models.BigIntegerField(_("giảm giá"), default=0)
    market_amount = models.BigIntegerField(_("phần giảm chợ chịu"), default=0)  # inside the discount
    shipping_amount = models.BigIntegerField(_("tiền giao hàng"))
    total_amount = models.BigIntegerField(_("tổng cộng"))
    shipping_name = models.CharField(_("cách giao"), max_length=120)
    shipping_name_en = models.CharField(max_length=120, blank=True)
    courier = models.CharField(max_length=12, blank=True)  # shop.shipping.couriers: decides the tracking link
    delivery_key = models.CharField(max_length=24, blank=True)  # of the option that was chosen
    collection_place = models.CharField(_("nơi lấy hàng"), max_length=400, blank=True)  # as printed that day
    promised_from = models.DateField(_("hẹn giao sớm nhất"), null=True, blank=True)
    promised_to = models.DateField(_("hẹn giao muộn nhất"), null=True, blank=True)
    carrier = models.CharField(_("đơn vị vận chuyển"), max_length=80, blank=True)
    tracking_number = models.CharField(_("mã vận đơn"), max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    packed_at = models.DateTimeField(_("đóng gói lúc"), null=True, blank=True)
    handed_over_at = models.DateTimeField(_("giao đi lúc"), null=True, blank=True)
    stall_told_at = models.DateTimeField(
        null=True, blank=True
    )  # in a letter or digest, that it is to be packed
    ships_with = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="companions"
    )

    objects = ConsignmentQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("kiện hàng")
        verbose_name_plural = _("kiện hàng")
        constraints = [
            models.UniqueConstraint(fields=("order", "cooperative"), name="one_consignment_per_cooperative"),
            models.CheckConstraint(
                condition=models.Q(
                    total_amount=models.F("goods_amount")
                    - models.F("discount_amount")
                    + models.F("shipping_amount")
                ),
                name="consignment_sums_up",
            ),
            models.CheckConstraint(
                condition=models.Q(market_amount__gte=0, market_amount__lte=models.F("discount_amount")),
                name="market_bears_a_part_of_the_discount",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def shown_shipping_name(self) -> str:
        """In the reader's language, Vietnamese when there is no other."""
        return shown_name(self.shipping_name, self.shipping_name_en)

    @property
    def due_amount(self) -> int:
        """What the buyer pays for it in the end: nothing if nothing comes, else the total without the reductions."""
        if self.status in NOTHING_COMES:
            return 0
        return self.total_amount - self.reduced_amount

    @property
    def reduced_amount(self) -> int:
        """The sum of its lines' reductions. Reads them as they were loaded."""
        return sum(line.reduced.amount for line in self.lines.all())


class ConsignmentLine(models.Model):
    """One product of a consignment as it was sold: name, pack, gross price and tax class of that moment.

    ``promised_on``: the day the buyer was told, for goods that could not leave at once (pre-order, made to order).
    """

    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="lines")
    order_line = models.OneToOneField("order.Line", on_delete=models.PROTECT, related_name="consignment_line")
    title = models.CharField(max_length=255)
    sku = models.CharField(max_length=50)
    pack = models.CharField(max_length=60)
    quantity = models.PositiveIntegerField()
    unit_amount = models.BigIntegerField()
    goods_amount = models.BigIntegerField()
    discount_amount = models.BigIntegerField(default=0)
    tax_class = models.CharField(max_length=16, choices=TaxClass)
    is_preorder = models.BooleanField(_("đặt trước"), default=False)
    promised_on = models.DateField(_("giao từ ngày"), null=True, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def reduced(self) -> Part:
        """The money of all reductions of the line. Reads them as they were loaded, like what follows."""
        rows = self.reductions.all()
        return Part(sum(row.goods_amount for row in rows), sum(row.discount_amount for row in rows))

    @property
    def due(self) -> Part:
        """What is paid for the line in the end."""
        return Part(self.goods_amount, self.discount_amount) - self.reduced

    @property
    def left_quantity(self) -> int:
        """Pieces that are delivered: those sold without those missing."""
        missing = (row.quantity for row in self.reductions.all() if row.kind == ReductionKind.SHORT)
        return self.quantity - sum(missing)

    @property
    def kept_quantity(self) -> int:
        """Pieces that are paid for in the end: those delivered without those whose money went back later."""
        return self.quantity - sum(row.quantity for row in self.reductions.all())

    @property
    def missing_grams(self) -> int:
        """By how much the pieces delivered weigh less than they were sold for."""
        return sum(row.grams for row in self.reductions.all())


class LineReduction(models.Model):
    """Less of a line than was agreed, and the money that goes back for it; append-only.

    Unit: ``quantity`` pieces that are missing, or paid back after they were delivered, or ``grams`` that the rest
    weighs less; whole đồng, goods − discount = amount. Met on the buyer's order page, the consignment's page and,
    taken off, on its invoice, or on the one that adjusts it.
    """

    line = models.ForeignKey(ConsignmentLine, on_delete=models.PROTECT, related_name="reductions")
    kind = models.CharField(max_length=8, choices=ReductionKind)
    quantity = models.PositiveIntegerField(default=0)
    grams = models.PositiveIntegerField(default=0)
    goods_amount = models.BigIntegerField()
    discount_amount = models.BigIntegerField(default=0)
    amount = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=(ReductionKind.SHORT, ReductionKind.RETURNED), quantity__gt=0, grams=0
                )
                | models.Q(kind=ReductionKind.LIGHTER, quantity=0, grams__gt=0),
                name="reduction_says_what_is_less",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    amount=models.F("goods_amount") - models.F("discount_amount"), amount__gte=0
                ),
                name="reduction_sums_up",
            ),
            models.UniqueConstraint(
                fields=("line",),
                condition=models.Q(kind=ReductionKind.LIGHTER),
                name="one_weighing_per_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: −{self.amount}"


class ConsignmentRefund(models.Model):
    """Which refund gives back money of which consignment: for what is missing or too light, or all; append-only."""

    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="refunds")
    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="for_consignment")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.consignment}: {self.refund}"


class ConsignmentCharge(models.Model):
    """Which money was paid for which consignment, where that was said (at the door); append-only."""

    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="charges")
    charge = models.OneToOneField(PaymentEvent, on_delete=models.PROTECT, related_name="for_consignment")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.consignment}: {self.charge}"


class ShortfallQuerySet(models.QuerySet["Shortfall"]):
    def waiting(self) -> ShortfallQuerySet:
        """Those that the buyer has not answered, and that silence has not answered either."""
        return self.filter(answer=None)


class Shortfall(models.Model):
    """A stall says that goods of a parcel are missing, and asks what to do; append-only, see ``ShortfallAnswer``.

    ``restock_on``: the day on which it will have them, if it will. Nothing is packed while it waits.
    """

    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="shortfalls")
    restock_on = models.DateField(_("có hàng lại ngày"), null=True)
    answer_by = models.DateTimeField(_("hạn trả lời"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ShortfallQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.consignment}: {self.created_at:%Y-%m-%d}"


class MissingLine(models.Model):
    """How many pieces of a line are missing; append-only."""

    shortfall = models.ForeignKey(Shortfall, on_delete=models.PROTECT, related_name="missing")
    line = models.ForeignKey(ConsignmentLine, on_delete=models.PROTECT, related_name="missing")
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("shortfall", "line"), name="a_line_is_missing_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="something_is_missing"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.title}"


class ShortfallAnswer(models.Model):
    """What was chosen; ``is_silence`` when the time went by without a word. One per question, append-only."""

    shortfall = models.OneToOneField(Shortfall, on_delete=models.PROTECT, related_name="answer")
    choice = models.CharField(max_length=9, choices=ShortfallChoice)
    is_silence = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.choice


class PickedLot(models.Model):
    """From which lot a line of a consignment was packed. The only place that joins a lot with a buyer.

    Unit: ``quantity`` in the lot's unit. ``event`` is the sale in the lot's book, None until hand-over; until then
    the quantity is kept back from other consignments.
    """

    line = models.OneToOneField(ConsignmentLine, on_delete=models.PROTECT, related_name="picked")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="picks")
    quantity = models.PositiveIntegerField()
    event = models.OneToOneField(
        LotEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="picked"
    )

    class Meta:
        ordering = ("line",)
        constraints = [models.CheckConstraint(condition=models.Q(quantity__gt=0), name="picks_something")]

    def __str__(self) -> str:
        return f"{self.line} · {self.lot}"


class OrderEvent(models.Model):
    """One thing that happened to an order or consignment, by whom; append-only. Met on time lines."""

    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, related_name="events")
    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, null=True, related_name="events")
    kind = models.CharField(max_length=30, choices=OrderEventKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    note = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return self.kind
