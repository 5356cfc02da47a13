"""``manage.py publish_rules``: publishes the market's rules that came with this version."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from cms.rulebook import publish_rulebook
from cms.services import NoFrontPage


class Command(BaseCommand):
    help = "Publish the rules in cms/rules/ at /chinh-sach/. Harmless to repeat; editions in force stay."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(f"editions: {publish_rulebook()}")
        except NoFrontPage as error:
            raise CommandError(f"No front page in this language yet: {error}") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
