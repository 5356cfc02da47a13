"""What keeps a page from going out: pictures without their rights (docs/decisions/0041), and a takedown that stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from wagtail.models import Page

from catalog.clock import today
from cms.models import StoryPage
from cms.parts import pictures_in
from shop.images.models import Picture
from shop.sellers import takedowns


class MayNotGoOut(Exception):
    """Why the page stays a draft, in words; ``advice`` says what to do about it."""

    def __init__(self, page: Page, faults: list[str], advice: str) -> None:
        super().__init__(*faults)
        self.page, self.faults, self.advice = page, faults, advice


def must_go_out(page: Page) -> None:
    """Raises: MayNotGoOut."""
    if isinstance(page, StoryPage) and takedowns.standing_of(page):
        raise MayNotGoOut(page, [_("Chợ đã gỡ chuyện này, nên chưa đăng được.")], _("Bản nháp được giữ."))
    faults = list(faults_of(page))
    if faults:
        raise MayNotGoOut(page, faults, advice())


def advice() -> str:
    return _("Trang được giữ ở bản nháp. Bạn mở ảnh ở mục Ảnh, ghi cho đủ rồi đăng lại.")


def faults_of(page: Page) -> Iterator[str]:
    """Every picture of the page that may not be shown on it today, and why."""
    stall = getattr(page, "cooperative_id", None)
    for picture in (
        Picture.objects.filter(pk__in=_pictures_on(page)).select_related("cooperative").order_by("pk")
    ):
        missing = picture.missing_rights(today())
        if missing:
            names = [str(Picture._meta.get_field(name).verbose_name) for name in missing]
            yield _("Ảnh “%(title)s” chưa đăng được: %(fields)s.") % {
                "title": picture.title,
                "fields": ", ".join(names),
            }
        if picture.cooperative_id and picture.cooperative_id != stall:
            yield _("Ảnh “%(title)s” là của %(stall)s, chỉ dùng trên trang của gian hàng ấy.") % {
                "title": picture.title,
                "stall": picture.cooperative,
            }


def _pictures_on(page: Any) -> set[int]:
    """Keys of the page's own picture and of those in its text."""
    body: Any = getattr(page, "body", ())
    keys = pictures_in(body.raw_data) if hasattr(body, "stream_block") else set()
    own = getattr(page, "picture_id", None)
    return keys | {own} if own else keys
