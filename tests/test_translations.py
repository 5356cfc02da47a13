"""Every string of ours that a person can meet has an English translation, and a Japanese one if shoppers meet it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation
from django.utils.translation import ngettext

from tests.support.translations import ROOT, columns_told_in_the_shop, key_of, lines, texts, told_in_the_shop

ENGLISH = "shop/locale/en/LC_MESSAGES/django.po"
JAPANESE = "shop/locale/ja/LC_MESSAGES/django.po"
NAMES_THAT_STAY = ("QĐ-TTg", "NĐ-CP", "Giao Hàng Nhanh", "Giao Hàng Tiết Kiệm", "xã, phường", "huyện")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def extracted(folder: Path) -> Catalog:
    """What the sources ask to be translated, each message with the places where it stands."""
    for name in ("catalog", "cms", "shop"):
        shutil.copytree(
            ROOT / name,
            folder / name,
            ignore=shutil.ignore_patterns("*.jpg", "__pycache__", "*.mo", "*.po"),
        )
    shutil.copy(ROOT / "manage.py", folder)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", "en"],
        cwd=folder,
        env={**os.environ, "DATABASE_URL": "sqlite://:memory:", "DJANGO_SETTINGS_MODULE": "shop.settings"},
        check=True,
        capture_output=True,
    )
    return read(folder / ENGLISH)


def test_every_string_in_the_sources_is_translated_and_nothing_else(tmp_path: Path) -> None:
    sources = extracted(tmp_path)
    everything = {key_of(message): "" for message in sources if message.id}
    in_the_shop = told_in_the_shop(sources) | columns_told_in_the_shop()
    assert len(everything) > 500 and len(in_the_shop) > 500
    for path, wanted in ((ENGLISH, everything), (JAPANESE, in_the_shop)):
        have = {key_of(message) for message in read(ROOT / path) if message.id and all(texts(message.string))}
        missing, unasked = wanted.keys() - have, have - wanted.keys()
        assert not missing, f"{path} lacks:\n{lines(missing, wanted)}"
        assert not unasked, f"{path} has, and nobody there asks for it:\n{lines(unasked, everything)}"


@pytest.mark.parametrize("path", [ENGLISH, JAPANESE])
def test_translations_keep_the_placeholders(path: str) -> None:
    for message in read(ROOT / path):
        if message.id:
            wanted = sorted(PLACEHOLDER.findall(texts(message.id)[0]))
            for translated in texts(message.string):
                assert sorted(PLACEHOLDER.findall(translated)) == wanted, message.id


def test_japanese_has_one_form_for_any_number_and_no_vietnamese_words_left() -> None:
    catalog = read(ROOT / JAPANESE)
    assert catalog.num_plurals == 1
    assert [error for _message, errors in catalog.check() for error in errors] == []
    with translation.override("ja"):
        found = {ngettext("%(total)s món", "%(total)s món", count) for count in (0, 1, 2, 60)}
    assert found == {"%(total)s品"}
    translated = "\n".join(text for message in catalog if message.id for text in texts(message.string))
    for name in NAMES_THAT_STAY:
        translated = translated.replace(name, "")
    assert re.findall(r"\w*[À-ÖØ-öø-ƿẠ-ỹ]\w*", translated) == []


def test_gettext_has_no_name_that_makemessages_does_not_know() -> None:
    for path in (path for room in ("catalog", "cms", "shop") for path in (ROOT / room).rglob("*.py")):
        assert not re.search(r"gettext(_lazy)? as (?!_\b)", path.read_text(encoding="utf-8")), path


def test_the_panel_does_not_offer_what_it_is_not_translated_into() -> None:
    assert [code for code, _name in settings.LANGUAGES] == ["vi", "en", "ja"]
    assert [code for code, _name in settings.WAGTAILADMIN_PERMITTED_LANGUAGES] == ["vi", "en"]
