"""The rules of "One Commune One Product": sets, stars, who grants them, and the life of a certificate.

Pure: no Django, no clock. Source: Decision 26/2026/QĐ-TTg of 22 May 2026, art. 3, 4, 8, 12 and annex I;
before it Decisions 1489/QĐ-TTg (2025), 148/QĐ-TTg (2023) and 1048/QĐ-TTg (2019).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from catalog import validity

# A band holds its lower bound and not its upper one: 69.5 is three stars, not "between 50–69 and 70–89".
BANDS = ((90, 5), (70, 4), (50, 3), (30, 2), (0, 1))
LOWEST_CERTIFIED = 3
TERM_MONTHS = 36
RENEWAL_OPENS_DAYS = 180
RENEWAL_CLOSES_DAYS = 120
REMINDER_DAYS = (180, 150, 120)
EXTENSION_DAYS = 180


class Level(StrEnum):
    """Who grants a certificate."""

    DISTRICT = "district"
    PROVINCE = "province"
    MINISTRY = "ministry"


_BY_DISTRICT = {3: Level.DISTRICT, 4: Level.PROVINCE, 5: Level.MINISTRY}
_BY_PROVINCE = {3: Level.PROVINCE, 4: Level.PROVINCE, 5: Level.MINISTRY}


@dataclass(frozen=True)
class RuleSet:
    """One decision of the Prime Minister: when it applied, how points were shared, who granted.

    Shape: in force from ``begins`` to the day before ``ends``; ``points`` are those of parts A (product and
    community), B (marketing), C (quality).
    """

    version: str
    name: str
    begins: dt.date
    ends: dt.date | None
    points: tuple[int, int, int]
    granting: Mapping[int, Level]

    def is_in_force(self, on: dt.date) -> bool:
        return self.begins <= on and (self.ends is None or on < self.ends)


# The new book of 2026 came into force beside the two old ones, which lapsed 60 days later.
RULE_SETS = {
    rules.version: rules
    for rules in (
        RuleSet(
            "1048/2019",
            "Quyết định 1048/QĐ-TTg",
            dt.date(2019, 8, 21),
            dt.date(2023, 2, 24),
            (35, 25, 40),
            _BY_PROVINCE,
        ),
        RuleSet(
            "148/2023",
            "Quyết định 148/QĐ-TTg",
            dt.date(2023, 2, 24),
            dt.date(2026, 7, 21),
            (40, 25, 35),
            _BY_DISTRICT,
        ),
        RuleSet(
            "1489/2025",
            "Quyết định 1489/QĐ-TTg",
            dt.date(2025, 7, 6),
            dt.date(2026, 7, 21),
            (40, 25, 35),
            _BY_PROVINCE,
        ),
        RuleSet(
            "26/2026",
            "Quyết định 26/2026/QĐ-TTg",
            dt.date(2026, 5, 22),
            None,
            (40, 25, 35),
            _BY_PROVINCE,
        ),
    )
}


def rules_on(day: dt.date) -> RuleSet:
    """The decision whose procedure applied on that day: of those in force, the one that came last.

    Raises: ValueError before the first one.

    >>> [rules_on(dt.date(2025, 7, day)).version for day in (5, 6)]
    ['148/2023', '1489/2025']
    """
    in_force = [rules for rules in RULE_SETS.values() if rules.is_in_force(day)]
    if not in_force:
        raise ValueError(f"no criteria were in force on {day}")
    return max(in_force, key=lambda rules: rules.begins)


@dataclass(frozen=True)
class Minimum:
    """An option that must be reached for so many stars whatever the total (``***`` to ``*****``)."""

    criterion: str
    stars: int
    points: int
    vi: str


# Set 1 (fresh vegetables and fruit) of annex II; other sets are graded by the council's paper alone.
MINIMUMS: Mapping[int, tuple[Minimum, ...]] = {
    1: (
        Minimum("food_safety", 3, 1, "Giấy chứng nhận đủ điều kiện an toàn thực phẩm"),
        Minimum("trace_label", 4, 3, "Nhãn có mã truy xuất điện tử"),
        Minimum("story", 4, 5, "Câu chuyện trên tờ rơi, trang web và trong trang truy xuất"),
        Minimum("market", 5, 5, "Xuất khẩu hoặc bán ở kênh hiện đại, có liên kết gian hàng trực tuyến"),
    )
}


def stars_of(score: Fraction | int) -> int:
    """Stars of a council's mean score; one and two stars come without a certificate.

    Unit: points, 0–100. Raises: ValueError outside. Source: art. 3.

    >>> stars_of(Fraction("69.5")), stars_of(70), stars_of(90), stars_of(100), stars_of(Fraction("29.99"))
    (3, 4, 5, 5, 1)
    """
    if not 0 <= score <= 100:
        raise ValueError(f"a score lies between 0 and 100, not {score}")
    return next(stars for floor, stars in BANDS if score >= floor)


def stars_reached(
    score: Fraction | int, points: Mapping[str, int], minimums: Sequence[Minimum] = MINIMUMS[1]
) -> int:
    """Stars of a score whose minimum marks count: a missed one caps the stars below its own level.

    Unit: ``points`` by criterion; one that is absent counts as 0. Raises: ValueError as ``stars_of``.

    >>> full = {"food_safety": 1, "trace_label": 3, "story": 5, "market": 5}
    >>> stars_reached(95, full), stars_reached(95, full | {"market": 3}), stars_reached(95, full | {"story": 2})
    (5, 4, 3)
    """
    missed = [each.stars - 1 for each in minimums if points.get(each.criterion, 0) < each.points]
    return min([stars_of(score), *missed])


def granted_by(stars: int, decided_on: dt.date) -> Level:
    """The level that had the right to grant these stars on that day; needed to check old papers.

    Raises: ValueError for stars without a certificate, and before the first rules.

    >>> granted_by(3, dt.date(2024, 3, 3)), granted_by(3, dt.date(2025, 7, 6))
    (<Level.DISTRICT: 'district'>, <Level.PROVINCE: 'province'>)
    >>> granted_by(5, dt.date(2024, 3, 3))
    <Level.MINISTRY: 'ministry'>
    """
    if not LOWEST_CERTIFIED <= stars <= 5:
        raise ValueError(f"no certificate is given for {stars} stars")
    return rules_on(decided_on).granting[stars]


_UNIT_WORDS = {
    "bộ": Level.MINISTRY,
    "tỉnh": Level.PROVINCE,
    "huyện": Level.DISTRICT,
    "quận": Level.DISTRICT,
    "thị xã": Level.DISTRICT,
}
_CENTRAL_CITIES = ("hà nội", "hải phòng", "huế", "đà nẵng", "hồ chí minh", "cần thơ")
_FIRST_UNIT = re.compile(r"\b(bộ|tỉnh|huyện|quận|thị xã|xã|phường|thành phố|tp\b\.?)\s*(.*)")


def level_of_issuer(issuer: str) -> Level | None:
    """The level that the issuer's name speaks of, dissolved districts included; None if it says none.

    The first unit named counts: what follows tells where it lies. A city is a province only if it stands
    directly under the centre.

    >>> level_of_issuer("UBND huyện Bắc Yên, tỉnh Sơn La"), level_of_issuer("UBND thành phố Sơn La")
    (<Level.DISTRICT: 'district'>, <Level.DISTRICT: 'district'>)
    >>> level_of_issuer("UBND TP. Hà Nội"), level_of_issuer("UBND xã Tà Xùa, tỉnh Sơn La")
    (<Level.PROVINCE: 'province'>, None)
    """
    named = _FIRST_UNIT.search(unicodedata.normalize("NFC", issuer).casefold())
    if named is None:
        return None
    word, place = named.groups()
    if word.startswith(("thành phố", "tp")):
        return Level.PROVINCE if place.startswith(_CENTRAL_CITIES) else Level.DISTRICT
    return _UNIT_WORDS.get(word)


@dataclass(frozen=True)
class ProductCode:
    """The official code: province, commune, serial in the commune, year (``14-03868-01-2026``)."""

    province: str
    commune: str
    serial: int
    year: int

    def __str__(self) -> str:
        return f"{self.province}-{self.commune}-{self.serial:02d}-{self.year}"


_PRODUCT_CODE = re.compile(r"([0-9]{2})-([0-9]{5})-([0-9]{2,4})-(20[0-9]{2})")


def product_code(text: str) -> ProductCode:
    """The parts of a code as printed. Raises: ValueError if it has another shape.

    >>> product_code("14-03868-01-2026").commune
    '03868'
    """
    parts = _PRODUCT_CODE.fullmatch(text.strip())
    if parts is None or int(parts[3]) == 0:
        raise ValueError(f"not an OCOP product code: {text!r}")
    return ProductCode(parts[1], parts[2], int(parts[3]), int(parts[4]))


def may_show_star(
    *,
    on: dt.date,
    valid_from: dt.date,
    valid_to: dt.date,
    evidence_grade: str,
    is_verified: bool,
    withdrawn_on: dt.date | None,
    extended_to: dt.date | None = None,
) -> bool:
    """Whether a shop may show the star on that day: proven, verified, not withdrawn, first to last day.

    ``CertificateQuerySet.showing_on`` is the same rule in SQL.

    >>> paper = dict(valid_from=dt.date(2024, 3, 3), valid_to=dt.date(2027, 3, 3), evidence_grade="A",
    ...              is_verified=True, withdrawn_on=None)
    >>> may_show_star(on=dt.date(2027, 3, 3), **paper), may_show_star(on=dt.date(2027, 3, 4), **paper)
    (True, False)
    """
    return validity.may_show(
        on=on,
        valid_from=valid_from,
        last_day=extended_to or valid_to,
        evidence_grade=evidence_grade,
        is_verified=is_verified,
        withdrawn_on=withdrawn_on,
    )


class Stage(StrEnum):
    """Where a certificate stands in its life."""

    TO_COME = "to_come"
    VALID = "valid"
    RENEWAL_OPEN = "renewal_open"
    RENEWAL_LATE = "renewal_late"
    EXTENDED = "extended"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


STAGES_IN_FORCE = frozenset({Stage.VALID, Stage.RENEWAL_OPEN, Stage.RENEWAL_LATE, Stage.EXTENDED})


def stage_of(
    *,
    on: dt.date,
    valid_to: dt.date,
    withdrawn_on: dt.date | None,
    valid_from: dt.date | None = None,
    extended_to: dt.date | None = None,
) -> Stage:
    """The stage on that day. The renewal file goes in between 180 and 120 days before the end (art. 12).

    >>> end = dt.date(2027, 3, 3)
    >>> days = [end - dt.timedelta(days=left) for left in (181, 180, 120, 119)]
    >>> [stage_of(on=day, valid_to=end, withdrawn_on=None).value for day in days]
    ['valid', 'renewal_open', 'renewal_open', 'renewal_late']
    >>> stage_of(on=dt.date(2027, 3, 4), valid_to=end, withdrawn_on=None).value
    'expired'
    """
    if withdrawn_on is not None and withdrawn_on <= on:
        return Stage.WITHDRAWN
    if valid_from is not None and on < valid_from:
        return Stage.TO_COME
    days_left = (valid_to - on).days
    if days_left < 0:
        return Stage.EXTENDED if extended_to is not None and on <= extended_to else Stage.EXPIRED
    if days_left < RENEWAL_CLOSES_DAYS:
        return Stage.RENEWAL_LATE
    return Stage.RENEWAL_OPEN if days_left <= RENEWAL_OPENS_DAYS else Stage.VALID


def end_of_term(issued_on: dt.date) -> dt.date:
    """The last day of a certificate: the same day 36 months later (28 February for a 29th).

    >>> end_of_term(dt.date(2026, 6, 25)), end_of_term(dt.date(2024, 2, 29))
    (datetime.date(2029, 6, 25), datetime.date(2027, 2, 28))
    """
    year = issued_on.year + TERM_MONTHS // 12
    try:
        return issued_on.replace(year=year)
    except ValueError:
        return issued_on.replace(year=year, day=28)


def renewal_window(valid_to: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day on which the file for re-grading may go in."""
    return (
        valid_to - dt.timedelta(days=RENEWAL_OPENS_DAYS),
        valid_to - dt.timedelta(days=RENEWAL_CLOSES_DAYS),
    )


def reminder_mark(*, on: dt.date, valid_to: dt.date) -> int | None:
    """The last of the marks 180, 150 and 120 days that is reached; None before them and after the end.

    A day missed is made up for the next: the mark stays until another one takes its place.

    >>> end = dt.date(2027, 3, 3)
    >>> [reminder_mark(on=end - dt.timedelta(days=left), valid_to=end) for left in (181, 180, 151, 150, 120, 0, -1)]
    [None, 180, 180, 150, 120, 120, None]
    """
    return validity.reminder_mark(on=on, last_day=valid_to, marks=REMINDER_DAYS)
