"""Lighthouse's marks of the demo market served as in production, as it judges a telephone.

    make lighthouse

Ends with 1 where accessibility or findability are under 100, or best practices under 95. How quick a page is belongs
to the machine too: that mark is printed beside its goal and fails nothing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import requests

from benchmarks.served import ROOT, served

LIGHTHOUSE = ROOT / ".cache" / "npm" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
CHROMIUM = "/usr/bin/chromium"
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
LIMITS = {"performance": 95, "accessibility": 100, "best-practices": 95, "seo": 100}
ONLY_PRINTED = frozenset({"performance"})
PRODUCT = "/san-pham/khoai-so-ta-xua-cu-tuoi_1/"
PAGES = {
    "home": "/",
    "catalogue": "/san-pham/",
    "product": PRODUCT,
    "story": "/chuyen/khoai-so-ta-xua/",
    "checkout": "/thanh-toan/",
}
KEPT_FROM_ROBOTS = frozenset({"checkout"})  # meant so: whether robots may read it is not asked


def cookie_with_goods(base: str) -> str:
    """The cookies of a visitor who has something in the basket."""
    visitor = requests.Session()
    page = visitor.get(base + PRODUCT, timeout=60).text
    form = re.search(r'<form[^>]*action="([^"]*/them/)".*?</form>', page, re.S)
    if form is None:
        raise SystemExit("The product can't be bought.")
    fields = dict(re.findall(r'name="(product|quantity)"[^>]*value="([^"]*)"', form.group()))
    answer = visitor.post(
        base + form.group(1), {"quantity": "1", **fields}, headers={"Origin": base}, timeout=60
    )
    answer.raise_for_status()
    return "; ".join(f"{each.name}={each.value}" for each in visitor.cookies)


def judged(base: str, name: str, folder: Path) -> dict[str, Any]:
    """Lighthouse's report of one page."""
    report = folder / f"{name}.json"
    command = [
        "node",
        str(LIGHTHOUSE),
        base + PAGES[name],
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        f"--chrome-flags={FLAGS}",
        f"--only-categories={','.join(LIMITS)}",
        "--form-factor=mobile",
    ]
    if name in KEPT_FROM_ROBOTS:
        command += [
            "--skip-audits=is-crawlable",
            "--extra-headers=" + json.dumps({"Cookie": cookie_with_goods(base)}),
        ]
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": CHROMIUM}, timeout=300)
    return dict(json.loads(report.read_text(encoding="utf-8")))


def faults(report: dict[str, Any], category: str) -> list[str]:
    """What cost marks there."""
    audits = report["audits"]
    counted = [each["id"] for each in report["categories"][category]["auditRefs"] if each["weight"]]
    return [
        f"{audits[each]['title']} ({audits[each]['score']})"
        for each in counted
        if (audits[each]["score"] or 0) < 1 and audits[each]["scoreDisplayMode"] != "notApplicable"
    ]


def main() -> int:
    missed = []
    with served() as base, tempfile.TemporaryDirectory() as folder:
        for path in PAGES.values():
            requests.get(base + path, timeout=60)  # the first visit makes what later ones find made
        print(f"load before: {os.getloadavg()[0]:.2f}")
        print(f"{'page':<12}" + "".join(f"{name:>16}" for name in LIMITS))
        for name in PAGES:
            report = judged(base, name, Path(folder))
            if report.get("runtimeError"):
                raise SystemExit(f"{name}: {report['runtimeError']['message']}")
            marks = {each: round(report["categories"][each]["score"] * 100) for each in LIMITS}
            print(f"{name:<12}" + "".join(f"{marks[each]:>16}" for each in LIMITS), flush=True)
            for category, limit in LIMITS.items():
                if marks[category] < limit:
                    told = f"{name}: {category} {marks[category]}, {limit} wanted: " + "; ".join(
                        faults(report, category)
                    )
                    (print if category in ONLY_PRINTED else missed.append)(told)
    print("\n".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
