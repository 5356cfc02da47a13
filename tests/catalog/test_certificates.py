"""The register of certificates: its public page through time, what staff are shown, extension, withdrawal."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.certificates import (
    CertificateDoubtful,
    Finding,
    ending_on,
    extend_certificate,
    findings_of,
    verify_certificate,
    withdraw_certificate,
)
from catalog.models import ApprovalState, Certificate
from catalog.selectors import stars_on
from catalog.services import set_state
from tests.factories import make_certificate, make_product, make_user

pytestmark = pytest.mark.django_db

ISSUED, ENDED = dt.date(2024, 3, 3), dt.date(2027, 3, 3)
OLD = {
    "issuer": "UBND huyện Bắc Yên",
    "legal_version": "148/2023",
    "decided_on": ISSUED,
    "valid_from": ISSUED,
    "valid_to": ENDED,
    "product_code": "14-03868-01-2024",
}


def text_of(response) -> str:
    page = re.sub(r"<script.*?</script>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\xa0", " ").split())


def page_of(certificate: Certificate) -> str:
    return f"/chung-nhan/{certificate.pk}/"


@pytest.fixture
def clock(monkeypatch) -> Callable[[str], None]:
    """Sets the moment, written in Vietnam's time."""

    def set_clock(moment: str) -> None:
        at = dt.datetime.fromisoformat(moment + "+07:00").astimezone(dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: at)

    return set_clock


# --- The public page ---------------------------------------------------------------------------


def test_the_page_tells_every_fact_of_the_paper(client, clock):
    clock("2026-11-23T10:00:00")
    paper = make_certificate(
        make_product(), **OLD, number="OCOP-1/2024", source_url="https://example.vn/qd-1"
    )
    response = client.get(page_of(paper))
    words = text_of(response)
    for fact in (
        "OCOP 3 sao",
        "Còn giá trị đến hết ngày 03/03/2027",
        "OCOP-1/2024",
        "UBND huyện Bắc Yên",
        "Cấp huyện nay không còn",
        "Quyết định 148/QĐ-TTg",
        "03/03/2024 – 03/03/2027",
        "14-03868-01-2024",
        "Rau, củ, quả, hạt tươi",
        paper.sheet.cooperative.name,
        "Xã Tà Xùa",
        "Chợ đã xem quyết định có chữ ký",
        "Người của chợ kiểm ngày 23/11/2026",
    ):
        assert fact in words, fact
    page = response.content.decode()
    assert 'href="https://example.vn/qd-1"' in page
    assert f'href="/khieu-nai/?giay={paper.pk}"' in page
    assert not response.cookies


def test_the_product_and_the_stall_lead_to_the_page(client):
    paper = make_certificate(make_product())
    sheet = paper.sheet
    for path in (
        f"/san-pham/{sheet.product.slug}_{sheet.product_id}/",
        f"/hop-tac-xa/{sheet.cooperative.slug}/",
    ):
        assert f'href="{page_of(paper)}"' in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("moment", "words", "has_star"),
    [
        ("2024-03-02T23:59:59", "Chưa có giá trị : bắt đầu từ ngày 03/03/2024", False),
        ("2024-03-03T00:00:00", "Còn giá trị đến hết ngày 03/03/2027. Số", True),
        ("2026-09-03T23:59:59", "Còn giá trị đến hết ngày 03/03/2027. Số", True),
        ("2026-09-04T00:00:00", "Sắp hết hạn: muốn giữ sao thì phải xét lại", True),
        ("2027-03-03T23:59:59", "Sắp hết hạn: muốn giữ sao thì phải xét lại", True),
        ("2027-03-04T00:00:00", "Đã hết hạn sau ngày 03/03/2027", False),
    ],
)
def test_the_page_follows_the_calendar_of_vietnam(client, clock, moment, words, has_star):
    paper = make_certificate(make_product(), **OLD)
    clock(moment)
    page = text_of(client.get(page_of(paper)))
    assert words in page
    assert ("OCOP 3 sao" in page) is has_star


