"""The buyer's way after hand-over: report goods with pictures, read the answer, go on to the market."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from oscar.apps.order.models import Order
from PIL import Image

from shop.complaints.appeals import decide
from shop.complaints.models import Complaint
from shop.orders.models import Consignment, GoodsReport, ReportPhoto
from shop.orders.return_rules import OTHERS_WITHIN, PERISHABLE_WITHIN
from shop.orders.services import Reply, answer_report, hand_over, pack
from shop.orders.statuses import Verdict
from shop.shopper.everything import everything_about
from tests.factories import make_product, make_user
from tests.support.orders import bring, place_order, transfer
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db


def send() -> Consignment:
    """Two bags of fresh taro and a jar that keeps, handed over just now."""
    taro = make_product(price=100_000, title="Khoai sọ")
    honey = make_product(
        price=50_000, title="Mật ong", ocop_set=6, processing="primary", cooperative=taro.cooperative
    )
    placed = place_order((taro, 2), (honey, 1))
    bring(transfer(placed.attempt.amount, placed.order.number))
    packed = pack(consignment=placed.order.consignments.get(), by=None)
    return hand_over(consignment=packed, by=None, carrier="Xe khách", tracking_number="")


@pytest.fixture(scope="module")
def standing_parcel(standing: Standing) -> Callable[[], Consignment]:
    return standing.keep(send)


@pytest.fixture
def parcel(standing_parcel: Callable[[], Consignment]) -> Consignment:
    return standing_parcel()


def home(parcel: Consignment) -> str:
    return f"/don-hang/{parcel.order.number}/{parcel.order.sheet.token}/"


def form_of(parcel: Consignment) -> str:
    return f"{home(parcel)}bao-hang/{parcel.code}/"


def photo(name: str = "anh.jpg", **exif: Any) -> SimpleUploadedFile:
    """A telephone lay on its side and noted where it was."""
    image, file = Image.new("RGB", (40, 20), "#26356f"), io.BytesIO()
    notes = image.getexif()
    notes[0x0112] = 6  # to be turned
    notes.get_ifd(0x8825)[2] = (21.3, 0.0, 0.0)
    image.save(file, "JPEG", exif=notes)
    return SimpleUploadedFile(name, file.getvalue(), "image/jpeg")


def filled(parcel: Consignment, taro: object = 1, **changes: Any) -> dict[str, Any]:
    line = parcel.lines.order_by("pk")[0]
    fields = {"khoa": uuid.uuid4(), "van_de": "spoiled", "ke": "Củ bị thối", "mong": "money"}
    return {**fields, f"mon-{line.pk}": taro, **changes}


def body(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_goods_are_reported_with_pictures_that_only_the_link_opens(
    client: Client, parcel: Consignment
) -> None:
    assert form_of(parcel) in body(client, home(parcel))
    page = body(client, form_of(parcel))
    assert "Khoai sọ (túi lưới 3 kg): bị mấy?" in page
    assert "Bạn nhận 2. Hàng tươi, báo trước" in page
    answer = client.post(form_of(parcel), filled(parcel, anh=[photo(), photo()]), follow=True)
    page = answer.content.decode()
    assert f"Đã gửi cho {parcel.cooperative.name}." in page
    report = GoodsReport.objects.get()
    assert [(row.quantity, row.line.title) for row in report.lines.all()] == [(1, "Khoai sọ")]
    first, second = report.photos.all()
    link = f"{home(parcel)}phieu/{report.pk}/anh/{first.pk}/"
    assert link in page
    answer = client.get(link)
    kept = Image.open(io.BytesIO(b"".join(answer.streaming_content)))
    assert (kept.size, dict(kept.getexif()), answer["Content-Type"]) == ((20, 40), {}, "image/jpeg")
    assert answer["Cache-Control"] == "private, no-store"
    other = place_order((make_product(), 1)).order
    for stranger in (
        link.replace(parcel.order.sheet.token, "x" * 43),
        link.replace(f"anh/{first.pk}", "anh/0"),
    ):
        assert client.get(stranger).status_code == 404
    foreign = f"/don-hang/{other.number}/{other.sheet.token}/phieu/{report.pk}/"
    for path in (foreign, f"{foreign}anh/{first.pk}/"):
        assert client.get(path).status_code == 404
    assert client.post(f"{foreign}nho-cho/").status_code == 404
    page = body(client, home(parcel))
    assert "Phiếu báo hàng</a>" not in page and "chờ trả lời" in page
    assert form_of(parcel) not in page  # one at a time
    assert second.photo


def test_a_form_sent_twice_is_one_report(client: Client, parcel: Consignment) -> None:
    sent = filled(parcel)
    pages = [client.post(form_of(parcel), sent, follow=True).content.decode() for _twice in range(2)]
    assert all(f"Đã gửi cho {parcel.cooperative.name}." in page for page in pages)
    assert GoodsReport.objects.count() == 1
    page = client.post(form_of(parcel), filled(parcel), follow=True).content.decode()
    assert "Kiện này đang có một phiếu chờ trả lời." in page
    assert GoodsReport.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"taro": 3}, "Kiện này chỉ có 2 để báo."),
        ({"taro": "x"}, "Ghi một số, ví dụ 1."),
        ({"taro": ""}, "Bạn ghi số của ít nhất một món."),
        ({"van_de": ""}, "Bạn chọn một ý nhé."),
        ({"mong": "gift"}, "Bạn chọn một cách trong danh sách nhé."),
        ({"ke": ""}, "Bạn kể giúp hàng bị làm sao nhé."),
        ({"van_de": "changed-mind"}, "Món này là hàng tươi, không nhận trả vì đổi ý."),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(
    changes: dict[str, Any], words: str, client: Client, parcel: Consignment
) -> None:
    page = client.post(form_of(parcel), filled(parcel, **changes))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not GoodsReport.objects.exists()


def test_bad_pictures_are_refused_and_nothing_is_kept(client: Client, parcel: Consignment) -> None:
    svg = SimpleUploadedFile("a.svg", b"<svg onload='alert(1)'/>", "image/svg+xml")
    for sent, words in (
        ([photo(), svg], "Tệp này không phải ảnh"),
        ([photo() for _ in range(6)], "Nhiều nhất 5 ảnh."),
    ):
        page = client.post(form_of(parcel), filled(parcel, anh=sent))
        assert (page.status_code, words in page.content.decode()) == (422, True)
        assert "Trình duyệt không giữ ảnh" in page.content.decode()
    assert not ReportPhoto.objects.exists()


def test_after_the_deadline_the_page_says_so_and_leads_to_the_market(
    client: Client, parcel: Consignment
) -> None:
    Consignment.objects.update(handed_over_at=timezone.now() - PERISHABLE_WITHIN)
    page = body(client, form_of(parcel))
    assert "Đã quá hạn báo các món này:" in page
    assert "Khoai sọ" in page
    assert "Mật ong (túi lưới 3 kg): bị mấy?" in page  # there is still time
    Consignment.objects.update(handed_over_at=timezone.now() - OTHERS_WITHIN)
    page = body(client, form_of(parcel))
    assert "bị mấy?" not in page
    assert "/khieu-nai/" in page
    assert client.post(form_of(parcel), filled(parcel)).status_code == 422
    assert not GoodsReport.objects.exists()


def test_a_parcel_that_has_not_left_is_not_reported(client: Client) -> None:
    parcel = place_order((make_product(), 1)).order.consignments.get()
    assert "bao-hang" not in body(client, home(parcel))
    page = client.get(form_of(parcel), follow=True).content.decode()
    assert "Kiện này chưa giao đi nên chưa báo được." in page


def test_a_no_can_be_taken_to_the_market_once(client: Client, parcel: Consignment) -> None:
    client.post(form_of(parcel), filled(parcel))
    report = GoodsReport.objects.get()
    here = f"{home(parcel)}phieu/{report.pk}/"
    assert "Nhờ chợ xem lại" not in body(client, here)
    page = client.post(f"{here}nho-cho/", {"vi_sao": ""}, follow=True).content.decode()
    assert "Gian hàng còn hạn trả lời, bạn chờ thêm nhé." in page
    answer_report(report_pk=report.pk, reply=Reply(Verdict.REFUSED, {}, text="Gói kỹ rồi"))
    page = body(client, here)
    assert "Gói kỹ rồi" in page and "Nhờ chợ xem lại" in page
    for _twice in range(2):
        page = client.post(f"{here}nho-cho/", {"vi_sao": "Ảnh rõ mà"}, follow=True).content.decode()
    complaint = Complaint.objects.get()
    assert (complaint.report, complaint.text, complaint.kind) == (report, "Ảnh rõ mà", "goods")
    assert complaint.phone == parcel.order.sheet.buyer_phone
    assert complaint.grouped_code in page
    assert "Nhờ chợ xem lại</h2>" not in page


def test_a_yes_in_part_can_be_taken_to_the_market_too(client: Client, parcel: Consignment) -> None:
    client.post(form_of(parcel), filled(parcel, 2))
    report = GoodsReport.objects.get()
    here = f"{home(parcel)}phieu/{report.pk}/"
    line = report.lines.get().line_id
    answer_report(report_pk=report.pk, reply=Reply(Verdict.MONEY, {line: 1}))
    page = body(client, here)
    assert "Gian hàng chỉ nhận một phần." in page and "Nhờ chợ xem lại</h2>" in page
    client.post(f"{here}nho-cho/", {"vi_sao": "Cả hai đều hỏng"})
    decide(report=report, reply=Reply(Verdict.MONEY, {line: 1}), by=None)
    assert Complaint.objects.get().outcome == "upheld"
    assert "Nhờ chợ xem lại</h2>" not in body(client, here)


def test_the_answer_and_the_money_stand_on_the_pages(client: Client, parcel: Consignment) -> None:
    client.post(form_of(parcel), filled(parcel, 2))
    report = GoodsReport.objects.get()
    answer_report(
        report_pk=report.pk, reply=Reply(Verdict.MONEY, {report.lines.get().line_id: 2}, goods_come_back=True)
    )
    page = body(client, f"{home(parcel)}phieu/{report.pk}/")
    assert "200.000\xa0₫" in page
    assert f"Bạn gửi hàng trả về {parcel.cooperative.name}" in page
    page = body(client, home(parcel))
    assert "Hoàn tiền 2, 200.000\xa0₫" in page
    assert "Đang hoàn 200.000\xa0₫" in page
    assert "Khoai sọ (túi" not in body(client, form_of(parcel))  # nothing left of it to report


def test_the_copy_of_ones_data_tells_what_was_reported(client: Client, parcel: Consignment) -> None:
    user = make_user()
    Order.objects.update(user=user)
    client.post(form_of(parcel), filled(parcel, anh=[photo()]))
    report = GoodsReport.objects.get()
    answer_report(report_pk=report.pk, reply=Reply(Verdict.REFUSED, text="Gói kỹ rồi"))
    (told,) = everything_about(user)["orders"][0]["consignments"][0]["reports"]
    assert (told["fault"], told["text"], told["photographs"]) == ("spoiled", "Củ bị thối", 1)
    assert told["goods"] == [{"title": "Khoai sọ", "quantity": 1}]
    assert told["answers"][0]["text"] == "Gói kỹ rồi"
