"""What axe-core finds wrong with a page as it stands.

axe-core (MPL-2.0) comes with the test package axe-playwright-python and is never shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

from playwright.sync_api import Page

_SOURCE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# What is right is only counted: to tell all of it takes the driver longer than to find it.
_RUN = """options => axe.run(document, options).then(
    ({passes, violations}) => ({looked: passes.length > 0, violations}))"""
_SCHEMES = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}


def violations(page: Page, **options: Any) -> list[dict[str, Any]]:
    """Every violation that axe finds under these options; asserts that it has looked at something."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SOURCE)
    result = page.evaluate(_RUN, {"resultTypes": ["violations"], **options})
    assert result["looked"], page.url
    return list(result["violations"])


def in_both_schemes(
    page: Page, *, settle: Callable[[], object] = lambda: None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each violation with its colour scheme: all rules in the light one, that of the colours in the dark one too.

    No other rule looks at colours. ``settle`` is called once a scheme is on.
    """
    for scheme, only in _SCHEMES.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        settle()
        for violation in violations(page, **only):
            yield scheme, violation
