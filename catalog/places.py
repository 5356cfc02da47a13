"""Provinces and communes: loading the list and finding a commune as people write it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from catalog.folding import fold
from catalog.models import Commune, FormerCommune, Province
from catalog.models.place import KINDS, bare_name

LIST = Path(__file__).parent / "places"


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (LIST / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@transaction.atomic
def load_places() -> int:
    """Bring provinces, communes and former names in line with ``catalog/places/*.csv``; return the communes.

    Writes: Province, Commune, FormerCommune. Idempotent. Nothing is deleted: addresses may point to it.
    """
    provinces = [
        Province(code=row["code"], name=row["name"], kind=row["kind"]) for row in _rows("provinces.csv")
    ]
    Province.objects.bulk_create(
        provinces, update_conflicts=True, unique_fields=["code"], update_fields=["name", "kind"]
    )
    communes = [
        Commune(
            code=row["code"],
            province_id=row["province"],
            name=row["name"],
            kind=row["kind"],
            folded_name=fold(bare_name(row["name"])),
        )
        for row in _rows("communes.csv")
    ]
    Commune.objects.bulk_create(
        communes,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["province", "name", "kind", "folded_name"],
    )
    FormerCommune.objects.bulk_create(
        [
            FormerCommune(
                commune_id=row["new_code"], name=row["old_name"], folded_name=fold(bare_name(row["old_name"]))
            )
            for row in _rows("old_names.csv")
        ],
        ignore_conflicts=True,
    )
    return len(communes)


def find_communes(text: str, *, province: str | None = None) -> QuerySet[Commune]:
    """Communes whose name, or that of a commune merged into them or of their old district, holds ``text``; best first.

    ``text`` may lack marks and may carry the kind ("xa ta xua"). ``province`` is a province code.
    """
    wanted = fold(text)
    for kind in KINDS:
        wanted = wanted.removeprefix(fold(kind) + " ")
    former = FormerCommune.objects.filter(commune=OuterRef("pk"), folded_name__contains=wanted)
    found = Commune.objects.filter(Q(folded_name__contains=wanted) | Exists(former)).select_related(
        "province"
    )
    if province:
        found = found.filter(province_id=province)
    nearness = Case(
        When(folded_name=wanted, then=Value(0)),
        When(folded_name__startswith=wanted, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return found.order_by(nearness, "name", "code")
