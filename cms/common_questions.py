"""The questions and answers that come with the market, as Markdown in ``cms/questions/``, one file per language."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from .markup import front_matter
from .models import HomePage
from .services import publish_questions

FOLDER = Path(__file__).resolve().parent / "questions"
LANGUAGES = ("vi", "en", "ja")


@transaction.atomic
def publish_common_questions(*, over_edits: bool = False) -> int:
    """Publish the page of questions in every language that has a front page; return in how many.

    What editors have made of a page stays, unless ``over_edits``. Writes: pages. Idempotent. Raises: NoFrontPage.
    """
    written = set(HomePage.objects.values_list("locale__language_code", flat=True)) | {LANGUAGES[0]}
    languages = [language for language in LANGUAGES if language in written]
    for language in languages:
        fields, body = front_matter(FOLDER / f"hoi-dap.{language}.md")
        publish_questions(language=language, body_markdown=body, over_edits=over_edits, **fields)
    return len(languages)
