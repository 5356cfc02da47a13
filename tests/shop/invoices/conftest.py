"""Keys and a signed invoice for the tests of this folder."""

from pathlib import Path

import pytest

from shop.invoices import formats
from shop.invoices.sandbox_keys import sandbox_signer, sandbox_trust
from shop.invoices.signer import FileSigner, Trust
from shop.invoices.signing import sign
from tests.shop.invoices.examples import SELLER, SIGNED_AT, VAT_EXAMPLE


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sandbox's keys."""
    return tmp_path_factory.mktemp("keys")


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
