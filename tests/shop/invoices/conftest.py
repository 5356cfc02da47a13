"""Keys, a signed invoice, a seller and the tax authority for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.models import Cooperative
from shop.invoices import formats
from shop.invoices.sandbox_keys import sandbox_signer, sandbox_trust
from shop.invoices.signer import FileSigner, Trust
from shop.invoices.signing import sign
from shop.sandbox.authority import Authority
from tests.factories import make_cooperative
from tests.shop.invoices.examples import SELLER, SIGNED_AT, VAT_EXAMPLE
from tests.support.authority import keys_in, running_authority


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sandbox's keys."""
    return keys_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def seller_signer(keys: Path) -> FileSigner:
    return sandbox_signer(keys, tax_code=SELLER.tax_code, name=SELLER.name)


@pytest.fixture(scope="session")
def trust(keys: Path) -> Trust:
    return sandbox_trust(keys)


@pytest.fixture(scope="session")
def signed(seller_signer: FileSigner) -> bytes:
    """The example VAT invoice, signed by its seller."""
    return sign(formats.build(VAT_EXAMPLE), seller_signer, place="NBan", at=SIGNED_AT)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the authority that answers while a module's rows are written."""
    return tmp_path_factory.mktemp("earlier") / "keys"


@pytest.fixture
def seller(db: None) -> Cooperative:
    return make_cooperative(tax_code="5699999011")


@pytest.fixture
def authority(tmp_path: Path, settings: Any) -> Iterator[Authority]:
    """The sandbox tax authority on a free loopback port, with keys of its own."""
    with running_authority(settings, tmp_path / "keys") as server:
        yield server.mounts["tax"].authority
