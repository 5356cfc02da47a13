"""Writes of the catalogue: cooperatives, groups of goods, product sheets, certificates, memberships."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog import index
from catalog.acts import tell
from catalog.folding import slug_of
from catalog.labelling import Requirement
from catalog.models import (
    ApprovalState,
    CategorySheet,
    Certificate,
    Commune,
    Cooperative,
    MemberRole,
    Membership,
    Pack,
    ProductSheet,
    ProofAct,
)
from catalog.proofs import record
from catalog.telling import price_acts, stall_acts, state_acts
from catalog.tiers import check_tiers

GOODS_CLASS = "goods"


class StockBelowReserved(ValueError):
    """The new stock is smaller than what orders have already reserved."""


class NotReadyToPublish(ValidationError):
    """Facts that the law wants told are missing. ``missing``: what; the errors stand at the fields of a form."""

    def __init__(self, missing: Sequence[Requirement]) -> None:
        super().__init__({requirement.field: message_of(requirement) for requirement in missing})
        self.missing = tuple(missing)


def message_of(requirement: Requirement) -> str:
    """What a person has to fill in, and by which law, in the active language.

    >>> from catalog.labelling import LABELS
    >>> message_of(Requirement(("storage",), LABELS))
    'Cần có: bảo quản (Nghị định 43/2017/NĐ-CP, sửa đổi bởi 111/2021/NĐ-CP).'
    """
    names = [str(ProductSheet._meta.get_field(field).verbose_name) for field in requirement.fields]  # type: ignore[union-attr]
    return _("Cần có: %(fields)s (%(law)s).") % {
        "fields": _(" hoặc ").join(names),
        "law": requirement.source,
    }


class CooperativeFields(TypedDict, total=False):
    vat_method: str
    bank_name: str
    bank_account: str
    founded_on: dt.date | None
    members_count: int | None
    area: str
    area_en: str
    summary: str
    summary_en: str
    picture: Any
    is_open: bool


class SheetFields(TypedDict, total=False):
    title_en: str
    summary: str
    summary_en: str
    pack_en: str
    season_months: int
    is_own_produced: bool
    pieces: int | None
    storage: str
    usage: str
    warnings: str
    made_on: str
    shelf_life: str
    ingredients: str
    allergens: str
    declaration_number: str
    test_report: str
    area_code: str
    is_age_restricted: bool
    alcohol_strength: str
    alcohol_licence: str
    return_rule: str
    lead_days: int
    min_quantity: int
    quantity_step: int
    max_quantity: int
    picture: Any
    label_picture: Any
    workshop_picture: Any


class EvidenceFields(TypedDict, total=False):
    source_url: str
    scan: Any


def _nfc(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value
        for name, value in fields.items()
    }


@transaction.atomic
def add_cooperative(  # noqa: PLR0913  what a cooperative is made of
    *,
    code: str,
    slug: str,
    name: str,
    legal_name: str,
    legal_form: str,
    tax_code: str,
    representative: str,
    phone: str,
    email: str,
    commune: Commune,
    address: str,
    **optional: Unpack[CooperativeFields],
) -> Cooperative:
    """The cooperative with that slug, made or brought up to date, with its Oscar partner.

    Writes: Cooperative, Partner, search index; that of its goods when it is renamed, opened or closed.
    Idempotent by ``slug``.
    Raises: ValidationError on a field that is not well formed.
    """
    fields = _nfc(
        {
            "name": name,
            "legal_name": legal_name,
            "legal_form": legal_form,
            "tax_code": tax_code,
            "representative": representative,
            "phone": phone,
            "email": email,
            "commune": commune,
            "address": address,
            **optional,
        }
    )
    partners: Any = get_model("partner", "Partner")
    cooperative = Cooperative.objects.select_for_update().filter(slug=slug).first()
    shown = (cooperative.name, cooperative.is_open) if cooperative else None
    before = {name: getattr(cooperative, name) for name in fields} if cooperative else None
    if cooperative is None:
        cooperative = Cooperative(slug=slug, partner=partners.objects.create(code=code, name=fields["name"]))
    else:
        partners.objects.filter(pk=cooperative.partner_id).update(code=code, name=fields["name"])
    for field, value in fields.items():
        setattr(cooperative, field, value)
    cooperative.clean_fields()
    cooperative.save()
    index.index_cooperative(cooperative)
    if shown not in (None, (cooperative.name, cooperative.is_open)):
        index.index_products(list(cooperative.sheets.values_list("product_id", flat=True)))
    tell(*stall_acts(cooperative, before, fields))
    return cooperative


@transaction.atomic
def add_member(
    *, cooperative: Cooperative, user: Any, role: str = MemberRole.MANAGER, is_active: bool = True
) -> Membership:
    """The person's membership, made or changed. Idempotent by (cooperative, user)."""
    membership, _created = Membership.objects.update_or_create(
        cooperative=cooperative, user=user, defaults={"role": role, "is_active": is_active}
    )
    return membership


