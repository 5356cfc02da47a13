"""The house keeps its own rules: what a person would otherwise have to remember."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT_CALL = re.compile(
    r'env\.(?:text|existing_path|required|words|flag|number|pairs|secret_key|email)\(\s*"([A-Z_]+)"'
)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def settings_read() -> set[str]:
    return set(ENVIRONMENT_CALL.findall((ROOT / "shop/settings.py").read_text()))


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    example = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert settings_read() >= {"DATABASE_URL", "SEPAY_WEBHOOK_SECRET"}
    assert documented == settings_read()
    assert example == settings_read()


def test_each_app_has_one_leaf_migration() -> None:
    leaves = MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes()
    labels = [label for label, _ in leaves]
    assert sorted(labels) == sorted(set(labels))


def test_forks_copy_no_migration_of_oscar() -> None:
    for fork in ("partner", "shipping"):
        ours = {path.name for path in (ROOT / f"shop/{fork}/migrations").glob("[0-9]*.py")}
        assert ours
        assert all(name.startswith("1") for name in ours)
    assert not (ROOT / "shop/checkout/migrations").exists()


@pytest.mark.django_db
def test_the_test_database_is_fully_migrated() -> None:
    loader = MigrationLoader(connection)
    assert set(loader.graph.nodes) <= set(loader.applied_migrations)


def test_modules_stay_small_enough_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("catalog/*.py", "cms/*.py", "shop/*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "helpers", "common", "manager", "process", "handle", "data", "info"}
    names = {path.stem for path in tracked("catalog/*.py", "cms/*.py", "shop/*.py")}
    assert names & empty == set()


def test_nothing_names_this_machine_or_a_package_registry() -> None:
    forbidden = re.compile(
        r"(?<![\w.])/(?:work|root|home/[a-z]+)/|//[\w.-]*\b(?:pypi|pythonhosted|npmjs|debian)\.|--(?:extra-)?index-url|--find-links"
    )
    offending = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path.suffix
        in {".py", ".md", ".txt", ".toml", ".html", ".css", ".js", ".csv", ".sh", ".yml", ".example", ""}
        and path != Path(__file__)
        and (match := forbidden.search(path.read_text(encoding="utf-8", errors="ignore")))
    ]
    assert offending == []


def test_shop_templates_hold_no_inline_script_or_style() -> None:
    inline = re.compile(
        r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*(?:\ssrc=|application/(?:ld\+)?json))|javascript:"
    )
    # Mail has no policy and drops style sheets: letters carry their styles inline.
    apart = {"panel", "wagtailadmin", "letters"}
    pages = [path for path in tracked("*.html") if not apart & set(path.relative_to(ROOT).parts)]
    assert pages
    offending = [
        f"{path.relative_to(ROOT)}: {m.group()}" for path in pages if (m := inline.search(path.read_text()))
    ]
    assert offending == []


def test_no_page_fetches_anything_from_a_third_party() -> None:
    third_party = re.compile(r"(?:src|href|action|poster|data)=[\"']?(?:https?:)?//(?!www\.w3\.org)")
    offending = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked("*.html", "*.css", "*.js")
        if (match := third_party.search(path.read_text())) and 'rel="license"' not in match.group()
    ]
    assert offending == []


def test_the_readme_can_be_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


def test_no_library_we_ship_is_under_the_gpl() -> None:
    from importlib.metadata import distribution

    pinned = re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[[^]]+\])?==", (ROOT / "requirements.txt").read_text(), re.MULTILINE
    )
    assert len(pinned) > 40
    strong = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|(?<!Lesser )General Public License")
    offending = []
    for name in pinned:
        metadata = distribution(name).metadata
        licences = [metadata.get("License-Expression") or "", *metadata.get_all("Classifier", [])]
        if any(strong.search(line) for line in licences if "LGPL" not in line and "Lesser" not in line):
            offending.append(name)
    assert offending == []


def test_our_apps_are_the_ones_the_drawing_shows() -> None:
    names = [
        config.name
        for config in apps.get_app_configs()
        if config.name.split(".")[0] in {"shop", "cms", "catalog"}
    ]
    drawing = (ROOT / "docs/house.md").read_text()
    assert len(names) > 8
    assert [name for name in names if f"{name.rpartition('.')[2]}/ " not in drawing] == []
