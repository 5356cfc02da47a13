"""``manage.py invoice``: lines or JSON, exit codes, and numbers compared after a restore."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Cooperative
from shop.audit.models import Entry
from shop.invoices import services
from shop.invoices.listing import open_adjustment_of_many
from shop.invoices.models import Delegation, Invoice, InvoiceSeries, Package, SalesChannel, TaxOffice
from shop.invoices.sales import business
from shop.sandbox.authority import Mood
from tests.factories import make_cooperative
from tests.shop.invoices.test_services import waiting
from tests.support.authority import running_authority

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def authority(tmp_path: Path, settings: Any) -> Any:
    with running_authority(settings, tmp_path / "keys") as server:
        yield server


def run(*words: str) -> Any:
    out = io.StringIO()
    call_command("invoice", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def refused(*words: str) -> CommandError:
    with pytest.raises(CommandError) as refusal:
        call_command("invoice", *words, stdout=io.StringIO())
    return refusal.value


def test_issue_send_status_and_export_tell_what_they_did(tmp_path: Path) -> None:
    seller = make_cooperative("gian-mau", tax_code="5699999011")
    waiting(seller, "HTAAAAAAAA-1")
    (row,) = run("issue", "--seller", "gian-mau")
    assert (row["consignment"], row["status"], row["refused"]) == ("HTAAAAAAAA-1", "sent", "")
    Invoice.objects.update(next_try_at=timezone.now() - dt.timedelta(seconds=1))
    assert [one["status"] for one in run("send")] == ["accepted"]
    assert {one["status"]: one["invoices"] for one in run("status")}["accepted"] == 1
    (file,) = run("export", "--order", "HTAAAAAAAA", "--out", str(tmp_path / "out"))
    assert Path(file["file"]).read_bytes() == services.signed_xml(Invoice.objects.get())
    (verdict,) = run("verify", file["file"])
    assert verdict["code"] == "valid"


def test_a_refusal_is_exit_code_1_and_a_wrong_argument_2(tmp_path: Path) -> None:
    broken = tmp_path / "hong.xml"
    broken.write_bytes(b"<HDon/>")
    assert refused("verify", str(broken)).returncode == 1
    assert refused("verify", str(tmp_path / "khong-co.xml")).returncode == 2
    assert refused("export", "--order", "KHONGCO", "--out", str(tmp_path)).returncode == 1
    assert refused("release", "--seller", "ai", "--series", "x", "--highest", "1").returncode == 2
    waiting(make_cooperative(tax_code="5699999012"), "HTAAAAAAAA-1")  # wrong check digit
    assert refused("issue").returncode == 1


def test_after_a_restore_each_series_is_released_by_its_highest_number() -> None:
    seller = make_cooperative("gian-mau", tax_code="5699999011")
    services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"))
    name = str(InvoiceSeries.objects.get())
    assert run("stop-numbers") == [{"stopped": 1}]
    assert run("series")[0]["must_be_compared"] is True
    lost = refused("release", "--seller", "gian-mau", "--series", name, "--highest", "2")
    assert (lost.returncode, "are not in this database" in str(lost)) == (1, True)
    assert run("release", "--seller", "gian-mau", "--series", name, "--highest", "1")[0]["last_number"] == 1
    assert run("series")[0]["must_be_compared"] is False


def test_a_gap_is_an_error_and_the_rates_are_listed() -> None:
    assert run("series") == []
    seller = make_cooperative("gian-mau", tax_code="5699999011")
    InvoiceSeries.objects.create(
        seller=seller, form=1, symbol="C26TAA", last_number=2, last_issued_on=dt.date(2026, 11, 23)
    )
    assert "Gaps in 1C26TAA" in str(refused("series"))
    assert {(one["tax_class"], one["code"]) for one in run("rates")} >= {
        ("processed", "8%"),
        ("own_produce", "KCT"),
    }


def test_a_till_is_registered_with_its_code_and_its_invoices_are_told_of() -> None:
    seller = make_cooperative("gian-mau", tax_code="5699999011")
    run("register", "--seller", "gian-mau", "--till", "TM")
    (registered,) = run("registrations")
    year = f"{timezone.localdate():%y}"
    assert (registered["series"], registered["channel"]) == (f"1C{year}MTM", "till")
    assert len(registered["till_code"]) == 5
    draft = waiting(seller, "HTAAAAAAAA-1")
    services.change_channel(invoice=draft, channel=SalesChannel.TILL)
    invoice = services.issue(invoice=draft)
    assert invoice.authority_code == f"M1-{year}-{registered['till_code']}-00000000001"
    assert [row["invoices"] for row in run("packages")] == [1]
    assert [row["status"] for row in run("tell")] == ["sent"]
    Package.objects.update(next_try_at=timezone.now() - dt.timedelta(seconds=1))
    run("tell")
    (package, left) = run("packages")
    assert (package["kind"], package["status"], package["refused"], left["invoices"]) == (
        "206",
        "accepted",
        0,
        0,
    )


def test_a_series_that_a_provider_registered_is_written_down_once() -> None:
    make_cooperative("gian-mau", tax_code="5699999011")
    note = ("note-series", "--seller", "gian-mau", "--form", "1", "--letters", "KA", "--uncoded")
    assert run(*note) == [{"seller": "gian-mau", "series": f"1K{timezone.localdate():%y}TKA"}]
    assert refused(*note).returncode == 1
    assert refused("note-series", "--seller", "ai", "--form", "1", "--letters", "KA").returncode == 2
    bad = ("note-series", "--seller", "gian-mau", "--form", "2", "--letters", "TM", "--channel", "till")
    assert "five-characters" in str(refused(*bad))


def test_a_refused_package_is_exit_code_1(authority: Any) -> None:
    seller = make_cooperative("gian-mau", tax_code="5699999011")
    run("register", "--seller", "gian-mau", "--without-code", "KA")
    services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"))
    authority.mounts["tax"].authority.set_mood(Mood.REJECT)
    run("tell")
    Package.objects.update(next_try_at=timezone.now() - dt.timedelta(seconds=1))
    assert refused("tell").returncode == 1


def test_lists_are_told_with_what_they_correct() -> None:
    seller = make_cooperative("gian-mau", tax_code="5699999011")
    company = business(name="Công ty Mẫu", tax_code="0199999021", address="Số 2 đường Mẫu")
    pks = {}
    for code in ("HTAAAAAAAA-1", "HTAAAAAAAB-1"):
        invoice = services.issue(invoice=waiting(seller, code, buyer=company))
        Invoice.objects.filter(pk=invoice.pk).update(status="accepted", next_try_at=None)
        pks[invoice.pk] = -1_000
    assert run("lists") == []
    open_adjustment_of_many(changes=pks, reason="Chiết khấu", by=None)
    (row,) = run("lists")
    assert (row["seller"], row["kind"], row["status"], row["invoices"]) == (
        "gian-mau",
        "adjustment",
        "to-issue",
        2,
    )


CONTRACT = {
    "seller": "gian-mau",
    "contract-number": "01/UN-2026",
    "issuer-tax-code": "0109999037",
    "issuer-name": "CÔNG TY CỔ PHẦN CHỢ PHIÊN",
    "issuer-address": "Số 1 phố Ví Dụ, Hà Nội",
    "valid-from": "2020-01-01",
    "valid-to": "2099-12-31",
}


def words(action: str, **changed: str) -> list[str]:
    values = CONTRACT | {name.replace("_", "-"): value for name, value in changed.items()}
    return [action, *(f"--{name}={value}" for name, value in values.items())]


def sent(seller: Cooperative, reference: str) -> Invoice:
    issued = services.transmit(services.issue(invoice=waiting(seller, reference)).pk)
    return services.transmit(issued.pk, now=timezone.now() + dt.timedelta(minutes=2))


def test_a_contract_is_declared_and_its_invoices_are_taken_even_by_a_strict_authority(authority: Any) -> None:
    seller = make_cooperative("gian-mau", tax_code="5699999011")
    TaxOffice.objects.create(seller=seller, code="11701", name="Thuế cơ sở 1", place="Sơn La")
    (row,) = run(*words("delegate"))
    assert row == {name.replace("-", "_"): value for name, value in CONTRACT.items()}
    assert run("delegations") == [row]
    (told,) = Entry.objects.filter(verb="delegation-noted")
    assert (told.cooperative_id, told.about) == (seller.pk, "01/UN-2026 CÔNG TY CỔ PHẦN CHỢ PHIÊN")
    run("register", "--seller", "gian-mau")
    authority.mounts["tax"].authority.set_mood(Mood.STRICT)
    invoice = sent(seller, "HTAAAAAAAA-1")
    assert (invoice.status, invoice.delegation) == ("accepted", Delegation.objects.get())


def test_a_contract_that_nobody_declared_has_its_invoices_refused() -> None:
    seller = make_cooperative("gian-mau", tax_code="5699999011")
    run(*words("note-delegation"))
    invoice = sent(seller, "HTAAAAAAAA-1")
    assert (invoice.status, invoice.rejection.partition(":")[0]) == ("rejected", "9295")
    run(*words("delegate"))
    again = services.transmit(services.resend(invoice=invoice).pk)
    again = services.transmit(again.pk, now=timezone.now() + dt.timedelta(minutes=2))
    assert again.status == "accepted"


def test_what_is_declared_already_is_changed_with_change() -> None:
    make_cooperative("gian-mau", tax_code="5699999011")
    run(*words("delegate"))
    shorter = words("delegate", valid_to="2098-12-31")
    refusal = refused(*shorter)
    assert (refusal.returncode, Delegation.objects.get().valid_to) == (1, dt.date(2099, 12, 31))
    run(*shorter, "--change")
    assert Delegation.objects.get().valid_to == dt.date(2098, 12, 31)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"issuer_tax_code": "0109999038"}, "issuer_tax_code: no-tax-code"),
        ({"issuer_tax_code": "5699999011"}, "issuer_tax_code: is-seller"),
        ({"valid_to": "2019-12-31"}, "valid_to: before-first-day"),
        ({"issuer_name": ""}, "issuer_name: length"),
        ({"contract_number": "1" * 51}, "contract_number: length"),
    ],
)
@pytest.mark.parametrize("action", ["delegate", "note-delegation"])
def test_a_contract_that_cannot_be_is_neither_declared_nor_written_down(
    action: str, changed: dict[str, str], said: str, authority: Any
) -> None:
    make_cooperative("gian-mau", tax_code="5699999011")
    refusal = refused(*words(action, **changed))
    assert refusal.returncode == 1
    assert said in str(refusal)
    assert not Delegation.objects.exists()
    run(*words("delegate"))


def test_the_number_of_a_contract_with_somebody_else_is_not_taken() -> None:
    make_cooperative("gian-mau", tax_code="5699999011")
    run(*words("note-delegation"))
    assert "of-another" in str(refused(*words("note-delegation", issuer_tax_code="0109999044")))
    assert Delegation.objects.get().issuer_tax_code == "0109999037"


def test_at_a_provider_a_contract_is_only_written_down(settings: Any) -> None:
    make_cooperative("gian-mau", tax_code="5699999011")
    settings.INVOICE_GATEWAY = "viettel"
    refusal = refused(*words("delegate"))
    assert (refusal.returncode, str(refusal).rpartition(" · ")[2]) == (1, "declared at the provider.")
    assert not Delegation.objects.exists()
    run(*words("note-delegation"))
    assert Delegation.objects.get().contract_number == "01/UN-2026"


def test_an_unknown_seller_or_day_is_exit_code_2() -> None:
    assert refused(*words("delegate", seller="khong-co")).returncode == 2
    make_cooperative("gian-mau", tax_code="5699999011")
    assert "valid-from" in str(refused(*words("delegate", valid_from="31/12/2026")))


def test_a_message_that_is_not_taken_says_why(settings: Any) -> None:
    make_cooperative("gian-mau", tax_code="5699999011")
    settings.INVOICE_PROVIDER_TAX_CODE = "01099"
    assert "Mã thông điệp sai dạng" in str(refused(*words("delegate")))
    assert not Delegation.objects.exists()


def test_when_the_authority_does_not_answer_nothing_is_written_down(authority: Any) -> None:
    make_cooperative("gian-mau", tax_code="5699999011")
    authority.mounts["tax"].authority.set_mood(Mood.DOWN)
    assert refused(*words("delegate")).returncode == 1
    assert not Delegation.objects.exists()
