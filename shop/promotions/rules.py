"""What is taken off which goods: pure arithmetic on whole đồng, shared so that every line's part is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shop.money import share_out

MOST_PERCENT = 90
"""Of the goods it is for; so no order ever costs nothing, which could not be paid."""


@dataclass(frozen=True)
class Goods:
    """One line of a basket. Unit: whole đồng for the whole line, VAT inside."""

    key: int
    cooperative: int
    amount: int


@dataclass(frozen=True)
class Rule:
    """One promotion: ``percent`` of the goods or ``amount`` đồng off, never more than ``most``.

    ``cooperative``: whose goods it is for, None for everybody's. ``least``: what such goods must cost together.
    """

    key: int
    percent: int = 0
    amount: int = 0
    most: int | None = None
    least: int = 0
    cooperative: int | None = None
    has_code: bool = False


def off(rule: Rule, base: int) -> int:
    """What the rule takes off goods that cost ``base`` đồng together.

    Rounding: down to the đồng.

    >>> off(Rule(1, percent=15), 99_999), off(Rule(1, percent=50, most=20_000), 100_000)
    (14999, 20000)
    >>> off(Rule(1, amount=50_000), 40_000)  # MOST_PERCENT of the goods at most
    36000
    """
    wanted = base * rule.percent // 100 + rule.amount
    limits = [base * MOST_PERCENT // 100]
    if rule.most is not None:
        limits.append(rule.most)
    return min(wanted, *limits)


def share(goods: Sequence[Goods], rules: Iterable[Rule]) -> dict[int, dict[int, int]]:
    """Đồng off by rule and line; rules that take nothing off are left out.

    Of the rules of one kind — a stall's own without code, the market's without code, a stall's codes, the market's
    codes — the one that takes most off counts, the earliest of equals. The kinds follow each other in this order,
    each on what the ones before have left; ``least`` looks at the prices before any of them.

    >>> share([Goods(7, 1, 100_000), Goods(8, 2, 50_000)], [Rule(1, percent=10, cooperative=1), Rule(2, amount=7_000)])
    {1: {7: 10000}, 2: {7: 4500, 8: 2500}}
    """
    kinds: dict[tuple[bool, bool, int], list[Rule]] = {}
    for rule in rules:
        kind = (rule.has_code, rule.cooperative is None, rule.cooperative or 0)
        kinds.setdefault(kind, []).append(rule)
    left = {line.key: line.amount for line in goods}
    given: dict[int, dict[int, int]] = {}
    for _kind, alike in sorted(kinds.items()):
        best = max(alike, key=lambda rule: (_taken(goods, left, rule), -rule.key))
        parts = _parts(goods, left, best)
        if parts:
            given[best.key] = parts
            left = {key: amount - parts.get(key, 0) for key, amount in left.items()}
    return given


def _taken(goods: Sequence[Goods], left: Mapping[int, int], rule: Rule) -> int:
    return sum(_parts(goods, left, rule).values())


def _parts(goods: Sequence[Goods], left: Mapping[int, int], rule: Rule) -> dict[int, int]:
    """Đồng off by line, without lines that lose nothing."""
    meant = [line for line in goods if rule.cooperative in (None, line.cooperative)]
    if sum(line.amount for line in meant) < rule.least:
        return {}
    weights = [left[line.key] for line in meant]
    amount = off(rule, sum(weights))
    if amount <= 0:
        return {}
    return {line.key: part for line, part in zip(meant, share_out(amount, weights), strict=True) if part}
