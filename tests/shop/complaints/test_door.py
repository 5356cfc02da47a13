"""The complaints door: anybody reports, gets a ticket with the times that were published, and looks it up."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from catalog.lot_codes import grouped, read_code
from shop.complaints import limits, services
from shop.complaints.models import Complaint, ComplaintKind, ComplaintNote, ComplaintState, Outcome
from shop.complaints.promises import PROMISES
from shop.messages.models import Letter
from shop.messages.services import send_due
from tests.factories import make_certificate, make_lot, make_product, make_user

pytestmark = pytest.mark.django_db

STORY = "Nhãn ghi 4 sao mà giấy chỉ 3 sao, mua ở chợ huyện ngày 20/11."


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


def sent(client: Client, **fields: str) -> Any:
    return client.post("/khieu-nai/", {"loai": "claim", "noi_dung": STORY} | fields)


def make_complaint(**fields: Any) -> Complaint:
    defaults: dict[str, Any] = {
        "sent_key": uuid.uuid4(),
        "kind": ComplaintKind.CLAIM,
        "text": STORY,
        "subject": services.Subject(),
    }
    return services.file_complaint(**(defaults | fields))


# --- Sending -----------------------------------------------------------------------------------


def test_a_report_gives_a_ticket_and_opens_its_page(client: Client) -> None:
    response = sent(client)
    complaint = Complaint.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/khieu-nai/tra-cuu/?ma={complaint.code}"
    assert read_code(complaint.code) == complaint.code
    page = text_of(client.get(response["Location"]))
    for words in (f"Phiếu {grouped(complaint.code)}", "Chờ trả lời", STORY, "Sao OCOP hoặc giấy tờ ghi sai"):
        assert words in page
    assert not response.cookies
    assert not client.get("/khieu-nai/").cookies


@pytest.mark.parametrize("kind", ComplaintKind.values)
def test_the_times_published_are_the_times_of_the_ticket(client: Client, kind: str) -> None:
    promise = PROMISES[kind]
    times = f"Trả lời trong {promise.answer_days} ngày, giải quyết xong trong {promise.solution_days} ngày"
    row = f"{ComplaintKind(kind).label} {times}"
    assert row in text_of(client.get("/khieu-nai/"))
    sent(client, loai=kind)
    complaint = Complaint.objects.get()
    assert complaint.answer_due_at - complaint.received_at == dt.timedelta(days=promise.answer_days)
    assert complaint.solution_due_at - complaint.received_at == dt.timedelta(days=promise.solution_days)


def test_every_kind_has_its_times() -> None:
    assert set(PROMISES) == set(ComplaintKind.values)
    assert all(0 < promise.answer_days <= promise.solution_days for promise in PROMISES.values())


def test_a_link_says_what_the_report_is_about(client: Client) -> None:
    sheet = make_product(title="Khoai sọ Tà Xùa")
    paper, lot = make_certificate(sheet, number="OCOP-7/2026"), make_lot(sheet)
    links = {
        f"?giay={paper.pk}": ("Giấy chứng nhận OCOP-7/2026, Khoai sọ Tà Xùa", "claim"),
        f"?lo={lot.code.lower()}": (f"Lô {grouped(lot.code)}, Khoai sọ Tà Xùa", "lot"),
        f"?mon={sheet.product_id}": ("Khoai sọ Tà Xùa", "goods"),
    }
    for query, (about, kind) in links.items():
        response = client.get(f"/khieu-nai/{query}")
        assert f"Bạn báo về: {about}" in text_of(response)
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode()))
        checked = re.search(r'name="loai" value="(\w+)"[^>]*checked', response.content.decode())
        assert checked and checked[1] == kind
        sent(client, **hidden)
        complaint = Complaint.objects.get(sent_key=hidden["khoa"])
        assert complaint.about == about
    subjects = Complaint.objects.order_by("pk").values_list("certificate", "lot", "sheet")
    assert list(subjects) == [(paper.pk, None, None), (None, lot.pk, None), (None, None, sheet.pk)]


def test_a_link_to_what_is_not_public_says_nothing_about_it(client: Client) -> None:
    claim = make_certificate(make_product(title="Món kín"), verified=False)
    for query in (f"?giay={claim.pk}", "?giay=x", f"?giay={10**30}", "?lo=SAI", "?mon=-1", f"?mon={2**63}"):
        response = client.get(f"/khieu-nai/{query}")
        assert response.status_code == 200
        assert "Bạn báo về:" not in text_of(response)
    assert sent(client, giay=str(claim.pk)).status_code == 302
    assert Complaint.objects.get().certificate is None


def test_the_same_form_twice_is_one_ticket(client: Client) -> None:
    key = str(uuid.uuid4())
    first, second = sent(client, khoa=key, thu="a@vidu.vn"), sent(client, khoa=key, thu="a@vidu.vn")
    assert first["Location"] == second["Location"]
    assert Complaint.objects.count() == Letter.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"loai": ""}, "Bạn chọn một việc nhé."),
        ({"loai": "bomb"}, "Bạn chọn một việc trong danh sách nhé."),
        ({"noi_dung": ""}, "Bạn kể giúp chuyện thế nào nhé."),
        ({"noi_dung": "hỏng"}, "ít nhất một câu"),
        ({"noi_dung": "x" * 4001}, "nhiều nhất 4000"),
        ({"noi_dung": "Chuyện có ký tự \x00 lạ"}, "Bạn xem lại giúp"),
        ({"thu": "khong-phai-thu"}, "Địa chỉ thư chưa đúng"),
        ({"dien_thoai": "12"}, "Số điện thoại chưa đúng"),
        ({"lo": "7Q2MK-0T9XA-Z"}, "Mã lô này không đúng"),
        ({"lo": "7Q2MK-0T9XA-H"}, "Chợ không có lô nào mang mã này"),
    ],
)
def test_a_bad_form_is_shown_again_and_nothing_is_kept(
    client: Client, fields: dict[str, str], words: str
) -> None:
    response = sent(client, **fields)
    assert response.status_code == 422
    assert words in text_of(response)
    assert not Complaint.objects.exists()


def test_another_site_cannot_send_for_a_visitor(client: Client) -> None:
    response = client.post(
        "/khieu-nai/", {"loai": "claim", "noi_dung": STORY}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status_code == 403
    assert not Complaint.objects.exists()


def test_a_flood_from_one_network_is_stopped_and_others_still_get_through(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_NETWORK", 2)
    statuses = [sent(client).status_code for _turn in range(3)]
    assert statuses == [302, 302, 429]
    elsewhere = client.post("/khieu-nai/", {"loai": "lot", "noi_dung": STORY}, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 302
    assert Complaint.objects.count() == 3


def test_behind_our_proxy_the_network_is_the_one_the_proxy_saw(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(limits, "PER_NETWORK", 1)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    forged = [f"10.0.0.{turn}, 203.0.113.7" for turn in range(2)]
    statuses = [
        client.post(
            "/khieu-nai/", {"loai": "lot", "noi_dung": STORY}, headers={"X-Forwarded-For": line}
        ).status_code
        for line in forged
    ]
    assert statuses == [302, 429]


# --- The ticket --------------------------------------------------------------------------------


def test_the_ticket_shows_answers_and_result_but_neither_contact_nor_inner_notes(client: Client) -> None:
    complaint = make_complaint(phone="0912345678", email="ai@vidu.vn")
    by = make_user()
    services.note_complaint(complaint=complaint, text="Gọi hỏi hợp tác xã.", by=by)
    services.answer_complaint(complaint=complaint, text="Chợ đang kiểm giấy.", by=by)
    services.close_complaint(complaint=complaint, outcome=Outcome.UPHELD, text="Đã cất sao.", by=by)
    page = text_of(client.get("/khieu-nai/tra-cuu/", {"ma": complaint.grouped_code.lower()}))
    for words in ("Chợ đang kiểm giấy.", "Đã cất sao.", "Đã giải quyết : Đúng, đã xử lý."):
        assert words in page
    for hidden in ("Gọi hỏi", "0912345678", "ai@vidu.vn", by.email):
        assert hidden not in page


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ("", 200, "Bạn nhập số phiếu giúp nhé."),
        ("7Q2MK0T9XAH", 404, "Chưa thấy phiếu nào có số này"),
        ("sai bét", 404, "Chưa thấy phiếu nào có số này"),
    ],
)
def test_a_number_that_was_never_given_out_opens_nothing(
    client: Client, typed: str, status: int, words: str
) -> None:
    make_complaint()
    response = client.get("/khieu-nai/tra-cuu/", {"ma": typed})
    assert response.status_code == status
    assert words in text_of(response)
    assert STORY not in text_of(response)
    assert response["Cache-Control"] == "private, no-store"


# --- What the market does ----------------------------------------------------------------------


def test_states_follow_from_answer_and_result() -> None:
    complaint, by = make_complaint(), make_user()
    assert complaint.state == ComplaintState.RECEIVED
    assert complaint.next_due_at == complaint.answer_due_at
    services.answer_complaint(complaint=complaint, text="Đang xem.", by=by)
    complaint.refresh_from_db()
    first = complaint.answered_at
    assert complaint.state == ComplaintState.ANSWERED
    assert complaint.next_due_at == complaint.solution_due_at
    services.answer_complaint(complaint=complaint, text="Vẫn đang xem.", by=by)
    services.close_complaint(complaint=complaint, outcome=Outcome.REFUSED, text="Giấy đúng.", by=by)
    complaint.refresh_from_db()
    assert complaint.answered_at == first
    assert complaint.state == ComplaintState.CLOSED
    assert complaint.next_due_at is None
    with pytest.raises(services.ComplaintClosed):
        services.answer_complaint(complaint=complaint, text="Thêm.", by=by)
    with pytest.raises(services.ComplaintClosed):
        services.close_complaint(complaint=complaint, outcome=Outcome.UPHELD, text="Lại.", by=by)
    assert complaint.notes.count() == 3
    assert services.note_complaint(complaint=complaint, text="Lưu hồ sơ.", by=by).pk


def test_the_queue_puts_the_nearest_deadline_first_and_closed_ones_last() -> None:
    by, other = make_user(), make_complaint(kind=ComplaintKind.OTHER)
    lot = make_complaint(kind=ComplaintKind.LOT)
    answered = make_complaint(kind=ComplaintKind.LOT)
    services.answer_complaint(complaint=answered, text="Đang xem.", by=by)
    closed = make_complaint(kind=ComplaintKind.LOT)
    services.close_complaint(complaint=closed, outcome=Outcome.UPHELD, text="Xong.", by=by)
    queue = list(Complaint.objects.by_deadline())
    assert queue == [lot, other, answered, closed]
    assert [row.due for row in queue] == [row.next_due_at for row in queue]  # type: ignore[attr-defined]
    for state in ComplaintState:
        found = set(Complaint.objects.in_state(state))
        assert found == {row for row in queue if row.state == state}


def test_letters_go_out_for_receipt_answer_and_result_in_the_language_of_the_report() -> None:
    complaint, by = make_complaint(email="ai@vidu.vn", language="en"), make_user()
    services.answer_complaint(complaint=complaint, text="We are looking at it.", by=by)
    services.close_complaint(complaint=complaint, outcome=Outcome.UPHELD, text="Star removed.", by=by)
    send_due()
    assert [message.to for message in mail.outbox] == [["ai@vidu.vn"]] * 3
    assert f"http://testserver/en/khieu-nai/tra-cuu/?ma={complaint.code}" in mail.outbox[0].body
    assert "We are looking at it." in mail.outbox[1].body
    assert "Star removed." in mail.outbox[2].body


def test_no_address_no_letter() -> None:
    make_complaint(phone="0912345678")
    assert not Letter.objects.exists()


def test_notes_can_be_neither_changed_nor_deleted() -> None:
    note = services.note_complaint(complaint=make_complaint(), text="Lời đầu.", by=make_user())
    for change in (
        lambda: ComplaintNote.objects.filter(pk=note.pk).update(text="Lời khác."),
        lambda: ComplaintNote.objects.filter(pk=note.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    note.refresh_from_db()
    assert note.text == "Lời đầu."


def test_the_database_refuses_a_closed_complaint_without_an_outcome() -> None:
    complaint = make_complaint()
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=complaint.pk).update(closed_at=timezone.now())
    sheet = make_product()
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=complaint.pk).update(
            sheet=sheet, certificate=make_certificate(sheet, verified=False)
        )
