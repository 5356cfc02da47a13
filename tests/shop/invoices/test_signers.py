"""Keys on tokens, with remote services and in files: each signs what both verifiers accept, or says why not."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from shop.environment import Environment
from shop.invoices import formats, services
from shop.invoices.keys import signer_for, time_findings, trusted
from shop.invoices.models import Invoice, InvoiceDocument, InvoiceSeries, InvoiceStatus
from shop.invoices.sandbox_keys import issue_certificate, sandbox_ca, sandbox_signer
from shop.invoices.signer import FileSigner, Signer, SigningFailed, Trust
from shop.invoices.signers.chosen import BadChoice, read_choices
from shop.invoices.signers.remote import RemoteSigner
from shop.invoices.signers.token import TokenPlace, TokenSigner
from shop.invoices.signing import sign
from shop.invoices.verifying import verify
from tests.factories import make_cooperative
from tests.fakes.signing_service import CREDENTIAL, PIN, TOKEN, SigningService, running_signing_service
from tests.shop.invoices.examples import SELLER, SIGNED_AT, VAT_EXAMPLE
from tests.shop.invoices.test_services import waiting

MODULE = next(
    (str(path) for path in Path("/usr/lib").rglob("libsofthsm2.so")), "/usr/lib/softhsm/libsofthsm2.so"
)
TOKEN_LABEL, KEY_LABEL, TOKEN_PIN = "htx", "hoa-don", "123456"


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory, seller_signer: FileSigner) -> Iterator[TokenPlace]:
    """A SoftHSM token in a folder of its own, holding the example seller's key and certificate.

    The module reads its configuration once per process, when it is first loaded.
    """
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    key = folder / "key.pem"
    key.write_bytes(
        seller_signer.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with patch.dict(os.environ, {"SOFTHSM2_CONF": str(configuration)}):
        new = ["--init-token", "--free", "--label", TOKEN_LABEL, "--so-pin", "87654321", "--pin", TOKEN_PIN]
        put = ["--import", str(key), "--token", TOKEN_LABEL, "--label", KEY_LABEL, "--id", "01"]
        for arguments in (new, [*put, "--pin", TOKEN_PIN]):
            subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)
        key.unlink()
        with (
            pkcs11.lib(MODULE).get_token(token_label=TOKEN_LABEL).open(user_pin=TOKEN_PIN, rw=True) as session
        ):
            session.create_object(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.LABEL: KEY_LABEL,
                    pkcs11.Attribute.SUBJECT: seller_signer.certificate.subject.public_bytes(),
                    pkcs11.Attribute.VALUE: seller_signer.certificate.public_bytes(
                        serialization.Encoding.DER
                    ),
                }
            )
        yield TokenPlace(MODULE, TOKEN_LABEL, KEY_LABEL)


@pytest.fixture
def service(seller_signer: FileSigner) -> Iterator[SigningService]:
    with running_signing_service(seller_signer) as running:
        yield running


def remote(service: SigningService, **changes: str) -> RemoteSigner:
    wanted = {"credential": CREDENTIAL, "token": TOKEN, "pin": PIN} | changes
    return RemoteSigner(service.url, **wanted)


def signs_well(signer: Signer, trust: Trust) -> bool:
    xml = sign(formats.build(VAT_EXAMPLE), signer, place="NBan", at=SIGNED_AT)
    return [found.faults for found in verify(xml, trust=trust)] == [()]


def test_a_token_signs_without_giving_its_key_away(
    token: TokenPlace, seller_signer: FileSigner, trust: Trust
) -> None:
    signer = TokenSigner(token, pin=TOKEN_PIN)
    assert signer.certificate == seller_signer.certificate
    assert signs_well(signer, trust)
    with pkcs11.lib(MODULE).get_token(token_label=TOKEN_LABEL).open(user_pin=TOKEN_PIN) as session:
        key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=KEY_LABEL)
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            key[pkcs11.Attribute.PRIVATE_EXPONENT]


@pytest.mark.parametrize(
    "place",
    [
        TokenPlace(MODULE, "khong-co", KEY_LABEL),
        TokenPlace(MODULE, TOKEN_LABEL, "khong-co"),
        TokenPlace("/khong/co.so", TOKEN_LABEL, KEY_LABEL),
    ],
)
def test_a_token_that_is_not_there_says_so(token: TokenPlace, place: TokenPlace) -> None:
    with pytest.raises(SigningFailed, match=r"khong-co|htx"):
        TokenSigner(place, pin=TOKEN_PIN)


def test_a_refused_pin_is_never_tried_again(token: TokenPlace, trust: Trust) -> None:
    for expected in ("refused its PIN", "restart"):
        with pytest.raises(SigningFailed, match=expected):
            TokenSigner(token, pin="999999")
    assert signs_well(TokenSigner(token, pin=TOKEN_PIN), trust)


def test_a_remote_service_signs_the_digest(service: SigningService, trust: Trust) -> None:
    assert signs_well(remote(service), trust)
    assert service.asked == ["credentials/info", "credentials/authorize", "signatures/signHash"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"token": "x"}, "401 invalid_token"),
        ({"credential": "x"}, "400 invalid_request"),
    ],
)
def test_a_remote_service_that_refuses_us_is_named(
    service: SigningService, changes: dict[str, str], says: str
) -> None:
    with pytest.raises(SigningFailed, match=says):
        remote(service, **changes)


def test_a_wrong_pin_signs_nothing(service: SigningService) -> None:
    with pytest.raises(SigningFailed, match="invalid_pin"):
        remote(service, pin="0").sign(b"x")


@pytest.mark.parametrize("broken", [500, "garbage", "[]", '{"signatures": "x"}', "x" * 70_000])
def test_a_remote_service_that_breaks_signs_nothing(service: SigningService, broken: int | str) -> None:
    signer = remote(service)
    service.broken = broken
    with pytest.raises(SigningFailed):
        signer.sign(b"x")


def test_a_remote_service_is_reached_over_https_only() -> None:
    with pytest.raises(ValueError, match="https"):
        RemoteSigner("http://ky-so.example/csc/v1", credential="c", token="t", pin="p")


# --- the file that chooses -------------------------------------------------------------


def pkcs12_file(path: Path, signer: FileSigner, password: str) -> Path:
    locked = BestAvailableEncryption(password.encode())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"s", signer.key, signer.certificate, None, locked)
    )
    return path


def chosen(folder: Path, entries: dict[str, object]) -> Path:
    path = folder / "signers.json"
    path.write_text(json.dumps(entries))
    return path


def test_each_seller_signs_with_the_key_its_entry_names(
    tmp_path: Path, settings, monkeypatch, token: TokenPlace, service: SigningService, keys: Path
) -> None:
    other = sandbox_signer(keys, tax_code="0199999021", name="Khác")
    pkcs12_file(tmp_path / "khac.p12", other, "mat khau")
    settings.INVOICE_KEYS_DIR = keys
    settings.INVOICE_SIGNERS_FILE = chosen(
        tmp_path,
        {
            "0199999021": {
                "kind": "pkcs12",
                "path": str(tmp_path / "khac.p12"),
                "password_env": "KHAC_PASSWORD",
            },
            SELLER.tax_code: {
                "kind": "pkcs11",
                "module": MODULE,
                "token": TOKEN_LABEL,
                "key": KEY_LABEL,
                "pin_env": "HTX_PIN",
            },
            "0109999037": {
                "kind": "remote",
                "url": service.url,
                "credential": CREDENTIAL,
                "token_env": "SIGN_TOKEN",
                "pin_env": "SIGN_PIN",
            },
        },
    )
    for name, value in (
        ("KHAC_PASSWORD", "mat khau"),
        ("HTX_PIN", TOKEN_PIN),
        ("SIGN_TOKEN", TOKEN),
        ("SIGN_PIN", PIN),
    ):
        monkeypatch.setenv(name, value)
    found = [
        signer_for(tax_code=tax_code, name="x") for tax_code in ("0199999021", SELLER.tax_code, "0109999037")
    ]
    assert [type(signer).__name__ for signer in found] == ["FileSigner", "TokenSigner", "RemoteSigner"]
    assert found[0].certificate == other.certificate


def test_a_secret_that_is_not_set_is_named_without_its_value(tmp_path: Path, settings) -> None:
    settings.INVOICE_SIGNERS_FILE = chosen(
        tmp_path, {"1": {"kind": "pkcs12", "path": "/x.p12", "password_env": "NOT_SET_HERE"}}
    )
    with pytest.raises(SigningFailed, match="NOT_SET_HERE is not set"):
        signer_for(tax_code="1", name="x")


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([], "object"),
        ({"1": "x"}, "texts"),
        ({"1": {"kind": "magic"}}, "kind must be one of"),
        ({"1": {"kind": "pkcs12", "path": "/x"}}, "exactly password_env, path"),
        ({"1": {"kind": "pkcs12", "path": "/x", "password_env": "A", "password": "secret"}}, "exactly"),
    ],
)
def test_a_file_of_signers_with_a_mistake_is_refused(tmp_path: Path, entries: object, says: str) -> None:
    path = tmp_path / "signers.json"
    path.write_text(json.dumps(entries))
    with pytest.raises(BadChoice, match=says):
        read_choices(path, never_under=tmp_path)


def test_a_key_under_the_media_folder_is_refused(tmp_path: Path) -> None:
    entry = {"kind": "pkcs12", "path": str(tmp_path / "private" / "x.p12"), "password_env": "A"}
    with pytest.raises(BadChoice, match="media"):
        read_choices(chosen(tmp_path, {"1": entry}), never_under=tmp_path)


def test_where_a_provider_signs_our_record_is_sealed_with_a_key_apart(settings, tmp_path: Path) -> None:
    settings.INVOICE_KEYS_DIR = tmp_path
    settings.INVOICE_GATEWAY = "viettel"
    seal = signer_for(tax_code=SELLER.tax_code, name="HTX")
    assert (tmp_path / "seal" / f"{SELLER.tax_code}.pem").exists()
    assert signs_well(seal, trusted())
    settings.INVOICE_GATEWAY = "sandbox"
    assert not signs_well(seal, trusted())


def test_a_path_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    assert Environment({}).existing_path("X") is None
    assert Environment({"X": str(tmp_path)}).existing_path("X") == tmp_path
    with pytest.raises(ImproperlyConfigured, match=r"X: .*does not exist"):
        Environment({"X": str(tmp_path / "gone")}).existing_path("X")


def test_anchors_of_trust_are_read_from_their_two_folders(tmp_path: Path, settings, keys: Path) -> None:
    settings.INVOICE_GATEWAY = "viettel"
    settings.INVOICE_TRUST_DIR = tmp_path
    settings.INVOICE_KEYS_DIR = tmp_path / "keys"
    pem = sandbox_ca(keys).certificate.public_bytes(serialization.Encoding.PEM)
    for name in ("parties", "authority"):
        (tmp_path / name).mkdir()
    (tmp_path / "parties" / "ca.pem").write_bytes(pem + pem)
    assert [len(trusted().parties), len(trusted().authority)] == [3, 0]  # two of the file, and our own seal's


# --- issuing ---------------------------------------------------------------------------


def use(settings, tmp_path: Path, monkeypatch, signer: FileSigner, tax_code: str) -> None:
    pkcs12_file(tmp_path / "s.p12", signer, "x")
    monkeypatch.setenv("S_PASSWORD", "x")
    entry = {"kind": "pkcs12", "path": str(tmp_path / "s.p12"), "password_env": "S_PASSWORD"}
    settings.INVOICE_SIGNERS_FILE = chosen(tmp_path, {tax_code: entry})


def nothing_was_numbered(invoice: Invoice) -> bool:
    invoice.refresh_from_db()
    return (
        invoice.status == InvoiceStatus.TO_ISSUE
        and invoice.number is None
        and not InvoiceDocument.objects.exists()
        and not InvoiceSeries.objects.filter(last_number__gt=0).exists()
    )


@pytest.mark.parametrize(("hours", "code"), [(-1, "certificate_ended"), (1, "certificate_not_begun")])
def test_a_certificate_that_ended_an_hour_ago_takes_no_number(
    db, keys: Path, settings, tmp_path: Path, monkeypatch, hours: int, code: str
) -> None:
    now = timezone.now()
    edge = now + dt.timedelta(hours=hours)
    start, end = (edge - dt.timedelta(days=365), edge) if hours < 0 else (edge, edge + dt.timedelta(days=365))
    old = issue_certificate(
        sandbox_ca(keys), tax_code=SELLER.tax_code, name="HTX", valid_from=start, valid_to=end
    )
    settings.INVOICE_KEYS_DIR = keys
    use(settings, tmp_path, monkeypatch, old, SELLER.tax_code)
    invoice = waiting(make_cooperative(tax_code=SELLER.tax_code), "HTAAAAAAAA-1")
    with pytest.raises(services.NotIssued) as refused:
        services.issue(invoice=invoice, now=now)
    assert [found.code for found in refused.value.findings] == [code]
    assert nothing_was_numbered(invoice)


def test_the_last_second_of_a_certificate_still_counts(keys: Path, seller_signer: FileSigner) -> None:
    end = seller_signer.certificate.not_valid_after_utc
    assert time_findings(seller_signer.certificate, at=end) == []
    late = time_findings(seller_signer.certificate, at=end + dt.timedelta(seconds=1))
    assert [found.message_vi for found in late] == [
        "Chứng thư số của người bán đã hết hạn lúc 07:00 ngày 31/12/2099. Gia hạn rồi lập lại."
    ]


def test_an_invoice_signed_remotely_is_issued_with_no_call_inside_the_transaction(
    transactional_db, keys: Path, settings, tmp_path: Path, monkeypatch, service: SigningService
) -> None:
    settings.INVOICE_KEYS_DIR = keys
    use_remote(settings, tmp_path, monkeypatch, service)
    inside: list[bool] = []
    asked = RemoteSigner._ask

    def watch(self, path, wanted):
        inside.append(services.transaction.get_connection().in_atomic_block)
        return asked(self, path, wanted)

    monkeypatch.setattr(RemoteSigner, "_ask", watch)
    invoice = services.issue(invoice=waiting(make_cooperative(tax_code=SELLER.tax_code), "HTAAAAAAAA-1"))
    assert (invoice.number, invoice.status) == (1, InvoiceStatus.SIGNED)
    assert inside == [False, False, False]


def test_a_number_lost_to_another_while_signing_remotely_is_not_used_twice(
    transactional_db, keys: Path, settings, tmp_path: Path, monkeypatch, service: SigningService
) -> None:
    settings.INVOICE_KEYS_DIR = keys
    use_remote(settings, tmp_path, monkeypatch, service)
    seller = make_cooperative(tax_code=SELLER.tax_code)
    slow, quick = waiting(seller, "HTAAAAAAAA-1"), waiting(seller, "HTAAAAAAAB-1")
    sign_remotely = RemoteSigner.sign
    rivals = [quick]

    def overtaken(self, data):
        if rivals:
            services.issue(invoice=rivals.pop())
        return sign_remotely(self, data)

    monkeypatch.setattr(RemoteSigner, "sign", overtaken)
    issued = services.issue(invoice=slow)
    quick.refresh_from_db()
    assert (quick.number, issued.number) == (1, 2)
    assert b"<SHDon>2</SHDon>" in services.signed_xml(issued)
    assert InvoiceSeries.objects.get().last_number == 2


@pytest.mark.parametrize("broken", [500, "garbage"])
def test_a_signing_service_that_is_away_takes_no_number(
    transactional_db,
    keys: Path,
    settings,
    tmp_path: Path,
    monkeypatch,
    service: SigningService,
    broken: int | str,
) -> None:
    settings.INVOICE_KEYS_DIR = keys
    use_remote(settings, tmp_path, monkeypatch, service)
    invoice = waiting(make_cooperative(tax_code=SELLER.tax_code), "HTAAAAAAAA-1")
    service.broken = broken
    with pytest.raises(services.NotIssued) as refused:
        services.issue(invoice=invoice)
    assert [found.code for found in refused.value.findings] == ["signer_away"]
    assert nothing_was_numbered(invoice)


def use_remote(settings, tmp_path: Path, monkeypatch, service: SigningService) -> None:
    monkeypatch.setenv("SIGN_TOKEN", TOKEN)
    monkeypatch.setenv("SIGN_PIN", PIN)
    entry = {
        "kind": "remote",
        "url": service.url,
        "credential": CREDENTIAL,
        "token_env": "SIGN_TOKEN",
        "pin_env": "SIGN_PIN",
    }
    settings.INVOICE_SIGNERS_FILE = chosen(tmp_path, {SELLER.tax_code: entry})


def test_no_key_is_ever_written_under_the_served_folder(settings, keys: Path) -> None:
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.p12"))
    assert x509.load_pem_x509_certificate((keys / "ca.pem").read_bytes()) == sandbox_ca(keys).certificate
