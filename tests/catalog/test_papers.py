"""Papers: bound to one thing, checked by a person, gone by themselves at midnight in Vietnam."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from catalog.certificates import declare_certificate, extend_certificate, verify_certificate
from catalog.clock import today
from catalog.models import (
    TARGETS,
    Certificate,
    CheckState,
    Paper,
    PaperKind,
    ProofAct,
    ProofEvent,
    Target,
)
from catalog.ocop import Stage
from catalog.papers import (
    PaperDoubtful,
    PaperFinding,
    paper_findings,
    papers_ending_on,
    papers_of_lot,
    papers_of_sheet,
    papers_of_stall,
    save_paper,
    verify_paper,
)
from catalog.proofs import AlreadyJudged, clean_photo, publish_scan, return_proof, withdraw_proof
from tests.factories import (
    make_certificate,
    make_cooperative,
    make_lot,
    make_paper,
    make_plot,
    make_product,
    make_user,
)

pytestmark = pytest.mark.django_db

DAY = dt.date(2027, 3, 3)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the moment, written in Vietnam's time."""

    def set_clock(moment: str) -> None:
        at = dt.datetime.fromisoformat(moment + "+07:00").astimezone(dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: at)

    return set_clock


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


def photo(size: tuple[int, int] = (40, 30), kind: str = "JPEG", **saving: Any) -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", size, "#26356f").save(written, kind, **saving)
    return SimpleUploadedFile("giay.jpg", written.getvalue(), "image/jpeg")


# --- What a paper is bound to ------------------------------------------------------------------


