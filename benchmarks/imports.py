"""What an import of 10,000 rows costs: the trial with 500 faults, the writing, the same file again, new prices.

    python benchmarks/imports.py [ROWS]

Works in the database that DATABASE_URL names, by default a SQLite file in a temporary folder, which it migrates
first. Prints CPU seconds of this process (the database's own work is in them on SQLite, not on PostgreSQL),
seconds gone by, statements, and the most memory held. Nothing here is asserted.
"""

from __future__ import annotations

import csv
import io
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
FOLDER = tempfile.mkdtemp(prefix="cho-phien-imports-")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER}/imports.sqlite3")
os.environ.setdefault("MEDIA_DIR", FOLDER)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from catalog.exporting import export  # noqa: E402
from catalog.importing.archives import Photographs  # noqa: E402
from catalog.importing.runs import run, trial  # noqa: E402
from catalog.models import Commune  # noqa: E402
from catalog.places import load_places  # noqa: E402
from catalog.services import add_category, add_cooperative  # noqa: E402
from shop.management.migrating import migrate  # noqa: E402

FAULTS = {"Giá bán": "rẻ", "Lượng tịnh": "1.500 kg", "Tên sản phẩm": "", "Nhóm thuế": "?", "Tồn kho": "1,5"}


def row(number: int) -> dict[str, Any]:
    return {
        "Mã hàng": f"H{number:06d}",
        "Tên sản phẩm": f"Khoai sọ nương số {number}",
        "Tên tiếng Anh": f"Upland taro {number}",
        "Nhóm hàng": "Rau củ quả tươi",
        "Bộ OCOP": 1,
        "Xã, phường": "Xã Tà Xùa, Tỉnh Sơn La",
        "Quy cách": "túi lưới 3 kg",
        "Lượng tịnh": "3 kg",
        "Cân nặng khi gửi (g)": 3100,
        "Giá bán": f"{100_000 + number}",
        "Tồn kho": number % 90,
        "Tháng có hàng": "T9–T1",
        "Nhóm thuế": "Nông sản tự sản xuất",
        "Mức chế biến": "Tươi",
        "Bảo quản": "Nơi khô, thoáng",
        "Thành phần": "Khoai sọ 100%",
        "Mô tả": "Khoai sọ trồng trên nương, củ tròn, nấu lên bở và thơm bùi. Bà con đào bằng tay.",
    }


def pack(number: int) -> dict[str, Any]:
    """A second size of the product ``row(number)``, cheaper for many."""
    return {
        "Mã hàng": f"H{number:06d}-5",
        "Mã sản phẩm chính": f"H{number:06d}",
        "Quy cách": "túi 5 kg",
        "Lượng tịnh": "5 kg",
        "Cân nặng khi gửi (g)": 5100,
        "Giá bán": f"{170_000 + number}",
        "Tồn kho": number % 90,
        "Giá mua nhiều": "10: 150.000",
        "Quy cách đang bán": "có",
    }


def table(rows: list[dict[str, Any]]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(dict.fromkeys(heading for each in rows for heading in each)))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def measured(name: str, call: Callable[[], Any]) -> Any:
    statements = 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*args)

    cpu, begun = time.process_time(), time.perf_counter()
    with connection.execute_wrapper(count):
        result = call()
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name:<34}{time.process_time() - cpu:>8.1f} s CPU{time.perf_counter() - begun:>8.1f} s"
        f"{statements:>8} statements{held:>6} MB",
        flush=True,
    )
    return result


def main(count: int) -> None:
    migrate()
    load_places()
    add_category(slug="rau-cu-qua-tuoi", name="Rau củ quả tươi")
    stall = add_cooperative(
        code="B0001", slug="do", name="HTX Đo", legal_name="Hợp tác xã Đo", legal_form="cooperative",
        tax_code="5700000001", representative="Đại diện (mẫu)", phone="0900 000001", email="do@demo.example",
        commune=Commune.objects.get(code="03868"), address="Bản Mẫu",
    )  # fmt: skip
    none = Photographs.none()

    def try_out(content: bytes) -> Any:
        return trial(cooperative=stall, content=content, photographs=none)

    def write(plan: Any, *, is_per_row: bool) -> Any:
        return run(cooperative=stall, plan=plan, photographs=none, is_per_row=is_per_row)

    rows = [row(number) for number in range(count)]
    faulty = [dict(each) for each in rows]
    for place in range(count // 20):
        heading = list(FAULTS)[place % len(FAULTS)]
        faulty[place * 20][heading] = FAULTS[heading]
    plan = measured(f"trial with {count // 20} faults", lambda: try_out(table(faulty)))
    print(f"  faults reported: {len(plan.problems)}")
    plan = measured("trial, all new", lambda: try_out(table(rows)))
    result = measured("writing them all, one transaction", lambda: write(plan, is_per_row=False))
    print(f"  written: {result.written}")
    plan = measured("the same file again", lambda: try_out(table(rows)))
    print(f"  {dict(plan.counts)}")
    dearer = [each | {"Giá bán": 200_000, "Mô tả": "Mới."} for each in rows]
    plan = measured("trial of new prices and texts", lambda: try_out(table(dearer)))
    result = measured("writing them row by row", lambda: write(plan, is_per_row=True))
    print(f"  written: {result.written}")
    packs = [pack(number) for number in range(count)]
    plan = measured("trial, a pack of each", lambda: try_out(table(packs)))
    result = measured("writing the packs, one transaction", lambda: write(plan, is_per_row=False))
    print(f"  written: {result.written}")
    content = measured("export to XLSX", lambda: export(cooperative=stall, format_name="xlsx"))
    plan = measured("trial of that export", lambda: try_out(content))
    print(f"  {dict(plan.counts)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
