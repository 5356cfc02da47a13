"""Every type of page is HTML as its standard says (the Nu checker, which ``make html`` fetches with npm)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from shop.accounts.models import User
from tests.support.pages import ERRORS, OWN, SHOPPER, fill_market

CHECKER = Path(settings.BASE_DIR) / ".cache/npm/vnu-jar/node_modules/vnu-jar/build/dist/vnu.jar"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.html,
]


def faults_in(folder: Path) -> list[str]:
    """One line a fault, with the file and the place."""
    ran = subprocess.run(
        ["java", "-Xss1m", "-jar", str(CHECKER), "--format", "json", "--skip-non-html", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    told: list[dict[str, Any]] = json.loads(ran.stderr)["messages"]
    return [
        f"{Path(one.get('url', '')).name}: {one['type']} {one['message']} | {one.get('extract', '')[:140]!r}"
        for one in told
        if one["type"] != "info"
    ]


def test_every_page_is_html_without_a_fault(demo_market: None, tmp_path: Path) -> None:
    guest, shopper = Client(), Client()
    shopper.force_login(User.objects.get(email=SHOPPER), backend="shop.accounts.backends.EmailOrPhoneBackend")
    pages = fill_market()
    kept = {f"{name}.html": guest.get(path).content for name, path in pages.items()}
    guest.post(
        "/gio-hang/them/", {"product": pages["product"].rstrip("/").rpartition("_")[2], "quantity": "1"}
    )
    kept |= {
        "basket.html": guest.get("/gio-hang/").content,
        "checkout.html": guest.get("/thanh-toan/").content,
    }
    kept |= {f"{name}.html": guest.post(path, sent).content for name, (path, sent) in ERRORS.items()}
    kept |= {f"own {name}.html": shopper.get(path).content for name, path in OWN.items()}
    for name, content in kept.items():
        assert b"</html>" in content, name
        (tmp_path / name).write_bytes(content)
    faults = faults_in(tmp_path)
    assert not faults, "\n".join(faults)


def test_a_fault_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text("<!doctype html><title>x</title><p><div></p>")
    assert faults_in(tmp_path)
