"""The form of a stall's story: its head, and one small form for each of its parts. Works without script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Cooperative
from catalog.pictures import make_renditions
from cms.models import StoryPage
from cms.parts import Kind, Part, lacking, new_part, parts_of, pictures_in
from cms.selectors import pictures_of
from shop.checkout.forms import PlainField
from shop.images.models import Picture
from shop.images.uploads import PhotoField, keep_photo
from shop.stories.services import Written, own_products

MOST_PARTS = 30
MOST_PICTURES = 60
_FIRST_PART = re.compile(r"p-([0-9a-f-]{36})-text")
_HEAD = "dau"


class _Prose(forms.CharField):
    """Some lines of text, composed (NFC)."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": rows}), required=False, **kwargs)

    def to_python(self, value: object) -> Any:
        return unicodedata.normalize("NFC", super().to_python(value) or "").replace("\r\n", "\n")


class PictureFields(forms.Form):
    """A picture of the stall, or a new photograph with its rights; the photograph wins."""

    photo = PhotoField(label=gettext_lazy("Ảnh mới"), required=False)
    picture = forms.TypedChoiceField(
        label=gettext_lazy("Hoặc ảnh đã có"), required=False, coerce=int, empty_value=None
    )
    author = PlainField(
        label=gettext_lazy("Ai chụp ảnh mới"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Bỏ trống nếu người của gian hàng chụp."),
    )
    agreed = PlainField(
        label=gettext_lazy("Đồng ý khi nào, bằng cách nào"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Cần khi người khác chụp. Người trong ảnh cũng phải đồng ý."),
    )

    def __init__(self, *args: Any, choices: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("photo") and cleaned.get("author") and not cleaned.get("agreed"):
            self.add_error("agreed", _("Ảnh người khác chụp thì bạn ghi họ đồng ý khi nào, bằng cách nào."))
        return cleaned

    def keep(self, *, title: str, cooperative: Cooperative) -> int | None:
        """The key of the picture that was chosen, a new one kept first. Writes: Picture, its renditions."""
        given = self.cleaned_data
        if not given.get("photo"):
            chosen: int | None = given.get("picture")
            return chosen
        picture = keep_photo(
            given["photo"],
            title=title,
            cooperative=cooperative,
            author=given["author"],
            agreed=given["agreed"],
        )
        make_renditions(picture, shape="wide")
        return int(picture.pk)


class HeadForm(PictureFields):
    field_order = ("title", "intro")

    title = PlainField(label=gettext_lazy("Tên chuyện"), max_length=255)
    intro = _Prose(
        label=gettext_lazy("Lời dẫn"),
        rows=3,
        max_length=300,
        help_text=gettext_lazy("Một hai câu cho người đọc biết chuyện kể về gì."),
    )


class TextForm(forms.Form):
    text = _Prose(
        label=gettext_lazy("Đoạn văn"),
        rows=8,
        max_length=6000,
        help_text=gettext_lazy(
            "Cách một dòng trống là sang đoạn mới. Dòng bắt đầu bằng “## ” là đề mục, bằng “- ” là gạch đầu dòng."
        ),
    )


class PictureForm(PictureFields):
    caption = PlainField(label=gettext_lazy("Lời dưới ảnh"), max_length=200, required=False)


class VoiceForm(forms.Form):
    words = _Prose(label=gettext_lazy("Lời kể"), rows=4, max_length=1000)
    who = PlainField(label=gettext_lazy("Ai kể"), max_length=100, required=False)
    consent = PlainField(
        label=gettext_lazy("Đồng ý cho đăng khi nào, bằng cách nào"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Hiện dưới lời kể, sau chữ “đã đồng ý cho đăng”. Ví dụ: tại nhà, ngày 3/11."),
    )


class ProductForm(forms.Form):
    product_id = forms.TypedChoiceField(
        label=gettext_lazy("Món đang bán"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, choices: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product_id"].choices = choices  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Shown:
    """One part on the page. ``form`` is None for what an editor has put there; ``picture`` is what it shows now.

    ``faults`` is what is missing before an editor looks at it, where that was asked.
    """

    part: Part
    form: forms.Form | None
    picture: Picture | None
    faults: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        return str(_HEADINGS[self.part.kind]) if self.form else self.part.label


_HEADINGS = {
    Kind.TEXT: gettext_lazy("Đoạn văn"),
    Kind.PICTURE: gettext_lazy("Ảnh"),
    Kind.VOICE: gettext_lazy("Lời bà con"),
    Kind.PRODUCT: gettext_lazy("Món hàng"),
}


class StoryPaper:
    """All forms of one story. ``draft`` None is a new one; the structure is that of the draft, never of what was sent.

    Parts that were not sent (somebody has added them meanwhile) stay as they are.
    """

    def __init__(
        self,
        *,
        draft: StoryPage | None,
        cooperative: Cooperative,
        data: Any = None,
        files: Any = None,
        is_checked: bool = False,
    ) -> None:
        self.draft, self.cooperative, self.data, self.files = draft, cooperative, data, files
        self.is_checked = is_checked
        self.goods = own_products(cooperative)
        self.parts = parts_of(draft, own_products=self.goods) if draft else [_first(data)]

    @cached_property
    def head(self) -> HeadForm:
        initial: dict[str, Any] = {"title": "", "intro": "", "picture": None}
        if self.draft:
            initial = {
                "title": self.draft.title, "intro": self.draft.intro, "picture": self.draft.picture_id,
            }  # fmt: skip
        return HeadForm(
            self.data, self.files, prefix=_HEAD, initial=initial, choices=self._choices(initial["picture"])
        )

    @cached_property
    def shown(self) -> list[Shown]:
        return [
            Shown(
                part,
                self._form(part),
                self._pictures.get(part.values.get("picture")),
                tuple(lacking(part).values()) if self.is_checked else (),
            )
            for part in self.parts
        ]

    @property
    def faults(self) -> list[str]:
        """What the story as a whole lacks, where that was asked."""
        if not self.is_checked or self.draft is None:
            return []
        wanted = {_("Bạn viết lời dẫn."): self.draft.intro, _("Chuyện chưa có phần nào."): self.parts}
        return [said for said, has in wanted.items() if not has]

    @property
    def cover(self) -> Picture | None:
        return self._pictures.get(self.draft.picture_id) if self.draft else None

    @property
    def _forms(self) -> list[forms.Form]:
        return [self.head, *(each.form for each in self.shown if each.form is not None)]

    @property
    def has_room(self) -> bool:
        return len(self.parts) < MOST_PARTS

    def is_valid(self) -> bool:
        return all([form.is_valid() for form in self._forms if form.is_bound])

    def written(self) -> Written:
        """What was sent, new photographs kept. Writes: Picture."""
        title = self.head.cleaned_data["title"]
        return Written(
            title=title,
            intro=self.head.cleaned_data["intro"],
            picture_id=self.head.keep(title=title, cooperative=self.cooperative),
            parts=tuple(self._written(each, title) for each in self.shown),
        )

    @cached_property
    def _pictures(self) -> Mapping[Any, Picture]:
        keys: set[int | None] = set(pictures_in(part.raw for part in self.parts if part.kind != Kind.KEPT))
        if self.draft:
            keys.add(self.draft.picture_id)
        return pictures_of(keys)

    @cached_property
    def _own_pictures(self) -> list[tuple[Any, str]]:
        rows = Picture.objects.filter(cooperative=self.cooperative).order_by("-pk")
        return [("", _("Không có ảnh")), *rows.values_list("pk", "title")[:MOST_PICTURES]]

    def _choices(self, now: int | None) -> list[tuple[Any, str]]:
        known = {key for key, _title in self._own_pictures}
        if now is None or now in known:
            return self._own_pictures
        title = self._pictures[now].title if now in self._pictures else "?"
        return [*self._own_pictures, (now, title)]

    def _form(self, part: Part) -> forms.Form | None:
        if part.kind == Kind.KEPT:
            return None
        prefix = f"p-{part.id}"
        was_sent = self.data is not None and any(key.startswith(f"{prefix}-") for key in self.data)
        given: dict[str, Any] = {"prefix": prefix, "initial": dict(part.values)}
        if was_sent:
            given |= {"data": self.data, "files": self.files}
        if part.kind == Kind.TEXT:
            return TextForm(**given)
        if part.kind == Kind.VOICE:
            return VoiceForm(**given)
        if part.kind == Kind.PRODUCT:
            return ProductForm(**given, choices=[("", _("Chọn món")), *self.goods.items()])
        return PictureForm(**given, choices=self._choices(part.values["picture"]))

    def _written(self, each: Shown, title: str) -> Part:
        if each.form is None or not each.form.is_bound:
            return each.part
        given = each.form.cleaned_data
        values = {name: given[name] for name in each.part.values if name != "picture"}
        if isinstance(each.form, PictureForm):
            named = given["caption"] or title
            values["picture"] = each.form.keep(title=named, cooperative=self.cooperative)
        return replace(each.part, values=values)


def changed(parts: tuple[Part, ...], act: str) -> tuple[tuple[Part, ...], str]:
    """The parts after a button of the form (``add-text``, ``up-…``, ``down-…``, ``drop-…``), and the part to go to."""
    verb, _sep, about = act.partition("-")
    if verb == "add" and about in _HEADINGS and len(parts) < MOST_PARTS:
        added = new_part(Kind(about))
        return (*parts, added), added.id
    place = next((number for number, part in enumerate(parts) if part.id == about), None)
    if place is None:
        return parts, ""
    order = list(parts)
    part = order.pop(place)
    if verb == "drop":
        return tuple(order), order[min(place, len(order) - 1)].id if order else ""
    if verb in ("up", "down"):
        order.insert(max(place - 1, 0) if verb == "up" else place + 1, part)
        return tuple(order), about
    return parts, ""


def _first(data: Any) -> Part:
    """The one paragraph that a new story starts with; its number is that of the page that was sent."""
    sent = next((found[1] for key in data or () if (found := _FIRST_PART.fullmatch(key))), str(uuid4()))
    return replace(new_part(Kind.TEXT), id=sent)
