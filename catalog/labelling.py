"""Which facts a product must tell before it may be sold, by law; the values are checked elsewhere (pure).

Source: Decree 43/2017/NĐ-CP art. 10 and annex I, as amended by Decree 111/2021/NĐ-CP (labels of goods); Decree
15/2018/NĐ-CP art. 4–8 (declared food); Law 44/2019/QH14 art. 16 (alcohol sold online); Decree 248/2026/NĐ-CP
(what a page must tell before the order). As of November 2026. Decree 46/2026, meant to replace 15/2018, is
suspended: 15/2018 holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

LABELS = "Nghị định 43/2017/NĐ-CP, sửa đổi bởi 111/2021/NĐ-CP"
DECLARATIONS = "Nghị định 15/2018/NĐ-CP"
ALCOHOL_LAW = "Luật 44/2019/QH14"
SELLING_ONLINE = "Nghị định 248/2026/NĐ-CP"


class Kind(Enum):
    """Goods that the same rules hold for."""

    FRESH = "fresh"  # not packed by a maker: the label decree leaves it out (art. 1)
    FOOD = "food"
    ALCOHOL = "alcohol"
    HEALTH = "health"
    COSMETIC = "cosmetic"
    HERBAL = "herbal"
    CRAFT = "craft"
    TEXTILE = "textile"
    LIVING = "living"
    SERVICE = "service"


@dataclass(frozen=True)
class Requirement:
    """A fact that must be there: any one of ``fields``. ``source`` is the law, in Vietnamese."""

    fields: tuple[str, ...]
    source: str

    @property
    def field(self) -> str:
        """Where a form shows it."""
        return self.fields[0]


class Facts(Protocol):
    """What is read of a product; ``ProductSheet`` has it."""

    ocop_set: int
    processing: str


_KINDS = {
    14: Kind.ALCOHOL,
    15: Kind.ALCOHOL,
    18: Kind.HEALTH,
    19: Kind.COSMETIC,
    20: Kind.HERBAL,
    21: Kind.CRAFT,
    22: Kind.TEXTILE,
    23: Kind.LIVING,
    24: Kind.LIVING,
    25: Kind.LIVING,
    26: Kind.SERVICE,
}

_STORAGE = Requirement(("storage",), LABELS)
_SHELF_LIFE = Requirement(("shelf_life",), LABELS)
_INGREDIENTS = Requirement(("ingredients",), LABELS)
_USAGE = Requirement(("usage",), LABELS)
_WARNINGS = Requirement(("warnings",), LABELS)
_DECLARED = Requirement(("declaration_number", "test_report"), DECLARATIONS)

_REQUIRED = {
    Kind.FRESH: (Requirement(("storage",), SELLING_ONLINE),),
    Kind.FOOD: (_INGREDIENTS, _STORAGE, _SHELF_LIFE),
    Kind.ALCOHOL: (
        _INGREDIENTS,
        _STORAGE,
        Requirement(("alcohol_strength",), LABELS),
        _WARNINGS,
        Requirement(("is_age_restricted",), ALCOHOL_LAW),
        Requirement(("alcohol_licence",), ALCOHOL_LAW),
        _DECLARED,
    ),
    Kind.HEALTH: (_INGREDIENTS, _USAGE, _STORAGE, _SHELF_LIFE, _WARNINGS, _DECLARED),
    Kind.COSMETIC: (_INGREDIENTS, _USAGE, _SHELF_LIFE, _WARNINGS, _DECLARED),
    Kind.HERBAL: (_INGREDIENTS, _USAGE, _SHELF_LIFE, _WARNINGS),
    Kind.CRAFT: (_INGREDIENTS,),
    Kind.TEXTILE: (_INGREDIENTS, _USAGE),
    Kind.LIVING: (),
    Kind.SERVICE: (Requirement(("summary",), SELLING_ONLINE),),
}
_OF_PROCESSED_FOOD = (_USAGE, _DECLARED)


def kind_of(ocop_set: int, processing: str) -> Kind:
    """The kind of goods of one of the 26 sets; only sets 1 and 2 know fresh goods.

    >>> kind_of(1, "raw"), kind_of(1, "primary"), kind_of(15, "processed")
    (<Kind.FRESH: 'fresh'>, <Kind.FOOD: 'food'>, <Kind.ALCOHOL: 'alcohol'>)
    """
    if processing == "service":
        return Kind.SERVICE
    if ocop_set in (1, 2) and processing == "raw":
        return Kind.FRESH
    return _KINDS.get(ocop_set, Kind.FOOD)


def required_fields(ocop_set: int, processing: str) -> tuple[Requirement, ...]:
    """What goods of that set and degree of processing must tell, in the order of the label."""
    kind = kind_of(ocop_set, processing)
    more = _OF_PROCESSED_FOOD if kind is Kind.FOOD and processing == "processed" else ()
    return _REQUIRED[kind] + more


def missing_legal_fields(facts: Facts) -> tuple[Requirement, ...]:
    """What the product does not tell although it must; empty when it may be published."""
    return tuple(
        requirement
        for requirement in required_fields(facts.ocop_set, facts.processing)
        if not any(getattr(facts, field) for field in requirement.fields)
    )
