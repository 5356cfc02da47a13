"""What a file would change: each of its rows beside the product that has its code today."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from catalog.batch import ON_THE_WAY, STOCK_FIELDS
from catalog.clock import today
from catalog.harvests import LONGEST_WAIT
from catalog.labelling import Facts, missing_legal_fields
from catalog.models import Cooperative
from catalog.packs import MOST_PACKS
from catalog.tiers import MOST_TIERS

from .archives import Photographs, picture_key, stored_key
from .columns import BY_FIELD, CODE, HARVEST, PACK_REQUIRED, PICTURES, SIZE_FIELDS
from .current import OWN_FIELDS, SHEET_FIELDS, current_values
from .names import Groups, Places
from .problems import CellRefused, Problem, Refused, Trouble
from .rows import ReadRow, Sheet

_SIZE_DEFAULTS: dict[str, Any] = {"tiers": [], **{name: [] for name in HARVEST}, "reserved": 0, "expected": 0}
_DEFAULTS: dict[str, Any] = {
    name: OWN_FIELDS[name].get_default() for name in SHEET_FIELDS if not BY_FIELD[name].is_required
} | _SIZE_DEFAULTS
_PACK_DEFAULTS: dict[str, Any] = {"is_offered": True, "pack_en": "", **_SIZE_DEFAULTS}


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

    def parent_sku(self, now: Mapping[str, Any] | None) -> str:
        """Code of the product that this row is a pack of; empty for the row of a product.

        A row that changes what is there says nothing of it: it stays what it is (``now``).
        """
        named = [str(change.new) for change in self.changes if change.field == "parent_sku"]
        if named or self.kind is RowKind.NEW:
            return named[0] if named else ""
        return str(now["parent_sku"]) if now else ""


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
    now = current_values(cooperative)
    family = Family(now)
    asked: set[str] = set()
    rows = []
    for row in sheet.rows:
        resolved = _resolved(row, places, groups, now.get(row.sku), pictures)
        resolved = family.checked(resolved)
        asked.update(picture_key(row.fields[name]) for name in PICTURES if row.fields.get(name))
        planned = _planned(resolved, now.get(row.sku))
        family.note(planned, resolved)
        rows.append(planned)
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
    there = now.get(field, "") if now else ""
    if there and stored_key(there) == key:
        return str(there)
    raise CellRefused(Trouble.NO_SUCH_PICTURE, text=name[:60])


def _planned(row: ReadRow, now: Mapping[str, Any] | None) -> PlannedRow:
    problems = list(row.problems)
    fields = dict(row.fields)
    if not {problem.field for problem in problems} & set(HARVEST):
        fields, not_said = _with_harvests(fields, now or _DEFAULTS)
        problems += not_said
    is_pack = bool(row.parent_sku)
    if now is None and row.sku:
        already = {problem.field for problem in problems}
        problems += [
            Problem(Trouble.REQUIRED, column.field)
            for column in BY_FIELD.values()
            if (column.field in PACK_REQUIRED if is_pack else column.is_required)
            and column is not CODE
            and column.field not in fields
            and column.field not in already
            and not (column.field == "net_unit" and "net_quantity" in already)
        ]
        defaults = _PACK_DEFAULTS if is_pack else _DEFAULTS
        fields = {name: value for name, value in fields.items() if value != defaults.get(name, ...)}
        if is_pack:
            fields["parent_sku"] = row.parent_sku
    called = "pack" if is_pack else "title"
    title = str(row.fields.get(called) or (now or {}).get(called, ""))
    if problems:
        return PlannedRow(row.number, row.sku, title, RowKind.WRONG, problems=tuple(problems))
    changes = tuple(
        Change(name, now[name] if now else None, value)
        for name, value in fields.items()
        if now is None or not _is_same(name, now[name], value)
    )
    kind = RowKind.NEW if now is None else RowKind.CHANGED if changes else RowKind.SAME
    problems = _of_the_size(changes, now or _SIZE_DEFAULTS)
    if not is_pack:
        problems += _of_the_whole(changes, now or _DEFAULTS)
    if problems:
        return PlannedRow(row.number, row.sku, title, RowKind.WRONG, problems=tuple(problems))
    return PlannedRow(row.number, row.sku, title, kind, changes)


def _of_the_whole(changes: Sequence[Change], now: Mapping[str, Any]) -> list[Problem]:
    """What is wrong only once the fields stand side by side: a fact the law wants, more at least than at most."""
    after = {**now, **{change.field: change.new for change in changes}}
    changed = {change.field for change in changes}
    problems = []
    if after.get("state") in ON_THE_WAY and changed - STOCK_FIELDS - SIZE_FIELDS:
        missing = missing_legal_fields(cast(Facts, SimpleNamespace(**after)))
        problems += [Problem(Trouble.MISSING_FACT, each.field, {"law": each.source}) for each in missing]
    least, most = after["min_quantity"], after["max_quantity"]
    if most < least and changed & {"min_quantity", "max_quantity"}:
        problems.append(Problem(Trouble.TOO_SMALL, "max_quantity", {"least": least}))
    return problems


def _of_the_size(changes: Sequence[Change], now: Mapping[str, Any]) -> list[Problem]:
    """What is wrong between price, prices for many, stock and harvests of one size."""
    after = {**now, **{change.field: change.new for change in changes}}
    changed = {change.field for change in changes}
    problems = []
    if len(after["tiers"]) > MOST_TIERS and "tiers" in changed:
        problems.append(Problem(Trouble.TOO_MANY_PARTS, "tiers", {"most": MOST_TIERS}))
    if changed & {"tiers", "price_amount"} and any(
        amount >= after["price_amount"] for _quantity, amount in after["tiers"]
    ):
        field = "tiers" if "tiers" in changed else "price_amount"
        problems.append(Problem(Trouble.TIER_TOO_DEAR, field, {"price": after["price_amount"]}))
    # Stock is written before harvests; neither step may promise less than what is reserved.
    too_few = {"reserved": now["reserved"]}
    if not changed & {"stock", *HARVEST}:
        return problems
    if after["stock"] + now["expected"] < now["reserved"]:
        problems.append(Problem(Trouble.BELOW_RESERVED, "stock", too_few))
    elif after["stock"] + sum(after["harvest_quantity"]) < now["reserved"]:
        problems.append(Problem(Trouble.BELOW_RESERVED, "harvest_quantity", too_few))
    return problems


def _with_harvests(fields: dict[str, Any], now: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The fields with the three columns of harvests side by side, soonest first; what a cell leaves out stays."""
    if not fields.keys() & set(HARVEST):
        return fields, []
    quantities, days, sure = (fields.get(name, now[name]) for name in HARVEST)
    if not quantities and "harvest_quantity" in fields:
        days, sure = fields.get("harvest_on", []), fields.get("harvest_confidence", [])
    if "harvest_confidence" not in fields and len(sure) != len(quantities):
        sure = ["likely"] * len(quantities)
    for name, column in (("harvest_on", days), ("harvest_confidence", sure)):
        if len(column) != len(quantities):
            differ = {"first": len(quantities), "second": len(column)}
            return fields, [Problem(Trouble.HARVESTS_DIFFER, name, differ)]
    on = today()
    reach = (on.isoformat(), (on + LONGEST_WAIT).isoformat())
    if any(day not in now["harvest_on"] and not reach[0] <= day <= reach[1] for day in days):
        return fields, [Problem(Trouble.DAY_OUT_OF_REACH, "harvest_on")]
    columns = zip(*sorted(zip(quantities, days, sure, strict=True), key=lambda each: each[1]), strict=True)
    told = (
        dict(zip(HARVEST, map(list, columns), strict=True)) if quantities else {name: [] for name in HARVEST}
    )
    return fields | told, []


