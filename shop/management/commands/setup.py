"""``manage.py setup``: everything a fresh clone needs before it can serve; does only what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from catalog.models import Commune, Cooperative
from catalog.places import load_places
from shop.images.stall_collections import ensure_collections
from shop.management.migrating import migrate
from shop.translations import compile_translations

# Oscar's own pages are not mounted, so its 5 MB of scripts and fonts need not be copied and compressed.
UNUSED_STATIC = ["oscar", "django_tables2", "rest_framework", "django_extensions", "ninja"]


ROOMS = ("catalog", "cms", "shop")


class Command(BaseCommand):
    help = "Prepare what is missing: translations, database, communes, static files; --demo: the demo market."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="load the demo market if there is no cooperative yet"
        )

    def handle(self, *args: Any, demo: bool = False, **options: Any) -> None:
        compile_translations(settings.LOCALE_PATHS)
        if MigrationExecutor(connection).migration_plan(self._targets()):
            self.say("Tạo cơ sở dữ liệu · creating the database (about twenty seconds) …")
            migrate()
        if not Commune.objects.exists():
            self.say("Nạp danh sách xã, phường · loading 3,321 communes …")
            load_places()
        if self._static_is_stale():
            self.say("Gom tệp giao diện · collecting static files …")
            call_command(
                "collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=UNUSED_STATIC
            )
            self._static_stamp().write_text(self._static_state())
        if demo and not Cooperative.objects.exists():
            self.say("Dựng chợ mẫu · loading the demo market (about half a minute) …")
            call_command("demo", verbosity=0)
        ensure_collections()

    def say(self, text: str) -> None:
        self.stdout.write(f"→ {text}")
        self.stdout.flush()

    def _targets(self) -> list[tuple[str, str | None]]:
        return MigrationExecutor(connection).loader.graph.leaf_nodes()

    def _static_stamp(self) -> Path:
        return settings.STATIC_ROOT / ".collected"

    def _static_state(self) -> str:
        """A print of our sources and of the installed packages."""
        folders = (folder for room in ROOMS for folder in (settings.BASE_DIR / room).glob("**/static"))
        ours = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        newest = max((path.stat().st_mtime_ns for path in ours), default=0)
        pinned = (settings.BASE_DIR / "requirements.txt").stat().st_mtime_ns
        return f"{len(ours)} {newest} {pinned}"

    def _static_is_stale(self) -> bool:
        stamp = self._static_stamp()
        return not stamp.exists() or stamp.read_text() != self._static_state()