def test_a_paper_is_bound_to_exactly_one_thing() -> None:
    sheet = make_product()
    paper = make_paper(sheet, PaperKind.DECLARATION)
    for change in ({"cooperative": sheet.cooperative}, {"sheet": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Paper.objects.filter(pk=paper.pk).update(**change)


@pytest.mark.parametrize("kind", PaperKind.values)
def test_each_kind_is_given_to_some_things_and_refused_for_others(kind: str) -> None:
    sheet = make_product()
    things = {
        Target.SHEET: sheet,
        Target.PLOT: make_plot(sheet.cooperative),
        Target.COOPERATIVE: sheet.cooperative,
    }
    for target, thing in things.items():
        if target in TARGETS[kind]:
            paper = make_paper(thing, kind)
            assert paper.target == target
            assert paper.owner == sheet.cooperative
        else:
            with pytest.raises(ValidationError, match="không cấp cho"):
                make_paper(thing, kind)
    assert Paper.objects.count() == len(TARGETS[kind])


def test_the_end_is_copied_from_the_paper_and_may_be_missing() -> None:
    paper = make_paper(make_cooperative(), PaperKind.BUSINESS, valid_to=None)
    assert paper.valid_to is None
    assert paper.stage == Stage.VALID
    with pytest.raises(ValidationError, match="sau ngày bắt đầu"):
        make_paper(make_cooperative(), PaperKind.BUSINESS, valid_to=today() - dt.timedelta(days=101))


# --- Where it shows, and until when ------------------------------------------------------------


def test_a_paper_shows_on_product_stall_and_trace_page_to_the_last_second_of_its_last_day(
    client: Any, clock: Callable[[str], None]
) -> None:
    clock("2027-01-10T08:00:00")
    sheet = make_product()
    lot = make_lot(sheet)
    make_paper(sheet, PaperKind.DECLARATION, number="TCB-77/2026", valid_to=DAY)
    pages = (
        f"/san-pham/{sheet.product.slug}_{sheet.product_id}/",
        f"/hop-tac-xa/{sheet.cooperative.slug}/",
        f"/t/{lot.code}",
    )
    for moment, is_shown in (("2027-03-03T23:59:59", True), ("2027-03-04T00:00:00", False)):
        clock(moment)
        for page in pages:
            assert ("TCB-77/2026" in text_of(client.get(page))) is is_shown, (page, moment)


def test_the_row_and_the_sql_agree(clock: Callable[[str], None]) -> None:
    clock("2027-01-10T08:00:00")
    paper = make_paper(make_cooperative(), PaperKind.FOOD_SAFETY, valid_to=DAY, issued_on=dt.date(2027, 1, 1))
    for day, shows in (
        (dt.date(2026, 12, 31), False),
        (dt.date(2027, 1, 1), True),
        (DAY, True),
        (DAY + dt.timedelta(days=1), False),
    ):
        clock(f"{day}T12:00:00")
        assert Paper.objects.showing_on(day).exists() is paper.shows is shows


@pytest.mark.parametrize(
    "fields",
    [
        {"verified": False},
        {"evidence_grade": "C"},
        {"evidence_grade": "B2"},
        {"valid_from": today() + dt.timedelta(days=1)},
        {"valid_to": today() - dt.timedelta(days=1)},
    ],
)
def test_what_is_unproven_ended_or_yet_to_come_is_shown_nowhere(client: Any, fields: dict[str, Any]) -> None:
    sheet = make_product()
    make_paper(sheet, PaperKind.DECLARATION, number="TCB-88/2026", **fields)
    assert not papers_of_sheet(sheet).exists()
    assert not papers_of_stall(sheet.cooperative).exists()
    assert "TCB-88" not in text_of(client.get(f"/san-pham/{sheet.product.slug}_{sheet.product_id}/"))


def test_a_withdrawn_paper_goes_at_once() -> None:
    sheet = make_product()
    paper = make_paper(sheet, PaperKind.DECLARATION)
    withdraw_proof(proof=paper, on=today(), by=make_user(), reason="Cơ quan cấp thu hồi.")
    assert not papers_of_sheet(sheet).exists()
    assert ProofEvent.objects.filter(
        paper=paper, act=ProofAct.WITHDRAWN, note="Cơ quan cấp thu hồi."
    ).exists()


def test_the_paper_of_a_plot_stands_on_its_goods_and_its_lots_and_on_no_others() -> None:
    sheet = make_product()
    other = make_product(cooperative=sheet.cooperative)
    plot = make_plot(sheet.cooperative, name="Nương Bản Mẫu", sheets=(sheet,))
    paper = make_paper(plot, PaperKind.VIETGAP)
    code = make_paper(plot, PaperKind.GROWING_AREA, number="VN-SLOR-0095", valid_to=None)
    assert set(papers_of_sheet(sheet)) == {paper, code}
    assert not papers_of_sheet(other).exists()
    assert set(papers_of_stall(sheet.cooperative)) == {paper, code}
    assert set(papers_of_lot(make_lot(sheet, plot="Nương Bản Mẫu"))) == {paper, code}
    assert not papers_of_lot(make_lot(sheet, plot="Nương khác")).exists()
    assert set(papers_of_lot(make_lot(sheet, plot="Nương khác", place_code="VN-SLOR-0095"))) == {paper, code}


def test_nothing_of_another_stall_is_shown() -> None:
    mine, theirs = make_product(), make_product()
    make_paper(theirs.cooperative, PaperKind.FOOD_SAFETY)
    make_paper(make_plot(theirs.cooperative, name="Nương Bản Mẫu"), PaperKind.VIETGAP)
    assert not papers_of_sheet(mine).exists()
    assert not papers_of_stall(mine.cooperative).exists()
    assert not papers_of_lot(make_lot(mine)).exists()


# --- The check ---------------------------------------------------------------------------------


def test_a_declared_paper_waits_and_shows_after_the_check() -> None:
    sheet, by = make_product(), make_user()
    paper = save_paper(
        kind=PaperKind.DECLARATION,
        bound_to=sheet,
        number="TCB-1",
        issuer="HTX tự công bố",
        issued_on=today(),
        photo=clean_photo(photo()),
        by=by,
    )
    assert paper.check_state == CheckState.WAITING
    assert Paper.objects.in_check(CheckState.WAITING).get() == paper
    assert paper_findings(paper) == []
    verify_paper(paper=paper, verified_by=by, evidence_grade="A")
    paper.refresh_from_db()
    assert paper.shows
    assert list(paper.events.values_list("act", "actor")) == [("added", by.pk), ("verified", by.pk)]


def test_a_doubtful_paper_needs_each_finding_accepted_and_says_why() -> None:
    by, elsewhere = make_user(), make_plot(make_cooperative())
    make_paper(elsewhere, PaperKind.VIETGAP, number="VG-1")
    plot = make_plot(make_cooperative())
    paper = make_paper(plot, PaperKind.VIETGAP, number="VG-1", valid_to=None, verified=False)
    found = [PaperFinding.NO_END, PaperFinding.SEEN_ELSEWHERE, PaperFinding.NO_PHOTO]
    assert paper_findings(paper) == found
    with pytest.raises(PaperDoubtful) as refused:
        verify_paper(
            paper=paper, verified_by=by, evidence_grade="A", despite=frozenset({PaperFinding.NO_PHOTO})
        )
    assert refused.value.findings == found[:2]
    paper.refresh_from_db()
    assert paper.verified_at is None
    verify_paper(
        paper=paper, verified_by=by, evidence_grade="A", despite=frozenset(found), reason="Đã gọi nơi cấp."
    )
    assert paper.events.get(act=ProofAct.VERIFIED).note == "Đã gọi nơi cấp."


def test_a_weak_grade_verifies_nothing() -> None:
    paper = make_paper(make_cooperative(), PaperKind.BUSINESS, verified=False)
    despite = frozenset({PaperFinding.NO_PHOTO})
    with pytest.raises(ValidationError):
        verify_paper(paper=paper, verified_by=make_user(), evidence_grade="C", despite=despite)
    paper.refresh_from_db()
    assert (paper.verified_at, paper.evidence_grade) == (None, "A")


def test_a_paper_sent_back_says_what_is_wrong_and_waits_again_once_put_right() -> None:
    by, cooperative = make_user(), make_cooperative()
    paper = make_paper(cooperative, PaperKind.BUSINESS, verified=False)
    return_proof(proof=paper, reason="Ảnh mờ, chụp lại.", by=by)
    paper.refresh_from_db()
    assert paper.check_state == CheckState.RETURNED
    assert Paper.objects.in_check(CheckState.RETURNED).get() == paper
    fields = {"number": paper.number, "issuer": paper.issuer, "issued_on": paper.issued_on}
    again = save_paper(kind=paper.kind, bound_to=cooperative, paper=paper, by=by, **fields)
    assert (again.pk, again.check_state) == (paper.pk, CheckState.WAITING)
    assert list(again.events.values_list("act", flat=True)) == ["added", "returned", "edited"]


def test_what_has_been_checked_can_no_longer_be_rewritten() -> None:
    paper, by = make_paper(make_cooperative(), PaperKind.BUSINESS, number="CŨ"), make_user()
    with pytest.raises(AlreadyJudged):
        save_paper(
            kind=paper.kind,
            bound_to=paper.owner,
            paper=paper,
            by=by,
            number="MỚI",
            issuer="X",
            issued_on=today(),
        )
    with pytest.raises(AlreadyJudged):
        return_proof(proof=paper, reason="Sửa.", by=by)
    paper.refresh_from_db()
    assert paper.number == "CŨ"


def test_a_declared_certificate_shows_no_star_until_it_is_verified() -> None:
    sheet, by = make_product(), make_user()
    star = declare_certificate(
        sheet=sheet,
        stars=4,
        number="OCOP-9",
        decision_number="9/QĐ-UBND",
        decided_on=dt.date(2025, 8, 1),
        issuer="UBND tỉnh Sơn La",
        valid_from=dt.date(2025, 8, 1),
        valid_to=dt.date(2028, 8, 1),
        by=by,
    )
    assert (star.legal_version, star.evidence_grade, sheet.star) == ("1489/2025", "C", None)
    verify_certificate(certificate=star, verified_by=by, evidence_grade="A")
    assert sheet.star == star
    with pytest.raises(AlreadyJudged):
        declare_certificate(
            sheet=sheet, stars=5, number="OCOP-9", decision_number="x", decided_on=today(), issuer="x",
            valid_from=today(), valid_to=DAY, certificate=star,
        )  # fmt: skip
    assert Certificate.objects.get().stars == 4
    with pytest.raises(ValidationError, match="chưa có chương trình"):
        declare_certificate(
            sheet=sheet, stars=3, number="X", decision_number="x", decided_on=dt.date(2018, 1, 1), issuer="x",
            valid_from=dt.date(2018, 1, 1), valid_to=DAY,
        )  # fmt: skip


def test_every_act_on_a_certificate_is_recorded_and_the_record_stands() -> None:
    by, since = make_user(), today() - dt.timedelta(days=100)
    star = make_certificate(make_product(), verified=False, decided_on=since, valid_from=since)
    verify_certificate(certificate=star, verified_by=by)
    extend_certificate(certificate=star, until=star.valid_to + dt.timedelta(days=9), by=by)
    withdraw_proof(proof=star, on=today(), by=by, reason="Dùng sai dấu.")
    withdraw_proof(proof=star, on=today(), by=by, reason="Lần hai.")
    acts = list(star.events.values_list("act", "actor"))
    assert acts == [("added", None), ("verified", by.pk), ("extended", by.pk), ("withdrawn", by.pk)]
    for change in (
        lambda: ProofEvent.objects.update(note="khác"),
        lambda: ProofEvent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# --- The photograph ----------------------------------------------------------------------------


def test_a_photograph_loses_what_the_camera_wrote_and_becomes_a_moderate_jpeg() -> None:
    exif = Image.Exif()
    exif[0x010E] = "nhà ông A"
    cleaned = clean_photo(photo((4000, 3000), exif=exif))
    with Image.open(io.BytesIO(cleaned.read())) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (2200, 1650)
        assert not picture.getexif()


@pytest.mark.parametrize("body", [b"", b"<svg onload=alert(1)>", b"GIF89a", b"%PDF-1.7"])
def test_what_is_no_photograph_is_refused(body: bytes) -> None:
    with pytest.raises(ValidationError, match="không phải ảnh"):
        clean_photo(SimpleUploadedFile("giay.jpg", body))


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(settings: Any) -> None:
    settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = 1000
    with pytest.raises(ValidationError, match="điểm ảnh"):
        clean_photo(photo((40, 30)))
    huge = photo()
    huge.size = 12 * 1024 * 1024 + 1
    with pytest.raises(ValidationError, match="12 MB"):
        clean_photo(huge)


def test_the_photograph_is_private_until_somebody_publishes_it(settings: Any) -> None:
    paper = make_paper(make_cooperative(), PaperKind.BUSINESS, photo=clean_photo(photo()))
    assert paper.photo.path.startswith(str(settings.PRIVATE_DIR))
    assert paper.scan is None
    publish_scan(paper)
    paper.refresh_from_db()
    assert paper.scan is not None


# --- The end comes near ------------------------------------------------------------------------


def test_only_papers_near_their_end_without_a_successor_are_announced() -> None:
    cooperative = make_cooperative()
    on = today()
    near = make_paper(cooperative, PaperKind.FOOD_SAFETY, valid_to=on + dt.timedelta(days=90))
    make_paper(cooperative, PaperKind.TRADEMARK, valid_to=on + dt.timedelta(days=91))
    make_paper(cooperative, PaperKind.BUSINESS, valid_to=None)
    make_paper(make_cooperative(), PaperKind.FOOD_SAFETY, valid_to=on + dt.timedelta(days=5), verified=False)
    assert list(papers_ending_on(on)) == [near]
    make_paper(cooperative, PaperKind.FOOD_SAFETY, valid_to=on + dt.timedelta(days=400))
    assert not papers_ending_on(on).exists()
