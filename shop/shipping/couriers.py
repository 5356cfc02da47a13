"""Who carries parcels: names, tracking links, and the seam for live rates and labels.

A courier without an adapter works from the rate tables; one with an adapter may answer with its own price and
print its own label. Adding one is a class here or beside, and a line in ``ADAPTERS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote as quote_url

from django.db import models
from django.utils.translation import gettext_lazy as _

from .rates import Parcel, Place, Quote


class Courier(models.TextChoices):
    """Kept with every consignment; decides the tracking link."""

    OWN = "own", _("Gian hàng tự giao")
    COLLECTION = "collection", _("Khách tự đến lấy")
    VNPOST = "vnpost", _("Bưu điện Việt Nam (VNPost)")
    EMS = "ems", _("EMS chuyển phát nhanh")
    GHN = "ghn", _("Giao Hàng Nhanh (GHN)")
    GHTK = "ghtk", _("Giao Hàng Tiết Kiệm (GHTK)")
    VIETTEL_POST = "viettel_post", _("Viettel Post")


_TRACKING_PAGES = {
    Courier.VNPOST: "https://vnpost.vn/tra-cuu-hanh-trinh/buu-pham?key={}",
    Courier.EMS: "https://ems.com.vn/tra-cuu/tra-cuu-buu-gui?code={}",
    Courier.GHN: "https://donhang.ghn.vn/?order_code={}",
    Courier.GHTK: "https://i.ghtk.vn/{}",
    Courier.VIETTEL_POST: "https://viettelpost.vn/thong-tin-don-hang?peopleTracking=sender&orderNumber={}",
}


def tracking_url(courier: str, number: str) -> str:
    """The carrier's own page for that parcel; empty if it has none or there is no number.

    >>> tracking_url("ghn", "GA 12/3")
    'https://donhang.ghn.vn/?order_code=GA%2012%2F3'
    >>> tracking_url("own", "1"), tracking_url("ghn", "")
    ('', '')
    """
    page = _TRACKING_PAGES.get(Courier(courier)) if courier in Courier.values else None
    return page.format(quote_url(number, safe="")) if page and number else ""


class CourierUnavailable(Exception):
    """The carrier did not answer as agreed; the tables decide instead."""


@dataclass(frozen=True)
class Label:
    """The carrier's own label: a PDF and the number on it."""

    tracking_number: str
    pdf: bytes


class Adapter(Protocol):
    """A carrier's interface for live prices and labels. Whole đồng; never called inside a transaction."""

    def quote(self, parcel: Parcel, *, origin: Place, destination: Place) -> Quote:
        """Its price now. Raises: CourierUnavailable."""

    def label(self, parcel: Parcel, *, consignment_code: str, sender: str, receiver: str) -> Label:
        """Registers the parcel; the same ``consignment_code`` gives the same label. Raises: CourierUnavailable."""


ADAPTERS: Mapping[str, Adapter] = {}
"""Couriers with a live interface, by code; the others are priced by table and labelled by our packing slip."""
