"""The rules of "One Commune One Product": sets, stars, who grants them, and the life of a certificate.

Pure: no Django, no clock. Source: Decision 26/2026/QĐ-TTg of 22 May 2026, art. 3, 4, 8, 12 and annex I;
before it Decisions 1489/QĐ-TTg (2025), 148/QĐ-TTg (2023) and 1048/QĐ-TTg (2019).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


@dataclass(frozen=True)
class OcopSet:
    """One of the 26 sets of products (*bộ sản phẩm*) of annex I."""

    number: int
    vi: str
    en: str


SETS = {
    number: OcopSet(number, vi, en)
    for number, vi, en in (
        (1, "Rau, củ, quả, hạt tươi", "Fresh vegetables, tubers, fruit, seeds"),
        (2, "Thịt, thủy sản, trứng, sữa tươi", "Fresh meat, fish, eggs, milk"),
        (3, "Gạo, ngũ cốc, hạt sơ chế khác", "Rice, cereals, other primary grains"),
        (4, "Mật ong, mật khác và nông sản thực phẩm khác", "Honey, other nectars, other farm food"),
        (5, "Đồ ăn nhanh", "Fast food"),
        (6, "Chế biến từ gạo, ngũ cốc", "Processed rice and cereals"),
        (7, "Chế biến từ rau, củ, quả, hạt", "Processed vegetables, tubers, fruit, nuts"),
        (
            8,
            "Chế biến từ thịt, trứng, sữa, thủy sản, mật ong",
            "Processed meat, eggs, milk, fish, honey products",
        ),
        (9, "Tương, nước mắm, gia vị dạng lỏng khác", "Sauces, liquid condiments"),
        (10, "Gia vị khác", "Other spices"),
        (11, "Chè tươi, chè chế biến", "Tea, fresh or processed"),
        (12, "Sản phẩm trà từ thực vật khác", "Infusions of other plants"),
        (13, "Cà phê, ca cao", "Coffee, cocoa"),
        (14, "Rượu trắng", "White spirit"),
        (15, "Đồ uống có cồn khác", "Other alcoholic drinks"),
        (16, "Nước khoáng thiên nhiên, nước uống đóng chai", "Mineral and bottled water"),
        (17, "Đồ uống không cồn khác", "Other soft drinks"),
        (
            18,
            "Thực phẩm chức năng, thuốc dược liệu, thuốc cổ truyền",
            "Functional food, herbal and traditional medicine",
        ),
        (19, "Mỹ phẩm có thành phần từ dược liệu", "Herbal cosmetics"),
        (20, "Tinh dầu và dược liệu khác", "Essential oils, other herbs"),
        (21, "Thủ công mỹ nghệ gia dụng, trang trí", "Handicraft, household and decor"),
        (22, "Vải, may mặc", "Fabric, garments"),
        (23, "Hoa", "Flowers"),
        (24, "Cây cảnh", "Ornamental plants"),
        (25, "Động vật cảnh", "Ornamental animals"),
        (
            26,
            "Dịch vụ du lịch cộng đồng, du lịch sinh thái và điểm du lịch",
            "Community and eco-tourism",
        ),
    )
}

# A band holds its lower bound and not its upper one: 69.5 is three stars, not "between 50–69 and 70–89".
BANDS = ((90, 5), (70, 4), (50, 3), (30, 2), (0, 1))
LOWEST_CERTIFIED = 3
PROVING_GRADES = frozenset({"A", "B1"})  # a signed decision; confirmed by state press or portal
TERM_MONTHS = 36
RENEWAL_OPENS_DAYS = 180
RENEWAL_CLOSES_DAYS = 120


def stars_of(score: Fraction | int) -> int:
    """Stars of a council's mean score; one and two stars come without a certificate.

    Unit: points, 0–100. Raises: ValueError outside. Source: art. 3.

    >>> stars_of(Fraction("69.5")), stars_of(70), stars_of(90), stars_of(100), stars_of(Fraction("29.99"))
    (3, 4, 5, 5, 1)
    """
    if not 0 <= score <= 100:
        raise ValueError(f"a score lies between 0 and 100, not {score}")
    return next(stars for floor, stars in BANDS if score >= floor)


class Level(StrEnum):
    """Who grants a certificate."""

    DISTRICT = "district"
    PROVINCE = "province"
    MINISTRY = "ministry"


def granted_by(stars: int, decided_on: dt.date) -> Level:
    """The level that had the right to grant these stars on that day; needed to check old papers.

    Raises: ValueError for stars without a certificate. Source: Decisions 148/2023, 1489/2025, 26/2026.

    >>> granted_by(3, dt.date(2024, 3, 3)), granted_by(3, dt.date(2025, 7, 6))
    (<Level.DISTRICT: 'district'>, <Level.PROVINCE: 'province'>)
    >>> granted_by(5, dt.date(2024, 3, 3))
    <Level.MINISTRY: 'ministry'>
    """
    if not LOWEST_CERTIFIED <= stars <= 5:
        raise ValueError(f"no certificate is given for {stars} stars")
    if stars == 5:
        return Level.MINISTRY
    if stars == 3 and dt.date(2023, 2, 24) <= decided_on < dt.date(2025, 7, 6):
        return Level.DISTRICT
    return Level.PROVINCE


def may_show_star(
    *,
    on: dt.date,
    valid_from: dt.date,
    valid_to: dt.date,
    evidence_grade: str,
    is_verified: bool,
    withdrawn_on: dt.date | None,
) -> bool:
    """Whether a shop may show the star on that day: proven, verified, not withdrawn, first to last day.

    ``CertificateQuerySet.showing_on`` is the same rule in SQL.

    >>> paper = dict(valid_from=dt.date(2024, 3, 3), valid_to=dt.date(2027, 3, 3), evidence_grade="A",
    ...              is_verified=True, withdrawn_on=None)
    >>> may_show_star(on=dt.date(2027, 3, 3), **paper), may_show_star(on=dt.date(2027, 3, 4), **paper)
    (True, False)
    """
    return (
        evidence_grade in PROVING_GRADES
        and is_verified
        and withdrawn_on is None
        and valid_from <= on <= valid_to
    )


class Stage(StrEnum):
    """Where a certificate stands in its life."""

    VALID = "valid"
    RENEWAL_OPEN = "renewal_open"
    RENEWAL_LATE = "renewal_late"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


def stage_of(*, on: dt.date, valid_to: dt.date, withdrawn_on: dt.date | None) -> Stage:
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
    days_left = (valid_to - on).days
    if days_left < 0:
        return Stage.EXPIRED
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
