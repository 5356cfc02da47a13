"""Template databases: migrated once, copied for every worker and after every transactional test.

Migrating the whole stack takes a minute; a copy takes a tenth of a second. ``python -m tests.support.databases``
builds both templates ahead of the tests, so that no worker waits for another.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import psycopg
from django.conf import settings
from django.db import connections
from django.utils import translation
from psycopg import sql

from tests.support.mending import Pristine, mend, remember

if TYPE_CHECKING:
    from tests.support.market import Market

ROOT = Path(__file__).resolve().parents[2]
DEMO_PASSWORD = "cho-phien-mau-2026"
CACHE = ROOT / ".cache" / "test"
ROOMS = ("catalog", "cms", "shop")
SCHEMA_SOURCES = (
    "requirements.txt",
    "shop/management/migrating.py",
    *(f"{room}/**/migrations/*.py" for room in ROOMS),
    "catalog/places/*",
)
DEMO_SOURCES = (
    *SCHEMA_SOURCES,
    "shop/demo/**/*",
    "catalog/services.py",
    "catalog/search*.py",
    "catalog/index.py",
    "cms/receivers.py",
    "catalog/lot*.py",
    "cms/services.py",
    "cms/rulebook.py",
    "cms/rules/*",
    "cms/common_questions.py",
    "cms/markup.py",
    "cms/questions/*",
    "shop/accounts/addresses.py",
    "shop/accounts/services.py",
    "shop/management/commands/demo.py",
    "tests/support/renditions.py",
    *(f"{room}/**/models/*.py" for room in ROOMS),
    *(f"{room}/**/models.py" for room in ROOMS),
)


def sums(patterns: tuple[str, ...]) -> dict[str, str]:
    """SHA-256 of each source file, by its path."""
    found = sorted(
        {
            path
            for pattern in patterns
            for path in ROOT.glob(pattern)
            if path.is_file() and "__pycache__" not in path.parts
        }
    )
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def digest(patterns: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps([sys.version, sums(patterns)]).encode()).hexdigest()[:12]


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Only one worker builds a template; the others wait for it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fill(database_url: str, *, demo: bool) -> None:
    """Migrate a new database and load the places; for ``demo``, fill a copy of that with the demo market."""
    environment = {
        **os.environ,
        "TEST_DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    steps = ["import django; django.setup()", "from django.core.management import call_command"]
    if demo:
        steps += [
            "from tests.support.renditions import keep_renditions",
            "keep_renditions()",
            f"call_command('demo', password={DEMO_PASSWORD!r}, verbosity=0)",
        ]
    else:
        steps += [
            "from catalog.places import load_places",
            "from shop.management.migrating import migrate",
            "migrate()",
            "load_places()",
        ]
    subprocess.run([sys.executable, "-c", "\n".join(steps)], cwd=ROOT, env=environment, check=True)


class Databases(ABC):
    """One worker's databases: one for most of its tests, and one in which the small market stands already.

    Several hundred tests want that market. It is built once, and the transaction of each test is taken back.
    """

    def __init__(self, own: str, market: str) -> None:
        self.own_name, self.market_name = own, market
        self.kept_name = f"{market}-kept"
        self.name = own
        self._market: bytes | None = None
        self._templates: dict[bool, str] = {}

    @abstractmethod
    def template(self, *, demo: bool) -> str:
        """The name of the template, built if it is not there yet."""

    @abstractmethod
    def copy(self, source: str, target: str) -> None:
        """Make ``target`` anew as a copy of ``source``; nobody is connected to either."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Forget a database, if it is there."""

    def use(self) -> None:
        """Connect to a fresh copy of the schema."""
        self._connect(self.own_name)
        self.restore()

    def select(self, *, market: bool) -> None:
        """Connect to the database that the next test asks for."""
        if market and self._market is None:
            self._build_market()
        elif (name := self.market_name if market else self.own_name) != self.name:
            self._connect(name)

    def market(self) -> Market:
        """What stands in the market's database; every call gives objects of its own."""
        assert self._market is not None
        return cast("Market", pickle.loads(self._market))  # our own bytes

    def restore(self, *, demo: bool = False) -> None:
        """The selected database as it was before any test; for ``demo``, with the demo market in it."""
        self._leave()
        if self.name == self.market_name and not demo:
            source = self.kept_name
        elif demo in self._templates:
            source = self._templates[demo]
        else:
            source = self._templates[demo] = self.template(demo=demo)
        self.renew(source, self.name)

    def renew(self, source: str, target: str) -> None:
        """Make ``target`` a copy of ``source``; it may have been one before."""
        self.copy(source, target)

    def drop(self) -> None:
        connections["default"].close()
        for name in (self.own_name, self.market_name, self.kept_name):
            self.remove(name)

    def _build_market(self) -> None:
        from tests.support.market import build_market  # needs the applications loaded

        self._leave()
        self.copy(self.template(demo=False), self.market_name)
        self._connect(self.market_name)
        with translation.override(settings.LANGUAGE_CODE):
            self._market = pickle.dumps(build_market())
        connections["default"].close()
        self.copy(self.market_name, self.kept_name)

    def _connect(self, name: str) -> None:
        self._leave()
        self.name = name
        settings.DATABASES["default"]["NAME"] = name
        connections["default"].settings_dict["NAME"] = name

    def _leave(self) -> None:
        """Close the connection; rows that stand would be lost with it, and whoever asks next would miss them."""
        if connections["default"].in_atomic_block:
            raise RuntimeError(
                "Rows stand here until the end of their module (tests/support/standing.py): a test that wants "
                "the other database, or commits, belongs in another module."
            )
        connections["default"].close()


