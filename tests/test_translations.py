"""Every string of ours that a person can meet has an English translation."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = "shop/locale/en/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="en")


def texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def test_every_string_in_the_sources_is_translated_and_nothing_else(tmp_path: Path) -> None:
    for name in ("catalog", "cms", "shop"):
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("*.jpg", "__pycache__", "*.mo", "*.po"),
        )
    shutil.copy(ROOT / "manage.py", tmp_path)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", "en", "--no-location"],
        cwd=tmp_path,
        env={**os.environ, "DATABASE_URL": "sqlite://:memory:", "DJANGO_SETTINGS_MODULE": "shop.settings"},
        check=True,
        capture_output=True,
    )
    wanted = {(message.context, message.id) for message in read(tmp_path / ENGLISH) if message.id}
    have = {
        (message.context, message.id)
        for message in read(ROOT / ENGLISH)
        if message.id and all(texts(message.string))
    }
    assert len(wanted) > 500
    assert wanted - have == set()
    assert have - wanted == set()


def test_translations_keep_the_placeholders() -> None:
    for message in read(ROOT / ENGLISH):
        if message.id:
            wanted = sorted(PLACEHOLDER.findall(texts(message.id)[0]))
            for translated in texts(message.string):
                assert sorted(PLACEHOLDER.findall(translated)) == wanted, message.id
