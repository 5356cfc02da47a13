"""The rules that come with the market, as Markdown in ``cms/rules/``, and how they get onto its pages.

``<rule>.<version>.md`` is one edition; files of editions that were in force are never changed, a new one is added.
``index.<language>.md`` opens the list.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.db import transaction

from .markup import front_matter
from .models import HomePage
from .services import publish_edition, publish_rules_index

FOLDER = Path(__file__).resolve().parent / "rules"
ORDER = (
    "dieu-kien-mua-ban", "quyen-va-nghia-vu", "bao-mat", "khieu-nai", "gia", "gioi-han-ban", "thanh-toan",
    "thu-tu-bay-hang", "phat-truc-tiep", "giao-hang", "doi-tra", "dich-vu-du-lich",
)  # fmt: skip
LANGUAGES = ("vi", "en", "ja")  # of the opening; the rules themselves are in the first


@transaction.atomic
def publish_rulebook() -> int:
    """Publish the list in every language that has a front page, and all editions; return how many of these.

    Writes: pages. Idempotent. Raises: NoFrontPage; ValidationError when a file of an edition in force was changed.
    """
    written = set(HomePage.objects.values_list("locale__language_code", flat=True)) | {LANGUAGES[0]}
    for language in LANGUAGES:
        if language in written:
            fields, body = front_matter(FOLDER / f"index.{language}.md")
            publish_rules_index(language=language, body_markdown=body, **fields)
    count = 0
    for slug in ORDER:
        for path in sorted(FOLDER.glob(f"{slug}.*.md")):
            fields, body = front_matter(path)
            publish_edition(
                slug=slug,
                title=fields["title"],
                intro=fields["intro"],
                version=path.name.split(".")[1],
                in_force_from=dt.date.fromisoformat(fields["in_force_from"]),
                body_markdown=body,
            )
            count += 1
    return count
