"""``manage.py publish_rules``: publishes the market's rules and its questions that came with this version."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from cms.common_questions import publish_common_questions
from cms.rulebook import publish_rulebook
from cms.services import NoFrontPage


class Command(BaseCommand):
    help = (
        "Publish the rules in cms/rules/ at /chinh-sach/, and the questions in cms/questions/ at /hoi-dap/ where "
        "there are none. Harmless to repeat; editions in force, and what editors wrote, stay."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(f"editions: {publish_rulebook()}, questions: {publish_common_questions()}")
        except NoFrontPage as error:
            raise CommandError(f"No front page in this language yet: {error}") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
