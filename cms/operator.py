"""Who runs the market, as its pages tell it. The one place that pages ask."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Operator:
    """What Decree 248/2026/NĐ-CP art. 4 wants told; empty where nobody has said it yet."""

    legal_name: str = ""
    tax_code: str = ""
    registration: str = ""
    """Number, day and place of the registration, as one line."""
    representative: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""


def operator() -> Operator:
    """The operator of this market."""
    return Operator(**settings.OPERATOR)
