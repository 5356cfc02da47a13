"""Photographs in a ZIP file, by name: within limits that are checked before anything is unpacked (no Django)."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from catalog.folding import slug_of
from catalog.photographs import PhotographRefused, check, upright_jpeg

from .problems import CellRefused, FileRefused, Refused, Trouble

MOST_BYTES = 40 * 1024 * 1024
MOST_PICTURES = 500
MOST_OF_ONE = 12 * 1024 * 1024
MOST_RATIO = 100
_PASSED_OVER = re.compile(r"(^|/)(__MACOSX/|\.[^./\\]|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_STORED = re.compile(r"(?P<digest>[0-9a-f]{16})-(?P<key>[a-z0-9-]+?)(?:_[A-Za-z0-9]{7})?\.jpg")


@dataclass(frozen=True)
class Photographs:
    """The pictures of one archive. ``names``: key → the name in the archive."""

    content: bytes
    names: Mapping[str, str]

    @classmethod
    def none(cls) -> Photographs:
        return cls(b"", {})

    @classmethod
    def read(cls, content: bytes) -> Photographs:
        """Raises: FileRefused."""
        if len(content) > MOST_BYTES:
            raise FileRefused(Trouble.PICTURES_TOO_BIG, most=MOST_BYTES // 1024 // 1024)
        names: dict[str, str] = {}
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = archive.infolist()
                if len(parts) > 4 * MOST_PICTURES:
                    raise FileRefused(Trouble.PICTURES_TOO_MANY, most=MOST_PICTURES)
                if sum(part.file_size for part in parts) > MOST_RATIO * max(1, len(content)):
                    raise FileRefused(Trouble.BOMB)
                for part in parts:
                    _note(names, part)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            if isinstance(error, Refused):
                raise
            raise FileRefused(Trouble.PICTURES_BROKEN) from error
        if len(names) > MOST_PICTURES:
            raise FileRefused(Trouble.PICTURES_TOO_MANY, most=MOST_PICTURES)
        return cls(content, names)

    def stored_name(self, key: str) -> str:
        """The name that the picture is kept under: it tells the same picture when it comes again.

        Raises: CellRefused for what is no photograph or too large; nothing is decoded.
        """
        content = self._bytes(key)
        with self._refusing(key):
            check(content)
        return f"{hashlib.sha256(content).hexdigest()[:16]}-{key}.jpg"

    def jpeg(self, key: str) -> bytes:
        """The picture upright, without its notes (place, camera), as JPEG. Raises: CellRefused."""
        content = self._bytes(key)
        with self._refusing(key):
            return upright_jpeg(content)

    @contextlib.contextmanager
    def _refusing(self, key: str) -> Iterator[None]:
        try:
            yield
        except PhotographRefused as refused:
            raise CellRefused(Trouble(f"picture_{refused.reason}"), text=self.names[key][:60]) from refused

    def _bytes(self, key: str) -> bytes:
        return _unpacked(self.content, self.names[key])


def _unpacked(content: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            part = archive.getinfo(name)
            if part.file_size > MOST_OF_ONE:
                raise CellRefused(Trouble.PICTURE_TOO_BIG, most=MOST_OF_ONE // 1024 // 1024)
            return archive.read(part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise CellRefused(Trouble.PICTURE_BROKEN, text=name[:60]) from error


def _note(names: dict[str, str], part: zipfile.ZipInfo) -> None:
    if part.is_dir() or _PASSED_OVER.search(part.filename):
        return
    path = part.filename.replace("\\", "/")
    if path.startswith("/") or ":" in path or ".." in path.split("/"):
        raise FileRefused(Trouble.PICTURES_PATH, name=path[:60])
    if part.flag_bits & 1:
        raise FileRefused(Trouble.LOCKED)
    key = picture_key(_name(part))
    if key in names:
        raise FileRefused(Trouble.PICTURES_SAME_NAME, name=_name(part)[:60])
    names[key] = part.filename


def _name(part: zipfile.ZipInfo) -> str:
    """The file's name; archives made by old programs carry UTF-8 without saying so."""
    name = part.filename
    if not part.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return PurePosixPath(name.replace("\\", "/")).name


def picture_key(name: str) -> str:
    """What makes two file names the same picture: marks, case and the ending aside.

    >>> picture_key("Ảnh/Khoai sọ.JPG") == picture_key("khoai-so.jpeg") == "khoai-so"
    True
    """
    stem = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).stem
    return slug_of(stem, longest=40)


def stored_key(stored: str) -> str:
    """The key of a picture by the name it is kept under; of its own name when it came another way.

    >>> stored_key("0123456789abcdef-khoai-so.jpg"), stored_key("p01.jpg")
    ('khoai-so', 'p01')
    """
    found = _STORED.fullmatch(stored)
    return found["key"] if found else picture_key(stored)


def tidy_name(path: str) -> str:
    """The name a picture is kept under, by its file's path: without what the storage added to make it unique.

    >>> tidy_name("original_images/0123456789abcdef-khoai-so_aB3dE6g.jpg"), tidy_name("x/p01.jpg"), tidy_name("")
    ('0123456789abcdef-khoai-so.jpg', 'p01.jpg', '')
    """
    name = PurePosixPath(path).name
    found = _STORED.fullmatch(name)
    return f"{found['digest']}-{found['key']}.jpg" if found else name
