"""Couriers that are asked over the network: what they charge now, and their own labels.

Without an adapter a courier works from the rate tables, and so does one that does not answer: the tables say in any
case whether a parcel is taken, how long it travels and from which amount it travels free. Adding a courier is a module
like ``ghtk.py`` and a line in ``adapter_of``. Nobody is asked inside a transaction.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from django.conf import settings
from django.core.cache import cache

from .couriers import Courier
from .rates import Parcel

Key = TypeVar("Key")
logger = logging.getLogger(__name__)

KEEP_SECONDS = 600
"""So long a courier's price is shown without asking again."""
REST_SECONDS = 60
"""So long a courier that did not answer is left alone."""
_STEP_GRAMS = 100  # parcels that differ by less cost alike


class CourierUnavailable(Exception):
    """The courier did not answer as agreed; whether it has done what was asked is unknown."""


class CourierRefuses(Exception):
    """The courier answered that it will not take this parcel; the text is its own."""


@dataclass(frozen=True)
class Address:
    """One end of the way, in the words that stand on parcels."""

    province: str
    commune: str
    street: str = ""
    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Shipment:
    """A packed parcel to be registered. Unit: grams, whole đồng; ``collect_amount`` is paid at the door."""

    code: str
    origin: Address
    destination: Address
    grams: int
    goods_amount: int
    collect_amount: int
    goods: tuple[tuple[str, int], ...]


class Adapter(Protocol):
    """What a courier can be asked."""

    def charge(self, parcel: Parcel, *, origin: Address, destination: Address) -> int:
        """Its price now, in whole đồng. Raises: CourierUnavailable, CourierRefuses."""

    def register(self, shipment: Shipment) -> str:
        """The tracking number; the same ``code`` gives the same one. Raises: CourierUnavailable, CourierRefuses."""

    def label(self, tracking_number: str) -> bytes:
        """Its label as PDF. Raises: CourierUnavailable."""


@dataclass(frozen=True)
class Question:
    """What one parcel costs by one courier."""

    courier: str
    parcel: Parcel
    origin: Address
    destination: Address

    @property
    def key(self) -> str:
        parcel = replace(self.parcel, grams=-(-self.parcel.grams // _STEP_GRAMS) * _STEP_GRAMS)
        text = repr((self.courier, parcel, self.origin, self.destination))
        return f"courier-charge:{hashlib.sha256(text.encode()).hexdigest()}"


def adapter_of(courier: str) -> Adapter | None:
    """How that courier is asked here; None while only its table counts."""
    from .ghtk import Ghtk  # noqa: PLC0415  # it needs the words above

    return Ghtk() if courier == Courier.GHTK and settings.GHTK_TOKEN else None


def charges(questions: Mapping[Key, Question]) -> dict[Key, int]:
    """What couriers charge now, by the keys of ``questions``; what nobody answers is missing. All are asked at once.

    Kept for ten minutes, so that the price does not change between the form and its confirmation. Nothing raises.
    """
    known = cache.get_many({one.key for one in questions.values()})
    found = {name: known[one.key] for name, one in questions.items() if one.key in known}
    missing = {name: one for name, one in questions.items() if name not in found and not _rests(one.courier)}
    if missing:
        with ThreadPoolExecutor(max_workers=min(len(missing), 8)) as pool:
            answers = dict(zip(missing, pool.map(_ask, missing.values()), strict=True))
        fresh = {name: amount for name, amount in answers.items() if amount is not None}
        cache.set_many({missing[name].key: amount for name, amount in fresh.items()}, KEEP_SECONDS)
        found |= fresh
    return found


def _rests(courier: str) -> bool:
    return adapter_of(courier) is None or cache.get(f"courier-rests:{courier}") is not None


def _ask(question: Question) -> int | None:
    adapter = adapter_of(question.courier)
    if adapter is None:
        return None
    try:
        return adapter.charge(question.parcel, origin=question.origin, destination=question.destination)
    except CourierUnavailable as error:
        logger.warning("%s did not say its price: %s", question.courier, error)
        cache.set(f"courier-rests:{question.courier}", 1, REST_SECONDS)
    except CourierRefuses as error:
        logger.info("%s: %s", question.courier, error)
    return None
