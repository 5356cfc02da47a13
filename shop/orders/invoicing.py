"""From a consignment to the invoice of its cooperative, and from the accepted invoice to the buyer's letter."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from catalog.clock import today
from catalog.models import Cooperative, TaxClass, VatMethod
from django.conf import settings

from shop.invoices.amounts import Sale, draft_sales, share_discount
from shop.invoices.draft import CONSUMER, SALES_INVOICE, VAT_INVOICE, Buyer, Draft, Seller
from shop.vat import rate_code

from .models import Consignment, OrderSheet

BANK_TRANSFER = "Chuyển khoản"
LONGEST_EMAIL = 50  # the tax authority's format carries no longer one


def draft_for(consignment: Consignment) -> Draft:
    """What the invoice of this consignment says, at the VAT rates of today.

    Unit: whole đồng; its total is the consignment's. The texts are Vietnamese whatever the buyer's language.
    """
    sheet: OrderSheet = consignment.order.sheet
    seller = consignment.cooperative
    is_business = bool(sheet.invoice_tax_code)

    def rate(tax_class: str) -> str:
        return rate_code(tax_class, on=today(), business_buyer=is_business)

    goods = [
        Sale(
            name=f"{line.title} ({line.pack})",
            code=line.sku,
            unit=_unit(line.pack),
            quantity=Decimal(line.quantity),
            gross_amount=line.goods_amount,
            rate=rate(line.tax_class),
        )
        for line in consignment.lines.all()
    ]
    sales = [*goods, *share_discount(goods, consignment.discount_amount, "Giảm giá")]
    if consignment.shipping_amount:
        shipping_rate = rate(TaxClass.SERVICE)
        sales.append(Sale(name="Phí giao hàng", gross_amount=consignment.shipping_amount, rate=shipping_rate))
    return draft_sales(
        sales,
        form=VAT_INVOICE if seller.vat_method == VatMethod.DEDUCTION else SALES_INVOICE,
        seller=_seller(seller),
        buyer=_buyer(sheet),
        payment_method=BANK_TRANSFER,
        solution_tax_code=settings.INVOICE_PROVIDER_TAX_CODE,
    )


def _unit(pack: str) -> str:
    """``1 chiếc 170 × 60 cm`` → ``chiếc``: the first word of the pack."""
    return next((word for word in pack.split() if word.isalpha()), "gói")


def _seller(cooperative: Cooperative) -> Seller:
    return Seller(
        name=cooperative.legal_name,
        tax_code=cooperative.tax_code,
        address=cooperative.address,
        phone=cooperative.phone,
        email=cooperative.email,
        bank_account=cooperative.bank_account,
        bank_name=cooperative.bank_name,
    )


def _buyer(sheet: OrderSheet) -> Buyer:
    email = sheet.invoice_email or sheet.buyer_email
    fields: dict[str, Any] = {"email": email if len(email) <= LONGEST_EMAIL else "", "phone": sheet.buyer_phone}
    if sheet.invoice_name:
        fields |= {
            "name": sheet.invoice_name,
            "tax_code": sheet.invoice_tax_code,
            "address": sheet.invoice_address,
        }
    else:
        fields["address"] = sheet.address_text
    return Buyer(person=sheet.buyer_name or CONSUMER, **fields)
