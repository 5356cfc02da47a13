"""How the catalogue bears 100, 10,000 and 100,000 goods: list with three filters, search, suggestions, product page.

    python -m benchmarks.catalogue                          # SQLite in a temporary folder
    python -m benchmarks.catalogue --database URL           # an empty PostgreSQL or SQLite database
    python -m benchmarks.catalogue --sizes 100 10000 --explain

Goods are made by INSERT … SELECT from one template row per table, so 100,000 take seconds and any column of a
later migration is copied along. Pages are asked in this process; printed are the medians of this process's CPU
time (on SQLite with the database's own), of the CPU time of the statements (PostgreSQL: of its server process, which
must be on this machine), and of the whole request, in milliseconds, and the number of statements. Nothing here is
asserted. ``--explain`` prints the plan of each statement that takes more than 20 ms of CPU.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SIZES = (100, 10_000, 100_000)
STALLS = {100: 3, 10_000: 20, 100_000: 200}
GROUPS = 60
COMMUNES = 300
ROUNDS = 15
SLOW_MS = 20.0
ALONE = ("khoai", "mat ong", "khoai shan rung", "khoia shna", "htx so 2")
"""Asked of the index without a page around it."""
WORDS = """
khoai sọ chè shan mật ong rừng sơn tra nấm hương măng khô gạo nếp ngô lạc thịt lợn gác bếp cá suối
rau cải mận hậu quýt cam dứa chuối bưởi gừng nghệ tiêu quế hồi thảo quả đậu đỏ vừng sắn miến bún
tươi sấy muối
""".split()  # noqa: SIM905  a list of forty strings is harder to read
HEADS = "b c ch d g gi h kh l m n ng nh ph qu r s t th tr v x".split()  # noqa: SIM905
TAILS = """
ac am an ang anh ao at au en enh et ich in inh it oa oan oc oi om ong ot uc ui un ung uoc uon uot ut
""".split()  # noqa: SIM905
"""Syllables of descriptions: a database that has met only forty words misjudges how often each occurs."""


def words_at(seed: str, count: int, column: str) -> str:
    """SQL for ``count`` words that differ from row to row."""
    picks = [
        f"(SELECT {column} FROM bench_words"
        f" WHERE place = (n.i * {7 + 4 * k} + n.i / {3 + k} + {seed}{k}) % {len(WORDS)})"
        for k in range(count)
    ]
    return " || ' ' || ".join(picks)


class Generator:
    """Fills one database up to a size, a table at a time."""

    def __init__(self) -> None:
        from django.db import connection

        self.connection = connection

    def sql(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def clone(self, table: str, template: int, first: int, last: int, where: str = "", **values: str) -> None:
        """Rows ``first`` to ``last`` of ``table``: the template's columns but for ``values`` (SQL with ``n.i``)."""
        if first > last:
            return
        with self.connection.cursor() as cursor:
            columns = [
                each.name for each in self.connection.introspection.get_table_description(cursor, table)
            ]
        key = "product_id" if table == "catalog_shelfentry" else "id"
        generated = {"words"} if table == "catalog_indexentry" else set()
        names = [name for name in columns if name not in generated]
        picked = ", ".join(values.get(name, f"source.{name}") for name in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        self.sql(
            f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
            f"INSERT INTO {table} ({quoted}) SELECT {picked} FROM n, {table} source "
            f"WHERE source.{key} = {template} {where}"
        )

    def prepare(self) -> None:
        """One template of everything through the services; the words."""
        from catalog import services, shelves
        from catalog.folding import fold
        from catalog.models import Commune, IndexEntry
        from catalog.places import load_places
        from tests.factories import make_certificate, make_cooperative, make_product

        if not Commune.objects.exists():
            load_places()
        commune = Commune.objects.get(pk="03868")
        self.stall = make_cooperative("stall-0", commune=commune, name="HTX Gốc")
        self.groups = [services.add_category(slug=f"nhom-{k}", name=f"Nhóm {k}").pk for k in range(GROUPS)]
        self.sheet = make_product(cooperative=self.stall, title="Mẫu", price=100_000)
        self.paper = make_certificate(self.sheet, stars=3)
        shelves.refresh([self.sheet.product_id])
        self.entry = IndexEntry.objects.get(product_id=self.sheet.product_id)
        self.stall_entry = IndexEntry.objects.get(cooperative=self.stall)
        self.sql("CREATE TABLE bench_words (place integer PRIMARY KEY, marked text, folded text)")
        self.sql("CREATE TABLE bench_communes (place integer PRIMARY KEY, code varchar(5))")
        for place, word in enumerate(WORDS):
            self.sql(f"INSERT INTO bench_words VALUES ({place}, '{word}', '{fold(word)}')")
        self.sql("CREATE TABLE bench_syllables (place integer PRIMARY KEY, folded text)")
        syllables = [head + tail for head in HEADS for tail in TAILS]
        for place, syllable in enumerate(syllables):
            self.sql(f"INSERT INTO bench_syllables VALUES ({place}, '{syllable}')")
        self.told = " || ' ' || ".join(
            "(SELECT folded FROM bench_syllables"
            f" WHERE place = (n.i * {step} + n.i / {step + 2}) % {len(syllables)})"
            for step in (7, 11, 13, 17, 23)
        )
        codes = Commune.objects.order_by("pk").values_list("pk", flat=True)[:COMMUNES]
        for place, code in enumerate(codes):
            self.sql(f"INSERT INTO bench_communes VALUES ({place}, '{code}')")
        self.goods, self.stalls = 0, 0

    def grow(self, size: int) -> None:
        """Bring the market to ``size`` goods (the template comes on top)."""
        from catalog import dictionary
        from catalog.models import IndexEntry

        first, last, base = self.goods + 1, size, 1_000
        stalls = STALLS.get(size, max(3, size // 500))
        from_stall = self.stalls + 1
        self.clone(
            "partner_partner",
            self.stall.partner_id,
            from_stall,
            stalls,
            id=f"n.i + {base}",
            code="'B' || n.i",
        )
        self.clone(
            "catalog_cooperative", self.stall.pk, from_stall, stalls,
            id=f"n.i + {base}", partner_id=f"n.i + {base}", slug="'stall-' || n.i", name="'HTX số ' || n.i",
            tax_code="CAST(5800000000 + n.i AS varchar(14))",
        )  # fmt: skip
        self.clone(
            "catalog_indexentry", self.stall_entry.pk, from_stall, stalls,
            id=f"n.i + {base}", cooperative_id=f"n.i + {base}", label="'HTX số ' || n.i", title="'htx so ' || n.i",
        )  # fmt: skip
        offset = 100_000
        product = f"n.i + {offset}"
        stall = f"(n.i * 31 + n.i / 7) % {stalls} + 1 + {base}"
        commune = f"(SELECT code FROM bench_communes WHERE place = (n.i * 17 + n.i / 5) % {COMMUNES})"
        group = f"{self.groups[0]} + (n.i * 13 + n.i / 11) % {GROUPS}"
        months = "CASE WHEN n.i % 5 < 2 THEN 4095 ELSE (n.i * 37) % 4094 + 1 END"
        price = "20000 + (n.i * 7919) % 700 * 1000"
        title, folded = words_at("", 4, "marked"), words_at("", 4, "folded")
        self.clone(
            "catalogue_product", self.sheet.product_id, first, last,
            id=product, title=f"{title} || ' ' || n.i", slug="'mon-' || n.i",
        )  # fmt: skip
        self.clone(
            "catalog_productsheet", self.sheet.pk, first, last,
            id=product, product_id=product, cooperative_id=stall, commune_id=commune, season_months=months,
            code="'B' || n.i",
        )  # fmt: skip
        self.clone(
            "partner_stockrecord", self.sheet.product.stockrecords.get().pk, first, last,
            id=product, product_id=product, partner_id=stall, partner_sku="'B' || n.i", price=price,
            num_in_stock="CASE WHEN n.i % 6 = 0 THEN 0 ELSE 50 END",
        )  # fmt: skip
        link = self.sheet.product.categories.through.objects.get(product_id=self.sheet.product_id).pk
        self.clone(
            "catalogue_productcategory", link, first, last, id=product, product_id=product, category_id=group
        )
        stars = "CASE WHEN n.i % 10 < 3 THEN 3 WHEN n.i % 10 = 3 THEN 4 ELSE 0 END"
        self.clone(
            "catalog_certificate", self.paper.pk, first, last, "AND n.i % 10 < 4",
            id=product, sheet_id=product, stars=stars, number="'B' || n.i",
        )  # fmt: skip
        self.clone(
            "catalog_indexentry", self.entry.pk, first, last,
            id=product, product_id=product, label=f"{title} || ' ' || n.i", title=f"{folded} || ' ' || n.i",
            body=f"{words_at('1', 12, 'folded')} || ' ' || {self.told}",
        )  # fmt: skip
        self.clone(
            "catalog_shelfentry", self.sheet.product_id, first, last,
            product_id=product, category_id=group, cooperative_id=stall, commune_id=commune,
            season_months=months, price_amount=price, is_there="(n.i % 6 <> 0)", stars=stars,
            revision="source.revision + n.i",
        )  # fmt: skip
        self.goods, self.stalls = size, stalls
        dictionary.learn(IndexEntry.objects.values_list("title", flat=True).distinct())
        self.sql("VACUUM ANALYZE" if self.connection.vendor == "postgresql" else "ANALYZE")


class Meter:
    """Times one request: CPU, statements, the whole."""

    def __init__(self, *, explain: bool, rounds: int) -> None:
        self.rounds = rounds
        self.explain = explain
        self.explained: set[str] = set()
        self.database, self.statements = 0.0, 0
        self.server: Path | None = None

    def clock(self) -> float:
        """Milliseconds of CPU that statements have used so far: PostgreSQL's process says it, SQLite is in this one."""
        return int(self.server.read_text().split()[0]) / 1e6 if self.server else time.process_time() * 1000

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        start = self.clock()
        answer = execute(sql, params, many, context)
        took = self.clock() - start
        self.database += took
        self.statements += 1
        if self.explain and took > SLOW_MS and sql not in self.explained:
            self.explained.add(sql)
            self.print_plan(sql, params, took, context["connection"])
        return answer

    def print_plan(self, sql: str, params: Any, took: float, connection: Any) -> None:
        word = "EXPLAIN (ANALYZE, BUFFERS)" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        with (
            connection.connection.cursor()
            if connection.vendor == "postgresql"
            else connection.cursor() as cursor
        ):
            cursor.execute(f"{word} {sql}", params)
            plan = cursor.fetchall()
        print(f"\n    {took:.0f} ms: {' '.join(sql.split())[:600]}")
        for row in plan:
            print("      ", row[-1])

    def measure(self, ask: Callable[[], Any], before: Callable[[], None]) -> tuple[float, float, float, int]:
        cpu, database, wall = [], [], []
        for turn in range(self.rounds + 2):
            before()
            self.database, self.statements = 0.0, 0
            start, start_cpu = time.perf_counter(), time.process_time()
            ask()
            if turn >= 2:
                cpu.append((time.process_time() - start_cpu) * 1000)
                wall.append((time.perf_counter() - start) * 1000)
                database.append(self.database)
        return statistics.median(cpu), statistics.median(database), statistics.median(wall), self.statements


def questions() -> Iterator[tuple[str, str, bool]]:
    """Name, address, and whether the cache is emptied first."""
    three = "nhom=nhom-7&sao=3&mua=1"
    yield "list, three filters, counted anew", f"/san-pham/?{three}", True
    yield "list, three filters, counts kept", f"/san-pham/?{three}", False
    yield "list, no filter, counted anew", "/san-pham/", True
    yield "list, no filter, counts kept", "/san-pham/", False
    yield "list, cheapest first", "/san-pham/?sap-xep=gia-tang", False
    yield "search, common word", "/san-pham/?q=khoai", False
    yield "search, two words", "/san-pham/?q=mat+ong", False
    yield "search, three words", "/san-pham/?q=khoai+shan+rung", False
    yield "search, slip of the pen", "/san-pham/?q=khoia+shna", False
    yield "search, stall", "/san-pham/?q=htx+so+2", False
    yield "suggestion, three letters", "/goi-y/?q=kho", False
    yield "suggestion, two words", "/goi-y/?q=mat+o", False
    yield "suggestion, slip of the pen", "/goi-y/?q=khoia+shna", False


@contextmanager
def database(url: str) -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="cho-phien-bench-") as folder:
        os.environ["DATABASE_URL"] = url or f"sqlite:///{folder}/bench.sqlite3"
        os.environ.setdefault("MEDIA_DIR", f"{folder}/media")
        Path(os.environ["MEDIA_DIR"]).mkdir(exist_ok=True)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
        os.environ.setdefault("LOG_LEVEL", "ERROR")
        import django

        django.setup()
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["testserver"]
        yield


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", default="")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    with database(options.database):
        from django.core.cache import cache
        from django.db import connection
        from django.test import Client

        from catalog.listing import Wanted, fill_shelf
        from catalog.models import ProductSheet
        from catalog.search import search
        from shop.management.migrating import migrate

        migrate()
        generator, meter, client = (
            Generator(),
            Meter(explain=options.explain, rounds=options.rounds),
            Client(),
        )
        generator.prepare()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                meter.server = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
        print(
            f"{connection.vendor} · load {os.getloadavg()[0]:.1f} · medians of {options.rounds}", flush=True
        )
        for size in sorted(options.sizes):
            start = time.perf_counter()
            generator.grow(size)
            print(f"\n{size:,} goods, made in {time.perf_counter() - start:.1f} s")
            print(f"{'':<36}{'CPU ms':>9}{'SQL ms':>9}{'all ms':>9}{'SQL':>5}{'load':>7}")
            sheet = ProductSheet.objects.select_related("product").order_by("-pk")[size // 2]
            pages = [
                *questions(),
                ("product page", f"/san-pham/{sheet.product.slug}_{sheet.product_id}/", False),
            ]
            following = fill_shelf(Wanted()).next_address
            pages.append(("list, next page by key", f"/san-pham/{following}", False))
            for name, path, cold in pages:
                with connection.execute_wrapper(meter):
                    cpu, sql, wall, statements = meter.measure(
                        lambda path=path: client.get(path), cache.clear if cold else lambda: None
                    )
                report(name, cpu, sql, wall, statements)
            for text in ALONE:
                with connection.execute_wrapper(meter):
                    figures = meter.measure(lambda text=text: search(text), lambda: None)
                report(f"search alone: {text}", *figures)


def report(name: str, cpu: float, sql: float, wall: float, statements: int) -> None:
    print(
        f"{name:<36}{cpu:>9.1f}{sql:>9.1f}{wall:>9.1f}{statements:>5}{os.getloadavg()[0]:>7.1f}", flush=True
    )


if __name__ == "__main__":
    sys.exit(main())
