"""Every component of the shop on one page, in every state, from the very templates that the pages use.

Only while ``DEBUG`` is on. The goods are the first of this market, changed in memory for the states they are not in.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.listing import Wanted, fill_shelf
from catalog.models import ProductSheet
from catalog.paging import PER_PAGE
from catalog.selectors import cards, public_sheets

LONG_NAME = "Mật ong hoa rừng nguyên chất đóng chai thủy tinh loại đặc biệt dành biếu Tết Nguyên đán của bà con bản xa"
LONG_WORD = "Khoaisọnươngkhôngcódấucách" * 3


@dataclass(frozen=True)
class _Message:
    level_tag: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class _Step:
    state: str
    text: str
    at: Any = None


@dataclass(frozen=True)
class _Stars:
    stars: int


class Example(forms.Form):
    """One field of each kind that the shop asks with."""

    name = forms.CharField(label="Họ tên", help_text="Như trên thẻ căn cước.")
    email = forms.EmailField(label="Thư điện tử", required=False)
    note = forms.CharField(label="Nhắn hợp tác xã", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    quantity = forms.IntegerField(label="Số lượng", min_value=1, max_value=9)
    commune = forms.ChoiceField(
        label="Xã", choices=[("", "Chọn xã"), ("1", "Xã Tà Xùa"), ("2", "Xã Bắc Yên")]
    )
    way = forms.ChoiceField(
        label="Cách trả", choices=[("qr", "Chuyển khoản"), ("cod", "Khi nhận hàng")], widget=forms.RadioSelect
    )
    photo = forms.FileField(label="Ảnh", required=False)
    agrees = forms.BooleanField(label="Tôi đồng ý để chợ giữ địa chỉ này")


WRONG = {"email": "không phải thư", "quantity": "12", "commune": "9"}


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The page; 404 unless ``DEBUG``."""
    if not settings.DEBUG:
        raise Http404
    sheet = cards(public_sheets().filter(is_age_restricted=False).order_by("product_id")).first()
    nothing = Wanted(text="xyzxyzxyz")
    context: dict[str, Any] = {
        "goods": _states_of(sheet) if sheet else {},
        "sheet": sheet,
        "messages": [
            _Message(kind, f"Lời nhắn {kind}: chợ đã ghi rồi.")
            for kind in ("info", "success", "warning", "error")
        ],
        "plain_form": Example(auto_id="trong-%s"),
        "wrong_form": Example(WRONG, auto_id="loi-%s"),
        "stars": [_Stars(number) for number in (3, 4, 5)],
        "shelf": fill_shelf(Wanted(page=2 if public_sheets().count() > PER_PAGE else 1)),
        "empty": fill_shelf(nothing),
        "nothing": nothing,
        "crumbs": [("Chợ Phiên", "/"), ("Sản phẩm", "/san-pham/"), (LONG_NAME, "/styleguide/")],
        "parcel_steps": [
            _Step("done", "Đã đặt", timezone.now()),
            _Step("done", "Đã nhận tiền", timezone.now()),
            _Step("now", "Đang đóng gói"),
            _Step("next", "Giao cho nhà xe"),
        ],
    }
    return render(request, "styleguide.html", context)


def _states_of(sheet: ProductSheet) -> dict[str, ProductSheet]:
    """The same goods as they come to look."""
    return {
        "normal": sheet,
        "long text": _changed(sheet, title=LONG_NAME),
        "one long word": _changed(sheet, title=LONG_WORD),
        "sold out": _changed(sheet, stock=0),
        "no picture": _changed(sheet, picture=None),
    }


def _changed(
    sheet: ProductSheet, *, title: str = "", stock: int | None = None, **fields: Any
) -> ProductSheet:
    """A copy that is never saved."""
    other = copy.copy(sheet)
    other._state = copy.copy(sheet._state)
    other._state.fields_cache = dict(sheet._state.fields_cache)
    product: Any = copy.copy(sheet.product)
    other.product = product
    if title:
        product.title = title
    if stock is not None:
        record = copy.copy(next(iter(product.stockrecords.all())))
        record.num_in_stock, record.num_allocated, record.num_expected = stock, 0, 0
        product._prefetched_objects_cache = {**product._prefetched_objects_cache, "stockrecords": [record]}
    for name, value in fields.items():
        setattr(other, name, value)
    return other
