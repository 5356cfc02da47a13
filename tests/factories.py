"""Small makers of test data; all of them go through the services that the product itself uses."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone
from oscar.apps.catalogue.models import Category

from catalog import lots, services
from catalog.folding import fold
from catalog.models import (
    ApprovalState,
    Certificate,
    Commune,
    Cooperative,
    Lot,
    Paper,
    Plot,
    ProductSheet,
    Province,
)
from catalog.models.place import bare_name
from catalog.papers import save_paper
from catalog.selectors import today
from cms.operator import OperatorEdition, propose
from shop.accounts.roles import Role
from shop.invoices.models import SeriesRegistration
from shop.promotions.models import Bearer, Promotion
from shop.promotions.services import Terms, add_promotion

_serial = itertools.count(1)

PASSWORD = "cho-phien-2026"


def make_commune(code: str = "03868", name: str = "Xã Tà Xùa", *, province: str = "14") -> Commune:
    """The commune with that code; its province is made with it."""
    names = {"14": "Tỉnh Sơn La", "01": "Thành phố Hà Nội"}
    Province.objects.get_or_create(
        code=province, defaults={"name": names.get(province, f"Tỉnh {province}"), "kind": "tinh"}
    )
    commune, _ = Commune.objects.get_or_create(
        code=code,
        defaults={"province_id": province, "name": name, "kind": "xa", "folded_name": fold(bare_name(name))},
    )
    return commune


def make_cooperative(slug: str = "", *, commune: Commune | None = None, **fields: Any) -> Cooperative:
    """An open cooperative of Tà Xùa; each call without a slug makes another."""
    number = next(_serial)
    defaults: dict[str, Any] = {
        "code": f"T{number:04d}",
        "slug": slug or f"htx-{number}",
        "name": f"HTX thử {number}",
        "legal_name": f"Hợp tác xã thử {number}",
        "legal_form": "cooperative",
        "tax_code": f"57{number:08d}",
        "representative": "Đại diện (mẫu)",
        "phone": f"0900 {number:06d}",
        "email": f"htx{number}@demo.example",
        "address": "Bản Mẫu, xã Tà Xùa, tỉnh Sơn La",
        "commune": commune or make_commune(),
    }
    return services.add_cooperative(**(defaults | fields))


def make_category(slug: str = "rau-cu-qua-tuoi", name: str = "Rau củ quả tươi", **fields: Any) -> Any:
    """The group with that slug; one that is there already under that name is only looked up."""
    there = Category.objects.filter(depth=1, slug=slug, name=name).first() if not fields else None
    return there or services.add_category(slug=slug, name=name, **fields)


def make_product(
    *,
    price: int = 105_000,
    stock: int = 10,
    cooperative: Cooperative | None = None,
    category: Any = None,
    **fields: Any,
) -> ProductSheet:
    """An approved product with ``stock`` packs to sell at ``price`` đồng, VAT included."""
    number = next(_serial)
    cooperative = cooperative or make_cooperative()
    defaults: dict[str, Any] = {
        "sku": f"S{number:04d}",
        "title": f"Khoai sọ thử {number}",
        "ocop_set": 1,
        "commune": cooperative.commune,
        "net_quantity": 3000,
        "net_unit": "g",
        "pack": "túi lưới 3 kg",
        "weight_grams": 3100,
        "tax_class": "own_produce",
        "processing": "raw",
        "storage": "Nơi khô, thoáng",
        "ingredients": "Khoai sọ 100%",
        "shelf_life": "30 ngày",
        "usage": "Nấu chín rồi ăn",
        "warnings": "Không dùng khi có mùi lạ",
        "declaration_number": f"TCB-THỬ-{number}",
        "state": ApprovalState.APPROVED,
    }
    return services.save_product(
        cooperative=cooperative,
        price_amount=price,
        stock=stock,
        category=category or make_category(),
        **(defaults | fields),
    )


def make_certificate(
    sheet: ProductSheet, *, stars: int = 3, verified: bool = True, **fields: Any
) -> Certificate:
    """A certificate whose star shows today, unless ``fields`` say otherwise."""
    number = next(_serial)
    on = today()
    defaults: dict[str, Any] = {
        "number": f"OCOP-THỬ-{number}",
        "decision_number": f"{number}/QĐ-UBND",
        "decided_on": on - dt.timedelta(days=200),
        "issuer": "UBND tỉnh Sơn La",
        "legal_version": "26/2026",
        "product_code": f"14-03868-{number:02d}-2026",
        "valid_from": on - dt.timedelta(days=200),
        "valid_to": on + dt.timedelta(days=800),
        "evidence_grade": "A",
    }
    certificate = services.add_certificate(sheet=sheet, stars=stars, **(defaults | fields))
    if verified:
        Certificate.objects.filter(pk=certificate.pk).update(verified_at=timezone.now())
        certificate.refresh_from_db()
    return certificate


def make_user(
    role: Role | str | None = None, *, email: str = "", cooperative: Cooperative | None = None, **fields: Any
) -> Any:
    """A person who can log in with ``PASSWORD``; ``role`` puts them in its group or cooperative."""
    address = email or f"nguoi{next(_serial)}@demo.example"
    user = get_user_model().objects.create_user(email=address, password=PASSWORD, **fields)
    if role == Role.COOPERATIVE:
        services.add_member(cooperative=cooperative or make_cooperative(), user=user)
    elif role is not None:
        user.groups.add(Group.objects.get_or_create(name=str(Role(role).value))[0])
    return user


def make_lot(sheet: ProductSheet, *, kilograms: int = 100, days_ago: int = 10, **fields: Any) -> Lot:
    """A lot of the product on sale, harvested some days ago."""
    at = timezone.now() - dt.timedelta(days=days_ago)
    defaults: dict[str, Any] = {
        "quantity": kilograms * 1000,
        "unit": "g",
        "harvested_at": at,
        "best_before": today() + dt.timedelta(days=20),
        "plot": "Nương Bản Mẫu",
        "member_initials": "G.A.S.",
    }
    return lots.open_lot(sheet=sheet, **(defaults | fields))


def make_plot(cooperative: Cooperative, *, name: str = "", sheets: tuple[ProductSheet, ...] = ()) -> Plot:
    plot = Plot.objects.create(
        cooperative=cooperative,
        name=name or f"Nương thử {next(_serial)}",
        commune=cooperative.commune,
        hectares="2.50",
        crop="khoai sọ",
    )
    plot.sheets.set(sheets)
    return plot


def make_paper(bound_to: Any, kind: str, *, verified: bool = True, **fields: Any) -> Paper:
    """A paper that shows today, unless ``fields`` say otherwise."""
    number = next(_serial)
    on = today()
    defaults: dict[str, Any] = {
        "number": f"GIẤY-THỬ-{number}",
        "issuer": "Chi cục mẫu Sơn La",
        "issued_on": on - dt.timedelta(days=100),
        "valid_to": on + dt.timedelta(days=300),
        "evidence_grade": "A",
    }
    paper = save_paper(kind=kind, bound_to=bound_to, **(defaults | fields))
    if verified:
        Paper.objects.filter(pk=paper.pk).update(verified_at=timezone.now())
        paper.refresh_from_db()
    return paper


def make_promotion(*, cooperative: Cooperative | None = None, **terms: Any) -> Promotion:
    """A promotion that runs since yesterday: a tenth off, unless ``terms`` say otherwise."""
    number = next(_serial)
    bearer = terms.pop("bearer", Bearer.COOPERATIVE if cooperative else Bearer.MARKET)
    given = {"name": f"Khuyến mãi {number}", "starts_at": timezone.now() - dt.timedelta(days=1)} | terms
    if "amount" not in given:
        given.setdefault("percent", 10)
    return add_promotion(terms=Terms(**given), cooperative=cooperative, bearer=bearer)


def make_operator_edition(**changes: Any) -> OperatorEdition:
    """Data of the market's operator, proposed by somebody for today."""
    given = {
        "legal_name": "Liên hiệp A",
        "tax_code": "5699999011",
        "registration": "số 01-MẪU, ngày 2/11/2026, tỉnh Sơn La",
        "representative": "Đại diện (mẫu)",
        "address": "xã Bắc Yên, tỉnh Sơn La",
        "phone": "0212 3 123 456",
        "email": "a@demo.example",
        "valid_from": today(),
        "reason": "Đổi trụ sở",
    } | changes
    return propose(**{"by": make_user(Role.OPERATOR)} | given)


def make_series(seller: Cooperative, **fields: Any) -> SeriesRegistration:
    """A series that the tax authority took note of at the beginning of the year."""
    return SeriesRegistration.objects.create(
        seller=seller, **{"form": 1, "accepted_on": dt.date(2026, 1, 1)} | fields
    )


def make_till(seller: Cooperative, **fields: Any) -> SeriesRegistration:
    """The series of a stall's cash register."""
    return make_series(seller, **{"letters": "TM", "channel": "till", "till_code": "A1B2C"} | fields)
