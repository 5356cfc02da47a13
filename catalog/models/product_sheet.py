"""The product sheet: our typed companion of Oscar's ``Product``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_model

from catalog.clock import today
from catalog.labelling import Requirement, missing_legal_fields

from .category_sheet import in_reading_language
from .cooperative import Cooperative
from .offer import NetUnit, Offer, UnitPrice
from .place import Commune

if TYPE_CHECKING:
    from .certificate import Certificate

ALL_MONTHS = 0b1111_1111_1111


class ApprovalState(models.TextChoices):
    """draft → submitted → approved → withdrawn; only approved goods are in the shop."""

    DRAFT = "draft", _("Bản nháp")
    SUBMITTED = "submitted", _("Chờ duyệt")
    APPROVED = "approved", _("Đang bán")
    WITHDRAWN = "withdrawn", _("Ngừng bán")


class TaxClass(models.TextChoices):
    """What decides the VAT rate together with the date and the buyer (``shop.vat``); set by the accountant."""

    OWN_PRODUCE = "own_produce", _("Nông sản tự sản xuất")
    TRADED_PRODUCE = "traded_produce", _("Nông sản mua lại")
    PROCESSED = "processed", _("Hàng chế biến")
    EXCISE = "excise", _("Hàng chịu thuế tiêu thụ đặc biệt")
    SERVICE = "service", _("Dịch vụ")


class Processing(models.TextChoices):
    RAW = "raw", _("Tươi")
    PRIMARY = "primary", _("Sơ chế")
    PROCESSED = "processed", _("Chế biến")
    CRAFT = "craft", _("Thủ công")
    SERVICE = "service", _("Dịch vụ")


class StockLevel(models.TextChoices):
    """Stock as a shopper reads it; the exact number is checked when the basket is filled."""

    IN_STOCK = "in_stock", _("Còn hàng")
    FEW_LEFT = "few_left", _("Còn ít")
    SOLD_OUT = "sold_out", _("Hết hàng")
    PRE_ORDER = "pre_order", _("Đặt trước")
    OUT_OF_SEASON = "out_of_season", _("Ngoài mùa")


FEW = 5
LONGEST_LEAD = 90


REVIEWED = ("title", "category", "ocop_set", "processing", "is_age_restricted")
"""What the operator has looked at before goods are sold; where their cooperative changes it, it is looked at again."""
SHOWN_FACTS = (
    "ingredients",
    "allergens",
    "alcohol_strength",
    "made_on",
    "shelf_life",
    "storage",
    "usage",
    "warnings",
    "declaration_number",
    "test_report",
    "area_code",
    "alcohol_licence",
    "return_rule",
)
LOUD_FACTS = frozenset({"allergens", "warnings"})


class Fact(NamedTuple):
    """One line of the list of facts on the product page."""

    name: str
    value: str
    is_loud: bool


class ProductSheet(models.Model):
    """Everything about a product that Oscar has no typed field for. Met on cards, product pages and forms.

    Unit: ``net_quantity`` in ``net_unit``; ``weight_grams`` and ``cubic_cm`` are those of one pack as it is sent.
    Shape: ``season_months`` is a bit per month, January lowest.
    """

    product = models.OneToOneField("catalogue.Product", on_delete=models.CASCADE, related_name="sheet")
    cooperative = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="sheets")
    code = models.CharField(_("mã riêng của hợp tác xã"), max_length=50, blank=True)
    state = models.CharField(
        _("tình trạng"), max_length=10, choices=ApprovalState, default=ApprovalState.DRAFT
    )
    review_note = models.CharField(_("lý do trả lại"), max_length=255, blank=True)
    title_en = models.CharField(_("tên tiếng Anh"), max_length=255, blank=True)
    summary = models.TextField(_("mô tả"), blank=True)
    summary_en = models.TextField(_("mô tả tiếng Anh"), blank=True)
    ocop_set = models.PositiveSmallIntegerField(
        _("bộ sản phẩm OCOP"), validators=[MinValueValidator(1), MaxValueValidator(26)]
    )
    commune = models.ForeignKey(
        Commune, on_delete=models.PROTECT, related_name="sheets", verbose_name=_("nơi làm ra")
    )
    net_quantity = models.PositiveIntegerField(_("lượng tịnh"))
    net_unit = models.CharField(_("đơn vị"), max_length=5, choices=NetUnit)
    pieces = models.PositiveSmallIntegerField(_("số phần bên trong"), null=True, blank=True)
    pack = models.CharField(_("quy cách"), max_length=60)
    pack_en = models.CharField(max_length=60, blank=True)
    weight_grams = models.PositiveIntegerField(_("cân nặng khi gửi (g)"))
    cubic_cm = models.PositiveIntegerField(
        _("thể tích khi gửi (cm³)"), default=0, help_text=_("Dài × rộng × cao của kiện. Ghi 0 nếu hàng gọn.")
    )
    needs_cold = models.BooleanField(_("phải giữ lạnh khi gửi"), default=False)
    season_months = models.PositiveSmallIntegerField(
        _("tháng có hàng"), default=ALL_MONTHS, validators=[MaxValueValidator(ALL_MONTHS)]
    )
    tax_class = models.CharField(_("nhóm thuế"), max_length=16, choices=TaxClass)
    processing = models.CharField(_("mức chế biến"), max_length=10, choices=Processing)
    is_own_produced = models.BooleanField(_("tự sản xuất"), default=True)
    storage = models.CharField(_("bảo quản"), max_length=255, blank=True)
    usage = models.CharField(_("cách dùng"), max_length=500, blank=True)
    warnings = models.CharField(_("lưu ý, cảnh báo"), max_length=500, blank=True)
    made_on = models.CharField(_("ngày làm ra"), max_length=120, blank=True)
    shelf_life = models.CharField(_("hạn dùng"), max_length=120, blank=True)
    ingredients = models.CharField(_("thành phần"), max_length=500, blank=True)
    allergens = models.CharField(_("chất gây dị ứng"), max_length=255, blank=True)
    declaration_number = models.CharField(_("số tự công bố"), max_length=60, blank=True)
    test_report = models.CharField(_("phiếu kiểm nghiệm"), max_length=120, blank=True)
    area_code = models.CharField(_("mã số vùng trồng"), max_length=60, blank=True)
    is_age_restricted = models.BooleanField(_("chỉ bán cho người từ 18 tuổi"), default=False)
    alcohol_strength = models.CharField(_("độ cồn"), max_length=20, blank=True)
    alcohol_licence = models.CharField(_("số giấy phép sản xuất rượu"), max_length=60, blank=True)
    return_rule = models.CharField(_("đổi trả"), max_length=255, blank=True)
    lead_days = models.PositiveSmallIntegerField(
        _("số ngày làm sau khi có đơn"), default=0, validators=[MaxValueValidator(LONGEST_LEAD)]
    )
    min_quantity = models.PositiveIntegerField(
        _("mua ít nhất mỗi đơn"), default=1, validators=[MinValueValidator(1)]
    )
    quantity_step = models.PositiveIntegerField(
        _("mỗi lần thêm"), default=1, validators=[MinValueValidator(1)]
    )
    max_quantity = models.PositiveIntegerField(_("mua nhiều nhất mỗi đơn"), default=99)
    picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    label_picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ảnh nhãn"),
    )
    workshop_picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ảnh nơi làm"),
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("phiếu sản phẩm")
        verbose_name_plural = _("phiếu sản phẩm")
        constraints = [
            models.CheckConstraint(condition=models.Q(ocop_set__range=(1, 26)), name="ocop_set_1_to_26"),
            models.CheckConstraint(condition=models.Q(net_quantity__gt=0), name="net_quantity_positive"),
            models.CheckConstraint(
                condition=models.Q(min_quantity__gt=0, quantity_step__gt=0)
                & models.Q(max_quantity__gte=models.F("min_quantity")),
                name="some_quantity_can_be_bought",
                violation_error_message=_("Số mua nhiều nhất phải từ số mua ít nhất trở lên."),
            ),
            models.UniqueConstraint(
                fields=("cooperative", "code"),
                condition=~models.Q(code=""),
                name="one_product_per_code",
                violation_error_message=_("Hợp tác xã đã có món mang mã này."),
            ),
        ]
        indexes = [models.Index(fields=("state", "cooperative"))]

    def __str__(self) -> str:
        return str(self.product)

    @property
    def months(self) -> tuple[int, ...]:
        """Months with goods, 1–12."""
        return tuple(month for month in range(1, 13) if self.season_months >> (month - 1) & 1)

    @property
    def is_all_year(self) -> bool:
        return self.season_months == ALL_MONTHS

    @property
    def season_text(self) -> str:
        """Months in reading order, a run across the new year kept together: ``9–1``, ``3–5, 9``."""
        months = self.months
        runs: list[list[int]] = []
        for month in months:
            if runs and runs[-1][-1] == month - 1:
                runs[-1].append(month)
            else:
                runs.append([month])
        if len(runs) > 1 and runs[0][0] == 1 and runs[-1][-1] == 12:
            runs[0] = runs.pop() + runs[0]
        return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)

    @property
    def missing_legal_fields(self) -> tuple[Requirement, ...]:
        """What the law wants told before these goods are sold and the sheet leaves out."""
        return missing_legal_fields(self)

    @property
    def facts(self) -> list[Fact]:
        """What the label says, in the order of the page; only what is filled in."""
        return [
            Fact(str(self._meta.get_field(name).verbose_name), value, name in LOUD_FACTS)  # type: ignore[union-attr]
            for name in SHOWN_FACTS
            if (value := getattr(self, name))
        ]

    def is_in_season(self, on: dt.date) -> bool:
        return bool(self.season_months >> (on.month - 1) & 1)

    @property
    def title(self) -> str:
        """In the reader's language, Vietnamese when there is no other; so are the two below."""
        return in_reading_language(self.product.title, self.title_en)

    @property
    def shown_summary(self) -> str:
        return in_reading_language(self.summary, self.summary_en)

    @property
    def offers(self) -> list[Offer]:
        """What a buyer can choose from, smallest first: one offer, or one per pack; those without a price are not.

        Reads ``packs`` and ``product.stockrecords``, which ``selectors.cards`` prefetches.
        """
        packs: list[Any] = list(self.packs.all())  # with what PackQuerySet.with_stock adds
        if not packs:
            # One stock record per product (services.save_product); .all() so that a prefetch is used.
            record: Any = next(iter(self.product.stockrecords.all()), None)
            return [self._offer(self.product_id, self, record)] if record else []
        return [self._offer(pack.product_id, pack, pack) for pack in packs if pack.is_offered and pack.price]

    def _offer(self, product_id: int, size: Any, record: Any) -> Offer:
        """``size`` is the sheet itself or a pack; ``record`` has price and stock."""
        is_pack = size is not self
        return Offer(
            product_id=product_id,
            name=size.name if is_pack else size.pack,
            name_en=size.name_en if is_pack else size.pack_en,
            net_quantity=size.net_quantity,
            net_unit=self.net_unit,
            weight_grams=size.weight_grams,
            price_amount=int(record.price or 0),
            num_in_stock=record.num_in_stock or 0,
            num_allocated=record.num_allocated or 0,
            num_expected=record.num_expected,
            least=self.min_quantity,
            step=self.quantity_step,
            most=self.max_quantity,
        )

    @property
    def main_record(self) -> Any:
        """The stock record of the size told on the sheet itself; None while there is none."""
        records: Any = get_model("partner", "StockRecord").objects
        return records.filter(partner=self.cooperative.partner_id, partner_sku=self.code).first()

    @property
    def has_choice(self) -> bool:
        """The buyer has to say which pack; the card leads to the page instead of the basket."""
        return len(self.packs.all()) > 0

    @property
    def shown_pack(self) -> str:
        return " / ".join(offer.shown_name for offer in self.offers) or in_reading_language(
            self.pack, self.pack_en
        )

    @property
    def price_amount(self) -> int:
        """Gross price of the cheapest pack in whole đồng; 0 while the goods have no price."""
        return min((offer.price_amount for offer in self.offers), default=0)

    @property
    def is_from_price(self) -> bool:
        """Packs cost differently: the price shown is where they start."""
        return len({offer.price_amount for offer in self.offers}) > 1

    @property
    def stock_left(self) -> int:
        """Packs that nobody has reserved, of the size with most."""
        return max((offer.stock_left for offer in self.offers), default=0)

    @property
    def most_at_once(self) -> int:
        """Packs of one size that one order may take now."""
        return max((offer.most_at_once for offer in self.offers), default=0)

    @property
    def stock_level(self) -> StockLevel:
        left = self.stock_left
        if left > FEW:
            return StockLevel.IN_STOCK
        if left > 0:
            return StockLevel.FEW_LEFT
        if any(offer.is_preorder for offer in self.offers):
            return StockLevel.PRE_ORDER
        return StockLevel.SOLD_OUT if self.is_in_season(today()) else StockLevel.OUT_OF_SEASON

    @property
    def is_in_season_now(self) -> bool:
        """A season that is on today; goods of the whole year have none to announce."""
        return not self.is_all_year and self.is_in_season(today())

    @property
    def is_public(self) -> bool:
        """Has a page of its own; goods of a closed stall keep it, without a way to buy."""
        return bool(self.state == ApprovalState.APPROVED and self.product.is_public)

    @property
    def can_be_bought(self) -> bool:
        return (
            self.is_public and self.cooperative.is_open and any(offer.can_be_bought for offer in self.offers)
        )

    @property
    def unit_price(self) -> UnitPrice | None:
        """Price per kilogram, litre or piece where there is one size; with several, each has its own."""
        offers = self.offers
        return offers[0].unit_price if len(offers) == 1 else None

    @property
    def star(self) -> Certificate | None:
        """The certificate whose star may be shown today: most stars, then the latest end.

        Reads the ``showing`` list of ``selectors.cards`` when it is there.
        """
        showing: list[Certificate] | None = getattr(self, "showing", None)
        if showing is None:
            showing = list(self.certificates.showing_on(today()))
        return max(showing, key=lambda certificate: (certificate.stars, certificate.last_day), default=None)
