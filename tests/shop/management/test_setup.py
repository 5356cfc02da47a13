"""``manage.py setup`` prepares what is missing, and what has become old."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from shop.management.commands.setup import Command


@pytest.mark.parametrize(
    "folder", ["shop/static/shop/css", "shop/panel/static/panel", "catalog/static/catalog"]
)
def test_after_a_file_of_any_room_has_changed_static_files_are_collected_anew(
    tmp_path: Path, settings: Any, folder: str
) -> None:
    settings.BASE_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "staticfiles"
    settings.STATIC_ROOT.mkdir()
    (tmp_path / "requirements.txt").touch()
    (tmp_path / folder).mkdir(parents=True)
    command, style = Command(), tmp_path / folder / "style.css"
    assert command._static_is_stale(), "nothing has been collected yet"
    command._static_stamp().write_text(command._static_state())
    assert not command._static_is_stale()
    style.write_text("b {}")
    assert command._static_is_stale(), "a new file"
    command._static_stamp().write_text(command._static_state())
    later = style.stat().st_mtime + 1  # two writes may fall into one tick of the clock
    os.utime(style, (later, later))
    assert command._static_is_stale(), "a changed one"
