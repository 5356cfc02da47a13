"""The operator's queue of complaints."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from shop.complaints.models import Complaint, ComplaintKind, NoteKind
from shop.complaints.services import Subject, close_complaint, file_complaint
from tests.support.market import Market

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]


@pytest.fixture
def complaint(market: Market) -> Complaint:
    return file_complaint(
        sent_key=uuid.uuid4(),
        kind=ComplaintKind.GOODS,
        text="Củ thối một nửa, mua hôm qua.",
        subject=Subject(sheet=market.goods_a),
        email="ai@vidu.vn",
    )


def test_the_start_screen_counts_open_complaints_and_names_the_deadline(
    as_role: AsRole, complaint: Complaint
) -> None:
    page = as_role("operator").get("/quan-tri/").content.decode()
    assert "Khiếu nại chưa xong" in page
    assert "Hạn gần nhất" in page
    late = timezone.now() - dt.timedelta(days=9)
    Complaint.objects.filter(pk=complaint.pk).update(received_at=late, answer_due_at=late)
    assert "Quá hạn từ" in as_role("operator").get("/quan-tri/").content.decode()
    assert "Khiếu nại chưa xong" not in as_role("cooperative").get("/quan-tri/").content.decode()


def test_the_operator_answers_notes_and_closes(as_role: AsRole, complaint: Complaint, market: Market) -> None:
    client, here = as_role("operator"), f"/quan-tri/khieu-nai/{complaint.pk}/"
    assert "Củ thối một nửa" in client.get("/quan-tri/khieu-nai/").content.decode()
    assert "ai@vidu.vn" in client.get(here).content.decode()
    assert client.post(f"{here}tra-loi/", {"tra-loi-text": "Chợ đang hỏi."}).status_code == 302
    assert client.post(f"{here}ghi-chu/", {"ghi-chu-text": "Đã gọi."}).status_code == 302
    result = {"ket-qua-outcome": "upheld", "ket-qua-text": "Đã hoàn tiền."}
    assert client.post(f"{here}xong/", result).status_code == 302
    complaint.refresh_from_db()
    assert complaint.outcome == "upheld"
    notes = complaint.notes.values_list("kind", "text", "actor")
    operator = market.people["operator"]
    assert operator is not None
    assert list(notes) == [
        (NoteKind.ANSWER, "Chợ đang hỏi.", operator.pk),
        (NoteKind.INTERNAL, "Đã gọi.", operator.pk),
        (NoteKind.CLOSING, "Đã hoàn tiền.", operator.pk),
    ]
    page = client.get(here).content.decode()
    assert "Gửi trả lời" not in page
    assert "Củ thối" not in client.get("/quan-tri/khieu-nai/").content.decode()
    assert "Củ thối" in client.get("/quan-tri/khieu-nai/?tinh-trang=closed").content.decode()


@pytest.mark.parametrize(
    ("step", "fields", "words"),
    [
        ("tra-loi", {"tra-loi-text": " "}, "Bạn viết nội dung giúp nhé."),
        ("ghi-chu", {}, "Bạn viết nội dung giúp nhé."),
        ("xong", {"ket-qua-text": "Xong."}, "Bạn chọn kết quả nhé."),
    ],
)
def test_an_empty_form_is_shown_again_and_nothing_is_written(
    as_role: AsRole, complaint: Complaint, step: str, fields: dict[str, str], words: str
) -> None:
    response = as_role("operator").post(f"/quan-tri/khieu-nai/{complaint.pk}/{step}/", fields)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not complaint.notes.exists()


def test_what_is_closed_stays_closed(as_role: AsRole, complaint: Complaint) -> None:
    close_complaint(complaint=complaint, outcome="refused", text="Không đúng.", by=None)  # type: ignore[arg-type]
    client, here = as_role("operator"), f"/quan-tri/khieu-nai/{complaint.pk}/"
    for step, fields in (
        ("tra-loi", {"tra-loi-text": "Nữa."}),
        ("xong", {"ket-qua-outcome": "upheld", "ket-qua-text": "Nữa."}),
    ):
        response = client.post(f"{here}{step}/", fields, follow=True)
        assert "Phiếu này đã giải quyết xong" in response.content.decode()
    complaint.refresh_from_db()
    assert (complaint.outcome, complaint.notes.count()) == ("refused", 1)
