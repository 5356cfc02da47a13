"""A stall's phone: the photograph it takes, and what the panel's scripts make of it."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

# Bytes of the chosen photograph once it is as small as it will be sent.
SHRUNK = """async () => {
    const field = document.querySelector("#id_picture");
    await field.form.shrinking;
    return field.files[0].size;
}"""


def photo() -> dict[str, Any]:
    """A photograph as a phone takes it: large, turned by its notes, too rich to shrink to nothing."""
    picture = Image.effect_noise((2400, 1800), 60).convert("RGB")
    notes, file = Image.Exif(), io.BytesIO()
    notes[0x0112] = 6
    picture.save(file, "JPEG", quality=92, exif=notes)
    return {"name": "khoai.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
