"""What a file would change: each of its rows beside the product that has its code today."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from oscar.core.loading import get_model

from catalog.batch import ON_THE_WAY, STOCK_FIELDS
from catalog.folding import fold, words_of
from catalog.labelling import Facts, missing_legal_fields
from catalog.models import Commune, Cooperative, FormerCommune, ProductSheet
from catalog.models.place import KINDS

from .archives import Photographs, picture_key, stored_key, tidy_name
from .columns import BY_FIELD, CODE, PICTURES
from .problems import CellRefused, Problem, Refused, Trouble
from .rows import ReadRow, Sheet

# Fields of the table that are columns of the sheet's own row, by the same name.
_OWN_FIELDS = {each.name: each for each in ProductSheet._meta.concrete_fields}
SHEET_FIELDS = tuple(name for name in BY_FIELD if name in _OWN_FIELDS)
_DEFAULTS = {name: _OWN_FIELDS[name].get_default() for name in SHEET_FIELDS if not BY_FIELD[name].is_required}


class RowKind(StrEnum):
    """What a row would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True)
class Change:
    """One field, before and after. ``old`` is None for a product that is not there yet."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class PlannedRow:
    """One row of the file and what becomes of it."""

    number: int
    sku: str
    title: str
    kind: RowKind
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The whole trial. ``unused_pictures`` are names in the archive that no row asks for."""

    rows: tuple[PlannedRow, ...]
    unknown_headings: tuple[str, ...] = ()
    unused_pictures: tuple[str, ...] = ()
    encoding: str = ""

    @property
    def counts(self) -> Counter[RowKind]:
        return Counter(row.kind for row in self.rows)

    @property
    def problems(self) -> list[tuple[PlannedRow, Problem]]:
        return [(row, problem) for row in self.rows for problem in row.problems]


def plan(*, cooperative: Cooperative, sheet: Sheet, pictures: Photographs | None = None) -> Plan:
    """What ``sheet`` would change among the cooperative's goods. Reads only, in a fixed number of queries."""
    pictures = pictures or Photographs.none()
    places, groups = Places.read(), Groups.read()
    now, packs = current_values(cooperative), pack_codes(cooperative)
    asked: set[str] = set()
    rows = []
    for row in sheet.rows:
        resolved = _resolved(row, places, groups, now.get(row.sku), pictures)
        if row.sku in packs:
            is_a_pack = Problem(Trouble.CODE_OF_A_PACK, CODE.field)
            resolved = replace(resolved, problems=(is_a_pack, *resolved.problems))
        asked.update(picture_key(row.fields[name]) for name in PICTURES if row.fields.get(name))
        rows.append(_planned(resolved, now.get(row.sku)))
    unused = tuple(name for key, name in pictures.names.items() if key not in asked)
    return Plan(tuple(rows), sheet.unknown_headings, unused, sheet.encoding)


def _resolved(
    row: ReadRow, places: Places, groups: Groups, now: Mapping[str, Any] | None, pictures: Photographs
) -> ReadRow:
    """The row with communes, groups and pictures as what they name."""
    fields, problems = dict(row.fields), list(row.problems)
    finders: dict[str, Callable[[str], str]] = {
        "commune": places.code_of,
        "category": groups.slug_of,
        **{name: partial(_picture, name, now=now, pictures=pictures) for name in PICTURES},
    }
    for name, find in finders.items():
        if name in fields:
            try:
                fields[name] = find(fields[name])
            except Refused as refused:
                del fields[name]
                problems.append(refused.at(name))
    return replace(row, fields=fields, problems=tuple(problems))


def _picture(field: str, name: str, *, now: Mapping[str, Any] | None, pictures: Photographs) -> str:
    key = picture_key(name)
    if key in pictures.names:
        return pictures.stored_name(key)
    there = now[field] if now else ""
    if there and stored_key(there) == key:
        return str(there)
    raise CellRefused(Trouble.NO_SUCH_PICTURE, text=name[:60])