@transaction.atomic
def add_category(*, slug: str, name: str, name_en: str = "", position: int = 0) -> Any:
    """The friendly group of goods (Oscar's category) with that slug, made or brought up to date.

    The English name and the order in menus live in ``CategorySheet``. Idempotent by ``slug``.
    """
    categories: Any = get_model("catalogue", "Category")
    fields = _nfc({"name": name, "name_en": name_en})
    category = categories.objects.filter(depth=1, slug=slug).first()
    if category is None:
        category = categories.add_root(slug=slug, name=fields["name"])
    elif category.name != fields["name"]:
        category.name = fields["name"]
        category.save()
    CategorySheet.objects.update_or_create(
        category=category, defaults={"name_en": fields["name_en"], "position": position}
    )
    return category


@transaction.atomic
def save_product(  # noqa: PLR0913  a product is what it is made of
    *,
    cooperative: Cooperative,
    sku: str,
    title: str,
    price_amount: int,
    stock: int,
    category: Any,
    ocop_set: int,
    commune: Commune,
    net_quantity: int,
    net_unit: str,
    pack: str,
    weight_grams: int,
    tax_class: str,
    processing: str,
    state: str = ApprovalState.DRAFT,
    **optional: Unpack[SheetFields],
) -> ProductSheet:
    """The cooperative's product with that SKU, made or brought up to date, and its search entry.

    Unit: ``price_amount`` whole đồng with VAT; ``stock`` packs at the stall, reserved ones included.
    Locks/Writes: StockRecord, Product, ProductSheet, search index.
    Raises: ValidationError on a field that is not well formed; NotReadyToPublish if it is to be approved and a
    legal fact is missing; StockBelowReserved. Idempotent by (cooperative, sku). Fields left out keep what they were.
    """
    if price_amount <= 0:
        raise ValueError("a price is a positive number of đồng")
    title = unicodedata.normalize("NFC", title).strip()
    if not title:  # Oscar allows none, for the children of a parent product
        raise ValidationError({"title": _("Cần có tên sản phẩm.")})
    fields = _nfc(
        {
            "ocop_set": ocop_set,
            "commune": commune,
            "net_quantity": net_quantity,
            "net_unit": net_unit,
            "pack": pack,
            "weight_grams": weight_grams,
            "tax_class": tax_class,
            "processing": processing,
            "state": state,
            **optional,
        }
    )
    stock_records: Any = get_model("partner", "StockRecord")
    stock_record = (
        stock_records.objects.select_for_update()
        .filter(partner_id=cooperative.partner_id, partner_sku=sku)
        .first()
    )
    if stock_record and stock + stock_record.num_expected < (stock_record.num_allocated or 0):
        raise StockBelowReserved(f"{stock_record.num_allocated} packs of {sku} are reserved")
    sold = stock_record.product if stock_record else None
    price_before = int(stock_record.price or 0) if stock_record else price_amount
    if sold:
        check_tiers(product_id=sold.pk, price_amount=price_amount)
    product = _save_oscar_product(
        sold.parent if sold and sold.is_child else sold,
        title=title,
        is_public=state == ApprovalState.APPROVED,
        category=category,
    )
    if stock_record is None:
        stock_record = stock_records(partner_id=cooperative.partner_id, partner_sku=sku, product=product)
    stock_record.price = price_amount
    stock_record.num_in_stock = stock
    stock_record.save()

    sheet = ProductSheet.objects.filter(product=product).first() or ProductSheet(product=product)
    state_before = sheet.state if sheet.pk else ApprovalState.DRAFT
    sheet.cooperative = cooperative
    sheet.code = sku
    for field, value in fields.items():
        setattr(sheet, field, value)
    sheet.clean_fields()
    sheet.validate_constraints()
    check_ready(sheet)
    sheet.save()
    # The size told on the sheet is the first pack of goods in packs.
    Pack.objects.filter(product=stock_record.product_id, sheet=sheet).update(
        name=sheet.pack,
        name_en=sheet.pack_en,
        net_quantity=sheet.net_quantity,
        weight_grams=sheet.weight_grams,
    )
    index.index_product(sheet)
    tell(*state_acts(sheet, state_before), *price_acts([(sheet, sku, price_before, price_amount)]))
    return sheet


