"""Printed forms: a Typst file and what stands in it become a PDF, or a picture (no Django)."""

from __future__ import annotations

import datetime as dt
import functools
import json
import threading
from pathlib import Path
from typing import Any

import typst


class Form:
    """A Typst file that takes its contents from ``sys.inputs.form``, as JSON, so that no text is read as markup."""

    def __init__(self, path: Path, *, fonts: Path | None = None) -> None:
        """``fonts`` is a folder of fonts that the form may use besides Typst's own."""
        self._path, self._fonts = path, [fonts] if fonts else []
        self._lock = threading.Lock()

    def pdf(
        self, content: dict[str, Any], *, at: dt.datetime, is_archival: bool = False, **inputs: str
    ) -> bytes:
        """The PDF, dated ``at``; the same arguments give the same bytes.

        ``is_archival`` makes it a PDF/A-3b (ISO 19005-3); ``inputs`` are texts that the file reads beside the form.
        """
        # One compiler keeps the fonts; its state is shared, so only one thread compiles at a time.
        with self._lock:
            pdf = self._compiler.compile(
                sys_inputs={"form": json.dumps(content), **inputs},
                format="pdf",
                timestamp=int(at.timestamp()),
                pdf_standards=["a-3b"] if is_archival else [],
            )
        if not isinstance(pdf, bytes):
            raise TypeError("the form gave no single PDF")
        return pdf

    def png(self, content: dict[str, Any]) -> bytes:
        """The only page as PNG, one point of the form to the pixel; the same content gives the same bytes."""
        with self._lock:
            png = self._compiler.compile(sys_inputs={"form": json.dumps(content)}, format="png", ppi=72.0)
        if not isinstance(png, bytes):
            raise TypeError("the form gave no single page")
        return png

    @functools.cached_property
    def _compiler(self) -> typst.Compiler:
        """With the fonts built into Typst, the form's and none of the machine's: every machine prints the same."""
        return typst.Compiler(
            self._path, root=self._path.parent, font_paths=self._fonts, ignore_system_fonts=True
        )
