"""The demo market's plots, papers and dossier: a paper that ends soon, one that ended, one withdrawn, one unproven."""

from __future__ import annotations

import datetime as dt
from typing import Any

from catalog.dossiers import save_dossier
from catalog.models import Commune, Cooperative, Paper, Plot, ProductSheet
from catalog.papers import paper_findings, save_paper, verify_paper
from catalog.proofs import withdraw_proof
from catalog.validity import PROVING_GRADES
from shop.demo import files

Things = dict[str, ProductSheet | Plot | Cooperative]

TARO = "P01"
MARKS = {
    "origin": 3,
    "certified_area": 1,
    "added_value": 1,
    "capacity": 2,
    "linkage": 2,
    "environment": 2,
    "idea": 2,
    "packaging": 2,
    "trace_label": 3,
    "bilingual_label": 1,
    "legal_form": 3,
    "leader": 1,
    "local_labour": 3,
    "growth": 1,
    "property": 2,
    "market": 3,
    "distribution": 2,
    "promotion": 2,
    "story": 2,
    "story_shape": 2,
    "identity": 4,
    "senses": 9,
    "nutrition": 2,
    "uniqueness": 3,
    "declared": 3,
    "assured": 2,
    "instructions": 2,
    "food_safety": 1,
}
HELD = {1: "business", 2: "food-safety", 3: "growing-area", 5: "", 7: "trademark", 10: "", 12: ""}


def load_papers(
    cooperatives: dict[str, Cooperative],
    sheets: dict[str, ProductSheet],
    communes: dict[str, Commune],
    checked_by: Any,
) -> None:
    """Plots, papers and the taro's dossier that are not there yet. Idempotent."""
    things: Things = {f"cooperative:{code}": cooperative for code, cooperative in cooperatives.items()}
    things |= {f"sheet:{sku}": sheet for sku, sheet in sheets.items()}
    for row in files.rows("plots"):
        plot, _made = Plot.objects.get_or_create(
            cooperative=cooperatives[row["cooperative"]],
            name=row["name"],
            defaults={
                "commune": communes[row["commune"]],
                "hectares": row["hectares"],
                "crop": row["crop"],
            },
        )
        plot.sheets.set([sheets[sku] for sku in row["skus"].split()])
        things[f"plot:{row['name']}"] = plot
    for row in files.rows("papers"):
        if not Paper.objects.filter(kind=row["kind"], number=row["number"]).exists():
            _load(row, things, checked_by)
    _load_dossier(sheets[TARO], checked_by)


def _load(row: dict[str, str], things: Things, checked_by: Any) -> None:
    paper = save_paper(
        kind=row["kind"],
        bound_to=things[row["bound_to"]],
        number=row["number"],
        issuer=row["issuer"],
        issued_on=dt.date.fromisoformat(row["issued_on"]),
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        evidence_grade=row["evidence_grade"],
    )
    if row["evidence_grade"] not in PROVING_GRADES:
        return
    verify_paper(
        paper=paper,
        verified_by=checked_by,
        evidence_grade=row["evidence_grade"],
        despite=frozenset(paper_findings(paper)),
        reason="Giấy mẫu của bản chạy thử.",
    )
    if row["withdrawn_on"]:
        withdraw_proof(proof=paper, on=dt.date.fromisoformat(row["withdrawn_on"]), by=checked_by)


def _load_dossier(sheet: ProductSheet, by: Any) -> None:
    if hasattr(sheet, "dossier"):
        return
    own = {
        paper.kind: paper
        for paper in Paper.objects.of_cooperatives(Cooperative.objects.filter(pk=sheet.cooperative_id))
    }
    items = {kind: (own.get(paper_kind), "") for kind, paper_kind in HELD.items()}
    save_dossier(sheet=sheet, marks=MARKS, items=items, by=by)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
