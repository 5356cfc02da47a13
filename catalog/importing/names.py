"""Groups of goods and communes by what people call them."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oscar.core.loading import get_model

from catalog.folding import fold, words_of
from catalog.models import Commune, FormerCommune
from catalog.models.place import KINDS

from .problems import CellRefused, Trouble


@dataclass(frozen=True)
class Groups:
    """The market's groups of goods by what people call them."""

    slugs: Mapping[str, str]
    labels: Mapping[str, str]  # slug → name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.labels.values())

    @classmethod
    def read(cls) -> Groups:
        slugs: dict[str, str] = {}
        found: Any = get_model("catalogue", "Category").objects.filter(depth=1)
        rows = list(found.values_list("slug", "name", "sheet__name_en"))
        for slug, name, name_en in rows:
            for called in (name_en or "", slug, name):
                slugs[" ".join(words_of(called))] = slug
        return cls(slugs, {slug: name for slug, name, _en in rows})

    def slug_of(self, text: str) -> str:
        """Raises: CellRefused, with the names that come nearest."""
        try:
            return self.slugs[" ".join(words_of(text))]
        except KeyError:
            near = difflib.get_close_matches(text, self.names, n=3, cutoff=0.4) or self.names[:3]
            raise CellRefused(Trouble.UNKNOWN_GROUP, text=text[:60], choices="; ".join(near)) from None


@dataclass(frozen=True)
class Places:
    """All communes by code, and by name with and without kind and province; former names last."""

    by_name: Mapping[str, Sequence[tuple[str, str]]]  # folded name → (code, "Xã Tà Xùa, Tỉnh Sơn La")
    by_former_name: Mapping[str, Sequence[tuple[str, str]]]
    provinces: Mapping[str, str]  # code of the commune → folded province
    labels: Mapping[str, str]

    @classmethod
    def read(cls) -> Places:
        by_name: dict[str, list[tuple[str, str]]] = defaultdict(list)
        by_former: dict[str, list[tuple[str, str]]] = defaultdict(list)
        labels: dict[str, str] = {}
        provinces: dict[str, str] = {}
        rows = Commune.objects.values_list("code", "name", "folded_name", "province__name").order_by("code")
        for code, name, folded, province in rows:
            labels[code] = f"{name}, {province}"
            provinces[code] = fold(province)
            by_name[folded].append((code, labels[code]))
        former = FormerCommune.objects.values_list("commune_id", "folded_name").order_by("commune_id")
        for code, folded in former:
            if (code, labels[code]) not in by_former[folded]:
                by_former[folded].append((code, labels[code]))
        return cls(by_name, by_former, provinces, labels)

    def label_of(self, code: str) -> str:
        """The name with its province where that finds the commune again, else the code."""
        label = self.labels[code]
        try:
            return label if self.code_of(label) == code else code
        except CellRefused:
            return code

    def code_of(self, text: str) -> str:
        """Raises: CellRefused when there is none or more than one."""
        if text.isdecimal():
            code = text.zfill(5)
            if code in self.labels:
                return code
            raise CellRefused(Trouble.UNKNOWN_PLACE, text=text[:60])
        name, _comma, province = (part.strip() for part in fold(text).partition(","))
        bare, kind = _without_kind(name)
        found = list(self.by_name.get(bare, ())) or list(self.by_former_name.get(bare, ()))
        if province:
            wanted = _without_kind(province.rpartition(",")[2].strip())[0]
            found = [place for place in found if _without_kind(self.provinces[place[0]])[0] == wanted]
        if len(found) > 1 and kind:
            found = [place for place in found if fold(place[1]).startswith(f"{kind} ")] or found
        if not found:
            raise CellRefused(Trouble.UNKNOWN_PLACE, text=text[:60])
        if len(found) > 1:
            choices = "; ".join(f"{label} ({code})" for code, label in found[:4])
            raise CellRefused(Trouble.SEVERAL_PLACES, text=text[:60], choices=choices)
        return found[0][0]


def _without_kind(name: str) -> tuple[str, str]:
    for kind in (fold(each) for each in KINDS):
        if name.startswith(f"{kind} "):
            return name.removeprefix(f"{kind} "), kind
    return name, ""