def test_an_extended_paper_keeps_its_star_to_the_last_day_of_the_extension(client, clock):
    sheet = make_product()
    paper = make_certificate(sheet, **OLD)
    extend_certificate(certificate=paper, until=ENDED + dt.timedelta(days=180))
    product_page = f"/san-pham/{sheet.product.slug}_{sheet.product_id}/"
    clock("2027-08-30T23:59:59")
    page = text_of(client.get(page_of(paper)))
    assert "đang chờ xét lại" in page and "30/08/2027" in page and "OCOP 3 sao" in page
    assert "Có giá trị đến hết ngày 30/08/2027" in text_of(client.get(product_page))
    clock("2027-08-31T00:00:00")
    page = text_of(client.get(page_of(paper)))
    assert "Đã hết hạn sau ngày 30/08/2027" in page and "OCOP 3 sao" not in page
    assert "OCOP 3 sao" not in text_of(client.get(product_page))


def test_the_rule_in_sql_counts_the_extension_as_the_row_does(clock):
    paper = make_certificate(make_product(), **OLD)
    extend_certificate(certificate=paper, until=ENDED + dt.timedelta(days=10))
    paper.refresh_from_db()
    for offset in (-1, 0, 1, 10, 11):
        on = ENDED + dt.timedelta(days=offset)
        clock(f"{on}T12:00:00")
        assert Certificate.objects.showing_on(on).exists() is paper.shows_star is (offset <= 10)
        sheets = type(paper.sheet).objects.annotate(found=stars_on(on))
        assert sheets.get().found == (3 if offset <= 10 else None)


def test_a_withdrawn_paper_keeps_its_page_and_loses_its_star(client, clock):
    paper = make_certificate(make_product(), **OLD)
    clock("2026-11-23T10:00:00")
    withdraw_certificate(certificate=paper, on=dt.date(2026, 11, 20))
    withdraw_certificate(certificate=paper, on=dt.date(2026, 11, 22))
    page = text_of(client.get(page_of(paper)))
    assert "Đã bị thu hồi ngày 20/11/2026" in page and "OCOP 3 sao" not in page


@pytest.mark.parametrize(
    "fields", [{"evidence_grade": "B2"}, {"evidence_grade": "C"}, {"verified": False}], ids=str
)
def test_a_claim_without_proof_has_no_page(client, fields):
    paper = make_certificate(make_product(), **fields)
    assert client.get(page_of(paper)).status_code == 404


def test_goods_that_are_not_public_do_not_show_through_their_paper(client):
    paper = make_certificate(make_product())
    assert client.get(page_of(paper)).status_code == 200
    set_state(sheet=paper.sheet, state=ApprovalState.WITHDRAWN)
    assert client.get(page_of(paper)).status_code == 404
    assert client.get("/chung-nhan/99999999999999999999999/").status_code == 404


def test_the_page_is_read_in_english(client):
    paper = make_certificate(make_product())
    page = text_of(client.get(f"/en{page_of(paper)}"))
    assert "OCOP certificate" in page and "How the market checked it" in page


def test_the_page_costs_the_same_however_many_papers_there_are(client):
    paper = make_certificate(make_product())

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(paper)).status_code == 200
        return len(captured)

    alone = queries()
    for _ in range(10):
        make_certificate(paper.sheet)
    assert queries() == alone <= 2