class SqliteDatabases(Databases):
    """Template and worker databases as files."""

    def __init__(self, worker: str) -> None:
        names = (CACHE / f"{kind}-{worker}-{os.getpid()}.sqlite3" for kind in ("worker", "market"))
        super().__init__(*map(str, names))

    def template(self, *, demo: bool) -> str:
        kind = "demo" if demo else "schema"
        schema = self.template(demo=False) if demo else None
        before = sums(SCHEMA_SOURCES)  # taken first: a file changed meanwhile must not count as built in
        path = CACHE / f"{kind}-{digest(DEMO_SOURCES if demo else SCHEMA_SOURCES)}.sqlite3"
        with locked(f"sqlite-{kind}"):
            if not path.exists():
                building = path.with_suffix(".building")
                building.unlink(missing_ok=True)
                if base := schema or self._earlier_schema():
                    shutil.copyfile(base, building)
                fill(f"sqlite:///{building}", demo=demo)
                _checkpoint(building)
                path.with_suffix(".json").write_text(json.dumps(before))
                building.rename(path)
                by_age = sorted(CACHE.glob(f"{kind}-*.sqlite3"), key=lambda file: file.stat().st_mtime)
                for old in by_age[:-4]:
                    old.unlink()
        return str(path)

    def _earlier_schema(self) -> Path | None:
        """A template whose sources all stand unchanged: only what was added since needs to run."""
        now = sums(SCHEMA_SOURCES)
        for path in sorted(CACHE.glob("schema-*.sqlite3"), key=lambda file: -file.stat().st_mtime):
            notes = path.with_suffix(".json")
            if notes.exists() and json.loads(notes.read_text()).items() <= now.items():
                return path
        return None

    def copy(self, source: str, target: str) -> None:
        self.remove(target)
        if Path(f"{source}-wal").exists():
            _checkpoint(Path(source))
        shutil.copyfile(source, target)

    def remove(self, name: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{name}{suffix}").unlink(missing_ok=True)


def _checkpoint(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


class PostgresDatabases(Databases):
    """Template and worker databases on the server named by ``TEST_DATABASE_URL``."""

    def __init__(self, worker: str) -> None:
        super().__init__(*(f"chophien_{kind}{worker}_{os.getpid()}" for kind in ("", "market_")))
        self.url = os.environ["TEST_DATABASE_URL"]
        self._pristine: dict[str, tuple[str, Pristine]] = {}

    def _url_of(self, name: str) -> str:
        server, _, _ = self.url.rpartition("/")
        return f"{server}/{name}"

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))

    def _exists(self, name: str) -> bool:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return (
                connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
                is not None
            )

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        """Held on the server: another checkout may use the same one."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
            yield

    def template(self, *, demo: bool) -> str:
        name = f"chophien_{'demo' if demo else 'schema'}_{digest(DEMO_SOURCES if demo else SCHEMA_SOURCES)}"
        base = self.template(demo=False) if demo else "template0"
        with self._locked(name):
            if not self._exists(name):
                building = f"{name}_building"
                self.copy(base, building)
                fill(self._url_of(building), demo=demo)
                self._execute("ALTER DATABASE {} RENAME TO {}", building, name)
        return name

    def copy(self, source: str, target: str) -> None:
        self.remove(target)
        # One copy of a template at a time: PostgreSQL refuses to copy a database in use.
        with self._locked("copy"):
            self._execute("CREATE DATABASE {} TEMPLATE {}", target, source)

    def renew(self, source: str, target: str) -> None:
        kept_as, pristine = self._pristine.get(target, ("", None))
        if pristine and kept_as == source:
            with psycopg.connect(self._url_of(target)) as connection:
                if mend(connection, pristine):
                    return
        self.copy(source, target)
        with psycopg.connect(self._url_of(target)) as connection:
            self._pristine[target] = source, remember(connection)

    def remove(self, name: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def databases_for(worker: str) -> Databases:
    """Those of PostgreSQL when ``TEST_DATABASE_URL`` is set."""
    return PostgresDatabases(worker) if os.environ.get("TEST_DATABASE_URL") else SqliteDatabases(worker)


if __name__ == "__main__":
    databases_for("build").template(demo=True)
