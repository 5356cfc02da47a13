"""A small market with two stalls, an order of each and one of both, and a person of every role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.models import ApprovalState, Cooperative, MemberRole, ProductSheet
from catalog.services import set_state
from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.accounts.services import add_user
from shop.invoices import services as invoices
from shop.invoices.draft import Seller
from shop.invoices.models import Invoice
from shop.invoices.sales import SaleRecord, SoldLine, consumer
from shop.orders.models import Consignment
from shop.orders.requests import Buyer
from shop.shipping.models import CollectionPoint, DeliveryService, UnservedArea
from shop.shipping.rates import Reach, Tariff
from shop.shipping.services import save_service
from tests.factories import PASSWORD, make_commune, make_cooperative, make_product
from tests.support.orders import bring, place_order, transfer

SECRETS_OF_B = (
    "Sùng Thị Bí Mật",  # buyer of B's own order
    "0987000111",
    "Nhắn riêng cho gian B",
    "Món B chưa bán",
    "Món B trong đơn chung",
    "99990000222",  # B's bank account
    "Xe kín của B",  # B's own way of delivery
)


@dataclass(frozen=True)
class Market:
    a: Cooperative
    b: Cooperative
    goods_a: ProductSheet
    draft_b: ProductSheet
    own: Consignment  # A's part of the order with goods of both
    shared: Consignment  # B's part of the same order
    foreign: Consignment  # B's own order
    invoice_a: Invoice
    invoice_b: Invoice
    order: Any  # only A's goods: its public page may be read by everyone who has the address
    attempt: Any
    people: dict[str, User | None]


def build_market() -> Market:
    """Orders are paid; both stalls have something to pack and an invoice to issue."""
    a, b = (
        make_cooperative("gian-a", tax_code="5699999011"),
        make_cooperative("gian-b", tax_code="5699999212"),
    )
    Cooperative.objects.filter(pk=b.pk).update(bank_account="99990000222")
    for stall, service in ((a, "Xe của A"), (b, "Xe kín của B")):
        save_service(
            service=DeliveryService(cooperative=stall, courier="own", name=service, is_active=False),
            tariffs={Reach.SAME_COMMUNE: Tariff(((50_000, 10_000),))},
        )
        CollectionPoint.objects.create(
            cooperative=stall,
            name=service,
            commune=stall.commune,
            address=service,
            hours="7–11 giờ",
            is_active=False,
        )
        UnservedArea.objects.create(
            cooperative=stall, province=make_commune("97001", "Xã Xa", province="97").province
        )
    goods_a = make_product(cooperative=a, title="Khoai sọ của A", price=100_000)
    goods_b = make_product(cooperative=b, title="Món B trong đơn chung", price=50_000)
    draft_b = make_product(cooperative=b, title="Món B chưa bán", state=ApprovalState.DRAFT)

    both = place_order((goods_a, 1), (goods_b, 1))
    alone = place_order(
        (goods_b, 2), buyer=Buyer("Sùng Thị Bí Mật", "0987000111", ""), note="Nhắn riêng cho gian B"
    )
    public = place_order((goods_a, 1))
    for placed in (both, alone, public):
        bring(transfer(placed.attempt.amount, placed.order.number))
    bring(transfer(77_000, "không rõ của đơn nào"))
    set_state(sheet=goods_b, state=ApprovalState.WITHDRAWN)  # from here on no public page names it

    own, shared = both.order.consignments.order_by("code")
    foreign = alone.order.consignments.get()
    return Market(
        a=a,
        b=b,
        goods_a=goods_a,
        draft_b=draft_b,
        own=own,
        shared=shared,
        foreign=foreign,
        invoice_a=draft_invoice(own),
        invoice_b=draft_invoice(foreign),
        order=public.order,
        attempt=public.attempt,
        people=_people(a, b),
    )


def _people(a: Cooperative, b: Cooperative) -> dict[str, User | None]:
    def person(
        name: str,
        roles: tuple[Role, ...] = (),
        cooperative: Cooperative | None = None,
        member_role: MemberRole = MemberRole.MANAGER,
    ) -> User:
        return add_user(
            email=f"{name}@demo.example",
            password=PASSWORD,
            first_name=name,
            roles=roles,
            cooperative=cooperative,
            member_role=member_role,
        )

    return {
        "anonymous": None,
        "shopper": person("shopper"),
        "cooperative": person("a", cooperative=a),
        "seller": person("seller", cooperative=a, member_role=MemberRole.SELLER),
        "packer": person("packer", cooperative=a, member_role=MemberRole.PACKER),
        "cooperative_b": person("b", cooperative=b),
        "invoice_staff": person("invoice_staff", (Role.INVOICE_STAFF,)),
        "editor": person("editor", (Role.EDITOR,)),
        "helper": person("helper", (Role.HELPER,)),
        "operator": person("operator", (Role.OPERATOR,)),
    }


def draft_invoice(consignment: Consignment) -> Invoice:
    """The consignment's invoice, waiting to be issued."""
    seller = consignment.cooperative
    lines = [
        SoldLine(
            name=line.title,
            tax_class=line.tax_class,
            gross_amount=line.goods_amount,
            unit="túi",
            quantity=line.quantity,
        )
        for line in consignment.lines.all()
    ]
    delivery = SoldLine(name="Phí giao hàng", tax_class="service", gross_amount=consignment.shipping_amount)
    sale = SaleRecord(
        seller=Seller(name=seller.legal_name, tax_code=seller.tax_code, address=seller.address),
        buyer=consumer(person=consignment.order.sheet.buyer_name, address="Xã Tà Xùa, tỉnh Sơn La"),
        business_buyer=False,
        on_deduction=True,
        lines=(*lines, delivery),
        payment_method="Chuyển khoản",
        solution_tax_code="0109999037",
    )
    return invoices.create_draft(
        seller=seller, source_reference=consignment.code, sale=sale, deliver_to="", language="vi"
    )
