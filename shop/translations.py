"""Compiled translations without gettext on the machine: Babel writes the ``.mo`` files, git ignores them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_translations(folders: Iterable[str | Path]) -> None:
    """Write each ``.mo`` that is missing or older than its ``.po`` below the locale ``folders``.

    Each file appears whole: another process never reads half of one.
    """
    for folder in folders:
        for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
                continue
            building = target.with_suffix(".mo.building")
            with source.open("rb") as readable, building.open("wb") as writable:
                write_mo(writable, read_po(readable, locale=source.parent.parent.name))
            building.replace(target)
