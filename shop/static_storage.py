"""Where the addresses of our own CSS, scripts and drawings come from."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names from the manifest; a file it does not know keeps its plain name.

    A page with one picture missing is better than an error page, and a checkout without
    ``collectstatic`` (tests, a first look at the code) still renders.
    """

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
