"""Handing out a photograph that our own code wrote (``uploads``), so it is a JPEG."""

from __future__ import annotations

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404


def photo_response(photo: FieldFile) -> FileResponse:
    """The photograph. Raises: Http404 where the row stands and the file is gone."""
    try:
        return FileResponse(photo.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
