"""The desk's screens of packages and series, and the channel of a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from shop.audit.models import Entry
from shop.invoices import packages, services
from shop.invoices.models import Invoice, Package, PackageRow, SalesChannel, SeriesRegistration
from shop.orders.models import Consignment
from shop.sandbox.authority import Mood
from shop.sandbox.server import SandboxServer
from tests.factories import make_till
from tests.support.market import Market

AsRole = Callable[[str], Client]
pytestmark = pytest.mark.django_db
SERIES, PACKAGES = "/quan-tri/hoa-don/ky-hieu/", "/quan-tri/hoa-don/goi/"


def till_of(market: Market) -> SeriesRegistration:
    """A cash register at A's stall, where the order of A is fetched."""
    Consignment.objects.filter(code=market.invoice_a.source_reference).update(courier="collection")
    return make_till(market.a)


def row(market: Market, **changes: str) -> dict[str, str]:
    return {
        "seller": str(market.a.pk),
        "form": "1",
        "channel": "till",
        "letters": "tm",
        "is_coded": "yes",
        "till_code": "a1b2c",
        "accepted_on": timezone.localdate().isoformat(),
    } | changes


def test_a_series_is_written_down_once_and_stopped(market: Market, as_role: AsRole) -> None:
    clerk = as_role("invoice_staff")
    assert "Chưa ghi ký hiệu nào" in clerk.get(SERIES).content.decode()
    page = clerk.post(SERIES, row(market), follow=True).content.decode()
    assert f"1C{timezone.localdate():%y}MTM" in page
    assert "mã A1B2C" in page
    again = clerk.post(SERIES, row(market))
    assert again.status_code == 422
    assert "đã dùng cho mẫu số này" in again.content.decode()
    registration = SeriesRegistration.objects.get()
    page = clerk.post(f"{SERIES}{registration.pk}/ngung/", follow=True).content.decode()
    assert "không dùng nữa" in page
    told = Entry.objects.filter(verb__startswith="series-").order_by("pk")
    assert [entry.verb for entry in told] == ["series-registered", "series-stopped"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"letters": "T1"}, "hai chữ in hoa"),
        ({"till_code": "A1"}, "5 chữ hoặc số"),
        ({"channel": "web"}, "Chỉ hóa đơn máy tính tiền có mã này"),
        ({"is_coded": "no"}, "luôn có mã"),
        ({"accepted_on": "2999-01-01"}, "chưa tới"),
    ],
)
def test_a_wrong_row_is_told_at_its_field(
    market: Market, as_role: AsRole, changes: dict[str, str], word: str
) -> None:
    response = as_role("invoice_staff").post(SERIES, row(market, **changes))
    assert response.status_code == 422
    assert word in response.content.decode()
    assert not SeriesRegistration.objects.exists()


def test_a_sale_at_the_stall_is_issued_from_its_till_and_told_at_once(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    clerk, here = as_role("invoice_staff"), f"/quan-tri/hoa-don/{market.invoice_a.pk}/"
    offer = "Lập từ máy tính tiền của gian"
    assert offer not in clerk.get(here).content.decode()
    assert "không lập từ máy tính tiền được" in clerk.post(f"{here}kenh/", follow=True).content.decode()
    till_of(market)
    assert offer in clerk.get(here).content.decode()
    page = clerk.post(f"{here}kenh/", follow=True).content.decode()
    assert "Lập như hàng bán trên chợ" in page
    assert "khởi tạo từ máy tính tiền" in page
    page = clerk.post(f"{here}lap/", follow=True).content.decode()
    code = f"M1-{timezone.localdate():%y}-A1B2C-00000000001"
    assert code in page
    package = Package.objects.get()
    packages.transmit(package.pk, now=timezone.now() + dt.timedelta(minutes=5))
    assert "Cơ quan thuế đã nhận" in clerk.get(here).content.decode()
    listed = clerk.get(PACKAGES).content.decode()
    assert "Cơ quan thuế đã nhận" in listed
    assert clerk.get(f"{PACKAGES}{package.pk}/xml/").content == packages.message_of(package)
    assert "giữ kênh bán của nó" in clerk.post(f"{here}kenh/", follow=True).content.decode()
    sheet = Client().get(f"/hoa-don/?ma={market.invoice_a.lookup_code}").content.decode()
    for text in (code, "Khởi tạo từ máy tính tiền", "Cơ quan thuế đã nhận", "không cần chữ ký số"):
        assert text in sheet


def test_what_was_refused_in_a_package_is_named_and_sent_again(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    clerk, here = as_role("invoice_staff"), f"/quan-tri/hoa-don/{market.invoice_a.pk}/"
    till_of(market)
    services.change_channel(invoice=market.invoice_a, channel=SalesChannel.TILL)
    tax = authority.mounts["tax"].authority
    tax.set_mood(Mood.REJECT)
    clerk.post(f"{here}lap/")
    packages.transmit(Package.objects.get().pk, now=timezone.now() + dt.timedelta(minutes=5))
    assert "đang từ chối mọi hóa đơn" in clerk.get(PACKAGES).content.decode()
    assert Client().get(f"/hoa-don/{market.invoice_a.lookup_code}/pdf/").status_code == 404
    tax.set_mood(Mood.NORMAL)
    clerk.post(f"{here}gui-lai/")
    packages.transmit(Package.objects.latest("pk").pk, now=timezone.now() + dt.timedelta(minutes=5))
    assert Invoice.objects.get(pk=market.invoice_a.pk).status == "accepted"
    assert PackageRow.objects.filter(invoice=market.invoice_a).count() == 2
