"""Cells of CSV and XLSX files that a spreadsheet shows and never runs (no Django).

Source: OWASP, "CSV Injection": a cell that begins with one of these is taken for a formula.
"""

from __future__ import annotations

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_STARTS = "".join(map(re.escape, FORMULA_STARTS))
_DANGEROUS = re.compile(f"'*[{_STARTS}]")
_MARKED = re.compile(f"'+[{_STARTS}]")


def as_text(cell: str) -> str:
    """``cell`` such that a spreadsheet shows it and never runs it. ``as_written`` takes it back.

    >>> as_text("=1+1"), as_text("Khoai sọ"), as_text("'=1+1")
    ("'=1+1", 'Khoai sọ', "''=1+1")
    """
    return f"'{cell}" if _DANGEROUS.match(cell) else cell


def as_written(cell: str) -> str:
    """What ``as_text`` was given.

    >>> as_written("'=1+1"), as_written("'Ngon'"), as_written("=1+1")
    ('=1+1', "'Ngon'", '=1+1')
    """
    return cell[1:] if _MARKED.match(cell) else cell