class Family:
    """Which rows and goods belong together as one product and its packs, row after row."""

    def __init__(self, now: Mapping[str, Mapping[str, Any]]) -> None:
        self.now = now
        self.units = {sku: str(each["net_unit"]) for sku, each in now.items() if not each["parent_sku"]}
        self.wrong: dict[str, int] = {}
        self.names: dict[str, dict[str, str]] = defaultdict(
            dict
        )  # code of the product → its packs' names by code
        for sku, each in now.items():
            self.names[each["parent_sku"] or sku][sku] = each["pack"]

    def checked(self, row: ReadRow) -> ReadRow:
        """The row with what is wrong in its place among the others."""
        now = self.now.get(row.sku)
        parent_now = now["parent_sku"] if now else ""
        if row.parent_sku:
            problems = self._of_a_pack(row, parent_now, is_known=now is not None)
        elif parent_now:
            problems = [Problem(Trouble.CODE_OF_A_PACK, CODE.field)]
        else:
            return self._of_a_product(row)
        fields = {name: value for name, value in row.fields.items() if name != "net_unit"}
        return replace(row, fields=fields, problems=(*problems, *row.problems))

    def _of_a_product(self, row: ReadRow) -> ReadRow:
        fields, problems = dict(row.fields), list(row.problems)
        now = self.now.get(row.sku)
        if (now is None or now["is_offered"] is None) and not fields.pop("is_offered", True):
            problems.append(Problem(Trouble.ONLY_FOR_PACKS, "is_offered"))
        if self._is_taken(row):
            problems.append(Problem(Trouble.SAME_PACK, "pack", {"text": fields["pack"]}))
        return replace(row, fields=fields, problems=tuple(problems))

    def _is_taken(self, row: ReadRow) -> bool:
        packs = self.names.get(row.parent_sku or row.sku, {})
        return row.fields.get("pack", "") in {name for sku, name in packs.items() if sku != row.sku}

    def _of_a_pack(self, row: ReadRow, parent_now: str, *, is_known: bool) -> list[Problem]:
        main = row.parent_sku
        if is_known and not parent_now:
            return [Problem(Trouble.NOT_A_PACK, "parent_sku")]
        if parent_now and parent_now != main:
            return [Problem(Trouble.PACK_OF_ANOTHER, "parent_sku", {"code": parent_now})]
        if main in self.wrong and main not in self.now:
            return [Problem(Trouble.MAIN_WRONG, "parent_sku", {"row": self.wrong[main]})]
        if main not in self.units:
            return [Problem(Trouble.NO_MAIN, "parent_sku", {"text": main[:60]})]
        problems = []
        unit = row.fields.get("net_unit", self.units[main])
        if unit != self.units[main]:
            problems.append(Problem(Trouble.PACK_UNIT, "net_quantity", {"unit": self.units[main]}))
        if self._is_taken(row):
            problems.append(Problem(Trouble.SAME_PACK, "pack", {"text": row.fields["pack"]}))
        if row.sku not in self.names[main] and len(self.names[main]) >= MOST_PACKS:
            problems.append(Problem(Trouble.TOO_MANY_PACKS, "parent_sku", {"most": MOST_PACKS}))
        return problems

    def note(self, planned: PlannedRow, row: ReadRow) -> None:
        """Remember what the row will have made."""
        if planned.kind is RowKind.WRONG:
            if not row.parent_sku:
                self.wrong.setdefault(row.sku, row.number)
            return
        main = row.parent_sku or row.sku
        name = row.fields.get("pack") or (self.now.get(row.sku) or {}).get("pack", "")
        self.names[main][row.sku] = name
        if not row.parent_sku:
            unit = row.fields.get("net_unit") or self.now[row.sku]["net_unit"]
            self.units[main] = unit


def _is_same(name: str, old: Any, new: Any) -> bool:
    """Blanks that the table tidies away are no change."""
    if isinstance(old, str) and old != new and BY_FIELD[name].most:
        try:
            return bool(BY_FIELD[name].read(old) == new)
        except CellRefused:
            return False
    return bool(old == new)
