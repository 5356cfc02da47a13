"""The demo market's files read into typed values. Knows nothing of the database."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("vi", "en", "ja")  # pages in other languages are translations of the first
ALL_YEAR = "all"


@dataclass(frozen=True)
class Story:
    """One language of one story; its translations share its slug."""

    slug: str
    language: str
    title: str
    intro: str
    picture: str
    cooperative: str
    products: tuple[str, ...]
    gallery: tuple[str, ...]
    body: str


@dataclass(frozen=True)
class Recipe:
    """One language of one recipe; ``ingredients`` are amount, name, and the SKU or nothing."""

    slug: str
    language: str
    title: str
    intro: str
    picture: str
    servings: int
    minutes: int
    ingredients: tuple[tuple[str, str, str], ...]
    steps: tuple[str, ...]
    notes: str


@dataclass(frozen=True)
class Home:
    """The front page in one language, with the openings of the shelves of stories and of recipes."""

    language: str
    title: str
    lead: str
    picture: str
    stories_title: str
    stories_lead: str
    recipes_title: str
    recipes_lead: str
    body: str


def rows(name: str) -> list[dict[str, str]]:
    """The lines of ``<name>.csv`` by column name.

    Raises: ValueError naming the file and line when a line has more or fewer cells than the header.
    """
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restkey="", restval=None)
        found = []
        for row in reader:
            if "" in row or None in row.values():
                raise ValueError(f"{name}.csv, line {reader.line_num}: wrong number of cells")
            found.append(row)
    return found


def season_months(text: str) -> int:
    """A bit per month, January lowest.

    Raises: ValueError for a month outside 1–12 or no month at all.

    >>> season_months("9,10,11,12,1") == 0b1111_0000_0001
    True
    >>> season_months("all") == 0b1111_1111_1111
    True
    """
    months = range(1, 13) if text == ALL_YEAR else [int(month) for month in text.split(",")]
    if not all(1 <= month <= 12 for month in months):
        raise ValueError(f"no such month: {text}")
    return sum(1 << (month - 1) for month in set(months))


def flag(text: str) -> bool:
    """True for ``1``, false for ``0``. Raises: ValueError for anything else."""
    if text not in ("0", "1"):
        raise ValueError(f"neither 0 nor 1: {text!r}")
    return text == "1"


def stories() -> list[Story]:
    """All stories, of each slug in the order of ``LANGUAGES``."""
    found = [_story(path) for path in (FOLDER / "stories").glob("*.md")]
    return sorted(found, key=lambda story: (story.slug, LANGUAGES.index(story.language)))


def _story(path: Path) -> Story:
    slug, language, _suffix = path.name.split(".")
    fields, body = _front_matter(path)
    return Story(
        slug=slug,
        language=language,
        title=fields["title"],
        intro=fields["intro"],
        picture=fields["picture"],
        cooperative=fields["cooperative"],
        products=tuple(fields["products"].split(",")),
        gallery=tuple(filter(None, fields.get("gallery", "").split(","))),
        body=body,
    )


def recipes() -> list[Recipe]:
    """All recipes, of each slug in the order of ``LANGUAGES``."""
    found = [_recipe(path) for path in (FOLDER / "recipes").glob("*.md")]
    return sorted(found, key=lambda recipe: (recipe.slug, LANGUAGES.index(recipe.language)))


def _recipe(path: Path) -> Recipe:
    """``- amount | name`` or ``- amount | name | SKU`` is an ingredient, ``1. …`` a step, the rest are notes."""
    slug, language, _suffix = path.name.split(".")
    fields, body = _front_matter(path)
    ingredients: list[tuple[str, str, str]] = []
    steps: list[str] = []
    notes: list[str] = []
    for line in body.splitlines():
        if line.startswith("- "):
            amount, name, sku = (*map(str.strip, line[2:].split("|")), "")[:3]
            ingredients.append((amount, name, sku))
        elif step := re.fullmatch(r"\d+\. (.+)", line):
            steps.append(step[1])
        else:
            notes.append(line)
    return Recipe(
        slug=slug,
        language=language,
        title=fields["title"],
        intro=fields["intro"],
        picture=fields["picture"],
        servings=int(fields["servings"]),
        minutes=int(fields["minutes"]),
        ingredients=tuple(ingredients),
        steps=tuple(steps),
        notes="\n".join(notes).strip(),
    )


def home(language: str) -> Home:
    fields, body = _front_matter(FOLDER / f"home.{language}.md")
    return Home(language=language, body=body, **fields)


def _front_matter(path: Path) -> tuple[dict[str, str], str]:
    """The ``key: value`` lines between two ``---`` lines, and the text after them."""
    opening, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    if opening:
        raise ValueError(f"{path.name}: text before the front matter")
    return dict(line.split(": ", 1) for line in front.splitlines()), body.strip()


def goods_picture(key: str) -> Path:
    return FOLDER / "pictures" / "goods" / f"{key}.jpg"


def scene_picture(key: str) -> Path:
    return FOLDER / "pictures" / "scenes" / f"{key}.jpg"
