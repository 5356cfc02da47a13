"""The product sheet: our typed companion of Oscar's ``Product``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.clock import today
from catalog.labelling import Requirement, missing_legal_fields

from .category_sheet import in_reading_language
from .cooperative import Cooperative
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


class NetUnit(models.TextChoices):
    GRAM = "g", _("gam")
    MILLILITRE = "ml", _("mililít")
    PIECE = "piece", _("cái")
    DAY = "day", _("ngày")


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
    OUT_OF_SEASON = "out_of_season", _("Ngoài mùa")


FEW = 5
LONGEST_LEAD = 90


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


class UnitPrice(NamedTuple):
    """Price of one ``unit`` of the goods, whole đồng, rounded half up."""

    amount: int
    unit: str


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
    def shown_pack(self) -> str:
        return in_reading_language(self.pack, self.pack_en)

    @property
    def price_amount(self) -> int:
        """Gross price of one pack in whole đồng; 0 while the goods have no price."""
        stock_record = self._stock_record
        return int(stock_record.price or 0) if stock_record else 0

    @property
    def stock_left(self) -> int:
        """Packs that nobody has reserved."""
        stock_record = self._stock_record
        return stock_record.net_stock_level or 0 if stock_record else 0

    @property
    def _stock_record(self):  # type: ignore[no-untyped-def]  # Oscar is untyped
        # One per product (services.save_product); .all() so that a prefetch is used.
        return next(iter(self.product.stockrecords.all()), None)

    @property
    def most_at_once(self) -> int:
        """Packs that one order may take now; 0 when fewer are left than one order must take."""
        most = min(self.stock_left, self.max_quantity)
        steps = (most - self.min_quantity) // self.quantity_step
        return self.min_quantity + steps * self.quantity_step if steps >= 0 else 0

    @property
    def stock_level(self) -> StockLevel:
        if self.stock_left > FEW:
            return StockLevel.IN_STOCK
        if self.stock_left > 0:
            return StockLevel.FEW_LEFT
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
        return self.is_public and self.cooperative.is_open and self.most_at_once > 0 and self.price_amount > 0

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

    @property
    def star(self) -> Certificate | None:
        """The certificate whose star may be shown today: most stars, then the latest end.

        Reads the ``showing`` list of ``selectors.cards`` when it is there.
        """
        showing: list[Certificate] | None = getattr(self, "showing", None)
        if showing is None:
            showing = list(self.certificates.showing_on(today()))
        return max(showing, key=lambda certificate: (certificate.stars, certificate.last_day), default=None)
