"""Self-scoring of an OCOP dossier: criteria, minimum marks, what is missing for the next star, Form 02's evidence.

Pure: no Django, no clock. Source: Decision 26/2026/QĐ-TTg, annex II (set 1 whole; of the other sets only the sums of
the three parts and the minimums that all of them share are written here: their single criteria stand on the
council's own marking paper), annex III (Form 02), art. 5–7.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from catalog.ocop import BANDS, MINIMUMS, Minimum, stars_reached
from catalog.ocop_sets import SETS

HIGHEST = 5
PARTS = {
    "A": "Sản phẩm và sức mạnh của cộng đồng",
    "B": "Khả năng tiếp thị",
    "C": "Chất lượng sản phẩm",
}


@dataclass(frozen=True)
class Option:
    """One answer whose points are known."""

    points: int
    vi: str


@dataclass(frozen=True)
class Criterion:
    """One line of the marking paper. ``most`` points; ``options`` are those whose points are known for sure."""

    key: str
    part: str
    heading: str
    vi: str
    most: int
    options: tuple[Option, ...] = ()


def _block(
    part: str, heading: str, *lines: tuple[str, str, int] | tuple[str, str, int, tuple[Option, ...]]
) -> list[Criterion]:
    return [Criterion(line[0], part, heading, line[1], line[2], *line[3:]) for line in lines]


SET_1 = (
    *_block(
        "A",
        "1. Tổ chức sản xuất",
        ("origin", "Nguồn nguyên liệu", 3, (Option(3, "Từ 75% trở lên trồng trong xã"),)),
        (
            "certified_area",
            "Diện tích có chứng nhận",
            2,
            (Option(1, "VietGAP"), Option(2, "GlobalGAP hoặc hữu cơ quốc tế")),
        ),
        ("added_value", "Gia tăng giá trị", 3),
        ("capacity", "Năng lực sản xuất", 3),
        ("linkage", "Liên kết sản xuất, có hợp đồng", 3),
        ("environment", "Bảo vệ môi trường", 3),
        ("technology", "Công nghệ theo hướng bền vững", 1),
    ),
    *_block(
        "A",
        "2. Phát triển sản phẩm",
        ("idea", "Nguồn gốc ý tưởng sản phẩm", 3),
        ("packaging", "Bao bì", 3),
        ("trace_label", "Nhãn", 3, (Option(3, "Đủ thông tin, có mã truy xuất điện tử"),)),
        ("bilingual_label", "Nhãn hai thứ tiếng", 1),
    ),
    *_block(
        "A",
        "3. Sức mạnh cộng đồng",
        ("legal_form", "Loại hình tổ chức", 3, (Option(3, "Hợp tác xã"),)),
        (
            "leader",
            "Người đứng đầu",
            1,
            (Option(1, "Là phụ nữ, người dân tộc thiểu số hoặc người khuyết tật"),),
        ),
        ("local_labour", "Lao động tại chỗ", 3, (Option(3, "Từ 75% trở lên là người địa phương"),)),
        ("growth", "Tăng trưởng", 2),
        ("property", "Sở hữu trí tuệ", 3),
    ),
    *_block(
        "B",
        "4. Tiếp thị",
        (
            "market",
            "Khu vực bán hàng",
            5,
            (Option(5, "Xuất khẩu, kênh hiện đại hoặc sàn điện tử có hợp đồng và đường dẫn gian hàng"),),
        ),
        ("distribution", "Tổ chức phân phối", 3),
        ("promotion", "Quảng bá", 5),
    ),
    *_block(
        "B",
        "5. Câu chuyện sản phẩm",
        (
            "story",
            "Có câu chuyện ghi lại",
            5,
            (Option(5, "Trên tờ rơi, trang web và trong trang truy xuất"),),
        ),
        ("story_shape", "Cấu trúc câu chuyện", 2),
        ("identity", "Bản sắc địa phương", 5),
    ),
    *_block("C", "6. Cảm quan", ("senses", "Chỉ tiêu cảm quan", 12)),
    *_block("C", "7. Dinh dưỡng", ("nutrition", "Dinh dưỡng", 3)),
    *_block("C", "8. Độc đáo", ("uniqueness", "Tính độc đáo", 5)),
    *_block("C", "9. Công bố chất lượng", ("declared", "Công bố chất lượng", 5)),
    *_block("C", "10. Đảm bảo chất lượng", ("assured", "Đảm bảo chất lượng", 5)),
    *_block("C", "11. Hướng dẫn sử dụng", ("instructions", "Hướng dẫn sử dụng", 2)),
    *_block("C", "12. Cơ hội ra thế giới", ("global", "Cơ hội ra thị trường thế giới", 3)),
)

# The other sets: what the council's paper gives for each part, entered as it stands there.
BY_PART = tuple(
    Criterion(f"part_{part.lower()}", part, f"Phần {part}", "Theo phiếu chấm của hội đồng", most)
    for part, most in (("A", 40), ("B", 25), ("C", 35))
)

TOURISM = 26
WITHOUT_ESHOP = frozenset(
    {24, 25}
)  # ornamental plants and animals: the parse of annex II found no such minimum
_GOODS = (
    Minimum("trace_label", 4, 1, "Nhãn có mã truy xuất điện tử"),
    Minimum("story", 4, 1, "Câu chuyện sản phẩm nằm trong trang truy xuất"),
)
_ESHOP = Minimum("market", 5, 1, "Bán trên sàn điện tử, có đường dẫn gian hàng")


def criteria_of(ocop_set: int) -> tuple[Criterion, ...]:
    """The lines that can be marked for that set. Raises: KeyError for a set that does not exist.

    >>> sum(criterion.most for criterion in criteria_of(1)), len(criteria_of(11))
    (100, 3)
    """
    SETS[ocop_set]
    return SET_1 if ocop_set == 1 else BY_PART


def minimums_of(ocop_set: int) -> tuple[Minimum, ...]:
    """What must be reached for a star whatever the total; empty where nothing is known (tourism).

    >>> [minimum.criterion for minimum in minimums_of(24)], minimums_of(26)
    (['trace_label', 'story'], ())
    """
    SETS[ocop_set]
    if ocop_set in MINIMUMS:
        return MINIMUMS[ocop_set]
    if ocop_set == TOURISM:
        return ()
    return _GOODS if ocop_set in WITHOUT_ESHOP else (*_GOODS, _ESHOP)


def conditions_of(ocop_set: int) -> tuple[Minimum, ...]:
    """Those minimums that are a yes or no of their own, not a mark on a line of the paper."""
    lines = {criterion.key for criterion in criteria_of(ocop_set)}
    return tuple(minimum for minimum in minimums_of(ocop_set) if minimum.criterion not in lines)


@dataclass(frozen=True)
class Assessment:
    """Where a dossier stands.

    Unit: points, 0–100. ``capping`` are the minimums that hold the stars below what the total alone would give;
    for the next star ``points_missing`` and every minimum of ``minimums_missing`` are needed.
    """

    total: Fraction
    parts: Mapping[str, int]
    stars: int
    capping: tuple[Minimum, ...]
    next_stars: int | None
    points_missing: int
    minimums_missing: tuple[Minimum, ...]

    @property
    def total_text(self) -> str:
        """``87``, ``69,5``: to the hundredth, as the council writes it."""
        hundredths = round(self.total * 100)
        whole, rest = divmod(hundredths, 100)
        return f"{whole},{rest:02d}".rstrip("0") if rest else str(whole)


def assess(ocop_set: int, marks: Mapping[str, int], *, council_score: Fraction | None = None) -> Assessment:
    """The stars that these marks reach, and what the next star needs.

    Unit: ``marks`` by key; one that is absent counts as 0. The council's mean, if there is one, stands in place
    of the sum; the minimums still count. Raises: ValueError for an unknown key or more points than a line has.

    >>> full = {criterion.key: criterion.most for criterion in SET_1} | {"food_safety": 1}
    >>> assess(1, full).stars, assess(1, full | {"trace_label": 2}).stars
    (5, 3)
    >>> found = assess(1, full | {"trace_label": 2})
    >>> found.next_stars, found.points_missing, [minimum.criterion for minimum in found.minimums_missing]
    (4, 0, ['trace_label'])
    """
    lines = {criterion.key: criterion for criterion in criteria_of(ocop_set)}
    minimums = minimums_of(ocop_set)
    most = {minimum.criterion: minimum.points for minimum in conditions_of(ocop_set)}
    most |= {key: criterion.most for key, criterion in lines.items()}
    for key, points in marks.items():
        if key not in most or not 0 <= points <= most[key]:
            raise ValueError(f"{points} points for {key!r} of set {ocop_set}")
    parts = {part: 0 for part in PARTS}
    for key, criterion in lines.items():
        parts[criterion.part] += marks.get(key, 0)
    total = Fraction(sum(parts.values())) if council_score is None else council_score
    stars = stars_reached(total, marks, minimums)
    missed = [each for each in minimums if marks.get(each.criterion, 0) < each.points]
    by_total = stars_reached(total, {}, ())
    following = stars + 1 if stars < HIGHEST else None
    floor = next((floor for floor, band in BANDS if band == following), 0)
    return Assessment(
        total=total,
        parts=parts,
        stars=stars,
        capping=tuple(each for each in missed if stars < each.stars <= by_total),
        next_stars=following,
        points_missing=max(0, math.ceil(floor - total)) if following else 0,
        minimums_missing=tuple(each for each in missed if following and each.stars <= following),
    )


EVIDENCE = {
    number: vi
    for number, vi in enumerate(
        (
            "Đăng ký kinh doanh, đăng ký hợp tác xã",
            "Giấy đủ điều kiện sản xuất",
            "Nguồn gốc nguyên liệu, vùng trồng, hợp đồng liên kết",
            "Bảo vệ môi trường",
            "Danh sách lao động địa phương",
            "Tăng trưởng: xếp loại hợp tác xã hoặc sổ sách hai năm",
            "Sở hữu trí tuệ: nhãn hiệu, chỉ dẫn địa lý, sáng chế",
            "Hợp đồng phân phối, hóa đơn bán hàng",
            "Quảng bá, trang web",
            "Câu chuyện sản phẩm",
            "Công bố chất lượng",
            "Phiếu kiểm nghiệm",
            "Mã vạch, tem truy xuất",
            "Hệ thống quản lý chất lượng",
            "Giải thưởng, bằng khen",
        ),
        start=1,
    )
}
"""The kinds of evidence of Form 02 (annex III), in its order."""

SAMPLES = 5  # go with the file; a service sends none
_FILING_DAYS = ((4, 30), (10, 30))


def next_filing_day(on: dt.date) -> dt.date:
    """The last day for a file of the province's next round (at least two a year; art. 7).

    >>> [next_filing_day(dt.date(2026, *day)) for day in ((4, 30), (5, 1), (10, 31))]
    [datetime.date(2026, 4, 30), datetime.date(2026, 10, 30), datetime.date(2027, 4, 30)]
    """
    days = [dt.date(year, month, day) for year in (on.year, on.year + 1) for month, day in _FILING_DAYS]
    return next(day for day in days if day >= on)
