"""``manage.py rebuild_search``: writes the search index anew, from goods, stalls and stories."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from catalog.index import rebuild
from cms.services import index_stories


class Command(BaseCommand):
    help = "Write the search index anew. Needed after a new SEARCH_ENGINE is chosen; harmless at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"goods and stalls: {rebuild()} · stories: {index_stories()}")
