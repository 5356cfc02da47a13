"""The operator shows reviews or says why not; a cooperative answers those of its own goods and sees no others."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from shop.orders.models import Consignment
from shop.reviews.models import Review, ReviewAnswer, ReviewState
from shop.reviews.services import decide, write_review
from tests.support.market import Market

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]


def review_of(parcel: Consignment, text: str, *, shown: bool) -> Review:
    Consignment.objects.filter(pk=parcel.pk).update(status="handed-over")
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "JPEG")
    review = write_review(
        line=parcel.lines.get(), points=1, text=text, language="vi", photos=[file.getvalue()]
    )
    return decide(review=review, state=ReviewState.SHOWN, reason=None, by=None) if shown else review


def address(review: Review, step: str = "") -> str:
    return f"/quan-tri/nhan-xet/{review.pk}/{step}"


def test_the_operator_reads_and_shows_or_says_a_published_reason(as_role: AsRole, market: Market) -> None:
    review = review_of(market.order.consignments.get(), "Củ nhỏ quá, không đáng tiền.", shown=False)
    operator = as_role("operator")
    assert "Nhận xét chờ duyệt" in operator.get("/quan-tri/").content.decode()
    assert "Củ nhỏ quá" in operator.get("/quan-tri/nhan-xet/").content.decode()
    page = operator.get(address(review)).content.decode()
    assert "Chê hay cho ít điểm không phải là lý do." in page
    photo = review.photos.get()
    answer = operator.get(address(review, f"anh/{photo.pk}/"))
    assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"
    for sent in ({}, {"reason": "few-points"}):
        assert operator.post(address(review, "duyet/"), sent).status_code == 422
    assert Review.objects.get().state == ReviewState.WAITING
    operator.post(address(review, "duyet/"), {"reason": ""})
    assert Review.objects.get().state == ReviewState.SHOWN
    operator.post(address(review, "duyet/"), {"reason": "insult"})
    fresh = Review.objects.get()
    assert (fresh.state, fresh.reason) == (ReviewState.REFUSED, "insult")
    assert [one.state for one in fresh.decisions.all()] == [ReviewState.SHOWN, ReviewState.REFUSED]
    assert fresh.decisions.last().actor == market.people["operator"]
    assert "Xúc phạm" in operator.get(address(review)).content.decode()
    assert operator.post(address(review, "tra-loi/"), {"text": "Chợ trả lời thay."}).status_code == 404


def test_a_cooperative_answers_only_its_own_and_sees_no_others(as_role: AsRole, market: Market) -> None:
    own = review_of(market.order.consignments.get(), "Ngon lắm bà con ơi.", shown=True)
    waiting = review_of(market.own, "Chưa ai duyệt lời này.", shown=False)
    foreign = review_of(market.foreign, "Nhận xét hàng của gian B.", shown=True)
    stall = as_role("cooperative")
    page = stall.get("/quan-tri/nhan-xet/").content.decode()
    assert "Ngon lắm" in page and "Chưa ai duyệt" not in page and "gian B" not in page
    for other in (waiting, foreign):
        assert stall.get(address(other)).status_code == 404
        assert stall.get(address(other, f"anh/{other.photos.get().pk}/")).status_code == 404
        assert stall.post(address(other, "tra-loi/"), {"text": "Cảm ơn bạn."}).status_code == 404
    assert stall.get(address(own, f"anh/{foreign.photos.get().pk}/")).status_code == 404
    assert stall.post(address(own, "duyet/"), {"reason": "insult"}).status_code == 404
    assert stall.post(address(own, "tra-loi/"), {"text": " "}).status_code == 422
    for _twice in range(2):
        stall.post(address(own, "tra-loi/"), {"text": "Cảm ơn bạn."})
    assert ReviewAnswer.objects.get().text == "Cảm ơn bạn."
    assert ReviewAnswer.objects.get().review == own
    assert "Ngon lắm" not in stall.get("/quan-tri/nhan-xet/").content.decode()
    assert "Ngon lắm" in stall.get("/quan-tri/nhan-xet/?tinh-trang=").content.decode()


def test_the_list_asks_the_same_questions_however_many_there_are(as_role: AsRole, market: Market) -> None:
    operator = as_role("operator")
    counts = []
    for parcel in (market.order.consignments.get(), market.own, market.shared):
        review_of(parcel, "Ngon lắm bà con ơi.", shown=False)
        operator.get("/quan-tri/nhan-xet/")
        with CaptureQueriesContext(connection) as captured:
            operator.get("/quan-tri/nhan-xet/")
        counts.append(len(captured))
    assert len(set(counts)) == 1
