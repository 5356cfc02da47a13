"""Who carries parcels: names and tracking links. Prices and labels of a courier's own: ``live.py``."""

from __future__ import annotations

from urllib.parse import quote as quote_url

from django.db import models
from django.utils.translation import gettext_lazy as _


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