def _planned(row: ReadRow, now: Mapping[str, Any] | None) -> PlannedRow:
    problems = list(row.problems)
    fields = dict(row.fields)
    if now is None and row.sku:
        already = {problem.field for problem in problems}
        problems += [
            Problem(Trouble.REQUIRED, column.field)
            for column in BY_FIELD.values()
            if column.is_required
            and column is not CODE
            and column.field not in fields
            and column.field not in already
            and not (column.field == "net_unit" and "net_quantity" in already)
        ]
        fields = {name: value for name, value in fields.items() if value != _DEFAULTS.get(name, ...)}
    elif now is not None and "stock" in fields and fields["stock"] < now["reserved"]:
        problems.append(Problem(Trouble.BELOW_RESERVED, "stock", {"reserved": now["reserved"]}))
    title = str(row.fields.get("title") or (now or {}).get("title", ""))
    if problems:
        return PlannedRow(row.number, row.sku, title, RowKind.WRONG, problems=tuple(problems))
    changes = tuple(
        Change(name, now[name] if now else None, value)
        for name, value in fields.items()
        if now is None or not _is_same(name, now[name], value)
    )
    kind = RowKind.NEW if now is None else RowKind.CHANGED if changes else RowKind.SAME
    problems = _of_the_whole(changes, now or _DEFAULTS)
    if problems:
        return PlannedRow(row.number, row.sku, title, RowKind.WRONG, problems=tuple(problems))
    return PlannedRow(row.number, row.sku, title, kind, changes)


def pack_codes(cooperative: Cooperative) -> frozenset[str]:
    """Codes of packs: their product is told once for all sizes, so one row of a table can't stand for it."""
    records: Any = get_model("partner", "StockRecord").objects.filter(
        partner_id=cooperative.partner_id, product__parent__isnull=False
    )
    return frozenset(records.values_list("partner_sku", flat=True))


def _of_the_whole(changes: Sequence[Change], now: Mapping[str, Any]) -> list[Problem]:
    """What is wrong only once the fields stand side by side: a fact the law wants, more at least than at most."""
    after = {**now, **{change.field: change.new for change in changes}}
    changed = {change.field for change in changes}
    problems = []
    if after.get("state") in ON_THE_WAY and changed - STOCK_FIELDS:
        missing = missing_legal_fields(cast(Facts, SimpleNamespace(**after)))
        problems += [Problem(Trouble.MISSING_FACT, each.field, {"law": each.source}) for each in missing]
    least, most = after["min_quantity"], after["max_quantity"]
    if most < least and changed & {"min_quantity", "max_quantity"}:
        problems.append(Problem(Trouble.TOO_SMALL, "max_quantity", {"least": least}))
    return problems


def _is_same(name: str, old: Any, new: Any) -> bool:
    """Blanks that the table tidies away are no change."""
    if isinstance(old, str) and old != new and BY_FIELD[name].most:
        try:
            return bool(BY_FIELD[name].read(old) == new)
        except CellRefused:
            return False
    return bool(old == new)


def current_values(cooperative: Cooperative, skus: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """What the table would say of each of the cooperative's products today, by code; ``reserved`` and ``state`` too."""
    records: Any = get_model("partner", "StockRecord").objects.filter(
        partner_id=cooperative.partner_id, product__sheet__isnull=False
    )
    if skus is not None:
        records = records.filter(partner_sku__in=list(skus))
    names = [f"product__sheet__{name}" for name in SHEET_FIELDS if name not in ("commune", *PICTURES)]
    found = records.order_by("product_id").values_list(
        "partner_sku", "product_id", "product__title", "price", "num_in_stock", "num_allocated",
        "product__sheet__state", "product__sheet__commune_id",
        *(f"product__sheet__{name}__file" for name in PICTURES), *names,
    )  # fmt: skip
    products: dict[str, dict[str, Any]] = {}
    by_product: dict[int, dict[str, Any]] = {}
    plain = [*PICTURES, *(name.removeprefix("product__sheet__") for name in names)]
    for sku, product_id, title, price, stock, reserved, state, commune, *values in found:
        products[sku] = by_product[product_id] = {
            "title": title,
            "category": "",
            "price_amount": int(price or 0),
            "stock": stock or 0,
            "reserved": reserved or 0,
            "state": state,
            "commune": commune,
            **dict(zip(plain, values, strict=True)),
        }
        for name in PICTURES:
            products[sku][name] = tidy_name(products[sku][name] or "")
    joins: Any = get_model("catalogue", "ProductCategory").objects.filter(
        product__sheet__cooperative=cooperative
    )
    for product_id, slug in joins.values_list("product_id", "category__slug").order_by("-category_id"):
        if product_id in by_product:
            by_product[product_id]["category"] = slug
    return products


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
