"""``manage.py export_products --cooperative SLUG``: a cooperative's goods as the table that the import reads."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.exporting import FORMATS, export
from catalog.models import Cooperative


class Command(BaseCommand):
    help = "Write a cooperative's goods as XLSX or CSV, to --out or to standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cooperative", required=True, metavar="SLUG")
        parser.add_argument("--format", choices=FORMATS, default="xlsx")
        parser.add_argument("--out", type=Path, metavar="FILE")

    def handle(self, *args: Any, cooperative: str, format: str, out: Path | None, **options: Any) -> None:
        seller = Cooperative.objects.filter(slug=cooperative).first()
        if seller is None:
            raise CommandError(f"There is no cooperative {cooperative!r}.")
        content = export(cooperative=seller, format_name=format)
        if out is None:
            sys.stdout.buffer.write(content)
            return
        try:
            out.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{out}: {error.strerror}") from error