def check_ready(sheet: ProductSheet) -> None:
    """Nothing is submitted or approved that would have to be refused. Raises: NotReadyToPublish."""
    if sheet.state in (ApprovalState.SUBMITTED, ApprovalState.APPROVED) and sheet.missing_legal_fields:
        raise NotReadyToPublish(sheet.missing_legal_fields)


def _save_oscar_product(product: Any, *, title: str, is_public: bool, category: Any) -> Any:
    if product is None:
        product_classes: Any = get_model("catalogue", "ProductClass")
        goods, _created = product_classes.objects.get_or_create(
            slug=GOODS_CLASS, defaults={"name": "Hàng hóa", "requires_shipping": True, "track_stock": True}
        )
        product = get_model("catalogue", "Product")(structure="standalone", product_class=goods)
    product.title = title
    product.slug = slug_of(title)
    product.is_public = is_public
    product.clean_fields(exclude=["slug"])
    product.save()
    product.categories.set([category])
    return product


@transaction.atomic
def set_state(*, sheet: ProductSheet, state: str, note: str = "") -> ProductSheet:
    """Move a product to that approval state; only approved goods are in the shop. ``note``: why it is returned.

    Locks/Writes: ProductSheet, Product, search index. Raises: NotReadyToPublish on the way to approval.
    """
    fresh = ProductSheet.objects.select_for_update().get(pk=sheet.pk)
    before, fresh.state = fresh.state, state
    check_ready(fresh)
    ProductSheet.objects.filter(pk=sheet.pk).update(
        state=state, review_note=_nfc({"note": note})["note"], updated_at=timezone.now()
    )
    get_model("catalogue", "Product").objects.filter(pk=sheet.product_id).update(
        is_public=state == ApprovalState.APPROVED
    )
    sheet.refresh_from_db(fields=["state", "review_note", "updated_at"])
    sheet.product.is_public = state == ApprovalState.APPROVED
    index.index_product(sheet)
    tell(*state_acts(sheet, before, reason=note))
    return sheet


@transaction.atomic
def add_certificate(  # noqa: PLR0913  what stands on the paper
    *,
    sheet: ProductSheet,
    stars: int,
    number: str,
    decision_number: str,
    decided_on: dt.date,
    issuer: str,
    legal_version: str,
    valid_from: dt.date,
    valid_to: dt.date,
    evidence_grade: str,
    product_code: str = "",
    withdrawn_on: dt.date | None = None,
    verified_by: Any = None,
    **optional: Unpack[EvidenceFields],
) -> Certificate:
    """The product's certificate with that number, made or brought up to date.

    It counts as verified from the moment a person is named in ``verified_by``; a later call without
    one takes nothing back. Idempotent by (sheet, number); an extension and evidence left out stay.
    Raises: ValidationError.
    """
    fields = _nfc(
        {
            "stars": stars,
            "decision_number": decision_number,
            "decided_on": decided_on,
            "issuer": issuer,
            "legal_version": legal_version,
            "valid_from": valid_from,
            "valid_to": valid_to,
            "evidence_grade": evidence_grade,
            "product_code": product_code,
            "withdrawn_on": withdrawn_on,
            **optional,
        }
    )
    number = unicodedata.normalize("NFC", number).strip()
    known = Certificate.objects.select_for_update().filter(sheet=sheet, number=number).first()
    certificate = known or Certificate(sheet=sheet, number=number)
    for field, value in fields.items():
        setattr(certificate, field, value)
    is_verified_now = verified_by is not None and certificate.verified_at is None
    if is_verified_now:
        certificate.verified_by = verified_by
        certificate.verified_at = timezone.now()
    certificate.clean_fields()
    certificate.validate_constraints()
    certificate.save()
    if known is None:
        record(certificate, ProofAct.ADDED, by=None)
    if is_verified_now:
        record(certificate, ProofAct.VERIFIED, by=verified_by)
    return certificate