# --- What staff are shown ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "finding"),
    [
        ({}, None),
        ({"issuer": "UBND tỉnh Sơn La"}, Finding.ISSUER_MAY_NOT),
        ({"stars": 4}, Finding.ISSUER_MAY_NOT),
        ({"issuer": "Hội đồng chấm"}, Finding.ISSUER_UNKNOWN),
        ({"legal_version": "26/2026"}, Finding.RULES_NOT_IN_FORCE),
        ({"legal_version": "99/2024"}, Finding.UNKNOWN_RULES),
        ({"valid_to": ENDED + dt.timedelta(days=1)}, Finding.TERM_TOO_LONG),
        ({"valid_from": ISSUED - dt.timedelta(days=1), "valid_to": ENDED - dt.timedelta(days=1)},
         Finding.STARTS_BEFORE_DECISION),
        ({"product_code": "14-3868-1-2024"}, Finding.CODE_SHAPE),
        ({"product_code": "14-03880-01-2024"}, Finding.CODE_ELSEWHERE),
    ],
    ids=str,
)  # fmt: skip
def test_a_paper_against_the_rules_of_its_day_is_found(fields, finding):
    paper = make_certificate(make_product(), verified=False, **(OLD | fields))
    assert findings_of(paper) == ([finding] if finding else [])


def test_a_doubtful_paper_is_verified_only_by_who_accepts_each_finding():
    person = make_user()
    paper = make_certificate(make_product(), verified=False, **(OLD | {"issuer": "UBND tỉnh Sơn La"}))
    with pytest.raises(CertificateDoubtful) as refused:
        verify_certificate(certificate=paper, verified_by=person)
    assert refused.value.findings == [Finding.ISSUER_MAY_NOT]
    paper.refresh_from_db()
    assert paper.verified_at is None
    verify_certificate(certificate=paper, verified_by=person, despite=frozenset({Finding.ISSUER_MAY_NOT}))
    paper.refresh_from_db()
    assert paper.verified_at is not None and paper.verified_by == person


def test_a_second_verification_keeps_the_first_person():
    first, second = make_user(), make_user()
    paper = make_certificate(make_product(), verified=False, **OLD)
    verify_certificate(certificate=paper, verified_by=first)
    assert verify_certificate(certificate=paper, verified_by=second).verified_by == first


def test_the_certificates_of_the_demo_market_keep_the_rules(demo_market):
    faults = {paper.number: findings_of(paper) for paper in Certificate.objects.select_related("sheet")}
    assert len(faults) == 59
    assert {number: found for number, found in faults.items() if found} == {}


# --- Extension ---------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [-1, 0, 181])
def test_an_extension_lies_within_180_days_after_the_end(late):
    paper = make_certificate(make_product(), **OLD)
    with pytest.raises(ValidationError):
        extend_certificate(certificate=paper, until=ENDED + dt.timedelta(days=late))
    paper.refresh_from_db()
    assert paper.extended_to is None


def test_a_withdrawn_paper_is_not_extended():
    paper = make_certificate(make_product(), **OLD, withdrawn_on=dt.date(2026, 1, 1))
    with pytest.raises(ValidationError):
        extend_certificate(certificate=paper, until=ENDED + dt.timedelta(days=1))


# --- What ends soon ----------------------------------------------------------------------------


def test_a_paper_ends_soon_in_its_last_180_days_only():
    paper = make_certificate(make_product(), **OLD)
    found = [ending_on(ENDED - dt.timedelta(days=left)).count() for left in (181, 180, 0, -1)]
    assert found == [0, 1, 1, 0]
    assert ending_on(ENDED).get() == paper


def test_a_paper_with_a_successor_an_extension_or_no_proof_is_not_announced():
    followed = make_certificate(make_product(), **OLD)
    make_certificate(followed.sheet, **(OLD | {"valid_to": ENDED + dt.timedelta(days=900)}))
    extended = make_certificate(make_product(), **OLD)
    extend_certificate(certificate=extended, until=ENDED + dt.timedelta(days=1))
    make_certificate(make_product(), **OLD, withdrawn_on=dt.date(2026, 1, 1))
    make_certificate(make_product(), **OLD, evidence_grade="C")
    make_certificate(make_product(), **OLD, verified=False)
    assert list(ending_on(ENDED)) == []
