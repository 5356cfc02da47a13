"""Gross amounts charged become net lines and VAT without losing a đồng."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.invoices.amounts import Sale, draft_sales, share_discount
from shop.invoices.draft import SALES_INVOICE, VAT_INVOICE, Buyer, Draft, Line, LineKind, Seller
from shop.invoices.words import amount_in_words

SELLER = Seller(name="Hợp tác xã Ví Dụ", tax_code="5699999011", address="Thôn 1, xã Ví Dụ")
BUYER = Buyer(person="Nguyễn Thị Mẫu")
PERCENT = {"0%": 0, "5%": 5, "8%": 8, "10%": 10, "KCT": 0, "KKKNT": 0}

rates = st.sampled_from(sorted(PERCENT))
quantities = st.decimals(Decimal("0.001"), Decimal("99999"), places=3) | st.integers(1, 999).map(Decimal)
goods = st.builds(
    Sale, name=st.just("Khoai sọ"), gross_amount=st.integers(1, 500_000_000), rate=rates, quantity=quantities
)
gifts = st.builds(Sale, kind=st.just(LineKind.GIFT), name=st.just("Quà"), rate=rates, quantity=quantities)
delivery = st.builds(Sale, name=st.just("Phí giao hàng"), gross_amount=st.integers(0, 300_000), rate=rates)


@st.composite
def baskets(draw: st.DrawFn) -> list[Sale]:
    sold = draw(st.lists(goods, min_size=1, max_size=8))
    charged = sum(sale.gross_amount for sale in sold)
    discounts = share_discount(sold, draw(st.integers(0, charged)), "Chiết khấu")
    note = [Sale(kind=LineKind.NOTE, name="Đơn hàng 100237")] if draw(st.booleans()) else []
    return [
        *sold,
        *draw(st.lists(gifts, max_size=2)),
        *discounts,
        *draw(st.lists(delivery, max_size=1)),
        *note,
    ]


def drafted(sales: list[Sale], form: str = VAT_INVOICE) -> Draft:
    return draft_sales(sales, form=form, seller=SELLER, buyer=BUYER)


def effect(line: Line) -> int:
    return -(line.amount or 0) if line.kind == LineKind.DISCOUNT else line.amount or 0


def half_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@given(baskets(), st.sampled_from([VAT_INVOICE, SALES_INVOICE]))
def test_the_invoice_total_is_exactly_what_was_charged(sales: list[Sale], form: str) -> None:
    draft = drafted(sales, form)
    assert draft.total == sum(sale.effect for sale in sales)
    assert draft.total_in_words == amount_in_words(draft.total)
    if form == VAT_INVOICE:
        assert draft.net_amount + draft.vat_amount == draft.total
    else:
        assert sum(effect(line) for line in draft.lines) == draft.total
        assert (draft.rates, draft.net_amount, {line.rate for line in draft.lines}) == ((), None, {""})


@given(baskets())
def test_lines_of_a_rate_sum_to_its_net_amount_and_vat_is_within_one_dong(sales: list[Sale]) -> None:
    draft = drafted(sales)
    for summary in draft.rates:
        lines = [line for line in draft.lines if line.rate == summary.rate]
        assert sum(effect(line) for line in lines) == summary.net_amount
        by_rule = half_up(Decimal(summary.net_amount * PERCENT[summary.rate]) / 100)
        assert abs(summary.vat_amount - by_rule) <= 1
        assert summary.vat_amount == 0 or PERCENT[summary.rate] > 0
    assert draft.net_amount == sum(summary.net_amount for summary in draft.rates)
    assert draft.vat_amount == sum(summary.vat_amount for summary in draft.rates)


@given(baskets(), st.sampled_from([VAT_INVOICE, SALES_INVOICE]))
def test_quantity_times_price_rounds_to_the_amount_of_every_line(sales: list[Sale], form: str) -> None:
    for line in drafted(sales, form).lines:
        if line.quantity is not None:
            assert half_up(line.quantity * line.unit_price) == line.amount
            assert -line.unit_price.as_tuple().exponent <= 6


@given(baskets())
def test_a_line_moves_at_most_by_the_rounding_of_its_rate(sales: list[Sale]) -> None:
    for sale, line in zip(sales, drafted(sales).lines, strict=True):
        if line.amount is not None:
            net = Decimal(abs(sale.effect)) * 100 / (100 + PERCENT[sale.rate])
            assert abs(line.amount - net) < len(sales) + 1


@given(st.lists(goods, min_size=1, max_size=6))
def test_a_full_return_mirrors_the_sale_to_the_dong(sold: list[Sale]) -> None:
    returned = [
        Sale(name=sale.name, gross_amount=-sale.gross_amount, rate=sale.rate, quantity=-sale.quantity)
        for sale in sold
    ]
    there, back = drafted(sold), drafted(returned)
    assert [line.amount for line in back.lines] == [-line.amount for line in there.lines]
    assert [line.unit_price for line in back.lines] == [line.unit_price for line in there.lines]
    assert (back.net_amount, back.vat_amount) == (-there.net_amount, -there.vat_amount)


def test_a_partial_return_may_stand_beside_an_increase() -> None:
    draft = drafted(
        [Sale(name="A", gross_amount=108_000, rate="8%"), Sale(name="B", gross_amount=-54_000, rate="8%")]
    )
    assert [line.amount for line in draft.lines] == [100_000, -50_000]
    assert (draft.net_amount, draft.vat_amount, draft.total) == (50_000, 4_000, 54_000)


def test_prices_with_a_remainder_keep_every_dong() -> None:
    draft = drafted(
        [Sale(name="Miến", gross_amount=10_000, rate="8%", quantity=Decimal(1)) for _ in range(3)]
    )
    assert [line.amount for line in draft.lines] == [9_260, 9_259, 9_259]
    assert (draft.net_amount, draft.vat_amount, draft.total) == (27_778, 2_222, 30_000)


def test_a_gift_costs_nothing_and_keeps_its_place() -> None:
    draft = drafted(
        [
            Sale(name="Chè", gross_amount=216_000, rate="8%", quantity=Decimal(2)),
            Sale(kind=LineKind.GIFT, name="Mật ong", rate="5%", quantity=Decimal(1), unit="Lọ"),
            Sale(kind=LineKind.NOTE, name="Giao buổi sáng"),
        ]
    )
    assert [(line.position, line.amount, line.unit_price) for line in draft.lines] == [
        (1, 200_000, Decimal("100000")),
        (2, 0, Decimal("0")),
        (3, None, None),
    ]
    assert [summary.rate for summary in draft.rates] == ["8%"]


def test_a_discount_is_shared_over_the_rates_it_touches() -> None:
    sold = [Sale(name="A", gross_amount=300_000, rate="8%"), Sale(name="B", gross_amount=100_000, rate="KCT")]
    lines = share_discount(sold, 40_001, "Giảm giá")
    assert [(line.rate, line.gross_amount) for line in lines] == [("8%", 30_001), ("KCT", 10_000)]
    assert share_discount(sold, 0, "Giảm giá") == []


def test_a_discount_may_take_everything_but_not_more() -> None:
    sold = [Sale(name="A", gross_amount=99_999, rate="8%", quantity=Decimal(3))]
    draft = drafted([*sold, *share_discount(sold, 99_999, "Tặng")])
    assert (draft.total, draft.net_amount, draft.vat_amount) == (0, 0, 0)
    with pytest.raises(ValueError, match="does not fit"):
        share_discount(sold, 100_000, "Tặng")
    with pytest.raises(ValueError, match="exceed"):
        drafted([*sold, Sale(kind=LineKind.DISCOUNT, name="Giảm", gross_amount=100_000, rate="8%")])


@pytest.mark.parametrize("quantity", ["0", "1000000"])
def test_a_quantity_that_cannot_give_the_amount_back_is_refused(quantity: str) -> None:
    with pytest.raises(ValueError, match="quantity"):
        drafted([Sale(name="Muối", gross_amount=1, rate="8%", quantity=Decimal(quantity))])


def test_a_form_the_shop_does_not_issue_is_refused() -> None:
    with pytest.raises(ValueError, match="form"):
        drafted([Sale(name="A", gross_amount=1, rate="8%")], form="6")
