"""Reviews: only of goods that came, once a line, looked at before they show, never hidden for being bad."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oscar.apps.order.models import Order
from PIL import Image

from catalog.models import ProductSheet
from shop.management.rounds import whole_round
from shop.messages.models import Letter
from shop.orders.models import Consignment, ConsignmentLine
from shop.orders.services import hand_over, pack
from shop.reviews import services
from shop.reviews.models import RefusalReason, Review, ReviewPhoto, ReviewSilence, ReviewState
from shop.reviews.names import short_name
from shop.reviews.selectors import PER_PAGE
from shop.shopper.everything import everything_about
from shop.shopper.services import delete_account
from tests.factories import PASSWORD, make_product, make_user
from tests.support.orders import bring, place_order, transfer
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db

GOOD = "Khoai dẻo, thơm, đúng như giới thiệu."


def handed_over(*goods: tuple[ProductSheet, int], **changes: Any) -> Consignment:
    placed = place_order(*goods, **changes)
    bring(transfer(placed.attempt.amount, placed.order.number))
    for parcel in placed.order.consignments.all():
        hand_over(consignment=pack(consignment=parcel, by=None), by=None, carrier="Xe", tracking_number="")
    return placed.order.consignments.order_by("pk")[0]


def make_taro() -> ProductSheet:
    return make_product(price=100_000, title="Khoai sọ", stock=100)


@pytest.fixture(scope="module")
def standing_taro(standing: Standing) -> Callable[[], ProductSheet]:
    return standing.keep(make_taro)


@pytest.fixture
def taro(standing_taro: Callable[[], ProductSheet]) -> ProductSheet:
    return standing_taro()


@pytest.fixture(scope="module")
def standing_line(
    standing: Standing, standing_taro: Callable[[], ProductSheet]
) -> Callable[[], ConsignmentLine]:
    def hand_one_over() -> ConsignmentLine:
        return handed_over((standing_taro(), 1)).lines.get()

    return standing.keep(hand_one_over)


@pytest.fixture
def line(standing_line: Callable[[], ConsignmentLine]) -> ConsignmentLine:
    return standing_line()


def home(line: ConsignmentLine) -> str:
    order = line.consignment.order
    return f"/don-hang/{order.number}/{order.sheet.token}/"


def form_of(line: ConsignmentLine) -> str:
    return f"{home(line)}nhan-xet/{line.pk}/"


def path_of(sheet: ProductSheet) -> str:
    return f"/san-pham/{sheet.product.slug}_{sheet.product_id}/"


def review_of(line: ConsignmentLine, *, points: int = 5, text: str = GOOD, shown: bool = True) -> Review:
    review = services.write_review(line=line, points=points, text=text, language="vi")
    return services.decide(review=review, state=ReviewState.SHOWN, reason=None, by=None) if shown else review


def body(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def product_node(page: str) -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    return next(node for node in json.loads(text)["@graph"] if node["@type"] == "Product")


def photo(**exif: Any) -> SimpleUploadedFile:
    """A telephone lay on its side and noted where it was."""
    image, file = Image.new("RGB", (800, 400), "#26356f"), io.BytesIO()
    notes = image.getexif()
    notes[0x0112] = 6  # to be turned
    notes.get_ifd(0x8825)[2] = (21.3, 0.0, 0.0)
    image.save(file, "JPEG", exif=notes)
    return SimpleUploadedFile("anh.jpg", file.getvalue(), "image/jpeg")


def test_a_guest_reviews_from_the_order_page_and_it_shows_only_after_the_market_has_looked(
    client: Client, taro: ProductSheet, line: ConsignmentLine
) -> None:
    assert form_of(line) in body(client, home(line))
    assert "không phải sao OCOP" not in body(client, path_of(taro))
    answer = client.post(form_of(line), {"diem": "2", "loi": "Củ nhỏ quá,\nnấu mãi mới mềm."}, follow=True)
    page = answer.content.decode()
    assert "Chợ xem qua rồi cho hiện" in page and "Chợ đang đọc, chưa hiện." in page
    assert answer["Cache-Control"] == "private, no-store"
    public = body(client, path_of(taro))
    assert "Củ nhỏ quá" not in public and "aggregateRating" not in public and "Chưa có nhận xét nào" in public
    review = Review.objects.get()
    services.decide(review=review, state=ReviewState.SHOWN, reason=None, by=None)
    public = body(client, path_of(taro))
    for words in ("2/5 điểm", "Nguyễn M.", "Đã mua", "Củ nhỏ quá,<br>", "1 nhận xét", "không phải sao OCOP"):
        assert words in public
    assert "Nguyễn Thị Mẫu" not in public
    assert product_node(public)["aggregateRating"] == {
        "@type": "AggregateRating",
        "ratingValue": "2.0",
        "reviewCount": 1,
        "bestRating": 5,
        "worstRating": 1,
    }
    assert "Nhận xét của bạn: Khoai sọ, 2/5 điểm" in body(client, home(line))
    section = public[public.index('id="nhan-xet"') :]
    assert "stars" not in section.split("</section>")[0]  # drawn stars are the state's


def test_only_goods_that_came_are_reviewed_and_each_line_once(client: Client, taro: ProductSheet) -> None:
    placed = place_order((taro, 1))
    bring(transfer(placed.attempt.amount, placed.order.number))
    parcel = placed.order.consignments.get()
    line = parcel.lines.get()
    assert form_of(line) not in body(client, home(line))
    assert (
        "chưa nhận xét được"
        in client.post(form_of(line), {"diem": "5", "loi": GOOD}, follow=True).content.decode()
    )
    with pytest.raises(services.NotYours):
        services.write_review(line=line, points=5, text=GOOD, language="vi")
    hand_over(consignment=pack(consignment=parcel, by=None), by=None, carrier="Xe", tracking_number="")
    for _twice in range(2):
        client.post(form_of(line), {"diem": "5", "loi": GOOD})
    with pytest.raises(services.AlreadyReviewed):
        services.write_review(line=line, points=1, text=GOOD, language="vi")
    assert Review.objects.get().points == 5
    Consignment.objects.filter(pk=parcel.pk).update(status="returned")  # refused at the door
    Review.objects.all().delete()
    with pytest.raises(services.NotYours):
        services.write_review(line=line, points=5, text=GOOD, language="vi")


def test_another_orders_link_opens_no_line(client: Client, line: ConsignmentLine) -> None:
    other = place_order((make_product(), 1)).order
    for path in (
        f"/don-hang/{other.number}/{other.sheet.token}/nhan-xet/{line.pk}/",
        f"/don-hang/{line.consignment.order.number}/{'x' * 43}/nhan-xet/{line.pk}/",
        f"{home(line)}nhan-xet/{2**64}/",
    ):
        assert client.get(path).status_code == 404
        assert client.post(path, {"diem": "5", "loi": GOOD}).status_code == 404
        assert client.post(f"{path}xoa/").status_code == 404
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"diem": "0"}, "Bạn chọn từ 1 đến 5 điểm nhé."),
        ({"diem": "6"}, "Bạn chọn từ 1 đến 5 điểm nhé."),
        ({"diem": ""}, "Bạn chọn số điểm nhé."),
        ({"loi": "Ngon"}, "Bạn viết rõ thêm một chút nhé."),
        ({"loi": "x" * 2001}, "Dài quá: nhiều nhất 2000 chữ cái."),
        ({"anh": [SimpleUploadedFile("a.jpg", b"GIF89a")]}, "Tệp này không phải ảnh"),
    ],
)
def test_a_bad_form_says_where_and_writes_nothing(
    client: Client, line: ConsignmentLine, changes: dict[str, Any], words: str
) -> None:
    answer = client.post(form_of(line), {"diem": "5", "loi": GOOD} | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Review.objects.exists()


def test_pictures_are_turned_shrunk_and_nameless_and_open_only_while_the_review_shows(
    client: Client, line: ConsignmentLine, django_capture_on_commit_callbacks: Any
) -> None:
    four = {"diem": "4", "loi": GOOD, "anh": [photo() for _ in range(4)]}
    assert "Nhiều nhất 3 ảnh" in client.post(form_of(line), four).content.decode()
    client.post(form_of(line), {"diem": "4", "loi": GOOD, "anh": [photo(), photo()]})
    review = Review.objects.get()
    row = review.photos.all()[0]
    links = [f"/nhan-xet/{review.pk}/anh/{row.pk}/{size}/" for size in ("nho", "lon")]
    assert [client.get(link).status_code for link in links] == [404, 404]
    services.decide(review=review, state=ReviewState.SHOWN, reason=None, by=None)
    sizes = []
    for link in links:
        answer = client.get(link)
        kept = Image.open(io.BytesIO(b"".join(answer.streaming_content)))
        assert (dict(kept.getexif()), answer["Content-Type"]) == ({}, "image/jpeg")
        assert answer["Cache-Control"] == "public, max-age=600" and not answer.cookies
        sizes.append(kept.size)
    assert sizes == [(160, 320), (400, 800)]
    assert client.get(links[0].replace("nho", "to")).status_code == 404
    assert links[0] in body(client, path_of(review.sheet))
    files = [Path(file.path) for one in review.photos.all() for file in (one.photo, one.small)]
    assert all(file.exists() for file in files)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{form_of(line)}xoa/")
    assert (Review.objects.count(), ReviewPhoto.objects.count()) == (0, 0)
    assert not any(file.exists() for file in files)
    assert client.get(links[0]).status_code == 404


def test_a_review_is_refused_only_for_a_published_reason_which_its_buyer_is_told(
    client: Client, line: ConsignmentLine
) -> None:
    review = review_of(line, points=1, shown=False)
    rules = body(client, "/nhan-xet/")
    for reason in RefusalReason:
        assert str(reason.label) in rules
    assert "cho ít điểm không phải là lý do để ẩn" in rules
    for state, reason in ((ReviewState.REFUSED, None), (ReviewState.SHOWN, RefusalReason.INSULT)):
        with pytest.raises(ValueError, match=state):
            services.decide(review=review, state=state, reason=reason, by=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(state=ReviewState.REFUSED)
    services.decide(review=review, state=ReviewState.REFUSED, reason=RefusalReason.ADVERT, by=None)
    with pytest.raises(services.AlreadyDecided):
        services.decide(review=review, state=ReviewState.REFUSED, reason=RefusalReason.ADVERT, by=None)
    letter = Letter.objects.get(kind="review_refused")
    assert "Quảng cáo, có liên kết hoặc mời mua chỗ khác" in letter.body
    assert letter.recipient == "khach@demo.example"
    assert "Không hiện, vì: Quảng cáo" in body(client, form_of(line))
    assert GOOD not in body(client, path_of(review.sheet))


def test_what_was_said_decided_and_answered_is_never_changed(line: ConsignmentLine) -> None:
    review = review_of(line)
    services.answer(review=review, text="Cảm ơn bạn.", by=None)
    for rows, change in (
        (Review.objects.all(), {"text": "Khác"}),
        (Review.objects.all(), {"points": 1}),
        (review.decisions.all(), {"state": ReviewState.REFUSED}),
        (type(review.answer).objects.all(), {"text": "Khác"}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)


def test_the_stall_answers_once_and_only_what_shows(client: Client, line: ConsignmentLine) -> None:
    review = review_of(line, shown=False)
    with pytest.raises(services.NotShown):
        services.answer(review=review, text="Cảm ơn bạn.", by=None)
    services.decide(review=review, state=ReviewState.SHOWN, reason=None, by=None)
    services.answer(review=review, text="Cảm ơn bạn.", by=None)
    with pytest.raises(services.AlreadyAnswered):
        services.answer(review=review, text="Lần nữa.", by=None)
    page = body(client, path_of(review.sheet))
    assert f"{review.sheet.cooperative.name} trả lời" in page and "Cảm ơn bạn." in page


def test_pages_of_reviews_go_on_by_key_and_ask_the_same_questions_however_many_there_are(
    client: Client, taro: ProductSheet
) -> None:
    counts = []
    for round_ in range(2):
        for number in range(1 if round_ == 0 else PER_PAGE + 1):
            line = handed_over((taro, 1)).lines.get()
            services.answer(
                review=review_of(line, points=4, text=f"Nhận xét số {round_}{number:02d}."),
                text="Vâng.",
                by=None,
            )
        seen = []
        for path in (path_of(taro), f"{path_of(taro)}nhan-xet/"):
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            seen.append(len(captured))
        counts.append(seen)
    assert counts[0] == counts[1]
    page = body(client, path_of(taro))
    assert "4/5 điểm" in page and "12 nhận xét" in page
    assert re.findall(r"Nhận xét số (\d+)\.", page) == [f"1{n:02d}" for n in range(10, 0, -1)]
    (more,) = re.findall(r'href="([^"]*nhan-xet/\?truoc=\d+)"', page)
    assert re.findall(r"Nhận xét số (\d+)\.", body(client, more)) == ["100", "000"]
    assert client.get(f"{path_of(taro)}nhan-xet/?truoc=x").status_code == 200
    assert client.get(f"/san-pham/khac_{taro.product_id}/nhan-xet/").status_code == 301
    assert client.get(f"/san-pham/khac_{2**64}/nhan-xet/").status_code == 404


def test_the_average_is_told_in_one_decimal_of_the_readers_language(
    client: Client, taro: ProductSheet
) -> None:
    for points in (5, 4, 4):
        review_of(handed_over((taro, 1)).lines.get(), points=points)
    review_of(handed_over((taro, 1)).lines.get(), points=1, text="Chưa ai đọc lời này.", shown=False)
    assert "Chưa ai đọc" not in body(client, path_of(taro))
    assert "4,3/5 điểm" in body(client, path_of(taro))
    assert "4.3/5 points" in body(client, f"/en{path_of(taro)}")
    assert product_node(body(client, path_of(taro)))["aggregateRating"]["ratingValue"] == "4.3"


@pytest.mark.parametrize(
    ("name", "short"),
    [("Nguyễn Thị Trang", "Nguyễn T."), (" lò  văn pâng", "Lò P."), ("Lan", "L."), ("", "")],
)
def test_names_are_short_in_public(name: str, short: str) -> None:
    assert short_name(name) == short


# --- The account ------------------------------------------------------------------------------------


def test_the_account_lists_goods_that_came_and_takes_its_reviews_along_when_it_goes(
    client: Client, taro: ProductSheet, django_capture_on_commit_callbacks: Any
) -> None:
    user = make_user()
    lines = [handed_over((taro, 1)).lines.get() for _ in range(2)]
    client.force_login(user, backend="shop.accounts.backends.EmailOrPhoneBackend")
    assert "Chưa có món nào giao tới bạn" in body(client, "/tai-khoan/nhan-xet/")
    for line in lines:
        Order.objects.filter(pk=line.consignment.order_id).update(user=user)
    guest = review_of(handed_over((taro, 1)).lines.get(), text="Của người khác, vẫn còn đây.")
    client.post(form_of(lines[0]), {"diem": "3", "loi": GOOD, "anh": [photo()]})
    with CaptureQueriesContext(connection) as captured:
        page = body(client, "/tai-khoan/nhan-xet/")
    assert len(captured) == 4  # session, person, lines, reductions
    assert "3/5 điểm · Chờ duyệt" in page and "Bạn chưa nhận xét." in page
    assert form_of(lines[1]) in page
    (told,) = everything_about(user)["reviews"]
    assert (told["title"], told["points"], told["text"], told["photographs"]) == ("Khoai sọ", 3, GOOD, 1)
    file = Path(ReviewPhoto.objects.get().photo.path)
    with django_capture_on_commit_callbacks(execute=True):
        delete_account(user, password=PASSWORD)
    assert list(Review.objects.all()) == [guest]
    assert not file.exists()


# --- The letter -------------------------------------------------------------------------------------


def asked(days: float) -> int:
    return whole_round(timezone.now() + dt.timedelta(days=days))["questions to buyers"]


def test_a_buyer_is_asked_once_some_days_after_the_last_parcel(client: Client, taro: ProductSheet) -> None:
    parcel = handed_over((taro, 1), (make_product(title="Mật ong"), 1))
    assert asked(4.9) == 0
    assert asked(5.1) == 1
    assert asked(6) == 0
    letter = Letter.objects.get(kind="review_asked")
    assert letter.key == f"review-asked:{parcel.order.number}"
    assert "Khoai sọ" in letter.body and "Mật ong" in letter.body
    assert home(parcel.lines.get()) in letter.body
    handed_over((taro, 1))
    (link,) = re.findall(r"http://[^/]+(/nhan-xet/thoi-thu/\S+/)", letter.body)
    assert "Thôi nhận thư" in body(client, link) and not ReviewSilence.objects.exists()
    assert "không gửi thư hỏi nhận xét cho bạn nữa" in client.post(link).content.decode()
    assert "khach@" not in ReviewSilence.objects.get().address_key
    assert asked(5.1) == 0
    assert client.get(link[:-3] + "x/").status_code == 404


def test_nobody_is_asked_who_is_not_to_be(settings: Any, taro: ProductSheet) -> None:
    both = handed_over((taro, 1), (make_product(), 1))
    Consignment.objects.filter(order=both.order).exclude(pk=both.pk).update(status="to-pack")
    assert asked(6) == 0  # one parcel is not sent yet
    Consignment.objects.filter(order=both.order).exclude(pk=both.pk).update(status="cancelled")
    review_of(both.lines.get())
    assert asked(6) == 0  # has said it already
    handed_over((taro, 1))
    assert asked(40) == 0  # long ago
    settings.REVIEW_MAIL_DAYS = 0
    assert asked(6) == 0
    settings.REVIEW_MAIL_DAYS = 5
    assert asked(6) == 1
