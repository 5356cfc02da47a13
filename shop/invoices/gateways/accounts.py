"""The sellers' accounts at the provider, read from ``INVOICE_ACCOUNTS_FILE``, and the gateway of each.

The file names user and the environment variables of the secrets, one object per tax code::

    {"5699999011": {"user": "5699999011", "password_env": "VIETTEL_PASSWORD_1"}}

VNPT needs ``account`` and ``account_password_env`` too, MISA ``appid_env``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shop.invoices.gateway import InvoiceGateway
from shop.invoices.gateways import misa, viettel
from shop.invoices.gateways.misa import MisaAccount, MisaGateway
from shop.invoices.gateways.viettel import ViettelAccount, ViettelGateway
from shop.invoices.gateways.vnpt import VnptAccount, VnptGateway


class BadAccount(ValueError):
    """The file of accounts cannot be used; the message says why, without any secret."""


@dataclass(frozen=True)
class Provider:
    """A provider: the fields an account has, its usual address, and how its gateway is made."""

    fields: frozenset[str]
    url: str
    make: Callable[[str, dict[str, str], str], InvoiceGateway]


def _viettel(tax_code: str, values: dict[str, str], url: str) -> InvoiceGateway:
    return ViettelGateway(ViettelAccount(tax_code=tax_code, **values), url=url)


def _vnpt(tax_code: str, values: dict[str, str], url: str) -> InvoiceGateway:
    return VnptGateway(VnptAccount(tax_code=tax_code, **values), url=url)


def _misa(tax_code: str, values: dict[str, str], url: str) -> InvoiceGateway:
    return MisaGateway(MisaAccount(tax_code=tax_code, **values), url=url)


PROVIDERS = {
    "viettel": Provider(frozenset({"user", "password_env"}), viettel.URL, _viettel),
    "vnpt": Provider(
        frozenset({"user", "password_env", "account", "account_password_env"}), "", _vnpt
    ),  # each customer has a host of its own
    "misa": Provider(frozenset({"user", "password_env", "appid_env"}), misa.URL, _misa),
}


def read_accounts(
    path: Path, *, provider: str, url: str, environment: Mapping[str, str]
) -> dict[str, InvoiceGateway]:
    """The gateway of every tax code in the file. Raises: BadAccount on any mistake in it."""
    kind = PROVIDERS[provider]
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as reason:
        raise BadAccount(f"{path.name} cannot be read: {reason}") from reason
    if not isinstance(said, dict) or not said:
        raise BadAccount(f"{path.name} must be an object of tax codes")
    return {
        tax_code: kind.make(tax_code, _values(tax_code, entry, kind.fields, environment), url or kind.url)
        for tax_code, entry in said.items()
    }


def _values(
    tax_code: str, entry: object, fields: frozenset[str], environment: Mapping[str, str]
) -> dict[str, str]:
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise BadAccount(f"{tax_code}: every account is an object of texts")
    if entry.keys() - {"template"} != fields:
        raise BadAccount(f"{tax_code}: an account has exactly {', '.join(sorted(fields))}")
    values = {}
    for name, value in entry.items():
        if name.endswith("_env"):
            if not environment.get(value):
                raise BadAccount(f"{tax_code}: {value} is not set")
            values[name.removesuffix("_env")] = environment[value]
        else:
            values[name] = value
    return values
