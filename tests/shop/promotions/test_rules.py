"""Money off, to the đồng: no basket, discount or order of rules loses one or gives too much."""

from hypothesis import given
from hypothesis import strategies as st

from shop.promotions.rules import MOST_PERCENT, Goods, Rule, off, share

amounts = st.integers(1, 50_000_000)
goods = st.lists(st.tuples(st.integers(1, 4), amounts), min_size=1, max_size=8).map(
    lambda lines: [Goods(key, stall, amount) for key, (stall, amount) in enumerate(lines)]
)


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    found = []
    for key in range(draw(st.integers(0, 6))):
        percent = draw(st.integers(0, MOST_PERCENT))
        found.append(
            Rule(
                key,
                percent=percent,
                amount=0 if percent else draw(amounts),
                most=draw(st.none() | amounts),
                least=draw(st.integers(0, 1_000_000)),
                cooperative=draw(st.none() | st.integers(1, 4)),
                has_code=draw(st.booleans()),
            )
        )
    return found


@given(goods, rules())
def test_every_line_keeps_a_part_of_its_price_and_every_rule_its_own_goods(lines, given_rules):
    shared = share(lines, given_rules)
    by_key = {rule.key: rule for rule in given_rules}
    for line in lines:
        taken = sum(parts.get(line.key, 0) for parts in shared.values())
        assert 0 <= taken <= line.amount
    assert sum(line.amount for line in lines) > sum(sum(parts.values()) for parts in shared.values())
    for key, parts in shared.items():
        rule = by_key[key]
        assert parts and all(amount > 0 for amount in parts.values())
        meant = {line.key for line in lines if rule.cooperative in (None, line.cooperative)}
        assert parts.keys() <= meant
        assert sum(parts.values()) <= (rule.most if rule.most is not None else 10**12)
        assert rule.least <= sum(line.amount for line in lines if line.key in meant)


@given(goods, rules())
def test_of_each_kind_one_rule_counts_and_the_order_of_rules_does_not(lines, given_rules):
    shared = share(lines, given_rules)
    by_key = {rule.key: rule for rule in given_rules}
    kinds = [(by_key[key].has_code, by_key[key].cooperative) for key in shared]
    assert len(kinds) == len(set(kinds))
    assert share(lines, reversed(given_rules)) == shared


@given(goods, st.integers(1, MOST_PERCENT))
def test_one_percentage_takes_exactly_itself(lines, percent):
    whole = sum(line.amount for line in lines)
    (parts,) = share(lines, [Rule(1, percent=percent)]).values() or [{}]
    assert sum(parts.values()) == whole * percent // 100


def test_a_stall_comes_before_the_market_and_codes_come_last():
    lines = [Goods(1, 1, 100_000), Goods(2, 2, 100_000)]
    shared = share(
        lines,
        [
            Rule(1, percent=10, has_code=True),
            Rule(2, percent=50, cooperative=1, has_code=True),
            Rule(3, amount=20_000),
            Rule(4, percent=20, cooperative=1),
        ],
    )
    # 100 → 80 (stall) → 71.111 (its share of the market's 20) → 35.556 (stall's code) → market's code on the rest
    assert list(shared) == [4, 3, 2, 1]
    assert shared[4] == {1: 20_000}
    assert shared[3] == {1: 8_889, 2: 11_111}
    assert shared[2] == {1: 35_555}
    assert sum(shared[1].values()) == (100_000 - 20_000 - 8_889 - 35_555 + 100_000 - 11_111) // 10


def test_what_counts_is_the_price_before_anything_was_taken_off():
    lines = [Goods(1, 1, 100_000)]
    assert share(lines, [Rule(1, percent=50, cooperative=1), Rule(2, amount=1_000, least=100_000)]) == {
        1: {1: 50_000},
        2: {1: 1_000},
    }
    assert share(lines, [Rule(2, amount=1_000, least=100_001)]) == {}


def test_nothing_is_given_away_for_nothing():
    assert off(Rule(1, amount=10**9), 100) == 90
    assert off(Rule(1, percent=1), 99) == 0
    assert share([Goods(1, 1, 99)], [Rule(1, percent=1)]) == {}
